// How the kernel splits 1/r between real and reciprocal space: with the prolate function in place of Ewald's Gaussian,
//   1/r = (1 − Ψ(r/r_c))/r  +  Ψ(r/r_c)/r,     Ψ(t) = ∫₀ᵗ ψ,  Ψ(1) = 1.
// The first part ends at r_c exactly. The second has the transform (4π/k²) ψ̂(k), ψ̂(k) = ψ(k r_c/c)/ψ(0), and what lies beyond
// k_c = c/r_c is left out: that is the only error. A Gaussian of the same accuracy needs about twice the k_c, eight times the waves
// (Liang et al., arXiv:2505.09727; Boström et al., arXiv:2602.16591).
//
// Error. The share of ψ² beyond c is 1 − μ = 4√(πc) e^{−2c} (Fuchs, 10.1016/0022-247X(64)90017-4). For N charges in V with random
// phases, Q = Σq², the rms force error per atom follows as
//   δF = 4π k_e Q √( (1 − μ) G / (2π N V) ),   G = ∫ g² dx ≈ √(c/π)/(2 r_c),  g = ψ(x/r_c)/(2 r_c) the screening density along a line.

import { COULOMB_CONSTANT } from "../base/index.js";
import { makeProlate } from "./kernel-prolate.js";

export interface Splitting {
  /** r_c, Å. */
  readonly realCutoff: number;
  /** c. */
  readonly bandwidth: number;
  /** k_c = c/r_c, 1/Å. */
  readonly reciprocalCutoff: number;
  /** g(0) in 1/Å: E_self = −k_e g(0) Σq². The Gaussian's is α/√π. */
  readonly selfTerm: number;
  /** ∫ (real-space part of 1/r) d³r in Å²: E_background = −k_e (Σq)² /(2V) times it. Zero effect in a neutral cell. */
  readonly volumeTerm: number;
  /** Writes U, U′, U″ of (1 − Ψ)/r at r < r_c; no k_e, no charges. */
  screened(r: number, out: Float64Array): void;
  /** Writes f(k) = ψ̂/k² and d ln f/d(k²) for 0 < k² ≤ k_c². */
  transform(k2: number, out: Float64Array): void;
}

export function makeSplitting(realCutoff: number, bandwidth: number): Splitting {
  const prolate = makeProlate(bandwidth);
  const psi = new Float64Array(3);
  prolate.at(0, psi);
  const atOrigin = psi[1]!;
  return {
    realCutoff,
    bandwidth,
    reciprocalCutoff: bandwidth / realCutoff,
    selfTerm: atOrigin / (2 * realCutoff),
    volumeTerm: 2 * Math.PI * realCutoff ** 2 * secondMoment(prolate),
    screened(r, out) {
      prolate.at(r / realCutoff, psi);
      const rest = (1 - psi[0]!) / r;
      const density = psi[1]! / realCutoff;
      out[0] = rest;
      out[1] = -(density + rest) / r;
      out[2] = (2 * (density + rest)) / (r * r) - psi[2]! / (realCutoff * realCutoff * r);
    },
    transform(k2, out) {
      const scale = realCutoff / bandwidth;
      const k = Math.sqrt(k2);
      prolate.at(Math.min(1, k * scale), psi);
      out[0] = psi[1]! / (atOrigin * k2);
      out[1] = (psi[2]! * scale) / (psi[1]! * 2 * k) - 1 / k2;
    },
  };
}

/** ∫₀¹ x² ψ dx by Simpson's rule; on 256 intervals its error is below 10⁻⁹ of it, and a neutral cell multiplies it by zero. */
function secondMoment(prolate: ReturnType<typeof makeProlate>): number {
  const psi = new Float64Array(3);
  const intervals = 256;
  let sum = 0;
  for (let i = 0; i <= intervals; i++) {
    const x = i / intervals;
    prolate.at(x, psi);
    sum += (i === 0 || i === intervals ? 1 : i % 2 ? 4 : 2) * x * x * psi[1]!;
  }
  return sum / (3 * intervals);
}

/** What the error estimate needs to know of a cell. */
export interface ChargeCloud {
  readonly atoms: number;
  readonly volume: number; // Å³
  readonly squares: number; // Σq², e²
}

/** rms force error per atom, eV/Å. */
export function splittingError(cloud: ChargeCloud, realCutoff: number, bandwidth: number): number {
  const outside = 4 * Math.sqrt(Math.PI * bandwidth) * Math.exp(-2 * bandwidth);
  const density = Math.sqrt(bandwidth / Math.PI) / (2 * realCutoff);
  const variance = (outside * density) / (2 * Math.PI * cloud.atoms * cloud.volume);
  return 4 * Math.PI * COULOMB_CONSTANT * cloud.squares * Math.sqrt(variance);
}

/** The least c that keeps `error` (eV/Å); at least 4, where ψ has become bell-shaped and the estimates hold. */
export function bandwidthFor(cloud: ChargeCloud, realCutoff: number, error: number): number {
  let [low, high] = [4, 64];
  if (!(splittingError(cloud, realCutoff, low) > error)) return low;
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (splittingError(cloud, realCutoff, middle) > error) low = middle;
    else high = middle;
  }
  return high;
}
