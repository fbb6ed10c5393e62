import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import {
  atomWeights,
  degenerateGroups,
  findModes,
  inverseParticipation,
  type Modes,
  partialDos,
  participationRatio,
  speciesCharacter,
  sumOverGroups,
  translationWeights,
  unstableModes,
  zeroModes,
} from "../../../src/modes/index.js";
import { atomCount, makeCell, makeCrystal } from "../../../src/structure/index.js";
import { lennardJonesFcc, shaken, springSalt } from "../../helpers/small-crystals.js";

const { crystal: salt, field: springs } = springSalt();
const modes = await findModes(shaken(salt, 0.03, 1), springs);
const n = atomCount(salt);

/** Two atoms and six made-up modes along the axes. */
function byHand(frequencies: readonly number[], vectors: readonly (readonly number[])[]): Modes {
  const reference = makeCrystal({
    cell: makeCell([5, 0, 0, 0, 5, 0, 0, 0, 5]),
    species: ["Na", "Cl"],
    positions: [0, 0, 0, 2, 2, 2],
  });
  const q = [0, 0, 0] as const;
  return {
    reference,
    q,
    count: 6,
    frequencies: Float64Array.from(frequencies),
    vectors: Float64Array.from(vectors.flat()),
    complex: false,
  };
}
const half = Math.SQRT1_2;
const axes = byHand(
  [-2, 0, 1, 1.0005, 1.001, 4],
  [
    [1, 0, 0, 0, 0, 0],
    [0, 0, 0, 1, 0, 0],
    [0, half, 0, 0, half, 0],
    [0, half, 0, 0, -half, 0],
    [0, 0, half, 0, 0, half],
    [0, 0, half, 0, 0, -half],
  ],
);

describe("degenerate groups", () => {
  it("join neighbours closer than the tolerance, also in a row", () => {
    expect(degenerateGroups(axes).map(({ first, count }) => [first, count])).toEqual([
      [0, 1],
      [1, 1],
      [2, 3],
      [5, 1],
    ]);
    expect(degenerateGroups(axes)[2]!.frequency).toBeCloseTo(1.0005, 12);
    expect(degenerateGroups(axes, 1e-4)).toHaveLength(6);
    expect(degenerateGroups(axes, 1)).toHaveLength(4); // a distance of just the tolerance does not join
    expect(() => degenerateGroups(axes, -1)).toThrow(InputError);
  });

  it("cover every mode once, and sums over them keep the total", () => {
    const groups = degenerateGroups(modes);
    expect(groups.reduce((total, group) => total + group.count, 0)).toBe(modes.count);
    const sums = sumOverGroups(groups, inverseParticipation(modes));
    const total = (values: Iterable<number>): number => [...values].reduce((sum, x) => sum + x, 0);
    expect(total(sums)).toBeCloseTo(total(inverseParticipation(modes)), 12);
  });

  it("are what a perfect cubic crystal has: all optical modes of the fcc cell in sets", async () => {
    const { crystal, field } = lennardJonesFcc();
    const groups = degenerateGroups(await findModes(crystal, field));
    // The conventional cell holds Γ (three zeros) and the three X points (longitudinal ×3, transverse ×6).
    expect(groups.map((group) => group.count)).toEqual([3, 6, 3]);
  });
});

describe("participation", () => {
  it("is 1/N for one atom and 1 for all alike; its inverse the other way round", () => {
    expect([...inverseParticipation(axes)]).toEqual([1, 1, 0.5, 0.5, 0.5, 0.5].map((x) => expect.closeTo(x, 14)));
    expect([...participationRatio(axes)]).toEqual([0.5, 0.5, 1, 1, 1, 1].map((x) => expect.closeTo(x, 14)));
  });

  it("lies between its limits for every mode", () => {
    for (const inverse of inverseParticipation(modes)) {
      expect(inverse).toBeGreaterThanOrEqual(1 / n - 1e-14);
      expect(inverse).toBeLessThanOrEqual(1 + 1e-14);
    }
  });

  it("counts both parts of a complex vector: a phase changes nothing", () => {
    const phase = [Math.cos(0.7), Math.sin(0.7)] as const;
    const vectors = Float64Array.from(modes.vectors).reduce<number[]>((all, x) => {
      all.push(x * phase[0], x * phase[1]);
      return all;
    }, []);
    const turned: Modes = { ...modes, complex: true, vectors: Float64Array.from(vectors) };
    for (const measure of [inverseParticipation, speciesCharacter, translationWeights]) {
      const [real, complex] = [measure(modes), measure(turned)];
      for (let k = 0; k < real.length; k++) expect(complex[k]!).toBeCloseTo(real[k]!, 13);
    }
  });
});

describe("character by element", () => {
  it("sums to 1 for every mode, and to 3 per atom of an element over all modes", () => {
    const character = speciesCharacter(modes);
    const perElement = [0, 0];
    for (let m = 0; m < modes.count; m++) {
      expect(character[2 * m]! + character[2 * m + 1]!).toBeCloseTo(1, 13);
      perElement[0]! += character[2 * m]!;
      perElement[1]! += character[2 * m + 1]!;
    }
    expect(perElement).toEqual([expect.closeTo(12, 11), expect.closeTo(12, 11)]); // 4 atoms × 3 directions each
  });

  it("atom weights are complete: every atom takes part in three modes' worth", () => {
    const weights = atomWeights(modes);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let m = 0; m < modes.count; m++) sum += weights[m * n + i]!;
      expect(sum).toBeCloseTo(3, 12);
    }
  });
});

describe("unstable and zero modes", () => {
  it("are told apart by sign and tolerance", () => {
    expect(unstableModes(axes)).toEqual(Int32Array.of(0));
    expect(unstableModes(axes, 3)).toEqual(Int32Array.of());
    expect(zeroModes(axes)).toEqual(Int32Array.of(1));
    expect(zeroModes(axes, 1)).toEqual(Int32Array.of(1, 2));
    expect(() => zeroModes(axes, Number.NaN)).toThrow(InputError);
  });
});

describe("density of states", () => {
  it("integrates to 3N states, each element to 3 per atom of it, and the parts add up", () => {
    const { frequencies, total, byElement, elements } = partialDos(modes, { width: 0.2 });
    expect(elements).toEqual(["Na", "Cl"]);
    const points = frequencies.length;
    const spacing = frequencies[1]! - frequencies[0]!;
    const integral = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, g) => sum + g * spacing, 0);
    // Equidistant sums of Gaussians of width 4 spacings are exact to e^{-2π²·16}; the tails beyond five widths hold 6e-7 of a mode.
    expect(Math.abs(integral(total) - modes.count)).toBeLessThan(2e-6);
    expect(Math.abs(integral(byElement.slice(0, points)) - 12)).toBeLessThan(2e-6);
    for (let p = 0; p < points; p++) expect(byElement[p]! + byElement[points + p]!).toBeCloseTo(total[p]!, 11);
  });

  it("of one mode is the Gaussian itself, on the grid asked for", () => {
    const { total } = partialDos(
      byHand(
        [5, 50, 50, 50, 50, 50],
        [...Array(6)].map((_, m) => [0, 1, 2, 3, 4, 5].map((a) => (a === m ? 1 : 0))),
      ),
      {
        width: 0.5,
        grid: [5, 5.5, 20],
      },
    );
    const top = 1 / (0.5 * Math.sqrt(2 * Math.PI));
    expect(total[0]).toBeCloseTo(top, 14);
    expect(total[1]).toBeCloseTo(top * Math.exp(-0.5), 14);
    expect(total[2]).toBe(0);
  });

  it("refuses a width that smears nothing", () => {
    expect(() => partialDos(modes, { width: 0 })).toThrow(InputError);
  });
});
