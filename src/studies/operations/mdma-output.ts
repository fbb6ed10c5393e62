// The modal split as plain numbers: diffusivities in Å²/ps, shares signed, absent numbers null, the pair matrix as a file.

import { convert, type Estimate, type F64, type Note, type Notes } from "../../base/index.js";
import {
  accumulation,
  classifyModes,
  kinematicNull,
  type ModalGreenKubo,
  type ModalPublished,
  modalCarriers,
  modalClassShares,
  speciesClasses,
  staticWeights,
  sumOverClasses,
} from "../../coupling/index.js";
import { writeCsv, writeNpy } from "../../io/index.js";
import { speciesCharacter } from "../../modes/index.js";
import { atomCount, formulaOf } from "../../structure/index.js";
import type { ForceFieldSummary } from "./forces.js";
import { type MdmaFound, type MdmaParameters, meanOf } from "./mdma-input.js";
import { listOf, type OperationOutcome } from "./operation.js";

/** A number with its standard error; null with one block. */
export interface Value {
  readonly value: number;
  readonly standardError: number | null;
}

export interface Curve {
  readonly frequencyThz: readonly number[];
  readonly value: readonly number[];
  /** Central 68 % of the resamplings; null with one block. */
  readonly low: readonly number[] | null;
  readonly high: readonly number[] | null;
}

export interface MdmaMode {
  readonly mode: number; // from 0, ascending in frequency
  readonly frequencyThz: number;
  readonly share: number;
  readonly shareError: number | null;
  readonly staticShare: number;
  readonly species: Readonly<Record<string, number>>;
}

export interface MdmaData {
  readonly formula: string;
  readonly natoms: number;
  readonly ion: string;
  readonly carriers: number;
  readonly estimator: MdmaParameters["estimator"];
  readonly projection: "full" | "carriers";
  /** Of all modal numbers, D_σ and D_tracer. */
  readonly frame: "lab" | "framework";
  /** (1 − N_c m_c/M)²: laboratory over framework, when the total momentum is zero. */
  readonly frameFactor: number;
  readonly dSigmaA2PerPs: number;
  readonly dSigmaErrorA2PerPs: number | null;
  readonly dTracerA2PerPs: number;
  readonly dTracerErrorA2PerPs: number | null;
  /** Both measured against the centre of mass of the atoms that do not carry. */
  readonly dSigmaFrameworkA2PerPs: Value;
  readonly dTracerFrameworkA2PerPs: Value;
  /** D_tracer/D_σ against the framework. */
  readonly havenRatio: Value;
  readonly conductivityMsPerCm: (Value & { readonly chargeE: number }) | null;
  readonly temperatureK: number | null;
  readonly temperatureFrom: "given" | "velocities" | null;
  readonly frequenciesThz: readonly number[];
  /** [3n] D_n, Å²/ps, signed; they add up to dSigmaA2PerPs. */
  readonly modeD: readonly number[];
  readonly modeDError: readonly number[] | null;
  readonly shares: readonly number[]; // [3n] D_n/D_σ
  /** Pairs inside degenerate groups over all pairs; `raw`: modes with themselves alone. */
  readonly diagonalShare: number;
  readonly diagonalShareError: number | null;
  readonly diagonalShareGrouped: Value;
  readonly diagonalShareRaw: Value;
  readonly offDiagonalShare: Value;
  readonly accumulation: Curve;
  /** Largest relative difference of the sum over all pairs and the carriers' own motion, over lags and blocks. */
  readonly sumRuleResidual: number;
  readonly topModes: readonly MdmaMode[];
  /** Mean overlap of that list with the lists of the resamplings. */
  readonly topStability: number;
  readonly classes: Readonly<Record<string, Value & { readonly modes: number }>>;
  readonly nulls: {
    readonly static: { readonly accumulation: readonly number[]; readonly shares: readonly number[] };
    readonly kinematic: { readonly diagonalShare: number; readonly accumulation: readonly number[] };
    /** What the estimator makes of vibrations alone; null without a temperature. */
    readonly harmonic: {
      readonly temperatureK: number;
      readonly dSigmaA2PerPs: Value;
      readonly modeD: readonly number[];
      /** Running sum of the harmonic D_n over the measured D_σ: how much of the curve vibrations alone can make. */
      readonly accumulation: readonly number[];
    } | null;
  };
  readonly byLag: {
    readonly lagsPs: readonly number[];
    readonly collectiveA2: readonly number[]; // ⟨|Σ_c Δr|²⟩/(6 N_c)
    readonly diagonalShareGrouped: readonly number[];
    readonly diagonalShareRaw: readonly number[];
  };
  readonly greenKubo: {
    readonly cutPs: number;
    readonly from: "velocities" | "differences";
    readonly dSigmaA2PerPs: Value;
    readonly antisymmetry: number;
    readonly running: { readonly lagsPs: readonly number[]; readonly dSigmaA2PerPs: readonly number[] };
  } | null;
  readonly published: {
    readonly diagonalShare: Value;
    readonly offDiagonalShare: Value;
    readonly kinematicDiagonalShare: number;
    readonly intervalFs: number;
    /** First trapezoid of the integral: not a diffusivity. */
    readonly sumA2PerPs: number;
  } | null;
  readonly lagsPs: readonly number[];
  readonly frameSpacingFs: number;
  readonly durationPs: number;
  readonly blocks: number;
  readonly blockPs: number;
  readonly runs: readonly { readonly name: string; readonly frames: number; readonly temperatureK: number | null }[];
  /** Effective number, from the tracer diffusivity and the spacing of carriers. */
  readonly jumps: number;
  readonly converged: boolean;
  readonly forceField: ForceFieldSummary | null;
}

export interface MdmaOutcome extends OperationOutcome<MdmaData> {
  readonly arrays: readonly { readonly name: string; readonly data: Uint8Array }[];
}

const perPs = (cm2s: number): number => convert("diffusion", cm2s, "cm2/s", "A2/ps");
const known = (x: number): number | null => (Number.isFinite(x) ? x : null);
const value = ({ value, standardError }: Estimate): Value => ({ value, standardError: known(standardError) });
const diffusivity = ({ value, standardError }: Estimate): Value => ({
  value: perPs(value),
  standardError: known(perPs(standardError)),
});
const knownList = (values: F64): number[] | null => (Array.from(values).every(Number.isFinite) ? listOf(values) : null);

export function mdmaOutcome(found: MdmaFound, request: MdmaParameters, notes: Notes): MdmaOutcome {
  const chosen = chosenEstimator(found);
  const data = mdmaData(found, chosen, request);
  notes.addAll(found.split.notes);
  notes.addAll(nullNotes(found));
  const count = found.modes.count;
  return {
    data,
    notes: notes.list(),
    converged: data.converged,
    files: [
      { name: "modes.csv", data: modesCsv(data) },
      { name: "lags.csv", data: lagsCsv(data) },
    ],
    arrays: [
      { name: "pairs.npy", data: writeNpy({ shape: [count, count], data: Float64Array.from(chosen.pairs, perPs) }) },
      ...(chosen.pairsError
        ? [
            {
              name: "pairs-error.npy",
              data: writeNpy({ shape: [count, count], data: Float64Array.from(chosen.pairsError, perPs) }),
            },
          ]
        : []),
    ],
    lines: linesOf(data),
  };
}

/** The numbers that depend on the estimator; diffusivities in cm²/s. */
interface Chosen {
  readonly total: Estimate;
  readonly perMode: F64;
  readonly perModeError: F64 | undefined;
  readonly shares: F64;
  readonly grouped: Value;
  readonly raw: Value;
  readonly band: { readonly value: F64; readonly low?: F64; readonly high?: F64 };
  readonly pairs: F64;
  readonly pairsError?: F64;
  readonly residual: number;
}

function chosenEstimator(found: MdmaFound): Chosen {
  const { split, greenKubo, published } = found;
  if (greenKubo) return fromGreenKubo(greenKubo);
  if (published) return fromPublished(published);
  return {
    total: split.total,
    perMode: split.perMode,
    perModeError: split.perModeError,
    shares: split.shares,
    grouped: value(split.groupedShare),
    raw: value(split.diagonalShare),
    band: split.accumulation,
    pairs: split.pairs,
    ...(split.blocks > 1 ? { pairsError: split.pairsError } : {}),
    residual: split.closure,
  };
}

const meanList = (lists: readonly F64[]): Float64Array =>
  Float64Array.from(lists[0]!, (_, k) => lists.reduce((sum, list) => sum + list[k]!, 0) / lists.length);

/** Runs of equal length weigh alike; shares are ratios of the means. */
function fromGreenKubo(runs: readonly ModalGreenKubo[]): Chosen {
  const total = meanOf(runs.map((run) => run.total));
  const perMode = meanList(runs.map((run) => run.perMode));
  const weighted = (of: (run: ModalGreenKubo) => number): number =>
    runs.reduce((sum, run) => sum + of(run) * run.total.value, 0) / (runs.length * total.value);
  const shares = perMode.map((d) => d / total.value);
  const direct = runs.reduce((sum, { running }) => sum + running.total[running.total.length - 1]!, 0) / runs.length;
  return {
    total,
    perMode,
    perModeError: undefined,
    shares,
    grouped: { value: weighted((run) => run.groupedShare), standardError: null },
    raw: { value: weighted((run) => run.diagonalShare), standardError: null },
    band: { value: accumulation(shares) },
    pairs: meanList(runs.map((run) => run.pairs)),
    residual: Math.abs(total.value - direct) / Math.abs(direct),
  };
}

function fromPublished(runs: readonly ModalPublished[]): Chosen {
  const sum = runs.reduce((all, run) => all + run.sum, 0) / runs.length;
  const shares = meanList(runs.map((run) => run.shares));
  const perMode = shares.map((share) => share * sum);
  const diagonal = value(meanOf(runs.map((run) => run.diagonalShare)));
  return {
    total: { value: sum, standardError: Number.NaN, unit: "cm²/s" },
    perMode,
    perModeError: undefined,
    shares,
    grouped: diagonal,
    raw: diagonal,
    band: runs.length === 1 ? runs[0]!.accumulation : { value: meanList(runs.map((run) => run.accumulation.value)) },
    pairs: meanList(runs.map((run) => run.pairs)).map((pair) => pair * sum),
    residual: Math.abs(perMode.reduce((all, d) => all + d, 0) - sum) / Math.abs(sum),
  };
}

function mdmaData(found: MdmaFound, chosen: Chosen, request: MdmaParameters): MdmaData {
  const { split, modes, temperature, harmonic, greenKubo, published } = found;
  const carriers = modalCarriers(modes, request.ion, request.projection);
  const still = staticWeights(carriers);
  const kinematic = kinematicNull(published ? modalCarriers(modes, request.ion, "carriers") : carriers);
  const error = chosen.perModeError && knownList(chosen.perModeError);
  const low = chosen.band.low && knownList(chosen.band.low);
  const high = chosen.band.high && knownList(chosen.band.high);
  return {
    formula: formulaOf(modes.reference),
    natoms: atomCount(modes.reference),
    ion: request.ion,
    carriers: carriers.atoms.length,
    estimator: request.estimator,
    projection: published ? "carriers" : request.projection,
    frame: "lab",
    frameFactor: split.frameFactor,
    dSigmaA2PerPs: perPs(chosen.total.value),
    dSigmaErrorA2PerPs: known(perPs(chosen.total.standardError)),
    dTracerA2PerPs: perPs(split.tracer.value),
    dTracerErrorA2PerPs: known(perPs(split.tracer.standardError)),
    dSigmaFrameworkA2PerPs: diffusivity(split.totalFramework),
    dTracerFrameworkA2PerPs: diffusivity(split.tracerFramework),
    havenRatio: value(split.haven),
    conductivityMsPerCm: split.conductivity ? { ...value(split.conductivity.total), chargeE: request.chargeE } : null,
    temperatureK: temperature?.valueK ?? null,
    temperatureFrom: temperature?.from ?? null,
    frequenciesThz: listOf(modes.frequencies),
    modeD: Array.from(chosen.perMode, perPs),
    modeDError: error ? error.map(perPs) : null,
    shares: listOf(chosen.shares),
    diagonalShare: chosen.grouped.value,
    diagonalShareError: chosen.grouped.standardError,
    diagonalShareGrouped: chosen.grouped,
    diagonalShareRaw: chosen.raw,
    offDiagonalShare: { value: 1 - chosen.grouped.value, standardError: chosen.grouped.standardError },
    accumulation: {
      frequencyThz: listOf(modes.frequencies),
      value: listOf(chosen.band.value),
      low: low ?? null,
      high: high ?? null,
    },
    sumRuleResidual: chosen.residual,
    topModes: topModesOf(found, chosen, still.shares, request.top),
    topStability: split.topStability,
    classes: classesOf(found, chosen),
    nulls: {
      static: { accumulation: listOf(still.accumulation), shares: listOf(still.shares) },
      kinematic: { diagonalShare: kinematic.diagonalShare, accumulation: listOf(kinematic.accumulation) },
      harmonic:
        harmonic && temperature
          ? {
              temperatureK: temperature.valueK,
              dSigmaA2PerPs: diffusivity(harmonic.split.total),
              modeD: Array.from(harmonic.split.perMode, perPs),
              accumulation: listOf(
                accumulation(Float64Array.from(harmonic.split.perMode, (d) => d / chosen.total.value)),
              ),
            }
          : null,
    },
    byLag: {
      lagsPs: listOf(split.byLag.lagsPs),
      collectiveA2: listOf(split.byLag.collective),
      diagonalShareGrouped: listOf(split.byLag.groupedShare.value),
      diagonalShareRaw: listOf(split.byLag.diagonalShare.value),
    },
    greenKubo: greenKubo ? greenKuboData(greenKubo) : null,
    published: published ? publishedData(published) : null,
    lagsPs: [...found.lagsPs],
    frameSpacingFs: found.frameSpacingFs,
    durationPs: split.durationPs,
    blocks: split.blocks,
    blockPs: found.blockPs,
    runs: found.counts.map(({ name, frames, temperatureK }) => ({ name, frames, temperatureK })),
    jumps: split.jumps.count,
    converged: split.converged,
    forceField: found.forces?.summary ?? null,
  };
}

function greenKuboData(runs: readonly ModalGreenKubo[]): MdmaData["greenKubo"] {
  const [first] = runs;
  return {
    cutPs: first!.cutPs,
    from: first!.from,
    dSigmaA2PerPs: diffusivity(meanOf(runs.map((run) => run.total))),
    antisymmetry: runs.reduce((sum, run) => sum + run.antisymmetry, 0) / runs.length,
    running: {
      lagsPs: listOf(first!.running.lagsPs),
      dSigmaA2PerPs: Array.from(meanList(runs.map((run) => run.running.total)), perPs),
    },
  };
}

function publishedData(runs: readonly ModalPublished[]): MdmaData["published"] {
  return {
    diagonalShare: value(meanOf(runs.map((run) => run.diagonalShare))),
    offDiagonalShare: value(meanOf(runs.map((run) => run.offDiagonalShare))),
    kinematicDiagonalShare: runs[0]!.kinematic.diagonalShare,
    intervalFs: runs[0]!.intervalFs,
    sumA2PerPs: perPs(runs.reduce((sum, run) => sum + run.sum, 0) / runs.length),
  };
}

function topModesOf(found: MdmaFound, chosen: Chosen, still: F64, top: number): MdmaMode[] {
  const { modes, split } = found;
  const { elements } = modes.reference;
  const character = speciesCharacter(modes);
  const order = Array.from(chosen.shares, (_, n) => n).sort((a, b) => chosen.shares[b]! - chosen.shares[a]! || a - b);
  return order.slice(0, top).map((mode) => ({
    mode,
    frequencyThz: modes.frequencies[mode]!,
    share: chosen.shares[mode]!,
    shareError: chosen.perModeError ? known(split.sharesError[mode]!) : null,
    staticShare: still[mode]!,
    species: Object.fromEntries(elements.map((element, e) => [element, character[mode * elements.length + e]!])),
  }));
}

function classesOf({ modes, samples }: MdmaFound, chosen: Chosen): MdmaData["classes"] {
  const classes = classifyModes(modes, speciesClasses(modes));
  const { shares } = modalClassShares(samples, classes, { seed: 0 });
  const sums = sumOverClasses(classes, chosen.shares);
  return Object.fromEntries(
    classes.names.map((name, c) => [
      name,
      {
        value: sums[c]!,
        standardError: chosen.perModeError ? known(0.5 * (shares.high[c]! - shares.low[c]!)) : null,
        modes: classes.classOf.reduce((count, own) => count + (own === c ? 1 : 0), 0),
      },
    ]),
  );
}

/** Where vibrations alone give as much as was measured, nothing was measured. */
function nullNotes({ split, harmonic }: MdmaFound): Note[] {
  const notes: Note[] = [];
  const { total } = split;
  if (harmonic && Math.abs(harmonic.split.total.value) > 0.2 * Math.abs(total.value))
    notes.push({
      code: "modal-harmonic-null",
      message: `harmonic crystals of the same length give D_σ = ${perPs(harmonic.split.total.value).toExponential(2)} Å²/ps by themselves, the run ${perPs(total.value).toExponential(2)}`,
      hint: "longer lags, more of them, or a longer run",
    });
  if (total.value - total.standardError < 0)
    notes.push({
      code: "modal-total-unresolved",
      message: `D_σ = ${perPs(total.value).toExponential(2)} ± ${perPs(total.standardError).toExponential(1)} Å²/ps is not resolved from zero: every share is a ratio to it`,
      hint: "run longer, hotter, or more replicas",
    });
  return notes;
}

function modesCsv(data: MdmaData): string {
  const nothing = data.frequenciesThz.map(() => null);
  return writeCsv([
    { name: "mode", values: data.frequenciesThz.map((_, mode) => mode) },
    { name: "frequency", unit: "THz", values: data.frequenciesThz },
    { name: "D", unit: "Å²/ps", values: data.modeD },
    { name: "D error", unit: "Å²/ps", values: data.modeDError ?? nothing },
    { name: "share", values: data.shares },
    { name: "accumulation", values: data.accumulation.value },
    { name: "accumulation low", values: data.accumulation.low ?? nothing },
    { name: "accumulation high", values: data.accumulation.high ?? nothing },
    { name: "static accumulation", values: data.nulls.static.accumulation },
    { name: "kinematic accumulation", values: data.nulls.kinematic.accumulation },
    { name: "harmonic D", unit: "Å²/ps", values: data.nulls.harmonic?.modeD ?? nothing },
  ]);
}

function lagsCsv({ byLag }: MdmaData): string {
  return writeCsv([
    { name: "lag", unit: "ps", values: byLag.lagsPs },
    { name: "collective moment", unit: "Å²", values: byLag.collectiveA2 },
    { name: "diagonal share, grouped", values: byLag.diagonalShareGrouped },
    { name: "diagonal share, raw", values: byLag.diagonalShareRaw },
  ]);
}

const shown = ({ value, standardError }: Value, digits = 3): string =>
  standardError === null
    ? `${value.toPrecision(digits)} (no error: one block, or none of this estimator)`
    : `${value.toPrecision(digits)} ± ${standardError.toPrecision(2)}`;

const TOTAL_OF: Readonly<Record<MdmaData["estimator"], string>> = {
  einstein: ", slope of increments",
  "green-kubo": ", integral of velocity correlations",
  published: ", first element of the integral: no diffusivity",
};

function linesOf(data: MdmaData): string[] {
  const at = (thz: number): string => {
    const mode = data.frequenciesThz.findLastIndex((frequency) => frequency <= thz);
    const part = (values: readonly number[]): string => (mode < 0 ? 0 : values[mode]!).toFixed(2);
    return `${thz} THz ${part(data.accumulation.value)} (${part(data.nulls.static.accumulation)})`;
  };
  const top = data.topModes.map(
    ({ mode, frequencyThz, share, shareError, staticShare }) =>
      `  mode ${String(mode).padStart(4)}  ${frequencyThz.toFixed(3).padStart(8)} THz  share ${share.toFixed(4)}${shareError === null ? "" : ` ± ${shareError.toFixed(4)}`}  static ${staticShare.toFixed(4)}`,
  );
  return [
    `structure     ${data.formula}, ${data.natoms} atoms, ${data.carriers} ${data.ion} carry`,
    `trajectory    ${data.runs.length} × ${(data.durationPs / data.runs.length).toPrecision(4)} ps every ${data.frameSpacingFs} fs${data.temperatureK === null ? "" : `, ${data.temperatureK.toFixed(1)} K`}, ${data.blocks} block(s)`,
    `D_σ           ${shown({ value: data.dSigmaA2PerPs, standardError: data.dSigmaErrorA2PerPs })} Å²/ps in the laboratory${TOTAL_OF[data.estimator]}`,
    `              ${shown(data.dSigmaFrameworkA2PerPs)} Å²/ps against the framework, slope of increments (laboratory/framework ${data.frameFactor.toFixed(4)} at zero momentum)`,
    `D_tracer      ${shown({ value: data.dTracerA2PerPs, standardError: data.dTracerErrorA2PerPs })} Å²/ps, Haven ratio ${shown(data.havenRatio)}`,
    `sum rule      ${data.sumRuleResidual.toExponential(1)}`,
    `diagonal      ${shown(data.diagonalShareGrouped)} (degenerate groups), ${shown(data.diagonalShareRaw)} (single modes), kinematic null ${(data.published?.kinematicDiagonalShare ?? data.nulls.kinematic.diagonalShare).toFixed(3)}`,
    `accumulation  ${[8, 12, 14, 16, 20].map(at).join(", ")}; static weight in brackets`,
    ...(data.converged ? [] : [`not converged: about ${data.jumps.toFixed(1)} jumps, ${data.blocks} block(s)`]),
    ...top,
  ];
}
