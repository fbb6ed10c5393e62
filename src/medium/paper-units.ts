// The units of Rodin et al. (meV, Å, ps, and the mass meV ps²/Å² that makes them consistent) at the border of the studies.
// The paper prints 9.66 Da for 1 meV ps²/Å²; with CODATA 2018 it is 9.64853 amu, and that is used here.

import { ACCELERATION, BOLTZMANN, convert } from "../base/index.js";
import type { CubicLattice } from "./model.js";

const EV_PER_MEV = convert("energy", 1, "meV", "eV");
const FS_PER_PS = convert("time", 1, "ps", "fs");

/** amu in one meV ps²/Å²: 9.64853. */
export const AMU_PER_PAPER_MASS = EV_PER_MEV * FS_PER_PS ** 2 * ACCELERATION;

/** Å²/eV in one Å²/meV. */
export const RESPONSE_PER_PAPER = 1 / EV_PER_MEV;

/** Å² fs/eV in one Å² ps/meV. */
export const DRAG_PER_PAPER = FS_PER_PS / EV_PER_MEV;

/** Å/fs in one Å/ps. */
export const VELOCITY_PER_PAPER = 1 / FS_PER_PS;

export const evOfMev = (energyMev: number): number => energyMev * EV_PER_MEV;
export const mevOfEv = (energyEv: number): number => energyEv / EV_PER_MEV;

/** k_BT in eV of a temperature. */
export const thermalEnergy = (temperatureK: number): number => temperatureK * BOLTZMANN;

/** The temperature whose k_BT is this many meV. */
export const temperatureOfMev = (thermalMev: number): number => evOfMev(thermalMev) / BOLTZMANN;

export interface PaperLattice {
  /** meV ps²/Å². */
  readonly massMevPs2PerA2: number;
  readonly spacingA: number;
  readonly nearStiffnessMevPerA2: number;
  readonly nextStiffnessMevPerA2: number;
}

export function latticeFromPaper(paper: PaperLattice): CubicLattice {
  return {
    mass: paper.massMevPs2PerA2 * AMU_PER_PAPER_MASS,
    spacing: paper.spacingA,
    nearSpring: evOfMev(paper.nearStiffnessMevPerA2),
    nextSpring: evOfMev(paper.nextStiffnessMevPerA2),
  };
}

/** The model system of Rodin et al., section III: m = 3.5, a = 3 Å, k1 = 520, k2 = 170 meV/Å². */
export const rodinLattice: CubicLattice = latticeFromPaper({
  massMevPs2PerA2: 3.5,
  spacingA: 3,
  nearStiffnessMevPerA2: 520,
  nextStiffnessMevPerA2: 170,
});

/** The mobile ion of the paper, amu: M = 0.7 meV ps²/Å², about that of Li. */
export const RODIN_ION_MASS = 0.7 * AMU_PER_PAPER_MASS;
