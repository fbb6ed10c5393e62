import { describe, expect, it } from "vitest";
import {
  type FileTrajectory,
  memorySource,
  readExtxyz,
  readTrajectory,
  type TrajectoryReadOptions,
} from "../../../src/io/index.js";

const open = (text: string, options: TrajectoryReadOptions = {}, chunk?: number): Promise<FileTrajectory> =>
  readTrajectory(memorySource("t.xyz", text, chunk), "extxyz", { frameSpacingFs: 1, ...options });

async function positionsOf(trajectory: FileTrajectory): Promise<number[][]> {
  const out: number[][] = [];
  for await (const f of trajectory.frames()) out.push([...f.positions]);
  return out;
}

const LATTICE = 'Lattice="6 0 0 1 7 0 0 0 8"';
const one = (comment: string, ...rows: string[]): string => [String(rows.length), comment, ...rows, ""].join("\n");
const many = [0, 1, 2]
  .map((f) =>
    one(
      `${LATTICE} Properties=species:S:1:tag:I:1:pos:R:3:momenta:R:3:masses:R:1 energy=${-f} Time=${0.5 * f}`,
      `Li 7 ${0.1 + f} 1.25e0 2.0D+00 0.1 0.2 0.3 6.0`,
      `O  8 ${0.12345678901234568 + f} -3 4 -1 ${f} 0 16.0`,
    ),
  )
  .join("");

describe("extended XYZ as a trajectory", () => {
  it("means the same as the reader of structures, whatever the chunks and line ends", async () => {
    const want = readExtxyz(many, { file: "t.xyz" });
    for (const chunk of [1, 7, 50, undefined]) {
      for (const end of ["\n", "\r\n", "\r"]) {
        const trajectory = await open(many.replaceAll("\n", end), {}, chunk);
        let f = 0;
        for await (const frame of trajectory.frames()) {
          expect([...frame.positions]).toEqual([...want[f]!.crystal.positions]);
          expect([...frame.velocities!]).toEqual([...want[f]!.velocities!]);
          expect(frame.potentialEnergy).toBe(want[f]!.energy);
          expect(frame.step).toBe(f++);
        }
        expect(f).toBe(3);
        expect([...trajectory.crystal.masses]).toEqual([6, 16]);
      }
    }
  });

  it("time from the file", async () => {
    const trajectory = await readTrajectory(memorySource("t.xyz", many), "extxyz");
    expect(trajectory.frameSpacingFs).toBe(0.5);
  });

  it("positions inside the cell are continued by the nearest image, with a note; outside they stay", async () => {
    const inside = await open(one(LATTICE, "Li 5.9 1 1") + one(LATTICE, "Li 0.2 1 1"));
    expect((await positionsOf(inside))[1]![0]).toBeCloseTo(6.2, 12);
    expect(inside.notes.list().map((n) => n.code)).toEqual(["coordinates-unwrapped-by-nearest-image"]);
    const outside = await open(one(LATTICE, "Li 15.9 1 1") + one(LATTICE, "Li 10.2 1 1"));
    expect((await positionsOf(outside))[1]![0]).toBe(10.2);
    const said = await open(one(`${LATTICE} unwrapped=T`, "Li 5.9 1 1") + one(`${LATTICE} unwrapped=T`, "Li 0.2 1 1"));
    expect((await positionsOf(said))[1]![0]).toBe(0.2);
    expect(said.notes.list()).toEqual([]);
  });

  it("a last frame cut anywhere is left out with a note", async () => {
    const start = many.lastIndexOf("2\nLattice");
    for (let cut = start + 1; cut < many.length; cut++) {
      const trajectory = await open(many.slice(0, cut));
      expect(await positionsOf(trajectory)).toHaveLength(2);
      expect(trajectory.notes.list().some((n) => n.code === "last-frame-cut")).toBe(true);
    }
  });

  it("what does not fit is refused with its line", async () => {
    const first = one(LATTICE, "Li 1 1 1", "O 2 2 2");
    const all = async (text: string): Promise<unknown> => positionsOf(await open(first + text));
    await expect(all(one(LATTICE, "O 1 1 1", "O 2 2 2"))).rejects.toThrow(/t.xyz:7: atom 1 is "O"/);
    await expect(all(one(LATTICE, "Li 1 x 1", "O 2 2 2"))).rejects.toThrow(
      /t.xyz:7: expected pos of atom 1, found "x"/,
    );
    await expect(all(one(LATTICE, "Li 1 1 1 5", "O 2 2 2"))).rejects.toThrow(/t.xyz:7: atom 1 has more columns/);
    await expect(all(one(LATTICE, "Li 1 1 1"))).rejects.toThrow(/frame 2 has 1 atoms, the first had 2/);
    await expect(all("Li\n")).rejects.toThrow(/t.xyz:5: expected the number of atoms of frame 2/);
    await expect(open("")).rejects.toThrow(/the file is empty/);
  });
});
