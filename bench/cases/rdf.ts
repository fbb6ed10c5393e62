// Distances of all pairs in a frame of 900 atoms, 360 of them Li, 26.13 × 26.13 × 25.22 Å, 100 shells to 10 Å.

import { Rng } from "../../src/base/index.js";
import type { Frame } from "../../src/dynamics/index.js";
import { makeCell, makeCrystal } from "../../src/structure/index.js";
import { type RdfOptions, rdfOf } from "../../src/transport/index.js";

export const name = "rdf";
export const why =
  "Radial distributions are asked of every frame. Li–Li of 360 ions should take at most 1.2 ms a frame (mdtraj 1.8 ms, MDAnalysis 5.2 ms), " +
  "all pairs of 900 atoms in proportion: 6.26 times as many distances.";
export const unit = "frames";
export const sizes = ["Li–Li", "all pairs", "all pairs, 20 times the volume"] as const;
export const targets = [
  { row: "Li–Li", atMostMs: 1.2 },
  { row: "all pairs", atMostMs: 7.5 },
];

export function prepare(size: (typeof sizes)[number]): () => number {
  const times = size === "all pairs, 20 times the volume" ? 20 : 1;
  const edges = [26.13, 26.13, 25.22].map((length) => length * Math.cbrt(times));
  const cell = makeCell([edges[0]!, 0, 0, 0, edges[1]!, 0, 0, 0, edges[2]!]);
  const n = 900 * times;
  const rng = Rng.fromSeed(1);
  const frames = Array.from({ length: 4 }, (_, step): Frame => {
    const positions = Float64Array.from({ length: 3 * n }, (_unused, s) => edges[s % 3]! * rng.uniform());
    return { step, timeFs: 100 * step, positions };
  });
  const species = Array.from({ length: n }, (_, i) => (i % 5 < 2 ? "Li" : i % 5 < 4 ? "S" : "P"));
  const crystal = makeCrystal({ cell, species, positions: frames[0]!.positions.slice() });
  const options: RdfOptions = {
    rMax: 10,
    binWidth: 0.1,
    ...(size === "Li–Li" ? { pairs: [["Li", "Li"]] as const } : {}),
  };
  const analysis = rdfOf(options);
  analysis.begin({ crystal, frameSpacingFs: 100, variableCell: false, hasVelocities: false });
  let frame = 0;
  return () => {
    analysis.add(frames[frame++ % frames.length]!);
    return 1;
  };
}
