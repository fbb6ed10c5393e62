// Second derivatives of the energy: exact radial functions over pairs in space, waves in the kernel. The splitting is chosen for this
// task, with a longer real-space part than for forces, since a wave costs one product for each pair of atoms.
//
//   pair block   H_ij = −Σ_images [ (U″ − U′/r) d⊗d/r² + (U′/r) 1 ]
//   wave block   H_ij = Σ_k 2 W q_i q_j k⊗k cos k·(r_i − r_j)
//   diagonal     H_ii = −Σ_{j≠i} H_ij                            (the energy does not change under translation)

import type { F64 } from "../base/index.js";
import { Arena } from "../kernels/index.js";
import * as wasm from "../kernels/wasm/forces.js";
import type { Cell, Crystal } from "../structure/index.js";
import { type Waves, wavesOf, waveVector } from "./kernel-plan.js";
import type { Splitting } from "./kernel-splitting.js";
import { forEachPair } from "./pairs-in-cell.js";
import type { PairFunction } from "./tables.js";

export interface HessianProblem {
  readonly crystal: Crystal;
  readonly cell: Cell;
  readonly functions: readonly PairFunction[];
  /** [n] e and how they are split; absent without an Ewald sum. */
  readonly coulomb?: { readonly charges: Float64Array; readonly splitting: Splitting };
}

interface HessianKernels {
  hessianWaves(atoms: number, waves: number, rows: number, weights: number, blocks: number): void;
}

const BATCH = 128; // waves at a time: one row of an atom then fits the fastest cache
const SIX = [
  [0, 0],
  [1, 1],
  [2, 2],
  [1, 2],
  [0, 2],
  [0, 1],
] as const;

/** [3n,3n] eV/Å², symmetric exactly. */
export function kernelHessian(problem: HessianProblem, positions: F64): Float64Array {
  const n = problem.crystal.kinds.length;
  const blocks = problem.coulomb ? waveBlocks(problem, positions) : new Float64Array(6 * n * n);
  addPairBlocks(problem, positions, blocks);
  return assemble(blocks, n);
}

function addPairBlocks(problem: HessianProblem, positions: F64, blocks: Float64Array): void {
  const { kinds, elements } = problem.crystal;
  const n = kinds.length;
  const of: (PairFunction | undefined)[] = new Array(elements.length ** 2).fill(undefined);
  for (const pair of problem.functions) {
    of[pair.kindA * elements.length + pair.kindB] = pair;
    of[pair.kindB * elements.length + pair.kindA] = pair;
  }
  const longest = Math.max(0, ...problem.functions.map(({ cutoff }) => cutoff));
  const out = new Float64Array(3);
  forEachPair(problem.cell, positions, longest, (i, j, x, y, z, squared) => {
    const pair = of[kinds[i]! * elements.length + kinds[j]!];
    const r = Math.sqrt(squared);
    if (i === j || !pair || r >= pair.cutoff) return; // an atom and its image move together
    pair.radial(r, out);
    const across = out[1]! / r;
    const along = (out[2]! - across) / squared;
    const at = 6 * (n * i + j);
    blocks[at] = blocks[at]! - along * x * x - across;
    blocks[at + 1] = blocks[at + 1]! - along * y * y - across;
    blocks[at + 2] = blocks[at + 2]! - along * z * z - across;
    blocks[at + 3] = blocks[at + 3]! - along * y * z;
    blocks[at + 4] = blocks[at + 4]! - along * x * z;
    blocks[at + 5] = blocks[at + 5]! - along * x * y;
  });
}

/** [n,n,6] of the waves, i < j. */
function waveBlocks({ cell, coulomb, crystal }: HessianProblem, positions: F64): Float64Array {
  const n = crystal.kinds.length;
  const { charges, splitting } = coulomb!;
  const waves = listWaves(wavesOf(cell, splitting), cell);
  const arena = new Arena<HessianKernels>(wasm);
  const rows = arena.allocateF64(n * 2 * BATCH);
  const weights = arena.allocateF64(6 * BATCH);
  const blocks = arena.allocateF64(6 * n * (n + 1));
  const [rowView, weightView] = [arena.f64(rows, n * 2 * BATCH), arena.f64(weights, 6 * BATCH)];
  for (let from = 0; from < waves.length; from += BATCH) {
    const batch = waves.slice(from, from + BATCH);
    const count = batch.length + (batch.length % 2);
    weightView.fill(0);
    batch.forEach(({ k, weight }, w) => {
      SIX.forEach(([a, b], c) => {
        weightView[c * count + w] = 2 * weight * k[a]! * k[b]!;
      });
      for (let i = 0; i < n; i++) {
        const angle = k[0] * positions[3 * i]! + k[1] * positions[3 * i + 1]! + k[2] * positions[3 * i + 2]!;
        rowView[i * 2 * count + w] = charges[i]! * Math.cos(angle);
        rowView[i * 2 * count + count + w] = charges[i]! * Math.sin(angle);
      }
    });
    arena.exports.hessianWaves(n, count, rows, weights, blocks);
  }
  return arena.f64(blocks, 6 * n * n).slice();
}

interface Wave {
  readonly k: readonly [number, number, number];
  readonly weight: number;
}

function listWaves(waves: Waves, cell: Cell): Wave[] {
  const found: Wave[] = [];
  let at = 0;
  for (let m = 0; m < waves.columns.length; m += 4) {
    for (let l = 0; l < waves.columns[m + 2]!; l++) {
      for (const sign of [1, -1]) {
        const weight = waves.weights[at++]!;
        if (weight > 0)
          found.push({ k: waveVector(cell, waves.axes, waves.columns[m]!, waves.columns[m + 1]!, sign * l), weight });
      }
    }
  }
  return found;
}

function assemble(blocks: Float64Array, n: number): Float64Array {
  const size = 3 * n;
  const hessian = new Float64Array(size * size);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      SIX.forEach(([a, b], c) => {
        const value = blocks[6 * (n * i + j) + c]!;
        for (const [row, column] of a === b
          ? [[a, b]]
          : [
              [a, b],
              [b, a],
            ]) {
          const [u, v] = [row!, column!];
          hessian[size * (3 * i + u) + 3 * j + v] = value;
          hessian[size * (3 * j + v) + 3 * i + u] = value;
          hessian[size * (3 * i + u) + 3 * i + v] = hessian[size * (3 * i + u) + 3 * i + v]! - value;
          hessian[size * (3 * j + v) + 3 * j + u] = hessian[size * (3 * j + v) + 3 * j + u]! - value;
        }
      });
    }
  }
  return hessian;
}
