// The only messages between the thread that asks and a worker. Values are plain: what structured cloning carries.

import type { ErrorData, Progress } from "../base/index.js";

/** "do this" or "stop doing it" */
export type ToWorker =
  | { readonly type: "run"; readonly id: number; readonly task: string; readonly input: unknown }
  | { readonly type: "abort"; readonly id: number };

/** progress* → result | error */
export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "progress"; readonly id: number; readonly progress: Progress }
  | { readonly type: "result"; readonly id: number; readonly output: unknown }
  | { readonly type: "error"; readonly id: number; readonly error: ErrorData };

/** What a worker is told when it is made. */
export interface WorkerSetup {
  /** Further ES modules (file URLs) that export `tasks`. */
  readonly taskModules: readonly string[];
}
