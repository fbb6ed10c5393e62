// Which sites can a point belong to? The cell is cut into small boxes; each lists the images of sites that a point inside
// can be assigned to, so that a look-up is a handful of straight distances: exact in any cell, skewed or smaller than a site's reach.
//
// A box with centre c and half diagonal ρ lists a site image at distance d from c
//   for "nearest"  if d ≤ (1+σ)(d_min + ρ + δ) + δ + ρ   with d_min the distance from c to the nearest image,
//   for "within"   if d ≤ (1+σ) r_j + ρ + δ              with r_j the reach of site j.
// Proof for "nearest": let k be nearest to c, j nearest to a point p of the box after every site has moved by at most δ and
// lengths have changed by factors in [1−ε, 1+ε] with (1+ε)/(1−ε) ≤ 1+σ; then (1−ε)(d_j − ρ − δ) ≤ |p−j|' ≤ |p−k|' ≤ (1+ε)(d_k + ρ + δ).
// So the lists stay complete until a site has moved by δ or the cell has been strained by ε; then they are made anew.

import type { F64 } from "../base/index.js";
import { type Cell, multiply3 } from "../structure/index.js";

export interface SiteGrid {
  readonly cell: Cell;
  readonly counts: readonly [number, number, number];
  /** [boxes+1] images of box b are first[b] … first[b+1]−1, in order of site. */
  readonly first: Int32Array;
  readonly site: Int32Array;
  /** [images,3] lattice translation of the image. */
  readonly shift: Float64Array;
  /** Å: how far a site may move before the lists are incomplete. */
  readonly slack: number;
}

export interface SiteReach {
  /** [m] Å for "within"; left out for "nearest". */
  readonly radii?: F64;
  /** δ, Å. */
  readonly slack: number;
}

/** σ: the lists hold until lengths have changed by about half of this. */
const STRAIN = 0.02;
/** Boxes per site: half diagonals of about a third of the distance between sites. */
const BOXES_PER_SITE = 24;
const MOST_BOXES = 400_000;
/** Rounding of distances, Å. */
const ROUNDING = 1e-9;

/** `places` [m,3] fractional, any image. */
export function makeSiteGrid(cell: Cell, places: F64, { radii, slack }: SiteReach): SiteGrid {
  const m = places.length / 3;
  const counts = boxCounts(cell, m);
  const boxes = counts[0] * counts[1] * counts[2];
  const rho = halfDiagonal(cell, counts);
  const scan = { cell, places, counts };
  let reach: (box: number, site: number) => number;
  let farthest: number;
  if (radii) {
    reach = (_, site) => (1 + STRAIN) * radii[site]! + rho + slack + ROUNDING;
    farthest = Math.max(...radii) * (1 + STRAIN) + rho + slack + ROUNDING;
  } else {
    const nearest = nearestOfBoxes(scan, boxes);
    reach = (box) => (1 + STRAIN) * (nearest[box]! + rho + slack) + slack + rho + ROUNDING;
    farthest = nearest.reduce((most, _, box) => Math.max(most, reach(box, 0)), 0);
  }
  const first = new Int32Array(boxes + 1);
  forImages(scan, farthest, (box, site, distance) => {
    if (distance <= reach(box, site)) first[box + 1] = first[box + 1]! + 1;
  });
  for (let box = 0; box < boxes; box++) first[box + 1] = first[box + 1]! + first[box]!;
  const next = first.slice();
  const site = new Int32Array(first[boxes]!);
  const shift = new Float64Array(3 * first[boxes]!);
  forImages(scan, farthest, (box, j, distance, image) => {
    if (!(distance <= reach(box, j))) return;
    const at = next[box]!;
    next[box] = at + 1;
    site[at] = j;
    shift.set(image, 3 * at);
  });
  return { cell, counts, first, site, shift, slack };
}

/** Box of a wrapped fractional point, each coordinate in [0,1). */
export function boxOf({ counts }: SiteGrid, x: number, y: number, z: number): number {
  // A coordinate a hair below 1 may round to the box beyond the last.
  const i = Math.min(Math.floor(x * counts[0]), counts[0] - 1);
  const j = Math.min(Math.floor(y * counts[1]), counts[1] - 1);
  const k = Math.min(Math.floor(z * counts[2]), counts[2] - 1);
  return (i * counts[1] + j) * counts[2] + k;
}

/** Whether the lists are complete in `cell`: ε = |F − 1|, F the deformation since they were made, and (1+ε)/(1−ε) ≤ 1+σ. */
export function gridFits(grid: SiteGrid, cell: Cell): boolean {
  if (cell === grid.cell) return true;
  const deformation = multiply3(grid.cell.inverse, cell.vectors);
  let squared = 0;
  for (let i = 0; i < 9; i++) squared += (deformation[i]! - (i % 4 === 0 ? 1 : 0)) ** 2;
  const strain = Math.sqrt(squared);
  return 1 + strain <= (1 + STRAIN) * (1 - strain);
}

interface Scan {
  readonly cell: Cell;
  readonly places: F64;
  readonly counts: readonly [number, number, number];
}

function boxCounts(cell: Cell, m: number): [number, number, number] {
  const edge = Math.cbrt(cell.volume / Math.min(MOST_BOXES, Math.max(64, BOXES_PER_SITE * m)));
  const along = (i: number): number =>
    Math.max(
      1,
      Math.round(Math.hypot(cell.vectors[3 * i]!, cell.vectors[3 * i + 1]!, cell.vectors[3 * i + 2]!) / edge),
    );
  return [along(0), along(1), along(2)];
}

function halfDiagonal({ vectors: v }: Cell, counts: readonly number[]): number {
  let longest = 0;
  for (const [a, b] of [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ] as const) {
    const along = (k: number): number =>
      v[k]! / counts[0]! + (a * v[3 + k]!) / counts[1]! + (b * v[6 + k]!) / counts[2]!;
    longest = Math.max(longest, Math.hypot(along(0), along(1), along(2)));
  }
  return longest / 2;
}

/** Distance from each box's centre to the nearest site image, by a search radius that doubles until every box has one. */
function nearestOfBoxes(scan: Scan, boxes: number): Float64Array {
  const nearest = new Float64Array(boxes);
  let radius = Math.cbrt(scan.cell.volume / (scan.places.length / 3));
  for (;;) {
    nearest.fill(Number.POSITIVE_INFINITY);
    forImages(scan, radius, (box, _, distance) => {
      if (distance < nearest[box]!) nearest[box] = distance;
    });
    // What was found beyond the radius need not be the nearest.
    if (nearest.every((distance) => distance <= radius)) return nearest;
    radius *= 1.5;
  }
}

/**
 * Calls `visit` for every box and site image whose centre is at most `radius` away (and for some that are further). The image seen from
 * the wrapped box is the site moved by `image` lattice vectors.
 */
function forImages(
  { cell, places, counts }: Scan,
  radius: number,
  visit: (box: number, site: number, distance: number, image: readonly [number, number, number]) => void,
): void {
  const { vectors: v, inverse: m } = cell;
  const span = [0, 1, 2].map((k) => radius * Math.hypot(m[k]!, m[3 + k]!, m[6 + k]!));
  for (let site = 0; site < places.length / 3; site++) {
    const s = [places[3 * site]!, places[3 * site + 1]!, places[3 * site + 2]!] as const;
    const low = counts.map((count, k) => Math.ceil((s[k]! - span[k]!) * count - 0.5));
    const high = counts.map((count, k) => Math.floor((s[k]! + span[k]!) * count - 0.5));
    for (let i = low[0]!; i <= high[0]!; i++) {
      const a = (i + 0.5) / counts[0] - s[0];
      const qi = Math.floor(i / counts[0]);
      for (let j = low[1]!; j <= high[1]!; j++) {
        const b = (j + 0.5) / counts[1] - s[1];
        const qj = Math.floor(j / counts[1]);
        for (let k = low[2]!; k <= high[2]!; k++) {
          const c = (k + 0.5) / counts[2] - s[2];
          const qk = Math.floor(k / counts[2]);
          const x = a * v[0]! + b * v[3]! + c * v[6]!;
          const y = a * v[1]! + b * v[4]! + c * v[7]!;
          const z = a * v[2]! + b * v[5]! + c * v[8]!;
          const distance = Math.sqrt(x * x + y * y + z * z);
          if (distance > radius) continue;
          const box = ((i - qi * counts[0]) * counts[1] + (j - qj * counts[1])) * counts[2] + (k - qk * counts[2]);
          visit(box, site, distance, [-qi, -qj, -qk]);
        }
      }
    }
  }
}
