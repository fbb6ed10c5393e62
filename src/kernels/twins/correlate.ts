// The counting of distances in plain TypeScript: kernels/correlate.ts line by line, with the same rounding.

export interface DistanceCall {
  /** First point and how many, of each side. */
  readonly aFrom: number;
  readonly aCount: number;
  readonly bFrom: number;
  readonly bCount: number;
  /** 0: all pairs (i, j); 1: j > i; 2: j ≠ i, i and j counted from the first point of each side. */
  readonly pairs: 0 | 1 | 2;
}

export interface DistanceSetting {
  /** [9] lower triangular cell (t00, t10, t11, t20, t21, t22) Å, then 1 or 0 for each periodic axis. */
  readonly cell: Float64Array;
  /** Bins per Å. */
  readonly scale: number;
  readonly bins: number;
}

// Adding and subtracting 1.5·2⁵² rounds to the nearest whole number, halves to even, as the processor's instruction does.
const ROUNDER = 6755399441055744;
const nearest = (x: number): number => x + ROUNDER - ROUNDER;

/** Adds to `counts` [bins + 1]; `points` [3, stride] fractional. */
export function countDistancesTwin(
  points: Float64Array,
  counts: Int32Array,
  options: DistanceCall & DistanceSetting,
): void {
  const { aFrom, aCount, bFrom, bCount, pairs, cell, scale, bins } = options;
  const stride = points.length / 3;
  const [t0, t1, t2, t3, t4, t5, p0, p1, p2] = cell as unknown as number[];
  for (let i = 0; i < aCount; i++) {
    const x = points[aFrom + i]!;
    const y = points[stride + aFrom + i]!;
    const z = points[2 * stride + aFrom + i]!;
    for (let j = pairs === 1 ? i + 1 : 0; j < bCount; j++) {
      if (pairs === 2 && j === i) continue;
      let dx = points[bFrom + j]! - x;
      let dy = points[stride + bFrom + j]! - y;
      let dz = points[2 * stride + bFrom + j]! - z;
      dx -= nearest(p0! * dx);
      dy -= nearest(p1! * dy);
      dz -= nearest(p2! * dz);
      const X = dx * t0! + dy * t1! + dz * t3!;
      const Y = dy * t2! + dz * t4!;
      const Z = dz * t5!;
      const at = Math.sqrt(X * X + Y * Y + Z * Z) * scale;
      counts[at < bins ? Math.floor(at) : bins]!++;
    }
  }
}
