// What is known of the velocities after one pass: a spectrum, a correlation, moments and a temperature for every group of atoms.

import type { Estimate, F64, Note } from "../base/index.js";
import type { SpectrumWindow } from "./velocity-power.js";

export type { SpectrumWindow };

export interface MomentEstimates {
  readonly centre: Estimate; // THz
  readonly width: Estimate; // THz
  readonly skewness: Estimate;
  readonly excessKurtosis: Estimate;
  readonly limitsThz: readonly [number, number];
}

export interface SpectrumPart {
  readonly name: string;
  readonly atoms: number;
  /** States per THz, or 1/THz. */
  readonly density: F64; // [bins]
  readonly densityError: F64; // [bins] NaN with fewer than two blocks
  /** ⟨v(t)·v(t+τ)⟩ over that at τ = 0; mass-weighted like g. */
  readonly correlation: F64; // [bins]
  readonly moments: MomentEstimates;
  /** From the mean kinetic energy; absent with weights "equal". K */
  readonly temperature?: Estimate;
  /** ⟨v²⟩ weighted: amu Å²/fs², or Å²/fs², summed over the group. */
  readonly meanSquare: number;
}

export interface SpectrumResult {
  readonly frequencies: F64; // [bins] THz, from 0 to the Nyquist frequency
  readonly lagsPs: F64; // [bins] up to half a segment
  readonly window: SpectrumWindow;
  readonly weights: "mass" | "equal";
  readonly reference: string;
  readonly segments: number;
  readonly segmentFrames: number;
  readonly frameSpacingFs: number;
  /** The groups, and "total" over all atoms of them when there is more than one. */
  readonly parts: readonly SpectrumPart[];
  readonly notes: readonly Note[];
}
