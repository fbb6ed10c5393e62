// Figures of a measured trajectory: displacements, diffusivity, pair distributions, spectra. Those of sites are in measure-sites-figures.ts.

import * as Plot from "@observablehq/plot";
import type { DiffusionData, MotionData, RdfData, SpectrumData, VanHoveData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, SERIES, show } from "./draw.js";
import { axis, HALF, legend, temperatureColours, WIDTH } from "./medium-draw.js";

const AXIS_COLOURS = [INK.blue, INK.red, INK.green] as const;
const logarithmic: Plot.ScaleOptions = { type: "log", ticks: 5, tickFormat: (v: number) => show(v) };

/** Straight pieces of a curve as points, zeros left out where the scale is a logarithm. */
const pointsOf = (x: readonly number[], y: readonly (number | null)[], logs = false) =>
  x.flatMap((a, k) => {
    const b = y[k];
    return b === null || b === undefined || (logs && !(a > 0 && b > 0)) ? [] : [{ x: a, y: b }];
  });

export function measuredDisplacementFigure({ curves, tracer }: MotionData, ion: string): Figure {
  const { lagsPs, tracerA2, collectiveA2, axesA2, tracerErrorA2 } = curves;
  const last = lagsPs[lagsPs.length - 1]!;
  const half = lagsPs.filter((lag) => lag <= 0.5 * last).length;
  const named = [
    { name: `single ${ion}`, colour: INK.black, values: tracerA2, width: 2.2 },
    { name: `all ${ion} together, per ion`, colour: INK.orange, values: collectiveA2, width: 1.6 },
    ...["x", "y", "z"].map((name, k) => ({
      name: `along ${name}`,
      colour: AXIS_COLOURS[k]!,
      values: axesA2[k]!,
      width: 1.2,
    })),
  ];
  const [from, to] = tracer.windowPs;
  const d = tracer.diffusionA2PerPs.value ?? 0;
  // The line through the middle of the window with the slope of the result: its offset is not in the data.
  const middle = lagsPs.reduce(
    (best, lag, k) => (Math.abs(lag - 0.5 * (from + to)) < Math.abs(lagsPs[best]! - 0.5 * (from + to)) ? k : best),
    0,
  );
  const lineAt = (t: number): number => tracerA2[middle]! + 6 * d * (t - lagsPs[middle]!);
  const part = (logs: boolean) => {
    const end = logs ? lagsPs.length : half;
    return panel({
      width: HALF,
      height: 300,
      x: axis("Lag (ps)", logs ? logarithmic : {}),
      y: axis("Mean square displacement (Å²)", { grid: true, ...(logs ? logarithmic : {}) }),
      marks: [
        ...named.map(({ colour, values, width }) =>
          Plot.line(pointsOf(lagsPs.slice(0, end), values.slice(0, end), logs), {
            x: "x",
            y: "y",
            stroke: colour,
            strokeWidth: width,
          }),
        ),
        ...(logs
          ? []
          : [
              Plot.areaY(
                tracerErrorA2.map((error, k) => ({
                  x: lagsPs[k]!,
                  low: tracerA2[k]! - error,
                  high: tracerA2[k]! + error,
                })),
                { x: "x", y1: "low", y2: "high", fill: INK.black, fillOpacity: 0.15 },
              ),
              Plot.line(
                [from, to].map((t) => ({ x: t, y: lineAt(t) })),
                { x: "x", y: "y", stroke: INK.purple, strokeWidth: 3, strokeOpacity: 0.7, strokeDasharray: "6,4" },
              ),
            ]),
      ],
    });
  };
  return {
    name: "mean-square-displacement",
    title: "Mean square displacement",
    caption: `Left: up to half the run, with the line whose slope is 6D${tracer.bound ? " (not above zero: D is a bound)" : ""} over lags of ${show(from)} to ${show(to)} ps, dashed. Right: all lags; free flight has slope 2, rattling 0, diffusion 1. "All together": the squared sum of all displacements over their number; it equals the single ions' where they do not know of each other.`,
    svg: layout([
      [legend([...named, { name: "line of D", colour: INK.purple, dash: "6,4" }])],
      [part(false), part(true)],
    ]),
    csv: csvOf([
      { name: "lag (ps)", values: lagsPs },
      { name: "single ions (Å²)", values: tracerA2 },
      { name: "error over blocks (Å²)", values: tracerErrorA2 },
      { name: "all together (Å²)", values: collectiveA2 },
      ...["x", "y", "z"].map((name, k) => ({ name: `along ${name} (Å²)`, values: axesA2[k]! })),
    ]),
  };
}

export function diffusionFigure({ tracer, nonGaussian }: MotionData): Figure {
  const rows = estimatesOf(tracer);
  const { startTime } = tracer;
  const compared = panel({
    width: HALF,
    height: 230,
    marginLeft: 110,
    x: axis("D (Å²/ps)", { grid: true, nice: true }),
    y: axis(null, { domain: rows.map(({ name }) => name) }),
    marks: [
      Plot.ruleX([0], { stroke: INK.faint }),
      Plot.link(rows, {
        x1: (r: Row) => r.value - r.error,
        x2: (r: Row) => r.value + r.error,
        y1: "name",
        y2: "name",
        stroke: INK.blue,
        strokeWidth: 2,
      }),
      Plot.dot(rows, { x: "value", y: "name", r: 4, fill: INK.blue }),
    ],
  });
  const starts = (startTime?.fromPs ?? []).map((from, k) => ({
    from,
    value: startTime!.valuesA2PerPs[k]!,
    low: startTime!.valuesA2PerPs[k]! - startTime!.standardErrorsA2PerPs[k]!,
    high: startTime!.valuesA2PerPs[k]! + startTime!.standardErrorsA2PerPs[k]!,
  }));
  const second = startTime
    ? panel({
        width: HALF,
        height: 230,
        x: axis("Left out at the beginning (ps)"),
        y: axis("D (Å²/ps)", { grid: true, nice: true, zero: true }),
        marks: [
          Plot.ruleX(starts, { x: "from", y1: "low", y2: "high", stroke: INK.red, strokeWidth: 1.5 }),
          Plot.dot(starts, { x: "from", y: "value", r: 3.5, fill: INK.red }),
        ],
      })
    : alphaPanel(nonGaussian);
  return {
    name: "diffusivity",
    title: "Diffusivity by several means",
    caption: `Left: generalised and ordinary least squares, the mean over blocks, and the value with the error of He et al. from the number of hops; bars are one standard error. ${startTime ? "Right: D from the blocks that are left when more of the beginning is thrown away; a trend means the run was not in equilibrium." : "Right: the non-Gaussian parameter."}`,
    svg: layout([[compared, second]]),
    csv: csvOf([
      { name: "estimator", values: rows.map(({ name }) => name) },
      { name: "D (Å²/ps)", values: rows.map(({ value }) => value) },
      { name: "standard error (Å²/ps)", values: rows.map(({ error }) => error) },
      { name: "left out (ps)", values: starts.map(({ from }) => from) },
      { name: "D of the rest (Å²/ps)", values: starts.map(({ value }) => value) },
    ]),
  };
}

interface Row {
  readonly name: string;
  readonly value: number;
  readonly error: number;
}

function estimatesOf(tracer: DiffusionData): Row[] {
  const row = (name: string, value: number | null | undefined, error: number | null | undefined): Row[] =>
    value === null || value === undefined ? [] : [{ name, value, error: error ?? 0 }];
  const { generalisedA2PerPs: g, ordinaryA2PerPs: o, blocksA2PerPs: b, heErrorA2PerPs: he } = tracer;
  return [
    ...row("generalised", g.value, g.standardError),
    ...row("ordinary", o.value, o.standardError),
    ...row("blocks", b?.value, b?.standardError),
    ...row("hops (He et al.)", g.value, he),
  ];
}

function alphaPanel({ lagsPs, alpha2 }: MotionData["nonGaussian"]) {
  return panel({
    width: HALF,
    height: 230,
    x: axis("Lag (ps)", logarithmic),
    y: axis("α₂", { grid: true, nice: true }),
    marks: [
      Plot.ruleY([0], { stroke: INK.grey }),
      Plot.line(
        pointsOf(lagsPs, alpha2).filter(({ x }) => x > 0),
        { x: "x", y: "y", stroke: INK.green, strokeWidth: 2 },
      ),
    ],
  });
}

export function pairFigure({ rA, pairs, framesUsed }: RdfData, ion: string): Figure {
  const own = pairs.filter(({ name }) => name.split("–").includes(ion)).slice(0, SERIES.length);
  const part = (y: "g" | "coordination", label: string, most: number | undefined) =>
    panel({
      width: HALF,
      height: 280,
      x: axis("Distance (Å)"),
      y: axis(label, { grid: true, ...(most === undefined ? {} : { domain: [0, most] }) }),
      marks: own.map((pair, k) =>
        Plot.line(
          pointsOf(rA, pair[y]).filter((p) => most === undefined || p.y <= most),
          { x: "x", y: "y", stroke: SERIES[k]!, strokeWidth: 1.7 },
        ),
      ),
    });
  return {
    name: "pair-distributions",
    title: "Pair distributions and neighbours",
    caption: `g(r) of the mobile ion with every element (left) and the neighbours within r (right, cut at 16), over ${framesUsed} frames. All pairs are in the report and the table of numbers.`,
    svg: layout([
      [legend(own.map(({ name }, k) => ({ name, colour: SERIES[k]! })))],
      [part("g", "g(r)", undefined), part("coordination", "Neighbours within r", 16)],
    ]),
    csv: csvOf([
      { name: "r (Å)", values: rA },
      ...pairs.flatMap(({ name, g, coordination }) => [
        { name: `g ${name}`, values: g },
        { name: `neighbours ${name}`, values: coordination },
      ]),
    ]),
  };
}

export function spectrumFigure({ frequenciesThz, parts, from }: SpectrumData): Figure {
  const drawn = parts.filter(({ name }) => name !== "total" || parts.length === 1).slice(0, SERIES.length);
  const peak = Math.max(...drawn.flatMap(({ density }) => density));
  const last = frequenciesThz.findLastIndex((_, k) => drawn.some(({ density }) => density[k]! > 0.01 * peak));
  const to = Math.min(frequenciesThz.length, Math.ceil(1.1 * last) + 2);
  return {
    name: "vibrations",
    title: "Vibrational density of states",
    caption: `Power of the velocities (${from === "velocities" ? "as saved" : "differences of positions, the loss at high frequency divided out"}), in states per THz. A mobile ion's density at zero is its diffusion.`,
    svg: layout([
      [legend(drawn.map(({ name }, k) => ({ name, colour: SERIES[k]! })))],
      [
        panel({
          width: WIDTH,
          height: 260,
          x: axis("Frequency (THz)"),
          y: axis("States per THz", { grid: true }),
          marks: drawn.map(({ density }, k) =>
            Plot.line(pointsOf(frequenciesThz.slice(0, to), density.slice(0, to)), {
              x: "x",
              y: "y",
              stroke: SERIES[k]!,
              strokeWidth: 1.7,
            }),
          ),
        }),
      ],
    ]),
    csv: csvOf([
      { name: "frequency (THz)", values: frequenciesThz },
      ...parts.map(({ name, density }) => ({ name: `${name} (1/THz)`, values: density })),
    ]),
  };
}

export function vanHoveFigure(
  found: VanHoveData,
  { ion, title }: { readonly ion: string; readonly title?: string },
): Figure {
  const { rA, lags, refillPs, coreRadiusA } = found;
  const shown =
    lags.length <= 7 ? lags : [0, 2, 4, 6, 8, 10, lags.length - 1].filter((k) => k < lags.length).map((k) => lags[k]!);
  const colours = temperatureColours(shown.length);
  const part = (y: "selfPerA" | "distinct", label: string) =>
    panel({
      width: HALF,
      height: 270,
      x: axis("Distance (Å)"),
      y: axis(label, { grid: true }),
      marks: [
        ...(y === "distinct" ? [Plot.ruleY([1], { stroke: INK.grey, strokeDasharray: "3,3" })] : []),
        ...shown.map((lag, k) =>
          Plot.line(pointsOf(rA, lag[y]), { x: "x", y: "y", stroke: colours[k]!, strokeWidth: 1.5 }),
        ),
      ],
    });
  return {
    name: "van-hove",
    title: title ?? "Van Hove correlation",
    caption: `Left: how far one ${ion} has gone, 4πr²G_s. Right: where other ${ion} are, G_d, seen from where an ion was; the peak at r = 0 is the ion that took its place. ${refillPs?.value ? `Averaged over ${show(coreRadiusA)} Å it reaches 1 after ${show(refillPs.value, 3)} ps.` : `Averaged over ${show(coreRadiusA)} Å it does not cross 1 at these lags.`}`,
    svg: layout([
      [legend(shown.map(({ lagPs }, k) => ({ name: `${show(lagPs, 3)} ps`, colour: colours[k]! })))],
      [part("selfPerA", "4πr² G_s (1/Å)"), part("distinct", "G_d")],
    ]),
    csv: csvOf([
      { name: "r (Å)", values: rA },
      ...lags.flatMap(({ lagPs, selfPerA, distinct }) => [
        { name: `4πr²G_s ${show(lagPs)} ps (1/Å)`, values: selfPerA },
        { name: `G_d ${show(lagPs)} ps`, values: distinct },
      ]),
    ]),
  };
}
