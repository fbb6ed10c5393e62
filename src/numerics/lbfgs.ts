// The limited-memory inverse Hessian of L-BFGS (Nocedal, 10.1090/S0025-5718-1980-0572855-7; Nocedal and Wright, algorithm 7.4).
//
// From the last m pairs s = x⁺ − x, y = g⁺ − g it forms −H g in two loops, with H₀ = (s·y)/(y·y) of the newest pair. A pair
// without positive curvature (s·y ≤ 10⁻¹⁰ |s||y|) would make H indefinite and is refused.

import { dot, expectShape, type F64, InputError } from "../base/index.js";

export interface LbfgsOptions {
  /** Pairs kept. Default 10. */
  readonly depth?: number;
  /** Curvature assumed along every direction before the first pair, in units of gradient per step. Default 1. */
  readonly initialCurvature?: number;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number; // s·y
}

const LEAST_CURVATURE = 1e-10;

export class LbfgsMemory {
  readonly #pairs: Pair[] = []; // oldest first
  readonly #depth: number;
  readonly #initialCurvature: number;

  constructor(
    readonly dimension: number,
    options: LbfgsOptions = {},
  ) {
    this.#depth = options.depth ?? 10;
    this.#initialCurvature = options.initialCurvature ?? 1;
    if (!(this.#depth >= 1) || !(this.#initialCurvature > 0)) {
      throw new InputError(
        `L-BFGS with depth ${this.#depth} and initial curvature ${this.#initialCurvature}`,
        "depth is at least 1 and the curvature positive",
      );
    }
  }

  /** Pairs held now. */
  get size(): number {
    return this.#pairs.length;
  }

  /** Remembers a step and the change of the gradient along it; false when the pair was refused. */
  push(step: F64, gradientChange: F64): boolean {
    expectShape("step", step, [this.dimension]);
    expectShape("gradientChange", gradientChange, [this.dimension]);
    const curvature = dot(step, gradientChange);
    const size = Math.sqrt(dot(step, step) * dot(gradientChange, gradientChange));
    if (!(curvature > LEAST_CURVATURE * size)) return false;
    this.#pairs.push({ step: step.slice(), change: gradientChange.slice(), curvature });
    if (this.#pairs.length > this.#depth) this.#pairs.shift();
    return true;
  }

  /** −H g: the quasi-Newton step. Always a descent direction. */
  direction(gradient: F64): Float64Array<ArrayBuffer> {
    expectShape("gradient", gradient, [this.dimension]);
    const q = gradient.slice();
    const weights = new Float64Array(this.#pairs.length);
    for (let k = this.#pairs.length - 1; k >= 0; k--) {
      const { step, change, curvature } = this.#pairs[k]!;
      weights[k] = dot(step, q) / curvature;
      addScaled(q, change, -weights[k]!);
    }
    const newest = this.#pairs[this.#pairs.length - 1];
    const scale = newest ? newest.curvature / dot(newest.change, newest.change) : 1 / this.#initialCurvature;
    for (let i = 0; i < q.length; i++) q[i]! *= -scale;
    for (const [k, { step, change, curvature }] of this.#pairs.entries()) {
      // q carries the sign of the step from here on, hence the sum where Nocedal writes a difference.
      addScaled(q, step, -weights[k]! - dot(change, q) / curvature);
    }
    return q;
  }

  /** Forgets everything: after a jump, or when a direction failed. */
  reset(): void {
    this.#pairs.length = 0;
  }
}

function addScaled(target: Float64Array, source: F64, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!;
}
