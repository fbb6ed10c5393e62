import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openTrajectory } from "../../../src/host/index.js";
import { makeCell, makeCrystal, speciesList } from "../../../src/structure/index.js";

const fixture = fileURLToPath(new URL("../../../fixtures/mdanalysis/h5md-written/", import.meta.url));
const expected = JSON.parse(readFileSync(`${fixture}expected.json`, "utf8"));
const largest = (a: Iterable<number>, b: readonly number[]): number =>
  Math.max(...[...a].map((x, i) => Math.abs(x - b[i]!)));

describe("H5MD of other programs", () => {
  it("MDAnalysis: nm and ps become Å and fs; without species the reference names the atoms", async () => {
    await expect(openTrajectory(`${fixture}mdanalysis.h5md`)).rejects.toThrow(/has no species/);
    const reference = makeCrystal({
      cell: makeCell([10, 0, 0, 0, 11, 0, 0, 0, 12]),
      species: ["Li", "O", "O", "Li"],
      positions: new Array(12).fill(0),
    });
    const trajectory = await openTrajectory(`${fixture}mdanalysis.h5md`, { reference, gaps: "refuse" });
    expect(trajectory.frameCount).toBe(5);
    expect(trajectory.frameSpacingFs).toBe(500);
    expect(speciesList(trajectory.crystal)).toEqual(["Li", "O", "O", "Li"]);
    // the file holds f32 nm: 2⁻²⁴ of some 15 Å, written and read through two conversions
    expect(largest(trajectory.crystal.cell.vectors, expected.cell)).toBeLessThan(4e-6);
    let f = 0;
    for await (const frame of trajectory.frames()) {
      expect(largest(frame.positions, expected.walk[f])).toBeLessThan(4e-6);
      expect(
        largest(
          [...frame.velocities!].map((v) => v * 1000),
          expected.speeds[f],
        ),
      ).toBeLessThan(1e-6); // Å/ps
      f++;
    }
    expect(f).toBe(5);
  });

  it("h5py: enumerated species, image flags, increments with offsets, edges of three numbers", async () => {
    const trajectory = await openTrajectory(`${fixture}enumerated.h5`);
    expect(speciesList(trajectory.crystal)).toEqual(["Li", "Li", "O", "Li"]);
    expect(trajectory.coordinates).toBe("images");
    expect([trajectory.frameSpacingFs, trajectory.startFs, trajectory.startStep, trajectory.stepSpacing]).toEqual([
      20, 100, 100, 20,
    ]);
    expect(trajectory.crystal.masses[0]).toBe(Math.fround(6.015));
    let f = 0;
    for await (const frame of trajectory.frames()) {
      // nm → Å, and back by whole cells: rounding of some 30 Å
      expect(largest(frame.positions, expected.path[f++])).toBeLessThan(1e-13);
    }
    expect(f).toBe(5);
  });
});
