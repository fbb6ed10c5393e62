// Potential surfaces with known saddles, as force fields of one atom in a box without periodicity.

import type { F64 } from "../../src/base/index.js";
import type { ForceField } from "../../src/forces/index.js";
import type { Minimum } from "../../src/minima/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../src/structure/index.js";

/** Energy (eV), gradient [2] and Hessian [2,2] of a surface over x and y (Å). */
export type Surface = (
  x: number,
  y: number,
) => { readonly energy: number; readonly gradient: readonly number[]; readonly hessian: readonly number[] };

/** The surface in x and y of every atom, ½·k·z² in z, k in eV/Å². */
export function planarField(name: string, surface: Surface, { k = 10, hessian = true } = {}): ForceField {
  const evaluate = (positions: F64, forces?: Float64Array): number => {
    let energy = 0;
    for (let i = 0; i < positions.length; i += 3) {
      const { energy: here, gradient } = surface(positions[i]!, positions[i + 1]!);
      energy += here + 0.5 * k * positions[i + 2]! ** 2;
      if (forces) forces.set([-gradient[0]!, -gradient[1]!, -k * positions[i + 2]!], i);
    }
    return energy;
  };
  const secondDerivatives = (positions: F64): Float64Array => {
    const size = positions.length;
    const out = new Float64Array(size * size);
    for (let i = 0; i < size; i += 3) {
      const { hessian: h } = surface(positions[i]!, positions[i + 1]!);
      for (const [a, b] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ] as const)
        out[(i + a) * size + i + b] = h[2 * a + b]!;
      out[(i + 2) * size + i + 2] = k;
    }
    return out;
  };
  return {
    name,
    can: { stress: false, hessian, elements: ["H"] },
    attach: () => ({
      evaluate,
      energyParts: (x) => ({ surface: evaluate(x) }),
      ...(hessian ? { hessian: secondDerivatives } : {}),
      setCell: () => {},
      dispose: () => {},
    }),
    toJSON: () => ({ name }),
  };
}

/** One hydrogen-like atom of 1 amu at (x, y, 0) in an open box. */
export function oneAtom(x: number, y: number): Crystal {
  const cell = makeCell([50, 0, 0, 0, 50, 0, 0, 0, 50], [false, false, false]);
  return makeCrystal({ cell, species: ["H"], positions: [x, y, 0], masses: [1] });
}

/** A minimum as `relax` would give it, for a place that is known to be one. */
export function knownMinimum(crystal: Crystal, field: ForceField): Minimum {
  const forces = new Float64Array(crystal.positions.length);
  const energy = field.attach(crystal).evaluate(crystal.positions, forces);
  return { crystal, energy, maxForce: Math.max(...forces.map(Math.abs)), converged: true, history: [], notes: [] };
}

/** Σ_k A exp(a dx² + b dx dy + c dy²) times 0.01 eV (Müller and Brown, 10.1007/BF00547608). */
export const muellerBrown: Surface = (x, y) => {
  let energy = 0;
  const gradient = [0, 0];
  const hessian = [0, 0, 0, 0];
  for (const [A, a, b, c, x0, y0] of [
    [-200, -1, 0, -10, 1, 0],
    [-100, -1, 0, -10, 0, 0.5],
    [-170, -6.5, 11, -6.5, -0.5, 1.5],
    [15, 0.7, 0.6, 0.7, -1, 1],
  ] as const) {
    const [dx, dy] = [x - x0, y - y0];
    const value = 0.01 * A * Math.exp(a * dx * dx + b * dx * dy + c * dy * dy);
    const [u, v] = [2 * a * dx + b * dy, b * dx + 2 * c * dy];
    energy += value;
    gradient[0]! += value * u;
    gradient[1]! += value * v;
    hessian[0]! += value * (u * u + 2 * a);
    hessian[1]! += value * (u * v + b);
    hessian[2]! += value * (u * v + b);
    hessian[3]! += value * (v * v + 2 * c);
  }
  return { energy, gradient, hessian };
};

/** Minima and saddles of the Müller–Brown surface (x, y, energy / 0.01 eV), as tabulated in the literature. */
export const MUELLER_BROWN = {
  first: [-0.558224, 1.441726, -146.699517],
  middle: [-0.050011, 0.466694, -80.767818],
  last: [0.623499, 0.028038, -108.166724],
  highSaddle: [-0.822002, 0.624313, -40.664844],
  lowSaddle: [0.212487, 0.292988, -72.24894],
} as const;

/** H [(x² − 1)² ] + ½ k (y − c (1 − x²))²: wells at x = ±1 Å, a saddle of height H at (0, c), the valley a parabola. */
export const doubleWell =
  (height: number, { k = 20, bend = 0.5, tilt = 0 } = {}): Surface =>
  (x, y) => {
    const across = y - bend * (1 - x * x);
    const w = 1 - x * x;
    return {
      energy: height * w * w + 0.5 * k * across * across + tilt * x,
      gradient: [-4 * height * x * w + k * across * 2 * bend * x + tilt, k * across],
      hessian: [
        height * (12 * x * x - 4) + k * (4 * bend * bend * x * x + 2 * bend * across),
        2 * k * bend * x,
        2 * k * bend * x,
        k,
      ],
    };
  };
