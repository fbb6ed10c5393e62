import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { createKernelSession, type Interactions, interactionsFor, neighbourForce } from "../../../src/forces/index.js";
import { KernelMemory } from "../../../src/forces/kernel-memory.js";
import { MeshSum } from "../../../src/forces/kernel-mesh.js";
import { chargesOfAtoms, chooseLongRange, type KernelEwaldOptions } from "../../../src/forces/kernel-plan.js";
import { influenceOf, meshShape } from "../../../src/forces/mesh-plan.js";
import { meshTwin } from "../../../src/forces/mesh-twin.js";
import { makeMeshWindow } from "../../../src/forces/mesh-window.js";
import { type Crystal, deformCell, toCartesian, toFractional } from "../../../src/structure/index.js";
import { rattled, repeated, rockSalt, sheared } from "../../helpers/crystals.js";
import { answer, largestDifference, oxide, phosphate, rmsDifference } from "./systems.js";

const mesh: KernelEwaldOptions = { method: "mesh" };
const direct: KernelEwaldOptions = { method: "direct" };

/** Charges ±1 alone, with no short-range term. */
function salt(crystal: Crystal, accuracy: number): Interactions {
  const coulomb = { method: "ewald", accuracy } as const;
  const pairs = { "Na-Cl": [], "Na-Na": [], "Cl-Cl": [] };
  return interactionsFor({ name: "salt", charges: { Na: 1, Cl: -1 }, coulomb, pairs, cutoffA: 5 }, crystal);
}

/** Charges placed at random, at least 1.5 Å apart. */
function plasma(crystal: Crystal, seed: number): Crystal {
  const rng = Rng.fromSeed(seed);
  const positions = new Float64Array(crystal.positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    for (let crowded = true; crowded; ) {
      const place = toCartesian(crystal.cell, Float64Array.of(rng.uniform(), rng.uniform(), rng.uniform()));
      positions.set(place, i);
      crowded = false;
      for (let j = 0; j < i && !crowded; j += 3) {
        const from = toFractional(
          crystal.cell,
          place.map((x, k) => x - positions[j + k]!),
        );
        const nearest = toCartesian(
          crystal.cell,
          from.map((s) => s - Math.round(s)),
        );
        crowded = Math.hypot(...nearest) < 1.5;
      }
    }
  }
  return { ...crystal, positions };
}

describe("the mesh kernel equals its plain twin", () => {
  it.each([4, 6, 8, 10, 12])("width %i, triclinic: energy, forces and virial to rounding", (meshWidth) => {
    const interactions = oxide(phosphate, meshWidth === 4 ? 1e-3 : 1e-4);
    const charges = chargesOfAtoms(interactions);
    const plan = chooseLongRange(interactions, 0.6, { ...mesh, meshWidth, realCutoff: 9 })!;
    const memory = new KernelMemory(charges.length, 4, "base");
    const split = { splitting: plan.splitting, mesh: plan.mesh! };
    const sum = new MeshSum(phosphate.cell, charges, split, memory);
    memory.startCell();
    sum.setCell(phosphate.cell);
    memory.endCell();
    const forces = new Float64Array(phosphate.positions.length);
    const virial = new Float64Array(9);
    // one lattice vector off, and outside the cell
    const positions = phosphate.positions.map((x, i) => x + (i < 9 ? phosphate.cell.vectors[3 + (i % 3)]! : 0));
    const energy = sum.add(positions, forces, virial);
    const twin = meshTwin({ cell: phosphate.cell, charges, ...split, shape: sum.size.shape }, positions);
    // sums of 1e5 terms of up to 100 eV cancel to a result of the same size: rounding of 1e-16 leaves about 1e-12
    expect(Math.abs(energy - twin.energy)).toBeLessThan(1e-10);
    expect(largestDifference(forces, twin.forces)).toBeLessThan(1e-11);
    expect(largestDifference(virial, twin.virial)).toBeLessThan(1e-10);
  });
});

describe("the window", () => {
  it("is a smooth partition: waves in use come back from the mesh with the share that its transform says", () => {
    const window = makeMeshWindow(8, 1.5);
    const { width, terms, polynomials } = window;
    for (const angle of [0.1, 1, 2]) {
      for (const t of [-0.5, -0.2, 0.37, 0.5]) {
        // Σ_p w(p − u) e^{iθ(p − u)} = w̃(θ) up to aliases, which the bandwidth π P (1 − 1/2σ) = 16.8 leaves at e^−16.8 ψ(0)/ψ(0.5),
        // about 10⁻⁶ of w̃ at the highest wave
        let [re, im] = [0, 0];
        for (let p = 0; p < width; p++) {
          let value = 0;
          for (let k = 0; k < terms; k++) value = value * t + polynomials[k * width + p]!;
          const v = p - width / 2 + 0.5 - t;
          re += value * Math.cos(angle * v);
          im += value * Math.sin(angle * v);
        }
        expect(Math.abs(re / window.transform(angle) - 1)).toBeLessThan(5e-6);
        expect(Math.abs(im / window.transform(angle))).toBeLessThan(5e-6);
      }
    }
  });
});

describe("the accuracy that was asked for", () => {
  const systems: readonly (readonly [string, Crystal, (crystal: Crystal, accuracy: number) => Interactions])[] = [
    ["an oxide in a triclinic cell", repeated(phosphate, [2, 1, 1]), oxide],
    ["a rattled salt, cubic", rattled(repeated(rockSalt(), [2, 2, 2]), 0.05, 3), salt],
    ["a salt at rest, triclinic", sheared(repeated(rockSalt(), [2, 2, 2]), 0.2), salt],
    ["random charges, cubic", plasma(repeated(rockSalt(), [2, 2, 2]), 5), salt],
    ["random charges, triclinic", plasma(sheared(repeated(rockSalt(), [2, 2, 2]), 0.3), 6), salt],
  ];
  for (const [name, crystal, forceField] of systems) {
    const exact = answer(createKernelSession(forceField(crystal, 1e-12), { ewald: direct }), crystal.positions);
    const scale = neighbourForce(crystal.cell, chargesOfAtoms(forceField(crystal, 1e-8)));
    it.each([1e-3, 1e-5, 1e-7])(`is kept by the mesh at %f: ${name}`, (accuracy) => {
      const ours = answer(createKernelSession(forceField(crystal, accuracy), { ewald: mesh }), crystal.positions);
      expect(rmsDifference(ours.forces, exact.forces) / scale).toBeLessThan(accuracy);
      // energy per atom over that of two neighbours: errors of atoms have either sign
      const atoms = crystal.kinds.length;
      const unit = scale * Math.cbrt(crystal.cell.volume / atoms);
      expect(Math.abs(ours.energy - exact.energy) / atoms / unit).toBeLessThan(accuracy);
      // of a wave's energy its stress is up to c ≈ 15 times as much, for d ln ψ/d ln k is −c at the end of the band
      const stressUnit = (unit * atoms) / crystal.cell.volume;
      expect(largestDifference(ours.stress, exact.stress)).toBeLessThan(15 * accuracy * stressUnit);
    });
  }
});

describe("the mesh sum", () => {
  const interactions = oxide(phosphate, 1e-4);

  it("has no net force", () => {
    const { forces } = answer(createKernelSession(interactions, { ewald: mesh }), phosphate.positions);
    for (let k = 0; k < 3; k++) {
      // 32 forces of a few eV/Å, each rounded to 1e-15
      expect(Math.abs(forces.reduce((sum, f, i) => (i % 3 === k ? sum + f : sum), 0))).toBeLessThan(1e-12);
    }
  });

  it("has forces and stress that are derivatives of its energy, but for the mean force that is taken off", () => {
    const session = createKernelSession(interactions, { ewald: { ...mesh, realCutoff: 7 } });
    const { slow } = session.split!;
    const forces = new Float64Array(96);
    const stress = new Float64Array(9);
    slow(phosphate.positions, forces, stress);
    const scratch = new Float64Array(96);
    const h = 1e-3;
    const energyAt = (i: number, step: number): number =>
      slow(
        phosphate.positions.map((x, j) => (j === i ? x + step : x)),
        scratch,
      );
    const slopes = [0, 1, 2].map((k) =>
      Array.from({ length: 32 }, (_, a) => {
        const at = (step: number): number => energyAt(3 * a + k, step);
        return -(8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      }),
    );
    // the window's slope steps at its ends: an atom that takes up new mesh points between −2h and 2h sees a mean of the two
    // sides, which differ by less than the force error of 1e-4 · 6 eV/Å; all others are right to h⁴ k_c⁴/30, 1e-10 of the force
    const step = 6e-4;
    let stepped = 0;
    slopes.forEach((along, k) => {
      const mean = along.reduce((sum, f) => sum + f, 0) / 32;
      along.forEach((f, a) => {
        const difference = Math.abs(f - mean - forces[3 * a + k]!);
        expect(difference).toBeLessThan(step / 10);
        if (difference > 1e-6) stepped++;
      });
    });
    expect(stepped).toBeLessThan(8); // 4h over the mesh step of about 0.5 Å: 1 % of 96 components, along three axes each
    const fractional = toFractional(phosphate.cell, phosphate.positions);
    const strained = (step: number): number => {
      const cell = deformCell(phosphate.cell, Float64Array.of(1 + step, 0, 0, 0, 1, 0, 0, 0, 1));
      session.setCell(cell);
      return slow(toCartesian(cell, fractional), scratch);
    };
    const e = 1e-4;
    const slope = (8 * (strained(e) - strained(-e)) - (strained(2 * e) - strained(-2 * e))) / (12 * e);
    // waves that enter or leave carry 1e-4 of the accuracy's weight
    expect(Math.abs(slope / phosphate.cell.volume - stress[0]!)).toBeLessThan(1e-6);
  });

  it("is chosen for a large cell and left for a small one", () => {
    expect(chooseLongRange(interactions, 0.6)!.mesh).toBeUndefined();
    const large = repeated(phosphate, [4, 4, 4]);
    expect(chooseLongRange(oxide(large, 1e-4), 0.6)!.mesh).toBeDefined();
    expect(chooseLongRange(oxide(large, 1e-4), 0.6, direct)!.mesh).toBeUndefined();
  });

  it("keeps its mesh while the cell moves a little, and is a function of the cell alone", () => {
    const session = createKernelSession(interactions, { ewald: mesh });
    const before = answer(session, phosphate.positions);
    const cell = deformCell(phosphate.cell, Float64Array.of(1.2, 0.05, 0, 0, 0.95, -0.08, 0.03, 0, 1.02));
    const positions = toCartesian(cell, toFractional(phosphate.cell, phosphate.positions));
    session.setCell(cell);
    const moved = answer(session, positions);
    const exact = answer(
      createKernelSession(oxide({ ...phosphate, cell, positions }, 1e-11), { ewald: direct }),
      positions,
    );
    // 1e-4 of about 6 eV/Å
    expect(rmsDifference(moved.forces, exact.forces)).toBeLessThan(6e-4);
    session.setCell(phosphate.cell);
    expect(answer(session, phosphate.positions)).toEqual(before);
  });

  it("refuses an accuracy no mesh here reaches", () => {
    expect(() => createKernelSession(oxide(phosphate, 1e-13), { ewald: { ...mesh, meshWidth: 6 } })).toThrow(/no mesh/);
  });

  it("does nothing to waves beyond the cut-off, and counts each of the others with its own k", () => {
    const plan = chooseLongRange(interactions, 0.6, mesh)!;
    const shape = meshShape(phosphate.cell, plan.splitting, plan.mesh!);
    const { values } = influenceOf(phosphate.cell, shape, plan.splitting, plan.mesh!);
    expect(values[0]).toBe(0);
    const used = values.filter((g) => g !== 0).length;
    // lattice points of reciprocal space in half a ball; those with l = 0 count twice, π k_c²/4 of them, and 10 % for the surface
    const { cell } = phosphate;
    const limit = plan.splitting.reciprocalCutoff;
    const half = (cell.volume * limit ** 3) / (12 * Math.PI ** 2);
    const face = cell.volume / Math.hypot(...[6, 7, 8].map((i) => cell.vectors[i]!)); // area over which a and b spread, seen along c
    const expected = half + (face * limit ** 2) / (8 * Math.PI);
    expect(Math.abs(used / expected - 1)).toBeLessThan(0.1);
  });
});
