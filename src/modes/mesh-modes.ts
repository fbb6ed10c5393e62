// The vibrations of a mesh, one wave vector after the other. Only what is asked for is kept; everything else is seen once, by `visit`, so that
// memory does not grow with the mesh unless vectors are kept. What will be kept is known beforehand (meshMemory).

import { type F64, InputError, type Note, Pacer, ResourceError, type RunOptions, type Vec3 } from "../base/index.js";
import { atomCount, type Crystal } from "../structure/index.js";
import type { BrillouinMesh } from "./brillouin-mesh.js";
import type { LatticeDynamics } from "./lattice-dynamics.js";
import type { Modes } from "./modes.js";

/** "weights": |e_j|² of every atom; "tensors": Re e_jα e*_jβ (xx yy zz yz xz xy); "vectors": everything. */
export type MeshKeep = "weights" | "tensors" | "vectors";

export interface MeshPoint {
  /** Place among the mesh's points. */
  readonly index: number;
  /** Wave vectors of the whole mesh this one stands for. */
  readonly weight: number;
  readonly modes: Modes;
}

export interface SolveMeshOptions extends RunOptions {
  /** Beside the frequencies. Default: nothing. */
  readonly keep?: readonly MeshKeep[];
  /** Sees every point with its vectors; they are not kept. */
  readonly visit?: (point: MeshPoint) => void;
  /** Refuse to keep more than this, bytes. Default 2e9. */
  readonly memoryLimit?: number;
}

export interface MeshModes {
  readonly crystal: Crystal;
  readonly mesh: BrillouinMesh;
  /** 3b. */
  readonly count: number;
  readonly frequencies: F64; // [points,count] THz, ascending at each point, imaginary ones negative
  readonly weights?: F64; // [points,count,b]
  readonly tensors?: F64; // [points,count,b,6]
  readonly vectors?: F64; // [points,count,b,3,2]
  readonly notes: readonly Note[];
}

/** Bytes that solveMesh keeps, beside a few matrices of one wave vector. */
export function meshMemory(atoms: number, mesh: BrillouinMesh, keep: readonly MeshKeep[] = []): number {
  const modes = mesh.weights.length * 3 * atoms;
  const perMode =
    1 +
    (keep.includes("weights") ? atoms : 0) +
    (keep.includes("tensors") ? 6 * atoms : 0) +
    (keep.includes("vectors") ? 6 * atoms : 0);
  return 8 * modes * perMode;
}

/** THz; more than this between a wave vector and its image under an operation is worth a note. */
const SAME_FREQUENCY = 1e-3;
/** A wave vector without symmetry. */
const GENERAL: Vec3 = [0.137, 0.291, 0.083];

/** @throws ResourceError when more would be kept than is allowed. */
export async function solveMesh(
  dynamics: LatticeDynamics,
  mesh: BrillouinMesh,
  options: SolveMeshOptions = {},
): Promise<MeshModes> {
  const { keep = [], visit, memoryLimit = 2e9 } = options;
  const { crystal, count } = dynamics;
  const b = atomCount(crystal);
  const points = mesh.weights.length;
  const bytes = meshMemory(b, mesh, keep);
  if (bytes > memoryLimit)
    throw new ResourceError(
      `${keep.join(" and ") || "frequencies"} of ${points} wave vectors with ${count} modes need ${(bytes / 1e9).toFixed(2)} GB, allowed are ${(memoryLimit / 1e9).toFixed(2)} GB`,
      "take a coarser mesh, use visit instead of keep, or raise memoryLimit",
      { bytes, memoryLimit },
    );
  const frequencies = new Float64Array(points * count);
  const weights = keep.includes("weights") ? new Float64Array(points * count * b) : undefined;
  const tensors = keep.includes("tensors") ? new Float64Array(points * count * b * 6) : undefined;
  const vectors = keep.includes("vectors") ? new Float64Array(points * count * b * 6) : undefined;
  const wanted = visit || weights || tensors || vectors;
  const pacer = new Pacer("wave vectors", options);
  for (let index = 0; index < points; index++) {
    const q = [mesh.points[3 * index]!, mesh.points[3 * index + 1]!, mesh.points[3 * index + 2]!] as Vec3;
    if (wanted) {
      const modes = dynamics.modesAt(q);
      frequencies.set(modes.frequencies as Float64Array, index * count);
      vectors?.set(modes.vectors as Float64Array, index * count * b * 6);
      if (weights) weightsInto(modes.vectors, weights.subarray(index * count * b, (index + 1) * count * b));
      if (tensors) tensorsInto(modes.vectors, tensors.subarray(index * count * b * 6, (index + 1) * count * b * 6));
      visit?.({ index, weight: mesh.weights[index]!, modes });
    } else frequencies.set(dynamics.frequenciesAt(q), index * count);
    await pacer.tick(index + 1, points);
  }
  return {
    crystal,
    mesh,
    count,
    frequencies,
    ...(weights ? { weights } : {}),
    ...(tensors ? { tensors } : {}),
    ...(vectors ? { vectors } : {}),
    notes: [...dynamics.notes, ...symmetryNotes(dynamics, mesh)],
  };
}

/** [count·b] |e_j|². */
function weightsInto(vectors: F64, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = 6 * i; k < 6 * i + 6; k++) sum += vectors[k]! ** 2;
    out[i] = sum;
  }
}

/** [count·b,6] Re e_α e*_β: xx yy zz yz xz xy. */
export function tensorsInto(vectors: F64, out: Float64Array): void {
  for (let at = 0; at < out.length; at += 6) {
    const [x, X, y, Y, z, Z] = [
      vectors[at]!,
      vectors[at + 1]!,
      vectors[at + 2]!,
      vectors[at + 3]!,
      vectors[at + 4]!,
      vectors[at + 5]!,
    ];
    out[at] = x * x + X * X;
    out[at + 1] = y * y + Y * Y;
    out[at + 2] = z * z + Z * Z;
    out[at + 3] = y * z + Y * Z;
    out[at + 4] = x * z + X * Z;
    out[at + 5] = x * y + X * Y;
  }
}

/** Force constants that lack the crystal's symmetry make a reduced mesh wrong: frequencies at a general q and its images tell. */
function symmetryNotes(dynamics: LatticeDynamics, mesh: BrillouinMesh): Note[] {
  const here = dynamics.frequenciesAt(GENERAL);
  let worst = 0;
  const seen = new Set<string>();
  for (const { rotation: w } of mesh.operations) {
    const q = [0, 1, 2].map((i) => w[i]! * GENERAL[0] + w[3 + i]! * GENERAL[1] + w[6 + i]! * GENERAL[2]);
    if (seen.has(q.join()) || seen.has(q.map((x) => -x).join())) continue;
    seen.add(q.join());
    const there = dynamics.frequenciesAt(q as unknown as Vec3);
    for (let k = 0; k < here.length; k++) worst = Math.max(worst, Math.abs(here[k]! - there[k]!));
  }
  if (worst <= SAME_FREQUENCY) return [];
  return [
    {
      code: "force-constants-lack-symmetry",
      message: `frequencies at wave vectors that the crystal's symmetry makes equal differ by up to ${worst.toPrecision(3)} THz; the mesh was reduced by that symmetry`,
      hint: 'impose the symmetry on the force constants, or make the mesh with symmetry: "none"',
    },
  ];
}

/** Σ_points weight Σ_modes value(frequency), over the number of wave vectors: a sum per primitive cell. */
export function meshSum({ mesh, frequencies, count }: MeshModes, value: (frequencyThz: number) => number): number {
  let sum = 0;
  for (let point = 0; point < mesh.weights.length; point++) {
    let here = 0;
    for (let mode = 0; mode < count; mode++) here += value(frequencies[point * count + mode]!);
    sum += mesh.weights[point]! * here;
  }
  return sum / mesh.total;
}

/** @throws InputError when the tables that a computation needs were not kept. */
export function expectKept<K extends MeshKeep>(modes: MeshModes, what: K): F64 {
  const kept = modes[what];
  if (kept) return kept;
  throw new InputError(`this needs the ${what} of the mesh`, `solve the mesh with keep: ["${what}"]`);
}
