import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import {
  accumulationByClass,
  anionClasses,
  classifyModes,
  modalClassShares,
  modalDiffusionOf,
  sampleModes,
  speciesClasses,
  sumOverClasses,
} from "../../../src/coupling/index.js";
import { degenerateGroups, type Modes } from "../../../src/modes/index.js";
import { makeCell, makeCrystal } from "../../../src/structure/index.js";
import { springCrystal, trajectoryOf, walkers } from "../../helpers/modal-systems.js";

describe("classes of anions", () => {
  // One framework cation at the centre with oxygens 2 Å away along ±x, ±y, ±z; mobile ions placed so that one sees two of them (an edge),
  // another one (a corner). The cell is large: no image is near.
  const oxygens = [
    [2, 0, 0],
    [0, 2, 0],
    [-2, 0, 0],
    [0, -2, 0],
    [0, 0, 2],
    [0, 0, -2],
  ];
  const build = (mobile: readonly (readonly number[])[], more: readonly (readonly number[])[] = []) =>
    makeCrystal({
      cell: makeCell([30, 0, 0, 0, 30, 0, 0, 0, 30]),
      species: [...mobile.map(() => "Na"), "Sc", ...oxygens.map(() => "O"), ...more.map(() => "O")],
      positions: [...mobile, [0, 0, 0], ...oxygens, ...more].flat(),
    });
  const options = { mobile: "Na", framework: ["Sc"] };

  it("two shared with one polyhedron are an edge, one is a corner, none is not bonded", () => {
    // (2,2,0) is 2 Å from (2,0,0) and (0,2,0), 2.83 Å or more from the others; (-4,0,0) is 2 Å from (-2,0,0) alone.
    const { atoms, shared } = anionClasses(
      build(
        [
          [2, 2, 0],
          [-4, 0, 0],
        ],
        [[-6, 0, 0]],
      ),
      options,
    );
    expect(atoms).toEqual({ edge: [3, 4], corner: [5], "non-bonded": [6, 7, 8], "mobile-only": [9] });
    expect(shared).toEqual({ corner: 1, edge: 1, face: 0 });
  });

  it("an oxygen of an edge stays one when it is also a corner of another ion, and a face counts as an edge", () => {
    // (4,0,0) touches (2,0,0) at a corner; that oxygen is in the edge of (2,2,0).
    const both = anionClasses(
      build([
        [2, 2, 0],
        [4, 0, 0],
      ]),
      options,
    );
    expect(both.atoms.edge).toEqual([3, 4]);
    expect(both.atoms.corner).toEqual([]);
    // (1.5,1.5,1.5) is 2.18 Å from three oxygens.
    const face = anionClasses(build([[1.5, 1.5, 1.5]]), options);
    expect(face.atoms.edge).toEqual([2, 3, 6]);
    expect(face.shared).toEqual({ corner: 0, edge: 0, face: 1 });
  });

  it("two images of one polyhedron are two polyhedra: two corners, no edge", () => {
    // A cell 6 Å long: the ion at x = 3 bridges the oxygen at 2 and, through the boundary, the one at −2 + 6 = 4 of the next image.
    const crystal = makeCrystal({
      cell: makeCell([6, 0, 0, 0, 30, 0, 0, 0, 30]),
      species: ["Na", "Sc", "O", "O"],
      positions: [3, 0, 0, 0, 0, 0, 2, 0, 0, -2, 0, 0],
    });
    const { atoms, shared } = anionClasses(crystal, { ...options, mobileCutoffA: 1.5 });
    expect(atoms.corner).toEqual([2, 3]);
    expect(shared.edge).toBe(0);
    expect(shared.corner).toBe(2);
  });

  it("cut-offs are the user's", () => {
    const crystal = build([[-4.7, 0, 0]]);
    expect(() => anionClasses(crystal, options)).toThrow(InputError); // 2.7 Å > 2.6 Å
    expect(anionClasses(crystal, { ...options, mobileCutoffA: 2.75 }).atoms.corner).toEqual([4]);
    expect(
      anionClasses(crystal, { ...options, mobileCutoffA: 2.75, frameworkCutoffA: 1.9 }).atoms["mobile-only"],
    ).toEqual([4]);
  });
});

describe("classes of modes", () => {
  const modes = springCrystal(["Li", "Li", "O", "O", "O", "P"], 6);

  /** `modes` with vector `n` on the atoms given, amplitudes per atom along x. Not orthonormal: only characters are looked at. */
  const withVector = (n: number, amplitudes: readonly number[]): Modes => {
    const vectors = modes.vectors.slice();
    for (let i = 0; i < 6; i++)
      for (let axis = 0; axis < 3; axis++) vectors[18 * n + 3 * i + axis] = axis === 0 ? amplitudes[i]! : 0;
    return { ...modes, vectors };
  };
  const classes = { one: [2], two: [3, 4] };

  it("mean per atom, largest amplitude and summed weight can disagree, as they should", () => {
    // |e|²: 0.36 on the single atom; 0.40 and 0.24 on the two, all of one mass. Mean 0.36 > 0.32; largest 0.36 < 0.40; sum 0.36 < 0.64.
    const mode = withVector(10, [0, 0, 0.6, Math.sqrt(0.4), Math.sqrt(0.24), 0]);
    const of = (measure: "mean" | "largest" | "sum") => {
      const { names, classOf } = classifyModes(mode, classes, { measure });
      return names[classOf[10]!];
    };
    expect([of("mean"), of("largest"), of("sum")]).toEqual(["one", "two", "two"]);
  });

  it("masses count: displacement is e/√m", () => {
    // |e|² 0.45 on Li (6.94) against 0.55 on P (30.97): Li moves further, P has the larger part of the vector.
    const mode = withVector(10, [Math.sqrt(0.45), 0, 0, 0, 0, Math.sqrt(0.55)]);
    const sets = { light: [0], heavy: [5] };
    expect(classifyModes(mode, sets).classOf[10]).toBe(0);
    expect(classifyModes(mode, sets, { measure: "sum" }).classOf[10]).toBe(1);
  });

  it("a degenerate group has one class, whatever vectors span it", () => {
    const frequencies = modes.frequencies.slice();
    frequencies[11] = frequencies[10]!;
    const turned = (angle: number): Modes => {
      const vectors = modes.vectors.slice();
      for (let a = 0; a < 18; a++) {
        const [x, y] = [modes.vectors[180 + a]!, modes.vectors[198 + a]!];
        vectors[180 + a] = Math.cos(angle) * x - Math.sin(angle) * y;
        vectors[198 + a] = Math.sin(angle) * x + Math.cos(angle) * y;
      }
      return { ...modes, frequencies, vectors };
    };
    for (const measure of ["mean", "largest", "sum"] as const) {
      const plain = classifyModes(turned(0), speciesClasses(modes), { measure });
      for (const angle of [0.4, 1.3, 2.2]) {
        const other = classifyModes(turned(angle), speciesClasses(modes), { measure });
        expect(other.classOf).toEqual(plain.classOf);
        for (let k = 0; k < plain.measures.length; k++)
          expect(Math.abs(other.measures[k]! - plain.measures[k]!)).toBeLessThan(1e-13);
      }
    }
    const single = degenerateGroups(turned(0), 0);
    expect(single.every((group) => group.count === 1)).toBe(true);
    expect(classifyModes(turned(0), classes, { groups: single }).classOf.length).toBe(18);
  });

  it("classes share out the whole, signs kept", () => {
    const split = classifyModes(modes, speciesClasses(modes));
    const shares = Float64Array.from({ length: 18 }, (_, n) => (n % 5 === 0 ? -0.1 : 0.2));
    const whole = shares.reduce((sum, share) => sum + share, 0);
    const sums = sumOverClasses(split, shares);
    expect(Math.abs(sums.reduce((sum, share) => sum + share, 0) - whole)).toBeLessThan(1e-14);
    const running = accumulationByClass(split, shares);
    for (let c = 0; c < split.names.length; c++) expect(Math.abs(running[c * 18 + 17]! - sums[c]!)).toBeLessThan(1e-14);
    // At every frequency the classes together are the plain accumulation.
    let upTo = 0;
    for (let n = 0; n < 18; n++) {
      upTo += shares[n]!;
      let together = 0;
      for (let c = 0; c < split.names.length; c++) together += running[c * 18 + n]!;
      expect(Math.abs(together - upTo)).toBeLessThan(1e-14);
    }
  });

  it("with errors over blocks: the classes of a split add up to D_σ", async () => {
    const trajectory = trajectoryOf(
      modes.reference,
      walkers(modes, { frames: 2000, seed: 9, stepOf: (atom) => (atom < 2 ? 0.2 : 0.05) }),
    );
    const options = { carriers: "Li", seed: 1, lagsPs: [0.1, 0.2, 0.3], blockPs: 2 };
    const samples = await sampleModes(trajectory, modes, options);
    const split = modalDiffusionOf(samples, options);
    const byElement = classifyModes(modes, speciesClasses(modes));
    const { names, shares, accumulation } = modalClassShares(samples, byElement, { seed: 1 });
    expect(names).toEqual(["Li", "O", "P"]);
    const expected = sumOverClasses(byElement, split.shares);
    let total = 0;
    for (let c = 0; c < 3; c++) {
      total += shares.value[c]!;
      expect(Math.abs(shares.value[c]! - expected[c]!)).toBeLessThan(1e-9);
      expect(shares.low[c]!).toBeLessThan(shares.high[c]!);
      expect(Math.abs(accumulation.value[18 * c + 17]! - shares.value[c]!)).toBeLessThan(1e-12);
    }
    expect(Math.abs(total - 1)).toBeLessThan(1e-12);
  });

  it("refuses classes that overlap, are empty or name atoms that are not there", () => {
    expect(() => classifyModes(modes, { a: [1, 2], b: [2] })).toThrow(/classes a and b/);
    expect(() => classifyModes(modes, { a: [] })).toThrow(InputError);
    expect(() => classifyModes(modes, { a: [6] })).toThrow(/atom 6/);
  });
});
