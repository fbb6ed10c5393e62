// Integrals of smooth functions.
//
//   Gauss–Legendre   n nodes, exact for polynomials up to degree 2n − 1; nodes are the roots of P_n by Newton's method,
//                    weights 2/((1 − x²) P_n′(x)²)
//   Gauss–Kronrod    15 nodes of which 7 are Gauss's; their difference estimates the error, and the interval with the
//                    largest one is halved until the sum meets the tolerance (Piessens et al., QUADPACK, 1983)

import { InputError } from "../base/index.js";

export interface QuadratureRule {
  readonly nodes: Float64Array<ArrayBuffer>; // [n] ascending
  readonly weights: Float64Array<ArrayBuffer>; // [n]
}

/** Nodes and weights for ∫ f over [from, to], default [−1, 1]. */
export function gaussLegendre(n: number, from = -1, to = 1): QuadratureRule {
  if (!Number.isInteger(n) || n < 1) throw new InputError(`a quadrature rule with ${n} nodes`, "pass n ≥ 1");
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  const half = 0.5 * (to - from);
  const middle = 0.5 * (from + to);
  for (let i = 0; i < Math.ceil(n / 2); i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5)); // Tricomi's estimate, good to 1/n³
    let { value, slope } = legendre(n, x);
    for (let step = 0; step < 8; step++) {
      const move = value / slope;
      x -= move;
      ({ value, slope } = legendre(n, x));
      if (Math.abs(move) < 1e-15) break;
    }
    if (n % 2 === 1 && i === (n - 1) / 2) {
      x = 0;
      ({ slope } = legendre(n, 0));
    }
    const weight = 2 / ((1 - x * x) * slope * slope);
    nodes[i] = middle - half * x;
    nodes[n - 1 - i] = middle + half * x;
    weights[i] = weights[n - 1 - i] = half * weight;
  }
  return { nodes, weights };
}

/** P_n and its derivative by the three-term recurrence. */
function legendre(n: number, x: number): { value: number; slope: number } {
  let before = 1;
  let value = x;
  for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return { value, slope: (n * (before - x * value)) / (1 - x * x) };
}

export interface IntegrateOptions {
  /** Error to stop at, relative to the integral. Default 1e-10. */
  readonly relativeTolerance?: number;
  /** Error to stop at, in the integral's unit. Default 0. */
  readonly absoluteTolerance?: number;
  /** Most intervals to split into. Default 400. */
  readonly maxIntervals?: number;
}

export interface Integral {
  readonly value: number;
  /** Estimated error of `value`; pessimistic for smooth functions. */
  readonly error: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly value: number;
  readonly error: number;
}

/** ∫ f(x) dx over a finite interval by adaptive 7–15 Gauss–Kronrod. The ends are never evaluated. */
export function integrate(
  f: (x: number) => number,
  range: readonly [from: number, to: number],
  options: IntegrateOptions = {},
): Integral {
  const { relativeTolerance = 1e-10, absoluteTolerance = 0, maxIntervals = 400 } = options;
  const [from, to] = range;
  if (!Number.isFinite(from) || !Number.isFinite(to))
    throw new InputError(`integration from ${from} to ${to}`, "substitute x = t/(1 − t) for an infinite end");
  const pieces: Piece[] = [kronrod(f, from, to)];
  for (;;) {
    const value = pieces.reduce((sum, piece) => sum + piece.value, 0);
    const error = pieces.reduce((sum, piece) => sum + piece.error, 0);
    const converged = error <= Math.max(absoluteTolerance, relativeTolerance * Math.abs(value));
    if (converged || !(error < Number.POSITIVE_INFINITY) || pieces.length >= maxIntervals) {
      return { value, error, evaluations: 15 * (2 * pieces.length - 1), converged };
    }
    const worst = pieces.reduce((best, piece, i) => (piece.error > pieces[best]!.error ? i : best), 0);
    const piece = pieces[worst]!;
    const middle = 0.5 * (piece.from + piece.to);
    pieces.splice(worst, 1, kronrod(f, piece.from, middle), kronrod(f, middle, piece.to));
  }
}

// Kronrod's nodes x ≥ 0 and weights; every second node, beginning with the second, is Gauss's (QUADPACK qk15).
const NODES = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911,
  0.4058451513773972, 0.20778495500789848, 0,
];
const KRONROD = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592, 0.1690047266392679,
  0.19035057806478542, 0.20443294007529889, 0.20948214108472782,
];
const GAUSS = [0.1294849661688697, 0.27970539148927664, 0.3818300505051189, 0.4179591836734694];

function kronrod(f: (x: number) => number, from: number, to: number): Piece {
  const half = 0.5 * (to - from);
  const middle = 0.5 * (from + to);
  let fine = 0;
  let coarse = 0;
  for (let i = 0; i < 8; i++) {
    const x = half * NODES[i]!;
    const pair = i === 7 ? f(middle) : f(middle - x) + f(middle + x);
    fine += KRONROD[i]! * pair;
    if (i % 2 === 1) coarse += GAUSS[(i - 1) / 2]! * pair;
  }
  // A difference at the level of rounding is no information about the error: never claim more than a few ulp.
  const error = Math.max(Math.abs(half * (fine - coarse)), 4 * Number.EPSILON * Math.abs(half * fine));
  return { from, to, value: half * fine, error };
}
