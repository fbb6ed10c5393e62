// The page of a measured trajectory.

import type { Report } from "../io/index.js";
import {
  type ConcertedData,
  type DiffusionData,
  frameText,
  type MeasureData,
  type MotionData,
  type SitesData,
  type SiteTypeData,
  sampledText,
} from "../studies/index.js";
import { show } from "./draw.js";
import {
  diffusionFigure,
  measuredDisplacementFigure,
  pairFigure,
  spectrumFigure,
  vanHoveFigure,
} from "./measure-figures.js";
import { concertedFigure, densityFigure, siteFigure } from "./measure-sites-figures.js";
import { scientific } from "./medium-draw.js";
import type { Page, Section, Table } from "./page.js";

export function measurePage({ data }: Report<MeasureData>): Page {
  const { trajectory: t, motion, ion } = data;
  return {
    title: `What ${ion} did in ${t.name}`,
    lead: `${t.formula}, ${t.natoms} atoms: ${t.frames} frames ${show(t.frameSpacingFs, 8)} fs apart, ${show(t.durationPs, 6)} ps${t.skippedPs > 0 ? ` after the first ${show(t.skippedPs)} ps` : ""}. ${data.ions} ${ion} ions, measured against ${frameText(data.reference)}.`,
    headline: [
      ...(motion ? [{ label: "D, single ions", value: diffusionShort(motion.tracer) }] : []),
      ...(motion?.havenRatio ? [{ label: "Haven ratio", value: sampledText(motion.havenRatio) }] : []),
      ...(motion?.conductivityMsPerCm
        ? [{ label: "Conductivity", value: `${sampledText(motion.conductivityMsPerCm)} mS/cm` }]
        : []),
      ...(data.temperatureK ? [{ label: "Temperature", value: `${sampledText(data.temperatureK)} K` }] : []),
      ...(data.sites ? [{ label: "Jumps per ion", value: `${sampledText(data.sites.jumpRatePerIonPs)} per ps` }] : []),
    ],
    sections: sectionsOf(data),
  };
}

export const diffusionShort = ({ diffusionA2PerPs, bound }: DiffusionData): string =>
  bound ? `below ${scientific(bound.belowA2PerPs)} Å²/ps` : `${sampledText(diffusionA2PerPs)} Å²/ps`;

function sectionsOf(data: MeasureData): Section[] {
  const { motion, rdf, spectrum, density, vanHove, sites, concerted, framework, ion } = data;
  return [
    ...(motion ? [motionSection(motion, ion)] : []),
    ...(density ? [{ title: "Where the ions were", text: [], figures: [densityFigure(density, ion)] }] : []),
    ...(sites ? [siteSection(sites)] : []),
    ...(concerted ? [concertedSection(concerted)] : []),
    ...(vanHove ? [{ title: "Who takes whose place", text: [], figures: [vanHoveFigure(vanHove, { ion })] }] : []),
    ...(rdf
      ? [
          {
            title: "Neighbours",
            text: [],
            figures: [pairFigure(rdf, ion)],
            tables: [
              {
                title: "First shells",
                caption: "Neighbours of the second kind around one of the first, within the first minimum of g(r).",
                head: ["pair", "first peak (Å)", "first minimum (Å)", "neighbours"],
                rows: rdf.pairs.map(({ name, firstPeakA, shellA, neighbours }) => [
                  name,
                  show(firstPeakA ?? undefined, 3),
                  show(shellA ?? undefined, 3),
                  neighbours ? sampledText(neighbours) : "–",
                ]),
              },
            ],
          },
        ]
      : []),
    ...(spectrum
      ? [
          {
            title: "Vibrations",
            text: [],
            figures: [spectrumFigure(spectrum)],
            tables: [
              {
                title: "Moments of the spectra",
                head: ["atoms", "centre (THz)", "width (THz)", "skewness", "excess kurtosis"],
                rows: spectrum.parts.map((part) => [
                  part.name,
                  sampledText(part.centreThz),
                  sampledText(part.widthThz),
                  sampledText(part.skewness),
                  sampledText(part.excessKurtosis),
                ]),
              },
            ],
          },
        ]
      : []),
    ...(framework
      ? [
          {
            title: "Does the framework hold?",
            text: [
              framework.stable
                ? "Every host element stays: none diffuses along all axes, none has wandered."
                : "The host moves: its elements below fail, and sites and densities measured against it are in doubt.",
            ],
            tables: [
              {
                title: "Host elements",
                caption: `From the first frame alone and a line through zero, as in the screening that set the thresholds (D below 0.01 Å²/ps along some axis, late displacement at most 1 Å² along every axis); measured against ${framework.reference}.`,
                head: ["element", "D along x, y, z (Å²/ps)", "last fifth of the run (Å²)", "verdict"],
                rows: framework.elements.map(({ element, stable, diffusionA2PerPs, lateDisplacementA2 }) => [
                  element,
                  diffusionA2PerPs.map((d) => show(d, 2)).join(", "),
                  lateDisplacementA2.map((d) => show(d, 3)).join(", "),
                  stable ? "stays" : "moves",
                ]),
              },
            ],
          },
        ]
      : []),
  ];
}

function motionSection(motion: MotionData, ion: string): Section {
  const { tracer, collective, axes, tensor } = motion;
  return {
    title: "Displacements and diffusivity",
    text: [
      tracer.bound
        ? `No diffusion was resolved: with 95 % confidence D of ${ion} is below ${scientific(tracer.bound.belowA2PerPs)} Å²/ps (${scientific(1e-4 * tracer.bound.belowA2PerPs)} cm²/s). ${capital(tracer.bound.reason)}.`
        : `D of single ions is ${sampledText(tracer.diffusionA2PerPs)} Å²/ps (${scientific(1e-4 * (tracer.diffusionA2PerPs.value ?? 0))} cm²/s), with the error of ${tracer.errorFrom === "blocks" ? "blocks, which assumes nothing of how ions move" : "a model of independent ions"}; 95 % limits ${tracer.limits95A2PerPs.map((x) => show(x, 3)).join(" to ")}. ${tracer.effectiveHops.toFixed(0)} effective hops stand behind it.`,
    ],
    figures: [measuredDisplacementFigure(motion, ion), diffusionFigure(motion)],
    tables: [
      {
        title: "Diffusivities",
        caption:
          "Å²/ps; 1 Å²/ps is 10⁻⁴ cm²/s. What an ordinary fit states of its own error is far too small: neighbouring points of the curve share their ions.",
        head: ["", "generalised (model error)", "ordinary", "blocks", "given"],
        rows: [
          diffusionRow("single ions", tracer),
          ...axes.map(({ axis, diffusion }) => diffusionRow(`along ${axis}`, diffusion)),
          diffusionRow("all together", collective),
        ],
      },
      ...(tensor
        ? [
            {
              title: "Diffusion tensor",
              caption: `Principal values (Å²/ps) and axes; anisotropy ${sampledText(tensor.anisotropy)} (0: isotropic, 1: along one line only).`,
              head: ["principal D", "axis x", "y", "z"],
              rows: tensor.principalA2PerPs.map((value, k) => [
                sampledText(value),
                ...tensor.axes[k]!.map((c) => show(c, 3)),
              ]),
            },
          ]
        : []),
    ],
  };
}

/** What is known of a stay that was never seen to end; nothing of a site that was never full. */
export const aboveText = ({ residenceLimitsPs: [low] }: SiteTypeData): string => (low ? `above ${show(low, 3)}` : "–");

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const diffusionRow = (name: string, d: DiffusionData): string[] => [
  name,
  sampledText(d.generalisedA2PerPs),
  sampledText(d.ordinaryA2PerPs),
  d.blocksA2PerPs ? sampledText(d.blocksA2PerPs) : "–",
  diffusionShort(d),
];

function siteSection(sites: SitesData): Section {
  const open = ["a", "b", "c"].filter((_, k) => sites.percolation.axes[k]);
  const { percolation } = sites;
  return {
    title: "Sites and jumps",
    text: [
      `${sites.siteCount} sites from ${sites.from}${sites.spaceGroup ? `; the framework's space group is ${sites.spaceGroup}` : ""}. An ion is on a site by the rule ${sites.rule}; stays shorter than ${show(sites.dwellFs)} fs do not count.`,
      `${sites.jumps} jumps, ${sampledText(sites.jumpRatePerIonPs)} per ion and ps. With other dwell times: ${sites.dwellSweep.map(({ dwellFs, jumps }) => `${dwellFs} fs ${jumps}`).join(", ")}. Independent jumps would give D = ${sampledText(sites.jumpDiffusionA2PerPs)} Å²/ps${sites.correlationFactor ? `; the correlation factor is ${sampledText(sites.correlationFactor)}` : ""}.`,
      percolation.dimension === 0
        ? "No path of jumps leads through the cell: what diffusion there is stays in cages."
        : `The network of jumps is ${percolation.dimension}-dimensional and leads through the cell along ${open.join(", ")}; its bottlenecks are ${[...new Set(percolation.bottlenecks.filter((b) => b !== null))].join("; ")}.`,
    ],
    figures: sites.jumps > 0 ? [siteFigure(sites)] : [],
    tables: [
      {
        title: "Sites by type",
        caption:
          "Residence: all the time on the type over the departures from it, which the ends of the run do not bias; beside it the mean of the stays seen whole, which they do.",
        head: [
          "type",
          "sites",
          "occupancy",
          "share of the ions (%)",
          "residence (ps)",
          "stays seen whole (ps)",
          "departures",
        ],
        rows: sites.types.map((type) => [
          type.name,
          String(type.sites),
          sampledText(type.occupancy),
          type.share.value === null ? "–" : (100 * type.share.value).toFixed(2),
          type.departures > 0 ? sampledText(type.residencePs) : aboveText(type),
          sampledText(type.naiveResidencePs),
          String(type.departures),
        ]),
      },
      transitionTable(sites),
    ],
  };
}

function transitionTable(sites: SitesData): Table {
  return {
    title: "Jumps by type",
    caption: "Rates per ion on the first type; errors of counting.",
    head: ["from → to", "jumps", "of those leaving (%)", "rate (1/ps)", "95 % limits (1/ps)"],
    rows: sites.transitions
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
      .slice(0, 24)
      .map(({ from, to, count, probability, ratePerPs, rateLimitsPerPs }) => [
        `${from} → ${to}`,
        String(count),
        probability.value === null ? "–" : (100 * probability.value).toFixed(1),
        sampledText(ratePerPs),
        rateLimitsPerPs.map((x) => show(x ?? undefined, 3)).join(" – "),
      ]),
  };
}

export function concertedSection(found: ConcertedData): Section {
  const chains = found.chains.map((count, n) => ({ n, count })).filter(({ count }) => count > 0);
  return {
    title: "Concerted motion",
    text: [
      `Two jumps are one concerted motion when an ion enters the site another leaves within ${found.windowFs} fs; each jump fills once and is filled once at most, and ${found.takenBack} of ${found.jumps} jumps that were taken back do not count. ${capital(found.normaliser)}.`,
      ...(found.strings?.meanLength
        ? [
            `Without sites, by replacement within 1 Å over ${show(found.strings.lagPs)} ps (Donati et al.), a string has ${show(found.strings.meanLength, 3)} ions on average.`,
          ]
        : []),
    ],
    figures: found.total.candidates > 0 ? [concertedFigure(found)] : [],
    tables: [
      {
        title: "Classes A–B–C",
        caption:
          "Ends of a class have no order. Significance: what is found over what independent jumps make, in its standard deviations.",
        head: ["class", "pairs", "per ion and ps", "within the window", "independent", "ratio", "significance"],
        rows: [found.total, ...[...found.classes].sort((a, b) => b.pairs - a.pairs)]
          .slice(0, 20)
          .map((one) => [
            one.name,
            String(one.pairs),
            sampledText(one.frequencyPerPsIon),
            String(one.candidates),
            show(one.expected, 3),
            sampledText(one.ratio),
            one.significance === null ? "–" : `${show(one.significance, 3)} σ`,
          ]),
      },
      ...(chains.length > 0
        ? [
            {
              title: "Chains",
              caption: "Open chains of n jumps, each into the site the next one leaves.",
              head: ["jumps", ...chains.slice(0, 12).map(({ n }) => String(n))],
              rows: [["chains", ...chains.slice(0, 12).map(({ count }) => String(count))]],
            },
          ]
        : []),
    ],
  };
}
