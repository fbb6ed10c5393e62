import { describe, expect, it } from "vitest";
import { CapabilityError, InputError, PhysicsError, Rng } from "../../../src/base/index.js";
import {
  centralPotential,
  checkStart,
  checkWindowFits,
  cornerWindow,
  cubicFramework,
  type Framework,
  lineWindow,
  reachWindow,
  rodinLattice,
  windowReach,
  yukawa,
} from "../../../src/medium/index.js";
import { makeCell } from "../../../src/structure/index.js";

const cubic = cubicFramework(rodinLattice);
const skewed: Framework = {
  cell: makeCell([4, 0, 0, 1.5, 3.5, 0, -1, 0.7, 5]),
  positions: Float64Array.of(0, 0, 0, 1.2, 1.9, 2.4),
  masses: Float64Array.of(20, 30),
};

describe("windows", () => {
  it("of corners are the 8 corners of the unit cube", () => {
    const { count, positions } = cornerWindow(cubic);
    expect(count).toBe(8);
    const corners = new Set(Array.from({ length: 8 }, (_, j) => positions.slice(3 * j, 3 * j + 3).join()));
    expect(corners.size).toBe(8);
    for (const x of positions) expect([0, 3]).toContain(x);
    expect(windowReach(cornerWindow(cubic))).toBe(1);
  });

  for (const [name, framework, reach] of [
    ["a cube", cubic, 5.5],
    ["a skewed cell with two atoms", skewed, 4.2],
  ] as const) {
    it(`of a reach hold every atom any point of ${name} can feel, and each is felt somewhere`, () => {
      const window = reachWindow(framework, reach);
      const { vectors } = framework.cell;
      const points = 24; // per edge; neighbours are less than 0.25 Å apart, so the nearest point is found to 0.2 Å
      const nearest = (x: number, y: number, z: number): number => {
        let least = Number.POSITIVE_INFINITY;
        for (let i = 0; i <= points; i++)
          for (let j = 0; j <= points; j++)
            for (let k = 0; k <= points; k++) {
              const p = [0, 1, 2].map((a) => (i * vectors[a]! + j * vectors[3 + a]! + k * vectors[6 + a]!) / points);
              least = Math.min(least, Math.hypot(p[0]! - x, p[1]! - y, p[2]! - z));
            }
        return least;
      };
      for (let j = 0; j < window.count; j++) {
        const at = nearest(window.positions[3 * j]!, window.positions[3 * j + 1]!, window.positions[3 * j + 2]!);
        expect(at).toBeLessThan(reach + 0.2);
      }
      // random points of the cell against every atom of a large block
      const members = new Set(
        Array.from({ length: window.count }, (_, j) => window.sites.slice(4 * j, 4 * j + 4).join()),
      );
      const rng = Rng.fromSeed(1).fork("points");
      for (let trial = 0; trial < 20; trial++) {
        const s = [rng.uniform(), rng.uniform(), rng.uniform()];
        for (let n1 = -4; n1 <= 5; n1++)
          for (let n2 = -4; n2 <= 5; n2++)
            for (let n3 = -4; n3 <= 5; n3++)
              for (let b = 0; b < framework.masses.length; b++) {
                const d = [0, 1, 2].map(
                  (a) =>
                    framework.positions[3 * b + a]! +
                    (n1 - s[0]!) * vectors[a]! +
                    (n2 - s[1]!) * vectors[3 + a]! +
                    (n3 - s[2]!) * vectors[6 + a]!,
                );
                if (Math.hypot(d[0]!, d[1]!, d[2]!) < reach) expect(members.has([n1, n2, n3, b].join())).toBe(true);
              }
      }
    });
  }

  it("refuse what has no meaning", () => {
    expect(() => cornerWindow(skewed)).toThrow(CapabilityError);
    expect(() => reachWindow(cubic, -1)).toThrow(InputError);
    expect(() => checkWindowFits(lineWindow(cubic, { from: -3, count: 8 }), 7)).toThrow(/spans 8 cells/);
    checkWindowFits(lineWindow(cubic, { from: -3, count: 8 }), 8);
  });
});

describe("potentials", () => {
  const out = new Float64Array(3);
  const value = (potential: ReturnType<typeof yukawa>, r: number, k: 0 | 1 | 2): number => {
    potential.evaluate(r, out);
    return out[k]!;
  };

  it("are A e^{−r/λ}/r with its derivatives", () => {
    const u = yukawa(14, 0.5);
    expect(value(u, 2.6, 0)).toBeCloseTo((14 * Math.exp(-5.2)) / 2.6, 15);
    expect(u.term).toEqual({ form: "yukawa", strengthEvA: 14, screeningA: 0.5 });
  });

  it("have U′ and U″ that are the slopes of U and U′, through the smooth edge too", () => {
    for (const potential of [yukawa(4, 0.5), yukawa(4, 0.5, { cutoff: 5, smoothFrom: 3 })]) {
      for (const r of [0.8, 2.9, 3.1, 4, 4.8]) {
        const h = 1e-4;
        const slope = (value(potential, r + h, 0) - value(potential, r - h, 0)) / (2 * h);
        const curvature = (value(potential, r + h, 1) - value(potential, r - h, 1)) / (2 * h);
        // h²U‴/6, with U‴ up to a few hundred times U (λ = 0.5, edge of 2 Å): 1e-6 relative
        expect(Math.abs(slope / value(potential, r, 1) - 1)).toBeLessThan(1e-6);
        expect(Math.abs(curvature / value(potential, r, 2) - 1)).toBeLessThan(1e-6);
      }
    }
  });

  it("end with zero value, slope and curvature", () => {
    const potential = yukawa(4, 0.5, { cutoff: 5, smoothFrom: 3 });
    const bare = yukawa(4, 0.5);
    for (const k of [0, 1, 2] as const) {
      // the edge begins with U″ = 0 of S: x ~ 1e-6
      expect(value(potential, 3 + 1e-6, k) / value(bare, 3 + 1e-6, k)).toBeCloseTo(1, 4);
      expect(Math.abs(value(potential, 5 - 1e-6, k))).toBeLessThan(1e-5 * Math.abs(value(bare, 5, k)));
      expect(value(potential, 5, k)).toBe(0);
    }
  });

  it("refuse bad numbers and a start on an atom", () => {
    expect(() => yukawa(4, 0)).toThrow(InputError);
    expect(() => yukawa(4, 0.5, { cutoff: 3, smoothFrom: 4 })).toThrow(/between 4 and 3 Å/);
    expect(() => centralPotential({ form: "yukawa", strengthEvA: 1, screeningA: 1 }, { cutoff: -1 })).toThrow(
      InputError,
    );
    expect(() => checkStart([3, 3, 0.02], [0, 0, 0, 3, 3, 0])).toThrow(PhysicsError);
    expect(() => checkStart([3, 3, 0.02], [0, 0, 0, 3, 3, 0])).toThrow(
      /0\.020 Å from the framework atom at \(3\.00, 3\.00, 0\.00\)/,
    );
  });
});
