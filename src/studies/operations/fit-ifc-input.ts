// What a fit of force constants starts from: a crystal, and arrangements of a supercell of it with their forces, read or made here.

import { type F64, InputError, type Note, Notes } from "../../base/index.js";
import type { ForceField, ForceFieldSpec } from "../../forces/index.js";
import {
  type DisplacementForces,
  displacedBy,
  type ForcedCrystal,
  nearCubicSupercell,
  randomDisplacements,
  samplesFrom,
} from "../../modes/index.js";
import {
  atomCount,
  type Crystal,
  type CrystalCells,
  cutIntoCells,
  makeCrystal,
  multiply3,
  speciesOf,
  supercell,
} from "../../structure/index.js";

/** Either forces made elsewhere, or a force field to make them with. */
export interface FitIfcInput {
  /** The supercell itself, or a cell it is made of. */
  readonly structure: Crystal;
  /** Three or nine integers; left out: found from the arrangements, or chosen nearly cubic. */
  readonly supercell?: readonly number[];
  readonly source: { readonly arrangements: readonly ForcedCrystal[] } | { readonly forces: ForceFieldSpec };
  readonly seed: number;
}

export interface GenerationRequest {
  readonly displacementA: number;
  readonly count: number;
  readonly atLeast: number;
  readonly atMost: number;
}

/** A set of arrangements of one supercell. */
export interface FitSet {
  readonly cells: CrystalCells;
  readonly samples: readonly DisplacementForces[];
  /** [n,3] eV/Å, of an arrangement that was not displaced. */
  readonly restForces: F64 | null;
  readonly notes: readonly Note[];
}

/** An arrangement whose atoms are all within this of their places, Å, is the undisplaced one. */
const UNDISPLACED = 1e-5;

/** The supercell the fit is for. @throws InputError when the structure does not repeat to it. */
export function fitCells(
  { structure, supercell: given, source }: FitIfcInput,
  request: GenerationRequest,
): CrystalCells {
  if (given) return cutIntoCells(repeated(structure, given));
  if ("arrangements" in source) {
    const first = source.arrangements[0];
    if (!first) throw new InputError("the file holds no arrangements", "give displaced supercells with their forces");
    return cutIntoCells(repeated(structure, repeatsBetween(structure, first.crystal)));
  }
  if (atomCount(structure) >= request.atLeast) return cutIntoCells(structure);
  return cutIntoCells(repeated(structure, nearCubicSupercell(structure, request).matrix));
}

/** M of the supercell `big`, S = M A. */
function repeatsBetween(cell: Crystal, big: Crystal): number[] {
  const ratio = multiply3(big.cell.vectors, cell.cell.inverse);
  const matrix = Array.from(ratio, (x) => Math.round(x) + 0);
  const back = multiply3(Float64Array.from(matrix), cell.cell.vectors);
  const off = Math.max(...Array.from(back, (x, k) => Math.abs(x - big.cell.vectors[k]!)));
  if (off > 1e-2) {
    const rows = [0, 1, 2].map((i) => [0, 1, 2].map((k) => (ratio[3 * i + k]! + 0).toFixed(3)).join(" "));
    throw new InputError(
      `the arrangements' cell is no supercell of the structure: in units of its vectors it is (${rows.join(" | ")}), off by ${off.toFixed(3)} Å`,
      "give the undistorted structure the displacements were made from, at the same lattice constants",
      { ratio: [...ratio], misfit: off },
    );
  }
  return matrix;
}

/** A supercell whose copies of one atom stand together, as phonopy has them; the structure itself when it is repeated once. */
function repeated(structure: Crystal, matrix: readonly number[]): Crystal {
  const once = matrix.length === 3 ? [1, 1, 1] : [1, 0, 0, 0, 1, 0, 0, 0, 1];
  if (matrix.every((x, k) => x === once[k])) return structure;
  const { crystal, primitiveAtom } = supercell(structure, matrix);
  const order = Array.from(primitiveAtom, (_, at) => at).sort((p, q) => primitiveAtom[p]! - primitiveAtom[q]! || p - q);
  return makeCrystal({
    cell: crystal.cell,
    species: order.map((p) => speciesOf(crystal, p)),
    positions: order.flatMap((p) => [...crystal.positions.slice(3 * p, 3 * p + 3)]),
    masses: order.map((p) => crystal.masses[p]!),
  });
}

/** Arrangements as read. */
export function matchedSet(cells: CrystalCells, arrangements: readonly ForcedCrystal[]): FitSet {
  const matched = samplesFrom(cells.supercell, arrangements);
  const notes = new Notes();
  notes.addAll(matched.notes);
  const isRest = ({ displacements }: DisplacementForces): boolean =>
    displacements.slice().every((x) => Math.abs(x) < UNDISPLACED);
  const rest = matched.samples.find(isRest);
  if (rest)
    notes.add(
      "rest-forces-subtracted",
      `arrangement ${matched.samples.indexOf(rest) + 1} is not displaced; its forces, up to ${rest.forces
        .slice()
        .reduce((m, f) => Math.max(m, Math.abs(f)), 0)
        .toPrecision(3)} eV/Å, are taken off all others`,
      "leave it out to fit the forces as they are",
    );
  return {
    cells,
    samples: matched.samples.filter((sample) => !isRest(sample)),
    restForces: rest?.forces ?? null,
    notes: notes.list(),
  };
}

export interface GeneratedSet extends FitSet {
  /** Positions and forces, for a file. */
  readonly arrangements: readonly ForcedCrystal[];
}

/** Random displacements of the supercell with the forces of `field`. */
export function generatedSet(
  cells: CrystalCells,
  field: ForceField,
  { seed, displacementA, count }: GenerationRequest & { readonly seed: number },
): GeneratedSet {
  const reference = cells.supercell;
  const session = field.attach(reference);
  try {
    const evaluate = (crystal: Crystal): Float64Array => {
      const forces = new Float64Array(crystal.positions.length);
      session.evaluate(crystal.positions, forces);
      return forces;
    };
    const restForces = evaluate(reference);
    const samples: DisplacementForces[] = [];
    const arrangements: ForcedCrystal[] = [];
    for (const displacements of randomDisplacements(reference, { seed, count, lengthA: displacementA })) {
      const crystal = displacedBy(reference, displacements);
      const forces = evaluate(crystal);
      samples.push({ displacements, forces });
      arrangements.push({ crystal, forces });
    }
    return { cells, samples, restForces, arrangements, notes: [] };
  } finally {
    session.dispose();
  }
}
