// Vibrations of an infinite crystal at any wave vector. From the force constants of a supercell, spread over the nearest images (bonds.ts),
//
//   D_{iα,jβ}(q) = (m_i m_j)^{−1/2} Σ_d Φ_{iα,jβ}(d) e^{2πi q·d},   D(q) e_n = λ_n e_n,   f_n = sign(λ_n) √|λ_n| / 2π
//
// d from atom i to an image of atom j, so that phases run over atom positions. With Born charges the macroscopic field of long polar waves is
// included (macroscopic-field.ts): it parts longitudinal from transverse waves at Γ, differently along each direction of approach.
// docs/theory/lattice-dynamics.md

import { type F64, maxAbs, type Note, Notes, type Vec3 } from "../base/index.js";
import { hermitianEigen } from "../numerics/index.js";
import {
  atomCount,
  type CellChoice,
  type CellOptions,
  type Crystal,
  type CrystalCells,
  cutIntoCells,
} from "../structure/index.js";
import { blochSum } from "./bloch-sum.js";
import { type Bonds, bondsOf } from "./bonds.js";
import { type BornCharges, type BornChargesOptions, bornCharges } from "./born-charges.js";
import { type ChargeModel, dipoleForces } from "./dipole-forces.js";
import { type FieldTerm, gonzeTerm, wangTerm } from "./macroscopic-field.js";
import type { ForceConstants, Modes } from "./modes.js";
import { expectWaveVector, isGamma, unitDirection } from "./reciprocal.js";
import { frequencyOfCurvature } from "./solve.js";

export type FieldScheme = "gonze" | "wang" | "none";

export interface LatticeDynamicsOptions extends CellOptions {
  /** How the crystal of the force constants is cut into primitive cells. Default "smallest". */
  readonly cells?: CellChoice;
  /** Charges by element, or Born tensors by atom of the primitive cell, with ε∞. Default: none, which suits metals and elements. */
  readonly charges?: ChargeModel;
  /** How charges enter. Default "gonze" when there are any. */
  readonly scheme?: FieldScheme;
  /** What is done about charges that lack the crystal's symmetry. Default "impose". */
  readonly chargeSymmetry?: BornChargesOptions["symmetry"];
}

export interface AtWaveOptions {
  /** Where q is Γ: the direction of approach, fractional. Default: no macroscopic field at Γ (transverse frequencies throughout). */
  readonly direction?: Vec3;
}

export interface LatticeDynamics {
  /** The primitive cell all wave vectors refer to. */
  readonly crystal: Crystal;
  readonly cells: CrystalCells;
  /** Without the long-ranged part of charges in scheme "gonze". */
  readonly bonds: Bonds;
  /** 3b: modes at each wave vector. */
  readonly count: number;
  readonly scheme: FieldScheme;
  readonly charges?: BornCharges;
  /** Largest |Σ_j Φ_ij| before the sum rule was imposed, eV/Å². */
  readonly acousticSumResidual: number;
  readonly notes: readonly Note[];
  /** [3b,3b,2] eV/(Å² amu), Hermitian. `q` and `direction` fractional, without 2π. */
  dynamicalMatrix(q: Vec3, direction?: Vec3): Float64Array<ArrayBuffer>;
  /** [3b,3b,2] eV/(Å amu): ∂D/∂q along the Cartesian unit vector `along`, q in rad/Å. */
  dynamicalSlope(q: Vec3, along: Vec3): Float64Array<ArrayBuffer>;
  /** Complex modes at q, phases over atom positions; of each vector the first component larger than half the largest is real and positive. */
  modesAt(q: Vec3, options?: AtWaveOptions): Modes;
  /** [3b] THz, ascending, imaginary ones negative. Several times faster than `modesAt`. */
  frequenciesAt(q: Vec3, options?: AtWaveOptions): Float64Array<ArrayBuffer>;
}

/**
 * Lattice dynamics of the infinite crystal.
 * @throws InputError when cells or charges do not fit; PhysicsError for charges that break neutrality or symmetry badly.
 */
export function latticeDynamics(constants: ForceConstants, options: LatticeDynamicsOptions = {}): LatticeDynamics {
  const cells = cutIntoCells(constants.reference, options.cells ?? "smallest", options);
  const crystal = cells.primitive;
  const scheme = options.charges ? (options.scheme ?? "gonze") : "none";
  const symmetry = options.chargeSymmetry ? { symmetry: options.chargeSymmetry } : {};
  const charges = options.charges && bornCharges(crystal, options.charges, symmetry);
  const model = charges && scheme === "gonze" && maxAbs(charges.born) > 0 ? charges : undefined;
  const dipoles = model && dipoleForces(cells, { charges: model.born, dielectric: model.dielectric });
  const { bonds, notes } = bondsOf(constants, cells, dipoles);
  const field = dipoles
    ? gonzeTerm(crystal, dipoles)
    : charges && scheme === "wang"
      ? wangTerm(cells, charges)
      : undefined;
  const found = new Notes();
  for (const list of [cells.notes, notes, charges?.notes ?? [], fieldNotes(scheme, charges)]) found.addAll(list);
  return {
    crystal,
    cells,
    bonds,
    count: 3 * atomCount(crystal),
    scheme,
    ...(charges ? { charges } : {}),
    acousticSumResidual: constants.acousticSumResidual,
    notes: found.list(),
    ...solutions(crystal, bonds, field),
  };
}

type Solutions = Pick<LatticeDynamics, "dynamicalMatrix" | "dynamicalSlope" | "modesAt" | "frequenciesAt">;

function solutions(crystal: Crystal, bonds: Bonds, field: FieldTerm | undefined): Solutions {
  const size = 3 * atomCount(crystal);
  const near = blochSum(bonds, crystal);
  const dynamicalMatrix: Solutions["dynamicalMatrix"] = (q, direction) => {
    expectWaveVector(q);
    const out = new Float64Array(2 * size * size);
    near.at(q, out);
    field?.add(q, out, direction && isGamma(q) ? unitDirection(crystal.cell, direction) : undefined);
    return out;
  };
  return {
    dynamicalMatrix,
    dynamicalSlope(q, along) {
      expectWaveVector(q);
      const out = new Float64Array(2 * size * size);
      near.slopeAt(q, out, along);
      field?.addSlope(q, out, along);
      return out;
    },
    frequenciesAt(q, options = {}) {
      const { values } = hermitianEigen(dynamicalMatrix(q, options.direction), size, { vectors: false });
      return values.map(frequencyOfCurvature);
    },
    modesAt(q, options = {}) {
      const { values, vectors } = hermitianEigen(dynamicalMatrix(q, options.direction), size);
      for (let mode = 0; mode < size; mode++) fixPhase(vectors.subarray(2 * size * mode, 2 * size * (mode + 1)));
      return {
        reference: crystal,
        q,
        count: size,
        frequencies: values.map(frequencyOfCurvature),
        vectors,
        complex: true,
        gauge: "position",
      };
    },
  };
}

/** Turns the vector so that its first component larger than half the largest is real and positive. */
function fixPhase(vector: Float64Array): void {
  let largest = 0;
  for (let a = 0; a < vector.length; a += 2) largest = Math.max(largest, vector[a]! ** 2 + vector[a + 1]! ** 2);
  let lead = 0;
  while (vector[lead]! ** 2 + vector[lead + 1]! ** 2 <= 0.25 * largest && lead + 2 < vector.length) lead += 2;
  const length = Math.hypot(vector[lead]!, vector[lead + 1]!);
  if (!(length > 0)) return;
  const c = vector[lead]! / length;
  const s = -vector[lead + 1]! / length;
  for (let a = 0; a < vector.length; a += 2) {
    const x = vector[a]!;
    const y = vector[a + 1]!;
    vector[a] = x * c - y * s;
    vector[a + 1] = x * s + y * c;
  }
  vector[lead + 1] = 0;
}

function fieldNotes(scheme: FieldScheme, charges: BornCharges | undefined): Note[] {
  if (!charges) return [];
  const largest = largestCharge(charges.born).toFixed(3);
  if (scheme === "none")
    return [
      {
        code: "non-analytic-term-off",
        message: `charges of up to ${largest} e are given and left out: longitudinal and transverse waves meet at Γ`,
        hint: 'leave scheme at "gonze" to include the macroscopic field',
      },
    ];
  return [
    {
      code: "non-analytic-term",
      message: `charges of up to ${largest} e: the macroscopic field is included (${scheme === "gonze" ? "Gonze and Lee" : "Wang et al."}); exactly at Γ it depends on the direction of approach`,
    },
  ];
}

const largestCharge = (born: F64): number => maxAbs(born);
