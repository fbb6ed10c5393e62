// The window that spreads a charge over P mesh points along each axis: the prolate function on a support of P steps,
//   w(v) = ψ_β(2|v|/P) − ψ_β(1),   |v| < P/2,    β = π P (1 − 1/(2σ)),    σ = mesh frequency over twice the highest wave that is used,
// whose transform is least, of all functions of that support, beyond the first frequency that is taken for one in use
// (Barnett, Magland and af Klinteberg, 10.1137/18M120885X, with the Kaiser–Bessel function that is nearly the same).
// Without ψ_β(1) the energy would step where an atom takes up new mesh points, and the forces, which do not see steps, would
// miss a share P ψ_β(1)/w̃(0) of the smoothest waves, several times the rest of the error.
//
// Between mesh points w is replaced by polynomials in t = u − ⌊u⌋ − ½, so that a derivative is exactly that of its weight.

import { gaussLegendre } from "../numerics/index.js";
import { makeProlate } from "./kernel-prolate.js";

export interface MeshWindow {
  /** P, even. */
  readonly width: number;
  /** Coefficients of each polynomial. */
  readonly terms: number;
  /** [terms, P] highest power first; the weight of point p = 0 … P−1 at ⌊u⌋ − P/2 + 1 + p. */
  readonly polynomials: Float64Array;
  /** ∫ w(v) cos(angle · v) dv: the transform at `angle` per mesh step. */
  transform(angle: number): number;
}

const NODES = 24; // of the interpolation, more than any window here needs

export function makeMeshWindow(width: number, upsampling: number): MeshWindow {
  const prolate = makeProlate(Math.max(4, Math.PI * width * (1 - 1 / (2 * upsampling))));
  const psi = new Float64Array(3);
  prolate.at(1, psi);
  const edge = psi[1]!; // about what the window leaks
  const value = (v: number): number => {
    const x = Math.abs(2 * v) / width;
    if (x > 1) return 0;
    prolate.at(x, psi);
    return psi[1]! - edge;
  };
  const series = Array.from({ length: width }, (_, p) => chebyshev((t) => value(p - width / 2 + 0.5 - t)));
  const enough = 0.02 * edge;
  const terms = 1 + Math.max(...series.map((c) => c.findLastIndex((x) => Math.abs(x) > enough)));
  const polynomials = new Float64Array(terms * width);
  series.forEach((c, p) => {
    monomials(c.slice(0, terms)).forEach((x, k) => {
      polynomials[(terms - 1 - k) * width + p] = x;
    });
  });
  const { nodes, weights } = gaussLegendre(16 + 4 * width, 0, width / 2);
  const products = Float64Array.from(weights, (w, k) => 2 * w * value(nodes[k]!));
  return {
    width,
    terms,
    polynomials,
    transform: (angle) => products.reduce((sum, product, k) => sum + product * Math.cos(angle * nodes[k]!), 0),
  };
}

/** Coefficients of T_k(2t) on |t| ≤ ½. */
function chebyshev(f: (t: number) => number): Float64Array {
  const samples = Float64Array.from({ length: NODES }, (_, j) => f(0.5 * Math.cos((Math.PI * (j + 0.5)) / NODES)));
  return Float64Array.from({ length: NODES }, (_, k) => {
    let sum = 0;
    for (let j = 0; j < NODES; j++) sum += samples[j]! * Math.cos((Math.PI * k * (j + 0.5)) / NODES);
    return ((k === 0 ? 1 : 2) * sum) / NODES;
  });
}

/** Σ c_k T_k(2t) in powers of t, lowest first. */
function monomials(c: Float64Array): Float64Array {
  const out = new Float64Array(c.length);
  let before = new Float64Array(c.length); // T_{k−1}
  let now = new Float64Array(c.length); // T_k
  now[0] = 1;
  for (let k = 0; k < c.length; k++) {
    for (let i = 0; i <= k; i++) out[i] = out[i]! + c[k]! * now[i]!;
    const next = new Float64Array(c.length);
    // T_{k+1}(x) = 2x T_k − T_{k−1}, x = 2t, and T_1 = x
    for (let i = 0; i < c.length; i++) next[i] = (i > 0 ? (k === 0 ? 2 : 4) * now[i - 1]! : 0) - before[i]!;
    before = now;
    now = next;
  }
  return out;
}
