// Figures of the study "concerted": what changes with temperature. Numbers of the paper's own figures stand in the captions' names.

import * as Plot from "@observablehq/plot";
import type { ArrheniusSeries, ConcertedRunData, ConcertedStudyData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, SERIES, show } from "./draw.js";
import { mapPanel } from "./measure-sites-figures.js";
import { axis, HALF, legend, type Panel, type Series, temperatureColours, WIDTH } from "./medium-draw.js";

const LOG: Plot.ScaleOptions = { type: "log", ticks: 4, tickFormat: (v: number) => show(v, 2) };
const BOLTZMANN_EV = 8.617333262e-5;

interface ArrheniusPanel {
  readonly series: readonly { readonly series: ArrheniusSeries; readonly colour: string; readonly name: string }[];
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}

/** ln y against 1000/T: dots with errors, open where only bounded, the fit within its temperatures. */
export function arrheniusPanel({ series, label, width = HALF, height = 300 }: ArrheniusPanel): Panel {
  const points = series.flatMap(({ series: one, colour }) =>
    one.points.flatMap(({ temperatureK, value, bound }) => {
      const { value: y, standardError } = value;
      if (y === null || !(y > 0) || bound) return [];
      const error = standardError ?? 0;
      return [{ x: 1000 / temperatureK, y, low: Math.max(y - error, 0.2 * y), high: y + error, colour }];
    }),
  );
  const lines = series.flatMap(({ series: { fit }, colour }, k) => {
    if (!fit) return [];
    const { activationEv, prefactor, rangeK } = fit;
    return rangeK.map((t) => ({
      x: 1000 / t,
      y: prefactor * Math.exp(-(activationEv.value ?? 0) / (BOLTZMANN_EV * t)),
      colour,
      k,
    }));
  });
  return panel({
    width,
    height,
    x: axis("1000/T (1/K)", { nice: true, zero: false }),
    y: axis(label, { grid: true, ...LOG }),
    marks: [
      ...(lines.length > 0
        ? [
            Plot.line(lines, {
              x: "x",
              y: "y",
              z: "k",
              stroke: (d: { colour: string }) => d.colour,
              strokeOpacity: 0.6,
              strokeWidth: 1.5,
            }),
          ]
        : []),
      Plot.ruleX(points, { x: "x", y1: "low", y2: "high", stroke: "colour", strokeWidth: 1.5 }),
      Plot.dot(points, { x: "x", y: "y", fill: "colour", r: 4 }),
    ],
  });
}

const seriesColumns = (all: readonly ArrheniusSeries[], unit: string) =>
  all.flatMap(({ name, points }) => [
    { name: `${name}: T (K)`, values: points.map(({ temperatureK }) => temperatureK) },
    { name: `${name} (${unit})`, values: points.map(({ value }) => value.value ?? "") },
    { name: `${name}: error (${unit})`, values: points.map(({ value }) => value.standardError ?? "") },
  ]);

const energyText = ({ fit }: ArrheniusSeries): string =>
  fit?.activationEv.value
    ? `${fit.activationEv.value.toFixed(2).replace("-", "−")} ± ${(fit.activationEv.standardError ?? 0).toFixed(2)} eV`
    : "no fit";

export function diffusionArrheniusFigure({ tracer, collective, axes }: ConcertedStudyData): Figure {
  const left = [
    { series: tracer, colour: INK.blue, name: `single ions, ${energyText(tracer)}` },
    { series: collective, colour: INK.orange, name: `all together, ${energyText(collective)}` },
  ];
  const right = axes.map((series, k) => ({
    series,
    colour: [INK.blue, INK.red, INK.green][k]!,
    name: `along ${"xyz"[k]}`,
  }));
  return {
    name: "diffusion-arrhenius",
    title: "Diffusivity against temperature",
    caption:
      "Left: D of single ions and of their common motion (paper: Fig. 1a); right: components (paper: Fig. 1d). Errors are those of blocks, where these reach; lines are fits and end where the data end. What was only bounded is not drawn.",
    svg: layout([
      [legend([...left, ...right])],
      [
        arrheniusPanel({ series: left, label: "D (Å²/ps)" }),
        arrheniusPanel({ series: right, label: "D along an axis (Å²/ps)" }),
      ],
    ]),
    csv: csvOf(seriesColumns([tracer, collective, ...axes], "Å²/ps")),
  };
}

export function densitySeriesFigure({ runs, ion }: ConcertedStudyData): Figure | undefined {
  const shown = [...new Set([runs[0]!, runs[Math.floor(runs.length / 2)]!, runs[runs.length - 1]!])];
  const maps = shown.flatMap(({ temperatureK, measured }) => {
    const map = measured.density?.maps[2];
    return map ? [{ temperatureK, map }] : [];
  });
  if (maps.length === 0) return undefined;
  const width = Math.floor(WIDTH / 3) - 6;
  const most = Math.max(...maps.flatMap(({ map }) => map.values));
  return {
    name: "density-series",
    title: `Density of ${ion} along c`,
    caption:
      "Paper: Fig. 1b–c. Mean over the cell's depth, the same shades for all temperatures, white to dark as the square root.",
    svg: layout([maps.map(({ map, temperatureK }) => mapPanel(map, { most, width, name: `${temperatureK} K` }))]),
    csv: csvOf(
      maps.map(({ map, temperatureK }) => ({
        name: `${temperatureK} K, ${map.shape.join(" × ")} (1/Å³)`,
        values: map.values,
      })),
    ),
  };
}

export function displacementSeriesFigure({ runs }: ConcertedStudyData): Figure {
  const colours = temperatureColours(runs.length);
  const curves = runs.flatMap(({ temperatureK, measured }, k) =>
    measured.motion
      ? [{ temperatureK, colour: colours[k]!, curves: measured.motion.curves, tracer: measured.motion.tracer }]
      : [],
  );
  const part = (logs: boolean) =>
    panel({
      width: HALF,
      height: 290,
      x: axis("Lag (ps)", logs ? LOG : {}),
      y: axis("Mean square displacement (Å²)", { grid: true, ...(logs ? LOG : {}) }),
      marks: curves.map(({ colour, curves: { lagsPs, tracerA2 } }) => {
        const last = 0.5 * lagsPs[lagsPs.length - 1]!;
        const points = lagsPs.flatMap((x, k) =>
          (logs ? x > 0 && tracerA2[k]! > 0 : x <= last) ? [{ x, y: tracerA2[k]! }] : [],
        );
        return Plot.line(points, { x: "x", y: "y", stroke: colour, strokeWidth: 1.8 });
      }),
    });
  return {
    name: "displacement-series",
    title: "Mean square displacement at each temperature",
    caption: "Paper: Fig. S5. Left up to half the run, right all lags.",
    svg: layout([
      [legend(curves.map(({ temperatureK, colour }) => ({ name: `${temperatureK} K`, colour })))],
      [part(false), part(true)],
    ]),
    csv: csvOf(
      curves.flatMap(({ temperatureK, curves: { lagsPs, tracerA2 } }) => [
        { name: `${temperatureK} K: lag (ps)`, values: lagsPs },
        { name: `${temperatureK} K: MSD (Å²)`, values: tracerA2 },
      ]),
    ),
  };
}

/** Classes that have at least this many temperatures with an event are drawn. */
const FEWEST = 2;

export function concertedArrheniusFigure({ classes, excess }: ConcertedStudyData): Figure {
  const measuredAt = ({ points }: ArrheniusSeries): number => points.filter(({ bound }) => !bound).length;
  const strength = ({ points }: ArrheniusSeries): number => Math.max(...points.map(({ value }) => value.value ?? 0));
  const chosen = classes
    .filter((one) => one.name !== "all" && measuredAt(one) >= FEWEST)
    .sort((a, b) => strength(b) - strength(a))
    .slice(0, 5);
  const all = classes.find(({ name }) => name === "all");
  const drawn = [
    ...(all ? [{ series: all, colour: INK.black, name: `all, ${energyText(all)}` }] : []),
    ...chosen.map((series, k) => ({ series, colour: SERIES[k]!, name: `${series.name}, ${energyText(series)}` })),
  ];
  const over = drawn.flatMap(({ series, colour }) => {
    const one = excess.find(({ name }) => name === `${series.name}, excess`);
    return one ? [{ series: one, colour, name: series.name }] : [];
  });
  return {
    name: "concerted-arrhenius",
    title: "Concerted motion against temperature",
    caption:
      "Paper: Fig. 2b–f. Left: pairs counted, per ion and ps, errors of counting. Right: what is over independent jumps; a class without an excess is not there.",
    svg: layout([
      [legend(drawn)],
      [
        arrheniusPanel({ series: drawn, label: "Pairs per ps and ion", height: 320 }),
        arrheniusPanel({ series: over, label: "Excess per ps and ion", height: 320 }),
      ],
    ]),
    csv: csvOf(seriesColumns([...classes, ...excess], "1/(ps ion)")),
  };
}

export function siteSeriesFigure({ runs, siteTypes }: ConcertedStudyData): Figure {
  const colour = (k: number): string => SERIES[k % SERIES.length]!;
  const rows = siteTypes.flatMap((name, k) =>
    runs.flatMap(({ temperatureK, measured }) => {
      const type = measured.sites?.types.find((one) => one.name === name);
      return type ? [{ name, k, temperatureK, type }] : [];
    }),
  );
  const stays = rows.flatMap(({ temperatureK, type, k }) => {
    const { value, standardError } = type.residencePs;
    return value !== null && type.departures > 0
      ? [
          {
            x: temperatureK,
            y: value,
            low: Math.max(value - (standardError ?? 0), 0.2 * value),
            high: value + (standardError ?? 0),
            k,
          },
        ]
      : [];
  });
  const full = rows.flatMap(({ temperatureK, type, k }) => {
    const { value, standardError } = type.occupancy;
    return value === null
      ? []
      : [{ x: temperatureK, y: value, low: value - (standardError ?? 0), high: value + (standardError ?? 0), k }];
  });
  const part = (points: typeof full, label: string, scale: Plot.ScaleOptions) =>
    panel({
      width: HALF,
      height: 280,
      x: axis("Temperature (K)", { nice: true, zero: false, tickFormat: (t: number) => String(t) }),
      y: axis(label, { grid: true, ...scale }),
      marks: [
        Plot.line(points, { x: "x", y: "y", z: "k", stroke: (d: { k: number }) => colour(d.k), strokeOpacity: 0.5 }),
        Plot.ruleX(points, {
          x: "x",
          y1: "low",
          y2: "high",
          stroke: (d: { k: number }) => colour(d.k),
          strokeWidth: 1.5,
        }),
        Plot.dot(points, { x: "x", y: "y", fill: (d: { k: number }) => colour(d.k), r: 4 }),
      ],
    });
  const names: Series[] = siteTypes.map((name, k) => ({ name, colour: colour(k) }));
  return {
    name: "sites-series",
    title: "Residence and occupancy",
    caption:
      "Paper: Fig. 3b–c. Left: all the time on a type over the departures from it, which a short run does not bias. Right: mean number of ions on a site of the type.",
    svg: layout([
      [legend(names)],
      [
        part(stays, "Residence (ps)", LOG),
        part(full, "Occupancy", { domain: [0, Math.max(1.02, ...full.map(({ high }) => high))] }),
      ],
    ]),
    csv: csvOf([
      { name: "type", values: rows.map(({ name }) => name) },
      { name: "T (K)", values: rows.map(({ temperatureK }) => temperatureK) },
      { name: "residence (ps)", values: rows.map(({ type }) => type.residencePs.value ?? "") },
      { name: "error (ps)", values: rows.map(({ type }) => type.residencePs.standardError ?? "") },
      { name: "departures", values: rows.map(({ type }) => type.departures) },
      { name: "occupancy", values: rows.map(({ type }) => type.occupancy.value ?? "") },
      { name: "error", values: rows.map(({ type }) => type.occupancy.standardError ?? "") },
    ]),
  };
}

export function jumpRateFigure({ rates }: ConcertedStudyData): Figure | undefined {
  const strength = ({ points }: ArrheniusSeries): number => Math.max(...points.map(({ value }) => value.value ?? 0));
  const drawn = [...rates]
    .sort((a, b) => strength(b) - strength(a))
    .slice(0, 6)
    .map((series, k) => ({ series, colour: SERIES[k]!, name: `${series.name}, ${energyText(series)}` }));
  if (drawn.length === 0) return undefined;
  return {
    name: "rates-arrhenius",
    title: "Jump rates against temperature",
    caption: "Jumps between types of sites per ion on the first type, errors of counting.",
    svg: layout([
      [legend(drawn)],
      [arrheniusPanel({ series: drawn, label: "Rate (1/ps)", width: WIDTH, height: 300 })],
    ]),
    csv: csvOf(seriesColumns(rates, "1/ps")),
  };
}

export function windowFigure({ windows, runs }: ConcertedStudyData): Figure | undefined {
  const fits = windows.flatMap(({ windowFs, series: { fit } }) =>
    fit?.activationEv.value
      ? [
          {
            w: windowFs / 1000,
            e: fit.activationEv.value,
            low: fit.activationEv.value - (fit.activationEv.standardError ?? 0),
            high: fit.activationEv.value + (fit.activationEv.standardError ?? 0),
          },
        ]
      : [],
  );
  const colours = temperatureColours(runs.length);
  const ratios = runs.flatMap(({ measured, temperatureK }, k) =>
    (measured.concerted?.sweep ?? []).flatMap(({ windowFs, candidates, expected }) =>
      expected > 0 ? [{ w: windowFs / 1000, ratio: candidates / expected, k, temperatureK }] : [],
    ),
  );
  if (ratios.length === 0) return undefined;
  return {
    name: "windows",
    title: "What the window does",
    caption:
      "Left: activation energy of all pairs against the window they are counted with. Right: pairs found over pairs of independent jumps; 1 means coincidence.",
    svg: layout([
      [legend(runs.map(({ temperatureK }, k) => ({ name: `${temperatureK} K`, colour: colours[k]! })))],
      [
        panel({
          width: HALF,
          height: 250,
          x: axis("Window (ps)", { zero: true }),
          y: axis("Activation energy (eV)", { grid: true, nice: true }),
          marks: [
            Plot.ruleX(fits, { x: "w", y1: "low", y2: "high", stroke: INK.black, strokeWidth: 1.5 }),
            Plot.dot(fits, { x: "w", y: "e", fill: INK.black, r: 4 }),
          ],
        }),
        panel({
          width: HALF,
          height: 250,
          x: axis("Window (ps)", { zero: true }),
          y: axis("Found over independent", { grid: true, zero: true }),
          marks: [
            Plot.ruleY([1], { stroke: INK.grey, strokeDasharray: "3,3" }),
            Plot.line(ratios, { x: "w", y: "ratio", z: "k", stroke: (d: { k: number }) => colours[d.k]! }),
            Plot.dot(ratios, { x: "w", y: "ratio", fill: (d: { k: number }) => colours[d.k]!, r: 3 }),
          ],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "window (ps)", values: fits.map(({ w }) => w) },
      { name: "activation energy (eV)", values: fits.map(({ e }) => e) },
      { name: "T (K)", values: ratios.map(({ temperatureK }) => temperatureK) },
      { name: "window of the ratio (ps)", values: ratios.map(({ w }) => w) },
      { name: "found over independent", values: ratios.map(({ ratio }) => ratio) },
    ]),
  };
}

/** Name of a run for a figure. */
export const atTemperature = ({ temperatureK }: ConcertedRunData): string => `at ${temperatureK} K`;
