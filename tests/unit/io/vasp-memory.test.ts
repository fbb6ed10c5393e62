import { describe, expect, it } from "vitest";
import { type ByteSource, readTrajectory } from "../../../src/io/index.js";

const ATOMS = 1000;
const FRAMES = 6500;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const fraction = (i: number, k: number): string => ((i * (0.37 + 0.11 * k)) % 1).toFixed(8).padStart(12);

/** 240 MB of XDATCAR, made as they are read. */
const xdatcar: ByteSource = {
  name: "generated XDATCAR",
  async *chunks() {
    const rows = Array.from({ length: ATOMS }, (_, i) => fraction(i, 0) + fraction(i, 1) + fraction(i, 2)).join("\n");
    yield encode(`Li\n1\n20 0 0\n0 20 0\n0 0 20\nLi\n${ATOMS}\n`);
    for (let f = 1; f <= FRAMES; f++) yield encode(`Direct configuration=${String(f).padStart(6)}\n${rows}\n`);
  },
};

/** 390 MB of vasprun.xml, made as they are read. */
const vasprun: ByteSource = {
  name: "generated vasprun.xml",
  async *chunks() {
    const v = Array.from(
      { length: ATOMS },
      (_, i) => `   <v> ${fraction(i, 0)} ${fraction(i, 1)} ${fraction(i, 2)} </v>\n`,
    ).join("");
    const atoms = `<rc><c>Li</c><c>   1</c></rc>\n`.repeat(ATOMS);
    const types = `<rc><c>${ATOMS}</c><c>Li</c><c> 7.01 </c><c> 1.0 </c><c> PAW_PBE Li </c></rc>\n`;
    yield encode(
      `<modeling>\n<i name="POTIM"> 1.0 </i>\n<array name="atoms" >\n${atoms}</array>\n<array name="atomtypes" >\n${types}</array>\n</atominfo>\n`,
    );
    const basis = `<varray name="basis" >\n<v> 20.0 0.0 0.0 </v>\n<v> 0.0 20.0 0.0 </v>\n<v> 0.0 0.0 20.0 </v>\n</varray>\n`;
    const step = `<calculation>\n<structure>\n${basis}<varray name="positions" >\n${v}</varray>\n</structure>\n<energy>\n<i name="e_fr_energy"> -1.5 </i>\n</energy>\n</calculation>\n`;
    for (let f = 1; f <= FRAMES; f++) yield encode(step);
  },
};

describe.skipIf(!process.env.PHONION_LONG)("long files of VASP (long)", () => {
  for (const [source, format] of [
    [xdatcar, "xdatcar"],
    [vasprun, "vasprun"],
  ] as const) {
    it(`${format} takes the memory of a few frames, however long it is`, async () => {
      const trajectory = await readTrajectory(source, format, { timestepFs: 1 });
      const held: number[] = [];
      let frames = 0;
      for await (const _ of trajectory.frames()) if (++frames % 500 === 0) held.push(process.memoryUsage().rss);
      expect(frames).toBe(FRAMES);
      // After the first tenth, which fills the collector's young generation: a kept frame of 24 kB would add up to 140 MB.
      expect(Math.max(...held.slice(2)) - held[1]!).toBeLessThan(60e6);
    });
  }
});
