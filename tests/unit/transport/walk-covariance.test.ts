import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { curveCovariance, walkCovariance } from "../../../src/transport/index.js";

/**
 * Variance of the mean square displacement over n of the N − 1 steps of a pure walk with step variance 1, one coordinate, K = N − n origins:
 * 2 n² × (4n²K + 2K + n − n³)/(6nK²) for n ≤ K (Qian, Sheetz, Elson, 10.1016/S0006-3495(91)82125-7 for two coordinates, doubled for one).
 */
const qian = (n: number, frames: number): number => {
  const k = frames - n;
  return (2 * n * n * (4 * n * n * k + 2 * k + n - n ** 3)) / (6 * n * k * k);
};

describe("covariance of mean square displacements", () => {
  it("a pure walk: the closed form of Qian et al. on the diagonal", () => {
    const lags = Int32Array.of(1, 2, 7, 30, 50);
    const { walk } = walkCovariance(101, lags);
    lags.forEach((lag, i) => {
      // Exact sums of whole numbers in f64.
      expect(walk[i * 5 + i]! / qian(lag, 101)).toBeCloseTo(1, 12);
    });
  });

  it("pure white rattling: fourth moments counted by hand at lag 1", () => {
    // Δ_k = ε_{k+1} − ε_k: variance 2v, neighbours −v. Of N−1 squares: 2(2v)² each, 2v² for each of 2(N−2) neighbouring pairs.
    const frames = 40;
    const { rattle } = walkCovariance(frames, Int32Array.of(1));
    const n = frames - 1;
    expect(rattle[0]!).toBeCloseTo((8 * n + 4 * (n - 1)) / (n * n), 13);
  });

  it("walk, rattling and hops together: what simulated runs scatter by", () => {
    const frames = 60;
    const lags = Int32Array.of(1, 3, 8, 20);
    const [rate, rattleVariance] = [0.2, 0.3]; // hops of ±1 per frame, Å²
    const rng = Rng.fromSeed(12);
    const runs = 6000;
    const curves = Array.from({ length: runs }, () => simulate(rng, { frames, lags, rate, rattleVariance }));
    const model = curveCovariance(walkCovariance(frames, lags), {
      stepVariance: rate,
      rattleVariance,
      excess: rate, // hops of length 1: rate × 1⁴
      dimensions: 1,
      walkers: 1,
    });
    const means = Array.from(lags, (_, i) => curves.reduce((sum, curve) => sum + curve[i]!, 0) / runs);
    for (let i = 0; i < 4; i++) {
      // Mean square displacement: rate·lag + 2v, within 5 standard errors.
      const expected = rate * lags[i]! + 2 * rattleVariance;
      expect(Math.abs(means[i]! - expected)).toBeLessThan(5 * Math.sqrt(model[5 * i]! / runs));
      for (let j = 0; j < 4; j++) {
        let found = 0;
        for (const curve of curves) found += ((curve[i]! - means[i]!) * (curve[j]! - means[j]!)) / (runs - 1);
        // The curves are skewed: a covariance of R runs is known to √((kurtosis − 1)/R) ≈ √(8/6000) = 3.7 % of the product of deviations.
        const scale = Math.sqrt(model[5 * i]! * model[5 * j]!);
        expect(Math.abs(found - model[4 * i + j]!) / scale).toBeLessThan(4 * 0.037);
      }
    }
  });
});

function simulate(
  rng: Rng,
  walk: { frames: number; lags: Int32Array; rate: number; rattleVariance: number },
): Float64Array {
  const limit = Math.exp(-walk.rate);
  let at = 0;
  const x = Float64Array.from({ length: walk.frames }, () => {
    for (let product = rng.uniform(); product > limit; product *= rng.uniform()) at += rng.uniform() < 0.5 ? 1 : -1;
    return at + Math.sqrt(walk.rattleVariance) * rng.normal();
  });
  return Float64Array.from(walk.lags, (lag) => {
    let sum = 0;
    for (let k = 0; k + lag < x.length; k++) sum += (x[k + lag]! - x[k]!) ** 2;
    return sum / (x.length - lag);
  });
}
