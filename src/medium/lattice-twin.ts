// The kernels of the cubic lattice: what they do, and that in plain TypeScript, bond by bond, as the reference for kernels/lattice.ts.

import type { Pointer } from "../kernels/index.js";

export interface LatticeKernels {
  /** out = keep · out + near · Σ(near bonds) + next · 2 Σ(next bonds) of v̂ v̂·(u_neighbour − u); strides in bytes. */
  stencil(
    u: Pointer,
    out: Pointer,
    component: number,
    plane: number,
    row: number,
    n1: number,
    n2: number,
    n3: number,
    near: number,
    next: number,
    keep: number,
    scratch: Pointer,
  ): void;
  /** Periodic neighbours of a cube of n³ atoms. */
  fillHalo(u: Pointer, component: number, plane: number, row: number, n: number): void;
  /** y += a x over whole fields, from the start of their memory. */
  addScaled(y: Pointer, x: Pointer, a: number, bytes: number): void;
  /** rise += Σ c_k power_k, next = now + rise, over whole fields. */
  moveOn(
    now: Pointer,
    rise: Pointer,
    next: Pointer,
    powers: Pointer,
    coefficients: Pointer,
    count: number,
    bytes: number,
  ): void;
}

/** Offsets and directions of the 9 bonds that point to one half of space; the other 9 are their opposites. */
const BONDS = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 1, 0],
  [1, -1, 0],
  [1, 0, 1],
  [1, 0, -1],
  [0, 1, 1],
  [0, 1, -1],
] as const;

export function latticeTwin(memory: () => Float64Array): LatticeKernels {
  return {
    stencil(u, out, component, plane, row, n1, n2, n3, near, next, keep) {
      const f = memory();
      const [du, dout, dc, dp, dr] = [u, out, component, plane, row].map((bytes) => bytes / 8) as [
        number,
        number,
        number,
        number,
        number,
      ];
      for (let i = 0; i < n1; i++) {
        for (let j = 0; j < n2; j++) {
          for (let k = 0; k < n3; k++) {
            const at = i * dp + j * dr + k;
            const sum = [0, 0, 0];
            for (const bond of BONDS) {
              const step = bond[0] * dp + bond[1] * dr + bond[2];
              const diagonal = Math.abs(bond[0]) + Math.abs(bond[1]) + Math.abs(bond[2]) === 2;
              // Along a near bond v̂ v̂ᵀ is 1 in one place; along a diagonal it is ½, and the sum is wanted twice.
              let stretch = 0;
              for (let a = 0; a < 3; a++) {
                const here = f[du + at + a * dc]!;
                stretch += bond[a]! * (f[du + at + a * dc + step]! - here + (f[du + at + a * dc - step]! - here));
              }
              for (let a = 0; a < 3; a++) sum[a]! += bond[a]! * stretch * (diagonal ? next : near);
            }
            for (let a = 0; a < 3; a++) {
              const place = dout + at + a * dc;
              f[place] = keep * f[place]! + sum[a]!;
            }
          }
        }
      }
    },
    fillHalo(u, component, plane, row, n) {
      const f = memory();
      const [du, dc, dp, dr] = [u, component, plane, row].map((bytes) => bytes / 8) as [number, number, number, number];
      const home = (index: number): number => (index + n) % n;
      for (let a = 0; a < 3; a++) {
        for (let i = -1; i <= n; i++) {
          for (let j = -1; j <= n; j++) {
            for (let k = -1; k <= n; k++) {
              const at = du + a * dc + i * dp + j * dr + k;
              f[at] = f[du + a * dc + home(i) * dp + home(j) * dr + home(k)]!;
            }
          }
        }
      }
    },
    addScaled(y, x, a, bytes) {
      const f = memory();
      for (let i = 0; i < bytes / 8; i++) f[y / 8 + i]! += a * f[x / 8 + i]!;
    },
    moveOn(now, rise, next, powers, coefficients, count, bytes) {
      const f = memory();
      const pointers = new Uint32Array(f.buffer, powers, count);
      for (let i = 0; i < bytes / 8; i++) {
        let sum = f[rise / 8 + i]!;
        for (let k = 0; k < count; k++) sum += f[coefficients / 8 + k]! * f[pointers[k]! / 8 + i]!;
        f[rise / 8 + i] = sum;
        f[next / 8 + i] = f[now / 8 + i]! + sum;
      }
    },
  };
}
