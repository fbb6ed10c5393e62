// How far a crystal is from harmonic.
//
//   σ_A = √(Σ |F − F_h|² / Σ |F|²),  F_h = −Φ u       0 for a harmonic crystal, 1 when Φ explains nothing
//                                                     (F. Knoop et al., 10.1103/PhysRevMaterials.4.083809)
//   N_low, N_high                                     part of a velocity spectrum below and above a frequency, e.g. the ion's band centre
//   change = (N_low/N_high)_free / (N_low/N_high)_frozen
//                                                     above 1 when motion of the anions that are held in the second run takes the ion's
//                                                     vibrations down (Ouyang et al. hold edge-sharing or corner-sharing oxygen)

import { expectShape, type F64, InputError } from "../base/index.js";
import { atomCount, atomsOf } from "../structure/index.js";
import type { ForceConstants } from "./modes.js";

/** Displacements from the reference of the force constants, and the forces there. */
export interface ForcedDisplacement {
  readonly displacements: F64; // [n,3] Å
  readonly forces: F64; // [n,3] eV/Å
}

export interface Anharmonicity {
  /** σ_A of all atoms. */
  readonly overall: number;
  /** σ_A of the atoms of each element. */
  readonly byElement: Readonly<Record<string, number>>;
}

/** σ_A over arrangements, e.g. the frames of a molecular-dynamics run. */
export function anharmonicity(constants: ForceConstants, samples: readonly ForcedDisplacement[]): Anharmonicity {
  const { reference, values } = constants;
  const size = 3 * atomCount(reference);
  if (samples.length === 0) throw new InputError("no arrangements were given", "pass at least one with its forces");
  const [missed, all] = [new Float64Array(size), new Float64Array(size)];
  for (const { displacements: u, forces } of samples) {
    expectShape("displacements", u, [size / 3, 3]);
    expectShape("forces", forces, [size / 3, 3]);
    for (let row = 0; row < size; row++) {
      let left = forces[row]!;
      for (let column = 0; column < size; column++) left += values[row * size + column]! * u[column]!;
      missed[row]! += left ** 2;
      all[row]! += forces[row]! ** 2;
    }
  }
  const over = (atoms: readonly number[]): number => {
    let [top, bottom] = [0, 0];
    for (const i of atoms)
      for (let k = 3 * i; k < 3 * i + 3; k++) {
        top += missed[k]!;
        bottom += all[k]!;
      }
    return Math.sqrt(top / bottom);
  };
  return {
    overall: over(Array.from({ length: size / 3 }, (_, i) => i)),
    byElement: Object.fromEntries(reference.elements.map((element) => [element, over(atomsOf(reference, element))])),
  };
}

export interface Spectrum {
  readonly frequencies: F64; // [points] THz, ascending
  readonly density: F64; // [points], not negative, any unit
}

export interface SpectrumSplit {
  /** Parts of the area below and above; they add up to 1. */
  readonly low: number;
  readonly high: number;
  readonly ratio: number; // low/high
}

/** Areas of a spectrum below and above `thz`, by trapezia; the line between the points around it is cut there. */
export function splitSpectrum({ frequencies, density }: Spectrum, thz: number): SpectrumSplit {
  expectShape("density", density, [frequencies.length]);
  let [low, high] = [0, 0];
  for (let p = 1; p < frequencies.length; p++) {
    const [f0, f1] = [frequencies[p - 1]!, frequencies[p]!];
    const [g0, g1] = [density[p - 1]!, density[p]!];
    if (!(f1 > f0)) throw new InputError(`frequencies ${f0} and ${f1} THz do not ascend`, "sort the spectrum");
    const cut = Math.min(f1, Math.max(f0, thz));
    const between = g0 + ((g1 - g0) * (cut - f0)) / (f1 - f0);
    low += 0.5 * (g0 + between) * (cut - f0);
    high += 0.5 * (between + g1) * (f1 - cut);
  }
  const total = low + high;
  if (!(total > 0)) throw new InputError("the spectrum has no area", "check that the atoms move");
  return { low: low / total, high: high / total, ratio: low / high };
}

export interface SpectrumChange {
  readonly free: SpectrumSplit;
  readonly frozen: SpectrumSplit;
  /** (N_low/N_high)_free over (N_low/N_high)_frozen. */
  readonly change: number;
}

/** What holding some atoms still does to an ion's velocity spectrum, split at `thz` (its band centre). */
export function spectrumChange(free: Spectrum, frozen: Spectrum, thz: number): SpectrumChange {
  const [one, other] = [splitSpectrum(free, thz), splitSpectrum(frozen, thz)];
  return { free: one, frozen: other, change: one.ratio / other.ratio };
}
