// From a force field's description and a crystal to radial functions and charges.

import { CapabilityError } from "../base/index.js";
import type { Crystal } from "../structure/index.js";
import { type CutTerm, cutTerm, radialPair } from "./cut-term.js";
import { expectNeutral } from "./ewald.js";
import type { Interactions, RadialPair } from "./interactions.js";
import { ABSURD_DISTANCE, minimumDistanceOf } from "./overlap.js";
import {
  cutoffOf,
  DEFAULT_EWALD_ACCURACY,
  elementsOfSpec,
  type ForceFieldSpec,
  shiftOf,
  termsBetween,
} from "./spec.js";

/**
 * @throws CapabilityError for an element or a pair without parameters, or a Coulomb sum without three periodic directions;
 *   PhysicsError for a charged cell.
 */
export function interactionsFor(spec: ForceFieldSpec, crystal: Crystal): Interactions {
  expectElements(spec, crystal);
  const charges = activeCharges(spec, crystal);
  const ewald = charges.some((q) => q !== 0);
  if (ewald) {
    expectPeriodic(spec, crystal);
    expectNeutral(crystal, charges);
  }
  const pairs: RadialPair[] = [];
  const byForm = new Map<string, RadialPair[]>();
  const minimumDistances = new Float64Array(crystal.elements.length ** 2);
  for (let a = 0; a < crystal.elements.length; a++) {
    for (let b = a; b < crystal.elements.length; b++) {
      const terms = cutTermsBetween(spec, crystal, { a, b, chargeProduct: charges[a]! * charges[b]! });
      const pair = radialPair(a, b, terms);
      if (terms.length > 0) pairs.push(pair);
      for (const form of new Set(terms.map((term) => term.form))) {
        const ofForm = terms.filter((term) => term.form === form);
        byForm.set(form, [...(byForm.get(form) ?? []), radialPair(a, b, ofForm)]);
      }
      const turnOver = minimumDistanceOf(charges[a]! * charges[b]!, pair.radial);
      const minimum = Math.max(ABSURD_DISTANCE, turnOver, tableStart(spec, crystal.elements[a]!, crystal.elements[b]!));
      minimumDistances[a * crystal.elements.length + b] = minimum;
      minimumDistances[b * crystal.elements.length + a] = minimum;
    }
  }
  return {
    crystal,
    charges,
    ...(ewald ? { ewald: { accuracy: spec.coulomb?.accuracy ?? DEFAULT_EWALD_ACCURACY } } : {}),
    pairs,
    components: [...byForm].map(([name, list]) => ({ name, pairs: list })),
    minimumDistances,
  };
}

interface KindPair {
  readonly a: number;
  readonly b: number;
  readonly chargeProduct: number; // e²
}

function cutTermsBetween(spec: ForceFieldSpec, crystal: Crystal, pair: KindPair): readonly CutTerm[] {
  const [a, b] = [crystal.elements[pair.a]!, crystal.elements[pair.b]!];
  const terms = termsBetween(spec, a, b);
  if (!terms) {
    // like charges keep apart by themselves; anything else unlisted would collapse or pass through
    if (pair.chargeProduct > 0) return [];
    const why = pair.chargeProduct < 0 ? "opposite charges would collapse" : "nothing would act between them";
    throw new CapabilityError(
      `${spec.name} has no term for ${a}-${b}: ${why} (it lists ${Object.keys(spec.pairs).join(", ")})`,
      `add the pair, or list it with no terms ("${a}-${b}": []) if that is meant`,
      { pair: `${a}-${b}` },
    );
  }
  return terms.map((term) => cutTerm(term, cutoffOf(spec, term), shiftOf(spec, term)));
}

/** Å: where the innermost reach of a table begins; 0 without tables. */
function tableStart(spec: ForceFieldSpec, a: string, b: string): number {
  return Math.max(
    0,
    ...(termsBetween(spec, a, b) ?? []).map((term) => (term.form === "table" ? term.distancesA[0]! : 0)),
  );
}

function expectElements(spec: ForceFieldSpec, crystal: Crystal): void {
  const known = elementsOfSpec(spec);
  const missing = crystal.elements.filter((element) => !known.includes(element));
  if (missing.length > 0) {
    throw new CapabilityError(
      `${spec.name} has no parameters for ${missing.join(", ")}; it knows ${known.join(", ")}`,
      "choose another force field, or add charges and pair terms for these elements",
      { missing, known },
    );
  }
}

/** [nKinds] e; zero when the Coulomb part is off. */
function activeCharges(spec: ForceFieldSpec, crystal: Crystal): Float64Array {
  const on = spec.coulomb?.method === "ewald";
  return Float64Array.from(crystal.elements, (element) => {
    const charge = spec.charges?.[element];
    if (on && charge === undefined) {
      throw new CapabilityError(
        `${spec.name} has no charge for ${element}; it has charges for ${Object.keys(spec.charges ?? {}).join(", ")}`,
        `add charges.${element} (0 is allowed)`,
      );
    }
    return on ? charge! : 0;
  });
}

function expectPeriodic(spec: ForceFieldSpec, crystal: Crystal): void {
  if (crystal.cell.periodic.every(Boolean)) return;
  throw new CapabilityError(
    `the Coulomb sum of ${spec.name} needs three periodic directions, the cell has ${crystal.cell.periodic.filter(Boolean).length}`,
    "put slabs and molecules into a periodic cell with enough vacuum",
  );
}
