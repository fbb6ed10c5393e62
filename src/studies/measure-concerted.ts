// Concerted motion of a measurement.

import type { Notes, RunOptions } from "../base/index.js";
import type { SiteTrack } from "../dynamics/index.js";
import {
  type ConcertedClass,
  type ConcertedCount,
  type ConcertedMotion,
  concertedMotion,
  FU_CLASSES,
  type StringStatistics,
} from "../transport/index.js";
import type { ConcertedCountData, ConcertedData } from "./measure-data.js";
import type { MeasureSettings } from "./measure-parameters.js";
import { finite, sampled } from "./measure-values.js";

/** Windows of the sweep, fs: those of Fu et al. doubled and halved. */
const SWEEP_FS = [500, 1000, 1500, 2000, 2500, 3000];
const SURROGATES = 20;
/** Jumps beyond which surrogates would take minutes; the null by formula needs none. */
const MOST_FOR_SURROGATES = 2e5;

interface ConcertedContext {
  readonly input: { readonly classes?: readonly ConcertedClass[]; readonly seed: number };
  readonly settings: MeasureSettings;
  readonly notes: Notes;
  readonly options: RunOptions;
}

/** The five classes of Fu et al. where the sites have their names; undefined elsewhere. */
export function presetClasses(labels: readonly string[]): readonly ConcertedClass[] | undefined {
  const names = new Set(labels);
  const all = new Set(FU_CLASSES.flatMap(({ ends, middle }) => [...ends, middle]));
  return names.size === all.size && [...all].every((name) => names.has(name)) ? FU_CLASSES : undefined;
}

export async function motionOf(
  track: SiteTrack,
  { input, settings, notes, options }: ConcertedContext,
): Promise<ConcertedMotion> {
  const found = await concertedMotion(track, {
    ...options,
    windowFs: settings.windowFs,
    sweepFs: SWEEP_FS,
    ...(input.classes ? { classes: input.classes } : {}),
    ...(track.jumps.count <= MOST_FOR_SURROGATES ? { surrogates: { seed: input.seed, count: SURROGATES } } : {}),
  });
  notes.addAll(found.notes);
  return found;
}

export function concertedData(found: ConcertedMotion, strings: StringStatistics | undefined): ConcertedData {
  return {
    windowFs: found.windowFs,
    normaliser: found.normaliser,
    rules: { ...found.rules },
    jumps: found.jumps,
    takenBack: found.takenBack,
    exchanges: found.exchanges,
    total: countData(found.total),
    classes: found.classes.map(countData),
    chains: [...found.chains.lengths],
    loops: [...found.chains.loops],
    sweep: found.sweep.map(({ windowFs, pairs, candidates, expected }) => ({
      windowFs,
      pairs: sum(pairs),
      candidates: sum(candidates),
      expected: sum(expected),
      byClass: [...pairs],
    })),
    strings: strings
      ? {
          lagPs: strings.lagFs / 1000,
          meanLength: finite(strings.meanLength),
          meanByWeight: finite(strings.meanByWeight),
        }
      : null,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const countData = (count: ConcertedCount): ConcertedCountData => ({
  name: count.name,
  pairs: count.pairs,
  frequencyPerPsIon: sampled(count.frequency.rate),
  limitsPerPsIon: [finite(count.frequency.limits[0]), finite(count.frequency.limits[1])],
  candidates: count.candidates,
  expected: count.expected,
  excess: sampled(count.excess),
  ratio: sampled(count.ratio),
  significance: finite(count.significance),
});
