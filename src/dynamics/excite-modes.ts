// The vibrations that are driven, and their velocities. With mass-weighted orthonormal vectors e_n of the atoms as they sit now,
//
//   Q̇_n = Σ_i √m_i e_{i,n}·v_i  (√amu Å/fs),     K_n = ½ Q̇_n²/a  (eV; a = ACCELERATION),     k_B T_n = 2 K_n
//   v_i ← v_i + m_i^{-1/2} Σ_n (P_n − Q̇_n) e_{i,n}      gives mode n the velocity P_n and leaves every other mode alone.
//
// Gordiz et al. 2021, doi:10.1016/j.xcrp.2021.100431, Supplemental Information.

import { ACCELERATION, expectFinite, expectShape, type F64, InputError } from "../base/index.js";
import { atomCount, type Crystal } from "../structure/index.js";
import type { MdState } from "./state.js";

export interface DrivenModes {
  /** The equilibrium configuration they belong to. */
  readonly configuration: string;
  readonly frequencies: F64; // [k] THz
  readonly vectors: F64; // [k,n,3] mass-weighted, orthonormal, in the order of the simulated atoms
  readonly rest: F64; // [n,3] Å, positions at rest; lattice translations do not matter
}

/** Says which modes are driven now. A session when it follows the ions. */
export interface DrivenModeSource {
  /** Looks where the ions are. Undefined while the crystal is in no configuration that is known: driving pauses. */
  at(state: MdState): DrivenModes | undefined;
  /** What `at` last answered, also after `restore`. */
  current(): DrivenModes | undefined;
  save?(): unknown;
  restore?(saved: unknown): void;
}

/** The same modes for the whole run. @throws InputError as `checkDrivenModes` */
export function fixedModes(crystal: Crystal, modes: DrivenModes): DrivenModeSource {
  checkDrivenModes(crystal, modes);
  return { at: () => modes, current: () => modes };
}

/** Largest departure of e_m·e_n from δ_mn; vectors read from a text file have six digits. */
const ORTHONORMAL = 1e-4;

/** @throws InputError when the list is empty or does not fit the crystal, when vectors are not orthonormal or move the crystal as a whole. */
export function checkDrivenModes(crystal: Crystal, modes: DrivenModes): void {
  const n = atomCount(crystal);
  const count = modes.frequencies.length;
  if (count === 0)
    throw new InputError(
      `no mode of ${modes.configuration} is driven`,
      "name at least one mode, or run without excitation",
    );
  expectShape(`vectors of the modes of ${modes.configuration}`, modes.vectors, [count, n, 3]);
  expectShape(`rest positions of ${modes.configuration}`, modes.rest, [n, 3]);
  expectFinite("component of a mode", modes.vectors);
  for (let m = 0; m < count; m++) {
    for (let k = 0; k <= m; k++) {
      let product = 0;
      for (let a = 0; a < 3 * n; a++) product += modes.vectors[3 * n * m + a]! * modes.vectors[3 * n * k + a]!;
      if (Math.abs(product - (m === k ? 1 : 0)) <= ORTHONORMAL) continue;
      throw new InputError(
        `e·e of the driven modes ${m + 1} and ${k + 1} of ${modes.configuration} is ${product.toPrecision(4)}, expected ${m === k ? 1 : 0}`,
        "pass different modes of one solution, mass-weighted and normalised",
      );
    }
    requireNoTranslation(crystal, modes, m);
  }
}

function requireNoTranslation(
  crystal: Crystal,
  { vectors, configuration, frequencies }: DrivenModes,
  mode: number,
): void {
  const n = atomCount(crystal);
  const along = [0, 0, 0];
  let mass = 0;
  for (let i = 0; i < n; i++) {
    mass += crystal.masses[i]!;
    for (let a = 0; a < 3; a++) along[a]! += Math.sqrt(crystal.masses[i]!) * vectors[3 * (n * mode + i) + a]!;
  }
  const share = (along[0]! ** 2 + along[1]! ** 2 + along[2]! ** 2) / mass;
  if (share > 1e-3) {
    throw new InputError(
      `mode ${mode + 1} of ${configuration} (${frequencies[mode]} THz) moves the crystal as a whole: translations make up ${(100 * share).toPrecision(3)} % of it`,
      "leave the three acoustic modes out of the list",
    );
  }
}

/** Reads and sets modal velocities of a state, without allocation. */
export class ModalVelocities {
  readonly #roots: Float64Array; // [3n] √m

  constructor(crystal: Crystal) {
    this.#roots = Float64Array.from({ length: 3 * atomCount(crystal) }, (_, a) =>
      Math.sqrt(crystal.masses[Math.floor(a / 3)]!),
    );
  }

  /** Q̇ of every driven mode to `out` [k], √amu Å/fs. */
  read(state: MdState, { vectors, frequencies }: DrivenModes, out: Float64Array): void {
    const size = this.#roots.length;
    for (let mode = 0; mode < frequencies.length; mode++) {
      let sum = 0;
      for (let a = 0; a < size; a++) sum += this.#roots[a]! * vectors[mode * size + a]! * state.velocities[a]!;
      out[mode] = sum;
    }
  }

  /** Adds `change` [k] to the velocities of the driven modes. */
  add(state: MdState, { vectors, frequencies }: DrivenModes, change: Float64Array): void {
    const size = this.#roots.length;
    for (let mode = 0; mode < frequencies.length; mode++) {
      const by = change[mode]!;
      for (let a = 0; a < size; a++) state.velocities[a]! += (by * vectors[mode * size + a]!) / this.#roots[a]!;
    }
  }
}

/** Σ ½ Q̇²/a, eV. */
export function modalKineticEnergy(rates: Float64Array, count: number): number {
  let sum = 0;
  for (let mode = 0; mode < count; mode++) sum += rates[mode]! ** 2;
  return (0.5 * sum) / ACCELERATION;
}
