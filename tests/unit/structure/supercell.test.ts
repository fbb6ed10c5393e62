import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import {
  atomCount,
  type Crystal,
  cellFromParameters,
  cellWidths,
  chain,
  findNeighbors,
  makeCrystal,
  nacl,
  repeatsForWidth,
  rutile,
  supercell,
} from "../../../src/structure/index.js";
import "./arbitrary.js";

const skewed = (): Crystal =>
  makeCrystal({
    cell: cellFromParameters(4, 5, 6, 75, 80, 115),
    species: ["Li", "O", "P"],
    fractional: [0.1, 0.2, 0.3, 0.7, 0.4, 0.9, 0.5, 1.6, -0.2],
    labels: ["Li1", "O1", "P1"],
  });

const determinant = (m: readonly number[]): number =>
  m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
  m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
  m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!);

const matrices = fc
  .array(fc.integer({ min: -3, max: 3 }), { minLength: 9, maxLength: 9 })
  .filter((m) => determinant(m) !== 0);

describe("a supercell", () => {
  it("of determinant d has |d| times the atoms and the volume, for any integer matrix", () => {
    fc.assert(
      fc.property(matrices, (m) => {
        const crystal = skewed();
        const { crystal: big, primitiveAtom, translation } = supercell(crystal, m);
        const times = Math.abs(determinant(m));
        expect(atomCount(big)).toBe(3 * times);
        // entries up to 3: the determinant of 3 × 3 products loses at most a few units in the last place
        expect(Math.abs(big.cell.volume / (times * crystal.cell.volume) - 1)).toBeLessThan(1e-12);
        // no two translations are the same modulo the superlattice, so every copy is a different atom
        const sites = new Set<string>();
        for (let i = 0; i < atomCount(big); i++) {
          const t = Array.from(translation.slice(3 * i, 3 * i + 3));
          const x = [0, 1, 2].map((k) => {
            const v = crystal.cell.vectors;
            return (
              crystal.positions[3 * primitiveAtom[i]! + k]! + t[0]! * v[k]! + t[1]! * v[3 + k]! + t[2]! * v[6 + k]!
            );
          });
          for (let k = 0; k < 3; k++) expect(big.positions[3 * i + k]).toBe(x[k]);
          expect(big.labels![i]).toBe(crystal.labels![primitiveAtom[i]!]);
          expect(big.masses[i]).toBe(crystal.masses[primitiveAtom[i]!]);
          const s = [0, 1, 2].map((j) => [0, 1, 2].reduce((sum, k) => sum + x[k]! * big.cell.inverse[3 * k + j]!, 0));
          // determinants are at most 162, so different sites differ by 1/162 or by the fractions of the basis
          sites.add(`${primitiveAtom[i]} ${s.map((y) => Math.round((y - Math.floor(y + 1e-7)) * 1e6)).join(" ")}`);
        }
        expect(sites.size).toBe(atomCount(big));
      }),
      { numRuns: 60 },
    );
  });

  it("is the same crystal: every atom keeps its neighbours", () => {
    const crystal = skewed();
    const small = findNeighbors(crystal, 5.1);
    for (const m of [
      [2, 1, 3],
      [1, 1, 0, -1, 1, 0, 0, 1, 2],
      [0, 1, 0, 1, 0, 0, 0, 0, 1],
      [-1, 0, 0, 0, 2, 0, 1, 0, 1],
    ]) {
      const { crystal: big, primitiveAtom } = supercell(crystal, m);
      const list = findNeighbors(big, 5.1);
      for (let i = 0; i < atomCount(big); i++) {
        const p = primitiveAtom[i]!;
        const expected = small.distance.slice(small.first[p], small.first[p + 1]);
        const found = list.distance.slice(list.first[i], list.first[i + 1]);
        expect(found.length).toBe(expected.length);
        // positions of some 20 Å carry 4e-15, and the order is by distance
        for (const [k, d] of found.entries()) expect(Math.abs(d - expected[k]!)).toBeLessThan(1e-12);
      }
    }
  });

  it("by three repeats goes cell by cell, c fastest", () => {
    const { translation } = supercell(nacl({ primitive: true }), [1, 2, 2]);
    const blocks = Array.from({ length: 4 }, (_, b) => Array.from(translation.slice(6 * b, 6 * b + 3)));
    expect(blocks).toEqual([
      [0, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [0, 1, 1],
    ]);
  });

  it("with a matrix and its conventional cell agree: the primitive fcc cell times (−1 1 1 …) is the cube", () => {
    const { crystal } = supercell(nacl({ primitive: true }), [-1, 1, 1, 1, -1, 1, 1, 1, -1]);
    for (const [i, x] of [5.64, 0, 0, 0, 5.64, 0, 0, 0, 5.64].entries())
      expect(crystal.cell.vectors[i]).toBeCloseTo(x, 12);
    expect(atomCount(crystal)).toBe(8);
  });

  it("refuses fractions, zero volume, and repeats along open directions", () => {
    expect(() => supercell(rutile(), [1.5, 1, 1])).toThrow(InputError);
    expect(() => supercell(rutile(), [1, 0, 1])).toThrow(InputError);
    expect(() => supercell(rutile(), [1, 1])).toThrow(InputError);
    expect(() => supercell(chain(), [2, 2, 1])).toThrow(/along b/);
    expect(() => supercell(chain(), [1, 1, 0, 0, 1, 0, 0, 0, 1])).toThrow(/along b/);
    expect(atomCount(supercell(chain(), [5, 1, 1]).crystal)).toBe(5);
  });

  it("wide enough for a cut-off is found from the widths, not the lengths", () => {
    const { cell } = skewed();
    const repeats = repeatsForWidth(cell, 12);
    const widths = cellWidths(supercell(skewed(), repeats).crystal.cell);
    for (let k = 0; k < 3; k++) {
      expect(widths[k]!).toBeGreaterThanOrEqual(12);
      expect((widths[k]! * (repeats[k]! - 1)) / repeats[k]!).toBeLessThan(12);
    }
    expect(repeatsForWidth(cellFromParameters(4, 4, 4), 12)).toEqual([3, 3, 3]);
    expect(repeatsForWidth(chain().cell, 12)).toEqual([6, 1, 1]);
  });
});
