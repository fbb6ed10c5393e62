// The long-range part of the Coulomb sum on a mesh: E = ½ Σ G |S|² − k_e g(0) Σq² (+ the background of a charged cell).
// The mean force, which the mesh does not make zero by itself, is taken off.

import { COULOMB_CONSTANT, type F64 } from "../base/index.js";
import { type Pointer, unitRoots } from "../kernels/index.js";
import type { Cell } from "../structure/index.js";
import type { KernelMemory } from "./kernel-memory.js";
import type { Splitting } from "./kernel-splitting.js";
import type { LongRange } from "./kernel-waves.js";
import { influenceOf, type MeshPlan, type MeshShape, meshShape, shapeInSession } from "./mesh-plan.js";

export class MeshSum implements LongRange {
  readonly splitting: Splitting;
  readonly #plan: MeshPlan;
  readonly #charges: Float64Array;
  readonly #memory: KernelMemory;
  readonly #made: MeshShape;
  readonly #selfEnergy: number;
  readonly #netCharge: number;
  readonly #at: Readonly<
    Record<"charges" | "positions" | "bases" | "weights" | "order" | "forces" | "polynomials", Pointer>
  >;
  #cell: Cell;
  #shape: MeshShape = [1, 1, 1];
  #constant = 0;
  #mesh: Pointer = 0; // f64 [nx, ny, nz + P]
  #frame: Pointer = 0; // f64 [12]
  #meshShapeAt: Pointer = 0; // i32 [4]
  #transforms: Pointer = 0;
  #influenceAt: Pointer = 0;
  #slopesAt: Pointer = 0;
  #reciprocal: Pointer = 0; // f64 [9]
  #sums: Pointer = 0; // f64 [ny, 8]
  #starts: Pointer = 0;
  #scratch: Pointer = 0; // f64 [threads, scratchSize]
  #scratchSize = 0;

  constructor(
    cell: Cell,
    charges: Float64Array,
    split: { splitting: Splitting; mesh: MeshPlan },
    memory: KernelMemory,
  ) {
    const { arena } = memory;
    const n = charges.length;
    const { width, terms, polynomials } = split.mesh.window;
    this.splitting = split.splitting;
    this.#plan = split.mesh;
    this.#charges = charges;
    this.#memory = memory;
    this.#cell = cell;
    this.#made = meshShape(cell, this.splitting, this.#plan);
    this.#at = {
      charges: arena.allocateF64(n),
      positions: arena.allocateF64(3 * n),
      bases: arena.allocateI32(4 * n),
      weights: arena.allocateF64(6 * width * n),
      order: arena.allocateI32(n),
      forces: arena.allocateF64(4 * n),
      polynomials: arena.allocateF64(3 * terms * width),
    };
    arena.f64(this.#at.charges, n).set(charges);
    for (let axis = 0; axis < 3; axis++) {
      arena.f64(this.#at.polynomials + 8 * axis * terms * width, terms * width).set(polynomials);
    }
    let [squares, sum] = [0, 0];
    for (const q of charges) {
      squares += q * q;
      sum += q;
    }
    this.#selfEnergy = -COULOMB_CONSTANT * this.splitting.selfTerm * squares;
    this.#netCharge = sum;
  }

  /** Points along each axis, and P. */
  get size(): { readonly shape: MeshShape; readonly width: number } {
    return { shape: this.#shape, width: this.#plan.window.width };
  }

  setCell(cell: Cell): void {
    const { arena } = this.#memory;
    const { width } = this.#plan.window;
    this.#cell = cell;
    this.#constant = (-COULOMB_CONSTANT * this.#netCharge ** 2 * this.splitting.volumeTerm) / (2 * cell.volume);
    const shape = shapeInSession(cell, this.#made, this.splitting, this.#plan);
    this.#shape = shape;
    const influence = influenceOf(cell, shape, this.splitting, this.#plan);
    const [nx, ny, nz] = shape;
    const stride = nz + width;
    const points = influence.values.length;
    this.#mesh = arena.allocateF64(nx * ny * stride);
    this.#frame = arena.allocateF64(12);
    this.#meshShapeAt = arena.allocateI32(4);
    this.#influenceAt = arena.allocateF64(points);
    this.#slopesAt = arena.allocateF64(points);
    this.#reciprocal = arena.allocateF64(9);
    this.#sums = arena.allocateF64(8 * ny);
    this.#starts = arena.allocateI32(nx * ny + 1);
    this.#scratchSize = Math.max(4 * nx * (nz / 2 + 1), ny * stride, nz);
    this.#scratch = arena.allocateF64(this.#memory.width * this.#scratchSize);
    this.#transforms = this.#planTransforms(stride);
    arena.i32(this.#meshShapeAt, 4).set([nx, ny, stride, width]);
    arena.f64(this.#influenceAt, points).set(influence.values);
    arena.f64(this.#slopesAt, points).set(influence.slopes);
    const frame = arena.f64(this.#frame, 12);
    const reciprocal = arena.f64(this.#reciprocal, 9);
    for (let axis = 0; axis < 3; axis++) {
      frame[4 * axis + 3] = shape[axis]!;
      for (let k = 0; k < 3; k++) {
        frame[4 * axis + k] = cell.inverse[3 * k + axis]!;
        reciprocal[3 * axis + k] = 2 * Math.PI * cell.inverse[3 * k + axis]!;
      }
    }
  }

  /** What kernels/forces-mesh-waves.ts reads about lengths: shape, radices and roots. */
  #planTransforms(stride: number): Pointer {
    const { arena } = this.#memory;
    const [nx, ny, nz] = this.#shape;
    const lengths = [nz / 2, ny, nx, nz];
    const plan = arena.allocate(224);
    const roots = lengths.map((n) => arena.allocateF64(2 * n));
    const view = arena.i32(plan, 56).fill(0);
    view.set([nx, ny, nz, stride]);
    lengths.slice(0, 3).forEach((n, axis) => {
      const radices = radicesOf(n);
      view.set([radices.length, ...radices], 4 + 16 * axis);
    });
    view.set(roots, 52);
    lengths.forEach((n, k) => {
      arena.f64(roots[k]!, 2 * n).set(unitRoots(n, n));
    });
    return plan;
  }

  add(positions: F64, forces: Float64Array, virial?: Float64Array): number {
    const { arena } = this.#memory;
    const n = this.#charges.length;
    const at = this.#at;
    const [nx, ny] = this.#shape;
    const { width, terms } = this.#plan.window;
    const memory = this.#memory;
    const { work } = arena;
    const own = 8 * this.#scratchSize;
    const [atoms, planes, columns] = [memory.parts(n), memory.parts(nx), memory.parts(ny)];
    const shape = this.#meshShapeAt;
    arena.f64(at.positions, 3 * n).set(positions as unknown as ArrayLike<number>);
    const rest = [at.positions, this.#frame, width, terms, at.polynomials, at.bases, at.weights];
    work.run(
      "meshWeights",
      atoms.map((part) => [...part, ...rest]),
    );
    arena.exports.meshSort(n, at.bases, nx, ny, this.#starts, at.order);
    const spread = [this.#mesh, shape, at.charges, at.bases, at.weights, this.#starts, at.order];
    work.run(
      "meshSpread",
      planes.map((part) => [...part, ...spread]),
    );
    const transform = planes.map((part) => [...part, this.#mesh, this.#transforms, this.#scratch]);
    work.run("meshForward", transform, [0, 0, 0, 0, own]);
    const convolve = [
      this.#mesh,
      this.#transforms,
      this.#influenceAt,
      virial ? this.#slopesAt : 0,
      this.#reciprocal,
      this.#sums,
      this.#scratch,
    ];
    const convolveParts = columns.map((part) => [...part, ...convolve]);
    work.run("meshConvolve", convolveParts, [0, 0, 0, 0, 0, 0, 0, 0, own]);
    work.run("meshBackward", transform, [0, 0, 0, 0, own]);
    const gather = [this.#mesh, shape, at.charges, at.bases, at.weights, at.order, at.forces];
    work.run(
      "meshGather",
      atoms.map((part) => [...part, ...gather]),
    );
    this.#addForces(forces);
    return this.#energy(virial) + this.#selfEnergy + this.#constant;
  }

  /** Of the waves; also adds their part of ∂E/∂ε. */
  #energy(virial: Float64Array | undefined): number {
    const sums = this.#memory.arena.f64(this.#sums, 8 * this.#shape[1]);
    let energy = 0;
    for (let y = 0; y < this.#shape[1]; y++) energy += sums[8 * y]!;
    if (virial) {
      const voigt = [1, 6, 5, 6, 2, 4, 5, 4, 3];
      for (let i = 0; i < 9; i++) {
        let sum = 0;
        for (let y = 0; y < this.#shape[1]; y++) sum += sums[8 * y + voigt[i]!]!;
        virial[i] = virial[i]! - sum - (i % 4 === 0 ? energy + this.#constant : 0);
      }
    }
    return energy;
  }

  /** Adds the forces, without their mean. */
  #addForces(forces: Float64Array): void {
    const n = this.#charges.length;
    const along = this.#memory.arena.f64(this.#at.forces, 4 * n);
    const mean = new Float64Array(3);
    for (let i = 0; i < n; i++) {
      for (let axis = 0; axis < 3; axis++) mean[axis] = mean[axis]! + along[4 * i + axis]!;
    }
    const b = this.#cell.inverse;
    const [nx, ny, nz] = this.#shape;
    for (let k = 0; k < 3; k++) {
      const [bx, by, bz] = [b[3 * k]! * nx, b[3 * k + 1]! * ny, b[3 * k + 2]! * nz];
      const rest = (mean[0]! * bx + mean[1]! * by + mean[2]! * bz) / n;
      for (let i = 0; i < n; i++) {
        const force = along[4 * i]! * bx + along[4 * i + 1]! * by + along[4 * i + 2]! * bz;
        forces[3 * i + k] = forces[3 * i + k]! + force - rest;
      }
    }
  }
}

function radicesOf(length: number): number[] {
  const radices: number[] = [];
  let rest = length;
  for (const radix of [5, 3, 4, 2]) for (; rest % radix === 0; rest /= radix) radices.push(radix);
  return radices;
}
