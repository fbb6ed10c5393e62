// Long-range forces between charges, taken apart so that a supercell need not hold them. Of Ewald's two sums only the one over waves is
// long-ranged, and only it is treated here; the other falls as erfc(αr) and stays with the short-range bonds. With Born charges Z (tensors), the
// dielectric tensor ε∞ of the electrons and K = G − q,
//
//   S_ij(q) = (4πk_e/V) Σ_G (Z_iᵀK)(Z_jᵀK)ᵀ e^{−KεK/4α²}/(KεK) e^{iG·(τ_j − τ_i)},      K ≠ 0
//   Φ^C_ij(q) = S_ij(q) − δ_ij Σ_k S_ik(0)
//
// A supercell's Φ minus its Φ^C is short-ranged; D(q) is made of that, and Φ^C(q) is added back. The wave K = −q is the macroscopic field: it parts
// longitudinal from transverse waves and stiffens sound in piezoelectric crystals. X. Gonze and C. Lee, 10.1103/PhysRevB.55.10355.

import { COULOMB_CONSTANT, type F64, InputError, PhysicsError, type Vec3 } from "../base/index.js";
import { atomCount, type Crystal, type CrystalCells, cellWidths, supercell } from "../structure/index.js";

export interface ChargeModel {
  /** e, by element (as in a rigid-ion force field), or Born tensors [b,3,3] by atom of the cell: field axis first. */
  readonly charges: Readonly<Record<string, number>> | F64;
  /** [3,3] ε∞. Default the unit matrix, right for rigid ions. */
  readonly dielectric?: F64;
}

/** What the charges add at q. */
export interface DipoleForces {
  /** Φ^C(q) into out [3b,3b,2], eV/Å². */
  at(q: Vec3, out: Float64Array): void;
  /** Φ^C between atoms of a supercell, [b,n,9] eV/Å²: rows of the home atoms `representatives`. */
  inSupercell(cells: CrystalCells, representatives: ArrayLike<number>): Float64Array;
}

/** e; the sum of the charges of a cell that counts as zero: charges are given to a few decimals. */
const NEUTRAL = 1e-3;
/** αR at half the width of the supercell: erfc is 2e-5 there. */
const SHORT_RANGE = 3;
/** KεK/4α² at which a wave is left out: e^{−23} = 1e-10. */
const LAST_WAVE = 23;

/** @throws PhysicsError for a charged cell; InputError for charges that do not fit the crystal. */
export function dipoleForces(cells: CrystalCells, model: ChargeModel): DipoleForces {
  const crystal = cells.primitive;
  const born = bornCharges(crystal, model);
  const dielectric = model.dielectric ?? Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  if (dielectric.length !== 9 || !(dielectric[0]! > 0 && dielectric[4]! > 0 && dielectric[8]! > 0))
    throw new InputError("ε∞ is a [3,3] tensor with a positive diagonal", "give nine numbers by rows");
  const splitting = (2 * SHORT_RANGE) / Math.min(...cellWidths(cells.supercell.cell));
  const sum = waveSum(crystal, born, { dielectric, splitting });
  const size = 3 * atomCount(crystal);
  const atZero = new Float64Array(2 * size * size);
  sum([0, 0, 0], atZero);
  const own = ownTerms(atZero, size);
  const at = (q: Vec3, out: Float64Array): void => {
    sum(q, out);
    for (let i = 0; i < size; i++)
      for (let b = 0; b < 3; b++) out[2 * (i * size + 3 * Math.floor(i / 3) + b)]! -= own[3 * i + b]!;
  };
  return { at, inSupercell: (from, representatives) => backToSupercell(at, from, representatives) };
}

/** [b,3,3] e, whose sum over the cell is taken to zero. */
function bornCharges(crystal: Crystal, { charges }: ChargeModel): Float64Array {
  const b = atomCount(crystal);
  const born = new Float64Array(9 * b);
  if (isList(charges)) {
    if (charges.length !== 9 * b)
      throw new InputError(
        `${charges.length} numbers for the Born charges of ${b} atoms, expected ${9 * b}`,
        "give a 3 × 3 tensor for every atom of the cell",
      );
    born.set(charges as unknown as ArrayLike<number>);
  } else {
    for (let i = 0; i < b; i++) {
      const element = crystal.elements[crystal.kinds[i]!]!;
      const charge = charges[element];
      if (charge === undefined)
        throw new InputError(
          `there is no charge for ${element}`,
          `give charges of ${crystal.elements.join(", ")} in e`,
        );
      for (let a = 0; a < 3; a++) born[9 * i + 4 * a] = charge;
    }
  }
  for (let k = 0; k < 9; k++) {
    let net = 0;
    for (let i = 0; i < b; i++) net += born[9 * i + k]!;
    if (Math.abs(net) > NEUTRAL * b)
      throw new PhysicsError(
        `the charges of the cell add up to ${net.toFixed(4)} e${k % 4 === 0 ? "" : " off the diagonal"}, expected 0`,
        "correct the charges: a charged crystal has no sound",
        { net },
      );
    for (let i = 0; i < b; i++) born[9 * i + k]! -= net / b;
  }
  return born;
}

const isList = (charges: ChargeModel["charges"]): charges is F64 => typeof charges["length"] === "number";

interface Electrics {
  readonly dielectric: F64;
  readonly splitting: number; // 1/Å
}

/** S(q) as a function of q. */
function waveSum(crystal: Crystal, born: F64, { dielectric, splitting }: Electrics): DipoleForces["at"] {
  const { inverse, vectors, volume } = crystal.cell;
  const b = atomCount(crystal);
  const size = 3 * b;
  const strongest = Math.min(dielectric[0]!, dielectric[4]!, dielectric[8]!);
  const farthest = 2 * splitting * Math.sqrt(LAST_WAVE / Math.min(1, strongest));
  // |G − q| ≤ K in every direction bounds the index along axis i by K |a_i|/2π, around q_i.
  const reach = [0, 1, 2].map((i) => (farthest * Math.hypot(...vectors.slice(3 * i, 3 * i + 3))) / (2 * Math.PI));
  const wave = new Float64Array(2 * size);
  return (q, out) => {
    out.fill(0);
    const from = reach.map((r, i) => Math.ceil(q[i]! - r));
    const to = reach.map((r, i) => Math.floor(q[i]! + r));
    for (let h = from[0]!; h <= to[0]!; h++) {
      for (let k = from[1]!; k <= to[1]!; k++) {
        for (let l = from[2]!; l <= to[2]!; l++) {
          const along = (row: number, x: number, y: number, z: number): number =>
            2 * Math.PI * (x * inverse[3 * row]! + y * inverse[3 * row + 1]! + z * inverse[3 * row + 2]!);
          const K = [0, 1, 2].map((row) => along(row, h - q[0], k - q[1], l - q[2]));
          let square = 0;
          for (let a = 0; a < 3; a++) for (let c = 0; c < 3; c++) square += K[a]! * dielectric[3 * a + c]! * K[c]!;
          const exponent = square / (4 * splitting ** 2);
          if (exponent > LAST_WAVE || square < 1e-20) continue;
          const weight = ((4 * Math.PI * COULOMB_CONSTANT) / volume) * (Math.exp(-exponent) / square);
          const G = [0, 1, 2].map((row) => along(row, h, k, l));
          for (let i = 0; i < b; i++) {
            const x = crystal.positions;
            const phase = G[0]! * x[3 * i]! + G[1]! * x[3 * i + 1]! + G[2]! * x[3 * i + 2]!;
            const [c, s] = [Math.cos(phase), Math.sin(phase)];
            for (let a = 0; a < 3; a++) {
              const pull = K[0]! * born[9 * i + a]! + K[1]! * born[9 * i + 3 + a]! + K[2]! * born[9 * i + 6 + a]!;
              wave[2 * (3 * i + a)] = pull * c;
              wave[2 * (3 * i + a) + 1] = pull * s;
            }
          }
          addProduct(out, wave, weight);
        }
      }
    }
    mirror(out, size);
  };
}

/** out_ij += weight · conj(w_i) w_j for j ≤ i. */
function addProduct(out: Float64Array, wave: Float64Array, weight: number): void {
  const size = wave.length / 2;
  for (let i = 0; i < size; i++) {
    const x = weight * wave[2 * i]!;
    const y = weight * wave[2 * i + 1]!;
    const row = 2 * i * size;
    for (let j = 0; j <= i; j++) {
      const u = wave[2 * j]!;
      const v = wave[2 * j + 1]!;
      out[row + 2 * j]! += x * u + y * v;
      out[row + 2 * j + 1]! += x * v - y * u;
    }
  }
}

/** The other triangle of a Hermitian matrix. */
function mirror(out: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      out[2 * (j * size + i)] = out[2 * (i * size + j)]!;
      out[2 * (j * size + i) + 1] = -out[2 * (i * size + j) + 1]!;
    }
  }
}

/** [3b,3] Σ_k S_ik(0). */
function ownTerms(atZero: Float64Array, size: number): Float64Array {
  const own = new Float64Array(3 * size);
  for (let i = 0; i < size; i++)
    for (let column = 0; column < size; column++) own[3 * i + (column % 3)]! += atZero[2 * (i * size + column)]!;
  return own;
}

/** Φ_iJ = (1/N) Σ_q Φ_ij(q) e^{−iq·d} over the N wave vectors that fit the supercell, d from atom i to atom J. */
function backToSupercell(
  at: DipoleForces["at"],
  cells: CrystalCells,
  representatives: ArrayLike<number>,
): Float64Array {
  const { matrix: m, primitive, primitiveAtom, translation } = cells;
  const b = atomCount(primitive);
  const size = 3 * b;
  const n = primitiveAtom.length;
  // M q must be whole: q = M⁻¹ k, one k for every class modulo Mᵀ, which are the translations inside a supercell of matrix Mᵀ.
  const transposed = [0, 1, 2].flatMap((i) => [m[i]!, m[3 + i]!, m[6 + i]!]);
  const classes = supercell(firstAtomOf(primitive), transposed);
  const ratio = supercellInverse(cells);
  const count = classes.primitiveAtom.length;
  const matrix = new Float64Array(2 * size * size);
  const rows = new Float64Array(9 * b * n);
  for (let c = 0; c < count; c++) {
    const k = [0, 1, 2].map((axis) => classes.translation[3 * c + axis]!);
    const q = [0, 1, 2].map((i) => ratio[3 * i]! * k[0]! + ratio[3 * i + 1]! * k[1]! + ratio[3 * i + 2]! * k[2]!);
    at(q as unknown as Vec3, matrix);
    for (let i = 0; i < b; i++) {
      for (let J = 0; J < n; J++) {
        const j = primitiveAtom[J]!;
        let phase = 0;
        for (let axis = 0; axis < 3; axis++) {
          let s = translation[3 * J + axis]! - translation[3 * representatives[i]! + axis]!;
          for (let x = 0; x < 3; x++)
            s +=
              (primitive.positions[3 * j + x]! - primitive.positions[3 * i + x]!) *
              primitive.cell.inverse[3 * x + axis]!;
          phase += 2 * Math.PI * q[axis]! * s;
        }
        const [re, im] = [Math.cos(phase) / count, Math.sin(phase) / count];
        for (let e = 0; e < 9; e++) {
          const place = 2 * ((3 * i + Math.floor(e / 3)) * size + 3 * j + (e % 3));
          // Re of Φ(q) e^{−iφ}
          rows[9 * (i * n + J) + e]! += matrix[place]! * re + matrix[place + 1]! * im;
        }
      }
    }
  }
  return rows;
}

/** [3,3] M⁻¹ = A S⁻¹. */
function supercellInverse({ primitive, supercell: big }: CrystalCells): Float64Array {
  const out = new Float64Array(9);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++)
      for (let k = 0; k < 3; k++) out[3 * i + j]! += primitive.cell.vectors[3 * i + k]! * big.cell.inverse[3 * k + j]!;
  return out;
}

/** One atom in the cell of a crystal: only its translations are wanted. */
const firstAtomOf = (crystal: Crystal): Crystal => ({
  cell: crystal.cell,
  elements: crystal.elements,
  kinds: crystal.kinds.slice(0, 1),
  masses: crystal.masses.slice(0, 1),
  positions: crystal.positions.slice(0, 3),
});
