// The climbing band of one hop, because a study runs hundreds of them: how many evaluations it takes is the band's doing, the
// time per evaluation the force field's. 31 atoms: a vacancy in Lennard-Jones argon. 193 atoms: an interstitialcy hop in
// Ge-substituted Li3PO4, 17 images to 0.01 eV/Å, the stiffness of the origin known as it is after its modes were found.
// Good: 193 atoms in at most 400 evaluations and 0.5 s.

import { readFileSync } from "node:fs";
import { type ForceField, makeForceField, namedForceField } from "../../src/forces/index.js";
import {
  bandMetric,
  enumerateHops,
  findBand,
  type IntendedMove,
  type PreparedEndpoints,
  prepareEndpoints,
} from "../../src/hops/index.js";
import { relax } from "../../src/minima/index.js";
import {
  atomsOf,
  type Crystal,
  fcc,
  makeCell,
  makeCrystal,
  removeAtom,
  supercell,
  withPositions,
} from "../../src/structure/index.js";

export const name = "hops";
export const unit = "evaluations";
/** Smallest first. */
export const sizes = [31, 193] as const;

/** What is timed: one band. Resolves to the evaluations it took. */
export async function prepare(atoms: (typeof sizes)[number]): Promise<() => Promise<number>> {
  const { ends, field } = atoms === 31 ? await argon() : await lithiumPhosphate();
  const { crystal } = ends.endpoints[0];
  const session = field.attach(crystal);
  const metric = bandMetric(session.hessian!(crystal.positions), crystal.positions.length);
  session.dispose();
  return async () => {
    const path = await findBand(ends.endpoints, field, { metric });
    if (!path.converged) throw new Error(path.notes.map((note) => note.message).join("; "));
    return path.evaluations!;
  };
}

interface Hop {
  readonly ends: PreparedEndpoints;
  readonly field: ForceField;
}

async function argon(): Promise<Hop> {
  const field = makeForceField({
    name: "argon",
    pairs: {
      "Ar-Ar": [{ form: "lennard-jones", depthEv: 0.01032, diameterA: 3.405, cutoffA: 5.2, shift: "energy" }],
    },
  });
  const full = supercell(fcc({ a: 5.26, elements: ["Ar"] }), [2, 2, 2]).crystal;
  const start = removeAtom(full, 0);
  const hole = full.positions.slice(0, 3);
  const jumper =
    start.positions.findIndex((_, i) => i % 3 === 0 && Math.hypot(...difference(start, i, hole)) < 3.8) / 3;
  const displacement = difference(start, 3 * jumper, hole).map((x) => -x) as [number, number, number];
  return { ends: await relaxedEnds(start, field, [{ atom: jumper, displacement }]), field };
}

const difference = (crystal: Crystal, at: number, from: ArrayLike<number>): number[] =>
  [0, 1, 2].map((axis) => crystal.positions[at + axis]! - from[axis]!);

async function lithiumPhosphate(): Promise<Hop> {
  const field = namedForceField("pedone-2006", { accuracy: 1e-5 });
  const file = new URL("../../fixtures/lammps/pedone-li3po4-ge193/expected.json", import.meta.url);
  const { cell, species, positions } = JSON.parse(readFileSync(file, "utf8")).structure;
  const rattled = makeCrystal({ cell: makeCell(cell), species, positions });
  const { crystal: start } = await relax(rattled, field);
  const lithium = atomsOf(start, "Li");
  const filled = lithium[lithium.length - 1]!;
  const lattice = lithium.slice(0, -1);
  // The filled void and its copies in the other unit cells of the 1 × 2 × 3 supercell.
  const voids = [0, 1, 2, 3, 4, 5].flatMap((copy) =>
    [0, 1, 2].map((axis) => {
      const along = (vector: number, part: number): number => part * start.cell.vectors[3 * vector + axis]!;
      return start.positions[3 * filled + axis]! + along(1, (copy % 2) / 2) + along(2, Math.floor(copy / 2) / 3);
    }),
  );
  const { hops } = enumerateHops(
    {
      cell: start.cell,
      lattice: Float64Array.from(lattice.flatMap((i) => [...start.positions.slice(3 * i, 3 * i + 3)])),
      interstitial: Float64Array.from(voids),
      latticeAtoms: lattice,
      interstitialAtom: filled,
    },
    "interstitialcy",
    { from: [0], neighborCutoff: 3.7 },
  );
  const shortest = [...hops].sort((a, b) => length(a.displacement) - length(b.displacement))[0]!;
  return { ends: await relaxedEnds(start, field, shortest.chain), field };
}

const length = (v: readonly number[]): number => Math.hypot(...v);

async function relaxedEnds(
  start: Crystal,
  field: ForceField,
  moves: readonly IntendedMove[],
): Promise<PreparedEndpoints> {
  const first = await relax(start, field, { tolerance: 1e-4 });
  const moved = start.positions.slice();
  for (const { atom, displacement } of moves) {
    for (let axis = 0; axis < 3; axis++) moved[3 * atom + axis] = moved[3 * atom + axis]! + displacement[axis]!;
  }
  const last = await relax(withPositions(start, moved), field, { tolerance: 1e-4 });
  return prepareEndpoints(first, last, { moves });
}
