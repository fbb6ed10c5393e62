// The crystal in which nothing diffuses: every mode swings for ever at the amplitude its temperature gave it,
//     Q_n(t) = √(k_BT) (g cos ω_n t + h sin ω_n t)/ω_n,   g and h normal,
//     ⟨ΔQ_n²⟩(τ) = 2k_BT(1 − cos ω_n τ)/ω_n²              on average over amplitudes,
// exact at every frame, to show what an estimator makes of vibrations alone.

import { ACCELERATION, BOLTZMANN, type F64, InputError, Rng } from "../base/index.js";
import type { Frame, FrameOptions, Trajectory } from "../dynamics/index.js";
import type { Modes } from "../modes/index.js";
import { matmul } from "../numerics/index.js";
import { type ModalCarriers, weightProduct } from "./modal-carriers.js";
import { perCm2s } from "./modal-figures.js";
import { type LagPlan, slopeOf } from "./modal-lags.js";

/** Below this frequency, THz, a mode is a translation and the harmonic crystal leaves it at rest. */
const AT_REST_THZ = 1e-3;
const RADIANS_PER_FS = 2 * Math.PI * 1e-3; // per THz

/**
 * [count] the D_n (cm²/s) that the estimator of `plan` gives on average for a harmonic crystal at `temperatureK`, projected in full:
 * |S_n|²/(6N_c) times the slope of 2k_BT(1 − cos ωτ)/ω². 0 for translations and unstable modes.
 */
export function harmonicExpectation(carriers: ModalCarriers, plan: LagPlan, temperatureK: number): F64 {
  const { modes, atoms } = carriers;
  const thermal = BOLTZMANN * expectTemperature(temperatureK) * ACCELERATION; // amu Å²/fs²
  return Float64Array.from(modes.frequencies, (frequency, n) => {
    if (frequency < AT_REST_THZ) return 0;
    const omega = RADIANS_PER_FS * frequency;
    const moments = plan.lagsPs.slice().map((lag) => (2 * thermal * (1 - Math.cos(omega * lag * 1e3))) / omega ** 2);
    return ((weightProduct(carriers, n, n) * slopeOf(plan, moments)) / (6 * atoms.length)) * perCm2s;
  });
}

export interface HarmonicTrajectoryOptions {
  readonly temperatureK: number;
  readonly frames: number;
  readonly frameSpacingFs: number;
  readonly seed: number;
  /** Whether frames carry velocities. Default false. */
  readonly velocities?: boolean;
}

/** The harmonic crystal as a trajectory, exact at every frame; translations and unstable modes are at rest, so is the centre of mass. */
export function harmonicTrajectory(modes: Modes, options: HarmonicTrajectoryOptions): Trajectory {
  const { frames: frameCount, frameSpacingFs, velocities = false } = options;
  if (!(Number.isInteger(frameCount) && frameCount > 0 && frameSpacingFs > 0)) {
    throw new InputError(
      `${frameCount} frames every ${frameSpacingFs} fs`,
      "give a whole number of frames and a positive spacing",
    );
  }
  if (modes.complex) throw new InputError("these modes are complex", "solve at Γ of a supercell");
  const swing = randomSwing(modes, options);
  return {
    crystal: modes.reference,
    frameSpacingFs,
    variableCell: false,
    hasVelocities: velocities,
    frameCount,
    frames: (range = {}) => harmonicFrames(modes, swing, { ...options, range }),
  };
}

interface Swing {
  readonly omega: F64; // [count] rad/fs, 0 for modes at rest
  readonly cosine: F64; // [count] √amu Å
  readonly sine: F64; // [count] √amu Å
}

function randomSwing(modes: Modes, { temperatureK, seed }: HarmonicTrajectoryOptions): Swing {
  const rng = Rng.fromSeed(seed).fork("harmonic-trajectory");
  const root = Math.sqrt(BOLTZMANN * expectTemperature(temperatureK) * ACCELERATION); // √amu Å/fs
  const omega = new Float64Array(modes.count);
  const cosine = new Float64Array(modes.count);
  const sine = new Float64Array(modes.count);
  for (let n = 0; n < modes.count; n++) {
    const [g, h] = [rng.normal(), rng.normal()];
    if (modes.frequencies[n]! < AT_REST_THZ) continue;
    omega[n] = RADIANS_PER_FS * modes.frequencies[n]!;
    cosine[n] = (g * root) / omega[n]!;
    sine[n] = (h * root) / omega[n]!;
  }
  return { omega, cosine, sine };
}

const BATCH = 128;

async function* harmonicFrames(
  modes: Modes,
  swing: Swing,
  { frames, frameSpacingFs, velocities = false, range }: HarmonicTrajectoryOptions & { readonly range: FrameOptions },
): AsyncGenerator<Frame> {
  const { from = 0, to = frames, stride = 1, signal } = range;
  const size = 3 * modes.reference.kinds.length;
  const end = Math.min(to, frames);
  const shape = { inner: modes.count, columns: size };
  for (let first = from; first < end; first += BATCH * stride) {
    signal?.throwIfAborted();
    const rows = Math.min(BATCH, Math.ceil((end - first) / stride));
    const [q, rate] = swingAt(swing, { first, rows, stride, frameSpacingFs });
    const moved = toAtoms(modes, matmul(q, modes.vectors, { rows, ...shape }));
    const speed = velocities ? toAtoms(modes, matmul(rate, modes.vectors, { rows, ...shape })) : undefined;
    for (let row = 0; row < rows; row++) {
      const step = first + row * stride;
      const positions = moved.subarray(row * size, (row + 1) * size);
      for (let a = 0; a < size; a++) positions[a]! += modes.reference.positions[a]!;
      yield {
        step,
        timeFs: step * frameSpacingFs,
        positions,
        ...(speed ? { velocities: speed.subarray(row * size, (row + 1) * size) } : {}),
      };
    }
  }
}

function swingAt(
  { omega, cosine, sine }: Swing,
  at: { readonly first: number; readonly rows: number; readonly stride: number; readonly frameSpacingFs: number },
): readonly [q: Float64Array, rate: Float64Array] {
  const count = omega.length;
  const q = new Float64Array(at.rows * count);
  const rate = new Float64Array(at.rows * count);
  for (let row = 0; row < at.rows; row++) {
    const time = (at.first + row * at.stride) * at.frameSpacingFs;
    for (let n = 0; n < count; n++) {
      const [c, s] = [Math.cos(omega[n]! * time), Math.sin(omega[n]! * time)];
      q[row * count + n] = cosine[n]! * c + sine[n]! * s;
      rate[row * count + n] = omega[n]! * (sine[n]! * c - cosine[n]! * s);
    }
  }
  return [q, rate];
}

/** u_i = m_i^{-1/2} Σ_n Q_n e_{i,n}, in place. */
function toAtoms(modes: Modes, weighted: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const { masses } = modes.reference;
  for (let k = 0; k < weighted.length; k++) weighted[k]! /= Math.sqrt(masses[Math.floor(k / 3) % masses.length]!);
  return weighted;
}

function expectTemperature(temperatureK: number): number {
  if (temperatureK > 0 && Number.isFinite(temperatureK)) return temperatureK;
  throw new InputError(`a crystal at ${temperatureK} K`, "give a positive temperature");
}
