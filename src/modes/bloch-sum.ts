// Waves over a table of bonds: with d = T + τ_j − τ_i (fractional, T whole),
//
//   D_{iα,jβ}(q) = Σ_d W_{iα,jβ}(d) e^{2πi q·d} = e^{2πi q·(τ_j − τ_i)} Σ_T W_{iα,jβ}(T) e^{2πi q·T}
//
// W being Φ/√(m_i m_j) or plain weights. There are far fewer T than bonds, so their phases are made once per q. The slope along a unit vector n
// puts i(n·d) before each term.

import type { F64, I32, Vec3 } from "../base/index.js";
import { type Crystal, fractionalPositions } from "../structure/index.js";
import type { Bonds } from "./bonds.js";

export interface BlochSum {
  /** D(q) into out [3b,3b,2], Hermitian to rounding and made so exactly. */
  at(q: Vec3, out: Float64Array): void;
  /** ∂D/∂q along the Cartesian unit vector `along`, q in rad/Å. */
  slopeAt(q: Vec3, out: Float64Array, along: Vec3): void;
}

/** The mass-weighted sum over `bonds`: eV/(Å² amu). */
export function blochSum(bonds: Bonds, crystal: Crystal): BlochSum {
  const { from, to, separation } = bonds;
  const size = 3 * crystal.masses.length;
  const count = from.length;
  const blocks = new Float64Array(9 * count);
  for (let m = 0; m < count; m++) {
    const weight = 1 / Math.sqrt(crystal.masses[from[m]!]! * crystal.masses[to[m]!]!);
    for (let k = 0; k < 9; k++) blocks[9 * m + k] = weight * bonds.blocks[9 * m + k]!;
  }
  const places = fractionalPositions(crystal);
  const { cells, cellOf } = translationsOf(bonds, places);
  const phases = new Float64Array(2 * (cells.length / 3));
  const sum = (q: Vec3, out: Float64Array, along?: Vec3): void => {
    out.fill(0);
    for (let t = 0; t < cells.length / 3; t++) {
      const angle = 2 * Math.PI * (q[0] * cells[3 * t]! + q[1] * cells[3 * t + 1]! + q[2] * cells[3 * t + 2]!);
      phases[2 * t] = Math.cos(angle);
      phases[2 * t + 1] = Math.sin(angle);
    }
    for (let m = 0; m < count; m++) {
      let c = phases[2 * cellOf[m]!]!;
      let s = phases[2 * cellOf[m]! + 1]!;
      if (along) {
        const d = along[0] * separation[3 * m]! + along[1] * separation[3 * m + 1]! + along[2] * separation[3 * m + 2]!;
        [c, s] = [-d * s, d * c];
      }
      let row = 2 * (3 * from[m]! * size + 3 * to[m]!);
      for (let k = 9 * m; k < 9 * m + 9; k += 3, row += 2 * size) {
        const [x, y, z] = [blocks[k]!, blocks[k + 1]!, blocks[k + 2]!];
        out[row]! += x * c;
        out[row + 1]! += x * s;
        out[row + 2]! += y * c;
        out[row + 3]! += y * s;
        out[row + 4]! += z * c;
        out[row + 5]! += z * s;
      }
    }
    turnToPositions(out, q, places);
    makeHermitian(out, size);
  };
  return { at: (q, out) => sum(q, out), slopeAt: (q, out, along) => sum(q, out, along) };
}

/** The different T of all bonds, and which one each has. */
function translationsOf(bonds: Bonds, places: F64): { readonly cells: F64; readonly cellOf: I32 } {
  const cells: number[] = [];
  const known = new Map<string, number>();
  const cellOf = new Int32Array(bonds.from.length);
  for (let m = 0; m < cellOf.length; m++) {
    const t = [0, 1, 2].map((k) =>
      Math.round(bonds.fractional[3 * m + k]! - places[3 * bonds.to[m]! + k]! + places[3 * bonds.from[m]! + k]!),
    );
    const key = t.join();
    let index = known.get(key);
    if (index === undefined) {
      index = cells.length / 3;
      known.set(key, index);
      cells.push(...t);
    }
    cellOf[m] = index;
  }
  return { cells: Float64Array.from(cells), cellOf };
}

/** Multiplies block (i, j) by e^{2πi q·(τ_j − τ_i)}. */
function turnToPositions(out: Float64Array, q: Vec3, places: F64): void {
  const b = places.length / 3;
  const size = 3 * b;
  const turn = new Float64Array(2 * b);
  for (let i = 0; i < b; i++) {
    const angle = 2 * Math.PI * (q[0] * places[3 * i]! + q[1] * places[3 * i + 1]! + q[2] * places[3 * i + 2]!);
    turn[2 * i] = Math.cos(angle);
    turn[2 * i + 1] = Math.sin(angle);
  }
  for (let i = 0; i < b; i++) {
    for (let j = 0; j < b; j++) {
      const c = turn[2 * i]! * turn[2 * j]! + turn[2 * i + 1]! * turn[2 * j + 1]!;
      const s = turn[2 * i]! * turn[2 * j + 1]! - turn[2 * i + 1]! * turn[2 * j]!;
      for (let a = 0; a < 3; a++) {
        let at = 2 * ((3 * i + a) * size + 3 * j);
        for (let k = 0; k < 3; k++, at += 2) {
          const x = out[at]!;
          out[at] = x * c - out[at + 1]! * s;
          out[at + 1] = x * s + out[at + 1]! * c;
        }
      }
    }
  }
}

/** ½(D + D†) in place. */
export function makeHermitian(out: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    out[2 * (i * size + i) + 1] = 0;
    for (let j = 0; j < i; j++) {
      const here = 2 * (i * size + j);
      const there = 2 * (j * size + i);
      const re = 0.5 * (out[here]! + out[there]!);
      const im = 0.5 * (out[here + 1]! - out[there + 1]!);
      out[here] = out[there] = re;
      out[here + 1] = im;
      out[there + 1] = -im;
    }
  }
}
