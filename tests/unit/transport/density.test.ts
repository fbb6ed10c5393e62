import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { memoryTrajectory } from "../../../src/dynamics/index.js";
import { readChgcar, readCube, writeChgcar, writeCube } from "../../../src/io/index.js";
import { makeCell, makeCrystal, toCartesian } from "../../../src/structure/index.js";
import {
  analyse,
  contourLines,
  densityOf,
  type GridField,
  gridShape,
  isosurface,
  projectField,
  sectionField,
} from "../../../src/transport/index.js";

const read = (path: string): string => readFileSync(new URL(`../../../fixtures/${path}`, import.meta.url), "utf8");
const expected = JSON.parse(read("numpy/ions-in-motion/expected.json"));
const cell = makeCell(expected.cell);
const run = memoryTrajectory({
  crystal: makeCrystal({
    cell,
    species: expected.masses.map((_: number, i: number) => (i < expected.ions ? "Li" : "S")),
    positions: expected.positions[0],
    masses: expected.masses,
  }),
  positions: Float64Array.from(expected.positions.flat()),
  frameSpacingFs: expected.frameSpacingFs,
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < b.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

/** A field given by a function of the fractional coordinates. */
function fieldOf(shape: readonly [number, number, number], f: (x: number, y: number, z: number) => number): GridField {
  const values = new Float64Array(shape[0] * shape[1] * shape[2]);
  for (let m = 0; m < values.length; m++) {
    const [i, j, k] = [Math.floor(m / (shape[1] * shape[2])), Math.floor(m / shape[2]) % shape[1], m % shape[2]];
    values[m] = f(i / shape[0], j / shape[1], k / shape[2]);
  }
  return { cell, shape, values };
}

describe("probability density", () => {
  it("equals numpy's histogram of positions in the moving framework", async () => {
    const { shape, values } = expected.density;
    const { density } = await analyse(run, { density: densityOf("Li", { shape }) });
    // Whole counts times one factor of order 1.
    expect(largestDifference(density.values, values)).toBeLessThan(1e-13);
    const mean = density.values.slice().reduce((sum, rho) => sum + rho, 0) / values.length;
    expect(mean * cell.volume).toBeCloseTo(expected.ions, 12);
    expect(density.reference).toBe("centre of mass of 4 S atoms");
  });

  it("an atom that breathes with its cell stays on its grid point, and the mean crystal with it", async () => {
    const cells = [1, 1.1, 0.93].map((s) => makeCell([6 * s, 0, 0, 0, 6 * s, 0, 0, 0, 6 * s]));
    const places = [0.25, 0.5, 0.999, 0, 0, 0];
    const positions = Float64Array.from(cells.flatMap((now) => [...toCartesian(now, Float64Array.from(places))]));
    const crystal = makeCrystal({ cell: cells[0]!, species: ["Li", "S"], positions: positions.slice(0, 6) });
    const breathing = memoryTrajectory({ crystal, positions, cells, frameSpacingFs: 1 });
    const { density } = await analyse(breathing, { density: densityOf("Li", { spacing: 0.5, reference: "lab" }) });
    expect(density.shape).toEqual([12, 12, 12]);
    // 0.999 is nearest to the grid point at 0.
    expect(density.values.slice().findIndex((rho) => rho > 0)).toBe((3 * 12 + 6) * 12);
    expect(density.values[(3 * 12 + 6) * 12]).toBeCloseTo(1728 / density.cell.volume, 12);
    expect(
      largestDifference(density.meanCrystal.positions, toCartesian(density.cell, Float64Array.from(places))),
    ).toBeLessThan(1e-14);
  });

  it("projections and sections of a known field", () => {
    const field = fieldOf([4, 5, 6], (x, y, z) => Math.cos(2 * Math.PI * x) + 10 * y + 100 * z);
    const along = projectField(field, 0);
    expect([along.axes, along.shape]).toEqual([
      [1, 2],
      [5, 6],
    ]);
    // The cosine sums to zero over its period; what is left is rounding of numbers below 100.
    expect(Math.abs(along.values[2 * 6 + 3]! - (4 + 50))).toBeLessThan(1e-13);
    const plane = sectionField(field, 2, 0.25);
    expect(plane.shape).toEqual([4, 5]);
    expect(Math.abs(plane.values[1 * 5 + 2]! - (4 + 25))).toBeLessThan(1e-13);
    expect(sectionField(field, 2, -0.75).values).toEqual(plane.values);
    expect(gridShape(makeCell([6, 0, 0, 0, 3.1, 0, 0, 0, 9]), 0.3)).toEqual([20, 11, 30]);
  });

  it("a surface is closed, faces outwards and holds the volume", () => {
    // A ball of radius 0.3 about the middle.
    const n = 16;
    const field = fieldOf([n, n, n], (x, y, z) => -((x - 0.5) ** 2 + (y - 0.5) ** 2 + (z - 0.5) ** 2));
    const { vertices, triangles } = isosurface(field, -0.09);
    const edges = new Map<string, number>();
    let volume = 0;
    for (let t = 0; t < triangles.length; t += 3) {
      const corner = [0, 1, 2].map((c) => triangles[t + c]!);
      const [p, q, r] = corner.map((v) => vertices.slice(3 * v, 3 * v + 3).map((x) => x - 0.5)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      volume +=
        (p[0]! * (q[1]! * r[2]! - q[2]! * r[1]!) +
          p[1]! * (q[2]! * r[0]! - q[0]! * r[2]!) +
          p[2]! * (q[0]! * r[1]! - q[1]! * r[0]!)) /
        6;
      for (let c = 0; c < 3; c++) {
        const [a, b] = [corner[c]!, corner[(c + 1) % 3]!];
        edges.set(`${a}>${b}`, (edges.get(`${a}>${b}`) ?? 0) + 1);
      }
    }
    // Every edge is run through once each way: closed and of one orientation. Euler: V − E + F = 2 for one ball.
    const open = [...edges].filter(
      ([edge, count]) => count !== 1 || edges.get(edge.split(">").reverse().join(">")) !== 1,
    );
    expect(open).toEqual([]);
    expect(vertices.length / 3 - edges.size / 2 + triangles.length / 3).toBe(2);
    // Within a tetrahedron of circumradius √3h/2 a linear function in place of −r² is lower by at most 3h²/4: the surface lies inside by no
    // more than 3h²/8r, which is 3·3h²/8r² = 4.9 % of the volume. Positive because normals point to where the field is lower.
    const share = volume / ((4 / 3) * Math.PI * 0.3 ** 3);
    expect(share).toBeLessThan(1);
    expect(share).toBeGreaterThan(0.951);
    const radii = Array.from({ length: vertices.length / 3 }, (_, v) =>
      Math.hypot(...vertices.slice(3 * v, 3 * v + 3).map((x) => x - 0.5)),
    );
    // Along the longest edge, √3h, a line in place of r² is off by 3h²/4 too, the cut by that over the slope 2r there.
    expect(Math.max(...radii.map((r) => Math.abs(r - 0.3)))).toBeLessThan(3 * ((1 / n) ** 2 / (8 * 0.295)));
  });

  it("a contour of a flat map is where the level is", () => {
    const map = sectionField(
      fieldOf([24, 24, 1], (x, y) => -((x - 0.5) ** 2 + (y - 0.5) ** 2)),
      2,
      0,
    );
    const lines = contourLines(map, -0.04);
    let length = 0;
    for (let k = 0; k < lines.length; k += 4) {
      length += Math.hypot(lines[k + 2]! - lines[k]!, lines[k + 3]! - lines[k + 1]!);
      // A line in place of the parabola along an edge of length h = √2/24 is off by h²/4, the cut by that over the slope 2r there.
      expect(Math.abs(Math.hypot(lines[k]! - 0.5, lines[k + 1]! - 0.5) - 0.2)).toBeLessThan(2 / 24 ** 2 / (8 * 0.197));
    }
    // A polygon just inside the circle.
    expect(Math.abs(length / (2 * Math.PI * 0.2) - 1)).toBeLessThan(0.02);
  });
});

describe("volume files", () => {
  const given = JSON.parse(read("ase/volume-files/field.json"));
  const found = JSON.parse(read("ase/volume-files/expected.json"));
  const small = makeCell(given.cell);
  const crystal = makeCrystal({ cell: small, species: given.species, positions: given.positions });
  const values = Float64Array.from({ length: 84 }, (_, m) => 1 / (m + 3));
  const volume = { crystal, field: { cell: small, shape: given.shape, values } };
  const options = { comment: given.comment };
  const bohr = 0.529177210903;

  it("what ASE read is what is written today", () => {
    expect(writeCube(volume, options)).toBe(read("ase/volume-files/files/density.cube"));
    expect(writeChgcar(volume, options)).toBe(read("ase/volume-files/files/density.chgcar"));
  });

  it("ASE finds the cell, the atoms and the values", () => {
    // Ten decimals of bohr in the cube, the last bit in the CHGCAR; ASE's bohr is that of CODATA 2014, 3e-10 smaller relatively.
    for (const [name, tolerance] of [
      ["cube", 5e-9],
      ["chgcar", 1e-14],
    ] as const) {
      expect(found[name].symbols).toEqual(given.species);
      expect(largestDifference(found[name].cell, given.cell)).toBeLessThan(tolerance);
      expect(largestDifference(found[name].positions, given.positions)).toBeLessThan(tolerance);
    }
    // Ten digits of numbers up to 1/3; ASE leaves the cube's 1/bohr³ as they are.
    expect(
      largestDifference(
        found.cube.values.map((v: number) => v / bohr ** 3),
        values,
      ),
    ).toBeLessThan(2e-10);
    expect(largestDifference(found.chgcar.values, values)).toBeLessThan(2e-10);
  });

  it("and we find what ASE wrote, and what we wrote", () => {
    const cubes = [
      readCube(read("ase/volume-files/files/ase.cube"), { file: "ase.cube" }, { values: "as they are" }),
      readCube(writeCube(volume), { file: "own.cube" }),
    ];
    const charges = [
      readChgcar(read("ase/volume-files/files/ase.chgcar"), { file: "ase.chgcar" }),
      readChgcar(writeChgcar(volume), { file: "own.chgcar" }),
    ];
    for (const { crystal: atoms, field } of [...cubes, ...charges]) {
      expect(field.shape).toEqual(given.shape);
      expect(atoms.elements).toEqual(["Li", "S"]);
      // ASE writes six decimals of bohr per voxel, times seven of them; and five or more digits of the values.
      expect(largestDifference(field.cell.vectors, given.cell)).toBeLessThan(7 * 5e-7);
      expect(largestDifference(atoms.positions, given.positions)).toBeLessThan(2e-6);
      expect(largestDifference(field.values, values)).toBeLessThan(1e-5 / 3);
    }
  });

  it("a damaged file is named with its line", () => {
    const text = writeCube(volume);
    const lines = text.trimEnd().split("\n");
    const cut = lines.slice(0, -1).join("\n");
    expect(() => readCube(cut, { file: "a.cube" })).toThrow("a.cube:32: the file ends after 83 of 84 grid values");
    lines[9] = "1.0 stars";
    expect(() => readCube(lines.join("\n"), { file: "a.cube" })).toThrow('a.cube:10: expected a number, found "stars"');
    const chgcar = writeChgcar(volume).split("\n");
    expect(() => readChgcar(chgcar.slice(0, 11).join("\n"), { file: "CHGCAR" })).toThrow(
      "expected three numbers of grid points",
    );
    chgcar[13] = "****";
    expect(() => readChgcar(chgcar.join("\n"), { file: "CHGCAR" })).toThrow(
      'CHGCAR:14: expected a number, found "****"',
    );
  });
});
