import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { NormalStream } from "../../../src/dynamics/index.js";
import { erfc } from "../../../src/numerics/index.js";

const COUNT = 400_000;

describe("NormalStream", () => {
  it("has the distribution of a normal deviate, its tail beyond the ziggurat's last layer included", () => {
    const stream = new NormalStream(Rng.fromSeed(1));
    const edges = [-3.7, -3.45, -3, -2, -1.5, -1, -0.5, -0.1, 0, 0.1, 0.5, 1, 1.5, 2, 3, 3.45, 3.7];
    const below = edges.map(() => 0);
    for (let n = 0; n < COUNT; n++) {
      const x = stream.next();
      for (let e = 0; e < edges.length; e++) if (x < edges[e]!) below[e]!++;
    }
    edges.forEach((edge, e) => {
      const p = 0.5 * erfc(-edge / Math.SQRT2);
      // Binomial scatter; 4.5 standard deviations for 17 edges.
      expect(Math.abs(below[e]! / COUNT - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / COUNT));
    });
  });

  it("neighbouring deviates, their squares and lags up to 4 are uncorrelated", () => {
    const stream = new NormalStream(Rng.fromSeed(2));
    const x = Float64Array.from({ length: COUNT }, () => stream.next());
    for (let lag = 1; lag <= 4; lag++) {
      let [plain, squares] = [0, 0];
      for (let n = 0; n + lag < COUNT; n++) {
        plain += x[n]! * x[n + lag]!;
        squares += (x[n]! ** 2 - 1) * (x[n + lag]! ** 2 - 1);
      }
      expect(Math.abs(plain / COUNT)).toBeLessThan(4.5 / Math.sqrt(COUNT));
      expect(Math.abs(squares / COUNT)).toBeLessThan((4.5 * 2) / Math.sqrt(COUNT)); // Var (z² − 1)² = 4
    }
  });

  it.each([1, 2, 3, 4, 93, 576])("chiSquare(%i) has mean k, variance 2k and third moment 8k", (k) => {
    const stream = new NormalStream(Rng.fromSeed(k));
    const draws = 60_000;
    const y = Float64Array.from({ length: draws }, () => (stream.chiSquare(k) - k) / Math.sqrt(2 * k));
    const moment = (p: number): number => y.reduce((sum, value) => sum + value ** p, 0) / draws;
    // Standardised: mean 0, variance 1, skewness √(8/k), kurtosis 3 + 12/k. Standard errors from the moments of a χ² deviate; the
    // sixth moment 15 + 340/k + … bounds that of the skewness.
    const [skewness, kurtosis] = [Math.sqrt(8 / k), 3 + 12 / k];
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(draws));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt((kurtosis - 1) / draws));
    const sixth = 15 + 340 / k + (520 * 4) / k ** 2 + 1920 / k ** 2;
    expect(Math.abs(moment(3) - skewness)).toBeLessThan(4 * Math.sqrt(sixth / draws));
  });

  it("goes on with the same numbers after save and restore", () => {
    const stream = new NormalStream(Rng.fromSeed(9));
    for (let i = 0; i < 1000; i++) stream.next();
    const saved = stream.save();
    const expected = Array.from({ length: 50 }, () => stream.next());
    const other = new NormalStream(Rng.fromSeed(10));
    other.restore(saved);
    expect(Array.from({ length: 50 }, () => other.next())).toEqual(expected);
  });
});
