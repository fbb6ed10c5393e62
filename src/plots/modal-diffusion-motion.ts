// Figures of the study "modal-diffusion" about the motion itself: mean squares, temperature dependence, spectra, distances.

import * as Plot from "@observablehq/plot";
import { BOLTZMANN, type Estimate } from "../base/index.js";
import type { ModalDiffusionData, TemperatureData, VibrationStretch } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, SERIES, show } from "./draw.js";
import { axis, HALF, legend, type Panel, scientific, temperatureColours, WIDTH } from "./medium-draw.js";
import { kelvin } from "./modal-diffusion-figures.js";

const plain = (value: number): string => show(value);

const title = (text: string) =>
  Plot.text([text], { frameAnchor: "top-left", dy: -16, text: (name: string) => name, fontWeight: "bold" });

export function meanSquareFigure({ temperatures, ion }: ModalDiffusionData): Figure {
  const colours = temperatureColours(temperatures.length);
  const part = (name: string, pick: (one: TemperatureData) => readonly number[]): Panel =>
    panel({
      width: HALF,
      height: 280,
      marginTop: 32,
      x: axis("Lag (ps)", { type: "log", tickFormat: plain, ticks: 5 }),
      y: axis("Mean square (Å²)", { type: "log", grid: true, tickFormat: plain, ticks: 5 }),
      marks: [
        ...temperatures.map((one, index) =>
          Plot.line(
            one.meanSquare.lagsPs.map((t, k) => ({ t, y: pick(one)[k]! })),
            { x: "t", y: "y", stroke: colours[index]!, strokeWidth: 1.7 },
          ),
        ),
        title(name),
      ],
    });
  return {
    name: "mean-square-displacement",
    title: "Mean square displacements against the framework",
    caption: `Left: of single ${ion} ions. Right: of all of them together, ⟨|Σ Δr|²⟩/N. Their slopes over 6 are D* and D_σ; lags to half a run, where the right curve is one walker's and noisy.`,
    svg: layout([
      [legend(temperatures.map((one, index) => ({ name: kelvin(one), colour: colours[index]! })))],
      [
        part("single ions", ({ meanSquare }) => meanSquare.tracerA2),
        part("all ions together", ({ meanSquare }) => meanSquare.collectiveA2),
      ],
    ]),
    csv: csvOf([
      { name: "lag (ps)", values: temperatures[0]!.meanSquare.lagsPs },
      ...temperatures.flatMap((one) => [
        { name: `${kelvin(one)}: single (Å²)`, values: one.meanSquare.tracerA2 },
        { name: `${kelvin(one)}: together (Å²)`, values: one.meanSquare.collectiveA2 },
      ]),
    ]),
  };
}

export function arrheniusFigure({ temperatures, arrhenius }: ModalDiffusionData): Figure {
  const quantities = [
    { of: "tracer", name: "D* (cm²/s)", colour: INK.blue, pick: (one: TemperatureData) => one.tracer },
    { of: "collective", name: "D_σ (cm²/s)", colour: INK.red, pick: (one: TemperatureData) => one.collective },
    { of: "jump rate", name: "jumps (1/ps)", colour: INK.green, pick: (one: TemperatureData) => one.jumps.perPs },
  ] as const;
  const part = (name: string, shown: readonly (typeof quantities)[number][]): Panel => {
    const rows = shown.flatMap(({ pick, colour }) =>
      temperatures.flatMap((one) => {
        const { value, standardError } = pick(one);
        if (!(value > 0)) return [];
        const spread = Math.exp(standardError / value);
        return [{ x: 1e3 / one.temperatureK, value, low: value / spread, high: value * spread, colour }];
      }),
    );
    const values = rows.flatMap(({ low, high }) => [low, high]);
    const domain = values.length > 0 ? [Math.min(...values) / 1.6, Math.max(...values) * 1.6] : [1e-9, 1e-6];
    const lines = shown.flatMap(({ of, colour }) =>
      arrhenius
        .filter((fit) => fit.of === of)
        .map((fit) =>
          Plot.line(
            fit.temperaturesK.map((t) => ({
              x: 1e3 / t,
              y: Math.exp(fit.logPrefactor.value - fit.activationEv.value / (BOLTZMANN * t)),
            })),
            { x: "x", y: "y", stroke: colour, strokeWidth: 1.5 },
          ),
        ),
    );
    return panel({
      width: HALF,
      height: 290,
      marginTop: 32,
      marginLeft: 72,
      x: axis("1000/T (1/K)", { nice: true }),
      y: axis(null, { type: "log", grid: true, domain, tickFormat: (value: number) => scientific(value, 1), ticks: 4 }),
      marks: [
        ...lines,
        Plot.ruleX(rows, { x: "x", y1: "low", y2: "high", stroke: "colour", strokeWidth: 1.4 }),
        Plot.dot(rows, { x: "x", y: "value", fill: "colour", r: 3.6 }),
        title(name),
      ],
    });
  };
  const energies = arrhenius.map(({ of, activationEv }) => `${of} ${measured(activationEv)} eV`);
  return {
    name: "arrhenius",
    title: "Temperature dependence",
    caption: `Standard errors, on the logarithm. ${energies.length > 0 ? `Activation energies: ${energies.join(", ")}.` : "Too few temperatures are resolved for an activation energy."}`,
    svg: layout([
      [
        legend([
          { name: "D*", colour: INK.blue },
          { name: "D_σ", colour: INK.red },
          { name: "jumps", colour: INK.green },
        ]),
      ],
      [part("diffusivities (cm²/s)", quantities.slice(0, 2)), part("jump rate (1/ps)", quantities.slice(2))],
    ]),
    csv: csvOf([
      { name: "T (K)", values: temperatures.map(({ temperatureK }) => temperatureK) },
      ...quantities.flatMap(({ name, pick }) => [
        { name, values: temperatures.map((one) => pick(one).value) },
        { name: `${name}, standard error`, values: temperatures.map((one) => pick(one).standardError) },
      ]),
    ]),
  };
}

/** "3.04 ± 0.12" */
export function measured({ value, standardError }: Estimate): string {
  if (!(standardError > 0)) return show(value, 3);
  const decimals = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(standardError))));
  return `${value.toFixed(decimals)} ± ${standardError.toFixed(decimals)}`.replace("-", "−");
}

export function spectraFigure(stretch: VibrationStretch, top: number): Figure {
  const names = Object.keys(stretch.spectra);
  const colourOf = (index: number): string => SERIES[index % SERIES.length]!;
  const lines = names.map((name, index) =>
    Plot.line(
      Array.from(stretch.frequenciesThz, (f, k) => ({ f, g: stretch.spectra[name]![k]! })).filter(({ f }) => f <= top),
      { x: "f", y: "g", stroke: colourOf(index), strokeWidth: 1.6 },
    ),
  );
  return {
    name: "spectra",
    title: `Spectrum of velocities by element at ${kelvin(stretch)}`,
    caption: `Each of area 1, from ${show(stretch.durationPs, 3)} ps sampled every ${stretch.sampleFs} fs. Vertical lines: centres, ${names.map((name) => `${name} ${measured(stretch.centres[name]!)} THz`).join(", ")}. The centre of the mobile ion's is its attempt frequency.`,
    svg: layout([
      [legend(names.map((name, index) => ({ name, colour: colourOf(index) })))],
      [
        panel({
          width: WIDTH,
          height: 280,
          x: axis("Frequency (THz)", { domain: [0, top] }),
          y: axis("g (1/THz)", { grid: true }),
          marks: [
            ...lines,
            ...names.map((name, index) =>
              Plot.ruleX([stretch.centres[name]!.value], { stroke: colourOf(index), strokeDasharray: "4,3" }),
            ),
            Plot.ruleY([0], { stroke: INK.black }),
          ],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "frequency (THz)", values: stretch.frequenciesThz },
      ...names.map((name) => ({ name: `${name} (1/THz)`, values: stretch.spectra[name]! })),
    ]),
  };
}

export function distancesFigure(stretch: VibrationStretch): Figure | undefined {
  const { distances } = stretch;
  if (!distances) return undefined;
  const panels = distances.pairs.map(({ pair, g }) =>
    panel({
      width: 248,
      height: 170,
      marginTop: 28,
      marginLeft: 40,
      x: axis("r (Å)"),
      y: axis(null, { grid: true, ticks: 4, zero: true }),
      marks: [
        Plot.ruleY([1], { stroke: INK.grey, strokeDasharray: "2,3" }),
        Plot.line(
          Array.from(distances.rA, (r, k) => ({ r, g: g[k]! })),
          { x: "r", y: "g", stroke: INK.blue, strokeWidth: 1.4 },
        ),
        title(pair),
      ],
    }),
  );
  return {
    name: "distances",
    title: `Distances between atoms at ${kelvin(stretch)}`,
    caption: "Radial distribution of pairs, 1 for an ideal gas, up to half the cell.",
    svg: layout(Array.from({ length: Math.ceil(panels.length / 3) }, (_, row) => panels.slice(3 * row, 3 * row + 3))),
    csv: csvOf([
      { name: "r (Å)", values: distances.rA },
      ...distances.pairs.map(({ pair, g }) => ({ name: pair, values: g })),
    ]),
  };
}

export function modalTemperatureFigure(stretch: VibrationStretch): Figure {
  const { edgesThz, kineticK, displacementK, quantumK } = stretch.modalTemperatures;
  const series = [
    { name: "from velocities", colour: INK.blue, values: kineticK },
    { name: "from displacements", colour: INK.green, values: displacementK },
    { name: "quantum, above zero point", colour: INK.purple, values: quantumK },
  ];
  const rows = series.flatMap(({ values, colour }) => values.map((t, k) => ({ f: edgesThz[k]! + 0.5, t, colour })));
  const highest = 3 * stretch.temperatureK;
  return {
    name: "modal-temperatures",
    title: "Temperatures of the modes",
    caption: `Means over the modes in bins of 1 THz at ${kelvin(stretch)}: ⟨Q̇²⟩/k_B, ω²⟨(Q − Q̄)²⟩/k_B (larger where ions leave their places or vibrations soften), and the temperature whose quantum energy above zero point equals the classical one.`,
    svg: layout([
      [legend(series)],
      [
        panel({
          width: WIDTH,
          height: 260,
          x: axis("Frequency (THz)"),
          y: axis("Temperature (K)", { grid: true, domain: [0, highest] }),
          marks: [
            Plot.ruleY([stretch.measured.value], { stroke: INK.grey }),
            Plot.dot(
              rows.filter(({ t }) => t <= highest),
              { x: "f", y: "t", fill: "colour", r: 3 },
            ),
          ],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "bin from (THz)", values: edgesThz },
      ...series.map(({ name, values }) => ({ name: `${name} (K)`, values })),
    ]),
  };
}
