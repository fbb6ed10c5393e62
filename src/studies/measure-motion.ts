// Displacements and diffusivities of a measurement.

import { InputError, type Notes } from "../base/index.js";
import {
  type AmplitudeResult,
  conductivity,
  type Diffusivity,
  type DiffusivityOptions,
  diffusionTensor,
  diffusivity,
  type GreenKuboResult,
  havenRatio,
  type MsdResult,
  singleOriginDiffusion,
} from "../transport/index.js";
import type { CurveData, DiffusionData, MeasureData, MotionData } from "./measure-data.js";
import type { MeasureSettings } from "./measure-parameters.js";
import { finite, listOf, listOrNull, sampled, thinned, unlessTooShort } from "./measure-values.js";

export interface MotionParts {
  readonly msd: MsdResult;
  readonly amplitudes: AmplitudeResult;
  readonly greenKubo?: GreenKuboResult | undefined;
}

export interface MotionFound {
  readonly data: MotionData;
  readonly reference: string;
  readonly tracer: Diffusivity;
  readonly collective: Diffusivity;
}

interface MotionContext {
  readonly settings: MeasureSettings;
  readonly temperature: MeasureData["temperatureK"] | undefined;
  readonly notes: Notes;
}

export function motionData(parts: MotionParts, { settings, temperature, notes }: MotionContext): MotionFound {
  const { msd, amplitudes, greenKubo } = parts;
  const asked = lineOf(settings);
  const tracer = diffusivity(msd, { ...asked, of: "tracer" });
  // All other numbers are of the same lags.
  const { timesPs } = tracer.window;
  const options = { ...asked, windowPs: [timesPs[0]!, timesPs[timesPs.length - 1]!] as const };
  const collective = diffusivity(msd, { ...options, of: "collective" });
  notes.addAll(tracer.notes);
  notes.addAll(collective.notes);
  const resolved = !tracer.bound && !collective.bound;
  const haven = resolved ? unlessTooShort(notes, "measure-no-haven", () => havenRatio(msd, options)) : undefined;
  if (haven) notes.addAll(haven.notes);
  const tensor = tracer.bound
    ? undefined
    : unlessTooShort(notes, "measure-no-tensor", () => diffusionTensor(msd, options));
  const carried = (found: Diffusivity) =>
    temperature?.value && !found.bound
      ? sampled(
          conductivity(found.diffusion, {
            carriers: msd.atoms.length,
            volume: msd.volume,
            temperatureK: temperature.value,
            charge: settings.charge,
          }),
        )
      : null;
  if (!temperature)
    notes.add(
      "measure-no-temperature",
      "the trajectory has no velocities and no temperature was given: no conductivity",
      "add --temperature-k",
    );
  const single = singleOriginDiffusion(msd);
  const { moments } = msd;
  const data: MotionData = {
    curves: curvesOf(msd),
    tracer: diffusionData(tracer),
    collective: diffusionData(collective),
    axes: (["x", "y", "z"] as const).map((axis) => ({
      axis,
      diffusion: diffusionData(diffusivity(msd, { ...options, of: axis })),
    })),
    tensor: tensor
      ? {
          tensorA2PerPs: [0, 1, 2].map((k) => [...tensor.tensor.slice(3 * k, 3 * k + 3)]),
          principalA2PerPs: tensor.principal.map(sampled),
          axes: [0, 1, 2].map((k) => [...tensor.axes.slice(3 * k, 3 * k + 3)]),
          anisotropy: sampled(tensor.anisotropy),
        }
      : null,
    havenRatio: haven ? sampled(haven.ratio) : null,
    conductivityMsPerCm: carried(collective),
    nernstEinsteinMsPerCm: carried(tracer),
    singleOriginA2PerPs: { average: sampled(single.average), maximum: sampled(single.maximum) },
    nonGaussian: { lagsPs: listOf(moments.lagsPs), alpha2: listOrNull(moments.nonGaussian) },
    greenKubo: greenKubo
      ? {
          tracerA2PerPs: sampled(greenKubo.tracer.diffusion),
          collectiveA2PerPs: sampled(greenKubo.collective.diffusion),
          flat: greenKubo.tracer.flat && greenKubo.collective.flat,
        }
      : null,
    elements: amplitudes.species.map(({ element, atoms, meanSquare }) => ({
      element,
      atoms,
      meanSquareA2: meanSquare.value,
    })),
  };
  if (greenKubo) notes.addAll(greenKubo.notes);
  return { data, reference: tracer.reference, tracer, collective };
}

/** @throws InputError when only one end is given */
export function lineOf({ fitFromPs, fitToPs, jumpLengthA }: MeasureSettings): Omit<DiffusivityOptions, "of"> {
  if ((fitFromPs === undefined) !== (fitToPs === undefined))
    throw new InputError(
      "only one end of the line's window was given",
      "give both --fit-from-ps and --fit-to-ps, or neither",
      { fitFromPs, fitToPs },
    );
  return {
    jumpLength: jumpLengthA,
    ...(fitFromPs === undefined ? {} : { windowPs: [fitFromPs, fitToPs!] as const }),
  };
}

function curvesOf(msd: MsdResult): CurveData {
  const places = thinned(msd.lagFrames.length);
  const at = (values: ArrayLike<number>): number[] => listOf(places.map((k) => values[k]!));
  const { blockCount, blockLags, tracer } = msd;
  const errors = places
    .filter((k) => k < blockLags && blockCount >= 3)
    .map((k) => {
      const values = Array.from({ length: blockCount }, (_, b) => tracer.blocks[b * blockLags + k]!);
      const mean = values.reduce((sum, x) => sum + x, 0) / blockCount;
      const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (blockCount - 1);
      return Math.sqrt(variance / blockCount);
    });
  return {
    lagsPs: at(msd.lagsPs),
    tracerA2: at(tracer.values),
    collectiveA2: at(msd.collective.values),
    axesA2: [0, 1, 2].map((k) => at(msd.components[k]!.values)),
    tracerErrorA2: listOf(errors),
  };
}

export function diffusionData(found: Diffusivity): DiffusionData {
  const { estimators, window, startTime, bound, diffusion } = found;
  return {
    diffusionA2PerPs: sampled(diffusion),
    limits95A2PerPs: found.limits95,
    errorFrom: found.errorFrom,
    bound: bound ? { belowA2PerPs: bound.below, reason: bound.reason } : null,
    windowPs: [window.timesPs[0]!, window.timesPs[window.timesPs.length - 1]!],
    windowChosen: window.chosen,
    generalisedA2PerPs: sampled(estimators.generalised),
    ordinaryA2PerPs: sampled(estimators.ordinary),
    ordinaryNaiveErrorA2PerPs: finite(estimators.ordinaryNaiveError),
    blocksA2PerPs: estimators.blocks ? sampled(estimators.blocks) : null,
    heErrorA2PerPs: finite(estimators.jumps.standardError),
    effectiveHops: found.jumps.jumps,
    startTime: startTime
      ? {
          fromPs: listOf(startTime.fromPs),
          valuesA2PerPs: listOf(startTime.values),
          standardErrorsA2PerPs: listOf(startTime.standardErrors),
        }
      : null,
  };
}
