import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../../../src/base/index.js";
import {
  type Crystal,
  deformCell,
  displacementsBetween,
  insertAtom,
  makeCrystal,
  matchAtoms,
  nacl,
  removeAtom,
  reorderLike,
  speciesList,
  substitute,
  withCell,
  withPositions,
} from "../../../src/structure/index.js";
import { gammaLi3PO4 } from "../../helpers/li3po4.js";

/** The same atoms in random order, shaken by up to `size` Å, some moved by whole cells. */
function shuffled(crystal: Crystal, size: number): { crystal: Crystal; order: number[] } {
  const rng = Rng.fromSeed(11);
  const order = [...crystal.kinds.keys()];
  for (let i = order.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const species = speciesList(crystal);
  const v = crystal.cell.vectors;
  return {
    order,
    crystal: makeCrystal({
      cell: crystal.cell,
      species: order.map((i) => species[i]!),
      positions: order.flatMap((i) => {
        const cells = [rng.below(3) - 1, rng.below(3) - 1, rng.below(3) - 1];
        return [0, 1, 2].map(
          (k) =>
            crystal.positions[3 * i + k]! +
            size * (2 * rng.uniform() - 1) +
            cells[0]! * v[k]! +
            cells[1]! * v[3 + k]! +
            cells[2]! * v[6 + k]!,
        );
      }),
    }),
  };
}

describe("matching atoms", () => {
  it("undoes a shuffle of shaken atoms", () => {
    const from = gammaLi3PO4();
    // 0.3 Å per component, 0.52 Å at most, is less than half the shortest like distance, 2.5 Å
    const { crystal: to, order } = shuffled(from, 0.3);
    const match = matchAtoms(from, to, { threshold: 0.4 });
    expect([...match.permutation].map((j) => order[j])).toEqual([...order.keys()]);
    expect(match.movers).toEqual(
      [...match.distances.keys()]
        .filter((i) => match.distances[i]! > 0.4)
        .sort((i, j) => match.distances[j]! - match.distances[i]!),
    );
    expect(match.total).toBeCloseTo(Math.hypot(...match.distances), 12);
    const same = reorderLike(from, match);
    for (const [i, j] of [...match.permutation].entries()) {
      const there = to.positions.slice(3 * j, 3 * j + 3);
      expect(
        Math.hypot(...displacementsBetween(from.cell, same.positions.slice(3 * i, 3 * i + 3), there)),
      ).toBeLessThan(1e-12);
    }
  });

  it("never moves more than the direct hop of an interstitial, and moves only its own kind", () => {
    // Li at an octahedron takes the place of a lattice Li, which goes to the next octahedron: the identity of atoms says one thing,
    // the matching of places finds the least motion.
    const perfect = gammaLi3PO4();
    const start = insertAtom(perfect, "Li", [0, 0, 0]);
    const end = insertAtom(perfect, "Li", [0, 0, perfect.cell.vectors[8]! / 2]);
    const { movers, distances } = matchAtoms(start, end, { threshold: 0.3 });
    const moved = movers.reduce((sum, i) => sum + distances[i]! ** 2, 0);
    // one atom over c/2 would cost 6.05 Å²; any chain through lattice sites that is chosen instead must cost less
    expect(moved).toBeLessThanOrEqual((perfect.cell.vectors[8]! / 2) ** 2 + 1e-9);
    expect(movers.length).toBeGreaterThanOrEqual(1);
    for (const i of movers) expect(speciesList(start)[i]).toBe("Li");
  });

  it("takes a rigid translation out when asked", () => {
    const from = gammaLi3PO4();
    const { crystal: shaken } = shuffled(from, 0.1);
    const shift = [0.4, -0.3, 0.5];
    const to = withPositions(
      shaken,
      Float64Array.from(shaken.positions, (x, i) => x + shift[i % 3]!),
    );
    const match = matchAtoms(from, to, { removeTranslation: true });
    // the mean of 32 displacements of ± 0.1 Å adds 0.1/√(3·32) = 0.01 Å to the shift; four standard deviations
    for (let k = 0; k < 3; k++) expect(Math.abs(match.translation[k]! - shift[k]!)).toBeLessThan(0.04);
    for (let k = 0; k < 3; k++) {
      const mean = Array.from(match.displacements).reduce((sum, x, i) => sum + (i % 3 === k ? x : 0), 0) / 32;
      expect(Math.abs(mean)).toBeLessThan(1e-12);
    }
    expect(match.movers).toEqual([]);
    expect(matchAtoms(from, to).movers.length).toBe(32);
  });

  it("of a configuration with itself moves nothing", () => {
    const match = matchAtoms(nacl(), nacl());
    expect([...match.permutation]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(match.total).toBe(0);
  });

  it("refuses other compositions and other cells, with the numbers", () => {
    const crystal = gammaLi3PO4();
    expect(() => matchAtoms(crystal, removeAtom(crystal, 0))).toThrow(/Li 12 and 11/);
    expect(() => matchAtoms(crystal, substitute(crystal, 12, "Ge"))).toThrow(/P 4 and 3, Ge 0 and 1/);
    const stretched = withCell(crystal, deformCell(crystal.cell, Float64Array.of(1.01, 0, 0, 0, 1, 0, 0, 0, 1)));
    expect(() => matchAtoms(crystal, stretched)).toThrow(InputError);
  });
});
