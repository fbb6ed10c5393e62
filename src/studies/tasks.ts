// The pieces of work that may be handed to another thread, by name: a worker finds here what a message asks for.

import { InputError, type Task } from "../base/index.js";
import { knownWordsHint } from "./nearest.js";

/** A task whose input and output are known only to itself. */
export type AnyTask = Task<unknown, unknown>;

/** Collects tasks under their names. @throws InputError when two have the same. */
export function taskTable(...lists: readonly (readonly AnyTask[])[]): ReadonlyMap<string, AnyTask> {
  const table = new Map<string, AnyTask>();
  for (const task of lists.flat()) {
    if (table.has(task.name))
      throw new InputError(`two tasks are called ${task.name}`, "rename one of them", { name: task.name });
    table.set(task.name, task);
  }
  return table;
}

/** @throws InputError for a name that is not in the table. */
export function taskNamed(table: ReadonlyMap<string, AnyTask>, name: string): AnyTask {
  const task = table.get(name);
  if (task) return task;
  throw new InputError(`no thread knows a task ${name}`, knownWordsHint(name, [...table.keys()]), { name });
}
