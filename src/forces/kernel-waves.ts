// The long-range part of the Coulomb sum by waves: E = Σ W |S|² − k_e g(0) Σq² (+ the background of a charged cell).

import { COULOMB_CONSTANT, type F64 } from "../base/index.js";
import type { Pointer } from "../kernels/index.js";
import type { Cell } from "../structure/index.js";
import type { KernelMemory } from "./kernel-memory.js";
import { addReciprocalVirial, type Waves, wavesOf } from "./kernel-plan.js";
import type { Splitting } from "./kernel-splitting.js";

/** The long-range part of the Coulomb sum, by whichever method. */
export interface LongRange {
  readonly splitting: Splitting;
  setCell(cell: Cell): void;
  /** Adds to forces [n,3] eV/Å and ∂E/∂ε [3,3] eV; returns the energy, eV. */
  add(positions: F64, forces: Float64Array, virial?: Float64Array): number;
}

export class WaveSum implements LongRange {
  readonly #charges: Float64Array;
  readonly splitting: Splitting;
  readonly #memory: KernelMemory;
  readonly #selfEnergy: number;
  readonly #netCharge: number;
  readonly #padded: number; // atoms, rounded up to whole pairs of lanes
  readonly #chargesAt: Pointer; // f64 [padded]
  readonly #fractional: Pointer; // f64 [3, padded]
  readonly #forces: Pointer; // f64 [3, padded]
  #cell!: Cell;
  #waves!: Waves;
  #constant = 0;
  #phases: readonly Pointer[] = [];
  #columns: Pointer = 0;
  #weights: Pointer = 0;
  #energies: Pointer = 0;
  #scratch: Pointer = 0;

  constructor(charges: Float64Array, splitting: Splitting, memory: KernelMemory) {
    this.#charges = charges;
    this.splitting = splitting;
    this.#memory = memory;
    this.#padded = 4 * Math.ceil(charges.length / 4);
    this.#chargesAt = memory.arena.allocateF64(this.#padded);
    this.#fractional = memory.arena.allocateF64(3 * this.#padded);
    this.#forces = memory.arena.allocateF64(3 * this.#padded);
    memory.arena.f64(this.#chargesAt, this.#padded).set(charges);
    let [squares, sum] = [0, 0];
    for (const q of charges) {
      squares += q * q;
      sum += q;
    }
    this.#selfEnergy = -COULOMB_CONSTANT * splitting.selfTerm * squares;
    this.#netCharge = sum;
  }

  setCell(cell: Cell): void {
    const waves = wavesOf(cell, this.splitting);
    const { arena } = this.#memory;
    const padded = this.#padded;
    this.#cell = cell;
    this.#waves = waves;
    // the background energy scales as 1/V
    this.#constant = (-COULOMB_CONSTANT * this.#netCharge ** 2 * this.splitting.volumeTerm) / (2 * cell.volume);
    this.#phases = waves.most.map((most) => arena.allocateF64(2 * padded * (most + 1)));
    this.#columns = arena.allocateI32(waves.columns.length);
    this.#weights = arena.allocateF64(waves.weights.length);
    this.#energies = arena.allocateF64(waves.weights.length);
    this.#scratch = arena.allocateF64(2 * padded + 16 * waves.longest);
    arena.i32(this.#columns, waves.columns.length).set(waves.columns);
    arena.f64(this.#weights, waves.weights.length).set(waves.weights);
  }

  /** Adds to forces [n,3] eV/Å and ∂E/∂ε [3,3] eV; returns the energy, eV. */
  add(positions: F64, forces: Float64Array, virial?: Float64Array): number {
    const { arena } = this.#memory;
    const padded = this.#padded;
    const { axes, most, columns } = this.#waves;
    this.#fillFractional(positions, arena.f64(this.#fractional, 3 * padded));
    for (let axis = 0; axis < 3; axis++) {
      arena.exports.fillPhases(padded, this.#fractional + 8 * axis * padded, this.#phases[axis]!, most[axis]!);
    }
    const sums = arena.f64(this.#forces, 3 * padded).fill(0);
    const [x, y, z] = this.#phases as readonly [Pointer, Pointer, Pointer];
    const energy = arena.exports.reciprocalForces(
      padded,
      this.#chargesAt,
      x,
      y,
      z,
      this.#columns,
      columns.length / 4,
      this.#weights,
      this.#energies,
      this.#scratch,
      this.#forces,
    );
    this.#addForces(sums, axes, forces);
    if (virial) {
      addReciprocalVirial(this.#waves, this.#cell, arena.f64(this.#energies, this.#waves.weights.length), virial);
      for (let a = 0; a < 3; a++) virial[4 * a] = virial[4 * a]! - this.#constant;
    }
    return energy + this.#selfEnergy + this.#constant;
  }

  #fillFractional(positions: F64, fractional: Float64Array): void {
    const padded = this.#padded;
    const n = this.#charges.length;
    this.#waves.axes.forEach((axis, place) => {
      const b = this.#cell.inverse;
      const [bx, by, bz] = [b[axis]!, b[3 + axis]!, b[6 + axis]!];
      for (let i = 0; i < n; i++) {
        fractional[place * padded + i] =
          positions[3 * i]! * bx + positions[3 * i + 1]! * by + positions[3 * i + 2]! * bz;
      }
    });
  }

  #addForces(sums: Float64Array, axes: readonly [number, number, number], forces: Float64Array): void {
    const padded = this.#padded;
    const n = this.#charges.length;
    for (let k = 0; k < 3; k++) {
      const [x, y, z] = axes.map((axis) => 2 * Math.PI * this.#cell.inverse[3 * k + axis]!) as [number, number, number];
      for (let i = 0; i < n; i++) {
        const force = x * sums[i]! + y * sums[padded + i]! + z * sums[2 * padded + i]!;
        forces[3 * i + k] = forces[3 * i + k]! + force;
      }
    }
  }
}
