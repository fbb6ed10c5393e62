// Energy, forces and stress of a structure as it stands.

import { z } from "zod";
import { maxNorm3 } from "../../base/index.js";
import { atomCount, formulaOf } from "../../structure/index.js";
import {
  chooseForces,
  evaluationSeconds,
  type ForceFieldSummary,
  forceParameters,
  forcesLine,
  type StructureInput,
} from "./forces.js";
import { memoryMb, type Operation, rowsOf } from "./operation.js";

const parameters = z.strictObject(forceParameters);

export interface EnergyData {
  readonly formula: string;
  readonly natoms: number;
  readonly energyEv: number;
  /** The energy by component; adds up to `energyEv`. */
  readonly energyParts: Readonly<Record<string, number>>;
  readonly forcesEvPerA: readonly (readonly number[])[]; // [n][3]
  readonly maxForceEvPerA: number;
  readonly stressEvPerA3: readonly (readonly number[])[] | null; // [3][3], tension positive
  /** Sum of the charges, e; null for a force field without charges. */
  readonly netCharge: number | null;
  readonly forceField: ForceFieldSummary;
}

export const energyOperation: Operation<typeof parameters, StructureInput, EnergyData> = {
  name: "energy",
  parameters,
  async run({ crystal, forces: spec }, request) {
    const { field, summary } = chooseForces(spec, crystal, request);
    const session = field.attach(crystal);
    try {
      const forces = new Float64Array(3 * atomCount(crystal));
      const stress = new Float64Array(9);
      const energyEv = field.can.stress
        ? session.evaluate(crystal.positions, forces, stress)
        : session.evaluate(crystal.positions, forces);
      const data: EnergyData = {
        formula: formulaOf(crystal),
        natoms: atomCount(crystal),
        energyEv,
        energyParts: session.energyParts(crystal.positions),
        forcesEvPerA: rowsOf(forces),
        maxForceEvPerA: maxNorm3(forces),
        stressEvPerA3: field.can.stress ? rowsOf(stress) : null,
        netCharge: netCharge({ crystal, forces: spec }),
        forceField: summary,
      };
      return { data, notes: [], converged: true, files: [], lines: linesOf(data) };
    } finally {
      session.dispose();
    }
  },
  estimate({ crystal, forces }, request) {
    const seconds = evaluationSeconds(chooseForces(forces, crystal, request).field, crystal);
    return {
      seconds: 3 * seconds,
      memoryMb: memoryMb(atomCount(crystal), 0),
      diskMb: 0.001 * atomCount(crystal),
      work: ["one evaluation of energy, forces and stress"],
    };
  },
};

function netCharge({ crystal, forces }: StructureInput): number | null {
  const { charges } = forces;
  if (!charges) return null;
  const sum = Array.from(crystal.kinds).reduce((total, kind) => total + (charges[crystal.elements[kind]!] ?? 0), 0);
  return Math.abs(sum) < 1e-9 ? 0 : sum; // e; charges are given to a few decimals, the rest is rounding of the sum
}

function linesOf(data: EnergyData): string[] {
  const parts = Object.entries(data.energyParts).map(([name, value]) => `  ${name.padEnd(11)} ${value.toFixed(6)} eV`);
  return [
    `structure     ${data.formula}, ${data.natoms} atoms`,
    forcesLine(data.forceField),
    `energy        ${data.energyEv.toFixed(6)} eV, ${(data.energyEv / data.natoms).toFixed(6)} eV per atom`,
    ...parts,
    `largest force ${data.maxForceEvPerA.toPrecision(4)} eV/Å`,
  ];
}
