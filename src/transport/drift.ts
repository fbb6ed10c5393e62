// The frame of reference in which displacements are measured. With weights w_j (masses, or all equal) over the reference atoms R
//
//   Δr_i(t) → Δr_i(t) − Σ_{j∈R} w_j Δr_j(t) / Σ_{j∈R} w_j
//
// A simulation conserves the momentum of everything, so its framework recoils from the mobile ions: a collective diffusivity
// measured against the total centre of mass is (1 − N_c m_c/M)² of that against the framework, which is what a current meter sees.

import { type F64, InputError } from "../base/index.js";
import type { TrajectoryHeading } from "../dynamics/index.js";
import { atomCount } from "../structure/index.js";
import { type AtomSelection, elementsOfAtoms, selectAtoms } from "./selection.js";

/** "framework": all atoms but the followed ones; "total": all atoms; "lab": nothing is subtracted. */
export type ReferenceFrame = "lab" | "framework" | "total" | { readonly atoms: AtomSelection };

export interface DriftOptions {
  /** Default "framework". */
  readonly reference?: ReferenceFrame;
  /** Whether the reference atoms count by mass (their centre of mass) or all alike. Default "mass". */
  readonly weights?: "mass" | "equal";
}

/** How far the reference has moved. */
export interface Drift {
  /** In words, for reports: "centre of mass of 540 Ge, P, S atoms". */
  readonly name: string;
  /** Writes Σ w_j (r_j − r_j(first))/Σ w_j into `shift` [3] Å. The first call sets the first frame. */
  measure(positions: F64, shift: Float64Array): void;
  /** Writes its velocity Σ w_j v_j/Σ w_j into `shift` [3] Å/fs. */
  velocity(velocities: F64, shift: Float64Array): void;
}

/** @throws InputError when the frame of reference has no atoms. */
export function driftOf(heading: TrajectoryHeading, followed: Int32Array, options: DriftOptions = {}): Drift {
  const { reference = "framework", weights = "mass" } = options;
  const { crystal } = heading;
  if (reference === "lab") {
    const still = (_: F64, shift: Float64Array) => void shift.fill(0);
    return { name: "the laboratory", measure: still, velocity: still };
  }
  const atoms = referenceAtoms(heading, followed, reference);
  if (atoms.length === 0)
    throw new InputError(
      `all ${atomCount(crystal)} atoms are followed: there is no framework to measure from`,
      'pass reference: "total" or "lab"',
    );
  const w = Float64Array.from(atoms, (atom) => (weights === "mass" ? crystal.masses[atom]! : 1));
  const sum = w.reduce((total, weight) => total + weight, 0);
  const first = new Float64Array(3);
  const mean = new Float64Array(3);
  let started = false;
  const average = (vectors: F64, out: Float64Array): void => {
    out.fill(0);
    for (let j = 0; j < atoms.length; j++) {
      const at = 3 * atoms[j]!;
      const share = w[j]! / sum;
      for (let axis = 0; axis < 3; axis++) out[axis]! += share * vectors[at + axis]!;
    }
  };
  const what = weights === "mass" ? "centre of mass" : "mean position";
  return {
    name: `${what} of ${atoms.length} ${elementsOfAtoms(crystal, atoms).join(", ")} atoms`,
    measure(positions, shift) {
      average(positions, mean);
      if (!started) first.set(mean);
      started = true;
      for (let axis = 0; axis < 3; axis++) shift[axis] = mean[axis]! - first[axis]!;
    },
    velocity: average,
  };
}

function referenceAtoms(heading: TrajectoryHeading, followed: Int32Array, reference: Exclude<ReferenceFrame, "lab">) {
  const n = atomCount(heading.crystal);
  if (typeof reference === "object") return selectAtoms(heading.crystal, reference.atoms);
  const all = Int32Array.from({ length: n }, (_, i) => i);
  if (reference === "total") return all;
  const mobile = new Set(followed);
  return all.filter((i) => !mobile.has(i));
}
