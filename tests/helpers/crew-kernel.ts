// A small kernel module for the tests of crews, compiled here from AssemblyScript.

import asc from "assemblyscript/asc";
import type { Arena, WasmSource } from "../../src/kernels/index.js";

const SOURCE = `
/** Roots in place over a range; their rounded sum goes to a place of the thread's own. */
export function rootRange(from: i32, to: i32, data: usize, sums: usize): i32 {
  let sum: f64 = 0;
  for (let i = from; i < to; i++) {
    const root = Math.sqrt(load<f64>(data + 8 * i));
    store<f64>(data + 8 * i, root);
    sum += Math.round(root);
  }
  store<f64>(sums, load<f64>(sums) + sum);
  return to - from;
}

/** Takes its time, and counts itself at a place of the thread's own. */
export function slow(turns: i32, place: usize): f64 {
  let x: f64 = 1;
  for (let i = 0; i < turns; i++) x = Math.sqrt(x + 1);
  store<i32>(place, load<i32>(place) + 1);
  return x;
}

export function trap(bad: i32): void {
  if (bad) unreachable();
}

/** Comes back only on the caller's thread. */
export function hang(thread: i32, turns: i32): f64 {
  while (thread > 0) {}
  let x: f64 = 1;
  for (let i = 0; i < turns; i++) x = Math.sqrt(x + 1);
  return x;
}
`;

export interface CrewKernel {
  rootRange(from: number, to: number, data: number, sums: number): number;
  slow(turns: number, place: number): number;
  trap(bad: number): void;
  hang(thread: number, turns: number): number;
}

export async function crewKernel(): Promise<WasmSource> {
  const { error, stderr, binary } = await asc.compileString(SOURCE, {
    optimizeLevel: 3,
    runtime: "stub",
    importMemory: true,
    memoryBase: 1024,
  });
  if (error || !binary) throw new Error(stderr.toString());
  const base = Buffer.from(binary).toString("base64");
  return { hash: "crew-kernel", base, relaxed: base };
}

/** Between the places of two threads. */
export const THREAD_BYTES = 16;
/** Some 0.2 ms: long enough for a waiting thread to take the next item. */
export const LONG_TURNS = 20_000;

/** Runs slow items until every thread has done one, as threads take tens of milliseconds to start; gives how many each has done. */
export async function untilAllWork(arena: Arena<CrewKernel>, width: number): Promise<readonly number[]> {
  const counts = arena.allocate(THREAD_BYTES * width);
  const items = Array.from({ length: 4 * width }, () => [LONG_TURNS, counts]);
  const countOf = (): number[] =>
    Array.from({ length: width }, (_, thread) => arena.i32(counts + THREAD_BYTES * thread, 1)[0]!);
  for (let tries = 0; tries < 2000 && countOf().includes(0); tries++) {
    arena.work.run("slow", items, [0, THREAD_BYTES]);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return countOf();
}
