// Compares what a force field says about its derivatives with differences of its energies.

import type { F64 } from "../base/index.js";
import { atomCount, type Crystal, deformCell, toCartesian, toFractional } from "../structure/index.js";
import type { ForceField } from "./forcefield.js";

export interface FiniteDifferenceOptions {
  /** Displacement, Å. Default 1e-3: the fourth-order formula leaves ~1e-12 of truncation, rounding ~1e-13·E/step. */
  readonly step?: number;
  /** Strain. Default 1e-4. */
  readonly strain?: number;
  /** Atoms to displace, counted from 0. Default: the first eight. */
  readonly atoms?: readonly number[];
}

export interface FiniteDifferenceReport {
  /** eV/Å: largest |F + ΔE/Δx| over the displaced coordinates. */
  readonly forceError: number;
  /** eV/Å³: largest |σ − ΔE/(V Δε)| over the nine strains; absent when the force field gives no stress. */
  readonly stressError?: number;
  /** eV/Å²: largest |Φ + ΔF/Δx| over the rows of the displaced coordinates; absent when it gives no Hessian. */
  readonly hessianError?: number;
}

/** Largest differences between analytic and numerical derivatives at `crystal`. */
export function checkFiniteDifference(
  forceField: ForceField,
  crystal: Crystal,
  options: FiniteDifferenceOptions = {},
): FiniteDifferenceReport {
  const { step = 1e-3, strain = 1e-4 } = options;
  const n = atomCount(crystal);
  const atoms = options.atoms ?? Array.from({ length: Math.min(8, n) }, (_, i) => i);
  const session = forceField.attach(crystal);
  const forces = new Float64Array(3 * n);
  const stress = new Float64Array(9);
  session.evaluate(crystal.positions, forces, forceField.can.stress ? stress : undefined);
  const hessian = session.hessian?.(crystal.positions);
  let [forceError, hessianError, stressError] = [0, 0, 0];
  const scratch = new Float64Array(3 * n);
  for (const coordinate of atoms.flatMap((i) => [3 * i, 3 * i + 1, 3 * i + 2])) {
    const slopes = derivative(step, (h) => {
      const moved = crystal.positions.slice();
      moved[coordinate] = moved[coordinate]! + h;
      const energy = session.evaluate(moved, scratch);
      return Float64Array.of(energy, ...scratch);
    });
    forceError = Math.max(forceError, Math.abs(forces[coordinate]! + slopes[0]!));
    for (let k = 0; hessian && k < 3 * n; k++) {
      hessianError = Math.max(hessianError, Math.abs(hessian[3 * n * coordinate + k]! + slopes[1 + k]!));
    }
  }
  if (forceField.can.stress) {
    const fractional = toFractional(crystal.cell, crystal.positions);
    for (let k = 0; k < 9; k++) {
      const slope = derivative(strain, (h) => {
        const deformation = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
        deformation[k] = deformation[k]! + h;
        const cell = deformCell(crystal.cell, deformation);
        session.setCell(cell);
        return Float64Array.of(session.evaluate(toCartesian(cell, fractional), scratch));
      })[0]!;
      stressError = Math.max(stressError, Math.abs(stress[k]! - slope / crystal.cell.volume));
    }
  }
  session.dispose();
  return { forceError, ...(forceField.can.stress ? { stressError } : {}), ...(hessian ? { hessianError } : {}) };
}

/** f′(0) = [8(f(h) − f(−h)) − (f(2h) − f(−2h))]/12h, error h⁴f⁽⁵⁾/30. */
function derivative(h: number, f: (x: number) => Float64Array): F64 {
  const [far, near, back, farBack] = [f(2 * h), f(h), f(-h), f(-2 * h)];
  return near.map((value, i) => (8 * (value - back[i]!) - (far[i]! - farBack[i]!)) / (12 * h));
}
