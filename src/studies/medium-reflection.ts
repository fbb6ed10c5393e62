// The study "medium-reflection": an ion thrown at one framework atom, to see how well the time-local recoil stands in for the
// framework's full motion (Rodin et al., section IV, Fig. 3).

import { z } from "zod";
import { type Note, Notes, type Task } from "../base/index.js";
import { evOfMev, mevOfEv, type RecoilCurve, type Reflection, reflect, VELOCITY_PER_PAPER } from "../medium/index.js";
import { cubicLatticeOf, ionMassOf, ionParameters, latticeParameters } from "./medium-parameters.js";
import { type FrameworkSummary, frameworkSummary, psOfFs, scaled } from "./medium-summary.js";
import { runPieces } from "./pieces.js";
import type { Estimation, Study, StudyContext, StudyOutcome } from "./study.js";

const positiveList = () => z.array(z.number().positive()).min(1).max(8);

export const mediumReflectionParameters = z.strictObject({
  lattice: latticeParameters.prefault({}),
  ion: ionParameters.prefault({}),
  strengthMevA: z.number().positive().default(14000).describe("U0 of the repulsion U = U0 e^{−r/λ}/r, meV Å."),
  screeningsA: positiveList().default([0.2, 0.5]).describe("Screening lengths λ, Å; every one meets every speed."),
  speedsAPerPs: positiveList().default([10, 2]).describe("Speeds v0 the ion is thrown with, Å/ps."),
  cells: z
    .int()
    .min(4)
    .max(120)
    .default(50)
    .describe("Cells per side of the periodic lattice; its waves come back after cells·a/v."),
  startLengths: z
    .number()
    .min(4)
    .max(200)
    .default(24)
    .describe("Where the ion starts: this many screening lengths before the atom."),
});

export type MediumReflectionParameters = z.output<typeof mediumReflectionParameters>;

export const LEVELS = ["full", "timeLocal", "quasistatic", "homogeneous"] as const;
/** How the atom's displacement was found; see docs/theory. */
export type RecoilLevel = (typeof LEVELS)[number];

export interface LevelData {
  readonly displacementA: Float64Array<ArrayBuffer>;
  readonly forceMevPerA: Float64Array<ArrayBuffer>; // on the ion
  /** Of the whole run, as is the next. */
  readonly maxDisplacementA: number;
  readonly minForceMevPerA: number;
}

export interface ThrowData {
  readonly screeningA: number;
  readonly speedAPerPs: number;
  readonly durationPs: number;
  /** From the ion's turning point; the drawn part of the run. */
  readonly timesPs: Float64Array<ArrayBuffer>;
  readonly distanceA: Float64Array<ArrayBuffer>; // ion to the atom's place
  readonly levels: Readonly<Record<RecoilLevel, LevelData>>;
  /** Part of the ion's kinetic energy that stays in the lattice. */
  readonly energyLoss: number;
}

export interface MediumReflectionData {
  readonly framework: FrameworkSummary;
  readonly throws: readonly ThrowData[];
}

interface ThrowRequest {
  readonly parameters: Pick<MediumReflectionParameters, "lattice" | "ion" | "strengthMevA" | "cells" | "startLengths">;
  readonly screeningA: number;
  readonly speedAPerPs: number;
}

export const throwTask: Task<ThrowRequest, ThrowData> = {
  name: "medium-reflection/throw",
  async run({ parameters, screeningA, speedAPerPs }) {
    const reflection = reflect(cubicLatticeOf(parameters.lattice), {
      ionMass: ionMassOf(parameters.ion),
      strength: evOfMev(parameters.strengthMevA),
      screening: screeningA,
      speed: speedAPerPs * VELOCITY_PER_PAPER,
      cells: parameters.cells,
      startLengths: parameters.startLengths,
    });
    const { chosen, turn } = interestingPart(reflection);
    const pick = (values: ArrayLike<number>, unit = 1): Float64Array<ArrayBuffer> =>
      Float64Array.from(chosen, (n) => values[n]! * unit);
    const level = (curve: RecoilCurve): LevelData => ({
      displacementA: pick(curve.displacement),
      forceMevPerA: pick(curve.force, mevOfEv(1)),
      maxDisplacementA: curve.maxDisplacement,
      minForceMevPerA: mevOfEv(curve.minForce),
    });
    const { full, timeLocal, quasistatic, homogeneous, times, position, energyLoss } = reflection;
    return {
      screeningA,
      speedAPerPs,
      durationPs: psOfFs(times[times.length - 1]!),
      timesPs: scaled(
        Float64Array.from(chosen, (n) => times[n]! - times[turn]!),
        psOfFs(1),
      ),
      distanceA: pick(position),
      levels: {
        full: level(full),
        timeLocal: level(timeLocal),
        quasistatic: level(quasistatic),
        homogeneous: level(homogeneous),
      },
      energyLoss,
    };
  },
};

const MOST_POINTS = 600;

/**
 * The steps worth drawing: from where the force first reaches 0.3 % of its largest, to three times as long after the turning point
 * as before it, so that the atom's ringing is seen.
 */
function interestingPart({ full, position }: Reflection): {
  readonly chosen: readonly number[];
  readonly turn: number;
} {
  const turn = position.indexOf(Math.max(...position));
  const onset = full.force.findIndex((force) => force <= 3e-3 * full.minForce);
  const last = Math.min(position.length - 1, turn + 3 * (turn - onset));
  const stride = Math.max(1, Math.ceil((last - onset) / MOST_POINTS));
  const chosen: number[] = [];
  // Counted from the turning point, which is thus always one of them.
  for (let n = turn - stride * Math.floor((turn - onset) / stride); n <= last; n += stride) chosen.push(n);
  return { chosen, turn };
}

export const mediumReflection: Study<typeof mediumReflectionParameters, MediumReflectionData> = {
  name: "medium-reflection",
  title: "An ion thrown at one framework atom",
  summary:
    "Compares the full recoil of a framework atom with its time-local, quasistatic and homogeneous approximations (Rodin et al., Fig. 3).",
  version: 1,
  parameters: mediumReflectionParameters,
  run,
  estimate,
};

async function run(
  parameters: MediumReflectionParameters,
  context: StudyContext,
): Promise<StudyOutcome<MediumReflectionData>> {
  const { lattice, ion, strengthMevA, cells, startLengths, screeningsA, speedsAPerPs } = parameters;
  const shared = { lattice, ion, strengthMevA, cells, startLengths };
  const pieces = speedsAPerPs.flatMap((speedAPerPs) =>
    screeningsA.map((screeningA) => ({
      key: `throws/${screeningA}-${speedAPerPs}`,
      input: { parameters: shared, screeningA, speedAPerPs },
    })),
  );
  const throws = await runPieces(context, "throwing the ion", { task: throwTask, pieces });
  const framework = frameworkSummary(cubicLatticeOf(lattice));
  return { data: { framework, throws }, notes: notesOf({ framework, throws }, parameters), converged: true };
}

function notesOf({ framework, throws }: MediumReflectionData, parameters: MediumReflectionParameters): readonly Note[] {
  const notes = new Notes();
  const fastest = Math.max(...framework.sound.map(({ longitudinalAPerPs }) => longitudinalAPerPs));
  const returnPs = (parameters.cells * parameters.lattice.latticeConstantA) / fastest;
  for (const { screeningA, speedAPerPs, timesPs } of throws) {
    // Strong waves leave at the turning point and must not be back before the force has died away.
    const partingPs = Math.abs(timesPs[0]!);
    if (partingPs > returnPs)
      notes.add(
        "waves-return",
        `with λ = ${screeningA} Å and v0 = ${speedAPerPs} Å/ps the ion and the atom part over ${partingPs.toPrecision(2)} ps, but sound comes back around the periodic lattice after ${returnPs.toPrecision(2)} ps`,
        "raise cells",
      );
  }
  return notes.list();
}

/** Measured for 50 cells and 3601 times; the work is the sum over wave vectors for every time. */
const SECONDS_PER_THROW = 0.8;

async function estimate(parameters: MediumReflectionParameters, context: StudyContext): Promise<Estimation> {
  const count = parameters.screeningsA.length * parameters.speedsAPerPs.length;
  const each = SECONDS_PER_THROW * (parameters.cells / 50) ** 3 * (parameters.startLengths / 24);
  return {
    seconds: 0.5 + each * Math.ceil(count / context.pool.width),
    memoryMb: 100,
    diskMb: 0.1 * count,
    work: [`${count} throws at an atom of a lattice of ${parameters.cells}³`],
  };
}
