// Laying a structure file over a trajectory. The file has a small cell, the trajectory a repeat of it, a little strained, with the origin
// somewhere else and atoms in another order and off their places:
//
//   M = round(A_trajectory A_file⁻¹)        whole numbers; if the two are turned against each other, M = diag(|a_i|/|a_file,i|)
//   s = W s_file + w                        W = M⁻¹ in fractional coordinates; w the origin
//
// Everything is compared in fractional coordinates of the trajectory's cell, so a rotation of the axes does not matter. What is left between
// M A_file and A_trajectory is a strain ε (Green's, ½(FFᵀ − 1)), reported and limited. w is found from the framework: atom 0 of the rarest
// kind of the file may stand for any of the trajectory's; of all those the w is taken that leaves the least root mean square distance, which
// the mean displacement then refines. Every framework atom must have found a place of its own, near enough: else the file is refused.

import { type F64, type I32, InputError, type Vec3 } from "../base/index.js";
import {
  atomCount,
  type Cell,
  type Crystal,
  fractionalPositions,
  makeCell,
  multiply3,
  speciesList,
  supercell,
  toCartesian,
  transformRows,
} from "../structure/index.js";

export interface SiteMatchOptions {
  /**
   * Elements that stand for each other, e.g. [["S", "Cl"], ["P"]]: what sites may be occupied by either, or are named otherwise in the file.
   * Only these make up the framework. Default: every element that both have and that is no site, by itself.
   */
  readonly alike?: readonly (readonly string[])[];
  /** Elements of the file that mark sites, and of the trajectory that move: no framework. */
  readonly sites: readonly string[];
  /** Largest component of the strain between the file's repeat and the trajectory's cell. Default 0.05. */
  readonly largestStrain?: number;
  /** Farthest a framework atom may be from its place in the file, Å: thermal motion and relaxation. Default 1.5. */
  readonly farthestA?: number;
}

export interface SiteCellMatch {
  /** [3,3] rows of the trajectory's cell in units of the file's. */
  readonly repeats: I32;
  /** The file repeated, strained and moved: in the trajectory's cell. */
  readonly placed: Crystal;
  /** [n of placed] atom of the trajectory at each framework atom, −1 for others. */
  readonly atomOf: I32;
  /** Largest component of the strain. */
  readonly strain: number;
  /** [3] fractional, of the trajectory's cell. */
  readonly originShift: Vec3;
  /** Å, of the framework's distances from its places. */
  readonly rms: number;
  readonly farthest: number;
  readonly framework: number;
}

/** @throws InputError, with the numbers, when the file does not fit. */
export function matchSiteCell(file: Crystal, trajectory: Crystal, options: SiteMatchOptions): SiteCellMatch {
  const { largestStrain = 0.05, farthestA = 1.5 } = options;
  const groups = likeGroups(file, trajectory, options);
  const { matrix, strain } = repeatsOf(file.cell, trajectory.cell, largestStrain);
  const repeated = supercell(file, matrix).crystal;
  const places = fractionalPositions(repeated);
  const here = membersOf(repeated, groups);
  const there = membersOf(trajectory, groups);
  for (const [g, names] of groups.entries())
    if (here[g]!.length !== there[g]!.length)
      throw new InputError(
        `the file repeated ${describeRepeats(matrix)} has ${here[g]!.length} atoms ${names.join("/")}, the trajectory ${there[g]!.length}`,
        "name in `alike` the elements that stand for each other, or use the file of this composition",
        { group: names },
      );
  const now = fractionalPositions(trajectory);
  const task: Task = { cell: trajectory.cell, places, now, here, there };
  const shift = bestShift(task, matrix);
  const fit = assign(task, shift);
  const atomOf = new Int32Array(atomCount(repeated)).fill(-1);
  const taken = new Set<number>();
  for (const { place, atom } of fit.pairs) {
    atomOf[place] = atom;
    taken.add(atom);
  }
  if (fit.farthest > farthestA || taken.size !== fit.pairs.length)
    throw new InputError(
      `the file's framework does not lie on the trajectory's: ${taken.size} of ${fit.pairs.length} atoms have a place of their own, the farthest is ${fit.farthest.toFixed(2)} Å off (limit ${farthestA} Å, rms ${fit.rms.toFixed(2)} Å)`,
      "another polymorph or setting, or ions among the framework: compare the two structures",
      { rms: fit.rms, farthest: fit.farthest },
    );
  const moved = Float64Array.from(places, (s, i) => s + shift[i % 3]!);
  const placed = { ...repeated, cell: trajectory.cell, positions: toCartesian(trajectory.cell, moved) };
  const { rms, farthest } = fit;
  return {
    repeats: matrix,
    placed,
    atomOf,
    strain,
    originShift: [shift[0]!, shift[1]!, shift[2]!],
    rms,
    farthest,
    framework: fit.pairs.length,
  };
}

function likeGroups(file: Crystal, trajectory: Crystal, { alike, sites }: SiteMatchOptions): string[][] {
  const both = file.elements.filter((element) => trajectory.elements.includes(element) && !sites.includes(element));
  const present = (name: string): boolean => file.elements.includes(name) || trajectory.elements.includes(name);
  const groups =
    alike?.map((names) => [...names]).filter((names) => names.some(present)) ?? both.map((element) => [element]);
  if (groups.length === 0)
    throw new InputError(
      `the file (${file.elements.join(", ")}) and the trajectory (${trajectory.elements.join(", ")}) have no framework in common`,
      "name in `alike` the elements that stand for each other",
    );
  const wrong = groups.flat().find((name) => sites.includes(name));
  if (wrong) throw new InputError(`${wrong} is both a site and part of the framework`, "it can be one of the two");
  return groups;
}

const membersOf = (crystal: Crystal, groups: readonly (readonly string[])[]): number[][] => {
  const species = speciesList(crystal);
  return groups.map((names) => species.flatMap((element, i) => (names.includes(element) ? [i] : [])));
};

const describeRepeats = (matrix: I32): string => {
  const [a, b, c, d, e, f, g, h, i] = matrix;
  return [b, c, d, f, g, h].every((x) => x === 0) ? `${a} × ${e} × ${i}` : `[${[a, b, c, d, e, f, g, h, i].join(" ")}]`;
};

function repeatsOf(
  file: Cell,
  target: Cell,
  largest: number,
): { readonly matrix: Int32Array; readonly strain: number } {
  const straight = Int32Array.from(multiply3(target.vectors, file.inverse), Math.round);
  const length = (cell: Cell, i: number): number => Math.hypot(...cell.vectors.slice(3 * i, 3 * i + 3));
  const turned = new Int32Array(9);
  for (let i = 0; i < 3; i++) turned[4 * i] = Math.max(1, Math.round(length(target, i) / length(file, i)));
  const trials = [straight, turned].map((matrix) => ({ matrix, strain: strainBetween(file, target, matrix) }));
  const best = trials.reduce((a, b) => (b.strain < a.strain ? b : a));
  if (best.strain <= largest) return best;
  const lengths = (cell: Cell): string => [0, 1, 2].map((i) => length(cell, i).toFixed(3)).join(", ");
  throw new InputError(
    `no repeat of the file's cell (${lengths(file)} Å) is the trajectory's (${lengths(target)} Å): the nearest, ${describeRepeats(best.matrix)}, is strained by ${(100 * best.strain).toFixed(1)} % (limit ${(100 * largest).toFixed(1)} %)`,
    "give the sites in the setting of the trajectory's cell, or allow a larger strain",
    { strain: best.strain },
  );
}

function strainBetween(file: Cell, target: Cell, matrix: I32): number {
  const repeat = multiply3(Float64Array.from(matrix), file.vectors);
  const determinant = (v: F64): number =>
    v[0]! * (v[4]! * v[8]! - v[5]! * v[7]!) -
    v[1]! * (v[3]! * v[8]! - v[5]! * v[6]!) +
    v[2]! * (v[3]! * v[7]! - v[4]! * v[6]!);
  if (!(Math.abs(determinant(repeat)) > 0.1 * file.volume)) return Number.POSITIVE_INFINITY;
  const f = multiply3(makeCell(repeat).inverse, target.vectors);
  let most = 0;
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let metric = i === j ? -1 : 0;
      for (let k = 0; k < 3; k++) metric += f[3 * i + k]! * f[3 * j + k]!;
      most = Math.max(most, Math.abs(0.5 * metric));
    }
  }
  return most;
}

interface Task {
  readonly cell: Cell;
  readonly places: F64;
  readonly now: F64;
  readonly here: readonly (readonly number[])[];
  readonly there: readonly (readonly number[])[];
}

interface Assignment {
  readonly pairs: readonly { readonly place: number; readonly atom: number }[];
  /** [3] fractional, mean displacement from place to atom. */
  readonly mean: readonly number[];
  readonly rms: number;
  readonly farthest: number;
}

/** The nearest atom of its kind for every place; `sample` places at most, spread evenly. */
function assign({ cell, places, now, here, there }: Task, shift: ArrayLike<number>, sample?: number): Assignment {
  const v = cell.vectors;
  const pairs: { place: number; atom: number }[] = [];
  const mean = [0, 0, 0];
  let [sum, most] = [0, 0];
  const all = here.reduce((n, members) => n + members.length, 0);
  const every = sample === undefined ? 1 : Math.max(1, Math.floor(all / sample));
  for (const [g, members] of here.entries()) {
    for (let p = 0; p < members.length; p += every) {
      const at = 3 * members[p]!;
      let [least, nearest, dx, dy, dz] = [Number.POSITIVE_INFINITY, -1, 0, 0, 0];
      for (const atom of there[g]!) {
        let a = now[3 * atom]! - places[at]! - shift[0]!;
        let b = now[3 * atom + 1]! - places[at + 1]! - shift[1]!;
        let c = now[3 * atom + 2]! - places[at + 2]! - shift[2]!;
        a -= Math.round(a);
        b -= Math.round(b);
        c -= Math.round(c);
        const x = a * v[0]! + b * v[3]! + c * v[6]!;
        const y = a * v[1]! + b * v[4]! + c * v[7]!;
        const z = a * v[2]! + b * v[5]! + c * v[8]!;
        const squared = x * x + y * y + z * z;
        if (squared < least) [least, nearest, dx, dy, dz] = [squared, atom, a, b, c];
      }
      pairs.push({ place: members[p]!, atom: nearest });
      mean[0]! += dx;
      mean[1]! += dy;
      mean[2]! += dz;
      sum += least;
      most = Math.max(most, least);
    }
  }
  const n = pairs.length;
  return { pairs, mean: mean.map((d) => d / n), rms: Math.sqrt(sum / n), farthest: Math.sqrt(most) };
}

const SAMPLE = 200;
/** A shift is taken instead of none only when it fits better by this: symmetry makes many equal. */
const CLEARLY_BETTER = 0.9;

function bestShift(task: Task, matrix: I32): number[] {
  const { places, now, here, there } = task;
  const g = here.reduce((least, members, k) => (members.length < here[least]!.length ? k : least), 0);
  const home = 3 * here[g]![0]!;
  // A lattice vector of the file is no new shift: only the first of those that differ by one is tried.
  const tried: number[][] = [];
  let best = { shift: [0, 0, 0], rms: refined(task, [0, 0, 0]).rms * CLEARLY_BETTER };
  for (const atom of there[g]!) {
    const shift = [0, 1, 2].map((k) => {
      const s = now[3 * atom + k]! - places[home + k]!;
      return s - Math.round(s);
    });
    if (tried.some((known) => latticeApart(known, shift, { cell: task.cell, matrix }))) continue;
    tried.push(shift);
    const trial = refined(task, shift);
    if (trial.rms < best.rms) best = trial;
  }
  return refined(task, best.shift, false).shift;
}

/** Do two shifts differ by a lattice vector of the file, to within thermal motion? */
function latticeApart(
  s: readonly number[],
  t: readonly number[],
  { cell, matrix }: { readonly cell: Cell; readonly matrix: I32 },
): boolean {
  // s M are coordinates in the file's cell; what is left of them after whole numbers goes back by M⁻¹, and is nearest as it is.
  const apart = Float64Array.from(s, (x, k) => x - t[k]!);
  const inFile = transformRows(apart, Float64Array.from(matrix));
  const small = makeCell(multiply3(makeCell(Float64Array.from(matrix)).inverse, cell.vectors));
  return (
    Math.hypot(
      ...toCartesian(
        small,
        inFile.map((f) => f - Math.round(f)),
      ),
    ) < 0.5
  );
}

/** Moves the origin by the mean displacement until the assignment no longer changes it. */
function refined(task: Task, start: readonly number[], sampled = true): { shift: number[]; rms: number } {
  let shift = [...start];
  let rms = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10; round++) {
    const fit = assign(task, shift, sampled ? SAMPLE : undefined);
    rms = fit.rms;
    if (Math.max(...fit.mean.map(Math.abs)) < 1e-9) break;
    shift = shift.map((s, k) => s + fit.mean[k]!);
  }
  return { shift, rms };
}
