// Where a jump goes: the vector from the old site to the nearest image of the new one, and the lattice translation of that image.

import { type F64, type I32, InputError } from "../base/index.js";
import type { SiteList } from "../dynamics/index.js";
import { minimumImage, toCartesian, toFractional } from "../structure/index.js";

export interface JumpVectors {
  /** [n,3] Å. */
  readonly vectors: F64;
  /** [n] Å. */
  readonly lengths: F64;
  /** [n,3] the new site stands in this cell when the old one stands in its own. */
  readonly shifts: I32;
}

/** For pairs of sites; `from` and `to` are [n]. */
export function jumpVectors(
  sites: Pick<SiteList, "cell" | "fractional">,
  { from, to }: { readonly from: ArrayLike<number>; readonly to: ArrayLike<number> },
): JumpVectors {
  const n = from.length;
  const { cell, fractional } = sites;
  const m = fractional.length / 3;
  const apart = new Float64Array(3 * n);
  for (let e = 0; e < n; e++) {
    const [a, b] = [from[e]!, to[e]!];
    if (!(a >= 0 && a < m && b >= 0 && b < m))
      throw new InputError(`a jump from site ${a} to site ${b} of ${m}`, "jumps and sites belong to different lists");
    for (let k = 0; k < 3; k++) apart[3 * e + k] = fractional[3 * b + k]! - fractional[3 * a + k]!;
  }
  const vectors = minimumImage(cell, toCartesian(cell, apart));
  const nearest = toFractional(cell, vectors);
  return {
    vectors,
    lengths: Float64Array.from({ length: n }, (_, e) =>
      Math.hypot(vectors[3 * e]!, vectors[3 * e + 1]!, vectors[3 * e + 2]!),
    ),
    shifts: Int32Array.from(nearest, (s, i) => Math.round(s - apart[i]!)),
  };
}
