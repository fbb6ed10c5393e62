// What a trajectory must be before it is split over the modes of a reference: the reference itself, moving, in Å.

import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../../../src/base/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../../src/structure/index.js";
import { checkReference } from "../../../src/studies/operations/mdma-runs.js";
import { trajectoryOf } from "../../helpers/modal-systems.js";

/** Rock salt, 64 atoms 2.5 Å apart, with every length in the file times `cell` and `positions`. */
function salt({ cell = 1, positions = 1, stir = 0, shift = 0 } = {}): Crystal {
  const rng = Rng.fromSeed(2);
  const places = Array.from({ length: 64 }, (_, i) => [i >> 4, (i >> 2) & 3, i & 3]);
  return makeCrystal({
    cell: makeCell([10, 0, 0, 0, 10, 0, 0, 0, 10].map((x) => x * cell)),
    species: places.map(([x, y, z]) => ((x! + y! + z!) % 2 === 0 ? "Na" : "Cl")),
    positions: Float64Array.from(places.flat(), (x) => positions * (2.5 * x + shift + stir * rng.normal())),
  });
}

const check = (first: Crystal): void =>
  checkReference(trajectoryOf(first, new Float64Array([...first.positions, ...first.positions])), salt(), "run.xyz");

describe("the first frame of a trajectory", () => {
  it("may be hot, thermally expanded, and shifted as a whole", () => {
    // 0.3 Å along each axis is an eighth of the distance of neighbours, Lindemann's limit of melting
    expect(() => check(salt({ stir: 0.3 }))).not.toThrow();
    expect(() => check(salt({ cell: 1.03, positions: 1.03 }))).not.toThrow();
    expect(() => check(salt({ shift: 1.7, stir: 0.1 }))).not.toThrow();
  });

  it("is refused in nm, the cell with it or not: D would come out a hundred times too small", () => {
    expect(() => check(salt({ positions: 0.1 }))).toThrow(InputError);
    expect(() => check(salt({ positions: 0.1 }))).toThrow(
      /half of the atoms .* run\.xyz are farther than [2-9]\.\d\d Å/,
    );
    expect(() => check(salt({ cell: 0.1, positions: 0.1 }))).toThrow(
      /cell of run\.xyz has sides of 1\.000, 1\.000, 1\.000 Å, that of the reference 10\.000/,
    );
  });
});
