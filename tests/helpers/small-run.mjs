// A run of a small artificial study in a run directory, as a process that a test can kill: node small-run.mjs DIST FOLDER THREADS.
// 24 pieces of a few milliseconds on worker threads; the report goes to FOLDER/report.json.

import { pathToFileURL } from "node:url";

const [dist, folder, threads] = process.argv.slice(2);
const { openRunDirectory, makeWorkerPool } = await import(pathToFileURL(`${dist}/host/index.js`).href);
const { runStudy } = await import(pathToFileURL(`${dist}/studies/index.js`).href);

const PIECES = 24;
const square = { name: "square", run: () => Promise.reject(new Error("belongs on a worker")) };
const study = {
  name: "squares",
  version: 1,
  async run({ delayMs }, { pool, store }) {
    const values = [];
    const missing = [];
    for (let i = 0; i < PIECES; i++) {
      values[i] = await store.get(`piece ${i}`);
      if (values[i] === undefined) missing.push(i);
    }
    process.stderr.write(`missing ${missing.length}\n`);
    await pool.run(
      square,
      missing.map((i) => ({ x: Float64Array.of(i / 3, Math.sqrt(i)), delayMs })),
      async (output, index) => {
        await store.put(`piece ${missing[index]}`, output);
        values[missing[index]] = output;
        process.stderr.write("kept one\n");
      },
    );
    return { data: { values: values.map((value) => [...value]) }, notes: [], converged: true };
  },
};

const pool = makeWorkerPool({ threads: Number(threads), taskModules: [new URL("./pool-tasks.mjs", import.meta.url)] });
const parameters = { delayMs: 15 };
const identity = { schema: "phonion/squares", version: 1, software: "test", kernels: "none", parameters };
const directory = await openRunDirectory(folder, identity, { drawSeed: () => 11 });
const settings = { pool, store: directory.store, seed: directory.seed, readInput: () => Promise.reject(new Error("no inputs")) };
const { report } = await runStudy({ study, parameters }, { software: "test", kernels: "none", at: "" }, settings);
await directory.write("report.json", JSON.stringify(report));
await directory.close();
await pool.close();
