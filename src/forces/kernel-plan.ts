// What the kernel sums: the splitting chosen for speed at the requested accuracy, and the waves of a cell.
//
// The splitting (r_c, c) is fixed when a session is made, from its crystal alone. A later cell gets all waves with |k| ≤ k_c = c/r_c:
// a function of the cell, whatever cells came before. Waves enter and leave at k_c with the weight that the accuracy neglects anyway.

import { COULOMB_CONSTANT, type F64, InputError } from "../base/index.js";
import type { Cell, Crystal } from "../structure/index.js";
import { neighbourForce } from "./ewald-plan.js";
import type { Interactions } from "./interactions.js";
import { bandwidthFor, type ChargeCloud, makeSplitting, type Splitting } from "./kernel-splitting.js";
import { MESH_WIDTHS, type MeshPlan, meshPlanFor, meshShape } from "./mesh-plan.js";

export interface KernelEwaldOptions {
  /** r_c of the Coulomb part, Å. Default: what makes an evaluation fastest. The result does not depend on it. */
  readonly realCutoff?: number;
  /** "direct": wave by wave. "mesh": particle-mesh Ewald. "auto", the default: what is faster for the cell the session is made with. */
  readonly method?: "auto" | "direct" | "mesh";
  /** Mesh points that share a charge along each axis: 4, 6, 8, 10 or 12. Default: what makes an evaluation fastest. */
  readonly meshWidth?: number;
}

/** How the long-range part is summed. */
export interface LongRangePlan {
  readonly splitting: Splitting;
  /** Absent: wave by wave. */
  readonly mesh?: MeshPlan;
}

/** The estimate takes charges as uncorrelated; in a crystal neighbours add up in step, for which 1/4 has been enough. */
const CORRELATION = 1 / 4;

// Times of the kernel, ns: a listed pair, and a wave for one atom. Only their ratio matters (bench/cases/forces.ts).
const PAIR_TIME = 6;
const WAVE_TIME = 0.7;
// and of the mesh: a weight, a mesh point that an atom writes to and reads from, and a mesh point's transforms there and back.
const WEIGHT_TIME = 1.7;
const TOUCH_TIME = 0.55;
const POINT_TIME = 8;
/**
 * Shares of that error that the splitting and the mesh get. Crystals, which have no strength in the smoothest waves, come out at or below
 * the mesh's estimate, charges placed at random up to three times above it.
 */
const SPLITTING_SHARE = 0.9;
const MESH_SHARE = 0.8;

/** Reaches tried for r_c, Å. */
const SHORTEST = 2.5;
const LONGEST = 20;

export function chargesOfAtoms(interactions: Interactions): Float64Array {
  return Float64Array.from(interactions.crystal.kinds, (kind) => interactions.charges[kind]!);
}

/** The splitting for one evaluation of energy and forces; undefined without an Ewald sum. */
export function chooseLongRange(
  interactions: Interactions,
  skin: number,
  options: KernelEwaldOptions = {},
): LongRangePlan | undefined {
  const charges = chargesOfAtoms(interactions);
  if (!interactions.ewald || charges.every((q) => q === 0)) return undefined;
  const { accuracy } = interactions.ewald;
  if (!(accuracy >= 1e-13 && accuracy <= 1e-2)) {
    throw new InputError(`the Ewald accuracy is ${accuracy}`, "choose between 1e-13 and 1e-2");
  }
  const { crystal } = interactions;
  const cloud = chargeCloud(crystal.cell, charges);
  const error = CORRELATION * accuracy * neighbourForce(crystal.cell, charges);
  const pairs = pairCounter(interactions, skin);
  const { realCutoff, method = "auto", meshWidth } = options;
  const reaches = realCutoff === undefined ? reachesTried() : [realCutoff];
  const problem = { cloud, error, pairTime: (r: number) => PAIR_TIME * pairs(r) };
  const direct = method === "mesh" ? undefined : bestDirect(problem, reaches);
  // waves of a small cell are few: no mesh is tried where they take less than any mesh would
  if (direct && method === "auto" && direct.longRangeTime < cloud.atoms * 500) return direct.plan;
  const mesh = method === "direct" ? undefined : bestMesh(problem, reaches, crystal.cell, meshWidth);
  if (!direct && !mesh) {
    throw new InputError(
      `no mesh keeps an Ewald accuracy of ${accuracy}`,
      'ask for less accuracy or leave ewald.method at "auto"',
    );
  }
  return !mesh || (direct && direct.time <= mesh.time) ? direct!.plan : mesh.plan;
}

interface LongRangeProblem {
  readonly cloud: ChargeCloud;
  readonly error: number; // eV/Å
  /** ns for the pairs when charges reach so far. */
  pairTime(realCutoff: number): number;
}

interface LongRangeChoice {
  readonly plan: LongRangePlan;
  readonly time: number; // ns
  readonly longRangeTime: number; // ns of it
}

function reachesTried(): number[] {
  const reaches: number[] = [];
  for (let r = SHORTEST; r <= LONGEST; r += 0.125) reaches.push(r);
  return reaches;
}

function bestDirect({ cloud, error, pairTime }: LongRangeProblem, reaches: readonly number[]): LongRangeChoice {
  const timed = reaches.map((r) => {
    const longRangeTime = WAVE_TIME * cloud.atoms * waveCount(cloud, r, bandwidthFor(cloud, r, error));
    return { r, longRangeTime, time: pairTime(r) + longRangeTime };
  });
  const best = timed.reduce((a, b) => (b.time < a.time ? b : a));
  return { ...best, plan: { splitting: makeSplitting(best.r, bandwidthFor(cloud, best.r, error)) } };
}

function bestMesh(
  { cloud, error, pairTime }: LongRangeProblem,
  reaches: readonly number[],
  cell: Cell,
  meshWidth: number | undefined,
): LongRangeChoice | undefined {
  const widths = MESH_WIDTHS.filter((width) => meshWidth === undefined || width === meshWidth);
  let best: LongRangeChoice | undefined;
  for (const [place, r] of reaches.entries()) {
    if (place % 4 !== 0) continue; // the time is flat around its least
    const bandwidth = bandwidthFor(cloud, r, SPLITTING_SHARE * error);
    const pairsAlone = pairTime(r);
    if (best && pairsAlone >= best.time) break;
    const splitting = makeSplitting(r, bandwidth);
    for (const width of widths) {
      const perAtom = 6 * width * WEIGHT_TIME + width ** 3 * TOUCH_TIME;
      if (best && pairsAlone + cloud.atoms * perAtom >= best.time) break; // wider ones take longer still
      const mesh = meshPlanFor(cloud, splitting, { width, error: MESH_SHARE * error });
      if (!mesh) continue;
      const [nx, ny, nz] = meshShape(cell, splitting, mesh);
      const longRangeTime = cloud.atoms * perAtom + nx * ny * nz * POINT_TIME;
      const time = pairsAlone + longRangeTime;
      if (!best || time < best.time) best = { plan: { splitting, mesh }, time, longRangeTime };
    }
  }
  return best;
}

/**
 * The splitting for second derivatives: a pair costs one evaluation of exact functions, a wave one product for each pair of atoms.
 * What is left out weighs k_c, 2 to 10 per Å, more than in the forces.
 */
export function chooseHessianSplitting(crystal: Crystal, charges: F64, accuracy: number): Splitting {
  const cloud = chargeCloud(crystal.cell, charges);
  const error = 0.1 * CORRELATION * accuracy * neighbourForce(crystal.cell, charges);
  let best = { time: Number.POSITIVE_INFINITY, realCutoff: SHORTEST };
  for (let r = SHORTEST; r <= LONGEST; r += 0.25) {
    const pairs = (cloud.atoms ** 2 / cloud.volume) * (2 / 3) * Math.PI * r ** 3;
    const time = 250 * pairs + 2.5 * cloud.atoms ** 2 * waveCount(cloud, r, bandwidthFor(cloud, r, error));
    if (time < best.time) best = { time, realCutoff: r };
  }
  return makeSplitting(best.realCutoff, bandwidthFor(cloud, best.realCutoff, error));
}

function chargeCloud(cell: Cell, charges: F64): ChargeCloud {
  let squares = 0;
  for (let i = 0; i < charges.length; i++) squares += charges[i]! ** 2;
  return { atoms: charges.length, volume: cell.volume, squares };
}

/** Half of the lattice points of reciprocal space within k_c. */
const waveCount = (cloud: ChargeCloud, realCutoff: number, bandwidth: number): number =>
  (cloud.volume * (bandwidth / realCutoff) ** 3) / (12 * Math.PI ** 2);

/** Pairs in the list when charged kinds reach to r and the others to their own cut-off. */
function pairCounter(interactions: Interactions, skin: number): (r: number) => number {
  const { crystal, charges, pairs } = interactions;
  const counts = crystal.elements.map((_, kind) => Array.from(crystal.kinds).filter((k) => k === kind).length);
  const terms: { weight: number; cutoff: number; charged: boolean }[] = [];
  for (let a = 0; a < counts.length; a++) {
    for (let b = a; b < counts.length; b++) {
      const ownCutoffs = pairs.filter((p) => (p.kindA === a && p.kindB === b) || (p.kindA === b && p.kindB === a));
      const cutoff = Math.max(0, ...ownCutoffs.map((p) => p.cutoff));
      const partners = (a === b ? 0.5 : 1) * counts[a]! * counts[b]!;
      terms.push({
        weight: (partners * 4 * Math.PI) / (3 * crystal.cell.volume),
        cutoff,
        charged: charges[a]! * charges[b]! !== 0,
      });
    }
  }
  return (r) => {
    let sum = 0;
    for (const { weight, cutoff, charged } of terms) {
      const reach = Math.max(cutoff, charged ? r : 0);
      if (reach > 0) sum += weight * (reach + skin) ** 3;
    }
    return sum;
  };
}

/** The waves of one cell, arranged in columns along the axis with most of them. */
export interface Waves {
  /** Cell axes in the order of (h_x, h_y, l). */
  readonly axes: readonly [number, number, number];
  /** Largest |h| along each of them. */
  readonly most: readonly [number, number, number];
  /** [columns, 4] h_x, h_y, waves of the column, 0. */
  readonly columns: Int32Array;
  /** [waves, 2] W of +l and −l, eV/e². */
  readonly weights: Float64Array;
  /** [waves, 2] d ln f/d(k²), Å². */
  readonly slopes: Float64Array;
  /** Most waves in one column. */
  readonly longest: number;
}

/** k = 2π Σ h_c b_c with b_c the columns of the inverse cell. */
export function wavesOf(cell: Cell, splitting: Splitting): Waves {
  const limit = splitting.reciprocalCutoff;
  const v = cell.vectors;
  // |h_c| = |k · a_c|/2π
  const reach = [0, 1, 2].map((c) =>
    Math.floor((limit * Math.hypot(v[3 * c]!, v[3 * c + 1]!, v[3 * c + 2]!)) / (2 * Math.PI)),
  );
  const inner = reach.indexOf(Math.max(...reach));
  const axes = [(inner + 1) % 3, (inner + 2) % 3, inner] as const;
  const most = axes.map((axis) => reach[axis]!) as unknown as readonly [number, number, number];
  const columns: number[] = [];
  const weights: number[] = [];
  const slopes: number[] = [];
  const out = new Float64Array(2);
  const metric = reciprocalMetric(cell, axes);
  let longest = 0;
  for (let x = 0; x <= most[0]; x++) {
    for (let y = x === 0 ? 0 : -most[1]; y <= most[1]; y++) {
      let waves = 0;
      for (let l = most[2]; l >= 0 && waves === 0; l--) {
        if (metric(x, y, l) <= limit * limit || metric(x, y, -l) <= limit * limit) waves = l + 1;
      }
      if (waves === 0 || (x === 0 && y === 0 && waves === 1)) continue;
      for (let l = 0; l < waves; l++) {
        // each wave once: +0 and −0 are the same, and in the column (0, 0) also +l and −l
        const share = l === 0 || (x === 0 && y === 0) ? 0.5 : 1;
        for (const sign of [1, -1]) {
          const k2 = metric(x, y, sign * l);
          const inside = k2 > 0 && k2 <= limit * limit;
          if (inside) splitting.transform(k2, out);
          weights.push(inside ? (share * 4 * Math.PI * COULOMB_CONSTANT * out[0]!) / cell.volume : 0);
          slopes.push(inside ? out[1]! : 0);
        }
      }
      columns.push(x, y, waves, 0);
      longest = Math.max(longest, waves);
    }
  }
  return {
    axes,
    most,
    columns: Int32Array.from(columns),
    weights: Float64Array.from(weights),
    slopes: Float64Array.from(slopes),
    longest,
  };
}

/** k² of whole numbers along `axes`. */
function reciprocalMetric(
  cell: Cell,
  axes: readonly [number, number, number],
): (x: number, y: number, l: number) => number {
  return (x, y, l) => {
    const [kx, ky, kz] = waveVector(cell, axes, x, y, l);
    return kx * kx + ky * ky + kz * kz;
  };
}

export function waveVector(
  cell: Cell,
  axes: readonly [number, number, number],
  x: number,
  y: number,
  l: number,
): readonly [number, number, number] {
  const b = cell.inverse;
  const component = (row: number): number =>
    2 * Math.PI * (x * b[3 * row + axes[0]]! + y * b[3 * row + axes[1]]! + l * b[3 * row + axes[2]]!);
  return [component(0), component(1), component(2)];
}

/** Reciprocal part of ∂E/∂ε (eV) from W|S|² of every wave: Σ W|S|² (−1 − 2 k⊗k d ln f/d(k²)). Added to `virial` [3,3]. */
export function addReciprocalVirial(waves: Waves, cell: Cell, energies: Float64Array, virial: Float64Array): void {
  const sum = new Float64Array(6);
  let at = 0;
  for (let m = 0; m < waves.columns.length; m += 4) {
    const [x, y, count] = [waves.columns[m]!, waves.columns[m + 1]!, waves.columns[m + 2]!];
    const origin = waveVector(cell, waves.axes, x, y, 0);
    const step = waveVector(cell, waves.axes, 0, 0, 1);
    for (let l = 0; l < count; l++) {
      for (let sign = 1; sign >= -1; sign -= 2, at++) {
        const energy = energies[at]!;
        const kx = origin[0] + sign * l * step[0];
        const ky = origin[1] + sign * l * step[1];
        const kz = origin[2] + sign * l * step[2];
        const factor = -2 * energy * waves.slopes[at]!;
        sum[0] = sum[0]! + factor * kx * kx - energy;
        sum[1] = sum[1]! + factor * ky * ky - energy;
        sum[2] = sum[2]! + factor * kz * kz - energy;
        sum[3] = sum[3]! + factor * ky * kz;
        sum[4] = sum[4]! + factor * kx * kz;
        sum[5] = sum[5]! + factor * kx * ky;
      }
    }
  }
  const voigt = [0, 5, 4, 5, 1, 3, 4, 3, 2];
  for (let i = 0; i < 9; i++) virial[i] = virial[i]! + sum[voigt[i]!]!;
}
