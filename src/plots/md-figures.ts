// Figures of the study "molecular-dynamics": what the run did over time, and how far the atoms got.

import * as Plot from "@observablehq/plot";
import { BOLTZMANN } from "../base/index.js";
import type { MdReplica, MolecularDynamicsData, ThermoSeries } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, SERIES, show } from "./draw.js";
import { axis, HALF, legend, type Panel, WIDTH } from "./medium-draw.js";

type ColumnName = Exclude<keyof ThermoSeries, "timePs">;

interface Point {
  readonly t: number;
  readonly y: number;
  readonly replica: string;
}

const colourOf = (index: number): string => SERIES[index % SERIES.length]!;

/** One column over time, equilibration and run as separate strokes of one colour per replica. */
function pointsOf(
  replica: MdReplica,
  phase: "equilibration" | "series",
  value: (series: ThermoSeries, i: number) => number | undefined,
): Point[] {
  const series = replica[phase];
  if (!series) return [];
  return series.timePs.flatMap((t, i) => {
    const y = value(series, i);
    return y === undefined ? [] : [{ t, y, replica: replica.name }];
  });
}

interface TimePanel {
  readonly name: string;
  readonly height?: number;
  readonly phases?: readonly ("equilibration" | "series")[];
  readonly value: (series: ThermoSeries, i: number, replica: MdReplica) => number | undefined;
  readonly extra?: readonly Plot.Markish[];
}

function timePanel({ replicas }: MolecularDynamicsData, what: TimePanel): Panel {
  const { name, height = 210, phases = ["equilibration", "series"], value, extra = [] } = what;
  const start = startOfRun(replicas);
  return panel({
    width: WIDTH,
    height,
    x: axis("Time (ps)"),
    y: axis(name, { grid: true, nice: true }),
    marks: [
      ...(start > 0 && phases.includes("equilibration")
        ? [Plot.ruleX([start], { stroke: INK.grey, strokeDasharray: "2,3" })]
        : []),
      ...replicas.flatMap((replica, index) =>
        phases.map((phase) =>
          Plot.line(
            pointsOf(replica, phase, (series, i) => value(series, i, replica)),
            {
              x: "t",
              y: "y",
              stroke: colourOf(index),
              strokeWidth: 1,
              strokeOpacity: phase === "series" ? 0.9 : 0.4,
            },
          ),
        ),
      ),
      ...extra,
    ],
  });
}

const startOfRun = (replicas: readonly MdReplica[]): number =>
  Math.max(0, ...replicas.map(({ series, equilibration }) => (equilibration ? (series?.timePs[0] ?? 0) : 0)));

const replicaLegend = ({ replicas }: MolecularDynamicsData): Panel[][] =>
  replicas.length < 2
    ? []
    : [[legend(replicas.slice(0, 12).map(({ name }, index) => ({ name, colour: colourOf(index) })))]];

const columnsOf = (
  { replicas }: MolecularDynamicsData,
  columns: readonly (readonly [name: string, key: ColumnName])[],
) =>
  replicas.flatMap((replica) => {
    const phases = [replica.equilibration, replica.series].filter((series) => series !== undefined);
    return [
      { name: `${replica.name}: time (ps)`, values: phases.flatMap(({ timePs }) => timePs) },
      ...columns.map(([name, key]) => ({
        name: `${replica.name}: ${name}`,
        values: phases.flatMap((series) => series[key] ?? []),
      })),
    ];
  });

const meanRule = (value: number | undefined): Plot.Markish[] =>
  value === undefined ? [] : [Plot.ruleY([value], { stroke: INK.black, strokeWidth: 1.2, strokeDasharray: "5,3" })];

export function temperatureFigure(data: MolecularDynamicsData): Figure {
  return {
    name: "temperature",
    title: "Temperature",
    caption: `Of the free atoms, every ${show(data.sampleFs)} fs or thinned to a thousand points; the dashed line is the mean of the run${
      data.equilibration ? ", paler what is before it the approach" : ""
    }. In a canonical run of ${data.degreesOfFreedom} degrees of freedom it scatters by T√(2/${data.degreesOfFreedom}).`,
    svg: layout([
      ...replicaLegend(data),
      [
        timePanel(data, {
          name: "Temperature (K)",
          height: 250,
          value: (series, i) => series.temperatureK[i],
          extra: meanRule(data.means?.temperature.value),
        }),
      ],
    ]),
    csv: csvOf(columnsOf(data, [["temperature (K)", "temperatureK"]])),
  };
}

const hottest = ({ replicas }: MolecularDynamicsData): number =>
  Math.max(0, ...replicas.flatMap(({ series, equilibration }) => [...((series ?? equilibration)?.temperatureK ?? [])]));

/** Energies per atom and the conserved quantity, each from its first value of the run. */
export function energyFigure(data: MolecularDynamicsData): Figure {
  const meV = 1000 / data.natoms;
  const from = (
    reference: (energies: readonly number[]) => number,
    energy: (series: ThermoSeries, i: number) => number,
  ) => {
    const known = new Map<ThermoSeries, number>(); // the reference of each run
    return (series: ThermoSeries, i: number, replica: MdReplica): number => {
      const run = replica.series ?? series;
      if (!known.has(run)) known.set(run, reference(run.timePs.map((_, k) => energy(run, k))));
      return meV * (energy(series, i) - known.get(run)!);
    };
  };
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const first = (values: readonly number[]): number => values[0]!;
  const free = data.natoms - data.frozen.length;
  const temperature = data.means?.temperature.value ?? hottest(data);
  const thermal = (1000 * BOLTZMANN * temperature * free) / data.natoms;
  return {
    name: "energies",
    title: "Energies",
    caption: `In meV per atom, from the mean of each run; the conserved quantity from its first value there. A conserved quantity that moved by k_BT per atom (${show(thermal, 3)} meV) would spoil the ensemble; its scatter is the error of the time step, its slope the drift.`,
    svg: layout([
      ...replicaLegend(data),
      [
        timePanel(data, {
          name: "Potential (meV/atom)",
          value: from(mean, (series, i) => series.potentialEnergyEv[i]!),
        }),
      ],
      [
        timePanel(data, {
          name: "Total (meV/atom)",
          value: from(mean, (series, i) => series.potentialEnergyEv[i]! + series.kineticEnergyEv[i]!),
        }),
      ],
      [
        timePanel(data, {
          name: "Conserved (meV/atom)",
          phases: ["series"],
          value: from(first, (series, i) => series.conservedEv[i]!),
        }),
      ],
    ]),
    csv: csvOf(
      columnsOf(data, [
        ["potential (eV)", "potentialEnergyEv"],
        ["kinetic (eV)", "kineticEnergyEv"],
        ["conserved (eV)", "conservedEv"],
      ]),
    ),
  };
}

export const hasPressure = ({ replicas }: MolecularDynamicsData): boolean =>
  replicas.some(({ series, equilibration }) => (series ?? equilibration)?.pressureGpa !== undefined);

export function pressureFigure(data: MolecularDynamicsData): Figure {
  const moves = data.ensemble.kind === "npt";
  return {
    name: "pressure",
    title: moves ? "Pressure and volume" : "Pressure",
    caption: `Instantaneous pressure, kinetic part included; it swings far more than its mean is uncertain.${
      moves
        ? " The volume follows it with the period of the piston."
        : " The cell is fixed: this is what it presses with."
    } Dashed: means of the run.`,
    svg: layout([
      ...replicaLegend(data),
      [
        timePanel(data, {
          name: "Pressure (GPa)",
          value: (series, i) => series.pressureGpa?.[i],
          extra: meanRule(data.means?.pressure?.value),
        }),
      ],
      ...(moves
        ? [
            [
              timePanel(data, {
                name: "Volume (Å³)",
                value: (series, i) => series.volumeA3?.[i],
                extra: meanRule(data.cell?.volume.value),
              }),
            ],
          ]
        : []),
    ]),
    csv: csvOf(
      columnsOf(data, [["pressure (GPa)", "pressureGpa"], ...(moves ? [["volume (Å³)", "volumeA3"] as const] : [])]),
    ),
  };
}

/** Mean square displacements, plain and on logarithmic scales. */
export function meanSquareDisplacementFigure({ msd, mobile }: MolecularDynamicsData): Figure {
  const colour = (element: string): string => colourOf(msd.findIndex((one) => one.element === element));
  const part = (isLog: boolean): Panel => {
    const drawn = msd.map(({ element, lagsPs, meanA2, standardErrorA2 }) => ({
      element,
      points: lagsPs.flatMap((t, i) => {
        const [y, error] = [meanA2[i]!, standardErrorA2[i] ?? 0];
        return isLog && !(t > 0 && y > 0)
          ? []
          : [{ t, y, low: Math.max(y - error, isLog ? 0.5 * y : 0), high: y + error }];
      }),
    }));
    const scale: Plot.ScaleOptions = isLog ? { type: "log", tickFormat: (v: number) => show(v), ticks: 5 } : {};
    return panel({
      width: HALF,
      height: 290,
      x: axis("Lag (ps)", scale),
      y: axis("Mean square displacement (Å²)", { grid: true, ...scale }),
      marks: drawn.flatMap(({ element, points }) => [
        Plot.areaY(points, { x: "t", y1: "low", y2: "high", fill: colour(element), fillOpacity: 0.2 }),
        Plot.line(points, { x: "t", y: "y", stroke: colour(element), strokeWidth: element === mobile ? 2.2 : 1.3 }),
      ]),
    });
  };
  return {
    name: "mean-square-displacement",
    title: "Mean square displacement",
    caption:
      "Over atoms, time origins and replicas; the band is the standard error over blocks of the runs, where there are any. On logarithmic scales free flight has slope 2, vibration about a site 0 and diffusion 1. Long lags rest on few origins: `phonion measure` fits a diffusivity where it can be trusted.",
    svg: layout([
      [legend(msd.map(({ element }) => ({ name: element, colour: colour(element) })))],
      [part(false), part(true)],
    ]),
    csv: csvOf([
      ...msd.flatMap(({ element, lagsPs, meanA2, standardErrorA2 }) => [
        { name: `${element}: lag (ps)`, values: lagsPs },
        { name: `${element}: mean square displacement (Å²)`, values: meanA2 },
        { name: `${element}: standard error (Å²)`, values: standardErrorA2 },
      ]),
    ]),
  };
}
