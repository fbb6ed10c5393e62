// The rules that say which site a point belongs to, on the moving sites of a SiteFrame:
//   "voronoi"     the nearest site; of equally near ones the present one, else the lowest;
//   "sphere"      the site whose sphere the point is in; the present one first, else the nearest of them;
//   "polyhedron"  the site whose polyhedron the point is in; the present one first, else the nearest of them.
// Distances are to the nearest image, exactly, in any cell (site-grid.ts).

import type { F64 } from "../base/index.js";
import { type Cell, minimumImage } from "../structure/index.js";
import type { SiteFrame } from "./site-frame.js";
import { boxOf, gridFits, makeSiteGrid, type SiteGrid } from "./site-grid.js";
import type { SiteList } from "./site-list.js";
import { insidePolyhedron } from "./site-polyhedra.js";

export type SiteRule = "voronoi" | "sphere" | "polyhedron";

/** Å a site or vertex may move before the candidate lists are made anew. */
const SLACK = 0.8;
/** Two distances that differ by less than this, relative, are a tie: rounding of a difference of coordinates. */
const TIE = 1e-12;

export class SiteFinder {
  /** Squared distances, Å², of the last look-up: to the site found and to the present one (NaN when it is not nearby). */
  foundSquared = Number.NaN;
  presentSquared = Number.NaN;
  #grid: SiteGrid | undefined;
  /** Places (or displacements of vertices) the grid was made for. */
  #basis: Float64Array = new Float64Array(0);
  #slack: number;
  #cell: Cell;

  constructor(
    private readonly sites: SiteList,
    private readonly frame: SiteFrame,
    private readonly rule: SiteRule,
    /** [m] Å, for "sphere". */
    private readonly radii: F64 = new Float64Array(0),
  ) {
    this.#slack = rule === "polyhedron" || sites.follow === "polyhedron" ? SLACK : 0;
    this.#cell = sites.cell;
  }

  /** After `frame.update`: makes the candidate lists anew when they might be incomplete. */
  prepare(cell: Cell): void {
    this.#cell = cell;
    if (this.#grid && gridFits(this.#grid, cell)) {
      if (this.#slack === 0) return;
      if (this.#largestMove() <= this.#grid.slack) return;
      // One loose atom should not cost a new grid every few frames.
      this.#slack *= 1.25;
    }
    this.#basis = this.#moving().slice();
    const { places } = this.frame;
    const radii = this.rule === "sphere" ? this.radii : this.rule === "polyhedron" ? this.#circumradii() : undefined;
    this.#grid = makeSiteGrid(cell, places, { slack: this.#slack, ...(radii ? { radii } : {}) });
  }

  /** Site of the point with fractional coordinates x, y, z (drift taken off), or −1; `present` is where it was, or −1. */
  find(x: number, y: number, z: number, present: number): number {
    const grid = this.#grid!;
    const { places } = this.frame;
    const v = this.#cell.vectors;
    const wx = wrapped(x);
    const wy = wrapped(y);
    const wz = wrapped(z);
    const box = boxOf(grid, wx, wy, wz);
    let found = -1;
    let least = Number.POSITIVE_INFINITY;
    let here = Number.NaN;
    let stays = false;
    for (let c = grid.first[box]!; c < grid.first[box + 1]!; c++) {
      const j = grid.site[c]!;
      const a = wx - grid.shift[3 * c]!;
      const b = wy - grid.shift[3 * c + 1]!;
      const d = wz - grid.shift[3 * c + 2]!;
      const fx = a - places[3 * j]!;
      const fy = b - places[3 * j + 1]!;
      const fz = d - places[3 * j + 2]!;
      const dx = fx * v[0]! + fy * v[3]! + fz * v[6]!;
      const dy = fx * v[1]! + fy * v[4]! + fz * v[7]!;
      const dz = fx * v[2]! + fy * v[5]! + fz * v[8]!;
      const squared = dx * dx + dy * dy + dz * dz;
      if (j === present && !(squared >= here)) here = squared;
      if (this.rule !== "voronoi") {
        if (j !== present && squared >= least) continue;
        if (!this.#holds(j, squared, a, b, d)) continue;
        if (j === present) stays = true;
      }
      if (squared < least) [found, least] = [j, squared];
    }
    if (stays || (this.rule === "voronoi" && here <= least * (1 + TIE))) [found, least] = [present, here];
    this.foundSquared = least;
    this.presentSquared = here;
    return found;
  }

  /** Squared distance, Å², of a point from any site, nearest image. */
  squaredDistance(x: number, y: number, z: number, site: number): number {
    const { places } = this.frame;
    const v = this.#cell.vectors;
    const [a, b, c] = [x - places[3 * site]!, y - places[3 * site + 1]!, z - places[3 * site + 2]!];
    const d = Float64Array.from({ length: 3 }, (_, k) => a * v[k]! + b * v[3 + k]! + c * v[6 + k]!);
    const [dx, dy, dz] = minimumImage(this.#cell, d);
    return dx! * dx! + dy! * dy! + dz! * dz!;
  }

  #holds(site: number, squared: number, x: number, y: number, z: number): boolean {
    if (this.rule === "sphere") return squared <= this.radii[site]! ** 2;
    return insidePolyhedron(this.sites.polyhedra!, this.frame.vertices, { site, x, y, z });
  }

  #moving(): Float64Array {
    return this.rule === "polyhedron" ? this.frame.displacements : this.frame.places;
  }

  #largestMove(): number {
    const v = this.#grid!.cell.vectors;
    const now = this.#moving();
    const before = this.#basis;
    let squared = 0;
    for (let i = 0; i < now.length; i += 3) {
      const [a, b, c] = [now[i]! - before[i]!, now[i + 1]! - before[i + 1]!, now[i + 2]! - before[i + 2]!];
      const x = a * v[0]! + b * v[3]! + c * v[6]!;
      const y = a * v[1]! + b * v[4]! + c * v[7]!;
      const z = a * v[2]! + b * v[5]! + c * v[8]!;
      squared = Math.max(squared, x * x + y * y + z * z);
    }
    return Math.sqrt(squared);
  }

  /** Largest distance of a vertex from the site, now. */
  #circumradii(): Float64Array {
    const { first } = this.sites.polyhedra!;
    const { places, vertices } = this.frame;
    const v = this.#cell.vectors;
    return Float64Array.from({ length: places.length / 3 }, (_, j) => {
      let radius = 0;
      for (let w = first[j]!; w < first[j + 1]!; w++) {
        const d = [0, 1, 2].map((k) => vertices[3 * w + k]! - places[3 * j + k]!);
        const along = (k: number): number => d[0]! * v[k]! + d[1]! * v[3 + k]! + d[2]! * v[6 + k]!;
        radius = Math.max(radius, Math.hypot(along(0), along(1), along(2)));
      }
      return radius;
    });
  }
}

function wrapped(s: number): number {
  const inside = s - Math.floor(s);
  return inside >= 1 ? 0 : inside;
}
