// Progress on stderr. On a terminal one line that is rewritten; elsewhere a plain line every few seconds, so that a batch
// system's log stays readable. Rate and time left come from the present stage alone.

import type { Progress } from "../base/index.js";

export interface ProgressOptions {
  /** Whether the stream is a terminal that can rewrite its line. */
  readonly rewrite: boolean;
  /** Characters per line. Default 80. */
  readonly columns?: number;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
  /** Between plain lines, ms. Default 5000. */
  readonly everyMs?: number;
}

const REWRITE_EVERY_MS = 100;
/** A stage that is over sooner has nothing to say in a log. */
const FIRST_LINE_MS = 1000;

export class ProgressLine {
  #stage = "";
  #startedMs = 0;
  #startedAt = 0;
  #shownMs = Number.NEGATIVE_INFINITY;
  #visible = false;

  constructor(
    private readonly write: (text: string) => void,
    private readonly options: ProgressOptions,
  ) {}

  update(progress: Progress): void {
    const now = this.options.now();
    if (progress.stage !== this.#stage) this.#begin(progress, now);
    const every = this.options.rewrite ? REWRITE_EVERY_MS : (this.options.everyMs ?? 5000);
    const first =
      this.#shownMs === Number.NEGATIVE_INFINITY && now - this.#startedMs >= (this.options.rewrite ? 0 : FIRST_LINE_MS);
    const complete = progress.total !== undefined && progress.done >= progress.total;
    const worthAnEnd = this.options.rewrite || now - this.#startedMs >= FIRST_LINE_MS;
    const due = this.#shownMs !== Number.NEGATIVE_INFINITY && now - this.#shownMs >= every;
    if (!first && !due && !(complete && worthAnEnd)) return;
    this.#shownMs = now;
    this.#show(formatProgress(progress, (now - this.#startedMs) / 1000, progress.done - this.#startedAt));
  }

  /** Makes room for other output. */
  clear(): void {
    if (this.#visible) this.write("\r\x1b[2K");
    this.#visible = false;
  }

  #begin(progress: Progress, now: number): void {
    this.clear();
    this.#stage = progress.stage;
    this.#startedMs = now;
    this.#startedAt = progress.done;
    this.#shownMs = Number.NEGATIVE_INFINITY;
  }

  #show(text: string): void {
    if (!this.options.rewrite) {
      this.write(`${text}\n`);
      return;
    }
    this.write(`\r\x1b[2K${text.slice(0, (this.options.columns ?? 80) - 1)}`);
    this.#visible = true;
  }
}

/** "relaxing  12/36  33 %  4.1/s  6 s left  maxForce 0.0312" */
export function formatProgress({ stage, done, total, watch }: Progress, seconds: number, doneSince: number): string {
  const parts = [stage, total === undefined ? String(done) : `${done}/${total}`];
  if (total) parts.push(`${Math.floor((100 * done) / total)} %`);
  const rate = seconds > 0 ? doneSince / seconds : 0;
  if (rate > 0 && seconds >= 0.5) {
    parts.push(formatRate(rate));
    if (total !== undefined && done < total) parts.push(`${formatDuration((total - done) / rate)} left`);
  }
  for (const [name, value] of Object.entries(watch ?? {})) parts.push(`${name} ${Number(value.toPrecision(4))}`);
  return parts.join("  ");
}

const formatRate = (perSecond: number): string =>
  perSecond >= 0.5
    ? `${perSecond.toPrecision(2)}/s`
    : perSecond >= 1 / 120
      ? `${(perSecond * 60).toPrecision(2)}/min`
      : `${(perSecond * 3600).toPrecision(2)}/h`;

/** "8 s", "3 min 20 s", "2 h 05 min" */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}
