// phonopy's own NaCl example: its folder as it is downloaded, named by PHONION_PHONOPY_NACL.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPhonopyFolder } from "../../src/io/index.js";
import { brillouinMesh, fitDisplacements, latticeDynamics, thermalDisplacements } from "../../src/modes/index.js";
import { loadSymmetryForTests } from "../helpers/symmetry.js";

const folder = process.env["PHONION_PHONOPY_NACL"];

describe.skipIf(!folder)("phonopy's NaCl, where PHONION_PHONOPY_NACL names the folder", () => {
  it("mean squared displacements with BORN, 5 × 5 × 5, f_min 0.01 THz, 300 K", async () => {
    loadSymmetryForTests();
    const names = readdirSync(folder!).filter((name) => !/LICENSE|README/.test(name));
    const input = readPhonopyFolder(
      Object.fromEntries(names.map((name) => [name, readFileSync(join(folder!, name), "utf8")])),
    );
    const cells = { primitive: input.primitive };
    const constants = fitDisplacements(input.forceSets!, { cells });
    const dynamics = latticeDynamics(constants, { cells, charges: input.charges! });
    const { isotropic, dropped } = await thermalDisplacements(dynamics, brillouinMesh(input.primitive, [5, 5, 5]), {
      temperatures: [300],
      minimumThz: 0.01,
    });
    expect(dropped).toBe(3);
    // phonopy prints 0.02198817 (Na) and 0.01681392 Å² (Cl); its constants of nature and its cut Ewald sum are good to 1e-5
    expect(isotropic[0]! / 0.02198817).toBeCloseTo(1, 4);
    expect(isotropic[1]! / 0.01681392).toBeCloseTo(1, 4);
  });
});
