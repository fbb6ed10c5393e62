import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { fftSplits, fourier, fourierTwin, unitRoot } from "../../../src/kernels/index.js";

const random = (count: number) => {
  const rng = Rng.fromSeed(1);
  return Float64Array.from({ length: count }, () => rng.normal());
};

describe("Fourier kernels", () => {
  it.each([
    [1, 8, 1],
    [3, 30, 1],
    [2, 45, 7],
    [1, 64, 5],
    [4, 1, 3],
    [2, 50, 2],
  ])("WebAssembly = twin: %i blocks, length %i, batch %i, both directions", (outer, length, batch) => {
    const data = random(2 * outer * length * batch);
    for (const inverse of [false, true]) {
      const one = data.slice();
      const two = data.slice();
      fourier(one, [{ outer, length, batch }], inverse);
      fourierTwin(two, [{ outer, length, batch }], inverse);
      // The same butterflies with sums in another order: a few ε of numbers of size √length.
      one.forEach((x, i) => void expect(Math.abs(x - two[i]!)).toBeLessThan(2e-14 * Math.sqrt(length)));
    }
  });

  it("each line of a block is transformed alone", () => {
    const [outer, length, batch] = [2, 12, 3];
    const data = random(2 * outer * length * batch);
    const whole = data.slice();
    fourier(whole, [{ outer, length, batch }], false);
    for (let o = 0; o < outer; o++) {
      for (let b = 0; b < batch; b++) {
        const place = (j: number) => 2 * ((o * length + j) * batch + b);
        const line = new Float64Array(2 * length);
        for (let j = 0; j < length; j++) line.set(data.subarray(place(j), place(j) + 2), 2 * j);
        fourier(line, [{ outer: 1, length, batch: 1 }], false);
        for (let j = 0; j < length; j++) expect(Math.abs(line[2 * j]! - whole[place(j)]!)).toBeLessThan(1e-14);
      }
    }
  });

  it("roots of unity: quarters are exact, mirror images equal", () => {
    expect(
      [unitRoot(0, 12), unitRoot(3, 12), unitRoot(6, 12), unitRoot(9, 12)].map(([c, s]) => [c + 0, s + 0]),
    ).toEqual([
      [1, 0],
      [0, 1],
      [-1, 0],
      [0, -1],
    ]);
    for (const n of [5, 12, 24, 30, 97, 360]) {
      for (let k = 0; k < n; k++) {
        const [c, s] = unitRoot(k, n);
        // The plain angle, up to 2π, is rounded by up to 9e-16.
        expect(
          Math.abs(c - Math.cos((2 * Math.PI * k) / n)) + Math.abs(s - Math.sin((2 * Math.PI * k) / n)),
        ).toBeLessThan(2e-15);
        if (k > 0) expect(unitRoot(n - k, n)).toEqual([c, 0 - s]);
      }
    }
  });

  it("knows which lengths split", () => {
    expect([0, 1, 2, 7, 30, 49, 1024, 1001, 3125].map(fftSplits)).toEqual([
      false,
      true,
      true,
      false,
      true,
      false,
      true,
      false,
      true,
    ]);
  });
});
