// Pair distributions, spectra, densities and the framework's stability as plain values.

import { type F64, maxAbs, type Notes } from "../base/index.js";
import { cellParameters } from "../structure/index.js";
import {
  coordinationWithin,
  type DensityResult,
  type FrameworkStability,
  projectField,
  type RdfResult,
  refillTime,
  type SpectrumResult,
  type VanHoveResult,
} from "../transport/index.js";
import type { DensityData, FrameworkData, RdfData, SpectrumData, VanHoveData } from "./measure-data.js";
import { finite, listOf, sampled } from "./measure-values.js";

export const frameworkData = ({ stable, reference, elements }: FrameworkStability): FrameworkData => ({
  stable,
  reference,
  elements: elements.map(({ element, stable: holds, diffusion, lateDisplacement, reasons }) => ({
    element,
    stable: holds,
    diffusionA2PerPs: [...diffusion],
    lateDisplacementA2: [...lateDisplacement],
    reasons: [...reasons],
  })),
});

export function rdfData(rdf: RdfResult): RdfData {
  return {
    rA: listOf(rdf.r),
    framesUsed: rdf.frames,
    pairs: rdf.pairs.map((pair) => {
      const shell = firstShell(rdf.r, pair.g);
      return {
        name: `${pair.first}–${pair.second}`,
        g: listOf(pair.g),
        coordination: listOf(pair.coordination),
        firstPeakA: shell?.peak ?? null,
        shellA: shell?.edge ?? null,
        neighbours: shell?.edge ? sampled(coordinationWithin(rdf, pair, shell.edge)) : null,
      };
    }),
  };
}

/** A maximum, or a minimum, is one that nothing within this distance exceeds, Å. */
const REACH = 0.35;

/** The first peak above 1 and the first minimum behind it, of the distribution smoothed over five shells. */
export function firstShell(r: F64, g: F64): { readonly peak: number; readonly edge: number | null } | undefined {
  const smooth = Float64Array.from(g, (_, k) => {
    let [sum, count] = [0, 0];
    for (let j = Math.max(0, k - 2); j <= Math.min(g.length - 1, k + 2); j++) {
      sum += g[j]!;
      count++;
    }
    return sum / count;
  });
  const reach = Math.max(1, Math.round(REACH / (r[1]! - r[0]!)));
  const extreme = (k: number, sign: number): boolean => {
    for (let j = Math.max(0, k - reach); j <= Math.min(g.length - 1, k + reach); j++)
      if (sign * smooth[j]! > sign * smooth[k]!) return false;
    return true;
  };
  const peak = smooth.findIndex((value, k) => value > 1 && extreme(k, 1));
  if (peak < 0) return undefined;
  const behind = smooth.findIndex((_, k) => k > peak && k + reach < g.length && extreme(k, -1));
  return { peak: r[peak]!, edge: behind < 0 ? null : r[behind]! };
}

export function spectrumData(spectrum: SpectrumResult, hasVelocities: boolean, notes: Notes): SpectrumData {
  notes.addAll(spectrum.notes);
  return {
    from: hasVelocities ? "velocities" : "differences",
    frequenciesThz: listOf(spectrum.frequencies),
    parts: spectrum.parts.map(({ name, atoms, density, moments }) => ({
      name,
      atoms,
      density: listOf(density),
      centreThz: sampled(moments.centre),
      widthThz: sampled(moments.width),
      skewness: sampled(moments.skewness),
      excessKurtosis: sampled(moments.excessKurtosis),
    })),
  };
}

const AXES = ["a", "b", "c"] as const;

export function densityData(density: DensityResult): DensityData {
  const parameters = cellParameters(density.cell);
  return {
    shape: density.shape,
    largest: maxAbs(density.values),
    maps: ([0, 1, 2] as const).map((along) => {
      const map = projectField(density, along);
      return {
        along: AXES[along],
        axes: [AXES[map.axes[0] as 0 | 1 | 2], AXES[map.axes[1] as 0 | 1 | 2]],
        lengthsA: [parameters[map.axes[0]]!, parameters[map.axes[1]]!],
        angle: parameters[3 + along]!,
        shape: map.shape,
        values: Array.from(map.values, (value) => Number(value.toPrecision(4))),
      };
    }),
  };
}

export function vanHoveData(found: VanHoveResult, notes: Notes): VanHoveData {
  notes.addAll(found.notes);
  const refill = refillTime(found);
  return {
    rA: listOf(found.r),
    coreRadiusA: found.coreRadius,
    lags: found.lags.map(({ lagPs, origins, self, distinct, core, coreError }) => ({
      lagPs,
      origins,
      selfPerA: listOf(self),
      distinct: listOf(distinct),
      core: { value: finite(core), standardError: finite(coreError) },
    })),
    refillPs: refill ? sampled(refill) : null,
  };
}
