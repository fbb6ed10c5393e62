import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { csvOf, renderReport, show } from "../../../src/plots/index.js";
import { sampleData, sampleReport } from "../../helpers/modal-hops-sample.js";

const rendered = renderReport(sampleReport);

describe("the page of modal-hops", () => {
  it("is one self-contained document: nothing is fetched and nothing runs", () => {
    expect(rendered.html).not.toMatch(/<script|<link|<img|url\(["']?https?:|src=/i);
    expect(rendered.html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("escapes what came from files", () => {
    expect(rendered.html).toContain("a&#60;b&#62;.cif");
    expect(rendered.html).not.toContain("a<b>.cif");
  });

  it("shows every figure, table and note", () => {
    const { document } = parseHTML(rendered.html);
    expect(document.querySelectorAll("figure svg").length).toBeGreaterThanOrEqual(rendered.figures.length);
    expect(document.querySelectorAll("table").length).toBe(4);
    expect(document.querySelector("aside")!.textContent).toContain("this is a made-up result");
  });

  it("has tables whose rows are as long as their heads", () => {
    const { document } = parseHTML(rendered.html);
    for (const table of document.querySelectorAll("table")) {
      const columns = table.querySelectorAll("th").length;
      for (const row of table.querySelectorAll("tbody tr")) expect(row.querySelectorAll("td").length).toBe(columns);
    }
  });

  it("is the same text every time", () => {
    expect(renderReport(sampleReport).html).toBe(rendered.html);
  });

  it("still makes a page when no hop was run", () => {
    const { example: _, ...rest } = sampleData;
    const bare = renderReport({ ...sampleReport, data: { ...rest, hops: [], averages: [] } });
    expect(bare.html).toContain("Interstitial sites");
    expect(bare.html).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe.each(rendered.figures.map((figure) => [figure.name, figure] as const))("figure %s", (_, figure) => {
  it("is a standalone SVG with a caption and no number that is none", () => {
    expect(figure.svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(figure.svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(figure.caption.length).toBeGreaterThan(20);
  });

  it("comes with its numbers: a header and equally long rows", () => {
    const lines = figure.csv.trimEnd().split("\r\n");
    const cells = lines.map((line) => line.replace(/"[^"]*"/g, "x").split(",").length);
    expect(lines.length).toBeGreaterThan(1);
    expect(new Set(cells).size).toBe(1);
  });
});

describe("csvOf", () => {
  it("quotes and pads", () => {
    expect(
      csvOf([
        { name: 'a,"b"', values: [1, 2] },
        { name: "c", values: ["x"] },
      ]),
    ).toBe('"a,""b""",c\r\n1,x\r\n2,\r\n');
  });
});

describe("show", () => {
  it.each([
    [0.00012345, "1.23e−4", 3],
    [-6.1234, "−6.12", 3],
    [1200, "1200", 3],
    [0, "0", 3],
  ] as const)("%f is %s", (value, text, digits) => {
    expect(show(value, digits)).toBe(text);
  });
});
