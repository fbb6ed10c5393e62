// Holds named vibrations of a crystal hot while it moves: what they and all others then measure, what it costs, how far the ions go.

import { z } from "zod";
import { type Estimate, InputError, inlinePool, Notes, type TaskPool } from "../../base/index.js";
import { type DrivenModes, type EnsembleSpec, type ExcitationReport, kickVariants } from "../../dynamics/index.js";
import { forceConstants, type Modes, solveModes } from "../../modes/index.js";
import { atomCount, atomsOf, formulaOf } from "../../structure/index.js";
import { analyse, msdOf } from "../../transport/index.js";
import { powerUnits, seriesMean } from "../excite-measure.js";
import type { ExcitationRequest } from "../md-excitation.js";
import { type MdRunRequest, type MdRunResult, runTrajectories } from "../md-runs.js";
import { memoryStore } from "../store.js";
import { bringToRest } from "./at-rest.js";
import {
  chooseForces,
  evaluationSeconds,
  type ForceFieldSummary,
  forceParameters,
  forcesLine,
  type StructureInput,
} from "./forces.js";
import { hessianSeconds, memoryMb, type Operation } from "./operation.js";

const parameters = z.strictObject({
  ...forceParameters,
  drivenTemperatureK: z.number().positive().default(700).describe("What the driven modes are brought to, K."),
  temperatureK: z.number().positive().default(400).describe("Temperature of the bath, K."),
  variant: z
    .enum(["two-temperature", ...kickVariants])
    .default("two-temperature")
    .describe("A bath of their own, or kicks: along +e, along the motion, or to an energy of k_BT."),
  everySteps: z.int().min(1).default(5).describe("Steps between kicks."),
  bulk: z
    .enum(["rescale", "bath"])
    .default("rescale")
    .describe("Kicks: their energy is taken from all other modes at once, or left for the bath to take."),
  relaxationFs: z
    .number()
    .positive()
    .default(100)
    .describe("How fast the driven modes are brought to their temperature, fs."),
  bathRelaxationFs: z.number().positive().default(1000).describe("How fast the bath acts, fs."),
  timestepFs: z.number().positive().default(1).describe("Time step, fs."),
  equilibrationPs: z
    .number()
    .positive()
    .default(2)
    .describe("Time before measuring, undriven and then as long again driven, ps."),
  durationPs: z.number().positive().default(20).describe("Time measured, ps."),
  replicas: z.int().min(1).default(1).describe("Independent runs."),
  frameEverySteps: z.int().min(1).default(50).describe("Steps between frames of the mean square displacement."),
  relax: z.boolean().default(true).describe("Relax the structure in its cell first, when it is not at rest."),
});

type Request = z.output<typeof parameters>;

export interface ExciteInput extends StructureInput {
  /** Numbers of the modes from 0, ascending in frequency, as `phonion modes` lists them. */
  readonly modes: readonly number[];
  readonly seed: number;
  /** Threads for the runs. Default: this one. */
  readonly pool?: TaskPool;
}

interface Number {
  readonly value: number;
  readonly standardError: number;
}

export interface ExciteData {
  readonly formula: string;
  readonly natoms: number;
  readonly variant: string;
  readonly modes: readonly { readonly mode: number; readonly frequencyThz: number }[];
  readonly bathTemperatureK: number;
  readonly aimedTemperatureK: number;
  readonly sampledPs: number;
  /** Of all atoms. */
  readonly temperatureK: Number;
  /** Just before driving acts; null when the runs are too short for a mean. */
  readonly drivenModesK: Number | null;
  readonly otherModesK: Number | null;
  readonly powerEvPerPs: Number | null;
  readonly wattPerCm3: number | null;
  readonly starvedKicks: number;
  /** By element, against the centre of mass of the crystal. */
  readonly meanSquareDisplacement: Readonly<
    Record<string, { readonly lagsPs: readonly number[]; readonly valuesA2: readonly number[] }>
  >;
  readonly forceField: ForceFieldSummary;
}

export const exciteOperation: Operation<typeof parameters, ExciteInput, ExciteData> = {
  name: "excite",
  parameters,
  async run(input, request, options = {}) {
    const { field, summary } = chooseForces(input.forces, input.crystal, request);
    const notes = new Notes();
    const rest = { relax: request.relax, tolerance: 1e-5, name: "the structure", notes };
    const { crystal } = await bringToRest(input.crystal, field, { ...options, ...rest });
    const modes = solveModes(await forceConstants(crystal, field, options));
    const driven = chosenModes(modes, input.modes);
    const pool = input.pool ?? inlinePool;
    const context = { ...options, pool, store: memoryStore(), seed: input.seed, readInput: refuseInput };
    const requests = requestsOf({ ...input, crystal }, request, { driven, forces: field.toJSON() });
    const runs = await runTrajectories(context, "simulating", { requests });
    for (const run of runs) notes.addAll(run.notes);
    const data = await dataOf(runs, { modes, input, request, summary });
    return { data, notes: notes.list(), converged: true, files: filesOf(data, runs), lines: linesOf(data) };
  },
  estimate({ crystal, forces }, request) {
    const n = atomCount(crystal);
    const { durationPs, equilibrationPs, timestepFs, replicas } = request;
    const steps = (1000 * replicas * (durationPs + 2 * equilibrationPs)) / timestepFs;
    const once = evaluationSeconds(chooseForces(forces, crystal, request).field, crystal);
    return {
      seconds: steps * once + hessianSeconds(n),
      memoryMb: memoryMb(n, 3) + (24e-6 * n * 1000 * durationPs * replicas) / timestepFs / request.frameEverySteps,
      diskMb: 0.1,
      work: [`the vibrations of ${n} atoms`, `${replicas} runs, ${Math.round(steps)} steps in all`],
    };
  },
};

const refuseInput = (name: string): Promise<never> =>
  Promise.reject(new InputError(`${name} cannot be read here`, "pass its content"));

/** @throws InputError for a number that is no mode or one named twice */
function chosenModes(modes: Modes, numbers: readonly number[]): DrivenModes {
  const size = modes.count;
  const wrong = numbers.find((mode) => !Number.isInteger(mode) || mode < 0 || mode >= size);
  const twice = numbers.find((mode, at) => numbers.indexOf(mode) < at);
  if (numbers.length === 0 || wrong !== undefined || twice !== undefined)
    throw new InputError(
      wrong !== undefined
        ? `mode ${wrong} is not one of the ${size} modes`
        : twice !== undefined
          ? `mode ${twice} is named twice`
          : "no mode is named",
      `name modes by their numbers, 0 to ${size - 1}, as \`phonion modes\` lists them; the first three usually move the whole crystal`,
    );
  const vectors = new Float64Array(numbers.length * size);
  for (const [row, mode] of numbers.entries())
    vectors.set(modes.vectors.slice(mode * size, (mode + 1) * size), row * size);
  return {
    configuration: "the given structure",
    frequencies: Float64Array.from(numbers, (mode) => modes.frequencies[mode]!),
    vectors,
    rest: modes.reference.positions,
  };
}

function requestsOf(
  { crystal, seed }: ExciteInput,
  request: Request,
  { driven, forces }: { readonly driven: DrivenModes; readonly forces: unknown },
): MdRunRequest[] {
  const { timestepFs, temperatureK, variant, bulk, relaxationFs, bathRelaxationFs } = request;
  const steps = (ps: number): number => Math.max(1, Math.round((1000 * ps) / timestepFs));
  const kind = variant === "two-temperature" || bulk === "bath" ? "langevin" : "rescale";
  const ensemble: EnsembleSpec = { kind, temperatureK, relaxationFs: bathRelaxationFs };
  const shared = { temperatureK: request.drivenTemperatureK, every: request.everySteps, fixed: driven };
  const excitation: ExcitationRequest =
    variant === "two-temperature" ? { ...shared, variant, relaxationFs } : { ...shared, variant, bulk };
  const thermoEvery = 20;
  const record = { frameEvery: request.frameEverySteps, precision: "single", velocities: false } as const;
  return Array.from({ length: request.replicas }, (_, replica) => ({
    key: `replica-${replica + 1}`,
    system: { crystal, forces, timestepFs, seed, label: `replica ${replica + 1}` },
    start: { temperatureK },
    phases: [
      {
        ensemble: { kind: "langevin", temperatureK, relaxationFs: 100 },
        steps: steps(request.equilibrationPs),
        thermoEvery,
      },
      { ensemble, steps: steps(request.equilibrationPs), thermoEvery, excitation },
      { ensemble, steps: steps(request.durationPs), thermoEvery, record, excitation },
    ],
  }));
}

interface Found {
  readonly modes: Modes;
  readonly input: ExciteInput;
  readonly request: Request;
  readonly summary: ForceFieldSummary;
}

async function dataOf(runs: readonly MdRunResult[], { modes, input, request, summary }: Found): Promise<ExciteData> {
  const { crystal } = input;
  const reports = runs.flatMap(({ excitation }) => excitation ?? []);
  const power = overRuns(reports, ({ power }) => power);
  return {
    formula: formulaOf(crystal),
    natoms: atomCount(crystal),
    variant: request.variant,
    modes: input.modes.map((mode) => ({ mode, frequencyThz: modes.frequencies[mode]! })),
    bathTemperatureK: request.temperatureK,
    aimedTemperatureK: request.drivenTemperatureK,
    sampledPs: runs.length * request.durationPs,
    temperatureK: meanOf(runs.map(({ thermo }) => seriesMean(thermo.temperatureK))),
    drivenModesK: overRuns(reports, ({ drivenTemperatureK }) => drivenTemperatureK),
    otherModesK: overRuns(reports, ({ bulkTemperatureK }) => bulkTemperatureK),
    powerEvPerPs: power,
    wattPerCm3: power && powerUnits(power.value, crystal.cell.volume).wattPerCm3,
    starvedKicks: reports.reduce((sum, { starved = 0 }) => sum + starved, 0),
    meanSquareDisplacement: await displacements(runs, crystal),
    forceField: summary,
  };
}

const meanOf = (parts: readonly Number[]): Number => ({
  value: parts.reduce((sum, { value }) => sum + value, 0) / parts.length,
  standardError: Math.sqrt(parts.reduce((sum, part) => sum + part.standardError ** 2, 0)) / parts.length,
});

function overRuns(
  reports: readonly ExcitationReport[],
  pick: (report: ExcitationReport) => Estimate | undefined,
): Number | null {
  const parts = reports.flatMap((report) => pick(report) ?? []);
  return parts.length === 0 ? null : meanOf(parts);
}

async function displacements(
  runs: readonly MdRunResult[],
  crystal: ExciteInput["crystal"],
): Promise<ExciteData["meanSquareDisplacement"]> {
  const out: Record<string, { lagsPs: number[]; valuesA2: number[] }> = {};
  for (const element of crystal.elements) {
    if (atomsOf(crystal, element).length === 0) continue;
    for (const { trajectory } of runs) {
      if (!trajectory || (trajectory.frameCount ?? 0) < 4) continue;
      const { msd } = await analyse(trajectory, { msd: msdOf(element, { reference: "total" }) });
      const half = Math.max(2, Math.ceil(msd.lagsPs.length / 2));
      const curve = (out[element] ??= {
        lagsPs: [...msd.lagsPs.slice(0, half)],
        valuesA2: new Array<number>(half).fill(0),
      });
      for (let k = 0; k < half; k++) curve.valuesA2[k]! += msd.tracer.values[k]! / runs.length;
    }
  }
  return out;
}

function filesOf(data: ExciteData, runs: readonly MdRunResult[]) {
  const thermo = runs.flatMap(({ thermo }, run) =>
    Array.from(thermo.timeFs, (time, k) =>
      [run + 1, time / 1000, thermo.temperatureK[k], thermo.potentialEnergy[k]].join(","),
    ),
  );
  const curves = Object.entries(data.meanSquareDisplacement);
  const first = curves[0]?.[1].lagsPs ?? [];
  const rows = first.map((lag, k) => [lag, ...curves.map(([, { valuesA2 }]) => valuesA2[k])].join(","));
  return [
    { name: "thermo.csv", data: `run,time (ps),temperature (K),potential energy (eV)\n${thermo.join("\n")}\n` },
    {
      name: "msd.csv",
      data: `${["lag (ps)", ...curves.map(([element]) => `${element} (A^2)`)].join(",")}\n${rows.join("\n")}\n`,
    },
  ];
}

const text = (number: Number | null, unit: string, digits: number): string =>
  number === null
    ? "too short to say"
    : `${number.value.toFixed(digits)} ± ${number.standardError.toFixed(digits)} ${unit}`;

/** Frequencies of a short list, limits of a long one. */
function frequenciesText(modes: ExciteData["modes"]): string {
  const frequencies = modes.map(({ frequencyThz }) => frequencyThz);
  if (frequencies.length <= 8) return `at ${frequencies.map((f) => f.toFixed(2)).join(", ")}`;
  return `from ${Math.min(...frequencies).toFixed(2)} to ${Math.max(...frequencies).toFixed(2)}`;
}

function linesOf(data: ExciteData): string[] {
  const { modes, wattPerCm3: density } = data;
  return [
    `structure     ${data.formula}, ${data.natoms} atoms`,
    forcesLine(data.forceField),
    `driven        ${modes.length} mode${modes.length === 1 ? "" : "s"} ${frequenciesText(modes)} THz, ${data.variant}, to ${data.aimedTemperatureK} K`,
    `sampled       ${data.sampledPs} ps in a bath of ${data.bathTemperatureK} K`,
    `crystal       ${text(data.temperatureK, "K", 1)}`,
    `driven modes  ${text(data.drivenModesK, "K", 0)}`,
    `other modes   ${text(data.otherModesK, "K", 1)}`,
    `power         ${text(data.powerEvPerPs, "eV/ps", 4)}${density === null ? "" : `, ${density.toExponential(2)} W/cm³`}`,
    ...(data.starvedKicks > 0 ? [`starved       ${data.starvedKicks} kicks the other modes could not pay for`] : []),
  ];
}
