// XCrySDen's structure format: a crystal, or an animation of one in a fixed cell, with a vector on every atom. Å.
// http://www.xcrysden.org/doc/XSF.html

import { expectShape, type F64, InputError } from "../base/index.js";
import { atomCount, atomicNumber, type Crystal, speciesOf } from "../structure/index.js";
import { exact } from "./numbers.js";

export interface XsfFrame {
  readonly crystal: Crystal;
  /** [n,3] drawn as arrows: XSF's place for forces. Default: none. */
  readonly vectors?: F64;
}

/** One frame is a CRYSTAL, several an animation (AXSF) in the cell of the first. @throws InputError for frames of different atoms. */
export function writeXsf(frames: readonly XsfFrame[]): string {
  const first = frames[0];
  if (!first) throw new InputError("no frames", "give at least one");
  const n = atomCount(first.crystal);
  const v = first.crystal.cell.vectors;
  const rows = [0, 1, 2].map((i) => [0, 1, 2].map((k) => exact(v[3 * i + k]!)).join(" "));
  const lines = [
    ...(frames.length > 1 ? [`ANIMSTEPS ${frames.length}`] : []),
    "CRYSTAL",
    "PRIMVEC",
    ...rows,
    "CONVVEC",
    ...rows,
  ];
  for (const [at, { crystal, vectors }] of frames.entries()) {
    if (atomCount(crystal) !== n)
      throw new InputError(
        `frame ${at + 1} has ${atomCount(crystal)} atoms, the first ${n}`,
        "give frames of one crystal",
      );
    if (vectors) expectShape("vectors", vectors, [n, 3]);
    lines.push(frames.length > 1 ? `PRIMCOORD ${at + 1}` : "PRIMCOORD", `${n} 1`);
    for (let i = 0; i < n; i++) {
      const place = [0, 1, 2].map((k) => exact(crystal.positions[3 * i + k]!));
      const arrow = vectors ? [0, 1, 2].map((k) => exact(vectors[3 * i + k]!)) : [];
      lines.push([atomicNumber(speciesOf(crystal, i)), ...place, ...arrow].join(" "));
    }
  }
  return `${lines.join("\n")}\n`;
}
