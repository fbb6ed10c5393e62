// FORCE_CONSTANTS_3RD: what is written is read back, and means the same crystal.

import { beforeAll, describe, expect, it } from "vitest";
import { readThirdOrder, thirdOrderBlocks, writeThirdOrder } from "../../../src/io/index.js";
import { forceConstantBasis, thirdOrderTable } from "../../../src/modes/index.js";
import { cutIntoCells, nacl, supercell, toFractional } from "../../../src/structure/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

const setup = (cutoff: number) => {
  const cells = cutIntoCells(supercell(nacl({ primitive: true }), [3, 3, 3]).crystal);
  const basis = forceConstantBasis(cells, { orders: [3], cutoffs: { 3: cutoff } });
  const y = Float64Array.from({ length: basis.parameters }, (_, k) => Math.sin(1 + k));
  return { cells, constants: thirdOrderTable(basis.lattice, basis.orders[0]!, y) };
};

describe("third-order force constants", () => {
  it("come back exactly", () => {
    const { constants } = setup(3);
    const text = writeThirdOrder(constants);
    expect(text.startsWith(`${constants.triplets.length / 3}\n\n1\n`)).toBe(true);
    expect(readThirdOrder(text, { file: "FORCE_CONSTANTS_3RD" })).toEqual(thirdOrderBlocks(constants));
  });

  it("name lattice vectors that put the atoms where the supercell has them", () => {
    const { cells, constants } = setup(3);
    const { primitive, supercell: big, primitiveAtom } = cells;
    for (const [t, block] of thirdOrderBlocks(constants).entries()) {
      const [i, j] = [constants.triplets[3 * t]!, constants.triplets[3 * t + 1]!];
      expect(block.atoms[1]).toBe(primitiveAtom[j]);
      const apart = [0, 1, 2].map(
        (k) =>
          primitive.positions[3 * block.atoms[1] + k]! +
          block.second[k]! -
          primitive.positions[3 * block.atoms[0] + k]!,
      );
      expect(Math.hypot(...apart)).toBeLessThan(3);
      const off = [0, 1, 2].map((k) => apart[k]! - (big.positions[3 * j + k]! - big.positions[3 * i + k]!));
      for (const s of toFractional(big.cell, Float64Array.from(off)))
        expect(Math.abs(s - Math.round(s))).toBeLessThan(1e-12);
    }
  });

  it("add up to zero over the third atom, images shared or not", () => {
    // Within 7 Å triplets reach the border of the 3 × 3 × 3 cell (half its shortest vector is 5.98 Å).
    const { constants } = setup(7);
    const blocks = thirdOrderBlocks(constants);
    expect(blocks.length).toBeGreaterThan(constants.triplets.length / 3);
    const total = new Float64Array(27);
    const before = new Float64Array(27);
    for (const { atoms, values } of blocks)
      if (atoms[0] === 0 && atoms[1] === 1) for (let e = 0; e < 27; e++) total[e]! += values[e]!;
    for (let t = 0; t < constants.triplets.length / 3; t++) {
      const [i, j] = [0, 1].map((k) => constants.cells.primitiveAtom[constants.triplets[3 * t + k]!]);
      if (i === 0 && j === 1) for (let e = 0; e < 27; e++) before[e]! += constants.values[27 * t + e]!;
    }
    // Some thousand numbers of order 1.
    for (let e = 0; e < 27; e++) {
      expect(Math.abs(before[e]!)).toBeLessThan(1e-10);
      expect(Math.abs(total[e]!)).toBeLessThan(1e-10);
    }
  });

  it("a cut file and a block out of order are refused with their line", () => {
    const { constants } = setup(3);
    const lines = writeThirdOrder(constants).split("\n");
    const file = { file: "FC3" };
    expect(() => readThirdOrder(lines.slice(0, 20).join("\n"), file)).toThrow(/^FC3:20: the file ends/);
    const swapped = [...lines];
    swapped[2] = "7";
    expect(() => readThirdOrder(swapped.join("\n"), file)).toThrow(/^FC3:3: block 7 follows block 0/);
    const wrong = [...lines];
    wrong[6] = wrong[6]!.replace("1 1 1", "1 1 2");
    expect(() => readThirdOrder(wrong.join("\n"), file)).toThrow(/^FC3:7: axes 1 1 2 where 1 1 1/);
  });
});
