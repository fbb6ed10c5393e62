// Figures over all hops of a structure: accumulation, sorted accumulation, localisation, dominance of one mode, barriers.
// Numbers in parentheses are the figures of Gordiz et al. 2021 that each one answers.

import * as Plot from "@observablehq/plot";
import type { F64 } from "../base/index.js";
import type { AveragedHops, Configuration, HopResult, ModalHopsData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, SERIES, show } from "./draw.js";
import { frequencyAxis } from "./hop-figures.js";

const WIDTH = 760;

interface ProjectedHop extends HopResult {
  readonly shares: NonNullable<HopResult["shares"]>;
  readonly frequencies: F64;
}

/** Hops that were split into modes, with the frequencies of their origin. */
export function projectedHops(data: ModalHopsData): ProjectedHop[] {
  const origins = new Map(data.configurations.map((configuration) => [configuration.id, configuration.frequenciesThz]));
  return data.hops.flatMap((hop) =>
    hop.shares && origins.has(hop.from) ? [{ ...hop, shares: hop.shares, frequencies: origins.get(hop.from)! }] : [],
  );
}

/** Accumulation of every hop, coloured by its barrier, and the averages (Fig. 2b). */
export function accumulationFigure(data: ModalHopsData): Figure {
  const hops = projectedHops(data);
  const grid = data.averages[0]!.gridThz;
  const curves = hops.flatMap((hop) =>
    accumulationOn(grid, hop).map((sum, i) => ({ id: hop.id, barrier: hop.barrierForwardEv, f: grid[i]!, sum })),
  );
  const averages = data.averages.flatMap((average) =>
    Array.from(grid, (f, i) => ({ f, sum: average.accumulation[i]!, name: weightName(average) })),
  );
  const svg = layout([
    [
      panel({
        width: WIDTH,
        height: 400,
        x: frequencyAxis(hops[0]!.frequencies),
        y: {
          label: "Accumulated share of the hop",
          labelAnchor: "center",
          labelArrow: "none",
          grid: true,
          domain: [0, 1],
        },
        color: { type: "linear", scheme: "viridis", label: "Barrier (eV)" },
        marks: [
          Plot.line(curves, { x: "f", y: "sum", z: "id", stroke: "barrier", strokeOpacity: 0.45, strokeWidth: 0.8 }),
          ...data.averages.map((average, i) =>
            Plot.line(
              averages.filter((point) => point.name === weightName(average)),
              { x: "f", y: "sum", stroke: INK.black, strokeWidth: 2.4, strokeDasharray: i === 0 ? "none" : "6,4" },
            ),
          ),
        ],
      }),
    ],
    [barrierScale(hops), averageKey(data.averages)],
  ]);
  return {
    name: "accumulation-all-hops",
    title: "Modes of all hops",
    caption: `Accumulated shares with frequency for ${hops.length} hops, coloured by their forward barrier; black: the average with equal weights (solid)${data.averages.length > 1 ? ` and with Boltzmann weights at ${data.averages[1]!.temperatureK} K (dashed)` : ""}.`,
    svg,
    csv: csvOf([
      { name: "frequency (THz)", values: grid as never },
      ...data.averages.map((a) => ({ name: `average, ${weightName(a)}`, values: a.accumulation as never })),
      ...hops.map((hop) => ({ name: hop.id, values: accumulationOn(grid, hop) })),
    ]),
  };
}

const weightName = (average: AveragedHops): string =>
  average.weights === "equal" ? "equal weights" : `Boltzmann at ${average.temperatureK} K`;

function accumulationOn(grid: F64, hop: ProjectedHop): number[] {
  const { frequencies, shares } = hop;
  let sum = 0;
  let mode = 0;
  return Array.from(grid, (f) => {
    while (mode < frequencies.length && frequencies[mode]! <= f) sum += shares.shares[mode++]!;
    return sum;
  });
}

function barrierScale(hops: readonly ProjectedHop[]) {
  const barriers = hops.map((hop) => hop.barrierForwardEv);
  const [low, high] = [Math.min(...barriers), Math.max(...barriers)];
  const steps = Array.from({ length: 64 }, (_, i) => low + ((high - low) * i) / 63);
  return panel({
    width: 360,
    height: 56,
    marginTop: 6,
    marginBottom: 34,
    x: { label: "Forward barrier (eV)", labelAnchor: "center", labelArrow: "none", ticks: 5 },
    y: { axis: null },
    color: { type: "linear", scheme: "viridis" },
    marks: [
      Plot.rectY(steps, {
        x1: (d: number) => d,
        x2: (d: number) => d + (high - low) / 63 + 1e-9,
        y: 1,
        fill: (d: number) => d,
      }),
    ],
  });
}

function averageKey(averages: readonly AveragedHops[]) {
  const rows = averages.map((average, i) => ({
    y: i,
    name: `average, ${weightName(average)}`,
    dash: i === 0 ? "none" : "6,4",
  }));
  return panel({
    width: 360,
    height: 56,
    marginTop: 8,
    marginBottom: 8,
    x: { axis: null, domain: [0, 10] },
    y: { axis: null, domain: [-0.5, 1.5], reverse: true },
    marks: [
      ...rows.map((row) =>
        Plot.link([row], {
          x1: 0,
          x2: 1,
          y1: "y",
          y2: "y",
          stroke: INK.black,
          strokeWidth: 2.4,
          strokeDasharray: row.dash,
        }),
      ),
      Plot.text(rows, { x: 1.2, y: "y", text: "name", textAnchor: "start" }),
    ],
  });
}

/** Shares of all hops that start in one configuration, one small panel each (Fig. S4). */
export function perConfigurationFigure(data: ModalHopsData): Figure {
  const hops = projectedHops(data);
  const origins = [...new Set(hops.map((hop) => hop.from))];
  const columns = 4;
  const panels = origins.map((origin) => {
    const points = hops
      .filter((hop) => hop.from === origin)
      .flatMap((hop) => Array.from(hop.frequencies, (f, n) => ({ f, share: hop.shares.shares[n]!, id: hop.id })));
    return panel({
      width: WIDTH / columns - 6,
      height: 150,
      marginLeft: 40,
      marginBottom: 30,
      x: { label: "THz", labelAnchor: "right", labelArrow: "none", ticks: 4 },
      y: { label: null, ticks: 4, grid: true },
      marks: [
        Plot.dot(
          points.filter((point) => point.share > 1e-3),
          { x: "f", y: "share", r: 1.1, fill: INK.black, fillOpacity: 0.6 },
        ),
        Plot.text([origin], { frameAnchor: "top-right", text: (d: string) => d, fontWeight: "bold", dy: 2, dx: -2 }),
      ],
    });
  });
  const rows = Array.from({ length: Math.ceil(panels.length / columns) }, (_, row) =>
    panels.slice(columns * row, columns * (row + 1)),
  );
  return {
    name: "shares-per-configuration",
    title: "Modes of all hops, by starting configuration",
    caption:
      "Share of each mode in every hop, one panel for each configuration the hops start from; shares below 10⁻³ are not drawn.",
    svg: layout(rows, 6),
    csv: csvOf(
      hops.flatMap((hop) => [
        { name: `${hop.id}: frequency (THz)`, values: hop.frequencies as never },
        { name: `${hop.id}: share`, values: hop.shares.shares as never },
      ]),
    ),
  };
}

/** Sorted accumulation against the percentage of modes (Fig. S5). */
export function sortedFigure(data: ModalHopsData): Figure {
  const points = data.averages.flatMap((average) =>
    Array.from(average.percentOfModes, (percent, i) => ({
      percent,
      sum: average.sortedAccumulation[i]!,
      name: weightName(average),
    })),
  );
  const at10 = points
    .filter((point) => point.name === weightName(data.averages[0]!))
    .find((point) => point.percent >= 10);
  return {
    name: "sorted-accumulation",
    title: "How few modes are enough",
    caption: `Modes sorted by their share in each hop, then averaged over ${data.averages[0]!.hops} hops: the largest 10 % of the modes carry ${show(100 * (at10?.sum ?? Number.NaN), 3)} % of the energy.`,
    svg: layout([
      [
        panel({
          width: WIDTH,
          height: 320,
          x: { label: "Modes, largest share first (%)", labelAnchor: "center", labelArrow: "none", domain: [0, 50] },
          y: { label: "Accumulated share", labelAnchor: "center", labelArrow: "none", domain: [0, 1], grid: true },
          color: { domain: data.averages.map(weightName), range: [...SERIES], legend: false },
          marks: [
            Plot.ruleX([10], { stroke: INK.grey, strokeDasharray: "3,3" }),
            Plot.line(
              points.filter((point) => point.percent <= 50),
              { x: "percent", y: "sum", stroke: "name", strokeWidth: 2 },
            ),
            Plot.text(
              data.averages.map((a, i) => ({ name: weightName(a), x: 49, y: 0.2 - 0.08 * i })),
              { x: "x", y: "y", text: "name", fill: "name", textAnchor: "end", fontWeight: "bold" },
            ),
          ],
        }),
      ],
    ]),
    csv: csvOf(
      data.averages.flatMap((a) => [
        { name: "modes (%)", values: a.percentOfModes as never },
        { name: `accumulated share, ${weightName(a)}`, values: a.sortedAccumulation as never },
      ]),
    ),
  };
}

/** Inverse participation ratio of every mode of every configuration (Fig. S6). */
export function localisationFigure(configurations: readonly Configuration[]): Figure {
  const points = configurations.flatMap((c) =>
    Array.from(c.frequenciesThz, (f, n) => ({ f, ipr: c.inverseParticipation[n]!, id: c.id })),
  );
  const atoms = configurations[0]!.frequenciesThz.length / 3;
  return {
    name: "inverse-participation",
    title: "Localisation of the modes",
    caption: `Inverse participation ratio of all modes of ${configurations.length} configurations. 1: one atom moves; 1/${atoms} (dashed): all move alike.`,
    svg: layout([
      [
        panel({
          width: WIDTH,
          height: 320,
          x: frequencyAxis(configurations[0]!.frequenciesThz),
          y: {
            label: "Inverse participation ratio",
            labelAnchor: "center",
            labelArrow: "none",
            grid: true,
            domain: [0, Math.min(1, 1.05 * Math.max(...points.map((p) => p.ipr)))],
          },
          marks: [
            Plot.ruleY([1 / atoms], { stroke: INK.grey, strokeDasharray: "3,3" }),
            Plot.dot(points, { x: "f", y: "ipr", r: 1.3, fill: INK.blue, fillOpacity: 0.45 }),
          ],
        }),
      ],
    ]),
    csv: csvOf(
      configurations.flatMap((c) => [
        { name: `${c.id}: frequency (THz)`, values: c.frequenciesThz as never },
        { name: `${c.id}: inverse participation ratio`, values: c.inverseParticipation as never },
      ]),
    ),
  };
}

/** Largest share over the mean share of each hop (Fig. S11), and the barriers. */
export function histogramsFigure(data: ModalHopsData): Figure {
  const hops = projectedHops(data);
  const half = (values: number[], label: string, colour: string) =>
    panel({
      width: WIDTH / 2 - 4,
      height: 260,
      x: { label, labelAnchor: "center", labelArrow: "none" },
      y: { label: "Hops", labelAnchor: "center", labelArrow: "none", grid: true },
      marks: [
        Plot.rectY(values, {
          ...Plot.binX({ y: "count" }, { x: (d: number) => d, thresholds: 20 }),
          fill: colour,
          inset: 0.5,
        }),
        Plot.ruleY([0]),
      ],
    });
  const ratios = hops.map((hop) => hop.shares.maxOverMean);
  const barriers = hops.map((hop) => hop.barrierForwardEv);
  return {
    name: "dominance-and-barriers",
    title: "One mode stands out, and how high the barriers are",
    caption: `Left: largest share of a mode over the mean share, for ${hops.length} hops (smallest ${show(Math.min(...ratios), 3)}). Right: forward barriers (lowest ${show(Math.min(...barriers), 3)} eV).`,
    svg: layout([
      [half(ratios, "Largest share / mean share", INK.purple), half(barriers, "Forward barrier (eV)", INK.green)],
    ]),
    csv: csvOf([
      { name: "hop", values: hops.map((hop) => hop.id) },
      { name: "largest share / mean share", values: ratios },
      { name: "forward barrier (eV)", values: barriers },
      { name: "backward barrier (eV)", values: hops.map((hop) => hop.barrierBackwardEv) },
    ]),
  };
}

/** Harmonic energy of the displaced arrangement against the energy of the band at the same place. */
export function harmonicFigure(data: ModalHopsData): Figure {
  const hops = projectedHops(data).map((hop) => ({
    id: hop.id,
    band: hop.shares.bandEnergyEv,
    modal: hop.shares.sumModalEnergyEv,
  }));
  const top = Math.max(...hops.map((hop) => hop.modal), ...hops.map((hop) => hop.band)) * 1.05;
  const right = Math.max(...hops.map((hop) => hop.band)) * 1.1;
  return {
    name: "harmonic-against-band",
    title: "The modal energies are harmonic energies",
    caption:
      "Σ Eₙ = ½uᵀΦu half way to the saddle against the energy of the band at the same place, one point for each hop. On the line they would agree; above it the lattice is softer along the path than its second derivatives at the origin say.",
    svg: layout([
      [
        panel({
          width: WIDTH,
          height: 340,
          x: { label: "Band energy half way (eV)", labelAnchor: "center", labelArrow: "none", domain: [0, right] },
          y: { label: "Σ Eₙ (eV)", labelAnchor: "center", labelArrow: "none", grid: true, domain: [0, top] },
          marks: [
            Plot.line(
              [
                [0, 0],
                [Math.min(top, right), Math.min(top, right)],
              ],
              { stroke: INK.grey, strokeDasharray: "3,3" },
            ),
            Plot.dot(hops, { x: "band", y: "modal", r: 3, fill: INK.blue, fillOpacity: 0.6 }),
          ],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "hop", values: hops.map((h) => h.id) },
      { name: "band energy (eV)", values: hops.map((h) => h.band) },
      { name: "sum of modal energies (eV)", values: hops.map((h) => h.modal) },
    ]),
  };
}
