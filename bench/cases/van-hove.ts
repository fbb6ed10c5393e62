// The distinct part of the Van Hove function of 360 Li in 900 atoms, 26.13 × 26.13 × 25.22 Å, to 12.6 Å: 129 240 distances a pair of frames.
// "on a grid" is the same in space, by transforms of 0.4 Å grids.

import { Rng } from "../../src/base/index.js";
import type { Frame } from "../../src/dynamics/index.js";
import { makeCell, makeCrystal } from "../../src/structure/index.js";
import { vanHove, vanHoveGrid } from "../../src/transport/index.js";

export const name = "van-hove";
export const why =
  "20 000 pairs of frames are usual. A pair should take at most 1.2 ms (numba 1.2 ms, mdtraj 2.6 ms, the usual Python program 1.5 s).";
export const unit = "pairs of frames";
export const sizes = ["self and distinct", "self", "on a grid"] as const;
export const targets = [{ row: "self and distinct", atMostMs: 1.2 }];

const LAGS = 8;

export function prepare(size: (typeof sizes)[number]): () => number {
  const edges = [26.13, 26.13, 25.22];
  const cell = makeCell([edges[0]!, 0, 0, 0, edges[1]!, 0, 0, 0, edges[2]!]);
  const rng = Rng.fromSeed(1);
  const frames = Array.from({ length: 16 }, (_, step): Frame => {
    const positions = Float64Array.from({ length: 2700 }, (_unused, s) => edges[s % 3]! * rng.uniform());
    return { step, timeFs: 100 * step, positions };
  });
  const species = Array.from({ length: 900 }, (_, i) => (i < 360 ? "Li" : "S"));
  const crystal = makeCrystal({ cell, species, positions: frames[0]!.positions.slice() });
  const lagsPs = Array.from({ length: LAGS }, (_, k) => 0.1 * k);
  const options = { lagsPs, originEvery: 1 };
  const analysis =
    size === "on a grid" ? vanHoveGrid("Li", options) : vanHove("Li", { ...options, distinct: size !== "self" });
  analysis.begin({ crystal, frameSpacingFs: 100, variableCell: false, hasVelocities: false });
  let frame = 0;
  const next = () => analysis.add(frames[frame++ % frames.length]!);
  for (let k = 0; k < LAGS; k++) next(); // from now on every frame has all lags
  return () => {
    next();
    return LAGS;
  };
}
