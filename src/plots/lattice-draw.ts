// What figures of bands share: colour ramps with their bars, and marks that draw many bands as few SVG paths.

import type * as Plot from "@observablehq/plot";
import { escapeText, INK, svgDocument } from "./draw.js";
import { blend, type Panel, WIDTH } from "./medium-draw.js";

export interface Ramp {
  readonly name: string;
  /** Unit and meaning for the bar. */
  readonly label: string;
  readonly colours: readonly string[];
  /** Value to 0 … 1. */
  place(value: number): number;
  /** Values marked below the bar. */
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

const SEQUENTIAL = ["#2c2a72", "#3b6fb6", "#2a9d8f", "#d6a419", "#e2701f", "#b40426"];
const DIVERGING = ["#2166ac", "#7fa8cc", "#b9b9b9", "#dd9a80", "#b2182b"];
/** Colour of modes without a value. */
export const NO_VALUE = "#d0d4d9";

export function linearRamp(
  name: string,
  label: string,
  [from, to]: readonly [number, number],
  diverging = false,
): Ramp {
  const ticks = [from, (from + to) / 2, to].map((at) => ({
    at,
    text: at.toFixed(to - from < 0.1 ? 3 : to - from < 3 ? 2 : 1).replace("-", "−"),
  }));
  return {
    name,
    label,
    colours: diverging ? DIVERGING : SEQUENTIAL,
    place: (value) => clamp((value - from) / (to - from || 1)),
    ticks,
  };
}

/** Whole decades around all but the extreme hundredth of the values: the slowest waves would take up the whole ramp. */
export function logRamp(name: string, label: string, values: Iterable<number>): Ramp {
  const sorted = [...values].filter((value) => value > 0).sort((a, b) => a - b);
  const at = (part: number): number => Math.log10(sorted[Math.round(part * (sorted.length - 1))] ?? 1);
  const top = Math.ceil(at(0.99));
  const bottom = Math.max(top - 4, Math.min(top - 1, Math.floor(at(0.01))));
  const ticks = Array.from({ length: top - bottom + 1 }, (_, k) => ({
    at: 10 ** (bottom + k),
    text: power(bottom + k),
  }));
  return {
    name,
    label,
    colours: SEQUENTIAL,
    place: (value) => clamp((Math.log10(value) - bottom) / (top - bottom)),
    ticks,
  };
}

const clamp = (x: number): number => Math.min(1, Math.max(0, x));
const power = (exponent: number): string =>
  exponent === 0 ? "1" : `10${String(exponent).replace(/[-\d]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)]!))}`;

export function colourAt({ colours }: Pick<Ramp, "colours">, place: number): string {
  const x = place * (colours.length - 1);
  const low = Math.min(colours.length - 2, Math.floor(x));
  return blend(colours[low]!, colours[low + 1]!, x - low);
}

/** A bar of the ramp's colours with its values. */
export function colourBar(ramp: Ramp, width = WIDTH): Panel {
  const [x, long, height] = [62, Math.min(220, width - 190), 38];
  const steps = 40;
  const blocks = Array.from(
    { length: steps },
    (_, k) =>
      `<rect x="${(x + (k * long) / steps).toFixed(1)}" y="4" width="${(long / steps + 0.5).toFixed(1)}" height="9" fill="${colourAt(ramp, (k + 0.5) / steps)}"/>`,
  );
  const ticks = ramp.ticks.map(
    ({ at, text }) =>
      `<text x="${(x + ramp.place(at) * long).toFixed(1)}" y="27" font-size="11" text-anchor="middle" fill="${INK.black}">${escapeText(text)}</text>`,
  );
  const label = `<text x="${x + long + 24}" y="13" font-size="12" fill="${INK.black}">${escapeText(ramp.label)}</text>`;
  return { svg: svgDocument(width, height, [...blocks, ...ticks, label].join("")), width, height };
}

/** Points of the figure's data coordinates, in one stroke. */
export interface Stroke {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** [points − 1] 0 … 1 along the ramp of every step, NaN without value. Default: one colour. */
  readonly places?: ArrayLike<number>;
}

const LEVELS = 24;

type Scale = (value: number) => number;
interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}
interface Context {
  readonly document: { createElementNS(namespace: string, name: string): SVGPathLike };
}
interface SVGPathLike {
  setAttribute(name: string, value: string): void;
  appendChild(child: unknown): void;
}
const SVG = "http://www.w3.org/2000/svg";

/** A mark whose paths are made by `paths`, from scaled coordinates. */
function pathMark(paths: (scales: Scales) => readonly Readonly<Record<string, string>>[]): Plot.Markish {
  const mark = (
    _index: unknown,
    scales: Scales,
    _channels: unknown,
    _dimensions: unknown,
    context: Context,
  ): unknown => {
    const group = context.document.createElementNS(SVG, "g");
    for (const attributes of paths(scales)) {
      const path = context.document.createElementNS(SVG, "path");
      for (const [name, value] of Object.entries(attributes)) path.setAttribute(name, value);
      group.appendChild(path);
    }
    return group;
  };
  return mark as unknown as Plot.Markish;
}

/** Strokes coloured along a ramp, as one path for each of a few levels of colour. */
export function colouredStrokes(
  strokes: readonly Stroke[],
  ramp: Pick<Ramp, "colours"> | undefined,
  width = 1.6,
): Plot.Markish {
  return pathMark((scales) => {
    const level = new Map<number, string[]>();
    for (const { x, y, places } of strokes) {
      let before: number | undefined;
      let last = "";
      for (let k = 0; k < x.length; k++) {
        const point = `${scales.x(x[k]!).toFixed(1)},${scales.y(y[k]!).toFixed(1)}`;
        if (k > 0) {
          const place = places?.[k - 1];
          const own =
            place === undefined ? -2 : Number.isNaN(place) ? -1 : Math.min(LEVELS - 1, Math.floor(place * LEVELS));
          const words = level.get(own) ?? [];
          words.push(own === before ? `L${point}` : `M${last}L${point}`);
          level.set(own, words);
          before = own;
        }
        last = point;
      }
    }
    return [...level]
      .sort(([a], [b]) => a - b)
      .map(([own, words]) => ({
        d: words.join(""),
        fill: "none",
        "stroke-width": String(width),
        "stroke-linejoin": "round",
        "stroke-linecap": "round",
        stroke: own === -2 || !ramp ? INK.blue : own === -1 ? NO_VALUE : colourAt(ramp, (own + 0.5) / LEVELS),
      }));
  });
}

export interface Ribbon extends Stroke {
  /** [points] pixels. */
  readonly thickness: ArrayLike<number>;
}

/** Bands as thick as a part of them: one path. */
export function ribbons(list: readonly Ribbon[], colour: string): Plot.Markish {
  return pathMark((scales) => {
    const words: string[] = [];
    for (const { x, y, thickness } of list) {
      const at = (k: number, side: number): string =>
        `${scales.x(x[k]!).toFixed(1)},${(scales.y(y[k]!) + side * thickness[k]!).toFixed(1)}`;
      for (let k = 1; k < x.length; k++) {
        if (thickness[k]! < 0.15 && thickness[k - 1]! < 0.15) continue;
        words.push(`M${at(k - 1, -0.5)}L${at(k, -0.5)}L${at(k, 0.5)}L${at(k - 1, 0.5)}Z`);
      }
    }
    return [{ d: words.join(""), fill: colour, "fill-opacity": "0.75", stroke: "none" }];
  });
}
