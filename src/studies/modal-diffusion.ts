// The study "modal-diffusion": which vibrations carry the diffusion (Gordiz et al. 2021, eqs. 5–11). Host at rest → lowest configuration and its
// vibrations → independent runs at several temperatures → D_σ split by modes and pairs of modes, beside jumps, tracer diffusion and spectra.

import { BOLTZMANN, InputError, Notes } from "../base/index.js";
import { atomCount, atomsOf, formulaOf } from "../structure/index.js";
import { stepSeconds } from "./md-dynamics-estimate.js";
import { runTrajectories } from "./md-runs.js";
import { analyseTemperature, lagsOf } from "./modal-diffusion-analysis.js";
import type { ModalDiffusionData, TemperatureData, VibrationStretch } from "./modal-diffusion-data.js";
import { type ModalDiffusionParameters, modalDiffusionParameters } from "./modal-diffusion-parameters.js";
import { replicaRequests, stepPlan, vibrationRequest } from "./modal-diffusion-runs.js";
import { arrheniusFits, paperRows } from "./modal-diffusion-summary.js";
import { type DiffusionSystem, restingSystem, thermalSystem } from "./modal-diffusion-system.js";
import { vibrationsOf } from "./modal-diffusion-vibrations.js";
import { fillSite, setStage } from "./modal-hops-sites.js";
import { forcesFor, readHost } from "./modal-hops-stages.js";
import { readForces } from "./read-forces.js";
import type { Estimation, Study, StudyContext, StudyOutcome } from "./study.js";

export const modalDiffusionStudy: Study<typeof modalDiffusionParameters, ModalDiffusionData> = {
  name: "modal-diffusion",
  title: "The vibrations that carry the diffusion",
  summary:
    "Splits the diffusivity of simulated ions by modes and pairs of modes, beside what an empty split would show.",
  version: 1,
  parameters: modalDiffusionParameters,
  run,
  estimate,
};

async function run(
  parameters: ModalDiffusionParameters,
  context: StudyContext,
): Promise<StudyOutcome<ModalDiffusionData>> {
  checkParameters(parameters);
  const notes = new Notes();
  const resting = await restingSystem(parameters, context, notes);
  notes.addAll(resting.library.notes);
  const found: TemperatureData[] = [];
  for (const temperatureK of parameters.temperaturesK) {
    const system =
      parameters.cell === "fixed"
        ? resting
        : await thermalSystem(resting, temperatureK, { parameters, context, notes });
    found.push(await atTemperature(system, { temperatureK, parameters, context, notes }));
  }
  const vibrations = await vibrationStretch(resting, parameters, context);
  const arrhenius = arrheniusFits(found, notes);
  const { crystal, stable, candidates, forces, latticeA } = resting;
  return {
    data: {
      formula: formulaOf(crystal),
      natoms: atomCount(crystal),
      ion: parameters.interstitial.element,
      carriers: resting.ions.length,
      forceField: forces.summary,
      cell: parameters.cell,
      latticeA,
      supercell: parameters.structure.supercell.flat(),
      start: { id: stable[0]!.kind.id, candidates, stable: stable.length },
      temperatures: found,
      vibrations,
      arrhenius,
      paper: paperRows({
        parameters,
        temperatures: found,
        vibrations,
        arrhenius,
        latticeA: found[0]?.latticeA ?? latticeA,
      }),
    },
    notes: notes.list(),
    converged: found.every(({ converged }) => converged),
  };
}

/** Said before the first step. */
function checkParameters(parameters: ModalDiffusionParameters): void {
  const lags = lagsOf(parameters);
  const { frames, frameEvery } = stepPlan(parameters);
  const lengthPs = (frames * frameEvery * parameters.timestepFs) / 1e3;
  const longest = lags[lags.length - 1]!;
  if (longest >= lengthPs)
    throw new InputError(
      `runs of ${parameters.durationPs} ps are too short for a lag of ${longest} ps`,
      `lags up to ${(lengthPs / 5).toPrecision(2)} ps, a fifth of a run, leave something to average over`,
    );
  if (parameters.replicas === 1 && lengthPs < 2.5 * longest)
    throw new InputError(
      `one run of ${parameters.durationPs} ps with lags up to ${longest} ps makes one block, which has no error`,
      `take two replicas or more, or runs of ${Math.ceil(2.5 * longest)} ps`,
    );
  if (parameters.vibrations !== "none" && parameters.vibrations.durationPs * 1e3 < 128 * parameters.vibrations.sampleFs)
    throw new InputError(
      `vibrations over ${parameters.vibrations.durationPs} ps every ${parameters.vibrations.sampleFs} fs are fewer than 128 frames`,
      "a spectrum needs some ps: 16 is usual",
    );
}

interface TemperatureWork {
  readonly temperatureK: number;
  readonly parameters: ModalDiffusionParameters;
  readonly context: StudyContext;
  readonly notes: Notes;
}

/** Runs and their analysis; both are stored, so that a run that goes on repeats neither. */
async function atTemperature(system: DiffusionSystem, work: TemperatureWork): Promise<TemperatureData> {
  const { temperatureK, parameters, context, notes } = work;
  const key = `analysis/${temperatureK}K`;
  const stored = await context.store.get<{ data: TemperatureData; notes: ReturnType<Notes["list"]> }>(key);
  if (stored) {
    notes.addAll(stored.notes);
    return stored.data;
  }
  const own = new Notes();
  const results = await runTrajectories(context, `molecular dynamics at ${temperatureK} K`, {
    requests: replicaRequests(system, temperatureK, { parameters, seed: context.seed }),
  });
  for (const result of results) own.addAll(result.notes);
  const data = await analyseTemperature(system, results, { temperatureK, parameters, context, notes: own });
  await context.store.put(key, { data, notes: own.list() });
  notes.addAll(own.list());
  return data;
}

async function vibrationStretch(
  system: DiffusionSystem,
  parameters: ModalDiffusionParameters,
  context: StudyContext,
): Promise<VibrationStretch | null> {
  const { vibrations } = parameters;
  if (vibrations === "none") return null;
  const [result] = await runTrajectories(context, `vibrations at ${vibrations.temperatureK} K`, {
    requests: [vibrationRequest(system, vibrations, { parameters, seed: context.seed })],
  });
  const carriers = parameters.interstitial.element;
  return vibrationsOf(result!, system.modes, { temperatureK: vibrations.temperatureK, carriers, context });
}

/** Measured on configurations of the size of the paper's. */
const EVALUATIONS_PER_CONFIGURATION = 600;
/** Of the time of the runs: reading frames back, projecting them, and the nulls. */
const ANALYSIS_PER_FRAME_S = 1.5e-3;

async function estimate(parameters: ModalDiffusionParameters, context: StudyContext): Promise<Estimation> {
  checkParameters(parameters);
  const now = { parameters, context };
  const spec = await readForces(parameters.forces.field, context);
  const stage = setStage(await readHost(now, new Notes()), parameters);
  const crystal = fillSite(stage, stage.kinds[0]!.position, parameters.interstitial.element);
  const each = stepSeconds(forcesFor(stage, spec, parameters).field, crystal) * STEP_OVER_FORCES;
  const n = atomCount(crystal);
  const { width } = context.pool;
  const { configurations, temperaturesK, replicas, vibrations, timestepFs, cell, thermalPs } = parameters;
  const kinds = configurations === "all" ? stage.kinds.length : Math.min(configurations, stage.kinds.length);
  const { equilibration, production, frames } = stepPlan(parameters);
  const rounds = Math.ceil(replicas / width) * temperaturesK.length;
  const dense = vibrations === "none" ? 0 : equilibration + (vibrations.durationPs * 1e3) / timestepFs;
  const npt = cell === "thermal" ? (temperaturesK.length * 1.2e3 * thermalPs) / timestepFs : 0;
  const steps = rounds * (equilibration + production) + dense + 2 * npt;
  const total = temperaturesK.length * replicas * frames;
  const relaxations =
    (kinds * EVALUATIONS_PER_CONFIGURATION * (cell === "thermal" ? 1 + temperaturesK.length : 1)) / width;
  return {
    seconds: (steps + relaxations) * each + total * ANALYSIS_PER_FRAME_S * (n / 193) ** 2,
    memoryMb: 400 + width * 150 + (30 * 8 * (3 * n) ** 2) / 1e6,
    diskMb: (total * 3 * n * 4 * (4 / 3)) / 1e6 + kinds * 0.2,
    work: [
      `${kinds} configurations of ${n} atoms`,
      `${temperaturesK.length} × ${replicas} runs of ${parameters.equilibrationPs} + ${parameters.durationPs} ps at ${temperaturesK.join(", ")} K`,
      `${total} frames split over ${3 * n} modes`,
      ...(vibrations === "none" ? [] : [`vibrations at ${vibrations.temperatureK} K over ${vibrations.durationPs} ps`]),
      `carriers: ${atomsOf(crystal, parameters.interstitial.element).length} ${parameters.interstitial.element}, k_BT up to ${(1e3 * BOLTZMANN * Math.max(...temperaturesK)).toFixed(0)} meV`,
    ],
  };
}

/** A step also moves atoms, looks at sites and renews its neighbours now and then. */
const STEP_OVER_FORCES = 1.15;
