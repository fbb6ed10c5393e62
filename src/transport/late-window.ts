// The window of a run too short for its blocks: where the curve is still bent at half a block, lines over later lags of the whole run are
// tried, [f, 0.6 T] with f growing by half each time, and the first is taken about which the points scatter no more than the covariance of
// independent walkers allows (walk-covariance.ts; χ² of the generalised fit) and over which the curve really grows: ions bound to their
// places end in a plateau, whose scatter no walk describes and whose slope is chance. The error of the slope is then the model's, not the blocks'.

import { type CurveKind, estimateCurve } from "./diffusion-estimators.js";
import { type FitWindow, windowOf } from "./fit-window.js";
import type { MsdResult } from "./msd-result.js";

/** Longest lag of the run that is used: later ones have next to no independent second look. */
const LATEST = 0.6;
/** Chance of a worse fit below which a line is refused. */
const LEAST_QUALITY = 0.05;
/** A line needs lags over a factor of two and some points. */
const LEAST_SPAN = 2;
const LEAST_POINTS = 5;
/** Growth over the line, of the value at its beginning. */
const LEAST_GROWTH = 0.2;

/** Undefined when no line fits. `kindOf`: of the tracer curve, for a window that begins at a lag. */
export function lateWindow(result: MsdResult, kindOf: (lag: number) => CurveKind): FitWindow | undefined {
  const { lagFrames, frames } = result;
  const last = Math.floor(LATEST * frames);
  const end = lagFrames.slice().reduce((most, lag) => (lag <= last ? Math.max(most, lag) : most), 0);
  for (let f = lagFrames[1]!; LEAST_SPAN * f <= end; f = Math.max(f + 1, Math.floor(1.5 * f))) {
    const inside = lagFrames.slice().filter((lag) => lag >= f && lag <= end).length;
    if (inside < LEAST_POINTS) return undefined;
    const window = windowOf(result, [f, end], { chosen: "automatic", straight: true });
    const [first, final] = [window.places[0]!, window.places[window.places.length - 1]!].map(
      (k) => result.tracer.values[k]!,
    );
    if (final! < (1 + LEAST_GROWTH) * first!) continue;
    const { quality } = estimateCurve(result, result.tracer, { window, kind: kindOf(window.lagFrames[0]!) });
    if (quality >= LEAST_QUALITY) return window;
  }
  return undefined;
}
