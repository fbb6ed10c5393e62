// Counting hops, and judging one count against another.
//
// A hop that is taken back within a short time, by the same ions, was an attempt: it and its way back are left out of the net count.
// Hops come in bursts, so the scatter of counts in equal stretches of time may exceed Poisson's. With F the variance over the mean there, at least 1,
// limits of a rate are Poisson's exact ones (Garwood, doi:10.1093/biomet/28.3-4.437) with distances times √F, and a ratio of rates is judged
// by counts divided by F: given their sum, the first of two Poisson counts is binomial with p = r₁t₁/(r₁t₁ + r₂t₂), whose exact limits
// (Clopper and Pearson, doi:10.1093/biomet/26.4.404) are those of the ratio r₁/r₂ = p t₂/((1 − p) t₁).

import type { ConfigurationHop } from "../coupling/index.js";
import { logGamma } from "../numerics/index.js";
import { poissonRate } from "../transport/index.js";
import type { CountedRate, RateRatio } from "./excite-data.js";

/** Whether the hop changes which interstitial site is filled. */
export const isJump = ({ from, to }: ConfigurationHop): boolean => from !== to;

/** Jumps that were not taken back within `returnFs`. */
export function netJumps(hops: readonly ConfigurationHop[], returnFs: number): ConfigurationHop[] {
  const kept: ConfigurationHop[] = [];
  for (const hop of hops.filter(isJump)) {
    const last = kept.at(-1);
    if (last && isWayBack(last, hop) && hop.leftFs - last.arrivedFs <= returnFs) kept.pop();
    else kept.push(hop);
  }
  return kept;
}

function isWayBack(there: ConfigurationHop, back: ConfigurationHop): boolean {
  const ions = ({ chains }: ConfigurationHop): string =>
    chains
      .flatMap((chain) => [...chain.ions])
      .sort()
      .join();
  return back.from === there.to && back.to === there.from && ions(back) === ions(there);
}

/** Stretches of one run whose scatter is looked at. */
const STRETCHES = 10;
/** Below this many events the scatter says nothing. */
const LEAST_EVENTS = 8;

/** Variance over mean of the number of events in equal stretches of all runs; 1 where there are too few, and at least 1. */
export function dispersionOf(
  runs: readonly { readonly times: readonly number[]; readonly from: number; readonly to: number }[],
): number {
  const counts = runs.flatMap(({ times, from, to }) => {
    const bins = new Array<number>(STRETCHES).fill(0);
    for (const time of times)
      bins[Math.min(STRETCHES - 1, Math.floor((STRETCHES * (time - from)) / (to - from)))]! += 1;
    return bins;
  });
  const sum = counts.reduce((a, b) => a + b, 0);
  if (sum < LEAST_EVENTS) return 1;
  const mean = sum / counts.length;
  const variance = counts.reduce((a, b) => a + (b - mean) ** 2, 0) / (counts.length - 1);
  return Math.max(1, variance / mean);
}

export function countedRate(count: number, sampledPs: number, dispersion: number): CountedRate {
  const { rate, limits } = poissonRate(count, sampledPs, { unit: "1/ps" });
  const wide = Math.sqrt(dispersion);
  const perPs = rate.value;
  return {
    count,
    perPs,
    limits: [Math.max(0, perPs - wide * (perPs - limits[0])), perPs + wide * (limits[1] - perPs)],
  };
}

export interface Counted {
  readonly name: string;
  readonly count: number;
  readonly sampledPs: number;
  readonly dispersion: number;
}

const SIGNIFICANT = 0.05;

/** The rate of `first` over that of `second`. */
export function rateRatio(first: Counted, second: Counted): RateRatio {
  const k = Math.floor(first.count / first.dispersion);
  const l = Math.floor(second.count / second.dispersion);
  const times = second.sampledPs / first.sampledPs;
  const odds = (p: number): number => (p * times) / (1 - p);
  const [low, high] = binomialLimits(k, k + l, SIGNIFICANT);
  const probability = equalRateProbability(k, k + l, 1 / (1 + times));
  const limits = [odds(low), l === 0 ? null : odds(high)] as const;
  const verdict = limits[0] > 1 ? "faster" : limits[1] !== null && limits[1] < 1 ? "slower" : "not told apart";
  const ratio = second.count === 0 ? null : (first.count / second.count) * times;
  return { of: first.name, over: second.name, ratio, limits, probability, verdict };
}

/** P(X ≥ k) of a binomial count. */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  let sum = 0;
  for (let i = k; i <= n; i++) sum += Math.exp(logBinomial(i, n, p));
  return Math.min(1, sum);
}

const logBinomial = (i: number, n: number, p: number): number =>
  logGamma(n + 1) - logGamma(i + 1) - logGamma(n - i + 1) + i * Math.log(p) + (n - i) * Math.log1p(-p);

/** Exact central limits of a probability of which k of n were seen. */
export function binomialLimits(k: number, n: number, alpha: number): readonly [number, number] {
  const low = k === 0 ? 0 : root((p) => binomialTail(k, n, p) - 0.5 * alpha);
  const high = k === n ? 1 : root((p) => binomialTail(k + 1, n, p) - (1 - 0.5 * alpha));
  return [low, high];
}

/** Where a rising function of p crosses zero. */
function root(f: (p: number) => number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = 0.5 * (low + high);
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

/** Twice the smaller tail, at most 1. */
const equalRateProbability = (k: number, n: number, p: number): number =>
  n === 0 ? 1 : Math.min(1, 2 * Math.min(binomialTail(k, n, p), 1 - binomialTail(k + 1, n, p)));
