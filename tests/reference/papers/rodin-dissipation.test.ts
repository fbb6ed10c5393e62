// Fig. 4 of Rodin et al. (arXiv:2504.06595): U0 = 150 meV Å, λ = 0.5 Å, eight atoms on a line, start midway. The paper gives no starting
// speed; 7.5 Å/ps is that of the authors' script. Numbers of the time-local run from fixtures/scipy/rodin (adaptive eighth order).

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  dissipate,
  dissipateFully,
  evOfMev,
  type LineTrack,
  RODIN_ION_MASS,
  rodinLattice,
  VELOCITY_PER_PAPER,
} from "../../../src/medium/index.js";

const { dissipation: expected } = JSON.parse(
  readFileSync(new URL("../../../fixtures/scipy/rodin/expected.json", import.meta.url), "utf8"),
) as { dissipation: { timesPs: number[]; positionA: number[]; velocityAPerPs: number[] } };

const options = {
  ionMass: RODIN_ION_MASS,
  strength: evOfMev(150),
  screening: 0.5,
  speed: 7.5 * VELOCITY_PER_PAPER,
  durationFs: 30_000,
};

/** Turning points to one side: time in ps and distance from the middle in Å. */
function turns({ times, position }: LineTrack): { time: number; reach: number }[] {
  const found: { time: number; reach: number }[] = [];
  for (let n = 1; n + 1 < position.length; n++) {
    const [before, here, after] = [position[n - 1]!, position[n]!, position[n + 1]!];
    if (here <= before || here < after) continue;
    const bend = before - 2 * here + after;
    found.push({ time: times[n]! / 1000, reach: here - (after - before) ** 2 / (8 * bend) - 10.5 });
  }
  return found;
}

describe("Rodin et al., Fig. 4: an ion comes to rest", () => {
  let local: LineTrack;
  beforeAll(async () => {
    local = await dissipate(rodinLattice, options);
  });

  it("time-local: the trajectory of an adaptive integrator, with all three integrators", async () => {
    const compare = (track: LineTrack, timestepFs: number, tolerance: number) => {
      for (const [k, ps] of expected.timesPs.entries()) {
        const n = Math.round((ps * 1000) / timestepFs);
        expect(Math.abs(track.position[n]! - expected.positionA[k]!)).toBeLessThan(tolerance);
        expect(Math.abs(track.velocity[n]! / VELOCITY_PER_PAPER - expected.velocityAPerPs[k]!)).toBeLessThan(
          20 * tolerance,
        );
      }
    };
    // W(0) of the two differ by 1e-5 of its largest at 7 cells; the integration by 1e-8
    compare(local, 5, 1e-7);
    compare(await dissipate(rodinLattice, { ...options, method: "adams" }), 5, 1e-7);
    // Verlet at 1.25 fs: second order, 5.6e-4 at 5 fs
    compare(await dissipate(rodinLattice, { ...options, method: "verlet", timestepFs: 1.25 }), 1.25, 1e-4);
  });

  it("decays much as the full solution, which decays slightly faster", () => {
    // Steps of 10 fs change the full solution's turning points by 6e-4 Å at most.
    const full = turns(dissipateFully(rodinLattice, { ...options, durationFs: 15_000, timestepFs: 10, cells: 60 }));
    const mine = turns(local);
    const rate = (list: typeof full, from: number, to: number) =>
      Math.log(list[from]!.reach / list[to]!.reach) / (list[to]!.time - list[from]!.time);
    const [first, last] = [0, 20];
    expect(rate(full, first, last) / rate(mine, first, last)).toBeGreaterThan(1);
    expect(rate(full, first, last) / rate(mine, first, last)).toBeLessThan(1.3);
    // a small difference of phase: after 20 oscillations less than a third of one
    const period = (mine[20]!.time - mine[0]!.time) / 20;
    expect(Math.abs(full[20]!.time - mine[20]!.time)).toBeLessThan(period / 3);
    for (let k = 1; k < full.length; k++) expect(full[k]!.reach).toBeLessThan(mine[k]!.reach);
  });

  it("loses nothing without the drag", async () => {
    const free = turns(await dissipate(rodinLattice, { ...options, durationFs: 10_000, approximation: "static" }));
    // the recoil without drag is conservative to second order in W U″; measured drift 1e-4 Å in 10 ps
    expect(Math.abs(free.at(-1)!.reach / free[0]!.reach - 1)).toBeLessThan(1e-3);
  });
});
