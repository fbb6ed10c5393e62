import { beforeAll, describe, expect, it } from "vitest";
import { EV_PER_A3_PER_GPA, type F64, maxAbs } from "../../../src/base/index.js";
import { makeForceField, namedForceFieldSpec } from "../../../src/forces/index.js";
import { relax, strainElastic } from "../../../src/minima/index.js";
import {
  andersonDebye,
  averageModuli,
  bornStability,
  cubicElastic,
  elasticDebye,
  elasticModuli,
  elasticSound,
  forceConstants,
  hardnessOf,
  independentElastic,
  latticeDynamics,
  longWaveElastic,
  massDensity,
  rotateElastic,
  symmetriseElastic,
} from "../../../src/modes/index.js";
import {
  type Crystal,
  cartesianRotation,
  fcc,
  findSymmetry,
  hcp,
  nacl,
  rutile,
  supercell,
  zincblende,
} from "../../../src/structure/index.js";
import { lennardJones, pairField } from "../../helpers/analytic-fields.js";
import { lennardJonesFcc, lennardJonesHcp } from "../../helpers/small-crystals.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

const largest = (a: F64, b: F64): number => maxAbs(Float64Array.from(a, (x, k) => x - b[k]!));
const rotationsOf = (crystal: Crystal): F64[] =>
  findSymmetry(crystal).operations.map((operation) => cartesianRotation(crystal.cell, operation));
/** A proper rotation about a general axis. */
const turned = (): F64 => {
  const [x, y, z, angle] = [1 / 3, 2 / 3, 2 / 3, 0.7];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const d = 1 - c;
  return Float64Array.of(
    c + x * x * d,
    x * y * d - z * s,
    x * z * d + y * s,
    x * y * d + z * s,
    c + y * y * d,
    y * z * d - x * s,
    x * z * d - y * s,
    y * z * d + x * s,
    c + z * z * d,
  );
};

describe("elastic constants from strains", () => {
  it("of Lennard-Jones fcc are the lattice sums, and obey Cauchy's relation", async () => {
    const { crystal, field, a } = lennardJonesFcc();
    // C_ijkl = (1/2v) Σ_d (U″ − U′/r) d_i d_j d_k d_l / r² at zero stress; v = a³/4, twelve d at a/√2 and six at a.
    const radial = lennardJones(0.1, 2.8);
    const shells = [
      ...[1, -1]
        .flatMap((p) =>
          [1, -1].flatMap((q) => [
            [0, p, q],
            [p, 0, q],
            [p, q, 0],
          ]),
        )
        .map((d) => d.map((x) => (x * a) / 2)),
      ...[1, -1]
        .flatMap((p) => [
          [p, 0, 0],
          [0, p, 0],
          [0, 0, p],
        ])
        .map((d) => d.map((x) => x * a)),
    ];
    const sum = (i: number, j: number, k: number, l: number): number =>
      shells.reduce((total, d) => {
        const r = Math.hypot(...d);
        const [, u1, u2] = radial(r, 0, 0)!;
        return total + (((u2 - u1 / r) * d[i]! * d[j]! * d[k]! * d[l]!) / r ** 2) * (2 / a ** 3);
      }, 0);
    const exact = cubicElastic(sum(0, 0, 0, 0), sum(0, 0, 1, 1), sum(1, 2, 1, 2));
    const found = await strainElastic(crystal, field);
    // h⁴/480 of the sixth-power steepness (18/r)⁴ C: 6e-8 of C
    expect(largest(found.constants, exact) / maxAbs(exact)).toBeLessThan(2e-7);
    expect(Math.abs(exact[1]! - exact[21]!) / exact[0]!).toBeLessThan(1e-12);
    // every atom is a centre of symmetry: nothing inside the cell gives way
    expect(largest(found.constants, found.clamped) / maxAbs(exact)).toBeLessThan(1e-9);
    expect(found.notes).toEqual([]);
  });

  it("let atoms give way alike whether they are relaxed or answer by their force constants (zinc blende)", async () => {
    const { crystal, field } = await springBlende();
    const response = await strainElastic(crystal, field);
    const relaxed = await strainElastic(crystal, field, { internal: "relax" });
    expect(response.internal).toBe("response");
    // forces of 1e-10 eV/Å after Newton steps, over strains of 2e-3 and 10 Å²: 1e-8 eV/Å³; h⁴ terms of either are 1e-7 of C
    expect(largest(response.constants, relaxed.constants) / maxAbs(response.constants)).toBeLessThan(1e-6);
    // shear moves the sublattices against each other (Kleinman), compression does not
    expect(response.clamped[21]! - response.constants[21]!).toBeGreaterThan(0.05 * response.clamped[21]!);
    expect(Math.abs(response.clamped[0]! - response.constants[0]!)).toBeLessThan(1e-8);
  });

  it("are the same whatever cell the crystal is given in", async () => {
    const { crystal, field } = await springBlende();
    const one = await strainElastic(crystal, field);
    const two = await strainElastic(supercell(crystal, [2, 1, 1]).crystal, field);
    expect(largest(one.constants, two.constants) / maxAbs(one.constants)).toBeLessThan(1e-9);
  });

  it("of hcp have the five constants of the class, C66 = ½(C11 − C12)", async () => {
    const { crystal: start, field } = lennardJonesHcp();
    const { crystal } = await relax(start, field, { cell: "full", tolerance: 1e-9, newton: true });
    const { constants: c } = await strainElastic(crystal, field);
    const rotations = rotationsOf(crystal);
    expect(independentElastic(rotations)).toBe(5);
    const scale = maxAbs(c);
    expect(symmetriseElastic(c, rotations).removed / scale).toBeLessThan(1e-6);
    expect(Math.abs(c[35]! - 0.5 * (c[0]! - c[1]!)) / scale).toBeLessThan(1e-6);
  });

  it("note a crystal that is under stress or not at rest", async () => {
    const { field, a } = lennardJonesFcc();
    const tight = await strainElastic(fcc({ a: 0.98 * a }), field);
    expect(tight.notes.map(({ code }) => code)).toContain("stress-not-zero");
    await expect(strainElastic(fcc({ a }), field, { strain: 0.2 })).rejects.toThrow(/strain of 0.2/);
  });
});

/** Zinc blende with springs to both shells, at rest. */
async function springBlende() {
  const a = 5.4;
  const [near, like] = [(a * Math.sqrt(3)) / 4, a / Math.SQRT2];
  const field = pairField(
    (r, kindA, kindB) => {
      const [k, length] = kindA === kindB ? [0.4 + 0.3 * kindA, like] : [5, near];
      return [0.5 * k * (r - length) ** 2, k * (r - length), k];
    },
    { name: "springs", cutoff: 1.1 * like },
  );
  return { crystal: zincblende({ a, primitive: true }), field };
}

describe("elastic constants from long waves", () => {
  it("are those of the strains: zinc blende with internal strain", async () => {
    const { crystal, field } = await springBlende();
    const strains = await strainElastic(crystal, field);
    const constants = await forceConstants(supercell(crystal, [4, 4, 4]).crystal, field);
    const waves = longWaveElastic(latticeDynamics(constants));
    // (εa)⁴/24 and rounding over ε² are 1e-7 of C, strains 1e-7
    expect(largest(waves.constants, strains.constants) / maxAbs(strains.constants)).toBeLessThan(1e-6);
    expect(waves.huangResidual / maxAbs(strains.constants)).toBeLessThan(1e-6);
    expect(waves.notes).toEqual([]);
  });

  it("are those of the strains: hcp, and a stress that is no pressure breaks Huang's conditions", async () => {
    const { crystal: start, field } = lennardJonesHcp();
    const { crystal } = await relax(start, field, { cell: "full", tolerance: 1e-9, newton: true });
    const strains = await strainElastic(crystal, field);
    const at = async (unit: Crystal) =>
      longWaveElastic(latticeDynamics(await forceConstants(supercell(unit, [4, 4, 3]).crystal, field)));
    const waves = await at(crystal);
    expect(largest(waves.constants, strains.constants) / maxAbs(strains.constants)).toBeLessThan(1e-6);
    const { crystal: squeezed } = await relax(hcp({ a: 2.7, c: 4.7, elements: ["Mg"] }), field, { tolerance: 1e-8 });
    expect((await at(squeezed)).notes.map(({ code }) => code)).toContain("huang-conditions-missed");
  });

  it("are those of the strains under a pressure too: both are stress–strain coefficients", async () => {
    const { field, a } = lennardJonesFcc();
    const crystal = fcc({ a: 0.97 * a, primitive: true });
    const strains = await strainElastic(crystal, field);
    expect(strains.stress[0]! / strains.constants[0]!).toBeLessThan(-0.04); // 4 % of C11: no rounding
    const waves = longWaveElastic(latticeDynamics(await forceConstants(supercell(crystal, [5, 5, 5]).crystal, field)));
    expect(largest(waves.constants, strains.constants) / maxAbs(strains.constants)).toBeLessThan(1e-6);
  });

  it("with charges: Tosi–Fumi NaCl, the Coulomb field of waves included", async () => {
    const field = makeForceField({ ...namedForceFieldSpec("tosi-fumi-nacl"), cutoffA: 7.5 });
    const { crystal } = await relax(nacl({ a: 5.6 }), field, { cell: "isotropic", tolerance: 1e-8 });
    const strains = await strainElastic(crystal, field);
    const constants = await forceConstants(supercell(crystal, [3, 3, 3]).crystal, field);
    const charges = { charges: { Na: 1, Cl: -1 } };
    const waves = longWaveElastic(latticeDynamics(constants, { charges }));
    // the short-range forces end within half the supercell, so what is left is the accuracy of the Ewald sums, 1e-8 of the
    // nearest charges' force, times the sixteen-fold cancellation of the Coulomb part of C
    expect(largest(waves.constants, strains.constants) / maxAbs(strains.constants)).toBeLessThan(1e-4);
  });
});

describe("the tensor", () => {
  it("has as many constants as its class allows", () => {
    const count = (crystal: Crystal): number => independentElastic(rotationsOf(crystal));
    expect([fcc(), hcp(), rutile()].map(count)).toEqual([3, 5, 6]);
    expect(independentElastic([Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)])).toBe(21);
  });

  it("keeps Kelvin's moduli when it is turned, and turns back", () => {
    const c = cubicElastic(1.1, 0.4, 0.6);
    const r = turned();
    const there = rotateElastic(c, r);
    expect(largest(there, c)).toBeGreaterThan(0.05);
    const back = Float64Array.from({ length: 9 }, (_, k) => r[3 * (k % 3) + Math.floor(k / 3)]!);
    expect(largest(rotateElastic(there, back), c)).toBeLessThan(1e-14);
    expect(largest(bornStability(there).eigenvalues, bornStability(c).eigenvalues)).toBeLessThan(1e-14);
  });

  it("is stable exactly when Born's cubic conditions hold: C11 > C12, C11 + 2C12 > 0, C44 > 0", () => {
    const stable = (c11: number, c12: number, c44: number): boolean =>
      bornStability(cubicElastic(c11, c12, c44)).stable;
    expect(stable(1, 0.5, 0.3)).toBe(true);
    expect(stable(1, 1.01, 0.3)).toBe(false);
    expect(stable(1, -0.51, 0.3)).toBe(false);
    expect(stable(1, 0.5, -0.01)).toBe(false);
    // Kelvin moduli of a cubic crystal: C11 − C12 twice, 2C44 three times, C11 + 2C12
    const { eigenvalues, softest } = bornStability(cubicElastic(1, 0.5, 0.3));
    expect(largest(eigenvalues, Float64Array.of(0.5, 0.5, 0.6, 0.6, 0.6, 2))).toBeLessThan(1e-14);
    // the softest strain is a tetragonal or orthorhombic one: no volume, no shear
    expect(Math.abs(softest[0]! + softest[4]! + softest[8]!)).toBeLessThan(1e-12);
    expect(Math.abs(softest[1]!) + Math.abs(softest[2]!) + Math.abs(softest[5]!)).toBeLessThan(1e-12);
  });
});

describe("moduli", () => {
  it("of a cubic crystal are the closed forms, turned or not", () => {
    const [c11, c12, c44] = [1.1, 0.4, 0.6];
    const g = EV_PER_A3_PER_GPA;
    for (const c of [cubicElastic(c11, c12, c44), rotateElastic(cubicElastic(c11, c12, c44), turned())]) {
      const { voigt, reuss, hill, universalAnisotropy } = elasticModuli(c);
      const shearVoigt = (c11 - c12 + 3 * c44) / 5;
      const shearReuss = (5 * (c11 - c12) * c44) / (4 * c44 + 3 * (c11 - c12));
      for (const { bulkGpa } of [voigt, reuss, hill]) expect(bulkGpa * g).toBeCloseTo((c11 + 2 * c12) / 3, 12);
      expect(voigt.shearGpa * g).toBeCloseTo(shearVoigt, 12);
      expect(reuss.shearGpa * g).toBeCloseTo(shearReuss, 12);
      expect(universalAnisotropy).toBeCloseTo((5 * shearVoigt) / shearReuss - 5, 10);
      expect(reuss.shearGpa).toBeLessThan(hill.shearGpa);
      expect(hill.shearGpa).toBeLessThan(voigt.shearGpa);
    }
    expect(() => elasticModuli(cubicElastic(1, 2, 1))).toThrow(/unstable/);
  });

  it("E, ν of K and G: an incompressible solid has ν = ½, one that keeps its width ν = 0", () => {
    expect(averageModuli(1e9, 1).poisson).toBeCloseTo(0.5, 8);
    expect(averageModuli(2, 3).poisson).toBe(0);
    expect(averageModuli(2, 3).youngGpa).toBeCloseTo(6, 12); // E = 2G(1 + ν)
  });

  it("Tian's hardness of the four sodium conductors is the published one", () => {
    const moduli = [
      [22.93, 13.92, 3.37],
      [19.11, 7.86, 1.44],
      [14.32, 5.89, 1.18],
      [15.23, 6.47, 1.3],
    ] as const;
    // printed with two decimals
    for (const [bulk, shear, hardness] of moduli)
      expect(Math.abs(hardnessOf(bulk, shear).tianGpa - hardness)).toBeLessThan(0.005 + 1e-9);
  });

  it("Chen's hardness of diamond is near 96 GPa", () => {
    // K = 442, G = 535 GPa: 2 (k²G)^0.585 − 3 with k² G = 783.8 is 95.7, as in the print's table
    expect(Math.abs(hardnessOf(442, 535).chenGpa - 95.7)).toBeLessThan(1.5);
  });
});

describe("sound and Debye's temperature", () => {
  it("along the axes of a cubic crystal is √(C11/ρ) and √(C44/ρ)", () => {
    // 1 GPa and 1 g/cm³ are 1 (km/s)²; 1 amu/Å³ is 1.66053906660 g/cm³
    const g = EV_PER_A3_PER_GPA;
    const [slow, , fast] = elasticSound(cubicElastic(100 * g, 50 * g, 30 * g), 2, [0, 0, 5]);
    expect(fast).toBeCloseTo(Math.sqrt(100 / (2 * 1.6605390666)), 9);
    expect(slow).toBeCloseTo(Math.sqrt(30 / (2 * 1.6605390666)), 9);
  });

  it("of an isotropic crystal is Anderson's, whatever the direction", () => {
    const crystal = fcc();
    const [bulk, shear] = [76, 26];
    const g = EV_PER_A3_PER_GPA;
    const c = cubicElastic((bulk + (4 / 3) * shear) * g, (bulk - (2 / 3) * shear) * g, shear * g);
    const debye = elasticDebye(crystal, c);
    expect(debye.temperature!).toBeCloseTo(andersonDebye(crystal, bulk, shear), 9);
    // aluminium: 428 K measured at 0 K; these moduli are those of room temperature and 2 % softer in sound
    expect(Math.abs(debye.temperature! - 400)).toBeLessThan(25);
    expect(massDensity(crystal) * 1.6605390666).toBeCloseTo(2.698, 2); // g/cm³
  });

  it("of an anisotropic crystal has converged with the nodes, and is none when a wave is unstable", () => {
    const crystal = fcc();
    const c = cubicElastic(1.1, 0.4, 0.9);
    const at = (nodes: number): number => elasticDebye(crystal, c, { nodes }).temperature!;
    expect(Math.abs(at(32) / at(64) - 1)).toBeLessThan(1e-6);
    expect(elasticDebye(crystal, cubicElastic(1, 0.4, -0.1)).temperature).toBeNull();
  });
});
