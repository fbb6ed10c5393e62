// Site assignment, because it is asked for at every frame of a trajectory and every few steps of a driven run. 192 ions on 1,056 sites of
// a monoclinic cell of 1,248 atoms (the size of a 4 × 4 × 3 argyrodite or a large LGPS cell); ions rattle by 0.4 Å about their sites and
// one in a hundred changes site per frame. The framework's drift is taken off in every frame, its 1,056 atoms averaged.
// "vertices": sites follow the centroids of their four anions. "exclusive": most frames have two ions with one nearest site, which takes
// the assignment of least squares. Good: 0.1 ms per frame with sites that follow the drift.

import { Rng } from "../../src/base/index.js";
import { makeSiteList, makeSiteTracker, type SiteTrackerOptions } from "../../src/dynamics/index.js";
import { makeCell, makeCrystal, toCartesian } from "../../src/structure/index.js";

export const name = "site-assignment";
export const unit = "frames";
export const sizes = ["voronoi", "sphere", "voronoi, vertices", "polyhedron", "exclusive"] as const;

export const targets = [
  { row: "voronoi", atMostMs: 0.1 },
  { row: "sphere", atMostMs: 0.1 },
];

const IONS = 192;
const SITES = 1056;
const FRAMES = 64;
const NOISE = 0.4; // Å

/** What is timed: one frame. */
export function prepare(size: (typeof sizes)[number]): () => number {
  const rng = Rng.fromSeed(1056);
  const cell = makeCell([27.5, 0, 0, 0, 27.6, 0, -2.3, 0, 22.8]);
  const lattice = Array.from({ length: SITES }, (_, j) => [j % 11, Math.floor(j / 11) % 12, Math.floor(j / 132)]);
  const places = toCartesian(cell, Float64Array.from(lattice.flatMap(([i, j, k]) => [i! / 11, j! / 12, k! / 8]))).map(
    (x) => x + 0.15 * rng.normal(),
  );
  // An anion in the middle of every eight sites.
  const anions = toCartesian(
    cell,
    Float64Array.from(lattice.flatMap(([i, j, k]) => [(i! + 0.5) / 11, (j! + 0.5) / 12, (k! + 0.5) / 8])),
  );
  const crystal = makeCrystal({
    cell,
    species: [...new Array<string>(SITES).fill("S"), ...new Array<string>(IONS).fill("Li")],
    positions: [...anions, ...places.slice(0, 3 * IONS)],
  });
  const vertices = size === "polyhedron" || size.endsWith("vertices");
  const polyhedra = lattice.map(([i, j, k]) => {
    const anion = (a: number, b: number, c: number): { atom: number } => ({
      atom: ((i! - a + 11) % 11) + 11 * ((j! - b + 12) % 12) + 132 * ((k! - c + 8) % 8),
    });
    return [anion(0, 0, 0), anion(1, 1, 0), anion(1, 0, 1), anion(0, 1, 1)];
  });
  const sites = makeSiteList(crystal, {
    positions: places,
    labels: "Li",
    framework: Array.from({ length: SITES }, (_, atom) => atom),
    ...(vertices ? { polyhedra, follow: "polyhedron" as const } : {}),
  });
  const frames = walk(crystal.positions.slice(), places, rng);
  const rule: SiteTrackerOptions["rule"] = size === "voronoi, vertices" ? "voronoi" : size;
  const ions = Array.from({ length: IONS }, (_, i) => SITES + i);
  // In blocks to a sink that forgets them: memory stays what it is.
  const tracker = makeSiteTracker(sites, { ions, rule, radiusA: 1, dwellFs: 2, sink: () => undefined });
  let frame = 0;
  return () => {
    tracker.update(frames[frame % FRAMES]!, frame);
    frame++;
    return 1;
  };
}

function walk(start: Float64Array, places: Float64Array, rng: Rng): Float64Array[] {
  const siteOf = Array.from({ length: IONS }, (_, ion) => (5 * ion + rng.below(5)) % SITES);
  return Array.from({ length: FRAMES }, () => {
    const x = start.map((r) => r + 0.12 * rng.normal());
    for (let ion = 0; ion < IONS; ion++) {
      if (rng.uniform() < 0.01) siteOf[ion] = emptySite(siteOf, rng);
      for (let k = 0; k < 3; k++) x[3 * (SITES + ion) + k] = places[3 * siteOf[ion]! + k]! + NOISE * rng.normal();
    }
    return x;
  });
}

function emptySite(siteOf: readonly number[], rng: Rng): number {
  for (;;) {
    const site = rng.below(SITES);
    if (!siteOf.includes(site)) return site;
  }
}
