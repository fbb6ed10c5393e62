// Pages and figures of the studies of an ion in a vibrating framework.

import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { parseJson, readReport, writeReport } from "../../../src/io/index.js";
import { legend, measuredText, renderReport, scientific, temperatureColours } from "../../../src/plots/index.js";
import { bareMediumReports, mediumReports } from "./medium-sample.js";

const all = [
  ...mediumReports.map((report) => [report.schema, report] as const),
  ...bareMediumReports.map((report) => [`${report.schema} with nothing in it`, report] as const),
];

describe.each(all)("the page of %s", (_, report) => {
  const rendered = renderReport(report);
  const { document } = parseHTML(rendered.html);

  it("is one self-contained document without a number that is none", () => {
    expect(rendered.html).not.toMatch(/<script|<link|<img|url\(["']?https?:|src=/i);
    expect(rendered.html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("has tables whose rows are as long as their heads", () => {
    expect(document.querySelectorAll("table").length).toBeGreaterThan(0);
    for (const table of document.querySelectorAll("table")) {
      const columns = table.querySelectorAll("th").length;
      for (const row of table.querySelectorAll("tbody tr")) expect(row.querySelectorAll("td").length).toBe(columns);
    }
  });

  it("has figures of different names, each a standalone SVG with caption and numbers in equal rows", () => {
    const names = rendered.figures.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { svg, csv, caption } of rendered.figures) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(svg).not.toMatch(/NaN|undefined|Infinity/);
      expect(caption.length).toBeGreaterThan(20);
      expect(csv).not.toMatch(/NaN|undefined|Infinity/);
      const cells = csv
        .trimEnd()
        .split(/\r?\n/)
        .map((line) => line.replace(/"[^"]*"/g, "x").split(",").length);
      expect(new Set(cells).size).toBe(1);
    }
  });

  it("comes out the same from the stored report, whose arrays are lists", () => {
    const text = writeReport(report);
    expect(parseJson(text, { file: "report.json" })).toBeTruthy();
    expect(renderReport(readReport(text, { file: "report.json" })).html).toBe(rendered.html);
  });
});

describe("words and colours of numbers", () => {
  it("shows a measured number to two digits of its error", () => {
    expect(measuredText({ value: 3.04159, standardError: 0.1234 })).toBe("3.04 ± 0.12");
    expect(measuredText({ value: -21.4, standardError: 12.2 })).toBe("−21 ± 12");
    expect(measuredText({ value: 0.45, standardError: 0 })).toBe("0.45");
    expect(measuredText(undefined)).toBe("–");
  });

  it("writes powers of ten with superscripts", () => {
    expect(scientific(3.29077e-5, 4)).toBe("3.291·10⁻⁵");
    expect(scientific(-1.5)).toBe("−1.50");
  });

  it("gives every temperature its own colour, and one the middle of the ramp", () => {
    expect(new Set(temperatureColours(9)).size).toBe(9);
    expect(temperatureColours(1)).toHaveLength(1);
  });

  it("breaks a legend into rows that fit", () => {
    const one = legend([{ name: "a", colour: "#000" }]);
    const many = legend(Array.from({ length: 20 }, (_, i) => ({ name: `series number ${i}`, colour: "#000" })));
    expect(many.height).toBeGreaterThan(3 * one.height);
    expect(many.width).toBe(one.width);
  });
});
