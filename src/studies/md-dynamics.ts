// The study "molecular-dynamics": one structure, one ensemble, independent replicas; trajectories, means and mean square displacements.
// Runs are cut into stored segments (md-runs.ts), so that a killed run goes on; one that stops being physics keeps what was good.

import { InputError, Notes, PhonionError, Rng } from "../base/index.js";
import {
  type EnsembleSpec,
  type MdState,
  makeIntegrator,
  startState,
  suggestTimestep,
  summarise,
  type Thermo,
} from "../dynamics/index.js";
import { readStructure, writeCsv } from "../io/index.js";
import { atomCount, type Crystal, cellParameters, formulaOf, supercell } from "../structure/index.js";
import { cellData, combinedMeans, joinMsd, type ReadRun, readRun, seriesOf } from "./md-dynamics-analysis.js";
import { chooseAtoms, mobileElement } from "./md-dynamics-atoms.js";
import type { MdFailure, MdMeans, MdReplica, MolecularDynamicsData, SpeciesMsd } from "./md-dynamics-data.js";
import { mdEstimate } from "./md-dynamics-estimate.js";
import {
  ensembleOf,
  equilibrationOf,
  type MolecularDynamicsParameters,
  molecularDynamicsParameters,
  type StepCounts,
  stepCounts,
} from "./md-dynamics-parameters.js";
import { thermoTable } from "./md-dynamics-table.js";
import { type MdRunRequest, type MdRunResult, runTrajectories } from "./md-runs.js";
import type { MdPhase } from "./md-segment.js";
import { type ChosenForces, chooseForces } from "./operations/index.js";
import { readForces } from "./read-forces.js";
import type { Study, StudyContext, StudyOutcome } from "./study.js";

export const molecularDynamics: Study<typeof molecularDynamicsParameters, MolecularDynamicsData> = {
  name: "molecular-dynamics",
  title: "Molecular dynamics",
  summary:
    "Trajectories of a crystal at constant energy, temperature or pressure, with means, drift, lattice and mean square displacements.",
  version: 1,
  parameters: molecularDynamicsParameters,
  run,
  async estimate(parameters, context) {
    const { crystal, forces, counts } = await prepare(parameters, context, new Notes());
    return mdEstimate({ parameters, counts, crystal, field: forces.field, width: context.pool.width });
  },
};

/** All that is settled before the first step. */
export interface PreparedMd {
  readonly crystal: Crystal;
  readonly forces: ChosenForces;
  readonly counts: StepCounts;
  readonly ensemble: EnsembleSpec;
  readonly equilibration: EnsembleSpec | null;
  readonly frozen: readonly number[];
  readonly mobile: string | undefined;
  /** Any state of the run, for its degrees of freedom. */
  readonly state: MdState;
}

async function prepare(
  parameters: MolecularDynamicsParameters,
  context: StudyContext,
  notes: Notes,
): Promise<PreparedMd> {
  const counts = stepCounts(parameters);
  const spec = await readForces(parameters.forces.field, context);
  const { name, text } = await context.readInput(parameters.structure.file);
  const { crystal } = supercell(readStructure(text, name, { notes }), parameters.structure.supercell);
  const forces = chooseForces(spec, crystal, parameters.forces);
  const mobile = mobileElement(crystal, parameters.mobile);
  const chosen = (selection: string, purpose: string): number[] => chooseAtoms(selection, crystal, { purpose, mobile });
  const frozen = parameters.freeze === undefined ? [] : chosen(parameters.freeze, "to be frozen");
  if (frozen.length === atomCount(crystal))
    throw new InputError(`all ${frozen.length} atoms are frozen`, "leave some free to move");
  const groups = parameters.groups.map(({ atoms, temperatureK }) => ({
    atoms: chosen(atoms, "with a bath of their own"),
    temperatureK,
  }));
  const ensemble = ensembleOf(parameters, groups);
  const equilibration = counts.equilibration > 0 ? equilibrationOf(parameters, ensemble) : null;
  const state = startState(crystal, { frozen, temperatureK: parameters.temperatureK, seed: 1 });
  const { timestepFs, innerSteps } = parameters;
  const rng = Rng.fromSeed(1);
  // Whatever an ensemble has against its parameters is said now, not in the middle of the run.
  if (equilibration) makeIntegrator(equilibration, state, { timestepFs, rng, innerSteps });
  makeIntegrator(ensemble, state, { timestepFs, rng, innerSteps });
  checkTimestep({ state, forces }, notes, timestepFs / innerSteps);
  return { crystal, forces, counts, ensemble, equilibration, frozen, mobile, state };
}

/** Fewer steps than half of what the guard recommends for the shortest period: 10. */
function checkTimestep(prepared: Pick<PreparedMd, "state" | "forces">, notes: Notes, timestepFs: number): void {
  const { state, forces } = prepared;
  if (atomCount(state.crystal) > LARGEST_PROBLEM) return;
  const session = forces.field.attach(state.crystal);
  try {
    const { timestepFs: suggested, why } = suggestTimestep(state, session);
    if (timestepFs > 2 * suggested)
      notes.add(
        "md-long-step",
        `a time step of ${timestepFs} fs is long: ${why.replace("at the last good step", "at the start")}`,
        `take about ${suggested} fs, or watch the drift of the conserved quantity`,
      );
  } finally {
    session.dispose();
  }
}

const LARGEST_PROBLEM = 300; // atoms: a tenth of a second

async function run(
  parameters: MolecularDynamicsParameters,
  context: StudyContext,
): Promise<StudyOutcome<MolecularDynamicsData>> {
  const notes = new Notes();
  const prepared = await prepare(parameters, context, notes);
  const { crystal, forces, counts, ensemble, equilibration, frozen, mobile, state } = prepared;
  const results = await runTrajectories(context, "molecular dynamics", {
    requests: requestsOf(parameters, prepared, context.seed),
    segmentSteps: segmentSteps(crystal, counts),
    keepFailed: true,
  });
  const { read, replicas } = await readReplicas(results, { parameters, prepared, context, notes });
  const whole = replicas.flatMap(({ failure }, i) => (failure ? [] : [i]));
  const means = combinedMeans(whole.flatMap((i) => replicas[i]!.means ?? []));
  const cell =
    ensemble.kind === "npt"
      ? cellData(
          whole.map((i) => read[i]!.cells),
          {
            temperatureK: means?.temperature.value ?? parameters.temperatureK,
            repeats: parameters.structure.supercell,
          },
        )
      : null;
  noteOfRamp(parameters, notes);
  if (cell && !cell.converged)
    notes.add(
      "md-cell-correlated",
      "the cell is still correlated over the longest blocks: errors of lattice and compressibility are lower bounds",
      "run longer, or take more replicas",
    );
  const failures = results.flatMap(({ failure }) => failure ?? []);
  for (const { name, failure } of replicas)
    if (failure) notes.add("md-failed", `${name}: ${failure.message}`, failure.hint);
  const data: MolecularDynamicsData = {
    formula: formulaOf(crystal),
    natoms: atomCount(crystal),
    cellParameters: [...cellParameters(crystal.cell)],
    supercell: parameters.structure.supercell,
    forceField: forces.summary,
    ensemble,
    equilibration,
    timestepFs: parameters.timestepFs,
    sampleFs: parameters.sampleFs,
    steps: { equilibration: counts.equilibration, production: counts.production },
    frozen,
    mobile: mobile ?? null,
    degreesOfFreedom: state.degreesOfFreedom,
    replicas,
    means,
    cell,
    msd: meanSquares(crystal, whole.length > 0 ? whole.map((i) => read[i]!) : read.slice(0, 1)),
  };
  await context.files?.text("thermo.csv", writeCsv(thermoTable(results, equilibration !== null)));
  return {
    data,
    notes: notes.list(),
    converged: failures.length === 0,
    ...(failures[0] ? { failure: failures[0] } : {}),
  };
}

/** About twenty seconds of work: what a kill may cost. */
const SEGMENT_WORK = 2e6; // atoms × steps
const MOST_SEGMENT_STEPS = 20_000;

function segmentSteps(crystal: Crystal, { sample }: StepCounts): number {
  const steps = Math.min(MOST_SEGMENT_STEPS, Math.ceil(SEGMENT_WORK / atomCount(crystal)));
  return Math.ceil(steps / sample) * sample;
}

function requestsOf(parameters: MolecularDynamicsParameters, prepared: PreparedMd, seed: number): MdRunRequest[] {
  const { crystal, forces, counts, ensemble, equilibration, frozen } = prepared;
  const { timestepFs, innerSteps, precision, velocities, temperatureK, replicas } = parameters;
  const every = { thermoEvery: counts.sample, pressure: frozen.length === 0 };
  const record = { frameEvery: counts.sample, precision, velocities };
  const phases: MdPhase[] = [
    ...(equilibration ? [{ ensemble: equilibration, steps: counts.equilibration, ...every }] : []),
    { ensemble, steps: counts.production, ...every, record },
  ];
  return Array.from({ length: replicas }, (_, r) => ({
    key: nameOf(r),
    system: {
      crystal,
      forces: forces.field.toJSON(),
      timestepFs,
      seed,
      label: `replica ${r}`,
      ...(frozen.length > 0 ? { frozen } : {}),
      ...(innerSteps > 1 ? { innerSteps } : {}),
    },
    start: { temperatureK },
    phases,
  }));
}

const nameOf = (index: number): string => `replica-${index + 1}`;

interface Reading {
  readonly parameters: MolecularDynamicsParameters;
  readonly prepared: PreparedMd;
  readonly context: StudyContext;
  readonly notes: Notes;
}

/** What the run loop says of every segment is said here of the whole run. */
const PER_SEGMENT = ["md-correlated", "md-drift"];

async function readReplicas(results: readonly MdRunResult[], reading: Reading) {
  const { prepared, context, notes } = reading;
  const { frozen, mobile, equilibration } = prepared;
  const read: ReadRun[] = [];
  const replicas: MdReplica[] = [];
  for (const [index, result] of results.entries()) {
    const { trajectory, phases } = result;
    read.push(trajectory ? await readRun(trajectory, { ...context, frozen, mobile }) : { cells: [], msd: new Map() });
    const file = trajectory && (await writeFrames(result, nameOf(index), reading));
    replicas.push({ ...replicaData(result, nameOf(index), reading), ...(file ? { trajectory: file } : {}) });
    const production = phases[equilibration ? 1 : 0];
    const said = new Notes();
    if (production) summarise(production, prepared.state, said); // for what it notes
    said.addAll([...read[index]!.msd].flatMap(([element, msd]) => (element === mobile ? msd.notes : [])));
    said.addAll(result.notes.filter(({ code }) => !PER_SEGMENT.includes(code)));
    for (const { code, message, hint } of said.list())
      notes.add(code, results.length > 1 ? `${nameOf(index)}: ${message}` : message, hint);
  }
  return { read, replicas };
}

async function writeFrames(
  { trajectory }: MdRunResult,
  name: string,
  { parameters: { trajectory: format, precision, velocities }, context }: Reading,
): Promise<string | undefined> {
  if (!trajectory || format === "none" || !context.files) return undefined;
  const file = `${name}.${format}`;
  await context.files.trajectory(file, trajectory, { precision, velocities });
  return file;
}

function replicaData(result: MdRunResult, name: string, { parameters, prepared }: Reading): MdReplica {
  const { equilibration, state, counts } = prepared;
  const { phases, trajectory, failure, end } = result;
  const [first, second] = equilibration ? [phases[0], phases[1]] : [undefined, phases[0]];
  const means: MdMeans | undefined = second && summarise(second, state, new Notes());
  const steps = Math.max(0, end.step - (equilibration ? counts.equilibration : 0));
  return {
    name,
    frames: trajectory?.frameCount ?? 0,
    steps,
    sampledPs: (steps * parameters.timestepFs) / 1000,
    ...(hasSamples(first) ? { equilibration: seriesOf(first) } : {}),
    ...(hasSamples(second) ? { series: seriesOf(second) } : {}),
    ...(means ? { means } : {}),
    ...(failure ? { failure: failureData(failure, end.step) } : {}),
  };
}

const hasSamples = (thermo: Thermo | undefined): thermo is Thermo => thermo !== undefined && thermo.step.length > 0;

const failureData = (failure: Error, goodSteps: number): MdFailure => ({
  message: failure.message,
  hint: failure instanceof PhonionError ? failure.hint : "",
  goodSteps,
});

function meanSquares(crystal: Crystal, read: readonly ReadRun[]): SpeciesMsd[] {
  return crystal.elements.flatMap((element) => {
    const runs = read.flatMap(({ msd }) => msd.get(element) ?? []);
    return runs.length > 0 ? [joinMsd(element, runs)] : [];
  });
}

function noteOfRamp({ temperatureK, toTemperatureK }: MolecularDynamicsParameters, notes: Notes): void {
  if (toTemperatureK === undefined) return;
  notes.add(
    "md-ramp",
    `the temperature goes from ${temperatureK} to ${toTemperatureK} K: means are over the whole ramp`,
    "take equilibrium averages from runs at one temperature",
  );
}
