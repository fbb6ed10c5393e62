// NaCl, 20 supercells of 64 atoms displaced at random, and the second-order force constants symfc found (symfc's tests, BSD-3-Clause).
// The data are not part of this repository: PHONION_SYMFC names a folder with dfset_NaCl_222_rd.txt (rows u_x u_y u_z F_x F_y F_z, atom fastest)
// and full_fc_NaCl_222.txt ([64,64,3,3] eV/Å²), and without it these tests are skipped.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fitForceConstants, holdOutError } from "../../src/modes/index.js";
import { cellFromParameters, cutIntoCells, makeCrystal, repeatedAtomByAtom } from "../../src/structure/index.js";
import { loadSymmetryForTests } from "../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

const folder = process.env["PHONION_SYMFC"];
const numbers = (file: string): number[] => readFileSync(join(folder!, file), "utf8").trim().split(/\s+/).map(Number);

describe.skipIf(!folder)("symfc's NaCl, where PHONION_SYMFC names the data", () => {
  const n = 64;
  const setup = () => {
    const a = 5.6903014761756712;
    const unit = makeCrystal({
      cell: cellFromParameters(a, a, a),
      species: ["Na", "Na", "Na", "Na", "Cl", "Cl", "Cl", "Cl"],
      fractional: [
        [0, 0, 0],
        [0, 0.5, 0.5],
        [0.5, 0, 0.5],
        [0.5, 0.5, 0],
        [0.5, 0.5, 0.5],
        [0.5, 0, 0],
        [0, 0.5, 0],
        [0, 0, 0.5],
      ].flat(),
    });
    const rows = numbers("dfset_NaCl_222_rd.txt");
    const column = (s: number, from: number): Float64Array =>
      Float64Array.from({ length: 3 * n }, (_, e) => rows[6 * (n * s + Math.floor(e / 3)) + from + (e % 3)]!);
    const samples = Array.from({ length: 20 }, (_, s) => ({ displacements: column(s, 0), forces: column(s, 3) }));
    return { cells: cutIntoCells(repeatedAtomByAtom(unit, [2, 2, 2])), samples };
  };

  it("second order: the same constants and the same residual", async () => {
    const { cells, samples } = setup();
    const fit = await fitForceConstants(cells, samples);
    const theirs = numbers("full_fc_NaCl_222.txt");
    let worst = 0;
    for (let at = 0; at < theirs.length; at++) {
      const [i, j, e] = [Math.floor(at / (9 * n)), Math.floor(at / 9) % n, at % 9];
      const ours = fit.second!.values[(3 * i + Math.floor(e / 3)) * 3 * n + 3 * j + (e % 3)]!;
      worst = Math.max(worst, Math.abs(ours - theirs[at]!));
    }
    expect(fit.basis.parameters).toBe(31);
    // Both solve one least-squares problem of condition 11; their file has 19 digits.
    expect(worst).toBeLessThan(1e-12);
    expect(fit.forceRms).toBeCloseTo(0.04174, 5);
    expect(fit.trainingRms).toBeCloseTo(0.001976, 6);
    expect(fit.notes).toEqual([]);
  });

  it("third order within 5 Å leaves a tenth of what second order leaves, seen and unseen alike", async () => {
    const { cells, samples } = setup();
    const fit = await fitForceConstants(cells, samples, { orders: [2, 3], cutoffs: { 3: 5 } });
    expect(fit.orders[1]!.parameters).toBe(67);
    expect(holdOutError(fit)!.rms).toBeLessThan(0.001976 / 5);
    expect(holdOutError(fit)!.rms / fit.trainingRms).toBeLessThan(1.1);
  });
});
