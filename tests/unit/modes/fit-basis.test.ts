// The basis of force constants: as large as others found it, and every member of it has the crystal's symmetry, to rounding.

import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { type BasisOptions, forceConstantBasis, secondOrderTable, thirdOrderTable } from "../../../src/modes/index.js";
import {
  atomCount,
  atomPermutation,
  type Crystal,
  cartesianRotation,
  cscl,
  cutIntoCells,
  diamond,
  findSymmetry,
  hcp,
  minimumImage,
  nacl,
  supercell,
} from "../../../src/structure/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

const counts = (crystal: Crystal, options: BasisOptions) =>
  forceConstantBasis(cutIntoCells(crystal), options).orders.map(({ space, parameters }) => [
    space.unknowns,
    parameters,
  ]);

const normals = (count: number, seed: number): Float64Array => {
  const rng = Rng.fromSeed(seed);
  return Float64Array.from({ length: count }, () => rng.normal());
};

describe("size of the basis", () => {
  const salt = supercell(nacl(), [2, 2, 2]).crystal;

  it("second order, rock salt of 64 atoms: 31, as symfc has", () => {
    expect(counts(salt, {})).toEqual([[33, 31]]);
  });

  it("third order, rock salt of 64 atoms: symfc's 786 before and 758 after the sum rule; within 5 Å 80 and 67", () => {
    expect(counts(salt, { orders: [3], cutoffs: { 3: 5 } })).toEqual([[80, 67]]);
    expect(counts(salt, { orders: [3], cutoffs: { 3: 100 } })).toEqual([[786, 758]]);
  });

  it("third order, 8 atoms of silicon: symfc's 17 and 13", () => {
    expect(counts(diamond(), { orders: [3], cutoffs: { 3: 100 } })).toEqual([[17, 13]]);
  });

  it("by hand: two atoms of CsCl type have one spring; a nearest-neighbour diamond two", () => {
    // Φ(Cs,Cl) is isotropic by the site, and the self terms are its negative.
    expect(counts(cscl(), {})).toEqual([[3, 1]]);
    // A bond along 111 has a length and a transverse constant; self terms follow (2 unknowns of bonds + 1 of the atom).
    expect(counts(supercell(diamond(), [2, 2, 2]).crystal, { cutoffs: { 2: 2.5 } })).toEqual([[3, 2]]);
  });

  it("without symmetry: every pair of a pair of atoms, less three sum rules' worth", () => {
    // One cell of 2 atoms: Φ_11, Φ_22 symmetric (6 + 6), Φ_12 (9); Φ_11 = −Φ_12 = −Φ_21 leaves a symmetric Φ_12: 6.
    const basis = forceConstantBasis(cutIntoCells(cscl()), { symmetry: "none" });
    expect(basis.orders[0]!.space.unknowns).toBe(21);
    expect(basis.parameters).toBe(6);
  });

  it("has no forces at rest where sites forbid them, and some where they do not", () => {
    expect(counts(salt, { orders: [1] })).toEqual([[0, 0]]);
    // Wurtzite-like freedom: in hcp the site 6̄m2 forbids a force as well; a shifted atom along c does not.
    const shifted = cscl();
    const moved = { ...shifted, positions: Float64Array.from(shifted.positions, (x, i) => x + (i === 5 ? 0.1 : 0)) };
    // Both atoms on the fourfold axis: two forces along it, whose sum is zero.
    expect(counts(moved, { orders: [1] })).toEqual([[2, 1]]);
  });
});

describe.each([
  ["diamond of 16 atoms", () => supercell(diamond({ primitive: true }), [2, 2, 2]).crystal],
  ["hcp of 16 atoms", () => supercell(hcp(), [2, 2, 2]).crystal],
])("a random member, %s", (_, make) => {
  const setup = () => {
    const crystal = make();
    const basis = forceConstantBasis(cutIntoCells(crystal), { orders: [2, 3], cutoffs: { 3: { shells: 1 } } });
    return { crystal, basis, y: normals(basis.parameters, 11), n: atomCount(crystal) };
  };

  it("second order: symmetric, without force under translation, the same after every operation of the supercell", () => {
    const { crystal, basis, y, n } = setup();
    const phi = secondOrderTable(basis.lattice, basis.orders[0]!, y);
    const at = (i: number, a: number, j: number, b: number): number => phi[(3 * i + a) * 3 * n + 3 * j + b]!;
    let [exchange, sum, turned] = [0, 0, 0];
    for (let i = 0; i < n; i++)
      for (let e = 0; e < 9; e++) {
        const [a, b] = [Math.floor(e / 3), e % 3];
        let total = 0;
        for (let j = 0; j < n; j++) {
          exchange = Math.max(exchange, Math.abs(at(i, a, j, b) - at(j, b, i, a)));
          total += at(i, a, j, b);
        }
        sum = Math.max(sum, Math.abs(total));
      }
    for (const operation of findSymmetry(crystal).operations) {
      const image = atomPermutation(crystal, operation);
      const r = cartesianRotation(crystal.cell, operation);
      for (let j = 0; j < n; j++)
        for (let e = 0; e < 9; e++) {
          const [a, b] = [Math.floor(e / 3), e % 3];
          let moved = 0;
          for (let c = 0; c < 3; c++)
            for (let d = 0; d < 3; d++) moved += r[3 * a + c]! * r[3 * b + d]! * at(0, c, j, d);
          turned = Math.max(turned, Math.abs(moved - at(image[0]!, a, image[j]!, b)));
        }
    }
    // Parameters of order 1, sums of 16 blocks: a few hundred ε.
    expect(exchange).toBeLessThan(1e-12);
    expect(sum).toBeLessThan(1e-12);
    // The prototypes' coordinates are exact, operations found to 1e-15.
    expect(turned).toBeLessThan(1e-11);
  });

  it("third order: the same under exchange of any two, under translation, and after every operation", () => {
    const { crystal, basis, y, n } = setup();
    const third = thirdOrderTable(basis.lattice, basis.orders[1]!, y);
    const home = third.triplets[0]!;
    const table = new Map<string, Float64Array>();
    const sums = new Map<string, Float64Array>();
    for (let t = 0; t < third.triplets.length / 3; t++) {
      const [i, j, k] = [third.triplets[3 * t]!, third.triplets[3 * t + 1]!, third.triplets[3 * t + 2]!];
      const values = third.values.slice(27 * t, 27 * t + 27);
      if (i === home) table.set(`${j} ${k}`, values);
      const sum = sums.get(`${i} ${j}`) ?? new Float64Array(27);
      for (let e = 0; e < 27; e++) sum[e]! += values[e]!;
      sums.set(`${i} ${j}`, sum);
    }
    const zero = new Float64Array(27);
    let [exchange, turned] = [0, 0];
    for (const [key, values] of table) {
      const [j, k] = key.split(" ");
      const other = table.get(`${k} ${j}`) ?? zero;
      for (let e = 0; e < 27; e++) {
        const swapped = 9 * Math.floor(e / 9) + 3 * (e % 3) + (Math.floor(e / 3) % 3);
        exchange = Math.max(exchange, Math.abs(values[e]! - other[swapped]!));
      }
    }
    for (const operation of findSymmetry(crystal).operations) {
      const image = atomPermutation(crystal, operation);
      if (image[home] !== home) continue;
      const r = cartesianRotation(crystal.cell, operation);
      for (const [key, values] of table) {
        const [j, k] = key.split(" ").map(Number) as [number, number];
        const there = table.get(`${image[j]} ${image[k]}`) ?? zero;
        for (let e = 0; e < 27; e++) {
          const [a, b, c] = [Math.floor(e / 9), Math.floor(e / 3) % 3, e % 3];
          let moved = 0;
          for (let f = 0; f < 27; f++)
            moved +=
              r[3 * a + Math.floor(f / 9)]! * r[3 * b + (Math.floor(f / 3) % 3)]! * r[3 * c + (f % 3)]! * values[f]!;
          turned = Math.max(turned, Math.abs(moved - there[e]!));
        }
      }
    }
    const worst = Math.max(...[...sums.values()].map((sum) => Math.max(...sum.map(Math.abs))));
    expect(n).toBe(16);
    expect(exchange).toBeLessThan(1e-12);
    expect(worst).toBeLessThan(1e-12);
    expect(turned).toBeLessThan(1e-11);
  });
});

it("rotational rules take a parameter away in hcp, and strain then makes no stress by turning", () => {
  const crystal = supercell(hcp(), [4, 4, 3]).crystal;
  const cells = cutIntoCells(crystal);
  const free = forceConstantBasis(cells, { cutoffs: { 2: 4.8 } });
  const basis = forceConstantBasis(cells, { cutoffs: { 2: 4.8 }, rotational: true });
  expect(basis.parameters).toBeLessThan(free.parameters);
  const n = atomCount(crystal);
  const x = crystal.positions;
  const apart = minimumImage(
    crystal.cell,
    Float64Array.from({ length: 3 * n * n }, (_, e) => {
      const pair = Math.floor(e / 3);
      return x[3 * (pair % n) + (e % 3)]! - x[3 * Math.floor(pair / n) + (e % 3)]!;
    }),
  );
  // Stress that a strained crystal owes to its own orientation: Σ Φ_zz r_x² − Φ_xx r_z², per atom (Huang).
  const huang = ({ lattice, orders, parameters }: typeof basis): number => {
    const phi = secondOrderTable(lattice, orders[0]!, normals(parameters, 2));
    let sum = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const [rx, rz] = [apart[3 * (i * n + j)]!, apart[3 * (i * n + j) + 2]!];
        sum += phi[(3 * i + 2) * 3 * n + 3 * j + 2]! * rx * rx - phi[3 * i * 3 * n + 3 * j]! * rz * rz;
      }
    return Math.abs(sum) / n;
  };
  // Without the rule a random member is off by a few eV; with it rounding times Å² is left.
  expect(huang(free)).toBeGreaterThan(0.1);
  expect(huang(basis)).toBeLessThan(1e-10);
});

describe("what is refused or noted", () => {
  const cells = () => cutIntoCells(supercell(nacl({ primitive: true }), [2, 2, 2]).crystal);

  it("cut-offs beyond half the cell get a note with both lengths", () => {
    const { notes } = forceConstantBasis(cells(), { cutoffs: { 2: 6 } });
    expect(notes.map(({ code }) => code)).toEqual(["cutoff-beyond-half-cell"]);
    // Shortest vector of the 2 × 2 × 2 lattice: √2 · 5.64 Å.
    expect(notes[0]!.message).toContain("6.000 Å");
    expect(notes[0]!.message).toContain("3.988 Å");
    expect(forceConstantBasis(cells(), { cutoffs: { 2: 3.9 } }).notes).toEqual([]);
  });

  it("orders and cut-offs that cannot be", () => {
    expect(() => forceConstantBasis(cells(), { orders: [5] })).toThrow(/orders 5/);
    expect(() => forceConstantBasis(cells(), { orders: [3], cutoffs: { 3: "all" } })).toThrow(/no cut-off for order 3/);
    expect(() => forceConstantBasis(cells(), { orders: [3], cutoffs: { 3: { shells: 40 } } })).toThrow(/shells/);
    expect(() => forceConstantBasis(cells(), { cutoffs: { 2: -1 } })).toThrow(/-1 Å/);
  });
});
