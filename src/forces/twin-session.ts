// The plain session: every pair and every wave summed as the formulas say, in double precision. Slow, exact, and what the kernel
// is tested against.
//
//   E = Σ_{pairs, images} U(r) + E_rec + E_self,   F_i = Σ_j U′(r) d/r,   V σ = Σ U′(r) d⊗d/r + (reciprocal part)
//   block of the Hessian of a pair: K = U″ d̂⊗d̂ + (U′/r)(1 − d̂⊗d̂), +K on both diagonals, −K off them

import { expectFinite, expectShape, type F64 } from "../base/index.js";
import { atomCount, type Cell, type Crystal } from "../structure/index.js";
import { reciprocalSum, screenedCoulomb, selfEnergy } from "./ewald.js";
import { type EwaldPlan, type EwaldPlanOptions, planEwald, planStillFits } from "./ewald-plan.js";
import type { ForceSession } from "./forcefield.js";
import type { Interactions, RadialPair } from "./interactions.js";
import { defaultMinimumDistances, findOverlap, overlapError } from "./overlap.js";
import { forEachPair } from "./pairs-in-cell.js";

export interface TwinOptions {
  /** How the Ewald sum is split; the answer does not depend on it. Default: balanced for speed. */
  readonly ewald?: EwaldPlanOptions;
}

export function createTwinSession(interactions: Interactions, options: TwinOptions = {}): ForceSession {
  return new TwinSession(interactions, options);
}

/** U, U′, U″ between two kinds at r, written to out. */
type PairFunction = (kindA: number, kindB: number, r: number, out: Float64Array) => void;

class TwinSession implements ForceSession {
  readonly #interactions: Interactions;
  readonly #options: TwinOptions;
  readonly #crystal: Crystal;
  readonly #charges: Float64Array; // [n] e
  readonly #minimumDistances: F64;
  #cell: Cell;
  #planned: Cell;
  #plan: EwaldPlan | undefined;

  constructor(interactions: Interactions, options: TwinOptions) {
    this.#interactions = interactions;
    this.#options = options;
    this.#crystal = interactions.crystal;
    this.#charges = Float64Array.from(this.#crystal.kinds, (kind) => interactions.charges[kind]!);
    this.#minimumDistances = interactions.minimumDistances ?? defaultMinimumDistances(this.#crystal);
    this.#cell = this.#crystal.cell;
    this.#planned = this.#cell;
    this.#plan = this.#makePlan();
  }

  evaluate(positions: F64, forces: Float64Array, stress?: Float64Array): number {
    const n = atomCount(this.#crystal);
    this.#check(positions);
    expectShape("forces", forces, [n, 3]);
    if (stress) expectShape("stress", stress, [3, 3]);
    forces.fill(0);
    stress?.fill(0);
    let energy = this.#sumPairs(positions, this.#everything(), forces, stress);
    if (this.#plan) {
      const target = stress ? { forces, virial: stress } : { forces };
      energy += reciprocalSum(this.#plan, this.#cell, { positions, charges: this.#charges }, target);
      energy += selfEnergy(this.#plan, this.#charges);
    }
    if (stress) for (let i = 0; i < 9; i++) stress[i] = stress[i]! / this.#cell.volume;
    return energy;
  }

  energyParts(positions: F64): Readonly<Record<string, number>> {
    this.#check(positions);
    const parts: Record<string, number> = {};
    if (this.#plan) {
      parts["coulomb"] =
        this.#sumPairs(positions, this.#coulombOnly(this.#plan)) +
        reciprocalSum(this.#plan, this.#cell, { positions, charges: this.#charges }) +
        selfEnergy(this.#plan, this.#charges);
    }
    for (const { name, pairs } of this.#interactions.components) {
      parts[name] = this.#sumPairs(positions, shortRange(pairs, this.#crystal.elements.length));
    }
    return parts;
  }

  hessian(positions: F64): Float64Array {
    this.#check(positions);
    const n = atomCount(this.#crystal);
    const hessian = new Float64Array(9 * n * n);
    this.#addPairHessian(hessian, positions);
    if (this.#plan) {
      reciprocalSum(this.#plan, this.#cell, { positions, charges: this.#charges }, { hessian });
    }
    completeHessian(hessian, n);
    return hessian;
  }

  setCell(cell: Cell): void {
    this.#cell = cell;
    if (this.#plan && !planStillFits(this.#plan, this.#planned, cell)) {
      this.#planned = cell;
      this.#plan = this.#makePlan();
    }
  }

  dispose(): void {}

  #makePlan(): EwaldPlan | undefined {
    const request = this.#interactions.ewald;
    return request && planEwald(this.#cell, this.#charges, request.accuracy, this.#options.ewald);
  }

  #check(positions: F64): void {
    expectShape("positions", positions, [atomCount(this.#crystal), 3]);
    expectFinite("position", positions);
    const overlap = findOverlap(this.#crystal, this.#cell, positions, this.#minimumDistances);
    if (overlap) throw overlapError(this.#crystal, this.#cell, positions, overlap);
  }

  #everything(): PairSum {
    const short = shortRange(this.#interactions.pairs, this.#crystal.elements.length);
    if (!this.#plan) return short;
    const coulomb = this.#coulombOnly(this.#plan);
    return {
      cutoff: Math.max(short.cutoff, coulomb.cutoff),
      add: (a, b, r, out) => {
        short.add(a, b, r, out);
        coulomb.add(a, b, r, out);
      },
    };
  }

  #coulombOnly(plan: EwaldPlan): PairSum {
    const screened = screenedCoulomb(plan.splitting);
    const charges = this.#interactions.charges;
    return {
      cutoff: plan.realCutoff,
      add: (a, b, r, out) => {
        if (r < plan.realCutoff) screened(r, charges[a]! * charges[b]!, out);
      },
    };
  }

  #sumPairs(positions: F64, sum: PairSum, forces?: Float64Array, virial?: Float64Array): number {
    const kinds = this.#crystal.kinds;
    const out = new Float64Array(3);
    let energy = 0;
    forEachPair(this.#cell, positions, sum.cutoff, (i, j, dx, dy, dz, squared) => {
      const r = Math.sqrt(squared);
      out.fill(0);
      sum.add(kinds[i]!, kinds[j]!, r, out);
      energy += out[0]!;
      const slope = out[1]! / r;
      if (forces) {
        addVector(forces, i, slope, dx, dy, dz);
        addVector(forces, j, -slope, dx, dy, dz);
      }
      if (virial) addOuter(virial, slope, dx, dy, dz);
    });
    return energy;
  }

  #addPairHessian(hessian: Float64Array, positions: F64): void {
    const n = atomCount(this.#crystal);
    const kinds = this.#crystal.kinds;
    const sum = this.#everything();
    const out = new Float64Array(3);
    forEachPair(this.#cell, positions, sum.cutoff, (i, j, dx, dy, dz, squared) => {
      if (i === j) return; // an atom and its image move together
      const r = Math.sqrt(squared);
      out.fill(0);
      sum.add(kinds[i]!, kinds[j]!, r, out);
      const across = out[1]! / r;
      const along = (out[2]! - across) / squared;
      const d = [dx, dy, dz];
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) {
          const at = 3 * n * (3 * i + a) + 3 * j + b;
          hessian[at] = hessian[at]! - along * d[a]! * d[b]! - (a === b ? across : 0);
        }
      }
    });
  }
}

/** A sum over pairs of atoms: adds U, U′, U″ between two kinds at r < cutoff. */
interface PairSum {
  readonly cutoff: number;
  readonly add: PairFunction;
}

function shortRange(pairs: readonly RadialPair[], kinds: number): PairSum {
  const table: (RadialPair | undefined)[] = new Array(kinds * kinds).fill(undefined);
  for (const pair of pairs) {
    table[pair.kindA * kinds + pair.kindB] = pair;
    table[pair.kindB * kinds + pair.kindA] = pair;
  }
  const part = new Float64Array(3);
  return {
    cutoff: Math.max(0, ...pairs.map((pair) => pair.cutoff)),
    add: (a, b, r, out) => {
      const pair = table[a * kinds + b];
      if (!pair || r >= pair.cutoff) return;
      pair.radial(r, part);
      for (let k = 0; k < 3; k++) out[k] = out[k]! + part[k]!;
    },
  };
}

/** Mirrors the blocks i < j and sets each diagonal block to minus the sum of its row: the energy does not change under translation. */
function completeHessian(hessian: Float64Array, n: number): void {
  const size = 3 * n;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) {
          const value = hessian[size * (3 * i + a) + 3 * j + b]!;
          hessian[size * (3 * j + b) + 3 * i + a] = value;
          for (const at of [size * (3 * i + a) + 3 * i + b, size * (3 * j + a) + 3 * j + b])
            hessian[at] = hessian[at]! - value;
        }
      }
    }
  }
}

function addVector(target: Float64Array, i: number, factor: number, dx: number, dy: number, dz: number): void {
  target[3 * i] = target[3 * i]! + factor * dx;
  target[3 * i + 1] = target[3 * i + 1]! + factor * dy;
  target[3 * i + 2] = target[3 * i + 2]! + factor * dz;
}

function addOuter(target: Float64Array, factor: number, dx: number, dy: number, dz: number): void {
  const d = [dx, dy, dz];
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++) target[3 * a + b] = target[3 * a + b]! + factor * d[a]! * d[b]!;
}
