// Functions of the dynamical matrix as polynomials, to move a harmonic lattice by long strides.
//
// With √D the frequencies, a free lattice obeys for any stride τ and any s between 0 and τ
//
//   u(t+τ) − u(t) = u(t) − u(t−τ) + 2 [cos √Dτ − 1] u(t)
//   u(t+s) = sin√D(τ−s)/sin√Dτ u(t) + sin√Ds/sin√Dτ u(t+τ)
//   a kick of momentum p at s adds sin√D(τ−s)/√D p/μ to u(t+τ)
//
// all of them smooth functions of D as long as Ω_max τ < π. On the band 0 … Ω_max² each is replaced by f(0) + A g(A), A = D/Ω_max², with g
// the polynomial through Chebyshev's points; f(0) is kept exactly, so that the lattice as a whole moves as it should. The first line
// conserves an energy exactly whatever its coefficients are (a symmetric two-step rule), so that only frequencies are off:
// 4·10⁻⁶ at Ω_max for τ = 40 fs and three powers, where velocity Verlet with 1.25 fs steps has 6·10⁻⁵ and 32 times the force evaluations.

import { InputError } from "../base/index.js";

/** Coefficients c_0 … c_order of powers of A for a function of D. */
export interface BandFit {
  readonly order: number;
  /** Fits f(Ω) on the band into out [order + 1]; f is called with Ω = 0 too. */
  fit(f: (omega: number) => number, out: Float64Array): void;
}

/** Prepares fits with `order` powers of A up to the frequency `topFrequency` (rad/fs). */
export function bandFit(order: number, topFrequency: number): BandFit {
  if (!Number.isInteger(order) || order < 1 || order > 12)
    throw new InputError(`polynomials of order ${order} in the dynamical matrix`, "pass a whole number from 1 to 12");
  const nodes = Float64Array.from({ length: order }, (_, i) => 0.5 * (1 + Math.cos((Math.PI * (i + 0.5)) / order)));
  const omegas = nodes.map((y) => topFrequency * Math.sqrt(y));
  const lagrange = monomials(nodes);
  return {
    order,
    fit(f, out) {
      const atZero = f(0);
      out.fill(0, 0, order + 1);
      out[0] = atZero;
      for (let i = 0; i < order; i++) {
        const value = (f(omegas[i]!) - atZero) / nodes[i]!;
        for (let k = 0; k < order; k++) out[k + 1]! += value * lagrange[i * order + k]!;
      }
    },
  };
}

/** Row i: the coefficients of the polynomial that is 1 at node i and 0 at the others. */
function monomials(nodes: Float64Array): Float64Array {
  const n = nodes.length;
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    let row = [1];
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const scale = 1 / (nodes[i]! - nodes[j]!);
      const longer = new Array<number>(row.length + 1).fill(0);
      row.forEach((c, k) => {
        longer[k]! -= nodes[j]! * c * scale;
        longer[k + 1]! += c * scale;
      });
      row = longer;
    }
    rows.set(row, i * n);
  }
  return rows;
}

/** sin(Ωt)/Ω, fs: t where Ω = 0. */
export const sineOver = (omega: number, timeFs: number): number =>
  Math.abs(omega * timeFs) < 1e-4 ? timeFs * (1 - (omega * timeFs) ** 2 / 6) : Math.sin(omega * timeFs) / omega;

/** The functions of one stride. */
export const strideFunctions = {
  /** 2 cos Ωτ − 2. */
  bend: (omega: number, strideFs: number): number => -4 * Math.sin(0.5 * omega * strideFs) ** 2,
  /** Weight of u(t) in u(t+s). */
  left: (omega: number, strideFs: number, timeFs: number): number =>
    sineOver(omega, strideFs - timeFs) / sineOver(omega, strideFs),
  /** d/ds of `left`. */
  leftRate: (omega: number, strideFs: number, timeFs: number): number =>
    -Math.cos(omega * (strideFs - timeFs)) / sineOver(omega, strideFs),
};

export interface StrideErrors {
  /** Largest relative error of a frequency. */
  readonly frequency: number;
  /** Largest error of an interpolated displacement, in units of the mode's amplitude. */
  readonly displacement: number;
  /** Largest error of an interpolated velocity, in units of Ω_max times the mode's amplitude. */
  readonly velocity: number;
}

/** What the fits of one stride lose, over a fine grid of the band. */
export function strideErrors(topFrequency: number, strideFs: number, order: number): StrideErrors {
  const band = bandFit(order, topFrequency);
  const bend = new Float64Array(order + 1);
  band.fit((omega) => strideFunctions.bend(omega, strideFs), bend);
  const parts = [0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875].map((part) => part * strideFs);
  const pairs = parts.map((s) => {
    const left = new Float64Array(order + 1);
    const rate = new Float64Array(order + 1);
    band.fit((omega) => strideFunctions.left(omega, strideFs, s), left);
    band.fit((omega) => strideFunctions.leftRate(omega, strideFs, s), rate);
    return { s, left, rate };
  });
  const errors = { frequency: 0, displacement: 0, velocity: 0 };
  const grid = 200;
  for (let i = 1; i <= grid; i++) {
    const omega = (topFrequency * i) / grid;
    const y = (omega / topFrequency) ** 2;
    const turned = Math.acos(1 + 0.5 * evaluate(bend, y)) / strideFs;
    errors.frequency = Math.max(errors.frequency, Math.abs(turned / omega - 1));
    for (const { s, left, rate } of pairs) {
      const off = Math.abs(evaluate(left, y) - strideFunctions.left(omega, strideFs, s));
      const rateOff = Math.abs(evaluate(rate, y) - strideFunctions.leftRate(omega, strideFs, s)) / topFrequency;
      errors.displacement = Math.max(errors.displacement, off);
      errors.velocity = Math.max(errors.velocity, rateOff);
    }
  }
  return errors;
}

function evaluate(coefficients: Float64Array, y: number): number {
  let value = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) value = value * y + coefficients[k]!;
  return value;
}
