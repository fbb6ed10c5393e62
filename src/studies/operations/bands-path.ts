// Paths and wave vectors as a person writes them: "Γ-X|U-Γ", points by their labels or as "(1/2 0 0)"; "X,3" is mode 3 at X.

import { InputError, type Vec3 } from "../../base/index.js";
import type { BandLeg, BandPath } from "../../modes/index.js";
import { knownWordsHint } from "../nearest.js";

export interface NamedWave {
  readonly label: string;
  readonly q: Vec3;
}

type Points = BandPath["points"];

/** Legs of "Γ-X-(1/4 1/4 1/2)|K-Γ". @throws InputError naming what is no point. */
export function parsePath(text: string, points: Points): BandLeg[] {
  return text.split("|").flatMap((part) => {
    const words = [...part.matchAll(/\(([^)]*)\)|[^-–()|]+/g)]
      .map(([whole]) => whole.trim())
      .filter((word) => word !== "");
    if (words.length < 2)
      throw new InputError(
        `"${part.trim()}" of the path is no leg`,
        'two points at least, as in "Γ-X|U-Γ" or "Γ-(1/2 0 0)"',
      );
    const waves = words.map((word) => parseWave(word, points));
    return waves.slice(1).map((to, at) => {
      const from = waves[at]!;
      if (from.q.every((x, k) => x === to.q[k]))
        throw new InputError(`the leg from ${from.label} to ${to.label} has no length`, "the two ends differ");
      return { from: from.label, to: to.label, start: from.q, end: to.q };
    });
  });
}

/** A label of the path, or three numbers, fractions allowed. */
export function parseWave(text: string, points: Points): NamedWave {
  const word = text
    .trim()
    .replace(/^\((.*)\)$/, "$1")
    .trim();
  const label = /^(g|gamma|\\gamma|Γ)$/i.test(word) ? "Γ" : word;
  const known = points[label];
  if (known) return { label, q: known };
  const numbers = word.split(/[\s,]+/).map(fraction);
  if (numbers.length === 3 && numbers.every(Number.isFinite))
    return { label: word.split(/[\s,]+/).join(" "), q: numbers as unknown as Vec3 };
  throw new InputError(
    `${text.trim()} is no point of the zone`,
    `${knownWordsHint(label, Object.keys(points))}; or three numbers in reciprocal vectors, such as (1/2 0 0)`,
    { points },
  );
}

function fraction(text: string): number {
  const [above = "", below, ...rest] = text.split("/");
  if (above.trim() === "" || rest.length > 0) return Number.NaN;
  return below === undefined ? Number(above) : Number(above) / Number(below);
}

export interface ChosenMode extends NamedWave {
  readonly mode: number;
  /** What stands after the mode: an amplitude. */
  readonly rest: readonly number[];
}

/** "X,3", "1/2 0 0,3,0.1"; several apart by ";". `numbers`: how many stand after the wave vector, at least and at most. */
export function parseModes(text: string, points: Points, numbers: readonly [number, number]): ChosenMode[] {
  return text.split(";").map((item) => {
    const words = item.split(",");
    const tail = words.slice(1).map((word) => (word.trim() === "" ? Number.NaN : Number(word)));
    const [mode = Number.NaN, ...rest] = tail;
    if (
      tail.length < numbers[0] ||
      tail.length > numbers[1] ||
      !tail.every(Number.isFinite) ||
      !Number.isInteger(mode) ||
      mode < 0
    )
      throw new InputError(
        `"${item.trim()}" is no mode`,
        `a point and the number of the mode from 0${numbers[1] > 1 ? ", then the amplitude in Å" : ""}, as in "X,0${numbers[1] > 1 ? ",0.1" : ""}" or "1/2 0 1/2,0${numbers[1] > 1 ? ",0.1" : ""}"`,
      );
    return { ...parseWave(words[0]!, points), mode, rest };
  });
}

/** A label in a file's name. */
export const fileLabel = (label: string): string =>
  label
    .replaceAll("Γ", "Gamma")
    .replaceAll("/", "o")
    .replace(/[^A-Za-z0-9.+-]+/g, "_");
