// Energy of the ion at fixed places, with the framework stiff or giving way.
//
//   unrelaxed   E = Σ_j U(R − R_j)
//   relaxed     r = W(0) F(r), F_j = −∇_j U(R − R_j − r_j);   E = Σ_j U(R − R_j − r_j) + ½ Fᵀ W(0) F
//
// The lattice is infinite and harmonic, the sums run over the window. ½FᵀWF is the energy of all its springs.

import { ConvergenceError, type F64, InputError, type Vec3 } from "../base/index.js";
import type { Medium } from "./model.js";
import { checkStart } from "./potentials.js";
import { cellOf } from "./time-local.js";

export interface PlaceEnergy {
  /** Σ U with the framework at rest, eV. */
  readonly unrelaxed: number;
  /** Σ U and spring energy with the framework relaxed, eV. */
  readonly interaction: number;
  readonly elastic: number;
  readonly relaxed: number;
  /** Largest displacement of an atom, Å. */
  readonly displacement: number;
}

const MOST_ROUNDS = 500;
const SETTLED = 1e-12; // Å

/** Energies of one place. */
export function placeEnergy(medium: Medium, position: Vec3): PlaceEnergy {
  const { window, staticResponse, potentials } = medium;
  const { vectors, inverse } = medium.framework.cell;
  const size = 3 * window.count;
  const cell = new Int32Array(3);
  cellOf(position, inverse, cell);
  const home = position.map(
    (x, k) => x - cell[0]! * vectors[k]! - cell[1]! * vectors[3 + k]! - cell[2]! * vectors[6 + k]!,
  );
  checkStart(home, window.positions as ArrayLike<number>);
  const displacements = new Float64Array(size);
  const forces = new Float64Array(size);
  const u = new Float64Array(3);
  /** Interaction energy at the present displacements; fills the forces on the atoms. */
  const interact = (): number => {
    let energy = 0;
    for (let j = 0; j < window.count; j++) {
      const d = [0, 1, 2].map((a) => home[a]! - window.positions[3 * j + a]! - displacements[3 * j + a]!);
      const r = Math.hypot(d[0]!, d[1]!, d[2]!);
      potentials[window.sites[4 * j + 3]!]!.evaluate(r, u);
      energy += u[0]!;
      for (let a = 0; a < 3; a++) forces[3 * j + a] = (u[1]! / r) * d[a]!;
    }
    return energy;
  };
  const unrelaxed = interact();
  let interaction = unrelaxed;
  let elastic = 0;
  let change = Number.POSITIVE_INFINITY;
  for (let round = 0; round < MOST_ROUNDS && change > SETTLED; round++) {
    change = 0;
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += staticResponse[i * size + k]! * forces[k]!;
      change = Math.max(change, Math.abs(sum - displacements[i]!));
      displacements[i] = sum;
    }
    interaction = interact();
  }
  for (let i = 0; i < size; i++) elastic += 0.5 * forces[i]! * displacements[i]!;
  const relaxed = interaction + elastic;
  const result = { unrelaxed, interaction, elastic, relaxed, displacement: largest(displacements) };
  if (!(change <= SETTLED))
    throw new ConvergenceError(
      `the framework around (${position.join(", ")}) Å still moves by ${change.toPrecision(3)} Å after ${MOST_ROUNDS} rounds`,
      "the ion is too near an atom for the springs to hold it: choose another place or a weaker potential",
      result,
      { position, change },
    );
  return result;
}

const largest = (vectors: F64): number => {
  let most = 0;
  for (let i = 0; i < vectors.length; i += 3)
    most = Math.max(most, Math.hypot(vectors[i]!, vectors[i + 1]!, vectors[i + 2]!));
  return most;
};

export interface HopEnergies {
  /** [points] Å along the straight way. */
  readonly coordinate: Float64Array<ArrayBuffer>;
  readonly unrelaxed: Float64Array<ArrayBuffer>; // [points] eV
  readonly interaction: Float64Array<ArrayBuffer>; // [points] eV
  readonly elastic: Float64Array<ArrayBuffer>; // [points] eV
  readonly relaxed: Float64Array<ArrayBuffer>; // [points] eV
  /** Highest minus first point, eV. */
  readonly barrierUnrelaxed: number;
  readonly barrierRelaxed: number;
  /** What of the relaxed barrier is interaction, and what is strain of the framework, eV. */
  readonly barrierInteraction: number;
  readonly barrierElastic: number;
}

export interface HopEnergiesOptions {
  /** Fractional end points. Default: cell centre to the next cell's along the first axis, through the face centre. */
  readonly from?: Vec3;
  readonly to?: Vec3;
  /** Places on the way, both ends included; odd numbers contain the middle. Default 21. */
  readonly points?: number;
}

/** Energies along a straight way between two places. */
export function hopEnergies(medium: Medium, options: HopEnergiesOptions = {}): HopEnergies {
  const { from = [0.5, 0.5, 0.5], to = [1.5, 0.5, 0.5], points = 21 } = options;
  if (!Number.isInteger(points) || points < 2) throw new InputError(`a way of ${points} points`, "pass at least 2");
  const v = medium.framework.cell.vectors;
  const place = (s: number): Vec3 => {
    const f = from.map((x, i) => x + s * (to[i]! - x));
    const along = (k: number): number => f[0]! * v[k]! + f[1]! * v[3 + k]! + f[2]! * v[6 + k]!;
    return [along(0), along(1), along(2)];
  };
  const start = place(0);
  const end = place(1);
  const length = Math.hypot(end[0] - start[0], end[1] - start[1], end[2] - start[2]);
  const energies = Array.from({ length: points }, (_, n) => placeEnergy(medium, place(n / (points - 1))));
  const column = (key: keyof PlaceEnergy): Float64Array<ArrayBuffer> => Float64Array.from(energies, (e) => e[key]);
  const relaxed = column("relaxed");
  const unrelaxed = column("unrelaxed");
  const top = relaxed.indexOf(Math.max(...relaxed));
  return {
    coordinate: Float64Array.from({ length: points }, (_, n) => (length * n) / (points - 1)),
    unrelaxed,
    interaction: column("interaction"),
    elastic: column("elastic"),
    relaxed,
    barrierUnrelaxed: Math.max(...unrelaxed) - unrelaxed[0]!,
    barrierRelaxed: relaxed[top]! - relaxed[0]!,
    barrierInteraction: energies[top]!.interaction - energies[0]!.interaction,
    barrierElastic: energies[top]!.elastic - energies[0]!.elastic,
  };
}

export interface LandscapeOptions {
  /** Fractional corner and edges of the plane. Default: the plane z = ½ of one cell. */
  readonly origin?: Vec3;
  readonly edges?: readonly [Vec3, Vec3];
  /** Points along each edge, ends included. Default 31. */
  readonly points?: number;
  /** Let the framework give way. Default false. */
  readonly relaxed?: boolean;
  /** Energies above this are cut to it, eV, so that atoms in the plane do not hide the rest. Default Infinity. */
  readonly ceiling?: number;
}

export interface Landscape {
  readonly points: number;
  /** [points,points] eV, row by the first edge. */
  readonly energies: Float64Array<ArrayBuffer>;
  readonly positions: Float64Array<ArrayBuffer>; // [points,points,3] Å
}

/** Energy of the ion over a plane of places. */
export function energyLandscape(medium: Medium, options: LandscapeOptions = {}): Landscape {
  const { origin = [0, 0, 0.5], points = 31, relaxed = false, ceiling = Number.POSITIVE_INFINITY } = options;
  const edges = options.edges ?? [
    [1, 0, 0],
    [0, 1, 0],
  ];
  if (!Number.isInteger(points) || points < 2) throw new InputError(`a plane of ${points}² points`, "pass at least 2");
  const v = medium.framework.cell.vectors;
  const energies = new Float64Array(points * points);
  const positions = new Float64Array(3 * points * points);
  for (let i = 0, n = 0; i < points; i++) {
    for (let j = 0; j < points; j++, n++) {
      const f = [0, 1, 2].map((a) => origin[a]! + (i * edges[0][a]! + j * edges[1][a]!) / (points - 1));
      const place: Vec3 = [
        f[0]! * v[0]! + f[1]! * v[3]! + f[2]! * v[6]!,
        f[0]! * v[1]! + f[1]! * v[4]! + f[2]! * v[7]!,
        f[0]! * v[2]! + f[1]! * v[5]! + f[2]! * v[8]!,
      ];
      positions.set(place, 3 * n);
      energies[n] = Math.min(ceiling, relaxed ? placeEnergy(medium, place).relaxed : restEnergy(medium, place));
    }
  }
  return { points, energies, positions };
}

function restEnergy(medium: Medium, position: Vec3): number {
  const { window, potentials, framework } = medium;
  const { vectors, inverse } = framework.cell;
  const cell = new Int32Array(3);
  cellOf(position, inverse, cell);
  const u = new Float64Array(3);
  let energy = 0;
  for (let j = 0; j < window.count; j++) {
    let squared = 0;
    for (let a = 0; a < 3; a++) {
      let x = position[a]! - window.positions[3 * j + a]!;
      for (let i = 0; i < 3; i++) x -= cell[i]! * vectors[3 * i + a]!;
      squared += x * x;
    }
    potentials[window.sites[4 * j + 3]!]!.evaluate(Math.sqrt(squared), u);
    energy += u[0]!;
  }
  return energy;
}
