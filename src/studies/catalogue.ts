// What this build can do: the one place where a new study, and a new task that runs on other threads, is entered.

import { concertedStudy } from "./concerted.js";
import { exciteModes } from "./excite-modes.js";
import { spectrumTask } from "./excite-spectrum.js";
import { someModesTask } from "./excite-stage.js";
import { molecularDynamics } from "./md-dynamics.js";
import { segmentTask } from "./md-segment.js";
import { mediumDiffusion } from "./medium-diffusion.js";
import { mediumDissipation, trackTask } from "./medium-dissipation.js";
import { mediumKernel, recoilTask, vibrationTask } from "./medium-kernel.js";
import { mediumReflection, throwTask } from "./medium-reflection.js";
import { mediumScan } from "./medium-scan.js";
import { walkPieceTask } from "./medium-walks.js";
import { modalDiffusionStudy } from "./modal-diffusion.js";
import { referenceModesTask } from "./modal-diffusion-system.js";
import { modalHops } from "./modal-hops.js";
import { configurationTask } from "./modal-hops-configurations.js";
import { fullHopTask } from "./modal-hops-example.js";
import { hopTask } from "./modal-hops-hop.js";
import { oneCrystal } from "./one-crystal.js";
import type { AnyStudy } from "./registry.js";
import { relaxTask } from "./relax-task.js";
import { spaceGroupTask } from "./space-group-task.js";
import type { AnyTask } from "./tasks.js";

export const studies: readonly AnyStudy[] = [
  modalHops,
  exciteModes,
  modalDiffusionStudy,
  mediumKernel,
  mediumReflection,
  mediumDissipation,
  mediumDiffusion,
  mediumScan,
  molecularDynamics,
  concertedStudy,
  oneCrystal,
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
  someModesTask,
  spectrumTask,
  referenceModesTask,
] as unknown as readonly AnyTask[];
