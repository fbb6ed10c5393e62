// Whether structures stand at minima of their force field, and bringing them there.

import { maxNorm3, type Notes, type RunOptions } from "../../base/index.js";
import type { ForceField } from "../../forces/index.js";
import { type Minimum, relax } from "../../minima/index.js";
import type { Crystal } from "../../structure/index.js";

/** Largest force of a structure that counts as at rest, eV/Å. */
export const REST_FORCE = 1e-3;

/** The structure as it stands, as a minimum that may be none. */
export function stateOf(crystal: Crystal, field: ForceField): Minimum {
  const session = field.attach(crystal);
  try {
    const forces = new Float64Array(crystal.positions.length);
    const energy = session.evaluate(crystal.positions, forces);
    const maxForce = maxNorm3(forces);
    return { crystal, energy, maxForce, converged: maxForce <= REST_FORCE, history: [{ energy, maxForce }], notes: [] };
  } finally {
    session.dispose();
  }
}

export interface RestOptions extends RunOptions {
  /** Relax what is not at rest; false: only say so. */
  readonly relax: boolean;
  /** eV/Å. */
  readonly tolerance: number;
  /** What the structure is to a person: "the start". */
  readonly name: string;
  readonly notes: Notes;
}

/** `crystal` at rest: as it is when it already is, else relaxed in its cell. Which of the two is noted. */
export async function bringToRest(crystal: Crystal, field: ForceField, options: RestOptions): Promise<Minimum> {
  const { name, notes, tolerance, relax: allowed, ...run } = options;
  const state = stateOf(crystal, field);
  if (state.converged) return state;
  const found = `${name} is not at rest: largest force ${state.maxForce.toPrecision(3)} eV/Å, more than ${REST_FORCE} eV/Å`;
  if (!allowed) {
    notes.add("end-point-not-at-rest", found, "leave --no-relax out to relax it first");
    return state;
  }
  const minimum = await relax(crystal, field, { ...run, tolerance });
  const gained = (state.energy - minimum.energy).toPrecision(3);
  notes.add(
    "end-point-relaxed",
    `${found}; it was relaxed to ${minimum.maxForce.toPrecision(2)} eV/Å, ${gained} eV lower`,
  );
  notes.addAll(minimum.notes);
  return minimum;
}
