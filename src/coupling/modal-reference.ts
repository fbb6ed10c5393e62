// Which modes apply when, and the frequency bins in which the modes of different configurations are compared.

import { type F64, InputError } from "../base/index.js";
import type { Modes } from "../modes/index.js";

/** Modes below this are unstable, THz; translations, zero within rounding, stand above it. */
const BELOW_ZERO_THZ = -1e-3;

/** Which modes belong to the step from frame `frameIndex` to the next one, atoms in the trajectory's order. */
export interface ReferenceAt {
  modesFor(frameIndex: number): Modes;
}

/** From frame `fromFrame` on these modes apply. */
export interface ReferenceSegment {
  readonly fromFrame: number;
  readonly modes: Modes;
}

/** A reference from a list of segments, ascending, the first at frame 0. */
export function referenceFrom(segments: readonly ReferenceSegment[]): ReferenceAt {
  if (
    segments[0]?.fromFrame !== 0 ||
    segments.some(({ fromFrame }, k) => k > 0 && !(fromFrame > segments[k - 1]!.fromFrame))
  ) {
    throw new InputError(
      `segments begin at frames ${segments.map(({ fromFrame }) => fromFrame).join(", ")}`,
      "the first begins at 0, each later one after the one before",
    );
  }
  return {
    modesFor(frameIndex) {
      let [low, high] = [0, segments.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (segments[middle]!.fromFrame <= frameIndex) low = middle;
        else high = middle - 1;
      }
      return segments[low]!.modes;
    },
  };
}

/** Edges of bins `binThz` (default 0.5) wide up to `topThz` (default: the highest frequency); the first bin is open below, the last above. */
export function binEdges(
  modes: Modes,
  { binThz = 0.5, topThz }: { readonly binThz?: number; readonly topThz?: number },
): Float64Array {
  const top = topThz ?? Math.max(...modes.frequencies);
  if (!(binThz > 0 && top > 0)) {
    throw new InputError(`bins of ${binThz} THz up to ${top} THz`, "give a positive width and top");
  }
  const whole = Math.ceil(top / binThz - 1e-9);
  const inner = Array.from({ length: whole }, (_, k) => (k + 1) * binThz);
  return Float64Array.of(Number.NEGATIVE_INFINITY, BELOW_ZERO_THZ, ...inner, Number.POSITIVE_INFINITY);
}

/** Edges are lower bounds: edges[bin] ≤ frequency < edges[bin + 1]. */
export function binOf(edges: F64, frequency: number): number {
  let bin = 0;
  while (frequency >= edges[bin + 1]!) bin++;
  return bin;
}
