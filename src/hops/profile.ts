// The energy along a path as a curve: cubics between the images with the energies and, where known, the slopes −F·τ of the
// band as end conditions of each piece (Henkelman, Uberuaga and Jónsson, 10.1063/1.1329672, appendix).

import { type F64, InputError } from "../base/index.js";
import { cubicExtrema, cubicSpline, cubicValue, hermite, type PiecewiseCubic } from "../numerics/index.js";
import type { Path } from "./path.js";

export interface PathProfile {
  /** [points] Å, arc length. */
  readonly coordinate: F64;
  /** [points] 0 at the first minimum, 1 at the second. */
  readonly reaction: F64;
  /** [points] eV above the first image. */
  readonly energy: F64;
  /** Highest point of the curve, Å and eV. */
  readonly top: { readonly coordinate: number; readonly energy: number };
  /** eV, from the curve. */
  readonly barrierForward: number;
  /** eV, from the highest image. */
  readonly barrierForwardImage: number;
}

/** The curve itself. */
export function profileCurve(path: Path): PiecewiseCubic {
  if (path.slopes) return hermite(path.coordinate, path.energies, path.slopes);
  return cubicSpline(path.coordinate, path.energies, { ends: "clamped" });
}

/** The curve at `points` equal steps (default 201) and its highest point. */
export function pathProfile(path: Path, options: { readonly points?: number } = {}): PathProfile {
  const points = options.points ?? 201;
  if (!Number.isInteger(points) || points < 2)
    throw new InputError(`a profile of ${points} points`, "ask for at least 2");
  const curve = profileCurve(path);
  const length = path.coordinate[path.nImages - 1]!;
  const reaction = Float64Array.from({ length: points }, (_, i) => i / (points - 1));
  const coordinate = reaction.map((t) => t * length);
  let top = { coordinate: path.coordinate[path.saddle]!, energy: path.energies[path.saddle]! };
  for (const { x, y, kind } of cubicExtrema(curve))
    if (kind === "maximum" && y > top.energy) top = { coordinate: x, energy: y };
  return {
    coordinate,
    reaction,
    energy: coordinate.map((s) => cubicValue(curve, s)),
    top,
    barrierForward: top.energy,
    barrierForwardImage: path.energies[path.saddle]!,
  };
}

/** Arrangement [n,3] Å at arc length `s` from the first image, on the straight line between its neighbours; and the band's energy there. */
export function pointOnPath(
  path: Path,
  s: number,
): { readonly positions: Float64Array<ArrayBuffer>; readonly energy: number } {
  const last = path.nImages - 1;
  const length = path.coordinate[last]!;
  if (!(s >= 0 && s <= length))
    throw new InputError(`arc length ${s} Å is not on a path of ${length} Å`, "choose a value between the two");
  let k = 0;
  while (k < last - 1 && path.coordinate[k + 1]! <= s) k++;
  const t = (s - path.coordinate[k]!) / (path.coordinate[k + 1]! - path.coordinate[k]!);
  const size = path.images.length / path.nImages;
  const [a, b] = [k * size, (k + 1) * size];
  const positions = Float64Array.from(
    { length: size },
    (_, i) => path.images[a + i]! + t * (path.images[b + i]! - path.images[a + i]!),
  );
  return { positions, energy: cubicValue(profileCurve(path), s) };
}
