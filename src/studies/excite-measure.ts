// What one condition's runs say: hops and their rates, temperatures, power, where the crystal was, and how far the carriers went.

import { BOLTZMANN, type F64 } from "../base/index.js";
import type { ConfigurationHop, ConfigurationLibrary } from "../coupling/index.js";
import type { ExcitationReport, Trajectory } from "../dynamics/index.js";
import { blockAverage, mean, standardError } from "../numerics/index.js";
import { atomCount } from "../structure/index.js";
import { analyse, diffusivity, havenRatio, type MsdResult, msdOf } from "../transport/index.js";
import type { Condition } from "./excite-conditions.js";
import { countedRate, dispersionOf, isJump, netJumps } from "./excite-counts.js";
import type {
  ConditionResult,
  DiffusionResult,
  HopTypeCount,
  MeasuredNumber,
  MsdCurves,
  OfReplicas,
  TimelinePart,
} from "./excite-data.js";
import type { ExciteModesParameters } from "./excite-parameters.js";
import type { FollowOutcome } from "./md-excitation.js";
import type { MdRunResult } from "./md-runs.js";
import type { StudyContext } from "./study.js";

/** Everything but the temperatures of single modes, which need the modes. */
export async function measureCondition(
  condition: Condition,
  runs: readonly MdRunResult[],
  { parameters, context }: { readonly parameters: ExciteModesParameters; readonly context: StudyContext },
): Promise<ConditionResult> {
  const { stage, drive } = condition;
  const { crystal } = stage.stable[0]!.configuration.minimum;
  const library = stage.leading;
  const followed = runs.map((run) => run.followed!);
  const counted = followed.map((outcome) => ({
    all: outcome.hops.filter(isJump),
    net: netJumps(outcome.hops, parameters.follow.returnFs),
    from: outcome.fromFs,
    to: outcome.toFs,
  }));
  const sampledPs = counted.reduce((sum, { from, to }) => sum + (to - from) / 1000, 0);
  const dispersion = dispersionOf(
    counted.map(({ net, from, to }) => ({ times: net.map(({ arrivedFs }) => arrivedFs), from, to })),
  );
  const total = (of: "all" | "net"): number => counted.reduce((sum, run) => sum + run[of].length, 0);
  const reports = runs.flatMap(({ excitation }) => (excitation ? [excitation] : []));
  const msds = await displacementsOf(runs, parameters, context);
  return {
    name: condition.name,
    kind: condition.kind,
    atoms: atomCount(crystal),
    volumeA3: crystal.cell.volume,
    bathTemperatureK: condition.bathTemperatureK,
    drivenTemperatureK: drive ? parameters.drive.temperatureK : null,
    everyFs: drive ? drive.everySteps * parameters.timestepFs : null,
    replicas: runs.length,
    sampledPs,
    jumps: countedRate(total("all"), sampledPs, dispersion),
    netJumps: countedRate(total("net"), sampledPs, dispersion),
    dispersion,
    exchanges: followed.reduce((sum, { hops }) => sum + hops.filter((hop) => !isJump(hop)).length, 0),
    hopTypes: typesOf(followed.flatMap(({ hops }) => [...hops])),
    temperatureK: temperatureOf(runs),
    drivenModesK: overRuns(reports, ({ drivenTemperatureK: t }) => t),
    otherModesK: overRuns(reports, ({ bulkTemperatureK: t }) => t),
    powerEvPerPs: overRuns(reports, ({ power }) => power),
    starved: reports.reduce((sum, report) => sum + (report.starved ?? 0), 0),
    ...occupation(followed, library),
    diffusion: diffusionOf(msds, total("net")),
    msd: curvesOf(msds),
    timeline: timelineOf(followed[0]!, library),
    chargeDisplacement: await chargeDisplacement(runs[0]!.trajectory, [...library.ions]),
    modeTemperatures: null,
  };
}

function typesOf(hops: readonly ConfigurationHop[]): HopTypeCount[] {
  const types = new Map<string, { id: string; mechanism: string; count: number; concerted: number }>();
  for (const { id, mechanism, concerted } of hops) {
    const key = `${id} ${mechanism}`;
    const type = types.get(key) ?? { id, mechanism, count: 0, concerted: 0 };
    types.set(key, type);
    type.count++;
    if (concerted) type.concerted++;
  }
  return [...types.values()].sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
}

function temperatureOf(runs: readonly MdRunResult[]): MeasuredNumber {
  return combined(runs.map(({ thermo }) => seriesMean(thermo.temperatureK)));
}

/** Mean of a correlated series; of fewer than four samples the scatter stands for the error. */
export function seriesMean(series: F64): MeasuredNumber {
  if (series.length >= 4) {
    const average = blockAverage(series);
    return { value: average.mean, standardError: average.standardError };
  }
  const [low, high] = [Math.min(...series), Math.max(...series)];
  return { value: mean(series), standardError: 0.5 * (high - low) };
}

/** Mean of runs of one length; its error from their own, or from their scatter where that is larger. */
function combined(parts: readonly MeasuredNumber[]): MeasuredNumber {
  const values = Float64Array.from(parts, ({ value }) => value);
  const within = Math.sqrt(parts.reduce((sum, part) => sum + part.standardError ** 2, 0)) / parts.length;
  const between = parts.length > 2 ? standardError(values) : 0;
  return { value: mean(values), standardError: Math.max(within, between) };
}

function overRuns(
  reports: readonly ExcitationReport[],
  pick: (report: ExcitationReport) => MeasuredNumber | undefined,
): MeasuredNumber | null {
  const parts = reports.flatMap((report) => pick(report) ?? []);
  return parts.length === 0 ? null : combined(parts);
}

function occupation(
  followed: readonly FollowOutcome[],
  library: ConfigurationLibrary,
): Pick<ConditionResult, "configurations" | "unknown" | "unknownFraction"> {
  const times = new Map<string, number>();
  const strange = new Map<string, { time: number; visits: number }>();
  let [all, unknown] = [0, 0];
  for (const { timeline, unknown: list } of followed) {
    for (let i = 0; i < timeline.count; i++) {
      const time = timeline.toFs[i]! - timeline.fromFs[i]!;
      const configuration = library.configurations[timeline.configuration[i]!];
      all += time;
      if (configuration) times.set(configuration.id, (times.get(configuration.id) ?? 0) + time);
      else unknown += time;
    }
    for (const { defects, timeFs, visits } of list) {
      const sum = strange.get(defects) ?? { time: 0, visits: 0 };
      strange.set(defects, { time: sum.time + timeFs, visits: sum.visits + visits });
    }
  }
  const part = (time: number): number => (all > 0 ? time / all : 0);
  return {
    unknownFraction: part(unknown),
    configurations: [...times]
      .map(([id, time]) => ({ id, fraction: part(time) }))
      .sort((a, b) => b.fraction - a.fraction),
    unknown: [...strange]
      .map(([defects, { time, visits }]) => ({ defects, fraction: part(time), visits }))
      .sort((a, b) => b.fraction - a.fraction)
      .slice(0, MOST_UNKNOWN),
  };
}

const MOST_UNKNOWN = 12;
/** Parts of a timeline that are kept. */
const MOST_PARTS = 5000;

function timelineOf({ timeline, fromFs }: FollowOutcome, library: ConfigurationLibrary): TimelinePart[] {
  return Array.from({ length: Math.min(MOST_PARTS, timeline.count) }, (_, i) => {
    const configuration = library.configurations[timeline.configuration[i]!];
    return {
      configuration: configuration?.id ?? null,
      site: configuration?.filled[0] ?? null,
      fromPs: (timeline.fromFs[i]! - fromFs) / 1000,
      toPs: (timeline.toFs[i]! - fromFs) / 1000,
    };
  });
}

async function displacementsOf(
  runs: readonly MdRunResult[],
  parameters: ExciteModesParameters,
  context: StudyContext,
): Promise<MsdResult[]> {
  const results: MsdResult[] = [];
  for (const { trajectory } of runs) {
    if (!trajectory) continue;
    const analysis = msdOf(parameters.interstitial.element, { reference: "framework" });
    const options = context.signal ? { signal: context.signal } : {};
    results.push((await analyse(trajectory, { msd: analysis }, options)).msd);
  }
  return results;
}

/** Fewer net jumps than this and no diffusivity is given. */
const LEAST_JUMPS = 10;
const CM2_PER_S = 1e-4; // of 1 Å²/ps

function diffusionOf(msds: readonly MsdResult[], jumps: number): DiffusionResult | null {
  if (msds.length === 0) return null;
  const nothing = { tracerCm2PerS: null, collectiveCm2PerS: null, havenRatio: null, havenError: null };
  const tracers = msds.map((msd) => diffusivity(msd, { of: "tracer" }));
  if (jumps < LEAST_JUMPS) {
    // A jump of the filled site moves about two ions by one step: D* t N·6 = 2 a² × jumps, at most the upper limit of their count.
    const { atoms } = msds[0]!;
    const time = msds.reduce((sum, { frames, frameSpacingFs }) => sum + ((frames - 1) * frameSpacingFs) / 1000, 0);
    const most = countedRate(jumps, time, 1).limits[1];
    const below = (CM2_PER_S * most * 2 * HOP_A ** 2) / (6 * atoms.length);
    return { reason: `${jumps} net jumps in ${time.toFixed(0)} ps`, ...nothing, tracerBelowCm2PerS: below };
  }
  const collective = msds.map((msd) => diffusivity(msd, { of: "collective" }));
  const tracer = ofReplicas(tracers.map(({ diffusion }) => CM2_PER_S * diffusion.value));
  const together = ofReplicas(collective.map(({ diffusion }) => CM2_PER_S * diffusion.value));
  return {
    reason: null,
    tracerCm2PerS: tracer,
    collectiveCm2PerS: together,
    ...haven(msds, tracer, together),
    tracerBelowCm2PerS: null,
  };
}

const HOP_A = 2.5;

/** Ratio of the means; its error from runs left out in turn, or from the blocks of one run. */
function haven(
  msds: readonly MsdResult[],
  tracer: OfReplicas,
  collective: OfReplicas,
): { readonly havenRatio: number; readonly havenError: number | null } {
  const ratio = tracer.value / collective.value;
  const n = msds.length;
  if (n === 1) {
    const one = havenRatio(msds[0]!);
    return { havenRatio: one.ratio.value, havenError: one.ratio.standardError };
  }
  const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  const left = tracer.replicas.map(
    (value, i) => (sum(tracer.replicas) - value) / (sum(collective.replicas) - collective.replicas[i]!),
  );
  const centre = sum(left) / n;
  const error = Math.sqrt(((n - 1) / n) * sum(left.map((value) => (value - centre) ** 2)));
  return { havenRatio: ratio, havenError: error };
}

function ofReplicas(replicas: readonly number[]): OfReplicas {
  const values = Float64Array.from(replicas);
  return {
    value: mean(values),
    standardError: replicas.length > 1 ? standardError(values) : null,
    replicas: [...replicas],
  };
}

/** Lags that are kept, evenly spread on a logarithmic scale. */
const CURVE_POINTS = 48;

function curvesOf(msds: readonly MsdResult[]): MsdCurves | null {
  const first = msds[0];
  if (!first) return null;
  const longest = Math.floor((first.frames - 1) / 2);
  const lags = new Set<number>();
  for (let k = 0; k < CURVE_POINTS; k++) lags.add(Math.round(longest ** (k / (CURVE_POINTS - 1))));
  const chosen = [...lags].filter((lag) => lag >= 1 && lag <= longest);
  const rows = (of: "tracer" | "collective") => {
    const columns = chosen.map((lag) => Float64Array.from(msds, (msd) => msd[of].values[lag]!));
    return {
      values: columns.map((column) => mean(column)),
      errors: columns.map((column) => (column.length > 1 ? standardError(column) : Number.NaN)),
    };
  };
  const [tracer, collective] = [rows("tracer"), rows("collective")];
  const known = (values: readonly number[]): number[] => values.map((value) => (Number.isNaN(value) ? 0 : value));
  return {
    lagsPs: chosen.map((lag) => first.lagsPs[lag]!),
    tracerA2: tracer.values,
    tracerErrorA2: known(tracer.errors),
    collectiveA2: collective.values,
    collectiveErrorA2: known(collective.errors),
  };
}

/** Points of the displacement that are kept. */
const MOST_POINTS = 600;

/** |Σ_i Δr_i| of the carriers against their framework, from the first frame on. */
async function chargeDisplacement(
  trajectory: Trajectory | undefined,
  ions: readonly number[],
): Promise<ConditionResult["chargeDisplacement"]> {
  if (!trajectory) return null;
  const { masses } = trajectory.crystal;
  const mobile = new Set(ions);
  const stride = Math.max(1, Math.ceil((trajectory.frameCount ?? 1) / MOST_POINTS));
  const timePs: number[] = [];
  const lengthA: number[] = [];
  let origin: Float64Array | undefined;
  let startFs = 0;
  for await (const { positions, timeFs } of trajectory.frames({ stride })) {
    if (!origin) [origin, startFs] = [positions.slice(), timeFs];
    let square = 0;
    for (let axis = 0; axis < 3; axis++) {
      let [sum, drift, mass] = [0, 0, 0];
      for (let i = 0; i < masses.length; i++) {
        const moved = positions[3 * i + axis]! - origin[3 * i + axis]!;
        if (mobile.has(i)) sum += moved;
        else {
          drift += masses[i]! * moved;
          mass += masses[i]!;
        }
      }
      square += (sum - (mass > 0 ? (ions.length * drift) / mass : 0)) ** 2;
    }
    timePs.push((timeFs - startFs) / 1000);
    lengthA.push(Math.sqrt(square));
  }
  return { timePs, lengthA };
}

/** W for all of the cell, W/cm³: power as experiments state it. */
export function powerUnits(evPerPs: number, volumeA3: number): { readonly watt: number; readonly wattPerCm3: number } {
  const watt = evPerPs * 1.602176634e-19 * 1e12;
  return { watt, wattPerCm3: watt / (volumeA3 * 1e-24) };
}

/** K by which a bath of relaxation time τ warms a crystal of `modes` modes that is fed `evPerPs`: ΔT = P τ/(modes k_B). */
export const warmingOf = (evPerPs: number, modes: number, relaxationFs: number): number =>
  (evPerPs * relaxationFs * 1e-3) / (modes * BOLTZMANN);
