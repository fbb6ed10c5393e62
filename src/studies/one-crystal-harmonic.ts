// The harmonic half of the study "one-crystal": random displacements, fit, bands, mesh, descriptors.
//
// Charges of a rigid-ion force field are their own Born charges with ε∞ = 1: their dipole forces are taken off before the fit, put
// back after, and summed without end in the dynamical matrix, so that longitudinal and transverse waves part at Γ.

import type { Notes, RunOptions } from "../base/index.js";
import type { ForceFieldSpec } from "../forces/index.js";
import { writeForceConstants, writePoscar } from "../io/index.js";
import {
  type BrillouinMesh,
  brillouinMesh,
  type ChargeModel,
  type ForceConstantFit,
  fitForceConstants,
  holdOutError,
  type LatticeDynamics,
  latticeDynamics,
  nearCubicSupercell,
  thermalDisplacements,
} from "../modes/index.js";
import { phononDescriptors, structuralDescriptors } from "../screening/index.js";
import {
  atomCount,
  atomsOf,
  type Crystal,
  type CrystalCells,
  cellParameters,
  cutIntoCells,
} from "../structure/index.js";
import type { CrystalFit, CrystalSupercell, HarmonicCrystal } from "./one-crystal-data.js";
import type { OneCrystalParameters } from "./one-crystal-parameters.js";
import {
  type BandsData,
  bandsOperation,
  type ChosenForces,
  fitCells,
  generatedSet,
  type TextFile,
} from "./operations/index.js";

export interface CellsChoice {
  readonly cells: CrystalCells;
  readonly data: CrystalSupercell;
}

/** The supercell of displacements and of the dynamics: as given, or with edges as equal as they can be. */
export function chosenSupercell(unit: Crystal, { structure }: OneCrystalParameters): CellsChoice {
  const { supercell, atLeast, atMost } = structure;
  const matrix = supercell
    ? [supercell[0]!, 0, 0, 0, supercell[1]!, 0, 0, 0, supercell[2]!]
    : nearCubicSupercell(unit, { atLeast, atMost }).matrix;
  const cells = fitCells(
    { structure: unit, supercell: matrix, source: { arrangements: [] }, seed: 0 },
    { displacementA: 0.03, count: 1, atLeast, atMost },
  );
  const parameters = cellParameters(cells.supercell.cell);
  return {
    cells,
    data: {
      matrix: [...matrix],
      atoms: atomCount(cells.supercell),
      lengthsA: [...parameters.slice(0, 3)],
      anglesDegree: [...parameters.slice(3, 6)],
    },
  };
}

/** Charges by element, where the force field sums them without end and the crystal has them. */
export function rigidIonCharges({ charges, coulomb }: ForceFieldSpec, crystal: Crystal): Record<string, number> | null {
  if (!charges || coulomb?.method !== "ewald") return null;
  const present = crystal.elements.map((element): [string, number] => [element, charges[element] ?? 0]);
  return present.some(([, charge]) => charge !== 0) ? Object.fromEntries(present) : null;
}

export interface HarmonicWork {
  readonly parameters: OneCrystalParameters;
  readonly chosen: CellsChoice;
  readonly forces: ChosenForces;
  readonly spec: ForceFieldSpec;
  readonly ion: string;
  readonly seed: number;
}

export interface HarmonicOutcome {
  readonly data: HarmonicCrystal;
  readonly files: readonly TextFile[];
  /** Highest frequency of the bands, THz. */
  readonly highestThz: number;
}

export async function harmonicCrystal(
  work: HarmonicWork,
  notes: Notes,
  run: RunOptions = {},
): Promise<HarmonicOutcome> {
  const { parameters, chosen, forces, spec, ion, seed } = work;
  const { forceConstants: asked, phonons, temperatureK } = parameters;
  const { cells } = chosen;
  const charges = rigidIonCharges(spec, cells.primitive);
  const model: ChargeModel | undefined = charges ? { charges } : undefined;
  const set = generatedSet(cells, forces.field, { ...asked, atLeast: 1, atMost: 1, seed });
  const fit = await fitForceConstants(cells, set.samples, {
    orders: [2],
    cutoffs: { 2: asked.cutoffA ?? "all" },
    folds: asked.folds,
    seed,
    ...(set.restForces ? { restForces: set.restForces } : {}),
    ...(model ? { charges: model } : {}),
    ...run,
  });
  notes.addAll(fit.notes);
  const constants = fit.second!;
  const dynamics = latticeDynamics(constants, model ? { charges: model } : {});
  const { bands, files } = await bandsOf(dynamics, { fit, ion, parameters }, notes, run);
  const mesh = symmetricMesh(dynamics.crystal, { spacing: phonons.meshSpacing });
  const descriptors = await phononDescriptors(dynamics, mesh, {
    ion,
    temperature: temperatureK,
    minimumThz: phonons.minimumThz,
    ...run,
  });
  const { notes: found, ...described } = descriptors;
  const { notes: structuralNotes, ...structural } = structuralDescriptors(dynamics.crystal, { ion });
  notes.addAll(found);
  notes.addAll(structuralNotes);
  return {
    data: {
      supercell: chosen.data,
      fit: fitData(fit, asked.displacementA, charges),
      bands,
      mesh: { counts: [...mesh.counts], total: mesh.total, imaginaryModes: descriptors.unstable },
      stable: bands.imaginary.length === 0 && descriptors.unstable === 0,
      phonons: described,
      msdMeanCoarse: await coarseDisplacement(dynamics, mesh.counts, { ion, parameters, run }),
      structural,
    },
    files: [
      { name: "POSCAR", data: writePoscar(dynamics.crystal) },
      { name: "SPOSCAR", data: writePoscar(cells.supercell) },
      { name: "FORCE_CONSTANTS", data: writeForceConstants(constants) },
      ...files,
    ],
    highestThz: bands.maxFrequencyThz,
  };
}

/**
 * The first of three meshes that has the crystal's symmetry, without which displacements of a cubic site would differ by direction: half a
 * step off Γ, where the sum over 1/f² converges faster; through Γ, as in the primitive cell of fcc; as many wave vectors along every
 * axis, which every operation maps onto itself.
 */
function symmetricMesh(crystal: Crystal, asked: Parameters<typeof brillouinMesh>[1]): BrillouinMesh {
  const centred = brillouinMesh(crystal, asked);
  const most = Math.max(...centred.counts);
  const even = brillouinMesh(crystal, [most, most, most]);
  const shifted = brillouinMesh(crystal, asked, { shift: "monkhorst-pack" });
  return [shifted, centred].find(({ operations }) => operations.length === even.operations.length) ?? even;
}

/** The same mean on a mesh of half as many wave vectors along every axis: how far the sum has converged. */
async function coarseDisplacement(
  dynamics: LatticeDynamics,
  counts: readonly number[],
  of: { readonly ion: string; readonly parameters: OneCrystalParameters; readonly run: RunOptions },
): Promise<number> {
  const half = counts.map((n) => Math.max(1, Math.round(n / 2))) as unknown as readonly [number, number, number];
  const mesh = symmetricMesh(dynamics.crystal, half);
  const { isotropic } = await thermalDisplacements(dynamics, mesh, {
    temperatures: [of.parameters.temperatureK],
    minimumThz: of.parameters.phonons.minimumThz,
    ...(of.run.signal ? { signal: of.run.signal } : {}),
  });
  const ions = atomsOf(dynamics.crystal, of.ion);
  return ions.reduce((sum, i) => sum + isotropic[i]!, 0) / ions.length;
}

function fitData(fit: ForceConstantFit, displacementA: number, charges: Record<string, number> | null): CrystalFit {
  const second = fit.orders.find(({ order }) => order === 2)!;
  const error = holdOutError(fit)!;
  return {
    supercells: fit.samples,
    displacementA,
    parameters: second.parameters,
    orbits: second.orbits,
    cutoffA: Number.isFinite(second.cutoff) ? second.cutoff : null,
    halfCellA: fit.halfCell,
    rows: fit.rows,
    rowsPerParameter: fit.rowsPerParameter,
    condition: fit.condition,
    forceRmsEvPerA: fit.forceRms,
    trainingErrorMevPerA: 1000 * fit.trainingRms,
    holdOutErrorMevPerA: 1000 * error.rms,
    holdOutStandardErrorMevPerA: 1000 * error.standardError,
    holdOutPercent: error.percent,
    folds: fit.holdOut.length,
    charges,
  };
}

interface BandWork {
  readonly fit: ForceConstantFit;
  readonly ion: string;
  readonly parameters: OneCrystalParameters;
}

/** Bands along the standard path, their colours, the density of states, and the imaginary modes with displaced structures. */
async function bandsOf(
  dynamics: LatticeDynamics,
  { fit, ion, parameters }: BandWork,
  notes: Notes,
  run: RunOptions,
): Promise<{ readonly bands: BandsData; readonly files: readonly TextFile[] }> {
  const { phonons, temperatureK } = parameters;
  const constants = fit.second!;
  const born = dynamics.charges;
  // the operation cuts the crystal in the same way, so that the tensors are in its order of atoms
  const { primitive } = cutIntoCells(constants.reference, "smallest");
  const tensors = born && Array.from({ length: atomCount(primitive) }, (_, i) => born.born.slice(9 * i, 9 * i + 9));
  const request = bandsOperation.parameters.parse({
    spacing: phonons.pathSpacing,
    meshSpacing: phonons.meshSpacing,
    minimumThz: phonons.minimumThz,
    imaginaryThz: phonons.imaginaryThz,
    temperatureK,
    mobile: ion,
    colour: "displacement",
    eigenvectors: "no",
  });
  const outcome = await bandsOperation.run(
    {
      source: { kind: "constants", constants },
      ...(born && tensors
        ? { charges: { file: { dielectric: born.dielectric, tensors }, place: { file: "the force field" } } }
        : {}),
    },
    request,
    run,
  );
  notes.addAll(outcome.notes);
  return { bands: outcome.data, files: outcome.files };
}
