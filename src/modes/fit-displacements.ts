// Force constants from finite displacements (Parlinski, Li and Kawazoe, 10.1103/PhysRevLett.78.4063). In set s one atom I moves by u_s and atom J
// feels F_s(J). Every operation g that takes I to the chosen atom of its orbit gives one more set, {R u_s, R F_s(g⁻¹J)}, and
//
//   Φ_{Ia,Jb} = −[(UᵀU)⁻¹ Uᵀ F(J)]_{ab},
//
// the least-squares answer, with the turned displacements as the rows of U. The rows of the other atoms follow by symmetry, Φ(gI, gJ) = R Φ(I, J) Rᵀ,
// and translations. Least squares over a set closed under the site's group has the site's symmetry.

import { CapabilityError, expectShape, type F64, type I32, InputError, maxAbs, Notes } from "../base/index.js";
import { invert, symmetricEigenvalues } from "../numerics/index.js";
import { atomCount, type CellChoice, type CellOptions, type CrystalCells, cutIntoCells } from "../structure/index.js";
import { partners, representativesOf } from "./bonds.js";
import type { ForceSets } from "./finite-displacements.js";
import { forceConstantsFrom } from "./force-constants.js";
import type { ForceConstants } from "./modes.js";
import { imposeAcousticSumRule } from "./sum-rule.js";
import { identityOf, type SupercellOperation, supercellOperations } from "./supercell-operations.js";

export interface DisplacementFitOptions extends CellOptions {
  /** Primitive cell whose translations and operations are used. Default "smallest". */
  readonly cells?: CellChoice;
  /** "crystal" (default): the space group; "none": translations alone. */
  readonly symmetry?: "crystal" | "none";
  /** Å, of the symmetry search. Default 1e-3. */
  readonly symmetryToleranceA?: number;
  /** "impose" (default): symmetric, rows that sum to zero; "keep": as the fit gave them. */
  readonly sumRule?: "impose" | "keep";
}

/** Å; atoms that moved by less did not. */
const AT_REST = 1e-8;
/** Drift of a set, Σ_J F, relative to its largest force, that is worth a note. */
const NOTEWORTHY_DRIFT = 1e-2;

/**
 * Second-order force constants of the supercell from sets with one displaced atom each.
 * @throws CapabilityError when more atoms moved; InputError when the displacements do not suffice.
 */
export function fitDisplacements(sets: ForceSets, options: DisplacementFitOptions = {}): ForceConstants {
  const n = atomCount(sets.supercell);
  const count = sets.displacements.length / (3 * n);
  expectShape("displacements", sets.displacements, [Math.round(count), n, 3]);
  expectShape("forces", sets.forces, [Math.round(count), n, 3]);
  const cells = cutIntoCells(sets.supercell, options.cells ?? "smallest", options);
  const operations =
    options.symmetry === "none" ? identityOf(cells) : supercellOperations(cells, options.symmetryToleranceA ?? 1e-3);
  const moved = Array.from({ length: count }, (_, set) => movedAtom(sets, set));
  const rows = rowsOfHomeAtoms(sets, { cells, operations, moved });
  const raw = { ...forceConstantsFrom(sets.supercell, fullTable(rows, cells)), notes: driftNotes(sets, count) };
  return options.sumRule === "keep" ? raw : imposeAcousticSumRule(raw);
}

function movedAtom({ displacements, supercell }: ForceSets, set: number): number {
  const n = atomCount(supercell);
  const moved: number[] = [];
  for (let i = 0; i < n; i++) {
    const at = 3 * (n * set + i);
    if (Math.hypot(displacements[at]!, displacements[at + 1]!, displacements[at + 2]!) > AT_REST) moved.push(i);
  }
  if (moved.length === 1) return moved[0]!;
  throw new CapabilityError(
    `${moved.length} atoms are displaced in set ${set + 1}: this fit takes sets with one`,
    "fit force constants to general displacements instead",
    { set, moved: moved.length },
  );
}

interface Problem {
  readonly cells: CrystalCells;
  readonly operations: readonly SupercellOperation[];
  readonly moved: readonly number[];
}

/** [b][3,n,3] eV/Å²: the rows of the first copy of each atom of the primitive cell. */
function rowsOfHomeAtoms(sets: ForceSets, problem: Problem): Float64Array[] {
  const { cells, operations, moved } = problem;
  const home = representativesOf(cells);
  const rows: Float64Array[] = [];
  for (const atom of moved) {
    const i = cells.primitiveAtom[atom]!;
    if (rows[i]) continue;
    const target = home[i]!;
    rows[i] = fitOneAtom(sets, problem, target);
    for (const operation of operations) {
      const k = operation.image[i]!;
      if (!rows[k]) rows[k] = turnedRow(rows[i]!, operation, operation.permutation(target, home[k]!));
    }
  }
  const missing = Array.from(home.keys()).find((i) => !rows[i]);
  if (missing === undefined) return rows;
  throw new InputError(
    `no displaced atom is equivalent to atom ${home[missing]! + 1}`,
    "displace one atom of every orbit: see finiteDisplacements",
    { atom: home[missing] },
  );
}

function fitOneAtom(sets: ForceSets, { cells, operations, moved }: Problem, target: number): Float64Array {
  const n = atomCount(sets.supercell);
  const normal = new Float64Array(9);
  const right = new Float64Array(9 * n);
  const to = cells.primitiveAtom[target]!;
  for (const [set, atom] of moved.entries()) {
    for (const operation of operations) {
      if (operation.image[cells.primitiveAtom[atom]!] !== to) continue;
      const permutation = operation.permutation(atom, target);
      const u = rotated(operation.rotation, sets.displacements, 3 * (n * set + atom));
      for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) normal[3 * a + b]! += u[a]! * u[b]!;
      for (let J = 0; J < n; J++) {
        const f = rotated(operation.rotation, sets.forces, 3 * (n * set + J));
        const column = 3 * permutation[J]!;
        for (let a = 0; a < 3; a++) for (let b = 0; b < 3; b++) right[a * 3 * n + column + b]! += u[a]! * f[b]!;
      }
    }
  }
  const spread = symmetricEigenvalues(normal, 3);
  if (!(spread[0]! > 1e-6 * spread[2]!))
    throw new InputError(
      `the displacements of atom ${target + 1} and their images by symmetry do not span three directions`,
      "add displacements along the missing ones: see finiteDisplacements",
      { atom: target },
    );
  const inverse = invert(normal, 3);
  const row = new Float64Array(9 * n);
  for (let a = 0; a < 3; a++)
    for (let column = 0; column < 3 * n; column++)
      for (let c = 0; c < 3; c++) row[a * 3 * n + column]! -= inverse[3 * a + c]! * right[c * 3 * n + column]!;
  return row;
}

/** R v of the vector at `at`. */
const rotated = (r: F64, values: F64, at: number): [number, number, number] => {
  const [x, y, z] = [values[at]!, values[at + 1]!, values[at + 2]!];
  return [r[0]! * x + r[1]! * y + r[2]! * z, r[3]! * x + r[4]! * y + r[5]! * z, r[6]! * x + r[7]! * y + r[8]! * z];
};

/** Φ(gI, gJ) = R Φ(I, J) Rᵀ. */
function turnedRow(row: F64, { rotation: r }: SupercellOperation, permutation: I32): Float64Array {
  const n = permutation.length;
  const out = new Float64Array(9 * n);
  for (let J = 0; J < n; J++) {
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        let sum = 0;
        for (let c = 0; c < 3; c++)
          for (let d = 0; d < 3; d++) sum += r[3 * a + c]! * row[c * 3 * n + 3 * J + d]! * r[3 * b + d]!;
        out[a * 3 * n + 3 * permutation[J]! + b] = sum;
      }
    }
  }
  return out;
}

/** [n,3,n,3]: every copy has the row of its home atom, moved along. */
function fullTable(rows: readonly Float64Array[], cells: CrystalCells): Float64Array {
  const { primitiveAtom } = cells;
  const n = primitiveAtom.length;
  const partner = partners(cells, representativesOf(cells));
  const out = new Float64Array(9 * n * n);
  for (let I = 0; I < n; I++) {
    const row = rows[primitiveAtom[I]!]!;
    for (let J = 0; J < n; J++) {
      const from = 3 * partner(I, J);
      for (let a = 0; a < 3; a++)
        for (let b = 0; b < 3; b++) out[(3 * I + a) * 3 * n + 3 * J + b] = row[a * 3 * n + from + b]!;
    }
  }
  return out;
}

function driftNotes({ forces, supercell }: ForceSets, count: number): ReturnType<Notes["list"]> {
  const n = atomCount(supercell);
  const notes = new Notes();
  let [drift, scale] = [0, 0];
  for (let set = 0; set < count; set++) {
    const felt = forces.subarray(3 * n * set, 3 * n * (set + 1));
    for (let a = 0; a < 3; a++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += felt[3 * i + a]!;
      if (Math.abs(sum) > drift) [drift, scale] = [Math.abs(sum), maxAbs(felt)];
    }
  }
  if (drift > NOTEWORTHY_DRIFT * scale)
    notes.add(
      "forces-drift",
      `the forces of a set add up to ${drift.toPrecision(3)} eV/Å (its largest is ${scale.toPrecision(3)} eV/Å), expected 0`,
      "tighten the force calculation, or check that no atom was left out",
    );
  return notes.list();
}
