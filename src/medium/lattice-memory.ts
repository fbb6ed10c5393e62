// Memory and kernels of fields on a box of lattice atoms: displacements, velocities, their images under the springs.
//
// A field holds its components one after the other, each a box [n1 + 2, n2 + 2, row] of f64 with one layer of neighbours around the
// inside; pointers are byte addresses of the first inside element of the first component. The kernels are kernels/lattice.ts or,
// where WebAssembly SIMD is missing or the twin is asked for, lattice-twin.ts on a plain array.

import { Arena, kernelsRunHere, type Pointer } from "../kernels/index.js";
import * as wasm from "../kernels/wasm/lattice.js";
import { type LatticeKernels, latticeTwin } from "./lattice-twin.js";

/** "wasm" is the SIMD kernel, "twin" the plain TypeScript one. */
export type KernelChoice = "wasm" | "twin";

export interface LatticeHeap {
  readonly kernels: LatticeKernels;
  allocate(bytes: number): Pointer;
  /** All memory as f64; take it again after an allocation. */
  whole(): Float64Array;
  u32(pointer: Pointer, count: number): Uint32Array | Int32Array;
}

export function makeHeap(choice: KernelChoice = kernelsRunHere(wasm) ? "wasm" : "twin"): LatticeHeap {
  if (choice === "twin") return twinHeap();
  const arena = new Arena<LatticeKernels>(wasm);
  return {
    kernels: arena.exports,
    allocate: (bytes) => arena.allocate(bytes),
    whole: () => arena.f64(0, arena.generation / 8),
    u32: (pointer, count) => arena.i32(pointer, count),
  };
}

function twinHeap(): LatticeHeap {
  let memory = new Float64Array(0);
  const whole = (): Float64Array => memory;
  return {
    kernels: latticeTwin(whole),
    allocate(bytes) {
      const at = memory.byteLength;
      const grown = new Float64Array(at / 8 + 2 * Math.ceil(bytes / 16));
      grown.set(memory);
      memory = grown;
      return at;
    },
    whole,
    u32: (pointer, count) => new Uint32Array(memory.buffer, pointer, count),
  };
}

/** Strides of a box in bytes. */
export interface BoxLayout {
  readonly shape: readonly [number, number, number];
  readonly row: number;
  readonly plane: number;
  readonly component: number;
  readonly bytes: number; // of a whole field
  /** From the start of a field's memory to its first inside element. */
  readonly first: number;
  /** Of the stencil's scratch memory. */
  readonly scratchBytes: number;
}

export function boxLayout(shape: readonly [number, number, number]): BoxLayout {
  const [n1, n2, n3] = shape;
  // Two numbers before the inside keep its rows on 16-byte borders.
  const row = 8 * (2 * Math.ceil(n3 / 2) + 4);
  const plane = (n2 + 2) * row;
  const component = (n1 + 2) * plane;
  return {
    shape,
    row,
    plane,
    component,
    bytes: 3 * component,
    first: plane + row + 16,
    scratchBytes: 3 * Math.max(plane, 2 * row),
  };
}
