// Long-range forces between charges, taken apart so that a supercell need not hold them. Of Ewald's two sums only the one over waves is
// long-ranged, and only it is treated here; the other falls as erfc(αr) and stays with the short-range bonds. With Born charges Z (tensors), the
// dielectric tensor ε∞ of the electrons and K = G − q,
//
//   S_ij(q) = (4πk_e/V) Σ_G (Z_iᵀK)(Z_jᵀK)ᵀ e^{−KεK/4α²}/(KεK) e^{iG·(τ_j − τ_i)},      K ≠ 0
//   Φ^C_ij(q) = S_ij(q) − δ_ij Σ_k S_ik(0)
//
// A supercell's Φ minus its Φ^C is short-ranged; D(q) is made of that, and Φ^C(q) is added back. The wave K = −q is the macroscopic field: it parts
// longitudinal from transverse waves and stiffens sound in piezoelectric crystals. At q = 0 (or any G) it depends on the direction of approach: it is
// left out unless a direction is given, along which K points then. X. Gonze and C. Lee, 10.1103/PhysRevB.55.10355.
//
// ∂S/∂q along a unit vector n: K changes by −n, so every factor of S is differentiated in turn,
//   ∂[e^{−s/4α²}/s] = −2 (nεK) (−1/4α² − 1/s) e^{−s/4α²}/s,   s = KεK.

import { COULOMB_CONSTANT, type F64, InputError, PhysicsError, type Vec3 } from "../base/index.js";
import { matmul, symmetricEigenvalues } from "../numerics/index.js";
import { atomCount, type Crystal, type CrystalCells, cellWidths, supercell } from "../structure/index.js";

export interface ChargeModel {
  /** e, by element (as in a rigid-ion force field), or Born tensors [b,3,3] by atom of the cell: field axis first. */
  readonly charges: Readonly<Record<string, number>> | F64;
  /** [3,3] ε∞. Default the unit matrix, right for rigid ions. */
  readonly dielectric?: F64;
}

/** What the charges add at q. */
export interface DipoleForces {
  /** Φ^C(q) into out [3b,3b,2], eV/Å². `direction`: Cartesian, used where q is a reciprocal lattice vector. */
  at(q: Vec3, out: Float64Array, direction?: Vec3): void;
  /** ∂Φ^C/∂q along the Cartesian unit vector `along` (q in rad/Å, phases over atom positions) into out [3b,3b,2], eV/Å. */
  slopeAt(q: Vec3, out: Float64Array, along: Vec3): void;
  /** Φ^C between atoms of a supercell, [b,n,9] eV/Å²: rows of the home atoms `representatives`. */
  inSupercell(cells: CrystalCells, representatives: ArrayLike<number>): Float64Array;
}

/** e; the sum of the charges of a cell that counts as zero: charges are given to a few decimals. */
const NEUTRAL = 1e-3;
/** αR/√ε at half the width of the supercell: erfc is 7e-7 there. */
const SHORT_RANGE = 3.5;
/** KεK/4α² at which a wave is left out: e^{−23} = 1e-10. */
const LAST_WAVE = 23;

/** @throws PhysicsError for a charged cell; InputError for charges that do not fit the crystal. */
export function dipoleForces(cells: CrystalCells, model: ChargeModel): DipoleForces {
  const crystal = cells.primitive;
  const born = bornTensors(crystal, model);
  const dielectric = model.dielectric ?? Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  if (dielectric.length !== 9 || !(dielectric[0]! > 0 && dielectric[4]! > 0 && dielectric[8]! > 0))
    throw new InputError("ε∞ is a [3,3] tensor with a positive diagonal", "give nine numbers by rows");
  const screening = symmetricEigenvalues(dielectric, 3);
  if (!(screening[0]! > 0))
    throw new PhysicsError(
      `ε∞ has the eigenvalue ${screening[0]!.toFixed(3)}: no electrons answer a field that way`,
      "check the dielectric tensor",
    );
  // Ewald's sum over the lattice falls as erfc(αr/√ε): α grows with ε so that it still ends inside the supercell.
  const splitting = (2 * SHORT_RANGE * Math.sqrt(screening[2]!)) / Math.min(...cellWidths(cells.supercell.cell));
  const sum = waveSum(crystal, born, { dielectric, splitting, weakest: screening[0]! });
  const size = 3 * atomCount(crystal);
  const atZero = new Float64Array(2 * size * size);
  sum([0, 0, 0], atZero, {});
  const own = ownTerms(atZero, size);
  const at: DipoleForces["at"] = (q, out, direction) => {
    sum(q, out, direction ? { direction } : {});
    for (let i = 0; i < size; i++)
      for (let b = 0; b < 3; b++) out[2 * (i * size + 3 * Math.floor(i / 3) + b)]! -= own[3 * i + b]!;
  };
  const slopeAt: DipoleForces["slopeAt"] = (q, out, along) => sum(q, out, { along });
  return { at, slopeAt, inSupercell: (from, representatives) => backToSupercell(at, from, representatives) };
}

/** [b,3,3] e by atom of the cell, whose sum over the cell is taken to zero. */
export function bornTensors(crystal: Crystal, { charges }: ChargeModel): Float64Array {
  const b = atomCount(crystal);
  const born = new Float64Array(9 * b);
  if (isTensorList(charges)) {
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

/** True for Born tensors, false for charges by element. */
export const isTensorList = (charges: ChargeModel["charges"]): charges is F64 => typeof charges["length"] === "number";

interface Electrics {
  readonly dielectric: F64;
  readonly splitting: number; // 1/Å
  /** Smallest eigenvalue of ε∞. */
  readonly weakest: number;
}

interface SumOptions {
  readonly direction?: Vec3;
  readonly along?: Vec3;
}

type WaveSum = (q: Vec3, out: Float64Array, options: SumOptions) => void;

/** 1/Å²; KεK below which K is the macroscopic field of q = 0. */
const NO_WAVE = 1e-14;

/** S(q), or its slope, as a function of q. */
function waveSum(crystal: Crystal, born: F64, { dielectric, splitting, weakest }: Electrics): WaveSum {
  const { inverse, vectors, volume } = crystal.cell;
  const size = 3 * atomCount(crystal);
  const farthest = 2 * splitting * Math.sqrt(LAST_WAVE / weakest);
  // |G − q| ≤ K in every direction bounds the index along axis i by K |a_i|/2π, around q_i.
  const reach = [0, 1, 2].map((i) => (farthest * Math.hypot(...vectors.slice(3 * i, 3 * i + 3))) / (2 * Math.PI));
  const strength = (4 * Math.PI * COULOMB_CONSTANT) / volume;
  const fields = new WaveFields(crystal, born);
  const along = (row: number, x: number, y: number, z: number): number =>
    2 * Math.PI * (x * inverse[3 * row]! + y * inverse[3 * row + 1]! + z * inverse[3 * row + 2]!);
  const K = new Float64Array(3);
  const G = new Float64Array(3);
  return (q, out, options) => {
    const from = reach.map((r, i) => Math.ceil(q[i]! - r));
    const to = reach.map((r, i) => Math.floor(q[i]! + r));
    fields.clear();
    for (let h = from[0]!; h <= to[0]!; h++) {
      for (let k = from[1]!; k <= to[1]!; k++) {
        for (let l = from[2]!; l <= to[2]!; l++) {
          for (let row = 0; row < 3; row++) {
            K[row] = along(row, h - q[0], k - q[1], l - q[2]);
            G[row] = along(row, h, k, l);
          }
          let square = quadratic(dielectric, K, K);
          if (square > 4 * splitting ** 2 * LAST_WAVE) continue;
          let damping = Math.exp(-square / (4 * splitting ** 2));
          if (square < NO_WAVE) {
            if (!options.direction) continue;
            K.set(options.direction);
            square = quadratic(dielectric, K, K);
            damping = 1;
          }
          const weight = (strength * damping) / square;
          if (!options.along) fields.add(K, G, weight);
          else {
            const slope = -2 * quadratic(dielectric, options.along, K) * (-1 / (4 * splitting ** 2) - 1 / square);
            fields.addSlope(K, G, { weight, slope, along: options.along });
          }
        }
      }
    }
    fields.product(out);
    mirror(out, size);
  };
}

const quadratic = (tensor: F64, u: ArrayLike<number>, v: ArrayLike<number>): number => {
  let sum = 0;
  for (let a = 0; a < 3; a++) for (let c = 0; c < 3; c++) sum += u[a]! * tensor[3 * a + c]! * v[c]!;
  return sum;
};

/**
 * Waves w_i = (ZᵀK)_i e^{iG·τ_i} collected as rows, so that S = Σ weight · conj(u_i) v_j over all of them is two products of
 * real matrices: Re = XᵀX' + YᵀY', Im = XᵀY' − YᵀX'.
 */
class WaveFields {
  readonly #size: number;
  readonly #pull: Float64Array;
  #left: Float64Array; // [2 rows, size]: X above Y, pair by pair
  #right: Float64Array; // X' above Y'
  #turned: Float64Array; // Y' above −X'
  #rows = 0;

  constructor(
    private readonly crystal: Crystal,
    private readonly born: F64,
  ) {
    this.#size = 3 * atomCount(crystal);
    this.#pull = new Float64Array(2 * this.#size);
    this.#left = new Float64Array(128 * this.#size);
    this.#right = new Float64Array(128 * this.#size);
    this.#turned = new Float64Array(128 * this.#size);
  }

  clear(): void {
    this.#rows = 0;
  }

  add(K: ArrayLike<number>, G: ArrayLike<number>, weight: number): void {
    this.#pulls(K, 0);
    this.#pulls(K, this.#size);
    this.#append(G, weight);
  }

  /** −n takes the place of K in either factor; `slope` is the relative change of the weight. */
  addSlope(
    K: ArrayLike<number>,
    G: ArrayLike<number>,
    { weight, slope, along }: { readonly weight: number; readonly slope: number; readonly along: Vec3 },
  ): void {
    // (ZᵢK)(Zⱼ(slope·K − n)) − (Zᵢn)(ZⱼK)
    this.#pulls(K, 0);
    this.#pulls(
      [0, 1, 2].map((a) => slope * K[a]! - along[a]!),
      this.#size,
    );
    this.#append(G, weight);
    this.#pulls(along, 0);
    this.#pulls(K, this.#size);
    this.#append(G, -weight);
  }

  #pulls(K: ArrayLike<number>, offset: number): void {
    for (let i = 0; i < this.#size; i++) {
      const at = 9 * Math.floor(i / 3) + (i % 3);
      this.#pull[offset + i] = K[0]! * this.born[at]! + K[1]! * this.born[at + 3]! + K[2]! * this.born[at + 6]!;
    }
  }

  #append(G: ArrayLike<number>, weight: number): void {
    const size = this.#size;
    if ((this.#rows + 1) * 2 * size > this.#left.length) {
      this.#left = doubled(this.#left);
      this.#right = doubled(this.#right);
      this.#turned = doubled(this.#turned);
    }
    const x = this.crystal.positions;
    const upper = 2 * this.#rows * size;
    const lower = upper + size;
    for (let i = 0; i < size; i += 3) {
      const phase = G[0]! * x[i]! + G[1]! * x[i + 1]! + G[2]! * x[i + 2]!;
      const c = Math.cos(phase);
      const s = Math.sin(phase);
      for (let a = i; a < i + 3; a++) {
        const u = weight * this.#pull[a]!;
        const v = this.#pull[size + a]!;
        this.#left[upper + a] = u * c;
        this.#left[lower + a] = u * s;
        this.#right[upper + a] = v * c;
        this.#right[lower + a] = v * s;
        this.#turned[upper + a] = v * s;
        this.#turned[lower + a] = -v * c;
      }
    }
    this.#rows++;
  }

  product(out: Float64Array): void {
    const size = this.#size;
    const inner = 2 * this.#rows;
    const shape = { rows: size, inner, columns: size, transposeA: true };
    const left = this.#left.subarray(0, inner * size);
    const real = matmul(left, this.#right.subarray(0, inner * size), shape);
    const imaginary = matmul(left, this.#turned.subarray(0, inner * size), shape);
    for (let k = 0; k < size * size; k++) {
      out[2 * k] = real[k]!;
      out[2 * k + 1] = imaginary[k]!;
    }
  }
}

function doubled(array: Float64Array): Float64Array {
  const larger = new Float64Array(2 * array.length);
  larger.set(array);
  return larger;
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
