// The runs of the study "concerted", made with phonion's engine. At each temperature a short run at zero pressure gives the cell, in which the
// measured run goes at constant volume: a cell that breathes would add its strain to every displacement.

import { type Note, type Notes, NumericError } from "../base/index.js";
import type { Trajectory } from "../dynamics/index.js";
import { readStructure } from "../io/index.js";
import {
  atomCount,
  type Crystal,
  cellParameters,
  makeCell,
  supercell,
  toCartesian,
  toFractional,
  withCell,
  withPositions,
} from "../structure/index.js";
import { type ConcertedSimulation, type ConcertedSteps, concertedSteps } from "./concerted-parameters.js";
import { type MdRunRequest, runTrajectories } from "./md-runs.js";
import type { MdPhase } from "./md-segment.js";
import { type ChosenForces, chooseForces } from "./operations/index.js";
import { readForces } from "./read-forces.js";
import type { StudyContext } from "./study.js";

export interface MadeRun {
  readonly temperatureK: number;
  readonly name: string;
  readonly trajectory: Trajectory;
  readonly latticeA: readonly number[] | null;
  readonly notes: readonly Note[];
}

export interface PreparedRuns {
  readonly crystal: Crystal;
  readonly forces: ChosenForces;
  readonly steps: ConcertedSteps;
}

export async function prepareRuns(
  simulation: ConcertedSimulation,
  context: StudyContext,
  notes: Notes,
): Promise<PreparedRuns> {
  const steps = concertedSteps(simulation);
  const spec = await readForces(simulation.forces.field, context);
  const { name, text } = await context.readInput(simulation.structure.file);
  const { crystal } = supercell(readStructure(text, name, { notes }), simulation.structure.supercell);
  return { crystal, forces: chooseForces(spec, crystal, simulation.forces), steps };
}

/** About twenty seconds of work: what a kill may cost. */
const SEGMENT_WORK = 2e6; // atoms × steps

export async function makeRuns(
  simulation: ConcertedSimulation,
  prepared: PreparedRuns,
  context: StudyContext,
): Promise<MadeRun[]> {
  const { crystal, forces, steps } = prepared;
  const { temperaturesK, timestepFs, structure } = simulation;
  const perSegment = Math.ceil(SEGMENT_WORK / atomCount(crystal) / steps.sample) * steps.sample;
  const request = (
    temperatureK: number,
    kind: "cell" | "run",
    own: { readonly crystal: Crystal; readonly phases: readonly MdPhase[] },
  ): MdRunRequest => ({
    key: `${temperatureK}K/${kind}`,
    system: {
      crystal: own.crystal,
      forces: forces.field.toJSON(),
      timestepFs,
      seed: context.seed,
      label: `${temperatureK} K/${kind}`,
    },
    start: { temperatureK },
    phases: own.phases,
  });
  const cells =
    steps.cell > 0
      ? await runTrajectories(context, "cells", {
          requests: temperaturesK.map((temperatureK) =>
            request(temperatureK, "cell", { crystal, phases: [cellPhase(temperatureK, steps)] }),
          ),
          segmentSteps: perSegment,
        })
      : undefined;
  const crystals = temperaturesK.map((temperatureK, k) =>
    cells ? expanded(crystal, meanVolume(cells[k]!.thermo.volume, temperatureK)) : crystal,
  );
  const runs = await runTrajectories(context, "molecular dynamics", {
    requests: temperaturesK.map((temperatureK, k) =>
      request(temperatureK, "run", { crystal: crystals[k]!, phases: runPhases(temperatureK, simulation, steps) }),
    ),
    segmentSteps: perSegment,
  });
  return temperaturesK.map((temperatureK, k): MadeRun => {
    const { trajectory, notes } = runs[k]!;
    return {
      temperatureK,
      name: `${temperatureK} K`,
      trajectory: trajectory!,
      latticeA: [...cellParameters(crystals[k]!.cell)].slice(0, 3).map((a, i) => a / structure.supercell[i]!),
      notes: notes.filter(({ code }) => !PER_SEGMENT.includes(code)),
    };
  });
}

/** What the run loop says of every segment. */
const PER_SEGMENT = ["md-correlated", "md-drift"];

function cellPhase(temperatureK: number, { cell, sample }: ConcertedSteps): MdPhase {
  return {
    ensemble: { kind: "npt", temperatureK, pressureGpa: 0, cell: "isotropic" },
    steps: cell,
    thermoEvery: sample,
    pressure: true,
  };
}

function runPhases(temperatureK: number, { velocities }: ConcertedSimulation, steps: ConcertedSteps): MdPhase[] {
  const { equilibration, production, sample } = steps;
  return [
    ...(equilibration > 0
      ? [{ ensemble: { kind: "rescale", temperatureK } as const, steps: equilibration, thermoEvery: sample }]
      : []),
    {
      ensemble: { kind: "nose-hoover", temperatureK },
      steps: production,
      thermoEvery: sample,
      record: { frameEvery: sample, precision: "single", velocities },
    },
  ];
}

/** Of the second half. */
function meanVolume(
  volume: { readonly length: number; readonly [k: number]: number } | undefined,
  temperatureK: number,
): number {
  const half = Array.from(volume ?? []).slice(Math.floor((volume?.length ?? 0) / 2));
  const mean = half.reduce((sum, v) => sum + v, 0) / half.length;
  if (mean > 0) return mean;
  throw new NumericError(`the run at zero pressure and ${temperatureK} K gave no volume`, "give it a longer cellPs");
}

function expanded(crystal: Crystal, volume: number): Crystal {
  const factor = Math.cbrt(volume / crystal.cell.volume);
  const cell = makeCell(
    crystal.cell.vectors.slice().map((x) => x * factor),
    crystal.cell.periodic,
  );
  const places = toFractional(crystal.cell, crystal.positions);
  return withPositions(withCell(crystal, cell), toCartesian(cell, places));
}
