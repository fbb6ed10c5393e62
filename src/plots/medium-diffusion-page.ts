// The page of the study "medium-diffusion".

import type { Report } from "../io/index.js";
import type { ArrheniusData, DiffusionSeries, Measured, MediumDiffusionData } from "../studies/index.js";
import { show } from "./draw.js";
import { barrierFigure, checksFigure } from "./medium-diffusion-checks.js";
import { arrheniusFigure, EQUATION_NAME, ESTIMATOR_NAME, meanSquareFigure } from "./medium-diffusion-figures.js";
import { trajectoriesFigure } from "./medium-trajectories.js";
import type { Page, Section, Table } from "./page.js";

export function mediumDiffusionPage(report: Report<MediumDiffusionData>): Page {
  const { data } = report;
  const paperFits = data.series[0]!.arrhenius.filter(({ estimator }) => estimator === "throughOrigin");
  return {
    title: "Diffusion of an ion in a vibrating framework",
    lead: "Walks of one ion among the atoms of a cubic framework at temperature: by the full equations of motion and by time-local ones that replace the framework by its static recoil, a drag and its free vibrations, after Rodin et al. (arXiv:2504.06595, Figs. 5–7).",
    headline: [
      ...paperFits.map((fit) => ({
        label: `Activation energy, ${EQUATION_NAME[fit.equation]}`,
        value: `${energyText(fit)} meV`,
      })),
      ...paperFits.map((fit) => ({
        label: `D₀, ${EQUATION_NAME[fit.equation]}`,
        value: `${prefactorText(fit)} Å²/ps`,
      })),
      { label: "Barrier at rest, relaxed", value: `${show(data.series[0]!.barrier.barrierRelaxedMev, 4)} meV` },
    ],
    sections: [
      ...data.series.map((series, index) => seriesSection(data, series, index)),
      {
        title: "The walks",
        text: [
          "The ion rests in the cells of the framework, rattles, now and then leaves, and often flies on through several cells in a row before it is caught again: hops are correlated, and their rate alone does not give D.",
        ],
        figures: data.trajectories.some(({ positionsA }) => positionsA.length >= 6) ? [trajectoriesFigure(data)] : [],
        tables: data.series.map(hopTable),
      },
      {
        title: "What a hop costs at rest",
        text: [
          "The way over the middle of a face, with the framework stiff and with all its atoms given time to relax.",
        ],
        figures: [barrierFigure(data)],
        tables: [barrierTable(data)],
      },
    ],
  };
}

const energyText = (fit: ArrheniusData): string =>
  `${show(fit.activationMev.value, 3)} ± ${show(fit.activationLimitsMev[1] - fit.activationMev.value, 2)}`;

const prefactorText = ({ prefactorA2PerPs: value, prefactorLimitsA2PerPs: [low, high] }: ArrheniusData): string =>
  `${show(value, 3)} (+${show(high - value, 2)}/−${show(value - low, 2)})`;

function seriesSection(data: MediumDiffusionData, series: DiffusionSeries, index: number): Section {
  const { analysis } = data;
  const name = `U₀ = ${show(series.strengthMevA)} meV Å, λ = ${show(series.screeningA)} Å`;
  return {
    title: `Diffusion coefficients, ${name}`,
    text: [
      `Each walk is cut into pieces of ${show(analysis.piecePs)} ps. The paper's estimate fits the mean square displacement by a line through the origin from ${show(analysis.fitFromPs)} ps on, which counts the rattling inside a cell as diffusion. The line with an offset, between lags of ${show(analysis.slopeFromPs)} and ${show(analysis.slopeToPs)} ps and over all time origins, does not have to begin at zero: a positive offset is rattling, and the line through the origin is then too steep; a negative one comes from flights that last picoseconds, and it is too flat. D is a sixth of the slope.`,
      "Whether D follows D₀e^(−E/k_BT) is tested by χ² of the fit and by a quadratic term in 1/k_BT. The kinetic energy of the ion stands beside every D: an equation of motion whose ion is colder than the framework it shakes in takes out more energy than it puts back, and its D is too small.",
    ],
    figures: [
      meanSquareFigure(series, index, analysis.fitFromPs),
      ...(series.arrhenius.length > 0 ? [arrheniusFigure(series, index)] : []),
      checksFigure(series, index),
    ],
    tables: [
      stateTable(series),
      ...(series.arrhenius.length > 0 ? [arrheniusTable(series)] : []),
      ...ratioTables(series),
    ],
  };
}

/** "3.04 ± 0.12": two digits of the error decide how many of the value are shown. */
export function measuredText(measured: Measured | undefined): string {
  if (!measured) return "–";
  const { value, standardError } = measured;
  if (!(standardError > 0)) return show(value, 3);
  const decimals = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(standardError))));
  return `${value.toFixed(decimals).replace("-", "−")} ± ${standardError.toFixed(decimals)}`;
}

function stateTable({ states }: DiffusionSeries): Table {
  return {
    title: "D and the ion's kinetic energy, state by state",
    caption: "Standard errors. Offset: what the line leaves at lag 0. Kinetic energy in units of 3/2 k_BT.",
    head: [
      "equations",
      "k_BT (meV)",
      "sampled (ps)",
      "D, through the origin (Å²/ps)",
      "D, with offset (Å²/ps)",
      "offset (Å²)",
      "kinetic energy",
    ],
    rows: states.map(({ equation, temperatureMev, reading }) => [
      EQUATION_NAME[equation],
      show(temperatureMev),
      show(reading?.sampledPs ?? 0),
      measuredText(reading?.throughOriginA2PerPs),
      measuredText(reading?.slopeA2PerPs),
      measuredText(reading?.offsetA2),
      measuredText(reading?.kineticRatio),
    ]),
  };
}

function arrheniusTable({ arrhenius }: DiffusionSeries): Table {
  return {
    title: "Arrhenius fits and the test of them",
    caption:
      "95 % ranges from the errors of the points; they do not grow with the misfit. Probability: of a χ² at least this large if the line were right. Curvature: a quadratic term over its error; positive means flatter at low temperature.",
    head: [
      "equations",
      "estimate of D",
      "E (meV)",
      "D₀ (Å²/ps)",
      "k_BT (meV)",
      "χ² / freedom",
      "probability",
      "curvature (σ)",
    ],
    rows: arrhenius.map((fit) => [
      EQUATION_NAME[fit.equation],
      ESTIMATOR_NAME[fit.estimator],
      energyText(fit),
      prefactorText(fit),
      `${show(fit.rangeMev[0])} to ${show(fit.rangeMev[1])}`,
      `${show(fit.chiSquare, 3)} / ${fit.degreesOfFreedom}`,
      fit.probability < 1e-4 ? "< 0.0001" : show(fit.probability, 2),
      fit.curvatureSigma === undefined ? "–" : fit.curvatureSigma.toFixed(1).replace("-", "−"),
    ]),
  };
}

function ratioTables({ ratios }: DiffusionSeries): Table[] {
  if (ratios.length === 0) return [];
  const temperatures = [...new Set(ratios.map(({ temperatureMev }) => temperatureMev))].sort((a, b) => a - b);
  const of = (estimator: string, temperature: number): Measured | undefined =>
    ratios.find((one) => one.estimator === estimator && one.temperatureMev === temperature)?.ratio;
  return [
    {
      title: "Full over time-local",
      caption: "Ratio of the diffusion coefficients: 1 if the time-local equations were exact.",
      head: ["k_BT (meV)", ESTIMATOR_NAME.throughOrigin, ESTIMATOR_NAME.slope],
      rows: temperatures.map((t) => [show(t), measuredText(of("throughOrigin", t)), measuredText(of("slope", t))]),
    },
  ];
}

function hopTable({ states, strengthMevA }: DiffusionSeries): Table {
  return {
    title: `Hops between cells, U₀ = ${show(strengthMevA)} meV Å`,
    caption:
      "A hop counts once the ion is well inside the new cell. Γa²/6 would be D if hops were independent; persistence is the mean cosine between a hop and the next.",
    head: ["equations", "k_BT (meV)", "hops", "rate (1/ps)", "Γa²/6 (Å²/ps)", "persistence"],
    rows: states.map(({ equation, temperatureMev, reading }) => [
      EQUATION_NAME[equation],
      show(temperatureMev),
      reading ? String(reading.hops.count) : "–",
      measuredText(reading?.hops.perPs),
      measuredText(reading?.hops.uncorrelatedA2PerPs),
      reading && reading.hops.count > 1 ? show(reading.hops.persistence, 2) : "–",
    ]),
  };
}

function barrierTable({ series }: MediumDiffusionData): Table {
  return {
    title: "Barriers",
    caption: "Through the middle of a face; strain is the part of the relaxed barrier that is in the springs.",
    head: ["U₀ (meV Å)", "λ (Å)", "framework at rest (meV)", "relaxed (meV)", "strain (meV)"],
    rows: series.map(({ strengthMevA, screeningA, barrier }) => [
      show(strengthMevA),
      show(screeningA),
      show(barrier.barrierUnrelaxedMev, 4),
      show(barrier.barrierRelaxedMev, 4),
      show(barrier.barrierElasticMev, 3),
    ]),
  };
}
