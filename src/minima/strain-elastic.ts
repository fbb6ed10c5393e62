// Elastic constants from strains. With η the Voigt strain (strain.ts) and σ the stress,
//
//   clamped   C⁰_IJ = ∂σ_I/∂η_J          every atom carried along
//   relaxed   C_IJ  = dσ_I/dη_J          atoms at rest in the strained cell
//           = C⁰_IJ − (1/V) Σ Λ_{iα,I} (Φ⁺)_{iα,jβ} Λ_{jβ,J},   Λ_{iα,J} = −∂F_{iα}/∂η_J
//
// Φ⁺ inverts the force constants on everything but the three translations (M. Born and K. Huang, Dynamical Theory of Crystal Lattices, Oxford
// 1954, § 29). Differences are central at the strains h and h/2, and (4 D(h/2) − D(h))/3 leaves an error of order h⁴. At a stress σ other than
// zero these are the stress–strain coefficients, which differ from second derivatives of the energy by terms of the size of σ
// (D. C. Wallace, Thermodynamics of Crystals, Wiley 1972, § 2); C and its transpose then differ by as much.

import {
  CapabilityError,
  EV_PER_A3_PER_GPA,
  type F64,
  InputError,
  maxAbs,
  maxNorm3,
  type Note,
  Notes,
  Pacer,
  PhysicsError,
  type RunOptions,
} from "../base/index.js";
import type { ForceField, ForceSession } from "../forces/index.js";
import { solveSymmetric, symmetricEigenvalues } from "../numerics/index.js";
import { atomCount, type Crystal, deformCell, transformRows } from "../structure/index.js";
import { relax } from "./relax.js";
import { strainOf, voigtStress } from "./strain.js";

export interface StrainElasticOptions extends RunOptions {
  /** h, the larger of the two strains. Default 4e-3. */
  readonly strain?: number;
  /**
   * What atoms inside the cell do: "response" (Φ⁺, analytic second derivatives), "relax" (brought to rest in every strained cell), "clamped"
   * (nothing), or "auto" (default): "response" where the force field can, else "relax".
   */
  readonly internal?: "auto" | "response" | "relax" | "clamped";
  /** "relax": largest force left, eV/Å. Default 1e-7. */
  readonly tolerance?: number;
}

export interface StrainElastic {
  readonly crystal: Crystal;
  readonly constants: F64; // [6,6] eV/Å³, symmetric, Voigt order xx yy zz yz xz xy
  readonly clamped: F64; // [6,6] eV/Å³, symmetric: atoms carried along
  readonly internal: "response" | "relax" | "clamped";
  readonly stress: F64; // [3,3] eV/Å³ of the unstrained crystal
  readonly maxForce: number; // eV/Å, of the unstrained crystal
  /** Largest |C − Cᵀ| that was removed, eV/Å³. */
  readonly asymmetry: number;
  /** Largest difference between the two strains, eV/Å³: the error before it is extrapolated away. */
  readonly truncation: number;
  readonly notes: readonly Note[];
}

const DEFAULT_STRAIN = 4e-3;
/** Relative to the largest constant: worth a note. */
const NOTEWORTHY = 0.02;
/** eV/Å and eV/Å³ (0.1 GPa). */
const REST_FORCE = 1e-3;
const REST_STRESS = 0.1 * EV_PER_A3_PER_GPA;

/**
 * Elastic constants of `crystal` where it stands. It should be at rest with its cell free: what is left of forces and stress is noted.
 * @throws CapabilityError without stress or three periodic directions; PhysicsError when the atoms are at no minimum ("response").
 */
export async function strainElastic(
  crystal: Crystal,
  forces: ForceField,
  options: StrainElasticOptions = {},
): Promise<StrainElastic> {
  const strain = options.strain ?? DEFAULT_STRAIN;
  const internal = checkedInternal(crystal, forces, options);
  const session = forces.attach(crystal);
  try {
    const rest = evaluated(session, crystal);
    const pacer = new Pacer("straining", options);
    const { stress, force } = await slopes(crystal, strain, { session, pacer });
    const clamped = stress.value;
    let constants = clamped;
    let truncation = stress.change;
    if (internal === "response") constants = givenWay(clamped, force, { session, crystal });
    if (internal === "relax") {
      const relaxed = await relaxedSlopes(crystal, strain, { forces, pacer, tolerance: options.tolerance ?? 1e-7 });
      constants = relaxed.value;
      truncation = relaxed.change;
    }
    const skew = asymmetryOf(constants);
    return {
      crystal,
      constants: symmetrised(constants),
      clamped: symmetrised(clamped),
      internal,
      stress: rest.stress,
      maxForce: rest.maxForce,
      asymmetry: skew,
      truncation,
      notes: notesOf({ ...rest, truncation, strain, scale: maxAbs(constants) }),
    };
  } finally {
    session.dispose();
  }
}

function checkedInternal(
  crystal: Crystal,
  forces: ForceField,
  { strain = DEFAULT_STRAIN, internal = "auto", tolerance = 1e-7 }: StrainElasticOptions,
): StrainElastic["internal"] {
  if (!(strain > 0 && strain <= 0.05))
    throw new InputError(`a strain of ${strain}`, "strains are small positive numbers, for example 4e-3");
  if (!(tolerance > 0)) throw new InputError(`the tolerance is ${tolerance} eV/Å`, "give a positive force");
  if (!["auto", "response", "relax", "clamped"].includes(internal))
    throw new InputError(`"${internal}" is no way to treat the atoms`, 'use "auto", "response", "relax" or "clamped"');
  if (!forces.can.stress)
    throw new CapabilityError(`the force field ${forces.name} gives no stress`, "use one that does");
  const along = crystal.cell.periodic.filter(Boolean).length;
  if (along < 3)
    throw new CapabilityError(
      `the crystal is periodic along ${along} of 3 directions`,
      "elastic constants need a bulk crystal",
    );
  if (internal === "response" && !forces.can.hessian)
    throw new CapabilityError(
      `the force field ${forces.name} has no analytic second derivatives`,
      'let atoms relax in strained cells: internal: "relax"',
    );
  if (internal === "auto") return forces.can.hessian ? "response" : "relax";
  return internal;
}

function evaluated(session: ForceSession, crystal: Crystal): { readonly stress: F64; readonly maxForce: number } {
  const forces = new Float64Array(crystal.positions.length);
  const stress = new Float64Array(9);
  session.evaluate(crystal.positions, forces, stress);
  return { stress, maxForce: maxNorm3(forces) };
}

interface Slope {
  /** [rows,6] ∂/∂η_J, extrapolated to no strain. */
  readonly value: Float64Array<ArrayBuffer>;
  /** Largest difference between the two strains in the first six rows, the stress. */
  readonly change: number;
}

/** Derivative of a vector by each strain, from its values at ±h and ±h/2. */
async function derivative(
  rows: number,
  strain: number,
  at: (component: number, amount: number) => Promise<F64>,
): Promise<Slope> {
  const value = new Float64Array(6 * rows);
  let change = 0;
  for (let component = 0; component < 6; component++) {
    const quotients: Float64Array[] = [];
    for (const h of [strain, strain / 2]) {
      const ahead = (await at(component, h)).slice();
      const behind = await at(component, -h);
      quotients.push(ahead.map((x, k) => (x - behind[k]!) / (2 * h)));
    }
    const [far, near] = quotients as [Float64Array, Float64Array];
    for (let k = 0; k < rows; k++) {
      value[6 * k + component] = (4 * near[k]! - far[k]!) / 3;
      if (k < 6) change = Math.max(change, Math.abs(near[k]! - far[k]!));
    }
  }
  return { value, change };
}

/** ∂σ/∂η and ∂F/∂η with every atom carried along. */
async function slopes(
  crystal: Crystal,
  strain: number,
  { session, pacer }: { readonly session: ForceSession; readonly pacer: Pacer },
): Promise<{ readonly stress: Slope; readonly force: Slope }> {
  const size = crystal.positions.length;
  const forces = new Float64Array(size);
  const stress = new Float64Array(9);
  let done = 0;
  const both = await derivative(6 + size, strain, async (component, amount) => {
    const deformation = strainOf(component, amount);
    session.setCell(deformCell(crystal.cell, deformation));
    session.evaluate(transformRows(crystal.positions, deformation), forces, stress);
    await pacer.tick(++done, 24);
    const all = new Float64Array(6 + size);
    all.set(voigtStress(stress));
    all.set(forces, 6);
    return all;
  });
  session.setCell(crystal.cell);
  return {
    stress: { value: both.value.slice(0, 36), change: both.change },
    force: { value: both.value.slice(36), change: both.change },
  };
}

/** dσ/dη with the atoms at rest in every strained cell. */
async function relaxedSlopes(
  crystal: Crystal,
  strain: number,
  { forces, pacer, tolerance }: { readonly forces: ForceField; readonly pacer: Pacer; readonly tolerance: number },
): Promise<Slope> {
  let done = 24;
  return derivative(6, strain, async (component, amount) => {
    const deformation = strainOf(component, amount);
    const strained: Crystal = {
      ...crystal,
      cell: deformCell(crystal.cell, deformation),
      positions: transformRows(crystal.positions, deformation),
    };
    const minimum = await relax(strained, forces, { tolerance, newton: forces.can.hessian });
    if (!minimum.converged)
      throw new PhysicsError(
        `in the strained cell the atoms did not come to rest: ${minimum.maxForce.toExponential(2)} eV/Å of ${tolerance.toExponential(1)} eV/Å`,
        "relax the crystal first, or raise the tolerance",
        { component, amount, maxForce: minimum.maxForce },
      );
    await pacer.tick(++done, 48);
    return voigtStress(minimum.stress!.slice());
  });
}

/** C⁰ − ΛᵀΦ⁺Λ/V. Uniform motion gets a stiffness of its own, so that what is inverted has no null space; Λ has no part along it. */
function givenWay(
  clamped: F64,
  { value: forceSlope }: Slope,
  { session, crystal }: { readonly session: ForceSession; readonly crystal: Crystal },
): Float64Array<ArrayBuffer> {
  const size = crystal.positions.length;
  const n = atomCount(crystal);
  const out = clamped.slice();
  if (n === 1) return out;
  const hessian = session.hessian!(crystal.positions).slice();
  const scale = maxAbs(hessian);
  for (let i = 0; i < size; i++) for (let j = i % 3; j < size; j += 3) hessian[i * size + j]! += scale / n;
  const lowest = symmetricEigenvalues(hessian, size)[0]!;
  if (!(lowest > 1e-9 * scale))
    throw new PhysicsError(
      `the atoms are at no minimum: the least curvature is ${lowest.toExponential(2)} eV/Å² (largest ${scale.toPrecision(3)})`,
      "displace the crystal along its unstable mode and relax it (phonion modes shows it)",
      { lowest },
    );
  const coupling = forceSlope.map((x) => -x);
  removeMean(coupling, n);
  const answer = solveSymmetric(hessian, coupling, { n: size });
  for (let p = 0; p < 6; p++)
    for (let s = 0; s < 6; s++) {
      let sum = 0;
      for (let row = 0; row < size; row++) sum += coupling[6 * row + p]! * answer[6 * row + s]!;
      out[6 * p + s]! -= sum / crystal.cell.volume;
    }
  return out;
}

/** Forces add up to zero but for rounding. */
function removeMean(coupling: Float64Array, n: number): void {
  for (let axis = 0; axis < 3; axis++)
    for (let p = 0; p < 6; p++) {
      let mean = 0;
      for (let i = 0; i < n; i++) mean += coupling[6 * (3 * i + axis) + p]! / n;
      for (let i = 0; i < n; i++) coupling[6 * (3 * i + axis) + p]! -= mean;
    }
}

function asymmetryOf(constants: F64): number {
  let largest = 0;
  for (let p = 0; p < 6; p++)
    for (let s = 0; s < p; s++) largest = Math.max(largest, Math.abs(constants[6 * p + s]! - constants[6 * s + p]!));
  return largest;
}

const symmetrised = (constants: F64): Float64Array<ArrayBuffer> =>
  Float64Array.from(constants, (x, at) => 0.5 * (x + constants[6 * (at % 6) + Math.floor(at / 6)]!));

interface Found {
  readonly stress: F64;
  readonly maxForce: number;
  readonly truncation: number;
  readonly strain: number;
  readonly scale: number;
}

function notesOf({ stress, maxForce, truncation, strain, scale }: Found): readonly Note[] {
  const notes = new Notes();
  const gpa = (x: number): string => (x / EV_PER_A3_PER_GPA).toPrecision(3);
  if (maxForce > REST_FORCE)
    notes.add(
      "structure-not-at-rest",
      `forces of up to ${maxForce.toPrecision(3)} eV/Å act on the unstrained crystal, more than ${REST_FORCE} eV/Å`,
      "relax it first: elastic constants are those of a minimum",
    );
  if (maxAbs(stress) > REST_STRESS)
    notes.add(
      "stress-not-zero",
      `the unstrained crystal is under a stress of up to ${gpa(maxAbs(stress))} GPa: the constants are stress–strain coefficients at that stress`,
      "relax the cell too, unless the pressure is meant",
    );
  if (truncation > NOTEWORTHY * scale)
    notes.add(
      "strain-not-small",
      `strains of ${strain} and ${strain / 2} give constants that differ by up to ${gpa(truncation)} GPa`,
      "lower the strain; if that does not help, the forces step where pairs cross a cut-off: shift them to zero there",
    );
  return notes.list();
}
