// The shape of a spectrum as a distribution of weights w over frequencies f: centre μ = ⟨f⟩, width σ = √⟨(f − μ)²⟩, skewness ⟨(f − μ)³⟩/σ³ and
// excess kurtosis ⟨(f − μ)⁴⟩/σ⁴ − 3 (0 for a Gaussian, −1.2 for a flat band: lower is flatter).

import { expectShape, type F64, InputError } from "../base/index.js";
import { frequencyMoment, type MeshModes, type MomentOptions } from "../modes/index.js";

export interface SpectrumShape {
  readonly centre: number; // THz
  readonly width: number; // THz
  readonly skewness: number;
  readonly kurtosis: number;
}

/** Of modes over a mesh, weighed by |e_j|² of `atoms` or all alike; moments over the modes, without broadening. */
export function shapeOfModes(modes: MeshModes, options: MomentOptions = {}): SpectrumShape {
  const [m1, m2, m3, m4] = [1, 2, 3, 4].map((order) => frequencyMoment(modes, order, options)) as [
    number,
    number,
    number,
    number,
  ];
  return fromMoments(m1, m2, m3, m4);
}

export interface CurveOptions {
  /** THz; what lies outside is left out. Default: the whole curve. */
  readonly from?: number;
  readonly to?: number;
}

/** Of a curve such as a velocity spectrum; even or uneven points, trapezia. */
export function shapeOfCurve(frequencies: F64, density: F64, options: CurveOptions = {}): SpectrumShape {
  expectShape("density", density, [frequencies.length]);
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = options;
  const sums = new Float64Array(5);
  for (let p = 0; p < frequencies.length; p++) {
    const f = frequencies[p]!;
    if (f < from || f > to) continue;
    const left = p > 0 ? f - frequencies[p - 1]! : 0;
    const right = p + 1 < frequencies.length ? frequencies[p + 1]! - f : 0;
    for (let k = 0; k <= 4; k++) sums[k]! += 0.5 * (left + right) * density[p]! * f ** k;
  }
  if (!(sums[0]! > 0)) throw new InputError(`the spectrum has no weight from ${from} to ${to} THz`, "widen the range");
  const [m1, m2, m3, m4] = [1, 2, 3, 4].map((k) => sums[k]! / sums[0]!) as [number, number, number, number];
  return fromMoments(m1, m2, m3, m4);
}

/** Central moments; the cancellation costs at most (centre/width)⁴ × 1e-16. */
function fromMoments(m1: number, m2: number, m3: number, m4: number): SpectrumShape {
  const variance = Math.max(0, m2 - m1 * m1);
  const third = m3 - 3 * m1 * m2 + 2 * m1 ** 3;
  const fourth = m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 ** 4;
  const width = Math.sqrt(variance);
  return { centre: m1, width, skewness: third / width ** 3, kurtosis: fourth / variance ** 2 - 3 };
}
