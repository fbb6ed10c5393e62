// The study "medium-diffusion": walks of an ion in a vibrating framework, by the full equations of motion and by the time-local ones,
// and the diffusion coefficients they amount to (Rodin et al., section VI, Figs. 5–7).

import {
  compareDynamics,
  cubicMedium,
  type DiffusionPoint,
  evOfMev,
  fitDiffusionArrhenius,
  type HopEnergies,
  hopEnergies,
  mevOfEv,
  yukawa,
} from "../medium/index.js";
import type { Arrhenius } from "../numerics/index.js";
import type {
  ArrheniusData,
  BarrierData,
  DiffusionSeries,
  MediumDiffusionData,
  RatioData,
  StateData,
  TrajectoryData,
} from "./medium-diffusion-data.js";
import { diffusionNotes } from "./medium-diffusion-notes.js";
import { type MediumDiffusionParameters, mediumDiffusionParameters } from "./medium-diffusion-parameters.js";
import { cubicLatticeOf, ionMassOf } from "./medium-parameters.js";
import { frameworkSummary, psOfFs, scaled } from "./medium-summary.js";
import { fsOfPs, walkMb, walkPieces, walkSeconds } from "./medium-walk-pieces.js";
import {
  type FailedWalk,
  isRecord,
  lengthOf,
  type Measured,
  readWalks,
  type WalkRecord,
  type WalkRequest,
  walkPieceTask,
} from "./medium-walks.js";
import { type Piece, runPieces } from "./pieces.js";
import type { Estimation, Study, StudyContext, StudyOutcome } from "./study.js";

export const mediumDiffusion: Study<typeof mediumDiffusionParameters, MediumDiffusionData> = {
  name: "medium-diffusion",
  title: "Diffusion of an ion in a vibrating framework",
  summary:
    "Diffusion coefficients and activation energies from walks by the full and by the time-local equations of motion (Rodin et al., Figs. 5–7).",
  version: 1,
  parameters: mediumDiffusionParameters,
  run,
  estimate,
};

type Equation = MediumDiffusionParameters["equations"][number];

interface State {
  readonly series: number;
  readonly equation: Equation;
  readonly temperatureMev: number;
}

function statesOf({ series, equations }: MediumDiffusionParameters): readonly State[] {
  return series.flatMap((one, index) =>
    [...new Set(equations)].flatMap((equation) =>
      [...new Set(one.temperaturesMev)]
        .sort((a, b) => a - b)
        .map((temperatureMev) => ({ series: index, equation, temperatureMev })),
    ),
  );
}

function piecesOf(state: State, parameters: MediumDiffusionParameters, seed: number): Piece<WalkRequest>[] {
  const { series, equation, temperatureMev } = state;
  const { lattice, ion, statistics, walks } = parameters;
  const { strengthMevA, screeningA } = parameters.series[series]!;
  const name = `series-${series + 1}/${equation}-${temperatureMev}`;
  return walkPieces({ lattice, ion, strengthMevA, screeningA, temperatureMev, equation, statistics }, walks, {
    name,
    seed,
  });
}

async function run(
  parameters: MediumDiffusionParameters,
  context: StudyContext,
): Promise<StudyOutcome<MediumDiffusionData>> {
  const states = statesOf(parameters);
  const pieces = states.map((state) => piecesOf(state, parameters, context.seed));
  const records = await runPieces(context, "walking", { task: walkPieceTask, pieces: pieces.flat() });
  const { count } = parameters.walks;
  const ofState = (index: number) => records.slice(index * count, (index + 1) * count);
  const read = states.map((state, index) => stateData(state, ofState(index), { parameters, seed: context.seed }));
  const series = parameters.series.map((_, index) =>
    seriesData(
      index,
      read.filter((state) => state.series === index),
      parameters,
    ),
  );
  const data: MediumDiffusionData = {
    framework: frameworkSummary(cubicLatticeOf(parameters.lattice)),
    latticeConstantA: parameters.lattice.latticeConstantA,
    statistics: parameters.statistics,
    analysis: parameters.analysis,
    series,
    trajectories: chosenStates(states).map((index) => trajectoryOf(states[index]!, ofState(index), parameters)),
  };
  return {
    data,
    notes: diffusionNotes(data, parameters),
    converged: read.every(({ failed }) => failed.length === 0),
  };
}

function stateData(
  { series, equation, temperatureMev }: State,
  outputs: readonly (WalkRecord | FailedWalk)[],
  { parameters, seed }: { readonly parameters: MediumDiffusionParameters; readonly seed: number },
): StateData {
  const walks = outputs.filter(isRecord);
  const failed = outputs.flatMap((output) => (isRecord(output) ? [] : [output]));
  const { piecePs, fitFromPs, bins, slopeFromPs, slopeToPs } = parameters.analysis;
  const enough = walks.length * Math.floor(parameters.walks.lengthPs / piecePs) >= 2 * bins;
  const reading =
    walks.length > 0 && enough
      ? readWalks(walks, {
          pieceFs: fsOfPs(piecePs),
          fitFromFs: fsOfPs(fitFromPs),
          bins,
          slopeFs: [fsOfPs(slopeFromPs), fsOfPs(slopeToPs)],
          spacing: parameters.lattice.latticeConstantA,
          thermalEnergy: evOfMev(temperatureMev),
          seed,
        })
      : undefined;
  return { series, equation, temperatureMev, failed, ...(reading ? { reading } : {}) };
}

function seriesData(
  index: number,
  states: readonly StateData[],
  parameters: MediumDiffusionParameters,
): DiffusionSeries {
  const { strengthMevA, screeningA } = parameters.series[index]!;
  const equations = [...new Set(parameters.equations)];
  const points = (equation: Equation, estimator: Estimator): DiffusionPoint[] =>
    usablePoints(
      states.filter((state) => state.equation === equation),
      estimator,
    );
  return {
    strengthMevA,
    screeningA,
    barrier: barrierOf(index, parameters),
    states,
    arrhenius: equations.flatMap((equation) =>
      ESTIMATORS.flatMap((estimator) => {
        const usable = points(equation, estimator);
        return usable.length < 3 ? [] : [arrheniusData(equation, estimator, fitDiffusionArrhenius(usable))];
      }),
    ),
    ratios: equations.includes("full")
      ? equations
          .filter((equation) => equation !== "full")
          .flatMap((equation) =>
            ESTIMATORS.flatMap((estimator) =>
              ratiosOf(estimator, points("full", estimator), points(equation, estimator)),
            ),
          )
      : [],
  };
}

const ESTIMATORS = ["throughOrigin", "slope"] as const;
type Estimator = (typeof ESTIMATORS)[number];

/** D of a state by one estimator. */
export const diffusionOf = ({ reading }: StateData, estimator: Estimator): Measured | undefined =>
  estimator === "throughOrigin" ? reading?.throughOriginA2PerPs : reading?.slopeA2PerPs;

/** D must stand out of its error for its logarithm to mean something. */
const LEAST_SIGMAS = 2;

export const isResolved = (diffusion: Measured | undefined): diffusion is Measured =>
  diffusion !== undefined && diffusion.standardError > 0 && diffusion.value > LEAST_SIGMAS * diffusion.standardError;

function usablePoints(states: readonly StateData[], estimator: Estimator): DiffusionPoint[] {
  return states.flatMap((state) => {
    const diffusion = diffusionOf(state, estimator);
    if (!isResolved(diffusion)) return [];
    return [{ thermalEnergy: evOfMev(state.temperatureMev), diffusion: { ...diffusion, unit: "A2/ps" } }];
  });
}

function arrheniusData(equation: Equation, estimator: Estimator, fit: Arrhenius): ArrheniusData {
  const mev = ([low, high]: readonly [number, number]): readonly [number, number] => [mevOfEv(low), mevOfEv(high)];
  return {
    equation,
    estimator,
    activationMev: {
      value: mevOfEv(fit.activationEnergy.value),
      standardError: mevOfEv(fit.activationEnergy.standardError),
    },
    activationLimitsMev: mev(fit.activationLimits),
    prefactorA2PerPs: fit.prefactor,
    prefactorLimitsA2PerPs: fit.prefactorLimits,
    chiSquare: fit.chiSquare,
    degreesOfFreedom: fit.degreesOfFreedom,
    probability: fit.probability,
    ...(fit.curvatureSigma === undefined ? {} : { curvatureSigma: fit.curvatureSigma }),
    local: fit.local.map(({ betweenEv, energy }) => ({
      betweenMev: mev(betweenEv),
      energyMev: { value: mevOfEv(energy.value), standardError: mevOfEv(energy.standardError) },
    })),
    rangeMev: mev(fit.rangeEv),
  };
}

const ratiosOf = (
  estimator: Estimator,
  full: readonly DiffusionPoint[],
  local: readonly DiffusionPoint[],
): RatioData[] =>
  compareDynamics(full, local).map(({ thermalEnergy, ratio }) => ({
    estimator,
    temperatureMev: mevOfEv(thermalEnergy),
    ratio: { value: ratio.value, standardError: ratio.standardError },
  }));

/** With the atoms that the walks have. */
function barrierOf(index: number, parameters: MediumDiffusionParameters): BarrierData {
  const { strengthMevA, screeningA } = parameters.series[index]!;
  const { cutoffA } = parameters.walks;
  const edge = cutoffA === undefined ? {} : { cutoff: cutoffA };
  const medium = cubicMedium(cubicLatticeOf(parameters.lattice), {
    ionMass: ionMassOf(parameters.ion),
    potential: yukawa(evOfMev(strengthMevA), screeningA, edge),
  });
  return barrierData(hopEnergies(medium, { points: BARRIER_POINTS }));
}

/** Odd, so that the middle of the face is one of them. */
export const BARRIER_POINTS = 41;

/** The barrier is the middle of the face above the centre of the cell: with 8 corners the top is a little before it, by 0.1 meV. */
export function barrierData(energies: HopEnergies): BarrierData {
  const face = (energies.coordinate.length - 1) / 2;
  const above = (values: ArrayLike<number>): number => mevOfEv(values[face]! - values[0]!);
  return {
    coordinateA: energies.coordinate,
    unrelaxedMev: scaled(energies.unrelaxed, mevOfEv(1)),
    relaxedMev: scaled(energies.relaxed, mevOfEv(1)),
    barrierUnrelaxedMev: above(energies.unrelaxed),
    barrierRelaxedMev: above(energies.relaxed),
    barrierElasticMev: above(energies.elastic),
  };
}

const MOST_PICTURES = 8;

/** Of every series and equation the coldest and the hottest state. */
function chosenStates(states: readonly State[]): number[] {
  const isSame = (a: State | undefined, b: State): boolean => a?.series === b.series && a.equation === b.equation;
  const isEnd = (state: State, i: number): boolean => !isSame(states[i - 1], state) || !isSame(states[i + 1], state);
  return states.flatMap((state, i) => (isEnd(state, i) ? [i] : [])).slice(0, MOST_PICTURES);
}

const MOST_PLACES = 4000;

/** The first walk of a state, thinned, to a hundredth of an ångström. */
function trajectoryOf(
  { series, equation, temperatureMev }: State,
  outputs: readonly (WalkRecord | FailedWalk)[],
  parameters: MediumDiffusionParameters,
): TrajectoryData {
  const first = outputs.find(isRecord);
  const frames = first ? first.positions.length / 3 : 0;
  const stride = Math.max(1, Math.ceil(frames / MOST_PLACES));
  const kept = (first?.positions ?? new Float64Array(0)).filter((_, i) => Math.floor(i / 3) % stride === 0);
  return {
    strengthMevA: parameters.series[series]!.strengthMevA,
    equation,
    temperatureMev,
    durationPs: first ? psOfFs(lengthOf(first)) : 0,
    positionsA: kept.map((x) => Math.round(100 * x) / 100),
  };
}

async function estimate(parameters: MediumDiffusionParameters, context: StudyContext): Promise<Estimation> {
  const { walks, lattice } = parameters;
  const states = statesOf(parameters);
  const count = states.length * walks.count;
  const seconds = states.reduce((sum, { equation }) => sum + walks.count * walkSeconds(equation, lattice, walks), 0);
  const diskMb = states.length * walkMb(walks);
  return {
    seconds: 2 + seconds / Math.min(context.pool.width, count),
    memoryMb: 100 + context.pool.width * (60 + walks.cells ** 3 * 2e-3) + 1.5 * diskMb,
    diskMb: 1 + diskMb,
    work: [
      `${states.length} states: ${[...new Set(parameters.equations)].join(" and ")} equations at the temperatures of ${parameters.series.length} series`,
      `${count} walks of ${walks.lengthPs} ps in a framework of ${walks.cells}³ atoms`,
    ],
  };
}
