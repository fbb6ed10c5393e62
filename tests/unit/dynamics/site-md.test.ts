// A real run, short: Ge-substituted Li3PO4 with one extra Li, 193 atoms, velocity Verlet. What is claimed are the tracker's own laws,
// which hold however the ions move; how often they jump is not.

import { expect, it } from "vitest";
import { ACCELERATION, BOLTZMANN, Rng } from "../../../src/base/index.js";
import { makeSiteList, makeSiteTracker, type SiteTracker } from "../../../src/dynamics/index.js";
import { namedForceField } from "../../../src/forces/index.js";
import {
  atomCount,
  atomsOf,
  type Crystal,
  findVoids,
  insertAtom,
  speciesOf,
  substitute,
  supercell,
  wrap,
} from "../../../src/structure/index.js";
import { gammaLi3PO4 } from "../../helpers/li3po4.js";

const STEPS = 400;
const TIMESTEP_FS = 2;

/** Calls `visit` every fifth step. */
function run(crystal: Crystal, temperatureK: number, visit: (positions: Float64Array, timeFs: number) => void): void {
  const session = namedForceField("pedone-2006", { accuracy: 1e-3 }).attach(crystal);
  const rng = Rng.fromSeed(1000);
  const n = atomCount(crystal);
  const perMass = Float64Array.from({ length: 3 * n }, (_, a) => ACCELERATION / crystal.masses[Math.floor(a / 3)]!);
  const x = crystal.positions.slice();
  const v = Float64Array.from(perMass, (w) => Math.sqrt(BOLTZMANN * temperatureK * w) * rng.normal());
  const f = new Float64Array(3 * n);
  session.evaluate(x, f);
  for (let step = 0; step <= STEPS; step++) {
    if (step % 5 === 0) visit(x, step * TIMESTEP_FS);
    for (let a = 0; a < 3 * n; a++) {
      v[a] = v[a]! + 0.5 * TIMESTEP_FS * perMass[a]! * f[a]!;
      x[a] = x[a]! + TIMESTEP_FS * v[a]!;
    }
    session.evaluate(x, f);
    for (let a = 0; a < 3 * n; a++) v[a] = v[a]! + 0.5 * TIMESTEP_FS * perMass[a]! * f[a]!;
  }
  session.dispose();
}

it("73 lithium ions stay on 168 sites, each on its own, and the log tells where", () => {
  const pristine = supercell(gammaLi3PO4(), [1, 2, 3]).crystal;
  const voids = findVoids(pristine).filter((site) => site.kind === "octahedral");
  const host = substitute(pristine, atomsOf(pristine, "P")[0]!, "Ge");
  const lattice = atomsOf(host, "Li");
  const crystal = insertAtom(host, "Li", voids[0]!.position, "interstitial");
  const ions = atomsOf(crystal, "Li");
  expect([ions.length, lattice.length + voids.length]).toEqual([73, 168]);
  const sites = makeSiteList(crystal, {
    positions: [
      ...lattice.flatMap((atom) => [...host.positions.slice(3 * atom, 3 * atom + 3)]),
      ...voids.flatMap((site) => [...site.position]),
    ],
    labels: [...lattice.map(() => "lattice"), ...voids.map(() => "octahedral")],
    framework: Array.from({ length: 193 }, (_, i) => i).filter((i) => speciesOf(crystal, i) !== "Li"),
  });
  const exclusive = makeSiteTracker(sites, { ions, rule: "exclusive" });
  const wrapped = makeSiteTracker(sites, { ions, rule: "exclusive" });
  const steady = makeSiteTracker(sites, { ions, coreFraction: 0.7, dwellFs: 100 });
  const start: number[] = [];
  run(crystal, 1500, (positions, timeFs) => {
    exclusive.update(positions, timeFs);
    wrapped.update(wrap(crystal.cell, positions), timeFs);
    steady.update(positions, timeFs);
    if (start.length === 0) start.push(...exclusive.siteOf);
    expect(Math.max(...exclusive.occupants)).toBe(1);
    expect(exclusive.occupants.slice().reduce((sum, count) => sum + count, 0)).toBe(73);
  });
  expect(exclusive.crowdedFrames).toBe(0);
  // The log, replayed from the first frame, ends where the ions are; each jump leaves the site the ion is on.
  for (const tracker of [exclusive, steady]) expect(replay(tracker, start)).toEqual([...tracker.siteOf]);
  expect(wrapped.jumps()).toEqual(exclusive.jumps());
  const time = STEPS * TIMESTEP_FS;
  // Sums of 73 × (visits) times that are multiples of 5 fs: exact.
  expect(exclusive.occupancyFs().reduce((sum, fs) => sum + fs, 0)).toBe(73 * time);
  expect(exclusive.occupancyFs().every((fs) => fs >= 0 && fs <= time)).toBe(true);
  // Ions were not lost sight of: with the sites at the wrong place the 72 lattice sites would hold no more than chance, 73 · 72/168 = 31.
  const inLattice = Array.from(exclusive.siteOf).filter((site) => site < 72).length;
  expect(inLattice).toBeGreaterThan(60);
  // Hysteresis leaves out, it does not add.
  expect(steady.jumps().count).toBeLessThanOrEqual(exclusive.jumps().count);
});

function replay(tracker: SiteTracker, start: readonly number[]): number[] {
  const siteOf = [...start];
  const { count, ion, from, to } = tracker.jumps();
  for (let i = 0; i < count; i++) {
    expect(siteOf[ion[i]!]).toBe(from[i]);
    siteOf[ion[i]!] = to[i]!;
  }
  return siteOf;
}
