// Thermal motion of a crystal without the ion, as a sum of running waves on a grid of N = N1 N2 N3 wave vectors:
//
//   r_j(t) = Re Σ_{q,u} A e^{−i(Ωt+φ)} η_j e^{iq·x_j} / √(μ_j N),      D(q) η = Ω² η
//
// quantum:    A² = (n + ½) 2ħ/Ω, whole n with probability ∝ e^{−nħΩ/k_BT}
// classical:  A² = (2k_BT/Ω²) ε, ε exponential with mean 1
//
// φ uniform; the three translations of q = 0 are left out. Any orthonormal η of equal frequency serve, since their phases are drawn
// independently. Source of the sampling: Rodin et al., arXiv:2504.06595, eq. (23).

import { CapabilityError, HBAR_EV_FS, InputError, ResourceError, type Rng, type Vec3 } from "../base/index.js";
import { hermitianEigen } from "../numerics/index.js";
import { type HarmonicFramework, inertiaOf, type Statistics, type ThermalField, type Window } from "./model.js";
import { checkThermalEnergy } from "./recoil.js";

export interface WaveModes {
  /** [m] rad/fs. */
  readonly omegas: Float64Array<ArrayBuffer>;
  /** [m,3] fractional. */
  readonly wavevectors: Float64Array<ArrayBuffer>;
  /** [m,3b,2] orthonormal at each q, phase over atom positions. */
  readonly vectors: Float64Array<ArrayBuffer>;
  readonly grid: readonly [number, number, number];
}

/** Numbers a field keeps for each window: 400 MB. */
const MOST_NUMBERS = 5e7;

/** All modes at q = (n1/N1, n2/N2, n3/N3). The framework must be stable. */
export function waveModes(framework: HarmonicFramework, grid: readonly [number, number, number]): WaveModes {
  const wrong = grid.find((count) => !(Number.isInteger(count) && count >= 1));
  if (wrong !== undefined)
    throw new InputError(`a grid of (${grid.join(", ")}) wave vectors`, "three whole numbers of at least 1");
  const n = 3 * framework.masses.length;
  const points = grid[0] * grid[1] * grid[2];
  const count = points * n - 3;
  if (2 * n * count > MOST_NUMBERS)
    throw new ResourceError(
      `${count} modes of ${n} components need ${(16e-9 * n * count).toFixed(1)} GB`,
      "take a coarser grid or a smaller cell",
    );
  const modes = {
    omegas: new Float64Array(count),
    wavevectors: new Float64Array(3 * count),
    vectors: new Float64Array(2 * n * count),
    grid,
  };
  let at = 0;
  for (let i = 0; i < grid[0]; i++) {
    for (let j = 0; j < grid[1]; j++) {
      for (let k = 0; k < grid[2]; k++) {
        const q: Vec3 = [i / grid[0], j / grid[1], k / grid[2]];
        const { squares, vectors } = hermitianModes(framework, q);
        for (let u = i + j + k === 0 ? 3 : 0; u < n; u++, at++) {
          modes.omegas[at] = Math.sqrt(positive(squares[u]!, q));
          modes.wavevectors.set(q, 3 * at);
          modes.vectors.set(vectors.subarray(2 * n * u, 2 * n * (u + 1)), 2 * n * at);
        }
      }
    }
  }
  return modes;
}

function positive(square: number, q: Vec3): number {
  if (square > 0) return square;
  throw new CapabilityError(
    `a mode at q = (${q.map((x) => x.toFixed(3)).join(", ")}) has no restoring force: it has no thermal motion about a place`,
    "use requireStable(surveySpectrum(framework)) to find what is unstable",
  );
}

/** Eigenpairs of D(q): squares [n] ascending, vectors [n,n,2]. */
export function hermitianModes(
  framework: HarmonicFramework,
  q: Vec3,
): { squares: Float64Array; vectors: Float64Array } {
  const n = 3 * framework.masses.length;
  const matrix = new Float64Array(2 * n * n);
  framework.dynamicalMatrix(q, matrix);
  const { values, vectors } = hermitianEigen(matrix, n);
  return { squares: values, vectors };
}

export interface CrystalThermalOptions {
  /** k_BT, eV. */
  readonly thermalEnergy: number;
  /** Default "quantum". */
  readonly statistics?: Statistics;
  readonly rng: Rng;
}

/** One draw of the motion of the atoms of `window`, exact at any time. */
export function crystalThermalField(
  framework: HarmonicFramework,
  window: Window,
  { modes, ...options }: CrystalThermalOptions & { readonly modes: WaveModes },
): ThermalField {
  const size = 3 * window.count;
  const count = modes.omegas.length;
  if (2 * size * count > MOST_NUMBERS)
    throw new ResourceError(
      `${count} modes at ${window.count} atoms need ${(16e-9 * size * count).toFixed(1)} GB`,
      "take fewer wave vectors or a smaller window",
    );
  const amplitudes = drawAmplitudes(modes, options);
  const shapes = windowShapes(framework, window, modes);
  return {
    sample(timeFs, cell, displacements, velocities) {
      displacements.fill(0);
      velocities.fill(0);
      for (let m = 0; m < count; m++) {
        const omega = modes.omegas[m]!;
        const q = modes.wavevectors;
        const phase =
          2 * Math.PI * (q[3 * m]! * cell[0]! + q[3 * m + 1]! * cell[1]! + q[3 * m + 2]! * cell[2]!) - omega * timeFs;
        const [c, s] = [Math.cos(phase), Math.sin(phase)];
        const re = amplitudes[2 * m]! * c - amplitudes[2 * m + 1]! * s;
        const im = amplitudes[2 * m]! * s + amplitudes[2 * m + 1]! * c;
        for (let i = 0, at = 2 * size * m; i < size; i++, at += 2) {
          displacements[i]! += re * shapes[at]! - im * shapes[at + 1]!;
          // d/dt multiplies by −iΩ: the real part of −i z is the imaginary part of z
          velocities[i]! += omega * (re * shapes[at + 1]! + im * shapes[at]!);
        }
      }
    },
  };
}

/** [m,2] A e^{−iφ}. */
function drawAmplitudes({ omegas }: WaveModes, options: CrystalThermalOptions): Float64Array {
  const { thermalEnergy, statistics = "quantum", rng } = options;
  checkThermalEnergy(thermalEnergy);
  const amplitudes = new Float64Array(2 * omegas.length);
  for (const [m, omega] of omegas.entries()) {
    const level = -Math.log(1 - rng.uniform()); // exponential, mean 1
    const phase = 2 * Math.PI * rng.uniform();
    const quantum = HBAR_EV_FS * omega;
    // The whole part of an exponential number of mean k_BT/ħΩ is geometric with ratio e^{−ħΩ/k_BT}.
    const quanta = thermalEnergy === 0 ? 0 : Math.floor((level * thermalEnergy) / quantum);
    const energy = statistics === "classical" ? thermalEnergy * level : (quanta + 0.5) * quantum;
    const amplitude = Math.sqrt(2 * energy) / omega;
    amplitudes[2 * m] = amplitude * Math.cos(phase);
    amplitudes[2 * m + 1] = -amplitude * Math.sin(phase);
  }
  return amplitudes;
}

/** [m,3n,2] η_j e^{iq·x_j}/√(μ_j N) at the atoms of the window in the home cell. */
function windowShapes(framework: HarmonicFramework, window: Window, modes: WaveModes): Float64Array {
  const { inverse } = framework.cell;
  const n = 3 * framework.masses.length;
  const size = 3 * window.count;
  const points = modes.grid[0] * modes.grid[1] * modes.grid[2];
  const shapes = new Float64Array(2 * size * modes.omegas.length);
  for (let j = 0; j < window.count; j++) {
    const atom = window.sites[4 * j + 3]!;
    const x = window.positions;
    const s = [0, 1, 2].map(
      (c) => x[3 * j]! * inverse[c]! + x[3 * j + 1]! * inverse[3 + c]! + x[3 * j + 2]! * inverse[6 + c]!,
    );
    const norm = 1 / Math.sqrt(inertiaOf(framework.masses[atom]!) * points);
    for (let m = 0; m < modes.omegas.length; m++) {
      const q = modes.wavevectors;
      const phase = 2 * Math.PI * (q[3 * m]! * s[0]! + q[3 * m + 1]! * s[1]! + q[3 * m + 2]! * s[2]!);
      const [c, d] = [norm * Math.cos(phase), norm * Math.sin(phase)];
      for (let a = 0; a < 3; a++) {
        const from = 2 * (n * m + 3 * atom + a);
        const to = 2 * (size * m + 3 * j + a);
        shapes[to] = modes.vectors[from]! * c - modes.vectors[from + 1]! * d;
        shapes[to + 1] = modes.vectors[from]! * d + modes.vectors[from + 1]! * c;
      }
    }
  }
  return shapes;
}
