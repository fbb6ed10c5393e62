// What the studies of one ion in a vibrating framework share: the model system and its numbers, declared once, in the units of
// Rodin et al. (arXiv:2504.06595). Masses in meV ps²/Å² (1 = 9.64853 amu), springs in meV/Å², the interaction U = U0 e^{−r/λ}/r with
// U0 in meV Å. Defaults are the paper's values.

import { z } from "zod";
import { PhonionError } from "../base/index.js";
import { AMU_PER_PAPER_MASS, type CubicLattice, checkLattice, latticeFromPaper } from "../medium/index.js";

const positive = z.number().positive();

export const latticeParameters = z
  .strictObject({
    latticeConstantA: positive.default(3).describe("Lattice constant a of the simple cubic framework, Å."),
    massMevPs2PerA2: positive
      .default(3.5)
      .describe("Mass of a framework atom, meV ps²/Å² (1 is 9.64853 amu; 3.5 is 33.8 amu)."),
    stiffnessNearestMevPerA2: positive.default(520).describe("Spring k1 to the 6 nearest neighbours, meV/Å²."),
    stiffnessNextMevPerA2: positive.default(170).describe("Spring k2 to the 12 next-nearest neighbours, meV/Å²."),
  })
  .superRefine((lattice, context) => {
    try {
      checkLattice(cubicLatticeOf(lattice));
    } catch (error) {
      if (!(error instanceof PhonionError)) throw error;
      context.addIssue({ code: "custom", message: error.message });
    }
  })
  .describe("The framework.");

export const ionParameters = z
  .strictObject({
    massMevPs2PerA2: positive.default(0.7).describe("Mass of the ion, meV ps²/Å² (0.7 is 6.75 amu, about lithium)."),
  })
  .describe("The mobile ion.");

export const temperaturesMev = (...defaults: number[]) =>
  z.array(positive.max(1000)).min(1).max(40).default(defaults).describe("Thermal energies k_BT, meV (25.85 is 300 K).");

export const statisticsParameter = z
  .enum(["quantum", "classical"])
  .default("quantum")
  .describe("How the framework's modes are filled: whole quanta with the zero point, or by equipartition.");

export type LatticeParameters = z.output<typeof latticeParameters>;
export type IonParameters = z.output<typeof ionParameters>;

export const cubicLatticeOf = (lattice: LatticeParameters): CubicLattice =>
  latticeFromPaper({
    massMevPs2PerA2: lattice.massMevPs2PerA2,
    spacingA: lattice.latticeConstantA,
    nearStiffnessMevPerA2: lattice.stiffnessNearestMevPerA2,
    nextStiffnessMevPerA2: lattice.stiffnessNextMevPerA2,
  });

/** amu */
export const ionMassOf = (ion: IonParameters): number => ion.massMevPs2PerA2 * AMU_PER_PAPER_MASS;
