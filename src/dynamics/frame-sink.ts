// Where a run puts its frames: memory, a file, an analysis.

import type { Frame } from "./trajectory.js";

export interface FrameSink {
  /** Takes one frame; it must copy what it keeps, because the buffers move on with the run. */
  write(frame: Frame): void | Promise<void>;
}
