import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { CapabilityError, PhysicsError } from "../../../src/base/index.js";
import {
  applyOperation,
  atomPermutation,
  type Crystal,
  cartesianRotation,
  cellParameters,
  chain,
  displacementsBetween,
  findSymmetry,
  fractionalPositions,
  hcp,
  makeCell,
  makeCrystal,
  multiply3,
  nacl,
  rutile,
  type SymmetryOperation,
  siteOrbit,
  supercell,
  symmetryReady,
  toCartesian,
  withPositions,
} from "../../../src/structure/index.js";
import { gammaLi3PO4 } from "../../helpers/li3po4.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";
import "./arbitrary.js";

beforeAll(loadSymmetryForTests);

const examples: readonly [string, () => Crystal][] = [
  ["rock salt, primitive", () => nacl({ primitive: true })],
  ["hcp", () => hcp()],
  ["rutile", () => rutile()],
  ["γ-Li3PO4", gammaLi3PO4],
];

const transpose = (m: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: 9 }, (_, i) => m[3 * (i % 3) + Math.floor(i / 3)]!);
const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));

describe.each(examples)("symmetry of %s", (_name, make) => {
  it("takes every atom to an atom of its kind, as a permutation, and the positions follow", () => {
    const crystal = make();
    const s = fractionalPositions(crystal);
    for (const operation of findSymmetry(crystal).operations) {
      const image = atomPermutation(crystal, operation);
      expect([...image].sort((a, b) => a - b)).toEqual([...Array(image.length).keys()]);
      for (let i = 0; i < image.length; i++) {
        const moved = toCartesian(
          crystal.cell,
          Float64Array.from(applyOperation(operation, [s[3 * i]!, s[3 * i + 1]!, s[3 * i + 2]!])),
        );
        const there = crystal.positions.slice(3 * image[i]!, 3 * image[i]! + 3);
        // within the tolerance of the search, 1e-3 Å; these crystals are exact to 1e-8
        expect(Math.hypot(...displacementsBetween(crystal.cell, there, moved))).toBeLessThan(1e-6);
      }
    }
  });

  it("is a group: products of operations are operations", () => {
    const all = findSymmetry(make()).operations;
    const name = (rotation: ArrayLike<number>, t: ArrayLike<number>): string =>
      `${Array.from(rotation).join(" ")} ${Array.from(t, (x) => Math.round((x - Math.floor(x + 1e-6)) * 1e4)).join(" ")}`;
    const known = new Set(all.map(({ rotation, translation }) => name(rotation, translation)));
    const missing = all.flatMap((a) => all.filter((b) => !known.has(productName(a, b, name))));
    expect(missing).toEqual([]);
    expect(known.size).toBe(all.length);
  });

  it("rotates Cartesian vectors without stretching them", () => {
    const crystal = make();
    for (const operation of findSymmetry(crystal).operations) {
      const r = cartesianRotation(crystal.cell, operation);
      expect(maxDifference(multiply3(r, transpose(r)), [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeLessThan(1e-12);
    }
  });

  it("standard cells are the input seen through their transformation", () => {
    const crystal = make();
    const found = findSymmetry(crystal);
    for (const { crystal: standard, linear, originShift } of [found.standard, found.primitive]) {
      // columns: (a b c)_std = R (a b c) P
      const columns = multiply3(multiply3(found.standardRotation, transpose(crystal.cell.vectors)), linear);
      expect(maxDifference(transpose(columns), standard.cell.vectors)).toBeLessThan(1e-6);
      // every input atom is an atom of the standard cell: s = P s_std + p, so x_std = R A (s − p)
      const s = fractionalPositions(crystal).map((x, i) => x - originShift[i % 3]!);
      const rotated = multiplyRows(toCartesian(crystal.cell, s), transpose(found.standardRotation));
      for (let i = 0; i < crystal.kinds.length; i++) {
        const place = rotated.slice(3 * i, 3 * i + 3);
        const nearest = Math.min(
          ...Array.from(standard.kinds, (kind, j) =>
            standard.elements[kind] === crystal.elements[crystal.kinds[i]!]
              ? Math.hypot(...displacementsBetween(standard.cell, standard.positions.slice(3 * j, 3 * j + 3), place))
              : 9,
          ),
        );
        expect(nearest).toBeLessThan(1e-6);
      }
    }
  });
});

function productName(
  a: SymmetryOperation,
  b: SymmetryOperation,
  name: (r: ArrayLike<number>, t: ArrayLike<number>) => string,
): string {
  const rotation = multiply3(Float64Array.from(a.rotation), Float64Array.from(b.rotation)).map(Math.round);
  const [x, y, z] = b.translation as unknown as [number, number, number];
  return name(
    rotation.map((r) => r + 0),
    applyOperation(a, [x, y, z]),
  );
}

/** Rows of [n,3] times a [3,3]. */
function multiplyRows(rows: Float64Array, m: ArrayLike<number>): Float64Array<ArrayBuffer> {
  return Float64Array.from(rows, (_, at) => {
    const row = 3 * Math.floor(at / 3);
    return [0, 1, 2].reduce((sum, k) => sum + rows[row + k]! * m[3 * k + (at % 3)]!, 0);
  });
}

describe("site orbits", () => {
  it("obey orbit–stabiliser: images × operations that keep the point = all operations", () => {
    const crystal = gammaLi3PO4();
    const symmetry = findSymmetry(crystal);
    // thousandths: two images of such a point coincide or are at least 0.001 · 4.9 Å apart
    const coordinate = fc.integer({ min: 0, max: 999 }).map((i) => i / 1000);
    const special = fc.constantFrom(0, 0.25, 0.5, 0.75);
    fc.assert(
      fc.property(
        fc.tuple(fc.oneof(coordinate, special), fc.oneof(coordinate, special), fc.oneof(coordinate, special)),
        (s) => {
          const [x, y, z] = toCartesian(crystal.cell, Float64Array.from(s)) as unknown as [number, number, number];
          const orbit = siteOrbit(crystal, symmetry, [x, y, z], { tolerance: 1e-6 });
          expect((orbit.positions.length / 3) * orbit.stabiliser.length).toBe(symmetry.operations.length);
        },
      ),
    );
  });

  it("of an atom are the atoms of its orbit", () => {
    const crystal = gammaLi3PO4();
    const symmetry = findSymmetry(crystal);
    for (const i of [0, 8, 12, 16, 24, 28]) {
      const [x, y, z] = crystal.positions.slice(3 * i, 3 * i + 3) as unknown as [number, number, number];
      const { positions } = siteOrbit(crystal, symmetry, [x, y, z]);
      expect(positions.length / 3).toBe([...symmetry.orbits].filter((orbit) => orbit === symmetry.orbits[i]).length);
    }
  });

  it("begin with the point itself", () => {
    const crystal = rutile();
    const { positions } = siteOrbit(crystal, findSymmetry(crystal), [1, 0.3, 0.2]);
    expect(maxDifference(positions.slice(0, 3), [1, 0.3, 0.2])).toBeLessThan(1e-12);
    expect(positions.length / 3).toBe(16);
  });
});

describe("finding symmetry", () => {
  it("does not depend on the basis, the origin or the order of atoms", () => {
    const crystal = gammaLi3PO4();
    const s = fractionalPositions(crystal);
    // c' = c + a, origin moved, atoms backwards
    const v = crystal.cell.vectors;
    const n = crystal.kinds.length;
    const other = makeCrystal({
      cell: makeCell([...v.slice(0, 6), v[6]! + v[0]!, v[7]! + v[1]!, v[8]! + v[2]!]),
      species: Array.from({ length: n }, (_, i) => crystal.elements[crystal.kinds[n - 1 - i]!]!),
      fractional: Array.from({ length: n }, (_, i) => n - 1 - i).flatMap((i) => [
        s[3 * i]! - s[3 * i + 2]! + 0.31,
        s[3 * i + 1]! + 0.17,
        s[3 * i + 2]! + 0.05,
      ]),
    });
    const [found, known] = [findSymmetry(other), findSymmetry(crystal)];
    expect(found.symbol).toBe("Pnma");
    expect(found.wyckoffs).toEqual([...known.wyckoffs].reverse());
    const parameters = (one: Crystal): readonly number[] => cellParameters(one.cell);
    expect(maxDifference(parameters(found.standard.crystal), parameters(known.standard.crystal))).toBeLessThan(1e-6);
  });

  it("of a supercell lists its pure translations", () => {
    const big = supercell(nacl({ primitive: true }), [2, 2, 2]).crystal;
    const { operations, primitive, spaceGroup } = findSymmetry(big);
    expect(spaceGroup).toBe(225);
    expect(operations.length).toBe(8 * 48);
    expect(primitive.crystal.kinds.length).toBe(2);
  });

  it("tells isotopes apart", () => {
    const salt = nacl();
    const heavy = { ...salt, masses: salt.masses.slice() };
    heavy.masses[4] = 37;
    expect(findSymmetry(salt).spaceGroup).toBe(225);
    expect(findSymmetry(heavy).spaceGroup).toBe(221);
  });

  it("loses what a displacement breaks, unless the tolerance covers it", () => {
    const crystal = rutile();
    const bent = withPositions(
      crystal,
      crystal.positions.slice().map((x, i) => (i === 7 ? x + 0.01 : x)),
    );
    expect(findSymmetry(bent).spaceGroup).not.toBe(136);
    expect(findSymmetry(bent, { tolerance: 0.05 }).spaceGroup).toBe(136);
    const { operations } = findSymmetry(crystal);
    const refused = operations.filter((operation) => {
      try {
        atomPermutation(bent, operation, { tolerance: 1e-3 });
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(PhysicsError);
        return true;
      }
    });
    expect(refused.length).toBeGreaterThan(0);
  });

  it("needs three periodic directions", () => {
    expect(symmetryReady()).toBe(true);
    expect(() => findSymmetry(chain())).toThrow(CapabilityError);
  });
});
