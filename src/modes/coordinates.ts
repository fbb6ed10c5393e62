// Between atoms and modes, for real vectors (Γ of the cell):
//     Q_n = Σ_i √m_i e_{i,n}·u_i  (√amu Å),     u_i = m_i^{-1/2} Σ_n Q_n e_{i,n}  (Å).
// The vectors are complete and orthonormal, so the round trip is exact. Velocities transform alike (√amu Å/fs).
// Mode n's energies are ½ Q̇² and ½ λ_n Q_n²; at a classical temperature T both are k_B T / 2 on average.

import { BOLTZMANN, expectShape, type F64, InputError, PLANCK_EV_PER_THZ } from "../base/index.js";
import { atomCount } from "../structure/index.js";
import type { Modes } from "./modes.js";
import { curvatureOfFrequency } from "./solve.js";

/**
 * Q_n of one or many sets of displacements: `displacements` [n,3] or [frames,n,3] Å gives [count] or [frames,count] √amu Å.
 * The displacements must be continuous (minimum image or unwrapped).
 */
export function modalCoordinates(modes: Modes, displacements: F64): Float64Array<ArrayBuffer> {
  const size = realSize(modes);
  const frames = frameCount("displacements", displacements, size);
  const roots = rootMasses(modes);
  const out = new Float64Array(frames * modes.count);
  const weighted = new Float64Array(size);
  for (let frame = 0; frame < frames; frame++) {
    for (let a = 0; a < size; a++) weighted[a] = roots[a]! * displacements[frame * size + a]!;
    for (let mode = 0; mode < modes.count; mode++) {
      let sum = 0;
      for (let a = 0; a < size; a++) sum += modes.vectors[mode * size + a]! * weighted[a]!;
      out[frame * modes.count + mode] = sum;
    }
  }
  return out;
}

/** Inverse of `modalCoordinates`: [count] or [frames,count] √amu Å gives [n,3] or [frames,n,3] Å. */
export function displacementsFromModes(modes: Modes, coordinates: F64): Float64Array<ArrayBuffer> {
  const size = realSize(modes);
  const frames = frameCount("modal coordinates", coordinates, modes.count);
  const roots = rootMasses(modes);
  const out = new Float64Array(frames * size);
  for (let frame = 0; frame < frames; frame++) {
    const u = out.subarray(frame * size, (frame + 1) * size);
    for (let mode = 0; mode < modes.count; mode++) {
      const q = coordinates[frame * modes.count + mode]!;
      if (q === 0) continue;
      for (let a = 0; a < size; a++) u[a]! += q * modes.vectors[mode * size + a]!;
    }
    for (let a = 0; a < size; a++) u[a]! /= roots[a]!;
  }
  return out;
}

/** Temperature (K) at which a classical mode has the mean square coordinate ⟨Q²⟩ (amu Å²): T = λ⟨Q²⟩/k_B. */
export function modeTemperatureClassical(frequencyThz: number, meanSquareCoordinate: number): number {
  expectStable(frequencyThz);
  return (curvatureOfFrequency(frequencyThz) * meanSquareCoordinate) / BOLTZMANN;
}

/**
 * Temperature (K) at which a quantum oscillator has the mean energy `energy` (eV, kinetic and potential together, the
 * zero-point part not counted): E = hf/(e^{hf/k_BT} − 1), hence T = hf / (k_B ln(1 + hf/E)). Zero energy is 0 K.
 */
export function modeTemperatureQuantum(frequencyThz: number, energy: number): number {
  expectStable(frequencyThz);
  if (!(energy >= 0)) {
    throw new InputError(
      `a mode's energy above its ground state is ${energy} eV`,
      "it cannot be negative; leave the zero-point energy out",
    );
  }
  const quantum = PLANCK_EV_PER_THZ * frequencyThz;
  return energy === 0 ? 0 : quantum / (BOLTZMANN * Math.log1p(quantum / energy));
}

function expectStable(frequencyThz: number): void {
  if (frequencyThz > 0) return;
  throw new InputError(`a mode of ${frequencyThz} THz has no temperature`, "leave out translations and unstable modes");
}

function realSize(modes: Modes): number {
  if (modes.complex) {
    throw new InputError(
      `modal coordinates need real vectors, these belong to q = ${modes.q.join(" ")}`,
      "solve at Γ of a supercell",
    );
  }
  return 3 * atomCount(modes.reference);
}

function frameCount(name: string, array: F64, size: number): number {
  if (array.length > 0 && array.length % size === 0) return array.length / size;
  expectShape(name, array, [size]);
  return 1;
}

function rootMasses(modes: Modes): Float64Array {
  return Float64Array.from({ length: 3 * modes.reference.masses.length }, (_, a) =>
    Math.sqrt(modes.reference.masses[Math.floor(a / 3)]!),
  );
}
