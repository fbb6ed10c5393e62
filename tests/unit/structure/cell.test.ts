import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import {
  cellFromParameters,
  cellParameters,
  cellWidths,
  deformCell,
  makeCell,
  minimumImage,
  multiply3,
  periodicDistance,
  toCartesian,
  toFractional,
  unwrapFrom,
  wrap,
} from "../../../src/structure/index.js";
import { cells, points } from "./arbitrary.js";

const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));

describe("a cell", () => {
  it("times its inverse is one, left-handed too", () => {
    fc.assert(
      fc.property(cells(), (cell) => {
        const one = multiply3(cell.vectors, cell.inverse);
        // the condition number of the generated cells is below 1e3, so rounding stays below 1e3 · 2⁻⁵² · 10
        expect(maxDifference(one, [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeLessThan(1e-12);
        expect(cell.volume).toBeGreaterThan(0);
      }),
    );
  });

  it("comes back from its parameters up to orientation", () => {
    fc.assert(
      fc.property(cells(), (cell) => {
        const again = cellFromParameters(...cellParameters(cell));
        // an angle near 90° keeps 1e-16/sin, lengths to rounding; volume is the sharpest single test of all six
        expect(Math.abs(again.volume / cell.volume - 1)).toBeLessThan(1e-9);
      }),
    );
  });

  it("of 90° has exact zeros", () => {
    expect([...cellFromParameters(3, 4, 5).vectors]).toEqual([3, 0, 0, 0, 4, 0, 0, 0, 5]);
  });

  it("has widths volume / face area", () => {
    const cell = cellFromParameters(4, 5, 6, 70, 80, 110);
    const [a, b, c, alpha, beta, gamma] = cellParameters(cell);
    const area = (u: number, v: number, angle: number): number => u * v * Math.sin((angle * Math.PI) / 180);
    const [wa, wb, wc] = cellWidths(cell);
    expect(wa).toBeCloseTo(cell.volume / area(b, c, alpha), 12);
    expect(wb).toBeCloseTo(cell.volume / area(a, c, beta), 12);
    expect(wc).toBeCloseTo(cell.volume / area(a, b, gamma), 12);
  });

  it("deformed by F has the volume det F times as large", () => {
    const shear = Float64Array.of(1.01, 0.02, 0, 0, 0.99, -0.03, 0.01, 0, 1.02);
    const cell = cellFromParameters(4, 5, 6, 70, 80, 110);
    const det = 1.01 * 0.99 * 1.02 + 0.02 * -0.03 * 0.01;
    expect(deformCell(cell, shear).volume / cell.volume).toBeCloseTo(det, 12);
  });

  it("refuses vectors in one plane and angles that close no cell", () => {
    expect(() => makeCell([1, 0, 0, 0, 1, 0, 1, 1, 0])).toThrow(InputError);
    expect(() => makeCell([1, 0, 0, 0, Number.NaN, 0, 0, 0, 1])).toThrow(InputError);
    expect(() => cellFromParameters(1, 1, 1, 60, 60, 150)).toThrow(/150/);
  });
});

describe("fractional coordinates", () => {
  it("there and back are the same points", () => {
    fc.assert(
      fc.property(cells(), points(5), (cell, s) => {
        // coordinates up to 3 cells of 10 Å through a matrix and its inverse: 1e3 · 30 · 2⁻⁵²
        expect(maxDifference(toFractional(cell, toCartesian(cell, s)), s)).toBeLessThan(1e-11);
      }),
    );
  });
});

describe("wrapping", () => {
  it("moves by whole lattice vectors into [0,1) and is idempotent", () => {
    fc.assert(
      fc.property(cells(), points(5), (cell, s) => {
        const x = toCartesian(cell, s);
        const inside = wrap(cell, x);
        const moved = toFractional(cell, inside);
        for (let i = 0; i < s.length; i++) {
          const cellsMoved = s[i]! - moved[i]!;
          expect(Math.abs(cellsMoved - Math.round(cellsMoved))).toBeLessThan(1e-11);
          // the result goes through Å once more, hence the rounding on both ends
          expect(moved[i]!).toBeGreaterThan(-1e-11);
          expect(moved[i]!).toBeLessThan(1 + 1e-11);
        }
        const again = minimumImage(
          cell,
          Float64Array.from(wrap(cell, inside), (y, i) => y - inside[i]!),
        );
        expect(maxDifference(again, new Float64Array(again.length))).toBeLessThan(1e-10);
      }),
    );
  });

  it("unwrapping step by step undoes it: minimum-image steps add up to the true path", () => {
    fc.assert(
      fc.property(
        cells(),
        points(1),
        fc.array(points(1, 0.1), { minLength: 1, maxLength: 30 }),
        (cell, start, steps) => {
          // steps below half the smallest width are their own shortest image
          const limit = 0.49 * Math.min(...cellWidths(cell));
          let truth = toCartesian(cell, start);
          let unwrapped = truth.slice();
          for (const step of steps) {
            const move = toCartesian(cell, step);
            const shrink = Math.min(1, limit / Math.hypot(...move));
            truth = truth.map((x, k) => x + shrink * move[k]!);
            unwrapped = unwrapFrom(cell, unwrapped, wrap(cell, truth));
          }
          expect(maxDifference(unwrapped, truth)).toBeLessThan(1e-9);
        },
      ),
    );
  });

  it("takes a coordinate a hair below zero to zero, not to one", () => {
    const cell = cellFromParameters(4, 4, 4);
    expect([...wrap(cell, Float64Array.of(-1e-17, -4, 4))]).toEqual([0, 0, 0]);
  });

  it("leaves open directions alone", () => {
    const cell = makeCell([4, 0, 0, 0, 4, 0, 0, 0, 4], [true, false, true]);
    expect([...wrap(cell, Float64Array.of(5, 5, 5))]).toEqual([1, 5, 1]);
    expect([...minimumImage(cell, Float64Array.of(3, 3, 3))]).toEqual([-1, 3, -1]);
  });
});

describe("the minimum image", () => {
  it("is the shortest of all images within ± 5 cells, skewed cells too", () => {
    fc.assert(
      fc.property(cells(), points(1), (cell, s) => {
        const d = toCartesian(cell, s);
        const image = minimumImage(cell, d);
        const found = Math.hypot(...image);
        // no lattice point tried may be nearer than the one found
        const base = s.map((x) => x - Math.round(x));
        let shortest = Number.POSITIVE_INFINITY;
        for (let i = -5; i <= 5; i++) {
          for (let j = -5; j <= 5; j++) {
            for (let k = -5; k <= 5; k++) {
              const at = toCartesian(cell, Float64Array.of(base[0]! + i, base[1]! + j, base[2]! + k));
              shortest = Math.min(shortest, Math.hypot(...at));
            }
          }
        }
        expect(found).toBeLessThan(shortest + 1e-11);
        const cellsMoved = toFractional(
          cell,
          d.map((x, k) => x - image[k]!),
        );
        for (const x of cellsMoved) expect(Math.abs(x - Math.round(x))).toBeLessThan(1e-10);
      }),
      { numRuns: 60 },
    );
  });

  it("of a very skewed cell is not the rounded one", () => {
    // b = 0.45 a + 1 Å across: (0.49, 0.49, 0) rounds to itself, 7.1 Å long, but one a less is 2.9 Å
    const cell = makeCell([10, 0, 0, 4.5, 1, 0, 0, 0, 10]);
    const d = toCartesian(cell, Float64Array.of(0.49, 0.49, 0));
    const rounded = Math.hypot(...d);
    const shortest = periodicDistance(cell, [0, 0, 0], [d[0]!, d[1]!, d[2]!]);
    expect(shortest).toBeLessThan(rounded / 2);
  });
});
