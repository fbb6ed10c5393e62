// The memory one session gives to one kernel module. Numbers go in through pointers and come out through views.
//
// Growing WebAssembly memory detaches every view, so: allocate everything first, then take views, and take them again after
// any later allocation. `dispose` drops the instance; the garbage collector returns its memory.
// With a crew of several threads the memory is shared: each of them has an instance of the module over it.

import { type Crew, type CrewWork, ResourceError, soloCrew } from "../base/index.js";
import { compiled, instantiate, type KernelVariant, type WasmSource } from "./load.js";

const PAGE = 65536;
const MAX_PAGES = 65536; // 4 GiB, the limit of 32-bit addresses
const FIRST_FREE = PAGE; // the module's own constants live below

/** A byte address in an arena's memory. */
export type Pointer = number;

export class Arena<Exports> {
  readonly exports: Exports;
  /** The exports called on all threads of the crew. */
  readonly work: CrewWork;
  readonly #memory: WebAssembly.Memory;
  #next = FIRST_FREE;

  constructor(source: WasmSource, variant: KernelVariant = "base", crew: Crew = soloCrew) {
    const shared = crew.width > 1;
    this.#memory = new WebAssembly.Memory({ initial: 2, maximum: MAX_PAGES, shared });
    const program = { module: compiled(source, variant, shared ? MAX_PAGES : 0), memory: this.#memory };
    this.exports = instantiate(program) as Exports;
    this.work = crew.share(program, this.exports as object);
  }

  /** Reserves `bytes`, aligned to 16. The contents are zero unless the arena was reset. */
  allocate(bytes: number): Pointer {
    const pointer = this.#next;
    const end = pointer + bytes + ((16 - (bytes % 16)) % 16);
    const missing = Math.ceil((end - this.#memory.buffer.byteLength) / PAGE);
    if (missing > 0) {
      if (end > MAX_PAGES * PAGE) {
        throw new ResourceError(
          `a kernel needs ${(end / 2 ** 30).toFixed(1)} GiB, the most a module can address is 4 GiB`,
          "use a smaller cell, shorter cut-off or lower accuracy",
        );
      }
      try {
        this.#memory.grow(missing);
      } catch (cause) {
        throw new ResourceError(
          `out of memory: a kernel asked for ${(end / 2 ** 20).toFixed(0)} MiB`,
          "close other programs or use fewer threads",
          {},
          cause,
        );
      }
    }
    this.#next = end;
    return pointer;
  }

  allocateF64 = (count: number): Pointer => this.allocate(8 * count);
  allocateF32 = (count: number): Pointer => this.allocate(4 * count);
  allocateI32 = (count: number): Pointer => this.allocate(4 * count);

  f64 = (pointer: Pointer, count: number): Float64Array => new Float64Array(this.#memory.buffer, pointer, count);
  f32 = (pointer: Pointer, count: number): Float32Array => new Float32Array(this.#memory.buffer, pointer, count);
  i32 = (pointer: Pointer, count: number): Int32Array => new Int32Array(this.#memory.buffer, pointer, count);

  /** Changes at every growth: a view taken under another generation is detached. */
  get generation(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Forgets all allocations made after `mark` (an earlier `mark()`), or all of them. */
  reset(mark: Pointer = FIRST_FREE): void {
    this.#next = mark;
  }

  mark = (): Pointer => this.#next;
}
