// `phonion md` at constant pressure against LAMMPS: examples/gordiz/md-lattice.yaml as it stands. A minute: PHONION_LONG=1.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { inlinePool } from "../../src/base/index.js";
import {
  memoryStore,
  molecularDynamics,
  molecularDynamicsParameters,
  parameterDocument,
  resolveParameters,
} from "../../src/studies/index.js";

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

interface LammpsRun {
  readonly name: string;
  readonly lengths: readonly number[];
  readonly lengthErrors: readonly number[];
}

it.skipIf(!process.env["PHONION_LONG"])(
  "Li3PO4 at 300 K and no pressure has the lattice that LAMMPS finds",
  { timeout: 600_000 },
  async () => {
    const { dynamics } = JSON.parse(file("fixtures/lammps/lattice-300k/expected.json")) as { dynamics: LammpsRun[] };
    const lammps = dynamics.filter(({ name }) => /^as printed, run/.test(name));
    expect(lammps).toHaveLength(2);
    const example = "examples/gordiz/md-lattice.yaml";
    const parameters = resolveParameters(molecularDynamicsParameters, parameterDocument(file(example), example));
    const { data } = await molecularDynamics.run(parameters, {
      pool: inlinePool,
      store: memoryStore(),
      seed: 5,
      readInput: async (name) => ({ name, text: file(`examples/gordiz/${name}`) }),
    });
    const found = data.cell!.latticeConstants;
    found.forEach(({ value, standardError }, axis) => {
      const theirs = lammps.reduce((sum, { lengths }) => sum + lengths[axis]! / lammps.length, 0);
      const theirError = Math.max(...lammps.map(({ lengthErrors }) => lengthErrors[axis]!));
      console.log(`axis ${axis}: ${value.toFixed(4)} ± ${standardError.toFixed(4)} Å, LAMMPS ${theirs.toFixed(4)} Å`);
      expect(Math.abs(value - theirs)).toBeLessThan(4 * Math.hypot(standardError, theirError));
      expect(standardError).toBeLessThan(0.01); // a bound that large errors cannot pass
    });
  },
);
