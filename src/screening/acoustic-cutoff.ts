// How high sound-like modes reach. "Lowest three": the largest frequency of the third band over the mesh, bands in order of frequency; where optical
// bands cross the acoustic ones it is lower than sound reaches. "Tracked": from Γ outwards along straight rays to the zone's boundary the three
// modes are followed that hold most of the three before,
//
//   w_n = Σ_{a∈acoustic} |⟨e_n(q + δ)|e_a(q)⟩|²,    the three largest w_n go on,
//
// and the largest frequency they have anywhere is the cut-off. The vectors' phases run over atom positions, so that they change smoothly with q.
// w does not depend on vectors inside a degenerate group. Where acoustic and optical modes mix and part again (an avoided crossing) there
// is no right answer: the least w that was taken says how clear it was, 1 being certain and below ½ a guess.

import { type F64, InputError, Pacer, type RunOptions, type Vec3 } from "../base/index.js";
import { cartesianWave, type LatticeDynamics, type MeshModes } from "../modes/index.js";
import { type Cell, cellWidths } from "../structure/index.js";

export interface AcousticCutoff {
  readonly cutoffThz: number;
  /** Fractional wave vector where it is. */
  readonly q: Vec3;
}

/** Over the points of a mesh. */
export function lowestThreeCutoff({ mesh, frequencies, count }: MeshModes): AcousticCutoff {
  let best = 0;
  for (let point = 0; point < mesh.weights.length; point++)
    if (frequencies[point * count + 2]! > frequencies[best * count + 2]!) best = point;
  return {
    cutoffThz: frequencies[best * count + 2]!,
    q: [mesh.points[3 * best]!, mesh.points[3 * best + 1]!, mesh.points[3 * best + 2]!],
  };
}

export interface TrackedCutoff extends AcousticCutoff {
  /** Least weight w of a mode that was taken for acoustic, 0 … 1. */
  readonly leastOverlap: number;
  readonly rays: number;
}

export interface TrackOptions extends RunOptions {
  /** Largest step along a ray, rad/Å. Default 0.05. */
  readonly step?: number;
}

/** Along the rays from Γ through every point of the mesh, each direction once, up to the boundary of the zone. */
export async function trackedCutoff(
  dynamics: LatticeDynamics,
  { mesh }: Pick<MeshModes, "mesh">,
  options: TrackOptions = {},
): Promise<TrackedCutoff> {
  const { step = 0.05 } = options;
  if (!(step > 0)) throw new InputError(`steps of ${step} rad/Å`, "give a positive number");
  const rays = raysThrough(dynamics.crystal.cell, mesh.points);
  if (rays.length === 0)
    throw new InputError(
      "the mesh holds Γ only: there is no way to follow sound along",
      "take at least 2 wave vectors along an axis",
    );
  const pacer = new Pacer("following acoustic modes", options);
  let best: AcousticCutoff = { cutoffThz: Number.NEGATIVE_INFINITY, q: [0, 0, 0] };
  let leastOverlap = 1;
  for (const [index, end] of rays.entries()) {
    const found = followRay(dynamics, end, step);
    leastOverlap = Math.min(leastOverlap, found.leastOverlap);
    if (found.cutoffThz > best.cutoffThz) best = { cutoffThz: found.cutoffThz, q: found.q };
    await pacer.tick(index + 1, rays.length);
  }
  return { ...best, leastOverlap, rays: rays.length };
}

function followRay(dynamics: LatticeDynamics, end: Vec3, step: number): Omit<TrackedCutoff, "rays"> {
  const steps = Math.max(4, Math.ceil(Math.hypot(...cartesianWave(dynamics.crystal.cell, end)) / step));
  const { count } = dynamics;
  let before: F64[] | undefined;
  let [cutoffThz, leastOverlap] = [Number.NEGATIVE_INFINITY, 1];
  let at: Vec3 = [0, 0, 0];
  for (let k = 0; k <= steps; k++) {
    // The first point is next to Γ, where sound is known by having no frequency.
    const t = k === 0 ? 1e-3 / steps : k / steps;
    const q: Vec3 = [t * end[0], t * end[1], t * end[2]];
    const { frequencies, vectors } = dynamics.modesAt(q);
    const vector = (mode: number): F64 => vectors.subarray(2 * count * mode, 2 * count * (mode + 1));
    const chosen = before === undefined ? nearestZero(frequencies) : heirs(count, vector, before);
    for (const { mode, weight } of chosen) {
      leastOverlap = Math.min(leastOverlap, weight);
      if (frequencies[mode]! > cutoffThz) [cutoffThz, at] = [frequencies[mode]!, q];
    }
    before = chosen.map(({ mode }) => vector(mode));
  }
  return { cutoffThz, q: at, leastOverlap };
}

interface Chosen {
  readonly mode: number;
  readonly weight: number;
}

/** The three modes nearest to no frequency: next to Γ soft optical modes may lie below the translations. */
const nearestZero = (frequencies: F64): Chosen[] =>
  Array.from(frequencies, (f, mode) => ({ mode, size: Math.abs(f) }))
    .sort((a, b) => a.size - b.size)
    .slice(0, 3)
    .map(({ mode }) => ({ mode, weight: 1 }));

function heirs(count: number, vector: (mode: number) => F64, before: readonly F64[]): Chosen[] {
  return Array.from({ length: count }, (_, mode) => {
    const e = vector(mode);
    let weight = 0;
    for (const a of before) {
      let [re, im] = [0, 0];
      for (let k = 0; k < e.length; k += 2) {
        re += e[k]! * a[k]! + e[k + 1]! * a[k + 1]!;
        im += e[k]! * a[k + 1]! - e[k + 1]! * a[k]!;
      }
      weight += re * re + im * im;
    }
    return { mode, weight: Math.min(1, weight) };
  })
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 3);
}

/** Ends of the rays on the zone's boundary, fractional: q scaled until it is as near to a reciprocal lattice point as to Γ. */
export function raysThrough(cell: Cell, points: F64): Vec3[] {
  const found = new Map<string, Vec3>();
  for (let p = 0; p < points.length; p += 3) {
    const q: Vec3 = [points[p]!, points[p + 1]!, points[p + 2]!];
    const k = cartesianWave(cell, q);
    const length = Math.hypot(...k);
    if (length < 1e-8) continue;
    const reach = boundaryAlong(cell, k);
    const key = k.map((x) => (x / length + 0).toFixed(6).replace("-0.000000", "0.000000")).join(" ");
    found.set(key, [q[0] * reach, q[1] * reach, q[2] * reach]);
  }
  return [...found.values()];
}

/** t with t k on the boundary of the first Brillouin zone: the least |G|²/(2 k·G). */
function boundaryAlong(cell: Cell, k: Vec3): number {
  // Only G up to twice the zone's farthest corner can bound it, and that corner is within √3/2 of the longest reciprocal vector |b| of the cell;
  // a component of G is at most |G||a|, a a lattice vector. Cells as they are cut are reduced, for which this is a few.
  const v = cell.vectors;
  const longest = Math.max(...[0, 1, 2].map((i) => Math.hypot(v[3 * i]!, v[3 * i + 1]!, v[3 * i + 2]!)));
  const reach = Math.ceil((Math.sqrt(3) * longest) / Math.min(...cellWidths(cell)));
  let least = Number.POSITIVE_INFINITY;
  for (let a = -reach; a <= reach; a++)
    for (let b = -reach; b <= reach; b++)
      for (let c = -reach; c <= reach; c++) {
        const g = cartesianWave(cell, [a, b, c]);
        const along = k[0] * g[0] + k[1] * g[1] + k[2] * g[2];
        if (along > 0) least = Math.min(least, (g[0] ** 2 + g[1] ** 2 + g[2] ** 2) / (2 * along));
      }
  return least;
}
