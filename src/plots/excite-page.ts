// The page of the study "excite-modes": which figures and tables, in which order, with which words.

import type { Report } from "../io/index.js";
import {
  type ConditionResult,
  drivenMeans,
  type ExciteModesData,
  powerUnits,
  rangeOf,
  figures as short,
} from "../studies/index.js";
import { type Figure, show } from "./draw.js";
import {
  drivenDisplacementFigure,
  driveTemperatureFigure,
  mainOnly,
  modeTemperatureFigure,
  nameOf,
  rateFigure,
  scanFigure,
  timelineFigure,
} from "./excite-figures.js";
import { scientific } from "./medium-draw.js";
import type { Page, Section, Table } from "./page.js";

type Number = { readonly value: number; readonly standardError: number | null };

export function exciteModesPage(report: Report<ExciteModesData>): Page {
  const { data } = report;
  const rate = (condition: ConditionResult) => ({
    label: nameOf(condition),
    value:
      condition.netJumps.count === 0
        ? `< ${short(condition.netJumps.limits[1])} /ps`
        : `${short(condition.netJumps.perPs)} /ps`,
  });
  return {
    title: `Driving chosen vibrations of ${chemicalFormula(data.formula)}`,
    lead: `The ${data.topModes} modes that lead the hops out of whatever configuration the ions are in are held hot while the crystal stays cold (${variantText(data.variant)}), and the hops are counted, after Gordiz et al. (2021).`,
    headline: mainOnly(data).map(rate),
    sections: [
      answerSection(data),
      drivenSection(data),
      diffusionSection(data),
      pathSection(data),
      ...scanSections(data),
      listsSection(data),
    ],
  };
}

const variantText = (variant: string): string =>
  variant === "two-temperature" ? "a bath of their own" : `kicks, variant "${variant}"`;

/** "Li73 Ge1 P23 O96" as Li₇₃GeP₂₃O₉₆. */
function chemicalFormula(formula: string): string {
  return formula.replace(
    /([A-Z][a-z]?)(\d+) ?/g,
    (_, symbol: string, count: string) =>
      symbol + (count === "1" ? "" : count.replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)))),
  );
}

function answerSection(data: ExciteModesData): Section {
  return {
    title: "Does it matter which modes are driven?",
    text: data.verdict,
    figures: [rateFigure(data)],
    tables: [ratesTable(data.conditions), ratiosTable(data)],
  };
}

const numberText = (number: Number | null, digits = 3): string =>
  number === null
    ? "–"
    : number.standardError === null
      ? show(number.value, digits)
      : `${show(number.value, digits)} ± ${show(number.standardError, 2)}`;

function ratesTable(conditions: readonly ConditionResult[]): Table {
  return {
    title: "Hops counted",
    caption:
      "Jumps: changes of the filled interstitial site that last longer than the dwell. Net: without those taken back at once by the same ions. Limits of 95 %. Scatter: variance over mean of counts in equal stretches; Poisson has 1, and limits are widened by its root.",
    head: [
      "condition",
      "runs",
      "sampled (ps)",
      "jumps",
      "net jumps",
      "net rate (1/ps)",
      "95 %",
      "scatter",
      "unknown (%)",
    ],
    rows: conditions.map((condition) => [
      nameOf(condition),
      String(condition.replicas),
      show(condition.sampledPs, 4),
      String(condition.jumps.count),
      String(condition.netJumps.count),
      short(condition.netJumps.perPs),
      rangeOf(condition.netJumps.limits),
      show(condition.dispersion, 3),
      show(100 * condition.unknownFraction, 2),
    ]),
  };
}

function ratiosTable({ ratios, conditions }: ExciteModesData): Table {
  const named = (name: string): string => nameOf(conditions.find((condition) => condition.name === name)!);
  return {
    title: "One rate over another",
    caption:
      "Ratio of net rates with exact limits of 95 %, and the probability of counts at least this different if the rates were equal.",
    head: ["rate of", "over that of", "ratio", "95 %", "probability if equal", "verdict"],
    rows: ratios.map(({ of, over, ratio, limits, probability, verdict }) => [
      named(of),
      named(over),
      ratio === null ? "–" : short(ratio),
      rangeOf(limits),
      short(probability),
      verdict,
    ]),
  };
}

function drivenSection(data: ExciteModesData): Section {
  const figures = [driveTemperatureFigure(data), modeTemperatureFigure(data)].filter(
    (figure): figure is Figure => figure !== undefined,
  );
  const driven = data.conditions.filter(({ powerEvPerPs }) => powerEvPerPs !== null);
  return {
    title: "What driving does to the modes, and what it costs",
    text: [
      "The temperature of a mode is ⟨Q̇²⟩/k_B. In a thermal state ω²⟨Q²⟩/k_B is the same; where it is larger by far, the mode is not hot but pushed: its amplitude is that of a higher temperature than its velocity tells. Energy that is brought to the driven modes leaks into the others and from there into the bath; the power is the mean of what was brought in, and all of it is heat in the end.",
    ],
    figures,
    tables: [
      {
        title: "Temperatures and power",
        caption:
          "Temperatures measured just before driving acts, standard errors. Crystal: kinetic temperature of all atoms. The paper states 1.2·10¹⁹ W/m³ = 1.2·10¹³ W/cm³ for 192 atoms with one mode driven by kicks (Table S5).",
        head: [
          "condition",
          "crystal (K)",
          "driven modes (K)",
          "their ω²⟨Q²⟩/k_B (K)",
          "other modes (K)",
          "power (meV/ps)",
          "W per cell",
          "W/cm³",
        ],
        rows: data.conditions.map((condition) => {
          const { powerEvPerPs: power, volumeA3 } = condition;
          const units = power ? powerUnits(power.value, volumeA3) : undefined;
          return [
            nameOf(condition),
            numberText(condition.temperatureK, 4),
            numberText(condition.drivenModesK, 4),
            potentialText(condition),
            numberText(condition.otherModesK, 4),
            power ? numberText({ value: 1000 * power.value, standardError: 1000 * power.standardError }) : "–",
            units ? scientific(units.watt, 2) : "–",
            units ? scientific(units.wattPerCm3, 2) : "–",
          ];
        }),
      },
    ].filter(() => driven.length > 0),
  };
}

/** Mean over the driven modes; in a thermal state it is their temperature, too. */
const potentialText = (condition: ConditionResult): string => show(drivenMeans(condition)[1], 3);

function diffusionSection(data: ExciteModesData): Section {
  const main = mainOnly(data);
  const inScience = (number: Number | null): string =>
    number === null
      ? "–"
      : number.standardError === null
        ? scientific(number.value)
        : `(${show(number.value * 1e8, 3)} ± ${show(number.standardError * 1e8, 2)})·10⁻⁸`;
  return {
    title: "Diffusion",
    text: [
      "D* is the slope of the mean square displacement of single ions over 6, D_σ that of all carriers together times their number, H = D*/D_σ. One hop of one ion in a run of nanoseconds is already more than 10⁻¹⁰ cm²/s, so what a cold crystal does below that is beyond any such simulation: a bound is given instead of a number.",
    ],
    figures: main.some(({ msd }) => msd !== null) ? [drivenDisplacementFigure(data)] : [],
    tables: [
      {
        title: "Diffusion coefficients and Haven ratio",
        caption:
          "cm²/s, mean of the runs and its standard error between them. Paper (Table S3): 700 K 1.47·10⁻⁸, 2.07·10⁻⁸, 0.71; driven 4.11·10⁻⁸, 9.74·10⁻⁸, 0.42; jump rates (Table S2) 0.0007, 0.138 and driven 0.241 per ps.",
        head: ["condition", "D*", "D_σ", "Haven ratio", "net jumps (1/ps)"],
        rows: main.map((condition) => {
          const { diffusion, netJumps } = condition;
          const bound = diffusion?.tracerBelowCm2PerS ?? null;
          return [
            nameOf(condition),
            bound === null
              ? inScience(diffusion?.tracerCm2PerS ?? null)
              : `< ${scientific(bound, 2)} (${diffusion!.reason})`,
            inScience(diffusion?.collectiveCm2PerS ?? null),
            diffusion?.havenRatio == null
              ? "–"
              : numberText({ value: diffusion.havenRatio, standardError: diffusion.havenError }),
            `${short(netJumps.perPs)} (${rangeOf(netJumps.limits)})`,
          ];
        }),
      },
    ],
  };
}

/** Rows of the table of hop types, and of unknown occupancies. */
const MOST_TYPES = 14;
const MOST_UNKNOWN = 6;

function pathSection(data: ExciteModesData): Section {
  const main = mainOnly(data);
  const ids = new Map<string, number>();
  for (const { hopTypes } of main)
    for (const { id, mechanism, count } of hopTypes)
      ids.set(`${id}\n${mechanism}`, (ids.get(`${id}\n${mechanism}`) ?? 0) + count);
  const types = [...ids].sort((a, b) => b[1] - a[1]);
  const countIn = (condition: ConditionResult, key: string): number =>
    condition.hopTypes.find(({ id, mechanism }) => `${id}\n${mechanism}` === key)?.count ?? 0;
  const visited = [...new Set(main.flatMap(({ configurations }) => configurations.map(({ id }) => id)))].sort();
  const unknown = main.flatMap((condition) =>
    condition.unknown
      .slice(0, MOST_UNKNOWN)
      .map((seen) => [nameOf(condition), seen.defects, show(100 * seen.fraction, 2), String(seen.visits)]),
  );
  return {
    title: "Where the ions are, and which hops they make",
    text: [
      "A configuration is named by the interstitial site that is filled; equivalent sites share a name. While the occupancy is none that is known, as half way through a hop or with two sites filled, driving pauses and the run goes on.",
    ],
    figures: [timelineFigure(data)],
    tables: [
      {
        title: "Hops by kind",
        caption:
          types.length > MOST_TYPES
            ? `The ${MOST_TYPES} most frequent of ${types.length}; all are in report.json.`
            : "",
        head: ["hop", "mechanism", ...main.map(nameOf)],
        rows: types
          .slice(0, MOST_TYPES)
          .map(([key]) => [...key.split("\n"), ...main.map((condition) => String(countIn(condition, key)))]),
      },
      {
        title: "Part of the time in each configuration",
        caption: "Per cent.",
        head: ["configuration", ...main.map(nameOf)],
        rows: [
          ...visited.map((id) => [
            id,
            ...main.map(({ configurations }) =>
              show(100 * (configurations.find((one) => one.id === id)?.fraction ?? 0), 3),
            ),
          ]),
          ["unknown", ...main.map(({ unknownFraction }) => show(100 * unknownFraction, 3))],
        ],
      },
      ...(unknown.length > 0
        ? [
            {
              title: "Occupancies that are in no list",
              caption: "Sites by their numbers: lattice sites first, then interstitial ones.",
              head: ["condition", "defects", "time (%)", "visits"],
              rows: unknown,
            },
          ]
        : []),
    ],
  };
}

function scanSections(data: ExciteModesData): Section[] {
  const interval = scanFigure(data, "interval");
  const size = scanFigure(data, "size");
  return [
    ...(interval
      ? [
          {
            title: "The interval between kicks",
            text: [
              "Between two kicks the driven modes lose their energy to the others. When the interval is longer than that takes, the crystal hardly notices.",
            ],
            figures: [interval],
          },
        ]
      : []),
    ...(size
      ? [
          {
            title: "The size of the cell",
            text: [
              "A local mode takes the same power in any cell, so the power density falls with the volume; whether the rate stays is what the figure shows (Table S5).",
            ],
            figures: [size],
          },
        ]
      : []),
  ];
}

function listsSection(data: ExciteModesData): Section {
  const { forces } = data;
  return {
    title: "Which modes are driven where",
    text: [
      `${data.hopsRun} of ${data.hopsFound} hops were run as short elastic bands; of the modes that lead the hops out of a configuration the ${data.topModes} with the largest sum of shares are driven while the crystal is in it. Forces: ${forces.name}${forces.doi ? ` (doi ${forces.doi})` : ""}, cut-offs ${forces.cutoffsFrom}. Time step ${show(data.timestepFs)} fs.`,
    ],
    tables: [
      {
        title: "Configurations and their modes",
        caption: "Share: what the driven modes carry of the modal energy half way to the saddle, mean over the hops.",
        head: [
          "configuration",
          "energy (eV)",
          "sites alike",
          "hops",
          "lowest barrier (eV)",
          "driven modes (THz)",
          "share (%)",
        ],
        rows: data.lists.map((list) => [
          list.id,
          show(Math.round(1e4 * list.energyEv) / 1e4, 4),
          String(list.multiplicity),
          String(list.hops),
          show(list.lowestBarrierEv ?? undefined, 3),
          list.frequenciesThz.map((f) => f.toFixed(2)).join(", "),
          show(list.shareOfHops === null ? undefined : 100 * list.shareOfHops, 3),
        ]),
      },
    ],
  };
}
