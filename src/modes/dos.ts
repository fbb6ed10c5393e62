// Density of states g(f) = Σ_n G(f − f_n), G a normalised Gaussian of standard deviation `width`:
// ∫ g df = 3N states, so g is in states per THz. Each element's part weighs mode n with Σ_{i∈X} |e_{i,n}|²;
// the parts add up to the total. Unstable modes stand at negative frequencies, as everywhere.

import { expectFinite, type F64, InputError } from "../base/index.js";
import { speciesCharacter } from "./character.js";
import type { Modes } from "./modes.js";

export interface DosOptions {
  /** Standard deviation of the Gaussian, THz. Default 0.1. */
  readonly width?: number;
  /** Frequencies to evaluate at, THz. Default: every width/4 from five widths below the lowest mode to five above the highest. */
  readonly grid?: ArrayLike<number>;
}

export interface DensityOfStates {
  readonly frequencies: F64; // [points] THz
  readonly total: F64; // [points] states/THz
  readonly elements: readonly string[];
  readonly byElement: F64; // [nElements, points] states/THz
  readonly width: number; // THz
}

/** Beyond this many widths a Gaussian is below 1e-17 of its top and is left out. */
const REACH = 9;

/** Smeared density of states, total and by element. */
export function partialDos(modes: Modes, options: DosOptions = {}): DensityOfStates {
  const width = options.width ?? 0.1;
  if (!(width > 0)) throw new InputError(`the smearing is ${width} THz`, "width must be positive, for example 0.1");
  const frequencies = options.grid ? Float64Array.from(options.grid) : defaultGrid(modes, width);
  expectFinite("frequency of the grid", frequencies, 1);
  const { elements } = modes.reference;
  const character = speciesCharacter(modes);
  const points = frequencies.length;
  const total = new Float64Array(points);
  const byElement = new Float64Array(elements.length * points);
  const top = 1 / (width * Math.sqrt(2 * Math.PI));
  for (let mode = 0; mode < modes.count; mode++) {
    for (let p = 0; p < points; p++) {
      const x = (frequencies[p]! - modes.frequencies[mode]!) / width;
      if (Math.abs(x) > REACH) continue;
      const g = top * Math.exp(-0.5 * x * x);
      total[p]! += g;
      for (let k = 0; k < elements.length; k++)
        byElement[k * points + p]! += g * character[mode * elements.length + k]!;
    }
  }
  return { frequencies, total, elements, byElement, width };
}

function defaultGrid(modes: Modes, width: number): Float64Array<ArrayBuffer> {
  const from = modes.frequencies[0]! - 5 * width;
  const to = modes.frequencies[modes.count - 1]! + 5 * width;
  const points = Math.ceil((to - from) / (width / 4)) + 1;
  return Float64Array.from({ length: points }, (_, p) => from + (p * width) / 4);
}
