// Constant pressure: ensembles that can be written on a page, conservation, symmetry, shapes, and what is refused.

import { describe, expect, it } from "vitest";
import { ACCELERATION, BOLTZMANN, EV_PER_A3_PER_GPA, Rng } from "../../../src/base/index.js";
import {
  cellAverages,
  compressibilityOf,
  type Integrator,
  type MdState,
  makeNpt,
  type NptSpec,
  pressureOf,
  startState,
  stopCentreOfMass,
  updateForces,
} from "../../../src/dynamics/index.js";
import type { ForceSession } from "../../../src/forces/index.js";
import {
  type Cell,
  type Crystal,
  cellFromParameters,
  cellParameters,
  deformCell,
  makeCell,
  makeCrystal,
  multiply3,
  transformRows,
  withCell,
} from "../../../src/structure/index.js";
import { largestDifference, smallSalt, solidArgon } from "../../helpers/dynamics.js";

const KELVIN = 300;
const THERMAL = BOLTZMANN * KELVIN;

/** Atoms that do not see each other in a cell that is held by springs: E = ½κ Σ h_ij². */
function springCell(atoms: number, kappa: number, start: Cell): { crystal: Crystal; session: ForceSession } {
  const rng = Rng.fromSeed(5);
  const crystal = makeCrystal({
    cell: start,
    species: new Array<string>(atoms).fill("Ar"),
    fractional: Array.from({ length: 3 * atoms }, () => rng.uniform()),
  });
  let cell = start;
  const evaluate: ForceSession["evaluate"] = (_positions, forces, stress) => {
    const h = cell.vectors;
    forces.fill(0);
    let energy = 0;
    for (let i = 0; i < 9; i++) energy += 0.5 * kappa * h[i]! ** 2;
    if (stress) {
      // δh = h ε, so ∂E/∂ε = κ hᵀh
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) {
          let sum = 0;
          for (let i = 0; i < 3; i++) sum += h[3 * i + a]! * h[3 * i + b]!;
          stress[3 * a + b] = (kappa * sum) / cell.volume;
        }
      }
    }
    return energy;
  };
  const session: ForceSession = {
    evaluate,
    energyParts: () => ({ cell: 0 }),
    setCell: (next) => {
      cell = next;
    },
    dispose: () => {},
  };
  return { crystal, session };
}

/** New Maxwell velocities: what collisions do, and what leaves the canonical distribution as it is. */
function collide(state: MdState, rng: Rng): void {
  const { masses } = state.crystal;
  for (let k = 0; k < state.velocities.length; k++) {
    state.velocities[k] = Math.sqrt((ACCELERATION * THERMAL) / masses[Math.floor(k / 3)]!) * rng.normal();
  }
  stopCentreOfMass(state);
}

interface Sampled {
  readonly means: readonly number[];
  readonly errors: readonly number[];
}

/** Means of several observables over a run, with the standard error from 20 blocks. */
function sample(
  run: { readonly state: MdState; readonly session: ForceSession; readonly spec: NptSpec },
  rounds: number,
  observe: (s: MdState) => number[],
): Sampled {
  const { state, session, spec } = run;
  const npt = makeNpt(spec, state, { timestepFs: 4 });
  const rng = Rng.fromSeed(11);
  const rows: number[][] = [];
  for (let r = 0; r < rounds; r++) {
    npt.advance(state, session, 10);
    rows.push(observe(state));
    if (r % 4 === 0) collide(state, rng);
  }
  const kept = rows.slice(rounds / 10);
  const columns = kept[0]!.map((_, c) => kept.map((row) => row[c]!));
  const per = Math.floor(kept.length / 20);
  const blocks = columns.map((column) =>
    Array.from({ length: 20 }, (_, b) => column.slice(b * per, (b + 1) * per).reduce((x, y) => x + y, 0) / per),
  );
  const means = blocks.map((block) => block.reduce((x, y) => x + y, 0) / 20);
  const errors = blocks.map((block, c) => Math.sqrt(block.reduce((x, y) => x + (y - means[c]!) ** 2, 0) / 19 / 20));
  return { means, errors };
}

describe("ensembles that can be integrated by hand", () => {
  it("an ideal gas has ⟨V⟩ = n kT/P and var V = n (kT/P)²", () => {
    // p(V) ∝ V^{n−1} e^{−PV/kT}: one power less than with a free centre of mass. For n = 4 a wrong power is 25 % of the mean.
    const n = 4;
    const pressureGpa = 0.01;
    const unit = THERMAL / (pressureGpa * EV_PER_A3_PER_GPA);
    const edge = Math.cbrt(n * unit);
    const { crystal, session } = springCell(n, 0, cellFromParameters(edge, edge, edge));
    const state = startState(crystal, { temperatureK: KELVIN, seed: 3 });
    const spec: NptSpec = { kind: "npt", temperatureK: KELVIN, pressureGpa, cell: "isotropic", cellRelaxationFs: 200 };
    const { means, errors } = sample({ state, session, spec }, 4000, (s) => [
      s.cell.volume / unit,
      (s.cell.volume / unit - n) ** 2,
      pressureOf(s) / pressureGpa,
      ((pressureOf(s) / pressureGpa - 1) * s.cell.volume) / unit,
    ]);
    expect(errors[0]!).toBeLessThan(0.15);
    // mean, variance; by parts ⟨P_inst⟩ = P and ⟨(P_inst − P) V⟩ = −kT; four standard errors
    [n, n, 1, -1].forEach((exact, c) => {
      expect(Math.abs(means[c]! - exact)).toBeLessThan(4 * errors[c]!);
    });
  });

  it.each(["isotropic", "axes", "full"] as const)(
    "a cell on springs, %s: ⟨|h_i|²⟩ = n kT/κ for every vector",
    (motion) => {
      // exp(−κ tr hhᵀ/2kT) V^{n−1} V⁻² d⁹h makes hhᵀ Wishart's: every vector alike, whatever it is called. In triangular form without
      // the measure's own force it would be n − 2, n and n + 2.
      const n = 6;
      const kappa = 0.01;
      const unit = THERMAL / kappa;
      const edge = Math.sqrt(n * unit);
      const angles = motion === "axes" ? ([80, 95, 70] as const) : ([90, 90, 90] as const);
      const { crystal, session } = springCell(n, kappa, cellFromParameters(edge, edge, edge, ...angles));
      const state = startState(crystal, { temperatureK: KELVIN, seed: 4 });
      const spec: NptSpec = { kind: "npt", temperatureK: KELVIN, pressureGpa: 0, cell: motion, cellRelaxationFs: 200 };
      const { means, errors } = sample({ state, session, spec }, 3000, (s) =>
        [0, 1, 2].map((i) => s.cell.vectors.slice(3 * i, 3 * i + 3).reduce((sum, x) => sum + x * x, 0) / unit),
      );
      for (let i = 0; i < 3; i++) {
        expect(errors[i]!).toBeLessThan(0.35);
        expect(Math.abs(means[i]! - n)).toBeLessThan(4 * errors[i]!);
      }
    },
  );
});

interface Run {
  readonly state: MdState;
  readonly session: ForceSession;
  readonly npt: Integrator;
}

function argonRun(spec: Partial<NptSpec>, timestepFs: number, crystal: Crystal = solidArgon().crystal): Run {
  const session = solidArgon().field.attach(crystal);
  const state = startState(crystal, { temperatureK: 30, seed: 8 });
  updateForces(state, session, true);
  const full: NptSpec = {
    kind: "npt",
    temperatureK: 30,
    pressureGpa: 0,
    cell: "full",
    cellRelaxationFs: 1000,
    ...spec,
  };
  return { state, session, npt: makeNpt(full, state, { timestepFs }) };
}

describe("motion of atoms and cell", () => {
  it.each(["isotropic", "axes", "full"] as const)("the conserved quantity swings as Δt², %s", (cell) => {
    const swing = (timestepFs: number): number => {
      const { state, session, npt } = argonRun({ cell, pressureGpa: 0.05, relaxationFs: 400 }, timestepFs);
      const start = npt.conserved(state);
      let largest = 0;
      for (let s = 0; s < 1600 / timestepFs; s++) {
        npt.advance(state, session, 1);
        largest = Math.max(largest, Math.abs(npt.conserved(state) - start));
      }
      return largest;
    };
    const [coarse, fine] = [swing(4), swing(2)];
    expect(coarse).toBeLessThan(0.01); // of 0.12 eV of kinetic energy; a wrong kinetic or P V term leaves some 0.05
    expect(coarse / fine).toBeGreaterThan(3); // 4 but for terms of Δt⁴ and where the steps happen to fall
    expect(coarse / fine).toBeLessThan(5);
  });

  it("turned axes give the turned motion", () => {
    const { crystal } = solidArgon();
    const sheared = withCell(crystal, deformCell(crystal.cell, Float64Array.of(1, 0, 0, 0.03, 1, 0, 0.01, -0.02, 1)));
    const turn = rotation();
    const turned = makeCrystal({
      cell: makeCell(multiply3(sheared.cell.vectors, turn)),
      species: new Array<string>(32).fill("Ar"),
      positions: transformRows(sheared.positions, turn),
    });
    for (const cell of ["isotropic", "axes", "full"] as const) {
      const straight = argonRun({ cell }, 4, sheared);
      const other = argonRun({ cell }, 4, turned);
      other.state.velocities.set(transformRows(straight.state.velocities, turn));
      straight.npt.advance(straight.state, straight.session, 100);
      other.npt.advance(other.state, other.session, 100);
      const moved = largestDifference(straight.state.cell.vectors, sheared.cell.vectors);
      expect(moved).toBeGreaterThan(1e-3);
      // rounding of positions, 1e-13 Å on the grid of the pair list, grown over 0.4 ps
      expect(largestDifference(other.state.cell.vectors, multiply3(straight.state.cell.vectors, turn))).toBeLessThan(
        1e-9,
      );
      expect(largestDifference(other.state.positions, transformRows(straight.state.positions, turn))).toBeLessThan(
        1e-8,
      );
    }
  });

  it("axes keeps the angles of a skewed cell, full keeps a along x and b in the plane, the centre of mass rests", () => {
    const { crystal } = solidArgon();
    const sheared = withCell(crystal, deformCell(crystal.cell, Float64Array.of(1, 0, 0, 0.03, 1, 0, 0.01, -0.02, 1)));
    const centreOf = (s: MdState): number[] =>
      [0, 1, 2].map((a) => s.positions.filter((_, k) => k % 3 === a).reduce((x, y) => x + y, 0) / 32);
    for (const cell of ["axes", "full"] as const) {
      const { state, session, npt } = argonRun({ cell }, 4, sheared);
      const centre = centreOf(state);
      npt.advance(state, session, 300);
      expect(largestDifference(Float64Array.from(centreOf(state)), Float64Array.from(centre))).toBeLessThan(1e-10);
      const [before, after] = [cellParameters(sheared.cell), cellParameters(state.cell)];
      expect(Math.abs(after[0] - before[0])).toBeGreaterThan(1e-3);
      if (cell === "axes") {
        // each vector is its first self times a number: angles agree to the rounding of the arc cosine
        for (let k = 3; k < 6; k++) expect(after[k]!).toBeCloseTo(before[k]!, 11);
      } else {
        expect([1, 2, 5].map((i) => state.cell.vectors[i])).toEqual([0, 0, 0]);
        expect(Math.abs(after[5] - before[5])).toBeGreaterThan(1e-2);
      }
    }
  });

  it("full: a sheared cubic crystal becomes cubic", () => {
    const { crystal } = solidArgon();
    const sheared = withCell(
      crystal,
      deformCell(crystal.cell, Float64Array.of(1.01, 0, 0, 0.05, 1, 0, 0.02, -0.03, 0.98)),
    );
    expect(cellParameters(sheared.cell)[5]).toBeLessThan(87.5);
    const { state, session, npt } = argonRun({ temperatureK: 10, cellRelaxationFs: 400 }, 8, sheared);
    npt.advance(state, session, 1500);
    const rows: number[][] = [];
    for (let s = 0; s < 500; s++) {
      npt.advance(state, session, 10);
      rows.push([...cellParameters(state.cell)]);
    }
    const mean = (k: number): number => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length;
    // thermal swing of an angle √(kT/(C₄₄ V)) = 0.9° with C₄₄ ≈ 1 GPa·, of a length √(kT/(C₁₁V))·10.6 Å ≈ 0.1 Å; some 100 swings are averaged
    for (let k = 3; k < 6; k++) expect(Math.abs(mean(k) - 90)).toBeLessThan(0.4);
    expect(Math.abs(mean(0) - mean(1))).toBeLessThan(0.06);
    expect(Math.abs(mean(2) - mean(1))).toBeLessThan(0.06);
  });
});

describe("pressure and compressibility", () => {
  it("the potential part of the pressure is −∂E/∂V, the kinetic part 2K/3V", () => {
    const { crystal, field } = smallSalt();
    const at = (scale: number): { energy: number; volume: number; pressure: number } => {
      const cell = makeCell(crystal.cell.vectors.slice().map((x) => x * scale));
      const state = startState(withCell(crystal, cell));
      const session = field.attach(state.crystal);
      updateForces(state, session, true);
      return { energy: state.potentialEnergy, volume: cell.volume, pressure: pressureOf(state) * EV_PER_A3_PER_GPA };
    };
    const [low, middle, high] = [at(1 - 1e-4), at(1), at(1 + 1e-4)];
    const slope = -(high.energy - low.energy) / (high.volume - low.volume);
    // central difference: relative error of order 1e-8 × (third derivative ~ 100) and 1e-12/1e-4 of rounding
    expect(middle.pressure).toBeCloseTo(slope, 6);
    const still = startState(crystal, { temperatureK: 300, exactTemperature: true, seed: 1 });
    expect(pressureOf(still) * EV_PER_A3_PER_GPA * crystal.cell.volume).toBeCloseTo(7 * BOLTZMANN * 300, 12);
  });

  it("volumes of a cold crystal fluctuate as its static bulk modulus says", () => {
    const { crystal, field } = solidArgon();
    const session = field.attach(crystal);
    const energyAt = (edge: number): number => {
      const state = startState(withCell(crystal, makeCell(crystal.cell.vectors.slice().map((x) => (x / 10.6) * edge))));
      session.setCell(state.cell);
      updateForces(state, session);
      return state.potentialEnergy;
    };
    // minimum and curvature of E(L) by finite differences; B = V ∂²E/∂V² = (∂²E/∂L²)/(9 L) at the minimum
    let edge = 10.5;
    const d = 1e-3;
    const slope = (l: number): number => (energyAt(l + d) - energyAt(l - d)) / (2 * d);
    const curvature = (l: number): number => (slope(l + d) - slope(l - d)) / (2 * d);
    for (let i = 0; i < 6; i++) edge -= slope(edge) / curvature(edge);
    const modulusGpa = curvature(edge) / (9 * edge) / EV_PER_A3_PER_GPA;
    const kelvin = 0.3;
    const cold = withCell(crystal, cellFromParameters(edge, edge, edge));
    const {
      state,
      npt,
      session: forces,
    } = argonRun({ cell: "isotropic", temperatureK: kelvin, cellRelaxationFs: 600 }, 8, cold);
    for (let k = 0; k < state.velocities.length; k++) state.velocities[k]! *= Math.sqrt(kelvin / 30);
    npt.advance(state, forces, 1000);
    const volumes = new Float64Array(3000);
    for (let s = 0; s < volumes.length; s++) {
      npt.advance(state, forces, 5);
      volumes[s] = state.cell.volume;
    }
    const { value, standardError } = compressibilityOf(volumes, kelvin);
    expect(standardError / value).toBeLessThan(0.08);
    // the crystal is 3 % softer per kelvin (this cut-off leaves argon barely bound): 1 % at 0.3 K, and three standard errors
    expect(Math.abs(value * modulusGpa - 1)).toBeLessThan(0.01 + 3 * standardError * modulusGpa);
  });

  it("independent normal volumes give their variance back", () => {
    const rng = Rng.fromSeed(2);
    const [mean, spread, kelvin] = [1000, 10, 300];
    const volumes = Float64Array.from({ length: 4096 }, () => mean + spread * rng.normal());
    const exact = (spread ** 2 / (BOLTZMANN * kelvin * mean)) * EV_PER_A3_PER_GPA;
    const { value, standardError, unit, converged } = compressibilityOf(volumes, kelvin);
    expect(unit).toBe("1/GPa");
    expect(converged).toBe(true);
    expect(Math.abs(value - exact)).toBeLessThan(4 * standardError);
    // var of a squared normal is 2σ⁴: √(2/4096) = 2.2 %, itself known to a few percent from the blocks
    expect(standardError / exact).toBeCloseTo(Math.sqrt(2 / 4096), 2);
  });
});

describe("averages of the cell", () => {
  it("lengths, angles and volume with the errors of their means", () => {
    const rng = Rng.fromSeed(9);
    const cells = Array.from({ length: 1024 }, () =>
      cellFromParameters(10 + 0.1 * rng.normal(), 12, 14, 80 + rng.normal(), 95, 70),
    );
    const { lengths, angles, volume } = cellAverages(cells);
    const exact = [10, 12, 14, 80, 95, 70];
    const errors = [0.1 / 32, 0, 0, 1 / 32, 0, 0];
    [...lengths, ...angles].forEach((found, k) => {
      // independent samples: spread/√1024, known to a few percent; four of them; the arc cosine rounds at 1e-13
      expect(Math.abs(found.value - exact[k]!)).toBeLessThan(4 * errors[k]! + 1e-11);
      expect(Math.abs(found.standardError - errors[k]!)).toBeLessThan(0.15 * errors[k]! + 1e-11);
      expect(found.unit).toBe(k < 3 ? "A" : "degree");
    });
    // ⟨V⟩ is that of the mean cell but for the curvature in α, −½ V″(1°)² ~ 0.02 %
    expect(Math.abs(volume.value / cellFromParameters(10, 12, 14, 80, 95, 70).volume - 1)).toBeLessThan(2e-3);
  });
});

describe("what is refused", () => {
  const start = (): MdState => startState(solidArgon().crystal, { temperatureK: 30, seed: 1 });
  const spec: NptSpec = { kind: "npt", temperatureK: 30, pressureGpa: 0, cell: "axes" };
  const make = (state: MdState, change: Partial<NptSpec> = {}, timestepFs = 2): unknown =>
    makeNpt({ ...spec, ...change }, state, { timestepFs });

  it("a frozen atom", () => {
    const held = startState(solidArgon().crystal, { temperatureK: 30, seed: 1, frozen: [3] });
    expect(() => make(held)).toThrow(/1 frozen atoms in a cell that changes/);
  });

  it("a centre of mass that moves", () => {
    const drifting = start();
    for (let k = 0; k < drifting.velocities.length; k += 3) drifting.velocities[k]! += 1e-4;
    expect(() => make(drifting)).toThrow(/total momentum/);
    const free = startState(solidArgon().crystal, { temperatureK: 30, seed: 1, centreOfMass: "free" });
    expect(() => make(free)).toThrow(/96 degrees of freedom/);
  });

  it("no velocities, an unknown motion, a pressure or a time that cannot be", () => {
    expect(() => make(startState(solidArgon().crystal))).toThrow(/all of them are zero/);
    expect(() => make(start(), { cell: "shape" as never })).toThrow(/"shape"/);
    expect(() => make(start(), { pressureGpa: Number.NaN })).toThrow(/pressureGpa is NaN/);
    expect(() => make(start(), { cellRelaxationFs: 20 })).toThrow(/cellRelaxationFs is 20 fs/);
    expect(() => make(start(), { temperatureK: -1 })).toThrow(/-1 K/);
  });

  it("too few volumes", () => {
    expect(() => compressibilityOf(new Float64Array(10).fill(1), 300)).toThrow(/10 samples/);
  });
});

/** About no axis in particular. */
function rotation(): Float64Array {
  const [x, y] = [0.7, 1.9];
  const a = Float64Array.of(Math.cos(x), Math.sin(x), 0, -Math.sin(x), Math.cos(x), 0, 0, 0, 1);
  const b = Float64Array.of(1, 0, 0, 0, Math.cos(y), Math.sin(y), 0, -Math.sin(y), Math.cos(y));
  return multiply3(a, b);
}
