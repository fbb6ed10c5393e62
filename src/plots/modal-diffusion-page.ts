// The page of the study "modal-diffusion".

import type { F64 } from "../base/index.js";
import type { Report } from "../io/index.js";
import { type ModalDiffusionData, type TemperatureData, withError } from "../studies/index.js";
import { show } from "./draw.js";
import {
  accumulationFigure,
  hottest,
  kelvin,
  lagsFigure,
  modesFigure,
  pairsFigure,
} from "./modal-diffusion-figures.js";
import {
  arrheniusFigure,
  distancesFigure,
  meanSquareFigure,
  measured,
  modalTemperatureFigure,
  spectraFigure,
} from "./modal-diffusion-motion.js";
import type { Page, Section, Table } from "./page.js";

export function modalDiffusionPage(report: Report<ModalDiffusionData>): Page {
  const { data } = report;
  const hot = hottest(data);
  const activation = data.arrhenius.find(({ of }) => of === "tracer");
  return {
    title: "The vibrations that carry the diffusion",
    lead: `The collective diffusivity of ${data.carriers} ${data.ion} in ${data.formula}, simulated and split over its ${hot.split.frequenciesThz.length} modes and their pairs (mass-diffusivity modal analysis, after Gordiz et al., 10.1016/j.xcrp.2021.100431), beside what the same split shows when there is nothing in it.`,
    headline: [
      { label: `D* at ${kelvin(hot)}`, value: `${power(hot.tracer)} cm²/s` },
      { label: `D_σ at ${kelvin(hot)}`, value: `${power(hot.collective)} cm²/s` },
      { label: `Haven ratio at ${kelvin(hot)}`, value: measured(hot.haven) },
      { label: `Diagonal share at ${kelvin(hot)}`, value: measured(hot.split.groupedShare) },
      ...(activation ? [{ label: "Activation energy of D*", value: `${measured(activation.activationEv)} eV` }] : []),
      ...(data.vibrations
        ? [{ label: `Attempt frequency of ${data.ion}`, value: `${measured(data.vibrations.centres[data.ion]!)} THz` }]
        : []),
    ],
    sections: [
      splitSection(data),
      pairSection(data),
      motionSection(data),
      ...vibrationSections(data),
      ...paperSections(data),
    ],
  };
}

const power = (estimate: { readonly value: number; readonly standardError: number; readonly unit: string }): string =>
  withError(estimate, Math.floor(Math.log10(Math.abs(estimate.value))));

function splitSection(data: ModalDiffusionData): Section {
  return {
    title: "Which modes carry",
    text: [
      "D_σ is the sum of D_n over all modes, frame by frame exactly: Σ_n S_n ΔQ_n is the motion of the ions. A mode whose vector moves the ions together (large |S_n|²) would lead the sum even if nothing but chance moved it, so the running sum of |S_n|² stands beside every curve. What the simulation adds is what leaves that line by more than the band.",
      ...data.temperatures.map(whatSurvives),
    ],
    figures: [accumulationFigure(data), modesFigure(data)],
    tables: [topTable(data), classTable(data)],
  };
}

/** Running sum at a frequency. */
function at(frequencies: F64, values: F64, thz: number): number {
  let last = 0;
  for (let n = 0; n < frequencies.length && frequencies[n]! <= thz; n++) last = values[n]!;
  return last;
}

const BAND_THZ = [8, 20] as const;
/** Half a band holds 68 %: a curve of hundreds of modes leaves it somewhere by chance, hence two. */
const CLEAR = 2;

/** A difference of running sums that is nothing to speak of: where both have come to 1 the band is thinner than it. */
const VISIBLE = 0.02;

/** Where a running sum is off the static weight by more than twice its band and visibly so: at how many modes, and where the most. */
export function departureOf(
  frequencies: F64,
  accumulation: { readonly value: F64; readonly low: F64; readonly high: F64 },
  still: F64,
): { readonly modes: number; readonly frequencyThz: number; readonly value: number; readonly still: number } | null {
  let modes = 0;
  let farthest = -1;
  const gap = (n: number): number => Math.abs(accumulation.value[n]! - still[n]!);
  for (let n = 0; n < frequencies.length; n++) {
    const value = accumulation.value[n]!;
    const half = value > still[n]! ? value - accumulation.low[n]! : accumulation.high[n]! - value;
    if (!(half > 0) || gap(n) <= Math.max(VISIBLE, CLEAR * half)) continue;
    modes++;
    if (farthest < 0 || gap(n) > gap(farthest)) farthest = n;
  }
  if (farthest < 0) return null;
  return {
    modes,
    frequencyThz: frequencies[farthest]!,
    value: accumulation.value[farthest]!,
    still: still[farthest]!,
  };
}

/** In words: does the split say more than its vectors? */
function whatSurvives(one: TemperatureData): string {
  const { split } = one;
  const { frequenciesThz: f, accumulation, nulls, groupedShare } = split;
  const band = (values: F64): number => at(f, values, BAND_THZ[1]) - at(f, values, BAND_THZ[0]);
  const rise = band(accumulation.value);
  const still = band(nulls.staticAccumulation);
  const departure = departureOf(f, accumulation, nulls.staticAccumulation);
  const bare = `${kelvin(one)}: modes of ${BAND_THZ.join(" to ")} THz carry ${show(rise, 2)} of D_σ; the vectors alone say ${show(still, 2)}.`;
  const verdict =
    split.total.value < 2 * split.total.standardError
      ? `D_σ itself is ${power(split.total)} cm²/s, less than two errors from zero: no share of it means anything yet.`
      : departure === null
        ? "Nowhere does the curve leave the static weight by more than twice the band: the simulation says no more about frequencies than the vectors do."
        : `The curve is off the static weight by more than twice the band at ${departure.modes} of ${f.length} modes, farthest at ${show(departure.frequencyThz, 3)} THz: ${show(departure.value, 2)} against ${show(departure.still, 2)}. Neighbouring points rise and fall together, and a few percent of them are off by chance.`;
  const diagonal = ` Pairs inside degenerate groups hold ${measured(groupedShare)}.`;
  return `${bare} ${verdict}${diagonal}`;
}

function topTable(data: ModalDiffusionData): Table {
  return {
    title: "Leading modes",
    caption: `Largest signed shares of D_σ. Stability: mean overlap of the list with the lists of the resamplings, 1 when noise never changes it.`,
    head: ["T (K)", "mode", "frequency (THz)", "share", "static weight", "atoms that move", "stability of the list"],
    rows: data.temperatures.flatMap((one) =>
      one.split.topModes.map((mode, row) => [
        row === 0 ? String(one.temperatureK) : "",
        String(mode.mode),
        mode.frequencyThz.toFixed(3),
        measured(mode.share),
        mode.staticShare.toFixed(4),
        Object.entries(mode.species)
          .filter(([, part]) => part >= 0.05)
          .map(([element, part]) => `${element} ${part.toFixed(2)}`)
          .join(", "),
        row === 0 ? one.split.topStability.toFixed(2) : "",
      ]),
    ),
  };
}

function classTable(data: ModalDiffusionData): Table {
  const names = data.temperatures[0]!.split.classes;
  return {
    title: "Shares by the element that moves most",
    caption: "A mode belongs to the element with the largest mean square displacement per atom in it.",
    head: ["T (K)", ...names.map(({ name, modes }) => `${name} (${modes} modes)`)],
    rows: data.temperatures.map((one) => [
      String(one.temperatureK),
      ...one.split.classes.map(({ share, modes }) => (modes === 0 ? "–" : measured(share))),
    ]),
  };
}

function pairSection(data: ModalDiffusionData): Section {
  const { vibrations } = data;
  const published = vibrations
    ? [
        `The estimator of the scripts of Ouyang et al. (first element of the velocity integral, ions projected alone, every ${vibrations.published.intervalFs} fs) gives a diagonal share of ${measured(vibrations.published.diagonalShare)} for the stretch at ${kelvin(vibrations)}; equal temperature and geometry alone give ${show(vibrations.published.kinematicDiagonalShare, 3)}. It does not see diffusion.`,
      ]
    : [];
  return {
    title: "Pairs of modes",
    text: [
      "“Diagonal” is a label of one basis: the vectors are those of the configuration the runs began with, and an ion that has hopped is no longer where they say. Shares inside degenerate groups do not depend on the choice of vectors there; in a crystal without symmetry they equal those of single modes.",
      ...published,
    ],
    figures: [pairsFigure(data), lagsFigure(data)],
    tables: [shareTable(data)],
  };
}

function shareTable(data: ModalDiffusionData): Table {
  const switching = data.temperatures.some((one) => one.switching);
  return {
    title: "Shares and cross-checks",
    caption: `Slope of increments between lags; beside it the integral of velocity correlations. The harmonic crystal has no diffusion: its D_σ is what vibrations alone add to the slope. Laboratory frame. All mode pairs add up to the motion of the ions themselves within ${Math.max(...data.temperatures.map((one) => one.split.closure)).toExponential(0)}; pairs between groups hold the rest to 1.`,
    head: [
      "T (K)",
      "D_σ, lab (cm²/s)",
      "inside groups",
      "single modes",
      "integral: D_σ (cm²/s)",
      "its share inside",
      "harmonic crystal (cm²/s)",
      ...(switching ? ["switching reference, same bin"] : []),
    ],
    rows: data.temperatures.map((one) => [
      String(one.temperatureK),
      power(one.split.total),
      measured(one.split.groupedShare),
      measured(one.split.diagonalShare),
      power(one.greenKubo.total),
      show(one.greenKubo.groupedShare, 2),
      power(one.split.nulls.harmonicTotal),
      ...(switching ? [one.switching ? measured(one.switching.diagonalShare) : "–"] : []),
    ]),
  };
}

function motionSection(data: ModalDiffusionData): Section {
  const { split } = data.temperatures[0]!;
  return {
    title: "Diffusion and jumps",
    text: [
      `Against the framework. In a simulation without total momentum the framework recoils; the laboratory's D_σ is ${show(split.frameFactor, 4)} of the framework's. Lattice constants of the host: ${data.temperatures
        .map((one) => `${one.latticeA.map((x) => x.toFixed(3)).join(", ")} Å`)
        .filter((text, index, all) => all.indexOf(text) === index)
        .join("; ")}${data.cell === "fixed" ? " (relaxed at 0 K)" : " (mean at each temperature)"}.`,
    ],
    figures: [meanSquareFigure(data), arrheniusFigure(data)],
    tables: [diffusionTable(data), jumpTable(data), kindTable(data)],
  };
}

function diffusionTable(data: ModalDiffusionData): Table {
  return {
    title: "Diffusivities, Haven ratio and conductivity",
    caption: `Slopes over the lags ${data.temperatures[0]!.split.byLag.lagsPs[0]} to ${data.temperatures[0]!.split.byLag.lagsPs.slice().at(-1)} ps, standard errors from ${data.temperatures[0]!.split.blocks} blocks.`,
    head: ["T (K)", "measured (K)", "runs", "D* (cm²/s)", "D_σ (cm²/s)", "D*/D_σ", "σ (mS/cm)"],
    rows: data.temperatures.map((one) => [
      String(one.temperatureK),
      measured(one.measured),
      `${one.replicas} × ${show(one.durationPs / one.replicas, 4)} ps`,
      power(one.tracer),
      power(one.collective),
      measured(one.haven),
      measured(one.conductivity),
    ]),
  };
}

function jumpTable(data: ModalDiffusionData): Table {
  return {
    title: "Jumps",
    caption:
      "Changes of site that lasted; rates with Poisson errors and exact 95 % limits. Hops: from one known configuration to another, by mechanism; known: part of the time in a configuration that is a minimum; at the start: in the one the runs began with, and what energies and numbers of sites alone give for equilibrium.",
    head: [
      "T (K)",
      "jumps",
      "rate (1/ps)",
      "95 %",
      "hops",
      "by mechanism",
      "concerted",
      "known",
      "at the start",
      "Boltzmann",
    ],
    rows: data.temperatures.map(({ temperatureK, jumps }) => [
      String(temperatureK),
      String(jumps.count),
      measured(jumps.perPs),
      jumps.limitsPerPs.map((limit) => show(limit, 3)).join(" to "),
      String(jumps.hops),
      jumps.mechanisms.map(({ mechanism, count }) => `${mechanism} ${count}`).join(", ") || "–",
      String(jumps.concerted),
      jumps.knownFraction.toFixed(2),
      jumps.startFraction.toFixed(2),
      jumps.startBoltzmann.toFixed(2),
    ]),
  };
}

function kindTable(data: ModalDiffusionData): Table {
  const kinds = [...new Set(data.temperatures.flatMap(({ jumps }) => jumps.kinds.map(({ kind }) => kind)))].sort();
  return {
    title: "Jumps by the sites between which they go",
    caption: "Rates, 1/ps.",
    head: ["T (K)", ...kinds],
    rows: data.temperatures.map(({ temperatureK, jumps }) => [
      String(temperatureK),
      ...kinds.map((name) => {
        const found = jumps.kinds.find(({ kind }) => kind === name);
        return found ? measured(found.perPs) : "0";
      }),
    ]),
  };
}

function vibrationSections(data: ModalDiffusionData): Section[] {
  const { vibrations } = data;
  if (!vibrations) return [];
  const top = Math.ceil(Math.max(...data.temperatures[0]!.split.frequenciesThz) + 2);
  const distances = distancesFigure(vibrations);
  return [
    {
      title: "Vibrations",
      text: [
        `A stretch of ${show(vibrations.durationPs, 3)} ps at ${measured(vibrations.measured)} K, sampled every ${vibrations.sampleFs} fs.`,
      ],
      figures: [spectraFigure(vibrations, top), modalTemperatureFigure(vibrations), ...(distances ? [distances] : [])],
      tables: [
        {
          title: "Spectra and amplitudes by element",
          caption: `Amplitudes: root mean square distance from the mean place over windows of ${vibrations.windowPs} ps.`,
          head: ["element", "centre of the spectrum (THz)", "amplitude (Å)"],
          rows: Object.keys(vibrations.spectra).map((element) => [
            element,
            measured(vibrations.centres[element]!),
            measured(vibrations.amplitudesA[element]!),
          ]),
        },
      ],
    },
  ];
}

function paperSections({ paper }: ModalDiffusionData): Section[] {
  if (paper.length === 0) return [];
  return [
    {
      title: "Beside the paper",
      text: [
        "Values in the second column are as Gordiz et al. print them; the paper ran five times 10 ns at each temperature in the cell of that temperature.",
      ],
      tables: [
        {
          title: "Gordiz et al. 2021 and this run",
          head: ["quantity", "paper", "this run", "apart"],
          rows: paper.map(({ quantity, paper: printed, ours, verdict }) => [quantity, printed, ours, verdict]),
        },
      ],
    },
  ];
}
