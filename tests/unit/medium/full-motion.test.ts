import { describe, expect, it } from "vitest";
import { CapabilityError, InputError, PhysicsError, Rng } from "../../../src/base/index.js";
import {
  advanceSprings,
  cubicFramework,
  cubicMedium,
  cubicModes,
  frameworkMotion,
  fullMotion,
  hopEnergies,
  inertiaOf,
  lineMotion,
  lineResponse,
  lineWindow,
  placeEnergy,
  RODIN_ION_MASS,
  rodinLattice,
  sampleModes,
  springForces,
  springState,
  staticRecoil,
  windowMatrix,
  yukawa,
} from "../../../src/medium/index.js";
import { LbfgsMemory } from "../../../src/numerics/index.js";
import { relativeError, rodinMedium, THERMAL } from "./cases.js";

const cells = 6;
const framework = cubicFramework(rodinLattice);

describe("the full equations", () => {
  it("keep the total energy to second order in the step", () => {
    // a smooth window, so that nothing steps when the ion changes cells
    const potential = yukawa(4, 0.5, { cutoff: 4.5, smoothFrom: 2.5 });
    const medium = cubicMedium(rodinLattice, { ionMass: RODIN_ION_MASS, potential, cells: 64 });
    const drift = (timestepFs: number): number => {
      const sample = sampleModes(cubicModes(rodinLattice, cells), Rng.fromSeed(1).fork("framework"), {
        thermalEnergy: THERMAL,
      });
      const springs = springState(rodinLattice, cells, frameworkMotion(sample, 0));
      const motion = fullMotion(medium, { springs, position: [1.5, 1.5, 1.5], velocity: [0.02, 0.006, 0.004] });
      const start = motion.energy();
      let worst = 0;
      for (let t = 0; t < 300; t += 20) {
        motion.advance(timestepFs, 20 / timestepFs);
        worst = Math.max(worst, Math.abs(motion.energy() - start));
      }
      expect(Math.floor(motion.position[0]! / 3)).toBeGreaterThan(0); // it did change cells
      return worst;
    };
    const ratio = drift(2) / drift(1);
    expect(ratio).toBeGreaterThan(3.5);
    expect(ratio).toBeLessThan(4.5);
  });

  it("agree with the convolution of the lattice's response", () => {
    const speed = 0.01;
    const potential = yukawa(14, 0.5);
    const medium = {
      framework,
      ionMass: RODIN_ION_MASS,
      potentials: [potential],
      window: lineWindow(framework, { from: 0, count: 2 }),
    };
    const gap = (timestepFs: number): number => {
      const steps = 800 / timestepFs;
      const springs = springState(rodinLattice, cells);
      const motion = fullMotion(
        medium,
        { springs, position: [0, 0, -3], velocity: [0, 0, speed] },
        { heldCell: [0, 0, 0] },
      );
      motion.advance(timestepFs, steps);
      const line = lineMotion(
        { ionMass: RODIN_ION_MASS, potential, spacing: 3, atoms: 2, position: -3, velocity: speed },
        lineResponse(rodinLattice, { cells, timestepFs, times: steps + 1, separations: 2 }),
      );
      expect(Math.abs(motion.position[0]!)).toBeLessThan(1e-15); // nothing moves sideways but by rounding
      return Math.abs(motion.position[2]! - line.position[steps]!);
    };
    // both are of second order: the gap falls fourfold, and is small
    const [coarse, fine] = [gap(4), gap(2)];
    expect(coarse / fine).toBeGreaterThan(3.5);
    expect(coarse / fine).toBeLessThan(4.5);
    expect(fine).toBeLessThan(1e-3);
  });

  it("refuse a window wider than the lattice and a start on an atom", () => {
    const window = lineWindow(framework, { from: 0, count: 8 });
    const medium = { framework, ionMass: 7, potentials: [yukawa(4, 0.5)], window };
    const start = { springs: springState(rodinLattice, cells), position: [0, 0, 1.5], velocity: [0, 0, 0] } as const;
    expect(() => fullMotion(medium, start)).toThrow(CapabilityError);
    expect(() => fullMotion({ ...medium, window: rodinMedium().window }, { ...start, position: [3, 3, 3.05] })).toThrow(
      PhysicsError,
    );
  });
});

describe("the response of a line of atoms", () => {
  it("is how a struck atom moves the others", () => {
    const response = lineResponse(rodinLattice, { cells, timestepFs: 1, times: 201, separations: 3 });
    const velocities = new Float64Array(3 * cells ** 3);
    velocities[2] = 1 / inertiaOf(rodinLattice.mass); // a unit kick along z on the atom at the origin
    const state = springState(rodinLattice, cells, { velocities });
    const found: number[] = [];
    const expected: number[] = [];
    for (let t = 1; t <= 200; t++) {
      advanceSprings(state, 0.5, 2);
      for (const s of [0, 1, 2]) {
        found.push(state.displacements[3 * s + 2]!);
        expected.push(response.values[s * 201 + t]!);
      }
    }
    // Verlet's phase error (Ωδ)²/24 · Ωt = 1e-5 · 6
    expect(relativeError(found, expected)).toBeLessThan(1e-4);
  });

  it("starts as t/μ for the struck atom", () => {
    const { values } = lineResponse(rodinLattice, { cells, timestepFs: 0.1, times: 2 });
    // next term (Ωt)²/6 ~ 1e-6
    expect((values[1]! * inertiaOf(rodinLattice.mass)) / 0.1).toBeCloseTo(1, 5);
  });

  it("refuses separations beyond half the lattice", () => {
    expect(() => lineResponse(rodinLattice, { cells, timestepFs: 1, times: 5, separations: 5 })).toThrow(InputError);
  });
});

describe("relaxed energies", () => {
  it("are the minimum over all atoms of the lattice with the ion held fixed", () => {
    const n = 8;
    const table = staticRecoil(rodinLattice, { reach: 1, periodicCells: n });
    const infinite = rodinMedium(8000);
    // The cell centre by symmetry does not push the lattice as a whole, so the periodic W without q = 0 is exact.
    const medium = { ...infinite, staticResponse: windowMatrix(table, infinite.window) };
    const found = placeEnergy(medium, [1.5, 1.5, 1.5]);
    const minimum = minimise(n, [1.5, 1.5, 1.5]);
    expect(Math.abs(found.relaxed - minimum)).toBeLessThan(1e-9); // the descent's stopping force 1e-6 squared, times W
    expect(found.relaxed).toBeLessThan(found.unrelaxed);
  });

  it("are symmetric about the middle of a hop, with the barrier's parts adding up", () => {
    const way = hopEnergies(rodinMedium(), { points: 9 });
    for (let k = 0; k < 9; k++) expect(way.relaxed[k]!).toBeCloseTo(way.relaxed[8 - k]!, 10);
    expect(way.barrierInteraction + way.barrierElastic).toBeCloseTo(way.barrierRelaxed, 14);
    expect(way.coordinate[8]).toBeCloseTo(3, 14);
    expect(way.barrierRelaxed).toBeLessThan(way.barrierUnrelaxed);
  });

  it("refuse an ion on an atom", () => {
    expect(() => placeEnergy(rodinMedium(), [3, 3, 3])).toThrow(PhysicsError);
  });
});

/** Least energy of the periodic lattice of n³ atoms around an ion coupled to the corners of its cell, by L-BFGS. */
function minimise(n: number, position: readonly number[]): number {
  const { window, potentials } = rodinMedium(8000);
  const u = new Float64Array(3);
  const size = 3 * n ** 3;
  const energyAndForces = (displacements: Float64Array): [number, Float64Array] => {
    const forces = new Float64Array(size);
    springForces(rodinLattice, n, { displacements, forces });
    let energy = 0;
    for (let i = 0; i < size; i++) energy -= 0.5 * displacements[i]! * forces[i]!;
    for (let j = 0; j < window.count; j++) {
      const site = 3 * ((window.sites[4 * j]! * n + window.sites[4 * j + 1]!) * n + window.sites[4 * j + 2]!);
      const d = [0, 1, 2].map((a) => position[a]! - window.positions[3 * j + a]! - displacements[site + a]!);
      const r = Math.hypot(d[0]!, d[1]!, d[2]!);
      potentials[0]!.evaluate(r, u);
      energy += u[0]!;
      for (let a = 0; a < 3; a++) forces[site + a]! += (u[1]! / r) * d[a]!;
    }
    return [energy, forces];
  };
  const memory = new LbfgsMemory(size, { initialCurvature: 4 });
  let x = new Float64Array(size);
  let [energy, forces] = energyAndForces(x);
  for (let round = 0; round < 300 && Math.max(...forces.map(Math.abs)) > 1e-6; round++) {
    const step = memory.direction(forces.map((f) => -f));
    const next = x.map((value, i) => value + step[i]!);
    const [nextEnergy, nextForces] = energyAndForces(next);
    memory.push(
      step,
      forces.map((f, i) => f - nextForces[i]!),
    );
    [x, energy, forces] = [next, nextEnergy, nextForces];
  }
  return energy;
}
