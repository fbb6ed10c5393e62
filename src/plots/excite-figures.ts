// Figures of the study "excite-modes": hop rates, displacements, temperatures, where the crystal was.

import * as Plot from "@observablehq/plot";
import type { ConditionResult, ExciteModesData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel } from "./draw.js";
import { axis, HALF, legend, type Panel, WIDTH } from "./medium-draw.js";

const COLOURS: Readonly<Record<string, string>> = {
  driven: INK.red,
  none: INK.blue,
  random: INK.orange,
  allHot: INK.purple,
};

export const colourOf = ({ kind }: ConditionResult): string => COLOURS[kind] ?? INK.green;

/** What a condition is called on the page. */
export function nameOf({ name, kind, bathTemperatureK, drivenTemperatureK }: ConditionResult): string {
  if (kind === "none") return `nothing driven, ${bathTemperatureK} K`;
  if (kind === "allHot") return `all modes at ${bathTemperatureK} K`;
  if (kind === "random") return `random modes at ${drivenTemperatureK} K`;
  if (kind === "variant") return name.includes(",") ? `kicks ${name}` : `kicks ${name}, leading modes`;
  if (kind === "driven") return `leading modes at ${drivenTemperatureK} K`;
  return name;
}

/** The driven crystal and its controls. */
export const mainOnly = ({ conditions }: ExciteModesData): readonly ConditionResult[] =>
  conditions.filter(({ kind }) => kind !== "variant" && kind !== "interval" && kind !== "size");

/** These and other ways to drive. */
const withVariants = ({ conditions }: ExciteModesData): readonly ConditionResult[] =>
  conditions.filter(({ kind }) => kind !== "interval" && kind !== "size");

const plain = (value: number): string => String(Number(value.toPrecision(6)));

/** Table S2: net jumps per time, with limits of 95 %. A rate of none is drawn by its upper limit. */
export function rateFigure(data: ExciteModesData): Figure {
  const rows = withVariants(data).map((condition) => {
    const { perPs, limits, count } = condition.netJumps;
    return {
      name: nameOf(condition),
      rate: perPs,
      low: limits[0],
      high: limits[1],
      count,
      colour: colourOf(condition),
    };
  });
  const floor = Math.min(...rows.map(({ low, high }) => (low > 0 ? low : high / 10))) / 1.6;
  return {
    name: "jump-rates",
    title: "How often the filled site changes",
    caption:
      "Net jumps per picosecond of all runs of a condition, logarithmic, with limits of 95 % confidence. Beside each the number of net jumps. A triangle is an upper limit: no jump was seen.",
    svg: layout([
      [
        panel({
          width: WIDTH,
          height: 70 + 44 * rows.length,
          marginLeft: 220,
          x: axis("Net jumps (1/ps)", {
            type: "log",
            grid: true,
            tickFormat: plain,
            ticks: 6,
            domain: [floor, 1.5 * Math.max(...rows.map(({ high }) => high))],
          }),
          y: axis(null, { domain: rows.map(({ name }) => name), padding: 0.4 }),
          marks: [
            Plot.ruleY(rows, {
              y: "name",
              x1: (d: (typeof rows)[0]) => Math.max(floor, d.low),
              x2: "high",
              stroke: "colour",
              strokeWidth: 3,
            }),
            Plot.dot(
              rows.filter(({ rate }) => rate > 0),
              { x: "rate", y: "name", fill: "colour", r: 5 },
            ),
            Plot.dot(
              rows.filter(({ rate }) => rate === 0),
              { x: "high", y: "name", stroke: "colour", fill: "white", symbol: "triangle", rotate: -90, r: 5 },
            ),
            Plot.text(rows, {
              x: "high",
              y: "name",
              dx: 10,
              textAnchor: "start",
              text: (d: (typeof rows)[0]) => `${d.count}`,
            }),
          ],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "condition", values: rows.map(({ name }) => name) },
      { name: "net jumps", values: rows.map(({ count }) => count) },
      { name: "rate (1/ps)", values: rows.map(({ rate }) => rate) },
      { name: "lower limit 95 % (1/ps)", values: rows.map(({ low }) => low) },
      { name: "upper limit 95 % (1/ps)", values: rows.map(({ high }) => high) },
    ]),
  };
}

/** Fig. S9 and the tracer's: mean square displacements against the lag. */
export function drivenDisplacementFigure(data: ExciteModesData): Figure {
  const conditions = mainOnly(data).filter(({ msd }) => msd !== null);
  const part = (of: "tracer" | "collective", title: string): Panel => {
    const series = conditions.map((condition) => {
      const { lagsPs } = condition.msd!;
      const mean = condition.msd![of === "tracer" ? "tracerA2" : "collectiveA2"];
      const error = condition.msd![of === "tracer" ? "tracerErrorA2" : "collectiveErrorA2"];
      const points = lagsPs.map((lag, k) => ({
        lag,
        mean: mean[k]!,
        low: Math.max(mean[k]! - error[k]!, 0.05 * mean[k]!),
        high: mean[k]! + error[k]!,
      }));
      return { colour: colourOf(condition), points };
    });
    return panel({
      width: HALF,
      height: 290,
      marginTop: 30,
      x: axis("Lag (ps)", { type: "log", tickFormat: plain, ticks: 5 }),
      y: axis("Mean square displacement (Å²)", { type: "log", grid: true, tickFormat: plain, ticks: 5 }),
      marks: [
        ...series.flatMap(({ colour, points }) => [
          Plot.areaY(points, { x: "lag", y1: "low", y2: "high", fill: colour, fillOpacity: 0.18 }),
          Plot.line(points, { x: "lag", y: "mean", stroke: colour, strokeWidth: 1.7 }),
        ]),
        Plot.text([title], { frameAnchor: "top-left", dy: -18, text: (d: string) => d, fontWeight: "bold" }),
      ],
    });
  };
  const first = conditions[0]!.msd!;
  return {
    name: "mean-square-displacements",
    title: "How far the carriers go",
    caption:
      "Left: one ion, mean over ions, time origins and runs. Right: all N carriers together, N times the mean square displacement of their centre. Both against the framework. Bands are the standard error between runs. What is flat is rattling; a slope of 1 is diffusion.",
    svg: layout([
      [legend(conditions.map((condition) => ({ name: nameOf(condition), colour: colourOf(condition) })))],
      [part("tracer", "single ions"), part("collective", "all carriers together")],
    ]),
    csv: csvOf([
      { name: "lag (ps)", values: first.lagsPs },
      ...conditions.flatMap((condition) => [
        { name: `${nameOf(condition)}: single (A^2)`, values: condition.msd!.tracerA2 },
        { name: `${nameOf(condition)}: single, error (A^2)`, values: condition.msd!.tracerErrorA2 },
        { name: `${nameOf(condition)}: together (A^2)`, values: condition.msd!.collectiveA2 },
        { name: `${nameOf(condition)}: together, error (A^2)`, values: condition.msd!.collectiveErrorA2 },
      ]),
    ]),
  };
}

/** What the driven and the other modes measured. */
export function driveTemperatureFigure(data: ExciteModesData): Figure | undefined {
  const rows = data.conditions
    .filter(({ drivenModesK, otherModesK }) => drivenModesK !== null && otherModesK !== null)
    .flatMap((condition) =>
      (["drivenModesK", "otherModesK"] as const).map((of) => {
        const { value, standardError: error } = condition[of]!;
        return {
          name: nameOf(condition),
          set: of === "drivenModesK" ? "driven modes" : "all other modes",
          value,
          low: value - error,
          high: value + error,
          colour: of === "drivenModesK" ? INK.red : INK.blue,
        };
      }),
    );
  if (rows.length === 0) return undefined;
  const driven = data.conditions.find(({ kind }) => kind === "driven")!;
  const names = [...new Set(rows.map(({ name }) => name))];
  return {
    name: "driven-temperatures",
    title: "How hot the driven modes really are",
    caption:
      "⟨Q̇²⟩/k_B just before driving acts: mean over time and runs with its standard error. Grey lines: what the bath and the drive aim at. Kicks set velocities and not energies, so their modes need not have the aimed temperature on average.",
    svg: layout([
      [
        legend([
          { name: "driven modes", colour: INK.red },
          { name: "all other modes", colour: INK.blue },
        ]),
      ],
      [
        panel({
          width: WIDTH,
          height: 70 + 34 * names.length,
          marginLeft: 220,
          x: axis("Temperature (K)", { grid: true, domain: [0, 1.1 * Math.max(...rows.map(({ high }) => high))] }),
          y: axis(null, { domain: names, padding: 0.4 }),
          marks: [
            Plot.ruleX([driven.bathTemperatureK, driven.drivenTemperatureK!], {
              stroke: INK.grey,
              strokeDasharray: "4 3",
            }),
            Plot.ruleY(rows, { y: "name", x1: "low", x2: "high", stroke: "colour", strokeWidth: 3 }),
            Plot.dot(rows, { x: "value", y: "name", fill: "colour", r: 4.5 }),
          ],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "condition", values: rows.map(({ name }) => name) },
      { name: "modes", values: rows.map(({ set }) => set) },
      { name: "temperature (K)", values: rows.map(({ value }) => value) },
      { name: "standard error (K)", values: rows.map(({ value, high }) => high - value) },
    ]),
  };
}

/** The temperature of every mode of one configuration. */
export function modeTemperatureFigure(data: ExciteModesData): Figure | undefined {
  const conditions = data.conditions.filter(({ modeTemperatures }) => modeTemperatures !== null);
  if (conditions.length === 0) return undefined;
  const configuration = conditions[0]!.modeTemperatures!.configuration;
  const rowsOf = (condition: ConditionResult) => {
    const { frequenciesThz, kineticK, kineticErrorK, potentialK, quantumK, driven } = condition.modeTemperatures!;
    return frequenciesThz.map((frequency, n) => ({
      frequency,
      kinetic: kineticK[n]!,
      low: Math.max(0, kineticK[n]! - kineticErrorK[n]!),
      high: kineticK[n]! + kineticErrorK[n]!,
      potential: potentialK[n]!,
      quantum: quantumK[n]!,
      driven: driven.includes(n),
    }));
  };
  const all = conditions.map((condition) => ({ condition, rows: rowsOf(condition) }));
  const top = 1.05 * Math.max(...all.flatMap(({ rows }) => rows.map(({ high }) => high)));
  const part = ({ condition, rows }: (typeof all)[0]): Panel =>
    panel({
      width: WIDTH,
      height: 210,
      marginTop: 30,
      x: axis("Frequency (THz)"),
      y: axis("Temperature (K)", { grid: true, domain: [0, top] }),
      marks: [
        Plot.ruleY(
          [condition.bathTemperatureK, ...(condition.drivenTemperatureK ? [condition.drivenTemperatureK] : [])],
          { stroke: INK.grey, strokeDasharray: "4 3" },
        ),
        Plot.ruleX(rows, { x: "frequency", y1: "low", y2: "high", stroke: INK.sky, strokeWidth: 0.8 }),
        Plot.dot(rows, { x: "frequency", y: "kinetic", fill: INK.blue, r: 1.8 }),
        Plot.ruleX(
          rows.filter((row) => row.driven),
          { x: "frequency", y1: "low", y2: "high", stroke: INK.red, strokeWidth: 2 },
        ),
        Plot.dot(
          rows.filter((row) => row.driven),
          { x: "frequency", y: "kinetic", fill: INK.red, r: 4.5 },
        ),
        Plot.text([`${nameOf(condition)} (${condition.modeTemperatures!.frames} frames)`], {
          frameAnchor: "top-left",
          dy: -18,
          text: (d: string) => d,
          fontWeight: "bold",
        }),
      ],
    });
  return {
    name: "mode-temperatures",
    title: `The temperature of every mode in ${configuration}`,
    caption: `⟨Q̇ₙ²⟩/k_B of all modes from the frames in which the crystal was in ${configuration}, with standard errors; driven modes in red. The table beside the figure also has ω²⟨Q²⟩/k_B, which strays where a mode is anharmonic, and the temperature of a quantum oscillator of the same energy above its zero point.`,
    svg: layout([
      [
        legend([
          { name: "driven", colour: INK.red },
          { name: "not driven", colour: INK.blue },
        ]),
      ],
      ...all.map((one) => [part(one)]),
    ]),
    csv: csvOf(
      all.flatMap(({ condition, rows }) => [
        { name: `${nameOf(condition)}: frequency (THz)`, values: rows.map(({ frequency }) => frequency) },
        { name: "kinetic (K)", values: rows.map(({ kinetic }) => kinetic) },
        { name: "standard error (K)", values: rows.map(({ kinetic, high }) => high - kinetic) },
        { name: "potential (K)", values: rows.map(({ potential }) => potential) },
        { name: "quantum (K)", values: rows.map(({ quantum }) => quantum) },
        { name: "driven", values: rows.map(({ driven }) => (driven ? 1 : 0)) },
      ]),
    ),
  };
}

/** Fig. 6-like: which site is filled, and how far the charge went, in the first run of each condition. */
export function timelineFigure(data: ExciteModesData): Figure {
  const conditions = mainOnly(data);
  const end = Math.max(...conditions.flatMap(({ timeline }) => timeline.map(({ toPs }) => toPs)));
  const sites = [...new Set(conditions.flatMap(({ timeline }) => timeline.flatMap(({ site }) => site ?? [])))].sort(
    (a, b) => a - b,
  );
  const parts = (condition: ConditionResult) =>
    condition.timeline.map((part) => ({ ...part, colour: colourOf(condition) }));
  const strip = (condition: ConditionResult): Panel =>
    panel({
      width: WIDTH,
      height: 130,
      marginTop: 28,
      marginBottom: 34,
      x: axis("Time (ps)", { domain: [0, end] }),
      y: axis("Filled site", { domain: [-0.5, sites.length - 0.5], ticks: [] }),
      marks: [
        Plot.rectX(
          parts(condition).filter(({ site }) => site === null),
          { x1: "fromPs", x2: "toPs", y1: -0.5, y2: sites.length - 0.5, fill: INK.faint },
        ),
        Plot.ruleY(
          parts(condition).filter(({ site }) => site !== null),
          {
            y: (d: { site: number | null }) => sites.indexOf(d.site!),
            x1: "fromPs",
            x2: "toPs",
            stroke: colourOf(condition),
            strokeWidth: 3,
          },
        ),
        Plot.text([nameOf(condition)], {
          frameAnchor: "top-left",
          dy: -17,
          text: (d: string) => d,
          fontWeight: "bold",
        }),
      ],
    });
  const far = conditions.filter(({ chargeDisplacement }) => chargeDisplacement !== null);
  const lines = far.flatMap((condition) =>
    condition.chargeDisplacement!.timePs.map((time, k) => ({
      time,
      length: condition.chargeDisplacement!.lengthA[k]!,
      colour: colourOf(condition),
    })),
  );
  const distance = panel({
    width: WIDTH,
    height: 240,
    x: axis("Time (ps)", { domain: [0, end] }),
    y: axis("|Σ Δr| of the carriers (Å)", { grid: true }),
    marks: far.map((condition) =>
      Plot.line(
        lines.filter(({ colour }) => colour === colourOf(condition)),
        { x: "time", y: "length", stroke: colourOf(condition), strokeWidth: 1.4 },
      ),
    ),
  });
  return {
    name: "timeline",
    title: "One run of each condition",
    caption:
      "Above: which interstitial site is filled, every site on its own level; grey where the ions are in no configuration that is known, and driving pauses. Below: displacement of all carriers added up, against the framework; a hop of the filled site moves it by some 3 Å.",
    svg: layout([
      ...conditions.map((condition) => [strip(condition)]),
      [legend(far.map((condition) => ({ name: nameOf(condition), colour: colourOf(condition) })))],
      [distance],
    ]),
    csv: csvOf(
      conditions.flatMap((condition) => [
        { name: `${nameOf(condition)}: from (ps)`, values: condition.timeline.map(({ fromPs }) => fromPs) },
        { name: "to (ps)", values: condition.timeline.map(({ toPs }) => toPs) },
        { name: "site", values: condition.timeline.map(({ site }) => site ?? "") },
        { name: "configuration", values: condition.timeline.map(({ configuration }) => configuration ?? "unknown") },
        { name: "time (ps)", values: condition.chargeDisplacement?.timePs ?? [] },
        { name: "displacement (A)", values: condition.chargeDisplacement?.lengthA ?? [] },
      ]),
    ),
  };
}

/** Rate and power against the interval of kicks, or against the size of the cell. */
export function scanFigure(data: ExciteModesData, kind: "interval" | "size"): Figure | undefined {
  const rows = data.conditions
    .filter((condition) => condition.kind === kind)
    .map((condition) => ({
      at: kind === "interval" ? condition.everyFs! : condition.atoms,
      rate: condition.netJumps.perPs,
      low: condition.netJumps.limits[0],
      high: condition.netJumps.limits[1],
      power: 1000 * (condition.powerEvPerPs?.value ?? 0),
      driven: condition.drivenModesK?.value ?? 0,
    }))
    .sort((a, b) => a.at - b.at);
  if (rows.length === 0) return undefined;
  const x = axis(kind === "interval" ? "Time between kicks (fs)" : "Atoms in the cell", {
    type: kind === "interval" ? "log" : "linear",
    tickFormat: plain,
    ticks: 5,
  });
  const left = panel({
    width: HALF,
    height: 270,
    x,
    y: axis("Net jumps (1/ps)", { grid: true, domain: [0, 1.08 * Math.max(...rows.map(({ high }) => high))] }),
    marks: [
      Plot.ruleX(rows, { x: "at", y1: "low", y2: "high", stroke: INK.red, strokeWidth: 2 }),
      Plot.line(rows, { x: "at", y: "rate", stroke: INK.red }),
      Plot.dot(rows, { x: "at", y: "rate", fill: INK.red, r: 4 }),
    ],
  });
  const right = panel({
    width: HALF,
    height: 270,
    x,
    y: axis("Power (meV/ps)", { grid: true, domain: [0, 1.08 * Math.max(1, ...rows.map(({ power }) => power))] }),
    marks: [
      Plot.line(rows, { x: "at", y: "power", stroke: INK.green }),
      Plot.dot(rows, { x: "at", y: "power", fill: INK.green, r: 4 }),
    ],
  });
  return {
    name: kind === "interval" ? "interval-scan" : "size-scan",
    title: kind === "interval" ? "How often one has to kick" : "The same in larger cells",
    caption: `Left: net jumps with limits of 95 %. Right: energy brought in per time${kind === "size" ? "; divided by the volume it is the power density of the table" : ""}.`,
    svg: layout([[left, right]]),
    csv: csvOf([
      { name: kind === "interval" ? "interval (fs)" : "atoms", values: rows.map(({ at }) => at) },
      { name: "rate (1/ps)", values: rows.map(({ rate }) => rate) },
      { name: "lower limit 95 % (1/ps)", values: rows.map(({ low }) => low) },
      { name: "upper limit 95 % (1/ps)", values: rows.map(({ high }) => high) },
      { name: "power (meV/ps)", values: rows.map(({ power }) => power) },
      { name: "driven modes (K)", values: rows.map(({ driven }) => driven) },
    ]),
  };
}
