// The page of the study "medium-kernel": dispersion, recoil and thermal motion of the framework.

import * as Plot from "@observablehq/plot";
import type { Report } from "../io/index.js";
import type { DistributionData, FrameworkSummary, MediumKernelData, VibrationData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, SERIES, show } from "./draw.js";
import { axis, HALF, legend, type Panel, scientific, temperatureColours, WIDTH } from "./medium-draw.js";
import type { Page, Table } from "./page.js";

export function mediumKernelPage(report: Report<MediumKernelData>): Page {
  const { data } = report;
  const { framework, recoil } = data;
  const along = framework.sound[0]!;
  return {
    title: "How the framework vibrates and gives way",
    lead: "The cubic model framework that a mobile ion moves through, before any ion is in it: its waves, its recoil from a push, and its thermal motion, after Rodin et al. (arXiv:2504.06595, Fig. 1).",
    headline: [
      { label: "Highest frequency", value: `${show(framework.highestThz, 4)} THz` },
      {
        label: "Sound along [100], transverse and longitudinal",
        value: `${show(along.transverseAPerPs[0], 4)} and ${show(along.longitudinalAPerPs, 4)} Å/ps`,
      },
      { label: "Static recoil w", value: `${scientific(framework.staticRecoilA2PerMev, 4)} Å²/meV` },
      { label: "Drag kernel L", value: `${scientific(framework.dragA2PsPerMev, 4)} Å² ps/meV` },
    ],
    sections: [
      {
        title: "Waves",
        text: [
          `Every atom is held by springs to its 6 nearest and 12 next-nearest neighbours. The fastest wave, at ${show(framework.highestThz, 4)} THz (${show(framework.highestMev, 3)} meV), takes ${show(framework.fastestPeriodPs, 3)} ps for one period: the shortest time on which the framework can answer.`,
        ],
        figures: [dispersionFigure(data)],
        tables: [soundTable(framework)],
      },
      {
        title: "Recoil",
        text: [
          `A framework atom that is pushed moves by r(t) = −∫ dW(t−t′)/dt′ ∇U(t′) dt′. A steady push of 1 meV/Å moves it by w = W(0) = ${scientific(framework.staticRecoilA2PerMev, 5)} Å. The time-local equation of motion takes W(t) for a spike at t = 0 whose area is L: good when the ion does nothing quickly compared with the time in which W dies away${recoil.settlesPs === null ? "" : `, here ${show(recoil.settlesPs, 2)} ps to a tenth`}.`,
          "L follows from the sound velocities alone, L = Σᵤ ∫ dS ψψ† / (16π²ρvᵤ³): only waves of zero frequency survive an integral over all times. The running integral of the true kernel shows how long that takes, and the table checks the limit with a damping e^(−t²/2τ²), whose effect falls as 1/τ².",
        ],
        figures: [recoilFigure(data)],
        tables: [dragTable(data)],
      },
      {
        title: "Thermal motion",
        text: [
          `Displacements and speeds of the ${data.sampledAtoms.toLocaleString("en")} atoms of one randomly drawn framework per temperature, against p(x) = 4πx² e^(−x²/2σ²)/(2πσ²)^(3/2) with σ from the sum over all modes. Quantum filling contains the zero-point motion, which classical filling lacks: the colder, the larger the difference.`,
        ],
        figures: [...new Set(data.vibrations.map(({ statistics }) => statistics))].map((statistics) =>
          vibrationFigure(data, statistics),
        ),
        tables: [vibrationTable(data)],
      },
    ],
  };
}

/** Fig. 1b. */
export function dispersionFigure({ dispersion, framework }: MediumKernelData): Figure {
  const { distancePerA, frequenciesThz, corners } = dispersion;
  const branches = [0, 1, 2].map((u) => Array.from(distancePerA, (x, p) => ({ x, f: frequenciesThz[3 * p + u]! })));
  const svg = layout([
    [
      panel({
        width: WIDTH,
        height: 340,
        x: axis("Wave vector", {
          ticks: corners.map(({ distance }) => distance),
          tickFormat: (_, i) => corners[i]!.name,
          domain: [0, corners[corners.length - 1]!.distance],
        }),
        y: axis("Frequency (THz)", { grid: true, domain: [0, framework.highestThz * 1.04] }),
        marks: [
          Plot.ruleX(
            corners.map(({ distance }) => distance),
            { stroke: INK.faint },
          ),
          ...branches.map((branch, u) => Plot.line(branch, { x: "x", y: "f", stroke: SERIES[u]!, strokeWidth: 1.8 })),
        ],
      }),
    ],
  ]);
  return {
    name: "dispersion",
    title: "Phonon dispersion",
    caption: `Frequencies along ${corners.map(({ name }) => name).join("–")} of the simple cubic zone, branches in order of frequency. The highest is ${show(framework.highestThz, 5)} THz.`,
    svg,
    csv: csvOf([
      { name: "distance (1/Å)", values: distancePerA },
      ...branches.map((branch, u) => ({ name: `branch ${u + 1} (THz)`, values: branch.map(({ f }) => f) })),
      { name: "corner", values: corners.map(({ name }) => name) },
      { name: "at distance (1/Å)", values: corners.map(({ distance }) => distance) },
    ]),
  };
}

/** Fig. 1c, and how soon its integral is L. */
export function recoilFigure({ recoil, framework }: MediumKernelData): Figure {
  const points = Array.from(recoil.timesPs, (t, i) => ({
    t,
    w: 1e3 * recoil.kernelA2PerMev[i]!,
    integral: 1e5 * recoil.integralA2PsPerMev[i]!,
  }));
  const drag = 1e5 * framework.dragA2PsPerMev;
  const period = framework.fastestPeriodPs;
  const end = recoil.timesPs[recoil.timesPs.length - 1]!;
  const periodMark = (top: number) => [
    Plot.ruleX([period], { stroke: INK.grey, strokeDasharray: "2,3" }),
    Plot.text([{ x: period, y: top }], {
      x: "x",
      y: "y",
      text: () => "one period of the fastest mode",
      textAnchor: "start",
      dx: 6,
      dy: 6,
      fill: INK.grey,
    }),
  ];
  const x = axis("Time (ps)", { domain: [0, end] });
  const topIntegral = Math.max(drag, ...points.map(({ integral }) => integral)) * 1.08;
  const svg = layout([
    [
      panel({
        width: HALF,
        height: 280,
        x,
        y: axis("W(t) (10⁻³ Å²/meV)", { grid: true }),
        marks: [
          Plot.ruleY([0], { stroke: INK.grey }),
          ...periodMark(points[0]!.w),
          Plot.line(points, { x: "t", y: "w", stroke: INK.blue, strokeWidth: 2 }),
        ],
      }),
      panel({
        width: HALF,
        height: 280,
        x,
        y: axis("∫ W dt (10⁻⁵ Å² ps/meV)", { grid: true, domain: [0, topIntegral] }),
        marks: [
          Plot.ruleX([period], { stroke: INK.grey, strokeDasharray: "2,3" }),
          Plot.ruleY([drag], { stroke: INK.red, strokeDasharray: "5,3" }),
          Plot.text([{ x: end, y: drag }], {
            x: "x",
            y: "y",
            text: () => "L",
            fill: INK.red,
            fontWeight: "bold",
            textAnchor: "end",
            dy: -9,
          }),
          Plot.line(points, { x: "t", y: "integral", stroke: INK.blue, strokeWidth: 2 }),
        ],
      }),
    ],
  ]);
  return {
    name: "recoil-kernel",
    title: "Recoil kernel",
    caption: `Left: diagonal element of W(t) of one atom in the infinite lattice. Right: its integral up to t (blue) and the L of the time-local equation (red, dashed), from sound velocities. Grey: ${show(period, 3)} ps, one period of the fastest mode.`,
    svg,
    csv: csvOf([
      { name: "time (ps)", values: recoil.timesPs },
      { name: "W (Å²/meV)", values: recoil.kernelA2PerMev },
      { name: "integral of W (Å² ps/meV)", values: recoil.integralA2PsPerMev },
    ]),
  };
}

/** Fig. 1d, e. */
export function vibrationFigure(data: MediumKernelData, statistics: VibrationData["statistics"]): Figure {
  const sets = data.vibrations.filter((set) => set.statistics === statistics);
  const colours = temperatureColours(sets.length);
  const half = (of: "displacement" | "speed", label: string, density: string): Panel =>
    panel({
      width: HALF,
      height: 280,
      x: axis(label),
      y: axis(density, { grid: true }),
      marks: sets.flatMap((set, i) => {
        const bars = barsOf(set[of]);
        return [
          Plot.rectY(bars, { x1: "low", x2: "high", y: "sampled", fill: colours[i]!, fillOpacity: 0.22, inset: 0 }),
          Plot.line(bars, { x: "centre", y: "exact", stroke: colours[i]!, strokeWidth: 1.8 }),
        ];
      }),
    });
  const svg = layout([
    [
      legend(
        sets.map(({ temperatureMev }, i) => ({ name: `k_BT = ${show(temperatureMev)} meV`, colour: colours[i]! })),
      ),
    ],
    [half("displacement", "Displacement (Å)", "Density (1/Å)"), half("speed", "Speed (Å/ps)", "Density (ps/Å)")],
  ]);
  return {
    name: `vibrations-${statistics}`,
    title: `Thermal motion, ${statistics} filling of the modes`,
    caption: `Distances of the framework's atoms from rest and their speeds. Shaded: one sampled lattice of ${data.sampledAtoms.toLocaleString("en")} atoms; lines: closed form.`,
    svg,
    csv: csvOf(
      sets.flatMap((set) =>
        (["displacement", "speed"] as const).flatMap((of) => {
          const unit = of === "displacement" ? "Å" : "Å/ps";
          const name = `${show(set.temperatureMev)} meV ${of}`;
          return [
            { name: `${name} (${unit})`, values: set[of].centres },
            { name: `${name}: sampled density per ${unit}`, values: set[of].sampled },
            { name: `${name}: closed form per ${unit}`, values: set[of].exact },
          ];
        }),
      ),
    ),
  };
}

function barsOf(
  curve: DistributionData,
): { low: number; high: number; centre: number; sampled: number; exact: number }[] {
  const half = curve.centres[0]!;
  return Array.from(curve.centres, (centre, i) => ({
    low: centre - half,
    high: centre + half,
    centre,
    sampled: curve.sampled[i]!,
    exact: curve.exact[i]!,
  }));
}

export function soundTable(framework: FrameworkSummary): Table {
  return {
    title: "Sound velocities",
    caption: "Å/ps; 1 Å/ps is 100 m/s.",
    head: ["direction", "transverse, slow", "transverse, fast", "longitudinal"],
    rows: framework.sound.map(({ direction, transverseAPerPs, longitudinalAPerPs }) => [
      direction,
      show(transverseAPerPs[0], 5),
      show(transverseAPerPs[1], 5),
      show(longitudinalAPerPs, 5),
    ]),
  };
}

function dragTable({ recoil, framework }: MediumKernelData): Table {
  return {
    title: "L from the sound velocities and from the true dispersion",
    head: ["", "damping τ (ps)", "L (10⁻⁵ Å² ps/meV)", "difference (%)"],
    rows: [
      ["sound velocities", "–", show(1e5 * framework.dragA2PsPerMev, 6), "–"],
      ...recoil.dampedIntegrals.map(({ dampingPs, valueA2PsPerMev }) => [
        "∫ W e^(−t²/2τ²) dt",
        show(dampingPs),
        show(1e5 * valueA2PsPerMev, 6),
        show(100 * (valueA2PsPerMev / framework.dragA2PsPerMev - 1), 2),
      ]),
    ],
  };
}

function vibrationTable({ vibrations }: MediumKernelData): Table {
  return {
    title: "Root mean square of one component",
    caption: "Of displacements and velocities, closed form and sampled.",
    head: ["filling", "k_BT (meV)", "σ (Å)", "sampled (Å)", "σ of velocity (Å/ps)", "sampled (Å/ps)"],
    rows: vibrations.map(({ statistics, temperatureMev, displacement, speed }) => [
      statistics,
      show(temperatureMev),
      show(displacement.sigma, 4),
      show(displacement.sampledSigma, 4),
      show(speed.sigma, 4),
      show(speed.sampledSigma, 4),
    ]),
  };
}
