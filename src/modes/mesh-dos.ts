// Density of states of a mesh, in states per THz and primitive cell: ∫ g df = 3b. By tetrahedra (tetrahedra.ts) or with a Gaussian on every
// frequency. Parts by atom weigh mode n with |e_{j,n}|², parts along a direction n with |n·e_{j,n}|²; the parts of all atoms add up to the total.
// Moments are means over the modes, not integrals of curves: M_k = Σ f^k w / Σ w.

import { type F64, InputError } from "../base/index.js";
import { atomCount } from "../structure/index.js";
import { groupAction, symmetriseAtoms, symmetriseTensors } from "./brillouin-mesh.js";
import { expectKept, type MeshModes } from "./mesh-modes.js";
import { eachCornerPart, tetrahedra } from "./tetrahedra.js";

export interface MeshDosOptions {
  /** "tetrahedra" (default), or "gaussian". */
  readonly method?: "tetrahedra" | "gaussian";
  /** Standard deviation of the Gaussian, THz. Default 0.1. */
  readonly width?: number;
  /** Even grid. Default: 401 points from a little below the lowest frequency (or 0) to a little above the highest. */
  readonly grid?: { readonly from: number; readonly to: number; readonly points: number };
  /** Tetrahedra whose corners have one frequency: "nearest" (default) gives their states to the nearest grid point, "leave-out" loses them as phonopy does. */
  readonly flat?: "nearest" | "leave-out";
  /** "none" (default), "atoms" (needs the mesh's weights), or "tensors" (needs its tensors): what else is made beside the total. */
  readonly project?: "none" | "atoms" | "tensors";
}

export interface MeshDos {
  readonly frequencies: F64; // [points] THz
  readonly total: F64; // [points] states/THz
  readonly byAtom?: F64; // [b,points]
  readonly elements: readonly string[];
  readonly byElement?: F64; // [nElements,points]
  /** [b,points,6] xx yy zz yz xz xy: along n, Σ n_α n_β. */
  readonly tensors?: F64;
  readonly method: "tetrahedra" | "gaussian";
}

/** Beyond this many widths a Gaussian is below 1e-17 of its top. */
const REACH = 9;

export function meshDos(modes: MeshModes, options: MeshDosOptions = {}): MeshDos {
  const { method = "tetrahedra", width = 0.1, project = "none" } = options;
  if (!(width > 0)) throw new InputError(`the smearing is ${width} THz`, "width must be positive, for example 0.1");
  const grid = evenGrid(modes, options, method === "gaussian" ? REACH * width : 0);
  const b = atomCount(modes.crystal);
  const columns = project === "none" ? 0 : project === "atoms" ? b : 6 * b;
  const source = project === "none" ? undefined : expectKept(modes, project === "atoms" ? "weights" : "tensors");
  const total = new Float64Array(grid.points);
  const parts = new Float64Array(grid.points * columns);
  const add = (point: number, mode: number, weight: number): void => {
    total[point]! += weight;
    if (!source) return;
    const from = mode * columns;
    const to = point * columns;
    for (let k = 0; k < columns; k++) parts[to + k]! += weight * source[from + k]!;
  };
  if (method === "tetrahedra") byTetrahedra(modes, { ...grid, flat: options.flat ?? "nearest" }, add);
  else byGaussians(modes, { ...grid, width }, add);
  const frequencies = Float64Array.from({ length: grid.points }, (_, p) => grid.from + p * grid.step);
  const { elements } = modes.crystal;
  return { frequencies, total, elements, method, ...projections(modes, parts, { project, points: grid.points }) };
}

interface Grid {
  readonly from: number;
  readonly step: number;
  readonly points: number;
}

type Add = (point: number, mode: number, weight: number) => void;

function evenGrid({ frequencies }: MeshModes, { grid }: MeshDosOptions, margin: number): Grid {
  if (grid) {
    if (!(Number.isInteger(grid.points) && grid.points >= 2 && grid.to > grid.from))
      throw new InputError(
        `a grid of ${grid.points} points from ${grid.from} to ${grid.to} THz`,
        "at least two points, upwards",
      );
    return { from: grid.from, step: (grid.to - grid.from) / (grid.points - 1), points: grid.points };
  }
  let [low, high] = [0, 0];
  for (let k = 0; k < frequencies.length; k++) {
    low = Math.min(low, frequencies[k]!);
    high = Math.max(high, frequencies[k]!);
  }
  const from = low - margin;
  const to = high + margin + 0.01 * (high - low) + 1e-3;
  return { from, step: (to - from) / 400, points: 401 };
}

function byTetrahedra(modes: MeshModes, grid: Grid & { readonly flat: "nearest" | "leave-out" }, add: Add): void {
  const { mesh, count, frequencies, crystal } = modes;
  const corners = tetrahedra(crystal.cell, mesh);
  const share = 1 / (6 * mesh.total);
  const e = new Float64Array(4);
  for (let t = 0; t < corners.length; t += 4) {
    for (let mode = 0; mode < count; mode++) {
      for (let k = 0; k < 4; k++) e[k] = frequencies[corners[t + k]! * count + mode]!;
      eachCornerPart(e, grid, (point, parts) => {
        for (let k = 0; k < 4; k++) add(point, corners[t + k]! * count + mode, share * parts[k]!);
      });
    }
  }
}

function byGaussians({ mesh, count, frequencies }: MeshModes, grid: Grid & { readonly width: number }, add: Add): void {
  const { from, step, points, width } = grid;
  const top = 1 / (width * Math.sqrt(2 * Math.PI));
  for (let q = 0; q < mesh.weights.length; q++) {
    const weight = (top * mesh.weights[q]!) / mesh.total;
    for (let mode = q * count; mode < (q + 1) * count; mode++) {
      const f = frequencies[mode]!;
      const first = Math.max(0, Math.ceil((f - REACH * width - from) / step));
      const last = Math.min(points - 1, Math.floor((f + REACH * width - from) / step));
      for (let p = first; p <= last; p++) add(p, mode, weight * Math.exp(-0.5 * ((from + p * step - f) / width) ** 2));
    }
  }
}

function projections(
  modes: MeshModes,
  parts: F64,
  { project, points }: { readonly project: "none" | "atoms" | "tensors"; readonly points: number },
): Pick<MeshDos, "byAtom" | "byElement" | "tensors"> {
  if (project === "none") return {};
  const { crystal } = modes;
  const b = atomCount(crystal);
  const action = groupAction(crystal, modes.mesh);
  const byAtom = new Float64Array(b * points);
  if (project === "atoms") {
    const byPoint = new Float64Array(b * points);
    for (let p = 0; p < points; p++) for (let i = 0; i < b; i++) byPoint[i * points + p] = parts[p * b + i]!;
    byAtom.set(symmetriseAtoms(action, byPoint, points));
    return { byAtom, byElement: sumsByElement(modes, byAtom, points) };
  }
  const tensors = new Float64Array(6 * b * points);
  const full = new Float64Array(9 * b);
  for (let p = 0; p < points; p++) {
    for (let i = 0; i < b; i++) for (let k = 0; k < 9; k++) full[9 * i + k] = parts[6 * (p * b + i) + PACKED[k]!]!;
    const whole = symmetriseTensors(action, full);
    for (let i = 0; i < b; i++) {
      for (let k = 0; k < 6; k++) tensors[6 * (i * points + p) + k] = whole[9 * i + UNPACKED[k]!]!;
      byAtom[i * points + p] = whole[9 * i]! + whole[9 * i + 4]! + whole[9 * i + 8]!;
    }
  }
  return { byAtom, byElement: sumsByElement(modes, byAtom, points), tensors };
}

/** Place in xx yy zz yz xz xy of each of nine components, and the other way round. */
export const PACKED = [0, 5, 4, 5, 1, 3, 4, 3, 2] as const;
export const UNPACKED = [0, 4, 8, 5, 2, 1] as const;

function sumsByElement({ crystal }: MeshModes, byAtom: F64, points: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(crystal.elements.length * points);
  for (const [i, kind] of Array.from(crystal.kinds).entries())
    for (let p = 0; p < points; p++) out[kind * points + p]! += byAtom[i * points + p]!;
  return out;
}

/** [b,points] states/THz of motion along the Cartesian unit vector `n`; needs `tensors`. */
export function dosAlong({ tensors }: MeshDos, n: readonly [number, number, number]): Float64Array<ArrayBuffer> {
  if (!tensors) throw new InputError("this density of states has no directions", 'make it with project: "tensors"');
  const length = Math.hypot(...n);
  if (!(length > 0)) throw new InputError("the direction is (0, 0, 0)", "give a Cartesian vector");
  const [x, y, z] = [n[0] / length, n[1] / length, n[2] / length];
  const factors = [x * x, y * y, z * z, 2 * y * z, 2 * x * z, 2 * x * y];
  return Float64Array.from({ length: tensors.length / 6 }, (_, at) =>
    factors.reduce((sum, factor, k) => sum + factor * tensors[6 * at + k]!, 0),
  );
}

export interface MomentOptions {
  /** Modes below are left out, THz. Default 0: unstable modes count for nothing. */
  readonly minimumThz?: number;
  /** Atoms whose part is weighed, |e_j|² summed over them; needs the mesh's weights. Default: all modes count alike. */
  readonly atoms?: readonly number[];
}

/** M_k = Σ w f^k / Σ w, THz^k; k = 1 is the centre of the spectrum. */
export function frequencyMoment(modes: MeshModes, order: number, options: MomentOptions = {}): number {
  const { minimumThz = 0, atoms } = options;
  const { mesh, count, frequencies, crystal } = modes;
  const b = atomCount(crystal);
  const weights = atoms ? expectKept(modes, "weights") : undefined;
  // A reduced mesh holds one atom's part at one point of each star: equivalent atoms stand in for the others.
  const images = weights ? groupAction(crystal, mesh).images : [];
  const part =
    weights &&
    Float64Array.from({ length: b }, (_, j) => {
      let sum = 0;
      for (const image of images) for (const i of atoms!) if (image[i] === j) sum += 1 / images.length;
      return sum;
    });
  let [sum, norm] = [0, 0];
  for (let q = 0; q < mesh.weights.length; q++) {
    for (let mode = q * count; mode < (q + 1) * count; mode++) {
      const f = frequencies[mode]!;
      if (f < minimumThz) continue;
      let weight = mesh.weights[q]!;
      if (weights && part) {
        let share = 0;
        for (let j = 0; j < b; j++) share += part[j]! * weights[mode * b + j]!;
        weight *= share;
      }
      sum += weight * f ** order;
      norm += weight;
    }
  }
  if (!(norm > 0)) throw new InputError(`no mode is above ${minimumThz} THz`, "lower minimumThz");
  return sum / norm;
}
