import { describe, expect, it } from "vitest";
import { CapabilityError, InputError, maxAbs, NumericError, PhysicsError } from "../../../src/base/index.js";
import type { ForceField } from "../../../src/forces/index.js";
import { relax } from "../../../src/minima/index.js";
import {
  fractionalPositions,
  makeCell,
  makeCrystal,
  transformRows,
  withPositions,
} from "../../../src/structure/index.js";
import { counted, siteField } from "../../helpers/analytic-fields.js";
import { lennardJonesFcc, shaken, springSalt } from "../../helpers/small-crystals.js";

const { crystal: perfect, field: lj } = lennardJonesFcc();
const { crystal: salt, field: springs } = springSalt();

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));

/** Distances survive a common translation, positions do not. */
const centred = (positions: ArrayLike<number>): number[] => {
  const n = positions.length / 3;
  const mean = [0, 1, 2].map(
    (a) => Array.from({ length: n }, (_, i) => positions[3 * i + a]!).reduce((s, x) => s + x, 0) / n,
  );
  return Array.from(positions, (x, i) => x - mean[i % 3]!);
};

/** One atom in Müller and Brown's surface (10.1007/BF00547608), 10⁻² of its depth, z held by a spring. */
const MULLER_BROWN = [
  { A: -2, a: -1, b: 0, c: -10, x: 1, y: 0 },
  { A: -1, a: -1, b: 0, c: -10, x: 0, y: 0.5 },
  { A: -1.7, a: -6.5, b: 11, c: -6.5, x: -0.5, y: 1.5 },
  { A: 0.15, a: 0.7, b: 0.6, c: 0.7, x: -1, y: 1 },
];
const mullerBrown = siteField("Müller–Brown", ([x, y, z], slope) => {
  let energy = 5 * z * z;
  slope.set([0, 0, 10 * z]);
  for (const t of MULLER_BROWN) {
    const [dx, dy] = [x - t.x, y - t.y];
    const part = t.A * Math.exp(t.a * dx * dx + t.b * dx * dy + t.c * dy * dy);
    energy += part;
    slope[0]! += part * (2 * t.a * dx + t.b * dy);
    slope[1]! += part * (t.b * dx + 2 * t.c * dy);
  }
  return energy;
});
const walker = (x: number, y: number) =>
  makeCrystal({
    cell: makeCell([9, 0, 0, 0, 9, 0, 0, 0, 9], [false, false, false]),
    species: ["Li"],
    positions: [x, y, 0.1],
  });

describe("relax, fixed cell", () => {
  it.each(["lbfgs", "fire"] as const)("%s finds the minima of the Müller–Brown surface", async (method) => {
    // Minima as tabulated everywhere: (−0.5582, 1.4417) at −146.700 and (0.6235, 0.0280) at −108.167, here times 10⁻².
    for (const [from, to, energy] of [
      [[-0.9, 1.2], [-0.5582, 1.4417], -1.467],
      [[0.5, 0.3], [0.6235, 0.028], -1.08167],
    ] as const) {
      const rest = await relax(walker(from[0], from[1]), mullerBrown, { method, maxStepA: 0.1 });
      expect(rest.converged).toBe(true);
      expect(rest.maxForce).toBeLessThanOrEqual(1e-5);
      expect(Math.abs(rest.crystal.positions[0]! - to[0])).toBeLessThan(6e-5); // printed digits, and 1e-5 of convergence
      expect(Math.abs(rest.crystal.positions[1]! - to[1])).toBeLessThan(6e-5);
      expect(Math.abs(rest.energy - energy)).toBeLessThan(5e-6);
    }
  });

  it.each(["lbfgs", "fire"] as const)("%s brings a shaken crystal back to its lattice", async (method) => {
    const rest = await relax(shaken(perfect, 0.1, 1), lj, { method });
    expect(rest.converged).toBe(true);
    // Positions are uncertain by force/stiffness: 1e-5 / (lowest optical curvature, above 1 eV/Å²) = 1e-5 Å.
    expect(largestDifference(centred(rest.crystal.positions), centred(perfect.positions))).toBeLessThan(2e-5);
  });

  it("energy falls from each accepted step to the next, and the history ends where the result does", async () => {
    const rest = await relax(shaken(perfect, 0.1, 2), lj);
    for (let k = 1; k < rest.history.length; k++) {
      expect(rest.history[k]!.energy).toBeLessThanOrEqual(rest.history[k - 1]!.energy + 1e-11);
    }
    expect(rest.history.at(-1)).toEqual({ energy: rest.energy, maxForce: rest.maxForce });
  });

  it("spends about one evaluation per step: at most 40 for twelve shaken degrees of freedom", async () => {
    const { field, evaluations } = counted(lj);
    const rest = await relax(shaken(perfect, 0.1, 3), field);
    // One per accepted point, one at the end for the stress; line searches may cost a fifth more.
    expect(evaluations()).toBeLessThanOrEqual(1.2 * rest.history.length + 1);
    expect(evaluations()).toBeLessThan(40);
  });

  it("moves with the crystal: shifted, turned and renumbered starts end in the same arrangement", async () => {
    const start = shaken(perfect, 0.08, 4);
    const rest = await relax(start, lj);
    const shifted = await relax(
      withPositions(
        start,
        start.positions.slice().map((x, a) => x + [0.3, -1.7, 12][a % 3]!),
      ),
      lj,
    );
    // The same arithmetic but for rounding of coordinates (1e-15), which grows with the steps; far below the 1e-5 of convergence.
    expect(largestDifference(centred(shifted.crystal.positions), centred(rest.crystal.positions))).toBeLessThan(1e-9);
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const turn = Float64Array.of(c, s, 0, -s, c, 0, 0, 0, 1);
    const turned = {
      ...start,
      cell: makeCell(transformRows(start.cell.vectors, turn)),
      positions: transformRows(start.positions, turn),
    };
    const restTurned = await relax(turned, lj);
    expect(largestDifference(restTurned.crystal.positions, transformRows(rest.crystal.positions, turn))).toBeLessThan(
      1e-9,
    );
    expect(Math.abs(restTurned.energy - rest.energy)).toBeLessThan(1e-12);
    const order = [2, 0, 3, 1];
    const renumbered = await relax(
      withPositions(
        start,
        order.flatMap((i) => [...start.positions.slice(3 * i, 3 * i + 3)]),
      ),
      lj,
    );
    const back = order.flatMap((i) => [...rest.crystal.positions.slice(3 * i, 3 * i + 3)]);
    expect(largestDifference(renumbered.crystal.positions, back)).toBeLessThan(1e-9);
  });

  it("leaves what it was given untouched", async () => {
    const start = shaken(perfect, 0.05, 5);
    const before = structuredClone(start);
    await relax(start, lj, { cell: "full" });
    expect(start).toEqual(before);
  });

  it("keeps frozen atoms where they are and judges convergence by the others", async () => {
    const start = shaken(perfect, 0.05, 6);
    const rest = await relax(start, lj, { frozen: [0, 2] });
    expect(rest.converged).toBe(true);
    for (const atom of [0, 2]) {
      expect([...rest.crystal.positions.slice(3 * atom, 3 * atom + 3)]).toEqual([
        ...start.positions.slice(3 * atom, 3 * atom + 3),
      ]);
    }
    const forces = new Float64Array(12);
    lj.attach(rest.crystal).evaluate(rest.crystal.positions, forces);
    expect(maxAbs(forces.slice(3, 6))).toBeLessThan(1e-5);
    expect(maxAbs(forces.slice(0, 3))).toBeGreaterThan(1e-2);
  });

  it("never moves an atom by more than maxStepA at a time", async () => {
    const seen: Float64Array[] = [];
    const watching: ForceField = {
      ...lj,
      attach: (crystal) => {
        const session = lj.attach(crystal);
        const evaluate: typeof session.evaluate = (x, f, s) => {
          seen.push(x.slice());
          return session.evaluate(x, f, s);
        };
        return { ...session, evaluate };
      },
    };
    await relax(shaken(perfect, 0.2, 7), watching, { method: "fire", maxStepA: 0.05 });
    // FIRE takes half of an uphill step back before the next: 1.5 maxStepA between evaluations at most.
    for (let k = 1; k < seen.length; k++) {
      const step = seen[k]!.map((x, a) => x - seen[k - 1]![a]!);
      for (let i = 0; i < 12; i += 3)
        expect(Math.hypot(step[i]!, step[i + 1]!, step[i + 2]!)).toBeLessThanOrEqual(0.075 * (1 + 1e-12));
    }
  });
});

describe("relax, Newton's last digits", () => {
  it("reaches 1e-10 eV/Å and the minimum L-BFGS was heading for", async () => {
    const start = shaken(salt, 0.05, 8);
    const rest = await relax(start, springs, { newton: true, tolerance: 1e-3 });
    expect(rest.maxForce).toBeLessThan(1e-10);
    expect(rest.converged).toBe(true);
    expect(rest.notes).toEqual([]);
    const tight = await relax(start, springs, { tolerance: 1e-9 });
    // Forces of 1e-9 with the softest optical curvature above 0.1 eV/Å²: 1e-8 Å.
    expect(largestDifference(centred(rest.crystal.positions), centred(tight.crystal.positions))).toBeLessThan(2e-8);
  });

  it("converges quadratically: each step squares the force left, until rounding", async () => {
    const { history } = await relax(shaken(perfect, 0.1, 9), lj, { newton: true, tolerance: 3e-2 });
    const forces = history.map((entry) => entry.maxForce);
    const first = forces.findIndex((force) => force <= 3e-2);
    expect(forces.length - first - 1).toBeLessThanOrEqual(5); // from 3e-2 to 1e-10; a linear rate of 1/10 would need 9
  });

  it("is refused at a saddle, with a note; the relaxed structure is given back as it was", async () => {
    // Simple cubic Lennard-Jones stands still by symmetry and is unstable against shear of its planes.
    const cubic = makeCrystal({
      cell: makeCell([5.4, 0, 0, 0, 5.4, 0, 0, 0, 5.4]),
      species: Array.from({ length: 8 }, () => "Al"),
      fractional: [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => [(i & 1) / 2, ((i >> 1) & 1) / 2, (i >> 2) / 2]),
    });
    const rest = await relax(cubic, lj, { newton: true });
    expect(rest.notes.map((note) => note.code)).toEqual(["newton-refused"]);
    expect(rest.crystal.positions).toEqual(cubic.positions);
  });

  it("has nothing to do where every atom is frozen", async () => {
    const start = shaken(perfect, 0.05, 10);
    const rest = await relax(start, lj, { newton: true, frozen: [0, 1, 2, 3] });
    expect(rest.crystal.positions).toEqual(start.positions);
    expect(rest.converged).toBe(true);
  });

  it("works beside frozen atoms, where nothing is free to translate", async () => {
    const rest = await relax(shaken(perfect, 0.05, 10), lj, { newton: true, frozen: [1] });
    expect(rest.maxForce).toBeLessThan(1e-10);
  });
});

describe("relax tells the truth", () => {
  it("out of steps: not converged, with its history and a note that has the numbers", async () => {
    const rest = await relax(shaken(perfect, 0.1, 11), lj, { maxSteps: 4 });
    expect(rest.converged).toBe(false);
    expect(rest.history.length).toBeLessThanOrEqual(4);
    expect(rest.maxForce).toBeGreaterThan(1e-5);
    const forces = new Float64Array(12);
    const energy = lj.attach(rest.crystal).evaluate(rest.crystal.positions, forces);
    expect(rest.energy).toBeCloseTo(energy, 12);
    expect(rest.notes.map((note) => note.code)).toEqual(["relaxation-not-converged"]);
  });

  it("a tolerance below rounding ends as not converged, not in a loop", async () => {
    const rest = await relax(shaken(perfect, 0.1, 12), lj, { tolerance: 1e-18 });
    expect(rest.converged).toBe(false);
    expect(rest.maxForce).toBeLessThan(1e-11);
    expect(rest.history.length).toBeLessThan(200);
  });

  it("an energy with jumps the forces know nothing of is noted, and the forces are followed to the minimum", async () => {
    const jumpy: ForceField = {
      ...lj,
      attach: (crystal) => {
        const session = lj.attach(crystal);
        const evaluate: typeof session.evaluate = (x, f, s) => {
          const jumps = x.slice().reduce((sum, coordinate) => sum + (Math.floor(coordinate * 1e5) % 2), 0);
          return session.evaluate(x, f, s) + 1e-7 * jumps;
        };
        return { ...session, evaluate };
      },
    };
    const rest = await relax(shaken(perfect, 0.1, 15), jumpy);
    expect(rest.converged).toBe(true);
    expect(rest.notes.map((note) => note.code)).toEqual(["energy-not-smooth"]);
    expect(largestDifference(centred(rest.crystal.positions), centred(perfect.positions))).toBeLessThan(2e-5);
  });

  it("a structure at rest is returned after one look", async () => {
    const rest = await relax(perfect, lj, { tolerance: 1e-9 });
    expect(rest.history).toHaveLength(1);
    expect(rest.crystal.positions).toEqual(perfect.positions);
  });

  it("errors of the force field pass through; a number that is none stops the run", async () => {
    const fails = (evaluate: () => number): ForceField => ({
      ...springs,
      attach: (crystal) => ({ ...springs.attach(crystal), evaluate }),
    });
    const overlap = new PhysicsError("atoms 1 and 2 are 0.1 Å apart", "move them");
    await expect(
      relax(
        salt,
        fails(() => {
          throw overlap;
        }),
      ),
    ).rejects.toBe(overlap);
    await expect(
      relax(
        salt,
        fails(() => Number.NaN),
      ),
    ).rejects.toThrow(NumericError);
  });

  it("refuses what cannot be", async () => {
    const noStress: ForceField = { ...lj, can: { stress: false, hessian: false, elements: [] } };
    await expect(relax(perfect, noStress, { cell: "full" })).rejects.toThrow(CapabilityError);
    await expect(relax(perfect, noStress, { newton: true })).rejects.toThrow(CapabilityError);
    await expect(relax(perfect, lj, { pressure: 0.01 })).rejects.toThrow(InputError);
    await expect(relax(perfect, lj, { tolerance: 0 })).rejects.toThrow(InputError);
    await expect(relax(perfect, lj, { method: "cg" as "fire" })).rejects.toThrow('"cg" is no method');
    await expect(relax(perfect, lj, { frozen: [4] })).rejects.toThrow("frozen atom 4 is not one of the 4 atoms");
    await expect(relax(perfect, lj, { cell: ["zx" as "xz"] })).rejects.toThrow("zx");
    await expect(relax(walker(0, 0), { ...mullerBrown, can: lj.can }, { cell: "full" })).rejects.toThrow(InputError);
  });

  it("stops with the signal's reason, reports progress, and disposes of its session", async () => {
    let disposed = 0;
    const watched: ForceField = {
      ...lj,
      attach: (crystal) => ({ ...lj.attach(crystal), dispose: () => void disposed++ }),
    };
    const reason = new Error("enough");
    await expect(relax(shaken(perfect, 0.1, 13), watched, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(disposed).toBe(1);
    const stages = new Set<string>();
    await relax(shaken(perfect, 0.1, 13), watched, { onProgress: ({ stage }) => stages.add(stage) });
    expect([...stages]).toEqual(["relaxing"]);
    expect(disposed).toBe(2);
  });

  it("reports the stress at the end when the force field gives it", async () => {
    const rest = await relax(shaken(perfect, 0.02, 14), lj);
    const stress = new Float64Array(9);
    lj.attach(rest.crystal).evaluate(rest.crystal.positions, new Float64Array(12), stress);
    expect(rest.stress).toEqual(stress);
    expect(fractionalPositions(rest.crystal)).toHaveLength(12);
  });
});
