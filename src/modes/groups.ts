// Degenerate modes. Inside a set of equal frequencies any orthonormal basis is as good as another, so a number that
// belongs to one vector (its participation, its share of a hop) is only a fact once it is summed over the set.

import { expectShape, type F64, InputError } from "../base/index.js";
import type { Modes } from "./modes.js";

/** Modes `first` … `first + count − 1` have one frequency. */
export interface ModeGroup {
  readonly first: number;
  readonly count: number;
  /** THz, mean over the group. */
  readonly frequency: number;
}

/** Neighbours in frequency that differ by less than `toleranceThz` (default 10⁻³) belong to one group; in ascending order. */
export function degenerateGroups(modes: Modes, toleranceThz = 1e-3): readonly ModeGroup[] {
  if (!(toleranceThz >= 0)) {
    throw new InputError(
      `the degeneracy tolerance is ${toleranceThz} THz`,
      "give a number of at least 0, for example 1e-3",
    );
  }
  const f = modes.frequencies;
  const groups: ModeGroup[] = [];
  for (let first = 0, end = 0; first < modes.count; first = end) {
    let sum = f[first]!;
    for (end = first + 1; end < modes.count && f[end]! - f[end - 1]! < toleranceThz; end++) sum += f[end]!;
    groups.push({ first, count: end - first, frequency: sum / (end - first) });
  }
  return groups;
}

/** [groups] sums over each group of a number per mode, `values` [count]. */
export function sumOverGroups(groups: readonly ModeGroup[], values: F64): Float64Array<ArrayBuffer> {
  const count = groups.reduce((total, group) => total + group.count, 0);
  expectShape("values per mode", values, [count]);
  return Float64Array.from(groups, ({ first, count: size }) => {
    let sum = 0;
    for (let mode = first; mode < first + size; mode++) sum += values[mode]!;
    return sum;
  });
}
