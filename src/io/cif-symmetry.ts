// Symmetry operations written as "x, y, z" triplets, and the orbits they make of a site.
//
//   s' = W s + w     W [3,3] whole numbers with |det W| = 1, w a translation in [0, 1)
//
// A site on a special position maps onto itself under some operations. With rounded coordinates (0.3333) the images
// differ a little; their mean lies on the symmetry element exactly, and the orbit is made from that mean.

import { type F64, type FilePlace, FormatError, type Vec3 } from "../base/index.js";
import { applyOperation, type Cell, multiply3, type SymmetryOperation } from "../structure/index.js";
import type { CifValue } from "./cif-blocks.js";
import { quote } from "./text.js";

export const IDENTITY: SymmetryOperation = {
  rotation: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  translation: new Float64Array(3),
};

const TERM = /([+-]?)(?:(\d+\/\d+|\d+\.\d*|\.\d+|\d+)\*?)?([xyz])?/y;

/** @throws FormatError when the triplet cannot be read or is no isometry of the lattice. */
export function parseOperation(value: CifValue, place: FilePlace): SymmetryOperation {
  const parts = value.text.toLowerCase().replace(/\s+/g, "").split(",");
  const rows = parts.map((part) => parseTriplet(part));
  if (rows.length !== 3 || rows.some((row) => row === undefined)) {
    throw new FormatError(
      { file: place.file, line: value.line },
      `${quote(value.text)} is not a symmetry operation`,
      "operations look like -x+1/2, y, -z",
    );
  }
  const rotation = rows.flatMap((row) => row!.slice(0, 3));
  const [a, b, c, d, e, f, g, h, i] = rotation as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (Math.abs(determinant) !== 1) {
    throw new FormatError(
      { file: place.file, line: value.line },
      `${quote(value.text)} changes the volume by ${determinant}`,
      "an operation must map the lattice onto itself",
    );
  }
  return {
    rotation: Int32Array.from(rotation),
    translation: Float64Array.from(rows, (row) => row![3] - Math.floor(row![3])),
  };
}

/** [x, y, z, constant] of one part such as "-x+y+1/2". */
function parseTriplet(part: string): [number, number, number, number] | undefined {
  const row: [number, number, number, number] = [0, 0, 0, 0];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < part.length) {
    const start = TERM.lastIndex;
    const match = TERM.exec(part);
    if (!match || TERM.lastIndex === start) return undefined;
    const [, sign, size, axis] = match;
    if ((size === undefined && axis === undefined) || (start > 0 && sign === "")) return undefined;
    const amount = (sign === "-" ? -1 : 1) * (size === undefined ? 1 : fraction(size));
    if (!Number.isFinite(amount) || (axis !== undefined && !Number.isInteger(amount))) return undefined;
    row[axis === undefined ? 3 : "xyz".indexOf(axis)]! += amount;
  }
  return part === "" ? undefined : row;
}

/** "1/3", or a decimal read as the multiple of 1/24 it is rounded from: 0.333 is 1/3, 0.25 is 1/4, 0.3 stays. */
function fraction(text: string): number {
  const [top, bottom] = text.split("/");
  if (bottom !== undefined) return Number(top) / Number(bottom);
  const value = Number(text);
  const digits = text.split(".")[1]?.length ?? 0;
  const nearest = Math.round(value * 24) / 24;
  return digits >= 3 && Math.abs(value - nearest) <= 0.5000001 * 10 ** -digits ? nearest : value;
}

/** Rounding allowed between translations written with three digits or more. */
const SAME_TRANSLATION = 2e-3;

const keyOf = ({ rotation }: SymmetryOperation): string => [...rotation].join(" ");

const sameTranslation = (a: F64, b: F64): boolean =>
  [0, 1, 2].every((k) => Math.abs(a[k]! - b[k]! - Math.round(a[k]! - b[k]!)) < SAME_TRANSLATION);

/**
 * A list that lost or repeats a line is no group: checks identity, repetition and closure.
 * @throws FormatError naming the operation.
 */
export function checkGroup(
  operations: readonly SymmetryOperation[],
  values: readonly CifValue[],
  place: FilePlace,
): void {
  const byRotation = new Map<string, number[]>();
  for (const [i, operation] of operations.entries()) {
    const rotationKey = keyOf(operation);
    const bucket = byRotation.get(rotationKey) ?? [];
    const twin = bucket.find((j) => sameTranslation(operations[j]!.translation, operation.translation));
    if (twin !== undefined) {
      throw new FormatError(
        { file: place.file, line: values[i]!.line },
        `the operation ${quote(values[i]!.text)} comes twice, first in line ${values[twin]!.line}`,
        "remove one of them",
      );
    }
    byRotation.set(rotationKey, [...bucket, i]);
  }
  const has = (operation: SymmetryOperation): boolean =>
    (byRotation.get(keyOf(operation)) ?? []).some((j) =>
      sameTranslation(operations[j]!.translation, operation.translation),
    );
  if (!has(IDENTITY)) {
    throw new FormatError(
      { file: place.file, line: values[0]!.line },
      'the operations lack the identity "x, y, z"',
      "the list is incomplete; write the file again",
    );
  }
  for (const [i, first] of operations.entries()) {
    for (const [j, second] of operations.entries()) {
      if (has(product(first, second))) continue;
      throw new FormatError(
        { file: place.file, line: values[i]!.line },
        `the operations are no group: ${quote(values[i]!.text)} after ${quote(values[j]!.text)} is not in the list`,
        "an operation is missing or wrong; write the file again",
      );
    }
  }
}

function product(second: SymmetryOperation, first: SymmetryOperation): SymmetryOperation {
  const rotation = Int32Array.from(multiply3(Float64Array.from(second.rotation), Float64Array.from(first.rotation)));
  const translation = applyOperation(second, [first.translation[0]!, first.translation[1]!, first.translation[2]!]);
  return { rotation, translation: Float64Array.from(translation) };
}

/** Å between two fractional points by the nearest lattice translation in fractional space; exact for points that (nearly) coincide. */
export function nearDistance(cell: Cell, a: Vec3, b: Vec3): number {
  const [u, v, w] = nearDifference(a, b);
  const m = cell.vectors;
  return Math.hypot(
    u * m[0]! + v * m[3]! + w * m[6]!,
    u * m[1]! + v * m[4]! + w * m[7]!,
    u * m[2]! + v * m[5]! + w * m[8]!,
  );
}

function nearDifference(a: Vec3, b: Vec3): Vec3 {
  const part = (k: 0 | 1 | 2): number => a[k] - b[k] - Math.round(a[k] - b[k]);
  return [part(0), part(1), part(2)];
}

export interface Orbit {
  /** Fractional points in [0, 1), the site itself first; without symmetry the site as it is written. */
  readonly points: readonly Vec3[];
  /** Shortest distance between two different points, Å; Infinity for one point. */
  readonly closest: number;
}

export interface OrbitSettings {
  readonly operations: readonly SymmetryOperation[];
  readonly cell: Cell;
  /** Å */
  readonly tolerance: number;
}

/** All images of `site`; images within `tolerance` Å of each other are one point. */
export function orbitOf(site: Vec3, { operations, cell, tolerance }: OrbitSettings): Orbit {
  if (operations.length === 1) return { points: [site], closest: Number.POSITIVE_INFINITY };
  const shifts = operations.map((operation) => nearDifference(applyOperation(operation, site), site));
  const zero: Vec3 = [0, 0, 0];
  const own = shifts.filter((shift) => nearDistance(cell, shift, zero) <= tolerance);
  const mean = (k: 0 | 1 | 2): number => own.reduce((sum, shift) => sum + shift[k], 0) / own.length;
  // A general position stays as it is written.
  const centre: Vec3 = own.length > 1 ? [site[0] + mean(0), site[1] + mean(1), site[2] + mean(2)] : site;
  const points: Vec3[] = [];
  let closest = Number.POSITIVE_INFINITY;
  for (const operation of operations) {
    const image = applyOperation(operation, centre);
    const nearest = points.reduce(
      (least, point) => Math.min(least, nearDistance(cell, image, point)),
      Number.POSITIVE_INFINITY,
    );
    if (nearest <= tolerance) continue;
    closest = Math.min(closest, nearest);
    points.push([wrapped(image[0]), wrapped(image[1]), wrapped(image[2])]);
  }
  return { points, closest };
}

function wrapped(s: number): number {
  const inside = s - Math.floor(s);
  // 1 − 1e-16 and 1e-17 are the same place; rounding must not decide on which side of the cell it is.
  return 1 - inside < 1e-12 ? 0 : inside;
}
