// phonopy's BORN: a first line (a factor, "default" or a comment), ε∞ as nine numbers, then the Born charge tensor of every
// symmetry-independent atom of the primitive cell as nine numbers. The others follow from the crystal's operations: Z_{g(i)} = R Z_i Rᵀ.
// https://phonopy.github.io/phonopy/input-files.html#born-optional

import { COULOMB_CONSTANT, type F64, type FilePlace, FormatError } from "../base/index.js";
import { atomCount, atomPermutation, type Crystal, cartesianRotation, findSymmetry } from "../structure/index.js";
import { parseReal, takeReals } from "./numbers.js";
import { LineReader, plural } from "./text.js";

export interface BornFile {
  /** [9] ε∞. */
  readonly dielectric: F64;
  /** [9] each: independent atoms, or all atoms, of the primitive cell in order. */
  readonly tensors: readonly F64[];
  /** e²/4πε₀ in the file's units; 14.4 eV Å when left out. */
  readonly factor?: number;
}

/** Relative difference of the file's Coulomb constant from eV Å that is rounding. */
const SAME_FACTOR = 1e-3;

/** @throws FormatError. */
export function readBorn(text: string, place: FilePlace): BornFile {
  const reader = new LineReader(text, place);
  const factor = parseReal((reader.takeFilled() ?? "").trim().split(/\s+/)[0] ?? "");
  if (factor !== undefined && Math.abs(factor / COULOMB_CONSTANT - 1) > SAME_FACTOR)
    throw reader.fault(
      `the Coulomb constant is ${factor}, expected ${COULOMB_CONSTANT.toFixed(4)} eV Å`,
      "the forces are in the units of another code: convert them to eV and Å, and write 14.3996 here",
    );
  const dielectric = nine(reader, "the dielectric tensor");
  if (!dielectric) throw reader.endsBefore("the dielectric tensor");
  const tensors: F64[] = [];
  for (;;) {
    const tensor = nine(reader, `the Born charge of atom ${tensors.length + 1}`);
    if (!tensor) break;
    tensors.push(tensor);
  }
  if (tensors.length === 0) throw reader.endsBefore("the first Born charge");
  return { dielectric, tensors, ...(factor === undefined ? {} : { factor }) };
}

function nine(reader: LineReader, what: string): F64 | undefined {
  let line = reader.takeFilled();
  while (line?.trim().startsWith("#")) line = reader.takeFilled();
  return line === undefined ? undefined : Float64Array.from(takeReals(reader, line.trim().split(/\s+/), 9, what));
}

/** [b,3,3] e for every atom of `primitive`. @throws FormatError when the file holds neither all nor the independent atoms. */
export function expandBorn(
  file: BornFile,
  primitive: Crystal,
  place: FilePlace,
  toleranceA = 1e-3,
): Float64Array<ArrayBuffer> {
  const b = atomCount(primitive);
  const given = file.tensors.length;
  if (given === b) return Float64Array.from(file.tensors.flatMap((tensor) => [...tensor]));
  const { operations, orbits } = findSymmetry(primitive, { tolerance: toleranceA });
  const independent = [...new Set(orbits)].sort((i, j) => i - j);
  if (given !== independent.length)
    throw new FormatError(
      place,
      `there are ${plural(given, "Born charge")}; the cell has ${plural(b, "atom")}, ${independent.length} of them independent (${independent.map((i) => i + 1).join(", ")})`,
      "give one tensor for each independent atom, in order, or one for every atom of the primitive cell",
    );
  const born = new Float64Array(9 * b);
  const known = new Uint8Array(b);
  for (const operation of operations) {
    const image = atomPermutation(primitive, operation, { tolerance: 10 * toleranceA });
    const r = cartesianRotation(primitive.cell, operation);
    for (const [at, i] of independent.entries()) {
      const j = image[i]!;
      if (known[j]) continue;
      known[j] = 1;
      turn(born.subarray(9 * j, 9 * j + 9), file.tensors[at]!, r);
    }
  }
  return born;
}

/** out = R T Rᵀ. */
function turn(out: Float64Array, tensor: F64, r: F64): void {
  for (let a = 0; a < 3; a++)
    for (let c = 0; c < 3; c++)
      for (let p = 0; p < 3; p++)
        for (let s = 0; s < 3; s++) out[3 * a + c]! += r[3 * a + p]! * tensor[3 * p + s]! * r[3 * c + s]!;
}
