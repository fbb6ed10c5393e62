// Sound in all directions and what it takes away. The eigenpairs v², ψ of the acoustic matrix C(n) (the Christoffel problem) give
//
//   L = Σ_u ∫dS ψψᵀ / (16π² ρ v_u³),    ρ the inertia per volume,
//
// one symmetric tensor for every pair of atoms. Its trace is 3⟨v⁻³⟩/(4πρ): slow branches carry it. Rodin et al., arXiv:2504.06595, eq. (15).

import { convert, InputError, type Vec3 } from "../base/index.js";
import { gaussLegendre } from "../numerics/index.js";
import { densityOf } from "./crystal-framework.js";
import { requireStable, surveySpectrum } from "./crystal-spectrum.js";
import { eigenSymmetric3 } from "./eigen3.js";
import type { HarmonicFramework } from "./model.js";
import { acousticDrag } from "./recoil.js";

/** km/s in one Å/fs. */
export const KM_PER_S_PER_A_PER_FS = (convert("length", 1, "A", "m") * 1e-3) / (convert("time", 1, "fs", "ns") * 1e-9);

/** [3] Å/fs, ascending, along a Cartesian direction of any length. */
export function soundAlong(framework: HarmonicFramework, direction: Vec3): Vec3 {
  const length = Math.hypot(...direction);
  if (!(length > 0)) throw new InputError("sound along a direction of length 0", "pass a direction such as [1, 0, 0]");
  const matrix = new Float64Array(9);
  const squares = new Float64Array(3);
  framework.acousticMatrix([direction[0] / length, direction[1] / length, direction[2] / length], matrix);
  eigenSymmetric3(matrix, squares, new Float64Array(9));
  return [root(squares[0]!), root(squares[1]!), root(squares[2]!)];
}

const root = (square: number): number => Math.sign(square) * Math.sqrt(Math.abs(square));

export interface SoundSummary {
  /** Å/fs, over all directions: slowest and fastest branch, mean over branches, and (3⟨Σ v⁻³⟩⁻¹)^⅓, the mean that Debye's law and L take. */
  readonly least: number;
  readonly mean: number;
  readonly most: number;
  readonly debye: number;
}

export interface DirectionsOptions {
  /** Gauss–Legendre nodes in cos ϑ; the azimuth gets twice as many equal steps. Default 64. */
  readonly nodes?: number;
}

export function soundSummary(framework: HarmonicFramework, options: DirectionsOptions = {}): SoundSummary {
  const { nodes = 64 } = options;
  const rule = gaussLegendre(nodes);
  let [least, most, sum, cubes] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < nodes; i++) {
    const z = rule.nodes[i]!;
    const rho = Math.sqrt(1 - z * z);
    for (let j = 0; j < 2 * nodes; j++) {
      const azimuth = (Math.PI * (j + 0.5)) / nodes;
      for (const v of soundAlong(framework, [rho * Math.cos(azimuth), rho * Math.sin(azimuth), z])) {
        const weight = rule.weights[i]! / (4 * nodes); // of 1 over the sphere
        least = Math.min(least, v);
        most = Math.max(most, v);
        sum += (weight * v) / 3;
        cubes += weight / (3 * v ** 3);
      }
    }
  }
  return { least, mean: sum, most, debye: cubes ** (-1 / 3) };
}

/** L [3,3], Å² fs/eV. @throws PhysicsError when the crystal is unstable. */
export function crystalDrag(framework: HarmonicFramework, options: DirectionsOptions = {}): Float64Array<ArrayBuffer> {
  requireStable(surveySpectrum(framework));
  return acousticDrag((direction, out) => framework.acousticMatrix(direction, out), {
    ...options,
    density: densityOf(framework),
  });
}
