// What driving does to a run: the temperatures that driven and other modes really have, the energy brought in, and how long the crystal
// was in a configuration that is known. Means are kept in blocks, so that their errors follow from the blocks' scatter.

import { BOLTZMANN, type Estimate } from "../base/index.js";
import { blockAverage } from "../numerics/index.js";
import { twiceKineticEnergy } from "./kinetics.js";
import type { MdState } from "./state.js";

export interface ExcitationReport {
  /** Times the list of modes was looked up. */
  readonly lookups: number;
  /** Of these, in a configuration that is not known: nothing was driven. */
  readonly paused: number;
  /** Lookups by configuration. */
  readonly configurations: Readonly<Record<string, number>>;
  /** ⟨Q̇²⟩/k_B of the driven modes just before they are touched, K; left out when nothing was driven. */
  readonly drivenTemperatureK?: Estimate;
  /** The same of all other modes, K. */
  readonly bulkTemperatureK?: Estimate;
  /** Energy brought to the driven modes, less what was taken from them, eV. */
  readonly energyInEv: number;
  /** Time between the first and the last lookup, fs. */
  readonly timeFs: number;
  /** Kicks left out because the other modes had not the energy. */
  readonly starved?: number;
  /** Energy brought in per time, eV/ps. */
  readonly powerEvPerPs: number;
  /** The same with its error from consecutive stretches of the run; left out when there are too few. */
  readonly power?: Estimate;
}

export interface SavedMonitor {
  readonly lookups: number;
  readonly paused: number;
  readonly configurations: Readonly<Record<string, number>>;
  readonly energyIn: number;
  readonly firstFs: number | null;
  readonly lastFs: number;
  readonly block: readonly [number, number, number];
  readonly driven: readonly number[];
  readonly bulk: readonly number[];
  /** Energy and time where the present stretch of power began, lookups in it, and the stretches before. */
  readonly stretch: readonly [number, number, number];
  readonly powers: readonly number[];
}

/** Lookups in a block, and blocks below which no mean is given. */
const BLOCK = 50;
const LEAST_BLOCKS = 4;

export class ExcitationMonitor {
  #lookups = 0;
  #paused = 0;
  #configurations: Record<string, number> = {};
  #energyIn = 0;
  #firstFs: number | null = null;
  #lastFs = 0;
  #count = 0;
  #drivenSum = 0;
  #bulkSum = 0;
  #driven: number[] = [];
  #bulk: number[] = [];
  #stretch: [energy: number, fromFs: number, lookups: number] = [0, 0, 0];
  #powers: number[] = []; // eV/ps

  /** `twiceDriven`: Σ Q̇²/a of the `modes` driven modes, eV, before they are touched. */
  saw(state: MdState, configuration: string, driven: { readonly modes: number; readonly twiceEnergy: number }): void {
    this.#look(state);
    this.#configurations[configuration] = (this.#configurations[configuration] ?? 0) + 1;
    const rest = twiceKineticEnergy(state) - driven.twiceEnergy;
    this.#drivenSum += driven.twiceEnergy / (driven.modes * BOLTZMANN);
    this.#bulkSum += rest / ((state.degreesOfFreedom - driven.modes) * BOLTZMANN);
    if (++this.#count < BLOCK) return;
    this.#driven.push(this.#drivenSum / BLOCK);
    this.#bulk.push(this.#bulkSum / BLOCK);
    this.#count = 0;
    this.#drivenSum = 0;
    this.#bulkSum = 0;
  }

  sawUnknown(state: MdState): void {
    this.#look(state);
    this.#paused++;
  }

  /** Energy given to the driven modes, eV; negative when taken. */
  gave(energy: number): void {
    this.#energyIn += energy;
  }

  #look(state: MdState): void {
    this.#lookups++;
    if (this.#firstFs === null) {
      this.#firstFs = state.timeFs;
      this.#stretch = [this.#energyIn, state.timeFs, 0];
    }
    this.#lastFs = state.timeFs;
    const [energy, fromFs, lookups] = this.#stretch;
    if (lookups < BLOCK) this.#stretch[2]++;
    else {
      this.#powers.push((1000 * (this.#energyIn - energy)) / (state.timeFs - fromFs));
      this.#stretch = [this.#energyIn, state.timeFs, 1];
    }
  }

  report(): ExcitationReport {
    const timeFs = this.#firstFs === null ? 0 : this.#lastFs - this.#firstFs;
    const estimate = (series: readonly number[], unit = "K"): Estimate => {
      const { mean, standardError } = blockAverage(Float64Array.from(series));
      return { value: mean, standardError, unit };
    };
    return {
      lookups: this.#lookups,
      paused: this.#paused,
      configurations: { ...this.#configurations },
      ...(this.#driven.length < LEAST_BLOCKS
        ? {}
        : { drivenTemperatureK: estimate(this.#driven), bulkTemperatureK: estimate(this.#bulk) }),
      energyInEv: this.#energyIn,
      timeFs,
      powerEvPerPs: timeFs > 0 ? this.#energyIn / (timeFs * 1e-3) : 0,
      ...(this.#powers.length < LEAST_BLOCKS ? {} : { power: estimate(this.#powers, "eV/ps") }),
    };
  }

  save(): SavedMonitor {
    return {
      lookups: this.#lookups,
      paused: this.#paused,
      configurations: { ...this.#configurations },
      energyIn: this.#energyIn,
      firstFs: this.#firstFs,
      lastFs: this.#lastFs,
      block: [this.#count, this.#drivenSum, this.#bulkSum],
      driven: [...this.#driven],
      bulk: [...this.#bulk],
      stretch: [...this.#stretch],
      powers: [...this.#powers],
    };
  }

  restore(saved: SavedMonitor): void {
    this.#lookups = saved.lookups;
    this.#paused = saved.paused;
    this.#configurations = { ...saved.configurations };
    this.#energyIn = saved.energyIn;
    this.#firstFs = saved.firstFs;
    this.#lastFs = saved.lastFs;
    [this.#count, this.#drivenSum, this.#bulkSum] = saved.block;
    this.#driven = [...saved.driven];
    this.#bulk = [...saved.bulk];
    this.#stretch = [...saved.stretch];
    this.#powers = [...saved.powers];
  }
}
