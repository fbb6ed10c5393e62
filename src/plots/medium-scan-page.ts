// The page of the study "medium-scan": heat maps over two properties, and curves along the first.

import * as Plot from "@observablehq/plot";
import type { Report } from "../io/index.js";
import { isResolved, type MediumScanData, type ScanKey, type ScanPoint } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, show, svgDocument } from "./draw.js";
import { measuredText } from "./medium-diffusion-page.js";
import { axis, blend, legend, type Panel, scientific, temperatureColours, WIDTH } from "./medium-draw.js";
import type { Page, Section, Table } from "./page.js";

const AXIS_NAME: Readonly<Record<ScanKey, string>> = {
  stiffnessFactor: "Stiffness (both springs, × given)",
  massFactor: "Density (framework mass, × given)",
  latticeConstantA: "Lattice constant (Å)",
  temperatureMev: "k_BT (meV)",
  strengthMevA: "Strength U₀ (meV Å)",
  screeningA: "Screening length λ (Å)",
  ionMassMevPs2PerA2: "Mass of the ion (meV ps²/Å²)",
};
const SHORT_NAME: Readonly<Record<ScanKey, string>> = {
  stiffnessFactor: "stiffness",
  massFactor: "density",
  latticeConstantA: "lattice constant",
  temperatureMev: "temperature",
  strengthMevA: "strength",
  screeningA: "screening length",
  ionMassMevPs2PerA2: "ion mass",
};

export function mediumScanPage(report: Report<MediumScanData>): Page {
  const { data } = report;
  const x = SHORT_NAME[data.x.key];
  const y = SHORT_NAME[data.y.key];
  return {
    title: `An ion's diffusion over ${x} and ${y}`,
    lead: "Which framework lets an ion through best? A soft one shakes it over its barriers and gives way, but drags on it; a stiff one hardly exchanges energy with it at all (Rodin et al., arXiv:2504.06595, section VII).",
    headline: [
      {
        label: "Points of the map",
        value: `${new Set(data.points.map((p) => p.x)).size} × ${new Set(data.points.map((p) => p.y)).size}`,
      },
      ...data.optima.slice(0, 4).map((best) => ({
        label: `Best ${x} at ${y} ${show(best.y)}`,
        value: best.isAtEdge ? "not bracketed" : rangeText(best.range),
      })),
    ],
    sections: [...(data.equation === "none" ? [] : [diffusionSection(data)]), restSection(data)],
  };
}

function diffusionSection(data: MediumScanData): Section {
  const equations = data.equation === "full" ? "full" : "time-local";
  return {
    title: "Diffusion",
    text: [
      `D from walks of ${show(data.sampledPs)} ps at every point by the ${equations} equations, from a line with an offset through lags of 4 to 12 ps; where the ion flies on for longer than that, D is a lower bound. Cells in grey have a D that does not stand out of its error by two standard errors.`,
    ],
    figures: [
      mapFigure(data, {
        name: "map-diffusion",
        title: "Diffusion coefficient",
        unit: "Å²/ps",
        caption:
          "D on a logarithmic colour scale; the number is D in Å²/ps. Outlined: the largest of each row among places where the ion is as warm as its framework.",
        value: ({ diffusionA2PerPs: d }) => (isResolved(d) ? d.value : undefined),
        isLog: true,
        outlined: (point) => data.optima.some((best) => best.x === point.x && best.y === point.y),
      }),
      curvesFigure(data),
      mapFigure(data, {
        name: "map-kinetic",
        title: "How warm the ion is",
        unit: "3/2 k_BT",
        caption: "Mean kinetic energy of the ion over 3/2 k_BT: 1 in equilibrium with a classical framework.",
        value: ({ kineticRatio }) => kineticRatio?.value,
        isLog: false,
      }),
    ],
    tables: [...(data.optima.length > 0 ? [optimumTable(data)] : [])],
  };
}

function restSection(data: MediumScanData): Section {
  return {
    title: "Barriers and drag",
    text: [
      "What the framework at rest says: the relaxed barrier through the middle of a face, and L, to which the drag of the time-local equation is proportional. For given springs L ∝ 1/(ρv³): it falls with stiffness and grows with the root of the density.",
    ],
    figures: [
      mapFigure(data, {
        name: "map-barrier",
        title: "Relaxed barrier",
        unit: "meV",
        caption: "Energy of the middle of a face above the centre of a cell with the framework relaxed, meV.",
        value: ({ barrierRelaxedMev }) => barrierRelaxedMev,
        isLog: false,
      }),
      mapFigure(data, {
        name: "map-drag",
        title: "Drag kernel L",
        unit: "10⁻⁵ Å² ps/meV",
        caption: "L in 10⁻⁵ Å² ps/meV, on a logarithmic colour scale.",
        value: ({ framework }) => 1e5 * framework.dragA2PsPerMev,
        isLog: true,
      }),
    ],
    tables: [pointTable(data)],
  };
}

interface MapOptions {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly caption: string;
  readonly isLog: boolean;
  value(point: ScanPoint): number | undefined;
  outlined?(point: ScanPoint): boolean;
}

const RAMP = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"]; // viridis
const rampColour = (part: number): string => {
  const place = Math.min(1, Math.max(0, part)) * (RAMP.length - 1);
  const low = Math.min(RAMP.length - 2, Math.floor(place));
  return blend(RAMP[low]!, RAMP[low + 1]!, place - low);
};

/** Cells of equal size: the values of an axis need not be evenly spaced. */
export function mapFigure(data: MediumScanData, options: MapOptions): Figure {
  const { value, isLog, outlined = () => false } = options;
  const scale = (v: number): number => (isLog ? Math.log(v) : v);
  const known = data.points.flatMap((point) => {
    const v = value(point);
    return v === undefined ? [] : [v];
  });
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const part = (v: number): number => (high > low ? (scale(v) - scale(low)) / (scale(high) - scale(low)) : 0.5);
  const cells = data.points.map((point) => {
    const v = value(point);
    return {
      x: point.x,
      y: point.y,
      text: v === undefined ? "–" : show(v, 3),
      fill: v === undefined ? INK.faint : rampColour(part(v)),
      ink: v !== undefined && part(v) < 0.6 ? "white" : INK.black,
      isOutlined: outlined(point),
    };
  });
  const rows = new Set(cells.map(({ y }) => y)).size;
  const plot = panel({
    width: WIDTH,
    height: Math.min(420, 80 + 52 * rows),
    x: { ...axis(AXIS_NAME[data.x.key], { tickFormat: show1 }), type: "band", padding: 0.03 },
    y: { ...axis(AXIS_NAME[data.y.key], { tickFormat: show1 }), type: "band", padding: 0.03, reverse: true },
    marks: [
      Plot.cell(cells, { x: "x", y: "y", fill: "fill" }),
      Plot.cell(
        cells.filter(({ isOutlined }) => isOutlined),
        { x: "x", y: "y", fill: "none", stroke: INK.red, strokeWidth: 2.5, inset: 1 },
      ),
      Plot.text(cells, { x: "x", y: "y", text: "text", fill: "ink" }),
    ],
    color: { type: "identity" },
  });
  return {
    name: options.name,
    title: options.title,
    caption: options.caption,
    svg: layout(known.length > 0 ? [[plot], [colourBar(low, high, options)]] : [[plot]]),
    csv: csvOf([
      { name: AXIS_NAME[data.x.key], values: data.points.map(({ x }) => x) },
      { name: AXIS_NAME[data.y.key], values: data.points.map(({ y }) => y) },
      { name: `${options.title} (${options.unit})`, values: data.points.map((point) => value(point) ?? "") },
    ]),
  };
}

const show1 = (value: number): string => show(value);

function colourBar(low: number, high: number, { isLog, unit }: MapOptions): Panel {
  const [left, width, height] = [62, 300, 34];
  const steps = 60;
  const blocks = Array.from(
    { length: steps },
    (_, i) =>
      `<rect x="${(left + (width * i) / steps).toFixed(1)}" y="2" width="${(width / steps + 0.5).toFixed(1)}" height="10" fill="${rampColour(i / (steps - 1))}"/>`,
  ).join("");
  const label = (x: number, text: string, anchor: string): string =>
    `<text x="${x}" y="26" font-size="12" text-anchor="${anchor}" fill="${INK.black}">${text}</text>`;
  const middle = isLog ? Math.sqrt(low * high) : (low + high) / 2;
  const marks =
    label(left, show(low, 3), "start") +
    label(left + width / 2, show(middle, 3), "middle") +
    label(left + width, show(high, 3), "end") +
    label(left + width + 12, unit, "start");
  return { svg: svgDocument(WIDTH, height, blocks + marks), width: WIDTH, height };
}

/** D along x for every y, with 95 % intervals. */
export function curvesFigure(data: MediumScanData): Figure {
  const rows = [...new Set(data.points.map(({ y }) => y))];
  const colours = temperatureColours(rows.length);
  const points = data.points.flatMap(({ x, y, diffusionA2PerPs: d }) => {
    if (!isResolved(d)) return [];
    const spread = Math.exp((1.96 * d.standardError) / d.value);
    return [{ x, y, value: d.value, error: d.standardError, low: d.value / spread, high: d.value * spread }];
  });
  const isWide = Math.max(...data.points.map(({ x }) => x)) > 3 * Math.min(...data.points.map(({ x }) => x));
  return {
    name: "diffusion-curves",
    title: `D along the ${SHORT_NAME[data.x.key]}`,
    caption: `The map row by row, with 95 % intervals; one colour for each ${SHORT_NAME[data.y.key]}.`,
    svg: layout([
      [legend(rows.map((y, i) => ({ name: `${AXIS_NAME[data.y.key]} ${show(y)}`, colour: colours[i]! })))],
      [
        panel({
          width: WIDTH,
          height: 320,
          x: axis(AXIS_NAME[data.x.key], { ...(isWide ? { type: "log" } : {}), tickFormat: show1, ticks: 6 }),
          y: axis("D (Å²/ps)", { type: "log", grid: true, tickFormat: show1, ticks: 5 }),
          marks: rows.flatMap((y, i) => {
            const own = points.filter((point) => point.y === y);
            return [
              Plot.line(own, { x: "x", y: "value", stroke: colours[i]!, strokeWidth: 1.4 }),
              Plot.ruleX(own, { x: "x", y1: "low", y2: "high", stroke: colours[i]! }),
              Plot.dot(own, { x: "x", y: "value", fill: colours[i]!, r: 3.2 }),
            ];
          }),
        }),
      ],
    ]),
    csv: csvOf([
      { name: AXIS_NAME[data.x.key], values: points.map(({ x }) => x) },
      { name: AXIS_NAME[data.y.key], values: points.map(({ y }) => y) },
      { name: "D (Å²/ps)", values: points.map(({ value }) => value) },
      { name: "standard error (Å²/ps)", values: points.map(({ error }) => error) },
    ]),
  };
}

const rangeText = ([low, high]: readonly [number, number]): string =>
  low === high ? show(low) : `${show(low)} to ${show(high)}`;

function optimumTable(data: MediumScanData): Table {
  return {
    title: `Best ${SHORT_NAME[data.x.key]} of each row`,
    caption:
      "Among places where the ion is as warm as its framework. Range: values whose D is within two standard errors of the largest. Not bracketed: the range reaches an end of the scan.",
    head: [AXIS_NAME[data.y.key], `best ${SHORT_NAME[data.x.key]}`, "D (Å²/ps)", "range", ""],
    rows: data.optima.map(({ y, x, diffusionA2PerPs, range, isAtEdge }) => [
      show(y),
      show(x),
      measuredText(diffusionA2PerPs),
      rangeText(range),
      isAtEdge ? "not bracketed" : "",
    ]),
  };
}

function pointTable(data: MediumScanData): Table {
  const walked = data.equation !== "none";
  return {
    title: "All points",
    caption: "Barriers in meV; strain is the part of the relaxed barrier that is in the springs.",
    head: [
      AXIS_NAME[data.x.key],
      AXIS_NAME[data.y.key],
      "highest mode (THz)",
      "barrier at rest",
      "relaxed",
      "strain",
      "L (Å² ps/meV)",
      ...(walked ? ["hops", "D (Å²/ps)", "kinetic energy"] : []),
    ],
    rows: data.points.map((point) => [
      show(point.x),
      show(point.y),
      show(point.framework.highestThz, 3),
      show(point.barrierUnrelaxedMev, 4),
      show(point.barrierRelaxedMev, 4),
      show(point.barrierElasticMev, 3),
      scientific(point.framework.dragA2PsPerMev, 3),
      ...(walked
        ? [
            point.hops === undefined ? "–" : String(point.hops),
            measuredText(point.diffusionA2PerPs),
            measuredText(point.kineticRatio),
          ]
        : []),
    ]),
  };
}
