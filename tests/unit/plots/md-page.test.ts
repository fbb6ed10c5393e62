// The page of the study "molecular-dynamics": of a run that went well, of one that ended early, and of one with next to nothing in it.

import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { type Report, readReport, writeReport } from "../../../src/io/index.js";
import { renderReport } from "../../../src/plots/index.js";
import type { MdReplica, MolecularDynamicsData, ThermoSeries } from "../../../src/studies/index.js";

const list = (n: number, f: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => f(i));
const estimate = (value: number, unit: string) => ({ value, standardError: Math.abs(value) / 100, unit });

const series = (from: number, extra: boolean): ThermoSeries => ({
  timePs: list(30, (i) => from + 0.1 * i),
  temperatureK: list(30, (i) => 300 + 10 * Math.sin(i)),
  potentialEnergyEv: list(30, (i) => -400 + Math.sin(i)),
  kineticEnergyEv: list(30, (i) => 7 - Math.sin(i)),
  conservedEv: list(30, (i) => -393 + 1e-3 * Math.cos(i)),
  ...(extra ? { pressureGpa: list(30, (i) => Math.cos(i)), volumeA3: list(30, (i) => 2000 + i) } : {}),
});

const means = {
  temperature: estimate(300, "K"),
  potentialEnergy: estimate(-400, "eV"),
  totalEnergy: estimate(-393, "eV"),
  pressure: estimate(0.1, "GPa"),
  drift: estimate(1e-3, "k_BT/atom/ns"),
};

const replica = (name: string): MdReplica => ({
  name,
  trajectory: `${name}.h5md`,
  frames: 30,
  steps: 2900,
  sampledPs: 2.9,
  equilibration: series(0, true),
  series: series(3, true),
  means,
});

const whole: MolecularDynamicsData = {
  formula: "Li72 P24 O96",
  natoms: 192,
  cellParameters: [10.5, 12, 15, 90, 90, 90],
  supercell: [1, 2, 3],
  forceField: {
    name: "pedone-2006",
    doi: "10.1021/jp0611018",
    cutoffsA: { "Li-O": 5 },
    ewaldAccuracy: 1e-6,
    accuracy: 1e-5,
    engine: null,
  },
  ensemble: { kind: "npt", temperatureK: 300, pressureGpa: 0, cell: "axes" },
  equilibration: { kind: "npt", temperatureK: 300, pressureGpa: 0, cell: "axes" },
  timestepFs: 1,
  sampleFs: 100,
  steps: { equilibration: 3000, production: 2900 },
  frozen: [],
  mobile: "Li",
  degreesOfFreedom: 573,
  replicas: [replica("replica-1"), replica("replica-2")],
  means,
  cell: {
    lengths: [estimate(10.5, "A"), estimate(12, "A"), estimate(15, "A")],
    angles: [estimate(90, "degree"), estimate(90, "degree"), estimate(90, "degree")],
    latticeConstants: [estimate(10.5, "A"), estimate(6, "A"), estimate(5, "A")],
    volume: estimate(2000, "A3"),
    compressibility: estimate(0.01, "1/GPa"),
    bulkModulus: estimate(100, "GPa"),
    converged: true,
  },
  msd: ["Li", "P", "O"].map((element, k) => ({
    element,
    atoms: 72,
    reference: "centre of mass of 120 P, O atoms",
    lagsPs: list(12, (i) => 0.1 * i),
    meanA2: list(12, (i) => 0.01 * (k + 1) * Math.sqrt(i)),
    standardErrorA2: list(6, (i) => 1e-4 * i),
  })),
};

const { equilibration: _, means: __, trajectory: ___, series: ____, ...bare } = replica("replica-1");
const failure = { message: "the run ended in step 11: atom 5 (Li) moves 0.4 Å", hint: "take 1.2 fs", goodSteps: 10 };

/** It ended before its first frame. */
const dead: MolecularDynamicsData = {
  ...whole,
  replicas: [{ ...bare, frames: 0, steps: 0, sampledPs: 0, equilibration: series(0, true), failure }],
  means: null,
  cell: null,
  msd: [],
};

/** No equilibration, no pressure, a single sample. */
const scant: MolecularDynamicsData = {
  ...whole,
  ensemble: { kind: "nve" },
  equilibration: null,
  frozen: [3],
  mobile: null,
  replicas: [
    {
      ...bare,
      series: {
        timePs: [0],
        temperatureK: [300],
        potentialEnergyEv: [-1],
        kineticEnergyEv: [1],
        conservedEv: [0],
      },
    },
  ],
  means: null,
  cell: null,
  msd: [],
};

const reportOf = (data: MolecularDynamicsData): Report<unknown> => ({
  schema: "phonion/molecular-dynamics",
  version: 1,
  made: { software: "phonion 0", kernels: "0", at: "2026-01-01T00:00:00Z" },
  inputs: [],
  options: {},
  seed: 1,
  notes: [],
  data,
});

describe.each([
  ["whole", whole],
  ["ended early", dead],
  ["with next to nothing in it", scant],
] as const)("the page of a run %s", (_name, data) => {
  const report = reportOf(data);
  const rendered = renderReport(report);
  const { document } = parseHTML(rendered.html);

  it("is one self-contained document without a number that is none", () => {
    expect(rendered.html).not.toMatch(/<script|<link|<img|url\(["']?https?:|src=/i);
    expect(rendered.html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("has tables whose rows are as long as their heads", () => {
    expect(document.querySelectorAll("table").length).toBeGreaterThan(0);
    for (const table of document.querySelectorAll("table"))
      for (const row of table.querySelectorAll("tbody tr"))
        expect(row.querySelectorAll("td").length).toBe(table.querySelectorAll("th").length);
  });

  it("has standalone figures with their numbers in equal rows", () => {
    const names = rendered.figures.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("temperature");
    for (const { svg, csv } of rendered.figures) {
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(`${svg}${csv}`).not.toMatch(/NaN|undefined|Infinity/);
      const widths = csv
        .trimEnd()
        .split(/\r?\n/)
        .map((line) => line.replace(/"[^"]*"/g, "x").split(",").length);
      expect(new Set(widths).size).toBe(1);
    }
  });

  it("comes out the same from the stored report", () => {
    const text = writeReport(report);
    expect(renderReport(readReport(text, { file: "report.json" })).html).toBe(rendered.html);
  });
});

describe("what the page says", () => {
  it("lattice constants per cell of the structure, and where they started", () => {
    const { html } = renderReport(reportOf(whole));
    expect(html).toContain("10.500, 6.000, 5.000 Å");
    expect(html).toContain("supercell over its repeats 1 × 2 × 3");
    expect(html).toContain("12.0000"); // b of the supercell at the start
  });

  it("first of all that and why a run ended early", () => {
    const { document } = parseHTML(renderReport(reportOf(dead)).html);
    expect(document.querySelector("dd")!.textContent).toBe("1 of 1");
    expect(document.querySelector("section")!.textContent).toMatch(/atom 5 \(Li\) moves 0.4 Å.*10 steps are good/);
  });
});
