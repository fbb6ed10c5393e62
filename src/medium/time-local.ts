// Equations of motion of one ion in a framework that is not followed explicitly. With d_j = R − r_j^H, g_j = ∇_j U = −U′ d̂_j and the
// Hessian H_j of U at d_j:
//
//   homogeneous   r_j^eff = r_j^H − Σ_k W_jk(0) g_k,  R^eff = R + L Σ_j H_j (Ṙ − ṙ_j^H),  μ R̈ = −Σ_j ∇_R U(R^eff − r_j^eff)     (18)–(20)
//   quasistatic   r_j = r_j^H − Σ_k W_jk(0) g_k(r) − L Σ_k H_k(r)(Ṙ − ṙ_k^H), solved for r;  μ R̈ = −Σ_j ∇_R U(R − r_j)          (16), ṙ → ṙ^H
//   static        homogeneous with L = 0: recoil without loss
//   rigid         r_j = r_j^H: the framework shakes but does not give way
//
// The drag multiplies the velocity relative to each atom, so a shaking framework pushes as well as brakes: for small deflections its
// force is −H L Σ_k H_k (Ṙ − ṙ_k^H) with H = Σ_j H_j. Source: Rodin et al., arXiv:2504.06595.

import { NumericError, type Vec3 } from "../base/index.js";
import type { Equation } from "./integrators.js";
import { inertiaOf, type Medium, type ThermalField } from "./model.js";

export type Approximation = "homogeneous" | "quasistatic" | "static" | "rigid";

/** The ion's equation with views of what it last computed. */
export interface IonEquation extends Equation {
  /** [3] cell the ion was in at the last evaluation. */
  readonly cell: Int32Array;
  /** [n,3] Å, atoms of the window as the ion last felt them (r^eff), absolute. */
  readonly atoms: Float64Array;
  /** [n,3] Å, the same atoms without the ion's push (r^H), absolute. */
  readonly unpushed: Float64Array;
}

export interface IonEquationOptions {
  /** Default "homogeneous", the paper's equations (18)–(20). */
  readonly approximation?: Approximation;
  /** The window stays at this cell wherever the ion goes. Default: it follows the ion. */
  readonly heldCell?: Vec3;
}

/** The equation of motion of the ion in `medium` under the thermal motion `field`. */
export function ionEquation(medium: Medium, field: ThermalField, options: IonEquationOptions = {}): IonEquation {
  const { approximation = "homogeneous" } = options;
  const near = makeSurroundings(medium, field, options.heldCell);
  const atoms = new Float64Array(3 * medium.window.count);
  const shift = new Float64Array(3);
  const inverseInertia = 1 / inertiaOf(medium.ionMass);
  const settle = approximation === "quasistatic" ? makeQuasistatic(near) : undefined;
  return {
    dimension: 3,
    cell: near.cell,
    atoms,
    unpushed: near.homogeneous,
    acceleration(timeFs, position, velocity, out) {
      near.locate(timeFs, position);
      shift.fill(0);
      if (approximation === "rigid") atoms.set(near.homogeneous);
      else if (settle) settle(position, velocity, atoms);
      else {
        near.interact(near.homogeneous, position, velocity);
        near.recoil(atoms);
        if (approximation === "homogeneous") near.drag(shift);
      }
      near.force(position, shift, atoms, out);
      for (let a = 0; a < 3; a++) out[a]! *= inverseInertia;
    },
  };
}

/** Scratch memory and the sums all approximations are made of. */
export interface Surroundings {
  readonly medium: Medium;
  readonly cell: Int32Array; // [3]
  readonly homogeneous: Float64Array; // [n,3] Å, r^H, absolute
  readonly velocities: Float64Array; // [n,3] Å/fs, ṙ^H
  readonly gradients: Float64Array; // [n,3] eV/Å, g
  /** [n,3] eV/(Å fs), H_j (Ṙ − ṙ_j^H). */
  readonly rates: Float64Array;
  /** Finds the ion's cell and r^H, ṙ^H there. */
  locate(timeFs: number, position: Float64Array): void;
  /** Fills gradients and rates for the ion at `position` and the atoms at `atoms`. */
  interact(atoms: Float64Array, position: Float64Array, velocity: Float64Array): void;
  /** out = r^H − W(0) g. */
  recoil(out: Float64Array): void;
  /** out [3] = L Σ_j H_j (Ṙ − ṙ_j^H). */
  drag(out: Float64Array): void;
  /** out [3] = −Σ_j ∇_R U(R + shift − r_j), eV/Å. */
  force(position: Float64Array, shift: Float64Array, atoms: Float64Array, out: Float64Array): void;
}

export function makeSurroundings(medium: Medium, field: ThermalField, heldCell?: Vec3): Surroundings {
  const { window, potentials, staticResponse, drag: L } = medium;
  const { vectors, inverse } = medium.framework.cell;
  const n = window.count;
  const size = 3 * n;
  const cell = Int32Array.from(heldCell ?? [0, 0, 0]);
  const homogeneous = new Float64Array(size);
  const velocities = new Float64Array(size);
  const gradients = new Float64Array(size);
  const rates = new Float64Array(size);
  const u = new Float64Array(3);
  const potentialOf = Array.from({ length: n }, (_, j) => potentials[window.sites[4 * j + 3]!]!);
  return {
    medium,
    cell,
    homogeneous,
    velocities,
    gradients,
    rates,
    locate(timeFs, position) {
      if (!heldCell) cellOf(position, inverse, cell);
      field.sample(timeFs, cell, homogeneous, velocities);
      for (let k = 0; k < 3; k++) {
        const origin = cell[0]! * vectors[k]! + cell[1]! * vectors[3 + k]! + cell[2]! * vectors[6 + k]!;
        for (let j = k; j < size; j += 3) homogeneous[j]! += origin + window.positions[j]!;
      }
    },
    interact(atoms, position, velocity) {
      for (let j = 0; j < n; j++) {
        const at = 3 * j;
        const x = position[0]! - atoms[at]!;
        const y = position[1]! - atoms[at + 1]!;
        const z = position[2]! - atoms[at + 2]!;
        const r = Math.sqrt(x * x + y * y + z * z);
        potentialOf[j]!.evaluate(r, u);
        const slope = u[1]! / r; // U′/r
        gradients[at] = -slope * x;
        gradients[at + 1] = -slope * y;
        gradients[at + 2] = -slope * z;
        const vx = velocity[0]! - velocities[at]!;
        const vy = velocity[1]! - velocities[at + 1]!;
        const vz = velocity[2]! - velocities[at + 2]!;
        // H v = (U′/r) v + (U″ − U′/r)(d̂·v) d̂
        const along = ((u[2]! - slope) * (x * vx + y * vy + z * vz)) / (r * r);
        rates[at] = slope * vx + along * x;
        rates[at + 1] = slope * vy + along * y;
        rates[at + 2] = slope * vz + along * z;
      }
    },
    recoil(out) {
      for (let i = 0; i < size; i++) {
        let sum = 0;
        const row = i * size;
        for (let k = 0; k < size; k++) sum += staticResponse[row + k]! * gradients[k]!;
        out[i] = homogeneous[i]! - sum;
      }
    },
    drag(out) {
      let x = 0;
      let y = 0;
      let z = 0;
      for (let at = 0; at < size; at += 3) {
        x += rates[at]!;
        y += rates[at + 1]!;
        z += rates[at + 2]!;
      }
      for (let a = 0; a < 3; a++) out[a] = L[3 * a]! * x + L[3 * a + 1]! * y + L[3 * a + 2]! * z;
    },
    force(position, shift, atoms, out) {
      out.fill(0);
      for (let j = 0; j < n; j++) {
        const at = 3 * j;
        const x = position[0]! + shift[0]! - atoms[at]!;
        const y = position[1]! + shift[1]! - atoms[at + 1]!;
        const z = position[2]! + shift[2]! - atoms[at + 2]!;
        const r = Math.sqrt(x * x + y * y + z * z);
        potentialOf[j]!.evaluate(r, u);
        const slope = u[1]! / r;
        out[0]! -= slope * x;
        out[1]! -= slope * y;
        out[2]! -= slope * z;
      }
    },
  };
}

/** The cell that holds a point: whole parts of its fractional coordinates, into out [3]. */
export function cellOf(position: ArrayLike<number>, inverse: ArrayLike<number>, out: Int32Array): void {
  const x = position[0]!;
  const y = position[1]!;
  const z = position[2]!;
  for (let i = 0; i < 3; i++) out[i] = Math.floor(x * inverse[i]! + y * inverse[3 + i]! + z * inverse[6 + i]!);
}

const MOST_ROUNDS = 200;
const SETTLED = 1e-11; // Å

/** Solves r = r^H − W(0) g(r) − L Σ H(r)(Ṙ − ṙ^H) by iteration; it contracts as |W U″| + |L ∂(HṘ)/∂r|, about 0.05 in a soft cage. */
function makeQuasistatic(near: Surroundings) {
  const next = new Float64Array(near.homogeneous.length);
  const shift = new Float64Array(3);
  return (position: Float64Array, velocity: Float64Array, atoms: Float64Array): void => {
    atoms.set(near.homogeneous);
    let change = Number.POSITIVE_INFINITY;
    for (let round = 0; round < MOST_ROUNDS && change > SETTLED; round++) {
      near.interact(atoms, position, velocity);
      near.recoil(next);
      near.drag(shift);
      change = 0;
      for (let i = 0; i < next.length; i++) {
        const moved = next[i]! - shift[i % 3]! - atoms[i]!;
        change = Math.max(change, Math.abs(moved));
        atoms[i]! += moved;
      }
    }
    if (!(change <= SETTLED))
      throw new NumericError(
        `the quasistatic displacements still change by ${change.toPrecision(3)} Å after ${MOST_ROUNDS} rounds`,
        "the framework gives way more than its potential allows: use the approximation homogeneous",
        { change, position: [...position] },
      );
  };
}
