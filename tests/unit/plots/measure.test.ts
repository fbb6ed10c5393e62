// The pages of a measured trajectory and of a series: every picture is drawn, and nothing in them reads NaN.

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { inlinePool } from "../../../src/base/index.js";
import { type FileTrajectory, type Report, readReport, writeReport } from "../../../src/io/index.js";
import { renderReport } from "../../../src/plots/index.js";
import {
  concertedParameters,
  concertedStudy,
  MEASURE_PARTS,
  measureSettings,
  measureTrajectory,
  memoryStore,
} from "../../../src/studies/index.js";
import { walk } from "../studies/measure-sample.js";

const made = { software: "phonion", kernels: "0", at: "2026-01-01T00:00:00Z" };
const through = <T>(schema: string, data: T): Report<unknown> =>
  readReport(writeReport({ schema, version: 1, made, inputs: [], options: {}, notes: [], data }), {
    file: "report.json",
  });

const settings = z.strictObject(measureSettings).parse({ ion: "Li", temperatureK: 300 });

describe("the page of a measurement", () => {
  for (const [name, rate] of [
    ["of ions that hop", 1],
    ["of ions that do not", 0],
  ] as const)
    it(`${name}`, async () => {
      const trajectory = walk({ rate, frames: 300, frameSpacingFs: 20, seed: 2 });
      const { data } = await measureTrajectory({ name: "walk", trajectory, parts: MEASURE_PARTS, seed: 1 }, settings);
      const { html, figures } = renderReport(through("phonion/measure", data));
      expect(html).not.toMatch(/NaN|undefined|Infinity/);
      const names = figures.map((figure) => figure.name);
      expect(names).toEqual(
        expect.arrayContaining([
          "mean-square-displacement",
          "diffusivity",
          "density",
          "van-hove",
          "pair-distributions",
          "vibrations",
        ]),
      );
      // without a jump there is nothing to draw of stays and jumps
      expect(names.includes("sites")).toBe(rate > 0);
      expect(new Set(names).size).toBe(names.length);
      for (const { svg, csv } of figures) {
        expect(svg).toContain("<path");
        expect(csv.split("\n").length).toBeGreaterThan(2);
      }
      expect(html.includes("No diffusion was resolved")).toBe(rate === 0);
    });
});

it("the page of a series has the paper's figures", async () => {
  const parameters = concertedParameters.parse({
    trajectories: [500, 600, 700].map((temperatureK) => ({ file: `${temperatureK}`, temperatureK })),
    measure: { ion: "Li" },
  });
  const { data } = await concertedStudy.run(parameters, {
    pool: inlinePool,
    store: memoryStore(),
    seed: 1,
    readInput: async (name) => ({ name, text: "" }),
    openTrajectory: async (name) =>
      walk({ rate: Number(name) / 500, frames: 300, frameSpacingFs: 50, seed: 8 }) as FileTrajectory,
  });
  const { html, figures } = renderReport(through("phonion/concerted", data));
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
  const names = figures.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "diffusion-arrhenius",
      "density-series",
      "displacement-series",
      "sites-series",
      "concerted-arrhenius",
      "windows",
      "van-hove-500K",
    ]),
  );
  expect(new Set(names).size).toBe(names.length);
});
