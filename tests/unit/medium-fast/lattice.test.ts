import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { cubicModes, inertiaOf, latticeFields, rodinLattice, springForces } from "../../../src/medium/index.js";

const random = (count: number): Float64Array<ArrayBuffer> => {
  const rng = Rng.fromSeed(5);
  return Float64Array.from({ length: count }, () => 0.1 * rng.normal());
};

describe("springs of the cubic lattice", () => {
  for (const cells of [4, 5, 20]) {
    it(`kernel, twin and the plain spring forces agree on ${cells}³ atoms`, () => {
      const u = random(3 * cells ** 3);
      const forces = new Float64Array(u.length);
      springForces(rodinLattice, cells, { displacements: u, forces });
      for (const kernels of ["wasm", "twin"] as const) {
        const fields = latticeFields(rodinLattice, cells, { kernels });
        const [from, to] = fields.allocate(2) as [number, number];
        fields.write(from, u);
        fields.apply(from, to, { scale: -inertiaOf(rodinLattice.mass) * fields.topFrequency ** 2 });
        const ours = fields.read(to);
        // About 40 additions of numbers up to 4 eV/Å² · 0.4 Å: 1e-15 relative each.
        let worst = 0;
        for (let i = 0; i < u.length; i++) worst = Math.max(worst, Math.abs(ours[i]! - forces[i]!));
        expect(worst).toBeLessThan(1e-14);
      }
    });
  }

  it("a shift of the whole lattice gives exactly no force", () => {
    const fields = latticeFields(rodinLattice, 6);
    const [from, to] = fields.allocate(2) as [number, number];
    // Numbers with full mantissas: only exact cancellation gives zero.
    fields.write(
      from,
      Float64Array.from({ length: 3 * 6 ** 3 }, (_, i) => [Math.PI, -Math.E, Math.SQRT2][i % 3]!),
    );
    fields.apply(from, to);
    expect(fields.read(to).every((f) => f === 0)).toBe(true);
  });

  it("a wave is an eigenvector with the eigenvalue Ω²/Ω_max²", () => {
    const cells = 6;
    const modes = cubicModes(rodinLattice, cells);
    const fields = latticeFields(rodinLattice, cells);
    const [from, to] = fields.allocate(2) as [number, number];
    for (const [q, branch] of [
      [[1, 0, 0], 2],
      [[1, 2, 3], 0],
      [[3, 3, 0], 1],
    ] as const) {
      const index = (q[0] * cells + q[1]) * cells + q[2];
      const wave = new Float64Array(3 * cells ** 3);
      for (let atom = 0; atom < cells ** 3; atom++) {
        const [n1, n2, n3] = [Math.floor(atom / 36), Math.floor(atom / 6) % 6, atom % 6];
        const phase = (2 * Math.PI * (q[0] * n1 + q[1] * n2 + q[2] * n3)) / cells + 0.3;
        for (let a = 0; a < 3; a++) wave[3 * atom + a] = modes.vectors[9 * index + 3 * branch + a]! * Math.cos(phase);
      }
      fields.write(from, wave);
      fields.apply(from, to);
      const ratio = (modes.omegas[3 * index + branch]! / fields.topFrequency) ** 2;
      const image = fields.read(to);
      for (let i = 0; i < wave.length; i++) expect(Math.abs(image[i]! - ratio * wave[i]!)).toBeLessThan(1e-14);
    }
  });
});
