import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import type { Call, Outcome } from "../../../src/cli/command.js";
import { convertCommand } from "../../../src/cli/commands/convert.js";
import { showCommand } from "../../../src/cli/commands/show.js";
import { openTrajectory } from "../../../src/host/index.js";
import { writePoscar } from "../../../src/io/index.js";
import { makeCell, makeCrystal } from "../../../src/structure/index.js";

const folder = mkdtempSync(join(tmpdir(), "phonion-formats-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = (name: string): string => fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url));
const path = (name: string): string => join(folder, name);

const run = (
  command: typeof convertCommand,
  args: readonly string[],
  flags: Record<string, unknown> = {},
): Promise<Outcome> =>
  command.run({
    args,
    flags: command.flags.parse(flags),
    common: { json: false, dryRun: false, quiet: true },
    signal: new AbortController().signal,
    say: () => undefined,
  } as unknown as Call<never>);

async function positions(file: string): Promise<number[][]> {
  const out: number[][] = [];
  for await (const frame of (await openTrajectory(file)).frames()) out.push([...frame.positions]);
  return out;
}

describe("convert and show know VASP's, CHARMM's and GROMACS's files", () => {
  it("XDATCAR, vasprun.xml and OUTCAR of one run become the same trajectory", async () => {
    const flags = { variableCell: true };
    await run(convertCommand, [fixture("ase/vasp-runs/files/vasprun.xml"), path("a.h5md")], flags);
    await run(convertCommand, [fixture("ase/vasp-runs/files/OUTCAR"), path("b.h5md")], flags);
    await run(convertCommand, [fixture("ase/vasp-runs/files/variable.XDATCAR"), path("c.h5md")], {
      ...flags,
      timestepFs: 2,
    });
    const [a, b, c] = await Promise.all(["a", "b", "c"].map((name) => positions(path(`${name}.h5md`))));
    const off = (x: number[][], y: number[][]): number =>
      Math.max(...x.flatMap((frame, f) => frame.map((value, i) => Math.abs(value - y[f]![i]!))));
    // OUTCAR: five decimals, and the steps summed over six frames; XDATCAR: cell with six decimals, so 5e-7 times a few
    expect(off(a!, b!)).toBeLessThan(6 * 1e-5);
    expect(off(a!, c!)).toBeLessThan(6 * 3e-6);
    const [ta, tc] = await Promise.all(["a", "c"].map((name) => openTrajectory(path(`${name}.h5md`))));
    expect([ta!.frameSpacingFs, tc!.frameSpacingFs]).toEqual([2, 2]);
  });

  it("compressed files are read, whatever the name", async () => {
    const name = path("XDATCAR.gz");
    writeFileSync(name, gzipSync(readFileSync(fixture("ase/vasp-runs/files/fixed.XDATCAR"))));
    const shown = await run(showCommand as unknown as typeof convertCommand, [name], { timestepFs: 2 });
    expect(shown.data).toMatchObject({ format: "xdatcar", frames: 6, frameSpacingFs: 2, formula: "Li3 O2" });
    const zipped = path("run.bin");
    writeFileSync(zipped, gzipSync(readFileSync(fixture("mdanalysis/dcd-xtc/files/water.xtc"))));
    expect((await openTrajectory(zipped, { types: { 1: "Ar" } })).format).toBe("xtc");
  });

  it("--reference gives DCD and XTC their elements, and is named among the inputs", async () => {
    const species = ["Li", "Li", "Li", "Li", "O", "O", "O", "P"];
    const reference = makeCrystal({
      cell: makeCell([14, 0, 0, 0, 15, 0, 0, 0, 17]),
      species,
      positions: Float64Array.from({ length: 24 }, (_, i) => 0.5 * i),
    });
    writeFileSync(path("POSCAR"), writePoscar(reference));
    for (const file of ["npt.dcd", "few.xtc"]) {
      const source = fixture(`mdanalysis/dcd-xtc/files/${file}`);
      const done = await run(convertCommand, [source, path(`${file}.extxyz`)], { reference: path("POSCAR") });
      expect(done.data).toMatchObject({ frames: 5, formula: expect.stringMatching(/Li4.*O3/) });
      expect(done.inputs?.map(({ name }) => name)).toEqual([file, "POSCAR"]);
      const shown = await run(showCommand as unknown as typeof convertCommand, [source], { reference: path("POSCAR") });
      expect(shown.data).toMatchObject({ frames: 5, frameSpacingFs: 500, natoms: 8, variableCell: true });
      await expect(run(showCommand as unknown as typeof convertCommand, [source])).rejects.toMatchObject({
        hint: expect.stringMatching(/--reference/),
      });
    }
  });

  it("one frame of an XDATCAR becomes a structure; an XDATCAR is not written", async () => {
    const xdatcar = fixture("ase/vasp-runs/files/fixed.XDATCAR");
    expect((await run(convertCommand, [xdatcar, path("last.cif")], { frame: -1 })).data).toMatchObject({ natoms: 5 });
    await expect(run(convertCommand, [xdatcar, path("XDATCAR")], { timestepFs: 1 })).rejects.toThrow(
      /xdatcar is read, not written/,
    );
  });
});
