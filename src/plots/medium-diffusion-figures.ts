// Figures of the study "medium-diffusion": mean square displacements and what is fitted to them.

import * as Plot from "@observablehq/plot";
import {
  type ArrheniusData,
  type DiffusionEquation,
  type DiffusionEstimator,
  type DiffusionSeries,
  diffusionOf,
  isResolved,
  type StateData,
} from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, show } from "./draw.js";
import { axis, HALF, legend, type Panel, temperatureColours } from "./medium-draw.js";

export const EQUATION_NAME: Readonly<Record<DiffusionEquation, string>> = {
  full: "full equations",
  homogeneous: "time-local equations",
};
export const ESTIMATOR_NAME: Readonly<Record<DiffusionEstimator, string>> = {
  throughOrigin: "line through the origin",
  slope: "line with offset",
};
export const EQUATION_COLOUR: Readonly<Record<DiffusionEquation, string>> = { full: INK.blue, homogeneous: INK.red };

export const equationsOf = ({ states }: DiffusionSeries): DiffusionEquation[] => [
  ...new Set(states.map(({ equation }) => equation)),
];

/** Name of a figure, numbered when there are several series. */
export const numbered = (name: string, index: number): string => (index === 0 ? name : `${name}-series-${index + 1}`);

/** Figs. 6 and 7: mean square displacements with their error bands and both fits. */
export function meanSquareFigure(series: DiffusionSeries, index: number, fitFromPs: number): Figure {
  const read = series.states.filter(({ reading }) => reading !== undefined);
  const temperatures = [...new Set(read.map(({ temperatureMev }) => temperatureMev))].sort((a, b) => a - b);
  const colours = temperatureColours(temperatures.length);
  const colourOf = (state: StateData): string => colours[temperatures.indexOf(state.temperatureMev)]!;
  const part = (equation: DiffusionEquation, isLog: boolean): Panel => {
    const states = read.filter((state) => state.equation === equation);
    const top = Math.max(0, ...states.flatMap((state) => curveOf(state, 0).map(({ high }) => high)));
    return panel({
      width: HALF,
      height: 280,
      marginTop: 30,
      x: axis("Lag (ps)", isLog ? { type: "log", tickFormat: plain, ticks: 5 } : {}),
      y: axis("Mean square displacement (Å²)", {
        grid: true,
        ...(isLog ? { type: "log", tickFormat: plain, ticks: 5 } : { domain: [0, 1.04 * top] }),
      }),
      marks: [
        ...states.flatMap((state) => {
          const points = curveOf(state, isLog ? 1 : 0);
          const stroke = colourOf(state);
          return [
            Plot.areaY(points, { x: "t", y1: "low", y2: "high", fill: stroke, fillOpacity: 0.2 }),
            Plot.line(points, { x: "t", y: "mean", stroke, strokeWidth: 1.6 }),
            ...(isLog ? [] : fitLines(state, fitFromPs, stroke)),
          ];
        }),
        Plot.text([EQUATION_NAME[equation]], {
          frameAnchor: "top-left",
          dy: -18,
          text: (name: string) => name,
          fontWeight: "bold",
        }),
      ],
    });
  };
  const equations = equationsOf(series);
  return {
    name: numbered("mean-square-displacement", index),
    title: `Mean square displacement, U₀ = ${show(series.strengthMevA)} meV Å`,
    caption:
      "Displacements from the first point of each piece, mean and standard error (band). Above: with the line through the origin (dashed) and the line with an offset (dotted) from which D is taken. Below: the same on logarithmic scales, where free flight has slope 2, rest in a cell 0 and diffusion 1.",
    svg: layout([
      [
        legend([
          ...temperatures.map((t, i) => ({ name: `${show(t)} meV`, colour: colours[i]! })),
          { name: "through the origin", colour: INK.black, dash: "6,3" },
          { name: "with offset", colour: INK.black, dash: "1.5,3" },
        ]),
      ],
      equations.map((equation) => part(equation, false)),
      equations.map((equation) => part(equation, true)),
    ]),
    csv: csvOf([
      { name: "lag (ps)", values: read[0]?.reading?.meanSquare.lagsPs ?? [] },
      ...read.flatMap((state) => [
        { name: `${stateName(state)}: mean square (Å²)`, values: state.reading!.meanSquare.meanA2 },
        { name: `${stateName(state)}: standard error (Å²)`, values: state.reading!.meanSquare.standardErrorA2 },
      ]),
    ]),
  };
}

const plain = (value: number): string => show(value);

const stateName = ({ equation, temperatureMev }: StateData): string =>
  `${EQUATION_NAME[equation]} ${show(temperatureMev)} meV`;

function curveOf({ reading }: StateData, from: number): { t: number; mean: number; low: number; high: number }[] {
  const { lagsPs, meanA2, standardErrorA2 } = reading!.meanSquare;
  return Array.from(lagsPs, (t, i) => {
    const [mean, error] = [meanA2[i]!, standardErrorA2[i]!];
    return { t, mean, low: Math.max(mean - error, from > 0 ? 0.5 * mean : 0), high: mean + error };
  }).slice(from);
}

function fitLines({ reading }: StateData, fitFromPs: number, stroke: string) {
  const { throughOriginA2PerPs, slopeA2PerPs, offsetA2, meanSquare } = reading!;
  const end = meanSquare.lagsPs[meanSquare.lagsPs.length - 1]!;
  const line = (slope: number, offset: number) => [fitFromPs, end].map((t) => ({ t, y: offset + 6 * slope * t }));
  return [
    Plot.line(line(throughOriginA2PerPs.value, 0), { x: "t", y: "y", stroke, strokeDasharray: "6,3" }),
    Plot.line(line(slopeA2PerPs.value, offsetA2.value), { x: "t", y: "y", stroke, strokeDasharray: "1.5,3" }),
  ];
}

/** Insets of Fig. 7: D against 1/k_BT with fits and 95 % intervals, by both estimators. */
export function arrheniusFigure(series: DiffusionSeries, index: number): Figure {
  const estimators: readonly DiffusionEstimator[] = ["throughOrigin", "slope"];
  const points = series.states.flatMap((state) =>
    estimators.flatMap((estimator) => {
      const diffusion = diffusionOf(state, estimator);
      if (!isResolved(diffusion)) return [];
      // 95 % on ln D: the interval cannot reach below zero.
      const spread = Math.exp((1.96 * diffusion.standardError) / diffusion.value);
      const { value, standardError } = diffusion;
      return [
        {
          ...state,
          estimator,
          x: 1e3 / state.temperatureMev,
          value,
          standardError,
          low: value / spread,
          high: value * spread,
        },
      ];
    }),
  );
  const values = points.flatMap(({ low, high }) => [low, high]);
  const domain = values.length > 0 ? [0.8 * Math.min(...values), 1.25 * Math.max(...values)] : [0.1, 10];
  const part = (estimator: DiffusionEstimator): Panel => {
    const own = points.filter((point) => point.estimator === estimator);
    const fits = series.arrhenius.filter((fit) => fit.estimator === estimator);
    return panel({
      width: HALF,
      height: 330,
      marginTop: 30 + 15 * Math.max(1, fits.length),
      x: axis("1/k_BT (1/eV)"),
      y: axis("D (Å²/ps)", { type: "log", grid: true, domain, tickFormat: plain, ticks: 5 }),
      marks: [
        ...fits.map((fit) =>
          Plot.line(fitCurve(fit), { x: "x", y: "y", stroke: EQUATION_COLOUR[fit.equation], strokeWidth: 1.6 }),
        ),
        Plot.ruleX(own, {
          x: "x",
          y1: "low",
          y2: "high",
          stroke: (point) => EQUATION_COLOUR[point.equation as DiffusionEquation],
          strokeWidth: 1.4,
        }),
        Plot.dot(own, {
          x: "x",
          y: "value",
          fill: (point) => EQUATION_COLOUR[point.equation as DiffusionEquation],
          r: 3.4,
        }),
        Plot.text([ESTIMATOR_NAME[estimator]], {
          frameAnchor: "top-left",
          dy: -18 - 15 * fits.length,
          text: (name: string) => name,
          fontWeight: "bold",
        }),
        ...fits.map((fit, i) =>
          Plot.text([fitText(fit)], {
            frameAnchor: "top-left",
            dy: -3 - 15 * (fits.length - i),
            text: (name: string) => name,
            fill: EQUATION_COLOUR[fit.equation],
          }),
        ),
      ],
    });
  };
  return {
    name: numbered("arrhenius", index),
    title: `Temperature dependence of D, U₀ = ${show(series.strengthMevA)} meV Å`,
    caption: `D against 1/k_BT with 95 % intervals; left by the line through the origin (the paper's), right by the line with an offset. Blue: full equations, red: time-local. Lines: D₀ e^(−E/k_BT), fitted with weights (D/σ)². The relaxed barrier is ${show(series.barrier.barrierRelaxedMev, 4)} meV.`,
    svg: layout([estimators.map(part)]),
    csv: csvOf([
      { name: "equations", values: points.map(({ equation }) => equation) },
      { name: "estimator", values: points.map(({ estimator }) => estimator) },
      { name: "k_BT (meV)", values: points.map(({ temperatureMev }) => temperatureMev) },
      { name: "D (Å²/ps)", values: points.map(({ value }) => value) },
      { name: "standard error (Å²/ps)", values: points.map(({ standardError }) => standardError) },
    ]),
  };
}

const fitText = ({ activationMev, activationLimitsMev, prefactorA2PerPs }: ArrheniusData): string =>
  `E = ${show(activationMev.value, 3)} ± ${show(activationLimitsMev[1] - activationMev.value, 2)} meV, D₀ = ${show(prefactorA2PerPs, 3)} Å²/ps`;

function fitCurve({ rangeMev, activationMev, prefactorA2PerPs }: ArrheniusData): { x: number; y: number }[] {
  const [low, high] = rangeMev.map((t) => 1e3 / t) as [number, number];
  return Array.from({ length: 41 }, (_, i) => {
    const x = low + ((high - low) * i) / 40;
    return { x, y: prefactorA2PerPs * Math.exp((-activationMev.value * x) / 1e3) };
  });
}
