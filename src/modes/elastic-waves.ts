// Sound in an elastic crystal. A wave along the unit vector n has ρ v² w = Γ w, Γ_ik = C_ijkl n_j n_l (Christoffel). Debye's temperature counts
// the modes of a continuum with the crystal's own sound,
//
//   θ = (ħ/k_B) (6π² N/V)^⅓ v_D,    v_D = [⅓ ⟨Σ_branches v⁻³⟩_directions]^{−⅓},
//
// and Anderson's takes v_t = √(G/ρ) and v_l = √((K + 4G/3)/ρ) of the polycrystal instead (O. L. Anderson, 10.1016/0022-3697(63)90067-2).

import {
  ACCELERATION,
  BOLTZMANN,
  EV_PER_A3_PER_GPA,
  type F64,
  HBAR_EV_FS,
  InputError,
  type Vec3,
} from "../base/index.js";
import { gaussLegendre, symmetricEigen } from "../numerics/index.js";
import type { Crystal } from "../structure/index.js";
import { elasticTensor, expectElastic } from "./elastic-tensor.js";

/** km/s in one Å/fs. */
const KM_PER_S = 100;

/** amu/Å³. */
export const massDensity = ({ masses, cell }: Pick<Crystal, "masses" | "cell">): number =>
  masses.slice().reduce((sum, mass) => sum + mass, 0) / cell.volume;

/** [3] km/s, ascending, along a Cartesian direction of any length; an unstable branch is negative. `density` in amu/Å³. */
export function elasticSound(constants: F64, density: number, direction: Vec3): Vec3 {
  expectElastic(constants);
  const length = Math.hypot(...direction);
  if (!(length > 0)) throw new InputError("sound along a direction of length 0", "pass a direction such as [1, 0, 0]");
  if (!(density > 0)) throw new InputError(`a density of ${density} amu/Å³`, "give a positive number");
  return soundOf(elasticTensor(constants), density, [
    direction[0] / length,
    direction[1] / length,
    direction[2] / length,
  ]);
}

function soundOf(tensor: F64, density: number, n: Vec3): Vec3 {
  const matrix = new Float64Array(9);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++)
      for (let k = 0; k < 3; k++)
        for (let l = 0; l < 3; l++) matrix[3 * i + k]! += tensor[27 * i + 9 * j + 3 * k + l]! * n[j]! * n[l]!;
  const speed = (stiffness: number): number =>
    KM_PER_S * Math.sign(stiffness) * Math.sqrt((Math.abs(stiffness) * ACCELERATION) / density);
  return Array.from(symmetricEigen(matrix, 3).values, speed) as unknown as Vec3;
}

export interface ElasticDebyeOptions {
  /** Gauss–Legendre nodes in cos ϑ over the sphere; the azimuth gets twice as many even steps. Default 32. */
  readonly nodes?: number;
}

export interface ElasticDebye {
  /** K; null when a wave is unstable. */
  readonly temperature: number | null;
  /** v_D, km/s; null when a wave is unstable. */
  readonly meanKmPerS: number | null;
  /** Over the directions: the slowest and the fastest, km/s. */
  readonly slowestKmPerS: number;
  readonly fastestKmPerS: number;
}

/** From the sound of `crystal` in all directions. */
export function elasticDebye(crystal: Crystal, constants: F64, options: ElasticDebyeOptions = {}): ElasticDebye {
  expectElastic(constants);
  const { nodes = 32 } = options;
  const density = massDensity(crystal);
  const tensor = elasticTensor(constants);
  const rule = gaussLegendre(nodes);
  let [slowest, fastest, cubes] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < nodes; i++) {
    const z = rule.nodes[i]!;
    const rho = Math.sqrt(1 - z * z);
    for (let j = 0; j < 2 * nodes; j++) {
      const azimuth = (Math.PI * (j + 0.5)) / nodes;
      const speeds = soundOf(tensor, density, [rho * Math.cos(azimuth), rho * Math.sin(azimuth), z]);
      slowest = Math.min(slowest, speeds[0]);
      fastest = Math.max(fastest, speeds[2]);
      for (const v of speeds) cubes += rule.weights[i]! / (4 * nodes) / (3 * v ** 3);
    }
  }
  const mean = slowest > 0 ? cubes ** (-1 / 3) : null;
  return {
    temperature: mean === null ? null : debyeTemperatureOf(crystal, mean),
    meanKmPerS: mean,
    slowestKmPerS: slowest,
    fastestKmPerS: fastest,
  };
}

/** θ in K of a mean speed of sound in km/s. */
export const debyeTemperatureOf = ({ masses, cell }: Pick<Crystal, "masses" | "cell">, kmPerS: number): number =>
  ((HBAR_EV_FS / BOLTZMANN) * Math.cbrt((6 * Math.PI ** 2 * masses.length) / cell.volume) * kmPerS) / KM_PER_S;

/** Anderson's Debye temperature, K, of a polycrystal with these moduli, GPa. */
export function andersonDebye(crystal: Crystal, bulkGpa: number, shearGpa: number): number {
  const density = massDensity(crystal);
  const speed = (gpa: number): number => KM_PER_S * Math.sqrt((gpa * EV_PER_A3_PER_GPA * ACCELERATION) / density);
  const [transverse, longitudinal] = [speed(shearGpa), speed(bulkGpa + (4 / 3) * shearGpa)];
  return debyeTemperatureOf(crystal, ((2 / transverse ** 3 + 1 / longitudinal ** 3) / 3) ** (-1 / 3));
}
