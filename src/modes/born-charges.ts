// Born charges as a crystal may have them. Computed ones break two rules a little: their sum over the cell is not zero, and they are not
// invariant under the crystal's operations {R|t}. The nearest tensors that obey both are the averages
//
//   Z_i ← (1/|G|) Σ_g R_gᵀ Z_{g(i)} R_g,   ε ← (1/|G|) Σ_g R_gᵀ ε R_g,   Z_i ← Z_i − (1/b) Σ_k Z_k
//
// (the last keeps the first, because a mean over the cell is invariant itself). X. Gonze and C. Lee, 10.1103/PhysRevB.55.10355, sec. IV.

import { type F64, InputError, maxAbs, type Note, PhysicsError } from "../base/index.js";
import {
  atomCount,
  atomPermutation,
  type Crystal,
  cartesianRotation,
  findSymmetry,
  symmetryReady,
} from "../structure/index.js";
import { type ChargeModel, isTensorList } from "./dipole-forces.js";

export interface BornChargesOptions {
  /** "impose" (default): charges and ε∞ get the crystal's symmetry; "keep": they stay as given, but for their sum. */
  readonly symmetry?: "impose" | "keep";
  /** Tolerance of the symmetry search, Å. Default 1e-3. */
  readonly tolerance?: number;
}

export interface BornCharges {
  readonly born: F64; // [b,3,3] e, field axis first
  readonly dielectric: F64; // [3,3]
  /** Largest |Σ_i Z_i| before it was removed, e. */
  readonly netCharge: number;
  /** Largest change of a component by the symmetry, e. */
  readonly asymmetry: number;
  readonly notes: readonly Note[];
}

/** Parts of the largest charge: more than the first is worth a note, more than the second is refused. */
const NOTEWORTHY = 1e-3;
const BROKEN = 0.1;

/** @throws PhysicsError when neutrality or symmetry is broken by more than a tenth; InputError for tables that do not fit. */
export function bornCharges(crystal: Crystal, model: ChargeModel, options: BornChargesOptions = {}): BornCharges {
  const b = atomCount(crystal);
  let born = tensorsOf(crystal, model);
  let dielectric = Float64Array.from(model.dielectric ?? [1, 0, 0, 0, 1, 0, 0, 0, 1]);
  if (dielectric.length !== 9)
    throw new InputError(`ε∞ has ${dielectric.length} numbers, expected 9`, "give the [3,3] tensor by rows");
  const largest = maxAbs(born);
  const notes: Note[] = [];
  const netCharge = removeNet(born, b);
  if (netCharge > BROKEN * largest * b)
    throw new PhysicsError(
      `the Born charges of the cell add up to ${netCharge.toFixed(4)} e, the largest is ${largest.toFixed(4)} e`,
      "a charge stands at the wrong atom, or an atom of the cell is missing: check the order of the BORN file",
      { netCharge, largest },
    );
  if (netCharge > NOTEWORTHY * largest)
    notes.push({
      code: "born-charges-not-neutral",
      message: `the Born charges of the cell added up to ${netCharge.toFixed(4)} e; ${(netCharge / b).toFixed(5)} e per atom was taken off`,
    });
  if (options.symmetry === "keep" || isZero(born)) return { born, dielectric, netCharge, asymmetry: 0, notes };
  if (!symmetryReady()) {
    notes.push({
      code: "born-charges-not-symmetrised",
      message: "the Born charges were used as given, because the symmetry engine is not loaded",
      hint: "call loadSymmetry first, or make sure that the charges have the crystal's symmetry",
    });
    return { born, dielectric, netCharge, asymmetry: 0, notes };
  }
  const averaged = averagedOverGroup(crystal, born, { dielectric, tolerance: options.tolerance ?? 1e-3 });
  const asymmetry = largestDifference(averaged.born, born);
  const turned = largestDifference(averaged.dielectric, dielectric);
  if (asymmetry > BROKEN * largest || turned > BROKEN * maxAbs(dielectric))
    throw new PhysicsError(
      `the crystal's symmetry (${averaged.symbol}) would change a Born charge by ${asymmetry.toFixed(4)} e of ${largest.toFixed(4)} e, and ε∞ by ${turned.toFixed(4)} of ${maxAbs(dielectric).toFixed(4)}`,
      'charges stand at the wrong atoms or in other axes: check order and orientation, or pass symmetry: "keep"',
      { asymmetry, largest, dielectric: turned },
    );
  if (asymmetry > NOTEWORTHY * largest || turned > NOTEWORTHY * maxAbs(dielectric))
    notes.push({
      code: "born-charges-symmetrised",
      message: `the symmetry ${averaged.symbol} was imposed on the Born charges: components changed by up to ${asymmetry.toFixed(5)} e, ε∞ by up to ${turned.toFixed(5)}`,
    });
  born = averaged.born;
  dielectric = averaged.dielectric;
  return { born, dielectric, netCharge, asymmetry, notes };
}

function tensorsOf(crystal: Crystal, { charges }: ChargeModel): Float64Array<ArrayBuffer> {
  const b = atomCount(crystal);
  if (isTensorList(charges)) {
    if (charges.length !== 9 * b)
      throw new InputError(
        `${charges.length} numbers for the Born charges of ${b} atoms, expected ${9 * b}`,
        "give a 3 × 3 tensor for every atom of the cell",
      );
    return Float64Array.from(charges);
  }
  const born = new Float64Array(9 * b);
  for (let i = 0; i < b; i++) {
    const element = crystal.elements[crystal.kinds[i]!]!;
    const charge = charges[element];
    if (charge === undefined)
      throw new InputError(`there is no charge for ${element}`, `give charges of ${crystal.elements.join(", ")} in e`);
    for (let a = 0; a < 3; a++) born[9 * i + 4 * a] = charge;
  }
  return born;
}

/** Takes the mean tensor off every atom; the largest component of the sum that was there. */
function removeNet(born: Float64Array, b: number): number {
  let largest = 0;
  for (let k = 0; k < 9; k++) {
    let net = 0;
    for (let i = 0; i < b; i++) net += born[9 * i + k]!;
    largest = Math.max(largest, Math.abs(net));
    for (let i = 0; i < b; i++) born[9 * i + k]! -= net / b;
  }
  return largest;
}

const isZero = (values: F64): boolean => maxAbs(values) === 0;

function largestDifference(a: F64, b: F64): number {
  let largest = 0;
  for (let k = 0; k < a.length; k++) largest = Math.max(largest, Math.abs(a[k]! - b[k]!));
  return largest;
}

function averagedOverGroup(
  crystal: Crystal,
  born: F64,
  { dielectric, tolerance }: { readonly dielectric: F64; readonly tolerance: number },
): { born: Float64Array<ArrayBuffer>; dielectric: Float64Array<ArrayBuffer>; symbol: string } {
  const { operations, symbol } = findSymmetry(crystal, { tolerance });
  const b = atomCount(crystal);
  const out = new Float64Array(9 * b);
  const electrons = new Float64Array(9);
  for (const operation of operations) {
    const rotation = cartesianRotation(crystal.cell, operation);
    const image = atomPermutation(crystal, operation, { tolerance: 10 * tolerance });
    for (let i = 0; i < b; i++) addTurnedBack(out, 9 * i, { rotation, tensor: born, from: 9 * image[i]! });
    addTurnedBack(electrons, 0, { rotation, tensor: dielectric, from: 0 });
  }
  const count = operations.length;
  return { born: out.map((x) => x / count), dielectric: electrons.map((x) => x / count), symbol };
}

/** out += Rᵀ T R. */
function addTurnedBack(
  out: Float64Array,
  at: number,
  { rotation: r, tensor, from }: { readonly rotation: F64; readonly tensor: F64; readonly from: number },
): void {
  for (let a = 0; a < 3; a++)
    for (let c = 0; c < 3; c++)
      for (let p = 0; p < 3; p++)
        for (let s = 0; s < 3; s++) out[at + 3 * a + c]! += r[3 * p + a]! * tensor[from + 3 * p + s]! * r[3 * s + c]!;
}
