import { describe, expect, it } from "vitest";
import { BOLTZMANN, Rng } from "../../../src/base/index.js";
import { finiteSizeFit, poissonRate, temperatureFit } from "../../../src/transport/index.js";

describe("Arrhenius series", () => {
  const law = (temperatureK: number) => 40 * Math.exp(-0.3 / (BOLTZMANN * temperatureK));
  const point = (temperatureK: number, relative = 0.1, scale = 1) => ({
    temperatureK,
    value: { value: scale * law(temperatureK), standardError: relative * scale * law(temperatureK), unit: "A2/ps" },
  });
  const temperatures = [500, 600, 700, 800, 1000];

  it("exact data: E, prefactor and every value between come back", () => {
    const { activationEnergy, fit, predict } = temperatureFit(temperatures.map((t) => point(t)));
    expect(activationEnergy.value).toBeCloseTo(0.3, 12);
    expect(fit.prefactor).toBeCloseTo(40, 9);
    const { value, extrapolated, beyond } = predict(650);
    expect(value.value / law(650)).toBeCloseTo(1, 12);
    expect([value.unit, extrapolated, beyond]).toEqual(["A2/ps", false, 0]);
    for (const end of [500, 1000]) expect(predict(end).extrapolated).toBe(false);
  });

  it("a temperature outside the data is refused, or flagged with its distance when asked for", () => {
    const { predict } = temperatureFit(temperatures.map((t) => point(t)));
    expect(() => predict(300)).toThrow(/300 K lies outside the data, 500 to 1000 K/);
    const far = predict(300, { extrapolate: true });
    expect(far.extrapolated).toBe(true);
    // (1/300 − 1/500)/(1/500 − 1/1000) = 4/3.
    expect(far.beyond).toBeCloseTo(4 / 3, 10);
    expect(far.value.standardError / far.value.value).toBeGreaterThan(
      predict(700).value.standardError / predict(700).value.value,
    );
  });

  it("limits of a prediction hold the truth, inside and outside the data", () => {
    const rng = Rng.fromSeed(3);
    const trials = 500;
    for (const temperatureK of [650, 350]) {
      let within = 0;
      for (let trial = 0; trial < trials; trial++) {
        const noisy = temperatures.map((t) => point(t, 0.1, Math.exp(0.1 * rng.normal())));
        const { limits95 } = temperatureFit(noisy).predict(temperatureK, { extrapolate: true });
        if (limits95[0] < law(temperatureK) && law(temperatureK) < limits95[1]) within += 1 / trials;
      }
      // Four standard deviations of a share of 0.95 counted in 500 trials.
      expect(Math.abs(within - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / trials));
    }
  });

  it("the bootstrap error is that of the fit when the points' errors are right", () => {
    const fit = temperatureFit(
      temperatures.map((t) => point(t)),
      { rng: Rng.fromSeed(4) },
    );
    // A standard deviation from 1000 draws is known to 1/√2000 = 2.2 %.
    expect(Math.abs(fit.bootstrapError! / fit.activationEnergy.standardError - 1)).toBeLessThan(4 * 0.022);
  });

  it("bounds stay out of the fit, a bend is told", () => {
    const points = [...temperatures.map((t) => point(t)), { ...point(400), bound: { below: 1 } }];
    const { notes, rangeK } = temperatureFit(points);
    expect(notes.map(({ code }) => code)).toEqual(["arrhenius-bound-left-out"]);
    expect(rangeK[0]).toBeCloseTo(500, 9);
    const bent = temperatureFit(temperatures.map((t) => point(t, 0.01, t > 650 ? 3 : 1)));
    expect(bent.notes.map(({ code }) => code)).toContain("arrhenius-misfit");
    const mixed = [point(500), point(600), { ...point(700), value: { ...point(700).value, unit: "cm2/s" } }];
    expect(() => temperatureFit(mixed)).toThrow(/A2\/ps and cm2\/s/);
  });
});

describe("cell sizes", () => {
  it("a value that falls as 1/L, and what is left at infinity", () => {
    const points = [10, 15, 20, 30].map((length) => ({
      length,
      value: { value: 0.4 - 1.2 / length, standardError: 0.01, unit: "A2/ps" },
    }));
    const { infinite, slope, probability, residuals } = finiteSizeFit(points);
    expect(infinite.value).toBeCloseTo(0.4, 12);
    expect(slope.value).toBeCloseTo(-1.2, 11);
    expect(slope.unit).toBe("A2/ps A");
    expect(probability).toBeCloseTo(1, 9);
    expect(Math.max(...residuals)).toBeLessThan(1e-10);
    // Two sizes: D∞ = (L₂D₂ − L₁D₁)/(L₂ − L₁), errors by their own lengths.
    const two = finiteSizeFit([points[0]!, points[2]!]);
    expect(two.infinite.standardError).toBeCloseTo(Math.hypot(20 * 0.01, 10 * 0.01) / 10, 12);
    expect(two.probability).toBeNaN();
    expect(() => finiteSizeFit(points.slice(1, 2))).toThrow(/a series of 1 sizes/);
  });
});

describe("counted rates", () => {
  it("Garwood's limits: values of the tables", () => {
    // Exact 95 % limits of the mean of a Poisson count, e.g. Pearson and Hartley, Biometrika Tables for Statisticians, table 40.
    const tables = [
      [0, 0, 3.6889],
      [1, 0.0253, 5.5716],
      [10, 4.7954, 18.3904],
      [50, 37.111, 65.9188],
    ] as const;
    for (const [count, low, high] of tables) {
      const { rate, limits } = poissonRate(count, 2, { unit: "1/ps" });
      expect(rate).toEqual({ value: count / 2, standardError: Math.sqrt(count) / 2, unit: "1/ps" });
      expect(2 * limits[0]).toBeCloseTo(low, 3);
      expect(2 * limits[1]).toBeCloseTo(high, 3);
    }
    expect(() => poissonRate(1.5, 2, { unit: "" })).toThrow(/1\.5 events/);
  });

  it("limits hold the truth at least as often as they say, for every mean", () => {
    for (const mean of [0.5, 3, 12]) {
      let covered = 0;
      for (let count = 0, p = Math.exp(-mean); count < 60; p *= mean / ++count) {
        const { limits } = poissonRate(count, 1, { unit: "", confidence: 0.683 });
        if (limits[0] <= mean && mean <= limits[1]) covered += p;
      }
      expect(covered).toBeGreaterThanOrEqual(0.683);
    }
  });
});
