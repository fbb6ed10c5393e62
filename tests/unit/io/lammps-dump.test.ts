import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/base/index.js";
import type { Frame } from "../../../src/dynamics/index.js";
import {
  type FileTrajectory,
  memorySource,
  readTrajectory,
  type TrajectoryReadOptions,
} from "../../../src/io/index.js";
import { makeCell, makeCrystal, speciesList } from "../../../src/structure/index.js";

const fixture = fileURLToPath(new URL("../../../fixtures/lammps/dump-conventions/", import.meta.url));
const expected = JSON.parse(readFileSync(`${fixture}expected.json`, "utf8"));
const TYPES = { 1: "Li", 2: "O" };

const open = (
  text: string | Uint8Array,
  options: TrajectoryReadOptions = {},
  chunk?: number,
): Promise<FileTrajectory> =>
  readTrajectory(memorySource("t.dump", text, chunk), "lammps-dump", { timestepFs: 1, types: TYPES, ...options });

interface Kept {
  readonly step: number;
  readonly timeFs: number;
  readonly x: readonly number[];
  readonly v: readonly number[] | undefined;
  readonly cell: readonly number[] | undefined;
}

async function read(trajectory: FileTrajectory, range = {}): Promise<Kept[]> {
  const out: Kept[] = [];
  for await (const f of trajectory.frames(range) as AsyncIterable<Frame>)
    out.push({
      step: f.step,
      timeFs: f.timeFs,
      x: [...f.positions],
      v: f.velocities && [...f.velocities],
      cell: f.cell && [...f.cell.vectors],
    });
  return out;
}

const largest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - b[i]!)), a.length === b.length ? 0 : Number.POSITIVE_INFINITY);

describe("every way LAMMPS writes positions, against MDAnalysis and ASE", () => {
  for (const box of ["orthogonal", "triclinic", "deforming"]) {
    const file = (kind: string): string => readFileSync(`${fixture}${box}.${kind}.dump`, "utf8");
    const want = expected[box];

    it(`${box}: unwrapped coordinates are MDAnalysis's (f32) relative to the corner of the box`, async () => {
      const trajectory = await open(file("xu"));
      const frames = await read(trajectory);
      expect(frames.map((f) => f.step)).toEqual(want.mdanalysisSteps);
      // MDAnalysis keeps f32: 2⁻²⁴ of some 30 Å, and takes the corner off in f32
      for (const [i, f] of frames.entries()) expect(largest(f.x, want.mdanalysisUnwrapped[i])).toBeLessThan(6e-6);
      expect(trajectory.coordinates).toBe("unwrapped");
    });

    it(`${box}: cells and velocities are ASE's`, async () => {
      const trajectory = await open(file("x"));
      const frames = await read(trajectory);
      for (const [i, f] of frames.entries()) {
        // bounds carry 17 digits; xhi_bound − xlo_bound loses a few units of the last place
        expect(largest(f.cell ?? [...trajectory.crystal.cell.vectors], want.aseCells[i])).toBeLessThan(1e-14);
        // the conversion constants of ASE 3.22 are CODATA 2014: 1e-8 relative of up to 0.1 Å/fs
        expect(largest(f.v!, want.aseVelocitiesAPerFs[i])).toBeLessThan(1e-8);
      }
      expect(trajectory.variableCell).toBe(box === "deforming");
      expect(trajectory.hasVelocities).toBe(true);
    });

    it(`${box}: x, xs with image flags, xsu and xu tell the same paths`, async () => {
      const paths = await Promise.all(["xu", "xsu", "x", "xs"].map(async (kind) => read(await open(file(kind)))));
      const [xu, xsu, x, xs] = paths as [Kept[], Kept[], Kept[], Kept[]];
      for (let i = 0; i < xu.length; i++) {
        // LAMMPS's own fractional coordinates in tilted boxes are up to 5e-13 Å off: numpy finds the same from the file's numbers.
        expect(largest(xsu[i]!.x, xu[i]!.x)).toBeLessThan(1e-12);
        expect(largest(xs[i]!.x, x[i]!.x)).toBeLessThan(1e-12);
        // With a constant cell the flags give xu itself. In a changing cell they give the sum of the steps instead.
        if (box !== "deforming") expect(largest(x[i]!.x, xu[i]!.x)).toBeLessThan(1e-13);
      }
    });

    it(`${box}: in a changing cell every step by image flags is the step of the atom`, async () => {
      const raw = await read(await open(file("xu")));
      const flagged = await read(await open(file("x")));
      const cells = want.aseCells as number[][];
      for (let i = 1; i < raw.length; i++) {
        // u(t+1) − u(t) differs from that of x + n·L by n·(L(t+1) − L(t)), whole numbers n: check that it is such a combination
        const change = makeCellDifference(cells[i]!, cells[i - 1]!);
        for (let a = 0; a < 6; a++) {
          const d = [0, 1, 2].map(
            (k) =>
              raw[i]!.x[3 * a + k]! -
              raw[i - 1]!.x[3 * a + k]! -
              (flagged[i]!.x[3 * a + k]! - flagged[i - 1]!.x[3 * a + k]!),
          );
          expect(distanceToCombination(d, change)).toBeLessThan(1e-12);
        }
      }
    });

    it(`${box}: wrapped without flags, the nearest image: paths are xu, moved by whole cells at the start`, async () => {
      const trajectory = await open(file("wrapped"));
      const frames = await read(trajectory);
      const flagged = await read(await open(file("x")));
      for (const [i, f] of frames.entries()) {
        const now = f.x.map((x, k) => x - frames[0]!.x[k]!);
        const then = flagged[i]!.x.map((x, k) => x - flagged[0]!.x[k]!);
        expect(largest(now, then)).toBeLessThan(1e-12);
      }
      expect(trajectory.coordinates).toBe("wrapped");
    });
  }
});

const makeCellDifference = (a: readonly number[], b: readonly number[]): number[] => a.map((x, i) => x - b[i]!);

/** Distance of d from the combinations of the rows of m with whole numbers up to 6. */
function distanceToCombination(d: readonly number[], m: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let a = -6; a <= 6; a++)
    for (let b = -6; b <= 6; b++)
      for (let c = -6; c <= 6; c++)
        least = Math.min(least, Math.hypot(...[0, 1, 2].map((k) => d[k]! - a * m[k]! - b * m[3 + k]! - c * m[6 + k]!)));
  return least;
}

const frame = (step: number, rows: readonly string[], columns = "id type xu yu zu"): string =>
  `ITEM: TIMESTEP\n${step}\nITEM: NUMBER OF ATOMS\n${rows.length}\nITEM: BOX BOUNDS pp pp pp\n0 10\n0 10\n0 10\nITEM: ATOMS ${columns}\n${rows.join("\n")}\n`;
const two = (step: number): string => frame(step, [`2 2 ${step} 1 1`, `1 1 ${step + 0.5} 2 2`]);
const run = (...steps: number[]): string => steps.map(two).join("");

describe("bytes", () => {
  it("chunk borders may fall anywhere, lines may end in any way", async () => {
    const text = readFileSync(`${fixture}triclinic.x.dump`, "utf8");
    const whole = await read(await open(text));
    for (const chunk of [1, 7, 64, 1000]) expect(await read(await open(text, {}, chunk))).toEqual(whole);
    for (const end of ["\r\n", "\r"]) {
      for (const chunk of [1, 7]) expect(await read(await open(text.replaceAll("\n", end), {}, chunk))).toEqual(whole);
    }
    let line = 0;
    const mixed = text.replaceAll("\n", () => ["\n", "\r\n", "\r"][line++ % 3]!);
    expect(await read(await open(mixed, {}, 5))).toEqual(whole);
  });

  it("atoms are sorted by id, and stride passes over frames without changing the rest", async () => {
    const trajectory = await open(run(0, 10, 20, 30, 40));
    expect(speciesList(trajectory.crystal)).toEqual(["Li", "O"]);
    expect((await read(trajectory)).map((f) => f.x[0])).toEqual([0.5, 10.5, 20.5, 30.5, 40.5]);
    expect((await read(trajectory, { from: 1, stride: 2 })).map((f) => [f.step, f.timeFs, f.x[3]])).toEqual([
      [10, 10, 10],
      [30, 30, 30],
    ]);
  });

  it("velocities of metal units move the decimal point: 17 digits of Å/ps are Å/fs to the last bit", async () => {
    const text = frame(0, ["1 1 0 0 0 1.2345678901234567 -0.1 3e-3"], "id type xu yu zu vx vy vz");
    const [f] = await read(await open(text));
    expect(f!.v).toEqual([1.2345678901234567e-3, -1e-4, 3e-6]);
    expect((await read(await open(text, { units: "real" })))[0]!.v).toEqual([1.2345678901234567, -0.1, 3e-3]);
  });
});

describe("files that are not as they should be", () => {
  const message = async (text: string, options: TrajectoryReadOptions = {}): Promise<string> => {
    try {
      await read(await open(text, options));
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      return (error as Error).message;
    }
    return "";
  };

  it("a last frame that is cut anywhere is left out with a note; all before it stay", async () => {
    const text = run(0, 1, 2);
    const start = run(0, 1).length;
    for (let cut = start + 1; cut < text.length; cut++) {
      const trajectory = await open(text.slice(0, cut));
      expect((await read(trajectory)).map((f) => f.step)).toEqual([0, 1]);
      expect(trajectory.notes.list().map((note) => note.code)).toEqual(["last-frame-cut"]);
    }
    expect(await read(await open(text))).toHaveLength(3);
  });

  it("a first frame that is cut, an empty file", async () => {
    expect(await message("")).toMatch(/^t.dump:1: the file is empty/);
    expect(await message(two(0).slice(0, -12))).toMatch(/the file ends in its first frame, at atom 2 of 2/);
    expect(await message("ITEM: TIMESTEP\n0\n")).toMatch(/the file ends in the heading of its first frame/);
  });

  it("steps: repeated ones are passed over, missing ones and new beginnings refused", async () => {
    const trajectory = await open(run(0, 10, 20, 10, 20, 30, 30, 40));
    expect((await read(trajectory)).map((f) => f.step)).toEqual([0, 10, 20, 30, 40]);
    expect(trajectory.notes.list()[0]).toMatchObject({ code: "frames-repeated" });
    expect(trajectory.notes.list()[0]!.message).toMatch(/3 frame\(s\), steps 10 to 30/);
    expect(await message(run(0, 10, 30))).toMatch(/expected step 20, found step 30/);
    expect(await message(run(0, 10, 20, 0, 10))).toMatch(/the steps begin anew: step 0 comes after step 20/);
    const gap = await open(run(0, 10, 30), { gaps: "note" });
    expect((await read(gap)).map((f) => f.timeFs)).toEqual([0, 10, 30]);
  });

  const rows: [string, string, RegExp][] = [
    ["an atom that was not there", run(0) + frame(1, ["1 1 0 0 0", "3 2 0 0 0"]), /:22: the id 3 is not among/],
    ["an atom twice", run(0) + frame(1, ["1 1 0 0 0", "1 2 0 0 0"]), /:22: the id 1 comes twice/],
    ["another number of atoms", run(0) + frame(1, ["1 1 0 0 0"]), /step 1 has 1 atoms, the first frame had 2/],
    [
      "a word for a number",
      run(0) + frame(1, ["1 1 0 x 0", "2 2 0 0 0"]),
      /:21: expected yu of a row of atoms, found "x"/,
    ],
    ["nan", run(0) + frame(1, ["1 1 0 nan 0", "2 2 0 0 0"]), /:21: expected yu of a row of atoms, found "nan"/],
    ["a short row", run(0) + frame(1, ["1 1 0 0", "2 2 0 0 0"]), /:21: the line ends before zu/],
    ["a long row", run(0) + frame(1, ["1 1 0 0 0 9", "2 2 0 0 0"]), /:21: more columns than the 5/],
    ["no positions", frame(0, ["1 1"], "id type"), /hold no positions/],
    ["units of another kind", `ITEM: UNITS\nlj\n${run(0, 1)}`, /:2: the units are "lj"/],
  ];
  for (const [name, text, pattern] of rows) it(name, async () => expect(await message(text)).toMatch(pattern));

  it("a cell that begins to change later is refused, and read when that is said", async () => {
    const later = run(0, 1, 2).replace(/0 10\n(?![\s\S]*0 10\n)/, "0 11\n");
    expect(await message(later)).toMatch(/the cell changes at step 2/);
    expect((await read(await open(later, { variableCell: true })))[2]!.cell![8]).toBe(11);
  });

  it("no time step: refused with what to give, taken where that is allowed", async () => {
    const source = memorySource("t.dump", run(0, 10));
    await expect(readTrajectory(source, "lammps-dump", { types: TYPES })).rejects.toThrow(/does not say how much time/);
    const open = await readTrajectory(source, "lammps-dump", { types: TYPES, unknownTime: true });
    expect(open.frameSpacingFs).toBeNaN();
  });
});

describe("elements and order", () => {
  const reference = makeCrystal({
    cell: makeCell([10, 0, 0, 0, 10, 0, 0, 0, 10]),
    species: ["O", "Li", "Li"],
    positions: [5, 5, 5, 1, 1, 1, 8, 8, 8],
  });
  const text = [0, 1].map((s) => frame(s, ["1 1 8.1 8 8", "2 1 1 1.1 1", "3 2 5 5 5.1"])).join("");

  it("types are named by a map, or by the counts of a reference; unknown types are refused", async () => {
    await expect(readTrajectory(memorySource("t", text), "lammps-dump", { timestepFs: 1 })).rejects.toThrow(
      /which elements are the atom types 1, 2\?/,
    );
    const mapped = await readTrajectory(memorySource("t", text), "lammps-dump", {
      timestepFs: 1,
      types: { 1: "Na", 2: "Cl" },
    });
    expect(speciesList(mapped.crystal)).toEqual(["Na", "Na", "Cl"]);
  });

  it("a reference gives the order of its atoms; the permutation is told", async () => {
    const trajectory = await readTrajectory(memorySource("t", text), "lammps-dump", { timestepFs: 1, reference });
    expect(speciesList(trajectory.crystal)).toEqual(["O", "Li", "Li"]);
    expect(trajectory.permutation).toEqual([2, 1, 0]);
    expect((await read(trajectory))[1]!.x).toEqual([5, 5, 5.1, 1, 1.1, 1, 8.1, 8, 8]);
  });
});
