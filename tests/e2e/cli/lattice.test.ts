// `phonion bands`, `dos` and `thermal` as processes: what they write, what they say, and what they refuse.

import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeForceField, namedForceFieldSpec } from "../../../src/forces/index.js";
import { readExtxyz, readPoscar, writeForceConstants, writePoscar } from "../../../src/io/index.js";
import { forceConstants } from "../../../src/modes/index.js";
import { nacl, repeatedAtomByAtom } from "../../../src/structure/index.js";
import { phonion } from "../../helpers/phonion.js";

let folder: string;
const unit = nacl({ a: 5.6, primitive: true });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-lattice-"));
  await writeFile(join(folder, "NaCl.vasp"), writePoscar(unit));
  const supercell = repeatedAtomByAtom(unit, [2, 2, 2]);
  const constants = await forceConstants(supercell, makeForceField(namedForceFieldSpec("tosi-fumi-nacl")));
  await writeFile(join(folder, "FORCE_CONSTANTS"), writeForceConstants(constants));
  const eye = (x: number): string => [x, 0, 0, 0, x, 0, 0, 0, x].join(" ");
  await writeFile(join(folder, "BORN"), `14.4\n${eye(2.43)}\n${eye(1.08)}\n${eye(-1.08)}\n`);
  await writeFile(join(folder, "BORN-charged"), `14.4\n${eye(2.43)}\n${eye(1.08)}\n${eye(1.08)}\n`);
  await writeFile(join(folder, "BORN-askew"), `14.4\n${eye(2.43)}\n1 0.5 0 0 1 0 0 0 1\n-1 -0.5 0 0 -1 0 0 0 -1\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...words: string[]) => phonion(words, { cwd: folder });
const FORCES = ["--forces", "tosi-fumi-nacl", "--supercell", "2,2,2", "--mesh", "4,4,4"];
const CONSTANTS = ["--force-constants", "FORCE_CONSTANTS", "--supercell", "2,2,2", "--mesh", "4,4,4"];

describe("phonion bands", () => {
  it("writes what other programs read, the page, and the modes asked for", async () => {
    const { code, stdout, stderr } = await run(
      "bands",
      "NaCl.vasp",
      ...FORCES,
      "--charges",
      "field",
      "--points",
      "11",
      "--animate",
      "X,0",
      "--displace",
      "L,0,0.1",
      "--out",
      "b",
    );
    expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
    expect(stdout).toContain("cF");
    for (const name of [
      "band.yaml",
      "bands.csv",
      "dos.csv",
      "report.html",
      "report.json",
      "figures/bands.svg",
      "mode-X-0.axsf",
    ])
      expect([name, existsSync(join(folder, "b", name))]).toEqual([name, true]);
    const frames = readExtxyz(await readFile(join(folder, "b", "mode-X-0.xyz"), "utf8"), { file: "mode-X-0.xyz" });
    expect(frames).toHaveLength(24);
    const displaced = readPoscar(await readFile(join(folder, "b", "displaced-L-0-0.1.vasp"), "utf8"), {
      file: "displaced",
    });
    expect(displaced.kinds.length).toBe(16); // L = (½ ½ ½) fits into 2 × 2 × 2 cells of two atoms
    expect(JSON.parse(await readFile(join(folder, "b", "report.json"), "utf8")).schema).toBe("phonion/bands");
  }, 60_000);

  it("takes force constants and Born charges, and says which", async () => {
    const { code, stdout } = await run(
      "bands",
      "NaCl.vasp",
      ...CONSTANTS,
      "--born",
      "BORN",
      "--points",
      "5",
      "--path",
      "Γ-X",
      "--json",
    );
    expect(code).toBe(0);
    const data = JSON.parse(stdout);
    expect(data.lattice.source).toBe("constants");
    expect(data.lattice.largestChargeE).toBeCloseTo(1.08, 10);
    const gamma = data.frequenciesThz[0];
    expect(gamma[5] - gamma[4]).toBeGreaterThan(1); // the longitudinal one is lifted
    expect(data.notes.map((note: { code: string }) => note.code)).toContain("non-analytic-term");
  }, 60_000);
});

describe("phonion dos and thermal", () => {
  it("print and write their numbers with units", async () => {
    const dos = JSON.parse((await run("dos", "NaCl.vasp", ...CONSTANTS, "--out", "d", "--mesh-yaml", "--json")).stdout);
    expect(dos.states).toBeCloseTo(6, 1); // Riemann sum of tetrahedra's steps
    expect(existsSync(join(folder, "d", "mesh.yaml"))).toBe(true);
    const thermal = JSON.parse(
      (await run("thermal", "NaCl.vasp", ...CONSTANTS, "--to-k", "2000", "--step-k", "1000", "--json")).stdout,
    );
    expect(thermal.temperaturesK).toEqual([0, 1000, 2000]);
    // Dulong and Petit: C_V → k_B for each counted mode; at 2000 K off by (hf/k_BT)²/12 < 1e-2
    expect(thermal.heatCapacityEvPerK[2] / (8.617333262e-5 * thermal.countedModes)).toBeCloseTo(1, 2);
    expect(thermal.energyEv[0]).toBeCloseTo(thermal.zeroPointEv, 12);
  }, 60_000);

  it("say beforehand what they will do", async () => {
    const { code, stdout } = await run("thermal", "NaCl.vasp", ...FORCES, "--volumes", "5", "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toMatch(/2 × 2 × 2 cells, 16 atoms/);
  }, 60_000);
});

describe("what cannot be", () => {
  it.each([
    [["bands", "NaCl.vasp"], /nothing says its forces/],
    [["bands", "nowhere"], /no file or folder/],
    [["bands", "."], /yaml|SPOSCAR|supercell/],
    [["dos", "NaCl.vasp", ...CONSTANTS, "--forces", "tosi-fumi-nacl"], /more than one of/],
    [["bands", "NaCl.vasp", "--force-constants", "FORCE_CONSTANTS"], /the table is for 16 atoms, the crystal has 2/],
    [["bands", "NaCl.vasp", ...CONSTANTS, "--born", "BORN-charged"], /add up to/],
    [["bands", "NaCl.vasp", ...CONSTANTS, "--born", "BORN-askew"], /symmetry/],
    [["bands", "NaCl.vasp", ...CONSTANTS, "--path", "Γ-Q"], /Q is no point of the zone/],
    [["bands", "NaCl.vasp", ...CONSTANTS, "--animate", "X"], /is no mode/],
    [["bands", "NaCl.vasp", ...CONSTANTS, "--charges", "field"], /charges of a force field were asked for/],
    [["bands", "NaCl.vasp", ...CONSTANTS, "--mobile", "Xx"], /Xx/],
    [["thermal", "NaCl.vasp", ...CONSTANTS, "--volumes", "5"], /needs a force field/],
    [["thermal", "NaCl.vasp", ...CONSTANTS, "--volumes", "6"], /odd/],
    [["thermal", "NaCl.vasp", ...CONSTANTS, "--from-k", "500", "--to-k", "100"], /temperatures from 500 to 100 K/],
    [["dos", "NaCl.vasp", ...CONSTANTS, "--direction", "0 0 0"], /direction is/],
  ] as [string[], RegExp][])(
    "%j is refused with a reason",
    async (words, reason) => {
      const { code, stderr } = await run(...words);
      expect(stderr).toMatch(reason);
      expect(code).toBe(2);
    },
    60_000,
  );
});
