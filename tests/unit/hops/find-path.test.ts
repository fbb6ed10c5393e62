import { describe, expect, it } from "vitest";
import { ConvergenceError, InputError, NumericError, requireConverged } from "../../../src/base/index.js";
import {
  findPath,
  findPaths,
  joinPaths,
  pathProfile,
  polishSaddle,
  reversePath,
  withSaddle,
} from "../../../src/hops/index.js";
import { relax } from "../../../src/minima/index.js";
import { doubleWell, knownMinimum, MUELLER_BROWN, muellerBrown, oneAtom, planarField } from "../../helpers/surfaces.js";

const field = planarField("Müller–Brown", muellerBrown);
const minimumAt = ([x, y]: readonly number[], forces = field) => relax(oneAtom(x!, y!), forces, { tolerance: 1e-9 });

describe("Müller–Brown surface", () => {
  it("the band's climbing image and the polished saddle find the two tabulated saddles", async () => {
    for (const [ends, saddle] of [
      [[MUELLER_BROWN.first, MUELLER_BROWN.middle], MUELLER_BROWN.highSaddle],
      [[MUELLER_BROWN.middle, MUELLER_BROWN.last], MUELLER_BROWN.lowSaddle],
    ] as const) {
      const endpoints = [await minimumAt(ends[0]), await minimumAt(ends[1])] as const;
      const path = await findPath(endpoints, field, { images: 9 });
      expect(path.converged).toBe(true);
      const expected = 0.01 * (saddle[2] - ends[0][2]);
      // The force left at the climbing image is below 0.01 eV/Å and the surface there curves by more than 5 eV/Å²:
      // F²/2k < 1e-5 eV.
      expect(Math.abs(path.barrierForward - expected)).toBeLessThan(1e-5);
      const polished = await polishSaddle(path, field, { tolerance: 1e-9 });
      expect(polished.verified).toBe(true);
      expect(polished.unstable.length).toBe(1);
      // The table has six decimals of 0.01 eV.
      expect(Math.abs(polished.energy - expected)).toBeLessThan(2e-8);
      expect(polished.positions[0]).toBeCloseTo(saddle[0], 5);
      expect(polished.positions[1]).toBeCloseTo(saddle[1], 5);
    }
  });

  it("a band across all three minima says so, and splits into its two hops", async () => {
    const endpoints = [await minimumAt(MUELLER_BROWN.first), await minimumAt(MUELLER_BROWN.last)] as const;
    const path = await findPath(endpoints, field, { images: 15 });
    expect(path.notes.map((note) => note.code)).toContain("third-minimum");
    expect(path.intermediate!.energy).toBeCloseTo(0.01 * MUELLER_BROWN.middle[2], 6);
    const way = await findPaths(endpoints, field, { images: 15 });
    expect(way.paths.length).toBe(2);
    expect(way.converged).toBe(true);
    expect(way.paths.every((part) => part.intermediate === undefined)).toBe(true);
    const { first, middle, last, highSaddle, lowSaddle } = MUELLER_BROWN;
    // F²/2k again: 0.01 eV/Å left, curvature above 5 eV/Å².
    expect(Math.abs(way.barrierForward - 0.01 * (highSaddle[2] - first[2]))).toBeLessThan(1e-5);
    expect(Math.abs(way.barrierBackward - 0.01 * (highSaddle[2] - last[2]))).toBeLessThan(1e-5);
    expect(Math.abs(way.paths[1]!.barrierForward - 0.01 * (lowSaddle[2] - middle[2]))).toBeLessThan(1e-5);
    const joined = joinPaths(way.paths);
    expect(joined.nImages).toBe(29);
    expect(joined.barrierForward).toBeCloseTo(way.barrierForward, 12);
    expect(joined.barrierBackward).toBeCloseTo(way.barrierBackward, 12);
    expect(joined.energies[28]).toBeCloseTo(0.01 * (last[2] - first[2]), 6);
    for (let k = 1; k < 29; k++) expect(joined.coordinate[k]).toBeGreaterThan(joined.coordinate[k - 1]!);
  });

  it("more images do not move the barrier, forward is the reverse of backward", async () => {
    const endpoints = [await minimumAt(MUELLER_BROWN.first), await minimumAt(MUELLER_BROWN.middle)] as const;
    const reference = 0.01 * (MUELLER_BROWN.highSaddle[2] - MUELLER_BROWN.first[2]);
    for (const images of [5, 7, 12, 17, 25]) {
      const path = await findPath(endpoints, field, { images });
      expect(path.converged).toBe(true);
      expect(Math.abs(path.barrierForward - reference)).toBeLessThan(1e-5);
    }
    const back = await findPath([endpoints[1], endpoints[0]], field, { images: 17 });
    expect(Math.abs(back.barrierBackward - reference)).toBeLessThan(1e-5);
  });

  it("converges without second derivatives too", async () => {
    const blind = planarField("Müller–Brown, forces only", muellerBrown, { hessian: false });
    const endpoints = [await minimumAt(MUELLER_BROWN.first), await minimumAt(MUELLER_BROWN.middle)] as const;
    const path = await findPath(endpoints, blind, { images: 9 });
    const polished = await polishSaddle(path, blind);
    expect(polished.verified).toBe(true);
    // Differences of forces shift the frequencies, not the place where the force is zero.
    expect(polished.energy).toBeCloseTo(0.01 * (MUELLER_BROWN.highSaddle[2] - MUELLER_BROWN.first[2]), 7);
  });
});

describe("double well with a curved valley", () => {
  const height = 0.4;
  const well = planarField("double well", doubleWell(height));
  const ends = [knownMinimum(oneAtom(-1, 0), well), knownMinimum(oneAtom(1, 0), well)] as const;

  it("a symmetric hop has a symmetric profile with its saddle in the middle", async () => {
    const path = await findPath(ends, well, { images: 9, tolerance: 1e-4 });
    expect(path.converged).toBe(true);
    expect(path.saddle).toBe(4);
    // At 1e-4 eV/Å and a curvature of 4·0.4 eV/Å² the energy is good to 1e-8 eV.
    expect(Math.abs(path.barrierForward - height)).toBeLessThan(1e-8);
    for (let k = 0; k < 9; k++) {
      // Images keep their places to a tenth of their distance, so mirror images may differ by slope × 0.1 × distance;
      // mirrored iterations keep them far closer than that.
      expect(Math.abs(path.energies[k]! - path.energies[8 - k]!)).toBeLessThan(1e-3 * height);
      expect(path.images[3 * k]! + path.images[3 * (8 - k)]!).toBeCloseTo(0, 3);
    }
    expect(path.movers).toEqual(Int32Array.of(0));
  });

  it("every image lies on the valley floor", async () => {
    const path = await findPath(ends, well, { images: 15, tolerance: 1e-3 });
    // On the floor y = (1 − x²)/2 the gradient 4·0.4·x(1 − x²) ≤ 0.62 eV/Å points along x, at an angle to the valley; the
    // part across is balanced by the valley's wall, 20 eV/Å² or stiffer: at most 0.62/20 = 0.031 Å from the floor.
    for (let k = 0; k < 15; k++) {
      const [x, y] = [path.images[3 * k]!, path.images[3 * k + 1]!];
      expect(Math.abs(y - 0.5 * (1 - x * x))).toBeLessThan(0.031);
    }
  });

  it("reversePath turns everything over, twice is the same", async () => {
    const tilted = planarField("tilted", doubleWell(height, { tilt: 0.1 }));
    const rest = [await minimumAt([-1, 0], tilted), await minimumAt([1, 0], tilted)] as const;
    const path = await findPath(rest, tilted, { images: 9 });
    const back = reversePath(path);
    expect(back.barrierForward).toBe(path.barrierBackward);
    expect(back.energies[0]).toBe(0);
    expect(back.energies[back.saddle]).toBeCloseTo(path.barrierBackward, 12);
    expect(back.images.slice(0, 3)).toEqual(path.images.slice(24, 27));
    const again = reversePath(back);
    expect(again.images).toEqual(path.images);
    for (let k = 0; k < 9; k++) expect(again.coordinate[k]).toBeCloseTo(path.coordinate[k]!, 12);
  });

  it("the spline through energies and slopes has the barrier between images", async () => {
    const path = await findPath(ends, well, { images: 8, tolerance: 1e-4, climb: false });
    expect(path.converged).toBe(true);
    const profile = pathProfile(path);
    // With an even number of images none sits on the saddle: the highest one misses it by k·(ds/2)²/2 ≈ 0.03 eV.
    expect(height - profile.barrierForwardImage).toBeGreaterThan(0.01);
    // A Hermite cubic of a quartic over ds = 0.35 Å errs by f⁗ ds⁴/384 = 24·0.4·0.015/384 ≈ 4e-4 eV, arc length aside.
    expect(Math.abs(profile.barrierForward - height)).toBeLessThan(4e-3);
    expect(profile.reaction[0]).toBe(0);
    expect(profile.reaction[200]).toBe(1);
  });

  it("withSaddle puts the verified saddle on the path and leaves the path alone otherwise", async () => {
    const path = await findPath(ends, well, { images: 9 });
    const saddle = await polishSaddle(path, well);
    const exact = withSaddle(path, saddle);
    expect(exact.barrierForward).toBeCloseTo(height, 10);
    expect(exact.energies[exact.saddle]).toBe(exact.barrierForward);
    const refused = withSaddle(path, { ...saddle, verified: false });
    expect(refused.barrierForward).toBe(path.barrierForward);
  });
});

describe("honesty at the border", () => {
  const well = planarField("double well", doubleWell(0.4));
  const ends = [knownMinimum(oneAtom(-1, 0), well), knownMinimum(oneAtom(1, 0), well)] as const;

  it("a band that ran out of iterations says so with its numbers", async () => {
    const path = await findPath(ends, well, { images: 9, maxIterations: 1, tolerance: 1e-6 });
    expect(path.converged).toBe(false);
    expect(path.history.length).toBe(2);
    expect(path.notes[0]!.message).toMatch(/stopped after 1 iterations with .* asked 0.000001 eV/);
    expect(() => requireConverged(path, "the band", "")).toThrow(ConvergenceError);
  });

  it("an energy that is not a number stops the band with the image's number", async () => {
    const broken = planarField("broken", (x, y) => ({
      ...doubleWell(0.4)(x, y),
      energy: Math.abs(x) < 0.2 ? Number.NaN : 0,
    }));
    await expect(findPath(ends, broken, { images: 9 })).rejects.toThrow(NumericError);
    await expect(findPath(ends, broken, { images: 9 })).rejects.toThrow(/image 5/);
  });

  it("an aborted search throws the reason, unwrapped", async () => {
    const abort = new AbortController();
    abort.abort("enough");
    await expect(findPath(ends, well, { signal: abort.signal })).rejects.toBe("enough");
  });

  it("refuses fewer than three images and ends of another size", async () => {
    await expect(findPath(ends, well, { images: 2 })).rejects.toThrow(InputError);
    await expect(findPath(ends, well, { initial: new Float64Array(3), images: 9 })).rejects.toThrow(/initial path/);
    await expect(findPath(ends, well, { tolerance: 0 })).rejects.toThrow(/tolerance is 0/);
  });

  it("does not change its inputs", async () => {
    const before = [...ends[0].crystal.positions, ...ends[1].crystal.positions];
    const initial = Float64Array.from({ length: 27 }, (_, i) => (i % 3 === 0 ? -1 + i / 12 : 0));
    const kept = initial.slice();
    await findPath(ends, well, { images: 9, initial });
    expect([...ends[0].crystal.positions, ...ends[1].crystal.positions]).toEqual(before);
    expect(initial).toEqual(kept);
  });

  it("a hilltop with two unstable modes is not verified", async () => {
    // Along y the valley floor turned into a ridge: k < 0 makes (0, c) a maximum.
    const hill = planarField("hill", doubleWell(0.4, { k: -5, bend: 0 }));
    const path = await findPath([knownMinimum(oneAtom(-1, 0), hill), knownMinimum(oneAtom(1, 0), hill)], hill, {
      images: 5,
      maxIterations: 1,
    });
    const saddle = await polishSaddle(
      { ...path, images: Float64Array.of(-1, 0, 0, -0.5, 0, 0, 0.01, 0, 0, 0.5, 0, 0, 1, 0, 0), saddle: 2 },
      hill,
    );
    expect(saddle.unstable.length).toBe(2);
    expect(saddle.verified).toBe(false);
    expect(saddle.notes!.map((note) => note.code)).toContain("saddle-order");
  });
});
