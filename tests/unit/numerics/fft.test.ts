import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../../../src/base/index.js";
import { goodFftLength, planFft, planFft3, planRealFft } from "../../../src/numerics/index.js";

const random = (count: number, seed: number) => {
  const rng = Rng.fromSeed(seed);
  return Float64Array.from({ length: count }, () => rng.normal());
};
const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!)), 0);

/** The definition, X_k = Σ_j x_j exp(−2πi jk/n). */
function slowTransform(data: Float64Array): Float64Array {
  const n = data.length / 2;
  const out = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n;
      out[2 * k]! += data[2 * j]! * Math.cos(angle) - data[2 * j + 1]! * Math.sin(angle);
      out[2 * k + 1]! += data[2 * j]! * Math.sin(angle) + data[2 * j + 1]! * Math.cos(angle);
    }
  }
  return out;
}

describe("planFft", () => {
  const lengths = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 20, 25, 27, 30, 31, 32, 45, 60, 64, 97, 100, 120, 121, 128, 180, 225,
    240,
  ];
  it.each(lengths)("length %i is the definition, and inverse ∘ forward the identity", (n) => {
    const data = random(2 * n, n);
    const plan = planFft(n);
    const turned = data.slice();
    plan.forward(turned);
    // sums of n normal numbers, each rounded: ε √n √(log n) · a few
    const tolerance = 2e-15 * Math.sqrt(n) * (2 + Math.log2(n));
    expect(largestDifference(turned, slowTransform(data))).toBeLessThan(2 * tolerance);
    plan.inverse(turned);
    expect(largestDifference(turned, data)).toBeLessThan(tolerance);
  });

  it.each([4096, 5400, 4099, 65536])("Parseval at length %i: Σ|X|² = n Σ|x|²", (n) => {
    const data = random(2 * n, 1);
    const before = data.reduce((sum, x) => sum + x * x, 0);
    planFft(n).forward(data);
    const after = data.reduce((sum, x) => sum + x * x, 0);
    expect(Math.abs(after / (n * before) - 1)).toBeLessThan(1e-13); // plain summation of 10⁵ squares
  });

  it("a plane wave has one line", () => {
    const n = 360;
    const wave = new Float64Array(2 * n);
    for (let j = 0; j < n; j++) {
      wave[2 * j] = Math.cos((2 * Math.PI * 7 * j) / n);
      wave[2 * j + 1] = Math.sin((2 * Math.PI * 7 * j) / n);
    }
    planFft(n).forward(wave);
    const expected = new Float64Array(2 * n);
    expected[14] = n;
    expect(largestDifference(wave, expected)).toBeLessThan(1e-12);
  });

  it("good lengths split into 2, 3 and 5", () => {
    expect([1, 7, 11, 17, 97, 121, 1000, 1025].map(goodFftLength)).toEqual([1, 8, 12, 18, 100, 125, 1000, 1080]);
    expect(() => planFft(0)).toThrow(InputError);
    expect(() => planFft(8).forward(new Float64Array(8))).toThrow(InputError);
  });
});

describe("planRealFft", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 16, 22, 30, 33, 64, 100, 210])(
    "length %i agrees with the complex transform and comes back",
    (n) => {
      const values = random(n, n);
      const data = new Float64Array(2 * n);
      values.forEach((x, j) => void (data[2 * j] = x));
      const plan = planRealFft(n);
      const spectrum = plan.forward(values);
      const tolerance = 4e-15 * Math.sqrt(n) * (2 + Math.log2(n));
      expect(spectrum.length).toBe(2 * plan.bins);
      expect(largestDifference(spectrum, slowTransform(data).slice(0, 2 * plan.bins))).toBeLessThan(tolerance);
      expect(largestDifference(plan.inverse(spectrum), values)).toBeLessThan(tolerance);
    },
  );
});

describe("planFft3", () => {
  it("a product of plane waves has one line, and inverse ∘ forward is the identity", () => {
    const shape = [4, 6, 5] as const;
    const q = [1, 5, 2] as const;
    const data = new Float64Array(2 * 120);
    for (let a = 0, at = 0; a < 4; a++) {
      for (let b = 0; b < 6; b++) {
        for (let c = 0; c < 5; c++, at += 2) {
          const phase = 2 * Math.PI * ((q[0] * a) / 4 + (q[1] * b) / 6 + (q[2] * c) / 5);
          data[at] = Math.cos(phase);
          data[at + 1] = Math.sin(phase);
        }
      }
    }
    const kept = data.slice();
    const plan = planFft3(shape);
    plan.forward(data);
    const expected = new Float64Array(data.length);
    expected[2 * ((q[0] * 6 + q[1]) * 5 + q[2])] = 120;
    expect(largestDifference(data, expected)).toBeLessThan(1e-13);
    plan.inverse(data);
    expect(largestDifference(data, kept)).toBeLessThan(1e-15);
  });
});
