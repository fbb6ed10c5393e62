// What every force field owes, whatever it is made of. Run for each potential and each engine.

import { describe, expect, it } from "vitest";
import { Rng } from "../../src/base/index.js";
import type { ForceField } from "../../src/forces/index.js";
import {
  type Crystal,
  deformCell,
  makeCell,
  makeCrystal,
  speciesList,
  toCartesian,
  toFractional,
  transformRows,
} from "../../src/structure/index.js";
import { repeated } from "../helpers/crystals.js";

export type ForceFieldLaw =
  | "gradient"
  | "momentum"
  | "translation"
  | "rotation"
  | "relabelling"
  | "lattice"
  | "supercell"
  | "stress"
  | "hessian"
  | "parts"
  | "inputs";

export interface ForceFieldContractOptions {
  /** Laws that do not apply, each with its reason. */
  readonly skip?: Partial<Record<ForceFieldLaw, string>>;
  /**
   * eV/Å: how well forces and differences of energies must agree. Default 1e-7: the fourth-order difference with h = 1e-3 Å leaves
   * h⁴ f⁽⁵⁾/30 ~ 1e-9 and rounding of an energy of 500 eV about 1e-12/h ~ 1e-9. An unshifted cut-off or single-precision pairs need more.
   */
  readonly gradientTolerance?: number;
  /** eV/Å³. Default gradientTolerance/10: dE/dε over a cell of 100 Å³ with strains of 1e-4. */
  readonly stressTolerance?: number;
  /** eV/Å². Default 10 × gradientTolerance: forces, too, are differenced over 1e-3 Å. */
  readonly hessianTolerance?: number;
  /** Relative agreement of quantities that are exactly equal on paper. Default 1e-10: rounding of ~1e5 added terms. */
  readonly roundingTolerance?: number;
}

interface Answer {
  readonly energy: number;
  readonly forces: Float64Array;
  readonly stress: Float64Array;
}

function answerOf(field: ForceField, crystal: Crystal): Answer {
  const session = field.attach(crystal);
  const forces = new Float64Array(crystal.positions.length);
  const stress = new Float64Array(9);
  const energy = session.evaluate(crystal.positions, forces, field.can.stress ? stress : undefined);
  session.dispose();
  return { energy, forces, stress };
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((largest, x, i) => Math.max(largest, Math.abs(x - b[i]!)), 0);

/** f′(0) = [8(f(h) − f(−h)) − (f(2h) − f(−2h))]/12h, error h⁴f⁽⁵⁾/30. */
function slope(h: number, f: (x: number) => Float64Array): Float64Array {
  const [farForward, forward, backward, farBackward] = [f(2 * h), f(h), f(-h), f(-2 * h)];
  return forward.map((x, i) => (8 * (x - backward[i]!) - (farForward[i]! - farBackward[i]!)) / (12 * h));
}

/** A rotation about a skew axis by an odd angle, [3,3] for row vectors. */
function rotation(): Float64Array {
  const [x, y, z] = [2 / 7, 3 / 7, 6 / 7];
  const [c, s] = [Math.cos(1.1), Math.sin(1.1)];
  const d = 1 - c;
  return Float64Array.of(
    c + x * x * d,
    x * y * d + z * s,
    x * z * d - y * s,
    x * y * d - z * s,
    c + y * y * d,
    y * z * d + x * s,
    x * z * d + y * s,
    y * z * d - x * s,
    c + z * z * d,
  );
}

/**
 * Registers the suite.
 * @param make called once for each law, so that no law sees another's sessions
 * @param crystals arrangements off equilibrium, by name; at least one of them triclinic
 */
export function forceFieldContract(
  name: string,
  make: () => ForceField,
  crystals: Readonly<Record<string, Crystal>>,
  options: ForceFieldContractOptions = {},
): void {
  const gradientTolerance = options.gradientTolerance ?? 1e-7;
  const stressTolerance = options.stressTolerance ?? gradientTolerance / 10;
  const hessianTolerance = options.hessianTolerance ?? 10 * gradientTolerance;
  const rounding = options.roundingTolerance ?? 1e-10;

  describe(`${name} keeps the force-field contract`, () => {
    for (const [label, crystal] of Object.entries(crystals)) {
      const law = (key: ForceFieldLaw, sentence: string, check: (field: ForceField) => void): void => {
        const reason = options.skip?.[key];
        if (reason) it.skip(`${label}: ${sentence} (skipped: ${reason})`, () => {});
        else it(`${label}: ${sentence}`, () => check(make()));
      };
      const n = crystal.kinds.length;
      const probed = [...new Set([0, Math.floor(n / 2), n - 1])];

      law("gradient", "force is minus the slope of the energy", (field) => {
        const session = field.attach(crystal);
        const forces = new Float64Array(3 * n);
        session.evaluate(crystal.positions, forces);
        const scratch = new Float64Array(3 * n);
        for (const k of probed.flatMap((i) => [3 * i, 3 * i + 1, 3 * i + 2])) {
          const [numerical] = slope(1e-3, (h) => {
            const moved = crystal.positions.slice();
            moved[k] = moved[k]! + h;
            return Float64Array.of(session.evaluate(moved, scratch));
          });
          expect(Math.abs(forces[k]! + numerical!)).toBeLessThan(gradientTolerance);
        }
        session.dispose();
      });

      law("momentum", "forces add up to zero", (field) => {
        const { forces } = answerOf(field, crystal);
        const scale = Math.max(1, ...forces.map(Math.abs)) * n;
        for (let axis = 0; axis < 3; axis++) {
          const total = forces.reduce((sum, f, i) => sum + (i % 3 === axis ? f : 0), 0);
          expect(Math.abs(total)).toBeLessThan(rounding * scale);
        }
      });

      law("translation", "shifting all atoms, or one by a lattice vector, changes nothing", (field) => {
        const before = answerOf(field, crystal);
        const moved = crystal.positions.map((x, i) => x + [0.37, -1.93, 12.1][i % 3]!);
        for (let k = 0; k < 3; k++)
          moved[k] = moved[k]! + crystal.cell.vectors[3 + k]! - 2 * crystal.cell.vectors[6 + k]!;
        const after = answerOf(field, { ...crystal, positions: moved });
        expect(Math.abs(after.energy - before.energy)).toBeLessThan(rounding * Math.max(1, Math.abs(before.energy)));
        expect(largestDifference(after.forces, before.forces)).toBeLessThan(100 * rounding);
      });

      law("rotation", "turning cell and atoms turns forces and stress", (field) => {
        const turn = rotation();
        const before = answerOf(field, crystal);
        const turned = {
          ...crystal,
          cell: deformCell(crystal.cell, turn),
          positions: transformRows(crystal.positions, turn),
        };
        const after = answerOf(field, turned);
        expect(Math.abs(after.energy - before.energy)).toBeLessThan(rounding * Math.max(1, Math.abs(before.energy)));
        expect(largestDifference(after.forces, transformRows(before.forces, turn))).toBeLessThan(100 * rounding);
        const halfTurned = transformRows(before.stress, turn); // σ R
        const expected = Float64Array.from({ length: 9 }, (_, k) =>
          [0, 1, 2].reduce((sum, m) => sum + turn[3 * m + Math.floor(k / 3)]! * halfTurned[3 * m + (k % 3)]!, 0),
        ); // Rᵀ σ R
        expect(largestDifference(after.stress, expected)).toBeLessThan(100 * rounding);
      });

      law("relabelling", "the order of atoms does not matter", (field) => {
        const rng = Rng.fromSeed(5).fork("order");
        const order = Array.from({ length: n }, (_, i) => ({ i, key: rng.uniform() })).sort((a, b) => a.key - b.key);
        const species = speciesList(crystal);
        const shuffled = makeCrystal({
          cell: crystal.cell,
          species: order.map(({ i }) => species[i]!),
          positions: order.flatMap(({ i }) => [...crystal.positions.slice(3 * i, 3 * i + 3)]),
        });
        const before = answerOf(field, crystal);
        const after = answerOf(field, shuffled);
        expect(Math.abs(after.energy - before.energy)).toBeLessThan(rounding * Math.max(1, Math.abs(before.energy)));
        const expected = order.flatMap(({ i }) => [...before.forces.slice(3 * i, 3 * i + 3)]);
        expect(largestDifference(after.forces, expected)).toBeLessThan(100 * rounding);
      });

      law("lattice", "other vectors of the same lattice, skewed and left-handed, give the same", (field) => {
        const v = crystal.cell.vectors;
        const combined = (i: number, j: number, k: number): number[] =>
          [0, 1, 2].map((axis) => i * v[axis]! + j * v[3 + axis]! + k * v[6 + axis]!);
        const before = answerOf(field, crystal);
        for (const rows of [
          [...combined(1, 0, 0), ...combined(2, 1, 0), ...combined(-1, 1, 1)],
          [...combined(0, 1, 0), ...combined(1, 0, 0), ...combined(0, 0, 1)],
        ]) {
          const after = answerOf(field, { ...crystal, cell: makeCell(rows) });
          expect(Math.abs(after.energy - before.energy)).toBeLessThan(rounding * Math.max(1, Math.abs(before.energy)));
          expect(largestDifference(after.forces, before.forces)).toBeLessThan(100 * rounding);
          expect(largestDifference(after.stress, before.stress)).toBeLessThan(100 * rounding);
        }
      });

      law("supercell", "energy per cell is the same in a supercell", (field) => {
        const one = answerOf(field, crystal);
        const two = answerOf(field, repeated(crystal, [2, 1, 1]));
        // the Ewald sum of another cell is planned anew: equal to its accuracy, not to rounding
        expect(Math.abs(two.energy / 2 - one.energy)).toBeLessThan(
          Math.max(gradientTolerance, rounding * Math.abs(one.energy)),
        );
        for (let k = 0; k < 3; k++) {
          expect(Math.abs(two.forces[k]! - one.forces[k]!)).toBeLessThan(Math.max(gradientTolerance, 100 * rounding));
        }
      });

      law("stress", "stress is the slope of the energy under strain", (field) => {
        if (!field.can.stress) return;
        const { stress } = answerOf(field, crystal);
        const session = field.attach(crystal);
        const fractional = toFractional(crystal.cell, crystal.positions);
        const scratch = new Float64Array(3 * n);
        for (const [a, b] of [
          [0, 0],
          [1, 1],
          [2, 2],
          [1, 2],
          [0, 2],
          [0, 1],
        ] as const) {
          const [numerical] = slope(1e-4, (h) => {
            const deformation = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
            deformation[3 * a + b] = deformation[3 * a + b]! + h / 2;
            deformation[3 * b + a] = deformation[3 * b + a]! + h / 2;
            const cell = deformCell(crystal.cell, deformation);
            session.setCell(cell);
            return Float64Array.of(session.evaluate(toCartesian(cell, fractional), scratch));
          });
          expect(Math.abs(stress[3 * a + b]! - numerical! / crystal.cell.volume)).toBeLessThan(stressTolerance);
          expect(Math.abs(stress[3 * a + b]! - stress[3 * b + a]!)).toBeLessThan(100 * rounding);
        }
        session.dispose();
      });

      law("hessian", "Hessian is the slope of the forces, symmetric, and blind to translation", (field) => {
        if (!field.can.hessian) return;
        const session = field.attach(crystal);
        const hessian = session.hessian!(crystal.positions);
        const size = 3 * n;
        for (const k of probed.map((i) => 3 * i + (i % 3))) {
          const numerical = slope(1e-3, (h) => {
            const moved = crystal.positions.slice();
            moved[k] = moved[k]! + h;
            const forces = new Float64Array(size);
            session.evaluate(moved, forces);
            return forces;
          });
          const row = hessian.slice(size * k, size * (k + 1));
          expect(
            largestDifference(
              row,
              numerical.map((x) => -x),
            ),
          ).toBeLessThan(hessianTolerance);
          for (let axis = 0; axis < 3; axis++) {
            const sum = row.reduce((total, x, i) => total + (i % 3 === axis ? x : 0), 0);
            expect(Math.abs(sum)).toBeLessThan(1e-9);
          }
          for (let m = 0; m < size; m++) expect(Math.abs(hessian[size * m + k]! - row[m]!)).toBeLessThan(1e-9);
        }
        session.dispose();
      });

      law("parts", "named parts add up to the energy", (field) => {
        const { energy } = answerOf(field, crystal);
        const session = field.attach(crystal);
        const sum = Object.values(session.energyParts(crystal.positions)).reduce((total, part) => total + part, 0);
        session.dispose();
        expect(Math.abs(sum - energy)).toBeLessThan(
          Math.max(rounding, gradientTolerance / 10) * Math.max(1, Math.abs(energy)),
        );
      });

      law("inputs", "inputs are left as they were, and a second call gives the same bits", (field) => {
        const positions = crystal.positions.slice();
        const before = positions.slice();
        const vectors = crystal.cell.vectors.slice();
        const session = field.attach({ ...crystal, positions });
        const [first, second] = [new Float64Array(3 * n).fill(7), new Float64Array(3 * n)];
        const energies = [session.evaluate(positions, first), session.evaluate(positions, second)];
        session.dispose();
        expect(positions).toEqual(before);
        expect(crystal.cell.vectors.slice()).toEqual(vectors);
        expect(energies[0]).toBe(energies[1]);
        expect(first).toEqual(second);
      });
    }
  });
}
