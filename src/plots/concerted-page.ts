// The page of the study "concerted".

import type { Report } from "../io/index.js";
import { type ArrheniusSeries, type ConcertedRunData, type ConcertedStudyData, sampledText } from "../studies/index.js";
import {
  atTemperature,
  concertedArrheniusFigure,
  densitySeriesFigure,
  diffusionArrheniusFigure,
  displacementSeriesFigure,
  jumpRateFigure,
  siteSeriesFigure,
  windowFigure,
} from "./concerted-figures.js";
import { type Figure, show } from "./draw.js";
import { pairFigure, vanHoveFigure } from "./measure-figures.js";
import { aboveText, diffusionShort } from "./measure-page.js";
import { concertedFigure } from "./measure-sites-figures.js";
import type { Page, Section, Table } from "./page.js";

export function concertedPage({ data }: Report<ConcertedStudyData>): Page {
  const { runs, ion, tracer, classes } = data;
  const all = classes.find(({ name }) => name === "all");
  return {
    title: `How ${ion} moves in ${data.formula}, and when together`,
    lead: `${data.natoms} atoms at ${runs.length} temperatures, ${data.source === "simulated" ? `simulated with ${data.forceField?.name ?? "a force field"}` : "trajectories as given"}. The method is that of Fu et al. (2022) for Li₁₀GeP₂S₁₂; the material here is its own.`,
    headline: [
      { label: "Activation energy of D", value: energyOf(tracer) },
      { label: `D at ${runs[0]!.temperatureK} K`, value: dOf(runs[0]!) },
      { label: `D at ${runs[runs.length - 1]!.temperatureK} K`, value: dOf(runs[runs.length - 1]!) },
      ...(all ? [{ label: "Of concerted pairs", value: energyOf(all) }] : []),
    ],
    sections: [diffusionSection(data), siteSection(data), concertedSection(data), correlationSection(data)],
  };
}

/** A line that misses its points is no activation energy. */
const energyOf = ({ fit }: ArrheniusSeries): string => {
  if (!fit) return "no fit";
  return `${sampledText(fit.activationEv)} eV${fit.probability !== null && fit.probability < 0.01 ? ", a poor fit" : ""}`;
};

const dOf = ({ measured }: ConcertedRunData): string =>
  measured.motion ? diffusionShort(measured.motion.tracer) : "–";
const present = (figures: readonly (Figure | undefined)[]): Figure[] => figures.flatMap((figure) => figure ?? []);

function diffusionSection(data: ConcertedStudyData): Section {
  const excluded = data.runs.filter((run) => run.excluded);
  return {
    title: "Diffusion",
    text: [
      fitText("D of single ions", data.tracer),
      ...excluded.map(({ temperatureK, excluded: why }) => `${temperatureK} K is in no fit: ${why}.`),
    ],
    figures: present([diffusionArrheniusFigure(data), densitySeriesFigure(data), displacementSeriesFigure(data)]),
    tables: [
      {
        title: "At each temperature",
        caption:
          "1 Å²/ps is 10⁻⁴ cm²/s. Conductivity from the common motion; Haven ratio D over D of the common motion.",
        head: [
          "T (K)",
          "lattice (Å)",
          "measured T (K)",
          "D (Å²/ps)",
          "generalised",
          "ordinary",
          "Haven ratio",
          "σ (mS/cm)",
          "hops",
        ],
        rows: data.runs.map(({ temperatureK, latticeA, measured, excluded: out }) => {
          const { motion } = measured;
          return [
            `${temperatureK}${out ? " (not fitted)" : ""}`,
            latticeA ? [...new Set(latticeA.map((a) => a.toFixed(3)))].join(", ") : "–",
            measured.meanTemperatureK ? sampledText(measured.meanTemperatureK) : "–",
            motion ? diffusionShort(motion.tracer).replace(" Å²/ps", "") : "–",
            motion ? sampledText(motion.tracer.generalisedA2PerPs) : "–",
            motion ? sampledText(motion.tracer.ordinaryA2PerPs) : "–",
            motion?.havenRatio ? sampledText(motion.havenRatio) : "–",
            motion?.conductivityMsPerCm ? sampledText(motion.conductivityMsPerCm) : "–",
            motion ? motion.tracer.effectiveHops.toFixed(0) : "–",
          ];
        }),
      },
    ],
  };
}

function fitText(name: string, { fit }: ArrheniusSeries): string {
  if (!fit) return `${name}: fewer than three temperatures gave a number, so no activation energy is given.`;
  return `${name}: activation energy ${sampledText(fit.activationEv)} eV from ${fit.rangeK.map((t) => t.toFixed(0)).join(" to ")} K, 95 % limits ${fit.limits95Ev.map((e) => e.toFixed(3)).join(" to ")} eV${fit.probability === null ? "" : `; if one energy holds, scatter as large as this has the probability ${show(fit.probability, 2)}`}. The line is not continued beyond its temperatures.`;
}

const energyTable = (title: string, caption: string, series: readonly ArrheniusSeries[]): Table => ({
  title,
  caption,
  head: ["", "E_a (eV)", "95 % limits (eV)", "temperatures", "probability"],
  rows: series.map(({ name, fit }) => [
    name,
    fit ? sampledText(fit.activationEv) : "–",
    fit ? fit.limits95Ev.map((e) => e.toFixed(3)).join(" – ") : "–",
    String(fit?.points ?? 0),
    fit?.probability === null || fit === null ? "–" : show(fit.probability, 2),
  ]),
});

function siteSection(data: ConcertedStudyData): Section {
  return {
    title: "Sites, stays and jumps",
    text: [`Sites: ${data.sitesFrom}.`],
    figures: present([siteSeriesFigure(data), jumpRateFigure(data)]),
    tables: [
      {
        title: "Sites by temperature",
        head: ["T (K)", "type", "occupancy", "residence (ps)", "departures", "jumps of all ions"],
        rows: data.runs.flatMap(({ temperatureK, measured }) =>
          (measured.sites?.types ?? []).map((type) => [
            String(temperatureK),
            type.name,
            sampledText(type.occupancy),
            type.departures > 0 ? sampledText(type.residencePs) : aboveText(type),
            String(type.departures),
            String(measured.sites!.jumps),
          ]),
        ),
      },
      ...(data.rates.length > 0 ? [energyTable("Jumps by type", "Per ion on the first type.", data.rates)] : []),
    ],
  };
}

function concertedSection(data: ConcertedStudyData): Section {
  const hottest = data.runs[data.runs.length - 1]!;
  const counts = data.runs.flatMap(({ temperatureK, measured: { concerted } }) =>
    concerted ? [{ temperatureK, concerted }] : [],
  );
  const figure =
    hottest.measured.concerted && hottest.measured.concerted.total.candidates > 0
      ? concertedFigure(hottest.measured.concerted)
      : undefined;
  return {
    title: "Concerted motion",
    text: [
      `Two jumps are concerted when one ion enters the site another leaves within ${hottest.measured.concerted?.windowFs ?? "–"} fs. The frequency is per ion and ps; an activation energy does not depend on what it is divided by. Fast independent jumps coincide too: the excess over them stands beside every count.`,
    ],
    figures: present([
      concertedArrheniusFigure(data),
      windowFigure(data),
      figure && { ...figure, name: "concerted-hottest", title: `Classes ${atTemperature(hottest)}` },
    ]),
    tables: [
      {
        title: "All classes together",
        caption:
          "Found: all pairs within the window. Expected: what jumps of ions that know nothing of each other make.",
        head: [
          "T (K)",
          "jumps",
          "taken back",
          "pairs",
          "per ion and ps",
          "found",
          "expected",
          "ratio",
          "longest chain",
        ],
        rows: counts.map(({ temperatureK, concerted: { total, jumps, takenBack, chains } }) => [
          String(temperatureK),
          String(jumps),
          String(takenBack),
          String(total.pairs),
          sampledText(total.frequencyPerPsIon),
          String(total.candidates),
          show(total.expected, 4),
          sampledText(total.ratio),
          String(chains.reduce((most, count, n) => (count > 0 ? n : most), 0)),
        ]),
      },
      energyTable(
        "Activation energies by class",
        "Of the pairs counted; a class needs three temperatures with an event.",
        data.classes,
      ),
      ...(data.excess.length > 0
        ? [energyTable("Activation energies of the excess", "Candidates less independent ones.", data.excess)]
        : []),
    ],
  };
}

function correlationSection(data: ConcertedStudyData): Section {
  const { runs, ion } = data;
  const ends = [...new Set([runs[0]!, runs[runs.length - 1]!])];
  return {
    title: "Who takes whose place",
    text: ["Paper: Figs. S7–S9."],
    figures: [
      ...ends.flatMap((one) =>
        one.measured.vanHove
          ? [
              {
                ...vanHoveFigure(one.measured.vanHove, { ion, title: `Van Hove correlation ${atTemperature(one)}` }),
                name: `van-hove-${one.temperatureK}K`,
              },
            ]
          : [],
      ),
      ...ends.slice(-1).flatMap((one) =>
        one.measured.rdf
          ? [
              {
                ...pairFigure(one.measured.rdf, ion),
                name: `pair-distributions-${one.temperatureK}K`,
                title: `Pair distributions ${atTemperature(one)}`,
              },
            ]
          : [],
      ),
    ],
    tables: [
      {
        title: "Refill times",
        caption: "When another ion is at an ion's place as often as in a gas, G_d(0,t) = 1.",
        head: ["T (K)", "refill time (ps)"],
        rows: runs.map(({ temperatureK, measured }) => [
          String(temperatureK),
          measured.vanHove?.refillPs ? sampledText(measured.vanHove.refillPs) : "not within these lags",
        ]),
      },
    ],
  };
}
