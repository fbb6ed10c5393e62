import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import {
  compareDynamics,
  countHops,
  diffusionFromSlope,
  diffusionThroughOrigin,
  fitDiffusionArrhenius as fitArrhenius,
  kineticTemperature,
} from "../../../src/medium/index.js";
import { chiSquareTail } from "../../../src/numerics/index.js";

const frameSpacingFs = 50;

/** Brownian motion with D in Å²/ps, plus independent rattling of variance s² per axis. */
function brownian(options: {
  frames: number;
  diffusion: number;
  rattle?: number;
  seed: number;
}): Float64Array<ArrayBuffer> {
  const rng = Rng.fromSeed(options.seed);
  const step = Math.sqrt(2 * options.diffusion * frameSpacingFs * 1e-3);
  const at = [0, 0, 0];
  return Float64Array.from({ length: 3 * options.frames }, (_, i) => {
    const a = i % 3;
    at[a]! += step * rng.normal();
    return at[a]! + (options.rattle ?? 0) * rng.normal();
  });
}

describe("diffusion coefficients of a walk", () => {
  it("Brownian motion: both estimates cover the truth, their errors are honest", () => {
    const truth = 0.8;
    const pulls = { origin: 0, slope: 0 };
    const walks = 20;
    for (let seed = 0; seed < walks; seed++) {
      const walk = { positions: brownian({ frames: 12_000, diffusion: truth, seed }), frameSpacingFs };
      const { diffusion: origin } = diffusionThroughOrigin(walk, { rng: Rng.fromSeed(seed) });
      const { diffusion: slope } = diffusionFromSlope(walk);
      pulls.origin += ((origin.value - truth) / origin.standardError) ** 2 / walks;
      pulls.slope += ((slope.value - truth) / slope.standardError) ** 2 / walks;
    }
    // Mean squared pull of Student's t with 9 degrees of freedom is 9/7; its standard deviation over 20 walks is 0.55.
    expect(pulls.origin).toBeGreaterThan(0.4);
    expect(pulls.origin).toBeLessThan(1.29 + 3 * 0.55);
    expect(pulls.slope).toBeGreaterThan(0.4);
    expect(pulls.slope).toBeLessThan(1.29 + 3 * 0.55);
  });

  it("a straight flight through the origin is the closed form of its fit", () => {
    const speed = 0.002;
    const positions = Float64Array.from({ length: 3 * 240 * 20 }, (_, i) =>
      i % 3 === 0 ? (speed * frameSpacingFs * (i - (i % 3))) / 3 : 0,
    );
    const { diffusion, meanSquare, pieces } = diffusionThroughOrigin(
      { positions, frameSpacingFs },
      { rng: Rng.fromSeed(1) },
    );
    expect(pieces).toBe(20);
    expect(meanSquare[100]!).toBeCloseTo((speed * 5000) ** 2, 9);
    let [cubes, squares] = [0, 0];
    for (let lag = 20; lag < 240; lag++) {
      const t = lag * 0.05;
      cubes += t * (2 * t) ** 2; // speed 2 Å/ps
      squares += t * t;
    }
    expect(diffusion.value).toBeCloseTo(cubes / squares / 6, 9);
  });

  it("rattling in a cell spoils the fit through the origin and not the slope", () => {
    const truth = 0.02;
    const rattle = 0.3;
    const walk = { positions: brownian({ frames: 48_000, diffusion: truth, rattle, seed: 3 }), frameSpacingFs };
    const origin = diffusionThroughOrigin(walk, { rng: Rng.fromSeed(1) }).diffusion;
    const slope = diffusionFromSlope(walk);
    // The plateau 6 s² adds Σ t 6s²/Σ t² /6 = s² · 3/(2 · 12 ps) but for the missing first picosecond.
    expect(origin.value - truth).toBeGreaterThan(0.8 * ((1.5 * rattle ** 2) / 12));
    expect(Math.abs(slope.diffusion.value - truth)).toBeLessThan(4 * slope.diffusion.standardError);
    expect(Math.abs(slope.offset.value - 6 * rattle ** 2)).toBeLessThan(4 * slope.offset.standardError);
  });

  it("counts hops once the ion has arrived, and knows which way they go", () => {
    const spacing = 3;
    // Centre → face neighbour → back to the border and forth → on in the same direction → diagonal.
    const path = [1.5, 2.9, 3.1, 2.9, 4.5, 5.9, 6.1, 5.9, 6.1, 7.5, 8.9];
    const positions = Float64Array.from([...path.flatMap((x) => [x, 1.5, 1.5]), 10.5, 4.5, 1.5]);
    const hops = countHops({ positions, frameSpacingFs }, { spacing });
    expect(hops.count).toBe(3);
    expect(hops.byKind).toEqual({ face: 2, edge: 1, corner: 0, farther: 0 });
    expect(hops.crossings).toBe(7);
    expect(hops.persistence).toBeCloseTo((1 + Math.SQRT1_2) / 2, 12);
    const timePs = (positions.length / 3 - 1) * 0.05;
    expect(hops.uncorrelated.value).toBeCloseTo((9 + 9 + 18) / (6 * timePs), 12);
    expect(hops.rate.standardError / hops.rate.value).toBeCloseTo(1 / Math.sqrt(3), 12);
  });

  it("kinetic energy in units of equipartition", () => {
    const rng = Rng.fromSeed(4);
    const blocks = Float64Array.from({ length: 400 }, () => 1.5 * 0.02 * (1.1 + 0.2 * rng.normal()));
    const { value, standardError } = kineticTemperature(blocks, 0.02);
    expect(Math.abs(value - 1.1)).toBeLessThan(4 * standardError);
    expect(standardError).toBeCloseTo(0.2 / 20, 2);
  });

  it("says how long a walk must be", () => {
    const short = { positions: new Float64Array(300), frameSpacingFs };
    expect(() => diffusionThroughOrigin(short, { rng: Rng.fromSeed(1) })).toThrow(/0 pieces of 12000 fs for 10 bins/);
    expect(() => diffusionFromSlope(short)).toThrow(/10 blocks of 0\.5 ps for lags up to 12 ps/);
  });
});

describe("Arrhenius", () => {
  const at = (thermalEnergy: number, value: number, relative = 0.05) => ({
    thermalEnergy,
    diffusion: { value, standardError: relative * value, unit: "A2/ps" },
  });
  const temperatures = [0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05];

  it("exact data give their own parameters, a perfect χ² and no curvature", () => {
    const fit = fitArrhenius(temperatures.map((kT) => at(kT, 20 * Math.exp(-0.04 / kT))));
    expect(fit.activationEnergy.value).toBeCloseTo(0.04, 12);
    expect(fit.prefactor).toBeCloseTo(20, 9);
    expect(fit.chiSquare).toBeLessThan(1e-20);
    expect(Math.abs(fit.curvatureSigma!)).toBeLessThan(1e-8);
    for (const { energy } of fit.local) expect(energy.value).toBeCloseTo(0.04, 12);
  });

  it("95 % limits cover the truth 95 % of the time", () => {
    const rng = Rng.fromSeed(9);
    let covered = 0;
    const trials = 400;
    for (let trial = 0; trial < trials; trial++) {
      const fit = fitArrhenius(temperatures.map((kT) => at(kT, Math.exp(1 - 0.04 / kT + 0.05 * rng.normal()))));
      if (fit.activationLimits[0] < 0.04 && 0.04 < fit.activationLimits[1]) covered++;
    }
    // Binomial: σ = 1.1 %; D in the weights and the fixed relative error cost less than that.
    expect(covered / trials).toBeGreaterThan(0.95 - 4 * 0.011);
    expect(covered / trials).toBeLessThan(0.95 + 4 * 0.011);
  });

  it("two slopes show as curvature and as an improbable χ²", () => {
    const fit = fitArrhenius(temperatures.map((kT) => at(kT, Math.exp(-0.03 / kT) + 30 * Math.exp(-0.1 / kT))));
    expect(fit.curvatureSigma!).toBeGreaterThan(5);
    expect(fit.probability).toBeLessThan(1e-3);
    expect(fit.local[0]!.energy.value).toBeLessThan(fit.local.at(-1)!.energy.value);
  });

  it("χ² tail: closed form for two degrees of freedom, table value for one", () => {
    for (const x of [0.1, 2, 30]) expect(chiSquareTail(x, 2) / Math.exp(-x / 2)).toBeCloseTo(1, 13);
    expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 13);
  });

  it("ratios of two dynamics carry both errors", () => {
    const [ratio] = compareDynamics([at(0.02, 3, 0.03)], [at(0.02, 1.5, 0.04), at(0.03, 2)]);
    expect(ratio!.ratio.value).toBe(2);
    expect(ratio!.ratio.standardError).toBeCloseTo(2 * 0.05, 12);
  });
});
