// kernel module
// Harmonic cubic lattice with springs to 6 nearest and 12 next-nearest neighbours. docs/theory/medium.md
//
// A field is three components (x, y, z displacement) one after the other, each a box [n1 + 2, n2 + 2, row] of f64 with one layer of
// neighbours around the inside, z contiguous. Pointers are to the first inside element of component x; strides are in bytes.
// Twin: springForces in src/medium/springs.ts.

export { addScaled, fillHalo, moveOn } from "./lattice-fields";

/**
 * out = keep · out + near · N u + next · M u, with N the sum over the 6 near bonds of v̂ v̂·(u_neighbour − u) and M twice that of the
 * 12 next ones:
 *
 *   M_x = Σ_{±} [P(x+1) + Q(x−1)] − 8 u_x,   P, Q = A ± B
 *   A = u_x(y±1) + u_x(z±1),  B = u_y(y+1) − u_y(y−1) + u_z(z+1) − u_z(z−1)
 *
 * and cyclic, so that each P and Q is computed once for the eight bonds it belongs to. For equal u every bracket is exactly 8 u:
 * a shift of the whole gives exactly no force.
 *
 * `scratch` holds 3 planes [n2, row] of Q for x, 3 rows for y, and 2 rows for z.
 */
export function stencil(
  u: usize,
  out: usize,
  component: usize,
  plane: usize,
  row: usize,
  n1: i32,
  n2: i32,
  n3: i32,
  near: f64,
  next: f64,
  keep: f64,
  scratch: usize,
): void {
  const k1 = f64x2.splat(near);
  const k2 = f64x2.splat(next);
  const kept = f64x2.splat(keep);
  const last = (<usize>((n3 + 1) >> 1)) << 4;
  alongX(u, out, component, plane, row, n1, n2, last, k1, k2, kept, scratch);
  for (let i = 0; i < n1; i++) {
    const at = <usize>i * plane;
    alongY(u + at, out + at, component, plane, row, n2, last, k1, k2, kept, scratch);
    alongZ(u + at, out + at, component, plane, row, n2, n3, k1, k2, kept, scratch);
  }
}

/** A or B of two atoms: sums and differences across the two axes that are not the component's own. */
function even(a: usize, first: usize, second: usize): v128 {
  return f64x2.add(
    f64x2.add(v128.load(a + first), v128.load(a - first)),
    f64x2.add(v128.load(a + second), v128.load(a - second)),
  );
}

function odd(b: usize, first: usize, c: usize, second: usize): v128 {
  return f64x2.add(
    f64x2.sub(v128.load(b + first), v128.load(b - first)),
    f64x2.sub(v128.load(c + second), v128.load(c - second)),
  );
}

/** out = keep out + k1 (u₊ + u₋ − 2u) + k2 (P₊ + Q₋ − 8u) */
function finish(u: usize, step: usize, out: usize, pPlus: v128, qMinus: v128, k1: v128, k2: v128, keep: v128): void {
  const centre = v128.load(u);
  const near = f64x2.sub(f64x2.add(v128.load(u + step), v128.load(u - step)), f64x2.add(centre, centre));
  const next = f64x2.sub(f64x2.add(pPlus, qMinus), f64x2.mul(centre, f64x2.splat(8)));
  const sum = f64x2.add(f64x2.mul(k1, near), f64x2.mul(k2, next));
  v128.store(out, f64x2.add(f64x2.mul(keep, v128.load(out)), sum));
}

function alongX(
  u: usize,
  out: usize,
  component: usize,
  plane: usize,
  row: usize,
  n1: i32,
  n2: i32,
  last: usize,
  k1: v128,
  k2: v128,
  keep: v128,
  scratch: usize,
): void {
  const sheet = <usize>n2 * row;
  for (let i = -1; i <= n1; i++) {
    // Q of this plane is kept for the plane two further on.
    const keepQ = scratch + <usize>((i + 3) % 3) * sheet;
    const takeQ = scratch + <usize>((i + 1) % 3) * sheet;
    for (let j = 0; j < n2; j++) {
      let x = u + <usize>(i * <i32>plane) + <usize>j * row;
      let o = out + <usize>((i - 1) * <i32>plane) + <usize>j * row;
      let q = keepQ + <usize>j * row;
      let r = takeQ + <usize>j * row;
      const end = x + last;
      if (i < 1) {
        for (; x < end; x += 16, q += 16) {
          v128.store(q, f64x2.sub(even(x, row, 8), odd(x + component, row, x + 2 * component, 8)));
        }
      } else {
        for (; x < end; x += 16, o += 16, q += 16, r += 16) {
          const a = even(x, row, 8);
          const b = odd(x + component, row, x + 2 * component, 8);
          v128.store(q, f64x2.sub(a, b));
          finish(x - plane, plane, o, f64x2.add(a, b), v128.load(r), k1, k2, keep);
        }
      }
    }
  }
}

function alongY(
  u: usize,
  out: usize,
  component: usize,
  plane: usize,
  row: usize,
  n2: i32,
  last: usize,
  k1: v128,
  k2: v128,
  keep: v128,
  scratch: usize,
): void {
  for (let j = -1; j <= n2; j++) {
    let y = u + component + <usize>(j * <i32>row);
    let o = out + component + <usize>((j - 1) * <i32>row);
    let q = scratch + <usize>((j + 3) % 3) * row;
    let r = scratch + <usize>((j + 1) % 3) * row;
    const end = y + last;
    if (j < 1) {
      for (; y < end; y += 16, q += 16) {
        v128.store(q, f64x2.sub(even(y, plane, 8), odd(y - component, plane, y + component, 8)));
      }
    } else {
      for (; y < end; y += 16, o += 16, q += 16, r += 16) {
        const a = even(y, plane, 8);
        const b = odd(y - component, plane, y + component, 8);
        v128.store(q, f64x2.sub(a, b));
        finish(y - row, row, o, f64x2.add(a, b), v128.load(r), k1, k2, keep);
      }
    }
  }
}

function alongZ(
  u: usize,
  out: usize,
  component: usize,
  plane: usize,
  row: usize,
  n2: i32,
  n3: i32,
  k1: v128,
  k2: v128,
  keep: v128,
  scratch: usize,
): void {
  const inside = (<usize>n3) << 3;
  const p = scratch + 16;
  const q = scratch + row + 16;
  for (let j = 0; j < n2; j++) {
    const z = u + 2 * component + <usize>j * row;
    const o = out + 2 * component + <usize>j * row;
    // From one before the first to one after the last; an even start keeps the loads aligned.
    for (let k: isize = -16; k <= <isize>inside; k += 16) {
      const a = even(z + k, row, plane);
      const b = odd(z + k - 2 * component, plane, z + k - component, row);
      v128.store(p + k, f64x2.add(a, b));
      v128.store(q + k, f64x2.sub(a, b));
    }
    for (let k: usize = 0; k < inside; k += 16) {
      finish(z + k, 8, o + k, v128.load(p + k, 8), v128.load(q + k - 8), k1, k2, keep);
    }
  }
}
