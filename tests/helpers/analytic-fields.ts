// Small force fields whose energies, forces and second derivatives can be written on a page: to test what is built on forces
// without the force fields of the program itself.

import type { F64 } from "../../src/base/index.js";
import type { ForceField, ForceSession } from "../../src/forces/forcefield.js";
import type { Cell, Crystal } from "../../src/structure/index.js";

/** A function of the distance of two atoms: returns [U, dU/dr, d²U/dr²] or undefined beyond its reach. */
export type Radial = (r: number, kindA: number, kindB: number) => readonly [number, number, number] | undefined;

export interface PairFieldOptions {
  readonly name?: string;
  /** Å; images within it are summed. */
  readonly cutoff: number;
  /** Offer second derivatives. Default true. */
  readonly hessian?: boolean;
}

/** Sum over all pairs and all periodic images within the cut-off, brute force. */
export function pairField(radial: Radial, { name = "pairs", cutoff, hessian = true }: PairFieldOptions): ForceField {
  return {
    name,
    can: { stress: true, hessian, elements: [] },
    attach: (crystal) => pairSession(crystal, radial, { cutoff, hessian }),
    toJSON: () => ({ name, cutoff }),
  };
}

type Visit = (i: number, j: number, d: readonly [number, number, number], r: number) => void;

function pairSession(crystal: Crystal, radial: Radial, options: { cutoff: number; hessian: boolean }): ForceSession {
  let cell = crystal.cell;
  const n = crystal.kinds.length;
  const kinds = crystal.kinds;
  const each = (positions: F64, visit: Visit): void => eachPair(cell, positions, options.cutoff, visit);
  const energyOnly = (positions: F64): number => {
    let energy = 0;
    each(positions, (i, j, _d, r) => {
      energy += 0.5 * (radial(r, kinds[i]!, kinds[j]!)?.[0] ?? 0);
    });
    return energy;
  };
  const evaluate: ForceSession["evaluate"] = (positions, forces, stress) => {
    let energy = 0;
    forces.fill(0);
    stress?.fill(0);
    each(positions, (i, j, d, r) => {
      const u = radial(r, kinds[i]!, kinds[j]!);
      if (!u) return;
      energy += 0.5 * u[0];
      for (let a = 0; a < 3; a++) {
        // d points from i to j; every pair is visited from both ends.
        forces[3 * i + a]! += (u[1] * d[a]!) / r;
        if (stress) for (let b = 0; b < 3; b++) stress[3 * a + b]! += (0.5 * u[1] * d[a]! * d[b]!) / r / cell.volume;
      }
    });
    return energy;
  };
  const hessian = (positions: F64): Float64Array => {
    const values = new Float64Array(9 * n * n);
    each(positions, (i, j, d, r) => {
      const u = radial(r, kinds[i]!, kinds[j]!);
      if (!u) return;
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) {
          const k = ((u[2] - u[1] / r) * d[a]! * d[b]!) / (r * r) + (a === b ? u[1] / r : 0);
          values[(3 * i + a) * 3 * n + 3 * i + b]! += k;
          values[(3 * i + a) * 3 * n + 3 * j + b]! -= k;
        }
      }
    });
    return values;
  };
  return {
    evaluate,
    energyParts: (positions) => ({ pairs: energyOnly(positions) }),
    ...(options.hessian ? { hessian } : {}),
    setCell: (next: Cell) => {
      cell = next;
    },
    dispose: () => {},
  };
}

function eachPair(cell: Cell, positions: F64, cutoff: number, visit: Visit): void {
  const v = cell.vectors;
  // Positions may lie anywhere, so the reach is counted from the wrapped difference.
  const reach = [0, 1, 2].map((k) =>
    cell.periodic[k]
      ? Math.ceil(cutoff * Math.hypot(cell.inverse[k]!, cell.inverse[3 + k]!, cell.inverse[6 + k]!) + 0.5)
      : 0,
  );
  const n = positions.length / 3;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const d0 = wrappedDifference(cell, positions, i, j);
      for (let p = -reach[0]!; p <= reach[0]!; p++) {
        for (let q = -reach[1]!; q <= reach[1]!; q++) {
          for (let s = -reach[2]!; s <= reach[2]!; s++) {
            if (i === j && p === 0 && q === 0 && s === 0) continue;
            const d = [0, 1, 2].map((a) => d0[a]! + p * v[a]! + q * v[3 + a]! + s * v[6 + a]!) as [
              number,
              number,
              number,
            ];
            const r = Math.hypot(d[0], d[1], d[2]);
            if (r < cutoff) visit(i, j, d, r);
          }
        }
      }
    }
  }
}

function wrappedDifference(cell: Cell, positions: F64, i: number, j: number): [number, number, number] {
  const d = [0, 1, 2].map((a) => positions[3 * j + a]! - positions[3 * i + a]!);
  const out = [...d] as [number, number, number];
  for (let k = 0; k < 3; k++) {
    if (!cell.periodic[k]) continue;
    const s = Math.round(d[0]! * cell.inverse[k]! + d[1]! * cell.inverse[3 + k]! + d[2]! * cell.inverse[6 + k]!);
    for (let a = 0; a < 3; a++) out[a]! -= s * cell.vectors[3 * k + a]!;
  }
  return out;
}

/** ε[(σ/r)¹² − 2(σ/r)⁶] with its minimum −ε at σ: Lennard-Jones with r_min for σ. */
export function lennardJones(epsilon: number, rMin: number): Radial {
  return (r) => {
    const x = (rMin / r) ** 6;
    return [epsilon * (x * x - 2 * x), (12 * epsilon * (x - x * x)) / r, (epsilon * (156 * x * x - 84 * x)) / (r * r)];
  };
}

/** ½k (r − r₀)² between atoms closer than the field's cut-off. */
export function spring(stiffness: number, length: number): Radial {
  return (r) => [0.5 * stiffness * (r - length) ** 2, stiffness * (r - length), stiffness];
}

/** Every atom in the same outer potential of its own coordinates: energy, and its gradient written into `slope`. */
export function siteField(
  name: string,
  potential: (x: readonly [number, number, number], slope: Float64Array) => number,
): ForceField {
  const slope = new Float64Array(3);
  const evaluate = (positions: F64, forces?: Float64Array): number => {
    let energy = 0;
    for (let i = 0; i < positions.length; i += 3) {
      energy += potential([positions[i]!, positions[i + 1]!, positions[i + 2]!], slope);
      if (forces) for (let a = 0; a < 3; a++) forces[i + a] = -slope[a]!;
    }
    return energy;
  };
  return {
    name,
    can: { stress: false, hessian: false, elements: [] },
    attach: () => ({ evaluate, energyParts: (x) => ({ sites: evaluate(x) }), setCell: () => {}, dispose: () => {} }),
    toJSON: () => ({ name }),
  };
}

/** A force field that counts how often it is asked. */
export function counted(field: ForceField): { readonly field: ForceField; readonly evaluations: () => number } {
  let count = 0;
  const attach = (crystal: Crystal): ForceSession => {
    const session = field.attach(crystal);
    return {
      ...session,
      energyParts: (x) => session.energyParts(x),
      setCell: (cell) => session.setCell(cell),
      dispose: () => session.dispose(),
      ...(session.hessian ? { hessian: (x: F64) => session.hessian!(x) } : {}),
      evaluate: (positions, forces, stress) => {
        count++;
        return session.evaluate(positions, forces, stress);
      },
    };
  };
  return {
    field: { name: field.name, can: field.can, attach, toJSON: () => field.toJSON() },
    evaluations: () => count,
  };
}
