import { describe, expect, it } from "vitest";
import { memorySource, readTrajectory } from "../../../src/io/index.js";
import { analyse, rdfOf } from "../../../src/transport/index.js";

const FRAMES = 200;
const STEP = 0.09; // of an edge per frame: an atom crosses a face every eleven frames

/** Two atoms half an edge apart that travel along x through a cubic cell whose edge breathes by 10 %, as a LAMMPS dump of wrapped positions. */
function breathingDump(): string {
  const lines: string[] = [];
  for (let t = 0; t < FRAMES; t++) {
    const edge = 10 * (1 + 0.1 * Math.sin(t / 7));
    lines.push("ITEM: TIMESTEP", String(10 * t), "ITEM: NUMBER OF ATOMS", "2", "ITEM: BOX BOUNDS pp pp pp");
    for (let k = 0; k < 3; k++) lines.push(`0 ${edge}`);
    lines.push("ITEM: ATOMS id element x y z");
    for (let i = 0; i < 2; i++) {
      const s = (STEP * t + 0.5 * i) % 1;
      lines.push(`${i + 1} Li ${s * edge} 0 0`);
    }
  }
  return `${lines.join("\n")}\n`;
}

describe("a trajectory in a changing cell", () => {
  it("carries the path for displacements and the wrapped positions for distances", async () => {
    const source = memorySource("breathing.lammpstrj", new TextEncoder().encode(breathingDump()));
    const trajectory = await readTrajectory(source, "lammps-dump", { timestepFs: 1 });
    let pathGap = 0;
    for await (const { positions, wrapped, cell } of trajectory.frames()) {
      const edge = cell!.vectors[0]!;
      // Both atoms stand half an edge apart in every frame.
      const gap = (x: number): number => Math.abs(Math.abs(x / edge - Math.round(x / edge)) - 0.5) * edge;
      expect(gap(wrapped![3]! - wrapped![0]!)).toBeLessThan(1e-12); // rounding of the digits in the file
      pathGap = Math.max(pathGap, gap(positions[3]! - positions[0]!));
    }
    // The atoms cross in different frames, so their paths differ by sums of edges of different length.
    expect(pathGap).toBeGreaterThan(0.1);
    const { rdf } = await analyse(trajectory, { rdf: rdfOf({ rMax: 6, binWidth: 0.5 }) });
    // Half edges lie between 4.5 and 5.5 Å, and nothing is nearer: one neighbour on either side.
    const found = (r: number): number => rdf.pairs[0]!.coordination[Math.round(r / 0.5) - 1]!;
    expect(found(4.5)).toBe(0);
    expect(found(5.5)).toBeCloseTo(2, 12);
  });
});
