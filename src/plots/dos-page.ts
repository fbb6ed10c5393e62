// The page of `phonion dos`, and its figures.

import * as Plot from "@observablehq/plot";
import type { Report } from "../io/index.js";
import type { DosOperationData, SpectrumMoments } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, SERIES, show } from "./draw.js";
import { latticeTable } from "./lattice-tables.js";
import { axis, legend, type Panel, WIDTH } from "./medium-draw.js";
import type { Page, Table } from "./page.js";

const colourOf = (k: number): string => SERIES[k % SERIES.length]!;

export function dosPage({ data }: Report<DosOperationData>): Page {
  const { lattice, mesh, moments } = data;
  return {
    title: `Density of states of ${lattice.formula}`,
    lead: `${mesh.counts.join(" × ")} wave vectors, ${data.dos.method === "tetrahedra" ? "tetrahedra" : `Gaussians of ${show(data.dos.widthThz ?? undefined)} THz`}.`,
    headline: [
      { label: "Centre", value: `${show(moments.total.centreThz, 5)} THz` },
      { label: "Highest frequency", value: `${show(data.highestThz, 5)} THz` },
      { label: "States", value: `${data.states.toFixed(3)} of ${3 * lattice.natoms}` },
      ...(data.imaginaryShare > 0 ? [{ label: "Imaginary", value: `${show(100 * data.imaginaryShare, 3)} %` }] : []),
    ],
    sections: [
      {
        title: "By element",
        text: ["States per THz and primitive cell. The parts of the elements, weighed by |e|², add up to the whole."],
        figures: [dosFigure(data), ...(data.direction ? [directionFigure(data)] : [])],
        tables: [momentsTable(data)],
      },
      { title: "How many atoms take part", text: [], figures: [participationFigure(data)] },
      { title: "The calculation", text: [], tables: [latticeTable(lattice, mesh)] },
    ],
  };
}

interface Curves {
  readonly frequenciesThz: readonly number[];
  readonly total: readonly number[];
  readonly byElement: Readonly<Record<string, readonly number[]>>;
}

function curves({ frequenciesThz: f, total, byElement }: Curves, height = 320): Panel[][] {
  const points = (values: readonly number[]) => values.map((g, k) => ({ f: f[k]!, g }));
  const names = Object.keys(byElement);
  return [
    [legend([{ name: "all", colour: INK.black }, ...names.map((name, k) => ({ name, colour: colourOf(k) }))])],
    [
      panel({
        width: WIDTH,
        height,
        x: axis("Frequency (THz)"),
        y: axis("States per THz", { grid: true, nice: true }),
        marks: [
          ...(f[0]! < -0.02 ? [Plot.ruleX([0], { stroke: INK.grey, strokeDasharray: "3,3" })] : []),
          Plot.areaY(points(total), { x: "f", y: "g", fill: INK.faint, fillOpacity: 0.45 }),
          Plot.line(points(total), { x: "f", y: "g", stroke: INK.black, strokeWidth: 1.2 }),
          ...names.map((name, k) =>
            Plot.line(points(byElement[name]!), { x: "f", y: "g", stroke: colourOf(k), strokeWidth: 1.5 }),
          ),
        ],
      }),
    ],
  ];
}

const curvesCsv = ({ frequenciesThz, total, byElement }: Curves): string =>
  csvOf([
    { name: "frequency (THz)", values: frequenciesThz },
    { name: "all (1/THz)", values: total },
    ...Object.entries(byElement).map(([name, values]) => ({ name: `${name} (1/THz)`, values })),
  ]);

export function dosFigure(data: DosOperationData): Figure {
  const { dos } = data;
  const drawn = { frequenciesThz: dos.frequenciesThz, total: dos.totalPerThz, byElement: dos.byElementPerThz };
  return {
    name: "dos",
    title: "Density of states",
    caption: `Negative frequencies are imaginary modes. ${data.mesh.total} wave vectors, ${data.mesh.solved} solved.`,
    svg: layout(curves(drawn)),
    csv: curvesCsv(drawn),
  };
}

function directionFigure(data: DosOperationData): Figure {
  const { cartesian, perThz, byElementPerThz } = data.direction!;
  const drawn = { frequenciesThz: data.dos.frequenciesThz, total: perThz, byElement: byElementPerThz };
  return {
    name: "dos-direction",
    title: `Motion along (${cartesian.map((x) => show(x)).join(", ")})`,
    caption:
      "The part |n·e|² of the modes, n the Cartesian direction; over three directions at right angles it adds up to the whole.",
    svg: layout(curves(drawn, 260)),
    csv: curvesCsv(drawn),
  };
}

function participationFigure(data: DosOperationData): Figure {
  const { frequenciesThz, participation, character } = data.modes;
  const { elements } = data.lattice;
  const points = frequenciesThz.map((f, k) => {
    const parts = character[k]!;
    return { f, p: participation[k]!, colour: colourOf(parts.indexOf(Math.max(...parts))) };
  });
  return {
    name: "participation",
    title: "Participation against frequency",
    caption: `1/(N Σ|e|⁴) of modes of the mesh: 1 when all ${data.lattice.natoms} atoms of the primitive cell move alike, ${show(1 / data.lattice.natoms, 3)} for one. Coloured by the element with the largest part.`,
    svg: layout([
      [legend(elements.map((name, k) => ({ name, colour: colourOf(k) })))],
      [
        panel({
          width: WIDTH,
          height: 270,
          x: axis("Frequency (THz)", { domain: [data.lowestThz < -0.02 ? data.lowestThz : 0, data.highestThz] }),
          y: axis("Participation", { domain: [0, 1], grid: true }),
          marks: [Plot.dot(points, { x: "f", y: "p", r: 1.7, fill: "colour", fillOpacity: 0.7 })],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "frequency (THz)", values: frequenciesThz },
      { name: "participation", values: participation },
      ...elements.map((name, e) => ({ name, values: character.map((parts) => parts[e]!) })),
    ]),
  };
}

function momentsTable({ moments, minimumThz }: DosOperationData): Table {
  const row = (name: string, m: SpectrumMoments): string[] => [
    name,
    show(m.centreThz, 6),
    show(m.widthThz, 5),
    show(m.skewness, 4),
    show(m.kurtosis, 4),
    show(m.secondMomentThz2, 6),
  ];
  return {
    title: "Moments of the spectrum",
    caption: `Means over the modes above ${show(minimumThz)} THz, not integrals of the curve; kurtosis is the excess over a Gaussian.`,
    head: ["", "centre (THz)", "width (THz)", "skewness", "kurtosis", "second moment (THz²)"],
    rows: [row("all", moments.total), ...Object.entries(moments.byElement).map(([name, m]) => row(name, m))],
  };
}
