// The page and figures of the study "excite-modes".

import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { readReport, writeReport } from "../../../src/io/index.js";
import { renderReport } from "../../../src/plots/index.js";
import { bareExcitation, sampleExcitation } from "./excite-sample.js";

describe.each([
  ["a whole result", sampleExcitation()],
  ["nothing but a driven run", bareExcitation()],
])("the page of %s", (_, report) => {
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
      const lines = csv.trimEnd().split(/\r?\n/);
      const cells = lines.map((line) => line.replace(/"[^"]*"/g, "x").split(",").length);
      expect(new Set(cells).size).toBe(1);
    }
  });

  it("comes out the same from the stored report", () => {
    const text = writeReport(report);
    expect(renderReport(readReport(text, { file: "report.json" })).html).toBe(rendered.html);
  });
});

describe("what the page says", () => {
  const textOf = (jumps: { driven: number; none: number; random: number; allHot: number }): string =>
    sampleExcitation(jumps).data.verdict.join(" ");

  it("follows the counts: the choice matters, or is not shown to, or the control wins", () => {
    expect(textOf({ driven: 40, none: 0, random: 2, allHot: 45 })).toMatch(
      /Driving speeds the hops up.*The choice of modes matters/,
    );
    expect(textOf({ driven: 20, none: 0, random: 18, allHot: 22 })).toMatch(
      /choice of modes is not shown to matter.*not told apart from heating/,
    );
    expect(textOf({ driven: 3, none: 2, random: 40, allHot: 90 })).toMatch(
      /no faster hopping is resolved.*does not survive this control.*does not amount to heating everything/,
    );
  });

  it("tells of every variant, and of its random modes", () => {
    expect(textOf({ driven: 3, none: 2, random: 40, allHot: 90 })).toMatch(
      /Driven by literal kicks: 0\.125 per ps.*over random modes 1\.04 .*: not told apart\. Random modes driven by literal kicks: 0\.12 per ps/,
    );
  });

  it("shows a rate of which nothing was seen as a bound, in the headline and in the table", () => {
    const { html } = renderReport(sampleExcitation());
    expect(html).toContain("nothing driven, 400 K</dt><dd>&#60; 0.0");
  });

  it("draws every figure of the study when there is something to draw", () => {
    expect(renderReport(sampleExcitation()).figures.map(({ name }) => name)).toEqual([
      "jump-rates",
      "driven-temperatures",
      "mode-temperatures",
      "mean-square-displacements",
      "timeline",
      "interval-scan",
      "size-scan",
    ]);
  });
});
