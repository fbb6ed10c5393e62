// The kernel's memory of one session, in three stretches, each laid anew without touching those before it: what depends on the atoms,
// what depends on the cell, and the neighbour list.

import { Arena, type KernelVariant, type Pointer } from "../kernels/index.js";
import * as wasm from "../kernels/wasm/forces.js";

type SumPairs = (
  list: Pointer,
  end: Pointer,
  atoms: Pointer,
  forces: Pointer,
  shifts: Pointer,
  pulls: Pointer,
  grid: Pointer,
  out: Pointer,
) => void;

export interface ForceKernels {
  buildList(
    n: number,
    padded: number,
    coordinates: Pointer,
    kinds: Pointer,
    reach: Pointer,
    blockReach: Pointer,
    tables: Pointer,
    boxes: Pointer,
    shifts: Pointer,
    shiftCount: number,
    list: Pointer,
    capacity: Pointer,
    lanes: number,
    nothing: Pointer,
  ): Pointer;
  pairForces: SumPairs;
  pairForcesMixed: SumPairs;
  fillPhases(atoms: number, fractional: Pointer, phases: Pointer, most: number): void;
  reciprocalForces(
    atoms: number,
    charges: Pointer,
    phasesX: Pointer,
    phasesY: Pointer,
    phasesZ: Pointer,
    columns: Pointer,
    count: number,
    weights: Pointer,
    energies: Pointer,
    scratch: Pointer,
    forces: Pointer,
  ): number;
}

/** Atoms that share a bounding box in the list builder. */
export const BLOCK = 16;

export class KernelMemory {
  readonly arena: Arena<ForceKernels>;
  readonly kinds: number;
  /** Atoms, rounded up to whole blocks. */
  readonly padded: number;
  #afterAtoms: Pointer | undefined;
  #afterCell: Pointer = 0;

  constructor(n: number, kinds: number, variant: KernelVariant) {
    this.arena = new Arena<ForceKernels>(wasm, variant);
    this.kinds = kinds;
    this.padded = BLOCK * Math.ceil(n / BLOCK);
  }

  /** Begins the stretch of the cell, forgetting the one before; what was allocated before the first call stays. */
  startCell(): void {
    this.#afterAtoms ??= this.arena.mark();
    this.arena.reset(this.#afterAtoms);
  }

  endCell(): void {
    this.#afterCell = this.arena.mark();
  }

  /** Makes room for a list, in place of the one before. */
  allocateList(bytes: number): Pointer {
    this.arena.reset(this.#afterCell);
    return this.arena.allocate(bytes);
  }
}
