// Arrangements from other programs: other order, other image, another cell.

import { describe, expect, it } from "vitest";
import { displacedBy, randomDisplacements, samplesFrom } from "../../../src/modes/index.js";
import { type Crystal, makeCrystal, nacl, speciesOf, supercell } from "../../../src/structure/index.js";

const reference = supercell(nacl(), [2, 2, 2]).crystal;
const [u] = randomDisplacements(reference, { seed: 6, count: 1, lengthA: 0.05 });
const forces = u!.map((x) => -3 * x);
const moved = displacedBy(reference, u!);

const inOrder = (crystal: Crystal, order: readonly number[]): Crystal =>
  makeCrystal({
    cell: crystal.cell,
    species: order.map((i) => speciesOf(crystal, i)),
    positions: order.flatMap((i) => [...crystal.positions.slice(3 * i, 3 * i + 3)]),
  });

describe("samplesFrom", () => {
  it("gives displacements back, also through images of atoms in other cells", () => {
    const wrapped = { ...moved, positions: moved.positions.slice() };
    for (let i = 0; i < 64; i += 5) wrapped.positions[3 * i]! += reference.cell.vectors[0]!;
    const { samples, order, notes } = samplesFrom(reference, [{ crystal: wrapped, forces }]);
    expect(order).toBeNull();
    expect(notes).toEqual([]);
    // Positions of 20 Å: rounding 4e-15.
    for (const [i, x] of u!.entries()) expect(samples[0]!.displacements[i]).toBeCloseTo(x, 13);
  });

  it("finds another order of atoms by place and species, says it, and takes the forces along", () => {
    const shuffled = Array.from({ length: 64 }, (_, i) => (i * 27) % 64);
    const { samples, order, notes } = samplesFrom(reference, [
      {
        crystal: inOrder(moved, shuffled),
        forces: Float64Array.from(shuffled.flatMap((i) => [...forces.slice(3 * i, 3 * i + 3)])),
      },
    ]);
    expect(Array.from(order!, (j) => shuffled[j])).toEqual(Array.from({ length: 64 }, (_, i) => i));
    for (const [i, f] of forces.entries()) expect(samples[0]!.forces[i]).toBe(f);
    expect(notes[0]!.code).toBe("atoms-reordered");
    expect(notes[0]!.message).toContain(`their atom ${order![0]! + 1} ${order![1]! + 1} `);
  });

  it("refuses another cell, other atoms, atoms far from their place, with the numbers", () => {
    const frame = { crystal: moved, forces };
    const strained = { ...moved, cell: supercell(nacl({ a: 5.7 }), [2, 2, 2]).crystal.cell };
    expect(() => samplesFrom(reference, [{ crystal: strained, forces }])).toThrow(/up to 0\.1200 Å/);
    expect(() => samplesFrom(supercell(nacl(), [2, 2, 1]).crystal, [frame])).toThrow(/64 atoms, the reference 32/);
    const away = { ...moved, positions: moved.positions.slice() };
    away.positions[30]! += 1.3;
    expect(() => samplesFrom(reference, [frame, { crystal: away, forces }])).toThrow(
      /atom 11 .* of arrangement 2 is 1\.\d+ Å/,
    );
    expect(() => samplesFrom(reference, [{ crystal: moved, forces: forces.slice(3) }])).toThrow(/189 force components/);
  });
});
