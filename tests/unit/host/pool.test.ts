import { afterAll, describe, expect, it } from "vitest";
import { CapabilityError, InputError, inlinePool, type Task } from "../../../src/base/index.js";
import { makeWorkerPool, type PoolOptions } from "../../../src/host/index.js";
import { built } from "../../helpers/built.js";

const taskModules = [new URL("../../helpers/pool-tasks.mjs", import.meta.url)];
const pools: { close(): Promise<void> }[] = [];
const pool = (options: PoolOptions = {}) => {
  const made = makeWorkerPool({ taskModules, workerUrl: built("host/worker.js"), ...options });
  pools.push(made);
  return made;
};
afterAll(() => Promise.all(pools.map((made) => made.close())));

/** A task by name alone: the worker has the code. */
const named = <I, O>(name: string): Task<I, O> => ({
  name,
  run: () => Promise.reject(new Error("not on this thread")),
});
const square: Task<{ x: Float64Array; delayMs?: number }, Float64Array> = {
  name: "square",
  run: async ({ x }) => x.map((value) => value * value),
};

async function collect<I, O>(on: { run: typeof inlinePool.run }, task: Task<I, O>, inputs: readonly I[]): Promise<O[]> {
  const results: O[] = [];
  await on.run(task, inputs, (output, index) => void (results[index] = output));
  return results;
}

describe("a pool of worker threads", () => {
  const inputs = Array.from({ length: 7 }, (_, i) => ({
    x: Float64Array.of(i, i + 0.1, Math.PI * i),
    delayMs: (7 - i) * 3,
  }));

  it("gives the same results for any width, and the same as on this thread", async () => {
    const here = await collect(inlinePool, square, inputs);
    for (const threads of [1, 2]) {
      const there = await collect(pool({ threads }), square, inputs);
      expect(there).toEqual(here); // bit for bit: typed arrays are copied, not printed
      expect(there[0]).toBeInstanceOf(Float64Array);
    }
  });

  it("keeps its threads for the next run and gives the same results to two runs at once", async () => {
    const two = pool({ threads: 2 });
    const [first, second] = await Promise.all([collect(two, square, inputs), collect(two, square, inputs)]);
    expect(first).toEqual(second);
    expect(two.width).toBe(2);
  });

  it("counts finished pieces as progress", async () => {
    const seen: number[] = [];
    await pool({ threads: 2 }).run(square, inputs, () => undefined, {
      onProgress: ({ done, total }) => void (total === 7 && seen.push(done)),
    });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("waits for a result to be kept before it gives that thread more", async () => {
    let keeping = 0;
    let most = 0;
    await pool({ threads: 2 }).run(square, inputs, async () => {
      most = Math.max(most, ++keeping);
      await new Promise((resolve) => setTimeout(resolve, 10));
      keeping--;
    });
    expect(most).toBeLessThanOrEqual(2);
  });

  it("lets runs at the same time take turns: a short one is not kept waiting for a long one", async () => {
    const ended: string[] = [];
    const one = pool({ threads: 1 });
    const keep = (name: string) => (_: unknown, index: number) => void ended.push(`${name}${index}`);
    const pieces = inputs.map(({ x }) => ({ x }));
    await Promise.all([
      one.run(square, pieces.slice(0, 4), keep("long")),
      one.run(square, pieces.slice(0, 2), keep("short")),
    ]);
    // the long one had begun before the short one came, and then stood before it in the line
    expect(ended).toEqual(["long0", "long1", "short0", "long2", "short1", "long3"]);
  });

  it("advances chains of runs side by side", async () => {
    // On one thread the turns do not depend on the clock.
    const one = pool({ threads: 1 });
    const order: number[] = [];
    const chain = async (which: number) => {
      for (let k = 0; k < 3; k++) {
        await collect(one, square, [{ x: Float64Array.of(k) }]);
        order.push(which);
      }
    };
    await Promise.all([0, 1, 2, 3].map(chain));
    expect(order).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
  });

  it("lets keeping a result wait for another run, even on one thread", async () => {
    const one = pool({ threads: 1 });
    const seen: number[] = [];
    await one.run(square, inputs.slice(0, 2), async ([first]) => {
      const [again] = await collect(one, square, [{ x: Float64Array.of(first! + 2) }]);
      seen.push(again![0]!);
    });
    expect(seen).toEqual([4, 9]); // (0² + 2)², (1² + 2)²
  });

  it("ends only the run in which a piece fails or that is aborted", async () => {
    const two = pool({ threads: 2 });
    const controller = new AbortController();
    const reason = new Error("enough");
    const started = new SharedArrayBuffer(4);
    const patient = two.run(named("patient"), [{ started }], () => undefined, {
      signal: controller.signal,
      onProgress: ({ watch }) => void (watch && controller.abort(reason)),
    });
    const failing = two.run(named("failing"), [{ kind: "throw" }, { kind: "throw" }], () => undefined);
    const good = collect(two, square, inputs);
    const ends = await Promise.allSettled([patient, failing]);
    expect(ends[0]).toMatchObject({ reason });
    expect(ends[1]).toMatchObject({ reason: { message: "a plain error" } });
    expect(await good).toEqual(await collect(inlinePool, square, inputs));
  });

  it("ends a run that waits for a thread as soon as its signal says so", async () => {
    const one = pool({ threads: 1 });
    const controller = new AbortController();
    const busy = collect(one, square, [{ x: Float64Array.of(2), delayMs: 200 }]);
    const begun = performance.now();
    const waiting = one.run(square, inputs, () => undefined, { signal: controller.signal });
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    const waited = performance.now() - begun;
    expect((await busy)[0]).toEqual(Float64Array.of(4));
    expect(waited).toBeLessThan(performance.now() - begun); // it did not wait for the thread
  });

  it("ends the runs under way when it is closed", async () => {
    const one = pool({ threads: 1 });
    const runs = [0, 1].map(() => one.run(named("deaf"), [{}], () => undefined));
    const ended = Promise.allSettled(runs);
    await one.close();
    for (const end of await ended) expect(end).toMatchObject({ status: "rejected", reason: { code: "input" } });
  });

  it("ends at once when there is nothing to do", async () => {
    await pool({ threads: 1 }).run(square, [], () => expect.unreachable());
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(pool({ threads: 1 }).run(square, inputs, () => undefined, { signal: aborted })).rejects.toThrow(
      "enough",
    );
  });

  it("stops at an abort, with the signal's own reason, and the threads live on", async () => {
    const two = pool({ threads: 2 });
    const controller = new AbortController();
    const started = new SharedArrayBuffer(4);
    const reason = new Error("enough");
    const running = two.run(named("patient"), [{ started }, { started }, { started }], () => undefined, {
      signal: controller.signal,
      onProgress: ({ watch }) => void (watch && controller.abort(reason)),
    });
    await expect(running).rejects.toBe(reason);
    expect(new Int32Array(started)[0]).toBeLessThanOrEqual(2); // the third was never begun
    expect(await collect(two, square, inputs)).toHaveLength(7);
  });

  it("ends a thread that does not answer an abort, and replaces it", async () => {
    const one = pool({ threads: 1, abortGraceMs: 50 });
    const reason = new Error("enough");
    const running = one.run(named("deaf"), [{}], () => undefined, { signal: AbortSignal.timeout(100) });
    await expect(running).rejects.toMatchObject({ name: "TimeoutError" });
    expect(reason).toBeInstanceOf(Error);
    expect(await collect(one, square, inputs)).toHaveLength(7);
  });

  it("passes the error of the first piece that fails, and cancels the rest", async () => {
    const running = pool({ threads: 2 }).run(named("failing"), [{ kind: "throw" }, { kind: "throw" }], () => undefined);
    await expect(running).rejects.toThrow("a plain error");
  });

  it("passes on what keeping a result throws", async () => {
    const running = pool({ threads: 2 }).run(square, inputs, () => {
      throw new CapabilityError("the disk is full", "");
    });
    await expect(running).rejects.toBeInstanceOf(CapabilityError);
  });

  it("says which piece a thread died at, and goes on with a new thread", async () => {
    const one = pool({ threads: 1 });
    const died = one.run(named("failing"), [{ kind: "exit" }], () => undefined);
    await expect(died).rejects.toMatchObject({
      code: "resource",
      message: expect.stringMatching(/code 7.*piece 1 of failing/),
    });
    expect(await collect(one, square, inputs)).toHaveLength(7);
  });

  it("says that a thread ran out of memory, and what helps", async () => {
    const died = pool({ threads: 1, heapMb: 24 }).run(named("failing"), [{ kind: "memory" }], () => undefined);
    await expect(died).rejects.toMatchObject({
      code: "resource",
      message: expect.stringContaining("ran out of memory"),
      hint: expect.stringContaining("--threads"),
    });
  });

  it("says that a result cannot be carried between threads", async () => {
    const running = pool({ threads: 1 }).run(named("failing"), [{ kind: "unclonable" }], () => undefined);
    await expect(running).rejects.toThrow(/could not be cloned/);
  });

  it("refuses a task that no thread knows, naming the nearest", async () => {
    const running = pool({ threads: 1 }).run(named("sqare"), [{}], () => undefined);
    await expect(running).rejects.toMatchObject({ code: "input", hint: expect.stringContaining("square") });
  });

  it("refuses a width that is no whole number of at least 1", () => {
    for (const threads of [0, -1, 1.5, Number.NaN]) expect(() => makeWorkerPool({ threads })).toThrow(InputError);
  });
});
