// What a run will cost: a few steps' worth of forces are timed.

import type { ForceField } from "../forces/index.js";
import { atomCount, type Crystal, formulaOf } from "../structure/index.js";
import type { MolecularDynamicsParameters, StepCounts } from "./md-dynamics-parameters.js";
import type { Estimation } from "./study.js";

/** Seconds of one step: atoms move a few thousandths of an ångström, so that the neighbour list stays. */
export function stepSeconds(field: ForceField, crystal: Crystal): number {
  const session = field.attach(crystal);
  try {
    const forces = new Float64Array(crystal.positions.length);
    const at = (k: number): Float64Array => Float64Array.from(crystal.positions, (x, a) => x + 0.004 * Math.sin(a + k));
    const places = Array.from({ length: 8 }, (_, k) => at(k));
    for (const positions of places) session.evaluate(positions, forces); // warms up
    const before = performance.now();
    for (const positions of places) session.evaluate(positions, forces);
    return (performance.now() - before) / 1000 / places.length;
  } finally {
    session.dispose();
  }
}

export interface MdWork {
  readonly parameters: MolecularDynamicsParameters;
  readonly counts: StepCounts;
  readonly crystal: Crystal;
  readonly field: ForceField;
  /** Threads. */
  readonly width: number;
}

export function mdEstimate({ parameters, counts, crystal, field, width }: MdWork): Estimation {
  const { replicas, velocities, precision, trajectory, ensemble, durationPs, equilibrationPs } = parameters;
  const { innerSteps } = parameters;
  const n = atomCount(crystal);
  const steps = counts.equilibration + counts.production;
  const frames = Math.floor(counts.production / counts.sample) + 1;
  // a sample of the pressure is one more evaluation
  const each = stepSeconds(field, crystal) * (1 + 1 / counts.sample) * (1 + 0.2 * (innerSteps - 1));
  const frameBytes = 3 * n * (velocities ? 2 : 1);
  const kept = frames * frameBytes * (precision === "single" ? 4 : 8) * (4 / 3); // as base64
  const perNumber = { none: 0, h5md: precision === "single" ? 4 : 8, extxyz: 14, lammpstrj: 14 }[trajectory];
  const diskMb = (replicas * (kept + frames * frameBytes * perNumber + 400 * (steps / counts.sample))) / 1e6;
  return {
    seconds: 1 + (replicas * steps * each) / Math.min(width, replicas),
    memoryMb: 100 + Math.min(width, replicas) * (80 + Math.min(kept / 1e6, 200)),
    diskMb: 0.5 + diskMb,
    work: [
      `${formulaOf(crystal)}, ${n} atoms, ${ensemble}: ${replicas} ${replicas === 1 ? "run" : "runs"} of ${equilibrationPs} + ${durationPs} ps, ${steps} steps each`,
      `${frames} frames each, ${parameters.sampleFs} fs apart`,
    ],
  };
}
