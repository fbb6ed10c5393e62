// Observable Plot drawn into a document of its own: the same SVG text in Node and in a browser, without either's DOM.

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** A figure as it goes into the report: a picture, what it shows, and the numbers behind it. */
export interface Figure {
  /** File stem, e.g. "accumulation-all-hops". */
  readonly name: string;
  readonly title: string;
  /** One or two sentences under the picture: what is drawn, in which units, from how many samples. */
  readonly caption: string;
  /** A complete SVG document. */
  readonly svg: string;
  /** The numbers drawn, one header row with units. */
  readonly csv: string;
}

/** Colours that stay apart for colour-blind readers (Okabe and Ito). */
export const INK = {
  black: "#1b1f24",
  grey: "#8a929c",
  faint: "#d5dae0",
  blue: "#0072b2",
  sky: "#56b4e9",
  green: "#009e73",
  orange: "#e69f00",
  red: "#d55e00",
  purple: "#a6569d",
} as const;

export const SERIES = [INK.blue, INK.red, INK.green, INK.purple, INK.orange, INK.sky] as const;

const FONT = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

interface Panel {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** One set of axes. Sizes are CSS pixels. */
export function panel(options: Plot.PlotOptions & { readonly width: number; readonly height: number }): Panel {
  const element = Plot.plot({
    marginLeft: 62,
    marginRight: 18,
    marginTop: 22,
    marginBottom: 44,
    ...options,
    style: { fontFamily: FONT, fontSize: "12px", color: INK.black, background: "white" },
    document: document as never,
  });
  return { svg: element.outerHTML, width: options.width, height: options.height };
}

/** Panels laid out in rows, as one SVG document. */
export function layout(rows: readonly (readonly Panel[])[], gap = 8): string {
  const placed: string[] = [];
  let y = 0;
  let width = 0;
  for (const row of rows) {
    let x = 0;
    for (const item of row) {
      placed.push(item.svg.replace("<svg ", `<svg x="${x}" y="${y}" `));
      x += item.width + gap;
    }
    width = Math.max(width, x - gap);
    y += Math.max(...row.map((item) => item.height)) + gap;
  }
  return svgDocument(width, y - gap, placed.join(""));
}

/** A standalone SVG document on white. */
export function svgDocument(width: number, height: number, content: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${FONT}">` +
    `<rect width="${width}" height="${height}" fill="white"/>${content}</svg>`
  );
}

/** A number for text and tables: at most `digits` significant ones, a true minus sign. */
export function show(value: number | undefined, digits = 4): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e5 || size < 1e-3 ? value.toExponential(digits - 1) : Number(value.toPrecision(digits)).toString();
  return text.replace("-", "−");
}

/** Text for an HTML or SVG context. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
