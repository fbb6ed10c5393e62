// A measurement in some lines for a terminal.

import { estimateText } from "./md-dynamics-summary.js";
import type { ConcertedData, DiffusionData, MeasureData, Sampled, SitesData } from "./measure-data.js";

/** "1.23 ± 0.04", "–" where there is no number. */
export function sampledText({ value, standardError }: Sampled): string {
  if (value === null) return "–";
  return standardError === null ? String(Number(value.toPrecision(4))) : estimateText({ value, standardError });
}

const CM2_PER_S = 1e-4;
const line = (name: string, text: string): string => `${name.padEnd(15)} ${text}`;
const short = (value: number, digits = 4): string => String(Number(value.toPrecision(digits)));

/** In Å²/ps and cm²/s, or as a bound. */
export function diffusionText({ diffusionA2PerPs: d, bound }: DiffusionData): string {
  if (bound) {
    const below = bound.belowA2PerPs;
    return `bound only: below ${below.toPrecision(3)} Å²/ps (${(below * CM2_PER_S).toExponential(2)} cm²/s) with 95 % confidence; ${bound.reason}`;
  }
  return `${sampledText(d)} Å²/ps (${((d.value ?? 0) * CM2_PER_S).toExponential(2)} cm²/s)`;
}

export function measureLines(data: MeasureData): string[] {
  const { trajectory: t, motion, framework, rdf, spectrum, vanHove, sites, concerted, temperatureK } = data;
  return [
    line(
      "trajectory",
      `${t.formula} (${t.natoms} atoms), ${t.frames} frames ${short(t.frameSpacingFs, 8)} fs apart, ${short(t.durationPs, 6)} ps${t.skippedPs > 0 ? ` after the first ${t.skippedPs} ps` : ""}`,
    ),
    ...(t.coordinates
      ? [line("positions", `${t.coordinates} in the file; cell ${t.variableCell ? "changes" : "constant"}`)]
      : []),
    line("mobile ion", `${data.ions} ${data.ion}, measured against ${frameText(data.reference)}`),
    ...(temperatureK
      ? [
          line(
            "temperature",
            `${sampledText(temperatureK)} K, ${temperatureK.from === "given" ? "given" : "from the velocities"}`,
          ),
        ]
      : []),
    ...(motion
      ? [
          line("D tracer", diffusionText(motion.tracer)),
          ...(motion.tracer.bound
            ? []
            : [
                line(
                  "  generalised",
                  `${sampledText(motion.tracer.generalisedA2PerPs)} Å²/ps (model of independent ions)`,
                ),
                line("  ordinary", `${sampledText(motion.tracer.ordinaryA2PerPs)} Å²/ps`),
                ...(motion.tracer.blocksA2PerPs
                  ? [line("  blocks", `${sampledText(motion.tracer.blocksA2PerPs)} Å²/ps`)]
                  : []),
                line(
                  "  along x, y, z",
                  motion.axes.map(({ diffusion }) => sampledText(diffusion.diffusionA2PerPs)).join(",  "),
                ),
              ]),
          line(
            "  line",
            `lags ${short(motion.tracer.windowPs[0])} to ${short(motion.tracer.windowPs[1])} ps, ${motion.tracer.windowChosen}; ${motion.tracer.effectiveHops.toFixed(0)} effective hops`,
          ),
          line("D collective", diffusionText(motion.collective)),
          ...(motion.havenRatio ? [line("Haven ratio", sampledText(motion.havenRatio))] : []),
          ...(motion.conductivityMsPerCm
            ? [
                line(
                  "conductivity",
                  `${sampledText(motion.conductivityMsPerCm)} mS/cm (Nernst–Einstein ${motion.nernstEinsteinMsPerCm ? sampledText(motion.nernstEinsteinMsPerCm) : "–"})`,
                ),
              ]
            : []),
          ...(motion.greenKubo
            ? [
                line(
                  "Green–Kubo",
                  `D tracer ${sampledText(motion.greenKubo.tracerA2PerPs)}, collective ${sampledText(motion.greenKubo.collectiveA2PerPs)} Å²/ps`,
                ),
              ]
            : []),
        ]
      : []),
    ...(framework
      ? [
          line(
            "framework",
            framework.stable
              ? "holds (host elements neither diffuse nor wander)"
              : `moves: ${framework.elements.flatMap(({ element, reasons }) => reasons.map((reason) => `${element} ${reason}`)).join("; ")}`,
          ),
        ]
      : []),
    ...(rdf
      ? rdf.pairs
          .filter(({ name, neighbours }) => name.split("–").includes(data.ion) && neighbours)
          .map(({ name, firstPeakA, shellA, neighbours }) =>
            line(
              `g(r) ${name}`,
              `first peak ${firstPeakA!.toFixed(2)} Å, ${sampledText(neighbours!)} neighbours within ${shellA!.toFixed(2)} Å`,
            ),
          )
      : []),
    ...(spectrum
      ? spectrum.parts
          .filter(({ name }) => name === data.ion)
          .map(({ name, centreThz }) =>
            line(`spectrum ${name}`, `centre ${sampledText(centreThz)} THz (${spectrum.from})`),
          )
      : []),
    ...(vanHove?.refillPs
      ? [
          line(
            "refill time",
            `${sampledText(vanHove.refillPs)} ps until another ion is at an ion's place as often as in a gas`,
          ),
        ]
      : []),
    ...(sites ? siteLines(sites) : []),
    ...(concerted ? concertedLines(concerted) : []),
  ];
}

/** "the centre of mass of …" */
export const frameText = (reference: string): string => (reference.startsWith("the ") ? reference : `the ${reference}`);

function siteLines(sites: SitesData): string[] {
  const open = ["a", "b", "c"].filter((_, k) => sites.percolation.axes[k]);
  return [
    line(
      "sites",
      `${sites.siteCount} from ${sites.from}${sites.spaceGroup ? ` (${sites.spaceGroup})` : ""}; rule ${sites.rule}, dwell ${sites.dwellFs} fs`,
    ),
    ...sites.types.map((type) =>
      line(
        `  ${type.name}`,
        `${type.sites} sites, occupancy ${sampledText(type.occupancy)}, ${type.share.value === null ? "–" : (100 * type.share.value).toFixed(2)} % of the ions, residence ${type.departures > 0 ? `${sampledText(type.residencePs)} ps` : type.residenceLimitsPs[0] ? `above ${short(type.residenceLimitsPs[0], 3)} ps` : "unknown"} (${type.departures} departures)`,
      ),
    ),
    line(
      "jumps",
      `${sites.jumps}, ${sampledText(sites.jumpRatePerIonPs)} per ion and ps (dwell ${sites.dwellSweep.map(({ dwellFs, jumps }) => `${dwellFs} fs: ${jumps}`).join(", ")})`,
    ),
    ...(sites.jumps > 0
      ? [
          line(
            "D jumps",
            `${sampledText(sites.jumpDiffusionA2PerPs)} Å²/ps${sites.correlationFactor ? `, correlation factor ${sampledText(sites.correlationFactor)}` : ""}`,
          ),
        ]
      : []),
    line(
      "percolation",
      sites.percolation.dimension === 0
        ? "none: no path of jumps leads through the cell"
        : `${sites.percolation.dimension}-dimensional, along ${open.join(", ")}`,
    ),
  ];
}

export function concertedLines({ windowFs, total, classes, chains }: ConcertedData): string[] {
  const of = (count: ConcertedData["total"]): string =>
    `${count.pairs} pairs, ${sampledText(count.frequencyPerPsIon)} per ion and ps; within the window ${count.candidates}, ${short(count.expected, 3)} expected of independent jumps (${sampledText(count.ratio)} times)`;
  const long = chains.reduce((most, count, n) => (count > 0 ? n : most), 0);
  return [
    line("concerted", `window ${windowFs} fs: ${of(total)}`),
    ...[...classes]
      .sort((a, b) => b.pairs - a.pairs)
      .slice(0, 8)
      .filter(({ candidates }) => candidates > 0)
      .map((one) => line(`  ${one.name}`, of(one))),
    ...(long > 0
      ? [
          line(
            "chains",
            `${chains
              .map((count, n) => ({ count, n }))
              .filter(({ count }) => count > 0)
              .slice(0, 8)
              .map(({ count, n }) => `${n} jumps: ${count}`)
              .join(", ")}${long > 9 ? `, up to ${long} jumps` : ""}`,
          ),
        ]
      : []),
  ];
}
