// Numbers at several temperatures and the activation energies they give. What was only bounded is in no fit.

import type { Estimate, Notes } from "../base/index.js";
import { concertedActivation, poissonRate, type TemperaturePoint, temperatureFit } from "../transport/index.js";
import type { ArrheniusSeries, ConcertedStudyData, SeriesFit } from "./concerted-data.js";
import type { MeasuredTrajectory } from "./measure.js";
import { finite, sampled } from "./measure-values.js";

export interface SeriesRun {
  readonly temperatureK: number;
  readonly found: MeasuredTrajectory;
  /** Not for fits. */
  readonly excluded: string | null;
}

/** A fit needs three temperatures with a number. */
const FEWEST = 3;

/** Less likely than this and one activation energy does not describe the points. */
const IMPROBABLE = 0.01;

export function seriesOf(
  name: string,
  points: readonly (TemperaturePoint & { readonly excluded: boolean })[],
): ArrheniusSeries {
  const usable = points.filter(
    ({ bound, excluded, value }) => bound === undefined && !excluded && value.value > 0 && value.standardError > 0,
  );
  let fit: SeriesFit | null = null;
  if (usable.length >= FEWEST) {
    const found = temperatureFit(usable);
    fit = {
      activationEv: sampled(found.activationEnergy),
      limits95Ev: found.fit.activationLimits,
      prefactor: found.fit.prefactor,
      rangeK: found.rangeK,
      points: usable.length,
      probability: finite(found.fit.probability),
    };
  }
  return {
    name,
    points: points.map(({ temperatureK, value, bound }) => ({
      temperatureK,
      value: sampled(value),
      bound: bound !== undefined,
    })),
    fit,
  };
}

type Series = Pick<ConcertedStudyData, "tracer" | "collective" | "axes" | "rates" | "classes" | "excess" | "windows">;

export function allSeries(runs: readonly SeriesRun[], notes: Notes): Series {
  const points = (pick: (run: SeriesRun) => { readonly value: Estimate; readonly bound?: unknown } | undefined) =>
    runs.flatMap((run) => {
      const point = pick(run);
      return point ? [{ temperatureK: run.temperatureK, excluded: run.excluded !== null, ...point }] : [];
    });
  const diffusion = (which: "tracer" | "collective") =>
    points(({ found }) => {
      const one = found[which];
      return one && { value: one.diffusion, ...(one.bound ? { bound: one.bound } : {}) };
    });
  const all: Series = {
    tracer: seriesOf("D of single ions", diffusion("tracer")),
    collective: seriesOf("D of all ions together", diffusion("collective")),
    axes: (["x", "y", "z"] as const).map((axis, k) =>
      seriesOf(
        `D along ${axis}`,
        points(({ found }) => {
          const one = found.data.motion?.axes[k]?.diffusion;
          if (!one) return undefined;
          const { value, standardError } = one.diffusionA2PerPs;
          const estimate = { value: value ?? 0, standardError: standardError ?? 0, unit: "A2/ps" };
          return { value: estimate, ...(one.bound ? { bound: one.bound } : {}) };
        }),
      ),
    ),
    rates: rateSeries(runs),
    ...concertedSeries(runs),
  };
  noteMisfits(all, notes);
  return all;
}

function noteMisfits({ tracer, collective, rates, classes }: Series, notes: Notes): void {
  const misfits = [tracer, collective, ...rates, ...classes].flatMap(({ name, fit }) =>
    fit?.probability !== undefined && fit.probability !== null && fit.probability < IMPROBABLE ? [name] : [],
  );
  if (misfits.length > 0)
    notes.add(
      "arrhenius-misfit",
      `one activation energy does not describe ${misfits.join(", ")}: the points scatter about their lines beyond their errors`,
      "a change of mechanism or of phase within these temperatures, or errors that are too small: look at the figure before quoting the number",
    );
}

function rateSeries(runs: readonly SeriesRun[]): ArrheniusSeries[] {
  const first = runs.find(({ found }) => found.transitions)?.found.transitions;
  return (first?.byType ?? []).flatMap(({ from, to }, pair) => {
    const points = runs.flatMap(({ temperatureK, found, excluded }) => {
      const one = found.transitions?.byType[pair];
      if (!one?.rate) return [];
      const bound = one.count > 0 ? {} : { bound: one.rate.limits };
      return [{ temperatureK, value: one.rate.rate, excluded: excluded !== null, ...bound }];
    });
    return points.some(({ value }) => value.value > 0) ? [seriesOf(`${from} → ${to}`, points)] : [];
  });
}

function concertedSeries(runs: readonly SeriesRun[]): Pick<Series, "classes" | "excess" | "windows"> {
  const counted = runs.flatMap(({ temperatureK, found, excluded }) =>
    found.concerted ? [{ temperatureK, motion: found.concerted, excluded: excluded !== null }] : [],
  );
  if (counted.length === 0) return { classes: [], excess: [], windows: [] };
  // Its points are used; its fits would hold runs that are excluded here.
  const activation = (of: "pairs" | "excess") =>
    concertedActivation(counted, { of })
      .map(({ name, points }) => ({
        name,
        points: points.map((point, k) => ({ ...point, excluded: counted[k]!.excluded })),
      }))
      .filter(({ points }) => points.some(({ bound }) => bound === undefined))
      .map(({ name, points }) => seriesOf(of === "pairs" ? name : `${name}, excess`, points));
  const windows = counted[0]!.motion.sweep.map(({ windowFs }, w) => ({
    windowFs,
    series: seriesOf(
      `all pairs within ${windowFs} fs`,
      counted.map(({ temperatureK, motion, excluded }) => {
        const pairs = motion.sweep[w]!.pairs.reduce((sum, n) => sum + n, 0);
        const value = poissonRate(pairs, motion.exposure, { unit: "1/(ps ion)" }).rate;
        return { temperatureK, value, excluded, ...(pairs > 0 ? {} : { bound: "none" }) };
      }),
    ),
  }));
  return { classes: activation("pairs"), excess: activation("excess"), windows };
}
