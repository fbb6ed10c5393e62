// The walks of one state as pieces for the pool, and what a walk costs. Shared by the studies "medium-diffusion" and "medium-scan".

import { convert } from "../base/index.js";
import { evOfMev, type Statistics } from "../medium/index.js";
import type { WalkParameters } from "./medium-diffusion-parameters.js";
import { cubicLatticeOf, type IonParameters, ionMassOf, type LatticeParameters } from "./medium-parameters.js";
import type { WalkRequest } from "./medium-walks.js";
import type { Piece } from "./pieces.js";

export type WalkEquation = "full" | "homogeneous";

export const fsOfPs = (time: number): number => convert("time", time, "ps", "fs");

/** One state in the units of the studies. */
export interface WalkState {
  readonly lattice: LatticeParameters;
  readonly ion: IonParameters;
  readonly strengthMevA: number;
  readonly screeningA: number;
  readonly temperatureMev: number;
  readonly equation: WalkEquation;
  readonly statistics: Statistics;
}

/** Of the kinetic energy. */
const LONGEST_BLOCK_PS = 10;

/** `walks.count` pieces; `name` sets the state's random numbers and stored results apart from those of the others. */
export function walkPieces(
  state: WalkState,
  walks: WalkParameters,
  of: { name: string; seed: number },
): Piece<WalkRequest>[] {
  const { strengthMevA, screeningA, temperatureMev, equation, statistics } = state;
  return Array.from({ length: walks.count }, (_, n) => ({
    key: `walks/${of.name}/${n + 1}`,
    input: {
      equilibrationFs: fsOfPs(walks.equilibrationPs),
      walker: {
        lattice: cubicLatticeOf(state.lattice),
        ionMass: ionMassOf(state.ion),
        potential: { form: "yukawa", strengthEvA: evOfMev(strengthMevA), screeningA },
        ...(walks.cutoffA === undefined ? {} : { cutoff: walks.cutoffA }),
        cells: walks.cells,
        thermalEnergy: evOfMev(temperatureMev),
        statistics,
        dynamics: equation,
        seed: of.seed,
        label: `${of.name}, walk ${n + 1}`,
        lengthFs: fsOfPs(walks.lengthPs),
        frameSpacingFs: fsOfPs(walks.frameSpacingPs),
        // Block averages want at least four blocks.
        kineticBlockFs: fsOfPs(Math.min(LONGEST_BLOCK_PS, walks.lengthPs / 8)),
      },
    },
  }));
}

/** Measured, in ms per ps of walk: for the ion, for its pushes within one stride of the framework, and per thousand atoms. */
const ION_MS_PER_PS = { full: 4.5, homogeneous: 3 };
const PUSHES_MS_PER_PS = { full: 3, homogeneous: 0 };
const ATOMS_MS_PER_PS = 0.5;
const PAPER_FASTEST = Math.sqrt((4 * 520 + 8 * 170) / 3.5);
const SECONDS_TO_START = 0.3;

/** Seconds of one walk. The framework moves in strides of its fastest mode; every push is followed by all later ones in its stride. */
export function walkSeconds(equation: WalkEquation, lattice: LatticeParameters, walks: WalkParameters): number {
  const { stiffnessNearestMevPerA2: near, stiffnessNextMevPerA2: next, massMevPs2PerA2: mass } = lattice;
  const fastest = Math.sqrt((4 * near + 8 * next) / mass) / PAPER_FASTEST;
  const atoms = (ATOMS_MS_PER_PS * fastest * walks.cells ** 3) / 1e3;
  const perPs = ION_MS_PER_PS[equation] + PUSHES_MS_PER_PS[equation] / fastest ** 2 + atoms;
  return SECONDS_TO_START + 1e-3 * (walks.lengthPs + walks.equilibrationPs) * perPs;
}

/** MB of stored positions. */
export const walkMb = (walks: WalkParameters): number =>
  (walks.count * walks.lengthPs * 32) / walks.frameSpacingPs / 1e6;
