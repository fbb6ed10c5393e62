// Force constants Φ_{iα,jβ} = ∂²E/∂u_{iα}∂u_{jβ} (eV/Å²) of every atom of the cell, periodic images summed: the supercell
// problem at Γ. From the force field's own second derivatives where it has them; else by central differences,
//     Φ_{iα,jβ} ≈ −[F_{jβ}(u_{iα} = +h) − F_{jβ}(u_{iα} = −h)] / 2h,
// exact up to h² × (fourth derivatives)/6: the odd, cubic term cancels between the two sides.

import {
  CapabilityError,
  expectFinite,
  expectShape,
  InputError,
  maxAbs,
  Notes,
  Pacer,
  type RunOptions,
} from "../base/index.js";
import type { ForceField, ForceSession } from "../forces/index.js";
import { atomCount, type Crystal } from "../structure/index.js";
import type { ForceConstants } from "./modes.js";
import { acousticSumResidual, asymmetry, imposeAcousticSumRule, symmetrised } from "./sum-rule.js";

export interface ForceConstantsOptions extends RunOptions {
  /** "auto" (default): analytic where the force field can, else differences. */
  readonly method?: "auto" | "analytic" | "differences";
  /** Displacement of the central differences, Å. Default 0.01: for a stiff bond (12-6, 2 Å) truncation is 1e-3 of Φ, rounding 1e-10. */
  readonly stepA?: number;
  /** "impose" (default): symmetric with rows that sum to zero; "keep": symmetric only, the sum rule as it came out. */
  readonly sumRule?: "impose" | "keep";
}

/** Asymmetry of difference quotients, relative to the largest constant, above which it is worth a note. */
const NOTEWORTHY_ASYMMETRY = 1e-3;

/**
 * Second derivatives of the energy at `crystal`'s positions.
 * @throws CapabilityError when "analytic" is asked of a force field without second derivatives.
 */
export async function forceConstants(
  crystal: Crystal,
  forces: ForceField,
  options: ForceConstantsOptions = {},
): Promise<ForceConstants> {
  const step = options.stepA ?? 0.01;
  if (!(step > 0)) throw new InputError(`the displacement is ${step} Å`, "stepA must be positive, for example 0.01");
  const session = forces.attach(crystal);
  try {
    const analytic = options.method !== "differences" && forces.can.hessian && session.hessian !== undefined;
    if (options.method === "analytic" && !analytic) {
      throw new CapabilityError(
        `the force field ${forces.name} has no analytic second derivatives`,
        'leave the method at "auto" to use differences of forces',
      );
    }
    const values = analytic
      ? session.hessian!(crystal.positions).slice()
      : await differences(crystal, session, step, options);
    return finish(crystal, values, options);
  } finally {
    session.dispose();
  }
}

/**
 * Force constants made elsewhere (a FORCE_CONSTANTS file, another code), checked against the structure they belong to.
 * They are kept as they came; see `imposeAcousticSumRule`.
 */
export function forceConstantsFrom(reference: Crystal, values: ArrayLike<number>): ForceConstants {
  const n = atomCount(reference);
  expectShape("force constants", values, [n, 3, n, 3]);
  const copy = Float64Array.from(values);
  expectFinite("force constant", copy, 9 * n);
  return { reference, values: copy, acousticSumResidual: acousticSumResidual(copy) };
}

async function differences(
  crystal: Crystal,
  session: ForceSession,
  step: number,
  options: RunOptions,
): Promise<Float64Array> {
  const size = crystal.positions.length;
  const values = new Float64Array(size * size);
  const positions = crystal.positions.slice();
  const ahead = new Float64Array(size);
  const behind = new Float64Array(size);
  const pacer = new Pacer("displacing atoms", options);
  for (let row = 0; row < size; row++) {
    const home = positions[row]!;
    positions[row] = home + step;
    const forward = positions[row]! - home; // what was really added, after rounding
    session.evaluate(positions, ahead);
    positions[row] = home - step;
    const backward = home - positions[row]!;
    session.evaluate(positions, behind);
    positions[row] = home;
    for (let column = 0; column < size; column++) {
      values[row * size + column] = -(ahead[column]! - behind[column]!) / (forward + backward);
    }
    await pacer.tick(row + 1, size);
  }
  return values;
}

function finish(reference: Crystal, raw: Float64Array, options: ForceConstantsOptions): ForceConstants {
  expectFinite("force constant", raw, 3 * raw.length ** 0.5);
  const notes = new Notes();
  const skew = asymmetry(raw);
  const scale = maxAbs(raw);
  if (skew > NOTEWORTHY_ASYMMETRY * scale) {
    notes.add(
      "force-constants-asymmetric",
      `Φ and its transpose differ by up to ${skew.toPrecision(3)} eV/Å² (largest constant ${scale.toPrecision(4)} eV/Å²); their mean is used`,
      "try a smaller stepA, or check that the force field's forces are the gradient of its energy",
    );
  }
  const constants = {
    reference,
    values: raw,
    acousticSumResidual: acousticSumResidual(raw),
    notes: notes.list(),
  };
  return options.sumRule === "keep" ? { ...constants, values: symmetrised(raw) } : imposeAcousticSumRule(constants);
}
