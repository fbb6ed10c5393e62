// Shares of many hops taken together. Hops start from different minima, so mode n of one is not mode n of another: what can
// be averaged is the accumulation below a frequency, and the accumulation over the largest so-and-so many per cent of modes.
// Weights: equal (Gordiz et al. 2021), or w ∝ exp(−E_b/k_BT) with the barrier of each hop.

import { BOLTZMANN, type F64, InputError } from "../base/index.js";
import { sortedAccumulation } from "./accumulate.js";

/** What averaging needs of one hop. */
export interface WeighedHop {
  readonly frequencies: F64; // [count] THz, ascending
  readonly shares: F64; // [count]
  readonly barrierForward: number; // eV
}

export interface AverageHopsOptions {
  /** Default "equal". */
  readonly weights?: "equal" | "boltzmann";
  /** K; needed for "boltzmann". */
  readonly temperature?: number;
  /** [m] THz, ascending. Default: 0 to just above the highest frequency in steps of 0.1 THz. */
  readonly grid?: F64;
}

export interface AveragedShares {
  readonly weights: "equal" | "boltzmann";
  readonly temperature?: number;
  /** [m] THz. */
  readonly grid: F64;
  /** [m] mean accumulation of the shares of all modes at or below each frequency. */
  readonly accumulation: F64;
  /** [101] 0 … 100 % of the modes. */
  readonly percentOfModes: F64;
  /** [101] mean part carried by that many of the leading modes. */
  readonly sortedAccumulation: F64;
  /** [hops] normalised. */
  readonly hopWeights: F64;
  /** 1/Σw²: how many hops the average really rests on. */
  readonly effectiveHops: number;
  /** Mean of Σ f s, THz. */
  readonly centre: number;
}

const STEP_THZ = 0.1;

/** @throws InputError without hops, or without a temperature for Boltzmann weights. */
export function averageHops(hops: readonly WeighedHop[], options: AverageHopsOptions = {}): AveragedShares {
  if (hops.length === 0) throw new InputError("there are no hops to average", "run at least one");
  const weights = options.weights ?? "equal";
  const hopWeights = weightsOf(hops, weights, options.temperature);
  const grid = options.grid ?? defaultGrid(hops);
  const percentOfModes = Float64Array.from({ length: 101 }, (_, percent) => percent);
  const accumulated = new Float64Array(grid.length);
  const sorted = new Float64Array(101);
  let [centre, squares] = [0, 0];
  for (const [h, hop] of hops.entries()) {
    const weight = hopWeights[h]!;
    addBelow(accumulated, grid, { hop, weight });
    addLargest(sorted, percentOfModes, { hop, weight });
    for (let n = 0; n < hop.shares.length; n++) centre += weight * hop.frequencies[n]! * hop.shares[n]!;
    squares += weight * weight;
  }
  return {
    weights,
    ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
    grid,
    accumulation: accumulated,
    percentOfModes,
    sortedAccumulation: sorted,
    hopWeights,
    effectiveHops: 1 / squares,
    centre,
  };
}

function weightsOf(
  hops: readonly WeighedHop[],
  kind: "equal" | "boltzmann",
  temperature: number | undefined,
): Float64Array {
  if (kind === "equal") return new Float64Array(hops.length).fill(1 / hops.length);
  if (temperature === undefined || !(temperature > 0)) {
    throw new InputError(`Boltzmann weights at ${temperature} K`, "give a positive temperature");
  }
  // The lowest barrier is taken off first, or all weights may underflow.
  const lowest = Math.min(...hops.map((hop) => hop.barrierForward));
  const raw = Float64Array.from(hops, (hop) => Math.exp(-(hop.barrierForward - lowest) / (BOLTZMANN * temperature)));
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
}

function defaultGrid(hops: readonly WeighedHop[]): Float64Array {
  const highest = Math.max(...hops.map(({ frequencies }) => frequencies[frequencies.length - 1]!));
  return Float64Array.from({ length: Math.ceil(highest / STEP_THZ) + 2 }, (_, i) => i * STEP_THZ);
}

interface Weighed {
  readonly hop: WeighedHop;
  readonly weight: number;
}

function addBelow(sums: Float64Array, grid: F64, { hop, weight }: Weighed): void {
  let [n, sum] = [0, 0];
  for (let i = 0; i < grid.length; i++) {
    while (n < hop.shares.length && hop.frequencies[n]! <= grid[i]!) sum += hop.shares[n++]!;
    sums[i] = sums[i]! + weight * sum;
  }
}

/** Between whole numbers of modes the sorted accumulation is a straight line. */
function addLargest(sums: Float64Array, percent: F64, { hop, weight }: Weighed): void {
  const curve = sortedAccumulation(hop.shares);
  for (let i = 0; i < percent.length; i++) {
    const modes = (percent[i]! / 100) * curve.length;
    const whole = Math.floor(modes);
    const below = whole === 0 ? 0 : curve[whole - 1]!;
    const above = curve[Math.min(whole, curve.length - 1)]!;
    sums[i] = sums[i]! + weight * (below + (modes - whole) * (above - below));
  }
}
