// How far atoms tremble. The mean over the zone of every mode's part (algorithm of any lattice-dynamics text; B. T. M. Willis and A. W. Pryor, Thermal
// Vibrations in Crystallography, 1975):
//
//   U_j,αβ(T) = (1/N_q) Σ_{q,n} ⟨Q²⟩ Re(e_jα e*_jβ)/m_j,   ⟨Q²⟩ = (hf/λ) (½ + 1/(e^{hf/k_BT} − 1)),   λ = (2πf)²;   classical ⟨Q²⟩ = k_BT/λ.
//
// The sum diverges as 1/f² for the slowest waves, so modes below f_min are left out and counted; it converges slowly with the mesh for the same reason.
// The mean over the three axes, U_iso = tr U/3, is the mean squared displacement per axis.

import { BOLTZMANN, type F64, InputError, type Note, PLANCK_EV_PER_THZ } from "../base/index.js";
import { atomCount } from "../structure/index.js";
import { type BrillouinMesh, groupAction, symmetriseAtoms, symmetriseTensors } from "./brillouin-mesh.js";
import type { LatticeDynamics } from "./lattice-dynamics.js";
import { PACKED } from "./mesh-dos.js";
import { type SolveMeshOptions, solveMesh, tensorsInto } from "./mesh-modes.js";
import type { Modes } from "./modes.js";
import { curvatureOfFrequency } from "./solve.js";
import { droppedNotes, expectTemperatures, type ThermalStatistics } from "./thermal-properties.js";

export interface DisplacementsOptions extends Pick<SolveMeshOptions, "signal" | "onProgress"> {
  /** Modes below are left out, THz. Default 0.1. */
  readonly minimumThz?: number;
  /** Modes above are left out, THz. Default: none. */
  readonly maximumThz?: number;
  /** Default "quantum". */
  readonly statistics?: ThermalStatistics;
  /** Edges of frequency bins, THz, ascending: shares of U_iso by frequency are made. */
  readonly binsThz?: ArrayLike<number>;
}

export interface ThermalDisplacements {
  readonly temperatures: F64; // [t] K
  readonly tensors: F64; // [t,b,3,3] Å², Cartesian
  readonly isotropic: F64; // [t,b] Å², mean over axes
  /** Modes left out below the least frequency, over the whole mesh, and how many of them are unstable. */
  readonly dropped: number;
  readonly unstable: number;
  readonly minimumThz: number;
  /** [t,b,bins] Å²: parts of `isotropic` by frequency. */
  readonly byFrequency?: F64;
  readonly notes: readonly Note[];
}

/** ⟨Q²⟩, amu Å², of a mode of frequency f > 0. */
export function meanSquareCoordinate(frequencyThz: number, temperature: number, statistics: ThermalStatistics): number {
  const curvature = curvatureOfFrequency(frequencyThz);
  if (statistics === "classical") return (BOLTZMANN * temperature) / curvature;
  const quantum = PLANCK_EV_PER_THZ * frequencyThz;
  const occupation = temperature === 0 ? 0 : 1 / Math.expm1(quantum / (BOLTZMANN * temperature));
  return (quantum * (0.5 + occupation)) / curvature;
}

/** [count,b] Å²: what each mode of one wave vector adds to U_iso of each atom, were it the only wave vector; 0 below `minimumThz`. */
export function modeDisplacements(
  modes: Modes,
  temperature: number,
  options: Pick<DisplacementsOptions, "minimumThz" | "statistics"> = {},
): Float64Array<ArrayBuffer> {
  const { minimumThz = 0.1, statistics = "quantum" } = options;
  expectTemperatures([temperature]);
  const { masses } = modes.reference;
  const b = masses.length;
  const parts = modes.complex ? 6 : 3;
  const out = new Float64Array(modes.count * b);
  for (let mode = 0; mode < modes.count; mode++) {
    const f = modes.frequencies[mode]!;
    if (!(f >= minimumThz && f > 0)) continue;
    const square = meanSquareCoordinate(f, temperature, statistics) / 3;
    for (let j = 0; j < b; j++) {
      let weight = 0;
      for (let k = 0; k < parts; k++) weight += modes.vectors[(mode * b + j) * parts + k]! ** 2;
      out[mode * b + j] = (square * weight) / masses[j]!;
    }
  }
  return out;
}

/** U tensors of every atom. Vectors are seen once per wave vector and not kept. */
export async function thermalDisplacements(
  dynamics: LatticeDynamics,
  mesh: BrillouinMesh,
  { temperatures, ...options }: DisplacementsOptions & { readonly temperatures: ArrayLike<number> },
): Promise<ThermalDisplacements> {
  const { minimumThz = 0.1, maximumThz = Number.POSITIVE_INFINITY, statistics = "quantum", binsThz, ...run } = options;
  expectTemperatures(temperatures);
  if (!(minimumThz > 0))
    throw new InputError(`the least frequency is ${minimumThz} THz`, "it must be positive: the translations diverge");
  const edges = binsThz && Float64Array.from(binsThz);
  const bins = edges ? edges.length - 1 : 0;
  const { crystal } = dynamics;
  const b = atomCount(crystal);
  const t = temperatures.length;
  const sums = new Float64Array(t * b * 9);
  const shares = new Float64Array(t * b * bins);
  let [dropped, unstable] = [0, 0];
  const packed = new Float64Array(6 * b * 3 * b);
  const solved = await solveMesh(dynamics, mesh, {
    ...run,
    visit({ weight, modes }) {
      tensorsInto(modes.vectors, packed);
      for (let mode = 0; mode < modes.count; mode++) {
        const f = modes.frequencies[mode]!;
        if (f < minimumThz) dropped += weight;
        if (f < -minimumThz) unstable += weight;
        if (f < minimumThz || f > maximumThz) continue;
        const bin = edges ? binOf(edges, f) : -1;
        for (let k = 0; k < t; k++) {
          const square = (weight * meanSquareCoordinate(f, temperatures[k]!, statistics)) / mesh.total;
          for (let j = 0; j < b; j++) {
            const from = 6 * (mode * b + j);
            const scale = square / crystal.masses[j]!;
            for (let c = 0; c < 9; c++) sums[9 * (k * b + j) + c]! += scale * packed[from + PACKED[c]!]!;
            if (bin >= 0)
              shares[(k * b + j) * bins + bin]! +=
                (scale * (packed[from]! + packed[from + 1]! + packed[from + 2]!)) / 3;
          }
        }
      }
    },
  });
  const action = groupAction(crystal, mesh);
  const tensors = new Float64Array(sums.length);
  for (let k = 0; k < t; k++) {
    tensors.set(symmetriseTensors(action, sums.subarray(9 * b * k, 9 * b * (k + 1))), 9 * b * k);
    if (bins > 0) {
      const here = shares.subarray(b * bins * k, b * bins * (k + 1));
      here.set(symmetriseAtoms(action, here, bins));
    }
  }
  const isotropic = Float64Array.from(
    { length: t * b },
    (_, at) => (tensors[9 * at]! + tensors[9 * at + 4]! + tensors[9 * at + 8]!) / 3,
  );
  return {
    temperatures: Float64Array.from(temperatures),
    tensors,
    isotropic,
    dropped,
    unstable,
    minimumThz,
    ...(edges ? { byFrequency: shares } : {}),
    notes: [...solved.notes, ...droppedNotes({ dropped, unstable, minimumThz, mesh: mesh.total })],
  };
}

function binOf(edges: F64, f: number): number {
  if (!(f >= edges[0]! && f < edges[edges.length - 1]!)) return -1;
  let bin = 0;
  while (f >= edges[bin + 1]!) bin++;
  return bin;
}

/** [b,3,3] Å² in the crystallographers' axes: U^{ij} with u = Σ u_i a_i, in units of the reciprocal lengths (as in a CIF file). */
export function cifDisplacements(tensors: F64, inverse: F64): Float64Array<ArrayBuffer> {
  const out = new Float64Array(tensors.length);
  // rows of N: reciprocal vectors over their lengths
  const n = [0, 1, 2].flatMap((i) => {
    const length = Math.hypot(inverse[i]!, inverse[3 + i]!, inverse[6 + i]!);
    return [inverse[i]! / length, inverse[3 + i]! / length, inverse[6 + i]! / length];
  });
  // U_cart = Σ U^{ij} (a_i a*_i)(a_j a*_j)ᵀ: U^{ij} = (a*_i · U · a*_j)/(|a*_i||a*_j|)
  for (let at = 0; at < tensors.length; at += 9)
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++)
        for (let p = 0; p < 3; p++)
          for (let s = 0; s < 3; s++) out[at + 3 * i + j]! += n[3 * i + p]! * tensors[at + 3 * p + s]! * n[3 * j + s]!;
  return out;
}
