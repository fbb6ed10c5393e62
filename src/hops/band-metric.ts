// The eigenbasis of a reference Hessian, in which every image's first guess of the energy surface is diagonal:
// Φ = Σ_k λ_k v_k v_kᵀ, z_k = v_k · x. The v_k are orthonormal, so lengths and angles are the same in both coordinates.

import { expectShape, type F64 } from "../base/index.js";
import { matmul, symmetricEigen } from "../numerics/index.js";

/** How stiff the lattice is along which direction, near the minimum a hop starts from. Serves every hop of that minimum. */
export interface BandMetric {
  /** [size] eV/Å², curvature assumed along each direction, positive. */
  readonly stiffness: F64;
  /** [size,size], one orthonormal direction per row; absent when the Cartesian axes serve. */
  readonly vectors?: F64;
}

/** Below this curvature, eV/Å², a direction counts as this stiff: rigid translations and soft modes stay bounded. */
const SOFTEST = 0.5;

/** Stiffness assumed without a Hessian, eV/Å²: what a first step is scaled by; the band then learns. */
const TYPICAL = 15;

/** The metric of a Hessian [size,size] eV/Å², size = 3n: one eigenproblem. */
export function bandMetric(hessian: F64, size: number): BandMetric {
  expectShape("Hessian", hessian, [size, size]);
  const { values, vectors } = symmetricEigen(hessian, size, { vectors: true });
  return { stiffness: Float64Array.from(values, (value) => Math.max(Math.abs(value), SOFTEST)), vectors: vectors! };
}

/** The same stiffness in every direction. */
export function plainMetric(size: number, stiffness = TYPICAL): BandMetric {
  return { stiffness: new Float64Array(size).fill(stiffness) };
}

/** Rows of `cartesian` [rows,size] → coordinates along the metric's directions, in `out`. */
export function toMetric(metric: BandMetric, cartesian: F64, out: Float64Array): void {
  const size = metric.stiffness.length;
  if (!metric.vectors) out.set(cartesian as Float64Array);
  else
    out.set(
      matmul(cartesian, metric.vectors, { rows: out.length / size, inner: size, columns: size, transposeB: true }),
    );
}

/** Rows of `coordinates` [rows,size] → Cartesian, in `out`. */
export function fromMetric(metric: BandMetric, coordinates: F64, out: Float64Array): void {
  const size = metric.stiffness.length;
  if (!metric.vectors) out.set(coordinates as Float64Array);
  else out.set(matmul(coordinates, metric.vectors, { rows: out.length / size, inner: size, columns: size }));
}
