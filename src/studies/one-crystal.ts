// The study "one-crystal": is this crystal a fast ion conductor, and do its vibrations say so? One structure through the whole of
// a screening: rest, random displacements, force constants, bands and descriptors, molecular dynamics, diffusion, filter on the host.

import { InputError, type Note, Notes } from "../base/index.js";
import type { Trajectory } from "../dynamics/index.js";
import type { ForceFieldSpec } from "../forces/index.js";
import { readStructure } from "../io/index.js";
import type { Minimum } from "../minima/index.js";
import {
  atomCount,
  type Crystal,
  cellParameters,
  cutIntoCells,
  findSymmetry,
  formulaOf,
  reducedFormula,
} from "../structure/index.js";
import { mobileElement } from "./md-dynamics-atoms.js";
import { stepSeconds } from "./md-dynamics-estimate.js";
import { runTrajectories } from "./md-runs.js";
import type { CrystalAtRest, OneCrystalData } from "./one-crystal-data.js";
import { chosenSupercell, harmonicCrystal } from "./one-crystal-harmonic.js";
import { crystalMotion, motionRequest } from "./one-crystal-motion.js";
import { framesOf, type OneCrystalParameters, oneCrystalParameters } from "./one-crystal-parameters.js";
import { type ChosenForces, chooseForces, evaluationSeconds } from "./operations/index.js";
import { runPiece } from "./pieces.js";
import { readForces } from "./read-forces.js";
import { relaxTask } from "./relax-task.js";
import type { Estimation, Study, StudyContext, StudyOutcome } from "./study.js";

export const oneCrystal: Study<typeof oneCrystalParameters, OneCrystalData> = {
  name: "one-crystal",
  title: "One crystal of a screening",
  summary:
    "Rest, force constants from random displacements, bands, descriptors of the mobile ion, molecular dynamics, diffusion and the filter on the host.",
  version: 1,
  parameters: oneCrystalParameters,
  run,
  estimate,
};

interface Prepared {
  readonly unit: Crystal;
  readonly ion: string;
  readonly spec: ForceFieldSpec;
  readonly forces: ChosenForces;
}

async function prepare(parameters: OneCrystalParameters, context: StudyContext, notes: Notes): Promise<Prepared> {
  framesOf(parameters);
  const spec = await readForces(parameters.forces.field, context);
  const { name, text } = await context.readInput(parameters.structure.file);
  const unit = readStructure(text, name, { notes });
  const ion = mobileElement(unit, parameters.ion);
  if (ion === undefined)
    throw new InputError(
      `none of the usual mobile ions is in ${formulaOf(unit)}`,
      "name the element whose motion is asked for: ion",
    );
  if (unit.elements.length < 2)
    throw new InputError(`${formulaOf(unit)} is ${ion} alone: there is no host`, "give a crystal of several elements");
  return { unit, ion, spec, forces: chooseForces(spec, unit, parameters.forces) };
}

/** eV/Å, of the crystal whose force constants are sought. */
const REST_TOLERANCE = 1e-6;

async function relaxed({ unit, forces }: Prepared, parameters: OneCrystalParameters, context: StudyContext) {
  const { cell } = parameters.structure;
  const input = { start: unit, forces: forces.field.toJSON(), options: { cell, tolerance: REST_TOLERANCE } };
  return runPiece(context, "bringing the crystal to rest", { task: relaxTask, piece: { key: "rest", input } });
}

/** Something short that is stored whole, with the notes it made. */
async function kept<T>(
  context: StudyContext,
  key: string,
  make: (notes: Notes) => Promise<T>,
): Promise<{ readonly value: T; readonly notes: readonly Note[] }> {
  const known = await context.store.get<{ value: T; notes: readonly Note[] }>(key);
  if (known) return known;
  const notes = new Notes();
  const made = { value: await make(notes), notes: notes.list() };
  await context.store.put(key, made);
  return made;
}

async function run(parameters: OneCrystalParameters, context: StudyContext): Promise<StudyOutcome<OneCrystalData>> {
  const notes = new Notes();
  const prepared = await prepare(parameters, context, notes);
  const { unit, ion, spec, forces } = prepared;
  const minimum = await relaxed(prepared, parameters, context);
  notes.addAll(minimum.notes);
  const chosen = chosenSupercell(minimum.crystal, parameters);
  const options = {
    ...(context.signal ? { signal: context.signal } : {}),
    ...(context.onProgress ? { onProgress: context.onProgress } : {}),
  };
  const harmonic = await kept(context, "harmonic", async (own) => {
    const work = { parameters, chosen, forces, spec, ion, seed: context.seed };
    const { files, ...outcome } = await harmonicCrystal(work, own, options);
    for (const { name, data } of files) await context.files?.text(name, data);
    return outcome;
  });
  notes.addAll(harmonic.notes);
  const { data: harmonicData, highestThz } = harmonic.value;
  const crystal = chosen.cells.supercell;
  const [result] = await runTrajectories(context, "molecular dynamics", {
    requests: [motionRequest({ parameters, crystal }, { forces: forces.field.toJSON(), seed: context.seed })],
    segmentSteps: segmentSteps(crystal, parameters),
    keepFailed: true,
  });
  const { failure, trajectory } = result!;
  if (failure) notes.add("md-failed", `molecular dynamics: ${failure.message}`);
  const motion =
    !failure && trajectory
      ? await crystalMotion(
          { ...result!, trajectory: trajectory satisfies Trajectory },
          { parameters, crystal, ion, highestThz },
          notes,
          options,
        )
      : null;
  if (motion && harmonicData.stable)
    notes.addAll(comparisonNotes(harmonicData.phonons.msdMean, motion.origins.rattling));
  const { diffusionLimit, displacementLimit, lateShare } = parameters.filter;
  return {
    data: {
      formula: reducedFormula(unit),
      ion,
      temperatureK: parameters.temperatureK,
      forceField: forces.summary,
      rest: restData(unit, minimum),
      harmonic: harmonicData,
      motion,
      thresholds: { diffusionLimit, displacementLimit, lateShare },
    },
    notes: notes.list(),
    converged: minimum.converged && !failure,
    ...(failure ? { failure } : {}),
  };
}

/** Harmonic and moving ions that differ by more than this share tremble in different wells. */
const NOTEWORTHY_DIFFERENCE = 0.25;

function comparisonNotes(harmonic: number, rattling: { readonly value: number }): readonly Note[] {
  const difference = rattling.value / harmonic - 1;
  if (!(Math.abs(difference) > NOTEWORTHY_DIFFERENCE)) return [];
  return [
    {
      code: "displacement-not-harmonic",
      message: `in the dynamics the ion trembles by ${rattling.value.toPrecision(3)} Å² per axis, in the harmonic crystal by ${harmonic.toPrecision(3)} Å²`,
      hint: "at this temperature its wells are not harmonic: force constants of snapshots, or of the heated crystal, say more",
    },
  ];
}

function restData(unit: Crystal, minimum: Minimum): CrystalAtRest {
  const { symbol, spaceGroup } = findSymmetry(minimum.crystal);
  return {
    cellBefore: [...cellParameters(unit.cell)],
    cellAfter: [...cellParameters(minimum.crystal.cell)],
    spaceGroup: symbol,
    spaceGroupNumber: spaceGroup,
    energyPerAtomEv: minimum.energy / atomCount(unit),
    maxForceEvPerA: minimum.maxForce,
    converged: minimum.converged,
  };
}

/** About twenty seconds of work: what a kill may cost. */
const SEGMENT_WORK = 1e6; // atoms × steps

function segmentSteps(crystal: Crystal, { dynamics: { frameEvery } }: OneCrystalParameters): number {
  return Math.max(1, Math.ceil(SEGMENT_WORK / atomCount(crystal) / frameEvery)) * frameEvery;
}

async function estimate(parameters: OneCrystalParameters, context: StudyContext): Promise<Estimation> {
  const { unit, forces } = await prepare(parameters, context, new Notes());
  const { cells, data } = chosenSupercell(unit, parameters);
  const { equilibrationSteps, productionSteps } = parameters.dynamics;
  const { count } = parameters.forceConstants;
  const n = data.atoms;
  const b = atomCount(cutIntoCells(unit).primitive);
  const steps = equilibrationSteps + productionSteps;
  const frames = framesOf(parameters);
  const evaluation = evaluationSeconds(forces.field, cells.supercell);
  const frameBytes = 3 * n * 2 * 4;
  return {
    // the spectrum of one wave vector costs about (3b)³; some thousand are solved
    seconds:
      3 + steps * stepSeconds(forces.field, cells.supercell) + (count + 60) * evaluation + 4e-7 * 3000 * (3 * b) ** 3,
    memoryMb: 250 + (3 * frames * n * 8) / 1e6,
    diskMb: 2 + (frames * frameBytes * (4 / 3)) / 1e6,
    work: [
      `${formulaOf(cells.supercell)}, ${n} atoms: ${count} random displacements of ${parameters.forceConstants.displacementA} Å, bands and mesh of ${b} atoms`,
      `${steps} steps of ${parameters.dynamics.timestepFs} fs at ${parameters.temperatureK} K, ${frames} frames`,
    ],
  };
}
