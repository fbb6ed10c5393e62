// What one image has learned of the energy surface: pairs (s, y) of a move and the change of the gradient it brought.
// The inverse of B + c·1 is applied by the two-loop recursion (Nocedal, 10.1090/S0025-5718-1980-0572855-7): B + c maps s
// to y + c s, so the same pairs serve every shift c, and the start is the diagonal λ + c of a reference Hessian.

import type { F64 } from "../base/index.js";

export class CurvatureMemory {
  readonly #moves: Float64Array[] = [];
  readonly #changes: Float64Array[] = [];
  #stiffest = 0;

  /**
   * @param stiffness [size] eV/Å², diagonal of the starting Hessian in the coordinates of the pairs
   * @param capacity pairs kept; the oldest is forgotten first
   * @param adaptive the stiffness is a guess: raise it to the largest |y|²/(s·y) met, as no direction may be overshot
   */
  constructor(
    private readonly stiffness: F64,
    private readonly capacity: number,
    private readonly adaptive: boolean,
  ) {}

  get count(): number {
    return this.#moves.length;
  }

  /** Keeps a pair when it says that the surface curves upwards along `move`; returns whether it did. */
  learn(move: Float64Array, change: Float64Array): boolean {
    let [product, squared] = [0, 0];
    for (let i = 0; i < move.length; i++) {
      product += move[i]! * change[i]!;
      squared += move[i]! * move[i]!;
    }
    if (!(squared > 0) || !(product > LEAST_CURVATURE * squared)) return false;
    if (this.adaptive) {
      let changed = 0;
      for (let i = 0; i < change.length; i++) changed += change[i]! * change[i]!;
      this.#stiffest = Math.max(this.#stiffest, changed / product);
    }
    this.#moves.push(move);
    this.#changes.push(change);
    if (this.#moves.length > this.capacity) {
      this.#moves.shift();
      this.#changes.shift();
    }
    return true;
  }

  forget(): void {
    this.#moves.length = 0;
    this.#changes.length = 0;
  }

  /** (B + shift)⁻¹ · `vector`, in place. */
  solve(vector: Float64Array, shift: number): void {
    const [moves, changes] = [this.#moves, this.#changes];
    const size = vector.length;
    const weights = new Float64Array(moves.length);
    const inverse = new Float64Array(moves.length);
    for (let p = moves.length - 1; p >= 0; p--) {
      const [s, y] = [moves[p]!, changes[p]!];
      let [sy, ss, sv] = [0, 0, 0];
      for (let i = 0; i < size; i++) {
        const si = s[i]!;
        sy += si * y[i]!;
        ss += si * si;
        sv += si * vector[i]!;
      }
      inverse[p] = 1 / (sy + shift * ss);
      const weight = sv * inverse[p]!;
      weights[p] = weight;
      for (let i = 0; i < size; i++) vector[i] = vector[i]! - weight * (y[i]! + shift * s[i]!);
    }
    for (let i = 0; i < size; i++) vector[i] = vector[i]! / (Math.max(this.stiffness[i]!, this.#stiffest) + shift);
    for (let p = 0; p < moves.length; p++) {
      const [s, y] = [moves[p]!, changes[p]!];
      let yv = 0;
      for (let i = 0; i < size; i++) yv += (y[i]! + shift * s[i]!) * vector[i]!;
      const weight = weights[p]! - yv * inverse[p]!;
      for (let i = 0; i < size; i++) vector[i] = vector[i]! + weight * s[i]!;
    }
  }
}

/** eV/Å²; softer than any lattice, stiff enough that a step it allows stays finite. */
const LEAST_CURVATURE = 0.02;
