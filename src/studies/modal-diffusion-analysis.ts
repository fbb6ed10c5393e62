// From the runs at one temperature to what the report says of it.

import { BOLTZMANN, type Estimate, type F64, type Notes, type RunOptions } from "../base/index.js";
import {
  accumulation,
  classifyModes,
  harmonicTrajectory,
  kinematicNull,
  type ModalDiffusion,
  type ModalGreenKubo,
  ModalGreenKuboAnalysis,
  modalCarriers,
  modalClassShares,
  planLags,
  type RunSplit,
  speciesClasses,
  splitRuns,
  staticWeights,
  sumOverClasses,
} from "../coupling/index.js";
import type { Trajectory } from "../dynamics/index.js";
import { type Modes, speciesCharacter } from "../modes/index.js";
import { blockAverage } from "../numerics/index.js";
import { analyse, type MsdResult, msdOf, poissonRate } from "../transport/index.js";
import { meanEstimate } from "./md-dynamics-analysis.js";
import type { MdRunResult } from "./md-runs.js";
import type { JumpKind, ModalSplitData, PairMap, TemperatureData } from "./modal-diffusion-data.js";
import type { ModalDiffusionParameters } from "./modal-diffusion-parameters.js";
import { stepPlan } from "./modal-diffusion-runs.js";
import { switchingOf } from "./modal-diffusion-switching.js";
import type { DiffusionSystem } from "./modal-diffusion-system.js";
import type { StudyContext } from "./study.js";

export interface AnalysisWork {
  readonly temperatureK: number;
  readonly parameters: ModalDiffusionParameters;
  readonly context: StudyContext;
  readonly notes: Notes;
}

/** Lags, ps, of all runs of a study. */
export function lagsOf(parameters: ModalDiffusionParameters): number[] {
  const { frames, frameEvery } = stepPlan(parameters);
  const spacing = frameEvery * parameters.timestepFs;
  const lagsPs = parameters.lagsPs ?? planLags(spacing, frames).lagsPs;
  return [...planLags(spacing, frames, { lagsPs }).lagsPs];
}

export async function analyseTemperature(
  system: DiffusionSystem,
  results: readonly MdRunResult[],
  work: AnalysisWork,
): Promise<TemperatureData> {
  const { temperatureK, parameters, context, notes } = work;
  const { signal, onProgress } = context;
  const run = { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) };
  const runs = results.map(({ trajectory }) => trajectory!);
  const jumps = jumpsOf(system, results, temperatureK);
  if (jumps.startFraction > 2 * jumps.startBoltzmann)
    notes.add(
      "modal-not-equilibrated",
      `${temperatureK} K: the ions are ${(100 * jumps.startFraction).toFixed(0)} % of the time in the configuration the runs began with, in equilibrium about ${(100 * jumps.startBoltzmann).toFixed(0)} %: D is that of ions still in their trap`,
      "lengthen equilibrationPs and durationPs",
    );
  const options = {
    ...run,
    carriers: parameters.interstitial.element,
    lagsPs: lagsOf(parameters),
    repeats: parameters.resamples,
    seed: context.seed,
    jumps: jumps.count,
    conductivity: { charge: parameters.chargeE, temperatureK },
  };
  const found = await splitRuns(runs, system.modes, options);
  for (const note of found.split.notes) {
    // What follows from the plan is the same at every temperature and is said once.
    const planned = note.code.startsWith("modal-lags") || note.code.includes("blocks");
    notes.add(note.code, planned ? note.message : `${temperatureK} K: ${note.message}`, note.hint);
  }
  const harmonic = await splitRuns(
    runs.map(({ frameCount, frameSpacingFs }, r) =>
      harmonicTrajectory(system.modes, {
        temperatureK,
        frames: frameCount!,
        frameSpacingFs,
        seed: (context.seed + 7919 * (r + 1)) % 2 ** 32,
      }),
    ),
    system.modes,
    { ...options, jumps: 0 },
  );
  const { total, totalFramework, tracerFramework, haven, conductivity, durationPs, converged } = found.split;
  const other = await otherEstimators(runs, system.modes, { ...options, run });
  if (Math.abs(harmonic.split.total.value) > 0.2 * Math.abs(total.value))
    notes.add(
      "modal-harmonic-null",
      `${temperatureK} K: harmonic crystals of the same length give D_σ = ${harmonic.split.total.value.toExponential(1)} cm²/s by themselves, the runs ${total.value.toExponential(1)}`,
      "longer lags, more of them, or longer runs",
    );
  const [a, b, c] = system.latticeA;
  return {
    temperatureK,
    measured: meanEstimate(results.map(({ thermo }) => temperatureOf(thermo.temperatureK))),
    latticeA: [a, b, c],
    tracer: tracerFramework,
    collective: totalFramework,
    haven,
    conductivity: conductivity!.total,
    split: splitData(found, harmonic.split, { system, seed: context.seed, repeats: parameters.resamples }),
    ...other,
    ...(parameters.reference === "switching"
      ? { switching: await switchingOf(system, runs, { ...options, context }) }
      : {}),
    jumps,
    replicas: runs.length,
    durationPs,
    converged,
  };
}

const temperatureOf = (series: F64): Estimate => {
  const { mean, standardError } = blockAverage(series);
  return { value: mean, standardError, unit: "K" };
};

/** Share of the lowest configuration in equilibrium, by energies and numbers of sites; vibrational entropy is left out. */
function startBoltzmann({ stable }: DiffusionSystem, temperatureK: number): number {
  const lowest = stable[0]!.configuration.minimum.energy;
  const weights = stable.map(
    ({ kind, configuration: { minimum } }) =>
      kind.sites.length * Math.exp((lowest - minimum.energy) / (BOLTZMANN * temperatureK)),
  );
  return weights[0]! / weights.reduce((sum, weight) => sum + weight, 0);
}

function jumpsOf(
  system: DiffusionSystem,
  results: readonly MdRunResult[],
  temperatureK: number,
): TemperatureData["jumps"] {
  const { library, stable } = system;
  const followed = results.map((result) => result.followed!);
  const observed = followed.reduce((sum, { fromFs, toFs }) => sum + (toFs - fromFs) / 1e3, 0);
  const kinds = new Map<string, number>();
  let [count, known, start] = [0, 0, 0];
  for (const { jumps, timeline } of followed) {
    count += jumps.count;
    for (let k = 0; k < jumps.count; k++) {
      const kind = `${library.sites.labels[jumps.from[k]!]} → ${library.sites.labels[jumps.to[k]!]}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    for (let i = 0; i < timeline.count; i++) {
      const configuration = library.configurations[timeline.configuration[i]!];
      const time = (timeline.toFs[i]! - timeline.fromFs[i]!) / 1e3;
      if (configuration) known += time;
      if (configuration?.id === stable[0]!.kind.id) start += time;
    }
  }
  const hops = followed.flatMap((one) => one.hops);
  const mechanisms = new Map<string, number>();
  for (const { mechanism } of hops) mechanisms.set(mechanism, (mechanisms.get(mechanism) ?? 0) + 1);
  const { rate, limits } = poissonRate(count, observed, { unit: "1/ps" });
  return {
    count,
    perPs: rate,
    limitsPerPs: limits,
    kinds: [...kinds]
      .sort((a, b) => b[1] - a[1])
      .map(([kind, own]): JumpKind => ({ kind, count: own, perPs: poissonRate(own, observed, { unit: "1/ps" }).rate })),
    hops: hops.length,
    mechanisms: [...mechanisms].sort((a, b) => b[1] - a[1]).map(([mechanism, own]) => ({ mechanism, count: own })),
    concerted: hops.filter(({ concerted }) => concerted).length,
    knownFraction: known / observed,
    startFraction: start / observed,
    startBoltzmann: startBoltzmann(system, temperatureK),
  };
}

interface SplitWork {
  readonly system: DiffusionSystem;
  readonly seed: number;
  readonly repeats: number;
}

function splitData(
  { split, samples, blockPs }: RunSplit,
  harmonic: ModalDiffusion,
  { system, seed, repeats }: SplitWork,
): ModalSplitData {
  const { modes } = system;
  const carriers = modalCarriers(modes, split.carriers);
  const still = staticWeights(carriers);
  const { elements } = modes.reference;
  const character = speciesCharacter(modes);
  const classes = classifyModes(modes, speciesClasses(modes));
  const { shares } = modalClassShares(samples, classes, { seed, repeats });
  const sums = sumOverClasses(classes, split.shares);
  return {
    total: split.total,
    frameFactor: split.frameFactor,
    frequenciesThz: modes.frequencies,
    perMode: split.perMode,
    perModeError: split.perModeError,
    accumulation: split.accumulation,
    groupedShare: split.groupedShare,
    diagonalShare: split.diagonalShare,
    offDiagonalShare: split.offDiagonalShare,
    topModes: split.topModes.map((mode) => ({
      mode,
      frequencyThz: modes.frequencies[mode]!,
      share: { value: split.shares[mode]!, standardError: split.sharesError[mode]!, unit: "1" },
      staticShare: still.shares[mode]!,
      species: Object.fromEntries(elements.map((element, e) => [element, character[mode * elements.length + e]!])),
    })),
    topStability: split.topStability,
    classes: classes.names.map((name, c) => ({
      name,
      modes: classes.classOf.reduce((count, own) => count + (own === c ? 1 : 0), 0),
      share: { value: sums[c]!, standardError: 0.5 * (shares.high[c]! - shares.low[c]!), unit: "1" },
    })),
    pairMap: pairMapOf(split),
    byLag: {
      lagsPs: split.byLag.lagsPs,
      collectiveA2: split.byLag.collective,
      diagonalShare: split.byLag.diagonalShare,
      groupedShare: split.byLag.groupedShare,
    },
    closure: split.closure,
    blocks: split.blocks,
    blockPs,
    nulls: {
      staticAccumulation: still.accumulation,
      kinematicDiagonalShare: kinematicNull(carriers).diagonalShare,
      harmonicTotal: harmonic.total,
      harmonicAccumulation: accumulation(harmonic.perMode.slice().map((d) => d / split.total.value)),
    },
  };
}

const BIN_THZ = 1;

function pairMapOf({ modes, pairs, total }: ModalDiffusion): PairMap {
  const bins = Math.ceil(Math.max(...modes.frequencies) / BIN_THZ);
  const binOf = Array.from(modes.frequencies, (f) => Math.min(bins - 1, Math.max(0, Math.floor(f / BIN_THZ))));
  const shares = new Float64Array(bins * bins);
  for (let n = 0; n < modes.count; n++)
    for (let m = 0; m < modes.count; m++)
      shares[binOf[n]! * bins + binOf[m]!]! += pairs[n * modes.count + m]! / total.value;
  return { edgesThz: Float64Array.from({ length: bins + 1 }, (_, k) => k * BIN_THZ), shares };
}

interface OtherNumbers {
  readonly greenKubo: ModalGreenKubo;
  readonly msd: MsdResult;
}

interface OtherWork {
  readonly carriers: string;
  readonly lagsPs: readonly number[];
  readonly seed: number;
  readonly run: RunOptions;
}

/** Blocks of the Green–Kubo integral, ps: spectra of a block are in memory. */
const MOST_GREEN_KUBO_PS = 50;

async function otherEstimators(
  runs: readonly Trajectory[],
  modes: Modes,
  { carriers, lagsPs, seed, run }: OtherWork,
): Promise<Pick<TemperatureData, "greenKubo" | "meanSquare">> {
  const lengthPs = (runs[0]!.frameCount! * runs[0]!.frameSpacingFs) / 1e3;
  const blockPs = lengthPs / Math.max(2, Math.ceil(lengthPs / MOST_GREEN_KUBO_PS)); // two, for an error
  const cutPs = Math.min(lagsPs[0]!, 0.4 * blockPs);
  const found: OtherNumbers[] = [];
  for (const trajectory of runs) {
    const analyses = {
      greenKubo: new ModalGreenKuboAnalysis(modes, { carriers, cutPs, blockPs, from: "differences", seed }),
      msd: msdOf(carriers, { lags: "log" }),
    };
    found.push(await analyse(trajectory, analyses, run));
  }
  const mean = (of: (one: OtherNumbers) => number): number =>
    found.reduce((sum, one) => sum + of(one), 0) / found.length;
  const { msd } = found[0]!;
  const lags = Math.min(...found.map((one) => one.msd.lagsPs.length));
  const kept = Array.from({ length: lags }, (_, k) => k).filter((k) => k > 0 && msd.lagsPs[k]! <= 0.5 * lengthPs);
  return {
    greenKubo: {
      total: meanEstimate(found.map(({ greenKubo }) => greenKubo.total)),
      groupedShare:
        mean(({ greenKubo }) => greenKubo.groupedShare * greenKubo.total.value) /
        mean(({ greenKubo }) => greenKubo.total.value),
      antisymmetry: mean(({ greenKubo }) => greenKubo.antisymmetry),
      cutPs: found[0]!.greenKubo.cutPs,
    },
    meanSquare: {
      lagsPs: kept.map((k) => msd.lagsPs[k]!),
      tracerA2: kept.map((k) => mean((one) => one.msd.tracer.values[k]!)),
      collectiveA2: kept.map((k) => mean((one) => one.msd.collective.values[k]!)),
    },
  };
}
