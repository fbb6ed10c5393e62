// Crystals with charges: the long-ranged part taken apart.

import { beforeAll, describe, expect, it } from "vitest";
import { ACCELERATION, COULOMB_CONSTANT, maxAbs, type Vec3 } from "../../../src/base/index.js";
import { makeForceField, namedForceFieldSpec } from "../../../src/forces/index.js";
import {
  type CrystalFramework,
  crystalFramework,
  frequenciesAt,
  inertiaOf,
  soundAlong,
  staticResponse,
  surveySpectrum,
  thzOf,
} from "../../../src/medium/index.js";
import { relax } from "../../../src/minima/index.js";
import { type ChargeModel, forceConstants, solveModes } from "../../../src/modes/index.js";
import { type Crystal, deformCell, nacl, supercell, withCell } from "../../../src/structure/index.js";

const spec = namedForceFieldSpec("tosi-fumi-nacl");
const field = makeForceField(spec);
const charges = spec.charges!;

describe("sodium chloride of rigid ions", () => {
  let primitive: Crystal;
  let apart: CrystalFramework;
  let folded: CrystalFramework;
  const constantsOf = (n: number) => forceConstants(supercell(primitive, [n, n, n]).crystal, field);
  beforeAll(async () => {
    // at zero stress: sound then tells the elastic constants
    primitive = (await relax(nacl({ a: 5.64, primitive: true }), field, { cell: "full", tolerance: 1e-8 })).crystal;
    const constants = await constantsOf(3);
    apart = crystalFramework(constants, { cells: { primitive }, charges: { charges } });
    folded = crystalFramework(constants, { cells: { primitive } });
  });

  it("changes nothing at wave vectors that fit the supercell", () => {
    for (const q of [
      [1 / 3, 0, 1 / 3],
      [2 / 3, 1 / 3, 0],
      [1 / 3, 1 / 3, 1 / 3],
    ] as Vec3[]) {
      const difference = frequenciesAt(apart, q).map((f, u) => f - frequenciesAt(folded, q)[u]!);
      expect(maxAbs(difference)).toBeLessThan(1e-9); // the same number taken off and added back; waves end at 1e-10
    }
  });

  it("elsewhere it agrees with a larger supercell, which folding does not", async () => {
    const large = solveModes(await constantsOf(4)).frequencies;
    const nearest = (f: number): number => Math.min(...large.map((g) => Math.abs(g - f)));
    const worst = (framework: CrystalFramework): number =>
      Math.max(
        ...(
          [
            [0.25, 0.25, 0.5],
            [0.25, 0, 0.25],
            [0.5, 0.5, 0.5],
          ] as Vec3[]
        ).flatMap((q) => [...frequenciesAt(framework, q)].map(nearest)),
      );
    // what is left in 3 × 3 × 3 cells is folding of the dispersion force beyond 8 Å, 1e-3 of Φ
    expect(worst(apart)).toBeLessThan(5e-3);
    expect(worst(folded)).toBeGreaterThan(0.1);
  });

  it("longitudinal and transverse waves part by the plasma frequency of the ions", () => {
    const f = frequenciesAt(apart, [1e-4, 0, 1e-4]);
    const [m, M] = [primitive.masses[0]!, primitive.masses[1]!];
    const plasma = thzOf(
      Math.sqrt(
        (4 * Math.PI * COULOMB_CONSTANT * charges["Na"]! ** 2 * ACCELERATION * (1 / m + 1 / M)) / primitive.cell.volume,
      ),
    );
    // rigid ions, ε∞ = 1: f_LO² − f_TO² = f_p² at q → 0; at 1e-4 the branches have bent by (qa)² = 1e-6
    expect(Math.abs((f[5]! ** 2 - f[4]! ** 2) / plasma ** 2 - 1)).toBeLessThan(1e-6);
  });

  it("sound along an axis is √(c11/ρ) and √(c44/ρ) of the strained crystal", () => {
    const energy = (strain: readonly number[]): number => {
      const moved = withCell(primitive, deformCell(primitive.cell, Float64Array.from(strain)));
      const session = field.attach(moved);
      const value = session.evaluate(moved.positions, new Float64Array(6));
      session.dispose();
      return value;
    };
    const h = 1e-3;
    const second = (strain: (e: number) => number[]): number =>
      (energy(strain(h)) + energy(strain(-h)) - 2 * energy(strain(0))) / (h * h * primitive.cell.volume);
    const c11 = second((e) => [1 + e, 0, 0, 0, 1, 0, 0, 0, 1]);
    const c44 = second((e) => [1, e / 2, 0, e / 2, 1, 0, 0, 0, 1]);
    const density = (inertiaOf(primitive.masses[0]!) + inertiaOf(primitive.masses[1]!)) / primitive.cell.volume;
    const [slow, , fast] = soundAlong(apart, [1, 0, 0]);
    // 3 × 3 × 3 cells fold the dispersion force beyond 8 Å: 0.2 % in v against 4 × 4 × 4
    expect(Math.abs(fast / Math.sqrt(c11 / density) - 1)).toBeLessThan(0.01);
    expect(Math.abs(slow / Math.sqrt(c44 / density) - 1)).toBeLessThan(0.01);
    // folded charges get both wrong
    expect(Math.abs(soundAlong(folded, [1, 0, 0])[0] / Math.sqrt(c44 / density) - 1)).toBeGreaterThan(0.05);
  });

  it("long waves by the Schur complement are the slopes of the branches", () => {
    for (const direction of [
      [1, 0, 0],
      [1, 1, 1],
    ] as Vec3[]) {
      const length = Math.hypot(...direction);
      const v = apart.cell.vectors;
      const slopes = [0.004, 0.008].map((wave) => {
        const q = [0, 1, 2].map(
          (i) =>
            ((direction[0] * v[3 * i]! + direction[1] * v[3 * i + 1]! + direction[2] * v[3 * i + 2]!) * wave) /
            (2 * Math.PI * length),
        ) as unknown as Vec3;
        return [...frequenciesAt(apart, q).subarray(0, 3)].map((f) => (2e-3 * Math.PI * f) / wave);
      });
      const velocities = soundAlong(apart, direction);
      // both leave (εa)⁴ ~ 1e-6 of their curvature, itself a tenth of v²
      for (let u = 0; u < 3; u++)
        expect(Math.abs((4 * slopes[0]![u]! - slopes[1]![u]!) / 3 / velocities[u]! - 1)).toBeLessThan(1e-6);
    }
  });

  it("charges by element and as Born tensors are the same thing", () => {
    const born = new Float64Array(18);
    for (let k = 0; k < 3; k++) [born[4 * k], born[9 + 4 * k]] = [charges["Na"]!, charges["Cl"]!];
    const q: Vec3 = [0.1, 0.2, 0.3];
    const tensors = crystalFramework(reference(), { cells: { primitive }, charges: { charges: born } });
    expect(maxAbs(frequenciesAt(tensors, q).map((f, u) => f - frequenciesAt(apart, q)[u]!))).toBeLessThan(1e-12);
  });
  const reference = () => ({ reference: apart.cells.supercell, values: constantsBack(apart), acousticSumResidual: 0 });

  it("stable, with a static response", async () => {
    expect(surveySpectrum(apart).stable).toBe(true);
    const { blocks } = await staticResponse(apart, [{ j: 0, k: 0, cells: [0, 0, 0] }], { coarseGrid: [3, 3, 3] });
    expect(blocks[0]).toBeGreaterThan(0);
    expect(Math.abs(blocks[4]! / blocks[0]! - 1)).toBeLessThan(1e-9); // cubic
  });

  it("refuses charges that do not fit", () => {
    const wrong = (model: ChargeModel) => () => crystalFramework(reference(), { cells: { primitive }, charges: model });
    expect(wrong({ charges: { Na: 1, Cl: -0.9 } })).toThrow(/add up to 0\.1000 e/);
    expect(wrong({ charges: { Na: 1 } })).toThrow(/no charge for Cl/);
    expect(wrong({ charges: new Float64Array(9) })).toThrow(/9 numbers for the Born charges of 2 atoms, expected 18/);
    expect(wrong({ charges, dielectric: new Float64Array(9) })).toThrow(/positive diagonal/);
  });
});

/** The supercell's table, once more from the force field. */
function constantsBack({ cells }: CrystalFramework): Float64Array {
  const session = field.attach(cells.supercell);
  const values = session.hessian!(cells.supercell.positions).slice();
  session.dispose();
  return values;
}
