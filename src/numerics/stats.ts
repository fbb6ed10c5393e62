// Moments, quantiles and histograms of a list of numbers.

import { type F64, InputError } from "../base/index.js";

function expectSome(values: F64, fewest: number): void {
  if (values.length < fewest)
    throw new InputError(`${values.length} values, at least ${fewest} are needed`, "give more samples");
}

export function mean(values: F64): number {
  expectSome(values, 1);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Unbiased sample variance Σ(x − x̄)²/(n − 1), in two passes: no cancellation for a large mean. */
export function variance(values: F64): number {
  expectSome(values, 2);
  const centre = mean(values);
  let squares = 0;
  let drift = 0; // Σ(x − x̄), zero but for rounding of x̄; its square corrects the sum
  for (let i = 0; i < values.length; i++) {
    const deviation = values[i]! - centre;
    squares += deviation * deviation;
    drift += deviation;
  }
  return (squares - (drift * drift) / values.length) / (values.length - 1);
}

/** Standard error of the mean of independent samples, √(variance/n). For correlated samples see blockAverage. */
export function standardError(values: F64): number {
  return Math.sqrt(variance(values) / values.length);
}

/** The value below which a share p of the sample lies; linear between the order statistics (R's type 7, NumPy's default). */
export function quantile(values: F64, p: number): number {
  expectSome(values, 1);
  if (!(p >= 0 && p <= 1)) throw new InputError(`quantile ${p}`, "p lies between 0 and 1");
  const sorted = values.slice().sort();
  const place = p * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (place - low) * (sorted[high]! - sorted[low]!);
}

export function median(values: F64): number {
  return quantile(values, 0.5);
}

/** Pearson's correlation coefficient; NaN when one of the two lists is constant. */
export function correlation(x: F64, y: F64): number {
  expectSome(x, 2);
  if (x.length !== y.length) throw new InputError(`${x.length} and ${y.length} values`, "give lists of one length");
  const mx = mean(x);
  const my = mean(y);
  let sxx = 0;
  let syy = 0;
  let sxy = 0;
  for (let i = 0; i < x.length; i++) {
    sxx += (x[i]! - mx) ** 2;
    syy += (y[i]! - my) ** 2;
    sxy += (x[i]! - mx) * (y[i]! - my);
  }
  return sxy / Math.sqrt(sxx * syy);
}

export interface HistogramOptions {
  /** Number of bins. */
  readonly bins: number;
  /** Lower and upper edge. Default: smallest and largest value. */
  readonly range?: readonly [minimum: number, maximum: number];
  /** Weight of each value. Default 1. */
  readonly weights?: F64;
}

export interface Histogram {
  readonly centres: Float64Array<ArrayBuffer>; // [bins] min + (i + ½)Δ
  readonly counts: Float64Array<ArrayBuffer>; // [bins] summed weights
  readonly density: Float64Array<ArrayBuffer>; // [bins] counts/(inside·Δ), integrates to 1
  readonly width: number; // Δ
  /** Summed weights of the values within the range. */
  readonly inside: number;
  /** Summed weights of the values outside, which no bin holds. */
  readonly outside: number;
}

/** Counts per bin [min + iΔ, min + (i+1)Δ); the last bin also holds its upper edge. */
export function histogram(values: F64, options: HistogramOptions): Histogram {
  const { bins, weights } = options;
  const [low, high] = options.range ?? extremes(values);
  if (!Number.isInteger(bins) || bins < 1 || !(high > low)) {
    throw new InputError(
      `${bins} bins from ${low} to ${high}`,
      "give at least one bin and a range whose upper edge is larger",
    );
  }
  if (weights && weights.length !== values.length)
    throw new InputError(`${weights.length} weights for ${values.length} values`, "give one weight per value");
  const width = (high - low) / bins;
  const centres = Float64Array.from({ length: bins }, (_, i) => low + (i + 0.5) * width);
  const counts = new Float64Array(bins);
  let inside = 0;
  let outside = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = weights ? weights[i]! : 1;
    const x = values[i]!;
    if (x >= low && x <= high) {
      counts[Math.min(bins - 1, Math.floor((x - low) / width))]! += weight;
      inside += weight;
    } else outside += weight;
  }
  return { centres, counts, density: counts.map((count) => count / (inside * width)), width, inside, outside };
}

function extremes(values: F64): [number, number] {
  expectSome(values, 1);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < low) low = values[i]!;
    if (values[i]! > high) high = values[i]!;
  }
  return [low, high];
}
