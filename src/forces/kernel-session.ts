// The fast session: pairs from tables and a neighbour list, the long-range part of the Coulomb sum by waves, both in WebAssembly.
// docs/theory/kernels.md says how; `createTwinSession` is the plain version with the same answers.

import {
  CapabilityError,
  type Crew,
  expectFinite,
  expectShape,
  type F64,
  InputError,
  NumericError,
  soloCrew,
} from "../base/index.js";
import { kernelsRunHere, relaxedRunsHere } from "../kernels/index.js";
import * as wasm from "../kernels/wasm/forces.js";
import { atomCount, type Cell, type Crystal } from "../structure/index.js";
import type { ForceSession, ForceSplit } from "./forcefield.js";
import type { Interactions } from "./interactions.js";
import { kernelHessian } from "./kernel-hessian.js";
import { KernelMemory } from "./kernel-memory.js";
import { MeshSum } from "./kernel-mesh.js";
import { MixedPairs } from "./kernel-mixed.js";
import { DoublePairs, type PairSum } from "./kernel-pairs.js";
import {
  chargesOfAtoms,
  chooseHessianSplitting,
  chooseLongRange,
  type KernelEwaldOptions,
  type LongRangePlan,
} from "./kernel-plan.js";
import type { Splitting } from "./kernel-splitting.js";
import { type LongRange, WaveSum } from "./kernel-waves.js";
import { findOverlap, overlapError } from "./overlap.js";
import { forEachPair } from "./pairs-in-cell.js";
import { type PairFunction, pairFunctions } from "./tables.js";

export { MIXED_ENERGY_ERROR, MIXED_FORCE_ERROR } from "./kernel-mixed.js";

export interface KernelOptions {
  /** "double", or "mixed": single precision with double-precision totals. Default "double". */
  readonly precision?: "double" | "mixed";
  /** How the Coulomb sum is split; the answer does not depend on it. Default: for speed. */
  readonly ewald?: KernelEwaldOptions;
  /** Å beyond the cut-offs that pairs are listed, so that the list lasts while atoms move. Default 0.6. */
  readonly skin?: number;
  /** Fused multiply-add where the machine has it: faster, but the last bits then depend on the machine. Default false. */
  readonly fused?: boolean;
  /** Threads that share an evaluation of a large cell; the numbers are the same. Default: this thread alone. */
  readonly crew?: Crew;
}

const DEFAULT_SKIN = 0.6; // Å

/** Whether this machine runs the force kernels. */
export const kernelsAvailable = (): boolean => kernelsRunHere(wasm);

/**
 * A session on the WebAssembly kernels. Energies, forces and stress are a function of positions and cell alone, to the last bit: they do
 * not depend on what was evaluated before. The splitting of the Coulomb sum is chosen for the cell the session is made with, so a resumed
 * run repeats an uninterrupted one when it attaches the crystal that one began with and then sets its own cell.
 * @throws CapabilityError where WebAssembly SIMD is missing
 */
export function createKernelSession(interactions: Interactions, options: KernelOptions = {}): ForceSession {
  if (!kernelsAvailable()) {
    throw new CapabilityError(
      "this machine does not run WebAssembly SIMD",
      'use engine "twin", or a newer Node or browser',
    );
  }
  return new KernelSession(interactions, options);
}

/** What lives in the kernel's memory. */
interface Engine {
  readonly memory: KernelMemory;
  readonly pairs: PairSum;
  readonly waves?: LongRange;
}

class KernelSession implements ForceSession {
  readonly split?: ForceSplit;
  readonly #interactions: Interactions;
  readonly #crystal: Crystal;
  readonly #n: number;
  #engine: Engine | undefined;
  #cell: Cell;
  #hessianSplitting: Splitting | undefined;

  constructor(interactions: Interactions, options: KernelOptions) {
    const { crystal } = interactions;
    const skin = options.skin ?? DEFAULT_SKIN;
    const longRange = chooseLongRange(interactions, skin, options.ewald);
    const functions = pairFunctions(interactions, longRange?.splitting);
    this.#interactions = interactions;
    this.#crystal = crystal;
    this.#n = atomCount(crystal);
    const variant = options.fused && relaxedRunsHere(wasm) ? "relaxed" : "base";
    const memory = new KernelMemory(this.#n, crystal.elements.length, {
      variant,
      crew: options.crew ?? soloCrew,
    });
    const Pairs = options.precision === "mixed" ? MixedPairs : DoublePairs;
    const pairs = new Pairs(crystal, functions, memory, skin);
    const waves = longRange && sumOf(longRange, interactions, memory);
    this.#engine = { memory, pairs, ...(waves ? { waves } : {}) };
    if (waves) {
      this.split = {
        fast: (positions, forces, stress) => this.#evaluatePairs(positions, forces, stress),
        slow: (positions, forces, stress) => this.#evaluateWaves(positions, forces, stress),
      };
    }
    this.#cell = crystal.cell;
    this.setCell(crystal.cell);
  }

  get #running(): Engine {
    if (this.#engine) return this.#engine;
    throw new InputError("this force session was disposed", "attach the force field again");
  }

  setCell(cell: Cell): void {
    const { memory, pairs, waves } = this.#running;
    this.#cell = cell;
    memory.startCell();
    pairs.setCell(cell);
    waves?.setCell(cell);
    memory.endCell();
  }

  evaluate(positions: F64, forces: Float64Array, stress?: Float64Array): number {
    const energy = this.#sumPairs(positions, forces, stress);
    const { waves } = this.#running;
    const longRange = waves ? waves.add(positions, forces, stress) : 0;
    if (stress) finishStress(stress, this.#cell.volume);
    return energy + longRange;
  }

  #evaluatePairs(positions: F64, forces: Float64Array, stress?: Float64Array): number {
    const energy = this.#sumPairs(positions, forces, stress);
    if (stress) finishStress(stress, this.#cell.volume);
    return energy;
  }

  #evaluateWaves(positions: F64, forces: Float64Array, stress?: Float64Array): number {
    this.#checkInput(positions, forces, stress);
    forces.fill(0);
    stress?.fill(0);
    const energy = this.#running.waves?.add(positions, forces, stress) ?? 0;
    if (stress) finishStress(stress, this.#cell.volume);
    return energy;
  }

  #checkInput(positions: F64, forces: Float64Array, stress?: Float64Array): void {
    expectShape("positions", positions, [this.#n, 3]);
    expectShape("forces", forces, [this.#n, 3]);
    if (stress) expectShape("stress", stress, [3, 3]);
    expectFinite("position", positions);
  }

  /** Sets forces and ∂E/∂ε (eV). */
  #sumPairs(positions: F64, forces: Float64Array, virial?: Float64Array): number {
    this.#checkInput(positions, forces, virial);
    const { pairs } = this.#running;
    const energy = pairs.sum(positions, forces, virial);
    if (Number.isNaN(energy)) throw this.#whatOverlaps(positions, pairs.starts);
    return energy;
  }

  #whatOverlaps(positions: F64, starts: F64): Error {
    const overlap = findOverlap(this.#crystal, this.#cell, positions, starts);
    if (overlap) return overlapError(this.#crystal, this.#cell, positions, overlap);
    return new NumericError(
      "the energy of this arrangement is not a number",
      "a radial function of the force field returns NaN",
    );
  }

  energyParts(positions: F64): Readonly<Record<string, number>> {
    const forces = new Float64Array(3 * this.#n);
    this.evaluate(positions, forces); // checks the arrangement
    const { waves } = this.#running;
    const parts: Record<string, number> = {};
    if (waves) {
      const coulombOnly = pairFunctions({ ...this.#interactions, pairs: [] }, waves.splitting);
      parts["coulomb"] = this.#sumRadial(positions, coulombOnly) + waves.add(positions, forces);
    }
    for (const { name, pairs } of this.#interactions.components) {
      parts[name] = this.#sumRadial(positions, pairFunctions({ ...this.#interactions, pairs }, undefined));
    }
    return parts;
  }

  /** Exact sum over pairs, one by one. */
  #sumRadial(positions: F64, functions: readonly PairFunction[]): number {
    const { kinds, elements } = this.#crystal;
    const out = new Float64Array(3);
    let energy = 0;
    const of = new Map(functions.map((pair) => [pair.kindA * elements.length + pair.kindB, pair]));
    const longest = Math.max(0, ...functions.map(({ cutoff }) => cutoff));
    forEachPair(this.#cell, positions, longest, (i, j, _x, _y, _z, squared) => {
      const [a, b] = [Math.min(kinds[i]!, kinds[j]!), Math.max(kinds[i]!, kinds[j]!)];
      const pair = of.get(a * elements.length + b);
      if (!pair || squared >= pair.cutoff ** 2) return;
      pair.radial(Math.sqrt(squared), out);
      energy += out[0]!;
    });
    return energy;
  }

  hessian(positions: F64): Float64Array {
    this.evaluate(positions, new Float64Array(3 * this.#n)); // checks the arrangement
    const { ewald } = this.#interactions;
    const problem = { crystal: this.#crystal, cell: this.#cell };
    if (!this.#running.waves || !ewald) {
      return kernelHessian({ ...problem, functions: pairFunctions(this.#interactions, undefined) }, positions);
    }
    const charges = chargesOfAtoms(this.#interactions);
    this.#hessianSplitting ??= chooseHessianSplitting(this.#crystal, charges, ewald.accuracy);
    const splitting = this.#hessianSplitting;
    const functions = pairFunctions(this.#interactions, splitting);
    return kernelHessian({ ...problem, functions, coulomb: { charges, splitting } }, positions);
  }

  /** Drops the kernel's memory. */
  dispose(): void {
    this.#engine?.memory.arena.work.end();
    this.#engine = undefined;
  }
}

function sumOf({ splitting, mesh }: LongRangePlan, interactions: Interactions, memory: KernelMemory): LongRange {
  const charges = chargesOfAtoms(interactions);
  if (!mesh) return new WaveSum(charges, splitting, memory);
  return new MeshSum(interactions.crystal.cell, charges, { splitting, mesh }, memory);
}

/** Symmetric exactly, and per volume. */
function finishStress(stress: Float64Array, volume: number): void {
  for (let a = 0; a < 3; a++) {
    for (let b = a; b < 3; b++) {
      const value = (stress[3 * a + b]! + stress[3 * b + a]!) / (2 * volume);
      stress[3 * a + b] = value;
      stress[3 * b + a] = value;
    }
  }
}
