// A worker thread: knows every task by name, does one piece at a time, answers abort messages between a task's ticks.

import { parentPort, workerData } from "node:worker_threads";
import { errorToData } from "../base/index.js";
import { type AnyTask, taskNamed, tasks, taskTable } from "../studies/index.js";
import { crewKeeper } from "./crew.js";
import type { FromWorker, ToWorker, WorkerSetup } from "./protocol.js";
import { loadSymmetryHere } from "./symmetry.js";

const port = parentPort;
if (!port) throw new Error("worker.js is started by the pool, not by hand");

const send = (message: FromWorker): void => port.postMessage(message);

async function prepare(): Promise<ReadonlyMap<string, AnyTask>> {
  const { taskModules } = workerData as WorkerSetup;
  const modules = await Promise.all(
    taskModules.map((url) => import(url) as Promise<{ readonly tasks: readonly AnyTask[] }>),
  );
  await loadSymmetryHere();
  return taskTable(tasks, ...modules.map((module) => module.tasks));
}

const prepared = prepare();
prepared.catch(() => undefined); // whoever asks for a piece is told
const crew = crewKeeper(); // threads start when a task asks for them
const running = new Map<number, AbortController>();

async function run(id: number, name: string, input: unknown): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const task = taskNamed(await prepared, name);
    const output = await task.run(input, {
      signal: controller.signal,
      crew,
      onProgress: (progress) => send({ type: "progress", id, progress }),
    });
    send({ type: "result", id, output });
  } catch (error) {
    send({ type: "error", id, error: errorToData(error) });
  } finally {
    running.delete(id);
  }
}

port.on("message", (message: ToWorker) => {
  if (message.type === "run") void run(message.id, message.task, message.input);
  else running.get(message.id)?.abort(new Error("aborted"));
});
send({ type: "ready" });
