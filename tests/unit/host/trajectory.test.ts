import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import { type Frame, memoryTrajectory, type Trajectory } from "../../../src/dynamics/index.js";
import { openTrajectory, openTrajectoryWriter, trajectoryFormatOf } from "../../../src/host/index.js";
import { atomCount, type Cell, makeCell, makeCrystal, speciesList } from "../../../src/structure/index.js";

const folder = mkdtempSync(join(tmpdir(), "phonion-trajectory-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

const N = 5;
const FRAMES = 7;
/** a along x, b in the xy plane: what LAMMPS can hold as it is; tilts negative, so that the bounds hold the lengths exactly. */
const VECTORS = [9.1, 0, 0, -1.3, 8.2, 0, -0.7, -2.2, 10.3];

interface Made {
  readonly trajectory: Trajectory;
  readonly frames: readonly Kept[];
}

interface Kept {
  readonly step: number;
  readonly timeFs: number;
  readonly positions: readonly number[];
  readonly velocities: readonly number[] | undefined;
  readonly cell: readonly number[] | undefined;
  readonly potentialEnergy: number | undefined;
}

const kept = (frame: Frame): Kept => ({
  step: frame.step,
  timeFs: frame.timeFs,
  positions: [...frame.positions],
  velocities: frame.velocities && [...frame.velocities],
  cell: frame.cell && [...frame.cell.vectors],
  potentialEnergy: frame.potentialEnergy,
});

async function framesOf(trajectory: Trajectory, options = {}): Promise<Kept[]> {
  const out: Kept[] = [];
  for await (const frame of trajectory.frames(options)) out.push(kept(frame));
  return out;
}

async function made({ variable = false, energies = true } = {}): Promise<Made> {
  const rng = Rng.fromSeed(3);
  const crystal = makeCrystal({
    cell: makeCell(VECTORS),
    species: ["Li", "O", "Li", "P", "O"],
    masses: [7.016, 15.999, 6.015, 30.97, 15.999],
    positions: new Array(3 * N).fill(0),
  });
  // Atoms walk far out of the cell: 40 Å in the end.
  const positions = Float64Array.from({ length: 3 * N * FRAMES }, (_, i) => rng.normal() + 6 * Math.floor(i / (3 * N)));
  const velocities = positions.map(() => 0.01 * rng.normal());
  const cells = Array.from(
    { length: FRAMES },
    (_, f): Cell => makeCell(VECTORS.map((x) => (x === 0 ? 0 : x * (1 + 0.01 * f)))),
  );
  const trajectory = memoryTrajectory({
    crystal,
    positions,
    velocities,
    ...(variable ? { cells } : {}),
    ...(energies ? { potentialEnergies: positions.slice(0, FRAMES) } : {}),
    frameSpacingFs: 2.5,
    startFs: 12.5,
    stepSpacing: 5,
    startStep: 25,
  });
  return { trajectory, frames: await framesOf(trajectory) };
}

async function written(name: string, trajectory: Trajectory, options = {}): Promise<string> {
  const writer = await openTrajectoryWriter(path(name), trajectory, options);
  for await (const frame of trajectory.frames()) await writer.write(frame);
  await writer.close();
  return path(name);
}

describe("what is written is read back bit for bit", () => {
  for (const variable of [false, true]) {
    const cellName = variable ? "a cell that changes" : "a constant cell";

    it(`H5MD, ${cellName}: everything`, async () => {
      const { trajectory, frames } = await made({ variable });
      for (const options of [{}, { gzip: 4 }]) {
        const back = await openTrajectory(await written("a.h5md", trajectory, options));
        expect(await framesOf(back)).toEqual(frames);
        expect(back.frameCount).toBe(FRAMES);
        expect(back.frameSpacingFs).toBe(2.5);
        expect(back.coordinates).toBe("unwrapped");
        expect(speciesList(back.crystal)).toEqual(speciesList(trajectory.crystal));
        expect([...back.crystal.masses]).toEqual([...trajectory.crystal.masses]);
        expect([...back.crystal.cell.vectors]).toEqual(VECTORS);
        expect(back.notes.list()).toEqual([]);
      }
    });

    it(`LAMMPS dump, ${cellName}: positions, velocities, times; lengths of tilted cells to one rounding`, async () => {
      const { trajectory, frames } = await made({ variable, energies: false });
      for (const name of ["a.lammpstrj", "a.dump.gz"]) {
        const back = await openTrajectory(await written(name, trajectory));
        const read = await framesOf(back);
        expect(read.map(({ cell, ...rest }) => rest)).toEqual(frames.map(({ cell, ...rest }) => rest));
        // hi − reach: the bound is one rounding away at most, 2⁻⁵² of some 12 Å
        for (const [f, { cell }] of read.entries())
          for (const [i, x] of (cell ?? []).entries()) expect(Math.abs(x - frames[f]!.cell![i]!)).toBeLessThan(3e-15);
        expect(back.frameSpacingFs).toBe(2.5);
        expect(speciesList(back.crystal)).toEqual(speciesList(trajectory.crystal));
      }
    });

    it(`extended XYZ, ${cellName}: everything but velocities, which pass through momenta`, async () => {
      const { trajectory, frames } = await made({ variable });
      for (const name of ["a.extxyz", "a.xyz.gz"]) {
        const back = await openTrajectory(await written(name, trajectory));
        const read = await framesOf(back);
        expect(read.map(({ velocities, ...rest }) => rest)).toEqual(frames.map(({ velocities, ...rest }) => rest));
        for (const [f, { velocities }] of read.entries()) {
          // v·m/c and back: four roundings
          for (const [i, v] of frames[f]!.velocities!.entries())
            expect(Math.abs(velocities![i]! - v)).toBeLessThanOrEqual(4 * 2 ** -53 * Math.abs(v));
        }
        expect([...back.crystal.masses]).toEqual([...trajectory.crystal.masses]);
      }
    });
  }

  it("single precision: what comes back is the nearest f32", async () => {
    const { trajectory, frames } = await made();
    for (const name of ["s.h5md", "s.lammpstrj", "s.extxyz"]) {
      const back = await framesOf(await openTrajectory(await written(name, trajectory, { precision: "single" })));
      expect(back.map((f) => f.positions.map(Math.fround))).toEqual(frames.map((f) => f.positions.map(Math.fround)));
    }
  });

  it("a cell that is not lower triangular is turned as a whole for LAMMPS: distances stay", async () => {
    const crystal = makeCrystal({
      cell: makeCell([1, 7, 2, 8, 1, 0, -1, 2, 9]),
      species: ["Li", "O"],
      positions: [0, 0, 0, 1, 2, 3],
    });
    const trajectory = memoryTrajectory({
      crystal,
      positions: Float64Array.of(0, 0, 0, 1, 2, 3),
      velocities: Float64Array.of(1, 0, 0, 0, 2, 0),
      frameSpacingFs: 1,
    });
    const [frame] = await framesOf(await openTrajectory(await written("turned.dump", trajectory)));
    const [x, y, z] = frame!.positions.slice(3) as [number, number, number];
    expect(Math.hypot(x, y, z)).toBeCloseTo(Math.hypot(1, 2, 3), 12);
    const v = frame!.velocities!;
    // v·x is the same in any frame of axes
    expect(v[3]! * x + v[4]! * y + v[5]! * z).toBeCloseTo(4, 12);
  });
});

describe("ranges", () => {
  it("stride and range leave times alone; every call starts anew", async () => {
    const { trajectory, frames } = await made();
    for (const name of ["r.h5md", "r.lammpstrj"]) {
      const back = await openTrajectory(await written(name, trajectory));
      const some = await framesOf(back, { from: 1, to: 6, stride: 2 });
      expect(some.map((f) => f.timeFs)).toEqual([1, 3, 5].map((i) => frames[i]!.timeFs));
      expect(some.map((f) => f.positions)).toEqual([1, 3, 5].map((i) => frames[i]!.positions));
      expect(await framesOf(back, { from: 1, to: 6, stride: 2 })).toEqual(some);
    }
  });
});

describe("a file is whole or not there", () => {
  it("nothing has the name before close; abort leaves nothing", async () => {
    const { trajectory } = await made();
    for (const name of ["w.h5md", "w.lammpstrj", "w.extxyz.gz"]) {
      const writer = await openTrajectoryWriter(path(name), trajectory);
      for await (const frame of trajectory.frames()) await writer.write(frame);
      expect(readdirSync(folder)).not.toContain(name);
      await writer.abort();
      expect(readdirSync(folder).filter((file) => file.includes(name))).toEqual([]);
    }
  });

  it("a frame that breaks a promise takes the file with it", async () => {
    const { trajectory, frames } = await made();
    const writer = await openTrajectoryWriter(path("b.h5md"), trajectory);
    const bare = { step: 0, timeFs: 0, positions: Float64Array.from(frames[0]!.positions) };
    await expect(writer.write(bare)).rejects.toThrow(/no velocities/);
    expect(readdirSync(folder).filter((file) => file.includes("b.h5md"))).toEqual([]);
  });

  it("a folder that is not there, and a name that says nothing", async () => {
    const { trajectory } = await made();
    await expect(openTrajectoryWriter(path("none/x.h5md"), trajectory)).rejects.toThrow(/no folder|cannot/);
    await expect(openTrajectoryWriter(path("x.bin"), trajectory)).rejects.toThrow(/does not tell a trajectory format/);
  });
});

describe("bad files", () => {
  it("empty, no HDF5, cut gzip", async () => {
    writeFileSync(path("empty.lammpstrj"), "");
    await expect(openTrajectory(path("empty.lammpstrj"))).rejects.toThrow(/the file is empty/);
    writeFileSync(path("fake.h5md"), "nothing of the kind");
    await expect(openTrajectory(path("fake.h5md"))).rejects.toThrow(/not a readable HDF5 file/);
    const { trajectory } = await made();
    const text = readFileSync(await written("whole.lammpstrj", trajectory));
    writeFileSync(path("cut.lammpstrj.gz"), gzipSync(text).subarray(0, 300));
    await expect(openTrajectory(path("cut.lammpstrj.gz")).then((t) => framesOf(t))).rejects.toThrow(/unpacked/);
    await expect(openTrajectory(path("absent.dump"))).rejects.toThrow(/no file/);
  });

  it("formats are found by content where the name says nothing", async () => {
    const { trajectory } = await made();
    for (const [name, format] of [
      ["c.h5md", "h5md"],
      ["c.lammpstrj", "lammps-dump"],
      ["c.extxyz", "extxyz"],
    ] as const) {
      writeFileSync(path("content"), readFileSync(await written(name, trajectory)));
      expect(await trajectoryFormatOf(path("content"))).toBe(format);
      expect(atomCount((await openTrajectory(path("content"))).crystal)).toBe(N);
    }
  });
});

const PYTHON = "/usr/bin/python3";
const has = (module: string): boolean => spawnSync(PYTHON, ["-W", "ignore", "-c", `import ${module}`]).status === 0;

describe("other programs read our files", () => {
  it.skipIf(!has("h5py"))("h5py: shapes, units, numbers (skipped where there is no h5py)", async () => {
    const { trajectory, frames } = await made({ variable: true });
    const file = await written("p.h5md", trajectory, { gzip: 2 });
    const program = `
import h5py, json, sys
f = h5py.File(sys.argv[1], "r")
p = f["particles/atoms"]
print(json.dumps({
 "version": f["h5md"].attrs["version"].tolist(), "creator": f["h5md/creator"].attrs["name"],
 "position": p["position/value"][:].ravel().tolist(), "velocity": p["velocity/value"][:].ravel().tolist(),
 "unit": [p["position/value"].attrs["unit"], p["velocity/value"].attrs["unit"], p["position/time"].attrs["unit"]],
 "edges": p["box/edges/value"][:].ravel().tolist(), "boundary": [b.decode() if isinstance(b, bytes) else b for b in p["box"].attrs["boundary"]],
 "step": p["velocity/step"][:].tolist(), "time": p["position/time"][:].tolist(), "species": p["species"][:].tolist(),
 "dimension": int(p["box"].attrs["dimension"]), "energy": f["observables/potential_energy/value"][:].tolist() }))`;
    const read = JSON.parse(execFileSync(PYTHON, ["-c", program, file], { encoding: "utf8" }));
    expect(read).toEqual({
      version: [1, 1],
      creator: "phonion",
      position: frames.flatMap((f) => f.positions),
      velocity: frames.flatMap((f) => f.velocities),
      unit: ["Angstrom", "Angstrom fs-1", "fs"],
      edges: frames.flatMap((f) => f.cell),
      boundary: ["periodic", "periodic", "periodic"],
      step: frames.map((f) => f.step),
      time: frames.map((f) => f.timeFs),
      species: [3, 8, 3, 15, 8],
      dimension: 3,
      energy: frames.map((f) => f.potentialEnergy),
    });
  });

  it.skipIf(!has("ase"))(
    "ASE: positions and momenta of our extended XYZ, positions of our dump (skipped where there is no ASE)",
    async () => {
      const { trajectory, frames } = await made();
      const xyz = await written("p.extxyz", trajectory);
      const dump = await written("p.lammpstrj", trajectory);
      const program = `
import json, sys
from ase.io import read
x = read(sys.argv[1], ":"); d = read(sys.argv[2], ":", format="lammps-dump-text")
print(json.dumps({"x": [a.positions.ravel().tolist() for a in x], "v": [a.get_velocities().ravel().tolist() for a in x],
 "cell": x[0].cell[:].ravel().tolist(), "symbols": d[0].get_chemical_symbols(), "d": [a.positions.ravel().tolist() for a in d]}))`;
      const read = JSON.parse(execFileSync(PYTHON, ["-W", "ignore", "-c", program, xyz, dump], { encoding: "utf8" }));
      expect(read.x).toEqual(frames.map((f) => f.positions));
      expect(read.cell).toEqual(VECTORS);
      expect(read.symbols).toEqual(speciesList(trajectory.crystal));
      for (const [f, v] of read.v.entries()) {
        // ASE's time unit: 1 Å/fs is 1/0.0982269… of it; its constants are CODATA 2014, 1e-8 from ours
        for (const [i, x] of frames[f]!.velocities!.entries()) expect(v[i] * 0.0982269478).toBeCloseTo(x, 8);
      }
      for (const [f, d] of read.d.entries())
        for (const [i, x] of frames[f]!.positions.entries()) expect(d[i]).toBeCloseTo(x, 9);
    },
  );
});
