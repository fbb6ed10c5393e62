// The page of the study "modal-hops": which figures and tables, in which order, with which words.

import type { Report } from "../io/index.js";
import type { HopResult, ModalHopsData } from "../studies/index.js";
import {
  accumulationFigure,
  harmonicFigure,
  histogramsFigure,
  localisationFigure,
  perConfigurationFigure,
  projectedHops,
  sortedFigure,
} from "./all-hops-figures.js";
import { type Figure, show } from "./draw.js";
import { imageChoiceFigure, modeFigure, pathFigure, profileFigure, sharesFigure } from "./hop-figures.js";
import type { Page, Section, Table } from "./page.js";

export function modalHopsPage(report: Report<ModalHopsData>): Page {
  const { data } = report;
  const hops = projectedHops(data);
  const ground = data.hops.filter((hop) => hop.from === data.configurations[0]?.id);
  const lowest = Math.min(...ground.map((hop) => hop.barrierForwardEv));
  const equal = data.averages[0];
  const at10 = equal?.sortedAccumulation[Array.from(equal.percentOfModes).findIndex((percent) => percent >= 10)];
  return {
    title: `The vibrations that carry ions in ${chemicalFormula(data.supercell.formula)}`,
    lead: `Hops of the mobile ion found by elastic bands and split into the ${3 * data.supercell.atoms} vibrations of the configuration each starts from, after Gordiz et al. (2021).`,
    headline: [
      { label: "Stable configurations", value: `${data.configurations.length} of ${data.candidates.length} sites` },
      { label: "Hops split into modes", value: `${hops.length} of ${data.hopsFound}` },
      ...(ground.length > 0
        ? [{ label: `Lowest barrier from ${data.configurations[0]!.id}`, value: `${show(lowest, 3)} eV` }]
        : []),
      ...(at10 === undefined ? [] : [{ label: "Energy in 10 % of the modes", value: `${show(100 * at10, 3)} %` }]),
      ...(equal
        ? [{ label: "Share between 8 and 20 THz", value: `${show(100 * shareBetween(data, 8, 20), 3)} %` }]
        : []),
    ],
    sections: [
      ...(data.example ? [exampleSection(data)] : []),
      ...(hops.length > 0 ? [allHopsSection(data)] : []),
      sitesSection(data),
      startSection(data),
    ],
  };
}

/** "Li73 Ge1 P23 O96" as Li₇₃GeP₂₃O₉₆. */
function chemicalFormula(formula: string): string {
  const subscript = (digits: string): string =>
    digits.replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));
  return formula.replace(
    /([A-Z][a-z]?)(\d+) ?/g,
    (_, symbol: string, count: string) => symbol + (count === "1" ? "" : subscript(count)),
  );
}

/** Part of the averaged (equal weights) share that lies between two frequencies. */
function shareBetween(data: ModalHopsData, low: number, high: number): number {
  const average = data.averages[0]!;
  const below = (f: number): number => {
    const index = Array.from(average.gridThz).findLastIndex((g) => g <= f);
    return index < 0 ? 0 : average.accumulation[index]!;
  };
  return below(high) - below(low);
}

function exampleSection(data: ModalHopsData): Section {
  const hop = data.example!;
  const figures: Figure[] = [
    pathFigure(hop),
    profileFigure(hop),
    sharesFigure(hop),
    ...hop.leading.map((_, rank) => modeFigure(hop, rank)),
    imageChoiceFigure(hop),
  ];
  const result = data.hops.find((candidate) => candidate.id === hop.id)!;
  return {
    title: `One hop: ${hop.id}`,
    text: [
      `The easiest ${result.mechanism} hop out of the most stable configuration that leads straight to another one. The displacement half way (by arc length) between its origin and its saddle is projected on the modes of the origin: Qₙ = Σᵢ √mᵢ eᵢₙ·uᵢ, Eₙ = ½ωₙ²Qₙ². The shares are Eₙ over their sum.`,
    ],
    figures,
    tables: [topModesTable(result)],
  };
}

function topModesTable(hop: HopResult): Table {
  const modes = hop.shares?.topModes ?? [];
  const species = Object.keys(modes[0]?.species ?? {});
  return {
    title: `Leading modes of hop ${hop.id}`,
    caption:
      "Group: modes degenerate with this one, and their share together. Character: part of |e|² on each element.",
    head: [
      "mode",
      "frequency (THz)",
      "share (%)",
      "group: size, share (%)",
      "energy (eV)",
      "inverse participation",
      ...species.map((symbol) => `${symbol} (%)`),
    ],
    rows: modes.map((mode) => [
      String(mode.mode + 1),
      show(mode.frequencyThz, 5),
      show(100 * mode.share, 3),
      `${mode.groupSize}: ${show(100 * mode.groupShare, 3)}`,
      show(mode.energyEv, 3),
      show(mode.inverseParticipation, 3),
      ...species.map((symbol) => show(100 * (mode.species[symbol] ?? 0), 3)),
    ]),
  };
}

function allHopsSection(data: ModalHopsData): Section {
  return {
    title: "All hops",
    text: [
      "Each hop has its own shares because each starts from its own configuration with its own modes. The averages give every hop the same weight, or the weight exp(−barrier/k_BT) with which it happens.",
    ],
    figures: [
      accumulationFigure(data),
      sortedFigure(data),
      histogramsFigure(data),
      harmonicFigure(data),
      perConfigurationFigure(data),
      localisationFigure(data.configurations),
    ],
    tables: [hopsTable(data)],
  };
}

function hopsTable(data: ModalHopsData): Table {
  const sorted = [...data.hops].sort((a, b) => a.barrierForwardEv - b.barrierForwardEv);
  const shown = sorted.slice(0, 60);
  return {
    title: "Hops, lowest barrier first",
    caption:
      shown.length < sorted.length ? `The first ${shown.length} of ${sorted.length}; all are in report.json.` : "",
    head: [
      "hop",
      "through",
      "forward (eV)",
      "backward (eV)",
      "saddle (THz)",
      "prefactor (THz)",
      "Σ Eₙ half way (eV)",
      "band half way (eV)",
      "largest / mean",
      "modes for 87 % (%)",
      "state",
    ],
    rows: shown.map((hop) => [
      hop.id,
      hop.through ?? "",
      show(hop.barrierForwardEv, 4),
      show(hop.barrierBackwardEv, 4),
      show(hop.saddleFrequencyThz, 4),
      show(hop.prefactorThz, 3),
      show(hop.shares?.sumModalEnergyEv, 3),
      show(hop.shares?.bandEnergyEv, 3),
      show(hop.shares?.maxOverMean, 3),
      show(hop.shares?.percentModesFor87, 3),
      hopState(hop),
    ]),
  };
}

function hopState(hop: HopResult): string {
  if (!hop.converged) return "not converged";
  if (hop.intermediate) return `via ${hop.intermediate}`;
  return hop.saddleVerified ? "saddle verified" : "saddle not verified";
}

function sitesSection(data: ModalHopsData): Section {
  return {
    title: "Interstitial sites",
    text: [
      `${data.candidates.length} symmetry-distinct interstitial sites of the requested coordination were filled and relaxed; ${data.configurations.length} are stable configurations with no unstable mode. From these start ${data.hopsFound} distinct hops (${data.hopsFoundAllSites} when every site of the supercell is counted rather than one of each kind).`,
    ],
    tables: [
      {
        title: "What became of each site",
        head: [
          "site",
          "coordination",
          "sites alike",
          "to anions (Å)",
          "to the substituent (Å)",
          "fate",
          "energy (eV)",
          "lowest mode (THz)",
          "hops",
        ],
        rows: data.candidates.map((site) => [
          site.id,
          site.coordination,
          String(site.multiplicity),
          show(site.radiusA, 4),
          show(site.distanceToDefectA, 4),
          site.endedAt ? `${site.fate} (${site.endedAt})` : site.fate,
          energyText(site.energyEv),
          show(site.lowestFrequencyThz, 3),
          String(data.configurations.find((configuration) => configuration.id === site.id)?.hopCount ?? "–"),
        ]),
      },
    ],
  };
}

/** Relative energies to a microelectronvolt: below, two relaxations of one minimum differ. */
const energyText = (energy: number | undefined): string =>
  show(energy === undefined ? undefined : Math.round(1e6 * energy) / 1e6, 4);

function startSection(data: ModalHopsData): Section {
  const { host, forces, supercell } = data;
  const row = (label: string, values: readonly number[]): string[] => [label, ...values.map((value) => show(value, 6))];
  return {
    title: "Crystal and forces",
    text: [
      `${chemicalFormula(host.formula)}, ${host.spaceGroup}, ${host.atoms} atoms in the cell; supercell of ${supercell.atoms} atoms. Energy at rest ${show(host.energyEvPerAtom, 8)} eV per atom, largest force ${show(host.maxForceEvPerA, 2)} eV/Å.`,
      `Forces: ${forces.name}${forces.doi ? ` (doi ${forces.doi})` : ""}; cut-offs ${forces.cutoffsFrom}: ${Object.entries(
        forces.cutoffsA,
      )
        .map(([pair, cutoff]) => `${pair} ${show(cutoff, 3)} Å`)
        .join(", ")}; Coulomb by Ewald sum to a relative force accuracy of ${forces.ewaldAccuracy.toExponential(0)}.`,
    ],
    tables: [
      {
        title: "Lattice constants",
        caption: "Å and degrees.",
        head: ["", "a", "b", "c", "α", "β", "γ"],
        rows: [
          row("as read", host.cellRead),
          row(host.relaxed ? "relaxed at 0 K" : "as used", host.cellRelaxed),
          row("supercell", supercell.cell),
        ],
      },
    ],
  };
}
