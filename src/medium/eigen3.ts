// Eigenpairs of a real symmetric 3×3 matrix by cyclic Jacobi rotations. Closed formulas lose half the digits where two
// values nearly coincide, which lattice branches do along every symmetry line; Jacobi keeps them all and needs about four sweeps.

/**
 * Eigenvalues of `matrix` [3,3] into `values` [3], ascending; orthonormal vectors into the rows of `vectors` [3,3].
 * Nothing is allocated; `matrix` is kept.
 */
export function eigenSymmetric3(matrix: Float64Array, values: Float64Array, vectors: Float64Array): void {
  let xx = matrix[0]!;
  let yy = matrix[4]!;
  let zz = matrix[8]!;
  let xy = matrix[1]!;
  let xz = matrix[2]!;
  let yz = matrix[5]!;
  vectors.fill(0);
  vectors[0] = vectors[4] = vectors[8] = 1;
  const scale = (xx * xx + yy * yy + zz * zz) * 1e-34;
  for (let sweep = 0; sweep < 12; sweep++) {
    if (xy * xy + xz * xz + yz * yz <= scale) break;
    if (xy !== 0) {
      const t = tangent(xy, xx, yy);
      const c = 1 / Math.sqrt(t * t + 1);
      const s = t * c;
      xx -= t * xy;
      yy += t * xy;
      xy = 0;
      const kept = xz;
      xz = c * kept - s * yz;
      yz = s * kept + c * yz;
      turn(vectors, 0, 3, c, s);
    }
    if (xz !== 0) {
      const t = tangent(xz, xx, zz);
      const c = 1 / Math.sqrt(t * t + 1);
      const s = t * c;
      xx -= t * xz;
      zz += t * xz;
      xz = 0;
      const kept = xy;
      xy = c * kept - s * yz;
      yz = s * kept + c * yz;
      turn(vectors, 0, 6, c, s);
    }
    if (yz !== 0) {
      const t = tangent(yz, yy, zz);
      const c = 1 / Math.sqrt(t * t + 1);
      const s = t * c;
      yy -= t * yz;
      zz += t * yz;
      yz = 0;
      const kept = xy;
      xy = c * kept - s * xz;
      xz = s * kept + c * xz;
      turn(vectors, 3, 6, c, s);
    }
  }
  values[0] = xx;
  values[1] = yy;
  values[2] = zz;
  order(values, vectors, 0, 1);
  order(values, vectors, 1, 2);
  order(values, vectors, 0, 1);
}

/** Tangent of the smaller rotation that removes the off-diagonal element b between the diagonals p and q. */
function tangent(b: number, p: number, q: number): number {
  const theta = (q - p) / (2 * b);
  return Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
}

function turn(vectors: Float64Array, p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < 3; k++) {
    const kept = vectors[p + k]!;
    vectors[p + k] = c * kept - s * vectors[q + k]!;
    vectors[q + k] = s * kept + c * vectors[q + k]!;
  }
}

function order(values: Float64Array, vectors: Float64Array, i: number, j: number): void {
  if (values[i]! <= values[j]!) return;
  const value = values[i]!;
  values[i] = values[j]!;
  values[j] = value;
  for (let k = 0; k < 3; k++) {
    const kept = vectors[3 * i + k]!;
    vectors[3 * i + k] = vectors[3 * j + k]!;
    vectors[3 * j + k] = kept;
  }
}
