// What the figures of ions in a vibrating framework share: half-width panels, a line of coloured names, colours of temperatures.

import type * as Plot from "@observablehq/plot";
import { escapeText, INK, type panel, svgDocument } from "./draw.js";

export const WIDTH = 760;
export const HALF = WIDTH / 2 - 4;

export type Panel = ReturnType<typeof panel>;

/** An axis without arrow, its name in the middle. */
export const axis = (label: string | null, rest: Plot.ScaleOptions = {}): Plot.ScaleOptions => ({
  label,
  labelAnchor: "center",
  labelArrow: "none",
  ...rest,
});

export interface Series {
  readonly name: string;
  readonly colour: string;
  /** SVG dash pattern; none is a full line. */
  readonly dash?: string;
}

/** Names beside strokes of their colours, in rows that fit the width. */
export function legend(series: readonly Series[], width = WIDTH): Panel {
  const rowHeight = 20;
  const stroke = 26;
  let [x, y] = [62, 14];
  const items = series.map(({ name, colour, dash }) => {
    const needed = stroke + 8 + 6.6 * name.length + 22;
    if (x > 62 && x + needed > width) [x, y] = [62, y + rowHeight];
    const line = `<path d="M${x},${y - 4}h${stroke}" stroke="${colour}" stroke-width="2.4" fill="none"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`;
    const text = `<text x="${x + stroke + 7}" y="${y}" font-size="12" fill="${INK.black}">${escapeText(name)}</text>`;
    x += needed;
    return line + text;
  });
  return { svg: svgDocument(width, y + 8, items.join("")), width, height: y + 8 };
}

const RAMP = ["#3b4cc0", "#5a9bd4", "#3aa57a", "#d6a419", "#e2701f", "#b40426"];

/** One colour for each of `count` temperatures, cold to hot. */
export function temperatureColours(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const place = count === 1 ? 3 : (i / (count - 1)) * (RAMP.length - 1);
    const low = Math.min(RAMP.length - 2, Math.floor(place));
    return blend(RAMP[low]!, RAMP[low + 1]!, place - low);
  });
}

/** A colour between two, each "#rrggbb". */
export function blend(from: string, to: string, part: number): string {
  const channel = (colour: string, k: number): number => Number.parseInt(colour.slice(1 + 2 * k, 3 + 2 * k), 16);
  const mixed = [0, 1, 2].map((k) => Math.round(channel(from, k) + part * (channel(to, k) - channel(from, k))));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** 1.8·10⁻⁵ as text. */
export function scientific(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return "0";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const superscript = String(Number(exponent)).replace(/[-\d]/g, (sign) =>
    sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)]!,
  );
  return Number(exponent) === 0 ? mantissa.replace("-", "−") : `${mantissa.replace("-", "−")}·10${superscript}`;
}
