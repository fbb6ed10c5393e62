// Particle-mesh Ewald: how many points the mesh has, how wide the window is, and what error that leaves.
//
// With w̃ the window's transform along an axis, every wave k ≤ k_c is mixed with those at k + K, K a multiple of the mesh frequency, by the
// share a(k) = w̃(k+K)/w̃(k). Charges with random phases then get
//   δF² = (Q²/N) Σ_k (4π k_e f(k)/V)² Σ_{axes, ±K} a² (|k+K|² + k²),     Q = Σq²,
// for the force is the exact derivative of the mesh energy and meets either end of the pair (cf. Ballenegger, Cerdà and Holm,
// 10.1021/ct2001792). What a charge does to itself through the mesh is a thousand times less than that.

import { COULOMB_CONSTANT } from "../base/index.js";
import { fftSplits } from "../kernels/index.js";
import { gaussLegendre } from "../numerics/index.js";
import type { Cell } from "../structure/index.js";
import type { ChargeCloud, Splitting } from "./kernel-splitting.js";
import { type MeshWindow, makeMeshWindow } from "./mesh-window.js";

export interface MeshPlan {
  readonly window: MeshWindow;
  /** σ: mesh frequency over 2 k_c, at least. */
  readonly upsampling: number;
  /** a(k) where `meshError` looks at it. */
  readonly shares: Float64Array;
}

export type MeshShape = readonly [number, number, number];

/** Widths that are tried: the widest reaches 10⁻¹¹. */
export const MESH_WIDTHS = [4, 6, 8, 10, 12] as const;

/** Cells may grow by this much before their mesh gets more points. */
const MARGIN = 1.03;

/** Least number of points along each axis for σ; n_z is even. */
export function meshShape(
  cell: Cell,
  splitting: Splitting,
  { upsampling, window }: MeshPlan,
  margin = MARGIN,
): MeshShape {
  const v = cell.vectors;
  return [0, 1, 2].map((axis) => {
    const length = Math.hypot(v[3 * axis]!, v[3 * axis + 1]!, v[3 * axis + 2]!);
    let n = Math.max(window.width, Math.ceil((margin * upsampling * splitting.reciprocalCutoff * length) / Math.PI));
    if (axis === 2) {
      n += n % 2;
      while (!fftSplits(n / 2)) n += 2;
    } else while (!fftSplits(n)) n++;
    return n;
  }) as unknown as MeshShape;
}

/** The mesh of a cell in a session that was made for another one: the same number of points as long as they are enough and not too many. */
export function shapeInSession(cell: Cell, made: MeshShape, splitting: Splitting, plan: MeshPlan): MeshShape {
  const needed = meshShape(cell, splitting, plan, 1);
  const fits = made.every((n, axis) => needed[axis]! <= n && n <= 1.5 * needed[axis]!);
  return fits ? made : meshShape(cell, splitting, plan);
}

/** rms force error per atom, eV/Å, of random charges. */
export function meshError(cloud: ChargeCloud, splitting: Splitting, plan: MeshPlan): number {
  return errorFromMoments(cloud, splitting, plan, momentsOf(cloud, splitting));
}

const ALONG = gaussLegendre(12, 0, 1); // k along one axis, over k_c
const ACROSS = gaussLegendre(8, 0, 1);
const ALIASES = [1, -1, 2, -2, 3, -3];

/** ∫ k f² dk and ∫ k³ f² dk from each of the `ALONG` to k_c: waves of one component along an axis. */
function momentsOf(cloud: ChargeCloud, splitting: Splitting): readonly (readonly [number, number])[] {
  const limit = splitting.reciprocalCutoff;
  const shortest = Math.min((2 * Math.PI) / Math.cbrt(cloud.volume), 0.99 * limit);
  const out = new Float64Array(2);
  return Array.from(ALONG.nodes, (fraction) => {
    const from = Math.max(fraction * limit, shortest);
    let [first, third] = [0, 0];
    ACROSS.nodes.forEach((node, i) => {
      const k = from + node * (limit - from);
      splitting.transform(k * k, out);
      const weight = ACROSS.weights[i]! * (limit - from) * k * out[0]! ** 2;
      first += weight;
      third += weight * k * k;
    });
    return [first, third] as const;
  });
}

function errorFromMoments(
  cloud: ChargeCloud,
  splitting: Splitting,
  { shares, upsampling }: MeshPlan,
  moments: ReturnType<typeof momentsOf>,
): number {
  const limit = splitting.reciprocalCutoff;
  let variance = 0;
  moments.forEach(([first, third], j) => {
    const along = ALONG.nodes[j]! * limit;
    ALIASES.forEach((times, m) => {
      const shift = 2 * times * upsampling * limit;
      const share = shares[ALIASES.length * j + m]!;
      variance += ALONG.weights[j]! * limit * share ** 2 * (2 * third + (shift * shift + 2 * along * shift) * first);
    });
  });
  // three axes; d³k/(2π)³ V with 2π k dk across, and −k beside k
  const waves = (3 * cloud.volume * 2 * 2 * Math.PI) / (2 * Math.PI) ** 3;
  const unit = (4 * Math.PI * COULOMB_CONSTANT) / cloud.volume;
  return cloud.squares * unit * Math.sqrt((waves * variance) / cloud.atoms);
}

/** a(k) for each of `ALONG` and `ALIASES`. The mesh frequency is 2π per step and k_c is π/σ. */
function sharesOf(window: MeshWindow, upsampling: number): Float64Array {
  return Float64Array.from(
    Array.from(ALONG.nodes).flatMap((fraction) => {
      const angle = (fraction * Math.PI) / upsampling;
      const own = window.transform(angle);
      return ALIASES.map((times) => window.transform(angle + 2 * Math.PI * times) / own);
    }),
  );
}

/** The least σ with which a window of that width keeps `error` (eV/Å); undefined where no reasonable mesh does. */
export function meshPlanFor(
  cloud: ChargeCloud,
  splitting: Splitting,
  { width, error }: { readonly width: number; readonly error: number },
): MeshPlan | undefined {
  const moments = momentsOf(cloud, splitting);
  const keeps = (place: number): boolean =>
    errorFromMoments(cloud, splitting, planOf(width, UPSAMPLINGS[place]!), moments) <= error;
  let [low, high] = [-1, UPSAMPLINGS.length as number]; // the error falls with σ
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (keeps(middle)) high = middle;
    else low = middle;
  }
  return high < UPSAMPLINGS.length ? planOf(width, UPSAMPLINGS[high]!) : undefined;
}

const UPSAMPLINGS = [1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.6, 1.75, 2, 2.25, 2.5, 3];
const plans = new Map<string, MeshPlan>();

/** Windows depend on two numbers of a short list each, and are kept. */
function planOf(width: number, upsampling: number): MeshPlan {
  const key = `${width} ${upsampling}`;
  let plan = plans.get(key);
  if (!plan) {
    const window = makeMeshWindow(width, upsampling);
    plan = { window, upsampling, shares: sharesOf(window, upsampling) };
    plans.set(key, plan);
  }
  return plan;
}

export interface Influence {
  /** [ny, nx, nz/2 + 1] G of E = ½ Σ G |S|², eV/e². */
  readonly values: Float64Array;
  /** Same shape: d ln f/d(k²), Å². */
  readonly slopes: Float64Array;
}

/** G = 4π k_e f(k) / (V w̃²) for 0 < k ≤ k_c. */
export function influenceOf(cell: Cell, shape: MeshShape, splitting: Splitting, { window }: MeshPlan): Influence {
  const [nx, ny, nz] = shape;
  const bins = nz / 2 + 1;
  const values = new Float64Array(nx * ny * bins);
  const slopes = new Float64Array(nx * ny * bins);
  const wrap = (h: number, n: number): number => (2 * h > n ? h - n : h);
  const axes = shape.map((n) =>
    Float64Array.from({ length: n }, (_, h) => window.transform((2 * Math.PI * wrap(h, n)) / n)),
  );
  const b = cell.inverse;
  const limit = splitting.reciprocalCutoff ** 2;
  const unit = (4 * Math.PI * COULOMB_CONSTANT) / cell.volume;
  const out = new Float64Array(2);
  for (let y = 0, at = 0; y < ny; y++) {
    for (let x = 0; x < nx; x++) {
      for (let z = 0; z < bins; z++, at++) {
        const [hx, hy] = [wrap(x, nx), wrap(y, ny)];
        let k2 = 0;
        for (let k = 0; k < 3; k++) {
          k2 += (2 * Math.PI * (hx * b[3 * k]! + hy * b[3 * k + 1]! + z * b[3 * k + 2]!)) ** 2;
        }
        if (k2 === 0 || k2 > limit) continue;
        splitting.transform(k2, out);
        values[at] = (unit * out[0]!) / (axes[0]![x]! * axes[1]![y]! * axes[2]![z]!) ** 2;
        slopes[at] = out[1]!;
      }
    }
  }
  return { values, slopes };
}
