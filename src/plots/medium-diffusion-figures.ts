// Figures of the study "medium-diffusion": walks, mean square displacements, Arrhenius plots, kinetic energies, barriers.

import * as Plot from "@observablehq/plot";
import {
  type ArrheniusData,
  type DiffusionEquation,
  type DiffusionEstimator,
  type DiffusionSeries,
  diffusionOf,
  isResolved,
  type MediumDiffusionData,
  type StateData,
} from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, show } from "./draw.js";
import { axis, HALF, legend, type Panel, temperatureColours, WIDTH } from "./medium-draw.js";

export const EQUATION_NAME: Readonly<Record<DiffusionEquation, string>> = {
  full: "full equations",
  homogeneous: "time-local equations",
};
export const ESTIMATOR_NAME: Readonly<Record<DiffusionEstimator, string>> = {
  throughOrigin: "line through the origin",
  slope: "line with offset",
};
const COLOUR: Readonly<Record<DiffusionEquation, string>> = { full: INK.blue, homogeneous: INK.red };

export const equationsOf = ({ states }: DiffusionSeries): DiffusionEquation[] => [
  ...new Set(states.map(({ equation }) => equation)),
];

/** Name of a figure, numbered when there are several series. */
const numbered = (name: string, index: number): string => (index === 0 ? name : `${name}-series-${index + 1}`);

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
        { ...state, estimator, x: 1e3 / state.temperatureMev, value, standardError, low: value / spread, high: value * spread },
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
        ...fits.map((fit) => Plot.line(fitCurve(fit), { x: "x", y: "y", stroke: COLOUR[fit.equation], strokeWidth: 1.6 })),
        Plot.ruleX(own, { x: "x", y1: "low", y2: "high", stroke: (point) => COLOUR[point.equation as DiffusionEquation], strokeWidth: 1.4 }),
        Plot.dot(own, { x: "x", y: "value", fill: (point) => COLOUR[point.equation as DiffusionEquation], r: 3.4 }),
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
            fill: COLOUR[fit.equation],
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

/** The sharper test of an equation of motion: is the ion as warm as its framework? And the local activation energies. */
export function testsFigure(series: DiffusionSeries, index: number): Figure {
  const kinetic = series.states.flatMap((state) =>
    state.reading ? [{ ...state, ...state.reading.kineticRatio }] : [],
  );
  const local = series.arrhenius
    .filter(({ estimator }) => estimator === "slope")
    .flatMap(({ equation, local: steps }) =>
      steps.map(({ betweenMev, energyMev }) => ({
        equation,
        from: betweenMev[0],
        to: betweenMev[1],
        middle: (betweenMev[0] + betweenMev[1]) / 2,
        value: energyMev.value,
        low: energyMev.value - 1.96 * energyMev.standardError,
        high: energyMev.value + 1.96 * energyMev.standardError,
      })),
    );
  const barrier = series.barrier.barrierRelaxedMev;
  const left = panel({
    width: HALF,
    height: 280,
    x: axis("k_BT (meV)"),
    y: axis("Kinetic energy / (3/2 k_BT)", { grid: true, domain: [0, Math.max(1.2, ...kinetic.map(({ value }) => value + 0.05))] }),
    marks: [
      Plot.ruleY([1], { stroke: INK.grey, strokeDasharray: "4,3" }),
      ...equationsOf(series).map((equation) =>
        Plot.line(
          kinetic.filter((point) => point.equation === equation),
          { x: "temperatureMev", y: "value", stroke: COLOUR[equation], strokeOpacity: 0.5 },
        ),
      ),
      Plot.ruleX(kinetic, {
        x: "temperatureMev",
        y1: (point) => point.value - 1.96 * point.standardError,
        y2: (point) => point.value + 1.96 * point.standardError,
        stroke: (point) => COLOUR[point.equation as DiffusionEquation],
      }),
      Plot.dot(kinetic, { x: "temperatureMev", y: "value", fill: (point) => COLOUR[point.equation as DiffusionEquation], r: 3.2 }),
    ],
  });
  const right = panel({
    width: HALF,
    height: 280,
    x: axis("k_BT (meV)"),
    y: axis("Local activation energy (meV)", { grid: true }),
    marks: [
      Plot.ruleY([barrier], { stroke: INK.grey, strokeDasharray: "4,3" }),
      Plot.ruleY(local, { x1: "from", x2: "to", y: "value", stroke: (step) => COLOUR[step.equation as DiffusionEquation], strokeWidth: 2 }),
      Plot.ruleX(local, {
        x: (step) => step.middle + (step.equation === "full" ? -0.15 : 0.15),
        y1: "low",
        y2: "high",
        stroke: (step) => COLOUR[step.equation as DiffusionEquation],
        strokeOpacity: 0.6,
      }),
    ],
  });
  return {
    name: numbered("kinetic-and-local-energies", index),
    title: "How warm the ion is, and whether one activation energy does",
    caption: `Left: mean kinetic energy of the ion over 3/2 k_BT, 95 % intervals; a classical ion in equilibrium has 1, the framework's zero-point motion adds to it. Right: activation energy between neighbouring temperatures (line with offset), 95 % intervals; dashed: the relaxed barrier, ${show(barrier, 4)} meV.`,
    svg: layout([
      [legend(equationsOf(series).map((equation) => ({ name: EQUATION_NAME[equation], colour: COLOUR[equation] })))],
      local.length > 0 ? [left, right] : [left],
    ]),
    csv: csvOf([
      { name: "equations", values: kinetic.map(({ equation }) => equation) },
      { name: "k_BT (meV)", values: kinetic.map(({ temperatureMev }) => temperatureMev) },
      { name: "kinetic energy / (3/2 k_BT)", values: kinetic.map(({ value }) => value) },
      { name: "standard error", values: kinetic.map(({ standardError }) => standardError) },
      { name: "local: equations", values: local.map(({ equation }) => equation) },
      { name: "local: from (meV)", values: local.map(({ from }) => from) },
      { name: "local: to (meV)", values: local.map(({ to }) => to) },
      { name: "local: activation energy (meV)", values: local.map(({ value }) => value) },
      { name: "local: 95 % from (meV)", values: local.map(({ low }) => low) },
      { name: "local: 95 % to (meV)", values: local.map(({ high }) => high) },
    ]),
  };
}

export function barrierFigure(data: MediumDiffusionData): Figure {
  const colours = temperatureColours(data.series.length);
  const curves = data.series.map(({ barrier, strengthMevA }, i) => ({
    name: `U₀ = ${show(strengthMevA)} meV Å`,
    colour: colours[i]!,
    points: Array.from(barrier.coordinateA, (x, n) => ({
      x,
      unrelaxed: barrier.unrelaxedMev[n]! - barrier.unrelaxedMev[0]!,
      relaxed: barrier.relaxedMev[n]! - barrier.relaxedMev[0]!,
    })),
  }));
  return {
    name: "barrier",
    title: "Barrier between two cells at rest",
    caption:
      "Energy of the ion from the centre of a cell through the middle of a face to the next centre, with the framework's atoms at rest (dashed) and relaxed (full line), for the atoms that the walks feel.",
    svg: layout([
      [
        legend([
          ...curves.map(({ name, colour }) => ({ name, colour })),
          { name: "framework at rest", colour: INK.grey, dash: "5,3" },
        ]),
      ],
      [
        panel({
          width: WIDTH,
          height: 250,
          x: axis("Way (Å)"),
          y: axis("Energy above the centre (meV)", { grid: true }),
          marks: curves.flatMap(({ colour, points }) => [
            Plot.line(points, { x: "x", y: "unrelaxed", stroke: colour, strokeDasharray: "5,3" }),
            Plot.line(points, { x: "x", y: "relaxed", stroke: colour, strokeWidth: 2 }),
          ]),
        }),
      ],
    ]),
    csv: csvOf(
      curves.flatMap(({ name, points }) => [
        { name: `${name}: way (Å)`, values: points.map(({ x }) => x) },
        { name: `${name}: framework at rest (meV)`, values: points.map(({ unrelaxed }) => unrelaxed) },
        { name: `${name}: framework relaxed (meV)`, values: points.map(({ relaxed }) => relaxed) },
      ]),
    ),
  };
}
