// Where the atoms rest: the nearest minimum of E(x), or of the enthalpy E + pV when the cell may change, downhill from
// where they stand. A symmetry of the start is kept (the forces have it), even where that leads to a saddle: the modes tell.
// How the cell enters: landscape.ts. Methods: lbfgs.ts, fire.ts; the last digits: newton.ts.

import { CapabilityError, InputError, type Note, Notes, Pacer, type RunOptions } from "../base/index.js";
import type { ForceField, ForceSession } from "../forces/index.js";
import { atomCount, type Crystal } from "../structure/index.js";
import { type CellOption, cellFreedom } from "./cell-freedom.js";
import { descendFire } from "./fire.js";
import { Landscape, type Sample } from "./landscape.js";
import { descendLbfgs } from "./lbfgs.js";
import type { Minimum } from "./minimum.js";
import { type NewtonStep, newtonPolish } from "./newton.js";

export interface RelaxOptions extends RunOptions {
  /** Largest force on an atom to stop at, eV/Å. Default 1e-5. */
  readonly tolerance?: number;
  /** "lbfgs" (default) or "fire". */
  readonly method?: "lbfgs" | "fire";
  /** Most force evaluations. Default 2000. */
  readonly maxSteps?: number;
  /** Largest displacement of an atom in one step, Å. Default 0.2. */
  readonly maxStepA?: number;
  /** What may change of the cell. Default "fixed". */
  readonly cell?: CellOption;
  /** Pressure the crystal is under, eV/Å³; needs a cell that may change. Default 0. */
  readonly pressure?: number;
  /**
   * Largest stress component left along the free strains, pressure added, eV/Å³. Default tolerance / 10 Å²: the stress of
   * a force `tolerance` in each bond when every 10 Å² of a plane are crossed by one; 1e-6 eV/Å³ = 0.16 MPa by default,
   * with moduli of 50 GPa a lattice constant good to 3e-6 of its length.
   */
  readonly stressTolerance?: number;
  /** Go on to 1e-10 eV/Å with Newton steps on the analytic second derivatives, at the final cell. Default false. */
  readonly newton?: boolean;
  /** Atoms that keep their place (their fractional coordinates when the cell changes). Default none. */
  readonly frozen?: readonly number[];
}

type Settings = Required<Omit<RelaxOptions, keyof RunOptions>>;
type NewtonSession = ForceSession & Required<Pick<ForceSession, "hessian">>;

/** eV/Å; positions of 10 Å are rounded to 1e-15 of their size, which stiff bonds turn into 1e-13 eV/Å. */
const NEWTON_TOLERANCE = 1e-10;
/** Å². */
const BOND_AREA = 10;

/**
 * Relaxes `crystal`. `energy` is the potential energy, without pV. Not reaching the tolerance is no error: the result then
 * says `converged: false`, with its history and a note.
 * @throws InputError for options that contradict each other; CapabilityError when the force field gives no stress or no
 * second derivatives and they are needed; PhysicsError and NumericError of the force field pass through.
 */
export async function relax(crystal: Crystal, forces: ForceField, options: RelaxOptions = {}): Promise<Minimum> {
  const settings = checkedSettings(crystal, forces, options);
  const session = forces.attach(crystal);
  try {
    const landscape = new Landscape({ start: crystal, session, freedom: cellFreedom(settings.cell), ...settings });
    const isDone = ({ maxForce, maxStress }: Sample): boolean =>
      maxForce <= settings.tolerance && maxStress <= settings.stressTolerance;
    const descend = settings.method === "fire" ? descendFire : descendLbfgs;
    const descent = await descend(landscape, {
      pacer: new Pacer("relaxing", options),
      maxEvaluations: settings.maxSteps,
      maxStepA: settings.maxStepA,
      done: isDone,
    });
    const notes = new Notes();
    const polished =
      settings.newton && isDone(descent.sample)
        ? polish(landscape, descent.q, { session, settings, notes })
        : undefined;
    const q = polished?.q ?? descent.q;
    // Once more at the end: the last evaluation may have been a trial that was not taken, and the result reports the stress.
    const sample = landscape.evaluate(q, new Float64Array(landscape.size), forces.can.stress);
    const converged = isDone(sample);
    if (descent.energyNoise > 0) notes.addAll([notSmooth(descent.energyNoise)]);
    if (!converged) notes.addAll([notConverged(sample, descent.samples.length, settings)]);
    return {
      crystal: landscape.crystal(q),
      energy: sample.energy,
      maxForce: sample.maxForce,
      ...(forces.can.stress ? { stress: landscape.stress.slice() } : {}),
      converged,
      history: [...descent.samples.map(({ energy, maxForce }) => ({ energy, maxForce })), ...(polished?.steps ?? [])],
      notes: notes.list(),
    };
  } finally {
    session.dispose();
  }
}

function polish(
  landscape: Landscape,
  q: Float64Array<ArrayBuffer>,
  { session, settings, notes }: { readonly session: ForceSession; readonly settings: Settings; readonly notes: Notes },
): { readonly q: Float64Array<ArrayBuffer>; readonly steps: readonly NewtonStep[] } {
  const crystal = landscape.crystal(q);
  session.setCell(crystal.cell);
  const { positions, steps } = newtonPolish({
    session: session as NewtonSession,
    positions: crystal.positions,
    frozen: settings.frozen,
    tolerance: NEWTON_TOLERANCE,
    maxStepA: settings.maxStepA,
    notes,
  });
  return { q: steps.length > 0 ? landscape.withPositions(q, positions) : q, steps };
}

function notSmooth(noise: number): Note {
  return {
    code: "energy-not-smooth",
    message: `the energy rose by up to ${noise.toExponential(1)} eV along steps where the forces say it falls; the forces were followed`,
    hint: "cut-offs without a shift or a low accuracy of the force field do this; the energy is uncertain by as much",
  };
}

function notConverged(sample: Sample, steps: number, settings: Settings): Note {
  const stress =
    settings.cell === "fixed"
      ? ""
      : ` and stress ${sample.maxStress.toExponential(2)} eV/Å³ (asked: ${settings.stressTolerance.toExponential(1)})`;
  const force = `force ${sample.maxForce.toExponential(2)} eV/Å (asked: ${settings.tolerance.toExponential(1)})`;
  return {
    code: "relaxation-not-converged",
    message: `after ${steps} steps the largest ${force}${stress} is left`,
    hint: `raise maxSteps (now ${settings.maxSteps}), or lower maxStepA if the energy jumps`,
  };
}

function checkedSettings(crystal: Crystal, forces: ForceField, options: RelaxOptions): Settings {
  const tolerance = options.tolerance ?? 1e-5;
  const settings: Settings = {
    tolerance,
    method: options.method ?? "lbfgs",
    maxSteps: options.maxSteps ?? 2000,
    maxStepA: options.maxStepA ?? 0.2,
    cell: options.cell ?? "fixed",
    pressure: options.pressure ?? 0,
    stressTolerance: options.stressTolerance ?? tolerance / BOND_AREA,
    newton: options.newton ?? false,
    frozen: options.frozen ?? [],
  };
  for (const name of ["tolerance", "maxStepA", "stressTolerance", "maxSteps"] as const) {
    if (!(settings[name] > 0)) throw new InputError(`${name} is ${settings[name]}`, `${name} must be positive`);
  }
  if (settings.method !== "lbfgs" && settings.method !== "fire") {
    throw new InputError(`"${String(settings.method)}" is no method of relaxation`, 'use "lbfgs" or "fire"');
  }
  const n = atomCount(crystal);
  const wrong = settings.frozen.find((atom) => !(Number.isInteger(atom) && atom >= 0 && atom < n));
  if (wrong !== undefined) {
    throw new InputError(`frozen atom ${wrong} is not one of the ${n} atoms`, `frozen atoms count from 0 to ${n - 1}`);
  }
  checkCell(crystal, forces, settings);
  if (settings.newton && !forces.can.hessian) {
    throw new CapabilityError(
      `the force field ${forces.name} has no analytic second derivatives`,
      "leave newton out, or lower the tolerance",
    );
  }
  return settings;
}

function checkCell(crystal: Crystal, forces: ForceField, { cell, pressure }: Settings): void {
  if (!Number.isFinite(pressure)) throw new InputError(`the pressure is ${pressure} eV/Å³`, "give a finite number");
  if (cell === "fixed") {
    if (pressure === 0) return;
    throw new InputError(
      `a pressure of ${pressure} eV/Å³ does nothing to a fixed cell`,
      'let the cell change: cell: "full"',
    );
  }
  if (!crystal.cell.periodic.every(Boolean)) {
    throw new InputError(
      `the cell is periodic along ${crystal.cell.periodic.filter(Boolean).length} of 3 directions`,
      'relax with cell: "fixed"',
    );
  }
  if (!forces.can.stress) {
    throw new CapabilityError(`the force field ${forces.name} gives no stress`, 'relax with cell: "fixed"');
  }
}
