import { describe, expect, it } from "vitest";
import { type ByteSource, readTrajectory } from "../../../src/io/index.js";

const ATOMS = 1000;
const FRAMES = 6500;

/** 215 MB of dump, made as they are read. */
const source: ByteSource = {
  name: "generated.dump",
  async *chunks() {
    const rows = Array.from(
      { length: ATOMS },
      (_, i) =>
        `${i + 1} Li ${((i * 0.37) % 20).toFixed(6)} ${((i * 0.73) % 20).toFixed(6)} ${((i * 0.11) % 20).toFixed(6)}`,
    ).join("\n");
    for (let f = 0; f < FRAMES; f++) {
      yield new TextEncoder().encode(
        `ITEM: TIMESTEP\n${f}\nITEM: NUMBER OF ATOMS\n${ATOMS}\nITEM: BOX BOUNDS pp pp pp\n0 20\n0 20\n0 20\nITEM: ATOMS id element x y z\n${rows}\n`,
      );
    }
  },
};

describe.skipIf(!process.env.PHONION_LONG)("a long file (long)", () => {
  it("takes the memory of a few frames, however long it is", async () => {
    const trajectory = await readTrajectory(source, "lammps-dump", { timestepFs: 1 });
    const held: number[] = [];
    let frames = 0;
    for await (const _ of trajectory.frames()) {
      if (++frames % 500 === 0) held.push(process.memoryUsage().rss);
    }
    expect(frames).toBe(FRAMES);
    // After a first tenth that fills the collector's young generation: a kept frame of 24 kB would add up to 140 MB.
    expect(Math.max(...held.slice(2)) - held[1]!).toBeLessThan(60e6);
  });
});
