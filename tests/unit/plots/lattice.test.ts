// Pages of bands, densities of states and thermal averages: of a crystal with charges, and of one without a mobile ion.

import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, it } from "vitest";
import { namedForceFieldSpec } from "../../../src/forces/index.js";
import type { Report } from "../../../src/io/index.js";
import { bandsFigure, colouring, logRamp, pathTicks, renderReport } from "../../../src/plots/index.js";
import { nacl } from "../../../src/structure/index.js";
import {
  type BandsData,
  bandsOperation,
  dosOperation,
  type LatticeInput,
  thermalOperation,
} from "../../../src/studies/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

const input: LatticeInput = {
  source: {
    kind: "forces",
    crystal: nacl({ a: 5.6, primitive: true }),
    forces: namedForceFieldSpec("tosi-fumi-nacl"),
    supercell: [2, 2, 2],
  },
  charges: "field",
};

const reportOf = (schema: string, data: unknown): Report<unknown> => ({
  schema,
  version: 1,
  made: { software: "phonion test", kernels: "none", at: "2000-01-01T00:00:00Z" },
  inputs: [],
  options: {},
  notes: [],
  data: JSON.parse(JSON.stringify(data)), // as it comes back from a file
});

let bands: BandsData;
beforeAll(async () => {
  loadSymmetryForTests();
  const request = bandsOperation.parameters.parse({ mesh: "4 4 4", points: 8, relax: false });
  bands = (await bandsOperation.run(input, request)).data;
});

const svgOf = (html: string) => [...parseHTML(html).document.querySelectorAll("figure")];

describe("the page of bands", () => {
  it("has every figure with its numbers, and no NaN in any drawing", () => {
    const { html, figures } = renderReport(reportOf("phonion/bands", bands));
    expect(figures.map(({ name }) => name)).toEqual([
      "bands",
      "bands-coloured",
      "fat-bands",
      "participation",
      "force-constants",
    ]);
    for (const { svg, csv } of figures) {
      expect(svg).not.toMatch(/NaN|Infinity/);
      expect(csv.split("\r\n").length).toBeGreaterThan(5);
    }
    expect(svgOf(html)).toHaveLength(5);
  });

  it("draws bands and density of states on one axis of frequency", () => {
    const figure = bandsFigure(bands);
    const { document } = parseHTML(`<html><body>${figure.svg}</body></html>`);
    const heights = [...document.querySelectorAll('[aria-label="y-grid"]')].map((group) =>
      [...group.querySelectorAll("line")].map((line) => line.getAttribute("y1") ?? line.getAttribute("transform")),
    );
    // the grid of one panel goes on in the other
    expect(heights).toHaveLength(2);
    expect(heights[0]!.length).toBeGreaterThan(4);
    expect(heights[1]).toEqual(heights[0]);
  });

  it("labels the ends of legs once, with a jump's two names together", () => {
    const ticks = pathTicks(bands);
    expect(ticks.map(({ label }) => label)).toEqual(["Γ", "X", "U|K", "Γ", "L", "W", "X"]);
    for (let k = 1; k < ticks.length; k++) expect(ticks[k]!.at).toBeGreaterThan(ticks[k - 1]!.at);
  });

  it("does without a mobile ion: coloured by participation", () => {
    const none: BandsData = {
      ...bands,
      mobile: null,
      mobileMsdA2: null,
      mobileShare: null,
      coupling: null,
      colour: "participation",
    };
    expect(colouring(none, "coupling")).toBeUndefined();
    const { figures } = renderReport(reportOf("phonion/bands", none));
    expect(figures[0]!.caption).toContain("participation");
  });
});

describe("a ramp of decades", () => {
  it("leaves the extreme hundredth out and puts values in order", () => {
    const values = [1e9, ...Array.from({ length: 500 }, (_, k) => 1e-3 * (1 + k / 10))];
    const ramp = logRamp("u", "u", values);
    expect(ramp.ticks.map(({ at }) => at)).toEqual([1e-3, 1e-2, 1e-1]);
    expect(ramp.place(1e9)).toBe(1);
    expect(ramp.place(1e-2)).toBeCloseTo(0.5, 12); // the middle of two decades
    expect(ramp.place(1e-5)).toBe(0);
  });
});

describe("the pages of densities and of thermal averages", () => {
  it("are drawn whole, with directions and expansion where they were asked for", async () => {
    const dos = await dosOperation.run(
      input,
      dosOperation.parameters.parse({ mesh: "4 4 4", relax: false, direction: "0 0 1" }),
    );
    const drawn = renderReport(reportOf("phonion/dos", dos.data));
    expect(drawn.figures.map(({ name }) => name)).toEqual(["dos", "dos-direction", "participation"]);
    const thermal = await thermalOperation.run(
      input,
      thermalOperation.parameters.parse({ mesh: "3 3 3", volumes: 5, toK: 300 }),
    );
    const page = renderReport(reportOf("phonion/thermal", thermal.data));
    expect(page.figures.map(({ name }) => name)).toEqual([
      "thermodynamics",
      "displacements",
      "displacement-shares",
      "expansion",
      "gruneisen",
    ]);
    for (const { svg } of [...drawn.figures, ...page.figures]) expect(svg).not.toMatch(/NaN|Infinity/);
  });
});
