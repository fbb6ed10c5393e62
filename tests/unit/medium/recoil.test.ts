import { describe, expect, it } from "vitest";
import { CapabilityError, HBAR_EV_FS, InputError } from "../../../src/base/index.js";
import {
  cubicModes,
  dampedRecoilIntegral,
  dragTensor,
  inertiaOf,
  recoilKernel,
  rodinLattice,
  soundVelocities,
  springForces,
  staticRecoil,
  thermalCovariance,
} from "../../../src/medium/index.js";
import { isotropicLattice, relativeError, THERMAL } from "./cases.js";

const mu = inertiaOf(rodinLattice.mass);
const block = new Float64Array(9);

/** −springs of the displacement field `at(cell)` around the origin: the force that holds it. */
function holdingForce(cell: readonly number[], at: (cell: readonly number[], axis: number) => number): number[] {
  // A 5-cell lattice is wide enough that second neighbours do not meet themselves.
  const n = 5;
  const displacements = new Float64Array(3 * n ** 3);
  for (let i = 0; i < n ** 3; i++) {
    const site = [Math.floor(i / n ** 2), Math.floor(i / n) % n, i % n].map((k, a) => cell[a]! + k - 2);
    for (let a = 0; a < 3; a++) displacements[3 * i + a] = at(site, a);
  }
  const forces = new Float64Array(displacements.length);
  springForces(rodinLattice, n, { displacements, forces });
  const centre = 3 * (2 * n * n + 2 * n + 2);
  return [0, 1, 2].map((a) => -forces[centre + a]!);
}

describe("W(0), the static response", () => {
  const table = staticRecoil(rodinLattice, { reach: 5 });
  const response = (column: number) => (site: readonly number[], axis: number) => {
    table.block(0, site, block);
    return block[3 * axis + column]!;
  };

  it("is the inverse of the springs: Φ W = 1 at the origin and 0 elsewhere", () => {
    const stiffness = 2 * rodinLattice.nearSpring + 4 * rodinLattice.nextSpring;
    for (const cell of [
      [0, 0, 0],
      [1, 0, 0],
      [1, -1, 0],
      [2, 1, -3],
      [3, 3, 3],
    ]) {
      for (const column of [0, 1, 2]) {
        const force = holdingForce(cell, response(column));
        const origin = cell.every((k) => k === 0);
        for (let a = 0; a < 3; a++) {
          // 18 bonds times the table's own estimate of its error
          expect(Math.abs(force[a]! - (origin && a === column ? 1 : 0))).toBeLessThan(18 * stiffness * table.error);
        }
      }
    }
    expect(table.error).toBeLessThan(1e-4 * response(0)([0, 0, 0], 0));
  });

  it("does not depend on the grid beyond its error", () => {
    const finer = staticRecoil(rodinLattice, { reach: 2, cells: 160 });
    const other = new Float64Array(9);
    for (const site of [
      [0, 0, 0],
      [1, 1, 0],
      [2, -1, 2],
    ]) {
      table.block(0, site, block);
      finer.block(0, site, other);
      for (let i = 0; i < 9; i++) expect(Math.abs(block[i]! - other[i]!)).toBeLessThan(table.error);
    }
  });

  it("of a periodic lattice satisfies Φ W = 1 − 1/N³: the motion of the whole has no spring", () => {
    const cells = 5;
    const periodic = staticRecoil(rodinLattice, { reach: 2, periodicCells: cells });
    const wrapped = (site: readonly number[], axis: number) => {
      periodic.block(
        0,
        site.map((k) => k - cells * Math.round(k / cells)),
        block,
      );
      return block[3 * axis]!;
    };
    const here = holdingForce([0, 0, 0], wrapped);
    const there = holdingForce([1, 2, 0], wrapped);
    // rounding of sums over 125 waves
    expect(Math.abs(here[0]! - (1 - 1 / cells ** 3))).toBeLessThan(1e-13);
    expect(Math.abs(there[0]! + 1 / cells ** 3)).toBeLessThan(1e-13);
    expect(Math.abs(there[1]!)).toBeLessThan(1e-13);
  });

  it("has the cube's symmetry and decays as 1/r", () => {
    const far = (d: number) => response(0)([0, 0, d], 0) * d;
    // corrections of the continuum's 1/r go as 1/r³: about 1/d² here
    expect(Math.abs(far(5) / far(4) - 1)).toBeLessThan(1 / 25);
    table.block(0, [1, 2, 3], block);
    const first = block.slice();
    table.block(0, [-1, 2, 3], block);
    expect([...block]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => first[i]! * ([1, 2, 3, 6].includes(i) ? -1 : 1)));
    table.block(0, [2, 1, 3], block);
    expect(block[0]).toBe(first[4]);
    expect(block[2]).toBe(first[5]);
  });
});

describe("W(t)", () => {
  it("starts at W(0) and falls as W(0) − t²/2μ: an atom struck is free at first", () => {
    const dt = 0.5;
    const kernel = recoilKernel(rodinLattice, { timestepFs: dt, times: 3 }, { reach: 1, cells: 64 });
    const still = staticRecoil(rodinLattice, { reach: 1, cells: 64 });
    const other = new Float64Array(9);
    for (const separation of [
      [0, 0, 0],
      [1, 0, 1],
    ]) {
      const own = separation.every((k) => k === 0) ? 1 : 0;
      still.block(0, separation, other);
      kernel.block(0, separation, block);
      expect(relativeError(block, other)).toBeLessThan(1e-13);
      kernel.block(2, separation, block);
      // next term: t⁴ D/24μ, (Ω t)²/12 < 1e-4 of the t² term
      const drop = (2 * dt) ** 2 / (2 * mu);
      expect(Math.abs(other[0]! - block[0]! - own * drop)).toBeLessThan(1e-4 * drop);
    }
  });

  it("has the time integral L for every pair of atoms", () => {
    // With damping e^{−t²/2τ²} the integral is L + c/τ² + …; two values of τ remove c.
    const l = dragTensor(rodinLattice)[0]!;
    for (const separation of [
      [0, 0, 0],
      [1, 1, 1],
      [2, 0, 1],
    ] as const) {
      const [short, long] = [4000, 8000].map((dampingFs) =>
        dampedRecoilIntegral(rodinLattice, { dampingFs, separation }),
      ) as [number, number];
      const limit = (4 * long - short) / 3;
      // the 1/τ⁴ term: ((long − limit)/limit)² ~ 1e-8
      expect(Math.abs(limit / l - 1)).toBeLessThan(1e-6);
      expect(Math.abs(long / l - 1)).toBeLessThan(2e-4);
    }
  });
});

describe("L", () => {
  it("is (1/v_L³ + 2/v_T³)/12πρ in an isotropic solid", () => {
    const [vT, , vL] = soundVelocities(isotropicLattice, [1, 0, 0]).velocities;
    const density = inertiaOf(isotropicLattice.mass) / isotropicLattice.spacing ** 3;
    const exact = (1 / vL ** 3 + 2 / vT ** 3) / (12 * Math.PI * density);
    const found = dragTensor(isotropicLattice);
    expect(found[0]! / exact).toBeCloseTo(1, 12);
    expect(found[1]).toBe(0);
  });

  it("scales as √(μ/k³): heavier and softer frameworks drag more", () => {
    const scaled = dragTensor({ ...rodinLattice, mass: 4 * rodinLattice.mass, nearSpring: 0.13, nextSpring: 0.0425 });
    // L ~ a³/(μ v³) with v² ~ k a²/μ: factor 4^{1/2} · 4^{3/2} = 16
    expect(scaled[0]! / dragTensor(rodinLattice)[0]!).toBeCloseTo(16, 10);
  });
});

describe("thermal covariance", () => {
  const moments = (options: Parameters<typeof thermalCovariance>[1], cells?: number) => {
    const table = thermalCovariance(rodinLattice, options, { reach: 1, ...(cells ? { periodicCells: cells } : {}) });
    table.block(0, [0, 0, 0], block);
    return block[0]!;
  };

  it("is k_BT W(0) for classical displacements and k_BT/μ for classical velocities", () => {
    staticRecoil(rodinLattice, { reach: 1 }).block(0, [0, 0, 0], block);
    const static0 = block[0]!;
    expect(moments({ thermalEnergy: THERMAL, statistics: "classical" }) / (THERMAL * static0)).toBeCloseTo(1, 12);
    const velocity = moments({ thermalEnergy: THERMAL, statistics: "classical", moment: "velocity" }, 6);
    // q = 0 is left out of the periodic lattice
    expect(velocity / ((THERMAL / mu) * (1 - 1 / 6 ** 3))).toBeCloseTo(1, 13);
  });

  it("is larger than classical by (ħΩ/k_BT)²/12 averaged over modes when hot", () => {
    const hot = 20 * THERMAL; // ħΩ_max = 0.04 k_BT
    const { omegas } = cubicModes(rodinLattice, 6);
    const classical = moments({ thermalEnergy: hot, statistics: "classical", moment: "velocity" }, 6);
    const quantum = moments({ thermalEnergy: hot, statistics: "quantum", moment: "velocity" }, 6);
    let sum = 0;
    for (const omega of omegas) sum += ((HBAR_EV_FS * omega) / hot) ** 2 / 12;
    // x coth x = 1 + x²/3 − x⁴/45: the x⁴ term is (0.02)⁴/45 ≈ 4e-9
    expect(Math.abs(quantum / classical - 1 - sum / (omegas.length - 3))).toBeLessThan(1e-8);
  });

  it("keeps the zero point at T = 0", () => {
    const { omegas } = cubicModes(rodinLattice, 6);
    let sum = 0;
    for (const omega of omegas) sum += (HBAR_EV_FS * omega) / (2 * mu * omegas.length);
    expect(moments({ thermalEnergy: 0, statistics: "quantum", moment: "velocity" }, 6) / sum).toBeCloseTo(1, 13);
  });
});

describe("tables refuse", () => {
  it("what they do not hold", () => {
    expect(() => staticRecoil(rodinLattice, { reach: 4, periodicCells: 6 })).toThrow(CapabilityError);
    expect(() => staticRecoil(rodinLattice, { cells: 50 })).toThrow(/a grid of 50/);
    expect(() => staticRecoil(rodinLattice, { cells: 16 }).block(0, [2, 0, 0], block)).toThrow(InputError);
    expect(() => recoilKernel(rodinLattice, { timestepFs: 1, times: 0 })).toThrow(/0 times 1 fs apart/);
    expect(() => dampedRecoilIntegral(rodinLattice, { dampingFs: 100 })).toThrow(/outside the zone/);
  });
});
