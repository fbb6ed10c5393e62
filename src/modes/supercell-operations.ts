// The space group of the infinite crystal as permutations of a supercell's atoms. An operation {W|w} of the primitive cell takes its atom j in cell T
// to atom j' in cell L_j + W T, where W τ_j + w = τ_j' + L_j: integers throughout, so one look-up per atom. It acts on the supercell
// when W maps the superlattice onto itself: (Mᵀ)⁻¹ W Mᵀ is of integers.

import { type F64, type I32, PhysicsError } from "../base/index.js";
import { invert } from "../numerics/index.js";
import {
  applyOperation,
  atomCount,
  atomPermutation,
  type Crystal,
  type CrystalCells,
  cartesianRotation,
  findSymmetry,
  fractionalPositions,
  multiply3,
  type SymmetryOperation,
} from "../structure/index.js";
import { atomsByPlace } from "./bonds.js";

export interface SupercellOperation {
  /** [3,3] rotation of Cartesian columns. */
  readonly rotation: F64;
  /** [3,3] integers: rotation of fractional columns of the supercell. */
  readonly inSupercell: I32;
  /** [b] atom of the primitive cell that each goes to. */
  readonly image: I32;
  /**
   * [n] atom of the supercell that each goes to when a translation is added such that atom `from` goes to `to`;
   * image[primitiveAtom[from]] must be primitiveAtom[to].
   */
  permutation(from: number, to: number): I32;
}

/** The operations that keep the supercell's lattice; without the symmetry engine use `identityOf`. */
export function supercellOperations(cells: CrystalCells, toleranceA = 1e-3): readonly SupercellOperation[] {
  const { operations } = findSymmetry(cells.primitive, { tolerance: toleranceA });
  return operations.flatMap((operation) => {
    const inSupercell = inBasisOfSupercell(operation, cells.matrix);
    return inSupercell ? [operationOf(cells, { operation, inSupercell, toleranceA })] : [];
  });
}

/** The identity alone: a crystal taken without symmetry, but for its translations. */
export function identityOf(cells: CrystalCells): readonly SupercellOperation[] {
  const one = Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const operation = { rotation: one, translation: new Float64Array(3) };
  return [operationOf(cells, { operation, inSupercell: one, toleranceA: 1e-3 })];
}

interface Found {
  readonly operation: SymmetryOperation;
  readonly inSupercell: I32;
  readonly toleranceA: number;
}

function operationOf(cells: CrystalCells, { operation, inSupercell, toleranceA }: Found): SupercellOperation {
  const { primitive, primitiveAtom, translation } = cells;
  const image = atomPermutation(primitive, operation, { tolerance: 10 * toleranceA });
  const shift = shiftsOf(primitive, operation, image);
  const place = atomsByPlace(cells);
  const w = operation.rotation;
  const moved = (atom: number, k: number): number =>
    shift[3 * primitiveAtom[atom]! + k]! +
    w[3 * k]! * translation[3 * atom]! +
    w[3 * k + 1]! * translation[3 * atom + 1]! +
    w[3 * k + 2]! * translation[3 * atom + 2]!;
  return {
    rotation: cartesianRotation(primitive.cell, operation),
    inSupercell,
    image,
    permutation(from, to) {
      if (image[primitiveAtom[from]!] !== primitiveAtom[to])
        throw new PhysicsError(
          `the operation does not take atom ${from + 1} to a copy of atom ${to + 1}`,
          "choose another",
        );
      const extra = [0, 1, 2].map((k) => translation[3 * to + k]! - moved(from, k));
      return Int32Array.from(primitiveAtom, (j, atom) =>
        place(image[j]!, moved(atom, 0) + extra[0]!, moved(atom, 1) + extra[1]!, moved(atom, 2) + extra[2]!),
      );
    },
  };
}

/** [b,3] L_j. */
function shiftsOf(primitive: Crystal, operation: SymmetryOperation, image: I32): I32 {
  const s = fractionalPositions(primitive);
  const shift = new Int32Array(3 * atomCount(primitive));
  for (let j = 0; j < image.length; j++) {
    const there = applyOperation(operation, [s[3 * j]!, s[3 * j + 1]!, s[3 * j + 2]!]);
    for (let k = 0; k < 3; k++) shift[3 * j + k] = Math.round(there[k]! - s[3 * image[j]! + k]!);
  }
  return shift;
}

function inBasisOfSupercell({ rotation }: SymmetryOperation, matrix: I32): Int32Array | undefined {
  const transposed = Float64Array.from({ length: 9 }, (_, k) => matrix[3 * (k % 3) + Math.floor(k / 3)]!);
  const turned = multiply3(multiply3(invert(transposed, 3), Float64Array.from(rotation)), transposed);
  const whole = Int32Array.from(turned, Math.round);
  return turned.every((x, k) => Math.abs(x - whole[k]!) < 1e-6) ? whole : undefined;
}
