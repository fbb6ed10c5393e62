// Tasks for the tests of the worker pool: plain JavaScript, so that a worker can import it as it stands.

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const square = {
  name: "square",
  async run({ x, delayMs = 0 }) {
    await pause(delayMs);
    return Float64Array.from(x, (value) => value * value);
  },
};

const patient = {
  name: "patient",
  async run({ started }, { signal, onProgress }) {
    Atomics.add(new Int32Array(started), 0, 1);
    for (let i = 0; i < 1000; i++) {
      signal.throwIfAborted();
      onProgress({ stage: "waiting", done: i, watch: { i } });
      await pause(5);
    }
    return "finished";
  },
};

/** Never looks at its signal. */
const deaf = {
  name: "deaf",
  async run() {
    for (;;) await pause(1000);
  },
};

const failing = {
  name: "failing",
  async run({ kind }) {
    if (kind === "exit") process.exit(7);
    if (kind === "throw") throw new TypeError("a plain error");
    if (kind === "unclonable") return () => 1;
    if (kind === "memory") {
      const hoard = [];
      for (;;) hoard.push(new Array(1e5).fill({}).map((_, i) => ({ i })));
    }
    const error = new Error("atoms 3 and 4 overlap");
    throw error;
  },
};

/** How many slow items each thread of a crew has done, once all have done some. */
const crewed = {
  name: "crewed",
  async run({ module, threads }, { crew }) {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 100, shared: true });
    const env = { memory, abort: () => undefined };
    const { exports } = new WebAssembly.Instance(module, { env, Math });
    const work = crew(threads).share({ module, memory }, exports);
    const counts = () => Array.from({ length: threads }, (_, i) => new Int32Array(memory.buffer, 65536 + 16 * i, 1)[0]);
    for (let tries = 0; tries < 2000 && counts().includes(0); tries++) {
      const items = Array.from({ length: 4 * threads }, () => [20_000, 65536]);
      work.run("slow", items, [0, 16]);
      await pause(1);
    }
    work.end();
    return counts();
  },
};

export const tasks = [crewed, square, patient, deaf, failing];
