// Ctrl-C and a batch system's SIGTERM: the first asks the work to stop at its next tick, a later one ends the process.

/** The reason an interrupted signal carries. */
export class Interrupted extends Error {
  constructor(signalName: NodeJS.Signals) {
    super(`stopped by ${signalName}`);
    this.name = "Interrupted";
  }
}

export const CANCELLED_EXIT = 130;

/** One Ctrl-C may arrive twice, from the terminal and handed on by npm or `timeout`: within this they are one. */
const SAME_PRESS_MS = 700;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Stops listening. */
  release(): void;
}

export function listenForInterrupt(onFirst: (name: NodeJS.Signals) => void = () => undefined): Interrupt {
  const controller = new AbortController();
  let firstMs = Number.NEGATIVE_INFINITY;
  const handle = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      firstMs = performance.now();
      onFirst(name);
      controller.abort(new Interrupted(name));
    } else if (performance.now() - firstMs > SAME_PRESS_MS) process.exit(CANCELLED_EXIT);
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    signal: controller.signal,
    release() {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    },
  };
}
