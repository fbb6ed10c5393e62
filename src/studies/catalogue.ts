// What this build can do: the one place where a new study, and a new task that runs on other threads, is entered.

import { segmentTask } from "./md-segment.js";
import { mediumDiffusion } from "./medium-diffusion.js";
import { mediumDissipation, trackTask } from "./medium-dissipation.js";
import { mediumKernel, recoilTask, vibrationTask } from "./medium-kernel.js";
import { mediumReflection, throwTask } from "./medium-reflection.js";
import { mediumScan } from "./medium-scan.js";
import { walkPieceTask } from "./medium-walks.js";
import { modalHops } from "./modal-hops.js";
import { configurationTask } from "./modal-hops-configurations.js";
import { fullHopTask } from "./modal-hops-example.js";
import { hopTask } from "./modal-hops-hop.js";
import type { AnyStudy } from "./registry.js";
import { relaxTask } from "./relax-task.js";
import { spaceGroupTask } from "./space-group-task.js";
import type { AnyTask } from "./tasks.js";

export const studies: readonly AnyStudy[] = [
  modalHops,
  mediumKernel,
  mediumReflection,
  mediumDissipation,
  mediumDiffusion,
  mediumScan,
] as unknown as readonly AnyStudy[];

export const tasks: readonly AnyTask[] = [
  relaxTask,
  spaceGroupTask,
  configurationTask,
  hopTask,
  fullHopTask,
  recoilTask,
  vibrationTask,
  throwTask,
  trackTask,
  walkPieceTask,
  segmentTask,
] as unknown as readonly AnyTask[];
