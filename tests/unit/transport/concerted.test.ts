import { describe, expect, it } from "vitest";
import { BOLTZMANN, Rng } from "../../../src/base/index.js";
import { concertedActivation, concertedMotion, FU_CLASSES } from "../../../src/transport/index.js";
import { type Jump, markovWalks, trackOf } from "../../helpers/jumps.js";

// Sites 0…15, four of each type.
const LABELS = Array.from({ length: 16 }, (_, j) => `Li${(j % 4) + 1}`);
const IONS = 30;
const LENGTH = 400_000; // fs

/** Jumps of every ion at times that know of nothing. */
function poissonJumps(rng: Rng, perIon: number, ions = IONS): Jump[] {
  return Array.from({ length: ions * perIon }, (_, e): Jump => {
    const from = rng.below(16);
    return { ion: e % ions, from, to: (from + 1 + rng.below(15)) % 16, timeFs: LENGTH * rng.uniform() };
  });
}

const motionOf = (jumps: readonly Jump[], options: Parameters<typeof concertedMotion>[1] = {}) =>
  concertedMotion(trackOf({ labels: LABELS, ions: 2 * IONS, jumps, toFs: LENGTH }), {
    backJumps: "keep",
    sweepFs: [],
    ...options,
  });

describe("the null of independent jumps", () => {
  it("their excess is zero, and its stated spread holds them 68 % and 95 % of the time", async () => {
    const trials = 80;
    const inside = [0, 0];
    let sum = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { total } = await motionOf(poissonJumps(Rng.fromSeed(trial), 30));
      sum += total.significance;
      if (Math.abs(total.significance) < 1) inside[0]!++;
      if (Math.abs(total.significance) < 1.96) inside[1]!++;
    }
    // Mean of n normal numbers: 3/√n. Fractions: three binomial standard errors, 16 and 7 % of 80 trials.
    expect(Math.abs(sum) / trials).toBeLessThan(3 / Math.sqrt(trials));
    expect(Math.abs(inside[0]! / trials - 0.683)).toBeLessThan(3 * Math.sqrt((0.683 * 0.317) / trials));
    expect(Math.abs(inside[1]! / trials - 0.95)).toBeLessThan(3 * Math.sqrt((0.95 * 0.05) / trials));
  });

  it("what is expected is (N N′ − same ion)(2ΔT − Δ²)/T², summed by hand", async () => {
    // Ion 0 goes A→B twice and B→C once, ion 1 B→C three times: 2·3 pairs of two ions, (A,B,C) = (0,1,2).
    const at = (ion: number, from: number, to: number, timeFs: number): Jump => ({ ion, from, to, timeFs });
    const jumps = [
      ...[1e4, 9e4].map((t) => at(0, 0, 1, t)),
      at(0, 1, 2, 2e5),
      ...[5e4, 1.5e5, 3e5].map((t) => at(1, 1, 2, t)),
    ];
    const { classes, total } = await motionOf(jumps, { windowFs: 2000 });
    const p = (2 * 2000 * LENGTH - 2000 ** 2) / LENGTH ** 2;
    expect(total.expected).toBeCloseTo(6 * p, 14);
    expect(classes.map(({ name }) => name)).toEqual(["Li1–Li2–Li3"]);
    expect(total.candidates).toBe(0);
  });

  it("ions that dwell and return, each for itself, are told from concert by shifted surrogates", async () => {
    // Walks on a ring of 16 sites stay in a neighbourhood, so coincidences come in clumps; the surrogates clump alike.
    const trials = 60;
    let [within, sum] = [0, 0];
    for (let trial = 0; trial < trials; trial++) {
      const rng = Rng.fromSeed(1000 + trial);
      const jumps = markovWalks({
        rng,
        ions: 10,
        toFs: LENGTH,
        start: () => rng.below(16),
        goals: (site) => [1, 15].map((step) => ({ to: (site + step) % 16, ratePs: 0.05 })),
      });
      const { total } = await motionOf(jumps, { backJumps: "both", surrogates: { seed: trial, count: 20 } });
      sum += total.surrogate!.significance;
      if (Math.abs(total.surrogate!.significance) < 2.093) within++;
    }
    // 2.093: two-sided 95 % of Student's t with 19 degrees of freedom, for a spread known from 20 surrogates. t has a variance of 19/17.
    expect(Math.abs(sum) / trials).toBeLessThan(3 * Math.sqrt(19 / 17 / trials));
    expect(within / trials).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / trials));
  });
});

describe("ions that exclude each other", () => {
  it("no site is filled before it is left, and after that it is entered 1/(1 − θ) times as often as chance says", async () => {
    // 12 ions on 16 sites; each tries one of the other sites at random once in 20 ps and goes there if it is free.
    const [ions, toFs] = [12, 60_000_000];
    let [led, all, half] = [0, 0, 0];
    for (let trial = 0; trial < 6; trial++) {
      const rng = Rng.fromSeed(40 + trial);
      const siteOf = Array.from({ length: ions }, (_, i) => i);
      const jumps: Jump[] = [];
      for (let timeFs = 0; (timeFs -= (20_000 / ions) * Math.log(1 - rng.uniform())) < toFs; ) {
        const [ion, to] = [rng.below(ions), rng.below(16)];
        if (siteOf.includes(to)) continue;
        jumps.push({ ion, from: siteOf[ion]!, to, timeFs });
        siteOf[ion] = to;
      }
      const track = trackOf({ labels: LABELS, ions, jumps, toFs });
      const { total } = await concertedMotion(track, { windowFs: 1000, backJumps: "keep", sweepFs: [] });
      led += total.vacatedFirst.candidates;
      all += total.candidates;
      half += total.expected / 2;
    }
    expect(all).toBe(led);
    // The site just left is free for certain, any other time it is with 1 − θ = 1/4; and the ion that enters it does not come from where the one that
    // left has gone, which the null has as one of 15 ways: 4 · 15/14. Some other ion fills the site first at 12/(16 · 20 ps): 1.9 % on the mean of 1 ps.
    const factor = ((4 * 15) / 14) * (1 - 0.0186);
    const relative = 1 / Math.sqrt(led);
    expect(relative).toBeLessThan(0.03);
    expect(Math.abs(led / half / factor - 1)).toBeLessThan(3 * relative);
  });
});

describe("planted pairs on a background", () => {
  const planted = (rng: Rng, count: number, sites: readonly [number, number, number]): Jump[] =>
    Array.from({ length: count }, () => {
      const [a, b, c] = sites;
      const timeFs = LENGTH * (0.01 + 0.98 * rng.uniform());
      const first = IONS + rng.below(IONS);
      const second = IONS + ((first + 1 + rng.below(IONS - 1)) % IONS);
      return [
        { ion: first, from: a, to: b, timeFs },
        { ion: second, from: b, to: c, timeFs: timeFs + 400 * (2 * rng.uniform() - 1) },
      ];
    }).flat();

  it("the excess is their number, in their class, within counting error", async () => {
    const trials = 40;
    let squares = 0;
    for (let trial = 0; trial < trials; trial++) {
      const rng = Rng.fromSeed(500 + trial);
      const jumps = [...poissonJumps(rng, 60), ...planted(rng, 120, [1, 2, 4])];
      const { classes } = await motionOf(jumps);
      const { excess, significance } = classes.find(({ name }) => name === "Li1–Li3–Li2")!;
      // Planted pairs also add to the rates the null is made of: 120² p is 72 more expected and as many more found.
      squares += ((excess.value - 120) / excess.standardError) ** 2;
      // 72 expected of the planted ones by chance, a few of the background: 120/√75 is 14.
      expect(significance).toBeGreaterThan(8);
    }
    // The stated error √(all pairs) is at most the true one, since the planted number is fixed: mean square at most 1, within its error.
    expect(squares / trials).toBeLessThan(1 + 3 * Math.sqrt(2 / trials));
  });

  it("alone and far apart every one is a pair: classes, frequency and normaliser are exact", async () => {
    const jumps = Array.from({ length: 20 }, (_, k): Jump[] => [
      { ion: k, from: 1, to: 2, timeFs: 10_000 * (k + 1) },
      { ion: k + 1, from: 2, to: k < 15 ? 4 : 5, timeFs: 10_000 * (k + 1) + 300 },
    ]).flat();
    const motion = await motionOf(jumps, { classes: FU_CLASSES, sweepFs: [200, 400], surrogates: { seed: 1 } });
    const counts = Object.fromEntries(motion.classes.map(({ name, pairs }) => [name, pairs]));
    expect(counts).toEqual({ "type 1": 15, "type 2": 5, "type 3": 0, "type 4": 0, "type 5": 0, other: 0 });
    expect(motion.exposure).toBeCloseTo((LENGTH / 1000) * 60, 9);
    expect(motion.classes[0]!.frequency.rate.value).toBeCloseTo(15 / 24_000, 15);
    expect(motion.classes[0]!.frequency.rate.standardError).toBeCloseTo(Math.sqrt(15) / 24_000, 15);
    expect(motion.normaliser).toContain("400.000 ps × 60 mobile ions");
    expect(motion.sweep.map(({ pairs }) => pairs[0])).toEqual([0, 15]);
    expect([...motion.chains.lengths]).toEqual([0, 0, 20]);
    // 15 × 20 pairs of jumps at a coincidence of 0.005: surrogates have some by chance, as many as the formula says.
    const { surrogate, expected, pairs } = motion.classes[0]!;
    expect(Math.abs(surrogate!.pairs.value - expected)).toBeLessThan(4 * surrogate!.pairs.standardError);
    expect(surrogate!.excess.value).toBeCloseTo(pairs - surrogate!.pairs.value, 12);
  });

  it("which ion is looked at first does not matter: (A,B,C) and (C,B,A) are one class", async () => {
    const pair = (ends: readonly [number, number], timeFs: number): Jump[] => [
      { ion: 0, from: ends[0], to: 2, timeFs },
      { ion: 1, from: 2, to: ends[1], timeFs },
    ];
    const { classes } = await motionOf([...pair([0, 1], 1e4), ...pair([1, 0], 5e4)]);
    expect(classes.map(({ name, pairs }) => [name, pairs])).toEqual([["Li1–Li3–Li2", 2]]);
  });

  it("refuses classes of sites that are not there, and classes given twice", async () => {
    const one = { name: "x", ends: ["Li1", "Na"], middle: "Li2" } as const;
    await expect(motionOf([], { classes: [one] })).rejects.toThrow(/site type Na/);
    const [first] = FU_CLASSES;
    const turned = { ...first!, name: "y", ends: [first!.ends[1], first!.ends[0]] as const };
    await expect(motionOf([], { classes: [first!, turned] })).rejects.toThrow(/the same sites/);
  });
});

describe("activation energy of a class", () => {
  it("pairs planted at Arrhenius frequencies give the energy back within its error", async () => {
    const temperatures = [400, 500, 650, 900];
    const energy = 0.2;
    const expected = (temperatureK: number): number =>
      2000 * Math.exp(-energy / BOLTZMANN / temperatureK + energy / BOLTZMANN / 900);
    const runs = await Promise.all(
      temperatures.map(async (temperatureK, k) => {
        const rng = Rng.fromSeed(70 + k);
        // A Poisson number, from exponential gaps.
        let count = 0;
        for (let t = 0; (t -= Math.log(1 - rng.uniform())) < expected(temperatureK); ) count++;
        const jumps = Array.from({ length: count }, (_, n): Jump[] => [
          { ion: (2 * n) % 60, from: 1, to: 2, timeFs: (LENGTH * (n + 0.5)) / count },
          { ion: (2 * n + 1) % 60, from: 2, to: 4, timeFs: (LENGTH * (n + 0.5)) / count + 20 },
        ]).flat();
        return { temperatureK, motion: await motionOf(jumps, { windowFs: 40 }) };
      }),
    );
    const found = concertedActivation(runs).find(({ name }) => name === "Li1–Li3–Li2")!;
    const { value, standardError } = found.fit!.activationEnergy;
    expect(Math.abs(value - energy)).toBeLessThan(3 * standardError);
    expect(standardError).toBeLessThan(0.01);
  });

  it("two temperatures are no series, and windows may not be mixed", async () => {
    const motion = await motionOf([]);
    const [all] = concertedActivation([{ temperatureK: 300, motion }]);
    expect(all!.fit).toBeUndefined();
    expect(all!.notes.map(({ code }) => code)).toEqual(["concerted-few-temperatures"]);
    const other = await motionOf([], { windowFs: 500 });
    expect(() =>
      concertedActivation([
        { temperatureK: 300, motion },
        { temperatureK: 400, motion: other },
      ]),
    ).toThrow(/1000 and 500 fs/);
  });
});
