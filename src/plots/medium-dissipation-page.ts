// The page of the study "medium-dissipation": an ion coming to rest (Fig. 4).

import * as Plot from "@observablehq/plot";
import type { Report } from "../io/index.js";
import type { MediumDissipationData, TrackData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, show } from "./draw.js";
import { axis, HALF, legend, type Series, WIDTH } from "./medium-draw.js";
import type { Page, Table } from "./page.js";

const LOOK: Readonly<Record<string, Series>> = {
  full: { name: "full motion of the framework", colour: INK.sky },
  homogeneous: { name: "time-local, homogeneous (the paper's)", colour: INK.red, dash: "6,3" },
  quasistatic: { name: "time-local, quasistatic", colour: INK.orange, dash: "2,3" },
};
const lookOf = ({ equation }: TrackData): Series => LOOK[equation] ?? { name: equation, colour: INK.black };

export function mediumDissipationPage(report: Report<MediumDissipationData>): Page {
  const { data } = report;
  const { tracks } = data;
  const full = tracks.find(({ equation }) => equation === "full")!;
  const local = tracks.find(({ equation }) => equation !== "full")!;
  const ended = (track: TrackData): string => `${show(track.startMev, 3)} to ${show(track.endMev, 2)} meV`;
  return {
    title: "An ion that comes to rest in a cold framework",
    lead: "An ion on a line of framework atoms at rest loses its energy to waves it sends out: by the time-local equation, where the loss is a drag, and by the full motion of the framework, after Rodin et al. (arXiv:2504.06595, Fig. 4).",
    headline: [
      { label: "Kinetic energy, full motion", value: ended(full) },
      { label: "Kinetic energy, time-local", value: ended(local) },
      {
        label: "Amplitude falls to 1/e in, full and time-local",
        value: `${show(full.decayPs ?? undefined, 3)} and ${show(local.decayPs ?? undefined, 3)} ps`,
      },
    ],
    sections: [
      {
        title: "Position and velocity",
        text: [
          `The ion starts midway between the two middle atoms, at z = ${show(data.middleA)} Å. It may move along the line only, where the framework's atoms are barriers; in between is the bottom. Nothing shakes: the energy goes one way. For small deflections the force is −U′ + wU″U′ − L(U″)²Ṙ: the last term is a drag that acts only where the potential is curved, that is, near the atoms.`,
          `The full motion also holds the framework's own vibrations: the ion feels the waves it sent out, which come around the periodic lattice after ${show(data.soundReturnsPs, 2)} ps, and its last oscillations drown in them. The time-local ion knows nothing of them.`,
        ],
        figures: [trackFigure(data), decayFigure(data)],
        tables: [turnTable(tracks)],
      },
    ],
  };
}

export function trackFigure({ tracks }: MediumDissipationData): Figure {
  const curves = tracks.map((track) => ({
    look: lookOf(track),
    points: Array.from(track.timesPs, (t, i) => ({ t, z: track.positionA[i]!, v: track.velocityAPerPs[i]! })),
  }));
  const duration = tracks[0]!.timesPs[tracks[0]!.timesPs.length - 1]!;
  const isPart = (window: readonly [number, number]): boolean => window[1] - window[0] < duration;
  const part = (y: "z" | "v", label: string, window: readonly [number, number]) =>
    panel({
      width: isPart(window) ? HALF : WIDTH,
      height: 230,
      x: axis("Time (ps)", { domain: window }),
      y: axis(label, { grid: true }),
      marks: curves.map(({ look, points }, i) =>
        Plot.line(within(points, window), {
          x: "t",
          y,
          stroke: look.colour,
          strokeWidth: (i === 0 ? 2.6 : 1.6) * (isPart(window) ? 1 : 0.6),
          ...(look.dash && isPart(window) ? { strokeDasharray: look.dash } : {}),
        }),
      ),
    });
  return {
    name: "dissipation",
    title: "Coming to rest",
    caption:
      "Position along the line, from its first atom, and velocity of the ion; below, the position in the first tenth of the time and in a tenth after a third of it.",
    svg: layout([
      [legend(curves.map(({ look }) => look))],
      [part("z", "Position (Å)", [0, duration])],
      [part("v", "Velocity (Å/ps)", [0, duration])],
      [0, 1 / 3].map((from) => part("z", "Position (Å)", [from * duration, (from + 0.1) * duration])),
    ]),
    csv: csvOf(
      tracks.flatMap((track) => [
        { name: `${track.equation}: time (ps)`, values: track.timesPs },
        { name: `${track.equation}: position (Å)`, values: track.positionA },
        { name: `${track.equation}: velocity (Å/ps)`, values: track.velocityAPerPs },
      ]),
    ),
  };
}

const within = <T extends { readonly t: number }>(points: readonly T[], [from, to]: readonly [number, number]): T[] =>
  points.filter(({ t }) => t >= from && t <= to);

/** The envelope: amplitudes of the turning points. */
export function decayFigure({ tracks }: MediumDissipationData): Figure {
  const turns = tracks.flatMap((track) => track.turns.map((turn) => ({ ...turn, look: lookOf(track) })));
  const drawn = turns.filter(({ amplitudeA }) => amplitudeA > 0);
  return {
    name: "dissipation-amplitude",
    title: "Decay of the oscillation",
    caption: "Distance of each turning point from the middle of the gap, on a logarithmic scale.",
    svg: layout([
      [legend(tracks.map(lookOf))],
      [
        panel({
          width: WIDTH,
          height: 250,
          x: axis("Time (ps)"),
          y: axis("Amplitude (Å)", { type: "log", grid: true, ticks: 5, tickFormat: (d: number) => show(d) }),
          marks: tracks.flatMap((track) => {
            const own = drawn.filter(({ look }) => look === lookOf(track));
            const { colour, dash } = lookOf(track);
            return [
              Plot.line(own, {
                x: "timePs",
                y: "amplitudeA",
                stroke: colour,
                ...(dash ? { strokeDasharray: dash } : {}),
              }),
              Plot.dot(own, { x: "timePs", y: "amplitudeA", fill: colour, r: 2.6 }),
            ];
          }),
        }),
      ],
    ]),
    csv: csvOf(
      tracks.flatMap((track) => [
        { name: `${track.equation}: turning point (ps)`, values: track.turns.map(({ timePs }) => timePs) },
        { name: `${track.equation}: amplitude (Å)`, values: track.turns.map(({ amplitudeA }) => amplitudeA) },
      ]),
    ),
  };
}

function turnTable(tracks: readonly TrackData[]): Table {
  return {
    title: "What is left of the motion",
    caption: "Largest kinetic energy in the last tenth of the run; amplitudes of turning points from the middle.",
    head: [
      "equation",
      "kinetic energy at the start (meV)",
      "at the end (meV)",
      "amplitude falls to 1/e in (ps)",
      "turning points",
      "last amplitude (Å)",
    ],
    rows: tracks.map((track) => [
      lookOf(track).name,
      show(track.startMev, 4),
      show(track.endMev, 3),
      show(track.decayPs ?? undefined, 3),
      String(track.turns.length),
      show(track.turns.at(-1)?.amplitudeA, 3),
    ]),
  };
}
