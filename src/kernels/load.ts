// Compiles the embedded WebAssembly once per module and thread. Where SIMD is missing, callers use the twins.

import type { CrewProgram } from "../base/index.js";
import { withSharedMemory } from "./shared-memory.js";

export type KernelVariant = "base" | "relaxed";

export interface WasmSource {
  readonly hash: string;
  /** Base64 of the module with plain SIMD: same bits on every machine. */
  readonly base: string;
  /** Base64 of the module with fused multiply-add where the machine has it: faster, bits depend on the machine. */
  readonly relaxed: string;
}

const modules = new Map<string, WebAssembly.Module>();

/**
 * The compiled module. Compiling is synchronous: the modules are a few tens of kilobytes.
 * @param sharedPages 0 for a memory of its own; else the most pages of the memory that threads share
 */
export function compiled(source: WasmSource, variant: KernelVariant, sharedPages = 0): WebAssembly.Module {
  const key = `${source.hash}/${variant}/${sharedPages}`;
  let module = modules.get(key);
  if (!module) {
    const bytes = decodeBase64(source[variant]);
    module = new WebAssembly.Module(sharedPages > 0 ? withSharedMemory(bytes, sharedPages) : bytes);
    modules.set(key, module);
  }
  return module;
}

/** The module's functions over a memory; on each thread of a crew an instance of its own. */
export function instantiate({ module, memory }: CrewProgram): Readonly<Record<string, unknown>> {
  const env = {
    memory,
    abort: () => {
      throw new Error("kernel aborted");
    },
  };
  return new WebAssembly.Instance(module, { env, Math: Math as never }).exports;
}

let accepted: boolean | undefined;

/** Whether this machine runs the SIMD kernels of `source`. */
export function kernelsRunHere(source: WasmSource): boolean {
  accepted ??= typeof WebAssembly === "object" && WebAssembly.validate(decodeBase64(source.base));
  return accepted;
}

/** Whether the fused-multiply-add build can be taken on request. */
export function relaxedRunsHere(source: WasmSource): boolean {
  return kernelsRunHere(source) && WebAssembly.validate(decodeBase64(source.relaxed));
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(128);
  for (let i = 0; i < 64; i++) values[ALPHABET.charCodeAt(i)] = i;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let i = 0, out = 0; i < text.length; i += 4) {
    const word =
      (values[text.charCodeAt(i)]! << 18) |
      (values[text.charCodeAt(i + 1)]! << 12) |
      (values[text.charCodeAt(i + 2)]! << 6) |
      values[text.charCodeAt(i + 3)]!;
    if (out < bytes.length) bytes[out++] = word >> 16;
    if (out < bytes.length) bytes[out++] = (word >> 8) & 255;
    if (out < bytes.length) bytes[out++] = word & 255;
  }
  return bytes;
}
