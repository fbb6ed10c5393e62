// Paths through the zone: every point must be where its name says, on the surface of the first Brillouin zone, in any cell of the crystal.

import { beforeAll, describe, expect, it } from "vitest";
import type { Vec3 } from "../../../src/base/index.js";
import {
  alongPath,
  bandPath,
  bandStructure,
  cartesianWave,
  forceConstantsFrom,
  latticeDynamics,
  nearestToGamma,
} from "../../../src/modes/index.js";
import {
  type Crystal,
  cellFromParameters,
  findSymmetry,
  makeCell,
  makeCrystal,
  multiply3,
  nacl,
  toCartesian,
} from "../../../src/structure/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

const CENTRED: Record<string, number[][]> = {
  P: [[0, 0, 0]],
  I: [
    [0, 0, 0],
    [0.5, 0.5, 0.5],
  ],
  F: [
    [0, 0, 0],
    [0, 0.5, 0.5],
    [0.5, 0, 0.5],
    [0.5, 0.5, 0],
  ],
  C: [
    [0, 0, 0],
    [0.5, 0.5, 0],
  ],
  R: [
    [0, 0, 0],
    [2 / 3, 1 / 3, 1 / 3],
    [1 / 3, 2 / 3, 2 / 3],
  ],
};

/** The primitive cell of one atom at every lattice point. */
function lattice(centring: string, ...parameters: [number, number, number, number, number, number]): Crystal {
  const cell = cellFromParameters(...parameters);
  const all = makeCrystal({ cell, species: CENTRED[centring]!.map(() => "Ar"), fractional: CENTRED[centring]!.flat() });
  return findSymmetry(all).primitive.crystal;
}

const LATTICES: readonly [string, Crystal | (() => Crystal)][] = (
  [
    ["cP", "P", 4, 4, 4, 90, 90, 90],
    ["cF", "F", 4, 4, 4, 90, 90, 90],
    ["cI", "I", 4, 4, 4, 90, 90, 90],
    ["tP", "P", 4, 4, 5, 90, 90, 90],
    ["tI1", "I", 4, 4, 3.3, 90, 90, 90],
    ["tI2", "I", 4, 4, 6.1, 90, 90, 90],
    ["oP", "P", 4, 4.7, 5.9, 90, 90, 90],
    ["oC1", "C", 4, 5.1, 6, 90, 90, 90],
    ["oC1", "C", 5.1, 4, 6, 90, 90, 90], // the standard setting has a < b
    ["oI", "I", 4, 5.2, 6.3, 90, 90, 90],
    ["oI", "I", 6.3, 4, 5.2, 90, 90, 90],
    ["oI", "I", 5.2, 6.3, 4, 90, 90, 90],
    ["oF1", "F", 4, 7, 9, 90, 90, 90],
    ["oF1", "F", 9, 4, 7, 90, 90, 90],
    ["oF3", "F", 6, 6.5, 7, 90, 90, 90],
    ["hP", "P", 4, 4, 6, 90, 90, 120],
    ["hR1", "R", 4, 4, 9, 90, 90, 120],
    ["hR2", "R", 4, 4, 4, 90, 90, 120],
    ["mP", "P", 4, 5, 6, 90, 105, 90],
    ["mC", "C", 7, 4, 6, 90, 108, 90],
    ["aP", "P", 4, 5, 6, 80, 95, 105],
  ] as const
).map(([name, centring, ...parameters]) => [
  name,
  () => lattice(centring, ...(parameters as [number, number, number, number, number, number])),
]);

/** Is q on the surface of the first zone: Γ one of the nearest reciprocal points, another as near? */
function distances(crystal: Crystal, q: Vec3): { own: number; nearestOther: number } {
  const own = Math.hypot(...cartesianWave(crystal.cell, q));
  let other = Number.POSITIVE_INFINITY;
  for (let h = -3; h <= 3; h++)
    for (let k = -3; k <= 3; k++)
      for (let l = -3; l <= 3; l++)
        if (h !== 0 || k !== 0 || l !== 0)
          other = Math.min(other, Math.hypot(...cartesianWave(crystal.cell, [q[0] - h, q[1] - k, q[2] - l])));
  return { own, nearestOther: other };
}

describe.each(LATTICES)("path of %s", (name, make) => {
  const crystal = (): Crystal => (typeof make === "function" ? make() : make);

  it("has the lattice's name, and its points on the surface of the zone", () => {
    const made = crystal();
    const path = bandPath(made);
    expect(path.lattice).toBe(name);
    for (const [label, q] of Object.entries(path.points)) {
      if (label === "Γ") continue;
      const { nearestOther } = distances(made, q);
      const nearest = Math.hypot(...nearestToGamma(made.cell, q));
      // q or the image of it nearest to Γ (tables may name an image outside): two reciprocal points equally near
      const image = nearest < distances(made, q).own - 1e-9 ? nearest : nearestOther;
      expect(image, label).toBeCloseTo(nearest, 9);
    }
  });

  it("turns and changes its cell with the crystal", () => {
    const made = crystal();
    const path = bandPath(made);
    const other = makeCell(multiply3(Float64Array.of(1, 1, 0, 0, 1, 0, 0, -1, 1), made.cell.vectors));
    const same = bandPath({ ...made, cell: other, positions: toCartesian(other, new Float64Array(3)) });
    const lengths = (of: Crystal, points: typeof path.points): number[] =>
      Object.values(points).map((q) => Math.hypot(...cartesianWave(of.cell, q)));
    const [a, b] = [lengths(made, path.points), lengths({ ...made, cell: other }, same.points)];
    for (const [k, x] of a.entries()) expect(b[k]!).toBeCloseTo(x, 8);
  });
});

describe("bands", () => {
  it("fcc: the jump from U to K goes between equivalent points, and legs end at their labels", () => {
    const salt = nacl({ primitive: true });
    const path = bandPath(salt);
    expect(path.legs.map(({ from, to }) => `${from}${to}`)).toEqual(["ΓX", "XU", "KΓ", "ΓL", "LW", "WX"]);
    const k = (label: string): number => Math.hypot(...nearestToGamma(salt.cell, path.points[label]!));
    expect(k("U")).toBeCloseTo(k("K"), 10);
    const points = alongPath(salt, path.legs, { points: 5 });
    expect(points.q.length).toBe(30);
    expect(points.distances[9]).toBe(points.distances[10]); // a jump has no length
    expect(points.q[29]).toEqual(path.points["X"]);
  });

  it("connected bands cross where sorted ones bounce", async () => {
    // Two independent chains in one cell: bands √k₁ |sin πq| and a flat one, which cross
    const cell = makeCell([3, 0, 0, 0, 12, 0, 0, 0, 12]);
    const pair = makeCrystal({ cell, species: ["Ar", "Kr"], positions: [0, 0, 0, 0, 6, 0] });
    const many = makeCrystal({
      cell: makeCell([12, 0, 0, 0, 12, 0, 0, 0, 12]),
      species: ["Ar", "Ar", "Ar", "Ar", "Kr", "Kr", "Kr", "Kr"],
      positions: [0, 0, 0, 3, 0, 0, 6, 0, 0, 9, 0, 0, 0, 6, 0, 3, 6, 0, 6, 6, 0, 9, 6, 0],
    });
    const values = new Float64Array(24 * 24);
    const add = (i: number, j: number, k: number): void => {
      for (const [a, b, sign] of [
        [i, i, 1],
        [j, j, 1],
        [i, j, -1],
        [j, i, -1],
      ] as const)
        values[3 * a * 24 + 3 * b]! += sign * k;
    };
    for (let x = 0; x < 4; x++) {
      add(x, (x + 1) % 4, 2);
      add(4 + x, 4 + ((x + 2) % 4), 3); // second neighbours: |sin 2πq|
    }
    const dynamics = latticeDynamics(forceConstantsFrom(many, values), { cells: { primitive: pair } });
    const leg = [{ from: "Γ", to: "X", start: [0.01, 0, 0] as Vec3, end: [0.49, 0, 0] as Vec3 }];
    const bands = await bandStructure(dynamics, alongPath(pair, leg, { points: 97 }), { connect: true });
    // a band that follows one chain is smooth: its second differences stay at (πΔq)² f; a bounce makes a kink of the order Δf
    let worst = 0;
    for (let band = 4; band < 6; band++)
      for (let p = 1; p < 96; p++) {
        const f = (at: number): number => bands.frequencies[at * 6 + band]!;
        worst = Math.max(worst, Math.abs(f(p + 1) - 2 * f(p) + f(p - 1)));
      }
    const top = Math.max(...bands.frequencies.slice());
    expect(worst).toBeLessThan(1.2 * (2 * Math.PI * 0.005) ** 2 * top);
  });
});
