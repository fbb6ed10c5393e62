// The energy as a function of what may move: one vector q that holds atoms and cell alike, so that a minimiser sees plain
// numbers.
//     q = (y, s),   x_i = y_i F,   h = h₀ F,   F = 1 + Σ_k (s_k/L) B_k,   L = √N × 1 Å
//     H(q) = E(x, h) + p V
//     ∂H/∂y_i = −f_i Fᵀ,      ∂H/∂s_k = (V/L) tr[(σ + p) F⁻¹ B_k]
// y are the positions carried back to the start's cell. The stress σ is symmetric because the energy does not change under
// rotation. With L = √N Å the curvature along s is that of a single atom along y whatever the size of the cell: a strain
// moves neighbours apart by ε × 1–2 Å, and there are N of them. Same idea: Tadmor et al. 10.1103/PhysRevB.59.235.

import { dot, type F64, maxNorm3, NumericError } from "../base/index.js";
import type { ForceSession } from "../forces/index.js";
import {
  atomCount,
  type Crystal,
  deformCell,
  makeCell,
  multiply3,
  transformRows,
  withPositions,
} from "../structure/index.js";
import type { CellFreedom } from "./cell-freedom.js";

/** What one evaluation found. */
export interface Sample {
  /** H, eV: what is minimised. */
  readonly value: number;
  readonly energy: number; // eV, without p V
  readonly maxForce: number; // eV/Å over the atoms that are not frozen
  readonly maxStress: number; // eV/Å³ along the free strains, 0 when the cell is fixed
}

export interface LandscapeParts {
  readonly start: Crystal;
  readonly session: ForceSession;
  readonly freedom: CellFreedom;
  readonly pressure: number; // eV/Å³
  readonly frozen: readonly number[];
}

/** Largest change of strain in one step: beyond it the harmonic picture of the cell is no guide. */
const MAX_STRAIN_STEP = 0.03;

/** A session's energy in generalised coordinates. Lives as long as one relaxation. */
export class Landscape {
  readonly size: number;
  readonly #atoms: number;
  readonly #scale: number;
  readonly #forces: Float64Array;
  readonly #stress = new Float64Array(9);
  readonly #frozen: Uint8Array;

  constructor(private readonly parts: LandscapeParts) {
    this.#atoms = atomCount(parts.start);
    this.#scale = Math.sqrt(this.#atoms);
    this.size = 3 * this.#atoms + parts.freedom.strains.length;
    this.#forces = new Float64Array(3 * this.#atoms);
    this.#frozen = new Uint8Array(this.#atoms);
    for (const atom of parts.frozen) this.#frozen[atom] = 1;
  }

  /** q of the starting crystal. */
  start(): Float64Array<ArrayBuffer> {
    const q = new Float64Array(this.size);
    q.set(this.parts.start.positions.slice());
    return q;
  }

  /** H at `q`; writes ∂H/∂q. The stress is worked out when the cell moves, or when `withStress` asks for it. */
  evaluate(q: F64, gradient: Float64Array, withStress = this.size > 3 * this.#atoms): Sample {
    const { session } = this.parts;
    const movesCell = this.size > 3 * this.#atoms;
    const deformation = this.deformation(q);
    const cell = movesCell ? deformCell(this.parts.start.cell, deformation) : this.parts.start.cell;
    const y = q.subarray(0, 3 * this.#atoms);
    if (movesCell) session.setCell(cell);
    const positions = movesCell ? transformRows(y, deformation) : y;
    const energy = withStress
      ? session.evaluate(positions, this.#forces, this.#stress)
      : session.evaluate(positions, this.#forces);
    this.#expectNumbers(energy);
    for (let a = 0; a < this.#forces.length; a++) if (this.#frozen[Math.floor(a / 3)]) this.#forces[a] = 0;
    this.#writeGradient(deformation, gradient);
    const maxStress = movesCell ? this.#cellGradient(deformation, cell.volume, gradient) : 0;
    return {
      value: energy + this.parts.pressure * cell.volume,
      energy,
      maxForce: maxNorm3(this.#forces),
      maxStress,
    };
  }

  /** Factor (at most 1) that keeps the step within `maxStepA` per atom and a few per cent of strain. */
  clip(step: F64, maxStepA: number): number {
    const atoms = maxNorm3(step.subarray(0, 3 * this.#atoms));
    let strain = 0;
    for (let k = 3 * this.#atoms; k < this.size; k++) strain = Math.max(strain, Math.abs(step[k]!) / this.#scale);
    return Math.min(1, maxStepA / Math.max(atoms, 1e-300), MAX_STRAIN_STEP / Math.max(strain, 1e-300));
  }

  /** The crystal at `q`. */
  crystal(q: F64): Crystal {
    const { start } = this.parts;
    const positions = q.slice(0, 3 * this.#atoms);
    if (this.size === positions.length) return withPositions(start, positions);
    const deformation = this.deformation(q);
    return {
      ...withPositions(start, transformRows(positions, deformation)),
      cell: deformCell(start.cell, deformation),
    };
  }

  /** `q` with the same cell and the atoms at `positions` [n,3] Å. */
  withPositions(q: F64, positions: F64): Float64Array<ArrayBuffer> {
    const out = q.slice();
    out.set(transformRows(positions, makeCell(this.deformation(q)).inverse));
    return out;
  }

  /** Stress [3,3] eV/Å³ of the last evaluation: a view, zeros when it was not asked for. */
  get stress(): F64 {
    return this.#stress;
  }

  /** F, [3,3]. */
  deformation(q: F64): Float64Array<ArrayBuffer> {
    const deformation = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
    for (const [k, strain] of this.parts.freedom.strains.entries()) {
      const amount = q[3 * this.#atoms + k]! / this.#scale;
      for (let ab = 0; ab < 9; ab++) deformation[ab]! += amount * strain[ab]!;
    }
    return deformation;
  }

  /** ∂H/∂y_i = −f_i Fᵀ; F is symmetric. */
  #writeGradient(deformation: F64, gradient: Float64Array): void {
    const carried = this.size > this.#forces.length ? transformRows(this.#forces, deformation) : this.#forces;
    for (let a = 0; a < carried.length; a++) gradient[a] = -carried[a]!;
  }

  /** Writes ∂H/∂s; returns the largest stress the free strains still feel. */
  #cellGradient(deformation: F64, volume: number, gradient: Float64Array): number {
    const { freedom, pressure } = this.parts;
    const loaded = this.#stress.slice();
    for (const diagonal of [0, 4, 8]) loaded[diagonal]! += pressure;
    const conjugate = multiply3(loaded, makeCell(deformation).inverse);
    let largest = 0;
    for (const [k, strain] of freedom.strains.entries()) {
      // B is symmetric, so tr(S F⁻¹ B) is the plain sum of products.
      const work = dot(conjugate, strain);
      gradient[3 * this.#atoms + k] = (volume / this.#scale) * work;
      // In components: σ_aa for a normal strain, σ_ab for a shear (√2 σ_ab · 1/√2), the mean for the isotropic one.
      const felt = freedom.stressVanishes ? dot(loaded, strain) : work;
      largest = Math.max(largest, Math.abs(felt) * Math.max(...strain));
    }
    return largest;
  }

  #expectNumbers(energy: number): void {
    if (Number.isFinite(energy) && this.#forces.every(Number.isFinite) && this.#stress.every(Number.isFinite)) return;
    const atom = Math.floor(
      Math.max(
        0,
        this.#forces.findIndex((f) => !Number.isFinite(f)),
      ) / 3,
    );
    throw new NumericError(
      `the energy is ${energy} eV and the force on atom ${atom + 1} is ${[...this.#forces.slice(3 * atom, 3 * atom + 3)].join(" ")} eV/Å`,
      "start from a structure without overlapping atoms, or lower maxStepA",
      { energy, atom },
    );
  }
}
