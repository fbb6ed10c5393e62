// The page of the study "medium-reflection": four curves for each throw (Fig. 3), and what they amount to.

import * as Plot from "@observablehq/plot";
import type { Report } from "../io/index.js";
import { LEVELS, type MediumReflectionData, type RecoilLevel, type ThrowData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, show } from "./draw.js";
import { axis, HALF, legend, type Panel, type Series, scientific } from "./medium-draw.js";
import type { Page, Table } from "./page.js";

const LOOK: Readonly<Record<RecoilLevel, Series>> = {
  full: { name: "full motion", colour: INK.sky },
  timeLocal: { name: "time-local", colour: INK.green },
  quasistatic: { name: "quasistatic", colour: INK.orange, dash: "7,3" },
  homogeneous: { name: "homogeneous", colour: INK.red, dash: "2,3" },
};

export function mediumReflectionPage(report: Report<MediumReflectionData>): Page {
  const { data } = report;
  const { framework, throws } = data;
  const forceError = throws.map((one) =>
    Math.abs(one.levels.homogeneous.minForceMevPerA / one.levels.full.minForceMevPerA - 1),
  );
  const best = Math.min(...forceError);
  const worst = Math.max(...forceError);
  return {
    title: "An ion thrown at one framework atom",
    lead: "How well a recoil that knows only the present stands in for the full motion of the framework, after Rodin et al. (arXiv:2504.06595, Fig. 3).",
    headline: [
      { label: "Throws", value: String(throws.length) },
      {
        label: "Error of the largest force, homogeneous",
        value: `${show(100 * best, 2)} to ${show(100 * worst, 2)} %`,
      },
      { label: "Energy left in the lattice", value: lossRange(throws) },
      { label: "Static recoil w", value: `${scientific(framework.staticRecoilA2PerMev, 4)} Å²/meV` },
      { label: "Drag kernel L", value: `${scientific(framework.dragA2PsPerMev, 4)} Å² ps/meV` },
    ],
    sections: [
      {
        title: "Recoil of the atom and force on the ion",
        text: [
          "The ion flies along a cell edge towards one atom of a framework at rest and feels that atom alone. The full motion solves the equations of the ion and of all atoms. Put into r = wU′(x) − LU″(x)(Ṙ − ṙ), x = R − r, its own r, ṙ, R and Ṙ give the time-local curve; leaving out ṙ makes it quasistatic; leaving out r as well makes it homogeneous, the form that can be solved on its own and that is used for dissipation and diffusion. The force is −U′(R − r).",
          "Time-local curves end with the force, so they lack the ringing of the atom after the impact. What moves the ion is the force, and there the four agree better than in the displacement. A narrow potential met at high speed kicks the atom before its neighbours can answer: that is where the approximation fails.",
        ],
        figures: [displacementFigure(throws), forceFigure(throws)],
        tables: [throwTable(throws)],
      },
    ],
  };
}

function lossRange(throws: readonly ThrowData[]): string {
  const losses = throws.map(({ energyLoss }) => 100 * energyLoss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  return throws.length === 1 ? `${show(low, 3)} %` : `${show(low, 2)} to ${show(high, 3)} %`;
}

export const displacementFigure = (throws: readonly ThrowData[]): Figure => ({
  name: "reflection-displacement",
  title: "Displacement of the atom that is hit",
  caption: "Time from the ion's turning point. Grey, dashed: largest displacement of the full motion.",
  svg: gridOf(throws, {
    quantity: "Displacement",
    unit: "Å",
    values: (one, level) => one.levels[level].displacementA,
    bound: (one) => one.levels.full.maxDisplacementA,
  }),
  csv: csvOfThrows(throws, "displacement (Å)", (one, level) => one.levels[level].displacementA),
});

export const forceFigure = (throws: readonly ThrowData[]): Figure => ({
  name: "reflection-force",
  title: "Force on the ion",
  caption: "Force along the ion's way in each description. Grey, dashed: strongest force of the full motion.",
  svg: gridOf(throws, {
    quantity: "Force",
    unit: "meV/Å",
    values: (one, level) => one.levels[level].forceMevPerA,
    bound: (one) => one.levels.full.minForceMevPerA,
  }),
  csv: csvOfThrows(throws, "force (meV/Å)", (one, level) => one.levels[level].forceMevPerA),
});

interface Quantity {
  readonly quantity: string;
  readonly unit: string;
  values(one: ThrowData, level: RecoilLevel): ArrayLike<number>;
  bound(one: ThrowData): number;
}

/** Two panels a row. */
function gridOf(throws: readonly ThrowData[], quantity: Quantity): string {
  const panels = throws.map((one) => throwPanel(one, quantity));
  const rows: Panel[][] = [];
  for (let i = 0; i < panels.length; i += 2) rows.push(panels.slice(i, i + 2));
  return layout([[legend(LEVELS.map((level) => LOOK[level]))], ...rows]);
}

function throwPanel(one: ThrowData, { quantity, unit, values, bound }: Quantity): Panel {
  const isSmall = Math.abs(bound(one)) < 0.03;
  const factor = isSmall ? 1e3 : 1;
  const curves = LEVELS.map((level) => {
    const column = values(one, level);
    return { level, points: Array.from(one.timesPs, (t, i) => ({ t, y: factor * column[i]! })) };
  });
  return panel({
    width: HALF,
    height: 250,
    marginTop: 30,
    x: axis("Time (ps)"),
    y: axis(`${quantity} (${isSmall ? "10⁻³ " : ""}${unit})`, { grid: true }),
    marks: [
      Plot.ruleY([0], { stroke: INK.grey }),
      Plot.ruleY([factor * bound(one)], { stroke: INK.grey, strokeDasharray: "4,3" }),
      ...curves.map(({ level, points }) =>
        Plot.line(points, {
          x: "t",
          y: "y",
          stroke: LOOK[level].colour,
          strokeWidth: level === "full" ? 3 : 1.8,
          ...(LOOK[level].dash ? { strokeDasharray: LOOK[level].dash } : {}),
        }),
      ),
      Plot.text([throwName(one)], {
        frameAnchor: "top-right",
        dy: -18,
        text: (name: string) => name,
        fontWeight: "bold",
      }),
    ],
  });
}

const throwName = ({ screeningA, speedAPerPs }: ThrowData): string =>
  `λ = ${show(screeningA)} Å, v₀ = ${show(speedAPerPs)} Å/ps`;

function csvOfThrows(
  throws: readonly ThrowData[],
  name: string,
  values: (one: ThrowData, level: RecoilLevel) => ArrayLike<number>,
): string {
  return csvOf(
    throws.flatMap((one) => [
      { name: `${throwName(one)}: time (ps)`, values: one.timesPs },
      ...LEVELS.map((level) => ({
        name: `${throwName(one)}: ${LOOK[level].name} ${name}`,
        values: values(one, level),
      })),
    ]),
  );
}

function throwTable(throws: readonly ThrowData[]): Table {
  return {
    title: "Largest recoil, strongest force and energy lost",
    caption:
      "Energy lost: part of the ion's kinetic energy that it does not take back with it. Deviations are those of the strongest force from the one of the full motion.",
    head: [
      "λ (Å)",
      "v₀ (Å/ps)",
      "description",
      "largest displacement (Å)",
      "strongest force (meV/Å)",
      "force deviates (%)",
      "energy lost (%)",
    ],
    rows: throws.flatMap((one) =>
      LEVELS.map((level) => {
        const { maxDisplacementA, minForceMevPerA } = one.levels[level];
        const isFull = level === "full";
        return [
          isFull ? show(one.screeningA) : "",
          isFull ? show(one.speedAPerPs) : "",
          LOOK[level].name,
          show(maxDisplacementA, 4),
          show(minForceMevPerA, 4),
          isFull ? "" : show(100 * (minForceMevPerA / one.levels.full.minForceMevPerA - 1), 2),
          isFull ? show(100 * one.energyLoss, 3) : "",
        ];
      }),
    ),
  };
}
