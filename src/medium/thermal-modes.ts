// Thermal motion of the periodic framework without the ion, as a sum of its modes:
//
//   r_j(t) = Re Σ_{q,u} A e^{−i(Ωt+φ)} η e^{iq·R_j} / √(μN)
//
// quantum:    A = √(n + ½) √(2ħ/Ω), whole n with probability ∝ e^{−nħΩ/k_BT}: the zero point is in it
// classical:  A² = (2k_BT/Ω²) ε, ε exponential with mean 1
//
// with φ uniform and q = 0 left out (the motion of the whole). Both give ⟨A²⟩/2 = the mode's variance. N = 20³ makes 23 997 modes.
// Source: Rodin et al., arXiv:2504.06595, eq. (23).

import { expectShape, type F64, HBAR_EV_FS, type Rng } from "../base/index.js";
import { planFft3 } from "../numerics/index.js";
import type { CubicModes } from "./dispersion.js";
import { inertiaOf, type Statistics, type ThermalField, type Window } from "./model.js";
import { checkThermalEnergy } from "./recoil.js";
import { checkWindowFits } from "./window.js";

export interface ThermalSample {
  readonly modes: CubicModes;
  /** [N³,3,2] A e^{−iφ} of every mode, √(eV) fs. */
  readonly amplitudes: F64;
}

export interface ThermalOptions {
  /** k_BT, eV. */
  readonly thermalEnergy: number;
  /** Default "quantum". */
  readonly statistics?: Statistics;
}

/** Draws occupation and phase of every mode. */
export function sampleModes(modes: CubicModes, rng: Rng, options: ThermalOptions): ThermalSample {
  const { thermalEnergy, statistics = "quantum" } = options;
  checkThermalEnergy(thermalEnergy);
  const amplitudes = new Float64Array(2 * modes.omegas.length);
  for (let l = 3; l < modes.omegas.length; l++) {
    const omega = modes.omegas[l]!;
    const level = -Math.log(1 - rng.uniform()); // exponential, mean 1
    const phase = 2 * Math.PI * rng.uniform();
    const squared =
      statistics === "classical"
        ? (2 * thermalEnergy * level) / (omega * omega)
        : ((quanta(level, omega, thermalEnergy) + 0.5) * 2 * HBAR_EV_FS) / omega;
    const amplitude = Math.sqrt(squared);
    amplitudes[2 * l] = amplitude * Math.cos(phase);
    amplitudes[2 * l + 1] = -amplitude * Math.sin(phase);
  }
  return { modes, amplitudes };
}

/** Whole part of an exponential number of mean k_BT/ħΩ: geometric with ratio e^{−ħΩ/k_BT}. */
const quanta = (level: number, omega: number, thermalEnergy: number): number =>
  thermalEnergy === 0 ? 0 : Math.floor((level * thermalEnergy) / (HBAR_EV_FS * omega));

export interface FrameworkMotion {
  readonly displacements: Float64Array<ArrayBuffer>; // [N³,3] Å
  readonly velocities: Float64Array<ArrayBuffer>; // [N³,3] Å/fs
}

/** Displacements and velocities of all N³ atoms at one time, by fast Fourier transform. */
export function frameworkMotion(sample: ThermalSample, timeFs: number): FrameworkMotion {
  const { cells } = sample.modes;
  const count = cells ** 3;
  const waves = waveAmplitudes(sample, timeFs, new Float64Array(12 * count));
  const transform = planFft3([cells, cells, cells]);
  const grid = new Float64Array(2 * count);
  const motion = { displacements: new Float64Array(3 * count), velocities: new Float64Array(3 * count) };
  for (let component = 0; component < 6; component++) {
    for (let q = 0; q < count; q++) {
      grid[2 * q] = waves[12 * q + 2 * component]!;
      grid[2 * q + 1] = waves[12 * q + 2 * component + 1]!;
    }
    transform.inverse(grid);
    const target = component < 3 ? motion.displacements : motion.velocities;
    for (let j = 0; j < count; j++) target[3 * j + (component % 3)] = grid[2 * j]! * count;
  }
  return motion;
}

/** Per wave vector the complex displacement and velocity vectors (6 complex numbers) at one time, into out [N³,6,2]. */
function waveAmplitudes(sample: ThermalSample, timeFs: number, out: Float64Array): Float64Array {
  const { omegas, vectors, cells, lattice } = sample.modes;
  const { amplitudes } = sample;
  expectShape("amplitudes", amplitudes, [cells ** 3, 3, 2]);
  const scale = 1 / Math.sqrt(inertiaOf(lattice.mass) * cells ** 3);
  out.fill(0);
  for (let l = 3; l < omegas.length; l++) {
    const omega = omegas[l]!;
    const c = scale * Math.cos(omega * timeFs);
    const s = scale * Math.sin(omega * timeFs);
    const re = amplitudes[2 * l]! * c + amplitudes[2 * l + 1]! * s;
    const im = amplitudes[2 * l + 1]! * c - amplitudes[2 * l]! * s;
    const at = 12 * Math.floor(l / 3);
    for (let a = 0; a < 3; a++) {
      const eta = vectors[3 * l + a]!;
      out[at + 2 * a]! += eta * re;
      out[at + 2 * a + 1]! += eta * im;
      // d/dt e^{−iΩt} = −iΩ e^{−iΩt}
      out[at + 6 + 2 * a]! += eta * omega * im;
      out[at + 7 + 2 * a]! -= eta * omega * re;
    }
  }
  return out;
}

/**
 * The field at the atoms of a window by summing all modes each time: exact at any time, and the slowest of the three ways
 * (N³ modes × window atoms for every call).
 */
export function modeSumField(sample: ThermalSample, window: Window): ThermalField {
  const { cells } = sample.modes;
  checkWindowFits(window, cells);
  const waves = new Float64Array(12 * cells ** 3);
  const cosine = Float64Array.from({ length: cells }, (_, n) => Math.cos((2 * Math.PI * n) / cells));
  const sine = Float64Array.from({ length: cells }, (_, n) => Math.sin((2 * Math.PI * n) / cells));
  let wavesAt = Number.NaN;
  const sum = new Float64Array(6);
  return {
    sample(timeFs, cell, displacements, velocities) {
      if (timeFs !== wavesAt) waveAmplitudes(sample, timeFs, waves);
      wavesAt = timeFs;
      for (let j = 0; j < window.count; j++) {
        const [n1, n2, n3] = [0, 1, 2].map((a) => wrap(cell[a]! + window.sites[4 * j + a]!, cells));
        sum.fill(0);
        for (let q1 = 0, at = 0; q1 < cells; q1++) {
          for (let q2 = 0; q2 < cells; q2++) {
            let phase = (q1 * n1! + q2 * n2!) % cells;
            for (let q3 = 0; q3 < cells; q3++, at += 12) {
              const c = cosine[phase]!;
              const s = sine[phase]!;
              for (let a = 0; a < 6; a++) sum[a]! += waves[at + 2 * a]! * c - waves[at + 2 * a + 1]! * s;
              phase += n3!;
              if (phase >= cells) phase -= cells;
            }
          }
        }
        for (let a = 0; a < 3; a++) {
          displacements[3 * j + a] = sum[a]!;
          velocities[3 * j + a] = sum[3 + a]!;
        }
      }
    },
  };
}

/** n modulo `cells`, never negative. */
export const wrap = (n: number, cells: number): number => ((n % cells) + cells) % cells;
