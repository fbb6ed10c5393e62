// Any crystal with known force constants as a harmonic framework. With bonds d from atom i to images of atom j (docs/theory/medium-crystals.md),
//
//   D_{iα,jβ}(q) = (μ_i μ_j)^{−1/2} Σ_d Φ_{iα,jβ}(d) e^{iq·d}                                       phase over atom positions
//
// and for long waves q = εn, D = A0 + iε A1(n) − ½ε² A2(n) + …, A_k = (μ_i μ_j)^{−1/2} Σ_d Φ(d) (n·d)^k. With P_{iα,β} = √(μ_i/μ) δ_αβ the three
// translations (A0 P = 0), second order in ε gives D → ε² C(n),
//
//   C(n) = −½ PᵀA2P − (A1P)ᵀ A0⁺ (A1P),
//
// the second term being what the atoms inside the cell give way by (internal strain); A0⁺ is the inverse on everything but P.
// M. Born and K. Huang, Dynamical Theory of Crystal Lattices (Oxford, 1954), § 26.

import { type F64, InputError, maxAbs, type Note, PhysicsError } from "../base/index.js";
import {
  type Bonds,
  bondsOf,
  type ChargeModel,
  type DipoleForces,
  dipoleForces,
  type ForceConstants,
} from "../modes/index.js";
import { solveSymmetric, symmetricEigenvalues } from "../numerics/index.js";
import {
  atomCount,
  type CellChoice,
  type CellOptions,
  type Crystal,
  type CrystalCells,
  cutIntoCells,
} from "../structure/index.js";
import { longWaves } from "./crystal-long-waves.js";
import { type HarmonicFramework, inertiaOf, thzOf } from "./model.js";

export interface CrystalFrameworkOptions extends CellOptions {
  /** How the crystal of the force constants is cut into cells. Default "smallest". */
  readonly cells?: CellChoice;
  /** Charges whose long-ranged forces are taken apart. Left out: none are, which suits crystals without charges only. */
  readonly charges?: ChargeModel;
}

export interface CrystalFramework extends HarmonicFramework {
  /** The home cell. */
  readonly crystal: Crystal;
  readonly cells: CrystalCells;
  /** Without the long-ranged part of charges when those were given. */
  readonly bonds: Bonds;
  /** Largest |Σ_j Φ_ij| before the sum rule was imposed, eV/Å². */
  readonly acousticSumResidual: number;
  readonly notes: readonly Note[];
}

/**
 * The infinite crystal of a supercell's force constants.
 * @throws InputError when the cells do not fit; PhysicsError when a vibration at Γ is unstable.
 */
export function crystalFramework(constants: ForceConstants, options: CrystalFrameworkOptions = {}): CrystalFramework {
  const cells = cutIntoCells(constants.reference, options.cells ?? "smallest", options);
  const crystal = cells.primitive;
  const dipoles = options.charges && dipoleForces(cells, options.charges);
  const { bonds, notes } = bondsOf(constants, cells, dipoles);
  const dynamics = dipoles ? withDipoles(bonds, crystal, dipoles) : withoutDipoles(bonds, crystal);
  return {
    cell: crystal.cell,
    positions: crystal.positions,
    masses: crystal.masses,
    crystal,
    cells,
    bonds,
    acousticSumResidual: constants.acousticSumResidual,
    notes: [...cells.notes, ...notes, ...(dipoles ? [] : turningNotes(bonds))],
    ...dynamics,
  };
}

type Dynamics = Pick<HarmonicFramework, "dynamicalMatrix" | "acousticMatrix">;

function withoutDipoles(bonds: Bonds, crystal: Crystal): Dynamics {
  const elastic = elasticBlocks(bonds, crystal);
  return {
    dynamicalMatrix: blochMatrix(bonds, crystal),
    acousticMatrix: (direction, out) => contract(elastic, direction, out),
  };
}

function withDipoles(bonds: Bonds, crystal: Crystal, dipoles: DipoleForces): Dynamics {
  const near = blochMatrix(bonds, crystal);
  const size = 3 * atomCount(crystal);
  const far = new Float64Array(2 * size * size);
  const root = Float64Array.from(
    { length: size },
    (_, a) => 1 / Math.sqrt(inertiaOf(crystal.masses[Math.floor(a / 3)]!)),
  );
  const dynamicalMatrix: Dynamics["dynamicalMatrix"] = (q, out) => {
    near(q, out);
    dipoles.at(q, far);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const at = 2 * (i * size + j);
        out[at]! += root[i]! * root[j]! * far[at]!;
        out[at + 1]! += root[i]! * root[j]! * far[at + 1]!;
      }
    }
  };
  return { dynamicalMatrix, acousticMatrix: longWaves(dynamicalMatrix, crystal) };
}

/** Σ_d Φ d over Σ_d |Φ||d| above which long waves get a term linear in q that no crystal has. */
const NOTEWORTHY_TURN = 1e-4;

/** Force constants that let the crystal turn freely (and obey the sum rule) have Σ_{ij,d} Φ_{iα,jβ}(d) d_γ = 0. */
function turningNotes({ blocks, separation, from }: Bonds): Note[] {
  const sums = new Float64Array(27);
  let scale = 0;
  for (let m = 0; m < from.length; m++) {
    for (let k = 0; k < 9; k++) {
      for (let g = 0; g < 3; g++) {
        const term = blocks[9 * m + k]! * separation[3 * m + g]!;
        sums[9 * g + k]! += term;
        scale += Math.abs(term) / 27;
      }
    }
  }
  const left = maxAbs(sums);
  if (left <= NOTEWORTHY_TURN * scale) return [];
  return [
    {
      code: "force-constants-not-rotational",
      message: `turning the crystal costs a force: Σ Φ d is ${left.toPrecision(3)} eV/Å, ${((100 * left) / scale).toPrecision(2)} % of what the bonds hold; sound velocities leave it out`,
      hint: "forces reach farther than the supercell, or the fit did not impose rotational invariance: use a larger supercell",
    },
  ];
}

/** [m] (μ_i μ_j)^{−1/2} of every bond. */
function weightsOf(bonds: Bonds, crystal: Crystal): Float64Array {
  return Float64Array.from(
    bonds.from,
    (i, m) => 1 / Math.sqrt(inertiaOf(crystal.masses[i]!) * inertiaOf(crystal.masses[bonds.to[m]!]!)),
  );
}

function blochMatrix(bonds: Bonds, crystal: Crystal): HarmonicFramework["dynamicalMatrix"] {
  const size = 3 * atomCount(crystal);
  const weights = weightsOf(bonds, crystal);
  const blocks = Float64Array.from(bonds.blocks, (value, at) => value * weights[Math.floor(at / 9)]!);
  const { from, to, fractional } = bonds;
  return (q, out) => {
    out.fill(0);
    for (let m = 0; m < from.length; m++) {
      const phase =
        2 * Math.PI * (q[0] * fractional[3 * m]! + q[1] * fractional[3 * m + 1]! + q[2] * fractional[3 * m + 2]!);
      const c = Math.cos(phase);
      const s = Math.sin(phase);
      for (let a = 0; a < 3; a++) {
        const row = 2 * ((3 * from[m]! + a) * size + 3 * to[m]!);
        for (let b = 0; b < 3; b++) {
          const value = blocks[9 * m + 3 * a + b]!;
          out[row + 2 * b]! += value * c;
          out[row + 2 * b + 1]! += value * s;
        }
      }
    }
  };
}

/** [3,3,3,3] (Å/fs)²: C_αβ(n) = Σ_γδ elastic[γ,δ,α,β] n_γ n_δ. */
function elasticBlocks(bonds: Bonds, crystal: Crystal): Float64Array {
  const size = 3 * atomCount(crystal);
  const inertias = Float64Array.from(crystal.masses, inertiaOf);
  const total = inertias.reduce((sum, inertia) => sum + inertia, 0);
  const weights = weightsOf(bonds, crystal);
  const zeroth = new Float64Array(size * size);
  const first = new Float64Array(size * 9); // A1 P: [iα, (γ, β)]
  const elastic = new Float64Array(81);
  for (let m = 0; m < bonds.from.length; m++) {
    const [i, j] = [bonds.from[m]!, bonds.to[m]!];
    const d = bonds.separation.subarray(3 * m, 3 * m + 3);
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        const value = bonds.blocks[9 * m + 3 * a + b]!;
        zeroth[(3 * i + a) * size + 3 * j + b]! += weights[m]! * value;
        // (μ_i μ_j)^{−1/2} √(μ_j/μ) = (μ_i μ)^{−1/2}
        const left = value / Math.sqrt(inertias[i]! * total);
        for (let g = 0; g < 3; g++) {
          first[(3 * i + a) * 9 + 3 * g + b]! += left * d[g]!;
          for (let e = 0; e < 3; e++) elastic[27 * g + 9 * e + 3 * a + b]! -= (0.5 * value * d[g]! * d[e]!) / total;
        }
      }
    }
  }
  if (size > 3) relaxInside(elastic, { zeroth, first, inertias, size });
  return elastic;
}

interface Inside {
  readonly zeroth: Float64Array;
  readonly first: Float64Array;
  readonly inertias: Float64Array;
  readonly size: number;
}

/** Takes (A1P)ᵀ A0⁺ (A1P) off. Translations get a stiffness of their own, so that A0 + PPᵀ·s has an inverse, which is A0⁺ off P. */
function relaxInside(elastic: Float64Array, { zeroth, first, inertias, size }: Inside): void {
  const total = inertias.reduce((sum, inertia) => sum + inertia, 0);
  const scale = maxAbs(zeroth);
  const rigid = (row: number, column: number): number =>
    row % 3 === column % 3 ? Math.sqrt(inertias[Math.floor(row / 3)]! * inertias[Math.floor(column / 3)]!) / total : 0;
  const held = zeroth.map((value, at) => value + scale * rigid(Math.floor(at / size), at % size));
  const lowest = symmetricEigenvalues(held, size)[0]!;
  if (!(lowest > 1e-9 * scale)) throw unstableAtGamma(lowest);
  // A1P has no part along P when the crystal may turn freely; what rounding or a cut range leaves of it is taken off.
  const inner = first.map((value, at) => {
    let along = 0;
    for (let row = 0; row < size; row++) along += rigid(Math.floor(at / 9), row) * first[9 * row + (at % 9)]!;
    return value - along;
  });
  const answer = solveSymmetric(held, inner, { n: size });
  for (let g = 0; g < 3; g++) {
    for (let e = 0; e < 3; e++) {
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) {
          let sum = 0;
          for (let row = 0; row < size; row++) sum += inner[9 * row + 3 * g + a]! * answer[9 * row + 3 * e + b]!;
          elastic[27 * g + 9 * e + 3 * a + b]! -= sum;
        }
      }
    }
  }
}

function unstableAtGamma(curvature: number): PhysicsError {
  const frequency = thzOf(Math.sqrt(Math.abs(curvature)));
  return new PhysicsError(
    `the crystal is unstable: a vibration at q = (0, 0, 0) has ${(-frequency).toFixed(3)} THz (imaginary or without restoring force)`,
    "relax the structure along that mode, or fit force constants about a minimum: an unstable crystal has no static response",
    { q: [0, 0, 0], frequencyThz: -frequency },
  );
}

function contract(elastic: F64, n: readonly [number, number, number], out: Float64Array): void {
  out.fill(0);
  for (let g = 0; g < 3; g++) {
    for (let e = 0; e < 3; e++) {
      const weight = n[g]! * n[e]!;
      for (let k = 0; k < 9; k++) out[k]! += weight * elastic[27 * g + 9 * e + k]!;
    }
  }
  for (const [a, b] of [
    [1, 3],
    [2, 6],
    [5, 7],
  ] as const)
    out[a] = out[b] = 0.5 * (out[a]! + out[b]!);
}

/** ρ in eV fs²/Å⁵. */
export function densityOf(framework: { readonly cell: { readonly volume: number }; readonly masses: F64 }): number {
  let inertia = 0;
  for (const mass of framework.masses) inertia += inertiaOf(mass);
  if (!(inertia > 0)) throw new InputError("a framework without mass", "give its atoms masses in amu");
  return inertia / framework.cell.volume;
}
