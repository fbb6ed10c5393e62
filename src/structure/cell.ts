// The periodic cell. Rows are lattice vectors: x = s · vectors, s = x · inverse (docs/conventions.md).

import { expectShape, type F64, InputError, type Vec3 } from "../base/index.js";

export interface Cell {
  /** [3,3] Å, rows a, b, c. */
  readonly vectors: F64;
  /** [3,3] 1/Å, s = x · inverse; its columns are the reciprocal vectors without 2π. */
  readonly inverse: F64;
  /** Å³, positive. */
  readonly volume: number;
  readonly periodic: readonly [boolean, boolean, boolean];
}

/**
 * A cell from its lattice vectors, [3,3] Å in rows. A left-handed set is accepted; the volume is positive.
 * @throws InputError when the vectors are not finite or span no volume.
 */
export function makeCell(vectors: ArrayLike<number>, periodic: Cell["periodic"] = [true, true, true]): Cell {
  expectShape("cell vectors", vectors, [3, 3]);
  const v = Float64Array.from(vectors);
  const [ax, ay, az, bx, by, bz, cx, cy, cz] = v as unknown as [
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
  const determinant = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  const scale = Math.hypot(ax, ay, az) * Math.hypot(bx, by, bz) * Math.hypot(cx, cy, cz);
  if (!(Math.abs(determinant) > 1e-8 * scale)) {
    throw new InputError(
      `the cell vectors span no volume (determinant ${determinant} Å³)`,
      "give three vectors in Å that are finite and not coplanar",
      { vectors: [...v] },
    );
  }
  const inverse = Float64Array.of(
    by * cz - bz * cy,
    az * cy - ay * cz,
    ay * bz - az * by,
    bz * cx - bx * cz,
    ax * cz - az * cx,
    az * bx - ax * bz,
    bx * cy - by * cx,
    ay * cx - ax * cy,
    ax * by - ay * bx,
  ).map((cofactor) => cofactor / determinant);
  return { vectors: v, inverse, volume: Math.abs(determinant), periodic };
}

/** Lengths in Å and angles in degrees, a along x and b in the xy plane. */
export function cellFromParameters(a: number, b: number, c: number, alpha = 90, beta = 90, gamma = 90): Cell {
  const cosine = (degrees: number): number => (degrees === 90 ? 0 : Math.cos((degrees * Math.PI) / 180));
  const [ca, cb, cg] = [cosine(alpha), cosine(beta), cosine(gamma)];
  const sg = gamma === 90 ? 1 : Math.sin((gamma * Math.PI) / 180);
  const cy = (ca - cb * cg) / sg;
  const cz2 = 1 - cb * cb - cy * cy;
  if (!(cz2 > 0)) {
    throw new InputError(
      `no cell has the angles ${alpha}, ${beta}, ${gamma}°`,
      "each angle must be less than the sum of the other two",
    );
  }
  return makeCell([a, 0, 0, b * cg, b * sg, 0, c * cb, c * cy, c * Math.sqrt(cz2)]);
}

/** [a, b, c, α, β, γ] in Å and degrees. */
export function cellParameters(cell: Cell): readonly [number, number, number, number, number, number] {
  const rows = [0, 1, 2].map((i) => cell.vectors.slice(3 * i, 3 * i + 3));
  const lengths = rows.map((row) => Math.hypot(row[0]!, row[1]!, row[2]!));
  const angle = (i: number, j: number): number => {
    const [u, v] = [rows[i]!, rows[j]!];
    const product = u[0]! * v[0]! + u[1]! * v[1]! + u[2]! * v[2]!;
    return (Math.acos(Math.min(1, Math.max(-1, product / (lengths[i]! * lengths[j]!)))) * 180) / Math.PI;
  };
  return [lengths[0]!, lengths[1]!, lengths[2]!, angle(1, 2), angle(0, 2), angle(0, 1)];
}

/** Distances between opposite faces, Å: the widths a cut-off is judged against. */
export function cellWidths(cell: Cell): Vec3 {
  const width = (i: number): number => 1 / Math.hypot(cell.inverse[i]!, cell.inverse[3 + i]!, cell.inverse[6 + i]!);
  return [width(0), width(1), width(2)];
}

/** The cell after a small or large homogeneous strain: each vector v becomes v · deformation ([3,3], rows). */
export function deformCell(cell: Cell, deformation: F64): Cell {
  return makeCell(multiply3(cell.vectors, deformation), cell.periodic);
}

/** Product of two [3,3] matrices stored row-major. */
export function multiply3(a: F64, b: F64): Float64Array<ArrayBuffer> {
  const product = new Float64Array(9);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      product[3 * i + j] = a[3 * i]! * b[j]! + a[3 * i + 1]! * b[3 + j]! + a[3 * i + 2]! * b[6 + j]!;
    }
  }
  return product;
}

/** Rows of `points` [n,3] times the [3,3] `matrix`. */
export function transformRows(points: F64, matrix: F64): Float64Array<ArrayBuffer> {
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i]!, points[i + 1]!, points[i + 2]!];
    for (let j = 0; j < 3; j++) out[i + j] = x * matrix[j]! + y * matrix[3 + j]! + z * matrix[6 + j]!;
  }
  return out;
}

/** [n,3] fractional → Å. */
export const toCartesian = (cell: Cell, fractional: F64): Float64Array<ArrayBuffer> =>
  transformRows(fractional, cell.vectors);

/** [n,3] Å → fractional, not wrapped. */
export const toFractional = (cell: Cell, positions: F64): Float64Array<ArrayBuffer> =>
  transformRows(positions, cell.inverse);
