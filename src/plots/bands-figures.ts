// Figures of bands: beside the density of states on one axis of frequency, coloured by what the modes do, and as thick as an element's part in them.

import * as Plot from "@observablehq/plot";
import type { BandsData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, SERIES, show } from "./draw.js";
import {
  colourAt,
  colourBar,
  colouredStrokes,
  linearRamp,
  logRamp,
  type Ramp,
  ribbons,
  type Stroke,
} from "./lattice-draw.js";
import { axis, HALF, legend, type Panel, WIDTH } from "./medium-draw.js";

export type Colouring = "displacement" | "share" | "coupling" | "participation";

interface Coloured {
  readonly ramp: Ramp;
  /** [points][bands], null without a value. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** Undefined when the bands hold nothing to colour by. */
export function colouring(data: BandsData, name: Colouring): Coloured | undefined {
  const ion = data.mobile ?? "";
  switch (name) {
    case "displacement":
      if (!data.mobileMsdA2) return undefined;
      return {
        ramp: logRamp(
          name,
          `mean square displacement of ${ion} in a mode at ${show(data.temperatureK)} K (Å²)`,
          data.mobileMsdA2.flat(),
        ),
        values: data.mobileMsdA2.map((row) => row.map((value) => (value > 0 ? value : null))),
      };
    case "share":
      return data.mobileShare
        ? { ramp: linearRamp(name, `share of ${ion} in the motion`, [0, 1]), values: data.mobileShare }
        : undefined;
    case "coupling":
      return data.coupling
        ? { ramp: linearRamp(name, `coupling of ${ion} with the host`, [-1, 1], true), values: data.coupling }
        : undefined;
    default:
      return { ramp: linearRamp(name, "participation", [0, 1]), values: data.participation };
  }
}

/** Distances of the ends of legs, with their labels: two that meet at a jump share one. */
export function pathTicks({ path }: BandsData): { readonly at: number; readonly label: string }[] {
  const ticks: { at: number; label: string }[] = [];
  for (const { from, to, first, count } of path.segments) {
    const last = ticks.at(-1);
    if (!last) ticks.push({ at: path.distancesRadPerA[first]!, label: from });
    else if (last.label !== from) last.label = `${last.label}|${from}`;
    ticks.push({ at: path.distancesRadPerA[first + count - 1]!, label: to });
  }
  return ticks;
}

function strokesOf(data: BandsData, coloured: Coloured | undefined): Stroke[] {
  const bands = data.frequenciesThz[0]?.length ?? 0;
  return data.path.segments.flatMap(({ first, count }) =>
    Array.from({ length: bands }, (_, band): Stroke => {
      const at = Array.from({ length: count }, (_, k) => first + k);
      const stroke = {
        x: at.map((k) => data.path.distancesRadPerA[k]!),
        y: at.map((k) => data.frequenciesThz[k]![band]!),
      };
      if (!coloured) return stroke;
      const place = (k: number): number => {
        const value = coloured.values[k]![band];
        return value == null ? Number.NaN : coloured.ramp.place(value);
      };
      return { ...stroke, places: at.slice(1).map((k) => (place(k - 1) + place(k)) / 2) };
    }),
  );
}

function frequencyDomain(data: BandsData): [number, number] {
  const all = data.frequenciesThz.flat();
  const low = all.reduce((least, f) => Math.min(least, f), 0);
  const high = all.reduce((most, f) => Math.max(most, f), 0);
  const margin = 0.03 * (high - low || 1);
  return [low < -0.02 ? low - margin : 0, high + margin];
}

interface BandPanel {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Plot.Markish[];
  readonly title?: string;
  readonly labelled?: boolean;
}

function bandPanel(data: BandsData, { width, height, marks, title, labelled = true }: BandPanel): Panel {
  const ticks = pathTicks(data);
  const [low, high] = frequencyDomain(data);
  const labels = new Map(ticks.map(({ at, label }) => [at, label]));
  return panel({
    width,
    height,
    marginRight: 8,
    marginTop: title ? 30 : 14,
    x: axis(null, {
      domain: [ticks[0]?.at ?? 0, ticks.at(-1)?.at ?? 1],
      ticks: ticks.map(({ at }) => at),
      tickFormat: (at: number) => labels.get(at) ?? "",
      tickSize: 0,
    }),
    y: axis(labelled ? "Frequency (THz)" : null, { domain: [low, high], grid: true }),
    marks: [
      Plot.ruleX(ticks, { x: "at", stroke: INK.faint }),
      ...(low < 0 ? [Plot.ruleY([0], { stroke: INK.grey, strokeDasharray: "3,3" })] : []),
      ...marks,
      ...(title ? [Plot.text([title], { frameAnchor: "top", dy: -20, fontSize: 13, fontWeight: 600 })] : []),
    ],
  });
}

function dosPanel(data: BandsData, width: number, height: number): Panel {
  const [low, high] = frequencyDomain(data);
  const { frequenciesThz: f, totalPerThz, byElementPerThz } = data.dos;
  const curve = (values: readonly number[]) =>
    values.map((g, k) => ({ g, f: f[k]! })).filter((point) => point.f >= low && point.f <= high);
  return panel({
    width,
    height,
    marginLeft: 8,
    marginTop: 14,
    x: axis("States/THz", { ticks: 3, domain: [0, 1.05 * Math.max(...totalPerThz)] }),
    y: axis(null, { domain: [low, high], grid: true, tickSize: 0, tickFormat: () => "" }),
    marks: [
      Plot.ruleX([0], { stroke: INK.faint }),
      Plot.line(curve(totalPerThz), { x: "g", y: "f", stroke: INK.black, strokeWidth: 1.2 }),
      ...Object.values(byElementPerThz).map((values, e) =>
        Plot.line(curve(values), { x: "g", y: "f", stroke: SERIES[e % SERIES.length]!, strokeWidth: 1.4 }),
      ),
    ],
  });
}

const elementLegend = (data: BandsData): Panel =>
  legend([
    { name: "all", colour: INK.black },
    ...Object.keys(data.dos.byElementPerThz).map((name, e) => ({ name, colour: SERIES[e % SERIES.length]! })),
  ]);

const whereCsv = (data: BandsData) => [
  { name: "distance (rad/Å)", values: data.path.distancesRadPerA },
  ...["q1", "q2", "q3"].map((name, k) => ({ name, values: data.path.q.map((q) => q[k]!) })),
];

const bandColumns = (name: string, rows: readonly (readonly (number | null)[])[]) =>
  Array.from({ length: rows[0]?.length ?? 0 }, (_, band) => ({
    name: name.replace("#", String(band)),
    values: rows.map((row) => row[band] ?? ""),
  }));

/** Bands with the density of states on the same axis of frequency. */
export function bandsFigure(data: BandsData): Figure {
  const coloured = data.colour === "none" ? undefined : colouring(data, data.colour);
  const [wide, height] = [540, 420];
  const strokes = colouredStrokes(strokesOf(data, coloured), coloured?.ramp);
  const { mesh, dos } = data;
  return {
    name: "bands",
    title: "Bands and density of states",
    caption: `${data.connected ? "Bands followed by the likeness of their vectors" : "Modes sorted by frequency"}${
      coloured
        ? `, coloured by ${coloured.ramp.label}${data.colour === "coupling" || data.colour === "displacement" ? "; grey where it has no value" : ""}`
        : ""
    }. Negative frequencies are imaginary. Right: states per THz and primitive cell, ${
      dos.method === "tetrahedra" ? "by tetrahedra" : `Gaussians of ${show(dos.widthThz ?? undefined)} THz`
    } on ${mesh.counts.join(" × ")} wave vectors.`,
    svg: layout([
      ...(coloured ? [[colourBar(coloured.ramp)]] : []),
      [elementLegend(data)],
      [bandPanel(data, { width: wide, height, marks: [strokes] }), dosPanel(data, WIDTH - wide - 8, height)],
    ]),
    csv: csvOf([
      ...whereCsv(data),
      ...bandColumns("band # (THz)", data.frequenciesThz),
      { name: "dos: frequency (THz)", values: dos.frequenciesThz },
      { name: "dos: all (1/THz)", values: dos.totalPerThz },
      ...Object.entries(dos.byElementPerThz).map(([name, values]) => ({ name: `dos: ${name} (1/THz)`, values })),
    ]),
  };
}

/** The same bands in every colour there is. */
export function colouredBandsFigure(data: BandsData): Figure {
  const list = (["displacement", "share", "coupling", "participation"] as const).flatMap(
    (name) => colouring(data, name) ?? [],
  );
  const panels = list.map((coloured) => {
    const marks = [colouredStrokes(strokesOf(data, coloured), coloured.ramp, 1.3)];
    return {
      bar: colourBar(short(coloured.ramp, data), HALF),
      bands: bandPanel(data, { width: HALF, height: 280, marks }),
    };
  });
  const rows: Panel[][] = [];
  for (let k = 0; k < panels.length; k += 2) {
    const pair = panels.slice(k, k + 2);
    rows.push(
      pair.map(({ bar }) => bar),
      pair.map(({ bands }) => bands),
    );
  }
  return {
    name: "bands-coloured",
    title: "What the modes do",
    caption: `${
      data.mobile
        ? `Mean square displacement per axis of ${data.mobile} at ${show(data.temperatureK)} K if a mode's wave vector were the only one; the share of ${data.mobile} in the squared displacements of a mode; the coupling factor c = Re(E*·E_host)/(|E||E_host|) of the summed displacements (1: together, −1: against each other; grey: one of them does not move); `
        : ""
    }participation 1/(N Σ|e|⁴): 1 when all atoms move alike, 1/N for one.`,
    svg: layout(rows),
    csv: csvOf([
      ...whereCsv(data),
      ...list.flatMap(({ ramp, values }) =>
        bandColumns(`${ramp.name} of band #${ramp.name === "displacement" ? " (Å²)" : ""}`, values),
      ),
    ]),
  };
}

const short = (ramp: Ramp, data: BandsData): Ramp => {
  const ion = data.mobile ?? "";
  const labels: Record<string, string> = {
    displacement: `⟨u²⟩ of ${ion} (Å²)`,
    share: `share of ${ion}`,
    coupling: "coupling",
  };
  return { ...ramp, label: labels[ramp.name] ?? ramp.label };
};

/** Points of ribbons in one figure, above which the path is thinned: the page stays small. */
const MOST_RIBBON_POINTS = 12000;
const FAT = 9;

/** Fat bands: one panel for each element. */
export function fatBandsFigure(data: BandsData): Figure {
  const { elements } = data.lattice;
  const bands = data.frequenciesThz[0]?.length ?? 0;
  const step = Math.max(1, Math.ceil((bands * data.path.q.length) / MOST_RIBBON_POINTS));
  const thickness = Math.min(FAT, 150 / Math.max(bands, 1) + 3);
  const panels = elements.map((element, e) => {
    const list = data.path.segments.flatMap(({ first, count }) => {
      const at = Array.from({ length: count }, (_, k) => first + k).filter(
        (k) => (k - first) % step === 0 || k === first + count - 1,
      );
      return Array.from({ length: bands }, (_, band) => ({
        x: at.map((k) => data.path.distancesRadPerA[k]!),
        y: at.map((k) => data.frequenciesThz[k]![band]!),
        thickness: at.map((k) => thickness * data.character[k]![band]![e]!),
      }));
    });
    const marks = [ribbons(list, SERIES[e % SERIES.length]!)];
    return bandPanel(data, { width: HALF, height: 290, marks, title: element });
  });
  const rows: Panel[][] = [];
  for (let k = 0; k < panels.length; k += 2) rows.push(panels.slice(k, k + 2));
  return {
    name: "fat-bands",
    title: "Fat bands",
    caption: `The thickness of a band is the part Σ|e|² of an element in it; the parts of all elements add up to 1.${step > 1 ? ` Every ${step}th wave vector is drawn.` : ""}`,
    svg: layout(rows),
    csv: csvOf([
      ...whereCsv(data),
      ...bandColumns("band # (THz)", data.frequenciesThz),
      ...elements.flatMap((element, e) =>
        bandColumns(
          `${element} in band #`,
          data.character.map((row) => row.map((parts) => parts[e]!)),
        ),
      ),
    ]),
  };
}

interface ParticipationPoint {
  readonly f: number;
  readonly p: number;
  readonly colour: string;
}

/** How many atoms take part, against frequency. */
export function bandParticipationFigure(data: BandsData): Figure {
  const coloured = colouring(data, "displacement");
  const total = data.path.q.length * (data.frequenciesThz[0]?.length ?? 0);
  const step = Math.max(1, Math.ceil(total / 5000));
  const colourOf = (at: number, band: number): string => {
    if (!coloured) return INK.blue;
    const value = coloured.values[at]![band];
    return value == null ? INK.faint : colourAt(coloured.ramp, coloured.ramp.place(value));
  };
  const points = data.frequenciesThz.flatMap((row, at) =>
    at % step === 0
      ? row.map((f, band): ParticipationPoint => ({ f, p: data.participation[at]![band]!, colour: colourOf(at, band) }))
      : [],
  );
  return {
    name: "participation",
    title: "Participation against frequency",
    caption: `Of the modes along the path: 1 when all ${data.lattice.natoms} atoms of the primitive cell move alike, ${show(1 / data.lattice.natoms, 3)} for one${
      coloured ? `; coloured by ${coloured.ramp.label}` : ""
    }.${step > 1 ? ` Every ${step}th wave vector is drawn.` : ""}`,
    svg: layout([
      ...(coloured ? [[colourBar(coloured.ramp)]] : []),
      [
        panel({
          width: WIDTH,
          height: 280,
          x: axis("Frequency (THz)", { domain: frequencyDomain(data) }),
          y: axis("Participation", { domain: [0, 1], grid: true }),
          marks: [Plot.dot(points, { x: "f", y: "p", r: 1.7, fill: "colour", fillOpacity: 0.75 })],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "frequency (THz)", values: data.frequenciesThz.flat() },
      { name: "participation", values: data.participation.flat() },
      ...(data.mobileMsdA2
        ? [{ name: `mean square displacement of ${data.mobile} (Å²)`, values: data.mobileMsdA2.flat() }]
        : []),
    ]),
  };
}
