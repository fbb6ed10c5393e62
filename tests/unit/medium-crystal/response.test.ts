// W(0) of a crystal: the static Green function, against the equation it solves, a relaxed finite lattice, and the cubic model.

import { beforeAll, describe, expect, it } from "vitest";
import { maxAbs, type Vec3 } from "../../../src/base/index.js";
import {
  type AtomPair,
  crystalFramework,
  cubicFramework,
  DRAG_PER_PAPER,
  frameworkMedium,
  makeWindow,
  RESPONSE_PER_PAPER,
  rodinLattice,
  type StaticResponse,
  springForces,
  staticRecoil,
  staticResponse,
  windowResponse,
} from "../../../src/medium/index.js";
import { rodinConstants, saltConstants, saltFramework } from "./crystals.js";

const grid = (n: number): [number, number, number] => [n, n, n];
const unit = (a: number, b: number): number => (a === b ? 1 : 0);

describe("the cubic model through the general path", () => {
  const pairs: AtomPair[] = (
    [
      [0, 0, 0],
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
      [-1, 1, 0],
    ] as Vec3[]
  ).map((cells) => ({ j: 0, k: 0, cells }));
  let coarse: StaticResponse;
  let fine: StaticResponse;
  /** With the leading error of both, 1/N⁵, taken out. */
  let best: Float64Array;
  beforeAll(async () => {
    const framework = crystalFramework(await rodinConstants(4), { cells: { matrix: [4, 4, 4] } });
    coarse = await staticResponse(framework, pairs, { coarseGrid: grid(8) });
    fine = await staticResponse(framework, pairs, { coarseGrid: grid(12) });
    best = fine.blocks.slice().map((x, k) => x + (x - coarse.blocks[k]!) / (1.5 ** 5 - 1));
  });

  it("w = 9.4825e-4 Å²/meV, and its neighbours as the cubic sums give them", () => {
    expect(Math.abs(fine.blocks[0]! / RESPONSE_PER_PAPER / 9.4825e-4 - 1)).toBeLessThan(6e-6); // its last printed digit
    const table = staticRecoil(rodinLattice, { reach: 1, cells: 96 });
    const block = new Float64Array(9);
    for (const [p, { cells }] of pairs.entries()) {
      table.block(0, cells, block);
      // What is left beyond 1/N⁵: 1/N⁷ of a grid error of 8e-6 at a distance of one cell diagonal, about 1e-6
      expect(maxAbs(block.map((x, k) => x - best[9 * p + k]!))).toBeLessThan(3e-6 * best[0]!);
    }
  });

  it("what two extrapolations leave falls as 1/N⁵, and the reported error covers it", () => {
    const off = ({ blocks }: StaticResponse): number => maxAbs(blocks.slice().map((x, k) => x - best[k]!));
    const ratio = off(coarse) / off(fine);
    expect(ratio).toBeGreaterThan(1.5 ** 4);
    expect(ratio).toBeLessThan(1.5 ** 6);
    for (const result of [coarse, fine]) expect(off(result)).toBeLessThan(result.error);
    expect(fine.error).toBeLessThan(1e-3 * best[0]!);
  });

  it("a relaxed finite lattice under a pair of opposite forces tends to it as 1/N³", () => {
    // forces +f and −f along x on neighbours along x: their distance changes by 2(W(0) − W(1))_xx f
    const opening = 2 * (best[0]! - best[9]!);
    const [small, large] = [12, 24].map(dipoleOpening);
    const limit = large! + (large! - small!) / 7;
    // images of the dipole act as 1/L³ (1.7e-4 at L = 24), the next order is 1/L² smaller times a number of order ten
    expect(Math.abs(large! / opening - 1)).toBeGreaterThan(3e-5); // the finite lattice does differ
    expect(Math.abs(limit / opening - 1)).toBeLessThan(5e-6);
  });
});

/** Opening between atoms 0 and 1 along x under ±1 eV/Å, from conjugate gradients on n³ atoms, Å. */
function dipoleOpening(n: number): number {
  const size = 3 * n ** 3;
  const next = 3 * n * n; // the neighbour along x
  const u = new Float64Array(size);
  const r = new Float64Array(size);
  r[0] = -1;
  r[next] = 1;
  const p = r.slice();
  const forces = new Float64Array(size);
  let square = 2;
  for (let round = 0; round < 400 && square > 1e-24; round++) {
    springForces(rodinLattice, n, { displacements: p, forces });
    let curvature = 0;
    for (let i = 0; i < size; i++) curvature -= p[i]! * forces[i]!;
    const step = square / curvature;
    let rest = 0;
    for (let i = 0; i < size; i++) {
      u[i]! += step * p[i]!;
      r[i]! += step * forces[i]!;
      rest += r[i]! ** 2;
    }
    for (let i = 0; i < size; i++) p[i] = r[i]! + (rest / square) * p[i]!;
    square = rest;
  }
  return u[next]! - u[0]!;
}

describe("two atoms in the cell", () => {
  for (const name of ["salt", "blende"] as const) {
    it(`${name}: Σ_l Φ_jl W_lk = δ_jk in the infinite crystal`, async () => {
      const framework = saltFramework(name);
      const { bonds, cell, positions } = framework;
      // Rows: force balance at atom j of the home cell when atom k in cell c is pushed.
      for (const [j, k, c] of [
        [0, 0, [0, 0, 0]],
        [1, 1, [0, 0, 0]],
        [1, 0, [1, -1, 0]],
      ] as [number, number, Vec3][]) {
        const rows: number[] = [];
        const pairs: AtomPair[] = [];
        for (let m = 0; m < bonds.from.length; m++) {
          if (bonds.from[m] !== j) continue;
          const l = bonds.to[m]!;
          const cells = [0, 1, 2].map((axis) => {
            let s = bonds.fractional[3 * m + axis]!;
            for (let x = 0; x < 3; x++)
              s -= (positions[3 * l + x]! - positions[3 * j + x]!) * cell.inverse[3 * x + axis]!;
            return Math.round(s) - c[axis]!;
          }) as unknown as Vec3;
          rows.push(m);
          pairs.push({ j: l, k, cells });
        }
        const { blocks, error } = await staticResponse(framework, pairs, { coarseGrid: grid(5) });
        const product = new Float64Array(9);
        let stiffness = 0;
        for (const [p, m] of rows.entries()) {
          for (let a = 0; a < 3; a++)
            for (let b = 0; b < 3; b++)
              for (let x = 0; x < 3; x++)
                product[3 * a + b]! += bonds.blocks[9 * m + 3 * a + x]! * blocks[9 * p + 3 * x + b]!;
          stiffness += maxAbs(bonds.blocks.slice(9 * m, 9 * m + 9));
        }
        const here = j === k && c.every((x) => x === 0);
        for (let a = 0; a < 3; a++)
          for (let b = 0; b < 3; b++) {
            const wanted = here ? unit(a, b) : 0;
            // each block is off by less than `error`; the 1/q² part all have in common drops out by the sum rule
            expect(Math.abs(product[3 * a + b]! - wanted)).toBeLessThan(Math.min(2e-3, stiffness * error));
          }
      }
    });
  }

  it("does not depend on how the crystal is cut into cells", async () => {
    const small = await staticResponse(
      saltFramework("blende"),
      [
        { j: 0, k: 0, cells: [0, 0, 0] },
        { j: 0, k: 1, cells: [0, 0, 0] },
      ],
      { coarseGrid: grid(8) },
    );
    const conventional = crystalFramework(saltConstants("blende"), { cells: { matrix: [2, 2, 2] } });
    // same two atoms: Na at the origin, Cl at (¼,¼,¼)
    const large = await staticResponse(
      conventional,
      [
        { j: 0, k: 0, cells: [0, 0, 0] },
        { j: 0, k: 4, cells: [0, 0, 0] },
      ],
      { coarseGrid: grid(4) },
    );
    expect(maxAbs(small.blocks.slice().map((x, k) => x - large.blocks[k]!))).toBeLessThan(small.error + large.error);
    expect(small.error + large.error).toBeLessThan(0.02 * maxAbs(small.blocks)); // a bound that says something
  });

  it("W is positive and W_jk = W_kjᵀ in a window", async () => {
    const framework = saltFramework("blende");
    const window = makeWindow(framework, [0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, -1, 1]);
    const { matrix } = await windowResponse(framework, window, { coarseGrid: grid(6) });
    const direct = await staticResponse(framework, [{ j: 1, k: 0, cells: [-1, 1, -1] }], { coarseGrid: grid(6) });
    // atom 3 of the window is atom 1 in cell (0,1,−1), atom 2 is atom 0 in cell (1,0,0)
    for (let a = 0; a < 3; a++)
      for (let b = 0; b < 3; b++) {
        expect(matrix[(9 + a) * 12 + 6 + b]).toBeCloseTo(direct.blocks[3 * a + b]!, 12);
        expect(matrix[(6 + b) * 12 + 9 + a]).toBe(matrix[(9 + a) * 12 + 6 + b]);
      }
    // a response to any forces gives way: diagonal above off-diagonal (Cauchy–Schwarz)
    for (let i = 0; i < 12; i++)
      for (let j = 0; j < i; j++) expect(matrix[12 * i + j]! ** 2).toBeLessThan(matrix[13 * i]! * matrix[13 * j]!);
  });
});

describe("what cannot be answered", () => {
  const pair = (cells: Vec3): AtomPair => ({ j: 0, k: 0, cells });

  it("an unstable crystal: which wave vector, which frequency", async () => {
    await expect(staticResponse(saltFramework("unstable"), [pair([0, 0, 0])], { coarseGrid: grid(2) })).rejects.toThrow(
      /unstable: -[01]\.\d+ THz \(imaginary\) at q = \(0\.\d+/,
    );
  });

  it("atoms farther apart than the grid repeats", async () => {
    await expect(staticResponse(saltFramework("salt"), [pair([0, 3, 0])], { coarseGrid: grid(3) })).rejects.toThrow(
      /3 cells apart along b, a grid of 3 wave vectors there repeats after 3 cells/,
    );
  });

  it("potentials without an end need a window", async () => {
    const framework = cubicFramework(rodinLattice);
    const potential = {
      name: "endless",
      cutoff: Number.POSITIVE_INFINITY,
      smoothFrom: Number.POSITIVE_INFINITY,
      evaluate: () => {},
    };
    await expect(frameworkMedium(framework, { ionMass: 7, potentials: [potential] })).rejects.toThrow(
      /window or a cut-off|without cut-off/,
    );
    await expect(frameworkMedium(framework, { ionMass: 7, potentials: [] })).rejects.toThrow(
      /0 potentials for 1 atoms/,
    );
    expect(DRAG_PER_PAPER).toBeGreaterThan(0);
  });
});
