// Thermodynamics of independent oscillators of energy ε = hf at temperature T, per primitive cell. With x = ε/k_BT:
//
//   F = Σ [ε/2 + k_BT ln(1 − e^{−x})]        S = k_B Σ [x/(e^x − 1) − ln(1 − e^{−x})]        C_V = k_B Σ x² e^x/(e^x − 1)²
//   U = Σ ε (½ + 1/(e^x − 1))
//
// classical limit:  F = Σ k_BT ln x,  S = k_B Σ (1 − ln x),  C_V = k_B (Dulong and Petit),  U = k_BT, each per mode.
// Modes below a least frequency are left out and counted: translations have no restoring force, unstable modes no equilibrium.

import { BOLTZMANN, type F64, InputError, type Note, PLANCK_EV_PER_THZ } from "../base/index.js";
import type { MeshModes } from "./mesh-modes.js";

export type ThermalStatistics = "quantum" | "classical";

export interface ThermalOptions {
  /** Modes below count for nothing, THz. Default 1e-3. */
  readonly minimumThz?: number;
  /** Default "quantum". */
  readonly statistics?: ThermalStatistics;
}

/** Per primitive cell. */
export interface ThermalProperties {
  readonly temperatures: F64; // [t] K
  readonly freeEnergy: F64; // [t] eV, zero-point energy included
  readonly entropy: F64; // [t] eV/K
  readonly heatCapacity: F64; // [t] eV/K, at constant volume
  readonly energy: F64; // [t] eV
  /** Σ hf/2, eV; 0 in classical statistics. */
  readonly zeroPoint: number;
  /** Modes per cell that were counted, of 3b. */
  readonly counted: number;
  readonly notes: readonly Note[];
}

export function thermalProperties(
  modes: MeshModes,
  temperatures: ArrayLike<number>,
  options: ThermalOptions = {},
): ThermalProperties {
  const { minimumThz = 1e-3, statistics = "quantum" } = options;
  expectTemperatures(temperatures);
  const { mesh, count, frequencies } = modes;
  const t = temperatures.length;
  const [freeEnergy, entropy, heatCapacity, energy] = [0, 0, 0, 0].map(() => new Float64Array(t)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let [counted, zeroPoint, unstable] = [0, 0, 0];
  for (let q = 0; q < mesh.weights.length; q++) {
    const weight = mesh.weights[q]! / mesh.total;
    for (let mode = q * count; mode < (q + 1) * count; mode++) {
      const f = frequencies[mode]!;
      if (f < -minimumThz) unstable += weight;
      if (!(f >= minimumThz)) continue;
      counted += weight;
      const quantum = PLANCK_EV_PER_THZ * f;
      if (statistics === "quantum") zeroPoint += 0.5 * weight * quantum;
      for (let k = 0; k < t; k++) {
        const one = oscillator(quantum, temperatures[k]!, statistics);
        freeEnergy[k]! += weight * one.freeEnergy;
        entropy[k]! += weight * one.entropy;
        heatCapacity[k]! += weight * one.heatCapacity;
        energy[k]! += weight * one.energy;
      }
    }
  }
  return {
    temperatures: Float64Array.from(temperatures),
    freeEnergy,
    entropy,
    heatCapacity,
    energy,
    zeroPoint,
    counted,
    notes: droppedNotes({
      dropped: (count - counted) * mesh.total,
      unstable: unstable * mesh.total,
      minimumThz,
      mesh: mesh.total,
    }),
  };
}

export interface Oscillator {
  readonly freeEnergy: number; // eV
  readonly entropy: number; // eV/K
  readonly heatCapacity: number; // eV/K
  readonly energy: number; // eV
}

/** One mode of quantum hf = `quantum` eV. */
export function oscillator(quantum: number, temperature: number, statistics: ThermalStatistics): Oscillator {
  const kT = BOLTZMANN * temperature;
  if (statistics === "classical") {
    if (temperature === 0)
      return { freeEnergy: 0, entropy: Number.NEGATIVE_INFINITY, heatCapacity: BOLTZMANN, energy: 0 };
    const log = Math.log(quantum / kT);
    return { freeEnergy: kT * log, entropy: BOLTZMANN * (1 - log), heatCapacity: BOLTZMANN, energy: kT };
  }
  if (temperature === 0) return { freeEnergy: quantum / 2, entropy: 0, heatCapacity: 0, energy: quantum / 2 };
  const x = quantum / kT;
  const decay = Math.exp(-x);
  const log = Math.log(-Math.expm1(-x)); // ln(1 − e^{−x}), exact for small x
  const occupation = decay / -Math.expm1(-x);
  return {
    freeEnergy: quantum / 2 + kT * log,
    entropy: BOLTZMANN * (x * occupation - log),
    heatCapacity: BOLTZMANN * x * x * occupation * (1 + occupation),
    energy: quantum * (0.5 + occupation),
  };
}

export function expectTemperatures(temperatures: ArrayLike<number>): void {
  for (const t of Array.from(temperatures))
    if (!(t >= 0 && Number.isFinite(t)))
      throw new InputError(`a temperature of ${t} K`, "temperatures are finite and at least 0 K");
}

/** What was left out, of all modes of a mesh. */
export function droppedNotes(of: {
  readonly dropped: number;
  readonly unstable: number;
  readonly minimumThz: number;
  readonly mesh: number;
}): Note[] {
  const [dropped, unstable] = [Math.round(of.dropped), Math.round(of.unstable)];
  if (dropped === 0) return [];
  const notes: Note[] = [
    {
      code: "modes-left-out",
      message: `${dropped} modes below ${of.minimumThz} THz were left out, over ${of.mesh} wave vectors`,
    },
  ];
  if (unstable > 0)
    notes.push({
      code: "unstable-modes-left-out",
      message: `${unstable} of the modes left out are unstable (imaginary): thermal averages over the others are of a crystal that does not exist`,
      hint: "relax the structure along the unstable modes, or use force constants fitted at the temperature",
    });
  return notes;
}
