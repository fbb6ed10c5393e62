// What this build can do: the one place where a new study, and a new task that runs on other threads, is entered.

import { modalHops } from "./modal-hops.js";
import { configurationTask } from "./modal-hops-configurations.js";
import { fullHopTask } from "./modal-hops-example.js";
import { hopTask } from "./modal-hops-hop.js";
import type { AnyStudy } from "./registry.js";
import { relaxTask } from "./relax-task.js";
import type { AnyTask } from "./tasks.js";

export const studies: readonly AnyStudy[] = [modalHops as unknown as AnyStudy];

export const tasks: readonly AnyTask[] = [
  relaxTask,
  configurationTask,
  hopTask,
  fullHopTask,
] as unknown as readonly AnyTask[];
