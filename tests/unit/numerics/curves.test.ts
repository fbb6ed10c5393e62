import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import {
  cubicCurvature,
  cubicExtrema,
  cubicIntegral,
  cubicSlope,
  cubicSpline,
  cubicValue,
  gaussLegendre,
  hermite,
  integrate,
  LbfgsMemory,
} from "../../../src/numerics/index.js";

const grid = (count: number, from: number, to: number) =>
  Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

describe("piecewise cubics", () => {
  const cubic = (x: number) => 1 - 2 * x + 3 * x * x - 0.5 * x ** 3;
  const slope = (x: number) => -2 + 6 * x - 1.5 * x * x;

  it("a spline with the right end slopes, and a Hermite cubic, reproduce a cubic", () => {
    const x = Float64Array.of(-1, 0.2, 0.5, 1.9, 3);
    const spline = cubicSpline(x, x.map(cubic), { ends: { first: slope(-1), last: slope(3) } });
    const curve = hermite(x, x.map(cubic), x.map(slope));
    for (let t = -1.3; t < 3.3; t += 0.1) {
      // values up to 15: a few ulp of that through a well conditioned 5 × 5 system
      for (const c of [spline, curve]) {
        expect(Math.abs(cubicValue(c, t) - cubic(t))).toBeLessThan(1e-13);
        expect(Math.abs(cubicSlope(c, t) - slope(t))).toBeLessThan(2e-13);
        expect(Math.abs(cubicCurvature(c, t) - (6 - 3 * t))).toBeLessThan(1e-12);
      }
    }
    const primitive = (t: number) => t - t * t + t ** 3 - 0.125 * t ** 4;
    expect(Math.abs(cubicIntegral(spline, -0.7, 2.6) - (primitive(2.6) - primitive(-0.7)))).toBeLessThan(1e-13);
    expect(Math.abs(cubicIntegral(spline, 2.6, -0.7) + (primitive(2.6) - primitive(-0.7)))).toBeLessThan(1e-13);
  });

  it("value, slope and curvature are continuous; ends are natural or clamped as asked", () => {
    const x = Float64Array.of(0, 0.7, 1.1, 2.4, 3, 4.2);
    const y = Float64Array.of(0, 1, -0.5, 2, 2, -1);
    for (const ends of ["natural", "clamped"] as const) {
      const c = cubicSpline(x, y, { ends });
      for (let i = 1; i < 5; i++) {
        const step = 1e-9; // one-sided differences across the knot: jump ≤ third derivative · step ≈ 1e-7
        expect(Math.abs(cubicValue(c, x[i]!) - y[i]!)).toBeLessThan(1e-14);
        expect(Math.abs(cubicSlope(c, x[i]! - step) - cubicSlope(c, x[i]!))).toBeLessThan(1e-7);
        expect(Math.abs(cubicCurvature(c, x[i]! - step) - cubicCurvature(c, x[i]!))).toBeLessThan(1e-6);
      }
      const atEnds =
        ends === "natural" ? [cubicCurvature(c, 0), cubicCurvature(c, 4.2)] : [cubicSlope(c, 0), cubicSlope(c, 4.2)];
      for (const value of atEnds) expect(Math.abs(value)).toBeLessThan(1e-13);
    }
  });

  it("clamped spline of cos converges as h⁴", () => {
    const error = (count: number) => {
      const x = grid(count, 0, Math.PI);
      const c = cubicSpline(x, x.map(Math.cos), { ends: "clamped" });
      return Math.max(...Array.from(grid(500, 0, Math.PI), (t) => Math.abs(cubicValue(c, t) - Math.cos(t))));
    };
    expect(error(17) / error(33)).toBeGreaterThan(14); // 16 but for higher orders
    expect(error(17) / error(33)).toBeLessThan(18);
  });

  it("extrema: the maximum of a barrier lies between knots, and at a knot with slope zero it is found once", () => {
    const x = grid(9, 0, 2 * Math.PI);
    const wave = hermite(
      x,
      x.map((t) => -Math.cos(t)),
      x.map(Math.sin),
    ); // the maximum at π is a knot
    const extrema = cubicExtrema(wave);
    expect(extrema.map((e) => e.kind)).toEqual(["maximum"]);
    expect(Math.abs(extrema[0]!.x - Math.PI)).toBeLessThan(1e-9);
    expect(Math.abs(extrema[0]!.y - 1)).toBeLessThan(1e-15);

    const shifted = hermite(
      x,
      x.map((t) => Math.sin(t)),
      x.map(Math.cos),
    ); // π/2 and 3π/2 are knots
    expect(cubicExtrema(shifted).map((e) => e.kind)).toEqual(["maximum", "minimum"]);

    const quartic = (t: number) => (t * t - 1) ** 2; // maximum at 0, minima at ±1, none on a knot
    const k = Float64Array.of(-1.7, -0.8, -0.3, 0.25, 0.9, 1.6);
    const well = cubicExtrema(
      hermite(
        k,
        k.map(quartic),
        k.map((t) => 4 * t * (t * t - 1)),
      ),
    );
    expect(well.map((e) => e.kind)).toEqual(["minimum", "maximum", "minimum"]);
    expect(Math.abs(well[1]!.y - 1)).toBeLessThan(5.75e-3); // interpolation error h⁴ y⁗/384 = 0.55⁴·24/384 = 5.72e-3
  });

  it("monotone, flat and inflected curves have no extremum", () => {
    const x = grid(5, -1, 1);
    expect(cubicExtrema(cubicSpline(x, x))).toEqual([]);
    expect(
      cubicExtrema(
        cubicSpline(
          x,
          x.map(() => 2),
        ),
      ),
    ).toEqual([]);
    expect(
      cubicExtrema(
        hermite(
          x,
          x.map((t) => t ** 3),
          x.map((t) => 3 * t * t),
        ),
      ),
    ).toEqual([]);
  });

  it("refuses knots that do not ascend", () => {
    expect(() => cubicSpline(Float64Array.of(0, 1, 1), new Float64Array(3))).toThrow(/knot 3 at 1/);
    expect(() => hermite(Float64Array.of(0, 1), new Float64Array(2), new Float64Array(3))).toThrow(InputError);
  });
});

describe("quadrature", () => {
  it("Gauss–Legendre with n nodes is exact up to degree 2n − 1", () => {
    for (const n of [1, 2, 3, 4, 5, 8, 16, 33, 64]) {
      const { nodes, weights } = gaussLegendre(n);
      for (const degree of [0, 1, 2 * n - 2, 2 * n - 1]) {
        const sum = nodes.reduce((total, x, i) => total + weights[i]! * x ** degree, 0);
        expect(Math.abs(sum - (degree % 2 === 0 ? 2 / (degree + 1) : 0))).toBeLessThan(2e-15); // rounding of weights that add up to 2
      }
      expect(nodes.every((x, i) => i === 0 || x > nodes[i - 1]!)).toBe(true);
    }
    const { nodes, weights } = gaussLegendre(20, 1, 3);
    expect(Math.abs(nodes.reduce((sum, x, i) => sum + weights[i]! / x, 0) - Math.log(3))).toBeLessThan(1e-14);
  });

  it("a 15-point panel is exact for degree 22, so its constants are right", () => {
    const result = integrate((x) => x ** 22, [-1, 1], { maxIntervals: 1 });
    expect(Math.abs(result.value - 2 / 23)).toBeLessThan(1e-16);
  });

  it("adaptive: smooth, peaked and end-singular integrands, with an honest error", () => {
    const cases: [(x: number) => number, [number, number], number][] = [
      [Math.exp, [0, 1], Math.E - 1],
      [(x) => 1 / (1e-4 + x * x), [-1, 1], 200 * Math.atan(100)],
      [(x) => 1 / Math.sqrt(x), [0, 1], 2],
      [(x) => Math.sin(50 * x), [0, 3], (1 - Math.cos(150)) / 50],
    ];
    for (const [f, range, exact] of cases) {
      const result = integrate(f, range, { relativeTolerance: 1e-9 });
      expect(result.converged).toBe(true);
      expect(Math.abs(result.value - exact)).toBeLessThan(Math.max(result.error, 1e-14 * Math.abs(exact)));
    }
    expect(integrate((x) => 1 / x, [0, 1], { maxIntervals: 30 }).converged).toBe(false);
    expect(() => integrate(Math.exp, [0, Number.POSITIVE_INFINITY])).toThrow(InputError);
  });
});

describe("LbfgsMemory", () => {
  it("with as many pairs as dimensions, exact line searches end a quadratic in n steps", () => {
    // L-BFGS with exact line search is conjugate gradients on a quadratic (Nocedal and Wright, theorem 6.4).
    const curvatures = [1, 3, 10, 40, 100];
    const memory = new LbfgsMemory(5, { depth: 5, initialCurvature: 20 });
    let x = Float64Array.of(1, -2, 3, 1, -1);
    const gradientAt = (p: Float64Array) => p.map((v, i) => curvatures[i]! * v);
    for (let step = 0; step < 5; step++) {
      const gradient = gradientAt(x);
      const direction = memory.direction(gradient);
      const slope = direction.reduce((sum, d, i) => sum + d * gradient[i]!, 0);
      expect(slope).toBeLessThan(0);
      const curvature = direction.reduce((sum, d, i) => sum + d * d * curvatures[i]!, 0);
      const next = x.map((v, i) => v - (slope / curvature) * direction[i]!);
      expect(
        memory.push(
          next.map((v, i) => v - x[i]!),
          gradientAt(next).map((v, i) => v - gradient[i]!),
        ),
      ).toBe(true);
      x = next;
    }
    expect(Math.max(...x.map(Math.abs))).toBeLessThan(1e-10); // rounding enlarged by the condition number 100, five times
  });

  it("satisfies the secant condition H y = s for the newest pair, forgets on reset, refuses negative curvature", () => {
    const memory = new LbfgsMemory(3, { depth: 2, initialCurvature: 4 });
    expect(Array.from(memory.direction(Float64Array.of(4, 8, -4)))).toEqual([-1, -2, 1]);
    const pairs = [
      [
        [1, 0, 0.5],
        [2, 0.1, 1],
      ],
      [
        [0, 1, 0],
        [0.3, 3, 0],
      ],
      [
        [0.2, 0.1, -1],
        [0.1, 0.2, -5],
      ],
    ].map((p) => p.map((v) => Float64Array.from(v)));
    for (const [step, change] of pairs) {
      expect(memory.push(step!, change!)).toBe(true);
      memory.direction(change!).forEach((value, i) => void expect(Math.abs(value + step![i]!)).toBeLessThan(1e-14));
    }
    expect(memory.size).toBe(2);
    expect(memory.push(Float64Array.of(1, 0, 0), Float64Array.of(-1, 0, 0))).toBe(false);
    expect(memory.push(new Float64Array(3), new Float64Array(3))).toBe(false);
    memory.reset();
    expect(memory.size).toBe(0);
    expect(() => memory.direction(new Float64Array(2))).toThrow(InputError);
  });
});
