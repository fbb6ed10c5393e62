// What bands, densities of states and thermal averages start from: the lattice dynamics of a crystal, from a force field, from a phonopy
// folder, from a table of force constants, or from displaced supercells with forces.

import { z } from "zod";
import { type F64, type FilePlace, InputError, Notes, type RunOptions } from "../../base/index.js";
import type { ForceFieldSpec } from "../../forces/index.js";
import { type BornFile, expandBorn, type PhonopyFolder } from "../../io/index.js";
import { relax } from "../../minima/index.js";
import {
  type ChargeModel,
  type ForceConstants,
  type ForcedCrystal,
  fitDisplacements,
  fitForceConstants,
  forceConstants,
  type LatticeDynamics,
  type LatticeDynamicsOptions,
  latticeDynamics,
} from "../../modes/index.js";
import {
  atomCount,
  type CellChoice,
  type Crystal,
  cellWidths,
  cutIntoCells,
  deformCell,
  formulaOf,
  repeatedAtomByAtom,
  repeatsForWidth,
  toCartesian,
  toFractional,
  withCell,
  withPositions,
} from "../../structure/index.js";
import { REST_FORCE, stateOf } from "./at-rest.js";
import { fitCells, matchedSet } from "./fit-ifc-input.js";
import {
  type ChosenForces,
  chooseForces,
  evaluationSeconds,
  type ForceFieldSummary,
  forceParameters,
} from "./forces.js";
import { hessianSeconds, TYPICAL } from "./operation.js";

export const latticeParameters = {
  ...forceParameters,
  relax: z.boolean().default(true).describe("With --forces: bring the cell to rest first."),
  cell: z
    .enum(["full", "isotropic", "fixed"])
    .default("full")
    .describe("With --forces: what of the cell may change while it is brought to rest."),
  atMost: z
    .int()
    .positive()
    .default(500)
    .describe(
      "With --forces, without --supercell: most atoms of the supercell, which should be twice as wide as forces reach.",
    ),
  scheme: z
    .enum(["gonze", "wang", "none"])
    .default("gonze")
    .describe("How charges enter near Γ, when there are any: Gonze and Lee, Wang et al., or not at all."),
};

export interface LatticeRequest {
  readonly accuracy?: number | undefined;
  readonly engine?: "kernel" | "twin" | "mixed" | undefined;
  readonly relax: boolean;
  readonly cell: "full" | "isotropic" | "fixed";
  readonly atMost: number;
  readonly scheme: "gonze" | "wang" | "none";
}

/** Repeats along a, b, c; undefined: chosen here. */
export type Repeats = readonly [number, number, number];

export type LatticeSource =
  | {
      readonly kind: "forces";
      readonly crystal: Crystal;
      readonly forces: ForceFieldSpec;
      readonly supercell?: Repeats;
    }
  | { readonly kind: "phonopy"; readonly folder: PhonopyFolder }
  /** `constants` are of `unit` repeated, or of a crystal that is cut into its smallest cells. */
  | { readonly kind: "constants"; readonly constants: ForceConstants; readonly unit?: Crystal }
  | {
      readonly kind: "arrangements";
      readonly crystal: Crystal;
      readonly arrangements: readonly ForcedCrystal[];
      readonly supercell?: readonly number[];
    };

export interface LatticeInput {
  readonly source: LatticeSource;
  /** "field": those of the force field, as rigid ions. Left out: the phonopy folder's, or none. */
  readonly charges?: "field" | { readonly file: BornFile; readonly place: FilePlace };
}

/** What a result says about the lattice dynamics behind it. */
export interface LatticeSummary {
  readonly formula: string; // of the primitive cell
  readonly natoms: number; // of the primitive cell
  readonly elements: readonly string[];
  readonly cellA: readonly (readonly number[])[]; // [3][3]
  readonly volumeA3: number;
  readonly supercellAtoms: number;
  /** [9] rows of the supercell in units of the primitive cell. */
  readonly supercellMatrix: readonly number[];
  readonly source: "forces" | "phonopy" | "constants" | "arrangements";
  readonly chargeScheme: "gonze" | "wang" | "none";
  readonly largestChargeE: number | null;
  /** Largest |Σ_j Φ_ij| before the sum rule was imposed, eV/Å². */
  readonly acousticSumResidual: number;
  /** Before any relaxation; null where no force field was given. */
  readonly maxForceEvPerA: number | null;
  readonly forceField: ForceFieldSummary | null;
}

export interface Lattice {
  readonly dynamics: LatticeDynamics;
  readonly constants: ForceConstants;
  readonly summary: LatticeSummary;
  readonly notes: Notes;
  readonly converged: boolean;
  /** The same crystal at `scale` times its volume, atoms at rest there, energy in eV per primitive cell; undefined without a force field. */
  atVolume?(
    scale: number,
    options?: RunOptions,
  ): Promise<{ readonly dynamics: LatticeDynamics; readonly energyEv: number }>;
}

/** eV/Å, of the crystal whose vibrations are sought. */
const TOLERANCE = 1e-6;

/** Makes the force constants and the lattice dynamics. @throws InputError where cells, charges or files do not fit each other. */
export async function latticeOf(
  input: LatticeInput,
  request: LatticeRequest,
  options: RunOptions = {},
): Promise<Lattice> {
  const { source } = input;
  if (input.charges === "field" && source.kind !== "forces")
    throw new InputError(
      "the charges of a force field were asked for, and there is none",
      "give --forces, or --born FILE with Born charges",
    );
  if (source.kind === "forces") return fromForces({ ...input, source }, request, options);
  const notes = new Notes();
  const { constants, cells, charges } = await given(source, notes, options);
  return assembled(constants, {
    cells,
    charges: chargesFor(input, constants, cells) ?? charges,
    request,
    source,
    notes,
  });
}

interface Given {
  readonly constants: ForceConstants;
  readonly cells: CellChoice;
  readonly charges?: ChargeModel | undefined;
}

async function given(
  source: Exclude<LatticeSource, { kind: "forces" }>,
  notes: Notes,
  options: RunOptions,
): Promise<Given> {
  if (source.kind === "constants")
    return { constants: source.constants, cells: source.unit ? smallestIn(source.unit) : "smallest" };
  if (source.kind === "arrangements") {
    const generation = { displacementA: 0.03, count: 1, atLeast: 1, atMost: 1 }; // of no account: the arrangements are there
    const { crystal: structure, arrangements, supercell } = source;
    const cells = fitCells(
      { structure, source: { arrangements }, seed: 0, ...(supercell ? { supercell } : {}) },
      generation,
    );
    const set = matchedSet(cells, arrangements);
    notes.addAll(set.notes);
    const fit = await fitForceConstants(cells, set.samples, {
      ...(set.restForces ? { restForces: set.restForces } : {}),
      ...options,
    });
    return { constants: fit.second!, cells: { primitive: cells.primitive } };
  }
  const { folder } = source;
  notes.addAll(folder.notes);
  const cells = { primitive: folder.primitive };
  return { constants: await phonopyConstants(folder, options), cells, charges: folder.charges };
}

/** The smallest cell of a unit cell, as the primitive cell of what it repeats to. */
const smallestIn = (unit: Crystal): CellChoice => ({ primitive: cutIntoCells(unit).primitive });

async function phonopyConstants(folder: PhonopyFolder, options: RunOptions): Promise<ForceConstants> {
  if (folder.forceConstants) return folder.forceConstants;
  const { forceSets, primitive, supercell } = folder;
  if (!forceSets)
    throw new InputError(
      "the folder has displacements and no forces",
      "compute their forces and write FORCE_SETS, or give FORCE_CONSTANTS",
    );
  const n = 3 * atomCount(supercell);
  const sets = Array.from({ length: forceSets.displacements.length / n }, (_, set) => ({
    displacements: forceSets.displacements.slice(n * set, n * (set + 1)),
    forces: forceSets.forces.slice(n * set, n * (set + 1)),
  }));
  if (sets.every(({ displacements }) => movedAtoms(displacements) === 1))
    return fitDisplacements(forceSets, { cells: { primitive } });
  return (await fitForceConstants(cutIntoCells(supercell, { primitive }), sets, options)).second!;
}

function movedAtoms(displacements: F64): number {
  let moved = 0;
  for (let i = 0; i < displacements.length; i += 3)
    if (Math.hypot(displacements[i]!, displacements[i + 1]!, displacements[i + 2]!) > 1e-8) moved++;
  return moved;
}

/** Born charges of a file, by the atoms of the primitive cell; undefined when none was given. */
function chargesFor({ charges }: LatticeInput, constants: ForceConstants, cells: CellChoice): ChargeModel | undefined {
  if (charges === undefined || charges === "field") return undefined;
  const { primitive } = cutIntoCells(constants.reference, cells);
  return { charges: expandBorn(charges.file, primitive, charges.place), dielectric: charges.file.dielectric };
}

interface Assembly {
  readonly cells: CellChoice;
  readonly charges: ChargeModel | undefined;
  readonly request: LatticeRequest;
  readonly source: LatticeSource;
  readonly notes: Notes;
  readonly maxForce?: number;
  readonly forceField?: ForceFieldSummary;
}

function assembled(constants: ForceConstants, parts: Assembly): Lattice {
  const { cells, charges, request, source, notes, maxForce, forceField } = parts;
  const options: LatticeDynamicsOptions = { cells, ...(charges ? { charges, scheme: request.scheme } : {}) };
  const solved = latticeDynamics(constants, options);
  // a supercell that was made here is in the order it was made in
  const own = source.kind === "forces";
  const dynamics = own ? { ...solved, notes: solved.notes.filter(({ code }) => code !== "atoms-reordered") } : solved;
  notes.addAll(constants.notes ?? []);
  notes.addAll(dynamics.notes);
  const { crystal } = dynamics;
  const born = dynamics.charges?.born;
  const summary: LatticeSummary = {
    formula: formulaOf(crystal),
    natoms: atomCount(crystal),
    elements: crystal.elements,
    cellA: [0, 1, 2].map((i) => [...crystal.cell.vectors.slice(3 * i, 3 * i + 3)]),
    volumeA3: crystal.cell.volume,
    supercellAtoms: atomCount(constants.reference),
    supercellMatrix: [...dynamics.cells.matrix],
    source: source.kind,
    chargeScheme: dynamics.scheme,
    largestChargeE: born ? Math.max(...Array.from(born, Math.abs)) : null,
    acousticSumResidual: constants.acousticSumResidual,
    maxForceEvPerA: maxForce ?? null,
    forceField: forceField ?? null,
  };
  return { dynamics, constants, summary, notes, converged: true };
}

type ForcesInput = LatticeInput & { readonly source: Extract<LatticeSource, { kind: "forces" }> };

async function fromForces(input: ForcesInput, request: LatticeRequest, options: RunOptions): Promise<Lattice> {
  const { source } = input;
  const notes = new Notes();
  const chosen = chooseForces(source.forces, source.crystal, request);
  const maxForce = stateOf(source.crystal, chosen.field).maxForce;
  let unit = source.crystal;
  let converged = true;
  if (request.relax) {
    const rest = await relax(source.crystal, chosen.field, { cell: request.cell, tolerance: TOLERANCE, ...options });
    notes.addAll(rest.notes);
    if (rest.maxForce > TOLERANCE && rest.maxForce < REST_FORCE)
      notes.add(
        "rest-not-sharp",
        `the forces at rest are ${rest.maxForce.toPrecision(2)} eV/Å, ${TOLERANCE} eV/Å was asked for`,
      );
    converged = rest.converged;
    unit = rest.crystal;
  } else if (maxForce > REST_FORCE)
    notes.add(
      "structure-not-at-rest",
      `the structure is not at rest: largest force ${maxForce.toPrecision(3)} eV/Å, more than ${REST_FORCE} eV/Å`,
      "its frequencies are those of a slope, not of a minimum: leave --no-relax out",
    );
  const repeats = source.supercell ?? automaticRepeats(unit, { chosen, atMost: request.atMost });
  const charges = fieldCharges(input, unit, notes);
  const parts = { request, source, notes, maxForce, forceField: chosen.summary };
  const solve = async (crystal: Crystal, run: RunOptions) =>
    forceConstants(repeatedAtomByAtom(crystal, repeats), chosen.field, run);
  const constants = await solve(unit, options);
  const cells = smallestIn(unit);
  const lattice = assembled(constants, { ...parts, cells, charges: charges ?? chargesFor(input, constants, cells) });
  noteReach(lattice, { repeats, reach: reachOf(chosen.summary), unit });
  return {
    ...lattice,
    converged,
    async atVolume(scale, run = {}) {
      const factor = Math.cbrt(scale);
      const cell = deformCell(unit.cell, Float64Array.of(factor, 0, 0, 0, factor, 0, 0, 0, factor));
      const deformed = withPositions(withCell(unit, cell), toCartesian(cell, toFractional(unit.cell, unit.positions)));
      const rest = await relax(deformed, chosen.field, { tolerance: TOLERANCE, ...run });
      notes.addAll(rest.notes);
      const there = await solve(rest.crystal, run);
      const born = lattice.dynamics.charges;
      const model = born ? { charges: born.born, dielectric: born.dielectric } : undefined;
      const dynamics = latticeDynamics(there, {
        cells: smallestIn(rest.crystal),
        ...(model ? { charges: model, scheme: request.scheme } : {}),
      });
      return { dynamics, energyEv: (rest.energy * atomCount(dynamics.crystal)) / atomCount(unit) };
    },
  };
}

/** Å: the longest cut-off of the short-range terms. Charges without end are summed whole. */
const reachOf = ({ cutoffsA }: ForceFieldSummary): number => Math.max(0, ...Object.values(cutoffsA));

/** Twice as wide as forces reach, or as wide as `atMost` atoms allow. */
function automaticRepeats(unit: Crystal, of: { readonly chosen: ChosenForces; readonly atMost: number }): Repeats {
  const n = atomCount(unit);
  const widest = 2 * reachOf(of.chosen.summary);
  let best: Repeats = [1, 1, 1];
  for (let step = 1; step <= 40; step++) {
    const repeats = repeatsForWidth(unit.cell, (widest * step) / 40);
    if (n * repeats[0] * repeats[1] * repeats[2] > of.atMost) break;
    best = repeats;
  }
  return best;
}

interface Reach {
  readonly repeats: Repeats;
  readonly reach: number;
  readonly unit: Crystal;
}

/** Cut-offs are generous: how strong the constants still are where the supercell ends is what counts. */
function noteReach({ dynamics, notes }: Lattice, { repeats, reach, unit }: Reach): void {
  const widths = cellWidths(unit.cell);
  const half = Math.min(...[0, 1, 2].map((k) => (repeats[k]! * widths[k]!) / 2));
  if (reach <= half) return;
  const { separation, blocks } = dynamics.bonds;
  let [border, largest] = [0, 0];
  for (let bond = 0; bond < blocks.length / 9; bond++) {
    const size = Math.hypot(...blocks.slice(9 * bond, 9 * bond + 9));
    largest = Math.max(largest, size);
    if (Math.hypot(...separation.slice(3 * bond, 3 * bond + 3)) >= 0.9 * half) border = Math.max(border, size);
  }
  notes.add(
    "cutoff-beyond-half-cell",
    `forces reach ${reach.toFixed(2)} Å, half the supercell is ${half.toFixed(2)} Å (${repeats.join(" × ")} cells): what reaches farther is folded onto the nearest images; the strongest constant near that border is ${border.toPrecision(2)} eV/Å², ${((100 * border) / largest).toPrecision(2)} % of the largest`,
    "compare with a larger one: --supercell, or a larger --at-most",
  );
}

function fieldCharges(input: ForcesInput, unit: Crystal, notes: Notes): ChargeModel | undefined {
  const { coulomb, charges, name } = input.source.forces;
  const present = unit.elements.some((element) => (charges?.[element] ?? 0) !== 0);
  if (input.charges === "field") {
    if (charges && present) return { charges };
    throw new InputError(
      `the force field ${name} has no charges for ${unit.elements.join(", ")}`,
      "leave --charges out",
    );
  }
  if (input.charges === undefined && present && coulomb?.method === "ewald")
    notes.add(
      "charges-left-out",
      `the ions of ${name} carry charges, and their macroscopic field is left out: longitudinal and transverse waves meet at Γ`,
      "--charges field includes it, --born FILE takes measured or computed Born charges",
    );
  return undefined;
}

/** Seconds and atoms of getting the force constants. */
export function latticeCost(
  { source }: LatticeInput,
  request: LatticeRequest,
): { seconds: number; atoms: number; work: string } {
  if (source.kind !== "forces") {
    const reference =
      source.kind === "phonopy"
        ? source.folder.supercell
        : source.kind === "constants"
          ? source.constants.reference
          : (source.arrangements[0]?.crystal ?? source.crystal);
    const atoms = atomCount(reference);
    return { seconds: 0.2 + 2 * hessianSeconds(atoms), atoms, work: `force constants of ${atoms} atoms as given` };
  }
  const chosen = chooseForces(source.forces, source.crystal, request);
  const repeats = source.supercell ?? automaticRepeats(source.crystal, { chosen, atMost: request.atMost });
  const atoms = atomCount(source.crystal) * repeats[0] * repeats[1] * repeats[2];
  const relaxing = request.relax ? TYPICAL.relaxCell * evaluationSeconds(chosen.field, source.crystal) : 0;
  return {
    seconds: relaxing + hessianSeconds(atoms),
    atoms,
    work: `${request.relax ? "rest of the cell, then " : ""}force constants of ${repeats.join(" × ")} cells, ${atoms} atoms`,
  };
}

/** The primitive cell the modes will be of, before it is brought to rest. */
export function primitiveOf({ source }: LatticeInput): Crystal {
  switch (source.kind) {
    case "phonopy":
      return source.folder.primitive;
    case "constants":
      return cutIntoCells(source.unit ?? source.constants.reference).primitive;
    default:
      return cutIntoCells(source.crystal).primitive;
  }
}

export const latticeLines = ({ summary }: Lattice): string[] => [
  `structure     ${summary.formula}, ${summary.natoms} atoms in ${summary.volumeA3.toFixed(3)} Å³; force constants of ${summary.supercellAtoms} atoms`,
  `charges       ${summary.largestChargeE === null ? "none" : `up to ${summary.largestChargeE.toFixed(3)} e, ${summary.chargeScheme === "none" ? "left out" : summary.chargeScheme}`}`,
  `sum rule      imposed, residual before ${summary.acousticSumResidual.toExponential(2)} eV/Å²`,
];

/** Three positive integers from "3 3 2" or "3,3,2". */
export const tripleOf = (text: string): Repeats =>
  text
    .trim()
    .split(/[\s,x×]+/)
    .map(Number) as unknown as Repeats;

export const TRIPLE = /^\s*\d+[\s,x×]+\d+[\s,x×]+\d+\s*$/;
