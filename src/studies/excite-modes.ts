// The study "excite-modes": are the vibrations that make up the hops the ones that make ions hop? The modes that lead the hops out of the
// present configuration are held hot while the crystal stays cold, and the hops are counted; the same with nothing driven, with random
// modes, and with all modes hot (Gordiz et al. 2021, doi:10.1016/j.xcrp.2021.100431).

import { InputError, type Note, Notes, Rng } from "../base/index.js";
import { type ForceField, makeForceField } from "../forces/index.js";
import { atomCount, type Crystal } from "../structure/index.js";
import { type Condition, mainConditions, requestsOf } from "./excite-conditions.js";
import type { ConditionResult, ExciteModesData, ModeTemperatures } from "./excite-data.js";
import { measureCondition } from "./excite-measure.js";
import { type ExciteModesParameters, exciteModesParameters, hopParametersOf } from "./excite-parameters.js";
import { framesIn, joined, spectrumTask } from "./excite-spectrum.js";
import { type DrivenStage, prepareDriving } from "./excite-stage.js";
import { conditionNotes, ratiosOf, verdictOf } from "./excite-summary.js";
import { type MdRunResult, runTrajectories } from "./md-runs.js";
import { fillSite, setStage } from "./modal-hops-sites.js";
import { forcesFor, readHost } from "./modal-hops-stages.js";
import { forcesSummary, hostSummary, supercellSummary } from "./modal-hops-summary.js";
import { evaluationSeconds } from "./operations/index.js";
import { runPiece } from "./pieces.js";
import { readForces } from "./read-forces.js";
import type { Estimation, Study, StudyContext, StudyOutcome } from "./study.js";

export const exciteModes: Study<typeof exciteModesParameters, ExciteModesData> = {
  name: "excite-modes",
  title: "What happens to the ions when chosen vibrations are driven",
  summary:
    "Holds the modes that lead the hops hot while the crystal stays cold, counts hops, and compares with no, random and all modes driven.",
  version: 1,
  parameters: exciteModesParameters,
  run,
  estimate,
};

async function run(parameters: ExciteModesParameters, context: StudyContext): Promise<StudyOutcome<ExciteModesData>> {
  const notes = new Notes();
  const hopParameters = hopParametersOf(parameters);
  const stage = await mainStage(parameters, context, notes);
  const sized = await sizedConditions(parameters, context, notes);
  const conditions = [...mainConditions(stage, parameters), ...sized];
  const runs = await runAll(conditions, parameters, context);
  const results: ConditionResult[] = [];
  for (const [at, condition] of conditions.entries())
    results.push(await measureCondition(condition, runs[at]!, { parameters, context }));
  const measured = await withModeTemperatures({ conditions, runs, results }, context);
  notes.addAll(runNotes(runs.flat()));
  const ratios = ratiosOf(measured);
  notes.addAll(conditionNotes(measured, stage));
  const { read, host, forces } = stage.prepared;
  return {
    data: {
      host: hostSummary(read, host, hopParameters),
      forces: forcesSummary(forces),
      formula: supercellSummary(stage.prepared.stage, hopParameters).formula,
      variant: parameters.drive.variant,
      topModes: parameters.drive.topModes,
      timestepFs: parameters.timestepFs,
      durationPs: parameters.durationPs,
      hopsFound: stage.hopsFound,
      hopsRun: stage.hops.length,
      lists: stage.lists,
      conditions: measured,
      ratios,
      verdict: verdictOf(measured, ratios, parameters),
    },
    notes: notes.list(),
    converged: host.converged && stage.hops.every((hop) => hop.converged),
  };
}

/** Of notes that many runs have, the first of each kind. */
function runNotes(runs: readonly MdRunResult[]): readonly Note[] {
  const first = new Map<string, { readonly note: Note; readonly runs: Set<string> }>();
  for (const { key, notes } of runs) {
    for (const note of notes) {
      const seen = first.get(note.code) ?? { note, runs: new Set<string>() };
      first.set(note.code, seen);
      seen.runs.add(key);
    }
  }
  return [...first.values()].map(({ note, runs: { size } }) =>
    size === 1 ? note : { ...note, message: `${size} of ${runs.length} runs, for example: ${note.message}` },
  );
}

async function mainStage(parameters: ExciteModesParameters, context: StudyContext, notes: Notes): Promise<DrivenStage> {
  const { controls, replicas, randomBandThz, drive, forces } = parameters;
  const most = Math.max(replicas, parameters.compareVariants?.replicas ?? 0);
  const draws = controls.includes("random") ? most : 0;
  const stage = await prepareDriving(
    context,
    {
      parameters: hopParametersOf(parameters),
      engine: forces.engine,
      topModes: drive.topModes,
      ...(draws > 0
        ? { random: { draws, bandThz: randomBandThz, rng: Rng.fromSeed(context.seed).fork("random modes") } }
        : {}),
    },
    notes,
  );
  notes.addAll(stage.notes);
  return stage;
}

/** Conditions of other supercells; their pieces are stored apart. */
async function sizedConditions(
  parameters: ExciteModesParameters,
  context: StudyContext,
  notes: Notes,
): Promise<Condition[]> {
  const { sizes, drive, bath, durationPs, forces } = parameters;
  if (!sizes) return [];
  const conditions: Condition[] = [];
  for (const supercell of sizes.supercells) {
    const folder = `size-${supercell.flat().join("-")}/`;
    const apart = { ...context, store: prefixed(context.store, folder) };
    const hopParameters = hopParametersOf(parameters, { supercell, count: sizes.hops });
    const request = { parameters: hopParameters, topModes: sizes.topModes, engine: forces.engine };
    const stage = await prepareDriving(apart, request, notes);
    const atoms = atomCount(stage.stable[0]!.configuration.minimum.crystal);
    conditions.push({
      name: `${atoms} atoms`,
      kind: "size",
      stage,
      bathTemperatureK: bath.temperatureK,
      drive: { variant: drive.variant, everySteps: drive.everySteps, modes: "leading" },
      durationPs: sizes.durationPs ?? durationPs,
      replicas: sizes.replicas,
    });
  }
  return conditions;
}

const prefixed = (store: StudyContext["store"], folder: string): StudyContext["store"] => ({
  get: (key) => store.get(folder + key),
  put: (key, value) => store.put(folder + key, value),
});

async function runAll(
  conditions: readonly Condition[],
  parameters: ExciteModesParameters,
  context: StudyContext,
): Promise<MdRunResult[][]> {
  const names = conditions.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined)
    throw new InputError(`two conditions are called "${twice}"`, "name each control, interval and size once");
  const requests = conditions.map((condition) => requestsOf(condition, parameters, context.seed));
  const all = await runTrajectories(context, "simulating", { requests: requests.flat() });
  let at = 0;
  return requests.map((list) => all.slice(at, (at += list.length)));
}

interface MeasuredRuns {
  readonly conditions: readonly Condition[];
  readonly runs: readonly (readonly MdRunResult[])[];
  readonly results: readonly ConditionResult[];
}

/** Frames of a condition that the temperatures of modes are taken from, and how few will do. */
const MOST_FRAMES = 2000;
const LEAST_FRAMES = 40;

/** Temperatures of all modes where the driven runs were longest, with and without driving. */
async function withModeTemperatures(
  { conditions, runs, results }: MeasuredRuns,
  context: StudyContext,
): Promise<ConditionResult[]> {
  const { stage } = conditions[0]!;
  const library = stage.leading;
  const index = favourite(runs[0]!, library.configurations.length);
  if (index === undefined) return [...results];
  const configuration = library.configurations[index]!;
  const out: ConditionResult[] = [];
  for (const [at, result] of results.entries()) {
    if (!hasSpectrum(result)) {
      out.push(result);
      continue;
    }
    // Of the random control one replica: each has its own modes.
    const taken = result.kind === "random" ? runs[at]!.slice(0, 1) : runs[at]!;
    const parts = [];
    for (const { trajectory } of taken)
      if (trajectory) parts.push(await framesIn(trajectory, library, { index, most: MOST_FRAMES / taken.length }));
    const count = parts.reduce((sum, part) => sum + part.count, 0);
    if (count < LEAST_FRAMES) {
      out.push(result);
      continue;
    }
    const size = configuration.minimum.crystal.positions.length;
    const frames = {
      count,
      displacements: joined(
        parts.map((part) => part.displacements),
        size,
      ),
      velocities: joined(
        parts.map((part) => part.velocities),
        size,
      ),
    };
    const lists = result.kind === "random" ? stage.random[0]! : library;
    const driven = result.kind === "none" ? [] : [...lists.configurations[index]!.modes.indices];
    const input = {
      configuration: configuration.id,
      crystal: configuration.minimum.crystal,
      forces: stage.prepared.forces.field.toJSON(),
      frames,
      driven,
    };
    const modeTemperatures: ModeTemperatures = await runPiece(context, "temperatures of modes", {
      task: spectrumTask,
      piece: { key: `spectrum/${result.name}`, input },
    });
    out.push({ ...result, modeTemperatures });
  }
  return out;
}

/** Of the driven crystal, the undriven one, one draw of random modes, and the leading modes driven in other ways. */
const hasSpectrum = ({ kind, name }: ConditionResult): boolean =>
  ["driven", "none", "random"].includes(kind) || (kind === "variant" && !name.includes(","));

/** The configuration of the library, image by image, in which the runs were longest. */
function favourite(runs: readonly MdRunResult[], configurations: number): number | undefined {
  const times = new Float64Array(configurations);
  for (const { followed } of runs) {
    if (!followed) continue;
    const { count, configuration, fromFs, toFs } = followed.timeline;
    for (let i = 0; i < count; i++) if (configuration[i]! >= 0) times[configuration[i]!]! += toFs[i]! - fromFs[i]!;
  }
  const longest = Math.max(...times);
  return longest > 0 ? times.indexOf(longest) : undefined;
}

/** Measured: evaluations of a short band, and of a configuration with its modes. */
const EVALUATIONS_PER_HOP = 220;
const EVALUATIONS_PER_CONFIGURATION = 500;
const HOPS_PER_CONFIGURATION = 3;
/** Driving and following add this part to the forces of a step. */
const OVERHEAD = 1.15;

/** Seconds of one step: atoms hardly move, neighbours are kept. */
function stepSeconds(field: ForceField, crystal: Crystal): number {
  const session = field.attach(crystal);
  const forces = new Float64Array(crystal.positions.length);
  const places = [0, 1, 2, 3, 4, 5, 6, 7].map((k) =>
    Float64Array.from(crystal.positions, (x, a) => x + 0.005 * Math.sin(a + 0.3 * k)),
  );
  for (const place of places) session.evaluate(place, forces); // warms up
  const before = performance.now();
  for (const place of places) session.evaluate(place, forces);
  const seconds = (performance.now() - before) / (1000 * places.length);
  session.dispose();
  return OVERHEAD * seconds;
}

async function estimate(parameters: ExciteModesParameters, context: StudyContext): Promise<Estimation> {
  const hopParameters = hopParametersOf(parameters);
  const spec = await readForces(parameters.forces.field, context);
  const stage = setStage(await readHost({ parameters: hopParameters, context }, new Notes()), hopParameters);
  const forces = forcesFor(stage, spec, hopParameters);
  const filled = fillSite(stage, stage.kinds[0]!.position, parameters.interstitial.element);
  const n = atomCount(filled);
  const kinds =
    parameters.configurations === "all" ? stage.kinds.length : Math.min(parameters.configurations, stage.kinds.length);
  const hops = parameters.hops.count === "all" ? HOPS_PER_CONFIGURATION * kinds : parameters.hops.count;
  const { controls, intervalScan: scan, compareVariants: compare, sizes } = parameters;
  const { replicas, durationPs, equilibrationPs, timestepFs } = parameters;
  const variants = (compare?.variants.length ?? 0) * (controls.includes("random") ? 2 : 1);
  const lengths = [
    ...new Array<number>((1 + controls.length) * replicas).fill(durationPs),
    ...new Array<number>(variants * (compare?.replicas ?? 0)).fill(compare?.durationPs ?? durationPs),
    ...new Array<number>((scan?.everyFs.length ?? 0) * (scan?.replicas ?? 0)).fill(scan?.durationPs ?? durationPs),
  ];
  // A larger cell costs in proportion.
  const volume = (matrix: readonly (number | readonly number[])[]): number => supercellVolume(matrix);
  for (const supercell of sizes?.supercells ?? [])
    for (let k = 0; k < sizes!.replicas; k++)
      lengths.push(((sizes!.durationPs ?? durationPs) * volume(supercell)) / volume(parameters.structure.supercell));
  const ps = lengths.reduce((sum, length) => sum + length + 2 * equilibrationPs, 0);
  const steps = (1000 * ps) / timestepFs;
  const evaluations = kinds * EVALUATIONS_PER_CONFIGURATION + hops * EVALUATIONS_PER_HOP;
  const frames = steps / parameters.frameEverySteps;
  return {
    seconds:
      (evaluations * evaluationSeconds(forces.field, filled) +
        steps * stepSeconds(makeForceField(spec, engineAndAccuracy(parameters)), filled)) /
      context.pool.width,
    memoryMb: 200 + context.pool.width * (250 + (6 * (3 * n) ** 2 * 8) / 1e6),
    diskMb: (frames * 6 * n * 4 * 1.4) / 1e6 + hops * 0.1,
    work: [
      `${kinds} configurations of ${n} atoms`,
      `${hops} short elastic bands for the lists of modes`,
      `${lengths.length} simulations, ${ps.toFixed(0)} ps in all`,
    ],
  };
}

const engineAndAccuracy = ({ forces: { engine, accuracy } }: ExciteModesParameters) => ({
  engine,
  ...(accuracy === undefined ? {} : { accuracy }),
});

function supercellVolume(matrix: readonly (number | readonly number[])[]): number {
  const m = matrix.flat();
  if (m.length === 3) return Math.abs(m[0]! * m[1]! * m[2]!);
  const minor = (a: number, b: number, c: number, d: number): number => m[a]! * m[d]! - m[b]! * m[c]!;
  return Math.abs(m[0]! * minor(4, 5, 7, 8) - m[1]! * minor(3, 5, 6, 8) + m[2]! * minor(3, 4, 6, 7));
}
