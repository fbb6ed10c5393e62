import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { createKernelSession } from "../../../src/forces/index.js";
import { argon, rattled, repeated, sheared } from "../../helpers/crystals.js";
import { answer, liquid, oxide, phosphate } from "./systems.js";

/** A random walk in which every atom leaves the cell and comes back. */
function* wandering(start: ArrayLike<number>, step: number, count: number): Generator<Float64Array> {
  const rng = Rng.fromSeed(9);
  const positions = Float64Array.from(start);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < positions.length; i++) positions[i] = positions[i]! + step * rng.normal();
    yield positions.slice();
  }
}

describe("results are a function of positions and cell, to the last bit", () => {
  for (const precision of ["double", "mixed"] as const) {
    it(`whenever the list was made (${precision})`, () => {
      const interactions = oxide(phosphate, 1e-6, 6);
      const session = createKernelSession(interactions, { precision });
      let compared = 0;
      for (const positions of wandering(phosphate.positions, 0.01, 40)) {
        const ours = answer(session, positions);
        if (compared++ % 5) continue;
        expect(ours).toEqual(answer(createKernelSession(interactions, { precision }), positions));
      }
    });

    it(`whenever the list was made, with the waves on a mesh (${precision})`, () => {
      const interactions = oxide(phosphate, 1e-4, 6);
      const options = { precision, ewald: { method: "mesh" } } as const;
      const session = createKernelSession(interactions, options);
      let compared = 0;
      for (const positions of wandering(phosphate.positions, 0.02, 30)) {
        const ours = answer(session, positions);
        if (compared++ % 10) continue;
        expect(ours).toEqual(answer(createKernelSession(interactions, options), positions));
      }
    });

    it(`whichever skin the list has (${precision})`, () => {
      const interactions = oxide(phosphate, 1e-6, 6);
      const reference = answer(
        createKernelSession(interactions, { precision, ewald: { realCutoff: 6 } }),
        phosphate.positions,
      );
      for (const skin of [0, 0.3, 2]) {
        const session = createKernelSession(interactions, { precision, skin, ewald: { realCutoff: 6 } });
        expect(answer(session, phosphate.positions)).toEqual(reference);
      }
    });
  }

  it("whatever other arrangement went through the session in between", () => {
    const session = createKernelSession(oxide(phosphate, 1e-6, 6));
    const first = answer(session, phosphate.positions);
    const other = rattled(phosphate, 0.1, 77).positions;
    const away = phosphate.positions.map((x, i) => x + (i < 3 ? 31.4 : 0));
    for (const positions of [other, away, other]) answer(session, positions);
    expect(answer(session, phosphate.positions)).toEqual(first);
  });

  it("and of which image of an atom is given, for pairs", () => {
    const crystal = sheared(rattled(argon(), 0.2, 1), 0.1);
    const session = createKernelSession(liquid(crystal));
    const first = answer(session, crystal.positions);
    // lattice vectors on the grid of positions, 2⁻⁴³ Å, as the session takes them
    const grid = crystal.cell.vectors.slice().map((x) => Math.round(x * 2 ** 43) / 2 ** 43);
    const onGrid = crystal.positions.map((x) => Math.round(x * 2 ** 43) / 2 ** 43);
    const moved = onGrid.map((x, i) => x + (i < 6 ? 2 * grid[i % 3]! - 3 * grid[6 + (i % 3)]! : 0));
    const after = answer(session, moved);
    expect(after.energy).toBe(first.energy);
    expect(after.forces).toEqual(first.forces);
  });

  it("pair forces add up to exactly zero", () => {
    const crystal = rattled(repeated(argon(), [2, 2, 2]), 0.25, 6);
    const { forces } = answer(createKernelSession(liquid(crystal)), crystal.positions);
    for (let axis = 0; axis < 3; axis++) {
      expect(forces.reduce((sum, f, i) => (i % 3 === axis ? sum + f : sum), 0)).toBe(0);
    }
  });
});

describe("the neighbour list", () => {
  it("never misses a pair: a session that keeps its list equals one without skin, atoms moving far", () => {
    const crystal = rattled(repeated(argon(), [2, 2, 1]), 0.1, 8);
    const [kept, fresh] = [0.8, 0].map((skin) => createKernelSession(liquid(crystal), { skin }));
    let largest = 0;
    for (const positions of wandering(crystal.positions, 0.05, 60)) {
      const [ours, theirs] = [answer(kept!, positions), answer(fresh!, positions)];
      expect(ours).toEqual(theirs);
      largest = Math.max(largest, ...positions.map((x, i) => Math.abs(x - crystal.positions[i]!)));
    }
    expect(largest).toBeGreaterThan(0.8); // the walk did outrun the skin
  });
});
