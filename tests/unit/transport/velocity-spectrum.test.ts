import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ACCELERATION, BOLTZMANN, Rng } from "../../../src/base/index.js";
import { memoryTrajectory } from "../../../src/dynamics/index.js";
import { makeCell, makeCrystal } from "../../../src/structure/index.js";
import {
  analyse,
  attemptFrequency,
  averageSpectra,
  type SpectrumOptions,
  type SpectrumResult,
  spectralMoments,
  velocitySpectrum,
} from "../../../src/transport/index.js";

const expected = JSON.parse(
  readFileSync(new URL("../../../fixtures/numpy/ions-in-motion/expected.json", import.meta.url), "utf8"),
);

/** A run whose atoms have the velocities (and, integrated by hand, positions) given as functions of time in fs. */
function runOf(options: {
  readonly species: readonly string[];
  readonly masses?: readonly number[];
  readonly frames: number;
  readonly spacingFs: number;
  readonly velocity: (atom: number, axis: number, t: number) => number;
  readonly position?: (atom: number, axis: number, t: number) => number;
  readonly onlyPositions?: boolean;
}) {
  const { species, masses, frames, spacingFs, velocity, position = () => 0, onlyPositions = false } = options;
  const size = 3 * species.length;
  const rows = (f: (atom: number, axis: number, t: number) => number): Float64Array =>
    Float64Array.from({ length: frames * size }, (_, m) => {
      const s = m % size;
      return f(Math.floor(s / 3), s % 3, Math.floor(m / size) * spacingFs);
    });
  return memoryTrajectory({
    crystal: makeCrystal({
      cell: makeCell([20, 0, 0, 0, 20, 0, 0, 0, 20]),
      species,
      positions: new Float64Array(size),
      ...(masses ? { masses } : {}),
    }),
    positions: rows(position),
    ...(onlyPositions ? {} : { velocities: rows(velocity) }),
    frameSpacingFs: spacingFs,
  });
}

async function measure(run: Parameters<typeof analyse>[0], options: SpectrumOptions = {}): Promise<SpectrumResult> {
  return (await analyse(run, { s: velocitySpectrum({ precision: "double", ...options }) })).s;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < b.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

const trapezoid = (y: ArrayLike<number>, x: ArrayLike<number>): number =>
  Array.from(y).reduce((sum, v, k) => (k === 0 ? 0 : sum + 0.5 * (v + y[k - 1]!) * (x[k]! - x[k - 1]!)), 0);

describe("velocity spectra", () => {
  it("equal numpy's segments, windows, correction and correlation", async () => {
    const { ions, masses, frameSpacingFs, spectrum } = expected;
    const run = memoryTrajectory({
      crystal: makeCrystal({
        cell: makeCell(expected.cell),
        species: masses.map((_: number, i: number) => (i < ions ? "Li" : "S")),
        positions: expected.positions[0],
        masses,
      }),
      positions: Float64Array.from(expected.positions.flat()),
      velocities: Float64Array.from(expected.velocities.flat()),
      frameSpacingFs,
    });
    const resolutionThz = 1000 / (spectrum.segment * frameSpacingFs);
    const hann = await measure(run, { resolutionThz });
    expect(hann.segmentFrames).toBe(spectrum.segment);
    expect(hann.segments).toBe(5);
    // Values of order 1 states/THz, a transform of 16 numbers: rounding.
    expect(largestDifference(hann.parts[0]!.density, spectrum.hann)).toBeLessThan(1e-13);
    expect(largestDifference(hann.parts[2]!.density, spectrum.total)).toBeLessThan(1e-13);
    expect(largestDifference(hann.parts[0]!.correlation, spectrum.correlation)).toBeLessThan(1e-13);
    const none = await measure(run, { resolutionThz, window: "none" });
    expect(largestDifference(none.parts[0]!.density, spectrum.none)).toBeLessThan(1e-13);
    const differences = await measure(run, { resolutionThz, from: "differences" });
    // Positions of some 10 Å over 8 fs, differences of 0.3 Å: ten times more rounding.
    expect(largestDifference(differences.parts[0]!.density, spectrum.differences)).toBeLessThan(1e-12);
    const single = await measure(run, { resolutionThz, precision: "single" });
    // 24 bits of a velocity: 6e-8 of it, twice that of its square, of values up to 3.
    expect(largestDifference(single.parts[0]!.density, hann.parts[0]!.density)).toBeLessThan(1e-6);
  });

  it("an oscillator shows as a line of its frequency, whole power, and a cosine", async () => {
    // 5 THz on the grid of 0.25 THz: sin² spreads a line over itself and a quarter of its power to either side: 2/3, 1/6, 1/6.
    const f = 5;
    const velocity = (_: number, axis: number, t: number) => Math.cos(2 * Math.PI * f * 1e-3 * t + axis);
    const run = runOf({ species: ["Li"], frames: 2400, spacingFs: 2, velocity });
    const { frequencies, lagsPs, parts } = await measure(run, { resolutionThz: 0.25 });
    const { density, correlation, moments } = parts[0]!;
    const at = frequencies.slice().indexOf(5);
    expect(at).toBe(20);
    const peak = 3 / 0.25; // 3 states in a bin
    expect(density[at]! / peak).toBeCloseTo(2 / 3, 12);
    expect(density[at + 1]! / peak).toBeCloseTo(1 / 6, 12);
    expect(density[at - 1]! / peak).toBeCloseTo(1 / 6, 12);
    expect(moments.centre.value).toBeCloseTo(5, 10);
    // Sums over all but m of 2000 frames: whole periods (100 frames) leave no residue at these lags.
    for (const m of [0, 100, 200, 500]) expect(correlation[m]).toBeCloseTo(Math.cos(2 * Math.PI * f * lagsPs[m]!), 10);
  });

  it("positions alone give the oscillator its full power beside a slow one", async () => {
    // 2 and 20 THz with equal velocities; differences over 10 fs see the fast one weakened by (sin 0.2π/0.2π)² = 0.875, which is divided out.
    const f = [2, 20];
    const omega = (i: number) => 2 * Math.PI * 1e-3 * f[i]!;
    const position = (i: number, axis: number, t: number) => Math.sin(omega(i) * t + axis) / omega(i);
    const common = { species: ["Li", "Li"], frames: 1201, spacingFs: 10, velocity: () => 0, position };
    const run = runOf({ ...common, onlyPositions: true });
    const { frequencies, parts, notes } = await measure(run, { resolutionThz: 0.5 });
    const below = spectralMoments(frequencies, parts[0]!.density, { toThz: 10 });
    const above = spectralMoments(frequencies, parts[0]!.density, { fromThz: 10 });
    // The correction is that of each bin; a Hann line covers three: it curves over ±0.5 THz by less than 1e-3.
    expect(Math.abs(below.area - 3)).toBeLessThan(3e-3);
    expect(Math.abs(above.area - 3)).toBeLessThan(3e-3);
    expect(notes.map(({ code }) => code)).toEqual(["spectrum-from-positions"]);
  });

  it("a harmonic chain shows its exact density of states, 1/(π√(f_m² − f²)) per atom", async () => {
    // 256 atoms of a ring, all modes with the same kinetic energy and random phases: v_j(t) = Σ_k a cos(q_k j − ω_k t + φ_k).
    const n = 256;
    const top = 8; // THz
    const rng = Rng.fromSeed(21);
    const modes = Array.from({ length: n }, (_, k) => ({
      q: (2 * Math.PI * k) / n,
      omega: 2 * Math.PI * top * 1e-3 * Math.abs(Math.sin((Math.PI * k) / n)),
      phase: 2 * Math.PI * rng.uniform(),
    })).slice(1);
    const frames = 1500;
    const spacingFs = 20;
    const atoms = 12;
    const velocities = new Float64Array(frames * 3 * atoms);
    for (let k = 0; k < frames; k++)
      for (let j = 0; j < atoms; j++)
        for (const { q, omega, phase } of modes)
          velocities[3 * (k * atoms + j)]! += Math.cos(q * j - omega * k * spacingFs + phase);
    const crystal = makeCrystal({
      cell: makeCell([99, 0, 0, 0, 9, 0, 0, 0, 9]),
      species: Array<string>(atoms).fill("Na"),
      positions: new Float64Array(3 * atoms),
    });
    const run = memoryTrajectory({
      crystal,
      positions: new Float64Array(velocities.length),
      velocities,
      frameSpacingFs: spacingFs,
    });
    const { frequencies, parts } = await measure(run, { resolutionThz: 0.25, normalisation: "unit" });
    // States below f: (2/π) arcsin(f/f_m). Compared where the spectrum is smooth; a Hann line moves at most half of its width across the edge,
    // 0.25 THz × 0.09/THz = 0.02, and the phases of some 20 modes in reach make as much noise again.
    for (const f of [2, 4, 6]) {
      const { area } = spectralMoments(frequencies, parts[0]!.density, { toThz: f });
      expect(Math.abs(area - (2 / Math.PI) * Math.asin(f / top))).toBeLessThan(0.04);
    }
    // ∫ f g df = 2 f_m/π, and the width f_m √(½ − 4/π²).
    const { centre, width } = parts[0]!.moments;
    expect(Math.abs(centre.value - (2 * top) / Math.PI)).toBeLessThan(0.02 * top);
    expect(Math.abs(width.value - top * Math.sqrt(0.5 - 4 / Math.PI ** 2))).toBeLessThan(0.02 * top);
    expect(attemptFrequency({ ...(await measure(run, { resolutionThz: 0.25 })) }, "Na").value).toBeCloseTo(
      centre.value,
      12,
    );
  });

  it("Parseval: the power is the mean square, and equipartition gives the temperature", async () => {
    const rng = Rng.fromSeed(2);
    const masses = [6.94, 6.94, 30.97];
    const kelvin = 300;
    const sigma = (i: number) => Math.sqrt(kelvin * BOLTZMANN * (ACCELERATION / masses[i]!));
    const velocity = (i: number) => sigma(i) * rng.normal();
    const run = runOf({ species: ["Li", "Li", "P"], masses, frames: 2048, spacingFs: 1, velocity });
    const result = await measure(run, { resolutionThz: 1000 / 256, window: "none" });
    expect(result.parts.map(({ name }) => name)).toEqual(["Li", "P", "total"]);
    for (const { density, atoms, temperature, correlation } of result.parts) {
      // By construction of the normalisation.
      expect(trapezoid(density, result.frequencies)).toBeCloseTo(3 * atoms, 10);
      // 3·2048 or more independent squares: relative error √(2/6144) = 1.8 %; 4.5 of them.
      expect(Math.abs(temperature!.value - kelvin)).toBeLessThan(0.08 * kelvin);
      expect(correlation[0]).toBe(1);
      expect(Math.abs(correlation[7]!)).toBeLessThan(0.1);
    }
    // Equal temperatures: in the total light and heavy atoms have the states they have alone, here within the noise of both.
    const [li, p, total] = result.parts;
    expect(li!.meanSquare + p!.meanSquare).toBeCloseTo(total!.meanSquare, 10);
    // White noise is flat: 6 states over 500 THz.
    expect(Math.abs(li!.density[60]! - 6 / 500)).toBeLessThan(5 * li!.densityError[60]!);
  });

  it("groups that share atoms have a total that counts each atom once", async () => {
    const velocity = (i: number, axis: number, t: number) => Math.sin(0.03 * t * (i + 1) + axis);
    const run = runOf({ species: ["Li", "Li", "S"], frames: 300, spacingFs: 5, velocity });
    const groups = [
      { name: "Li", atoms: "Li" },
      { name: "first two", atoms: [0, 1] },
      { name: "last", atoms: [2] },
    ];
    const shared = await measure(run, { resolutionThz: 1, groups });
    const apart = await measure(run, { resolutionThz: 1 });
    expect(shared.parts.map(({ atoms }) => atoms)).toEqual([2, 2, 1, 3]);
    // The same atoms added in another order.
    expect(largestDifference(shared.parts[3]!.density, apart.parts[2]!.density)).toBeLessThan(1e-13);
    expect(largestDifference(shared.parts[3]!.correlation, apart.parts[2]!.correlation)).toBeLessThan(1e-13);
    expect(shared.parts[1]!.density).toEqual(shared.parts[0]!.density);
  });

  it("of one species the mass drops out; with two, equal weights count velocities alone", async () => {
    const velocity = (i: number, axis: number, t: number) => Math.sin(0.03 * t * (i + 1) + axis);
    const common = { species: ["Li", "Li", "S"], frames: 600, spacingFs: 5, velocity };
    const light = await measure(runOf({ ...common, masses: [6, 6, 32] }), { resolutionThz: 1 });
    const heavy = await measure(runOf({ ...common, masses: [7, 7, 32] }), { resolutionThz: 1 });
    expect(largestDifference(light.parts[0]!.density, heavy.parts[0]!.density)).toBeLessThan(1e-13);
    expect(largestDifference(light.parts[0]!.correlation, heavy.parts[0]!.correlation)).toBeLessThan(1e-13);
    expect(largestDifference(light.parts[2]!.density, heavy.parts[2]!.density)).toBeGreaterThan(0.01);
    const equal = await measure(runOf({ ...common, masses: [7, 7, 32] }), { resolutionThz: 1, weights: "equal" });
    const other = await measure(runOf({ ...common, masses: [6, 6, 32] }), { resolutionThz: 1, weights: "equal" });
    expect(other.parts[2]!.density).toEqual(equal.parts[2]!.density);
    expect(equal.parts[0]!.temperature).toBeUndefined();
  });

  it("the scatter of replicas is what the blocks of one run promise", async () => {
    const rng = Rng.fromSeed(33);
    const noise = () => runOf({ species: ["Li"], frames: 1024, spacingFs: 1, velocity: () => rng.normal() });
    const runs: SpectrumResult[] = [];
    for (let r = 0; r < 12; r++) runs.push(await measure(noise(), { resolutionThz: 1000 / 32 }));
    const [part] = averageSpectra(runs);
    const within = runs.reduce((sum, { parts }) => sum + parts[0]!.moments.centre.standardError, 0) / runs.length;
    const between = part!.moments.centre.standardError * Math.sqrt(runs.length);
    // A scatter from 12 values is known to 1/√22 = 21 %: three of them.
    expect(Math.abs(Math.log(within / between))).toBeLessThan(0.65);
    // White noise: centre f_N/2 = 250 THz.
    expect(Math.abs(part!.moments.centre.value - 250)).toBeLessThan(4.5 * part!.moments.centre.standardError);
    expect(part!.density.length).toBe(17);
  });

  it("moments of known shapes", () => {
    const x = Float64Array.from({ length: 401 }, (_, k) => 0.05 * k);
    const box = spectralMoments(
      x,
      x.map(() => 2),
      { fromThz: 3.013, toThz: 9.013 },
    );
    // Exact for a piecewise line times a fourth power; rounding.
    expect(box.area).toBeCloseTo(12, 12);
    expect(box.centre).toBeCloseTo(6.013, 12);
    expect(box.width).toBeCloseTo(6 / Math.sqrt(12), 12);
    expect(box.skewness).toBeCloseTo(0, 11);
    expect(box.excessKurtosis).toBeCloseTo(-1.2, 11);
    const ramp = spectralMoments(x, x);
    expect(ramp.centre).toBeCloseTo((2 / 3) * 20, 11);
    expect(ramp.skewness).toBeCloseTo(-0.5656854249492381, 10); // −2√2/5
    expect(ramp.excessKurtosis).toBeCloseTo(-0.6, 10);
    const bell = spectralMoments(
      x,
      x.map((f) => Math.exp(-0.5 * ((f - 10) / 1.5) ** 2)),
    );
    // Lines between points 0.05 apart add h²/6 to the variance.
    expect(bell.width).toBeCloseTo(Math.sqrt(1.5 ** 2 + 0.05 ** 2 / 6), 6);
    expect(Math.abs(bell.excessKurtosis)).toBeLessThan(1e-4);
    expect(() =>
      spectralMoments(
        x,
        x.map(() => 0),
      ),
    ).toThrow("area 0");
  });

  it("runs shorter than a segment say so, runs without motion are refused", async () => {
    const velocity = (_: number, axis: number, t: number) => Math.sin(0.1 * t + axis);
    const short = await measure(runOf({ species: ["Li"], frames: 101, spacingFs: 1, velocity }));
    expect([short.segmentFrames, short.notes[0]?.code]).toEqual([100, "spectrum-short"]);
    expect(short.parts[0]!.densityError[3]).toBeNaN();
    await expect(measure(runOf({ species: ["Li"], frames: 50, spacingFs: 1, velocity: () => 0 }))).rejects.toThrow(
      "Li does not move",
    );
    const still = runOf({ species: ["Li"], frames: 50, spacingFs: 1, velocity, onlyPositions: true });
    await expect(measure(still, { from: "velocities" })).rejects.toThrow("holds no velocities");
  });
});
