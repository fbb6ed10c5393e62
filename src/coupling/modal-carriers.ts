// What a modal split of the diffusivity needs of the modes alone: which atoms carry, and how strongly each mode moves them together.
//     Q_n = Σ_{i∈P} √m_i e_{i,n}·u_i                        P: all atoms ("full") or the carriers alone ("carriers")
//     S_n = Σ_{i∈c} m_i^{-1/2} e_{i,n}                      [3] amu^{-1/2}
// The vectors are complete and orthonormal, so for both choices of P, frame by frame and whatever the atoms do,
//     Σ_n S_n ΔQ_n = Σ_{i∈c} Δr_i.                          docs/theory/modal-diffusion.md (3)
// The restriction to carriers is that of the scripts of Ouyang et al.: their coordinate has no √m and their
// weight no 1/√m, which for carriers of one mass is the same product.

import { type F64, type I32, InputError } from "../base/index.js";
import type { TrajectoryHeading } from "../dynamics/index.js";
import type { Modes } from "../modes/index.js";
import { atomsOf, speciesOf } from "../structure/index.js";

/** Atoms whose motion is projected on the modes. */
export type ModalProjection = "full" | "carriers";

export interface ModalCarriers {
  readonly modes: Modes;
  /** Atoms that carry, ascending. */
  readonly atoms: I32;
  readonly projection: ModalProjection;
  /** [count,3] S_n, amu^{-1/2}. */
  readonly weights: F64;
}

/** An element, or atoms counted from 0. */
export type CarrierChoice = string | ArrayLike<number>;

/**
 * Settles the carriers of a set of real Γ modes.
 * @throws InputError for complex modes, an element that is not there, atoms that do not exist, or carriers that are all atoms of the cell.
 */
export function modalCarriers(
  modes: Modes,
  carriers: CarrierChoice,
  projection: ModalProjection = "full",
): ModalCarriers {
  if (modes.complex) {
    throw new InputError(
      `the modal diffusivity needs real vectors, these belong to q = ${modes.q.join(" ")}`,
      "solve at Γ of a supercell",
    );
  }
  const atoms = carrierAtoms(modes, carriers);
  return { modes, atoms, projection, weights: carrierWeights(modes, atoms) };
}

/** Atoms of the projection. */
export function projectedAtoms({ modes, atoms, projection }: ModalCarriers): I32 {
  return projection === "carriers" ? atoms : Int32Array.from({ length: modes.reference.kinds.length }, (_, i) => i);
}

/** [count, 3p] √m_i e_{i,n} of the p atoms of the projection: times displacements [frames,3p] these are the modal coordinates. */
export function projector(carriers: ModalCarriers): Float64Array<ArrayBuffer> {
  const { modes } = carriers;
  const atoms = projectedAtoms(carriers);
  const n = modes.reference.kinds.length;
  const out = new Float64Array(modes.count * 3 * atoms.length);
  for (let mode = 0, at = 0; mode < modes.count; mode++) {
    for (const atom of atoms) {
      const root = Math.sqrt(modes.reference.masses[atom]!);
      for (let axis = 0; axis < 3; axis++) out[at++] = root * modes.vectors[3 * (mode * n + atom) + axis]!;
    }
  }
  return out;
}

/** S_n·S_n', amu⁻¹. */
export function weightProduct({ weights }: ModalCarriers, n: number, m: number): number {
  return (
    weights[3 * n]! * weights[3 * m]! +
    weights[3 * n + 1]! * weights[3 * m + 1]! +
    weights[3 * n + 2]! * weights[3 * m + 2]!
  );
}

/** [count,count] S_n·S_n' times `matrix`, element by element, times `scale`. */
export function weighPairs(carriers: ModalCarriers, matrix: F64, scale: number): Float64Array<ArrayBuffer> {
  const { count } = carriers.modes;
  const { weights } = carriers;
  const out = new Float64Array(count * count);
  for (let n = 0; n < count; n++) {
    const [x, y, z] = [scale * weights[3 * n]!, scale * weights[3 * n + 1]!, scale * weights[3 * n + 2]!];
    for (let m = 0; m < count; m++) {
      const product = x * weights[3 * m]! + y * weights[3 * m + 1]! + z * weights[3 * m + 2]!;
      out[n * count + m] = product * matrix[n * count + m]!;
    }
  }
  return out;
}

/** Mass of the carriers over the mass of the cell, N_c m_c / M. */
export function carrierMassShare({ modes, atoms }: Pick<ModalCarriers, "modes" | "atoms">): number {
  const { masses } = modes.reference;
  let [moving, all] = [0, 0];
  for (const atom of atoms) moving += masses[atom]!;
  for (const mass of masses) all += mass;
  return moving / all;
}

/** Checks that the modes speak of the trajectory's atoms, in its order. */
export function checkSameAtoms(modes: Modes, heading: TrajectoryHeading): void {
  const { reference } = modes;
  const { crystal } = heading;
  if (reference.kinds.length !== crystal.kinds.length) {
    throw new InputError(
      `the modes have ${reference.kinds.length} atoms, the trajectory ${crystal.kinds.length}`,
      "use the modes of the simulated supercell",
    );
  }
  for (let i = 0; i < crystal.kinds.length; i++) {
    const [ours, theirs] = [speciesOf(reference, i), speciesOf(crystal, i)];
    if (ours !== theirs || Math.abs(reference.masses[i]! - crystal.masses[i]!) > 1e-6 * crystal.masses[i]!) {
      throw new InputError(
        `atom ${i + 1} is ${ours} of ${reference.masses[i]} amu in the modes, ${theirs} of ${crystal.masses[i]} amu in the trajectory`,
        "bring the modes into the trajectory's order of atoms (matchAtoms, then reorderModes), with its masses",
        { atom: i },
      );
    }
  }
  if (heading.variableCell) {
    throw new InputError(
      "the cell of the trajectory changes with time",
      "modal displacements need one cell: simulate at constant volume",
    );
  }
}

function carrierAtoms(modes: Modes, carriers: CarrierChoice): Int32Array {
  const { reference } = modes;
  const n = reference.kinds.length;
  const chosen = typeof carriers === "string" ? atomsOf(reference, carriers) : Array.from(carriers);
  const atoms = Int32Array.from(new Set(chosen)).sort();
  if (atoms.length === 0) {
    throw new InputError(
      typeof carriers === "string" ? `the crystal has no ${carriers}` : "there are no carriers",
      `it has ${reference.elements.join(", ")}`,
    );
  }
  const wrong = chosen.find((atom) => !Number.isInteger(atom) || atom < 0 || atom >= n);
  if (wrong !== undefined) throw new InputError(`carrier ${wrong} of ${n} atoms`, "atoms count from 0");
  if (atoms.length === n) {
    throw new InputError(
      `all ${n} atoms are carriers`,
      "leave out the framework: the motion of everything together is no diffusion",
    );
  }
  return atoms;
}

function carrierWeights(modes: Modes, atoms: I32): Float64Array<ArrayBuffer> {
  const n = modes.reference.kinds.length;
  const weights = new Float64Array(3 * modes.count);
  for (let mode = 0; mode < modes.count; mode++) {
    for (const atom of atoms) {
      const inverseRoot = 1 / Math.sqrt(modes.reference.masses[atom]!);
      for (let axis = 0; axis < 3; axis++) {
        weights[3 * mode + axis]! += inverseRoot * modes.vectors[3 * (mode * n + atom) + axis]!;
      }
    }
  }
  return weights;
}
