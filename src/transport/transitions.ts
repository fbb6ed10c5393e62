// From where to where, how often, and how fast.
//
//   n_AB   jumps from A to B                   p_AB = n_AB/Σ_C n_AC, of the jumps out of A those to B, error √(p(1−p)/n_A)
//   ν_AB = n_AB/t_A   per ion on A, 1/ps       t_A time ions spent on A; Poisson error, Garwood limits
//   E_AB = −k_BT ln(ν_AB/ν*)                   effective barrier for a given attempt frequency ν* (de Klerk, van der Maas, Wagemaker,
//                                              10.1021/acsaem.8b00457)

import { BOLTZMANN, type Estimate, type I32, InputError } from "../base/index.js";
import { type TemperatureFit, temperatureFit } from "./arrhenius.js";
import { type PoissonRate, poissonRate } from "./jump-count.js";
import { siteTypes, type TrackedVisits } from "./site-types.js";

/** Jumps between two sites. */
export interface SiteTransition {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Of the jumps out of `from`. */
  readonly probability: number;
}

/** Jumps between two types. */
export interface TypeTransition {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly probability: Estimate;
  /** Per ion on `from`, 1/ps; absent when no ion was ever there. */
  readonly rate?: PoissonRate;
}

export interface Transitions {
  /** In the order of the types' first sites. */
  readonly types: readonly string[];
  /** [types,types] jumps from row to column. */
  readonly counts: I32;
  /** Every ordered pair of types, row by row. */
  readonly byType: readonly TypeTransition[];
  /** Pairs of sites with a jump, by `from`, then `to`. */
  readonly bySite: readonly SiteTransition[];
  /** [types] ps that ions spent on each type. */
  readonly occupiedPs: readonly number[];
}

export function transitionsOf(track: TrackedVisits): Transitions {
  const { jumps, visits, sites } = track;
  const { names, ofSite } = siteTypes(sites.labels);
  const kinds = names.length;
  const m = sites.labels.length;
  const counts = new Int32Array(kinds * kinds);
  const pairs = new Map<number, number>();
  const leaving = new Int32Array(m);
  for (let e = 0; e < jumps.count; e++) {
    const [from, to] = [jumps.from[e]!, jumps.to[e]!];
    counts[ofSite[from]! * kinds + ofSite[to]!]!++;
    pairs.set(from * m + to, (pairs.get(from * m + to) ?? 0) + 1);
    leaving[from]!++;
  }
  const occupiedPs = new Array<number>(kinds).fill(0);
  for (let v = 0; v < visits.count; v++)
    occupiedPs[ofSite[visits.site[v]!]!]! += (visits.exitFs[v]! - visits.entryFs[v]!) / 1000;
  const byType = names.flatMap((from, a) => {
    const out = counts.slice(a * kinds, (a + 1) * kinds).reduce((sum, n) => sum + n, 0);
    return names.map((to, b): TypeTransition => {
      const count = counts[a * kinds + b]!;
      const p = count / out;
      return {
        from,
        to,
        count,
        probability: { value: p, standardError: Math.sqrt((p * (1 - p)) / out), unit: "" },
        ...(occupiedPs[a]! > 0 ? { rate: poissonRate(count, occupiedPs[a]!, { unit: "1/ps" }) } : {}),
      };
    });
  });
  const bySite = [...pairs]
    .sort(([a], [b]) => a - b)
    .map(([key, count]): SiteTransition => {
      const from = Math.floor(key / m);
      return { from, to: key % m, count, probability: count / leaving[from]! };
    });
  return { types: names, counts, byType, bySite, occupiedPs };
}

export interface EffectiveBarrier {
  readonly from: string;
  readonly to: string;
  /** eV, error of counting alone. */
  readonly barrier: Estimate;
}

/** Barriers of the type pairs that jump, at one temperature and for an attempt frequency that is given, THz. */
export function effectiveBarriers(
  transitions: Transitions,
  { temperatureK, attemptThz }: { readonly temperatureK: number; readonly attemptThz: number },
): EffectiveBarrier[] {
  if (!(temperatureK > 0) || !(attemptThz > 0))
    throw new InputError(
      `an attempt frequency of ${attemptThz} THz at ${temperatureK} K`,
      "both are positive; the mobile ion's vibrational spectrum gives the frequency",
    );
  const thermal = BOLTZMANN * temperatureK;
  return transitions.byType.flatMap(({ from, to, count, rate }) => {
    if (!rate || count === 0) return [];
    const value = -thermal * Math.log(rate.rate.value / attemptThz); // 1/ps is THz
    return [{ from, to, barrier: { value, standardError: thermal / Math.sqrt(count), unit: "eV" } }];
  });
}

export interface RateActivation {
  readonly from: string;
  readonly to: string;
  readonly fit: TemperatureFit;
}

/** Activation energies of the jump rates of every pair of types that jumps at three temperatures or more. */
export function rateActivation(
  runs: readonly { readonly temperatureK: number; readonly transitions: Transitions }[],
): RateActivation[] {
  const first = runs[0]?.transitions;
  if (!first) throw new InputError("activation energies from no runs", "give runs at three temperatures at least");
  for (const { transitions, temperatureK } of runs)
    if (transitions.types.join() !== first.types.join())
      throw new InputError(
        `site types ${transitions.types.join(", ")} at ${temperatureK} K, ${first.types.join(", ")} in the first run`,
        "use one list of sites for all temperatures",
      );
  return first.byType.flatMap(({ from, to }, pair) => {
    const points = runs.flatMap(({ temperatureK, transitions }) => {
      const { rate, count } = transitions.byType[pair]!;
      if (!rate) return [];
      return [{ temperatureK, value: rate.rate, ...(count > 0 ? {} : { bound: rate.limits }) }];
    });
    if (points.filter(({ bound }) => bound === undefined).length < 3) return [];
    return [{ from, to, fit: temperatureFit(points) }];
  });
}
