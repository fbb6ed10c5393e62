// The study "medium-kernel": how the framework vibrates and how it gives way (Rodin et al., Fig. 1b–e), before any ion is in it.

import { z } from "zod";
import { convert, type Note, Notes, type Task } from "../base/index.js";
import {
  type CubicLattice,
  cubicDispersion,
  cubicModes,
  type Distribution,
  DRAG_PER_PAPER,
  dampedRecoilIntegral,
  evOfMev,
  kernelCurve,
  RESPONSE_PER_PAPER,
  type Statistics,
  VELOCITY_PER_PAPER,
  vibrations,
} from "../medium/index.js";
import { cubicLatticeOf, latticeParameters, temperaturesMev } from "./medium-parameters.js";
import { type FrameworkSummary, frameworkSummary, psOfFs, scaled } from "./medium-summary.js";
import { runPiece, runPieces } from "./pieces.js";
import type { Estimation, Study, StudyContext, StudyOutcome } from "./study.js";

export const mediumKernelParameters = z.strictObject({
  lattice: latticeParameters.prefault({}),
  recoil: z
    .strictObject({
      durationPs: z.number().positive().max(10).default(1.5).describe("How long the recoil is followed, ps."),
      points: z.int().min(20).max(2000).default(301).describe("Times at which it is computed."),
      gridCells: z
        .int()
        .min(24)
        .max(160)
        .multipleOf(8)
        .default(96)
        .describe("Finest grid of wave vectors per axis; the infinite lattice is extrapolated from N/4, N/2 and N."),
    })
    .describe("Recoil kernel W(t).")
    .prefault({}),
  vibrations: z
    .strictObject({
      temperaturesMev: temperaturesMev(5, 25, 50),
      statistics: z
        .array(z.enum(["quantum", "classical"]))
        .min(1)
        .max(2)
        .default(["quantum", "classical"])
        .describe("Filling of the modes: whole quanta with the zero point, or by equipartition."),
      cells: z.int().min(4).max(120).default(60).describe("Cells per side of the sampled lattice."),
      bins: z.int().min(10).max(200).default(60).describe("Bins of the histograms."),
    })
    .describe("Thermal motion of the framework's atoms.")
    .prefault({}),
});

export type MediumKernelParameters = z.output<typeof mediumKernelParameters>;

export interface DispersionData {
  /** [points] distance along the line in 1/Å (with 2π). */
  readonly distancePerA: Float64Array<ArrayBuffer>;
  /** [points,3] ascending. */
  readonly frequenciesThz: Float64Array<ArrayBuffer>;
  readonly corners: readonly { readonly name: string; readonly distance: number }[];
}

export interface RecoilData {
  readonly timesPs: Float64Array<ArrayBuffer>;
  /** W_d(t): displacement of an atom along x per push on itself. */
  readonly kernelA2PerMev: Float64Array<ArrayBuffer>;
  /** ∫₀^t W_d dt′, which tends to L. */
  readonly integralA2PsPerMev: Float64Array<ArrayBuffer>;
  /** Largest error of the extrapolation to the infinite lattice. */
  readonly errorA2PerMev: number;
  /** ∫₀^∞ W_d e^{−t²/2τ²} dt with the true dispersion: tends to L from the sound velocities as 1/τ². */
  readonly dampedIntegrals: readonly { readonly dampingPs: number; readonly valueA2PsPerMev: number }[];
  /** |W_d| stays below a tenth of W_d(0) from here on, within the times followed. */
  readonly settlesPs: number | null;
}

export interface DistributionData {
  readonly centres: Float64Array<ArrayBuffer>; // Å or Å/ps
  readonly sampled: Float64Array<ArrayBuffer>; // 1/Å or ps/Å
  readonly exact: Float64Array<ArrayBuffer>;
  /** Of one Cartesian component. */
  readonly sigma: number;
  readonly sampledSigma: number;
}

export interface VibrationData {
  readonly temperatureMev: number;
  readonly statistics: Statistics;
  readonly displacement: DistributionData;
  readonly speed: DistributionData;
}

export interface MediumKernelData {
  readonly framework: FrameworkSummary;
  readonly dispersion: DispersionData;
  readonly recoil: RecoilData;
  /** Atoms in the sampled lattice. */
  readonly sampledAtoms: number;
  readonly vibrations: readonly VibrationData[];
}

interface RecoilRequest {
  readonly lattice: CubicLattice;
  readonly recoil: MediumKernelParameters["recoil"];
}

/** Dampings of the integral of W in the report, ps. */
const DAMPINGS_PS = [0.5, 1, 2, 4];

export const recoilTask: Task<RecoilRequest, RecoilData> = {
  name: "medium-kernel/recoil",
  async run({ lattice, recoil }) {
    const { durationPs, points, gridCells: cells } = recoil;
    const curve = kernelCurve(lattice, { durationFs: convert("time", durationPs, "ps", "fs"), points, cells });
    const timesPs = scaled(curve.times, psOfFs(1));
    const kernel = scaled(curve.kernel, 1 / RESPONSE_PER_PAPER);
    const last = kernel.findLastIndex((value) => Math.abs(value) >= 0.1 * kernel[0]!);
    return {
      timesPs,
      kernelA2PerMev: kernel,
      integralA2PsPerMev: runningIntegral(kernel, timesPs[1]!),
      errorA2PerMev: curve.error / RESPONSE_PER_PAPER,
      dampedIntegrals: DAMPINGS_PS.flatMap((dampingPs) => dampedIntegral(lattice, dampingPs)),
      settlesPs: last + 1 < points ? timesPs[last + 1]! : null,
    };
  },
};

/** Each step under the parabola through three neighbouring points. */
function runningIntegral(values: ArrayLike<number>, step: number): Float64Array<ArrayBuffer> {
  const sum = new Float64Array(values.length);
  for (let i = 1; i < values.length; i++) {
    const [a, b] = [values[i - 1]!, values[i]!];
    const isLast = i + 1 === values.length;
    const c = isLast ? values[i - 2]! : values[i + 1]!;
    sum[i] = sum[i - 1]! + (step / 12) * (isLast ? 8 * a + 5 * b - c : 5 * a + 8 * b - c);
  }
  return sum;
}

/** Nothing for a damping so short that it reaches the zone boundary. */
function dampedIntegral(lattice: CubicLattice, dampingPs: number): RecoilData["dampedIntegrals"] {
  const [slowest] = frameworkSummary(lattice).sound[0]!.transverseAPerPs;
  if (slowest * dampingPs < 6 * lattice.spacing) return [];
  const value = dampedRecoilIntegral(lattice, { dampingFs: convert("time", dampingPs, "ps", "fs") });
  return [{ dampingPs, valueA2PsPerMev: value / DRAG_PER_PAPER }];
}

interface VibrationRequest {
  readonly lattice: CubicLattice;
  readonly temperatureMev: number;
  readonly statistics: Statistics;
  readonly cells: number;
  readonly bins: number;
  readonly seed: number;
}

export const vibrationTask: Task<VibrationRequest, VibrationData> = {
  name: "medium-kernel/vibrations",
  async run({ lattice, temperatureMev, statistics, cells, bins, seed }) {
    const thermal = { thermalEnergy: evOfMev(temperatureMev), statistics };
    const { displacement, speed } = vibrations(lattice, { ...thermal, bins, seed }, cubicModes(lattice, cells));
    return {
      temperatureMev,
      statistics,
      displacement: distributionData(displacement, 1),
      speed: distributionData(speed, 1 / VELOCITY_PER_PAPER),
    };
  },
};

const distributionData = (curve: Distribution, unit: number): DistributionData => ({
  centres: scaled(curve.centres, unit),
  sampled: scaled(curve.sampled, 1 / unit),
  exact: scaled(curve.exact, 1 / unit),
  sigma: curve.sigma * unit,
  sampledSigma: curve.sampledSigma * unit,
});

export const mediumKernel: Study<typeof mediumKernelParameters, MediumKernelData> = {
  name: "medium-kernel",
  title: "How a framework vibrates and gives way",
  summary:
    "Dispersion, recoil kernel and thermal motion of the cubic model framework that a mobile ion moves through (Rodin et al., Fig. 1).",
  version: 1,
  parameters: mediumKernelParameters,
  run,
  estimate,
};

async function run(parameters: MediumKernelParameters, context: StudyContext): Promise<StudyOutcome<MediumKernelData>> {
  const lattice = cubicLatticeOf(parameters.lattice);
  const { distance, frequencies, corners } = cubicDispersion(lattice, ["Γ", "X", "M", "R", "Γ"], { perSegment: 60 });
  const recoil = await runPiece(context, "recoil kernel", {
    task: recoilTask,
    piece: { key: "recoil", input: { lattice, recoil: parameters.recoil } },
  });
  const { temperaturesMev: temperatures, statistics, cells, bins } = parameters.vibrations;
  const pieces = [...new Set(statistics)].flatMap((kind) =>
    temperatures.map((temperatureMev) => ({
      key: `vibrations/${kind}-${temperatureMev}`,
      input: { lattice, temperatureMev, statistics: kind, cells, bins, seed: context.seed },
    })),
  );
  const sampled = await runPieces(context, "sampling vibrations", { task: vibrationTask, pieces });
  return {
    data: {
      framework: frameworkSummary(lattice),
      dispersion: { distancePerA: distance, frequenciesThz: frequencies, corners },
      recoil,
      sampledAtoms: cells ** 3,
      vibrations: sampled,
    },
    notes: notesOf(recoil),
    converged: true,
  };
}

function notesOf(recoil: RecoilData): readonly Note[] {
  const notes = new Notes();
  const relative = recoil.errorA2PerMev / recoil.kernelA2PerMev[0]!;
  if (relative > 1e-3)
    notes.add(
      "recoil-grid",
      `the extrapolation of W(t) to the infinite lattice is uncertain by ${(100 * relative).toPrecision(2)} % of W(0) at its worst time`,
      "raise recoil.gridCells, or follow the recoil for a shorter time",
    );
  return notes.list();
}

/** Measured: seconds per wave vector of one time, and per atom of one sampled lattice. */
const SECONDS_PER_WAVE_AND_TIME = 3e-8;
const SECONDS_PER_SAMPLED_ATOM = 7e-6;

async function estimate(parameters: MediumKernelParameters, context: StudyContext): Promise<Estimation> {
  const { recoil, vibrations: thermal } = parameters;
  const samples = thermal.temperaturesMev.length * new Set(thermal.statistics).size;
  const waves = (recoil.gridCells / 2) ** 3 * 1.14;
  const rounds = Math.ceil(samples / context.pool.width);
  return {
    seconds:
      1 + SECONDS_PER_WAVE_AND_TIME * waves * recoil.points + SECONDS_PER_SAMPLED_ATOM * rounds * thermal.cells ** 3,
    memoryMb: 100 + (context.pool.width * thermal.cells ** 3 * 300) / 1e6,
    diskMb: 0.2,
    work: [
      `recoil kernel at ${recoil.points} times on grids up to ${recoil.gridCells}³`,
      `${samples} sampled lattices of ${thermal.cells}³ atoms`,
    ],
  };
}
