import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import {
  atomsOf,
  type Crystal,
  cellFromParameters,
  chain,
  cscl,
  fcc,
  findSymmetry,
  findVoids,
  hcp,
  makeCell,
  makeCrystal,
  nacl,
  periodicDistance,
  perovskite,
  supercell,
  type Vec3,
  type Void,
  voronoiVertices,
  withPositions,
  zincblende,
} from "../../../src/structure/index.js";
import { gammaLi3PO4 } from "../../helpers/li3po4.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

const count = (voids: readonly Void[], kind: Void["kind"]): number => voids.filter((site) => site.kind === kind).length;

/** Fractional noise of amplitude `size` Å that has no symmetry. */
const shaken = (crystal: Crystal, size: number): Crystal =>
  withPositions(
    crystal,
    Float64Array.from(crystal.positions, (x, i) => x + size * Math.sin(7.13 * i * i + 1)),
  );

describe("voids of close packing", () => {
  const a = 3.2;
  const packings: readonly [string, Crystal][] = [
    ["fcc", fcc({ a: a * Math.SQRT2 })],
    ["fcc, primitive", fcc({ a: a * Math.SQRT2, primitive: true })],
    ["hcp", hcp({ a })],
    ["fcc, 2 × 2 × 1", supercell(fcc({ a: a * Math.SQRT2 }), [2, 2, 1]).crystal],
    ["hcp in a skewed basis", supercell(hcp({ a }), [1, 0, 0, 1, 1, 0, 2, -1, 1]).crystal],
  ];

  it.each(packings)("%s: one octahedron and two tetrahedra per atom, of radius a/√2 and a√(3/8)", (_name, crystal) => {
    const voids = findVoids(crystal);
    const n = crystal.kinds.length;
    expect([count(voids, "octahedral"), count(voids, "tetrahedral"), voids.length]).toEqual([n, 2 * n, 3 * n]);
    for (const { kind, radius, irregularity, distanceToNearestCation, neighbors } of voids) {
      expect(radius).toBeCloseTo(kind === "octahedral" ? a / Math.SQRT2 : a * Math.sqrt(3 / 8), 10);
      expect(irregularity).toBeLessThan(1e-10);
      expect(distanceToNearestCation).toBe(Number.POSITIVE_INFINITY);
      expect(new Set(neighbors.map(({ atom, shift }) => `${atom} ${shift}`)).size).toBe(kind === "octahedral" ? 6 : 4);
    }
  });

  it.each(packings)("%s: still so when atoms are shaken by a thirtieth of their distance", (_name, crystal) => {
    const voids = findVoids(shaken(crystal, a / 30));
    const n = crystal.kinds.length;
    expect([count(voids, "octahedral"), count(voids, "tetrahedral"), voids.length]).toEqual([n, 2 * n, 3 * n]);
  });

  it.each(packings)("%s: corners are where their shifts say", (_name, crystal) => {
    const v = crystal.cell.vectors;
    for (const { position, neighbors } of findVoids(crystal)) {
      for (const { atom, shift, distance } of neighbors) {
        const arm = [0, 1, 2].map(
          (k) =>
            crystal.positions[3 * atom + k]! +
            shift[0] * v[k]! +
            shift[1] * v[3 + k]! +
            shift[2] * v[6 + k]! -
            position[k]!,
        );
        expect(Math.hypot(...arm)).toBeCloseTo(distance, 12);
      }
    }
  });
});

describe("voids of ionic crystals", () => {
  it("rock salt: cations fill the octahedra, the eight tetrahedra are free", () => {
    const crystal = nacl();
    const free = findVoids(crystal);
    expect([count(free, "octahedral"), count(free, "tetrahedral")]).toEqual([0, 8]);
    const all = findVoids(crystal, { minDistance: 0 });
    const octahedra = all.filter(({ kind }) => kind === "octahedral");
    expect(octahedra.length).toBe(4);
    for (const { distanceToNearestCation } of octahedra) expect(distanceToNearestCation).toBeLessThan(1e-12);
    // a tetrahedron's centre is √3/4 of the lattice constant from a cation
    for (const { distanceToNearestCation } of free)
      expect(distanceToNearestCation).toBeCloseTo((5.64 * Math.sqrt(3)) / 4, 12);
  });

  it("zinc blende: four of eight tetrahedra are filled, all octahedra are free", () => {
    const free = findVoids(zincblende());
    expect([count(free, "octahedral"), count(free, "tetrahedral")]).toEqual([4, 4]);
  });

  it("caesium chloride: the cation sits in a cube of eight", () => {
    const [cube, ...others] = findVoids(cscl(), { minDistance: 0 });
    expect(others.length).toBe(0);
    expect([cube!.coordination, cube!.kind]).toEqual([8, "other"]);
  });

  it("perovskite: an octahedron for B and a cuboctahedron for A", () => {
    const voids = findVoids(perovskite(), { minDistance: 0 });
    expect(voids.map(({ coordination }) => coordination)).toEqual([6, 12]);
    expect(voids.map(({ kind }) => kind)).toEqual(["octahedral", "other"]);
  });

  it("a body-centred anion lattice: six tetrahedra per anion", () => {
    const bcc = makeCrystal({
      cell: cellFromParameters(4, 4, 4),
      species: ["I", "I"],
      fractional: [0, 0, 0, 0.5, 0.5, 0.5],
    });
    const voids = findVoids(bcc);
    expect([voids.length, count(voids, "tetrahedral")]).toEqual([12, 12]);
    // (½, ¼, 0): √5/4 of the lattice constant
    for (const { radius } of voids) expect(radius).toBeCloseTo(Math.sqrt(5), 10);
  });

  it("a trigonal prism is not an octahedron", () => {
    // anions stacked AA: prisms between the layers, two per anion
    const stacked = makeCrystal({
      cell: cellFromParameters(3.2, 3.2, 3.0, 90, 90, 120),
      species: ["S"],
      fractional: [0, 0, 0],
    });
    const voids = findVoids(stacked);
    expect(voids.map(({ coordination, kind }) => [coordination, kind])).toEqual([
      [6, "other"],
      [6, "other"],
    ]);
  });
});

describe("voids of γ-Li3PO4", () => {
  const crystal = gammaLi3PO4();

  it("are those of hexagonal close packing: 16 octahedra and 32 tetrahedra for 16 O", () => {
    const voids = findVoids(crystal, { minDistance: 0 });
    expect([count(voids, "octahedral"), count(voids, "tetrahedral"), voids.length]).toEqual([16, 32, 48]);
  });

  it("hold one cation in each of 16 tetrahedra, Li and P alike, and none in an octahedron", () => {
    const voids = findVoids(crystal, { minDistance: 0 });
    const filled = new Set<number>();
    for (const cation of [...atomsOf(crystal, "Li"), ...atomsOf(crystal, "P")]) {
      const place = crystal.positions.slice(3 * cation, 3 * cation + 3) as unknown as Vec3;
      const distances = voids.map(({ position }) =>
        periodicDistance(crystal.cell, [...position], [place[0], place[1], place[2]]),
      );
      const nearest = distances.indexOf(Math.min(...distances));
      expect(voids[nearest]!.kind).toBe("tetrahedral");
      // off-centre by at most 0.3 Å: the tetrahedra of Li are not regular
      expect(distances[nearest]!).toBeLessThan(0.3);
      filled.add(nearest);
    }
    expect(filled.size).toBe(16);
  });

  it("are 16 free octahedra in four orbits of four, on a, b, c and c", () => {
    const symmetry = findSymmetry(crystal);
    const octahedra = findVoids(crystal, { coordination: [6], symmetry });
    expect(octahedra.length).toBe(16);
    expect(new Set(octahedra.map(({ orbit }) => orbit)).size).toBe(4);
    for (const { multiplicity, distanceToNearestCation } of octahedra) {
      expect(multiplicity).toBe(4);
      expect(distanceToNearestCation).toBeGreaterThan(1.85);
    }
    // a and b are inversion centres: (0,0,0) and (0,0,½) are among the octahedra to rounding
    for (const z of [0, 4.9208 / 2]) {
      const distances = octahedra.map(({ position }) => periodicDistance(crystal.cell, [...position], [0, 0, z]));
      expect(Math.min(...distances)).toBeLessThan(1e-9);
    }
  });

  it("do not depend on the cell they are seen in", () => {
    const key = (voids: readonly Void[]): string[] =>
      voids.map(
        ({ kind, radius, distanceToNearestCation }) =>
          `${kind} ${radius.toFixed(8)} ${distanceToNearestCation.toFixed(8)}`,
      );
    const single = key(findVoids(crystal));
    const double = key(findVoids(supercell(crystal, [1, 1, 0, 0, 1, 0, 0, 0, 2]).crystal));
    expect(double.sort()).toEqual([...single, ...single].sort());
  });

  it("are fewer when cations must be farther", () => {
    // octahedra are 1.90, 1.96, 1.96 and 2.02 Å from the nearest cation, four of each; tetrahedra at most 1.22 Å
    expect([0, 1.3, 1.95, 2, 2.1].map((minDistance) => findVoids(crystal, { minDistance }).length)).toEqual([
      48, 16, 12, 4, 0,
    ]);
  });
});

describe("Voronoi vertices", () => {
  it("touch at least four points at their radius, and no point is nearer", () => {
    const crystal = shaken(hcp(), 0.3);
    for (const { position, radius, touches } of voronoiVertices(crystal.cell, crystal.positions)) {
      expect(touches.length).toBeGreaterThanOrEqual(4);
      for (let i = 0; i < crystal.kinds.length; i++) {
        const [x, y, z] = crystal.positions.slice(3 * i, 3 * i + 3) as unknown as [number, number, number];
        // corners come from planes cut one after the other: some 1e-12 of the spacing
        expect(periodicDistance(crystal.cell, [...position], [x, y, z])).toBeGreaterThan(radius - 1e-9);
      }
    }
  });

  it("of random points number six or seven tetrahedra per point, by Euler's relation for generic arrangements", () => {
    // Each vertex is listed once from each of its 4 points. A random (Poisson) arrangement has 24π²/35 = 6.77 vertices per point;
    // 60 points scatter about it by some 2 %.
    const positions = Float64Array.from(
      { length: 180 },
      (_, i) => 12 * ((i * 0.7548776662466927 + i * i * 0.1234567) % 1),
    );
    const perPoint = voronoiVertices(makeCell([12, 0, 0, 3, 12, 0, -2, 4, 12]), positions).length / 4 / 60;
    expect(perPoint).toBeGreaterThan(6);
    expect(perPoint).toBeLessThan(7.5);
  });

  it("need a closed boundary and points apart", () => {
    expect(() => voronoiVertices(chain().cell, Float64Array.of(0, 0, 0))).toThrow(InputError);
    expect(() => voronoiVertices(makeCell([4, 0, 0, 0, 4, 0, 0, 0, 4]), new Float64Array(6))).toThrow(InputError);
    expect(() => findVoids(nacl(), { hostElements: ["O"] })).toThrow(InputError);
  });
});
