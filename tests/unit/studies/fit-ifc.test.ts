// The operation behind `phonion fit-ifc`: supercells found or chosen, forces read or made, files that belong together.

import { beforeAll, describe, expect, it } from "vitest";
import { type ForceFieldSpec, makeForceField } from "../../../src/forces/index.js";
import { readExtxyz, readForceConstants, readPoscar, readThirdOrder, writeExtxyz } from "../../../src/io/index.js";
import { displacedBy, forceConstants, randomDisplacements } from "../../../src/modes/index.js";
import { fcc, supercell, withPositions } from "../../../src/structure/index.js";
import { type FitIfcInput, fitIfcOperation } from "../../../src/studies/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

const argon: ForceFieldSpec = {
  name: "argon",
  pairs: { "Ar-Ar": [{ form: "lennard-jones", depthEv: 0.0104, diameterA: 3.4 }] },
  cutoffA: 7,
  shift: "force",
};
const unit = fcc({ a: 5.26, elements: ["Ar"] });
const defaults = fitIfcOperation.parameters.parse({});
const file = (files: readonly { readonly name: string; readonly data: string }[], name: string): string =>
  files.find((f) => f.name === name)!.data;

/** Arrangements as another program would leave them, through a file. */
function arrangements(count: number, options: { readonly withRest?: boolean } = {}) {
  const crystal = supercell(unit, [2, 2, 3]).crystal;
  const session = makeForceField(argon).attach(crystal);
  const us = randomDisplacements(crystal, { seed: 8, count, lengthA: 0.02 });
  if (options.withRest) us.unshift(new Float64Array(crystal.positions.length));
  const text = us
    .map((u) => {
      const moved = displacedBy(crystal, u);
      const forces = new Float64Array(u.length);
      session.evaluate(moved.positions, forces);
      return writeExtxyz({ crystal: moved, forces });
    })
    .join("");
  session.dispose();
  return readExtxyz(text, { file: "set.xyz" }).map(({ crystal: read, forces }) => ({ crystal: read, forces: forces! }));
}

describe("fit-ifc", () => {
  it("with a force field: displaces a nearly cubic supercell and finds its second derivatives", async () => {
    const input: FitIfcInput = { structure: unit, source: { forces: argon }, seed: 3 };
    const request = { ...defaults, count: 4, displacementA: 0.01 };
    const { data, files, converged } = await fitIfcOperation.run(input, request);
    expect(data.natoms).toBe(108);
    expect(data.primitiveAtoms).toBe(1);
    expect(data.supercells).toBe(4);
    expect(converged).toBe(true);
    const reference = readPoscar(file(files, "SPOSCAR"), { file: "SPOSCAR" });
    const fitted = readForceConstants(
      file(files, "FORCE_CONSTANTS"),
      { file: "FORCE_CONSTANTS" },
      { supercell: reference },
    );
    const exact = await forceConstants(reference, makeForceField(argon));
    let worst = 0;
    for (const [e, x] of [...exact.values].entries()) worst = Math.max(worst, Math.abs(x - fitted.values[e]!));
    // 4 × 324 forces with cubic and quartic parts of 3e-5 eV/Å over 0.01 Å.
    expect(worst).toBeLessThan(2e-3);
    expect(data.acousticSumResidual).toBeLessThan(1e-13);
    expect(data.holdOut!.errorPercent).toBeLessThan(10);
    expect(readExtxyz(file(files, "displacements.xyz"), { file: "d.xyz" }).length).toBe(4);
  });

  it("with a file: finds the supercell from the cells, takes forces at rest off, writes third order", async () => {
    const source = { arrangements: arrangements(8, { withRest: true }) };
    const { data, files, notes } = await fitIfcOperation.run(
      { structure: unit, source, seed: 0 },
      { ...defaults, order: 3, cutoff3Shells: 1 },
    );
    expect(data.natoms).toBe(48);
    expect(data.supercells).toBe(8);
    expect(data.method).toBe("lasso");
    expect(notes.map(({ code }) => code)).toContain("rest-forces-subtracted");
    expect(data.path.length).toBe(40);
    expect(data.path.some(({ alpha }) => alpha === data.alpha)).toBe(true);
    expect(data.path[3]!.mu * data.path[3]!.alpha * data.rows).toBeCloseTo(1, 12);
    const blocks = readThirdOrder(file(files, "FORCE_CONSTANTS_3RD"), { file: "FC3" });
    expect(Math.max(...blocks.flatMap(({ atoms }) => atoms))).toBe(0);
    // The largest third derivative of a pair at 3.72 Å along 110: U‴ and U″/r by the formula, in the constant of the pair itself.
    expect(Math.max(...blocks.flatMap(({ values }) => values.map(Math.abs)))).toBeGreaterThan(0.05);
    // The same result whatever the order of keys: plain values only.
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  });

  it("estimates memory and says what would be done", () => {
    const { memoryMb, work, seconds } = fitIfcOperation.estimate(
      { structure: unit, source: { forces: argon }, seed: 0 },
      defaults,
    );
    expect(memoryMb).toBeGreaterThan(100);
    expect(seconds).toBeGreaterThan(0);
    expect(work[0]).toBe("30 supercells of 108 atoms, 9720 force components");
    expect(work[1]).toBe("25 parameters: 25 of order 2");
  });

  it("a cell that is no supercell is refused with the ratio; a file without arrangements too", async () => {
    const run = (input: FitIfcInput) => fitIfcOperation.run(input, defaults);
    const source = { arrangements: arrangements(2) };
    await expect(run({ structure: fcc({ a: 5.1, elements: ["Ar"] }), source, seed: 0 })).rejects.toThrow(
      /2\.063 0\.000 0\.000/,
    );
    await expect(run({ structure: unit, source: { arrangements: [] }, seed: 0 })).rejects.toThrow(/no arrangements/);
    const far = source.arrangements.map(({ crystal, forces }) => ({
      crystal: withPositions(
        crystal,
        crystal.positions.slice().map((x, i) => (i === 0 ? x + 1.5 : x)),
      ),
      forces,
    }));
    await expect(run({ structure: unit, source: { arrangements: far }, seed: 0 })).rejects.toThrow(
      /from its place in the reference/,
    );
  });
});
