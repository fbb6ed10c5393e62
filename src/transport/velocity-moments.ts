// The shape of a spectrum in four numbers. With ⟨x⟩ = ∫ x g df/∫ g df between two frequencies:
//
//   centre c = ⟨f⟩,  width σ = √⟨(f − c)²⟩,  skewness ⟨(f − c)³⟩/σ³,  excess kurtosis ⟨(f − c)⁴⟩/σ⁴ − 3
//
// g is taken as linear between its points; three Gauss points integrate such a line times a fourth power exactly. A flat spectrum has the kurtosis −1.2, a Gaussian 0.

import { expectShape, type F64, InputError } from "../base/index.js";

export interface MomentLimits {
  /** Lower limit, THz. Default 0. */
  readonly fromThz?: number;
  /** Upper limit, THz; 10 % above the highest harmonic frequency keeps noise out. Default: the end of the spectrum. */
  readonly toThz?: number;
}

export interface SpectralMoments {
  /** ∫ g df between the limits. */
  readonly area: number;
  readonly centre: number; // THz
  readonly width: number; // THz
  readonly skewness: number;
  readonly excessKurtosis: number;
  readonly limitsThz: readonly [number, number];
}

/** @throws InputError when nothing of the spectrum lies between the limits. */
export function spectralMoments(frequencies: F64, density: F64, limits: MomentLimits = {}): SpectralMoments {
  expectShape("the density", density, [frequencies.length]);
  const from = Math.max(limits.fromThz ?? 0, frequencies[0] ?? 0);
  const to = Math.min(limits.toThz ?? Number.POSITIVE_INFINITY, frequencies[frequencies.length - 1] ?? 0);
  const integral = (weight: (f: number) => number): number => integrate(frequencies, density, { from, to, weight });
  const area = integral(() => 1);
  if (!(area > 0))
    throw new InputError(
      `the spectrum has the area ${area} between ${from} and ${to} THz`,
      "choose limits that hold some of it",
      { from, to },
    );
  const centre = integral((f) => f) / area;
  const central = (power: number): number => integral((f) => (f - centre) ** power) / area;
  const width = Math.sqrt(central(2));
  return {
    area,
    centre,
    width,
    skewness: central(3) / width ** 3,
    excessKurtosis: central(4) / width ** 4 - 3,
    limitsThz: [from, to],
  };
}

const GAUSS = [-Math.sqrt(0.6), 0, Math.sqrt(0.6)];
const WEIGHTS = [5 / 18, 8 / 18, 5 / 18];

function integrate(
  x: F64,
  y: F64,
  { from, to, weight }: { readonly from: number; readonly to: number; readonly weight: (f: number) => number },
): number {
  let sum = 0;
  for (let k = 1; k < x.length; k++) {
    const [a, b] = [Math.max(from, x[k - 1]!), Math.min(to, x[k]!)];
    if (!(b > a)) continue;
    for (let p = 0; p < 3; p++) {
      const f = 0.5 * (a + b) + 0.5 * (b - a) * GAUSS[p]!;
      const share = (f - x[k - 1]!) / (x[k]! - x[k - 1]!);
      sum += WEIGHTS[p]! * (b - a) * weight(f) * (y[k - 1]! + share * (y[k]! - y[k - 1]!));
    }
  }
  return sum;
}
