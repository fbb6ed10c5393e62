// Relaxes a structure to the nearest minimum.

import { z } from "zod";
import { EV_PER_A3_PER_GPA, InputError } from "../../base/index.js";
import { writeExtxyz, writeMinimum, writePoscar } from "../../io/index.js";
import { type Minimum, type RelaxOptions, relax } from "../../minima/index.js";
import { atomCount, cellParameters, formulaOf } from "../../structure/index.js";
import {
  chooseForces,
  evaluationSeconds,
  type ForceFieldSummary,
  forceParameters,
  forcesLine,
  type StructureInput,
} from "./forces.js";
import { hessianSeconds, listOf, memoryMb, type Operation, rowsOf, TYPICAL } from "./operation.js";

const CELL = /^(fixed|full|isotropic|(xx|yy|zz|yz|xz|xy)(,(xx|yy|zz|yz|xz|xy))*)$/;

const parameters = z.strictObject({
  ...forceParameters,
  cell: z
    .string()
    .regex(CELL, 'expected fixed, full, isotropic, or strain components such as "xx,yy"')
    .default("fixed")
    .describe("What of the cell may change: fixed, full, isotropic, or strain components such as xx,yy,zz."),
  pressureGpa: z.number().default(0).describe("Pressure the crystal is under, GPa; needs a cell that may change."),
  tolerance: z.number().positive().default(1e-5).describe("Largest force on an atom to stop at, eV/Å."),
  method: z.enum(["lbfgs", "fire"]).default("lbfgs").describe("Minimiser."),
  newton: z.boolean().default(false).describe("Go on to 1e-10 eV/Å with Newton steps on second derivatives."),
  maxSteps: z.int().positive().default(2000).describe("Most evaluations of the forces."),
});

export interface RelaxData {
  readonly formula: string;
  readonly natoms: number;
  readonly converged: boolean;
  readonly energyEv: number;
  readonly energyStartEv: number;
  readonly cellA: readonly (readonly number[])[]; // [3][3] rows a, b, c
  readonly cellParameters: readonly number[]; // a, b, c in Å, α, β, γ in degrees
  readonly volumeA3: number;
  readonly positionsA: readonly (readonly number[])[]; // [n][3]
  readonly maxForceEvPerA: number;
  readonly stressEvPerA3: readonly (readonly number[])[] | null; // [3][3]
  readonly steps: number;
  readonly history: readonly { readonly energyEv: number; readonly maxForceEvPerA: number }[];
  readonly forceField: ForceFieldSummary;
}

type CellOption = NonNullable<RelaxOptions["cell"]>;
type RelaxParameters = z.output<typeof parameters>;

export const relaxOperation: Operation<typeof parameters, StructureInput, RelaxData> = {
  name: "relax",
  parameters,
  async run({ crystal, forces }, request, options = {}) {
    if (request.pressureGpa !== 0 && request.cell === "fixed") {
      throw new InputError(
        `a pressure of ${request.pressureGpa} GPa does nothing to a fixed cell`,
        "let the cell change: --cell full",
        { pressureGpa: request.pressureGpa },
      );
    }
    const { field, summary } = chooseForces(forces, crystal, request);
    const minimum = await relax(crystal, field, { ...relaxOptions(request), ...options });
    const data = relaxData(minimum, summary);
    const files = [
      { name: "minimum.json", data: writeMinimum(minimum) },
      { name: "POSCAR", data: writePoscar(minimum.crystal) },
      {
        name: "relaxed.extxyz",
        data: writeExtxyz({
          crystal: minimum.crystal,
          energy: minimum.energy,
          ...(minimum.stress ? { stress: minimum.stress } : {}),
        }),
      },
    ];
    return { data, notes: minimum.notes, converged: minimum.converged, files, lines: linesOf(data) };
  },
  estimate({ crystal, forces }, request) {
    const once = evaluationSeconds(chooseForces(forces, crystal, request).field, crystal);
    const evaluations = Math.min(request.maxSteps, request.cell === "fixed" ? TYPICAL.relaxFixed : TYPICAL.relaxCell);
    const n = atomCount(crystal);
    const newton = request.newton ? 3 * hessianSeconds(n) : 0;
    return {
      seconds: evaluations * once + newton,
      memoryMb: memoryMb(n, request.newton ? 3 : 0),
      diskMb: 0.0005 * n + 0.0001 * evaluations,
      work: [
        `about ${evaluations} evaluations of the forces on ${n} atoms`,
        ...(request.newton ? ["Newton steps at the end"] : []),
      ],
    };
  },
};

/** The declared parameters as options of `relax`. */
function relaxOptions({ cell, pressureGpa, tolerance, method, newton, maxSteps }: RelaxParameters): RelaxOptions {
  const named = cell === "fixed" || cell === "full" || cell === "isotropic";
  const option = (named ? cell : cell.split(",")) as CellOption; // the declaration has checked the names
  return { cell: option, pressure: pressureGpa * EV_PER_A3_PER_GPA, tolerance, method, newton, maxSteps };
}

function relaxData(minimum: Minimum, forceField: ForceFieldSummary): RelaxData {
  const { crystal, history } = minimum;
  return {
    formula: formulaOf(crystal),
    natoms: atomCount(crystal),
    converged: minimum.converged,
    energyEv: minimum.energy,
    energyStartEv: history[0]?.energy ?? minimum.energy,
    cellA: rowsOf(crystal.cell.vectors),
    cellParameters: listOf(cellParameters(crystal.cell)),
    volumeA3: crystal.cell.volume,
    positionsA: rowsOf(crystal.positions),
    maxForceEvPerA: minimum.maxForce,
    stressEvPerA3: minimum.stress ? rowsOf(minimum.stress) : null,
    steps: history.length,
    history: history.map(({ energy, maxForce }) => ({ energyEv: energy, maxForceEvPerA: maxForce })),
    forceField,
  };
}

function linesOf(data: RelaxData): string[] {
  const [a, b, c, alpha, beta, gamma] = data.cellParameters.map((x) => x.toFixed(4));
  return [
    `structure     ${data.formula}, ${data.natoms} atoms`,
    forcesLine(data.forceField),
    `converged     ${data.converged ? "yes" : "no"}, ${data.steps} steps, largest force ${data.maxForceEvPerA.toExponential(2)} eV/Å`,
    `energy        ${data.energyEv.toFixed(6)} eV, ${(data.energyEv - data.energyStartEv).toFixed(6)} eV from the start`,
    `cell          ${a} ${b} ${c} Å, ${alpha} ${beta} ${gamma}°, ${data.volumeA3.toFixed(3)} Å³`,
  ];
}
