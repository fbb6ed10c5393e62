import { describe, expect, it } from "vitest";
import { InputError, inlinePool, type Progress, type Task, type TaskPool } from "../../../src/base/index.js";
import {
  type Chain,
  memoryStore,
  type RunStore,
  runChains,
  runPieces,
  type StudyContext,
} from "../../../src/studies/index.js";

/** x → x² + c in exact integers: each piece depends on the one before, so a skipped or repeated one changes all that follow. */
const square: Task<{ x: number; c: number }, number> = {
  name: "square",
  run: async ({ x, c }) => (x * x + c) % 1_000_003,
};
const failsAt = (bad: number): Task<{ x: number; c: number }, number> => ({
  name: "fails",
  run: async ({ x, c }, options) => {
    if (c === bad) throw new Error("no further");
    return square.run({ x, c }, options);
  },
});

const chainOf = (c: number, count = 6): Chain<{ x: number; c: number }, number> => ({
  key: (k) => `chain-${c}/${k}`,
  first: { x: c, c },
  count,
  next: (x) => ({ x, c }),
});
const chains = [chainOf(1), chainOf(2, 4), chainOf(3, 1)];
const ends = chains.map(({ first: { x, c }, count }) => {
  let value = x;
  for (let k = 0; k < count; k++) value = (value * value + c) % 1_000_003;
  return value;
});

interface Watched extends StudyContext {
  readonly read: string[];
  readonly computed: number[];
}

function contextOf(
  store: RunStore,
  options: { signal?: AbortSignal; onProgress?: (p: Progress) => void } = {},
): Watched {
  const read: string[] = [];
  const computed: number[] = [];
  const pool: TaskPool = {
    width: 1,
    run(task, inputs, onResult, runOptions) {
      computed.push(inputs.length);
      return inlinePool.run(task, inputs, onResult, runOptions);
    },
  };
  return {
    read,
    computed,
    pool,
    store: {
      put: (key, value) => store.put(key, value),
      get: (key) => {
        read.push(key);
        return store.get(key);
      },
    },
    seed: 1,
    readInput: () => Promise.reject(new Error("no files here")),
    ...options,
  };
}

describe("chains of pieces", () => {
  it("give the last output of each chain and store every piece", async () => {
    const store = memoryStore();
    expect(await runChains(contextOf(store), "squaring", { task: square, chains })).toEqual(ends);
    for (const { key, count } of chains)
      for (let k = 0; k < count; k++) expect(await store.get(key(k))).toBeTypeOf("number");
    expect(await store.get("chain-1/6")).toBeUndefined();
  });

  it("advance side by side: a chain does not wait for the one before it to end", async () => {
    const order: number[] = [];
    const onPiece = (_: number, chain: number): void => void order.push(chain);
    await runChains(contextOf(memoryStore()), "squaring", { task: square, chains: [chainOf(1), chainOf(2)], onPiece });
    expect(order.indexOf(1)).toBeLessThan(order.lastIndexOf(0));
  });

  it("go on from the last stored piece, reading log₂ of the stored ones, to the same numbers", async () => {
    const whole = memoryStore();
    const long = chainOf(5, 1000);
    const [end] = await runChains(contextOf(whole), "squaring", { task: square, chains: [long] });
    for (const kept of [0, 1, 617, 999, 1000]) {
      const store = memoryStore();
      for (let k = 0; k < kept; k++) await store.put(long.key(k), await whole.get(long.key(k)));
      const context = contextOf(store);
      expect(await runChains(context, "squaring", { task: square, chains: [long] })).toEqual([end]);
      expect(context.computed).toHaveLength(1000 - kept);
      expect(context.read.length).toBeLessThanOrEqual(11); // the last one, then bisection of 999
    }
  });

  it("hand over all outputs in order, those stored by an earlier run too", async () => {
    const outputsOf = async (store: RunStore): Promise<number[]> => {
      const outputs: number[] = [];
      await runChains(contextOf(store), "squaring", {
        task: square,
        chains: [chainOf(4)],
        onPiece: async (output, chain, k) => {
          expect([chain, k]).toEqual([0, outputs.length]);
          await Promise.resolve();
          outputs.push(output);
        },
      });
      return outputs;
    };
    const store = memoryStore();
    const fresh = await outputsOf(store);
    expect(fresh).toHaveLength(6);
    expect(await outputsOf(store)).toEqual(fresh);
  });

  it("count the pieces of all chains as progress, stored ones as done", async () => {
    const store = memoryStore();
    await runChains(contextOf(store), "squaring", { task: square, chains: [chainOf(1, 3)] });
    const seen: number[] = [];
    const onProgress = ({ done, total }: Progress): void => {
      expect(total).toBe(11);
      seen.push(done);
    };
    await runChains(contextOf(store, { onProgress }), "squaring", { task: square, chains });
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(11);
    expect(seen).toContain(3);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it("stop together at the first error, keep what is stored, and go on from there", async () => {
    const store = memoryStore();
    const failing = runChains(contextOf(store), "squaring", {
      task: failsAt(2),
      chains: [chainOf(1, 500), chainOf(2)],
    });
    await expect(failing).rejects.toThrow("no further");
    expect(await store.get("chain-1/499")).toBeUndefined();
    expect(await runChains(contextOf(store), "squaring", { task: square, chains })).toEqual(ends);
  });

  it("stop at an abort with the signal's own reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const context = contextOf(memoryStore(), { signal: controller.signal });
    const onPiece = (_: number, __: number, k: number): void => {
      if (k === 2) controller.abort(reason);
    };
    await expect(runChains(context, "squaring", { task: square, chains, onPiece })).rejects.toBe(reason);
    expect(context.computed.length).toBeLessThan(11);
    const before = contextOf(memoryStore(), { signal: AbortSignal.abort(reason) });
    await expect(runChains(before, "squaring", { task: square, chains })).rejects.toBe(reason);
    expect(before.computed).toEqual([]);
  });

  it("refuse to have no pieces", async () => {
    for (const count of [0, -1, 1.5]) {
      const running = runChains(contextOf(memoryStore()), "squaring", { task: square, chains: [chainOf(1, count)] });
      await expect(running).rejects.toBeInstanceOf(InputError);
    }
    expect(await runChains(contextOf(memoryStore()), "squaring", { task: square, chains: [] })).toEqual([]);
  });
});

describe("independent pieces", () => {
  it("come back in their own order, stored ones are not computed again", async () => {
    const store = memoryStore();
    const pieces = [3, 4, 5].map((x) => ({ key: `piece-${x}`, input: { x, c: 0 } }));
    await store.put("piece-4", 16);
    const context = contextOf(store);
    expect(await runPieces(context, "squaring", { task: square, pieces })).toEqual([9, 16, 25]);
    expect(context.computed).toEqual([2]);
  });
});
