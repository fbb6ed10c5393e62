import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { Call, Outcome } from "../../../src/cli/command.js";
import { convertCommand } from "../../../src/cli/commands/convert.js";
import { showCommand } from "../../../src/cli/commands/show.js";
import { parseTypes } from "../../../src/cli/commands/trajectories.js";
import { openTrajectory } from "../../../src/host/index.js";

const folder = mkdtempSync(join(tmpdir(), "phonion-convert-"));
afterAll(() => rmSync(folder, { recursive: true }));
const dump = fileURLToPath(new URL("../../../fixtures/lammps/dump-conventions/triclinic.x.dump", import.meta.url));
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
  for await (const frame of (await openTrajectory(file, { timestepFs: 1, types: { 1: "Li", 2: "O" } })).frames())
    out.push([...frame.positions]);
  return out;
}

describe("convert", () => {
  it("streams through every format and back to the same bits", async () => {
    const flags = { timestepFs: 1, types: "1=Li,2=O" };
    const first = await run(convertCommand, [dump, path("a.h5md")], flags);
    expect(first.data).toMatchObject({ from: "lammps-dump", to: "h5md", frames: 6, formula: "Li4 O2" });
    await run(convertCommand, [path("a.h5md"), path("b.extxyz")]);
    await run(convertCommand, [path("b.extxyz"), path("c.lammpstrj.gz")]);
    const want = await positions(dump);
    for (const name of ["a.h5md", "b.extxyz", "c.lammpstrj.gz"])
      expect(await positions(path(name)), name).toEqual(want);
  });

  it("takes a range with its stride, and says how far the frames are apart then", async () => {
    await run(convertCommand, [dump, path("r.h5md")], {
      timestepFs: 1,
      types: "1=Li,2=O",
      first: 1,
      last: 5,
      stride: 2,
    });
    const want = await positions(dump);
    expect(await positions(path("r.h5md"))).toEqual([1, 3, 5].map((i) => want[i]));
    expect((await openTrajectory(path("r.h5md"))).frameSpacingFs).toBe(40);
  });

  it("makes a structure of one frame", async () => {
    const done = await run(convertCommand, [dump, path("last.json")], { types: "1=Li,2=O" });
    expect(done.data).toMatchObject({ to: "json", natoms: 6 });
  });

  it("asks for what it cannot know", async () => {
    await expect(run(convertCommand, [dump, path("n.h5md")], { types: "1=Li,2=O" })).rejects.toThrow(/how much time/);
    await expect(run(convertCommand, [dump, path("n.h5md")], { timestepFs: 1 })).rejects.toThrow(/which elements/);
    await expect(
      run(convertCommand, [dump, path("n.h5md")], { timestepFs: 1, types: "1=Li,2=O", first: 9 }),
    ).rejects.toThrow(/no frame/);
    expect(() => parseTypes("Li,O")).toThrow(/is no list of types/);
  });
});

describe("show", () => {
  it("tells of a trajectory in ten lines", async () => {
    const shown = await run(showCommand, [dump], { types: "1=Li,2=O" });
    expect(shown.text.split("\n")).toHaveLength(10);
    expect(shown.data).toMatchObject({
      frames: 6,
      stepSpacing: 20,
      frameSpacingFs: null,
      coordinates: "images",
      hasVelocities: true,
    });
    const timed = await run(showCommand, [dump], { types: "1=Li,2=O", timestepFs: 0.5 });
    expect(timed.data).toMatchObject({ frameSpacingFs: 10 });
  });
});
