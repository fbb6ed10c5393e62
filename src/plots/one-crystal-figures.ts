// Figures of the harmonic crystal in the study "one-crystal": the ion's and the host's spectra with what is read off them, harmonic and moving.

import * as Plot from "@observablehq/plot";
import type { CrystalMotion, HarmonicCrystal, OneCrystalData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, show } from "./draw.js";
import { axis, legend, type Panel, WIDTH } from "./medium-draw.js";

const ION = INK.orange;
const HOST = INK.blue;

interface Spectrum {
  readonly frequenciesThz: readonly number[];
  readonly ion: readonly number[];
  readonly host: readonly number[];
  readonly ionCentre: number;
  readonly cutoff: number;
  readonly to: number;
}

function spectrumPanel({ frequenciesThz: f, ion, host, ionCentre, cutoff, to }: Spectrum, label: string): Panel {
  const points = (values: readonly number[]) => f.map((x, k) => ({ x, y: values[k]! }));
  const top = 1.18 * Math.max(...ion, ...host);
  const marked = (x: number, text: string, colour: string, side: 1 | -1): Plot.Markish[] => [
    Plot.ruleX([x], { stroke: colour, strokeWidth: 1.5, strokeDasharray: "5,3" }),
    Plot.text([{ x, y: 0.96 * top }], {
      x: "x",
      y: "y",
      text: [text],
      textAnchor: side > 0 ? "start" : "end",
      dx: 5 * side,
      fill: colour,
    }),
  ];
  const above = ionCentre > cutoff ? 1 : -1;
  return panel({
    width: WIDTH,
    height: 250,
    x: axis("Frequency (THz)", { domain: [Math.min(0, f[0]! < -0.02 ? f[0]! : 0), to] }),
    y: axis(label, { domain: [0, top], grid: true }),
    clip: true,
    marks: [
      Plot.areaY(points(host), { x: "x", y: "y", fill: HOST, fillOpacity: 0.14 }),
      Plot.line(points(host), { x: "x", y: "y", stroke: HOST, strokeWidth: 1.5 }),
      Plot.areaY(points(ion), { x: "x", y: "y", fill: ION, fillOpacity: 0.18 }),
      Plot.line(points(ion), { x: "x", y: "y", stroke: ION, strokeWidth: 1.7 }),
      ...marked(cutoff, `cut-off ${show(cutoff, 3)} THz`, INK.black, above > 0 ? -1 : 1),
      ...marked(ionCentre, `centre ${show(ionCentre, 3)} THz`, INK.red, above),
    ],
  });
}

const hostNames = ({ bands, phonons }: HarmonicCrystal): string[] =>
  bands.lattice.elements.filter((element) => element !== phonons.ion);

const sumOf = (curves: readonly (readonly number[])[], length: number): number[] =>
  Array.from({ length }, (_, k) => curves.reduce((sum, curve) => sum + curve[k]!, 0));

/** Partial densities of states of ion and host; below them the same from the velocities of the dynamics. */
export function spectraFigure({ harmonic, motion, ion, temperatureK }: OneCrystalData): Figure {
  const { dos } = harmonic.bands;
  const hosts = hostNames(harmonic);
  const f = dos.frequenciesThz;
  const to = motion?.spectrumLimitThz ?? f.at(-1)!;
  const own = dos.byElementPerThz[ion]!;
  const rest = sumOf(
    hosts.map((element) => dos.byElementPerThz[element]!),
    f.length,
  );
  const cutoff = harmonic.phonons.acousticCutoff;
  const still = { frequenciesThz: f, ion: own, host: rest, ionCentre: harmonic.phonons.ionSpectrum.centre, cutoff, to };
  const [moving, movingHost] = motion ? motion.spectra : [];
  return {
    name: "spectra",
    title: `Vibrations of ${ion} and of its host`,
    caption: `${motion ? "Above: p" : "P"}artial densities of states of the harmonic crystal, per primitive cell (${
      dos.method === "tetrahedra" ? "tetrahedra" : "Gaussians"
    }).${
      motion
        ? ` Below: from velocities at ${show(temperatureK)} K, per supercell (window ${motion.spectrumWindow}); the weight at zero frequency is diffusion and slow motion.`
        : ""
    } Dashed: the acoustic cut-off of the harmonic crystal (largest frequency of the third-lowest band) and the centre of the ion's spectrum.`,
    svg: layout([
      [
        legend([
          { name: ion, colour: ION },
          { name: hosts.join(" + "), colour: HOST },
        ]),
      ],
      [spectrumPanel(still, "Harmonic states/THz")],
      ...(motion && moving && movingHost
        ? [
            [
              spectrumPanel(
                {
                  frequenciesThz: motion.frequenciesThz,
                  ion: moving.densityPerThz,
                  host: movingHost.densityPerThz,
                  ionCentre: moving.centre.value,
                  cutoff,
                  to,
                },
                "States/THz in motion",
              ),
            ],
          ]
        : []),
    ]),
    csv: csvOf([
      { name: "harmonic: frequency (THz)", values: f },
      { name: `harmonic: ${ion} (1/THz)`, values: own },
      { name: `harmonic: ${hosts.join(" + ")} (1/THz)`, values: rest },
      ...(motion
        ? [
            { name: "motion: frequency (THz)", values: motion.frequenciesThz },
            ...motion.spectra.map(({ name, densityPerThz }) => ({
              name: `motion: ${name} (1/THz)`,
              values: densityPerThz,
            })),
          ]
        : []),
    ]),
  };
}

/** Where in frequency the displacement of the ion comes from. */
export function displacementSharesFigure({ harmonic, ion, temperatureK }: OneCrystalData): Figure {
  const { msdShares, acousticCutoff, ionSpectrum } = harmonic.phonons;
  let sum = 0;
  const bars = msdShares.shares.map((share, k) => {
    sum += share;
    return { from: msdShares.edgesThz[k]!, to: msdShares.edgesThz[k + 1]!, share, sum };
  });
  return {
    name: "displacement-shares",
    title: `Which modes displace ${ion}`,
    caption: `Share of each stretch of frequency in the mean square displacement of ${ion} at ${show(temperatureK)} K; the line is their sum up to there. Dashed: acoustic cut-off (black) and centre of the ion's spectrum (red).`,
    svg: layout([
      [
        panel({
          width: WIDTH,
          height: 230,
          x: axis("Frequency (THz)", { domain: [0, msdShares.edgesThz.at(-1)!] }),
          y: axis("Share of the displacement", { domain: [0, 1], grid: true }),
          marks: [
            Plot.rectY(bars, {
              x1: "from",
              x2: "to",
              y: "share",
              fill: ION,
              fillOpacity: 0.55,
              insetLeft: 1,
              insetRight: 1,
            }),
            Plot.line([{ to: 0, sum: 0 }, ...bars], { x: "to", y: "sum", stroke: INK.black, strokeWidth: 1.4 }),
            Plot.ruleX([acousticCutoff], { stroke: INK.black, strokeDasharray: "5,3" }),
            Plot.ruleX([ionSpectrum.centre], { stroke: INK.red, strokeDasharray: "5,3" }),
          ],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "from (THz)", values: bars.map(({ from }) => from) },
      { name: "to (THz)", values: bars.map(({ to }) => to) },
      { name: "share", values: bars.map(({ share }) => share) },
    ]),
  };
}

const COLOURS = [INK.blue, INK.green, INK.purple, INK.sky, INK.black] as const;

/** Mean square displacements from the first frame, with the lines through zero; and over all time origins. */
export function crystalDisplacementFigure(motion: CrystalMotion, ion: string): Figure {
  const others = motion.curves.filter(({ element }) => element !== ion);
  const colour = (element: string): string =>
    element === ion ? ION : COLOURS[others.findIndex((one) => one.element === element) % COLOURS.length]!;
  const total = ({ alongA2 }: CrystalMotion["curves"][number]): number[] => sumOf(alongA2, alongA2[0].length);
  const end = motion.sampledPs;
  const own = motion.curves.find(({ element }) => element === ion)!;
  const part = (
    name: string,
    values: (curve: CrystalMotion["curves"][number]) => readonly number[],
    line: boolean,
  ): Panel =>
    panel({
      width: WIDTH / 2 - 4,
      height: 290,
      x: axis(line ? "Time from the first frame (ps)" : "Lag (ps)"),
      y: axis(name, { grid: true, zero: true }),
      marks: [
        ...motion.curves.map((curve) =>
          Plot.line(
            curve.timesPs.map((t, k) => ({ t, y: values(curve)[k]! })),
            { x: "t", y: "y", stroke: colour(curve.element), strokeWidth: curve.element === ion ? 2 : 1.4 },
          ),
        ),
        ...(line
          ? [
              Plot.line(
                [0, end].map((t) => ({ t, y: 6 * own.average.value * t })),
                { x: "t", y: "y", stroke: INK.red, strokeDasharray: "5,3" },
              ),
            ]
          : []),
      ],
    });
  return {
    name: "displacements",
    title: "How far the atoms got",
    caption: `Left: from the first frame of the run alone, against the ${motion.reference}, as the screening takes them; dashed, the line through zero whose slope is 6D of ${ion}. Right: mean over all time origins, against the host; of the longest lags few origins are left. A flat curve is rattling: twice the mean square amplitude.`,
    svg: layout([
      [legend(motion.curves.map(({ element }) => ({ name: element, colour: colour(element) })))],
      [
        part("Displacement² (Å²)", total, true),
        part("Mean square displacement (Å²)", ({ originsA2 }) => originsA2, false),
      ],
    ]),
    csv: csvOf(
      motion.curves.flatMap((curve) => [
        { name: `${curve.element}: time (ps)`, values: curve.timesPs },
        ...(["x", "y", "z"] as const).map((name, k) => ({
          name: `${curve.element}: along ${name}, one origin (Å²)`,
          values: curve.alongA2[k]!,
        })),
        { name: `${curve.element}: all origins (Å²)`, values: curve.originsA2 },
      ]),
    ),
  };
}
