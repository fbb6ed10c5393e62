// Checks a force field that came from outside, by hand, so that each refusal names the place and the next step.

import { InputError } from "../base/index.js";
import { isElement } from "../structure/index.js";
import { elementsOfPair, type ForceFieldSpec } from "./spec.js";
import type { RadialTerm, TermForm } from "./terms.js";

type Sign = "positive" | "not negative" | "any" | "not zero";
type Table = Readonly<Record<string, unknown>>;

/** Required numbers of every form and the sign each must have. */
const FORM_KEYS: Readonly<Record<TermForm, Readonly<Record<string, Sign>>>> = {
  morse: { depthEv: "positive", exponentPerA: "positive", distanceA: "positive" },
  repulsion: { coefficientEvAn: "positive" },
  buckingham: { prefactorEv: "not negative", lengthA: "positive", dispersionEvA6: "not negative" },
  "born-mayer": { prefactorEv: "positive", lengthA: "positive" },
  "born-mayer-huggins": {
    prefactorEv: "positive",
    lengthA: "positive",
    contactA: "positive",
    dispersionEvA6: "not negative",
    dispersionEvA8: "not negative",
  },
  "lennard-jones": { depthEv: "positive", diameterA: "positive" },
  yukawa: { strengthEvA: "not zero", screeningA: "positive" },
  table: {},
};
const EXTRA_KEYS: Partial<Record<TermForm, readonly string[]>> = {
  repulsion: ["power"],
  table: ["distancesA", "energiesEv"],
};
const SPEC_KEYS = ["name", "title", "source", "charges", "coulomb", "pairs", "cutoffA", "shift"];

/**
 * A force field from plain data.
 * @throws InputError naming the path ("pairs.Li-O[0].depthEv"), the value, and the nearest known key or allowed range.
 */
export function parseForceFieldSpec(data: unknown): ForceFieldSpec {
  const spec = expectTable(data, "force field");
  refuseUnknownKeys(spec, SPEC_KEYS, "");
  expectText(spec["name"], "name");
  if (spec["title"] !== undefined) expectText(spec["title"], "title");
  if (spec["source"] !== undefined) checkSource(spec["source"]);
  if (spec["cutoffA"] !== undefined) expectNumber(spec["cutoffA"], "cutoffA", "positive");
  if (spec["shift"] !== undefined) checkShift(spec["shift"], "shift");
  checkCharges(spec);
  const pairs = expectTable(spec["pairs"], "pairs");
  for (const [key, terms] of Object.entries(pairs)) checkPair(pairs, key, terms, spec);
  checkElementsHaveCharges(spec);
  return data as ForceFieldSpec;
}

function checkSource(value: unknown): void {
  const source = expectTable(value, "source");
  refuseUnknownKeys(source, ["doi", "citation", "note"], "source.");
  for (const [key, text] of Object.entries(source)) expectText(text, `source.${key}`);
}

function checkCharges(spec: Table): void {
  if (spec["charges"] !== undefined) {
    for (const [element, charge] of Object.entries(expectTable(spec["charges"], "charges"))) {
      checkElement(element, `charges.${element}`);
      expectNumber(charge, `charges.${element}`, "any");
    }
    if (spec["coulomb"] === undefined) {
      refuse(
        "coulomb",
        "is missing although charges are given",
        'add coulomb: { method: "ewald" }, or method "none" if they shall not act',
      );
    }
  }
  if (spec["coulomb"] === undefined) return;
  const coulomb = expectTable(spec["coulomb"], "coulomb");
  refuseUnknownKeys(coulomb, ["method", "accuracy"], "coulomb.");
  const method = coulomb["method"];
  if (method !== "ewald" && method !== "none")
    refuse("coulomb.method", `is ${show(method)}`, 'allowed are "ewald" and "none"');
  if (method === "ewald" && spec["charges"] === undefined)
    refuse("charges", "is missing although coulomb is given", "list e by element");
  if (coulomb["accuracy"] !== undefined) {
    const accuracy = expectNumber(coulomb["accuracy"], "coulomb.accuracy", "positive");
    if (accuracy < 1e-13 || accuracy > 1e-2)
      refuse("coulomb.accuracy", `is ${accuracy}`, "choose between 1e-13 and 1e-2");
  }
}

function checkElementsHaveCharges(spec: Table): void {
  if ((spec["coulomb"] as Table | undefined)?.["method"] !== "ewald") return;
  const charges = spec["charges"] as Table;
  for (const key of Object.keys(spec["pairs"] as Table)) {
    for (const element of elementsOfPair(key)) {
      if (charges[element] === undefined)
        refuse(`charges.${element}`, `is missing although pairs has ${key}`, "0 is allowed");
    }
  }
}

function checkPair(pairs: Table, key: string, terms: unknown, spec: Table): void {
  const path = `pairs.${key}`;
  const elements = key.split("-");
  if (elements.length !== 2) refuse(path, "is not a pair of elements", 'write it as "Li-O"');
  for (const element of elements) checkElement(element, path);
  const [a, b] = elementsOfPair(key);
  if (a !== b && pairs[`${b}-${a}`] !== undefined)
    refuse(path, `is listed twice, also as ${b}-${a}`, "keep one of the two");
  if (!Array.isArray(terms)) refuse(path, "is not a list of terms", "an empty list means: no short-range term");
  else for (const [i, term] of terms.entries()) checkTerm(term, `${path}[${i}]`, spec);
}

function checkTerm(value: unknown, path: string, spec: Table): void {
  const term = expectTable(value, path);
  const form = term["form"];
  const forms = Object.keys(FORM_KEYS);
  if (typeof form !== "string" || !forms.includes(form)) {
    refuse(`${path}.form`, `is ${show(form)}`, `known forms: ${forms.join(", ")}`);
  }
  const numbers = FORM_KEYS[form as TermForm];
  const known = ["form", "cutoffA", "shift", ...Object.keys(numbers), ...(EXTRA_KEYS[form as TermForm] ?? [])];
  refuseUnknownKeys(term, known, `${path}.`);
  for (const [key, sign] of Object.entries(numbers)) expectNumber(term[key], `${path}.${key}`, sign);
  if (term["power"] !== undefined) expectNumber(term["power"], `${path}.power`, "positive");
  if (term["cutoffA"] !== undefined) expectNumber(term["cutoffA"], `${path}.cutoffA`, "positive");
  else if (spec["cutoffA"] === undefined && form !== "table") {
    refuse(`${path}.cutoffA`, "is missing", "give the term a cutoffA, or the force field one for all terms");
  }
  if (term["shift"] !== undefined) checkShift(term["shift"], `${path}.shift`);
  if (form === "table") checkTable(term as unknown as RadialTerm & { form: "table" }, path);
}

function checkTable(term: RadialTerm & { form: "table" }, path: string): void {
  for (const key of ["distancesA", "energiesEv"] as const) {
    if (!Array.isArray(term[key]))
      refuse(`${path}.${key}`, "is not a list of numbers", "give one energy for every distance");
    for (const [i, x] of term[key].entries())
      expectNumber(x, `${path}.${key}[${i}]`, key === "distancesA" ? "positive" : "any");
  }
  const { distancesA: r, energiesEv: u } = term;
  if (r.length < 4) refuse(`${path}.distancesA`, `has ${r.length} points`, "a spline needs at least 4");
  if (r.length !== u.length)
    refuse(`${path}.energiesEv`, `has ${u.length} numbers for ${r.length} distances`, "give one for each");
  const fall = r.findIndex((x, i) => i > 0 && !(x > r[i - 1]!));
  if (fall > 0) refuse(`${path}.distancesA[${fall}]`, `is ${r[fall]} after ${r[fall - 1]}`, "distances must ascend");
  if (term.cutoffA !== undefined && term.cutoffA > r.at(-1)!) {
    refuse(
      `${path}.cutoffA`,
      `is ${term.cutoffA} Å, beyond the last point at ${r.at(-1)} Å`,
      "cut the table at or before its end",
    );
  }
}

function checkShift(value: unknown, path: string): void {
  if (value !== "none" && value !== "energy" && value !== "force") {
    refuse(path, `is ${show(value)}`, 'allowed are "none", "energy" and "force"');
  }
}

function checkElement(symbol: string, path: string): void {
  if (!isElement(symbol))
    refuse(path, `names ${show(symbol)}, which is no element`, "use chemical symbols such as Li or Ge");
}

function expectTable(value: unknown, path: string): Table {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(path, value === undefined ? "is missing" : `is ${show(value)}`, "expected keys with values");
  }
  return value as Table;
}

function expectText(value: unknown, path: string): void {
  if (typeof value !== "string" || value === "")
    refuse(path, value === undefined ? "is missing" : `is ${show(value)}`, "expected a text");
}

function expectNumber(value: unknown, path: string, sign: Sign): number {
  if (value === undefined)
    refuse(path, "is missing", sign === "any" ? "expected a number" : `expected a number, ${sign}`);
  if (typeof value !== "number" || !Number.isFinite(value))
    refuse(path, `is ${show(value)}`, "expected a finite number");
  const x = value as number;
  const wrong =
    (sign === "positive" && x <= 0) || (sign === "not negative" && x < 0) || (sign === "not zero" && x === 0);
  if (wrong) refuse(path, `is ${x}`, `it must be ${sign}`);
  return x;
}

function refuseUnknownKeys(table: Table, known: readonly string[], prefix: string): void {
  for (const key of Object.keys(table)) {
    if (!known.includes(key)) {
      const nearest = known.toSorted((a, b) => editDistance(key, a) - editDistance(key, b))[0]!;
      refuse(`${prefix}${key}`, "is not a known key", `did you mean ${nearest}? Known here: ${known.join(", ")}`);
    }
  }
}

function refuse(path: string, fault: string, hint: string): never {
  throw new InputError(`force field: ${path} ${fault}`, hint, { path });
}

const show = (value: unknown): string => JSON.stringify(value) ?? String(value);

/** Levenshtein distance, upper and lower case alike. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1]!.toLowerCase() === b[j - 1]!.toLowerCase() ? 0 : 1;
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + change));
    }
    row = next;
  }
  return row[b.length]!;
}
