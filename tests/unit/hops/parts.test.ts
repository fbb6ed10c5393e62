import { describe, expect, it } from "vitest";
import { PhysicsError, Rng } from "../../../src/base/index.js";
import { CurvatureMemory } from "../../../src/hops/curvature-memory.js";
import {
  arcLengths,
  deepestInterior,
  harmonicRate,
  interpolateIdpp,
  interpolateLinear,
  respace,
  vineyardPrefactor,
} from "../../../src/hops/index.js";
import { improvedTangent } from "../../../src/hops/tangents.js";
import { makeCell } from "../../../src/structure/index.js";

describe("curvature memory", () => {
  it("learns a quadratic surface: after n conjugate pairs (B + c)⁻¹ is exact, for every shift c", () => {
    const size = 6;
    const rng = Rng.fromSeed(3);
    // A symmetric positive matrix that is not diagonal.
    const a = Array.from({ length: size }, () => Array.from({ length: size }, () => rng.normal()));
    const h = a.map((row, i) => a.map((other, j) => row.reduce((sum, x, k) => sum + x * other[k]!, i === j ? 1 : 0)));
    const times = (v: Float64Array): Float64Array =>
      Float64Array.from(h, (row) => row.reduce((sum, x, k) => sum + x * v[k]!, 0));
    const memory = new CurvatureMemory(new Float64Array(size).fill(2), 20, false);
    // With H-conjugate moves the BFGS update keeps every earlier secant condition, so n of them fix the whole matrix.
    const moves: Float64Array[] = [];
    for (let p = 0; p < size; p++) {
      const s = Float64Array.from({ length: size }, () => rng.normal());
      for (const earlier of moves) {
        const y = times(earlier);
        const overlap = s.reduce((sum, x, i) => sum + x * y[i]!, 0) / earlier.reduce((sum, x, i) => sum + x * y[i]!, 0);
        for (let i = 0; i < size; i++) s[i]! -= overlap * earlier[i]!;
      }
      moves.push(s);
      expect(memory.learn(s, times(s))).toBe(true);
    }
    const x = Float64Array.from({ length: size }, () => rng.normal());
    const v = times(x);
    memory.solve(v, 0);
    // Rounding amplified by the condition number, below 1e3.
    for (let i = 0; i < size; i++) expect(v[i]).toBeCloseTo(x[i]!, 10);
    // Each pair, shifted, is a pair of the shifted matrix: the newest secant condition holds for any c.
    const c = 0.7;
    const newest = moves[size - 1]!;
    const shifted = times(newest).map((y, i) => y + c * newest[i]!);
    memory.solve(shifted, c);
    for (let i = 0; i < size; i++) expect(shifted[i]).toBeCloseTo(newest[i]!, 10);
  });

  it("refuses a pair along which the surface curves downwards", () => {
    const memory = new CurvatureMemory(Float64Array.of(1, 1), 5, false);
    expect(memory.learn(Float64Array.of(1, 0), Float64Array.of(-1, 0))).toBe(false);
    expect(memory.count).toBe(0);
  });
});

describe("improved tangents", () => {
  const images = Float64Array.of(0, 0, 0, 1, 0, 0, 1, 1, 0);
  const tangent = new Float64Array(3);

  it("lean on the higher neighbour on a slope", () => {
    improvedTangent(images, Float64Array.of(0, 1, 2), 1, tangent);
    expect([...tangent]).toEqual([0, 1, 0]);
    improvedTangent(images, Float64Array.of(2, 1, 0), 1, tangent);
    expect([...tangent]).toEqual([1, 0, 0]);
  });

  it("weigh both sides at an extremum, more the side of the higher neighbour", () => {
    // Eqs. 10–11 of the source: at the maximum E = 3 between 0 and 2, ΔE_max = 3 goes with the higher neighbour (next).
    improvedTangent(images, Float64Array.of(0, 3, 2), 1, tangent);
    expect(tangent[1]! / tangent[0]!).toBeCloseTo(3, 12);
    improvedTangent(images, Float64Array.of(2, 0, 1), 1, tangent);
    expect(tangent[0]! / tangent[1]!).toBeCloseTo(2, 12);
    improvedTangent(images, Float64Array.of(1, 1, 1), 1, tangent);
    expect(tangent[0]).toBeCloseTo(Math.SQRT1_2, 12);
  });
});

describe("interpolation", () => {
  const cell = makeCell([20, 0, 0, 0, 20, 0, 0, 0, 20]);

  it("linear images are equally spaced and end where they should", () => {
    const images = interpolateLinear(Float64Array.of(0, 0, 0), Float64Array.of(3, 4, 0), 6);
    const s = arcLengths(images, 6);
    for (let k = 0; k < 6; k++) expect(s[k]).toBeCloseTo(k, 12);
  });

  it("idpp leads an atom around another one that the straight line runs into", async () => {
    // A at −2 → +2 along x past an atom at the origin, 0.3 Å off the line.
    const from = Float64Array.of(-2, 0.3, 0, 0, 0, 0);
    const to = Float64Array.of(2, 0.3, 0, 0, 0, 0);
    const linear = interpolateLinear(from, to, 9);
    const bent = await interpolateIdpp(cell, linear, { nImages: 9 });
    const nearest = (images: Float64Array): number =>
      Math.min(
        ...Array.from({ length: 9 }, (_, k) =>
          Math.hypot(
            images[6 * k]! - images[6 * k + 3]!,
            images[6 * k + 1]! - images[6 * k + 4]!,
            images[6 * k + 2]! - images[6 * k + 5]!,
          ),
        ),
      );
    expect(nearest(linear)).toBeCloseTo(0.3, 12);
    // Both ends are 2.02 Å apart, and so is what the interpolated distances ask for in between.
    expect(nearest(bent)).toBeGreaterThan(1.8);
    expect(bent.slice(0, 6)).toEqual(from);
    expect(bent.slice(48)).toEqual(to);
    expect(linear[6]).toBeCloseTo(-1.5, 12);
  });

  it("idpp leads two atoms that change places around each other, with even steps", async () => {
    const from = Float64Array.of(0, 0, 0, 2.4, 0, 0);
    const to = Float64Array.of(2.4, 0, 0, 0, 0, 0);
    const bent = await interpolateIdpp(cell, interpolateLinear(from, to, 17), { nImages: 17 });
    const apart = Array.from({ length: 17 }, (_, k) =>
      Math.hypot(
        bent[6 * k + 3]! - bent[6 * k]!,
        bent[6 * k + 4]! - bent[6 * k + 1]!,
        bent[6 * k + 5]! - bent[6 * k + 2]!,
      ),
    );
    // The interpolated distance is 2.4 Å all the way; the elastic part takes some of it back.
    expect(Math.min(...apart)).toBeGreaterThan(1.5);
    const s = arcLengths(bent, 17);
    for (let k = 1; k < 17; k++) expect((s[k]! - s[k - 1]!) / (s[16]! / 16)).toBeCloseTo(1, 1);
  });

  it("idpp across the cell boundary is the same as inside", async () => {
    const inside = interpolateLinear(
      Float64Array.of(8, 10.3, 10, 10, 10, 10),
      Float64Array.of(12, 10.3, 10, 10, 10, 10),
      7,
    );
    // The same pair with the standing atom written in the next cell.
    const outside = inside.map((x, i) => (i % 6 === 3 ? x - 20 : x));
    const a = await interpolateIdpp(cell, inside, { nImages: 7 });
    const b = await interpolateIdpp(cell, outside, { nImages: 7 });
    for (let i = 0; i < a.length; i++) expect(b[i]! + (i % 6 === 3 ? 20 : 0)).toBeCloseTo(a[i]!, 8);
  });

  it("without neighbours idpp is the straight line", async () => {
    const linear = interpolateLinear(Float64Array.of(0, 0, 0), Float64Array.of(3, 0, 0), 5);
    expect(await interpolateIdpp(cell, linear, { nImages: 5 })).toEqual(linear);
  });

  it("respacing keeps the polygon's ends and equal steps", () => {
    const out = respace(Float64Array.of(0, 0, 0, 1, 0, 0, 1, 3, 0), 3, 5);
    expect([...arcLengths(out, 5)].map((s) => Math.round(s * 1e9) / 1e9)).toEqual([0, 1, 2, 3, 4]);
    expect([...out.slice(12)]).toEqual([1, 3, 0]);
  });
});

describe("interior minima", () => {
  it("depth is measured to the lower wall", () => {
    expect(deepestInterior(Float64Array.of(0, 3, 1, 2, -1))).toEqual({ image: 2, depth: 1 });
    expect(deepestInterior(Float64Array.of(0, 1, 2, 1, 0))).toEqual({ image: 0, depth: 0 });
    // Below both ends: the walls are the ends themselves.
    expect(deepestInterior(Float64Array.of(0, -1, 0.5))).toEqual({ image: 1, depth: 1 });
    expect(deepestInterior(Float64Array.of(0, 1, 0.5, 1, 0.2, 1, 0))).toEqual({ image: 4, depth: 0.8 });
  });
});

describe("harmonic rates", () => {
  it("Vineyard's quotient of products, translations and the unstable mode left out", () => {
    // Three zero modes at either end; what is left is three frequencies over two, a frequency.
    const minimum = Float64Array.of(-1e-5, 0, 2e-5, 2, 3, 4);
    const saddle = Float64Array.of(-3, 0, 1e-6, 1e-5, 6, 7);
    expect(vineyardPrefactor(minimum, saddle)).toBeCloseTo((2 * 3 * 4) / (6 * 7), 12);
  });

  it("hundreds of high frequencies do not overflow", () => {
    const minimum = new Float64Array(600).fill(1e3, 3);
    const saddle = new Float64Array(600).fill(1e3, 4);
    saddle[0] = -5;
    expect(vineyardPrefactor(minimum, saddle)).toBeCloseTo(1e3, 6);
  });

  it("refuses an unstable minimum, a saddle of another order, lifted translations", () => {
    const saddle = Float64Array.of(-3, 0, 0, 0, 6, 7);
    expect(() => vineyardPrefactor(Float64Array.of(-1, 0, 0, 0, 3, 4), saddle)).toThrow(PhysicsError);
    const minimum = Float64Array.of(0, 0, 0, 2, 3, 4);
    expect(() => vineyardPrefactor(minimum, Float64Array.of(-3, -1, 0, 0, 0, 7))).toThrow(
      /2 unstable modes instead of 1/,
    );
    expect(() => vineyardPrefactor(minimum, minimum)).toThrow(/0 unstable modes instead of 1/);
    expect(() => vineyardPrefactor(Float64Array.of(0.2, 0.2, 0.2, 2, 3, 4), saddle)).toThrow(/no translations/);
  });

  it("the rate is the prefactor times a Boltzmann factor: kT ln 10 more barrier is ten times slower", () => {
    const temperature = 600;
    const kT = 8.617333262e-5 * temperature;
    const ratio = harmonicRate(5, 0.3, temperature) / harmonicRate(5, 0.3 + kT * Math.LN10, temperature);
    // k_B here has ten digits.
    expect(ratio).toBeCloseTo(10, 7);
    expect(harmonicRate(5, 0, temperature)).toBe(5);
  });
});
