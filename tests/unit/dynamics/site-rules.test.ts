import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import {
  makeSiteList,
  makeSiteTracker,
  type SiteList,
  type SiteTrackerOptions,
  siteCount,
} from "../../../src/dynamics/index.js";
import { assignToSites } from "../../../src/hops/index.js";
import {
  type Cell,
  type Crystal,
  deformCell,
  fcc,
  findVoids,
  makeCell,
  makeCrystal,
  toCartesian,
} from "../../../src/structure/index.js";

const SKEWED = makeCell([7, 0, 0, 5.5, 4.2, 0, -4.1, 3.3, 5.1]);

function randomPoints(cell: Cell, count: number, rng: Rng, spread = 1): Float64Array<ArrayBuffer> {
  return toCartesian(
    cell,
    Float64Array.from({ length: 3 * count }, () => spread * (2 * rng.uniform() - 1)),
  );
}

/** Any atoms: only their number and cell matter here. */
const atoms = (cell: Cell, positions: Float64Array): Crystal =>
  makeCrystal({ cell, species: new Array(positions.length / 3).fill("Li"), positions });

/** Nearest image over ±4 cells of every axis, and the nearest site by it. */
function bruteNearest(cell: Cell, point: readonly number[], sites: Float64Array): number {
  let [best, least] = [-1, Number.POSITIVE_INFINITY];
  const v = cell.vectors;
  for (let j = 0; j < sites.length / 3; j++) {
    for (let a = -4; a <= 4; a++) {
      for (let b = -4; b <= 4; b++) {
        for (let c = -4; c <= 4; c++) {
          let squared = 0;
          for (let k = 0; k < 3; k++)
            squared += (point[k]! - sites[3 * j + k]! - a * v[k]! - b * v[3 + k]! - c * v[6 + k]!) ** 2;
          if (squared < least) [best, least] = [j, squared];
        }
      }
    }
  }
  return best;
}

function assign(sites: SiteList, positions: Float64Array, options: Partial<SiteTrackerOptions> = {}, cell?: Cell) {
  const tracker = makeSiteTracker(sites, {
    ions: Array.from({ length: positions.length / 3 }, (_, i) => i),
    ...options,
  });
  tracker.update(positions, 0, cell);
  return tracker;
}

describe("the nearest site", () => {
  it("is that of a search over all images, in a cell so skewed that rounding fractions fails", () => {
    const rng = Rng.fromSeed(5);
    const places = randomPoints(SKEWED, 23, rng, 0.5);
    const ions = randomPoints(SKEWED, 120, rng);
    const sites = makeSiteList(atoms(SKEWED, ions), { positions: places, labels: "s" });
    const { siteOf } = assign(sites, ions);
    for (let i = 0; i < 120; i++)
      expect(siteOf[i], `ion ${i}`).toBe(bruteNearest(SKEWED, [...ions.slice(3 * i, 3 * i + 3)], places));
  });

  it("is found with one site, whose own images meet in the middle", () => {
    const ions = randomPoints(SKEWED, 10, Rng.fromSeed(1));
    const sites = makeSiteList(atoms(SKEWED, ions), { positions: [1, 1, 1], labels: "s" });
    expect([...assign(sites, ions).siteOf]).toEqual(new Array(10).fill(0));
  });

  it("stays exact while the cell is strained far beyond what one list of candidates allows", () => {
    const rng = Rng.fromSeed(9);
    const places = randomPoints(SKEWED, 12, rng, 0.5);
    const start = randomPoints(SKEWED, 100, rng);
    const sites = makeSiteList(atoms(SKEWED, start), { positions: places, labels: "s" });
    const tracker = makeSiteTracker(sites, { ions: Array.from({ length: 100 }, (_, i) => i) });
    for (let step = 0; step <= 3; step++) {
      const e = 0.25 * step;
      const cell = deformCell(SKEWED, Float64Array.of(1 + e, 0.5 * e, 0, 0, 1 - 0.8 * e, e, 0, 0, 1));
      const ions = randomPoints(cell, 100, rng);
      tracker.update(ions, step, cell);
      const now = toCartesian(cell, sites.fractional);
      for (let i = 0; i < 100; i++)
        expect(tracker.siteOf[i]).toBe(bruteNearest(cell, [...ions.slice(3 * i, 3 * i + 3)], now));
    }
  });

  it("of two equally near is the one the ion is on, or the first", () => {
    const cell = makeCell([8, 0, 0, 0, 8, 0, 0, 0, 8]);
    const crystal = atoms(cell, Float64Array.of(2, 0, 0));
    const sites = makeSiteList(crystal, { positions: [0, 0, 0, 4, 0, 0], labels: "s" });
    const at = (...xs: number[]) => {
      const tracker = makeSiteTracker(sites, { ions: [0] });
      for (const [time, x] of xs.entries()) tracker.update(Float64Array.of(x, 0, 0), time);
      return tracker.siteOf[0];
    };
    expect(at(2)).toBe(0);
    expect(at(3, 2)).toBe(1);
    expect(at(7, 6)).toBe(0);
  });
});

describe("sites follow the crystal", () => {
  const host = fcc({ a: 4, elements: ["Ar"] });
  const framework = [0, 1, 2, 3];
  // Two ions beside the four framework atoms.
  const crystal = makeCrystal({
    cell: host.cell,
    species: ["Ar", "Ar", "Ar", "Ar", "Li", "Li"],
    positions: [...host.positions, 2, 2, 2, 0, 0, 2],
  });
  const positions = [2, 2, 2, 2, 0, 0, 0, 2, 0, 0, 0, 2];

  it("through any drift, wrapped or not", () => {
    const sites = makeSiteList(crystal, { positions, labels: "octahedral", framework });
    const rng = Rng.fromSeed(2);
    for (const wrapped of [false, true]) {
      const tracker = makeSiteTracker(sites, { ions: [4, 5] });
      for (let step = 0; step < 200; step++) {
        // 0.31 Å per frame: fifteen cells in all.
        const x = Float64Array.from(crystal.positions, (r, i) => {
          const moved = r + 0.31 * step * [1, -0.5, 0.25][i % 3]! + 0.1 * rng.normal();
          return wrapped ? moved - 4 * Math.floor(moved / 4) : moved;
        });
        tracker.update(x, step);
        expect([...tracker.siteOf]).toEqual([0, 3]);
      }
      expect(tracker.jumps().count).toBe(0);
      if (wrapped) continue;
      // Noise of four atoms, 0.1/√4 Å, five sigma.
      expect(Math.abs(tracker.drift()[0]! - 0.31 * 199)).toBeLessThan(0.25);
    }
  });

  it("with the centroid of their own vertices", () => {
    const voids = findVoids(host).filter((site) => site.kind === "octahedral");
    const polyhedra = voids.map((site) => site.neighbors.map(({ atom, shift }) => ({ atom, shift })));
    const sites = makeSiteList(crystal, {
      positions: voids.flatMap((site) => [...site.position]),
      labels: "octahedral",
      polyhedra,
      follow: "polyhedron",
    });
    const tracker = makeSiteTracker(sites, { ions: [4, 5] });
    const rng = Rng.fromSeed(3);
    const moved = Float64Array.from(crystal.positions, (r, i) => (i < 12 ? r + 0.3 * rng.normal() : r));
    tracker.update(moved, 0);
    const now = tracker.sitePositions();
    for (const [j, site] of voids.entries()) {
      for (let k = 0; k < 3; k++) {
        // Each of the six vertices moves as its atom does, whichever image it is.
        const mean =
          site.neighbors.reduce((sum, { atom }) => sum + moved[3 * atom + k]! - crystal.positions[3 * atom + k]!, 0) /
          6;
        expect(now[3 * j + k]! - site.position[k]!).toBeCloseTo(mean, 12);
      }
    }
    const expected = assign(makeSiteList(crystal, { positions: now, labels: "s" }), moved.slice(12)).siteOf;
    expect([...tracker.siteOf]).toEqual([...expected]);
  });
});

describe("sites that wander far on their own", () => {
  it("are still found exactly: candidates are listed anew in time", () => {
    const rng = Rng.fromSeed(14);
    const cell = makeCell([12, 0, 0, 3, 11, 0, 0, -2, 12]);
    const places = randomPoints(cell, 25, rng, 0.5);
    // Four atoms of its own around every site.
    const arms = [1, 1, 1, -1, -1, 1, -1, 1, -1, 1, -1, -1];
    const anions = Array.from({ length: 25 }, (_, j) => arms.map((arm, i) => places[3 * j + (i % 3)]! + arm)).flat();
    const start = Float64Array.from([...anions, ...new Array(3 * 40).fill(0)]);
    const sites = makeSiteList(atoms(cell, start), {
      positions: places,
      labels: "s",
      polyhedra: Array.from({ length: 25 }, (_, j) => [0, 1, 2, 3].map((k) => ({ atom: 4 * j + k }))),
      follow: "polyhedron",
    });
    const tracker = makeSiteTracker(sites, { ions: Array.from({ length: 40 }, (_, i) => 100 + i) });
    const directions = Float64Array.from({ length: 75 }, () => rng.normal());
    for (let frame = 0; frame < 4; frame++) {
      const shift = directions.map((d) => 0.6 * frame * d);
      const ions = randomPoints(cell, 40, rng);
      const x = start.map((r, i) => (i < 300 ? r + shift[3 * Math.floor(i / 12) + (i % 3)]! : ions[i - 300]!));
      tracker.update(x, frame);
      const now = places.map((r, i) => r + shift[i]!);
      for (let i = 0; i < 40; i++)
        expect(tracker.siteOf[i]).toBe(bruteNearest(cell, [...ions.slice(3 * i, 3 * i + 3)], now));
    }
  });
});

describe("polyhedra", () => {
  const a = 4;
  const host = fcc({ a, elements: ["O"] });
  const voids = findVoids(host, { minDistance: 0 });
  const n = 400;
  const rng = Rng.fromSeed(12);
  const crystal = makeCrystal({
    cell: host.cell,
    species: [...new Array(4).fill("O"), ...new Array(n).fill("Li")],
    positions: [...host.positions, ...new Float64Array(3 * n)],
  });
  const sites = makeSiteList(crystal, {
    positions: voids.flatMap((site) => [...site.position]),
    labels: voids.map((site) => site.kind),
    polyhedra: voids.map((site) => site.neighbors.map(({ atom, shift }) => ({ atom, shift }))),
  });
  const ions = Array.from({ length: n }, (_, i) => i + 4);
  const place = (anions: Float64Array) =>
    Float64Array.of(...anions, ...Float64Array.from({ length: 3 * n }, () => 3 * a * rng.uniform()));

  it("of a close packing fill space, octahedra two thirds of it", () => {
    expect(siteCount(sites)).toBe(12);
    const tracker = makeSiteTracker(sites, { ions, rule: "polyhedron" });
    tracker.update(place(host.positions.slice()), 0);
    expect(Math.min(...tracker.siteOf)).toBeGreaterThanOrEqual(0);
    const octahedral = Array.from(tracker.siteOf).filter((site) => sites.labels[site] === "octahedral").length;
    // Four octahedra of a³/6 per cell. Binomial with n = 400: σ = 0.024; four of them.
    expect(Math.abs(octahedral / n - 2 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / n));
  });

  it("still fill space when the anions have moved, for faces are shared triangles", () => {
    for (let trial = 0; trial < 5; trial++) {
      const tracker = makeSiteTracker(sites, { ions, rule: "polyhedron" });
      tracker.update(place(Float64Array.from(host.positions, (x) => x + 0.25 * (2 * rng.uniform() - 1))), 0);
      expect(Math.min(...tracker.siteOf)).toBeGreaterThanOrEqual(0);
    }
  });

  it("with eight corners, coplanar by fours, hold every point of a simple cubic lattice", () => {
    const cubic = makeCrystal({
      cell: makeCell([3, 0, 0, 0, 3, 0, 0, 0, 3]),
      species: ["Cl", "Cs"],
      positions: [0, 0, 0, 1.5, 1.5, 1.5],
    });
    const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({
      atom: 0,
      shift: [bits & 1, (bits >> 1) & 1, bits >> 2] as const,
    }));
    const one = makeSiteList(cubic, { positions: [1.5, 1.5, 1.5], labels: "cube", polyhedra: [corners] });
    for (let i = 0; i < 300; i++) {
      const tracker = makeSiteTracker(one, { ions: [1], rule: "polyhedron" });
      tracker.update(Float64Array.of(0, 0, 0, 9 * rng.uniform(), 9 * rng.uniform(), 9 * rng.uniform()), 0);
      expect(tracker.siteOf[0]).toBe(0);
    }
  });

  it("flat ones, and corners inside the hull, are refused", () => {
    const flat = [0, 1, 2, 3].map((atom) => ({ atom, shift: [0, 0, 0] as const }));
    const square = makeCrystal({
      cell: host.cell,
      species: ["O", "O", "O", "O"],
      positions: [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0],
    });
    expect(() => makeSiteList(square, { positions: [0.5, 0.5, 0], labels: "x", polyhedra: [flat] })).toThrow(
      /no convex polyhedron/,
    );
  });
});

describe("spheres", () => {
  const cell = makeCell([8, 0, 0, 0, 8, 0, 0, 0, 8]);
  const crystal = atoms(cell, Float64Array.of(0, 0, 0));
  const sites = makeSiteList(crystal, { positions: [0, 0, 0, 4, 0, 0], labels: ["a", "b"] });

  it("between them an ion keeps its last site; first of all it has none", () => {
    const tracker = makeSiteTracker(sites, { ions: [0], rule: "sphere", radiusA: { a: 1, b: 1.5 } });
    const seen = [2, 0.9, 2, 2.6, 2, 1.1, 0.5].map((x, time) => {
      tracker.update(Float64Array.of(x, 0, 0), time);
      return tracker.siteOf[0];
    });
    expect(seen).toEqual([-1, 0, 0, 1, 1, 1, 0]);
    const { departureFs, arrivalFs } = tracker.jumps();
    expect([...departureFs]).toEqual([1, 3]);
    expect([...arrivalFs]).toEqual([3, 6]);
  });

  it("where they overlap it stays, and a newcomer goes to the nearest", () => {
    const options = { ions: [0], rule: "sphere", radiusA: 2.5 } as const;
    const tracker = makeSiteTracker(sites, options);
    for (const [time, x] of [0.1, 2.4].entries()) tracker.update(Float64Array.of(x, 0, 0), time);
    expect(tracker.siteOf[0]).toBe(0);
    const other = makeSiteTracker(sites, options);
    other.update(Float64Array.of(2.4, 0, 0), 0);
    expect(other.siteOf[0]).toBe(1);
  });

  it("need a radius for every label", () => {
    expect(() => makeSiteTracker(sites, { ions: [0], rule: "sphere", radiusA: { a: 1 } })).toThrow(
      /sites b have the radius undefined/,
    );
  });
});

describe("exclusive occupancy", () => {
  it("is the assignment of least squares, also where the nearest sites are shared", () => {
    const rng = Rng.fromSeed(8);
    let shared = 0;
    for (let trial = 0; trial < 30; trial++) {
      const places = randomPoints(SKEWED, 9, rng, 0.5);
      const ions = randomPoints(SKEWED, 4, rng, 0.5);
      const sites = makeSiteList(atoms(SKEWED, ions), { positions: places, labels: "s" });
      const { siteOf } = assign(sites, ions, { rule: "exclusive" });
      expect(new Set(siteOf).size).toBe(4);
      expect([...siteOf]).toEqual([...assignToSites(SKEWED, ions, places).siteOf]);
      if (new Set(assign(sites, ions).siteOf).size < 4) shared++;
    }
    // Both ways through the code were taken.
    expect(shared).toBeGreaterThan(3);
    expect(shared).toBeLessThan(27);
  });
});
