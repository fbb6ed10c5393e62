// Survival of stays that were not all seen to their end (Kaplan and Meier, 10.1080/01621459.1958.10501452; Greenwood's variance):
//
//   S(t) = Π_{t_k ≤ t} (1 − d_k/n_k)        σ²(S) = S² Σ_{t_k ≤ t} d_k/[n_k(n_k − d_k)]
//
// with d_k stays that ended at t_k and n_k that had lasted that long; a stay still going on at t_k counts among the n_k.

import { expectShape, type F64, InputError } from "../base/index.js";

export interface SurvivalCurve {
  /** [k] times at which stays ended, ascending, in the unit of the durations. */
  readonly times: F64;
  /** [k] S just after each time; before the first it is 1. */
  readonly survival: F64;
  /** [k] Greenwood's standard error of S. */
  readonly standardError: F64;
  /** [k] stays that had lasted until each time. */
  readonly atRisk: F64;
  /** [k] stays that ended at each time. */
  readonly ended: F64;
  /** First time at which S is 1/2 or less; NaN when it never is. */
  readonly median: number;
  /** ∫S dt to the longest stay: the mean when that one was seen to its end, else less than it. */
  readonly restrictedMean: number;
  /** Longest stay, ended or not: S is not known beyond. */
  readonly horizon: number;
}

/** `ended[i]` is 0 where stay i was still going on after `durations[i]`. @throws InputError for no stays or a negative one. */
export function kaplanMeier(durations: F64, ended: ArrayLike<number>): SurvivalCurve {
  const n = durations.length;
  expectShape("ended", ended, [n]);
  if (n === 0) throw new InputError("a survival curve of no stays", "give one at least");
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => durations[i]! - durations[j]!);
  if (!(durations[order[0]!]! >= 0))
    throw new InputError(`a stay of ${durations[order[0]!]}`, "stays last no less than 0");
  const columns: number[][] = [[], [], [], [], []];
  let [survival, sum, median, area, reached] = [1, 0, Number.NaN, 0, 0];
  for (let k = 0; k < n; ) {
    const time = durations[order[k]!]!;
    const atRisk = n - k;
    let deaths = 0;
    for (; k < n && durations[order[k]!] === time; k++) if (ended[order[k]!]) deaths++;
    area += survival * (time - reached);
    reached = time;
    if (deaths === 0) continue;
    survival *= 1 - deaths / atRisk;
    sum += deaths / (atRisk * (atRisk - deaths));
    if (Number.isNaN(median) && survival <= 0.5) median = time;
    // The last of all has S = 0 without a variance: 0 · ∞.
    const error = survival === 0 ? 0 : survival * Math.sqrt(sum);
    [time, survival, error, atRisk, deaths].forEach((x, c) => {
      columns[c]!.push(x);
    });
  }
  const [times, survivals, standardError, atRisk, deaths] = columns.map((column) => Float64Array.from(column));
  return {
    times: times!,
    survival: survivals!,
    standardError: standardError!,
    atRisk: atRisk!,
    ended: deaths!,
    median,
    restrictedMean: area,
    horizon: durations[order[n - 1]!]!,
  };
}
