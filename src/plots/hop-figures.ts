// Figures of one hop: its energy profile, the modes it is made of, the picture of its path and of its leading modes.
// Numbers in parentheses are the figures of Gordiz et al. 2021 that each one answers.

import * as Plot from "@observablehq/plot";
import type { F64, Vec3 } from "../base/index.js";
import type { HopInFull } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, SERIES, show } from "./draw.js";
import { drawScene } from "./scene.js";

const WIDTH = 760;

/** Energy along the path with its images, and the same exchange by other mechanisms (Fig. 3). */
export function profileFigure(hop: HopInFull): Figure {
  const runs = [{ mechanism: hop.mechanism, energiesEv: hop.energiesEv, coordinateA: hop.coordinateA }, ...hop.rivals];
  const points = runs.flatMap((run) =>
    Array.from(run.energiesEv, (energy, i) => ({
      mechanism: run.mechanism,
      x: run.coordinateA[i]! / run.coordinateA[run.coordinateA.length - 1]!,
      energy,
    })),
  );
  const svg = layout([
    [
      panel({
        width: WIDTH,
        height: 360,
        marginTop: 22 + 16 * runs.length,
        x: { label: "Reaction coordinate (arc length / total)", labelAnchor: "center", labelArrow: "none" },
        y: { label: "Energy above the first minimum (eV)", labelAnchor: "center", labelArrow: "none", grid: true },
        color: { domain: runs.map((run) => run.mechanism), range: [...SERIES] },
        marks: [
          Plot.line(points, { x: "x", y: "energy", stroke: "mechanism", curve: "monotone-x", strokeWidth: 1.8 }),
          Plot.dot(points, { x: "x", y: "energy", fill: "mechanism", r: 3.2 }),
          ...runs.map((run, i) =>
            Plot.text([seriesLabel(run)], {
              frameAnchor: "top-right",
              dy: -16 * (runs.length - i) - 4,
              text: (d: string) => d,
              fill: SERIES[i % SERIES.length]!,
              fontWeight: "bold",
            }),
          ),
        ],
      }),
    ],
  ]);
  return {
    name: "profile",
    title: "Energy along the hop",
    caption: `Minimum-energy path of hop ${hop.id} with every image of the climbing-image elastic band${hop.rivals.length > 0 ? ", beside the same move by other mechanisms" : ""}. Energies in eV above the starting configuration.`,
    svg,
    csv: csvOf(
      runs.flatMap((run) => [
        { name: `${run.mechanism}: coordinate (Å)`, values: run.coordinateA },
        { name: `${run.mechanism}: energy (eV)`, values: run.energiesEv },
      ]),
    ),
  };
}

const seriesLabel = (run: { readonly mechanism: string; readonly energiesEv: F64 }): string =>
  `${run.mechanism}, barrier ${show(Math.max(...run.energiesEv), 3)} eV`;

/** Share of every mode and their accumulation (Fig. 2a). */
export function sharesFigure(hop: HopInFull): Figure {
  const modes = sharePoints(hop.frequenciesThz, hop.sharesHalfway);
  let sum = 0;
  const accumulated = modes.map((mode) => ({ f: mode.f, sum: (sum += mode.share) }));
  const x = frequencyAxis(hop.frequenciesThz);
  const svg = layout([
    [
      panel({
        width: WIDTH,
        height: 240,
        x: { ...x, label: null },
        y: { label: "Share of the hop", labelAnchor: "center", labelArrow: "none", grid: true },
        marks: [
          Plot.ruleX(modes, { x: "f", y1: 0, y2: "share", stroke: INK.faint }),
          Plot.dot(modes, { x: "f", y: "share", r: 2.4, fill: INK.black }),
        ],
      }),
    ],
    [
      panel({
        width: WIDTH,
        height: 200,
        x,
        y: { label: "Accumulation", labelAnchor: "center", labelArrow: "none", grid: true, domain: [0, 1] },
        marks: [Plot.line(accumulated, { x: "f", y: "sum", stroke: INK.blue, strokeWidth: 2, curve: "step-after" })],
      }),
    ],
  ]);
  return {
    name: "shares-one-hop",
    title: "Modes of one hop",
    caption: `Share of each of the ${modes.length} modes of the origin in the displacement half way to the saddle of hop ${hop.id}, and the accumulation of the shares with frequency.`,
    svg,
    csv: csvOf([
      { name: "frequency (THz)", values: modes.map((m) => m.f) },
      { name: "share", values: modes.map((m) => m.share) },
      { name: "accumulation", values: accumulated.map((a) => a.sum) },
    ]),
  };
}

/** Shares half way to the saddle beside those at the first image (Fig. S1), and how the leading mode moves along the path. */
export function imageChoiceFigure(hop: HopInFull): Figure {
  const x = frequencyAxis(hop.frequenciesThz);
  const halfway = sharePoints(hop.frequenciesThz, hop.sharesHalfway);
  const first = sharePoints(hop.frequenciesThz, hop.sharesFirstImage);
  const top = Math.max(...halfway.map((m) => m.share), ...first.map((m) => m.share)) * 1.05;
  const half = (title: string, modes: typeof halfway) =>
    panel({
      width: WIDTH / 2 - 4,
      height: 240,
      x,
      y: { label: "Share of the hop", labelAnchor: "center", labelArrow: "none", grid: true, domain: [0, top] },
      marks: [
        Plot.ruleX(modes, { x: "f", y1: 0, y2: "share", stroke: INK.faint }),
        Plot.dot(modes, { x: "f", y: "share", r: 2, fill: INK.black }),
        Plot.text([title], { frameAnchor: "top-right", dx: -6, dy: 4, text: (d: string) => d, fontWeight: "bold" }),
      ],
    });
  const images = hop.sharesAtImages;
  const imageAxis: Plot.ScaleOptions = {
    label: "Image",
    labelAnchor: "center",
    labelArrow: "none",
    ticks: images.map((i) => i.image),
    tickFormat: (d) => String(d),
  };
  const svg = layout([
    [half("half way to the saddle", halfway), half("first image", first)],
    [
      panel({
        width: WIDTH / 2 - 4,
        height: 200,
        x: imageAxis,
        y: { label: "Leading mode (THz)", labelAnchor: "center", labelArrow: "none", grid: true },
        marks: [
          Plot.line(images, { x: "image", y: "leadingThz", stroke: INK.green }),
          Plot.dot(images, { x: "image", y: "leadingThz", fill: INK.green }),
        ],
      }),
      panel({
        width: WIDTH / 2 - 4,
        height: 200,
        x: imageAxis,
        y: { label: "Energy (eV)", labelAnchor: "center", labelArrow: "none", grid: true },
        marks: [
          Plot.line(images, { x: "image", y: "sumModalEnergyEv", stroke: INK.blue }),
          Plot.line(images, { x: "image", y: "bandEnergyEv", stroke: INK.red }),
          Plot.text(images.slice(-1), {
            x: "image",
            y: "sumModalEnergyEv",
            text: () => "Σ Eₙ (harmonic)",
            fill: INK.blue,
            textAnchor: "end",
            dy: -8,
          }),
          Plot.text(images.slice(-1), {
            x: "image",
            y: "bandEnergyEv",
            text: () => "band",
            fill: INK.red,
            textAnchor: "end",
            dy: -8,
          }),
        ],
      }),
    ],
  ]);
  return {
    name: "shares-image-choice",
    title: "Does the choice of image matter?",
    caption:
      "Above: shares of the modes at the point half way to the saddle and at the first image. Below: frequency of the leading mode, and the harmonic energy Σ Eₙ = ½uᵀΦu against the energy of the band, image by image up to the saddle.",
    svg,
    csv: csvOf([
      { name: "frequency (THz)", values: hop.frequenciesThz as never },
      { name: "share half way", values: hop.sharesHalfway as never },
      { name: "share first image", values: hop.sharesFirstImage as never },
      { name: "image", values: images.map((i) => i.image) },
      { name: "leading mode (THz)", values: images.map((i) => i.leadingThz) },
      { name: "modes for 87 %", values: images.map((i) => i.modesFor87) },
      { name: "sum of modal energies (eV)", values: images.map((i) => i.sumModalEnergyEv) },
      { name: "band energy (eV)", values: images.map((i) => i.bandEnergyEv) },
    ]),
  };
}

/** The crystal with the hop's path (Fig. 3c). */
export function pathFigure(hop: HopInFull): Figure {
  const n3 = hop.origin.positions.length;
  const nImages = hop.energiesEv.length;
  const trails = hop.movers.map((atom, i) => {
    const points = new Float64Array(3 * nImages);
    for (let image = 0; image < nImages; image++)
      points.set(hop.images.slice(image * n3 + 3 * atom, image * n3 + 3 * atom + 3), 3 * image);
    return { points, colour: SERIES[(i + 1) % SERIES.length]! };
  });
  return {
    name: "hop-path",
    title: "The hop",
    caption: `Starting configuration of hop ${hop.id} with the paths of the ${hop.movers.length} ions that move; a bead marks each image of the band. Atoms within 6.5 Å are shown.`,
    svg: drawScene(hop.origin, { name: "path", centre: hopCentre(hop), radius: 6.5, trails, highlighted: hop.movers }),
    csv: csvOf(
      trails.flatMap((trail, i) =>
        ["x", "y", "z"].map((axis, k) => ({
          name: `atom ${hop.movers[i]! + 1} ${axis} (Å)`,
          values: Array.from({ length: nImages }, (_, image) => trail.points[3 * image + k]!),
        })),
      ),
    ),
  };
}

/** The displacements of a leading mode (Fig. 4). */
export function modeFigure(hop: HopInFull, rank: number): Figure {
  const mode = hop.leading[rank]!;
  const axis = (k: number): number[] =>
    Array.from({ length: mode.arrows.length / 3 }, (_, i) => mode.arrows[3 * i + k]!);
  return {
    name: `leading-mode-${rank + 1}`,
    title: `Leading mode ${rank + 1}: ${show(mode.frequencyThz, 4)} THz`,
    caption: `Displacements e/√m of the mode at ${show(mode.frequencyThz, 5)} THz, which carries ${show(100 * mode.share, 3)} % of hop ${hop.id}; inverse participation ratio ${show(mode.inverseParticipation, 3)}. Arrows shorter than 6 % of the longest are left out; the hopping ions are outlined.`,
    svg: drawScene(hop.origin, {
      name: `mode-${rank + 1}`,
      centre: hopCentre(hop),
      arrows: mode.arrows,
      highlighted: hop.movers,
    }),
    csv: csvOf(["x", "y", "z"].map((name, k) => ({ name: `${name} displacement (relative)`, values: axis(k) }))),
  };
}

/** Middle of the movers' starting places, followed without jumps across the boundary by the band's own continuity. */
function hopCentre(hop: HopInFull): Vec3 {
  const [first] = hop.movers;
  const n3 = hop.origin.positions.length;
  const saddle = Array.from(hop.energiesEv).indexOf(Math.max(...hop.energiesEv));
  const at = saddle * n3 + 3 * (first ?? 0);
  return [hop.images[at]!, hop.images[at + 1]!, hop.images[at + 2]!];
}

const sharePoints = (frequencies: F64, shares: F64): { f: number; share: number }[] =>
  Array.from(frequencies, (f, n) => ({ f, share: shares[n]! }));

export function frequencyAxis(frequencies: F64): Plot.ScaleOptions {
  return {
    label: "Frequency (THz)",
    labelAnchor: "center",
    labelArrow: "none",
    domain: [Math.min(0, frequencies[0]!), Math.ceil(frequencies[frequencies.length - 1]! + 0.5)],
  };
}
