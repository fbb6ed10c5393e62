import { describe, expect, it } from "vitest";
import { BOLTZMANN, Rng } from "../../../src/base/index.js";
import { makeCell, toCartesian } from "../../../src/structure/index.js";
import {
  correlationFactor,
  effectiveBarriers,
  jumpDiffusion,
  jumpLengths,
  rateActivation,
  transitionsOf,
} from "../../../src/transport/index.js";
import { type Jump, markovWalks, trackOf } from "../../helpers/jumps.js";

const LABELS = ["a", "b", "a", "c", "b", "a"];
// Rates per ps from site to site.
const RATE = (from: number, to: number): number => (from === to ? 0 : 0.05 + 0.02 * ((3 * from + 5 * to) % 7));

function walk(seed: number, scale = 1, toFs = 200_000) {
  const rng = Rng.fromSeed(seed);
  const ions = 8;
  const jumps = markovWalks({
    rng,
    ions,
    toFs,
    start: (ion) => ion % 6,
    goals: (site) =>
      [0, 1, 2, 3, 4, 5].map((to) => ({ to, ratePs: scale * RATE(site, to) })).filter(({ ratePs }) => ratePs > 0),
  });
  return { jumps, track: trackOf({ labels: LABELS, ions, jumps, toFs }) };
}

describe("transition matrix", () => {
  it("is what counting every jump by hand gives", () => {
    const { jumps, track } = walk(1);
    const { types, counts, byType, bySite } = transitionsOf(track);
    expect(types).toEqual(["a", "b", "c"]);
    for (const [a, from] of types.entries())
      for (const [b, to] of types.entries()) {
        const n = jumps.filter((jump) => LABELS[jump.from] === from && LABELS[jump.to] === to).length;
        const out = jumps.filter((jump) => LABELS[jump.from] === from).length;
        expect(counts[3 * a + b]).toBe(n);
        expect(byType[3 * a + b]!.probability.value).toBeCloseTo(n / out, 14);
      }
    for (const { from, to, count, probability } of bySite) {
      expect(count).toBe(jumps.filter((jump) => jump.from === from && jump.to === to).length);
      expect(probability).toBeCloseTo(count / jumps.filter((jump) => jump.from === from).length, 14);
    }
    expect(bySite.reduce((sum, { count }) => sum + count, 0)).toBe(jumps.length);
  });

  it("rates of a planted walk lie within their limits 95 % of the time", () => {
    let [inside, all] = [0, 0];
    for (let seed = 10; seed < 40; seed++) {
      // Type c is one site, so its rates are those of site 3: to b 1 and 4, to a 0, 2 and 5.
      for (const { from, to, rate } of transitionsOf(walk(seed).track).byType) {
        if (from !== "c" || to === "c") continue;
        const truth = LABELS.reduce((sum, label, site) => sum + (label === to ? RATE(3, site) : 0), 0);
        all++;
        if (rate!.limits[0] <= truth && truth <= rate!.limits[1]) inside++;
      }
    }
    // Garwood's limits are conservative, so only too few is a fault: three binomial errors below 95 %.
    expect(inside / all).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / all));
  });

  it("rates that follow exp(−E/k_BT) give E back, and the barrier of a given attempt frequency is E", () => {
    const energy = 0.15;
    const runs = [400, 500, 600, 800].map((temperatureK, k) => ({
      temperatureK,
      transitions: transitionsOf(walk(60 + k, 60 * Math.exp(-energy / (BOLTZMANN * temperatureK))).track),
    }));
    const fits = rateActivation(runs);
    // All pairs of types but c→c occur.
    expect(fits.length).toBe(8);
    let squares = 0;
    for (const { fit } of fits)
      squares += ((fit.activationEnergy.value - energy) / fit.activationEnergy.standardError) ** 2;
    expect(squares / 8).toBeLessThan(1 + 4 * Math.sqrt(2 / 8));
    const [run] = runs;
    const rate = run!.transitions.byType[1]!.rate!.rate.value;
    const barrier = effectiveBarriers(run!.transitions, { temperatureK: 400, attemptThz: 5 }).find(
      (b) => b.from === "a" && b.to === "b",
    )!;
    expect(5 * Math.exp(-barrier.barrier.value / (BOLTZMANN * 400))).toBeCloseTo(rate, 12);
  });
});

describe("jump diffusivity", () => {
  // A ring of 12 sites along a cubic cell of 24 Å: jumps of 2 Å.
  const cell = makeCell([24, 0, 0, 0, 24, 0, 0, 0, 24]);
  const fractional = Float64Array.from(Array.from({ length: 12 }, (_, j) => [j / 12, 0, 0]).flat());
  const on = (jumps: readonly Jump[], ions: number, toFs: number) => {
    const track = trackOf({ labels: new Array<string>(12).fill("x"), ions, jumps, toFs });
    return { ...track, sites: { ...track.sites, cell, fractional } };
  };

  it("jumps across the face of the cell are as long as the others; D_J = n a²/(2d N t) its error 1/√n", () => {
    const jumps = Array.from(
      { length: 24 },
      (_, k): Jump => ({ ion: 0, from: k % 12, to: (k + 1) % 12, timeFs: 1000 * k + 500 }),
    );
    const { diffusion, alongAxes } = jumpDiffusion(on(jumps, 2, 24_000));
    expect(diffusion.value).toBeCloseTo((24 * 4) / (6 * 2 * 24), 12);
    expect(diffusion.standardError / diffusion.value).toBeCloseTo(1 / Math.sqrt(24), 12);
    expect(alongAxes[0].value).toBeCloseTo(3 * diffusion.value, 12);
    expect(alongAxes[1].value).toBe(0);
    const lengths = jumpLengths(on(jumps, 2, 24_000), { widthA: 0.3 });
    expect([...lengths.counts].findIndex((c) => c > 0)).toBe(6); // the bin from 1.8 to 2.1 Å
    expect(lengths.inside).toBe(24);
  });

  it("in a skewed cell the nearest image is meant", () => {
    const skew = makeCell([10, 0, 0, 4.9, 10, 0, 0, 0, 10]);
    const places = Float64Array.of(0.02, 0.95, 0, 0.97, 0.03, 0);
    const track = trackOf({ labels: ["x", "x"], ions: 1, jumps: [{ ion: 0, from: 0, to: 1, timeFs: 1 }], toFs: 10 });
    const { diffusion } = jumpDiffusion({ ...track, sites: { ...track.sites, cell: skew, fractional: places } });
    const [x, y] = toCartesian(skew, Float64Array.of(-0.05, 0.08, 0)) as unknown as [number, number];
    expect(diffusion.value).toBeCloseTo((x * x + y * y) / (6 * 0.01), 10);
  });

  it("a walk that turns back with probability q has the correlation factor (1−q)/q", () => {
    const [q, ions, steps, toFs] = [0.7, 400, 200, 200_000];
    const rng = Rng.fromSeed(4);
    const jumps: Jump[] = [];
    const squares = new Float64Array(ions);
    for (let ion = 0; ion < ions; ion++) {
      let [at, way] = [6, rng.uniform() < 0.5 ? 1 : -1];
      for (let k = 0; k < steps; k++) {
        if (k > 0 && rng.uniform() < q) way = -way;
        const from = ((at % 12) + 12) % 12;
        at += way;
        jumps.push({ ion, from, to: ((at % 12) + 12) % 12, timeFs: ((k + 0.5) * toFs) / steps });
      }
      squares[ion] = (2 * (at - 6)) ** 2;
    }
    const mean = squares.reduce((s, x) => s + x, 0) / ions;
    const spread = Math.sqrt(squares.reduce((s, x) => s + (x - mean) ** 2, 0) / ions / (ions - 1));
    const scale = 1 / (6 * (toFs / 1000));
    const tracer = { value: mean * scale, standardError: spread * scale, unit: "A2/ps" };
    const f = correlationFactor(tracer, jumpDiffusion(on(jumps, ions, toFs)).diffusion);
    // ⟨cos θ⟩ = 1 − 2q, f = (1 + ⟨cos⟩)/(1 − ⟨cos⟩); a walk of 200 steps is within 1 % of it, its error 7 %.
    expect(Math.abs(f.value - (1 - q) / q)).toBeLessThan(3 * f.standardError);
    expect(f.standardError).toBeLessThan(0.05);
  });

  it("refuses units that differ", () => {
    const d = { value: 1, standardError: 0.1, unit: "A2/ps" };
    expect(() => correlationFactor({ ...d, unit: "cm2/s" }, d)).toThrow(/cm2\/s and A2\/ps/);
  });
});
