// Which force field, with which cut-offs. With `accuracy` the cut-offs are chosen once, for the first structure, and kept:
// energies of two structures are comparable only when both were computed with the same ones.

import { z } from "zod";
import {
  cutoffOf,
  cutoffsForAccuracy,
  DEFAULT_EWALD_ACCURACY,
  type Engine,
  elementsOfPair,
  type ForceField,
  type ForceFieldSpec,
  makeForceField,
} from "../../forces/index.js";
import type { Crystal } from "../../structure/index.js";

export const forceParameters = {
  accuracy: z
    .number()
    .min(1e-12)
    .max(0.1)
    .optional()
    .describe(
      "Relative error of the forces, e.g. 1e-5: cut-offs are then chosen for this structure; without it the force field's own are used.",
    ),
  engine: z
    .enum(["kernel", "twin", "mixed"])
    .optional()
    .describe(
      "WebAssembly, plain TypeScript, or WebAssembly with single-precision pair sums (default the first that runs here)",
    ),
};

export interface ForceRequest {
  readonly accuracy?: number | undefined;
  readonly engine?: Engine | undefined;
}

/** What a result says about its force field. */
export interface ForceFieldSummary {
  readonly name: string;
  readonly doi: string | null;
  /** Longest short-range cut-off by pair of elements present, Å. */
  readonly cutoffsA: Readonly<Record<string, number>>;
  /** Rms force error of the Coulomb sum over the force between nearest charges; null without charges. */
  readonly ewaldAccuracy: number | null;
  /** The accuracy that was asked for; null: the source's own cut-offs. */
  readonly accuracy: number | null;
  /** Null: WebAssembly where it runs, else plain TypeScript. */
  readonly engine: Engine | null;
}

export interface ChosenForces {
  readonly field: ForceField;
  readonly summary: ForceFieldSummary;
}

export function chooseForces(spec: ForceFieldSpec, crystal: Crystal, { accuracy, engine }: ForceRequest): ChosenForces {
  const fixed = accuracy === undefined ? spec : cutoffsForAccuracy(spec, crystal, accuracy).spec;
  const present = Object.entries(fixed.pairs).filter(
    ([pair, terms]) => terms.length > 0 && elementsOfPair(pair).every((element) => crystal.elements.includes(element)),
  );
  return {
    field: makeForceField(fixed, engine ? { engine } : {}),
    summary: {
      name: fixed.name,
      doi: fixed.source?.doi ?? null,
      cutoffsA: Object.fromEntries(
        present.map(([pair, terms]) => [pair, Math.max(...terms.map((term) => cutoffOf(fixed, term)))]),
      ),
      ewaldAccuracy: fixed.coulomb?.method === "ewald" ? (fixed.coulomb.accuracy ?? DEFAULT_EWALD_ACCURACY) : null,
      accuracy: accuracy ?? null,
      engine: engine ?? null,
    },
  };
}

/** Seconds of one evaluation on the way of a relaxation: atoms move 0.1 Å in between, so that neighbours are sought anew. */
export function evaluationSeconds(field: ForceField, crystal: Crystal): number {
  const session = field.attach(crystal);
  const forces = new Float64Array(crystal.positions.length);
  const moved = Float64Array.from(crystal.positions, (x, a) => x + 0.05 * Math.sin(a));
  session.evaluate(crystal.positions, forces); // warms up
  const before = performance.now();
  for (const positions of [moved, crystal.positions, moved, crystal.positions]) session.evaluate(positions, forces);
  const seconds = (performance.now() - before) / 4000;
  session.dispose();
  return seconds;
}

/** What every operation on structures starts from. */
export interface StructureInput {
  readonly crystal: Crystal;
  readonly forces: ForceFieldSpec;
}

export const forcesLine = ({ name, accuracy }: ForceFieldSummary): string =>
  `forces        ${name}${accuracy === null ? ", the source's own cut-offs" : `, cut-offs for a relative accuracy of ${accuracy}`}`;
