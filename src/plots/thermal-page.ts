// The page of `phonion thermal`, and its figures.

import * as Plot from "@observablehq/plot";
import type { Report } from "../io/index.js";
import { type ExpansionData, JOULE_PER_MOL, nearestTemperature, type ThermalData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, SERIES, show } from "./draw.js";
import { latticeTable } from "./lattice-tables.js";
import { axis, HALF, legend, type Panel, WIDTH } from "./medium-draw.js";
import type { Page, Table } from "./page.js";

const colourOf = (k: number): string => SERIES[k % SERIES.length]!;
const KJ_PER_MOL = JOULE_PER_MOL / 1000;

export function thermalPage({ data }: Report<ThermalData>): Page {
  const { lattice, expansion } = data;
  const at = nearestTemperature(data, data.shares.temperatureK);
  const t = show(data.temperaturesK[at]!);
  const entropy = data.entropyEvPerK[at];
  return {
    title: `Thermal properties of ${lattice.formula}`,
    lead: `Independent ${data.statistics} oscillators on ${data.mesh.counts.join(" × ")} wave vectors; per primitive cell of ${lattice.natoms} atoms.`,
    headline: [
      { label: "Zero-point energy", value: `${show(data.zeroPointEv, 6)} eV` },
      { label: `Free energy at ${t} K`, value: `${show(data.freeEnergyEv[at]!, 6)} eV` },
      { label: `Entropy at ${t} K`, value: entropy == null ? "–" : `${show(JOULE_PER_MOL * entropy, 5)} J/(mol K)` },
      { label: `C_V at ${t} K`, value: `${show(JOULE_PER_MOL * data.heatCapacityEvPerK[at]!, 5)} J/(mol K)` },
    ],
    sections: [
      { title: "Thermodynamics", text: [], figures: [thermodynamicsFigure(data)] },
      {
        title: "Thermal displacements",
        text: [
          `Mean squared displacement per axis. Modes below ${show(data.minimumThz)} THz are left out (${data.leftOut} of ${data.mesh.total * data.modesPerCell}): the slowest waves diverge, and the sum converges slowly with the mesh. Compare with a finer one before quoting a value.`,
        ],
        figures: [displacementsFigure(data), sharesFigure(data)],
        tables: [displacementsTable(data, at)],
      },
      ...(expansion
        ? [
            {
              title: "Thermal expansion",
              text: [],
              figures: [expansionFigure(data, expansion), gruneisenFigure(expansion)],
              tables: [volumesTable(expansion)],
            },
          ]
        : []),
      { title: "The calculation", text: [], tables: [latticeTable(lattice, data.mesh)] },
    ],
  };
}

interface CurvePanel {
  readonly name: string;
  readonly x: readonly number[];
  readonly values: readonly (number | null)[];
  readonly colour?: string;
  readonly rule?: number;
}

function curvePanel({ name, x, values, colour = INK.blue, rule }: CurvePanel): Panel {
  const points = x.flatMap((t, k) => (values[k] == null ? [] : [{ t, y: values[k]! }]));
  return panel({
    width: HALF,
    height: 230,
    x: axis("Temperature (K)"),
    y: axis(name, { grid: true, nice: true }),
    marks: [
      ...(rule === undefined ? [] : [Plot.ruleY([rule], { stroke: INK.grey, strokeDasharray: "4,3" })]),
      Plot.line(points, { x: "t", y: "y", stroke: colour, strokeWidth: 1.8 }),
      ...(points.length === 1 ? [Plot.dot(points, { x: "t", y: "y", fill: colour })] : []),
    ],
  });
}

function thermodynamicsFigure(data: ThermalData): Figure {
  const x = data.temperaturesK;
  const scaled = (values: readonly (number | null)[], by: number) =>
    values.map((value) => (value === null ? null : by * value));
  const limit = data.countedModes * 8.31446261815324;
  return {
    name: "thermodynamics",
    title: "Free energy, entropy, heat capacity",
    caption: `Per mole of primitive cells; the dashed line is the limit of ${show(data.countedModes, 5)} counted modes, k_B each.`,
    svg: layout([
      [
        curvePanel({ name: "F (kJ/mol)", x, values: scaled(data.freeEnergyEv, KJ_PER_MOL) }),
        curvePanel({ name: "Energy (kJ/mol)", x, values: scaled(data.energyEv, KJ_PER_MOL) }),
      ],
      [
        curvePanel({ name: "S (J/(mol K))", x, values: scaled(data.entropyEvPerK, JOULE_PER_MOL), colour: INK.green }),
        curvePanel({
          name: "C_V (J/(mol K))",
          x,
          values: scaled(data.heatCapacityEvPerK, JOULE_PER_MOL),
          colour: INK.red,
          rule: limit,
        }),
      ],
    ]),
    csv: csvOf([
      { name: "temperature (K)", values: x },
      { name: "free energy (eV)", values: data.freeEnergyEv },
      { name: "energy (eV)", values: data.energyEv },
      { name: "entropy (eV/K)", values: data.entropyEvPerK.map((s) => s ?? "") },
      { name: "heat capacity (eV/K)", values: data.heatCapacityEvPerK },
    ]),
  };
}

function displacementsFigure({ temperaturesK, sites, lattice }: ThermalData): Figure {
  const lines = sites.map(({ element, isotropicA2 }, i) => ({
    element,
    i,
    points: isotropicA2.map((u, k) => ({ t: temperaturesK[k]!, u })),
  }));
  return {
    name: "displacements",
    title: "Mean squared displacements",
    caption: "U_iso of every atom of the primitive cell, a third of the trace of its tensor.",
    svg: layout([
      [legend(lattice.elements.map((name, k) => ({ name, colour: colourOf(k) })))],
      [
        panel({
          width: WIDTH,
          height: 270,
          x: axis("Temperature (K)"),
          y: axis("U (Å²)", { grid: true, nice: true, zero: true }),
          marks: lines.map(({ element, points }) =>
            Plot.line(points, {
              x: "t",
              y: "u",
              stroke: colourOf(lattice.elements.indexOf(element)),
              strokeWidth: 1.4,
              strokeOpacity: 0.8,
            }),
          ),
        }),
      ],
    ]),
    csv: csvOf([
      { name: "temperature (K)", values: temperaturesK },
      ...sites.map(({ element, isotropicA2 }, i) => ({ name: `${element} ${i} (Å²)`, values: isotropicA2 })),
    ]),
  };
}

function sharesFigure({ shares, lattice }: ThermalData): Figure {
  const { edgesThz: edges, byElementA2, temperatureK } = shares;
  const middle = (k: number): number => (edges[k]! + edges[k + 1]!) / 2;
  const density = (values: readonly number[]) =>
    values.map((u, k) => ({ f: middle(k), y: u / (edges[k + 1]! - edges[k]!) }));
  const sums = (values: readonly number[]) => {
    let sum = 0;
    const total = values.reduce((all, u) => all + u, 0) || 1;
    return [{ f: edges[0]!, y: 0 }, ...values.map((u, k) => ({ f: edges[k + 1]!, y: (sum += u) / total }))];
  };
  const each = (points: (values: readonly number[]) => { f: number; y: number }[]) =>
    lattice.elements.map((element, e) =>
      Plot.line(points(byElementA2[element]!), {
        x: "f",
        y: "y",
        stroke: colourOf(e),
        strokeWidth: 1.6,
        curve: "linear",
      }),
    );
  return {
    name: "displacement-shares",
    title: "Which modes move the ions",
    caption: `Mean squared displacement per axis at ${show(temperatureK)} K by frequency, mean over the atoms of an element: left per THz, right summed up from below as a share of the whole.`,
    svg: layout([
      [legend(lattice.elements.map((name, k) => ({ name, colour: colourOf(k) })))],
      [
        panel({
          width: HALF,
          height: 250,
          x: axis("Frequency (THz)"),
          y: axis("Å² per THz", { grid: true, nice: true }),
          marks: each(density),
        }),
        panel({
          width: HALF,
          height: 250,
          x: axis("Frequency (THz)"),
          y: axis("Share from modes below", { grid: true, domain: [0, 1] }),
          marks: each(sums),
        }),
      ],
    ]),
    csv: csvOf([
      { name: "from (THz)", values: edges.slice(0, -1) },
      { name: "to (THz)", values: edges.slice(1) },
      ...Object.entries(byElementA2).map(([name, values]) => ({ name: `${name} (Å²)`, values })),
    ]),
  };
}

function displacementsTable({ sites, temperaturesK }: ThermalData, at: number): Table {
  return {
    title: `Displacements at ${show(temperaturesK[at]!)} K`,
    caption: "Å². Cartesian tensors; those in the axes of a CIF file are in report.json.",
    head: ["atom", "fractional", "U_iso", "U_xx", "U_yy", "U_zz", "U_yz", "U_xz", "U_xy"],
    rows: sites.map(({ element, fractional, isotropicA2, tensorA2 }, i) => {
      const u = tensorA2[at]!;
      const entries = [u[0]![0]!, u[1]![1]!, u[2]![2]!, u[1]![2]!, u[0]![2]!, u[0]![1]!];
      return [
        `${element} ${i}`,
        fractional.map((x) => x.toFixed(4)).join("  "),
        isotropicA2[at]!.toFixed(6),
        ...entries.map((x) =>
          (x + 0)
            .toFixed(6)
            .replace(/^-0\.000000$/, "0.000000")
            .replace("-", "−"),
        ),
      ];
    }),
  };
}

function expansionFigure({ temperaturesK: x }: ThermalData, e: ExpansionData): Figure {
  return {
    name: "expansion",
    title: "Quasi-harmonic expansion",
    caption: `At ${show(e.pressureGpa)} GPa: E + F of ${e.volumesA3.length} volumes, fitted with ${e.equationOfState === "vinet" ? "Vinet's" : "Birch's and Murnaghan's"} equation of state (residual ${show(1000 * e.residualEv, 2)} meV per cell). The expansion is that of the volume.`,
    svg: layout([
      [
        curvePanel({ name: "Volume (Å³)", x, values: e.volumeA3 }),
        curvePanel({ name: "α (10⁻⁶/K)", x, values: e.expansionPerK.map((a) => 1e6 * a), colour: INK.red }),
      ],
      [
        curvePanel({ name: "Bulk modulus (GPa)", x, values: e.bulkModulusGpa, colour: INK.green }),
        curvePanel({ name: "Grüneisen parameter", x, values: e.gruneisen, colour: INK.purple }),
      ],
    ]),
    csv: csvOf([
      { name: "temperature (K)", values: x },
      { name: "volume (Å³)", values: e.volumeA3 },
      { name: "expansion (1/K)", values: e.expansionPerK },
      { name: "bulk modulus (GPa)", values: e.bulkModulusGpa },
      { name: "Grüneisen parameter", values: e.gruneisen.map((g) => g ?? "") },
      { name: "Gibbs energy (eV)", values: e.gibbsEv },
    ]),
  };
}

function gruneisenFigure({ gruneisenModes: { frequenciesThz, gamma } }: ExpansionData): Figure {
  const step = Math.max(1, Math.ceil(gamma.length / 4000));
  const points = gamma.flatMap((g, k) => (k % step === 0 ? [{ f: frequenciesThz[k]!, g }] : []));
  return {
    name: "gruneisen",
    title: "Grüneisen parameters of the modes",
    caption: "γ = −∂ln ω/∂ln V from the volumes next to the middle one.",
    svg: layout([
      [
        panel({
          width: WIDTH,
          height: 250,
          x: axis("Frequency (THz)", { nice: true }),
          y: axis("γ", { grid: true, nice: true }),
          marks: [
            Plot.ruleY([0], { stroke: INK.grey }),
            Plot.dot(points, { x: "f", y: "g", r: 1.8, fill: INK.blue, fillOpacity: 0.6 }),
          ],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "frequency (THz)", values: frequenciesThz },
      { name: "gamma", values: gamma },
    ]),
  };
}

function volumesTable({ volumesA3, energiesEv }: ExpansionData): Table {
  return {
    title: "Static energies",
    caption: "Per primitive cell, atoms at rest in each.",
    head: ["volume (Å³)", "energy (eV)"],
    rows: volumesA3.map((v, k) => [v.toFixed(4), energiesEv[k]!.toFixed(6)]),
  };
}
