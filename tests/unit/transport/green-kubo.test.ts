import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import type { Trajectory } from "../../../src/dynamics/index.js";
import { analyse, diffusivity, greenKubo, msdOf } from "../../../src/transport/index.js";
import { ionsInBox, randomWalks } from "../../helpers/walks.js";

/**
 * Langevin particles without forces, exactly stepped: velocities forget themselves in `memoryPs`, D = ⟨v²⟩·memory per axis.
 * The frame spacing is short beside the memory, so that positions are the trapezoid of velocities.
 */
function langevin(options: { ions: number; frames: number; seed: number; drift?: number; bound?: number }): Trajectory {
  const { ions, frames, seed, drift = 0, bound = 0 } = options;
  const [dt, memoryPs, speed] = [0.01, 0.1, 5]; // ps, ps, Å/ps
  const rng = Rng.fromSeed(seed);
  const crystal = ionsInBox(ions);
  const n = ions + 1;
  const keep = Math.exp(-dt / memoryPs);
  const x = crystal.positions.slice();
  const v = Float64Array.from({ length: 3 * n }, (_, i) => (i < 3 * ions ? speed * rng.normal() : 0));
  const history = Array.from({ length: frames }, (_, k) => {
    const frame = {
      step: k,
      timeFs: 10 * k,
      positions: x.slice(),
      velocities: v.map((value) => (value + drift) / 1000),
    };
    for (let i = 0; i < 3 * n; i++) {
      const before = v[i]!;
      if (i < 3 * ions) {
        const kick = keep * before + speed * Math.sqrt(1 - keep * keep) * rng.normal();
        v[i] = kick - bound * dt * (x[i]! - crystal.positions[i]!);
      }
      x[i]! += 0.5 * dt * (before + v[i]!) + drift * dt;
    }
    return frame;
  });
  return {
    crystal,
    frameSpacingFs: 10,
    variableCell: false,
    hasVelocities: true,
    frameCount: frames,
    async *frames() {
      yield* history;
    },
  };
}

describe("Green–Kubo", () => {
  it("equals the Einstein slope and the exact D = ⟨v²⟩·memory, also of a drifting crystal", async () => {
    const run = langevin({ ions: 20, frames: 4000, seed: 1, drift: 3 });
    const { gk, msd } = await analyse(run, { gk: greenKubo("Li"), msd: msdOf("Li") });
    const exact = 25 * 0.1;
    const { diffusion, flat, correlation, integral } = gk.tracer;
    expect(flat).toBe(true);
    expect(Math.abs(diffusion.value - exact)).toBeLessThan(4 * diffusion.standardError);
    expect(diffusion.standardError / exact).toBeLessThan(0.1);
    // ⟨v²⟩ = 75 Å²/ps² to √(2·2·memory/(60·40 ps)) ≈ 1.3 %, four of them.
    expect(Math.abs(correlation[0]! / 75 - 1)).toBeLessThan(4 * 0.013);
    expect(integral[0]).toBe(0);
    const einstein = diffusivity(msd, { windowPs: [0.6, 2] }).diffusion;
    // The same run, so the noise is shared and two standard errors of the difference are generous.
    expect(Math.abs(diffusion.value - einstein.value)).toBeLessThan(
      3 * Math.hypot(diffusion.standardError, einstein.standardError),
    );
    const collective = gk.collective.diffusion;
    expect(Math.abs(collective.value - exact)).toBeLessThan(4 * collective.standardError);
  });

  it("bound ions: the integral returns to zero", async () => {
    const run = langevin({ ions: 20, frames: 4000, seed: 2, bound: 400 });
    const { gk } = await analyse(run, { gk: greenKubo("Li") });
    const { value, standardError } = gk.tracer.diffusion;
    expect(Math.abs(value)).toBeLessThan(4 * standardError + 0.01 * 2.5);
  });

  it("asks for velocities", async () => {
    const walk = randomWalks({ ions: 2, frames: 50, seed: 1 });
    await expect(analyse(walk, { gk: greenKubo("Li") })).rejects.toThrow(/holds no velocities/);
  });
});
