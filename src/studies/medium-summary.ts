// The framework in a few numbers, in the units of the studies (meV, Å, ps): the head of every report about it.

import { PLANCK_EV_PER_THZ, type Vec3 } from "../base/index.js";
import {
  type CubicLattice,
  DRAG_PER_PAPER,
  dragTensor,
  highestFrequency,
  mevOfEv,
  RESPONSE_PER_PAPER,
  soundVelocities,
  staticRecoil,
  thzOf,
  VELOCITY_PER_PAPER,
} from "../medium/index.js";

export interface SoundAlong {
  /** "[100]" */
  readonly direction: string;
  readonly transverseAPerPs: readonly [number, number];
  readonly longitudinalAPerPs: number;
}

export interface FrameworkSummary {
  readonly massAmu: number;
  readonly highestThz: number;
  readonly highestMev: number;
  /** Period of the fastest mode. */
  readonly fastestPeriodPs: number;
  readonly sound: readonly SoundAlong[];
  /** w: how far an atom moves under a steady push on it, W(0)_xx of the infinite lattice. */
  readonly staticRecoilA2PerMev: number;
  readonly staticRecoilError: number;
  /** L = ∫₀^∞ W dt, one diagonal element. */
  readonly dragA2PsPerMev: number;
}

const DIRECTIONS: readonly (readonly [string, Vec3])[] = [
  ["[100]", [1, 0, 0]],
  ["[110]", [1, 1, 0]],
  ["[111]", [1, 1, 1]],
];

export function frameworkSummary(lattice: CubicLattice): FrameworkSummary {
  const table = staticRecoil(lattice, { reach: 0 });
  const block = new Float64Array(9);
  table.block(0, [0, 0, 0], block);
  const highestThz = thzOf(highestFrequency(lattice));
  return {
    massAmu: lattice.mass,
    highestThz,
    highestMev: mevOfEv(PLANCK_EV_PER_THZ * highestThz),
    fastestPeriodPs: 1 / highestThz,
    sound: DIRECTIONS.map(([direction, along]) => {
      const [slow, fast, longitudinal] = soundVelocities(lattice, along).velocities;
      return {
        direction,
        transverseAPerPs: [slow / VELOCITY_PER_PAPER, fast / VELOCITY_PER_PAPER],
        longitudinalAPerPs: longitudinal / VELOCITY_PER_PAPER,
      };
    }),
    staticRecoilA2PerMev: block[0]! / RESPONSE_PER_PAPER,
    staticRecoilError: table.error / RESPONSE_PER_PAPER,
    dragA2PsPerMev: dragTensor(lattice)[0]! / DRAG_PER_PAPER,
  };
}

export const psOfFs = (timeFs: number): number => timeFs * VELOCITY_PER_PAPER;

/** Every number times `factor`. */
export const scaled = (values: ArrayLike<number>, factor: number): Float64Array<ArrayBuffer> =>
  Float64Array.from(values, (value) => value * factor);
