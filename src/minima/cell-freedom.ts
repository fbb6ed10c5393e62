// Which changes of the cell are allowed. The cell is h = h₀ F (rows are lattice vectors, h₀ the cell at the start) with a
// symmetric F = 1 + Σ_k ε_k B_k, so every shape can be reached but no rotation. The B_k are orthonormal, Σ_ab B_ab² = 1:
//     one Voigt component:  e_a e_a   or   (e_a e_b + e_b e_a)/√2          isotropic:  1/√3.

import { type F64, InputError } from "../base/index.js";

export type VoigtComponent = "xx" | "yy" | "zz" | "yz" | "xz" | "xy";

/** "fixed", "full", "isotropic", or the strain components (Cartesian axes of the start) that may change. */
export type CellOption = "fixed" | "full" | "isotropic" | readonly VoigtComponent[];

export interface CellFreedom {
  /** [directions][3,3] orthonormal symmetric strains. */
  readonly strains: readonly F64[];
  /**
   * True when at a minimum the stress itself, not only its conjugate to a finite strain, vanishes along every free
   * direction: all components free, or no shear among them.
   */
  readonly stressVanishes: boolean;
}

const AXES: Readonly<Record<VoigtComponent, readonly [number, number]>> = {
  xx: [0, 0],
  yy: [1, 1],
  zz: [2, 2],
  yz: [1, 2],
  xz: [0, 2],
  xy: [0, 1],
};
const VOIGT = Object.keys(AXES) as VoigtComponent[];

/** @throws InputError for a component that is not one of the six. */
export function cellFreedom(option: CellOption): CellFreedom {
  if (option === "fixed") return { strains: [], stressVanishes: true };
  if (option === "isotropic") {
    const third = 1 / Math.sqrt(3);
    return { strains: [Float64Array.of(third, 0, 0, 0, third, 0, 0, 0, third)], stressVanishes: true };
  }
  const named: readonly string[] = option === "full" ? VOIGT : option;
  if (!Array.isArray(named)) throw unknownCell(String(option));
  const wrong = named.find((name) => !(name in AXES));
  if (wrong !== undefined) throw unknownCell(wrong);
  const free = VOIGT.filter((name) => named.includes(name));
  const shears = free.filter((name) => AXES[name][0] !== AXES[name][1]).length;
  return { strains: free.map(unitStrain), stressVanishes: shears === 0 || free.length === VOIGT.length };
}

function unitStrain(component: VoigtComponent): Float64Array {
  const [a, b] = AXES[component];
  const strain = new Float64Array(9);
  strain[3 * a + b] = strain[3 * b + a] = a === b ? 1 : Math.SQRT1_2;
  return strain;
}

function unknownCell(name: string): InputError {
  return new InputError(
    `"${name}" is no freedom of the cell`,
    `use "fixed", "full", "isotropic" or a list of ${VOIGT.join(", ")}`,
    { cell: name },
  );
}
