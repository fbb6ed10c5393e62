// The kernel's memory of one session, in three stretches, each laid anew without touching those before it: what depends on the atoms,
// what depends on the cell, and the neighbour list.

import { type Crew, soloCrew } from "../base/index.js";
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
    from: number,
    to: number,
    padded: number,
    coordinates: Pointer,
    kinds: Pointer,
    kindCount: number,
    reach: Pointer,
    tables: Pointer,
    fractional: Pointer,
    extents: Pointer,
    grid: Pointer,
    starts: Pointer,
    shifts: Pointer,
    shiftCount: number,
    list: Pointer,
    capacity: Pointer,
    lanes: number,
    nothing: Pointer,
  ): Pointer;
  pairForces: SumPairs;
  pairForcesMixed: SumPairs;
  meshWeights(
    from: number,
    to: number,
    positions: Pointer,
    frame: Pointer,
    width: number,
    terms: number,
    polynomials: Pointer,
    bases: Pointer,
    weights: Pointer,
  ): void;
  meshSort(n: number, bases: Pointer, nx: number, ny: number, starts: Pointer, order: Pointer): void;
  meshSpread(
    from: number,
    to: number,
    mesh: Pointer,
    shape: Pointer,
    charges: Pointer,
    bases: Pointer,
    weights: Pointer,
    starts: Pointer,
    order: Pointer,
  ): void;
  meshForward(from: number, to: number, mesh: Pointer, plan: Pointer, scratch: Pointer): void;
  meshConvolve(
    from: number,
    to: number,
    mesh: Pointer,
    plan: Pointer,
    influence: Pointer,
    slopes: Pointer,
    reciprocal: Pointer,
    sums: Pointer,
    scratch: Pointer,
  ): void;
  meshBackward(from: number, to: number, mesh: Pointer, plan: Pointer, scratch: Pointer): void;
  meshGather(
    from: number,
    to: number,
    mesh: Pointer,
    shape: Pointer,
    charges: Pointer,
    bases: Pointer,
    weights: Pointer,
    order: Pointer,
    forces: Pointer,
  ): void;
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

const BLOCK = 16;

/** Parts for each thread: then one that is held up leaves the others something to do. */
const PARTS_PER_THREAD = 8;
/** Parts of the list in large cells. */
const LIST_PARTS = 32;
/** Fewer atoms than this are not worth handing out: an evaluation then takes less than a millisecond. */
const LARGE = 400;

export interface MemoryOptions {
  readonly variant: KernelVariant;
  /** Threads that share the loops of a large cell. */
  readonly crew: Crew;
}

export type Part = readonly [from: number, to: number];

function cut(count: number, most: number): readonly Part[] {
  const parts = Math.max(1, Math.min(most, count));
  const border = (part: number): number => Math.floor((part * count) / parts);
  return Array.from({ length: parts }, (_, part) => [border(part), border(part + 1)] as const);
}

export class KernelMemory {
  readonly arena: Arena<ForceKernels>;
  readonly kinds: number;
  /** Atoms, rounded up to whole vectors of any width. */
  readonly padded: number;
  readonly #atoms: number;
  #afterAtoms: Pointer | undefined;
  #afterCell: Pointer = 0;

  constructor(n: number, kinds: number, options: MemoryOptions) {
    this.arena = new Arena<ForceKernels>(wasm, options.variant, n < LARGE ? soloCrew : options.crew);
    this.#atoms = n;
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

  /** Threads that share the loops. */
  get width(): number {
    return this.arena.work.width;
  }

  /** 0 … count cut into parts for the threads to take, all of it for one thread. For loops whose results do not depend on the parts. */
  parts(count: number): readonly Part[] {
    return cut(count, this.width === 1 ? 1 : PARTS_PER_THREAD * this.width);
  }

  /** The same for the list: these parts depend on the number of atoms alone, whatever the threads, as some sums are made part by part. */
  listParts(): readonly Part[] {
    return cut(this.#atoms, this.#atoms < LARGE ? 1 : LIST_PARTS);
  }

  /** Makes room for a list, in place of the one before. */
  allocateList(bytes: number): Pointer {
    this.arena.reset(this.#afterCell);
    return this.arena.allocate(bytes);
  }
}
