// Moduli of a polycrystal and what is read off them. With S = C⁻¹ (Voigt),
//
//   Voigt (equal strain)    9 K = C11 + C22 + C33 + 2(C12 + C13 + C23),
//                          15 G = C11 + C22 + C33 − C12 − C13 − C23 + 3(C44 + C55 + C66)
//   Reuss (equal stress)   1/K = S11 + S22 + S33 + 2(S12 + S13 + S23),
//                         15/G = 4(S11 + S22 + S33 − S12 − S13 − S23) + 3(S44 + S55 + S66)
//   Hill                   the mean of the two, which bound it (R. Hill, 10.1088/0370-1298/65/5/307)
//   Young E = 9KG/(3K + G)      Poisson ν = (3K − 2G)/(6K + 2G)      Pugh k = G/K
//   universal anisotropy   A = 5 G_V/G_R + K_V/K_R − 6             (Ranganathan and Ostoja-Starzewski, 10.1103/PhysRevLett.101.055504)
//   hardness, GPa          Tian  0.92 k^1.137 G^0.708              (10.1016/j.ijrmhm.2012.02.021)
//                          Chen  2 (k² G)^0.585 − 3                (10.1016/j.intermet.2011.03.026); negative for soft crystals, where it does not hold

import { EV_PER_A3_PER_GPA, type F64, PhysicsError } from "../base/index.js";
import { invert } from "../numerics/index.js";
import { bornStability } from "./elastic-tensor.js";

/** GPa where not stated otherwise. */
export interface AverageModuli {
  readonly bulkGpa: number;
  readonly shearGpa: number;
  readonly youngGpa: number;
  /** Poisson's ratio, no unit. */
  readonly poisson: number;
  /** G/K, no unit: below about 0.57 ductile. */
  readonly pugh: number;
}

export interface Hardness {
  readonly tianGpa: number;
  readonly chenGpa: number;
}

export interface ElasticModuli {
  readonly voigt: AverageModuli;
  readonly reuss: AverageModuli;
  readonly hill: AverageModuli;
  /** 0 for an isotropic crystal, no unit. */
  readonly universalAnisotropy: number;
  /** 2 C44/(C11 − C12), averaged over the axes as (C44 + C55 + C66)·2/(C11 + C22 + C33 − C12 − C13 − C23); of use for cubic crystals. */
  readonly zener: number;
  /** From Hill's moduli. */
  readonly hardness: Hardness;
}

/**
 * Of `constants` [6,6] eV/Å³.
 * @throws PhysicsError when a strain costs no energy: there is no compliance.
 */
export function elasticModuli(constants: F64): ElasticModuli {
  const { stable, eigenvalues } = bornStability(constants);
  if (!stable)
    throw new PhysicsError(
      `the crystal is elastically unstable: the least Kelvin modulus is ${(eigenvalues[0]! / EV_PER_A3_PER_GPA).toPrecision(3)} GPa`,
      "it has no moduli; strain it along bornStability's softest strain and relax",
      { eigenvalues: [...eigenvalues] },
    );
  const c = (p: number, s: number): number => constants[6 * (p - 1) + s - 1]! / EV_PER_A3_PER_GPA;
  const inverse = invert(constants, 6);
  const s = (p: number, q: number): number => inverse[6 * (p - 1) + q - 1]! * EV_PER_A3_PER_GPA;
  const sums = (of: (p: number, q: number) => number): [number, number, number] => [
    of(1, 1) + of(2, 2) + of(3, 3),
    of(1, 2) + of(1, 3) + of(2, 3),
    of(4, 4) + of(5, 5) + of(6, 6),
  ];
  const [cd, co, cs] = sums(c);
  const [sd, so, ss] = sums(s);
  const voigt = averageModuli((cd + 2 * co) / 9, (cd - co + 3 * cs) / 15);
  const reuss = averageModuli(1 / (sd + 2 * so), 15 / (4 * (sd - so) + 3 * ss));
  const hill = averageModuli((voigt.bulkGpa + reuss.bulkGpa) / 2, (voigt.shearGpa + reuss.shearGpa) / 2);
  return {
    voigt,
    reuss,
    hill,
    universalAnisotropy: (5 * voigt.shearGpa) / reuss.shearGpa + voigt.bulkGpa / reuss.bulkGpa - 6,
    zener: (2 * cs) / (cd - co),
    hardness: hardnessOf(hill.bulkGpa, hill.shearGpa),
  };
}

export function averageModuli(bulkGpa: number, shearGpa: number): AverageModuli {
  return {
    bulkGpa,
    shearGpa,
    youngGpa: (9 * bulkGpa * shearGpa) / (3 * bulkGpa + shearGpa),
    poisson: (3 * bulkGpa - 2 * shearGpa) / (6 * bulkGpa + 2 * shearGpa),
    pugh: shearGpa / bulkGpa,
  };
}

/** Vickers hardness from the bulk and shear modulus of a polycrystal, all in GPa. */
export function hardnessOf(bulkGpa: number, shearGpa: number): Hardness {
  const k = shearGpa / bulkGpa;
  return { tianGpa: 0.92 * k ** 1.137 * shearGpa ** 0.708, chenGpa: 2 * (k * k * shearGpa) ** 0.585 - 3 };
}
