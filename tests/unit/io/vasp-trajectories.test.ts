import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/base/index.js";
import {
  detectTrajectoryFormat,
  type FileTrajectory,
  memorySource,
  openOutcar,
  openVasprun,
  openXdatcar,
  type RawFrame,
  readTrajectory,
  type TrajectoryFormatName,
  type TrajectoryReadOptions,
} from "../../../src/io/index.js";
import { makeCell, makeCrystal, speciesList } from "../../../src/structure/index.js";
import { mutilations } from "./samples.js";

const fixture = fileURLToPath(new URL("../../../fixtures/ase/vasp-runs/", import.meta.url));
const expected = JSON.parse(readFileSync(`${fixture}expected.json`, "utf8"));
const text = (name: string): string => readFileSync(`${fixture}files/${name}`, "utf8");
const OPENERS = { xdatcar: openXdatcar, vasprun: openVasprun, outcar: openOutcar } as const;
type Name = keyof typeof OPENERS;

async function raw(format: Name, data: string | Uint8Array, options: TrajectoryReadOptions = {}, chunk?: number) {
  const opened = await OPENERS[format](memorySource("file", data, chunk), options);
  const frames: { step: number; x: number[]; cell: number[]; energy?: number }[] = [];
  for await (const f of opened.frames() as AsyncIterable<RawFrame>) {
    frames.push({
      step: f.step,
      x: [...f.positions],
      cell: [...f.cell.vectors],
      ...(f.potentialEnergy === undefined ? {} : { energy: f.potentialEnergy }),
    });
  }
  return { opened, frames, codes: opened.notes.list().map(({ code }) => code) };
}

const open = (
  format: TrajectoryFormatName,
  data: string,
  options: TrajectoryReadOptions = {},
): Promise<FileTrajectory> => readTrajectory(memorySource("file", data), format, options);
const largest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - b[i]!)), a.length === b.length ? 0 : Number.POSITIVE_INFINITY);

const FILES: readonly (readonly [string, string, Name])[] = [
  ["fixed", "fixed.XDATCAR", "xdatcar"],
  ["variable", "variable.XDATCAR", "xdatcar"],
  ["vasprun", "vasprun.xml", "vasprun"],
  ["outcar", "OUTCAR", "outcar"],
];

describe("VASP's files as ASE reads them", () => {
  for (const [key, name, format] of FILES) {
    it(`${name}: elements, positions, cells, energies`, async () => {
      const want = expected[key];
      const { opened, frames } = await raw(format, text(name));
      expect(speciesList(opened.crystal)).toEqual(want.species);
      expect(frames.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
      for (const [i, f] of frames.entries()) {
        // s·L by sums of three products of up to 5 Å: a few 2⁻⁵³ of it
        expect(largest(f.x, want.positions[i])).toBeLessThan(4e-15);
        expect(largest(f.cell, want.cells[i])).toBeLessThan(1e-15);
        if (want.energies) expect(f.energy).toBe(want.energies[i]);
      }
    });
  }

  it("vasprun.xml and OUTCAR know their time step and VASP's masses", async () => {
    for (const [, name, format] of FILES.slice(2)) {
      const trajectory = await open(format, text(name));
      expect(trajectory.frameSpacingFs).toBe(2);
      expect(trajectory.stepSpacing).toBe(1);
      expect([...trajectory.crystal.masses]).toEqual([7.01, 7.01, 7.01, 16, 16]);
      expect(trajectory.variableCell).toBe(true);
    }
  });

  it("a relaxation takes no time, so the time is asked for", async () => {
    const relaxed = text("vasprun.xml").replaceAll(/name="IBRION">\s*0</g, 'name="IBRION">     2<');
    await expect(open("vasprun", relaxed)).rejects.toThrow(/does not say how much time/);
    const outcar = text("OUTCAR").replace(/IBRION = +0/, "IBRION =      2");
    await expect(open("outcar", outcar)).rejects.toThrow(/does not say how much time/);
  });

  it("the energy is that of the step, not of its electronic steps", async () => {
    for (const [, name, format] of FILES.slice(2))
      expect((await raw(format, text(name))).frames.map(({ energy }) => energy)).toEqual(
        expected.energies.map((e: number) => Number(e.toFixed(8))),
      );
  });

  it("steps of machine-learned forces, <structure> without <calculation>, are steps too", async () => {
    const bare = text("vasprun.xml")
      .replaceAll(/ *<scstep>.*?<\/scstep>\n/gs, "")
      .replaceAll(/ *<\/?calculation>\n/g, "");
    expect((await raw("vasprun", bare)).frames).toEqual((await raw("vasprun", text("vasprun.xml"))).frames);
  });

  it("steps that were not written count: ML_OUTBLOCK in vasprun.xml, the numbers of the steps in OUTCAR", async () => {
    const learned = (version: string, mode: string): string =>
      text("vasprun.xml")
        .replace("5.4.4  ", version)
        .replace(
          " </incar>",
          `  <i type="string" name="ML_MODE">${mode}</i>\n  <i type="int" name="ML_OUTBLOCK">    10</i>\n </incar>`,
        );
    // VASP's table of what ML_OUTBLOCK does to which file: vasprun.xml only from 6.4.3 on, only in prediction
    for (const [version, mode, spacing] of [
      ["6.4.3", "run", 20],
      ["6.5.0", "RUN", 20],
      ["6.4.2", "run", 2],
      ["6.4.3", "train", 2],
    ] as const) {
      const trajectory = await open("vasprun", learned(version, mode));
      expect([trajectory.frameSpacingFs, trajectory.stepSpacing]).toEqual([spacing, spacing / 2]);
    }
    const sparse = text("OUTCAR").replaceAll(
      /Iteration +(\d+)\(/g,
      (_, n: string) => `Iteration ${String(5 * Number(n)).padStart(6)}(`,
    );
    const trajectory = await open("outcar", sparse, { variableCell: true });
    expect([trajectory.frameSpacingFs, trajectory.stepSpacing, trajectory.startFs]).toEqual([10, 5, 10]);
    const gap = text("OUTCAR").replaceAll(
      /Iteration +([456])\(/g,
      (_, n: string) => `Iteration      ${Number(n) + 1}(`,
    );
    const broken = await open("outcar", gap, { variableCell: true });
    await expect(
      (async () => {
        for await (const _ of broken.frames());
      })(),
    ).rejects.toThrow(/expected step 4, found step 5/);
  });

  it("two runs in one file go on, with a note", async () => {
    for (const [key, name, format] of FILES.slice(2)) {
      const { frames, codes } = await raw(format, text(name) + text(name));
      expect(frames.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
      expect(frames[7]!.x).toEqual(frames[1]!.x);
      expect(codes, key).toContain("runs-joined");
    }
  });

  it("are known by name and by content", () => {
    for (const [, name, format] of FILES) {
      expect(detectTrajectoryFormat(`run/${name}`, new Uint8Array(0))).toBe(format);
      expect(detectTrajectoryFormat("x", new TextEncoder().encode(text(name)).subarray(0, 4096))).toBe(format);
    }
    const byName = (name: string) => detectTrajectoryFormat(name, new Uint8Array(0));
    expect(
      ["XDATCAR.gz", "run1.XDATCAR", "XDATCAR_300K", "OUTCAR.2", "old-OUTCAR", "vasprun.xml.gz"].map(byName),
    ).toEqual(["xdatcar", "xdatcar", "xdatcar", "outcar", "outcar", "vasprun"]);
    expect(["OUTCAR.json", "xdatcar.extxyz", "XDATCAR.h5md", "OUTCAR/x"].map(byName)).toEqual([
      undefined,
      "extxyz",
      "h5md",
      undefined,
    ]);
    expect(
      detectTrajectoryFormat("POSCAR", new TextEncoder().encode("Li\n1\n4 0 0\n0 4 0\n0 0 4\nLi\n1\nDirect\n0 0 0\n")),
    ).toBe(undefined);
  });
});

describe("whatever way the bytes come", () => {
  for (const [, name, format] of FILES) {
    it(`${name}: pieces and line ends change nothing`, async () => {
      const data = text(name);
      const { frames } = await raw(format, data);
      for (const chunk of [1, 7, 100, 1013]) expect((await raw(format, data, {}, chunk)).frames).toEqual(frames);
      const lines = data.split("\n");
      const mixed = lines.map((line, i) => line + (i + 1 < lines.length ? ["\n", "\r\n", "\r"][i % 3] : "")).join("");
      for (const variant of [data.replaceAll("\n", "\r\n"), data.replaceAll("\n", "\r"), mixed])
        for (const chunk of [undefined, 13]) expect((await raw(format, variant, {}, chunk)).frames).toEqual(frames);
    });

    it(`${name}: passing over frames gives the same as reading them`, async () => {
      const { frames, opened } = await raw(format, text(name));
      const kept: number[][] = [];
      let index = 0;
      for await (const f of opened.frames({ choose: () => (index++ % 2 === 0 ? "pass" : "read") }))
        kept.push([...f.positions]);
      expect(kept).toEqual(frames.filter((_, i) => i % 2 === 1).map(({ x }) => x));
    });

    it(`${name}: cut anywhere, the frames before are kept, with a note`, async () => {
      const data = text(name);
      const { frames } = await raw(format, data);
      let noted = 0;
      for (let end = data.length - 1; end > 0; end -= 17) {
        try {
          const cut = await raw(format, data.slice(0, end));
          if (cut.codes.includes("last-frame-cut")) noted++;
          const whole = cut.frames.slice(0, -1);
          expect(whole).toEqual(frames.slice(0, whole.length));
          // only of a single frame, which has nothing to fall back to, may the last digits be missing
          if (cut.frames.length > 1 || format !== "xdatcar")
            expect(cut.frames.at(-1)).toEqual(frames[cut.frames.length - 1]);
          if (cut.frames.length === frames.length) expect(end).toBeGreaterThan(0.8 * data.length);
        } catch (error) {
          expect(error, `cut at ${end}`).toBeInstanceOf(FormatError);
          expect(end).toBeLessThan(0.6 * data.length);
        }
      }
      expect(noted).toBeGreaterThan(5); // of some tens of cuts behind the first frame, those within a frame
    });

    it(`${name}: damaged, it is read soundly or refused`, async () => {
      await fc.assert(
        fc.asyncProperty(mutilations(text(name)), async (damaged) => {
          try {
            const { frames } = await raw(format, damaged);
            for (const { x, cell } of frames) expect([...x, ...cell].every(Number.isFinite)).toBe(true);
          } catch (error) {
            expect((error as Error).name).toMatch(/^(Format|Input)Error$/);
          }
        }),
        { numRuns: 120, seed: 1 },
      );
    });
  }
});

const HEAD = "Li2 O1\n1.0\n4 0 0\n0 5 0\n0 0 6\nLi O\n2 1\n";
const row = (...x: number[]): string => `${x.map((v) => v.toFixed(8).padStart(12)).join("")}\n`;
const body = (shift: number): string => row(0.1 + shift, 0.2, 0.3) + row(0.5, 0.5, 0.5) + row(0.9, 0.1, 0.7);
const configuration = (n: number | string, shift = 0): string =>
  `Direct configuration=${String(n).padStart(6)}\n${body(shift)}`;

describe("XDATCAR, in all the ways it is written", () => {
  const steps = async (data: string) => (await raw("xdatcar", data)).frames.map(({ step }) => step);

  it("the time of one count is asked for, with what it is", async () => {
    const data = HEAD + configuration(1) + configuration(11) + configuration(21);
    await expect(open("xdatcar", data)).rejects.toMatchObject({ hint: expect.stringMatching(/POTIM × NBLOCK/) });
    const trajectory = await open("xdatcar", data, { timestepFs: 2 });
    expect(trajectory.frameSpacingFs).toBe(20);
    expect(trajectory.stepSpacing).toBe(10);
    expect(trajectory.startStep).toBe(1);
  });

  it("missing configurations are refused", async () => {
    const data = HEAD + [1, 2, 3, 5].map((n) => configuration(n)).join("");
    const trajectory = await open("xdatcar", data, { timestepFs: 1 });
    await expect(
      (async () => {
        for await (const _ of trajectory.frames());
      })(),
    ).rejects.toThrow(/expected step 4, found step 5/);
  });

  it("blank lines, bare Direct, stars and no line at all count on", async () => {
    const spaced = `${HEAD}\n${body(0)}\n${body(0.01)}\n${body(0.02)}`;
    expect(await steps(spaced)).toEqual([1, 2, 3]);
    expect(await steps(`${HEAD}${body(0)}${body(0.01)}`)).toEqual([1, 2]);
    expect(await steps(`${HEAD}Direct\n${body(0)}Direct\n${body(0.01)}`)).toEqual([1, 2]);
    expect(
      await steps(
        HEAD + configuration(999980) + configuration(999990) + configuration("******") + configuration("******"),
      ),
    ).toEqual([999980, 999990, 1000000, 1000010]);
    expect((await raw("xdatcar", spaced)).codes).toContain("configurations-unnumbered");
    expect((await raw("xdatcar", spaced)).frames[2]!.x[0]).toBeCloseTo(0.12 * 4, 12);
  });

  it("Konfig= and Cartesian are read; Cartesian positions are scaled", async () => {
    const konfig = HEAD + configuration(1).replace("Direct configuration=", "Konfig=");
    expect((await raw("xdatcar", konfig)).frames[0]!.x.slice(0, 3)).toEqual([0.4, 1, 0.3 * 6]);
    const cartesian = HEAD.replace("1.0", "2.0") + configuration(1).replace("Direct", "Cartesian");
    expect((await raw("xdatcar", cartesian)).frames[0]!.x.slice(0, 3)).toEqual([0.2, 0.4, 0.6]);
  });

  it("the scale is a factor, three factors, or minus the volume", async () => {
    const cellOf = async (scale: string) =>
      (await raw("xdatcar", HEAD.replace("1.0", scale) + configuration(1))).frames[0]!.cell.filter((x) => x !== 0);
    expect(await cellOf("1.5")).toEqual([6, 7.5, 9]);
    expect(await cellOf("1 2 3")).toEqual([4, 10, 18]);
    const byVolume = await cellOf("-960"); // 120 Å³ × 2³
    expect(largest(byVolume, [8, 10, 12])).toBeLessThan(1e-14);
  });

  it("numbers that run together are taken apart", async () => {
    const joined = `${HEAD}Direct configuration= 1\n0.12345678-0.03456789 0.5\n-0.10000000-0.20000000-0.30000000\n  0.10000000100.25000000 10.50000000\n`;
    const { frames } = await raw("xdatcar", joined);
    const s = [0.12345678, -0.03456789, 0.5, -0.1, -0.2, -0.3, 0.1, 100.25, 10.5];
    expect(frames[0]!.x).toEqual(s.map((x, i) => x * [4, 5, 6][i % 3]!));
  });

  it("many digits and exponents are read as Number reads them", async () => {
    const words = [
      "0.1234567890123456789",
      "1.5e-3",
      "-2.5E-01",
      "12",
      "0.333333333333333",
      "-.5",
      "+0.25",
      "1.0D-1",
      "0",
    ];
    const data = `${HEAD}Direct configuration= 1\n${[0, 3, 6].map((i) => words.slice(i, i + 3).join(" ")).join("\n")}\n`;
    const values = words.map((word) => Number(word.replace("D", "e")));
    expect((await raw("xdatcar", data)).frames[0]!.x).toEqual(values.map((x, i) => x * [4, 5, 6][i % 3]!));
  });

  it("files put together go on, with a note; other atoms are refused", async () => {
    const data =
      HEAD + configuration(1) + configuration(2, 0.01) + HEAD + configuration(1, 0.02) + configuration(2, 0.03);
    const { frames, codes } = await raw("xdatcar", data);
    expect(frames.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(codes).toContain("runs-joined");
    const trajectory = await open("xdatcar", data, { timestepFs: 1 });
    let count = 0;
    for await (const _ of trajectory.frames()) count++;
    expect(count).toBe(4);
    await expect(
      raw("xdatcar", HEAD + configuration(1) + HEAD.replace("2 1", "1 2") + configuration(1)),
    ).rejects.toThrow(/the atoms are Li 1, O 2, in the first heading they were Li 2, O 1/);
  });

  it("a configuration cut in the middle of a file is refused with its line", async () => {
    const data =
      HEAD + configuration(1) + configuration(2).split("\n").slice(0, 2).join("\n") + "\n" + configuration(3);
    await expect(raw("xdatcar", data)).rejects.toThrow(/^file:14: configuration 2 ends after 1 of 3 atoms/);
  });

  it("a cell that changes later is refused unless it is asked for", async () => {
    const data =
      HEAD + configuration(1) + HEAD + configuration(2) + HEAD.replace("0 5 0", "0 5.1 0") + configuration(3);
    const read = async (trajectory: FileTrajectory) => {
      const cells: (number | undefined)[] = [];
      for await (const { cell } of trajectory.frames()) cells.push(cell?.vectors[4]);
      return cells;
    };
    await expect(open("xdatcar", data, { timestepFs: 1 }).then(read)).rejects.toThrow(/the cell changes at step 3/);
    expect(await open("xdatcar", data, { timestepFs: 1, variableCell: true }).then(read)).toEqual([5, 5, 5.1]);
  });

  it("without a species line: types, a reference, or the comment tell the elements", async () => {
    const old = (comment: string): string => HEAD.replace("Li2 O1", comment).replace("Li O\n", "") + configuration(1);
    const speciesIn = async (data: string, options = {}) =>
      speciesList((await raw("xdatcar", data, options)).opened.crystal);
    expect(await speciesIn(old("run 7"), { types: { 1: "Na", 2: "S" } })).toEqual(["Na", "Na", "S"]);
    expect(await speciesIn(old("Li2 O1"))).toEqual(["Li", "Li", "O"]);
    await expect(raw("xdatcar", old("run 7"))).rejects.toThrow(/which elements are the atom types 1, 2/);
    const reference = makeCrystal({
      cell: makeCell([4, 0, 0, 0, 5, 0, 0, 0, 6]),
      species: ["S", "Na", "Na"],
      positions: [3.6, 0.5, 4.2, 0.4, 1, 1.8, 2, 2.5, 3],
    });
    const trajectory = await open("xdatcar", old("run 7"), { reference });
    expect(speciesList(trajectory.crystal)).toEqual(["S", "Na", "Na"]);
    expect(trajectory.permutation).toEqual([2, 0, 1]);
  });

  it("VASP 4's own file has no lattice, which is said", async () => {
    const vasp4 = "   3   3  10\n 0.4E+02  0.4E-09  0.5E-09  0.6E-09  0.1E-14\n 300.0\n CAR\n run\n\n" + body(0);
    await expect(raw("xdatcar", vasp4)).rejects.toMatchObject({ hint: expect.stringMatching(/VASP 4 has no lattice/) });
  });

  it("the number of frames is estimated", async () => {
    const frames = 40;
    for (const head of [HEAD, ""]) {
      const data =
        HEAD +
        Array.from({ length: frames }, (_, i) => (i > 0 && head === "" ? HEAD : "") + configuration(i + 1)).join("");
      // equal frames: exact but for the numbers' widths, which are padded
      expect((await raw("xdatcar", data)).opened.frameCountEstimate).toBe(frames);
    }
  });
});

// 140 configurations of 416 atoms, too large to be part of this repository.
const published = process.env.PHONION_ARGYRODITE_XDATCAR;

describe.skipIf(!published)("a published XDATCAR of argyrodite (PHONION_ARGYRODITE_XDATCAR=actual_XDATCAR.gz)", () => {
  it("140 configurations of 416 atoms, as plain parsing gives them", async () => {
    const unpacked = gunzipSync(readFileSync(published!));
    const { opened, frames } = await raw("xdatcar", unpacked, {}, 100_003);
    expect(frames.length).toBe(140);
    expect(opened.crystal.positions.length).toBe(3 * 416);
    const lines = unpacked.toString("utf8").split("\n");
    const cell = makeCell(lines.slice(2, 5).flatMap((line) => line.split(" ").map(Number)));
    const s = lines.slice(8 + 417 * 99, 8 + 417 * 99 + 416).flatMap((line) => line.split(" ").map(Number));
    const x = frames[99]!.x.map((_, i) => {
      const k = i % 3;
      const [a, b, c] = [s[i - k]!, s[i - k + 1]!, s[i - k + 2]!];
      return a * cell.vectors[k]! + b * cell.vectors[3 + k]! + c * cell.vectors[6 + k]!;
    });
    expect(frames[99]!.x).toEqual(x);
  });
});
