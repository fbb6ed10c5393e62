import { describe, expect, it } from "vitest";
import { InputError, NumericError, Rng } from "../../../src/base/index.js";
import {
  blockAverage,
  bootstrap,
  correlation,
  fitLine,
  fitPolynomial,
  histogram,
  jackknife,
  leastSquares,
  mean,
  median,
  quantile,
  standardError,
  variance,
} from "../../../src/numerics/index.js";

const normals = (count: number, seed: number) => {
  const rng = Rng.fromSeed(seed);
  return Float64Array.from({ length: count }, () => rng.normal());
};

describe("moments and quantiles", () => {
  it("of 1 … 5", () => {
    const x = Float64Array.of(4, 1, 5, 2, 3);
    expect([mean(x), variance(x), median(x)]).toEqual([3, 2.5, 3]);
    expect(standardError(x)).toBe(Math.sqrt(0.5));
    expect([quantile(x, 0), quantile(x, 0.1), quantile(x, 0.875), quantile(x, 1)]).toEqual([1, 1.4, 4.5, 5]);
    expect(() => variance(Float64Array.of(1))).toThrow(InputError);
    expect(() => quantile(x, 1.1)).toThrow(InputError);
  });
  it("the variance does not lose its digits to a large mean", () => {
    // The spacing of doubles at 1e9 is 1.2e-7; 4, 7, 13, 16 are exact there.
    expect(variance(Float64Array.of(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16))).toBe(30);
  });
  it("correlation: ±1 for lines, 0 for an even function", () => {
    const x = Float64Array.of(-2, -1, 0, 1, 2);
    expect(
      Math.abs(
        correlation(
          x,
          x.map((v) => 3 - 2 * v),
        ) + 1,
      ),
    ).toBeLessThan(1e-15);
    expect(
      correlation(
        x,
        x.map((v) => v * v),
      ),
    ).toBe(0);
  });
});

describe("histogram", () => {
  it("bin i is centred at min + (i + ½)Δ and holds its lower edge; the density integrates to 1", () => {
    const h = histogram(Float64Array.of(0, 0.5, 1, 1.5, 2, 2.5, 4, -1), { bins: 4, range: [0, 4] });
    expect(Array.from(h.centres)).toEqual([0.5, 1.5, 2.5, 3.5]);
    expect(Array.from(h.counts)).toEqual([2, 2, 2, 1]); // the last bin holds its upper edge
    expect([h.inside, h.outside, h.width]).toEqual([7, 1, 1]);
    expect(Math.abs(h.density.reduce((sum, d) => sum + d * h.width, 0) - 1)).toBeLessThan(1e-15);
  });
  it("weights are added up; empty ranges are refused", () => {
    const h = histogram(Float64Array.of(1, 2, 3), { bins: 2, weights: Float64Array.of(0.5, 1, 2) });
    expect(Array.from(h.counts)).toEqual([0.5, 3]);
    expect(() => histogram(Float64Array.of(1, 1), { bins: 3 })).toThrow(InputError);
  });
});

describe("least squares", () => {
  it("a line through exact points; errors vanish", () => {
    const x = Float64Array.of(0, 1, 2, 5);
    const { slope, intercept, slopeError } = fitLine(
      x,
      x.map((v) => 2 * v - 7),
    );
    expect(Math.abs(slope - 2) + Math.abs(intercept + 7) + slopeError).toBeLessThan(1e-13);
  });
  it("the covariance is σ²(XᵀWX)⁻¹ in closed form for a line", () => {
    const x = Float64Array.of(1, 2, 4, 7, 8);
    const y = Float64Array.of(1.1, 1.9, 4.3, 6.8, 8.4);
    const weights = Float64Array.of(4, 1, 2, 1, 0.5);
    const [s, sx, sy, sxx, sxy] = x.reduce(
      (t, v, i) => [
        t[0]! + weights[i]!,
        t[1]! + weights[i]! * v,
        t[2]! + weights[i]! * y[i]!,
        t[3]! + weights[i]! * v * v,
        t[4]! + weights[i]! * v * y[i]!,
      ],
      [0, 0, 0, 0, 0],
    ) as [number, number, number, number, number];
    const determinant = s * sxx - sx * sx;
    const line = fitLine(x, y, { weights });
    expect(Math.abs(line.slope - (s * sxy - sx * sy) / determinant)).toBeLessThan(1e-14);
    expect(Math.abs(line.slopeError - Math.sqrt(s / determinant))).toBeLessThan(1e-15);
    expect(Math.abs(line.interceptError - Math.sqrt(sxx / determinant))).toBeLessThan(1e-15);
    expect(Math.abs(line.fit.covariance[1]! + sx / determinant)).toBeLessThan(1e-15);
    const relative = fitLine(x, y, { weights, variances: "relative" });
    expect(Math.abs(relative.slopeError - line.slopeError * Math.sqrt(line.fit.chiSquare / 3))).toBeLessThan(1e-15);
  });
  it("the quoted error covers the truth in 68 % of noisy repetitions", () => {
    const rng = Rng.fromSeed(3);
    const x = Float64Array.from({ length: 40 }, (_, i) => i / 10);
    const repeats = 600;
    let covered = 0;
    for (let r = 0; r < repeats; r++) {
      const { slope, slopeError } = fitLine(
        x,
        x.map((v) => 1 + 0.5 * v + 0.3 * rng.normal()),
      );
      if (Math.abs(slope - 0.5) < slopeError) covered++;
    }
    // Student's t with 38 degrees of freedom: 67.6 %; four binomial standard errors
    expect(Math.abs(covered / repeats - 0.676)).toBeLessThan(4 * Math.sqrt((0.68 * 0.32) / repeats));
  });
  it("QR keeps digits that the normal equations lose", () => {
    // Degree 7 on [0, 1]: condition number of X about 1e6, of XᵀX 1e12.
    const x = Float64Array.from({ length: 30 }, (_, i) => i / 29);
    const beta = [1, -2, 3, -1, 0.5, 2, -3, 1];
    const fit = fitPolynomial(
      x,
      x.map((v) => beta.reduce((sum, b, k) => sum + b * v ** k, 0)),
      { degree: 7 },
    );
    fit.coefficients.forEach((value, k) => void expect(Math.abs(value - beta[k]!)).toBeLessThan(1e-9));
  });
  it("dependent columns are refused", () => {
    expect(() => leastSquares(Float64Array.of(1, 2, 2, 4, 3, 6), Float64Array.of(1, 2, 3))).toThrow(NumericError);
    expect(() => leastSquares(new Float64Array(4), new Float64Array(1))).toThrow(InputError);
  });
});

describe("resampling", () => {
  const x = normals(200, 5);
  const meanOf = (indices: Int32Array) => indices.reduce((sum, i) => sum + x[i]!, 0) / indices.length;

  it("the jackknife of a mean is its standard error, without bias", () => {
    const result = jackknife(x.length, meanOf);
    expect(Math.abs(result.standardError - standardError(x))).toBeLessThan(1e-14);
    expect(Math.abs(result.bias)).toBeLessThan(1e-13); // 200 times the rounding of a mean
  });
  it("the jackknife removes the bias −σ²/n of the plain second moment", () => {
    const secondMoment = (indices: Int32Array) => {
      const centre = meanOf(indices);
      return indices.reduce((sum, i) => sum + (x[i]! - centre) ** 2, 0) / indices.length;
    };
    const { value, bias } = jackknife(x.length, secondMoment);
    expect(Math.abs(value - bias - variance(x))).toBeLessThan(1e-12);
  });
  it("the bootstrap of a mean has its standard error, and the same seed the same replicas", () => {
    const run = () => bootstrap(x.length, meanOf, { rng: Rng.fromSeed(1).fork("bootstrap"), repeats: 800 });
    const result = run();
    // relative spread of a standard deviation from 800 replicas: 1/√1600 = 2.5 %, four of them; minus 1/2n for the plain variance
    expect(Math.abs(result.standardError / standardError(x) - 1)).toBeLessThan(0.1);
    const [low, high] = result.interval(0.68);
    expect((high - low) / 2 / result.standardError).toBeGreaterThan(0.85);
    expect((high - low) / 2 / result.standardError).toBeLessThan(1.15);
    expect(run().replicas).toEqual(result.replicas);
  });
});

describe("blockAverage", () => {
  it("white noise: blocks of one, inefficiency 1", () => {
    const noise = normals(4096, 2);
    const result = blockAverage(noise);
    expect(result.converged).toBe(true);
    expect(Math.abs(result.standardError - standardError(noise)) / standardError(noise)).toBeLessThan(
      4 * (result.levels[0]!.uncertainty / result.standardError) + 0.1,
    );
    expect(result.blockLength).toBeLessThanOrEqual(4);
  });
  it("a correlated series x′ = a x + noise: variance of the mean is (1 + a)/(1 − a) times that of white noise", () => {
    const noise = normals(2 ** 16, 4);
    const a = 0.9;
    const series = new Float64Array(noise.length);
    for (let i = 1; i < series.length; i++) series[i] = a * series[i - 1]! + noise[i]!;
    const result = blockAverage(series);
    expect(result.converged).toBe(true);
    const level = result.levels.find((l) => l.blockLength === result.blockLength)!;
    const truth = Math.sqrt((1 + a) / (1 - a));
    // the level's own uncertainty, four times; a block of length b misses about 1/(b(1−a)) of the variance
    const tolerance = 4 * (level.uncertainty / level.standardError) + 1 / (result.blockLength * (1 - a));
    expect(Math.abs(Math.sqrt(result.inefficiency) / truth - 1)).toBeLessThan(tolerance);
    expect(result.blockLength).toBeGreaterThanOrEqual(16);
  });
  it("says when a series is too short: a straight ramp is all correlation", () => {
    expect(blockAverage(Float64Array.from({ length: 512 }, (_, i) => i)).converged).toBe(false);
  });
  it("a constant series has no error", () => {
    const result = blockAverage(new Float64Array(64).fill(2));
    expect([result.mean, result.standardError, result.inefficiency]).toEqual([2, 0, 1]);
  });
  it("the error covers the truth in 68 % of repetitions", () => {
    let covered = 0;
    const repeats = 300;
    for (let r = 0; r < repeats; r++) {
      const noise = normals(1024, 1000 + r);
      let x = noise[0]! / Math.sqrt(1 - 0.25);
      const series = noise.map((e, i) => (x = i === 0 ? x : 0.5 * x + e));
      const { mean: average, standardError: error } = blockAverage(series);
      if (Math.abs(average) < error) covered++;
    }
    // four binomial standard errors; blocks of finite length understate the error by a few per cent
    expect(Math.abs(covered / repeats - 0.66)).toBeLessThan(4 * Math.sqrt((0.68 * 0.32) / repeats));
  });
});
