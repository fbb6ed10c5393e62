// Diffusion at several temperatures: of one dynamics (an Arrhenius fit, src/numerics/arrhenius.ts) and of two beside each other.

import type { Estimate } from "../base/index.js";
import { type Arrhenius, fitArrhenius } from "../numerics/index.js";

export interface DiffusionPoint {
  readonly thermalEnergy: number; // eV, k_BT
  readonly diffusion: Estimate; // Å²/ps
}

/** D = D0 e^{−E/k_BT} through at least three points. */
export const fitDiffusionArrhenius = (points: readonly DiffusionPoint[]): Arrhenius =>
  fitArrhenius(points.map(({ thermalEnergy, diffusion }) => ({ thermalEnergy, value: diffusion })));

export interface DynamicsRatio {
  readonly thermalEnergy: number; // eV
  /** D of the full equations over D of the approximation. */
  readonly ratio: Estimate;
}

/** How far an approximation is off, temperature by temperature; temperatures that only one of them has are left out. */
export function compareDynamics(
  full: readonly DiffusionPoint[],
  approximation: readonly DiffusionPoint[],
): readonly DynamicsRatio[] {
  return full.flatMap((point) => {
    const other = approximation.find((p) => Math.abs(p.thermalEnergy - point.thermalEnergy) < 1e-9);
    if (!other) return [];
    const value = point.diffusion.value / other.diffusion.value;
    const relative = Math.hypot(
      point.diffusion.standardError / point.diffusion.value,
      other.diffusion.standardError / other.diffusion.value,
    );
    return [{ thermalEnergy: point.thermalEnergy, ratio: { value, standardError: value * relative, unit: "" } }];
  });
}
