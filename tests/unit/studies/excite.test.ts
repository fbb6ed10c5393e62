// Counting hops and judging counts, temperatures of quantum oscillators, and the parameters of the study "excite-modes".

import { describe, expect, it } from "vitest";
import { BOLTZMANN, PLANCK_EV_PER_THZ, Rng } from "../../../src/base/index.js";
import type { ConfigurationHop } from "../../../src/coupling/index.js";
import {
  binomialLimits,
  binomialTail,
  countedRate,
  dispersionOf,
  exciteModesParameters,
  hopParametersOf,
  modalHopsParameters,
  netJumps,
  parameterDocument,
  powerUnits,
  quantumTemperature,
  rateRatio,
  readStudyFile,
  studies,
  warmingOf,
} from "../../../src/studies/index.js";

/** A hop of one ion from configuration to configuration. */
const hop = (from: number, to: number, times: readonly [number, number], ion = 5): ConfigurationHop => ({
  id: `I${from}>I${to}`,
  from,
  to,
  mechanism: "interstitialcy",
  chains: [{ ions: [ion], sites: [from, to], closed: false } as never],
  leftFs: times[0],
  arrivedFs: times[1],
  firstFs: times[0],
  lastFs: times[1],
  concerted: false,
});

describe("net jumps", () => {
  it("leave out a hop and its way back within the time, and with them nothing else", () => {
    const there = hop(1, 2, [100, 200]);
    const back = hop(2, 1, [900, 1000]);
    const later = hop(1, 3, [5000, 5100]);
    expect(netJumps([there, back, later], 1000)).toEqual([later]);
    // It stayed 700 fs.
    expect(netJumps([there, back, later], 699)).toEqual([there, back, later]);
  });

  it("unwind a way there and back of several steps", () => {
    const hops = [hop(1, 2, [0, 10]), hop(2, 3, [20, 30]), hop(3, 2, [40, 50]), hop(2, 1, [60, 70])];
    expect(netJumps(hops, 100)).toEqual([]);
  });

  it("keep a return by other ions: charge went round", () => {
    const hops = [hop(1, 2, [0, 10], 5), hop(2, 1, [20, 30], 6)];
    expect(netJumps(hops, 100)).toEqual(hops);
  });

  it("do not count ions that change places while the filled site stays", () => {
    expect(netJumps([hop(4, 4, [0, 10])], 0)).toEqual([]);
  });
});

describe("scatter of counts", () => {
  const run = (times: readonly number[]) => ({ times, from: 0, to: 1000 });

  it("is that of Poisson for independent events", () => {
    // 400 stretches of mean 6: variance over mean is 1 ± √(2/400) = 1 ± 0.07; below 1 it is cut off.
    const rng = Rng.fromSeed(3);
    const runs = Array.from({ length: 40 }, () =>
      run(Array.from({ length: poisson(rng, 60) }, () => 1000 * rng.uniform())),
    );
    expect(dispersionOf(runs)).toBeGreaterThanOrEqual(1);
    expect(dispersionOf(runs)).toBeLessThan(1.3);
  });

  it("is the size of the bursts when events come in bursts", () => {
    // Poisson's bursts of exactly b events have variance b² m of mean b m.
    const rng = Rng.fromSeed(4);
    const runs = Array.from({ length: 40 }, () =>
      run(Array.from({ length: poisson(rng, 60) }, () => 1000 * rng.uniform()).flatMap((t) => [t, t, t, t])),
    );
    expect(Math.abs(dispersionOf(runs) / 4 - 1)).toBeLessThan(0.25);
  });

  it("is not judged by a handful of events", () => {
    expect(dispersionOf([run([1, 2, 3, 4])])).toBe(1);
  });
});

function poisson(rng: Rng, mean: number): number {
  let [count, product] = [0, rng.uniform()];
  for (const least = Math.exp(-mean); product > least; count++) product *= rng.uniform();
  return count;
}

describe("counted rates", () => {
  it("have Poisson's exact limits, and wider ones where counts scatter more", () => {
    // Garwood's limits of 10 events: 4.795 and 18.390.
    const plain = countedRate(10, 2, 1);
    expect(plain.perPs).toBe(5);
    expect(plain.limits[0]).toBeCloseTo(4.7954 / 2, 4);
    expect(plain.limits[1]).toBeCloseTo(18.3904 / 2, 4);
    const wide = countedRate(10, 2, 4);
    expect(wide.limits[1] - 5).toBeCloseTo(2 * (plain.limits[1] - 5), 12);
    expect(countedRate(1, 1, 100).limits[0]).toBe(0);
  });

  it("of nothing seen is a bound: 3.69 events", () => {
    expect(countedRate(0, 10, 1)).toMatchObject({ count: 0, perPs: 0 });
    expect(countedRate(0, 10, 1).limits[1]).toBeCloseTo(0.36889, 5);
  });
});

describe("the ratio of two rates", () => {
  // scipy.stats.beta.ppf, version 1.10 or later: the limits of Clopper and Pearson.
  it.each([
    [3, 10, 0.06673951117773447, 0.6524528500599973],
    [0, 5, 0, 0.5218237501049814],
    [5, 5, 0.4781762498950185, 1],
  ])("%d of %d has exact binomial limits", (k, n, low, high) => {
    const [a, b] = binomialLimits(k, n, 0.05);
    expect(a).toBeCloseTo(low, 12);
    expect(b).toBeCloseTo(high, 12);
  });

  it("has the tail of the binomial distribution", () => {
    // Of 3 throws of a fair coin: 1, 7/8, 1/2, 1/8.
    expect([0, 1, 2, 3].map((k) => binomialTail(k, 3, 0.5))).toEqual(
      [1, 7 / 8, 1 / 2, 1 / 8].map((p) => expect.closeTo(p, 14)),
    );
    expect([binomialTail(1, 3, 0), binomialTail(1, 3, 1)]).toEqual([0, 1]);
  });

  const seen = (name: string, count: number, sampledPs = 100, dispersion = 1) => ({
    name,
    count,
    sampledPs,
    dispersion,
  });

  it("counts time, and turns over with its parts", () => {
    const [a, b] = [seen("a", 30, 200), seen("b", 10, 100)];
    const one = rateRatio(a, b);
    const other = rateRatio(b, a);
    expect(one.ratio).toBeCloseTo(1.5, 12);
    expect(one.limits[0] * other.limits[1]!).toBeCloseTo(1, 9);
    expect(one.limits[1]! * other.limits[0]).toBeCloseTo(1, 9);
    expect(one.probability).toBeCloseTo(other.probability, 9);
    expect(one.verdict).toBe("not told apart");
  });

  it("is judged by its limits", () => {
    expect(rateRatio(seen("a", 40), seen("b", 10)).verdict).toBe("faster");
    expect(rateRatio(seen("a", 10), seen("b", 40)).verdict).toBe("slower");
    // In bursts of ten the same counts say nothing.
    expect(rateRatio(seen("a", 40, 100, 10), seen("b", 10, 100, 10)).verdict).toBe("not told apart");
  });

  it("over none has a lower limit only; of none to none, none", () => {
    const over = rateRatio(seen("a", 12), seen("b", 0));
    expect([over.ratio, over.limits[1], over.verdict]).toEqual([null, null, "faster"]);
    // 12 of 12: the lower limit of p is 0.025^(1/12).
    const p = 0.025 ** (1 / 12);
    expect(over.limits[0]).toBeCloseTo(p / (1 - p), 9);
    const nothing = rateRatio(seen("a", 0), seen("b", 0));
    expect([nothing.limits[0], nothing.probability, nothing.verdict]).toEqual([0, 1, "not told apart"]);
  });
});

describe("temperatures and power", () => {
  it("a quantum oscillator with n̄ quanta has the temperature of Bose and Einstein", () => {
    const quantum = PLANCK_EV_PER_THZ * 10;
    const kelvin = 350;
    const energy = quantum / (Math.exp(quantum / (BOLTZMANN * kelvin)) - 1);
    expect(quantumTemperature(10, energy)).toBeCloseTo(kelvin, 9);
    // Slow modes are classical: E = k_BT up to hf/2k_BT, here 6·10⁻⁶.
    expect(quantumTemperature(1e-4, BOLTZMANN * 400) / 400 - 1).toBeCloseTo(6e-6, 8);
    // At one energy the quantum oscillator is the hotter one.
    expect(quantumTemperature(14, BOLTZMANN * 400)).toBeGreaterThan(400);
  });

  it("states power as the paper does: 0.137 eV/ps in 1830 Å³ are 1.2·10¹⁹ W/m³", () => {
    const { watt, wattPerCm3 } = powerUnits(0.137, 1830);
    expect(watt).toBeCloseTo(0.137 * 1.602176634e-7, 15);
    expect(wattPerCm3 * 1e6).toBeGreaterThan(1.19e19);
    expect(wattPerCm3 * 1e6).toBeLessThan(1.21e19);
    // ½k_B ΔT of each of 576 modes relaxes with τ/2: P = 576 k_B ΔT/τ.
    expect(warmingOf(576 * BOLTZMANN, 576, 1000)).toBeCloseTo(1, 12);
  });
});

describe("parameters of excite-modes", () => {
  const least = { structure: { file: "a.cif" }, forces: { field: "pedone-2006" } };

  it("have defaults for everything but structure and forces", () => {
    const parameters = exciteModesParameters.parse(least);
    expect(parameters).toMatchObject({
      hops: { count: "all" },
      drive: { variant: "two-temperature", topModes: 5, temperatureK: 700, everySteps: 5, relaxationFs: 100 },
      bath: { temperatureK: 400 },
      controls: ["none", "random", "allHot"],
      randomBandThz: [8, 20],
    });
    expect(exciteModesParameters.parse({ ...least, hops: 12 }).hops).toMatchObject({
      count: 12,
      mechanism: "interstitialcy",
    });
  });

  it("are parameters of the study of hops, too, so that both store the same pieces", () => {
    const parameters = hopParametersOf(exciteModesParameters.parse(least), { supercell: [2, 1, 1], count: 7 });
    expect(modalHopsParameters.parse(parameters)).toEqual(parameters);
    expect([parameters.structure.supercell, parameters.hops.count]).toEqual([[2, 1, 1], 7]);
  });

  it.each([
    ["drive: { variant: loud }", /variant/],
    ["drive: { temperature: 700 }", /unknown key temperature in drive.*|did you mean temperatureK/],
    ["controls: [some]", /controls/],
    ["randomBandThz: [8]", /randomBandThz/],
    ["intervalScan: { everyFs: [] }", /everyFs/],
  ])("name what is wrong: %s", (line, message) => {
    const text = `$schema: phonion/excite-modes\nstructure: { file: a.cif }\nforces: { field: pedone-2006 }\n${line}\n`;
    expect(() => readStudyFile(parameterDocument(text, "s.yaml"), studies)).toThrow(message);
  });
});
