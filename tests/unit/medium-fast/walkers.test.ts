import { describe, expect, it } from "vitest";
import { inlinePool } from "../../../src/base/index.js";
import {
  RODIN_ION_MASS,
  rodinLattice,
  type WalkerInput,
  type WalkerOutput,
  walk,
  walkTask,
} from "../../../src/medium/index.js";

const input: WalkerInput = {
  lattice: rodinLattice,
  ionMass: RODIN_ION_MASS,
  potential: { form: "yukawa", strengthEvA: 4, screeningA: 0.5 },
  cells: 6,
  thermalEnergy: 0.03,
  dynamics: "homogeneous",
  seed: 7,
  label: "a",
  lengthFs: 400,
};

describe("walks as tasks", () => {
  it("seed and label decide every number, the order of the work none", async () => {
    const inputs: WalkerInput[] = ["a", "b"].flatMap((label) =>
      (["homogeneous", "full"] as const).map((dynamics) => ({ ...input, label, dynamics })),
    );
    const run = async (order: readonly WalkerInput[]): Promise<Map<string, WalkerOutput>> => {
      const found = new Map<string, WalkerOutput>();
      await inlinePool.run(walkTask, order, (out) => {
        found.set(`${out.label} ${out.dynamics}`, out);
      });
      return found;
    };
    const forward = await run(inputs);
    const backward = await run([...inputs].reverse());
    for (const [key, out] of forward) expect(out).toEqual(backward.get(key));
    expect(forward.get("a full")!.positions.at(-1)).not.toBe(forward.get("b full")!.positions.at(-1));
    // Input and output cross to a worker and back as they are.
    expect(structuredClone(forward.get("a full"))).toEqual(forward.get("a full"));
  });

  it("frames and energy blocks fill the length asked for", async () => {
    const out = await walk({ ...input, dynamics: "full", lengthFs: 1000, frameSpacingFs: 25, kineticBlockFs: 200 });
    expect(out.frames).toBe(41);
    expect(out.positions.length).toBe(3 * 41);
    expect([...out.positions.slice(0, 3)]).toEqual([1.5, 1.5, 1.5]);
    expect(out.kinetic.length).toBe(5);
    expect(out.kinetic.every((e) => e > 0 && e < 0.3)).toBe(true);
  });

  it("the paper's Runge–Kutta is converged at 5 fs, and at 10 fs as well", async () => {
    const [five, ten] = await Promise.all([5, 10].map((timestepFs) => walk({ ...input, timestepFs })));
    const last = five!.positions.length - 3;
    // Fifth order: the step's error at 10 fs, (ωδ)⁶/720 per step with ω = 0.02 rad/fs, is 1e-7 of an Å after 40 steps.
    const [x5, x10] = [five, ten].map((out) => [...out!.positions.slice(last)]) as [number[], number[]];
    expect(Math.hypot(...x5.map((x, a) => x - x10[a]!))).toBeLessThan(1e-5);
    expect(Math.hypot(...x5.map((x) => x - 1.5))).toBeGreaterThan(0.05);
  });

  it("says when an ion runs away, with the numbers", async () => {
    await expect(walk({ ...input, runawayThermal: 0.01 })).rejects.toThrow(
      /kinetic energy of the ion is .* eV at .* ps; the most is 0\.000300 eV/,
    );
    await expect(walk({ ...input, frameSpacingFs: 7 })).rejects.toThrow(/frames every 7 fs with steps of 5 fs/);
    await expect(walk({ ...input, lengthFs: 1 })).rejects.toThrow(/a walk of 1 fs/);
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    await expect(walk({ ...input, lengthFs: 4000 }, { signal: stop.signal })).rejects.toThrow("enough");
  });
});
