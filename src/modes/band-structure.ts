// Bands along a path. At each q modes come sorted by frequency; connected by overlap, band n at one q goes on as the mode m at the next whose vector is most
// like it, the pairs chosen so that Σ_n |⟨e_n(q)|e_m(q')⟩|² is largest. At Γ the macroscopic field is taken along the leg.

import { type F64, type I32, Pacer, type RunOptions } from "../base/index.js";
import { assignment } from "../numerics/index.js";
import type { BandPoints } from "./band-path.js";
import type { LatticeDynamics } from "./lattice-dynamics.js";
import type { Modes } from "./modes.js";

export interface BandOptions extends RunOptions {
  /** Follow bands through crossings by the overlap of vectors. Default false: sorted by frequency. */
  readonly connect?: boolean;
  /** Keep the vectors of every point. Default false. */
  readonly vectors?: boolean;
}

export interface Bands {
  readonly path: BandPoints;
  /** 3b. */
  readonly count: number;
  readonly frequencies: F64; // [points,count] THz, in band order
  /** [points,count] place of each band among the modes sorted by frequency. */
  readonly order: I32;
  /** [points] modes sorted by frequency, when vectors were asked for. */
  readonly modes?: readonly Modes[];
}

export async function bandStructure(
  dynamics: LatticeDynamics,
  path: BandPoints,
  options: BandOptions = {},
): Promise<Bands> {
  const { connect = false, vectors = false } = options;
  const { count } = dynamics;
  const points = path.q.length;
  const frequencies = new Float64Array(points * count);
  const order = new Int32Array(points * count);
  const kept: Modes[] = [];
  const pacer = new Pacer("bands", options);
  for (const { first, count: length } of path.segments) {
    let previous: Modes | undefined;
    for (let at = first; at < first + length; at++) {
      const direction = { direction: path.directions[at]! };
      const here = order.subarray(at * count, (at + 1) * count);
      here.set(Array.from({ length: count }, (_, mode) => mode));
      if (connect || vectors) {
        const modes = dynamics.modesAt(path.q[at]!, direction);
        if (connect && previous) {
          const next = connection(previous, modes);
          const before = order.subarray((at - 1) * count, at * count);
          for (let band = 0; band < count; band++) here[band] = next[before[band]!]!;
        }
        for (let band = 0; band < count; band++) frequencies[at * count + band] = modes.frequencies[here[band]!]!;
        previous = modes;
        if (vectors) kept.push(modes);
      } else frequencies.set(dynamics.frequenciesAt(path.q[at]!, direction), at * count);
      await pacer.tick(at + 1, points);
    }
  }
  return { path, count, frequencies, order, ...(vectors ? { modes: kept } : {}) };
}

/** [count] the mode of `to` that each mode of `from` goes on as. Both in one gauge, at wave vectors near each other. */
export function connection(from: Modes, to: Modes): I32 {
  const size = from.count;
  const cost = new Float64Array(size * size);
  for (let m = 0; m < size; m++) {
    const u = from.vectors.subarray(2 * size * m, 2 * size * (m + 1));
    for (let n = 0; n < size; n++) {
      const v = to.vectors.subarray(2 * size * n, 2 * size * (n + 1));
      let [re, im] = [0, 0];
      for (let a = 0; a < 2 * size; a += 2) {
        re += u[a]! * v[a]! + u[a + 1]! * v[a + 1]!;
        im += u[a]! * v[a + 1]! - u[a + 1]! * v[a]!;
      }
      cost[m * size + n] = -(re * re + im * im);
    }
  }
  return assignment(cost, size, size).columnOf;
}
