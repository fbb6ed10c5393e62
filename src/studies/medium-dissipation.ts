// The study "medium-dissipation": an ion that loses its energy to a cold framework and comes to rest (Rodin et al., section V, Fig. 4).

import { z } from "zod";
import { convert, type F64, type Note, Notes, type RunOptions, type Task } from "../base/index.js";
import {
  type Approximation,
  type DissipationOptions,
  dissipate,
  dissipateFully,
  evOfMev,
  inertiaOf,
  type LineTrack,
  mevOfEv,
  VELOCITY_PER_PAPER,
} from "../medium/index.js";
import { cubicLatticeOf, ionMassOf, ionParameters, latticeParameters } from "./medium-parameters.js";
import { type FrameworkSummary, frameworkSummary, psOfFs, scaled } from "./medium-summary.js";
import { runPieces } from "./pieces.js";
import type { Estimation, Study, StudyContext, StudyOutcome } from "./study.js";

const positive = z.number().positive();

export const mediumDissipationParameters = z
  .strictObject({
    lattice: latticeParameters.prefault({}),
    ion: ionParameters.prefault({}),
    strengthMevA: positive.default(150).describe("U0 of the repulsion U = U0 e^{−r/λ}/r, meV Å."),
    screeningA: positive.default(0.5).describe("Screening length λ, Å."),
    speedAPerPs: positive.default(7.5).describe("Speed at the start, midway between the two middle atoms, Å/ps."),
    durationPs: positive.max(300).default(30).describe("How long the ion is followed, ps."),
    atoms: z
      .int()
      .min(2)
      .max(40)
      .multipleOf(2)
      .default(8)
      .describe("Atoms of the line the ion feels, half of them ahead of it."),
    timestepPs: positive.max(0.05).default(0.005).describe("Time step, ps."),
    cells: z
      .int()
      .min(8)
      .max(120)
      .default(100)
      .describe("Cells per side of the periodic lattice of the full solution."),
    approximations: z
      .array(z.enum(["homogeneous", "quasistatic"]))
      .min(1)
      .max(2)
      .default(["homogeneous", "quasistatic"])
      .describe("Time-local equations set beside the full one; the paper's is homogeneous."),
  })
  .superRefine(({ atoms, cells }, context) => {
    if (2 * (atoms - 1) > cells)
      context.addIssue({
        code: "custom",
        path: ["cells"],
        message: `a line of ${atoms} atoms needs at least ${2 * (atoms - 1)} cells, or it would meet itself around the lattice`,
      });
  });

export type MediumDissipationParameters = z.output<typeof mediumDissipationParameters>;

export interface TrackData {
  /** "full", or the name of the time-local approximation. */
  readonly equation: "full" | Approximation;
  readonly timesPs: Float64Array<ArrayBuffer>;
  readonly positionA: Float64Array<ArrayBuffer>; // from the first atom
  readonly velocityAPerPs: Float64Array<ArrayBuffer>;
  /** Turning points: when, and how far from the middle. */
  readonly turns: readonly { readonly timePs: number; readonly amplitudeA: number }[];
  /** Kinetic energy at the start and largest in the last tenth of the run. */
  readonly startMev: number;
  readonly endMev: number;
  /** From the first turning point until the amplitude has fallen to 1/e of the first; null if it has not. */
  readonly decayPs: number | null;
}

export interface MediumDissipationData {
  readonly framework: FrameworkSummary;
  readonly middleA: number;
  /** When the fastest sound has gone once around the periodic lattice of the full solution. */
  readonly soundReturnsPs: number;
  readonly tracks: readonly TrackData[];
}

interface TrackRequest {
  readonly equation: TrackData["equation"];
  readonly parameters: MediumDissipationParameters;
}

export const trackTask: Task<TrackRequest, TrackData> = {
  name: "medium-dissipation/track",
  async run({ equation, parameters }, options) {
    return trackData(equation, await trackOf(equation, parameters, options), parameters);
  },
};

async function trackOf(
  equation: TrackData["equation"],
  parameters: MediumDissipationParameters,
  run: RunOptions,
): Promise<LineTrack> {
  const lattice = cubicLatticeOf(parameters.lattice);
  const problem: DissipationOptions = {
    ...run,
    ionMass: ionMassOf(parameters.ion),
    strength: evOfMev(parameters.strengthMevA),
    screening: parameters.screeningA,
    speed: parameters.speedAPerPs * VELOCITY_PER_PAPER,
    durationFs: convert("time", parameters.durationPs, "ps", "fs"),
    timestepFs: convert("time", parameters.timestepPs, "ps", "fs"),
    atoms: parameters.atoms,
  };
  return equation === "full"
    ? dissipateFully(lattice, { ...problem, cells: parameters.cells })
    : dissipate(lattice, { ...problem, approximation: equation });
}

const MOST_POINTS = 1500;

function trackData(
  equation: TrackData["equation"],
  track: LineTrack,
  parameters: MediumDissipationParameters,
): TrackData {
  const middle = middleOf(parameters);
  const stride = Math.max(1, Math.ceil(track.times.length / MOST_POINTS));
  const thin = (values: F64, unit: number): Float64Array<ArrayBuffer> =>
    scaled(
      values.slice().filter((_, n) => n % stride === 0),
      unit,
    );
  const kinetic = (v: number): number => mevOfEv(0.5 * inertiaOf(ionMassOf(parameters.ion)) * v * v);
  const turns = turnsOf(track, middle);
  const end = track.velocity.slice(Math.floor(0.9 * track.velocity.length));
  return {
    equation,
    timesPs: thin(track.times, psOfFs(1)),
    positionA: thin(track.position, 1),
    velocityAPerPs: thin(track.velocity, 1 / VELOCITY_PER_PAPER),
    turns,
    startMev: kinetic(track.velocity[0]!),
    endMev: Math.max(...end.map(kinetic)),
    decayPs: decayTime(turns),
  };
}

const middleOf = ({ atoms, lattice }: MediumDissipationParameters): number =>
  0.5 * (atoms - 1) * lattice.latticeConstantA;

/** Where the velocity changes sign, by linear interpolation in time. */
function turnsOf({ times, position, velocity }: LineTrack, middle: number): TrackData["turns"] {
  const turns: { timePs: number; amplitudeA: number }[] = [];
  for (let n = 1; n < velocity.length; n++) {
    const [before, now] = [velocity[n - 1]!, velocity[n]!];
    if (before * now >= 0) continue;
    const part = before / (before - now);
    turns.push({
      timePs: psOfFs(times[n - 1]! + part * (times[n]! - times[n - 1]!)),
      amplitudeA: Math.abs(position[n - 1]! + part * (position[n]! - position[n - 1]!) - middle),
    });
  }
  return turns;
}

/** ln A is taken as linear in time between turning points. */
function decayTime(turns: TrackData["turns"]): number | null {
  const [first] = turns;
  if (!first) return null;
  const target = Math.log(first.amplitudeA) - 1;
  const after = turns.findIndex(({ amplitudeA }) => Math.log(amplitudeA) <= target);
  if (after < 1) return null;
  const [before, past] = [turns[after - 1]!, turns[after]!];
  const [high, low] = [Math.log(before.amplitudeA), Math.log(past.amplitudeA)];
  return before.timePs + ((high - target) / (high - low)) * (past.timePs - before.timePs) - first.timePs;
}

export const mediumDissipation: Study<typeof mediumDissipationParameters, MediumDissipationData> = {
  name: "medium-dissipation",
  title: "An ion that comes to rest in a cold framework",
  summary:
    "Follows an ion on a line of framework atoms by the time-local equations and by the full ones while it loses its energy (Rodin et al., Fig. 4).",
  version: 1,
  parameters: mediumDissipationParameters,
  run,
  estimate,
};

async function run(
  parameters: MediumDissipationParameters,
  context: StudyContext,
): Promise<StudyOutcome<MediumDissipationData>> {
  // The full solution takes longest and goes first.
  const equations = ["full", ...new Set(parameters.approximations)] as const;
  const pieces = equations.map((equation) => ({ key: `tracks/${equation}`, input: { equation, parameters } }));
  const tracks = await runPieces(context, "following the ion", { task: trackTask, pieces });
  const framework = frameworkSummary(cubicLatticeOf(parameters.lattice));
  const fastest = Math.max(...framework.sound.map(({ longitudinalAPerPs }) => longitudinalAPerPs));
  const soundReturnsPs = (parameters.cells * parameters.lattice.latticeConstantA) / fastest;
  return {
    data: { framework, middleA: middleOf(parameters), soundReturnsPs, tracks },
    notes: notesOf(tracks, parameters),
    converged: true,
  };
}

function notesOf(tracks: readonly TrackData[], parameters: MediumDissipationParameters): readonly Note[] {
  const notes = new Notes();
  const reach = 0.5 * (parameters.atoms - 1) * parameters.lattice.latticeConstantA;
  for (const { equation, positionA } of tracks) {
    const away = Math.max(...positionA.map((x) => Math.abs(x - middleOf(parameters))));
    if (away > reach)
      notes.add(
        "left-the-line",
        `the ion (${equation}) left the ${parameters.atoms} atoms it interacts with: it went ${away.toPrecision(3)} Å from the middle`,
        "raise atoms, or lower speedAPerPs",
      );
  }
  return notes.list();
}

/** Measured for 100 cells, 6001 times and 8 atoms: response of the lattice, then the sum over past forces. */
const RESPONSE_SECONDS = 4.5;
const MEMORY_SECONDS = 4.5;

async function estimate(parameters: MediumDissipationParameters, _context: StudyContext): Promise<Estimation> {
  const times = parameters.durationPs / parameters.timestepPs / 6000;
  const { cells, atoms } = parameters;
  return {
    seconds: 1 + RESPONSE_SECONDS * times * (cells / 100) ** 3 + MEMORY_SECONDS * times ** 2 * (atoms / 8) ** 2,
    memoryMb: 100,
    diskMb: 0.3,
    work: [
      `the full motion in a lattice of ${cells}³ over ${parameters.durationPs} ps`,
      `${new Set(parameters.approximations).size} time-local motions`,
    ],
  };
}
