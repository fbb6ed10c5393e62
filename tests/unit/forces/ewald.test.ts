import { describe, expect, it } from "vitest";
import { COULOMB_CONSTANT, type F64, PhysicsError } from "../../../src/base/index.js";
import {
  createTwinSession,
  type EwaldPlanOptions,
  erfc,
  interactionsFor,
  neighbourForce,
  planEwald,
} from "../../../src/forces/index.js";
import type { Crystal } from "../../../src/structure/index.js";
import {
  cesiumChloride,
  lithiumPhosphate,
  rattled,
  repeated,
  rockSalt,
  rockSaltPrimitive,
  sheared,
  zincBlende,
} from "../../helpers/crystals.js";

/** Nothing but charges: every pair listed without terms. */
function ions(crystal: Crystal, charges: readonly number[], accuracy = 1e-12, ewald: EwaldPlanOptions = {}) {
  const pairs = Object.fromEntries(
    crystal.elements.flatMap((a, i) => crystal.elements.slice(i).map((b) => [`${a}-${b}`, []] as const)),
  );
  const named = Object.fromEntries(crystal.elements.map((element, kind) => [element, charges[kind]!]));
  const spec = { name: "ions", charges: named, coulomb: { method: "ewald" as const, accuracy }, pairs };
  return createTwinSession(interactionsFor(spec, crystal), { ewald });
}

function answer(session: ReturnType<typeof ions>, positions: F64) {
  const forces = new Float64Array(positions.length);
  const stress = new Float64Array(9);
  return { energy: session.evaluate(positions, forces, stress), forces, stress };
}

const rms = (values: F64): number => Math.sqrt(values.slice().reduce((sum, x) => sum + x * x, 0) / (values.length / 3));

describe("Madelung constants", () => {
  // Borwein, Glasser, McPhedran, Wan, Zucker, Lattice Sums Then and Now, 10.1017/CBO9781139626804
  const cases: readonly [name: string, crystal: Crystal, distance: number, pairs: number, constant: number][] = [
    ["NaCl, 8 atoms", rockSalt("Na", "Cl", 5.64), 2.82, 4, 1.747564594633],
    ["NaCl, 2 atoms", rockSaltPrimitive("Na", "Cl", 5.64), 2.82, 1, 1.747564594633],
    ["NaCl, 64 atoms", repeated(rockSalt("Na", "Cl", 5.64), [2, 2, 2]), 2.82, 32, 1.747564594633],
    ["CsCl", cesiumChloride("Cs", "Cl", 4.12), (4.12 * Math.sqrt(3)) / 2, 1, 1.762674773071],
    ["ZnS", zincBlende("Zn", "S", 5.41), (5.41 * Math.sqrt(3)) / 4, 1, 1.638055053389],
  ];
  for (const [name, crystal, distance, pairs, constant] of cases) {
    it(`${name}: ${constant}`, () => {
      const { energy } = answer(ions(crystal, [1, -1]), crystal.positions);
      // twelve decimals are printed: 5e-13 of the last digit, 5e-13 of the sum's own accuracy
      expect(Math.abs((-energy * distance) / (COULOMB_CONSTANT * pairs) - constant)).toBeLessThan(1e-12);
    });
  }
});

describe("the Ewald sum", () => {
  const crystal = sheared(rattled(lithiumPhosphate(), 0.1, 11));
  const charges = crystal.elements.map((element) => ({ Li: 0.6, P: 3, O: -1.2 })[element]!);

  it("does not depend on how it is split", () => {
    const reference = answer(ions(crystal, charges, 1e-13), crystal.positions);
    const hessian = ions(crystal, charges, 1e-13).hessian!(crystal.positions);
    for (const realCutoff of [5, 9, 13]) {
      const session = ions(crystal, charges, 1e-13, { realCutoff });
      const other = answer(session, crystal.positions);
      // forces of ~10 eV/Å to 1e-13 of F₀ ≈ 6 eV/Å, plus rounding of ~1e5 terms
      expect(Math.abs(other.energy - reference.energy)).toBeLessThan(1e-9);
      expect(rms(other.forces.map((f, i) => f - reference.forces[i]!))).toBeLessThan(1e-11);
      expect(rms(other.stress.map((s, i) => s - reference.stress[i]!))).toBeLessThan(1e-11);
      expect(rms(session.hessian!(crystal.positions).map((h, i) => h - hessian[i]!))).toBeLessThan(1e-9);
    }
  });

  it("keeps the accuracy it was asked for, whichever way it is split", () => {
    const exact = answer(ions(crystal, charges, 1e-13), crystal.positions).forces;
    const perAtom = Float64Array.from(crystal.kinds, (kind) => charges[kind]!);
    const scale = neighbourForce(crystal.cell, perAtom);
    for (const accuracy of [1e-4, 1e-6, 1e-8]) {
      for (const ewald of [{}, { realCutoff: 4 }, { realCutoff: 10 }, { splitting: 0.5 }]) {
        const found = answer(ions(crystal, charges, accuracy, ewald), crystal.positions).forces;
        const error = rms(found.map((f, i) => f - exact[i]!)) / scale;
        expect(error).toBeLessThan(accuracy);
        // not by orders of magnitude: an estimate that is far too careful costs time
        expect(error).toBeGreaterThan(accuracy / 100);
      }
    }
  });

  it("its perfect rock salt keeps the accuracy too, where errors add in step", () => {
    const salt = rockSalt();
    const exact = answer(ions(salt, [1, -1], 1e-13), salt.positions);
    const rough = answer(ions(salt, [1, -1], 1e-5), salt.positions);
    // forces vanish by symmetry; the energy per ion is right to accuracy × F₀ × nearest distance
    const scale = neighbourForce(salt.cell, Float64Array.of(1, 1, 1, 1, -1, -1, -1, -1)) * 2.82;
    expect(Math.abs(rough.energy - exact.energy) / 8 / scale).toBeLessThan(1e-5);
  });

  it("the energy of charges scales as 1/length, so its pressure is E/3V", () => {
    const { energy, stress } = answer(ions(crystal, charges), crystal.positions);
    const trace = stress[0]! + stress[4]! + stress[8]!;
    expect(Math.abs(trace + energy / crystal.cell.volume)).toBeLessThan(1e-10);
  });

  it("the trace of its Hessian is what the neutralising background leaves, −4π k_e Σq²/V", () => {
    const hessian = ions(crystal, charges).hessian!(crystal.positions);
    const size = 3 * crystal.kinds.length;
    let trace = 0;
    for (let k = 0; k < size; k++) trace += hessian[size * k + k]!;
    const squares = Array.from(crystal.kinds).reduce((sum, kind) => sum + charges[kind]! ** 2, 0);
    expect(trace).toBeCloseTo((-4 * Math.PI * COULOMB_CONSTANT * squares) / crystal.cell.volume, 8);
  });

  it("refuses a charged cell and says by how much", () => {
    expect(() => ions(rockSalt(), [1, -0.5])).toThrow(PhysicsError);
    expect(() => ions(rockSalt(), [1, -0.5])).toThrow(/Na4 Cl4 adds up to 2\.000000 e.*4 Na × 1 e, 4 Cl × -0\.5 e/);
  });

  it("plans from cell and charges alone, every wave within the cut-off and none twice", () => {
    const plan = planEwald(
      crystal.cell,
      Float64Array.from(crystal.kinds, (kind) => charges[kind]!),
      1e-6,
    );
    const seen = new Set<string>();
    for (let w = 0; w < plan.waves.length; w += 3) {
      const h = plan.waves.subarray(w, w + 3);
      const k = [0, 1, 2].map(
        (row) => 2 * Math.PI * [0, 1, 2].reduce((sum, c) => sum + h[c]! * crystal.cell.inverse[3 * row + c]!, 0),
      );
      expect(Math.hypot(...k)).toBeLessThanOrEqual(plan.reciprocalCutoff);
      for (const sign of [1, -1]) {
        const key = Array.from(h, (x) => sign * x + 0).join();
        expect(seen.has(key)).toBe(false);
        seen.add(key);
      }
    }
    // as many as the ball holds, up to its surface: V k_c³/6π²
    const ball = (crystal.cell.volume * plan.reciprocalCutoff ** 3) / (6 * Math.PI ** 2);
    expect(Math.abs(seen.size / ball - 1)).toBeLessThan(0.05);
  });
});

describe("erfc", () => {
  it("agrees with 50-digit values to rounding", () => {
    // mpmath, mp.dps = 50, argument the double nearest to the first number; rounded to double
    const table: readonly [number, number][] = [
      [0.1, 0.887537083981715],
      [0.49, 0.4883317388114769],
      [0.5, 0.4795001221869535],
      [1, 0.15729920705028513],
      [2, 0.004677734981047266],
      [3.5, 7.430983723414128e-7],
      [5, 1.537459794428035e-12],
      [6.2, 1.816675617238127e-18],
      [6.4, 1.417080347668405e-19],
    ];
    // e^{−x²} turns the rounding of x², half an ulp, into x² · 1.1e-16 relative: 5e-15 at x = 6.4
    for (const [x, value] of table) expect(Math.abs(erfc(x) / value - 1)).toBeLessThan(1e-15 + 1.5e-16 * x * x);
  });
});
