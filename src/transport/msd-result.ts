// What is known of the displacements after one pass: curves over the lag, for the whole run and for each of its blocks.
//
//   tracer       MSD(τ) = ⟨|Δr_i(τ)|²⟩, mean over ions and time origins
//   components   ⟨Δa Δb⟩ of one ion, ab = xx, yy, zz (and xy, xz, yz)
//   collective   N ⟨|Δr_c|²⟩ = ⟨|Σ_i Δr_i|²⟩/N with the mean r_c of the N ions: equals the tracer's where ions do not know of each other
//   Onsager      ⟨ΔR_a·ΔR_b⟩/√(N_a N_b), R_a = Σ_{i∈a} r_i

import type { F64, I32, Note } from "../base/index.js";

export interface MsdCurve {
  readonly values: F64; // [lags] Å²
  /** The same from each block alone, [blockCount, blockLags] Å², for the first `blockLags` lags. */
  readonly blocks: F64;
}

/** Collective displacement of one kind of ion against another. */
export interface OnsagerCurve {
  readonly first: string;
  readonly second: string;
  readonly counts: readonly [number, number];
  readonly curve: MsdCurve;
}

/** Departure from a Gaussian distribution, at lags about evenly spaced on a logarithmic scale. */
export interface MsdMoments {
  readonly lagFrames: I32; // [m]
  readonly lagsPs: F64; // [m]
  /** Time origins used at each lag: at most a few thousand, evenly spread. */
  readonly origins: I32; // [m]
  /** ⟨|Δr|⁴⟩, Å⁴. */
  readonly fourth: F64; // [m]
  /** α₂ = 3⟨|Δr|⁴⟩/(5⟨|Δr|²⟩²) − 1: 0 when Gaussian, 3/(5n) after n independent hops of one length on average. */
  readonly nonGaussian: F64; // [m]
  /** [m, ions] Å²: each ion's own mean square displacement. */
  readonly perIon: F64;
}

export interface MsdResult {
  /** Elements followed, "Li". */
  readonly species: string;
  readonly atoms: I32; // indices of the ions followed
  /** In words, what displacements are measured against. */
  readonly reference: string;
  /** How far that reference moved from the first frame to the last, Å along x, y, z. */
  readonly referenceShift: readonly [number, number, number];
  readonly frames: number;
  readonly frameSpacingFs: number;
  /** Mean cell volume, Å³. */
  readonly volume: number;
  /** "all": every lag, every origin; "log": lags 1 … 15 and j·2^l, j = 8 … 15, with origins every 2^l frames. */
  readonly scheme: "all" | "log";
  readonly lagFrames: I32; // [lags] ascending from 0
  readonly lagsPs: F64; // [lags]
  /** Time origins behind each lag. */
  readonly origins: I32; // [lags]
  readonly blockCount: number;
  readonly blockFrames: number;
  readonly blockLags: number;
  readonly tracer: MsdCurve;
  /** xx, yy, zz, and with `tensor` also xy, xz, yz. */
  readonly components: readonly MsdCurve[];
  readonly collective: MsdCurve;
  readonly collectiveComponents: readonly MsdCurve[];
  readonly onsager: readonly OnsagerCurve[];
  /** ⟨(a_i(t) − a_i(0))²⟩ along x, y, z from the first frame alone, [lags,3] Å². */
  readonly singleOrigin: F64;
  /** [ions,3] Å²/ps: slope of the line through zero of each ion's squared displacement from the first frame, over the whole run. */
  readonly singleOriginSlopes: F64;
  readonly moments: MsdMoments;
  readonly notes: readonly Note[];
}

/** Duration from the first frame to the last, ps. */
export const durationPs = (result: Pick<MsdResult, "frames" | "frameSpacingFs">): number =>
  ((result.frames - 1) * result.frameSpacingFs) / 1000;
