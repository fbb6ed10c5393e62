// Figures of the study "medium-diffusion" that judge the rest: kinetic energies, local activation energies, the barrier at rest.

import * as Plot from "@observablehq/plot";
import type { DiffusionEquation, DiffusionSeries, MediumDiffusionData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, show } from "./draw.js";
import { EQUATION_COLOUR, EQUATION_NAME, equationsOf, numbered } from "./medium-diffusion-figures.js";
import { axis, HALF, legend, temperatureColours, WIDTH } from "./medium-draw.js";

/** The sharper test of an equation of motion: is the ion as warm as its framework? And the local activation energies. */
export function checksFigure(series: DiffusionSeries, index: number): Figure {
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
    y: axis("Kinetic energy / (3/2 k_BT)", {
      grid: true,
      domain: [0, Math.max(1.2, ...kinetic.map(({ value }) => value + 0.05))],
    }),
    marks: [
      Plot.ruleY([1], { stroke: INK.grey, strokeDasharray: "4,3" }),
      ...equationsOf(series).map((equation) =>
        Plot.line(
          kinetic.filter((point) => point.equation === equation),
          { x: "temperatureMev", y: "value", stroke: EQUATION_COLOUR[equation], strokeOpacity: 0.5 },
        ),
      ),
      Plot.ruleX(kinetic, {
        x: "temperatureMev",
        y1: (point) => point.value - 1.96 * point.standardError,
        y2: (point) => point.value + 1.96 * point.standardError,
        stroke: (point) => EQUATION_COLOUR[point.equation as DiffusionEquation],
      }),
      Plot.dot(kinetic, {
        x: "temperatureMev",
        y: "value",
        fill: (point) => EQUATION_COLOUR[point.equation as DiffusionEquation],
        r: 3.2,
      }),
    ],
  });
  const right = panel({
    width: HALF,
    height: 280,
    x: axis("k_BT (meV)"),
    y: axis("Local activation energy (meV)", { grid: true }),
    marks: [
      Plot.ruleY([barrier], { stroke: INK.grey, strokeDasharray: "4,3" }),
      Plot.ruleY(local, {
        x1: "from",
        x2: "to",
        y: "value",
        stroke: (step) => EQUATION_COLOUR[step.equation as DiffusionEquation],
        strokeWidth: 2,
      }),
      Plot.ruleX(local, {
        x: (step) => step.middle + (step.equation === "full" ? -0.15 : 0.15),
        y1: "low",
        y2: "high",
        stroke: (step) => EQUATION_COLOUR[step.equation as DiffusionEquation],
        strokeOpacity: 0.6,
      }),
    ],
  });
  return {
    name: numbered("kinetic-and-local-energies", index),
    title: "How warm the ion is, and whether one activation energy does",
    caption: `Left: mean kinetic energy of the ion over 3/2 k_BT, 95 % intervals; a classical ion in equilibrium has 1, the framework's zero-point motion adds to it. Right: activation energy between neighbouring temperatures (line with offset), 95 % intervals; dashed: the relaxed barrier, ${show(barrier, 4)} meV.`,
    svg: layout([
      [
        legend(
          equationsOf(series).map((equation) => ({ name: EQUATION_NAME[equation], colour: EQUATION_COLOUR[equation] })),
        ),
      ],
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
