import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import type { Trajectory } from "../../../src/dynamics/index.js";
import { memoryTrajectory } from "../../../src/dynamics/index.js";
import { makeCell, makeCrystal } from "../../../src/structure/index.js";
import {
  type AmplitudeOptions,
  amplitudesOf,
  analyse,
  type FrameworkFilterOptions,
  frameworkStability,
} from "../../../src/transport/index.js";

/** Atoms about 7 Å apart whose offsets are functions of the frame. */
function runOf(
  species: readonly string[],
  frames: number,
  offset: (atom: number, axis: number, frame: number) => number,
): Trajectory {
  const size = 3 * species.length;
  const positions = Float64Array.from({ length: frames * size }, (_, m) => {
    const s = m % size;
    return 1000 + 7 * Math.floor(s / 3) + offset(Math.floor(s / 3), s % 3, Math.floor(m / size));
  });
  const cell = makeCell([40, 0, 0, 3, 40, 0, 0, -2, 40]);
  const crystal = makeCrystal({ cell, species, positions: positions.slice(0, size) });
  return memoryTrajectory({ crystal, positions, frameSpacingFs: 10 });
}

const amplitudes = async (run: Trajectory, options: AmplitudeOptions = {}) =>
  (await analyse(run, { a: amplitudesOf({ reference: "lab", ...options }) })).a;
const stability = async (run: Trajectory, options: FrameworkFilterOptions = {}) =>
  (await analyse(run, { f: frameworkStability("Na", options) })).f;

describe("vibration amplitudes", () => {
  it("an oscillation of amplitude a has ⟨u²⟩ = a²/2 along its axis", async () => {
    const a = [0.1, 0.2, 0.05];
    const run = runOf(
      ["Li", "Li", "S"],
      400,
      (atom, axis, k) => (atom < 2 ? a[axis]! : 0) * Math.sin((2 * Math.PI * 3 * k) / 400 + atom),
    );
    const { species, perAtom } = await amplitudes(run);
    // Whole periods; positions of 1000 Å are held to 1e-13 Å.
    species[0]!.axes.forEach((value, axis) => {
      expect(Math.abs(value - a[axis]! ** 2 / 2)).toBeLessThan(1e-13);
    });
    expect(species[0]!.amplitude).toBeCloseTo(Math.sqrt((0.01 + 0.04 + 0.0025) / 2), 12);
    expect(species[0]!.meanSquare.standardError).toBeLessThan(1e-12);
    expect(Math.max(...perAtom.slice(6))).toBeLessThan(1e-24);
  });

  it("a hop counts about the run, hardly in windows, and not about sites", async () => {
    const rng = Rng.fromSeed(4);
    const sigma = 0.15;
    const hop = 2.5;
    const run = runOf(["Li", "S"], 4000, (atom, axis, k) =>
      atom === 1 ? 0 : sigma * rng.normal() + (axis === 0 && k >= 2000 ? hop : 0),
    );
    const about = async (options: AmplitudeOptions) => (await amplitudes(run, options)).species[0]!.meanSquare.value;
    const rattle = 3 * sigma ** 2;
    // Two places for half of the time each: (hop/2)². 12 000 independent squares: 1.3 % of the rattling, five of them.
    const noise = 5 * rattle * Math.sqrt(2 / 12000);
    expect(Math.abs((await about({})) - (rattle + hop ** 2 / 4))).toBeLessThan(noise + 2 * hop * sigma * 0.02);
    // Windows of 50 frames end at the hop; their own mean takes 1/50 of the variance.
    expect(Math.abs((await about({ about: { windowPs: 0.5 } })) - (rattle * 49) / 50)).toBeLessThan(noise);
    const sites = Float64Array.of(1000, 1000, 1000, 1000 + hop, 1000, 1000);
    // 1.25 Å to the middle is eight standard deviations away.
    expect(Math.abs((await about({ about: { sites, element: "Li" } })) - rattle)).toBeLessThan(noise);
    // The site in the next cell is the same site.
    const moved = Float64Array.from(sites, (x, k) => x + (k % 3 === 0 ? 40 : 0));
    expect(await about({ about: { sites: moved, element: "Li" } })).toBeCloseTo(
      await about({ about: { sites, element: "Li" } }),
      10,
    );
  });

  it("the motion of the whole is no vibration", async () => {
    const run = runOf(["Li", "S"], 60, (atom, axis, k) => 0.3 * k * (axis + 1) + (atom === 0 ? 0.1 * (-1) ** k : 0));
    const { species, reference } = await amplitudes(run, { reference: { atoms: "S" } });
    expect(species[0]!.axes[0]).toBeCloseTo(0.01, 12);
    expect(reference).toBe("centre of mass of 1 S atoms");
  });

  it("windows that do not fit are refused", async () => {
    const run = runOf(["Li", "S"], 20, () => 0);
    await expect(amplitudes(run, { about: { windowPs: 5 } })).rejects.toThrow("a window of 500 frames in a run of 20");
    expect(() => amplitudesOf({ about: { windowPs: 0 } })).toThrow("a window of 0 ps");
    await expect(amplitudes(run, { about: { sites: new Float64Array(3), element: "Na" } })).rejects.toThrow("no Na");
  });
});

describe("the framework filter", () => {
  // M(t) = 2Dt exactly: every other atom goes +√(2Dt), the rest −√(2Dt).
  const spreading = (d: readonly number[]) =>
    runOf(["Na", "S", "S"], 101, (atom, axis, k) =>
      atom === 0 ? 0 : (atom === 1 ? 1 : -1) * Math.sqrt(2 * d[axis]! * 0.01 * k),
    );

  it("finds the slope of the line through zero and the late mean", async () => {
    const { elements, stable, durationPs } = await stability(spreading([0.02, 0.03, 0.04]), { reference: "lab" });
    const [s] = elements;
    expect(durationPs).toBeCloseTo(1, 12);
    [0.02, 0.03, 0.04].forEach((d, axis) => {
      // Positions near 1000 Å: 1e-13 Å of 0.1 Å.
      expect(s!.diffusion[axis]).toBeCloseTo(d, 10);
      // The last 20 % of 101 frames are frames 80 … 100: their mean time is 0.9 ps.
      expect(s!.lateDisplacement[axis]).toBeCloseTo(2 * d * 0.9, 10);
    });
    expect(stable).toBe(false);
    expect(s!.reasons).toEqual(["diffuses along all axes: 0.0200, 0.0300, 0.0400 Å²/ps ≥ 0.01"]);
  });

  it("keeps what diffuses along two axes only, and drops what moved far along one", async () => {
    expect((await stability(spreading([0.02, 0.02, 0.009]))).stable).toBe(true);
    const far = await stability(spreading([0.6, 0, 0]));
    expect(far.elements[0]!.reasons).toEqual(["moved by 1.08 Å² along x > 1 Å²"]);
    expect((await stability(spreading([0.6, 0, 0]), { displacementLimit: 1.1 })).stable).toBe(true);
    expect((await stability(spreading([0.02, 0.02, 0.02]), { diffusionLimit: 0.021 })).stable).toBe(true);
  });

  it("does not take a push of the whole for diffusion", async () => {
    const pushed = runOf(["Na", "S"], 50, (_, axis, k) => 0.1 * k * (axis + 1));
    expect((await stability(pushed)).stable).toBe(true);
    expect((await stability(pushed, { reference: "lab" })).stable).toBe(false);
    await expect(analyse(pushed, { f: frameworkStability("K") })).rejects.toThrow("no K in the crystal");
    await expect(analyse(pushed, { f: frameworkStability(["Na", "S"]) })).rejects.toThrow("every element is mobile");
  });
});
