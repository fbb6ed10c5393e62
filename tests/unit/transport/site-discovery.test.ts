// Sites laid over a trajectory from a file, and found in the density. One made-up crystal: S on a face-centred lattice, ions on its
// tetrahedral and octahedral voids.

import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { type SiteList, sitePositions, trackSites } from "../../../src/dynamics/index.js";
import {
  type Crystal,
  findSymmetry,
  makeCell,
  makeCrystal,
  minimumImage,
  supercell,
  toCartesian,
} from "../../../src/structure/index.js";
import {
  analyse,
  densityBasins,
  densityOf,
  sitesFromDensity,
  sitesFromStructure,
  smoothed,
  symmetrisedField,
} from "../../../src/transport/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";
import { trajectoryFrom } from "../../helpers/walks.js";

beforeAll(loadSymmetryForTests);

const A = 5.6;
const FCC = [
  [0, 0, 0],
  [0, 0.5, 0.5],
  [0.5, 0, 0.5],
  [0.5, 0.5, 0],
];
const moved = (by: readonly number[]) => FCC.map((s) => s.map((x, k) => x + by[k]!));
const TETRAHEDRAL = [...moved([0.25, 0.25, 0.25]), ...moved([0.75, 0.75, 0.75])];
const OCTAHEDRAL = moved([0.5, 0.5, 0.5]);

/** The file: S, and dummies for the voids. */
const FILE: Crystal = makeCrystal({
  cell: makeCell([A, 0, 0, 0, A, 0, 0, 0, A]),
  species: [...FCC.map(() => "S"), ...TETRAHEDRAL.map(() => "Li"), ...OCTAHEDRAL.map(() => "Na")],
  fractional: [...FCC, ...TETRAHEDRAL, ...OCTAHEDRAL].flat(),
});

interface Sample {
  readonly crystal: Crystal;
  /** True places of the sites, by type. */
  readonly truth: Readonly<Record<"Li" | "Na", Float64Array>>;
}

/** 2 × 1 × 3 cells strained by 1 %, origin elsewhere, atoms in another order and off their places, and `ions` Li. */
function sample(seed: number, noise = 0.12): Sample {
  const rng = Rng.fromSeed(seed);
  const repeated = supercell(FILE, [2, 1, 3]).crystal;
  const cell = makeCell(repeated.cell.vectors.slice().map((x, i) => x * (i === 0 ? 1.01 : 0.995)));
  const shift = [0.07, 0.31, -0.12];
  const s = Float64Array.from(repeated.positions, (_, i) => {
    const at = 3 * Math.floor(i / 3);
    const m = repeated.cell.inverse;
    const k = i % 3;
    return (
      repeated.positions[at]! * m[k]! +
      repeated.positions[at + 1]! * m[3 + k]! +
      repeated.positions[at + 2]! * m[6 + k]! +
      shift[k]!
    );
  });
  const places = toCartesian(cell, s);
  const of = (element: string) =>
    Float64Array.from(
      Array.from(repeated.kinds).flatMap((kind, i) =>
        repeated.elements[kind] === element ? [...places.subarray(3 * i, 3 * i + 3)] : [],
      ),
    );
  const framework = of("S").map((x) => x + noise * rng.normal());
  const order = Array.from({ length: framework.length / 3 }, (_, i) => i).sort(
    (i, j) => ((i * 7919) % 101) - ((j * 7919) % 101),
  );
  const ions = of("Na").subarray(0, 30);
  return {
    crystal: makeCrystal({
      cell,
      species: [...new Array<string>(10).fill("Li"), ...order.map(() => "S")],
      positions: [...ions, ...order.flatMap((i) => [...framework.subarray(3 * i, 3 * i + 3)])],
    }),
    truth: { Li: of("Li"), Na: of("Na") },
  };
}

/** Farthest that a site is from the nearest true one of its type, Å. */
function farthestFromTruth(sites: SiteList, truth: Readonly<Record<string, Float64Array>>): number {
  const places = sitePositions(sites);
  return Math.max(
    ...sites.labels.map((label, j) => {
      const true_ = truth[label]!;
      const apart = minimumImage(
        sites.cell,
        true_.map((x, i) => x - places[3 * j + (i % 3)]!),
      );
      return Math.min(
        ...Array.from({ length: apart.length / 3 }, (_, i) => Math.hypot(...apart.subarray(3 * i, 3 * i + 3))),
      );
    }),
  );
}

const OPTIONS = { sites: ["Li", "Na"], types: "element" } as const;

describe("sites from a structure file", () => {
  it("a strained, moved, shuffled and trembling supercell: repeats, strain and sites are found", () => {
    for (const seed of [1, 2, 3]) {
      const { crystal, truth } = sample(seed);
      const { sites, match } = sitesFromStructure(crystal, FILE, OPTIONS);
      expect([...match.repeats]).toEqual([2, 0, 0, 0, 1, 0, 0, 0, 3]);
      expect(match.strain).toBeCloseTo(0.5 * (1.01 ** 2 - 1), 10);
      expect(sites.labels.filter((label) => label === "Li").length).toBe(48);
      expect(sites.labels.filter((label) => label === "Na").length).toBe(24);
      // The mean of 24 atoms that are 0.12 Å off per axis is off by 0.12/√24 = 0.025 per axis: four times that along a diagonal.
      expect(farthestFromTruth(sites, truth)).toBeLessThan(4 * 0.025 * Math.sqrt(3));
      expect(match.rms).toBeGreaterThan(0.12);
      expect(match.rms).toBeLessThan(0.3);
    }
  });

  it("corners of tetrahedra are the four nearest framework atoms, and ions are inside", async () => {
    const { crystal } = sample(4);
    const { sites, notes } = sitesFromStructure(crystal, FILE, {
      ...OPTIONS,
      sites: ["Li"],
      mobile: ["Li"],
      vertices: { elements: ["S"] },
    });
    expect(notes).toEqual([]);
    const { first, fractional } = sites.polyhedra!;
    for (let j = 0; j < 48; j++) {
      expect(first[j + 1]! - first[j]!).toBe(4);
      // Centroid of the corners in the file is the centre of the void, exact but for rounding.
      for (let k = 0; k < 3; k++) {
        const sum = [0, 1, 2, 3].reduce((s, v) => s + fractional[3 * (first[j]! + v) + k]!, 0);
        expect(sum / 4).toBeCloseTo(sites.fractional[3 * j + k]!, 10);
      }
    }
    const positions = crystal.positions.slice();
    positions.set(sitePositions(sites).subarray(0, 30));
    const still = trajectoryFrom(crystal, 3, { positionsAt: () => positions });
    const track = await trackSites(still, sites, { ions: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], rule: "polyhedron" });
    expect([...track.visits.site]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("six corners around a tetrahedral void are no clear choice: the next are as near", () => {
    const { crystal } = sample(4);
    const { notes } = sitesFromStructure(crystal, FILE, { ...OPTIONS, vertices: { elements: ["S"], count: 6 } });
    expect(notes.map(({ code }) => code)).toEqual(["site-corners-undecided"]);
  });

  it("elements that stand for each other match by place", () => {
    const { crystal } = sample(5);
    const species = Array.from(crystal.kinds, (kind, i) =>
      crystal.elements[kind] === "S" && i % 3 === 0 ? "Cl" : crystal.elements[kind]!,
    );
    const mixed = makeCrystal({ cell: crystal.cell, species, positions: crystal.positions });
    expect(() => sitesFromStructure(mixed, FILE, OPTIONS)).toThrow(/24 atoms S, the trajectory 16/);
    expect(sitesFromStructure(mixed, FILE, { ...OPTIONS, alike: [["S", "Cl"], ["P"]] }).match.framework).toBe(24);
  });

  it("a file of another cell, another framework or without sites is refused with the numbers", () => {
    const { crystal } = sample(6);
    const wide = { ...FILE, cell: makeCell([A, 0, 0, 0, 1.3 * A, 0, 0, 0, A]) };
    expect(() => sitesFromStructure(crystal, wide, OPTIONS)).toThrow(/2 × 1 × 3, is strained by 2\d\.\d %/);
    const bent = crystal.positions.slice();
    bent[3 * 12] = bent[3 * 12]! + 2;
    const other = { ...crystal, positions: bent };
    expect(() => sitesFromStructure(other, FILE, OPTIONS)).toThrow(/of 24 atoms have a place of their own/);
    expect(() => sitesFromStructure(crystal, FILE, { sites: ["K"] })).toThrow(/the file has no K/);
    expect(() => sitesFromStructure(crystal, FILE, { ...OPTIONS, types: { Li: "T" } })).toThrow(
      /no type is given for the site Na/,
    );
  });
});

describe("sites from the density", () => {
  // Ions on 2 × 2 × 2 cells: each octahedral void holds one 80 % of the time, each tetrahedral 10 %, as one walker per ion.
  const repeated = supercell(FILE, [2, 2, 2]).crystal;
  const elements = Array.from(repeated.kinds, (kind) => repeated.elements[kind]!);
  const placesOf = (element: string) =>
    Float64Array.from(
      elements.flatMap((name, i) => (name === element ? [...repeated.positions.slice(3 * i, 3 * i + 3)] : [])),
    );
  const framework = placesOf("S");
  const [tetrahedral, octahedral] = [placesOf("Li"), placesOf("Na")];
  const IONS = 32;

  const trajectory = (frames: number) => {
    const crystal = makeCrystal({
      cell: repeated.cell,
      species: [...new Array<string>(IONS).fill("Li"), ...new Array<string>(32).fill("S")],
      positions: [...octahedral, ...framework],
    });
    return trajectoryFrom(crystal, frames, {
      positionsAt: (frame) => {
        const rng = Rng.fromSeed(frame);
        const drift = [0.02 * frame, -0.01 * frame, 0.005 * frame];
        return crystal.positions.slice().map((x, i) => {
          const atom = Math.floor(i / 3);
          if (atom >= IONS) return x + 0.1 * rng.normal() + drift[i % 3]!;
          // In frames 4 of 5 ion j is on octahedral void j, else on tetrahedral void 2j or 2j + 1 in turn.
          const away = (frame + atom) % 5 === 0;
          const site = 2 * atom + ((frame + atom) % 10 === 0 ? 0 : 1);
          const place = away ? tetrahedral[3 * site + (i % 3)]! : octahedral[i]!;
          return place + 0.25 * rng.normal() + drift[i % 3]!;
        });
      },
    });
  };

  it("every void is found once, typed by symmetry, as full as it was made, though the crystal drifts", async () => {
    const { density } = await analyse(trajectory(600), { density: densityOf("Li", { spacing: 0.35 }) });
    const found = sitesFromDensity(density);
    expect(found.spaceGroup).toBe("Fm-3m");
    expect(found.types.map(({ name, sites }) => [name, sites])).toEqual([
      ["Li1", 32],
      ["Li2", 64],
    ]);
    // The run visits every void in turn, so only what strays beyond a basin's border is missing.
    expect(Math.abs(found.types[0]!.ions - 0.8)).toBeLessThan(0.02);
    expect(Math.abs(found.types[1]!.ions - 0.1)).toBeLessThan(0.02);
    const total = found.types.reduce((sum, { sites, ions }) => sum + sites * ions, 0) + found.outside;
    expect(total).toBeCloseTo(IONS, 8);
    // 60 visits to each tetrahedral void: its centre is known to 0.25/√60 = 0.03 Å per axis, to which the grid adds some.
    expect(farthestFromTruth(found.sites, { Li1: octahedral, Li2: tetrahedral })).toBeLessThan(0.2);
  });

  it("averaged over the space group a field has its symmetry and its integral, and one spot becomes its orbit", () => {
    const sulfur = makeCrystal({ cell: FILE.cell, species: FCC.map(() => "S"), fractional: FCC.flat() });
    const { operations } = findSymmetry(sulfur);
    const n = 16; // the translations by half a cell keep this grid
    const index = (s: readonly number[]): number => s.reduce((at, x) => n * at + (((Math.round(x) % n) + n) % n), 0);
    const values = new Float64Array(n ** 3);
    values[index([1, 2, 5])] = 1;
    const field = symmetrisedField({ cell: FILE.cell, shape: [n, n, n], values }, operations);
    // A general position of Fm-3m has 192 places to the cell.
    expect([...field.values].filter((x) => x > 0).length).toBe(192);
    expect(field.values.slice().reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
    for (const { rotation: r, translation: t } of operations)
      for (let k = 0; k < 40; k++) {
        const [x, y, z] = [k % n, (5 * k) % n, (7 * k + 1) % n];
        const image = [0, 1, 2].map((i) => r[3 * i]! * x + r[3 * i + 1]! * y + r[3 * i + 2]! * z + n * t[i]!);
        expect(field.values[index(image)]).toBe(field.values[index([x, y, z])]);
      }
  });

  it("a density that is known: two Gaussians across the face of a skewed cell, their weights and places", () => {
    const cell = makeCell([9, 0, 0, 3, 8, 0, -2, 1, 7]);
    const shape = [30, 28, 25] as const;
    const spots = [
      { place: [0.02, 0.98, 0.5], ions: 0.7 },
      { place: [0.5, 0.45, 0.03], ions: 0.3 },
    ];
    const sigma = 0.4;
    const gaussians = (width: number) =>
      Float64Array.from({ length: 30 * 28 * 25 }, (_, i) => {
        const s = [Math.floor(i / 700) / 30, (Math.floor(i / 25) % 28) / 28, (i % 25) / 25];
        return spots.reduce((sum, { place, ions }) => {
          const d = minimumImage(
            cell,
            toCartesian(
              cell,
              Float64Array.from(s, (c, k) => c - place[k]!),
            ),
          );
          const squared = d[0]! ** 2 + d[1]! ** 2 + d[2]! ** 2;
          return sum + (ions * Math.exp(-squared / (2 * width ** 2))) / (2 * Math.PI * width ** 2) ** 1.5;
        }, 0);
      });
    const values = gaussians(sigma);
    const { basins, outside } = densityBasins({ cell, shape, values }, { smoothingA: 0, floor: 1e-9 });
    expect(basins.length).toBe(2);
    for (const [b, { place, ions }] of spots.entries()) {
      expect(basins[b]!.ions).toBeCloseTo(ions, 4); // trapezoid rule on a smooth function
      const apart = Float64Array.from(place, (s, k) => basins[b]!.place[k]! - s);
      // The points above half the peak are some forty on a grid of 0.3 Å: their centre is off by a tenth of that at most.
      expect(Math.hypot(...minimumImage(cell, toCartesian(cell, apart)))).toBeLessThan(0.05);
    }
    expect(outside).toBeLessThan(1e-6);
    // A Gaussian smoothed by a Gaussian is one of the summed variance. What the grid cannot carry is exp(−½(πσ/0.33 Å)²) = 7·10⁻⁴ of a peak.
    const wide = gaussians(Math.hypot(sigma, 0.3));
    const smooth = smoothed({ cell, shape, values }, 0.3);
    const top = Math.max(...wide);
    const worst = wide.reduce((most, x, i) => Math.max(most, Math.abs(smooth[i]! - x)), 0);
    expect(worst / top).toBeLessThan(7e-4);
  });

  it("a shallow pass joins two peaks, a deep one does not", () => {
    const cell = makeCell([10, 0, 0, 0, 4, 0, 0, 0, 4]);
    const values = (dip: number) =>
      Float64Array.from({ length: 40 * 16 * 16 }, (_, i) => {
        const x = Math.floor(i / 256) / 4;
        const [y, z] = [((Math.floor(i / 16) % 16) - 8) / 4, ((i % 16) - 8) / 4];
        // Along x two peaks at 4 and 6 Å with the pass at 5 a fraction `dip` of them.
        const along =
          Math.abs(x - 5) > 3
            ? 0
            : Math.abs(x - 5) <= 1
              ? dip + (1 - dip) * (x - 5) ** 2
              : Math.max(0, 1 - (Math.abs(x - 5) - 1) / 2);
        return along * Math.exp(-2 * (y * y + z * z));
      });
    const count = (dip: number) =>
      densityBasins({ cell, shape: [40, 16, 16], values: values(dip) }, { smoothingA: 0, mergeRatio: 0.6 }).basins
        .length;
    expect([count(0.5), count(0.7)]).toEqual([2, 1]);
  });
});
