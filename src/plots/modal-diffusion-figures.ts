// Figures of the study "modal-diffusion" about the split: who carries, in which pairs, and what an empty split looks like.

import * as Plot from "@observablehq/plot";
import type { F64 } from "../base/index.js";
import type { Band } from "../coupling/index.js";
import type { ModalDiffusionData, TemperatureData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel } from "./draw.js";
import { axis, blend, HALF, legend, type Panel, temperatureColours, WIDTH } from "./medium-draw.js";

export const kelvin = ({ temperatureK }: { readonly temperatureK: number }): string => `${temperatureK} K`;

/** The hottest: the most jumps, so the least noise. */
export const hottest = ({ temperatures }: ModalDiffusionData): TemperatureData =>
  temperatures.reduce((best, one) => (one.temperatureK > best.temperatureK ? one : best));

/** Panels two by two. */
const inPairs = (panels: readonly Panel[]): Panel[][] =>
  Array.from({ length: Math.ceil(panels.length / 2) }, (_, row) => panels.slice(2 * row, 2 * row + 2));

const title = (text: string) =>
  Plot.text([text], { frameAnchor: "top-left", dy: -16, text: (name: string) => name, fontWeight: "bold" });

interface CurvePoint {
  readonly f: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const points = (x: F64, { value, low, high }: Band): CurvePoint[] =>
  Array.from(value, (y, k) => ({ f: x[k]!, value: y, low: low[k]!, high: high[k]! }));

/** Bands wider than this are cut at the frame: they say "nothing known" well before. */
const LIMIT = 2;

export function accumulationFigure({ temperatures }: ModalDiffusionData): Figure {
  const colours = temperatureColours(temperatures.length);
  const part = (one: TemperatureData, index: number): Panel => {
    const { split } = one;
    const curve = points(split.frequenciesThz, split.accumulation);
    const nothing = (values: F64) => Array.from(values, (value, k) => ({ f: split.frequenciesThz[k]!, value }));
    const seen = curve.flatMap(({ low, high, value }) => [low, high, value]).filter(Number.isFinite);
    const domain = [Math.max(-LIMIT, Math.min(0, ...seen) - 0.05), Math.min(1 + LIMIT, Math.max(1, ...seen) + 0.05)];
    return panel({
      width: HALF,
      height: 270,
      marginTop: 32,
      x: axis("Frequency (THz)"),
      y: axis("Σ D_n / D_σ", { grid: true, domain }),
      marks: [
        Plot.rectY([{}], { x1: 8, x2: 20, y1: domain[0]!, y2: domain[1]!, fill: INK.faint, fillOpacity: 0.35 }),
        Plot.ruleY([0, 1], { stroke: INK.grey }),
        Plot.areaY(curve, { x: "f", y1: "low", y2: "high", fill: colours[index]!, fillOpacity: 0.22, clip: true }),
        Plot.line(nothing(split.nulls.staticAccumulation), {
          x: "f",
          y: "value",
          stroke: INK.black,
          strokeDasharray: "5,3",
        }),
        Plot.line(nothing(split.nulls.harmonicAccumulation), {
          x: "f",
          y: "value",
          stroke: INK.grey,
          strokeDasharray: "1.5,3",
          clip: true,
        }),
        Plot.line(curve, { x: "f", y: "value", stroke: colours[index]!, strokeWidth: 1.9, clip: true }),
        title(kelvin(one)),
      ],
    });
  };
  return {
    name: "accumulation",
    title: "Who carries the diffusion, and what the vectors say by themselves",
    caption:
      "Running sum of D_n/D_σ over the modes, with the central 68 % of the resamplings. Dashed: the static weight |S_n|², the same curve with no dynamics in it; dotted: harmonic crystals of the same length, in which nothing diffuses, over the measured D_σ. Grey: 8 to 20 THz. Shares are signed: the curve may leave 0 to 1.",
    svg: layout([
      [
        legend([
          { name: "measured", colour: colours.at(-1)! },
          { name: "static weight", colour: INK.black, dash: "5,3" },
          { name: "harmonic crystal", colour: INK.grey, dash: "1.5,3" },
        ]),
      ],
      ...inPairs(temperatures.map(part)),
    ]),
    csv: csvOf([
      { name: "frequency (THz)", values: temperatures[0]!.split.frequenciesThz },
      { name: "static weight", values: temperatures[0]!.split.nulls.staticAccumulation },
      ...temperatures.flatMap((one) => [
        { name: `${kelvin(one)}: accumulation`, values: one.split.accumulation.value },
        { name: `${kelvin(one)}: low`, values: one.split.accumulation.low },
        { name: `${kelvin(one)}: high`, values: one.split.accumulation.high },
        { name: `${kelvin(one)}: harmonic`, values: one.split.nulls.harmonicAccumulation },
      ]),
    ]),
  };
}

export function modesFigure(data: ModalDiffusionData): Figure {
  const one = hottest(data);
  const { frequenciesThz, perMode, perModeError } = one.split;
  const bars = Array.from(perMode, (d, n) => ({
    f: frequenciesThz[n]!,
    d: d * 1e9,
    low: (d - perModeError[n]!) * 1e9,
    high: (d + perModeError[n]!) * 1e9,
    sure: Math.abs(d) > 2 * perModeError[n]!,
  }));
  const sure = bars.filter(({ sure: yes }) => yes).length;
  return {
    name: "modes",
    title: `D of every mode at ${kelvin(one)}`,
    caption: `Signed. Thin lines: one standard error over blocks. Coloured: the ${sure} of ${bars.length} modes more than two standard errors from zero; by chance alone there would be about ${Math.round(0.05 * bars.length)}.`,
    svg: layout([
      [
        panel({
          width: WIDTH,
          height: 280,
          x: axis("Frequency (THz)"),
          y: axis("D_n (10⁻⁹ cm²/s)", { grid: true }),
          marks: [
            Plot.ruleX(bars, { x: "f", y1: "low", y2: "high", stroke: INK.faint, strokeWidth: 0.8 }),
            Plot.ruleX(bars, {
              x: "f",
              y1: 0,
              y2: "d",
              stroke: (bar) => ((bar as (typeof bars)[number]).sure ? INK.red : INK.grey),
              strokeWidth: 1.4,
            }),
            Plot.ruleY([0], { stroke: INK.black }),
          ],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "frequency (THz)", values: frequenciesThz },
      { name: "D (cm²/s)", values: perMode },
      { name: "standard error (cm²/s)", values: perModeError },
    ]),
  };
}

export function pairsFigure(data: ModalDiffusionData): Figure {
  const one = hottest(data);
  const { edgesThz, shares } = one.split.pairMap;
  const bins = edgesThz.length - 1;
  const cells = Array.from(shares, (share, k) => ({
    x1: edgesThz[Math.floor(k / bins)]!,
    x2: edgesThz[Math.floor(k / bins) + 1]!,
    y1: edgesThz[k % bins]!,
    y2: edgesThz[(k % bins) + 1]!,
    share,
  }));
  const largest = Math.max(...cells.map(({ share }) => Math.abs(share)));
  // A root scale: the diagonal is many times what stands beside it.
  const colour = (share: number): string => {
    const part = Math.sqrt(Math.min(1, Math.abs(share) / largest));
    return blend("#ffffff", share < 0 ? INK.blue : INK.red, part);
  };
  const steps = Array.from({ length: 41 }, (_, k) => -largest + (2 * largest * k) / 40);
  return {
    name: "pairs",
    title: `D of pairs of modes at ${kelvin(one)}`,
    caption: `Σ D_nn′/D_σ over pairs of modes in bins of 1 THz; all cells add up to 1. Red: positive, blue: negative; the colour goes with the root of the size. Single pairs inside a bin on the diagonal need not be diagonal pairs.`,
    svg: layout([
      [
        panel({
          width: 520,
          height: 500,
          marginLeft: 56,
          x: axis("Frequency (THz)", { domain: [0, edgesThz[bins]!] }),
          y: axis("Frequency (THz)", { domain: [0, edgesThz[bins]!] }),
          marks: [
            Plot.rect(cells, {
              x1: "x1",
              x2: "x2",
              y1: "y1",
              y2: "y2",
              fill: (cell) => colour((cell as (typeof cells)[number]).share),
              inset: 0,
            }),
            Plot.frame({ stroke: INK.grey }),
          ],
        }),
        panel({
          width: 130,
          height: 500,
          marginLeft: 58,
          marginRight: 40,
          x: { axis: null },
          y: axis("Share of D_σ in a cell", { domain: [-largest, largest] }),
          marks: [
            Plot.rectY(steps.slice(1), {
              x1: 0,
              x2: 1,
              y1: (_: number, k: number) => steps[k]!,
              y2: (top: number) => top,
              fill: (top: number) => colour(top - largest / 40),
            }),
            Plot.frame({ stroke: INK.grey }),
          ],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "first bin from (THz)", values: cells.map(({ x1 }) => x1) },
      { name: "second bin from (THz)", values: cells.map(({ y1 }) => y1) },
      { name: "share", values: shares },
    ]),
  };
}

export function lagsFigure({ temperatures }: ModalDiffusionData): Figure {
  const part = (one: TemperatureData): Panel => {
    const { lagsPs, groupedShare, diagonalShare } = one.split.byLag;
    const grouped = points(lagsPs, groupedShare);
    const raw = points(lagsPs, diagonalShare);
    const seen = grouped.flatMap(({ low, high }) => [low, high]).filter(Number.isFinite);
    const domain = [Math.max(-LIMIT, Math.min(0, ...seen) - 0.05), Math.min(1 + LIMIT, Math.max(1, ...seen) + 0.05)];
    return panel({
      width: HALF,
      height: 240,
      marginTop: 32,
      x: axis("Lag (ps)", { nice: true }),
      y: axis("Share of the moment", { grid: true, domain }),
      marks: [
        Plot.ruleY([0, 1], { stroke: INK.grey }),
        Plot.ruleY([0.92], { stroke: INK.orange, strokeDasharray: "6,3" }),
        Plot.areaY(grouped, { x: "f", y1: "low", y2: "high", fill: INK.blue, fillOpacity: 0.2, clip: true }),
        Plot.line(grouped, { x: "f", y: "value", stroke: INK.blue, strokeWidth: 1.8, clip: true }),
        Plot.line(grouped, {
          x: "f",
          y: (p) => 1 - (p as CurvePoint).value,
          stroke: INK.red,
          strokeWidth: 1.8,
          clip: true,
        }),
        Plot.line(raw, { x: "f", y: "value", stroke: INK.black, strokeDasharray: "2,3", clip: true }),
        title(kelvin(one)),
      ],
    });
  };
  return {
    name: "shares-over-lag",
    title: "Diagonal and off-diagonal shares over the lag",
    caption:
      "Part of ⟨|Σ Δr|²⟩ at each lag that comes from pairs inside degenerate groups (blue, with the central 68 %), from pairs of different groups (red), and from single modes with themselves (dotted). What vibrations add fades with the lag. Orange: what the paper reports at 800 K (more than 0.92).",
    svg: layout([
      [
        legend([
          { name: "inside groups", colour: INK.blue },
          { name: "between groups", colour: INK.red },
          { name: "single modes", colour: INK.black, dash: "2,3" },
          { name: "paper, 800 K", colour: INK.orange, dash: "6,3" },
        ]),
      ],
      ...inPairs(temperatures.map(part)),
    ]),
    csv: csvOf([
      { name: "lag (ps)", values: temperatures[0]!.split.byLag.lagsPs },
      ...temperatures.flatMap((one) => [
        { name: `${kelvin(one)}: inside groups`, values: one.split.byLag.groupedShare.value },
        { name: `${kelvin(one)}: low`, values: one.split.byLag.groupedShare.low },
        { name: `${kelvin(one)}: high`, values: one.split.byLag.groupedShare.high },
        { name: `${kelvin(one)}: single modes`, values: one.split.byLag.diagonalShare.value },
      ]),
    ]),
  };
}
