// Diffusivity of jumps that know nothing of each other, and what the memory of the true ones makes of it.
//
//   D_J = Σ a²/(2d N t)        sum over jumps of their squared length, N ions, time t
//   f = D*/D_J                 correlation factor: 1 for a random walk, less when ions tend to jump back
//
// The error of D_J is that of counting, √Σ a⁴/(2d N t): jumps of one length give √n.

import { type Estimate, type F64, InputError, maxAbs } from "../base/index.js";
import type { SiteList } from "../dynamics/index.js";
import { type Histogram, histogram } from "../numerics/index.js";
import { jumpVectors } from "./jump-vectors.js";
import { siteTypes, type TrackedJumps, trackedFs } from "./site-types.js";

export interface TrackedSiteJumps extends TrackedJumps {
  readonly sites: Pick<SiteList, "labels" | "cell" | "fractional">;
}

export interface JumpDiffusion {
  readonly jumps: number;
  /** Å²/ps, in three dimensions. */
  readonly diffusion: Estimate;
  /** [3] Å²/ps along x, y, z: Σ a_k²/(2N t). */
  readonly alongAxes: readonly [Estimate, Estimate, Estimate];
  /** Share of each pair of types in D_J, largest first. */
  readonly byType: readonly { readonly from: string; readonly to: string; readonly share: number }[];
}

export function jumpDiffusion(track: TrackedSiteJumps): JumpDiffusion {
  const { jumps, sites, ions } = track;
  const time = trackedFs(track) / 1000;
  const { vectors, lengths } = jumpVectors(sites, jumps);
  const moment = (values: Iterable<number>, power: number): number => {
    let sum = 0;
    for (const x of values) sum += Math.abs(x) ** power;
    return sum;
  };
  const estimate = (values: F64, dimensions: number): Estimate => {
    const scale = 2 * dimensions * ions.length * time;
    return {
      value: moment(values, 2) / scale,
      standardError: Math.sqrt(moment(values, 4)) / scale,
      unit: "A2/ps",
    };
  };
  const axis = (k: number): Estimate =>
    estimate(
      Float64Array.from({ length: jumps.count }, (_, e) => vectors[3 * e + k]!),
      1,
    );
  const { names, ofSite } = siteTypes(sites.labels);
  const shares = new Float64Array(names.length ** 2);
  const all = moment(lengths, 2);
  for (let e = 0; e < jumps.count; e++)
    shares[ofSite[jumps.from[e]!]! * names.length + ofSite[jumps.to[e]!]!]! += lengths[e]! ** 2 / all;
  const byType = Array.from(shares, (share, pair) => ({
    from: names[Math.floor(pair / names.length)]!,
    to: names[pair % names.length]!,
    share,
  }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
  return { jumps: jumps.count, diffusion: estimate(lengths, 3), alongAxes: [axis(0), axis(1), axis(2)], byType };
}

/** Correlation factor f, tracer over jump diffusivity. The two errors are taken as independent. @throws InputError for other units or without jumps. */
export function correlationFactor(tracer: Estimate, jump: Estimate): Estimate {
  if (tracer.unit !== "A2/ps" || jump.unit !== "A2/ps")
    throw new InputError(`diffusivities in ${tracer.unit} and ${jump.unit}`, "pass both in Å²/ps");
  if (!(jump.value > 0))
    throw new InputError(`a jump diffusivity of ${jump.value} Å²/ps`, "without jumps there is no correlation factor");
  const value = tracer.value / jump.value;
  return {
    value,
    standardError: Math.hypot(tracer.standardError / jump.value, (value * jump.standardError) / jump.value),
    unit: "",
  };
}

/** How long the jumps are, Å, in bins of `widthA` (default 0.1) from 0. @throws InputError without jumps. */
export function jumpLengths(track: TrackedSiteJumps, { widthA = 0.1 }: { readonly widthA?: number } = {}): Histogram {
  const { lengths } = jumpVectors(track.sites, track.jumps);
  if (lengths.length === 0 || !(widthA > 0))
    throw new InputError(
      `lengths of ${lengths.length} jumps in bins of ${widthA} Å`,
      "follow a run in which ions jump",
    );
  const longest = maxAbs(lengths);
  const bins = Math.floor(longest / widthA) + 1;
  return histogram(lengths, { bins, range: [0, bins * widthA] });
}
