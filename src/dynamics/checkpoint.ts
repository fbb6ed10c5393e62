// A run as plain data, to go on from bit for bit. Typed arrays inside: io's packJson keeps every bit of them.
//
// The cell is kept whole (vectors and inverse), because an inverse computed anew need not have the same last bit.

import { FormatError, InputError } from "../base/index.js";
import { type Cell, type Crystal, formulaOf } from "../structure/index.js";
import type { Hook } from "./hook.js";
import type { Integrator } from "./integrator.js";
import type { MdState } from "./state.js";

export const CHECKPOINT_SCHEMA = "phonion/md-checkpoint";
export const CHECKPOINT_VERSION = 1;

export interface Checkpoint {
  readonly schema: string;
  readonly version: number;
  /** What it belongs to; all of it must agree when it is restored. */
  readonly identity: CheckpointIdentity;
  readonly state: SavedState;
  readonly integrator: unknown;
  readonly hooks: readonly unknown[];
}

export interface CheckpointIdentity {
  /** Formula, for messages. */
  readonly formula: string;
  /** Of elements, masses, starting cell and positions, frozen atoms. */
  readonly crystal: string;
  readonly integrator: string;
  /** The ensemble as JSON; "" where the integrator does not tell it. */
  readonly ensemble: string;
  readonly timestepFs: number;
  readonly hooks: readonly string[];
}

export interface SavedState {
  readonly step: number;
  readonly timeFs: number;
  readonly degreesOfFreedom: number;
  readonly cell: Cell;
  readonly positions: Float64Array;
  readonly velocities: Float64Array;
  readonly forces: Float64Array;
  readonly stress: Float64Array;
  readonly potentialEnergy: number;
}

export function saveCheckpoint(state: MdState, integrator: Integrator, hooks: readonly Hook[] = []): Checkpoint {
  return {
    schema: CHECKPOINT_SCHEMA,
    version: CHECKPOINT_VERSION,
    identity: identityOf(state, integrator, hooks),
    state: saveState(state),
    integrator: integrator.save(),
    hooks: hooks.map((hook) => hook.save?.() ?? null),
  };
}

/** What a checkpoint is restored into: made anew in the same way as for the run it came from. */
export interface RestoreTarget {
  readonly state: MdState;
  readonly integrator: Integrator;
  readonly hooks?: readonly Hook[];
}

/**
 * Puts `target` where the checkpoint was taken. The forces are to be attached to the crystal the run began with; `runMd` then sets the
 * state's own cell.
 * @throws FormatError for another kind of data or version; InputError when crystal, ensemble, time step or hooks differ
 */
export function restoreCheckpoint(checkpoint: Checkpoint, target: RestoreTarget): void {
  checkVersion(checkpoint);
  const { state, integrator, hooks = [] } = target;
  checkIdentity(checkpoint.identity, identityOf(state, integrator, hooks));
  restoreState(state, checkpoint.state);
  integrator.restore(checkpoint.integrator);
  hooks.forEach((hook, i) => {
    if (hook.save) hook.restore?.(checkpoint.hooks[i]);
  });
}

export function saveState(state: MdState): SavedState {
  return {
    step: state.step,
    timeFs: state.timeFs,
    degreesOfFreedom: state.degreesOfFreedom,
    cell: copyOfCell(state.cell),
    positions: state.positions.slice(),
    velocities: state.velocities.slice(),
    forces: state.forces.slice(),
    stress: state.stress.slice(),
    potentialEnergy: state.potentialEnergy,
  };
}

export function restoreState(state: MdState, saved: SavedState): void {
  state.step = saved.step;
  state.timeFs = saved.timeFs;
  state.degreesOfFreedom = saved.degreesOfFreedom;
  state.cell = copyOfCell(saved.cell);
  state.positions.set(saved.positions);
  state.velocities.set(saved.velocities);
  state.forces.set(saved.forces);
  state.stress.set(saved.stress);
  state.potentialEnergy = saved.potentialEnergy;
}

const copyOfCell = ({ vectors, inverse, volume, periodic }: Cell): Cell => ({
  vectors: vectors.slice(),
  inverse: inverse.slice(),
  volume,
  periodic: [...periodic],
});

function checkVersion(checkpoint: Checkpoint): void {
  const place = { file: "checkpoint" };
  if (checkpoint?.schema !== CHECKPOINT_SCHEMA) {
    throw new FormatError(
      place,
      `its schema is ${JSON.stringify(checkpoint?.schema)}, expected "${CHECKPOINT_SCHEMA}"`,
      "give what saveCheckpoint returned",
    );
  }
  if (checkpoint.version !== CHECKPOINT_VERSION) {
    throw new FormatError(
      place,
      `it has version ${checkpoint.version}, this release reads ${CHECKPOINT_VERSION}`,
      "go on with the release that wrote it, or start the run anew",
    );
  }
}

function checkIdentity(saved: CheckpointIdentity, here: CheckpointIdentity): void {
  const refuse = (what: string, hint: string): never => {
    throw new InputError(`the checkpoint is of ${what}`, hint, { saved, here });
  };
  if (saved.crystal !== here.crystal) {
    const other = saved.formula === here.formula ? "other masses, positions, cell or frozen atoms" : here.formula;
    refuse(
      `${saved.formula} (${saved.crystal}), the state of ${other} (${here.crystal})`,
      "start from the same structure",
    );
  }
  if (saved.integrator !== here.integrator || saved.ensemble !== here.ensemble) {
    refuse(
      `the ensemble ${saved.ensemble || saved.integrator}, the run asks for ${here.ensemble || here.integrator}`,
      "keep the ensemble, or start a new run from the state the old one ended in",
    );
  }
  if (saved.timestepFs !== here.timestepFs) {
    refuse(`a time step of ${saved.timestepFs} fs, the run asks for ${here.timestepFs} fs`, "keep the time step");
  }
  if (saved.hooks.join() !== here.hooks.join()) {
    refuse(
      `the hooks [${saved.hooks.join(", ")}], the run has [${here.hooks.join(", ")}]`,
      "give the same hooks in the same order",
    );
  }
}

function identityOf(state: MdState, integrator: Integrator, hooks: readonly Hook[]): CheckpointIdentity {
  return {
    formula: formulaOf(state.crystal),
    crystal: crystalIdentity(state.crystal, state.frozen),
    integrator: integrator.name,
    ensemble: integrator.ensemble ? canonicalJson(integrator.ensemble) : "",
    timestepFs: integrator.timestepFs,
    hooks: hooks.map((hook) => `${hook.name ?? "hook"} every ${hook.every}`),
  };
}

/** JSON with sorted keys, so that the order in which an object was written does not matter. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(",")}}`;
}

/** 64 bits over the exact numbers, hexadecimal: two FNV-1a sums of 32 bits, one of them over complemented bytes. */
export function crystalIdentity(crystal: Crystal, frozen: Uint8Array): string {
  const words = [...crystal.elements].map((symbol) => symbol.charCodeAt(0) * 256 + (symbol.charCodeAt(1) || 0));
  const numbers = [words, crystal.kinds, crystal.masses, crystal.cell.vectors, crystal.positions, frozen].flatMap(
    (list) => [list.length, ...list],
  );
  const bytes = new Uint8Array(Float64Array.from(numbers).buffer);
  let [a, b] = [0x811c9dc5, 0x811c9dc5];
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ (255 - byte), 0x01000193) ^ (b >>> 15);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
