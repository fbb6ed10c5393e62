import { describe, expect, it } from "vitest";
import { compiled, instantiate, relaxedRunsHere } from "../../../src/kernels/index.js";
import * as dense from "../../../src/kernels/wasm/dense.js";
import * as fft from "../../../src/kernels/wasm/fft.js";
import * as forces from "../../../src/kernels/wasm/forces.js";

const PAGES = 20_000; // a number of three bytes where one stood or none

describe("a module over shared memory", () => {
  it.each(Object.entries({ dense, fft, forces }))("%s compiles and takes such a memory, and no other", (_, source) => {
    const shared = new WebAssembly.Memory({ initial: 2, maximum: PAGES, shared: true });
    const own = new WebAssembly.Memory({ initial: 2, maximum: PAGES });
    for (const variant of relaxedRunsHere(source) ? (["base", "relaxed"] as const) : (["base"] as const)) {
      const names = Object.keys(instantiate({ module: compiled(source, variant), memory: own }));
      const module = compiled(source, variant, PAGES);
      expect(Object.keys(instantiate({ module, memory: shared }))).toEqual(names);
      expect(() => instantiate({ module, memory: own })).toThrow(WebAssembly.LinkError);
    }
  });

  it("computes the same bits", () => {
    const [own, shared] = [false, true].map((isShared) => {
      const memory = new WebAssembly.Memory({ initial: 2, maximum: PAGES, shared: isShared });
      const { swapAndScale } = instantiate({ module: compiled(fft, "base", isShared ? PAGES : 0), memory });
      const data = new Float64Array(memory.buffer, 65536, 400);
      data.set(Float64Array.from({ length: 400 }, (_, i) => Math.sin(i)));
      (swapAndScale as (data: number, count: number, scale: number) => void)(65536, 200, 1 / 3);
      return Array.from(data);
    });
    expect(shared).toEqual(own);
    expect(own![0]).toBe(Math.sin(1) * (1 / 3)); // real and imaginary parts change places
  });
});
