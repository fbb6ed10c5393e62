import { describe, expect, it } from "vitest";
import { dot, InputError, maxAbs, NumericError, THZ_PER_ROOT_CURVATURE } from "../../../src/base/index.js";
import {
  dynamicalMatrix,
  findModes,
  forceConstants,
  forceConstantsFrom,
  isStable,
  solveModes,
  translationWeights,
  unstableModes,
  zeroModes,
} from "../../../src/modes/index.js";
import { chain, supercell } from "../../../src/structure/index.js";
import { pairField, spring } from "../../helpers/analytic-fields.js";
import { lennardJonesFcc, lennardJonesHcp, shaken, springSalt } from "../../helpers/small-crystals.js";
import { roundingOfFrequency } from "../../helpers/spectra.js";

const { crystal: salt, field: springs } = springSalt();

describe("the harmonic problem at Γ", () => {
  it("has three modes at zero, the rigid translations", async () => {
    const modes = await findModes(salt, springs);
    const largest = modes.frequencies[modes.count - 1]!;
    expect(zeroModes(modes, roundingOfFrequency(0, { count: modes.count, largest }))).toEqual(Int32Array.of(0, 1, 2));
    const weights = translationWeights(modes);
    for (const mode of [0, 1, 2]) expect(weights[mode]).toBeCloseTo(1, 9);
    expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(3, 12);
    expect(isStable(modes)).toBe(true);
  });

  it("Σ λ = trace D, and the sum of squares is its Frobenius norm", async () => {
    const constants = await forceConstants(shaken(salt, 0.05, 3), springs);
    const matrix = dynamicalMatrix(constants);
    const { count, frequencies } = solveModes(constants);
    const curvatures = Array.from(frequencies, (f) => Math.sign(f) * (f / THZ_PER_ROOT_CURVATURE) ** 2);
    let trace = 0;
    for (let a = 0; a < count; a++) trace += matrix[a * count + a]!;
    const sum = curvatures.reduce((total, c) => total + c, 0);
    const squares = curvatures.reduce((total, c) => total + c * c, 0);
    // Both are similarity invariants: rounding of 24 numbers only.
    expect(Math.abs(sum / trace - 1)).toBeLessThan(1e-13);
    expect(Math.abs(squares / dot(matrix, matrix) - 1)).toBeLessThan(1e-13);
  });

  it("vectors are orthonormal, solve D e = λ e, and have the sign of the conventions", async () => {
    const constants = await forceConstants(shaken(salt, 0.05, 4), springs);
    const matrix = dynamicalMatrix(constants);
    const { count, frequencies, vectors } = solveModes(constants);
    for (let m = 0; m < count; m++) {
      const e = vectors.slice(m * count, (m + 1) * count);
      for (let k = 0; k <= m; k++) {
        const overlap = dot(e, vectors.subarray(k * count, (k + 1) * count));
        expect(Math.abs(overlap - (k === m ? 1 : 0))).toBeLessThan(1e-13);
      }
      const curvature = Math.sign(frequencies[m]!) * (frequencies[m]! / THZ_PER_ROOT_CURVATURE) ** 2;
      for (let a = 0; a < count; a++) {
        const applied = dot(matrix.subarray(a * count, (a + 1) * count), e);
        expect(Math.abs(applied - curvature * e[a]!)).toBeLessThan(1e-13 * maxAbs(matrix) * count);
      }
      const leading = e.find((x) => Math.abs(x) > 0.5 * maxAbs(e))!;
      expect(leading).toBeGreaterThan(0);
    }
    expect([...frequencies]).toEqual([...frequencies].sort((a, b) => a - b));
  });

  it("a supercell contains every mode of its primitive cell", async () => {
    const { crystal, field } = lennardJonesHcp();
    const primitive = await findModes(crystal, field);
    const doubled = await findModes(supercell(crystal, [2, 1, 0, 0, 2, 0, 0, 0, 2]).crystal, field);
    const left = [...doubled.frequencies];
    const largest = left.at(-1)!;
    for (const f of primitive.frequencies) {
      const nearest = left.reduce((best, g, i) => (Math.abs(g - f) < Math.abs(left[best]! - f) ? i : best), 0);
      expect(Math.abs(left[nearest]! - f)).toBeLessThan(2 * roundingOfFrequency(f, { count: doubled.count, largest })); // both round
      left.splice(nearest, 1);
    }
  });

  it("gives the same bits when asked twice", async () => {
    const crystal = shaken(salt, 0.05, 5);
    const [first, second] = [await findModes(crystal, springs), await findModes(crystal, springs)];
    expect(first.vectors).toEqual(second.vectors);
    expect(first.frequencies).toEqual(second.frequencies);
  });

  it("mass enters as 1/√m: all masses times four halves all frequencies", async () => {
    const heavy = { ...salt, masses: Float64Array.from(salt.masses, (m) => 4 * m) };
    const [light, slow] = [await findModes(salt, springs), await findModes(heavy, springs)];
    for (let m = 3; m < light.count; m++) expect(slow.frequencies[m]! / light.frequencies[m]!).toBeCloseTo(0.5, 12);
  });

  it("a saddle shows its unstable directions", async () => {
    const pressed = pairField(spring(3, 2.2), { cutoff: 2.4 });
    const modes = await findModes(chain({ spacing: 2, elements: ["Na"], periods: 2 }), pressed);
    // Two atoms, y and z: the zigzag of each direction.
    expect(unstableModes(modes)).toEqual(Int32Array.of(0, 1));
    expect(isStable(modes)).toBe(false);
  });

  it("says when the structure was not relaxed", async () => {
    const { crystal, field } = lennardJonesFcc();
    const rough = { crystal, energy: 0, maxForce: 0.2, converged: false, history: [], notes: [] };
    const modes = await findModes(rough, field);
    expect(modes.notes?.map((note) => note.code)).toContain("modes-of-unconverged-minimum");
    expect((await findModes({ ...rough, converged: true }, field)).notes).toEqual([]);
  });
});

describe("force constants made elsewhere", () => {
  it("must fit the structure and be numbers", () => {
    expect(() => forceConstantsFrom(salt, new Float64Array(9))).toThrow(InputError);
    const bad = new Float64Array((3 * salt.kinds.length) ** 2);
    bad[7] = Number.NaN;
    expect(() => forceConstantsFrom(salt, bad)).toThrow(NumericError);
    expect(() => solveModes({ reference: salt, values: bad, acousticSumResidual: 0 })).toThrow(NumericError);
  });

  it("that are not symmetric are solved by their symmetric part, with a note that says by how much", async () => {
    const { values } = await forceConstants(salt, springs);
    const skewed = values.slice();
    skewed[5] = skewed[5]! + 0.02;
    const modes = solveModes(forceConstantsFrom(salt, skewed));
    const [note] = modes.notes!;
    expect(note!.code).toBe("force-constants-asymmetric");
    expect(note!.message).toContain("0.02");
    expect(solveModes(forceConstantsFrom(salt, values)).notes).toEqual([]);
  });
});
