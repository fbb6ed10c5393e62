// A densely sampled stretch: spectrum of velocities by element, amplitudes, distances between atoms, temperatures of modes.
//     g_s(f) ∝ Σ_{i∈s} |∫ v_i(t) w(t) e^{−2πift} dt|²      w a Hann window; windows overlap by half (Welch, 10.1109/TAU.1967.1161901)
//     centre = ∫ f g df / ∫ g df,   k_BT_n = ⟨Q̇_n²⟩,   quantum T_n = ħω/(k_B ln(1 + ħω/E_n)) with E_n = ⟨Q̇_n²⟩

import { ACCELERATION, BOLTZMANN, type Estimate, type F64, PLANCK_EV_PER_THZ } from "../base/index.js";
import { ModalPublishedAnalysis } from "../coupling/index.js";
import type { Trajectory } from "../dynamics/index.js";
import type { Modes } from "../modes/index.js";
import { blockAverage, matmul, planRealFft } from "../numerics/index.js";
import { atomsOf, type Crystal } from "../structure/index.js";
import { analyse, rdfOf } from "../transport/index.js";
import type { MdRunResult } from "./md-runs.js";
import type { VibrationStretch } from "./modal-diffusion-data.js";
import type { StudyContext } from "./study.js";

/** Windows amplitudes are taken in: of this length, or a quarter of a shorter stretch. */
const WINDOW_PS = 2;
/** Parts of the stretch that errors come from. */
const PARTS = 4;

interface Samples {
  readonly frames: number;
  readonly spacingFs: number;
  readonly size: number; // 3n
  readonly moved: Float64Array; // [frames,3n] Å from the start
  readonly velocities: Float64Array; // [frames,3n] Å/fs
}

export async function vibrationsOf(
  run: MdRunResult,
  modes: Modes,
  work: { readonly temperatureK: number; readonly carriers: string; readonly context: StudyContext },
): Promise<VibrationStretch> {
  const trajectory = run.trajectory!;
  const { crystal } = trajectory;
  const samples = await gather(trajectory);
  const { mean, standardError } = blockAverage(run.thermo.temperatureK);
  const spectra = crystal.elements.map((element) => spectrumOf(samples, atomsOf(crystal, element)));
  const windowPs = Math.min(WINDOW_PS, (samples.frames * samples.spacingFs) / 4e3);
  const byElement = <T>(of: (index: number) => T): Record<string, T> =>
    Object.fromEntries(crystal.elements.map((element, index) => [element, of(index)]));
  return {
    temperatureK: work.temperatureK,
    measured: { value: mean, standardError, unit: "K" },
    durationPs: ((samples.frames - 1) * samples.spacingFs) / 1e3,
    sampleFs: samples.spacingFs,
    frequenciesThz: spectra[0]!.frequencies,
    spectra: byElement((index) => spectra[index]!.density),
    centres: byElement((index) => spectra[index]!.centre),
    amplitudesA: byElement((index) => amplitudeOf(samples, atomsOf(crystal, crystal.elements[index]!), windowPs)),
    windowPs,
    distances: await distancesOf(trajectory, crystal, work.context),
    published: await publishedOf(trajectory, modes, work),
    modalTemperatures: modalTemperatures(samples, modes),
  };
}

async function gather(trajectory: Trajectory): Promise<Samples> {
  const size = trajectory.crystal.positions.length;
  const count = trajectory.frameCount!;
  const moved = new Float64Array(count * size);
  const velocities = new Float64Array(count * size);
  let frame = 0;
  for await (const { positions, velocities: v } of trajectory.frames()) {
    const at = frame++ * size;
    for (let a = 0; a < size; a++) {
      moved[at + a] = positions[a]! - trajectory.crystal.positions[a]!;
      velocities[at + a] = v![a]!;
    }
  }
  return { frames: frame, spacingFs: trajectory.frameSpacingFs, size, moved, velocities };
}

interface Spectrum {
  readonly frequencies: F64; // THz
  readonly density: F64; // 1/THz, area 1
  readonly centre: Estimate; // THz
}

function spectrumOf(samples: Samples, atoms: readonly number[]): Spectrum {
  const { frames, spacingFs } = samples;
  // Errors of the centre need parts, the shape of the curve long windows.
  const quarter = Math.floor(frames / PARTS);
  const parts = Array.from({ length: PARTS }, (_, p) => ({ from: p * quarter, to: (p + 1) * quarter }));
  const centres = parts.map((range) => centreOf(powerOf(samples, atoms, { ...range, length: windowLength(quarter) })));
  const average = centres.reduce((sum, one) => sum + one, 0) / PARTS;
  const scatter = centres.reduce((sum, one) => sum + (one - average) ** 2, 0);
  const length = windowLength(frames);
  const power = powerOf(samples, atoms, { from: 0, to: frames, length });
  const width = 1e3 / (length * spacingFs); // THz
  const area = power.reduce((sum, value) => sum + value, 0) * width;
  return {
    frequencies: power.map((_, k) => k * width),
    density: power.map((value) => value / area),
    centre: {
      value: centreOf(power) * width,
      standardError: (Math.sqrt(scatter / (PARTS - 1) / PARTS) * 1e3) / (windowLength(quarter) * spacingFs),
      unit: "THz",
    },
  };
}

/** The longest power of two that fits, at most 512 samples. */
const windowLength = (frames: number): number => Math.max(16, Math.min(512, 2 ** Math.floor(Math.log2(frames))));

/** Mean bin of a spectrum. */
function centreOf(power: Float64Array): number {
  let [above, below] = [0, 0];
  for (let k = 0; k < power.length; k++) {
    above += k * power[k]!;
    below += power[k]!;
  }
  return above / below;
}

/** [bins] Σ over atoms, axes and windows of |FFT|². */
function powerOf(
  { velocities, size }: Samples,
  atoms: readonly number[],
  range: { readonly from: number; readonly to: number; readonly length: number },
): Float64Array {
  const { from, to, length } = range;
  const plan = planRealFft(length);
  const hann = Float64Array.from({ length }, (_, t) => Math.sin((Math.PI * (t + 0.5)) / length) ** 2);
  const power = new Float64Array(plan.bins);
  const series = new Float64Array(length);
  for (let start = from; start + length <= to; start += length / 2) {
    for (const atom of atoms) {
      for (let axis = 0; axis < 3; axis++) {
        for (let t = 0; t < length; t++) series[t] = hann[t]! * velocities[(start + t) * size + 3 * atom + axis]!;
        const transform = plan.forward(series);
        for (let k = 0; k < plan.bins; k++) power[k]! += transform[2 * k]! ** 2 + transform[2 * k + 1]! ** 2;
      }
    }
  }
  return power;
}

/** Root mean square over atoms and windows of the distance from the mean place in the window. */
function amplitudeOf(
  { moved, size, frames, spacingFs }: Samples,
  atoms: readonly number[],
  windowPs: number,
): Estimate {
  const length = Math.max(2, Math.floor((windowPs * 1e3) / spacingFs));
  const windows = Math.floor(frames / length);
  const squares: number[] = [];
  for (let w = 0; w < windows; w++) {
    let sum = 0;
    for (const atom of atoms) {
      for (let axis = 0; axis < 3; axis++) {
        let [first, second] = [0, 0];
        for (let t = w * length; t < (w + 1) * length; t++) {
          const x = moved[t * size + 3 * atom + axis]!;
          first += x;
          second += x * x;
        }
        sum += second / length - (first / length) ** 2;
      }
    }
    squares.push(sum / atoms.length);
  }
  const mean = squares.reduce((sum, square) => sum + square, 0) / windows;
  const scatter = squares.reduce((sum, square) => sum + (square - mean) ** 2, 0);
  const root = Math.sqrt(mean);
  const error = Math.sqrt(scatter / (windows - 1) / windows);
  return { value: root, standardError: error / (2 * root), unit: "Å" };
}

/** Distances are correlated over a vibration: every so many frames is enough. */
const DISTANCES_EVERY_FS = 40;

async function distancesOf(
  trajectory: Trajectory,
  crystal: Crystal,
  { signal }: StudyContext,
): Promise<VibrationStretch["distances"]> {
  const stride = Math.max(1, Math.round(DISTANCES_EVERY_FS / trajectory.frameSpacingFs));
  const many = crystal.elements.filter((element) => atomsOf(crystal, element).length > 1);
  const pairs = many.flatMap((a, i) => many.slice(i).map((b) => [a, b] as const));
  const { rdf } = await analyse(trajectory, { rdf: rdfOf({ pairs }) }, { stride, ...(signal ? { signal } : {}) });
  return { rA: rdf.r, pairs: rdf.pairs.map(({ first, second, g }) => ({ pair: `${first}–${second}`, g })) };
}

/** Between the positions that are differenced; 10 and 20 fs in the published scripts. */
const PUBLISHED_FS = 16;

async function publishedOf(
  trajectory: Trajectory,
  modes: Modes,
  { carriers, context: { seed, signal } }: { readonly carriers: string; readonly context: StudyContext },
): Promise<VibrationStretch["published"]> {
  const everyFrames = Math.max(1, Math.round(PUBLISHED_FS / trajectory.frameSpacingFs));
  const increments = Math.floor((trajectory.frameCount! - 1) / everyFrames);
  const blockIncrements = Math.max(2, Math.floor(increments / 5));
  const analysis = new ModalPublishedAnalysis(modes, {
    carriers,
    everyFrames,
    blockIncrements,
    dropUpToThz: 1e-3,
    seed,
  });
  const { published } = await analyse(trajectory, { published: analysis }, signal ? { signal } : {});
  return {
    diagonalShare: published.diagonalShare,
    kinematicDiagonalShare: published.kinematic.diagonalShare,
    intervalFs: published.intervalFs,
  };
}

const BIN_THZ = 1;

function modalTemperatures(
  { frames, size, moved, velocities }: Samples,
  modes: Modes,
): VibrationStretch["modalTemperatures"] {
  const { masses } = modes.reference;
  const projector = modes.vectors.slice();
  for (let k = 0; k < projector.length; k++) projector[k]! *= Math.sqrt(masses[Math.floor((k % size) / 3)]!);
  const shape = { rows: frames, inner: size, columns: modes.count, transposeB: true };
  const rates = matmul(velocities.subarray(0, frames * size), projector, shape);
  const q = matmul(moved.subarray(0, frames * size), projector, shape);
  const bins = Math.ceil(Math.max(...modes.frequencies) / BIN_THZ);
  const count = new Array<number>(bins).fill(0);
  const sums = { kinetic: count.slice(), displacement: count.slice(), quantum: count.slice() };
  for (let n = 0; n < modes.count; n++) {
    const frequency = modes.frequencies[n]!;
    if (frequency < 1e-2) continue; // translations, and what is no vibration
    const bin = Math.min(bins - 1, Math.floor(frequency / BIN_THZ));
    let [squares, first, second] = [0, 0, 0];
    for (let t = 0; t < frames; t++) {
      squares += rates[t * modes.count + n]! ** 2;
      const x = q[t * modes.count + n]!;
      first += x;
      second += x * x;
    }
    const omega = 2 * Math.PI * 1e-3 * frequency; // rad/fs
    const energy = squares / frames / ACCELERATION; // eV
    const spread = (second / frames - (first / frames) ** 2) / ACCELERATION;
    const quantum = PLANCK_EV_PER_THZ * frequency; // ħω
    count[bin]!++;
    sums.kinetic[bin]! += energy / BOLTZMANN;
    sums.displacement[bin]! += (omega ** 2 * spread) / BOLTZMANN;
    sums.quantum[bin]! += quantum / (BOLTZMANN * Math.log1p(quantum / energy));
  }
  const kept = count.flatMap((modesInBin, bin) => (modesInBin > 0 ? [bin] : []));
  const mean = (values: readonly number[]): number[] => kept.map((bin) => values[bin]! / count[bin]!);
  return {
    edgesThz: kept.map((bin) => bin * BIN_THZ),
    modes: kept.map((bin) => count[bin]!),
    kineticK: mean(sums.kinetic),
    displacementK: mean(sums.displacement),
    quantumK: mean(sums.quantum),
  };
}
