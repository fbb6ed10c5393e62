import { describe, expect, it } from "vitest";
import { BOLTZMANN, InputError, PLANCK_EV_PER_THZ, Rng } from "../../../src/base/index.js";
import {
  curvatureOfFrequency,
  displacementsFromModes,
  findModes,
  forceConstants,
  frequencyOfCurvature,
  modalCoordinates,
  modeTemperatureClassical,
  modeTemperatureQuantum,
  solveModes,
} from "../../../src/modes/index.js";
import { shaken, springSalt } from "../../helpers/small-crystals.js";

const { crystal: salt, field: springs } = springSalt();
const constants = await forceConstants(shaken(salt, 0.03, 2), springs);
const modes = solveModes(constants);
const size = modes.count;
const rng = Rng.fromSeed(5);
const displacements = Float64Array.from({ length: 3 * size }, () => 0.1 * rng.normal()); // three frames

describe("modal coordinates", () => {
  it("there and back is the identity, for one frame and for many", () => {
    const back = displacementsFromModes(modes, modalCoordinates(modes, displacements));
    // Orthonormal to 1e-14; sums of 24 terms.
    for (let a = 0; a < back.length; a++) expect(Math.abs(back[a]! - displacements[a]!)).toBeLessThan(1e-12 * 0.1);
    const one = modalCoordinates(modes, displacements.slice(size, 2 * size));
    expect(one).toEqual(modalCoordinates(modes, displacements).slice(size, 2 * size));
  });

  it("½ Σ λ Q² = ½ uᵀΦu, and Σ Q² = Σ m u²", () => {
    const u = displacements.slice(0, size);
    const q = modalCoordinates(modes, u);
    let [modal, direct, weighted, squares] = [0, 0, 0, 0];
    for (let a = 0; a < size; a++) {
      modal += 0.5 * curvatureOfFrequency(modes.frequencies[a]!) * q[a]! ** 2;
      squares += q[a]! ** 2;
      weighted += salt.masses[Math.floor(a / 3)]! * u[a]! ** 2;
      for (let b = 0; b < size; b++) direct += 0.5 * u[a]! * constants.values[a * size + b]! * u[b]!;
    }
    expect(Math.abs(modal / direct - 1)).toBeLessThan(1e-13);
    expect(Math.abs(squares / weighted - 1)).toBeLessThan(1e-13);
  });

  it("a step along one mode is that mode alone", () => {
    const q = new Float64Array(size);
    q[7] = 0.3;
    const found = modalCoordinates(modes, displacementsFromModes(modes, q));
    for (let m = 0; m < size; m++) expect(Math.abs(found[m]! - q[m]!)).toBeLessThan(1e-14);
  });

  it("refuses arrays of another structure and complex vectors", () => {
    expect(() => modalCoordinates(modes, new Float64Array(size + 1))).toThrow(InputError);
    expect(() => displacementsFromModes(modes, new Float64Array(0))).toThrow(InputError);
    expect(() => modalCoordinates({ ...modes, complex: true }, displacements)).toThrow(InputError);
  });
});

describe("temperature of a mode", () => {
  it("frequency and curvature are inverse to each other, signs kept", () => {
    for (const f of [-3, 0, 1e-4, 12]) expect(frequencyOfCurvature(curvatureOfFrequency(f))).toBeCloseTo(f, 13);
  });

  it("classical: ½ λ ⟨Q²⟩ = ½ k_B T", () => {
    const curvature = curvatureOfFrequency(8);
    expect(modeTemperatureClassical(8, (BOLTZMANN * 450) / curvature)).toBeCloseTo(450, 10);
  });

  it("quantum: the inverse of E = hf/(e^{hf/kT} − 1), classical when hot, 0 K when empty", () => {
    const energyAt = (f: number, t: number): number =>
      (PLANCK_EV_PER_THZ * f) / Math.expm1((PLANCK_EV_PER_THZ * f) / (BOLTZMANN * t));
    for (const t of [30, 300, 3000]) expect(modeTemperatureQuantum(10, energyAt(10, t)) / t).toBeCloseTo(1, 12);
    // E = k_B T − hf/2 + …: above, T exceeds E/k_B by hf/2k_B = 0.24 K at 0.01 THz.
    expect(modeTemperatureQuantum(0.01, BOLTZMANN * 3000)).toBeCloseTo(
      3000 + (PLANCK_EV_PER_THZ * 0.01) / (2 * BOLTZMANN),
      4,
    );
    expect(modeTemperatureQuantum(10, 0)).toBe(0);
  });

  it("is refused where there is none: translations, unstable modes, negative energies", async () => {
    const [translation] = (await findModes(salt, springs)).frequencies;
    expect(() => modeTemperatureClassical(Math.min(0, translation!), 1)).toThrow(InputError);
    expect(() => modeTemperatureQuantum(-3, 1)).toThrow(InputError);
    expect(() => modeTemperatureQuantum(3, -0.01)).toThrow("ground state is -0.01 eV");
  });
});
