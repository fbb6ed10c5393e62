import { beforeAll, describe, expect, it } from "vitest";
import { type Crew, InputError, NumericError, ResourceError, soloCrew } from "../../../src/base/index.js";
import { type CrewOptions, crewKeeper, makeCrew, makeWorkerPool } from "../../../src/host/index.js";
import { Arena, compiled, type WasmSource } from "../../../src/kernels/index.js";
import { built } from "../../helpers/built.js";
import { type CrewKernel, crewKernel, LONG_TURNS, THREAD_BYTES, untilAllWork } from "../../helpers/crew-kernel.js";

let source: WasmSource;
beforeAll(async () => {
  source = await crewKernel();
});

const workerUrl = built("host/crew-worker.js");

async function withCrew<T>(
  width: number,
  use: (arena: Arena<CrewKernel>, crew: Crew) => T,
  options: CrewOptions = {},
): Promise<T> {
  const crew = makeCrew(width, { workerUrl, ...options });
  try {
    return await use(new Arena<CrewKernel>(source, "base", crew), crew);
  } finally {
    crew.dispose();
  }
}

describe("a crew", () => {
  const n = 10_000;
  const chunks = 16;
  const rangesOf = (data: number, sums: number): number[][] =>
    Array.from({ length: chunks }, (_, c) => [(c * n) / chunks, ((c + 1) * n) / chunks, data, sums]);

  it("does every item once, with the same bits for 1, 2 and 3 threads", async () => {
    for (const width of [1, 2, 3]) {
      await withCrew(width, async (arena) => {
        await untilAllWork(arena, width);
        const data = arena.allocateF64(n);
        const sums = arena.allocateF64(2 * width);
        for (let round = 0; round < 10; round++) {
          arena.f64(sums, 2 * width).fill(0);
          arena.f64(data, n).set(Float64Array.from({ length: n }, (_, i) => i + round));
          const results = arena.work.run("rootRange", rangesOf(data, sums), [0, 0, 0, THREAD_BYTES]);
          expect(Array.from(results)).toEqual(Array.from({ length: chunks }, () => n / chunks));
          const roots = Float64Array.from({ length: n }, (_, i) => Math.sqrt(i + round));
          expect(arena.f64(data, n).every((root, i) => root === roots[i])).toBe(true); // a root twice, or none, would differ
          const total = arena.f64(sums, 2 * width).reduce((sum, value) => sum + value, 0);
          expect(total).toBe(roots.reduce((sum, root) => sum + Math.round(root), 0)); // whole numbers add exactly
        }
      });
    }
  });

  it("lets every thread take part, asleep or awake", async () => {
    for (const spinTurns of [0, 20_000]) {
      const counts = await withCrew(2, (arena) => untilAllWork(arena, 2), { spinTurns });
      expect(Math.min(...counts)).toBeGreaterThan(0);
    }
  });

  it("does not wait for threads that have not started", async () => {
    await withCrew(2, (arena) => {
      const counts = arena.allocate(2 * THREAD_BYTES);
      const results = arena.work.run("slow", [[40, counts]], [0, THREAD_BYTES]); // before any turn of the event loop
      expect(results[0]).toBeCloseTo((1 + Math.sqrt(5)) / 2, 12); // √(1 + x) has its fixed point at the golden ratio
    });
  });

  it("takes more items than fit into one round, and none", async () => {
    await withCrew(2, (arena) => {
      const counts = arena.allocate(2 * THREAD_BYTES);
      const items = Array.from({ length: 2500 }, (_, i) => [i % 2, counts]);
      const results = arena.work.run("slow", items, [0, THREAD_BYTES]);
      expect(Array.from(results)).toEqual(items.map(([turns]) => (turns ? Math.SQRT2 : 1)));
      const done = arena.i32(counts, 1)[0]! + arena.i32(counts + THREAD_BYTES, 1)[0]!;
      expect(done).toBe(2500);
      expect(arena.work.run("slow", [])).toHaveLength(0);
    });
  });

  it("keeps several modules apart, sees memory grow, and forgets a module that has ended", async () => {
    await withCrew(2, async (first, crew) => {
      const second = new Arena<CrewKernel>(source, "base", crew);
      await untilAllWork(first, 2);
      for (const [arena, value] of [
        [first, 4],
        [second, 9],
        [first, 16],
      ] as const) {
        const grown = arena.allocateF64(300_000); // 2.4 MB: more than the pages so far
        const sums = arena.allocate(2 * THREAD_BYTES);
        arena.f64(grown, n).fill(value);
        arena.work.run("rootRange", rangesOf(grown, sums), [0, 0, 0, THREAD_BYTES]);
        expect(new Set(arena.f64(grown, n))).toEqual(new Set([Math.sqrt(value)]));
      }
      second.work.end();
      expect((await untilAllWork(first, 2)).length).toBe(2);
    });
  });

  it("throws when a call fails, on whichever thread, and goes on afterwards", async () => {
    for (const width of [1, 2]) {
      await withCrew(width, async (arena) => {
        await untilAllWork(arena, width);
        const items = Array.from({ length: 8 }, (_, i) => [i === 5 ? 1 : 0]);
        const run = () => arena.work.run("trap", items);
        if (width === 1) expect(run).toThrow(/unreachable/);
        else expect(run).toThrow(NumericError);
        expect(Math.min(...(await untilAllWork(arena, width)))).toBeGreaterThan(0);
      });
    }
  });

  it("gives up on a thread that does not come back, and can then no longer run", async () => {
    await withCrew(
      2,
      async (arena) => {
        await untilAllWork(arena, 2);
        const items = Array.from({ length: 64 }, () => [0, LONG_TURNS]);
        const untilTaken = (): void => {
          for (let run = 0; run < 1000; run++) arena.work.run("hang", items, [1, 0]);
        };
        expect(untilTaken).toThrow(/not answered for 0.2 s/);
        expect(() => arena.work.run("slow", [[1, 0]])).toThrow(ResourceError);
      },
      { patienceMs: 200 },
    );
  });

  it("cannot run after it was disposed", async () => {
    const crew = makeCrew(2, { workerUrl });
    const arena = new Arena<CrewKernel>(source, "base", crew);
    crew.dispose();
    crew.dispose();
    expect(() => arena.work.run("trap", [[0]])).toThrow(/disposed/);
  });

  it("says that its threads could not start", async () => {
    const crew = makeCrew(2, { workerUrl: new URL("./no-such-file.js", import.meta.url) });
    const arena = new Arena<CrewKernel>(source, "base", crew);
    await expect
      .poll(() => {
        try {
          return arena.work.run("trap", [[0]]).length;
        } catch (error) {
          return error;
        }
      })
      .toBeInstanceOf(ResourceError);
  });

  it("of one is this thread; a width that is no whole number of at least 1 is refused", () => {
    expect(makeCrew(1)).toBe(soloCrew);
    for (const width of [0, -1, 1.5, Number.NaN]) expect(() => makeCrew(width)).toThrow(InputError);
  });

  it("is kept for the next who asks, until it is disposed", () => {
    const crewOf = crewKeeper({ workerUrl });
    const two = crewOf(2);
    expect(crewOf(2)).toBe(two);
    expect(crewOf(1)).toBe(soloCrew);
    two.dispose();
    const again = crewOf(2);
    expect(again).not.toBe(two);
    again.dispose();
  });

  it("comes with the options of a task in a worker thread", async () => {
    const taskModules = [new URL("../../helpers/pool-tasks.mjs", import.meta.url)];
    const pool = makeWorkerPool({ threads: 1, taskModules, workerUrl: built("host/worker.js") });
    const task = { name: "crewed", run: () => Promise.reject(new Error("not on this thread")) };
    const modules = { module: compiled(source, "base", 100), threads: 2 };
    const counts: number[][] = [];
    await pool.run(task, [modules, modules], (output) => void counts.push(output as number[]));
    await pool.close();
    for (const each of counts) expect(Math.min(...each)).toBeGreaterThan(0);
  });
});
