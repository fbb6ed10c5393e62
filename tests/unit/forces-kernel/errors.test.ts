import { describe, expect, it } from "vitest";
import { NumericError, PhysicsError } from "../../../src/base/index.js";
import { createKernelSession } from "../../../src/forces/index.js";
import { oxide, phosphate } from "./systems.js";

describe("arrangements the kernel refuses", () => {
  const session = createKernelSession(oxide(phosphate, 1e-6, 6));
  const forces = new Float64Array(phosphate.positions.length);
  const n = phosphate.kinds.length;

  it("two atoms on top of each other, named from 1 with their elements and distance, also through a border of the cell", () => {
    const positions = phosphate.positions.slice();
    for (let k = 0; k < 3; k++)
      positions[3 * 4 + k] = positions[3 * (n - 1) + k]! + phosphate.cell.vectors[6 + k]! + (k ? 0 : 0.3);
    expect(() => session.evaluate(positions, forces)).toThrow(PhysicsError);
    expect(() => session.evaluate(positions, forces)).toThrow(/atom 5 \(Li\) and atom 32 \(O\) are 0\.300 Å apart/);
  });

  it("coinciding atoms", () => {
    const positions = phosphate.positions.slice();
    positions.copyWithin(0, 3, 6);
    expect(() => session.evaluate(positions, forces)).toThrow(/atom 1 \(Li\) and atom 2 \(Li\) are 0\.000 Å apart/);
  });

  it("positions that are not numbers, with the atom", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const positions = phosphate.positions.slice();
      positions[3 * 6 + 1] = bad;
      expect(() => session.evaluate(positions, forces)).toThrow(NumericError);
      expect(() => session.evaluate(positions, forces)).toThrow(/atom 7/);
    }
  });

  it("and goes on afterwards as if nothing had happened", () => {
    const energy = session.evaluate(phosphate.positions, forces);
    expect(energy).toBe(createKernelSession(oxide(phosphate, 1e-6, 6)).evaluate(phosphate.positions, forces));
  });

  it("in mixed precision, forces too steep to be held exactly", () => {
    const mixed = createKernelSession(oxide(phosphate, 1e-6, 6), { precision: "mixed" });
    const positions = phosphate.positions.slice();
    for (let k = 0; k < 3; k++) positions[k] = positions[3 * (n - 1) + k]! + (k ? 0 : 0.5);
    expect(() => mixed.evaluate(positions, forces)).toThrow(/mixed precision holds/);
  });
});
