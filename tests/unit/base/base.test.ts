import { describe, expect, it } from "vitest";
import * as base from "../../../src/base/index.js";

describe("units", () => {
  it("gives the factors of CODATA 2018", () => {
    // Published to the digits compared; the derived values differ from them only by their rounding.
    expect(base.BOLTZMANN).toBeCloseTo(8.617333262e-5, 14);
    expect(base.COULOMB_CONSTANT).toBeCloseTo(14.39964548, 8);
    expect(base.ACCELERATION).toBeCloseTo(9.648533e-3, 9);
    expect(base.THZ_PER_ROOT_CURVATURE).toBeCloseTo(15.633304, 6);
    expect(base.PLANCK_EV_PER_THZ).toBeCloseTo(4.1356676969e-3, 12);
    expect(1 / base.EV_PER_A3_PER_GPA).toBeCloseTo(160.2176634, 7);
  });

  it("converts there and back", () => {
    expect(base.convert("length", 1, "nm", "A")).toBe(10);
    expect(base.convert("frequency", 1, "THz", "1/cm")).toBeCloseTo(33.35640952, 8);
    expect(base.convert("diffusion", 1, "A2/ps", "cm2/s")).toBe(1e-4);
    expect(base.convert("energy", base.convert("energy", 3.7, "kJ/mol", "eV"), "eV", "kJ/mol")).toBeCloseTo(3.7, 14);
  });
});

describe("random numbers", () => {
  // First outputs of xoshiro256** seeded through splitmix64(0), as published with the reference implementation in C:
  // computed here with exact 64-bit integers, independently of the 32-bit halves the generator works in.
  function reference(seed: bigint, count: number): number[] {
    const mask = (1n << 64n) - 1n;
    let z = seed;
    const s = Array.from({ length: 4 }, () => {
      z = (z + 0x9e3779b97f4a7c15n) & mask;
      let x = z;
      x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
      x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & mask;
      return x ^ (x >> 31n);
    }) as [bigint, bigint, bigint, bigint];
    const rotl = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (64n - k))) & mask;
    return Array.from({ length: count }, () => {
      const result = (rotl((s[1] * 5n) & mask, 7n) * 9n) & mask;
      const t = (s[1] << 17n) & mask;
      s[2] ^= s[0];
      s[3] ^= s[1];
      s[1] ^= s[2];
      s[0] ^= s[3];
      s[2] ^= t;
      s[3] = rotl(s[3], 45n);
      return Number(result >> 11n) / 2 ** 53;
    });
  }

  it.each([0, 1, 7, 123456789])("is xoshiro256** for seed %i", (seed) => {
    const rng = base.Rng.fromSeed(seed);
    expect(Array.from({ length: 200 }, () => rng.uniform())).toEqual(reference(BigInt(seed), 200));
  });

  it("goes on from a saved state with the same bits, normal deviates included", () => {
    const rng = base.Rng.fromSeed(3);
    rng.normal();
    const copy = base.Rng.restore(JSON.parse(JSON.stringify(rng.save())));
    expect(Array.from({ length: 50 }, () => copy.normal())).toEqual(Array.from({ length: 50 }, () => rng.normal()));
  });

  it("forks by label, whatever was drawn before", () => {
    const used = base.Rng.fromSeed(5);
    used.uniform();
    expect(used.fork("bath").uniform()).toBe(base.Rng.fromSeed(5).fork("bath").uniform());
    expect(used.fork("bath").uniform()).not.toBe(used.fork("start").uniform());
  });

  it("draws normal numbers of mean 0 and variance 1", () => {
    const rng = base.Rng.fromSeed(11);
    const n = 40_000;
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) {
      const x = rng.normal();
      sum += x;
      squares += x * x;
    }
    // Standard errors 1/√n and √(2/n); four of them leave 6e-5 chance of failing for a right generator, and the seed is fixed.
    expect(Math.abs(sum / n)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(squares / n - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  });

  it("refuses seeds that are not whole numbers", () => {
    for (const seed of [-1, 0.5, Number.NaN]) expect(() => base.Rng.fromSeed(seed)).toThrow(/whole number/);
  });
});

describe("errors", () => {
  it("cross a worker boundary with class, hint and context", () => {
    const errors = [
      new base.InputError("a", "b", { c: 1 }),
      new base.FormatError({ file: "x.cif", line: 7 }, "bad number", "fix it"),
      new base.PhysicsError("overlap", "move"),
      new base.ConvergenceError("no", "more steps", { steps: 3 }),
    ];
    for (const error of errors) {
      const copy = base.errorFromData(structuredClone(base.errorToData(error))) as base.PhonionError;
      expect(copy).toBeInstanceOf(error.constructor);
      expect([copy.message, copy.hint, copy.code]).toEqual([error.message, error.hint, error.code]);
    }
    expect(errors[1]!.message).toBe("x.cif:7: bad number");
    expect(base.formatError(errors[1])).toBe("x.cif:7: bad number\n  fix it");
  });
});

describe("pacing", () => {
  it("stops at the next tick with the signal's own reason", async () => {
    const controller = new AbortController();
    const pacer = new base.Pacer("work", { signal: controller.signal as never });
    await pacer.tick(0, 2);
    controller.abort("enough");
    await expect(pacer.tick(1, 2)).rejects.toBe("enough");
  });

  it("reports the last tick even when it comes early", async () => {
    const seen: number[] = [];
    const pacer = new base.Pacer("work", { onProgress: ({ done }) => seen.push(done) });
    for (let i = 0; i <= 1000; i++) await pacer.tick(i, 1000);
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(1000);
    expect(seen.length).toBeLessThan(1000);
  });
});

describe("arrays", () => {
  it("names what does not fit", () => {
    expect(() => base.expectShape("forces", new Float64Array(5), [2, 3])).toThrow(
      "forces has 5 numbers, expected 6 = 2 × 3",
    );
    expect(() => base.expectFinite("force", Float64Array.of(0, 0, 0, 0, Number.NaN, 0), 3, 12)).toThrow(
      "force of atom 2 is NaN at step 12",
    );
  });
});
