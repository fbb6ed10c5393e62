import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { type DenseKernels, denseKernels, denseTwins } from "../../../src/kernels/index.js";

const fast = denseKernels();
const random = (count: number, seed: number) => {
  const rng = Rng.fromSeed(seed);
  return Float64Array.from({ length: count }, () => 2 * rng.uniform() - 1);
};

function symmetric(n: number, seed: number): Float64Array {
  const a = random(n * n, seed);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i]!;
  return a;
}

const largestDifference = (a: Float64Array, b: Float64Array) =>
  a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!)), 0);

describe("WebAssembly and TypeScript dense kernels", () => {
  it("are two implementations here", () => {
    // Where SIMD is missing the comparison below would be with itself.
    expect(fast).not.toBe(denseTwins);
  });

  // Extents around the tile (4), the block borders (96, 256, 1024) and strips of one.
  it.each([
    [1, 3000, 1],
    [3, 257, 5],
    [97, 30, 11],
    [4, 8, 1030],
    [96, 256, 4],
    [100, 260, 101],
    [193, 2, 7],
  ])("multiply %i × %i × %i", (rows, inner, columns) => {
    const a = random(rows * inner, 1);
    const b = random(inner * columns, 2);
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const shape = { rows, inner, columns, transposeA, transposeB };
        const difference = largestDifference(fast.multiply(a, b, shape), denseTwins.multiply(a, b, shape));
        // sums of `inner` products below 1 in another order
        expect(difference).toBeLessThan(1e-15 * Math.sqrt(inner) * 10);
      }
    }
  });

  it.each([1, 2, 3, 10, 31, 32, 33, 64, 65, 70, 129, 200])(
    "symmetricEigen of size %i: same values, same projectors",
    (n) => {
      const a = symmetric(n, n);
      const one = fast.symmetricEigen(a, n, true);
      const two = denseTwins.symmetricEigen(a, n, true);
      // Two backward stable methods: each moves the values by a few ε‖A‖, ‖A‖ ≈ √n here.
      expect(largestDifference(one.values, two.values)).toBeLessThan(1e-15 * (10 + n));
      expect(largestDifference(fast.symmetricEigen(a, n, false).values, one.values)).toBeLessThan(1e-15 * (10 + n));
      for (let k = 0; k < n; k++) {
        // Vectors agree up to sign, the better the farther the neighbouring values: error ε‖A‖/gap.
        const gap = Math.min(
          k > 0 ? one.values[k]! - one.values[k - 1]! : 2,
          k < n - 1 ? one.values[k + 1]! - one.values[k]! : 2,
        );
        let overlap = 0;
        for (let j = 0; j < n; j++) overlap += one.vectors[k * n + j]! * two.vectors[k * n + j]!;
        const sign = overlap < 0 ? -1 : 1;
        for (let j = 0; j < n; j++) {
          expect(Math.abs(one.vectors[k * n + j]! - sign * two.vectors[k * n + j]!)).toBeLessThan(
            (1e-15 * (20 + 2 * n)) / gap,
          );
        }
      }
    },
  );

  it("a large call in between does not disturb a small one, and inputs are unchanged", () => {
    const run = (kernels: DenseKernels) =>
      kernels.multiply(random(64 * 64, 5), random(64 * 64, 6), { rows: 64, inner: 64, columns: 64 });
    const before = run(fast);
    const large = symmetric(300, 9);
    const kept = large.slice();
    fast.symmetricEigen(large, 300, true);
    expect(large).toEqual(kept);
    expect(run(fast)).toEqual(before);
  });

  it("degenerate and decoupled problems give orthonormal vectors in both", () => {
    const n = 96;
    const cases: Record<string, (i: number, j: number) => number> = {
      "rank one": () => 1,
      "three values": (i, j) => (i === j ? i % 3 : 0),
      "ring of 96": (i, j) => (i === j ? 1 : (i - j + n) % n === 1 || (j - i + n) % n === 1 ? -0.5 : 0),
      "two rings": (i, j) => (i % 48 === j % 48 ? 0.5 : 0),
      "almost decoupled": (i, j) => (i === j ? (i % 5) / 5 : Math.abs(i - j) === 1 ? 1e-17 : 0),
    };
    for (const [name, element] of Object.entries(cases)) {
      const a = Float64Array.from({ length: n * n }, (_, k) => element(Math.floor(k / n), k % n));
      for (const kernels of [fast, denseTwins]) {
        const { values, vectors } = kernels.symmetricEigen(a, n, true);
        const gram = denseTwins.multiply(vectors, vectors, { rows: n, inner: n, columns: n, transposeB: true });
        for (let i = 0; i < n; i++) gram[i * n + i]! -= 1;
        const turned = denseTwins.multiply(vectors, a, { rows: n, inner: n, columns: n });
        for (let i = 0; i < n * n; i++) turned[i]! -= values[Math.floor(i / n)]! * vectors[i]!;
        const norm = Math.max(1, Math.abs(values[n - 1]!));
        expect(largestDifference(gram, new Float64Array(n * n)), name).toBeLessThan(5e-14);
        expect(largestDifference(turned, new Float64Array(n * n)) / norm, name).toBeLessThan(5e-14);
      }
    }
  });
});
