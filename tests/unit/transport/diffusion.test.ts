import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { makeCell, makeCrystal } from "../../../src/structure/index.js";
import {
  analyse,
  combineReplicas,
  conductivity,
  type DiffusivityOptions,
  diffusionTensor,
  diffusivity,
  havenRatio,
  type MsdOptions,
  type MsdResult,
  msdOf,
  onsagerConductivity,
  onsagerDiffusion,
} from "../../../src/transport/index.js";
import { ionsInBox, randomWalks, trajectoryFrom, type WalkOptions } from "../../helpers/walks.js";

const long = process.env.PHONION_LONG === "1";
const D = 0.5; // Å²/ps, of every walk here

async function walked(options: Partial<WalkOptions> & { seed: number }, msd: MsdOptions = {}): Promise<MsdResult> {
  const walk = randomWalks({ ions: 10, frames: 500, diffusion: D, ...options });
  return (await analyse(walk, { msd: msdOf("Li", msd) })).msd;
}

interface Coverage {
  readonly within68: number;
  readonly within95: number;
  readonly model68: number;
}

const size = long ? {} : { ions: 6, frames: 300 };

/** Shares of runs whose stated intervals hold the truth. */
async function coverage(runs: number, walk: Partial<WalkOptions>, fit: DiffusivityOptions): Promise<Coverage> {
  let [within68, within95, model68] = [0, 0, 0];
  for (let seed = 0; seed < runs; seed++) {
    const { limits68, limits95, estimators } = diffusivity(await walked({ seed, ...size, ...walk }), fit);
    if (limits68[0] < D && D < limits68[1]) within68 += 1 / runs;
    if (limits95[0] < D && D < limits95[1]) within95 += 1 / runs;
    const { value, standardError } = estimators.generalised;
    if (Math.abs(value - D) < standardError) model68 += 1 / runs;
  }
  return { within68, within95, model68 };
}

/** Four standard deviations of a share p counted in `runs` trials. */
const counting = (p: number, runs: number): number => 4 * Math.sqrt((p * (1 - p)) / runs);

function expectCovered(found: Coverage, runs: number): void {
  expect(Math.abs(found.within68 - 0.683)).toBeLessThan(counting(0.683, runs));
  expect(Math.abs(found.within95 - 0.95)).toBeLessThan(counting(0.95, runs));
}

describe("stated intervals hold the truth as often as they say", () => {
  const runs = long ? 3000 : 150;
  const cases: readonly (readonly [string, Partial<WalkOptions>, DiffusivityOptions, boolean])[] = [
    ["Gaussian walk", {}, { windowPs: [0.1, 1] }, true],
    ["Gaussian walk with rattling", { rattle: 0.3 }, { windowPs: [0.1, 1] }, true],
    ["hops with rattling", { rattle: 0.2, hop: 2.5 }, { windowPs: [0.2, 1] }, true],
    ["ions that move in pairs", { cluster: 2 }, { windowPs: [0.1, 1] }, false],
    ["window found by itself", { rattle: 0.3 }, {}, true],
  ];
  for (const [name, walk, fit, independent] of cases) {
    it(`${name}, ${runs} runs`, async () => {
      const found = await coverage(runs, walk, fit);
      expectCovered(found, runs);
      // The model's own error is right for independent ions, and too small by √2 for pairs: 52 % instead of 68 %.
      const expected = independent ? 0.683 : 0.52;
      expect(Math.abs(found.model68 - expected)).toBeLessThan(counting(expected, runs));
    });
  }

  it("replicas: mean and Student limits of four runs", async () => {
    const groups = long ? 1000 : 60;
    let within = 0;
    for (let group = 0; group < groups; group++) {
      const replicas = [];
      for (let r = 0; r < 4; r++) {
        const run = await walked({ seed: 1000 + 4 * group + r, ions: 4, frames: 200 });
        replicas.push(diffusivity(run, { windowPs: [0.1, 0.5] }).diffusion);
      }
      const { limits95 } = combineReplicas(replicas);
      if (limits95[0] < D && D < limits95[1]) within += 1 / groups;
    }
    expect(Math.abs(within - 0.95)).toBeLessThan(counting(0.95, groups));
  });
});

describe("estimators", () => {
  it("exact data: every estimator gives the slope, whatever the weights", async () => {
    const result = await walked({ seed: 1 });
    const line = (lag: number) => 6 * D * result.lagsPs[lag]! + 0.7;
    const exact = Float64Array.from(result.lagFrames, (lag) => (lag === 0 ? 0 : line(lag)));
    const blocks = Float64Array.from(result.tracer.blocks, (_, i) => exact[i % result.blockLags]!);
    const { diffusion, estimators, offset } = diffusivity(
      { ...result, tracer: { values: exact, blocks } },
      { windowPs: [0.5, 2] },
    );
    // Cholesky of a covariance with condition number 10⁶ keeps ten digits.
    expect(diffusion.value).toBeCloseTo(D, 9);
    expect(estimators.ordinary.value).toBeCloseTo(D, 12);
    expect(offset.value).toBeCloseTo(0.7, 8);
  });

  it("the generalised line scatters less than the ordinary one, whose own statement is far too small", async () => {
    const runs = 60;
    let [general, ordinary, naive, stated, beyond] = [0, 0, 0, 0, 0];
    for (let seed = 0; seed < runs; seed++) {
      const result = await walked({ seed });
      const { estimators } = diffusivity(result, { windowPs: [0.1, 2.4] });
      general += (estimators.generalised.value - D) ** 2 / runs;
      ordinary += (estimators.ordinary.value - D) ** 2 / runs;
      naive += estimators.ordinaryNaiveError ** 2 / runs;
      stated += diffusivity(result, { windowPs: [0.1, 4] }).estimators.ordinary.standardError ** 2 / runs;
      beyond += (diffusivity(result, { windowPs: [0.1, 4] }).estimators.ordinary.value - D) ** 2 / runs;
    }
    // Of a pure walk the first lag holds everything: variance 2D²/(3·ions·frames); the ordinary line to lag 24 has some eight times that.
    expect(general).toBeLessThan(0.5 * ordinary);
    expect(naive).toBeLessThan(0.1 * ordinary);
    // Past the blocks' reach its error is the model's: a variance of 60 runs is known to √(2/60) = 18 %.
    expect(Math.abs(stated / beyond - 1)).toBeLessThan(4 * 0.18);
  });

  it("logarithmic lags: the same D from the same run, with an error of the same size", async () => {
    const [all, log] = await Promise.all(
      (["all", "log"] as const).map(async (lags) => walked({ seed: 9, frames: 2000, rattle: 0.3 }, { lags })),
    );
    const window = { windowPs: [0.5, 5] } as const;
    const [one, other] = [diffusivity(all!, window), diffusivity(log!, window)];
    expect(other.errorFrom).toBe("blocks");
    // Two choices of lags from one run share most of their noise: their difference is below one standard error.
    expect(Math.abs(one.diffusion.value - other.diffusion.value)).toBeLessThan(one.diffusion.standardError);
    const ratio = other.estimators.generalised.standardError / one.estimators.generalised.standardError;
    expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
  });

  it("jump model: hops counted from the largest mean square displacement", async () => {
    const { jumps, estimators } = diffusivity(await walked({ seed: 2, hop: 2.5 }), { jumpLength: 2.5 });
    expect(jumps.relativeError).toBeCloseTo(3.43 / Math.sqrt(jumps.jumps) + 0.04, 12);
    // Up to half the run of 50 ps: 10·6D·25/a² = 120 hops, the largest of a noisy curve within a factor two.
    expect(jumps.jumps).toBeGreaterThan(60);
    expect(jumps.jumps).toBeLessThan(240);
    expect(estimators.jumps.standardError).toBeCloseTo(estimators.jumps.value * jumps.relativeError, 12);
  });

  it("D against start time ends where the blocks do, and begins with all of them", async () => {
    const { startTime, estimators } = diffusivity(await walked({ seed: 3 }), { windowPs: [0.1, 1] });
    expect(startTime!.fromPs[1]).toBeCloseTo(5, 12);
    expect(startTime!.values[0]).toBeCloseTo(estimators.blocks!.value, 14);
    expect(startTime!.values.length).toBe(8);
  });
});

describe("what a reader is told", () => {
  const codes = (d: { notes: readonly { code: string }[] }) => d.notes.map(({ code }) => code);

  it("rattling without hops gives a bound and no number", async () => {
    const { bound, notes } = diffusivity(await walked({ seed: 4, diffusion: 0, rattle: 0.3 }));
    // Three hops in 50 ps of ten ions would be 6.25/(6·500) Å²/ps each: the limit is a few of them at most.
    expect(bound!.below).toBeGreaterThan(0);
    expect(bound!.below).toBeLessThan(0.05);
    expect(codes({ notes })).toContain("diffusion-bound-only");
  });

  it("ions that do not move at all: bounded by the hop that was not seen", async () => {
    const still = await walked({ seed: 4, diffusion: 0 });
    const { diffusion, bound } = diffusivity(still, { jumpLength: 2.5 });
    expect(diffusion.value).toBe(0);
    // No event: below 2.996 hops with 95 %, each 2.5²/(6·10·49.9 ps).
    expect(bound!.below).toBeCloseTo((2.995732 * 6.25) / (6 * 10 * 49.9), 6);
  });

  it("ions that move together, windows that are too long, runs that change", async () => {
    const together = diffusivity(await walked({ seed: 5, cluster: 10 }), { windowPs: [0.1, 1] });
    expect(codes(together)).toContain("diffusion-error-larger");
    const far = diffusivity(await walked({ seed: 6 }), { windowPs: [10, 40] });
    expect(codes(far)).toEqual(expect.arrayContaining(["diffusion-window-long", "diffusion-model-error"]));
    expect(far.errorFrom).toBe("model");
    const walk = randomWalks({ ions: 10, frames: 500, seed: 7, diffusion: D });
    const slowing: Float64Array[] = [];
    for await (const { positions } of walk.frames()) slowing.push(positions.slice());
    // The second half runs at a quarter of the speed.
    const at = slowing[0]!.slice();
    const history = slowing.map((frame, k) => {
      for (let i = 0; k > 0 && i < at.length; i++) at[i]! += (frame[i]! - slowing[k - 1]![i]!) * (k < 250 ? 1 : 0.5);
      return at.slice();
    });
    const changed = trajectoryFrom(walk.crystal, 500, { positionsAt: (k) => history[k]! });
    const { msd } = await analyse(changed, { msd: msdOf("Li") });
    expect(codes(diffusivity(msd, { windowPs: [0.1, 1] }))).toContain("diffusion-changes-in-time");
  });

  it("a curve that never becomes straight", async () => {
    // Ornstein–Uhlenbeck motion bound to its place with a relaxation time of 3 ps: the slope falls at every lag.
    const rng = Rng.fromSeed(8);
    const crystal = ionsInBox(30);
    const at = new Float64Array(crystal.positions.length);
    const keep = Math.exp(-0.1 / 3);
    const history = Array.from({ length: 600 }, () =>
      at.map((x, i) => (i < 90 ? (at[i] = keep * x + Math.sqrt(1 - keep * keep) * rng.normal()) : x)),
    );
    const { msd } = await analyse(trajectoryFrom(crystal, 600, { positionsAt: (k) => history[k]! }), {
      msd: msdOf("Li"),
    });
    expect(codes(diffusivity(msd))).toContain("diffusion-not-straight");
  });

  it("windows outside the run", async () => {
    const result = await walked({ seed: 1 });
    expect(() => diffusivity(result, { windowPs: [1, 60] })).toThrow(/from 1 to 60 ps in a run of 49\.900 ps/);
    expect(() => diffusivity(result, { windowPs: [1, 1.1] })).toThrow(/2 lags between/);
  });
});

describe("collective motion", () => {
  it("Haven ratio 1 for independent ions, 1/g for groups of g that move together", async () => {
    for (const [cluster, expected] of [
      [1, 1],
      [5, 0.2],
    ] as const) {
      const result = await walked({ seed: 20 + cluster, frames: 3000, ions: 20, cluster }, { blocks: 20 });
      const { ratio, collective } = havenRatio(result, { windowPs: [0.1, 1] });
      expect(collective.diffusion.value / D).toBeGreaterThan(0.5 * cluster);
      expect(Math.abs(ratio.value - expected)).toBeLessThan(4 * ratio.standardError);
      // One walker of 3000 steps in three directions: √(2/9000) = 1.5 % at best.
      expect(ratio.standardError / expected).toBeGreaterThan(0.01);
      expect(ratio.standardError / expected).toBeLessThan(0.1);
    }
  });

  it("the stated error of the Haven ratio covers it", async () => {
    const runs = long ? 1000 : 100;
    let within = 0;
    for (let seed = 0; seed < runs; seed++) {
      const result = await walked({ seed: 500 + seed, ions: 6, cluster: 2, frames: 600 }, { blocks: 20 });
      const { ratio } = havenRatio(result, { windowPs: [0.1, 0.5] });
      // Student's 68.3 % of 19 degrees of freedom is 1.03 σ.
      if (Math.abs(ratio.value - 0.5) < 1.03 * ratio.standardError) within += 1 / runs;
    }
    expect(Math.abs(within - 0.683)).toBeLessThan(counting(0.683, runs));
  });

  it("kinds with opposite charges that move as pairs carry nothing; alone they carry what their D says", async () => {
    const rng = Rng.fromSeed(40);
    const species = [...Array(5).fill("Li"), ...Array(5).fill("Cl"), "S"];
    const crystal = makeCrystal({
      cell: makeCell([10, 0, 0, 0, 10, 0, 0, 0, 10]),
      species,
      positions: new Float64Array(33),
    });
    const at = new Float64Array(33);
    for (const paired of [true, false]) {
      const history = Array.from({ length: 1000 }, () => {
        for (let i = 0; i < 15; i++) {
          const step = 0.3 * rng.normal();
          at[i]! += step;
          at[15 + i]! += paired ? step : 0.3 * rng.normal();
        }
        return at.slice();
      });
      const walk = trajectoryFrom(crystal, 1000, { positionsAt: (k) => history[k]! });
      const { msd } = await analyse(walk, { msd: msdOf(["Li", "Cl"], { onsager: ["Li", "Cl"] }) });
      const options = { charges: { Li: 1, Cl: -1 }, temperatureK: 500, windowPs: [0.1, 1] } as const;
      const found = onsagerConductivity(msd, options);
      // Independent: 10 ions of D = 0.09/(2·0.1) Å²/ps.
      const alone = { value: 0.45, standardError: 0, unit: "A2/ps" };
      const expected = conductivity(alone, { carriers: 10, volume: 1000, temperatureK: 500 }).value;
      // Pairs cancel to rounding of the polarised sums, 10⁻¹⁰ of each.
      if (paired) expect(Math.abs(found.value / expected)).toBeLessThan(1e-9);
      else expect(Math.abs(found.value - expected)).toBeLessThan(4 * found.standardError);
      const [, cross] = onsagerDiffusion(msd, { windowPs: [0.1, 1] }).pairs;
      const crossExpected = paired ? 0.45 : 0;
      expect(Math.abs(cross!.diffusion.value - crossExpected)).toBeLessThan(4 * cross!.diffusion.standardError);
    }
    const single = await walked({ seed: 1 });
    expect(() => onsagerDiffusion(single)).toThrow(/no Onsager curves/);
  });

  it("conductivity: one ion in 100 Å³ at 300 K with 1 Å²/ps", () => {
    const { value, standardError, unit } = conductivity(
      { value: 1, standardError: 0.1, unit: "A2/ps" },
      { carriers: 1, volume: 100, temperatureK: 300, charge: 2 },
    );
    // q²D/(V k_B T) in SI: (2·1.602176634e-19)² · 1e-8 / (1e-28 · 1.380649e-23 · 300) S/m, 1 S/m = 10 mS/cm.
    const si = ((2 * 1.602176634e-19) ** 2 * 1e-8) / (1e-28 * 1.380649e-23 * 300);
    expect(value / (10 * si)).toBeCloseTo(1, 12);
    expect(standardError / value).toBeCloseTo(0.1, 12);
    expect(unit).toBe("mS/cm");
    const wrong = { value: 1, standardError: 0, unit: "cm2/s" };
    expect(() => conductivity(wrong, { carriers: 1, volume: 1, temperatureK: 1 })).toThrow(/a diffusivity in cm2\/s/);
  });
});

describe("tensor", () => {
  it("a walk along one oblique line: principal axis, anisotropy 1, average ≤ largest ≤ 3·average", async () => {
    const rng = Rng.fromSeed(30);
    const crystal = ionsInBox(8);
    const at = crystal.positions.slice();
    const direction = [2 / 3, 2 / 3, 1 / 3];
    const history = Array.from({ length: 800 }, () => {
      for (let i = 0; i < 8; i++) {
        const step = 0.5 * rng.normal();
        for (let axis = 0; axis < 3; axis++) at[3 * i + axis]! += step * direction[axis]!;
      }
      return at.slice();
    });
    const walk = trajectoryFrom(crystal, 800, { positionsAt: (k) => history[k]! });
    const { msd } = await analyse(walk, { msd: msdOf("Li", { tensor: true }) });
    const found = diffusionTensor(msd, { windowPs: [0.1, 1] });
    // Positions held to 24 bits: products of displacements to 10⁻⁵ of their size, and the null directions to that of D.
    expect(Math.abs(found.principal[0].value)).toBeLessThan(1e-4);
    expect(found.anisotropy.value).toBeCloseTo(1, 3);
    for (let axis = 0; axis < 3; axis++) expect(Math.abs(found.axes[6 + axis]!)).toBeCloseTo(direction[axis]!, 3);
    // D along the line: 0.25/(2·0.1) Å²/ps.
    expect(Math.abs(found.principal[2].value - 1.25)).toBeLessThan(4 * found.principal[2].standardError);
    const { mean, largestAxis } = found;
    expect(largestAxis.diffusion.value).toBeGreaterThanOrEqual(mean.value);
    expect(largestAxis.diffusion.value).toBeLessThanOrEqual(3 * mean.value);
    const scalar = diffusivity(msd, { windowPs: [0.1, 1] });
    expect(mean.value).toBeCloseTo(scalar.diffusion.value, 12);
    expect(mean.standardError).toBeCloseTo(scalar.diffusion.standardError, 12);
  });

  it("needs its components", async () => {
    const result = await walked({ seed: 1 });
    expect(() => diffusionTensor(result)).toThrow(/3 of the 6 components/);
  });
});
