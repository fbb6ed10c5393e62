// Figures of where ions are and how they change their sites: density, residence, transitions, concerted motion.

import * as Plot from "@observablehq/plot";
import type { ConcertedData, DensityData, MapData, SitesData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { escapeText, type Figure, INK, layout, panel, SERIES, show, svgDocument } from "./draw.js";
import { axis, blend, HALF, legend, type Panel, WIDTH } from "./medium-draw.js";

/** Dark where ions are; the square root shows the paths between full sites. */
function shade(part: number): string {
  const stops = ["#ffffff", "#d7e8f5", "#6aaed6", "#0072b2", "#12264a"];
  const place = Math.min(1, Math.sqrt(Math.max(0, part))) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  return blend(stops[low]!, stops[low + 1]!, place - low);
}

/** One projection; the cell's own angle is kept. */
export function mapPanel(
  map: MapData,
  { most, width, name }: { readonly most: number; readonly width: number; readonly name: string },
): Panel {
  const [rows, columns] = map.shape;
  const [u, v] = map.lengthsA;
  const angle = (map.angle * Math.PI) / 180;
  const wide = u + Math.abs(v * Math.cos(angle));
  const scale = (width - 46) / wide;
  const height = v * Math.sin(angle) * scale;
  const left = 30 + Math.max(0, -v * Math.cos(angle)) * scale;
  const top = 24;
  const cells: string[] = [];
  for (let i = 0; i < rows; i++) {
    // Runs of one colour are one rectangle: a page of a third the size.
    let start = 0;
    const colourAt = (j: number): string => shade(map.values[i * columns + j]! / most);
    for (let j = 1; j <= columns; j++) {
      if (j < columns && colourAt(j) === colourAt(start)) continue;
      const colour = colourAt(start);
      if (colour !== "#ffffff") cells.push(`<path d="M${i},${start}h1.03v${j - start}h-1.03z" fill="${colour}"/>`);
      start = j;
    }
  }
  const a = (u / rows) * scale;
  const b = [(v * Math.cos(angle) * scale) / columns, (v * Math.sin(angle) * scale) / columns] as const;
  const frame = `<path d="M0,0h${rows}v${columns}h${-rows}z" fill="none" stroke="${INK.grey}" stroke-width="1" vector-effect="non-scaling-stroke"/>`;
  const text = (x: number, y: number, words: string): string =>
    `<text x="${x}" y="${y}" font-size="12" fill="${INK.black}" text-anchor="middle">${escapeText(words)}</text>`;
  const total = top + height + 26;
  const body =
    `<g transform="matrix(${a} 0 ${b[0]} ${-b[1]} ${left} ${top + height})">${cells.join("")}${frame}</g>` +
    text(width / 2, 14, name) +
    text(left + (u * scale) / 2, top + height + 17, `${map.axes[0]}, ${show(u, 3)} Å`) +
    `<text transform="translate(${Math.max(12, left - 10)},${top + height / 2}) rotate(-90)" font-size="12" fill="${INK.black}" text-anchor="middle">${escapeText(`${map.axes[1]}, ${show(v, 3)} Å`)}</text>`;
  return { svg: svgDocument(width, total, body), width, height: total };
}

export function densityFigure({ maps, shape, largest }: DensityData, ion: string): Figure {
  const width = Math.floor(WIDTH / 3) - 6;
  return {
    name: "density",
    title: `Where ${ion} was`,
    caption: `Mean density along each axis of the cell, white to dark as the square root of the density over the largest of each picture. Grid ${shape.join(" × ")}, largest ${show(largest)} per Å³. The whole is in density.cube and CHGCAR.`,
    svg: layout([
      maps.map((map) => mapPanel(map, { most: Math.max(...map.values), width, name: `along ${map.along}` })),
    ]),
    csv: csvOf(
      maps.flatMap((map) => [
        { name: `along ${map.along}: ${map.shape.join(" × ")} over ${map.axes.join(", ")} (1/Å³)`, values: map.values },
      ]),
    ),
  };
}

export function siteFigure({ types, jumpLengths }: SitesData): Figure {
  const colours = new Map(types.map(({ name }, k) => [name, SERIES[k % SERIES.length]!]));
  const stays = types.flatMap(({ name, survival }) => [
    ...(survival.timesPs.length > 0 ? [{ name, t: 0, s: 1 }] : []),
    ...survival.timesPs.map((t, k) => ({ name, t, s: survival.survival[k]! })),
  ]);
  const drawn = stays.filter(({ s }) => s > 0);
  const left = panel({
    width: HALF,
    height: 270,
    x: axis("Time on the site (ps)"),
    y: axis("Still there", { type: "log", grid: true, ticks: 4, tickFormat: (v: number) => show(v) }),
    marks: [
      ...(drawn.length > 0
        ? [
            Plot.line(drawn, {
              x: "t",
              y: "s",
              z: "name",
              stroke: (d: { name: string }) => colours.get(d.name)!,
              curve: "step-after",
              strokeWidth: 1.7,
            }),
          ]
        : []),
    ],
  });
  const bars = (jumpLengths?.centresA ?? []).map((x, k) => ({ x, n: jumpLengths!.counts[k]! }));
  const width = bars.length > 1 ? bars[1]!.x - bars[0]!.x : 0.1;
  const right = panel({
    width: HALF,
    height: 270,
    x: axis("Length of a jump (Å)", { zero: false }),
    y: axis("Jumps", { grid: true }),
    marks: [
      Plot.rectY(
        bars.filter(({ n }) => n > 0),
        {
          x1: (b: { x: number }) => b.x - width / 2,
          x2: (b: { x: number }) => b.x + width / 2,
          y: "n",
          fill: INK.blue,
          insetLeft: 0.5,
          insetRight: 0.5,
        },
      ),
      Plot.ruleY([0]),
    ],
  });
  return {
    name: "sites",
    title: "Stays and jumps",
    caption:
      "Left: share of the stays that last at least so long, after Kaplan and Meier, so that stays cut off by the end of the run count for what they were seen; a straight line is an exponential. Right: distance between the sites of each jump.",
    svg: layout([[legend(types.map(({ name }) => ({ name, colour: colours.get(name)! })))], [left, right]]),
    csv: csvOf([
      ...types.flatMap(({ name, survival }) => [
        { name: `${name}: time (ps)`, values: survival.timesPs },
        { name: `${name}: still there`, values: survival.survival },
      ]),
      { name: "jump length (Å)", values: bars.map(({ x }) => x) },
      { name: "jumps", values: bars.map(({ n }) => n) },
    ]),
  };
}

export function concertedFigure({ classes, sweep, windowFs }: ConcertedData): Figure {
  const shown = classes
    .filter(({ candidates }) => candidates > 0)
    .sort((a, b) => b.candidates - a.candidates)
    .slice(0, 8);
  const names = shown.map(({ name }) => name);
  const left = panel({
    width: HALF,
    height: 90 + 30 * Math.max(2, names.length),
    marginLeft: 140,
    x: axis(`Pairs within ${windowFs} fs`, { grid: true, zero: true }),
    y: axis(null, { domain: names }),
    marks: [
      Plot.barX(shown, { x: "candidates", y: "name", fill: INK.blue, insetTop: 3, insetBottom: 3 }),
      Plot.tickX(shown, { x: "expected", y: "name", stroke: INK.red, strokeWidth: 3 }),
      Plot.ruleX([0]),
    ],
  });
  const windows = sweep.flatMap(({ windowFs: w, candidates, expected }) => [
    { w: w / 1000, n: candidates, kind: "found" },
    { w: w / 1000, n: expected, kind: "independent" },
  ]);
  const right = panel({
    width: HALF,
    height: 90 + 30 * Math.max(2, names.length),
    x: axis("Window (ps)", { zero: true }),
    y: axis("Pairs", { grid: true, zero: true }),
    marks: [
      Plot.line(windows, {
        x: "w",
        y: "n",
        z: "kind",
        stroke: (d: { kind: string }) => (d.kind === "found" ? INK.blue : INK.red),
        strokeWidth: 2,
      }),
      Plot.dot(windows, {
        x: "w",
        y: "n",
        fill: (d: { kind: string }) => (d.kind === "found" ? INK.blue : INK.red),
        r: 3,
      }),
    ],
  });
  return {
    name: "concerted",
    title: "Concerted motion",
    caption:
      "Pairs in which one ion enters the site another leaves (blue), and how many there would be if ions knew nothing of each other's clock (red). Left by the types of the three sites A–B–C, right against the window.",
    svg: layout([
      [
        legend([
          { name: "pairs found", colour: INK.blue },
          { name: "expected of independent jumps", colour: INK.red },
        ]),
      ],
      [left, right],
    ]),
    csv: csvOf([
      { name: "class", values: shown.map(({ name }) => name) },
      { name: "pairs within the window", values: shown.map(({ candidates }) => candidates) },
      { name: "expected", values: shown.map(({ expected }) => expected) },
      { name: "pairs counted once", values: shown.map(({ pairs }) => pairs) },
      { name: "window (ps)", values: sweep.map(({ windowFs: w }) => w / 1000) },
      { name: "pairs, all classes", values: sweep.map(({ candidates }) => candidates) },
      { name: "expected, all classes", values: sweep.map(({ expected }) => expected) },
    ]),
  };
}
