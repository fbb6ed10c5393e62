import { describe, expect, it } from "vitest";
import { makeCell, makeCrystal } from "../../../src/structure/index.js";
import { analyse, stringsOf } from "../../../src/transport/index.js";
import { trajectoryFrom } from "../../helpers/walks.js";

// Ions along x, 3 Å apart, in a cell of 30 Å; one S far away.
const crystal = makeCrystal({
  cell: makeCell([30, 0, 0, 0, 30, 0, 0, 0, 30]),
  species: [...new Array<string>(10).fill("Li"), "S"],
  positions: [...Array.from({ length: 10 }, (_, i) => [3 * i, 0, 0]).flat(), 15, 15, 15],
});

const moving = (ions: readonly number[], drift = 0) =>
  trajectoryFrom(crystal, 3, {
    frameSpacingFs: 100,
    positionsAt: (frame) =>
      crystal.positions.slice().map((x, i) => {
        const hop = i % 3 === 0 && frame > 0 && ions.includes(Math.floor(i / 3)) ? 3 : 0;
        return x + hop + drift * frame;
      }),
  });

const stringsIn = async (ions: readonly number[], drift?: number) =>
  (await analyse(moving(ions, drift), { strings: stringsOf("Li", { lagFs: 100 }) })).strings;

describe("strings after Donati", () => {
  it("ions that move up one place each are one string, those apart strings of their own", async () => {
    const { counts, meanLength, meanByWeight, moved, origins } = await stringsIn([2, 3, 4, 7]);
    expect([...counts]).toEqual([0, 1, 0, 1]);
    expect([meanLength, meanByWeight, origins]).toEqual([2, 10 / 4, 2]);
    expect(moved).toBe(2); // four in the first time, none in the second
  });

  it("a string goes on through the face of the cell, and the drift of all is no motion", async () => {
    expect([...(await stringsIn([8, 9, 0])).counts]).toEqual([0, 0, 0, 1]);
    expect([...(await stringsIn([8, 9, 0], 2)).counts]).toEqual([0, 0, 0, 1]);
  });

  it("refuses a time shorter than a frame, and a run that is shorter than the time", async () => {
    await expect(analyse(moving([]), { s: stringsOf("Li", { lagFs: 10 }) })).rejects.toThrow(/strings over 10 fs/);
    await expect(analyse(moving([]), { s: stringsOf("Li", { lagFs: 500 }) })).rejects.toThrow(
      /3 frames hold no time of 5/,
    );
  });
});
