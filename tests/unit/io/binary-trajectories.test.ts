import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/base/index.js";
import {
  AKMA_FS,
  dcdCell,
  detectTrajectoryFormat,
  type FileTrajectory,
  memorySource,
  openDcd,
  openXtc,
  type RawFrame,
  readTrajectory,
  type TrajectoryReadOptions,
} from "../../../src/io/index.js";
import { cellParameters, makeCell, makeCrystal } from "../../../src/structure/index.js";

const fixture = fileURLToPath(new URL("../../../fixtures/mdanalysis/dcd-xtc/", import.meta.url));
const expected = JSON.parse(readFileSync(`${fixture}expected.json`, "utf8"));
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(`${fixture}files/${name}`));
const AR = { types: { 1: "Ar" } };

async function raw(name: string, bytes = bytesOf(name), options: TrajectoryReadOptions = AR, chunk?: number) {
  const source = memorySource(name, bytes, chunk);
  const opened = await (name.endsWith(".dcd") ? openDcd : openXtc)(source, options);
  const frames: { step: number; timeFs?: number; x: number[]; cell: number[] }[] = [];
  for await (const f of opened.frames() as AsyncIterable<RawFrame>) {
    frames.push({
      step: f.step,
      x: [...f.positions],
      cell: [...f.cell.vectors],
      ...(f.timeFs === undefined ? {} : { timeFs: f.timeFs }),
    });
  }
  return { opened, frames };
}

const largest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - b[i]!)), a.length === b.length ? 0 : Number.POSITIVE_INFINITY);
const open = (name: string, options: TrajectoryReadOptions, chunk?: number): Promise<FileTrajectory> =>
  readTrajectory(memorySource(name, bytesOf(name), chunk), name.endsWith(".dcd") ? "dcd" : "xtc", options);

describe("DCD as MDAnalysis reads it", () => {
  for (const key of ["triclinic", "npt", "big-endian", "fixed-atoms", "cosines", "lammps"]) {
    it(`${key}: positions bit for bit, cells and steps`, async () => {
      const want = expected[key];
      const { frames, opened } = await raw(`${key}.dcd`);
      expect(frames.length).toBe(want.positions.length);
      expect(opened.frameCount).toBe(frames.length);
      for (const [i, f] of frames.entries()) {
        expect(f.x).toEqual(want.positions[i]); // both are the file's f32
        // MDAnalysis keeps lengths and angles as f32: 2⁻²⁴ of 104° or of 17 Å, times a few
        expect(largest(f.cell, want.cells[i])).toBeLessThan(1e-5);
      }
      // MDAnalysis forgets to turn the bytes of the time step round.
      if (key === "big-endian") return expect(opened.frameSpacingFs).toBe((await raw("npt.dcd")).opened.frameSpacingFs);
      // f32 time step, and 4.888821e-2 ps there for √(amu Å² mol/kcal) = 0.0488882129 ps here
      if (key !== "lammps")
        expect(Math.abs(opened.frameSpacingFs! / 1000 - (want.times[1] - want.times[0]))).toBeLessThan(1e-6);
    });
  }

  it("lengths of eight bytes are the same file", async () => {
    expect((await raw("long-markers.dcd")).frames).toEqual((await raw("npt.dcd")).frames);
  });

  it("the time step of LAMMPS is in its own units", async () => {
    const metal = await open("lammps.dcd", AR);
    expect(metal.frameSpacingFs).toBe(2 * metal.stepSpacing);
    expect(metal.notes.list().map(({ code }) => code)).toContain("lammps-units-assumed");
    expect((await open("lammps.dcd", { ...AR, units: "real" })).frameSpacingFs).toBe(0.002 * metal.stepSpacing);
  });

  it("the unit of time is that of CHARMM, 48.88821 fs", () => {
    expect(AKMA_FS).toBeCloseTo(48.88821, 4); // CHARMM's TIMFAC, seven digits
  });

  it("cells as degrees, as cosines and as CHARMM's matrix are one cell; zeros are none", () => {
    const degrees = dcdCell([10, 100, 11, 95, 80, 12])!;
    const k = (x: number): number => Math.cos((x * Math.PI) / 180);
    const cosines = dcdCell([10, k(100), 11, k(95), k(80), 12])!;
    // asin and cos each round once: 1e-16 of an angle, 1e-15 of 12 Å
    expect(largest([...cosines.vectors], [...degrees.vectors])).toBeLessThan(1e-13);
    const matrix = makeCell([10, 1.5, -0.4, 1.5, 11, 0.7, -0.4, 0.7, 12]);
    const v = matrix.vectors;
    const read = dcdCell([v[0]!, v[1]!, v[4]!, v[2]!, v[5]!, v[8]!])!;
    expect([...read.vectors]).toEqual([...v]);
    expect(cellParameters(dcdCell([9, 0, 9, 0, 0, 9])!)).toEqual([9, 9, 9, 90, 90, 90]);
    expect(dcdCell([0, 0, 0, 0, 0, 0])).toBeUndefined();
  });
});

describe("XTC as MDAnalysis reads it", () => {
  for (const key of ["few", "water", "chain", "wide", "fine"]) {
    it(`${key}: positions, boxes, times`, async () => {
      const want = expected[key];
      const { frames, opened } = await raw(`${key}.xtc`);
      expect(frames.length).toBe(want.positions.length);
      // MDAnalysis multiplies in f32: three roundings of 2⁻²⁴ of up to 900 Å
      const reach = Math.max(...(want.positions[0] as number[]).map(Math.abs));
      for (const [i, f] of frames.entries()) {
        expect(largest(f.x, want.positions[i])).toBeLessThan(4 * 2 ** -24 * reach);
        // lengths and angles there as f32: 2⁻²⁴ of 104° or of 900 Å, times a few
        expect(largest(f.cell, want.cells[i])).toBeLessThan(Math.max(1e-5, 4 * 2 ** -24 * reach));
        expect(f.timeFs! / 1000).toBeCloseTo(want.times[i], 6);
      }
      expect(opened.hasElements).toBe(false);
    });
  }

  it("packed numbers are exact multiples of the precision", async () => {
    const { frames } = await raw("water.xtc");
    // 1000 units to the nm: hundredths of an Å, the quotient of two exact numbers rounded once
    for (const x of frames[2]!.x) expect(x).toBe(Math.round(x * 100) / 100);
  });

  it("times that are f32 in ps come out as the decimals they were: 500 fs apart", async () => {
    const trajectory = await open("water.xtc", AR);
    expect(trajectory.frameSpacingFs).toBe(500);
  });
});

describe("both", () => {
  const names = ["npt.dcd", "fixed-atoms.dcd", "few.xtc", "water.xtc"];

  it("do not depend on where the pieces end", async () => {
    for (const name of names) {
      const { frames } = await raw(name);
      for (const chunk of [1, 3, 7, 64, 1000])
        expect((await raw(name, bytesOf(name), AR, chunk)).frames).toEqual(frames);
    }
  });

  it("passing over frames gives the same as reading them", async () => {
    for (const name of names) {
      const { frames, opened } = await raw(name);
      const kept: number[][] = [];
      let index = 0;
      for await (const f of opened.frames({ choose: () => (index++ % 2 === 0 ? "pass" : "read") }))
        kept.push([...f.positions]);
      expect(kept).toEqual(frames.filter((_, i) => i % 2 === 1).map(({ x }) => x));
    }
  });

  it("cut anywhere: whole frames are kept and a note says so, or the file is refused", async () => {
    for (const name of names) {
      const bytes = bytesOf(name);
      const { frames } = await raw(name);
      for (let end = 0; end < bytes.length; end += 11) {
        try {
          const cut = await raw(name, bytes.slice(0, end));
          expect(cut.frames).toEqual(frames.slice(0, cut.frames.length));
          expect(cut.frames.length).toBeGreaterThan(0);
          const codes = cut.opened.notes.list().map(({ code }) => code);
          if (!codes.includes("last-frame-cut")) expect([4, 3, 2, 1].some((k) => cut.frames.length === k)).toBe(true); // cut between two frames
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }
    }
  });

  it("damaged bytes are read soundly or refused", async () => {
    for (const name of names) {
      const bytes = bytesOf(name);
      await fc.assert(
        fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (i, byte) => {
          try {
            const { frames } = await raw(name, bytes.with(i, byte));
            for (const { x } of frames) expect(x.every(Number.isFinite)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        }),
        { numRuns: 300, seed: 2 },
      );
    }
  });

  it("are known by name and by content", () => {
    for (const name of names) {
      const format = name.endsWith(".dcd") ? "dcd" : "xtc";
      expect(detectTrajectoryFormat(`a/${name}`, new Uint8Array(0))).toBe(format);
      expect(detectTrajectoryFormat("x", bytesOf(name))).toBe(format);
    }
    expect(detectTrajectoryFormat("x", bytesOf("long-markers.dcd"))).toBe("dcd");
    expect(detectTrajectoryFormat("x", bytesOf("big-endian.dcd"))).toBe("dcd");
  });

  it("elements, masses and labels come from the reference, whose atoms must be as many", async () => {
    const species = ["Li", "Li", "O", "O", "P", "S", "Cl", "I"];
    const reference = makeCrystal({
      cell: makeCell([14, 0, 0, 0, 15, 0, 0, 0, 17]),
      species,
      masses: species.map((_, i) => i + 1),
      positions: new Float64Array(24).map((_, i) => i),
    });
    for (const name of ["npt.dcd", "few.xtc"]) {
      const { crystal } = await open(name, { reference });
      expect([...crystal.masses]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(crystal.elements).toContain("Cl");
      await expect(open(name, {})).rejects.toThrow(/which elements are the 8 atoms/);
    }
    await expect(open("water.xtc", { reference })).rejects.toThrow(/180 atoms, the reference structure 8/);
  });

  it("folded paths are continued by the nearest image", async () => {
    // The walk has steps of 0.5 Å in cells of 14 Å: unwrapping its folded copy gives the differences of the walk itself.
    const { frames } = await raw("triclinic.dcd");
    const cell = makeCell(frames[0]!.cell);
    const bytes = bytesOf("triclinic.dcd");
    const view = new DataView(bytes.buffer);
    const frameBytes = 56 + 3 * 40;
    const head = bytes.length - 5 * frameBytes;
    for (const [f, { x }] of frames.entries()) {
      for (let i = 0; i < 8; i++) {
        const s = [0, 1, 2].map((k) => [0, 1, 2].reduce((sum, j) => sum + x[3 * i + j]! * cell.inverse[3 * j + k]!, 0));
        for (let k = 0; k < 3; k++) {
          const folded = [0, 1, 2].reduce((sum, j) => sum + (s[j]! - Math.floor(s[j]!)) * cell.vectors[3 * j + k]!, 0);
          view.setFloat32(head + f * frameBytes + 56 + 40 * k + 4 + 4 * i, folded, true);
        }
      }
    }
    const trajectory = await readTrajectory(memorySource("w.dcd", bytes), "dcd", AR);
    let first: number[] | undefined;
    let index = 0;
    for await (const { positions } of trajectory.frames()) {
      first ??= [...positions];
      const moved = [...positions].map((p, i) => p - first![i]!);
      // f32 of 17 Å, two of them
      expect(
        largest(
          moved,
          frames[index]!.x.map((p, i) => p - frames[0]!.x[i]!),
        ),
      ).toBeLessThan(5e-6);
      index++;
    }
    expect(index).toBe(5);
  });
});
