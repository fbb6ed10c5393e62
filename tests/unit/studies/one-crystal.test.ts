// The study "one-crystal": its protocol, what the fit must give back, and that a stopped run goes on.

import { beforeAll, describe, expect, it } from "vitest";
import { InputError, type Vec3 } from "../../../src/base/index.js";
import { makeForceField, namedForceFieldSpec } from "../../../src/forces/index.js";
import { readStructure } from "../../../src/io/index.js";
import { relax } from "../../../src/minima/index.js";
import { forceConstants, latticeDynamics } from "../../../src/modes/index.js";
import { makeCell, repeatedAtomByAtom } from "../../../src/structure/index.js";
import {
  memoryStore,
  type OneCrystalData,
  oneCrystal,
  oneCrystalParameters,
  type RunStore,
} from "../../../src/studies/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";
import { contextOf, ROCK_SALT, rockSalt } from "./one-crystal-sample.js";

let data: OneCrystalData;
const store: RunStore = memoryStore();
beforeAll(async () => {
  loadSymmetryForTests();
  ({ data } = await oneCrystal.run(rockSalt(), contextOf({ store })));
});

describe("the protocol", () => {
  it("is that of the sodium screening unless told otherwise", () => {
    const parameters = oneCrystalParameters.parse({ structure: { file: "a.cif" }, forces: { field: "pedone-2006" } });
    expect(parameters.temperatureK).toBe(800);
    expect(parameters.forceConstants).toMatchObject({ displacementA: 0.03, count: 30 });
    expect(parameters.structure).toMatchObject({ atLeast: 80, atMost: 300 });
    const { timestepFs, equilibrationSteps, productionSteps, frameEvery } = parameters.dynamics;
    expect([timestepFs, equilibrationSteps, productionSteps, frameEvery]).toEqual([1.5, 10_000, 40_000, 4]);
    expect(parameters.filter).toEqual({ diffusionLimit: 0.01, displacementLimit: 1, lateShare: 0.2 });
  });

  it("refuses a run without frames, more folds than supercells, and a crystal that is its own ion", async () => {
    const refused = (rest: object, text?: string) =>
      oneCrystal.run(rockSalt(rest as never), contextOf(text === undefined ? {} : { text }));
    await expect(refused({ dynamics: { productionSteps: 40, frameEvery: 10 } })).rejects.toThrow(/are 5 frames/);
    await expect(refused({ forceConstants: { count: 3 } })).rejects.toThrow(/5 folds of 3/);
    const sodium = ROCK_SALT.replace("Na Cl\n4 4", "Na\n8");
    await expect(refused({}, sodium)).rejects.toThrow(InputError);
    await expect(refused({ ion: "Li" })).rejects.toThrow(/Li is not in the structure/);
  });
});

/** Components of the wave vector `q` of the cell `from` in the cell `to`, q'_i = a'_i·Σ_j b_j q_j: primitive cells are not unique. */
function inCell(from: readonly (readonly number[])[], q: readonly number[], to: ArrayLike<number>): Vec3 {
  const { inverse } = makeCell(from.flat());
  const k = [0, 1, 2].map((a) => q.reduce((sum, x, j) => sum + inverse[3 * a + j]! * x, 0));
  return [0, 1, 2].map((i) => k.reduce((sum, x, a) => sum + to[3 * i + a]! * x, 0)) as unknown as Vec3;
}

describe("the harmonic crystal", () => {
  it("has the frequencies of the force field's own second derivatives", async () => {
    const field = makeForceField(namedForceFieldSpec("tosi-fumi-nacl"));
    const start = readStructure(ROCK_SALT, "nacl.vasp", {});
    const { crystal } = await relax(start, field, { cell: "full", tolerance: 1e-6 });
    const exact = latticeDynamics(await forceConstants(repeatedAtomByAtom(crystal, [2, 2, 2]), field), {
      charges: { charges: { Na: 1, Cl: -1 } },
    });
    const { bands } = data.harmonic;
    const { path, frequenciesThz } = bands;
    let worst = 0;
    for (const [at, q] of path.q.entries()) {
      if (q.every((x) => x === 0)) continue; // depends on the direction: the next test
      const there = exact.frequenciesAt(inCell(bands.lattice.cellA, q, exact.crystal.cell.vectors));
      for (const [band, f] of frequenciesThz[at]!.entries()) worst = Math.max(worst, Math.abs(f - there[band]!));
    }
    // The sample asks for forces good to 1e-5, the field's own cut-offs differ by that; third order adds 1e-3 Å × Φ₃/Φ₂, some 3e-3 of a
    // force, at random and averaged over 768 of them. A wrong charge, image or cell costs tenths of a THz.
    expect(worst).toBeLessThan(0.01);
  });

  it("parts longitudinal from transverse waves at Γ by the field of rigid ions, ω_L² − ω_T² = Z²e²/(ε₀μV)", () => {
    const { bands } = data.harmonic;
    const gamma = bands.path.q.findIndex((q) => q.every((x) => x === 0));
    const [transverse, longitudinal] = [bands.frequenciesThz[gamma]![3]!, bands.frequenciesThz[gamma]![5]!];
    const [sodium, chlorine] = [22.98976928, 35.45];
    const reduced = (sodium * chlorine) / (sodium + chlorine); // amu
    const coulomb = 14.399645; // e²/4πε₀, eV Å
    const curvature = (4 * Math.PI * coulomb) / (reduced * bands.lattice.volumeA3); // eV/(Å² amu), Z = 1
    const expected = curvature * 15.633302 ** 2; // THz²
    // exact for the lattice sum; what is left is the tolerance of charges and masses, some 1e-4
    expect((longitudinal ** 2 - transverse ** 2) / expected).toBeCloseTo(1, 3);
  });

  it("is stable, and its descriptors keep within their bounds", () => {
    const { phonons, stable, bands } = data.harmonic;
    expect(stable).toBe(true);
    const natoms = bands.lattice.natoms;
    for (const p of bands.participation.flat()) {
      expect(p).toBeGreaterThan(1 / natoms - 1e-9);
      expect(p).toBeLessThan(1 + 1e-9);
    }
    expect(phonons.msdLargest).toBeGreaterThanOrEqual(phonons.msdMean * (1 - 1e-12));
    expect(phonons.msdShares.shares.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
    expect(data.harmonic.structural.coordination).toBe(6);
    // a cubic site trembles alike along all directions, which a mesh of lower symmetry would not give (0.6 % here)
    expect(phonons.msdPrincipal / phonons.msdMean).toBeCloseTo(1, 9);
  });
});

describe("the crystal in motion", () => {
  it("has average ≤ maximum ≤ 3 × average for every element, the maximum being one of three axes", () => {
    for (const { average, maximum, axes } of data.motion!.curves) {
      expect(maximum.value).toBeGreaterThanOrEqual(average.value);
      expect(maximum.value).toBeLessThanOrEqual(3 * average.value);
      expect(average.value).toBeCloseTo((axes[0].value + axes[1].value + axes[2].value) / 3, 12);
    }
  });

  it("holds its host, in the host's own frame", () => {
    const { filter, filterAgainstAll } = data.motion!;
    expect(filter.elements.map(({ element }) => element)).toEqual(["Cl"]);
    expect(filter.reference).toMatch(/32 Cl/);
    expect(filterAgainstAll.reference).toMatch(/64/);
    expect(filter.stable).toBe(true);
  });

  it("has a host of one element move farther against all atoms than in its own frame: by the recoil, ⟨x²⟩ = ⟨(x − s)²⟩ + s²", () => {
    const [own, all] = [data.motion!.filter.elements[0]!, data.motion!.filterAgainstAll.elements[0]!];
    for (const axis of [0, 1, 2]) {
      // exact at every frame, so for the mean over the late ones and for the slope; strict, because nothing holds the host at rest
      expect(all.lateDisplacement[axis]!).toBeGreaterThan(own.lateDisplacement[axis]!);
      expect(all.diffusion[axis]!).toBeGreaterThan(own.diffusion[axis]!);
    }
  });

  it("counts all states of the ion in its spectrum up to the limit, but for its tail", () => {
    const { frequenciesThz: f, spectra } = data.motion!;
    const g = spectra[0]!.densityPerThz;
    let area = 0;
    for (let k = 1; k < f.length; k++) area += 0.5 * (g[k]! + g[k - 1]!) * (f[k]! - f[k - 1]!);
    // 3 × 32 states; 0.3 ps resolve 3 THz, so the window smears some of the top beyond the limit
    expect(area / 96).toBeGreaterThan(0.8);
    expect(area / 96).toBeLessThanOrEqual(1 + 1e-9);
  });
});

describe("a stopped run", () => {
  it("takes what is stored, and gives the same numbers without a single step", async () => {
    const idle = {
      width: 1,
      run: async (_task: unknown, inputs: readonly unknown[]) => {
        if (inputs.length > 0) throw new Error("work was done again");
      },
      dispose: async () => undefined,
    };
    const again = await oneCrystal.run(rockSalt(), contextOf({ store, pool: idle as never }));
    expect(again.data).toEqual(data);
  });
});
