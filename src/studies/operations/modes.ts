// The vibrations of a structure about where it stands.

import { z } from "zod";
import { type F64, type Note, Notes } from "../../base/index.js";
import { writeCsv, writeModes } from "../../io/index.js";
import { type Minimum, relax } from "../../minima/index.js";
import {
  degenerateGroups,
  type ForceConstants,
  forceConstants,
  imposeAcousticSumRule,
  inverseParticipation,
  type Modes,
  partialDos,
  solveModes,
  speciesCharacter,
  unstableModes,
} from "../../modes/index.js";
import { atomCount, type Crystal, formulaOf } from "../../structure/index.js";
import { REST_FORCE, stateOf } from "./at-rest.js";
import {
  type ChosenForces,
  chooseForces,
  evaluationSeconds,
  type ForceFieldSummary,
  forceParameters,
  type StructureInput,
} from "./forces.js";
import { eigenSeconds, hessianSeconds, listOf, memoryMb, type Operation, TYPICAL } from "./operation.js";

const parameters = z.strictObject({
  ...forceParameters,
  raw: z
    .boolean()
    .default(false)
    .describe("Keep the force constants as they come, without imposing the acoustic sum rule."),
  relax: z.boolean().default(false).describe("Relax the atoms (not the cell) to 1e-6 eV/Å first."),
  dosWidthThz: z
    .number()
    .positive()
    .default(0.1)
    .describe("Standard deviation of the Gaussians of the density of states, THz."),
  groupToleranceThz: z.number().min(0).default(1e-3).describe("Modes closer than this are one degenerate group, THz."),
});

/** Either a force field, or force constants made elsewhere. */
export interface ModesInput {
  readonly crystal: Crystal;
  readonly source: { readonly forces: StructureInput["forces"] } | { readonly constants: ForceConstants };
}

export interface ModesData {
  readonly formula: string;
  readonly natoms: number;
  readonly modes: number;
  readonly frequenciesThz: readonly number[]; // ascending, imaginary ones negative
  /** 1 for a mode on one atom, 1/natoms when all move alike. */
  readonly inverseParticipation: readonly number[];
  /** Largest |Σ_j Φ_ij| before the sum rule was imposed, eV/Å². */
  readonly acousticSumResidual: number;
  readonly sumRule: "imposed" | "kept";
  readonly unstable: number;
  readonly degenerateGroups: readonly {
    readonly first: number;
    readonly count: number;
    readonly frequencyThz: number;
  }[];
  /** Σ|e|² over the atoms of each element, one number per mode; the elements add up to 1. */
  readonly speciesCharacter: Readonly<Record<string, readonly number[]>>;
  readonly dos: {
    readonly widthThz: number;
    readonly frequenciesThz: readonly number[];
    readonly total: readonly number[]; // states/THz
    readonly byElement: Readonly<Record<string, readonly number[]>>;
  };
  /** Before any relaxation; null when the force constants came from a file. */
  readonly maxForceEvPerA: number | null;
  readonly forceField: ForceFieldSummary | null;
}

type ModesParameters = z.output<typeof parameters>;

export const modesOperation: Operation<typeof parameters, ModesInput, ModesData> = {
  name: "modes",
  parameters,
  async run(input, request, options = {}) {
    const notes = new Notes();
    let chosen: ChosenForces | undefined;
    let rest: Minimum | undefined;
    let maxForce: number | null = null;
    let constants: ForceConstants;
    if ("forces" in input.source) {
      chosen = chooseForces(input.source.forces, input.crystal, request);
      maxForce = stateOf(input.crystal, chosen.field).maxForce;
      if (request.relax) {
        rest = await relax(input.crystal, chosen.field, { tolerance: 1e-6, ...options });
        notes.addAll(rest.notes);
      } else if (maxForce > REST_FORCE) notes.addAll([notAtRest(maxForce)]);
      const sumRule = request.raw ? "keep" : "impose";
      constants = await forceConstants(rest?.crystal ?? input.crystal, chosen.field, { sumRule, ...options });
    } else {
      const { constants: given } = input.source;
      constants = request.raw ? given : imposeAcousticSumRule(given);
    }
    const modes = solveModes(constants);
    notes.addAll(modes.notes ?? []);
    const data = modesData(modes, { constants, request, maxForce, forceField: chosen?.summary ?? null });
    if (data.unstable > 0) notes.addAll([unstableNote(data)]);
    const files = [
      { name: "modes.json", data: writeModes(modes) },
      { name: "modes.csv", data: modesCsv(data) },
      { name: "dos.csv", data: dosCsv(data) },
    ];
    return { data, notes: notes.list(), converged: rest?.converged ?? true, files, lines: linesOf(data) };
  },
  estimate({ crystal, source }, request) {
    const n = atomCount(crystal);
    const once =
      "forces" in source ? evaluationSeconds(chooseForces(source.forces, crystal, request).field, crystal) : 0;
    const relaxing = request.relax ? TYPICAL.relaxFixed : 0;
    return {
      seconds: relaxing * once + ("forces" in source ? hessianSeconds(n) : 0) + eigenSeconds(n),
      memoryMb: memoryMb(n, 5),
      diskMb: (11 * (3 * n) ** 2) / 1e6,
      work: [
        ...(request.relax ? ["relaxation of the atoms"] : []),
        `force constants of ${n} atoms`,
        `eigenproblem of ${3 * n} coordinates`,
      ],
    };
  },
};

const notAtRest = (maxForce: number): Note => ({
  code: "structure-not-at-rest",
  message: `the structure is not at rest: largest force ${maxForce.toPrecision(3)} eV/Å, more than ${REST_FORCE} eV/Å`,
  hint: "its frequencies are those of a slope, not of a minimum: add --relax, or run `phonion relax` first",
});

const unstableNote = ({ unstable, frequenciesThz }: ModesData): Note => ({
  code: "unstable-modes",
  message: `${unstable} mode${unstable === 1 ? " is" : "s are"} imaginary, the lowest at ${frequenciesThz[0]!.toPrecision(4)} THz`,
  hint: "the structure is not a minimum: displace it along that mode and relax",
});

interface Extras {
  readonly constants: ForceConstants;
  readonly request: ModesParameters;
  readonly maxForce: number | null;
  readonly forceField: ForceFieldSummary | null;
}

function modesData(modes: Modes, { constants, request, maxForce, forceField }: Extras): ModesData {
  const { reference } = modes;
  const dos = partialDos(modes, { width: request.dosWidthThz });
  const points = dos.frequencies.length;
  return {
    formula: formulaOf(reference),
    natoms: atomCount(reference),
    modes: modes.count,
    frequenciesThz: listOf(modes.frequencies),
    inverseParticipation: listOf(inverseParticipation(modes)),
    acousticSumResidual: constants.acousticSumResidual,
    sumRule: request.raw ? "kept" : "imposed",
    unstable: unstableModes(modes).length,
    degenerateGroups: degenerateGroups(modes, request.groupToleranceThz).map(({ first, count, frequency }) => ({
      first,
      count,
      frequencyThz: frequency,
    })),
    speciesCharacter: byElement(reference.elements, speciesCharacter(modes)),
    dos: {
      widthThz: dos.width,
      frequenciesThz: listOf(dos.frequencies),
      total: listOf(dos.total),
      byElement: Object.fromEntries(
        dos.elements.map((element, e) => [element, listOf(dos.byElement.slice(e * points, (e + 1) * points))]),
      ),
    },
    maxForceEvPerA: maxForce,
    forceField,
  };
}

/** Columns of [count, nElements] by element. */
function byElement(elements: readonly string[], values: F64): Record<string, number[]> {
  const width = elements.length;
  return Object.fromEntries(
    elements.map((element, e) => [
      element,
      Array.from({ length: values.length / width }, (_, mode) => values[mode * width + e]!),
    ]),
  );
}

function modesCsv(data: ModesData): string {
  const group = data.degenerateGroups.flatMap(({ count }, index) => Array.from({ length: count }, () => index));
  return writeCsv([
    { name: "mode", values: data.frequenciesThz.map((_, mode) => mode) },
    { name: "frequency", unit: "THz", values: data.frequenciesThz },
    { name: "inverse participation", values: data.inverseParticipation },
    { name: "group", values: group },
    ...Object.entries(data.speciesCharacter).map(([element, values]) => ({ name: `character ${element}`, values })),
  ]);
}

function dosCsv({ dos }: ModesData): string {
  return writeCsv([
    { name: "frequency", unit: "THz", values: dos.frequenciesThz },
    { name: "total", unit: "1/THz", values: dos.total },
    ...Object.entries(dos.byElement).map(([element, values]) => ({ name: element, unit: "1/THz", values })),
  ]);
}

function linesOf(data: ModesData): string[] {
  const f = data.frequenciesThz;
  return [
    `structure     ${data.formula}, ${data.natoms} atoms`,
    `modes         ${data.modes} from ${f[0]!.toFixed(4)} to ${f.at(-1)!.toFixed(4)} THz, ${data.unstable} imaginary`,
    `lowest        ${f
      .slice(0, 6)
      .map((x) => x.toFixed(4))
      .join(" ")} THz`,
    `sum rule      ${data.sumRule}, residual before ${data.acousticSumResidual.toExponential(2)} eV/Å²`,
  ];
}
