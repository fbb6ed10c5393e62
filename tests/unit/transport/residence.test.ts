import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import {
  kaplanMeier,
  naiveResidence,
  occupancyOf,
  residenceTimes,
  siteTimeMap,
  type TrackedVisits,
} from "../../../src/transport/index.js";
import { markovWalks, trackOf } from "../../helpers/jumps.js";

interface Fixture {
  readonly durations: readonly number[];
  readonly ended: readonly number[];
  /** [time, at risk, ended, survival, Greenwood's error] */
  readonly rows: readonly (readonly [number, number, number, number, number])[];
  readonly restrictedMean: number;
}
const fixtures = JSON.parse(
  readFileSync(new URL("../../../fixtures/numpy/kaplan-meier/expected.json", import.meta.url), "utf8"),
) as Record<"remission" | "stays", Fixture>;

describe("Kaplan–Meier", () => {
  for (const [name, { durations, ended, rows, restrictedMean }] of Object.entries(fixtures)) {
    it(`${name}: every step is that of the definition in exact fractions`, () => {
      const curve = kaplanMeier(Float64Array.from(durations), ended);
      expect([...curve.times]).toEqual(rows.map(([t]) => t));
      expect([...curve.atRisk]).toEqual(rows.map(([, n]) => n));
      expect([...curve.ended]).toEqual(rows.map(([, , d]) => d));
      // Up to 100 factors, each rounded once.
      for (const [k, [, , , s, error]] of rows.entries()) {
        expect(curve.survival[k]).toBeCloseTo(s, 13);
        expect(curve.standardError[k]).toBeCloseTo(error, 13);
      }
      expect(curve.restrictedMean / restrictedMean).toBeCloseTo(1, 12);
    });
  }

  it("the remission times have the median and the survival that textbooks print", () => {
    const { durations, ended } = fixtures.remission;
    const { median, survival, standardError } = kaplanMeier(Float64Array.from(durations), ended);
    expect(median).toBe(23);
    // Klein and Moeschberger, Survival Analysis, table 4.1.
    expect([...survival].map((s) => s.toFixed(3))).toEqual([
      "0.857",
      "0.807",
      "0.753",
      "0.690",
      "0.627",
      "0.538",
      "0.448",
    ]);
    expect([...standardError].map((s) => s.toFixed(4))).toEqual([
      "0.0764",
      "0.0869",
      "0.0963",
      "0.1068",
      "0.1141",
      "0.1282",
      "0.1346",
    ]);
  });

  it("refuses no stays, a negative one, and flags of another length", () => {
    expect(() => kaplanMeier(new Float64Array(0), [])).toThrow(/no stays/);
    expect(() => kaplanMeier(Float64Array.of(-1), [1])).toThrow(/stay of -1/);
    expect(() => kaplanMeier(Float64Array.of(1), [])).toThrow(/expected 1/);
  });
});

/** Ions on two types of sites: "slow" left with a time of τ ps, "fast" with a time of 1 ps. */
function twoTypes(
  seed: number,
  options: { readonly tau: number; readonly windowPs: number; readonly ions?: number },
): TrackedVisits {
  const { tau, windowPs, ions = 100 } = options;
  const labels = Array.from({ length: 20 }, (_, j) => (j % 2 === 0 ? "slow" : "fast"));
  const rng = Rng.fromSeed(seed);
  const start = Array.from({ length: ions }, () => {
    // A steady state: sites are held in proportion to their residence times.
    const slow = rng.uniform() < tau / (tau + 1);
    return 2 * rng.below(10) + (slow ? 0 : 1);
  });
  const toFs = 1000 * windowPs;
  const jumps = markovWalks({
    rng,
    ions,
    toFs,
    start: (ion) => start[ion]!,
    goals: (site) => [
      { to: (site + 1) % 20, ratePs: site % 2 === 0 ? 0.5 / tau : 0.5 },
      { to: (site + 19) % 20, ratePs: site % 2 === 0 ? 0.5 / tau : 0.5 },
    ],
  });
  return trackOf({ labels, ions, jumps, toFs, start });
}

describe("residence times of stays that the run cuts off", () => {
  it("total time over departures is right where the mean of whole stays is short by the factor theory gives", () => {
    const [tau, windowPs] = [8, 20];
    let [squares, naive, whole] = [0, 0, 0];
    const trials = 60;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { times } = residenceTimes(twoTypes(trial, { tau, windowPs }));
      const slow = times.find(({ name }) => name === "slow")!;
      squares += ((slow.residencePs.value - tau) / slow.residencePs.standardError) ** 2;
      naive += slow.naivePs.value * slow.stays.whole;
      whole += slow.stays.whole;
      if (slow.limitsPs[0] < tau && tau < slow.limitsPs[1]) covered++;
    }
    // χ² of 60 trials: 1 ± √(2/60).
    expect(Math.abs(squares / trials - 1)).toBeLessThan(3 * Math.sqrt(2 / trials));
    expect(covered / trials).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / trials));
    const theory = naiveResidence(tau, windowPs);
    expect(theory).toBeLessThan(0.65 * tau);
    // Spread of a stay seen whole is about its mean; `whole` of them.
    expect(Math.abs(naive / whole - theory)).toBeLessThan((3 * theory) / Math.sqrt(whole));
  });

  it("the survival curve of stays seen to begin is exponential within Greenwood's error", () => {
    const tau = 8;
    const points = [1, 2, 4, 8, 12];
    const trials = 40;
    const squares = new Float64Array(points.length);
    for (let trial = 0; trial < trials; trial++) {
      const { times } = residenceTimes(twoTypes(300 + trial, { tau, windowPs: 20 }));
      const { curve } = times.find(({ name }) => name === "slow")!;
      for (const [p, t] of points.entries()) {
        const k = curve!.times.slice().findLastIndex((time) => time <= t);
        squares[p]! += ((curve!.survival[k]! - Math.exp(-t / tau)) / curve!.standardError[k]!) ** 2;
      }
    }
    for (const sum of squares) expect(Math.abs(sum / trials - 1)).toBeLessThan(4 * Math.sqrt(2 / trials));
  });

  it("an ion that never leaves is a bound: infinite time, a finite lower limit, a note", () => {
    const track = trackOf({ labels: ["Li1"], ions: 4, jumps: [], toFs: 50_000 });
    const { times, notes } = residenceTimes(track);
    expect(times[0]!.residencePs.value).toBe(Number.POSITIVE_INFINITY);
    // No event in 200 ps: the 95 % limit is −ln 0.025 events, so at least 200/3.689 ps.
    expect(times[0]!.limitsPs[0]).toBeCloseTo(200 / -Math.log(0.025), 8);
    expect(times[0]!.limitsPs[1]).toBe(Number.POSITIVE_INFINITY);
    expect(times[0]!.stays).toEqual({ whole: 0, begunBefore: 4, notEnded: 4 });
    expect(times[0]!.curve).toBeUndefined();
    expect(notes[0]!.message).toMatch(/0 departures in 50.00 ps/);
  });

  it("site by site the times and departures add up to those of the type", () => {
    const track = twoTypes(9, { tau: 5, windowPs: 30 });
    const byType = residenceTimes(track).times;
    const bySite = residenceTimes(track, { by: "site" }).times;
    const sum = (pick: (t: (typeof bySite)[number]) => number) =>
      bySite.filter(({ name }) => name.startsWith("slow")).reduce((s, t) => s + pick(t), 0);
    const slow = byType.find(({ name }) => name === "slow")!;
    expect(sum(({ departures }) => departures)).toBe(slow.departures);
    expect(sum(({ occupiedPs }) => occupiedPs)).toBeCloseTo(slow.occupiedPs, 8);
  });
});

describe("occupancy", () => {
  it("two types fill as their residence times say, and the block error covers the truth", () => {
    const trials = 60;
    let squares = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { types } = occupancyOf(twoTypes(700 + trial, { tau: 3, windowPs: 300, ions: 10 }));
      const slow = types.find(({ name }) => name === "slow")!;
      squares += ((slow.share.value - 0.75) / slow.share.standardError) ** 2;
      // All ions are always somewhere: occupancy · sites = share · ions.
      expect(slow.occupancy.value * slow.sites).toBeCloseTo(slow.share.value * 10, 10);
      expect(types.reduce((sum, { share }) => sum + share.value, 0)).toBeCloseTo(1, 12);
    }
    // Block errors are themselves uncertain by some 15 %, which adds a little to χ².
    expect(squares / trials).toBeLessThan(1 + 4 * Math.sqrt(2 / trials));
    expect(squares / trials).toBeGreaterThan(1 - 4 * Math.sqrt(2 / trials));
  });

  it("occupancies and the site–time map are those counted at a fine grid of instants", () => {
    const track = twoTypes(5, { tau: 2, windowPs: 40, ions: 7 });
    const { ofSite } = occupancyOf(track);
    const map = siteTimeMap(track, { slices: 8 });
    const { visits } = track;
    const counted = new Float64Array(20 * 8);
    const instants = 8000;
    for (let k = 0; k < instants; k++) {
      const t = (40_000 * (k + 0.5)) / instants;
      for (let v = 0; v < visits.count; v++)
        if (visits.entryFs[v]! <= t && t < visits.exitFs[v]!)
          counted[8 * visits.site[v]! + Math.floor((8 * k) / instants)]! += 8 / instants;
    }
    // Each visit's end is off by half an instant at most: 5 fs of 5 ps, some tens of them to a slice at most.
    for (let i = 0; i < counted.length; i++) expect(Math.abs(map.occupancy[i]! - counted[i]!)).toBeLessThan(0.01);
    for (let j = 0; j < 20; j++) {
      const mean = map.occupancy.subarray(8 * j, 8 * j + 8).reduce((s, x) => s + x, 0) / 8;
      expect(mean).toBeCloseTo(ofSite[j]!, 5); // the map is in 32 bits
    }
    expect(map.timesPs[0]).toBeCloseTo(2.5, 12);
  });
});
