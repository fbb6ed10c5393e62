import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../../../src/base/index.js";
import { prepareEndpoints } from "../../../src/hops/index.js";
import type { Minimum } from "../../../src/minima/index.js";
import {
  type Crystal,
  makeCell,
  makeCrystal,
  nacl,
  speciesList,
  supercell,
  withPositions,
} from "../../../src/structure/index.js";

const atRest = (crystal: Crystal): Minimum => ({
  crystal,
  energy: 0,
  maxForce: 0,
  converged: true,
  history: [],
  notes: [],
});

/** Rock salt without one cation; the chosen cation, a neighbour of the vacancy, may have hopped into it. */
function vacancyConfigurations() {
  const full = supercell(nacl(), [2, 0, 0, 0, 2, 0, 0, 0, 2]).crystal;
  const keep = Array.from({ length: full.kinds.length }, (_, i) => i).slice(1);
  const hole = [...full.positions.slice(0, 3)];
  const species = speciesList(full);
  const positions = keep.flatMap((i) => [...full.positions.slice(3 * i, 3 * i + 3)]);
  const first = makeCrystal({ cell: full.cell, species: keep.map((i) => species[i]!), positions });
  return { first, hole };
}

/** Atoms of each element shuffled, moved by whole cells, shifted together. */
function disguised(crystal: Crystal, rng: Rng): { readonly crystal: Crystal; readonly at: number[] } {
  const species = speciesList(crystal);
  const order = species.map((_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const shift = [0.31, -0.12, 0.2];
  const v = crystal.cell.vectors;
  const positions = order.flatMap((i) => {
    const n = [0, 1, 2].map(() => rng.below(3) - 1);
    return [0, 1, 2].map(
      (a) => crystal.positions[3 * i + a]! + shift[a]! + n[0]! * v[a]! + n[1]! * v[3 + a]! + n[2]! * v[6 + a]!,
    );
  });
  return { crystal: makeCrystal({ cell: crystal.cell, species: order.map((i) => species[i]!), positions }), at: order };
}

describe("matching end points", () => {
  it("finds order, images and rigid shift of a shuffled copy with one hop in it", () => {
    const { first, hole } = vacancyConfigurations();
    const rng = Rng.fromSeed(5);
    // Small relaxations everywhere, and cation 2 gone into the hole.
    const moved = first.positions.map((x) => x + 0.05 * (rng.uniform() - 0.5));
    const jumper = 2;
    const start = [0, 1, 2].map((a) => first.positions[3 * jumper + a]!);
    const jump = hole.map((x, a) => {
      const length = first.cell.vectors[4 * a]!;
      const d = x - start[a]!;
      return d - length * Math.round(d / length);
    });
    for (let a = 0; a < 3; a++) moved[3 * jumper + a] = start[a]! + jump[a]!;
    const { crystal, at } = disguised(withPositions(first, moved), rng);
    const result = prepareEndpoints(atRest(first), atRest(crystal));
    for (const [i, column] of result.order.entries()) expect(at[column]).toBe(i);
    expect([...result.movers]).toEqual([jumper]);
    // Up to the mean, the displacements are those that were put in, to rounding of the wrapping.
    const n = first.kinds.length;
    const mean = [0, 1, 2].map((a) =>
      moved.reduce((sum, x, b) => (b % 3 === a ? sum + (x - first.positions[b]!) / n : sum), 0),
    );
    for (let b = 0; b < 3 * n; b++) {
      expect(result.displacements[b]).toBeCloseTo(moved[b]! - first.positions[b]! - mean[b % 3]!, 9);
      expect(result.endpoints[1].crystal.positions[b]! - first.positions[b]!).toBeCloseTo(result.displacements[b]!, 9);
    }
    expect(result.endpoints[0].crystal).toBe(first);
  });

  it("an interstitialcy chain decides who goes where, though every ion is nearest to its own place", () => {
    const cell = makeCell([12, 0, 0, 0, 12, 0, 0, 0, 12]);
    // A at 0, the lattice ion at 2, B at 4; four ions far away hold the frame.
    const frame = [6, 6, 6, 6, 1, 6, 1, 6, 6, 9, 9, 3];
    const build = (x: number): Minimum =>
      atRest(
        makeCrystal({ cell, species: ["Li", "Li", "Cl", "Cl", "Cl", "Cl"], positions: [x, 0, 0, 2, 0, 0, ...frame] }),
      );
    const [first, second] = [build(0), build(4)];
    const chain = [
      { atom: 0, displacement: [2, 0, 0] as const },
      { atom: 1, displacement: [2, 0, 0] as const },
    ];
    const pushed = prepareEndpoints(first, second, { moves: chain, removeTranslation: false });
    expect([...pushed.order]).toEqual([1, 0, 2, 3, 4, 5]);
    expect([...pushed.movers]).toEqual([0, 1]);
    const direct = prepareEndpoints(first, second, {
      moves: [{ atom: 0, displacement: [4, 0, 0] }],
      removeTranslation: false,
    });
    expect([...direct.order]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...direct.movers]).toEqual([0]);
  });

  it("a hop longer than half the cell keeps its length", () => {
    const cell = makeCell([6, 0, 0, 0, 9, 0, 0, 0, 9]);
    const build = (x: number): Minimum =>
      atRest(makeCrystal({ cell, species: ["Li", "Cl", "Cl"], positions: [x, 0, 0, 3, 4, 4, 1, 5, 1] }));
    const result = prepareEndpoints(build(0), build(4), {
      moves: [{ atom: 0, displacement: [4, 0, 0] }],
      removeTranslation: false,
    });
    expect(result.displacements[0]).toBeCloseTo(4, 12);
    const short = prepareEndpoints(build(0), build(4), { removeTranslation: false });
    expect(short.displacements[0]).toBeCloseTo(-2, 12);
  });

  it("notes a mover that ends elsewhere than it was sent", () => {
    const cell = makeCell([12, 0, 0, 0, 12, 0, 0, 0, 12]);
    const build = (x: number): Minimum =>
      atRest(makeCrystal({ cell, species: ["Li", "Cl", "Cl"], positions: [x, 0, 0, 6, 6, 6, 6, 1, 6] }));
    const result = prepareEndpoints(build(0), build(4), {
      moves: [{ atom: 0, displacement: [2.5, 0, 0] }],
      removeTranslation: false,
    });
    expect(result.notes[0]!.message).toMatch(/atom 1 ends 1.50 Å from where/);
  });

  it("refuses the same minimum, other atoms, another cell", () => {
    const { first } = vacancyConfigurations();
    const nudged = withPositions(
      first,
      first.positions.map((x, i) => x + (i === 4 ? 0.003 : 0)),
    );
    expect(() => prepareEndpoints(atRest(first), atRest(nudged))).toThrow(
      /both end points are the same minimum: largest displacement 0.003 Å/,
    );
    expect(() =>
      prepareEndpoints(atRest(first), atRest(supercell(nacl(), [2, 0, 0, 0, 2, 0, 0, 0, 2]).crystal)),
    ).toThrow(InputError);
    const stretched = { ...first, cell: makeCell(first.cell.vectors.slice().map((x) => 1.01 * x)) };
    expect(() => prepareEndpoints(atRest(first), atRest(stretched))).toThrow(
      /cells of the end points differ by up to 0.113 Å/,
    );
  });
});
