// Force constants from the forces of displaced arrangements. Order 2 by least squares; with order 3, that by LASSO with the lower orders
// unpenalised (or everything by least squares, on request). What a charge does to a far one may be taken off first and put back after, so that
// the fitted part is short-ranged. docs/theory/force-constant-fit.md.

import { type F64, InputError, maxAbs, type Note, Notes, type RunOptions } from "../base/index.js";
import { atomCount, type CrystalCells } from "../structure/index.js";
import { type ChargeModel, dipoleForces } from "./dipole-forces.js";
import { type BasisOptions, type ForceConstantBasis, forceConstantBasis } from "./fit-basis.js";
import { type Design, designOf, type LatticeSample } from "./fit-design.js";
import { foldsOf, momentsByFold, scaledMoments, total } from "./fit-moments.js";
import { type FitQuality, type OrderSummary, qualityNotes, summariesOf } from "./fit-report.js";
import { type AlphaPoint, type LassoFitOptions, type Solution, solveLasso, solveLeastSquares } from "./fit-solve.js";
import { restForceTable, secondOrderTable, type ThirdOrderConstants, thirdOrderTable } from "./fit-third-order.js";
import type { ForceConstants } from "./modes.js";
import { acousticSumResidual } from "./sum-rule.js";

/** Forces of one displaced arrangement, atoms in the supercell's order. */
export interface DisplacementForces {
  readonly displacements: F64; // [n,3] Å
  readonly forces: F64; // [n,3] eV/Å
}

export interface FitOptions extends BasisOptions, RunOptions {
  /** "auto" (default): LASSO for orders above 2, least squares else. */
  readonly method?: "auto" | "least-squares" | "lasso";
  /** Groups of the cross-validation; 0: none. Default 5, or as many as there are arrangements. */
  readonly folds?: number;
  /** Draws the groups. Default 0. */
  readonly seed?: number;
  /** Forces of the undisplaced supercell [n,3] eV/Å, taken off every arrangement's. Default none; order 1 fits them instead. */
  readonly restForces?: F64;
  /** Charges whose far forces are taken off before the fit and put back after, for each atom of the primitive cell or by element. */
  readonly charges?: ChargeModel;
  readonly lasso?: LassoFitOptions;
}

export interface ForceConstantFit extends FitQuality {
  readonly second: ForceConstants | null;
  readonly third: ThirdOrderConstants | null;
  /** [n,3] eV/Å, order 1. */
  readonly restForces: F64 | null;
  readonly basis: ForceConstantBasis;
  readonly parameters: F64;
  readonly orders: readonly OrderSummary[];
  readonly method: "least-squares" | "lasso";
  readonly path: readonly AlphaPoint[];
  readonly alpha: number | null;
  readonly notes: readonly Note[];
}

/** Designs are kept between passes up to this many bytes. */
const KEPT_BYTES = 4e8;

/**
 * Fits force constants of `cells` to `samples`.
 * @throws InputError for samples that do not fit the cell, or too few of them (with how many are needed).
 */
export async function fitForceConstants(
  cells: CrystalCells,
  samples: readonly DisplacementForces[],
  options: FitOptions = {},
): Promise<ForceConstantFit> {
  const basis = forceConstantBasis(cells, options);
  const { lattice } = basis;
  const n = lattice.atoms;
  checkSamples(samples, n);
  if (options.restForces && options.restForces.length !== 3 * n)
    throw new InputError(`${options.restForces.length} forces at rest for ${n} atoms`, `give ${3 * n} numbers`);
  const farTable = options.charges ? farForceTable(basis, options.charges) : undefined;
  const prepared = samples.map((sample) => inLatticeOrder(sample, { basis, farTable, restForces: options.restForces }));
  const penalised = basis.orders.some(({ order }) => order > 2);
  const { method: asked = "auto" } = options;
  const method = asked !== "auto" ? asked : penalised ? "lasso" : "least-squares";
  if (method === "lasso" && !penalised)
    throw new InputError("LASSO penalises orders above 2, none was asked for", "add order 3, or use least squares");
  const folds = foldCount(samples.length, options.folds, method);
  requireEnough(basis, { samples: samples.length, method });

  const design = keptDesign(designOf(basis), prepared);
  const fold = folds > 1 ? foldsOf(samples.length, { folds, seed: options.seed ?? 0 }) : new Int32Array(samples.length);
  const parts = await momentsByFold(prepared, design, { ...options, fold, folds: Math.max(1, folds) });
  const all = total(parts);
  const p = basis.parameters;
  const scale = Float64Array.from({ length: p }, (_, j) => {
    const square = all.gram[j * p + j]! / all.rows;
    return square > 0 ? 1 / Math.sqrt(square) : 0;
  });
  const scaled = parts.map((part) => scaledMoments(part, scale));
  const low = basis.orders.filter(({ order }) => order <= 2).reduce((sum, o) => sum + o.parameters, 0);
  const solution = method === "lasso" ? solveLasso(scaled, low, options.lasso) : solveLeastSquares(scaled, folds > 1);
  if (method === "least-squares" && solution.equations.rank < p) throw tooFew(basis, samples.length, solution);
  const debiased = method === "least-squares" || options.lasso?.debias !== false;
  const { parameters, residualSquare } = await polished(prepared, design, { solution, scale, refine: debiased });

  const forceSquare = sumOfSquares(samples.map(({ forces }) => less(forces, options.restForces)));
  const rows = all.rows;
  const quality: FitQuality = {
    samples: samples.length,
    rows,
    rowsPerParameter: rows / solution.support.length,
    condition: solution.equations.condition,
    forceRms: Math.sqrt(forceSquare / rows),
    trainingRms: Math.sqrt(residualSquare / rows),
    holdOut: solution.holdOut,
    halfCell: lattice.halfCell,
  };
  const notes = new Notes();
  notes.addAll(cells.notes);
  notes.addAll(basis.notes);
  notes.addAll(qualityNotes(quality, { basis, samples: prepared, path: solution.path, rest: options.restForces }));
  const orderOf = (k: number) => basis.orders.find(({ order }) => order === k);
  const [first, second, third] = [orderOf(1), orderOf(2), orderOf(3)];
  return {
    ...quality,
    second: second ? secondOrder(basis, { order: second, parameters, farTable, notes: notes.list() }) : null,
    third: third ? thirdOrderTable(lattice, third, parameters) : null,
    restForces: first ? restForceTable(lattice, first, parameters) : null,
    basis,
    parameters,
    orders: summariesOf(basis, parameters),
    method,
    path: solution.path,
    alpha: solution.alpha,
    notes: notes.list(),
  };
}

function checkSamples(samples: readonly DisplacementForces[], n: number): void {
  if (samples.length === 0) throw new InputError("no displaced arrangements were given", "30 are usual");
  for (const [k, { displacements, forces }] of samples.entries()) {
    for (const [name, values] of Object.entries({ displacements, forces })) {
      if (values.length !== 3 * n)
        throw new InputError(
          `arrangement ${k + 1} has ${values.length} numbers for the ${name} of ${n} atoms`,
          `give ${3 * n}, in the supercell's order of atoms`,
        );
      for (let i = 0; i < values.length; i++)
        if (!Number.isFinite(values[i]!))
          throw new InputError(
            `arrangement ${k + 1} has ${values[i]} among the ${name} of atom ${Math.floor(i / 3) + 1}`,
            "leave this arrangement out",
          );
    }
  }
}

function foldCount(samples: number, asked: number | undefined, method: string): number {
  const folds = asked ?? Math.min(5, samples);
  if (asked !== undefined && asked !== 0 && (!Number.isInteger(asked) || asked < 2 || asked > samples))
    throw new InputError(
      `${asked} groups of ${samples} arrangements`,
      "choose 0 (no cross-validation), or from 2 to the number of arrangements",
    );
  if (folds < 2 && method === "lasso")
    throw new InputError(
      `the penalty is chosen by cross-validation, which needs at least 2 arrangements and groups; there ${samples === 1 ? "is 1 arrangement" : `are ${samples}`}`,
      "give more arrangements, or use least squares",
    );
  return folds;
}

/** Arrangements that can fix so many parameters at all: the rows of one sum to zero along each axis. */
export const leastSamples = (parameters: number, atoms: number): number =>
  Math.max(1, Math.ceil(parameters / Math.max(1, 3 * atoms - 3)));

function requireEnough(
  basis: ForceConstantBasis,
  { samples, method }: { readonly samples: number; readonly method: string },
): void {
  const { atoms } = basis.lattice;
  const low = basis.orders.filter(({ order }) => order <= 2).reduce((sum, o) => sum + o.parameters, 0);
  const needed = leastSamples(method === "lasso" ? low : basis.parameters, atoms);
  if (samples >= needed) return;
  throw new InputError(
    `${samples} arrangement${samples === 1 ? "" : "s"} of ${atoms} atoms cannot fix ${method === "lasso" ? low : basis.parameters} parameters: at least ${needed} are needed`,
    `compute forces of ${needed - samples} more (twice that is sensible), or shorten the cut-offs`,
    { samples, needed, parameters: basis.parameters },
  );
}

function tooFew(basis: ForceConstantBasis, samples: number, { equations }: Solution): InputError {
  const needed = Math.max(samples + 1, leastSamples(basis.parameters, basis.lattice.atoms));
  return new InputError(
    `the ${samples} arrangements fix ${equations.rank} of ${basis.parameters} parameters`,
    `they are too few or too alike: give at least ${needed} with different random displacements, or shorten the cut-offs`,
    { rank: equations.rank, parameters: basis.parameters, samples, needed },
  );
}

/** [n,3,n,3] eV/Å² of the charges' far forces, in the supercell's order. */
function farForceTable(basis: ForceConstantBasis, charges: ChargeModel): Float64Array {
  const { cells, basisAtoms, cellCount, atoms, place, plus } = basis.lattice;
  const home = Int32Array.from({ length: basisAtoms }, (_, b) => place[b * cellCount]!);
  const rows = dipoleForces(cells, charges).inSupercell(cells, home);
  const table = new Float64Array(9 * atoms * atoms);
  for (let b = 0; b < basisAtoms; b++)
    for (let a = 0; a < atoms; a++) {
      const own = a % cellCount;
      const block = 9 * (b * atoms + place[a]!);
      for (let c = 0; c < cellCount; c++) {
        const i = place[b * cellCount + c]!;
        const j = place[a - own + plus[own * cellCount + c]!]!;
        for (let e = 0; e < 9; e++) table[(3 * i + Math.floor(e / 3)) * 3 * atoms + 3 * j + (e % 3)] = rows[block + e]!;
      }
    }
  return table;
}

interface Preparation {
  readonly basis: ForceConstantBasis;
  readonly farTable: Float64Array | undefined;
  readonly restForces: F64 | undefined;
}

function inLatticeOrder(
  { displacements, forces }: DisplacementForces,
  { basis, farTable, restForces }: Preparation,
): LatticeSample {
  const { atoms, place } = basis.lattice;
  const wanted = Float64Array.from(forces, (f, i) => f - (restForces?.[i] ?? 0));
  if (farTable)
    for (let row = 0; row < 3 * atoms; row++) {
      let pull = 0;
      for (let k = 0; k < 3 * atoms; k++) pull += farTable[row * 3 * atoms + k]! * displacements[k]!;
      wanted[row]! += pull;
    }
  const moved = (from: F64): Float64Array =>
    Float64Array.from({ length: 3 * atoms }, (_, i) => from[3 * place[Math.floor(i / 3)]! + (i % 3)]!);
  return { displacements: moved(displacements), forces: moved(wanted) };
}

/** The same design, whose blocks are made once as long as they are few enough to keep. */
function keptDesign(design: Design, samples: readonly LatticeSample[]): Design {
  if (8 * design.rows * design.columns * samples.length > KEPT_BYTES) return design;
  const made = new Map<F64, Float64Array>();
  return {
    ...design,
    of(displacements) {
      const known = made.get(displacements) ?? design.of(displacements);
      made.set(displacements, known);
      return known;
    },
  };
}

interface Polish {
  readonly solution: Solution;
  readonly scale: Float64Array;
  /** Solve again for the residual: only where nothing is penalised. */
  readonly refine: boolean;
}

/** Parameters after iterative refinement with the rows themselves, and |F − Ay|² from them. */
async function polished(
  samples: readonly LatticeSample[],
  design: Design,
  { solution, scale, refine }: Polish,
): Promise<{ readonly parameters: Float64Array; readonly residualSquare: number }> {
  const parameters = Float64Array.from(solution.coefficients, (x, j) => x * scale[j]!);
  let residual = againstRows(samples, design, parameters);
  for (let round = 0; refine && round < 2; round++) {
    const b = Float64Array.from(solution.support, (j) => residual.projection[j]! * scale[j]!);
    const step = solution.equations.solve(b);
    const next = parameters.slice();
    for (const [k, j] of solution.support.entries()) next[j]! += step[k]! * scale[j]!;
    const better = againstRows(samples, design, next);
    if (better.square > residual.square) break;
    parameters.set(next);
    residual = better;
  }
  return { parameters, residualSquare: residual.square };
}

/** |F − Ay|² and Aᵀ(F − Ay). */
function againstRows(
  samples: readonly LatticeSample[],
  design: Design,
  parameters: Float64Array,
): { readonly square: number; readonly projection: Float64Array } {
  const { rows, columns } = design;
  const projection = new Float64Array(columns);
  let square = 0;
  for (const { displacements, forces } of samples) {
    const block = design.of(displacements);
    for (let r = 0; r < rows; r++) {
      let rest = forces[r]!;
      const at = r * columns;
      for (let j = 0; j < columns; j++) rest -= block[at + j]! * parameters[j]!;
      square += rest * rest;
      for (let j = 0; j < columns; j++) projection[j]! += block[at + j]! * rest;
    }
  }
  return { square, projection };
}

interface SecondOrder {
  readonly order: ForceConstantBasis["orders"][number];
  readonly parameters: F64;
  readonly farTable: Float64Array | undefined;
  readonly notes: readonly Note[];
}

function secondOrder(
  { lattice }: ForceConstantBasis,
  { order, parameters, farTable, notes }: SecondOrder,
): ForceConstants {
  const values = secondOrderTable(lattice, order, parameters as Float64Array);
  if (farTable) for (let e = 0; e < values.length; e++) values[e]! += farTable[e]!;
  return { reference: lattice.cells.supercell, values, acousticSumResidual: acousticSumResidual(values), notes };
}

const less = (forces: F64, rest: F64 | undefined): Float64Array =>
  Float64Array.from(forces, (f, i) => f - (rest?.[i] ?? 0));

function sumOfSquares(lists: readonly Float64Array[]): number {
  let sum = 0;
  for (const list of lists) for (const x of list) sum += x * x;
  return sum;
}

/** Largest |F − F_model| of arrangements under fitted parameters, and its rms, eV/Å: for sets kept apart. */
export function fitErrors(
  fit: ForceConstantFit,
  samples: readonly DisplacementForces[],
  options: Pick<FitOptions, "restForces" | "charges"> = {},
): { readonly rms: number; readonly largest: number; readonly percent: number } {
  const { basis } = fit;
  checkSamples(samples, atomCount(basis.lattice.cells.supercell));
  const farTable = options.charges ? farForceTable(basis, options.charges) : undefined;
  const design = designOf(basis);
  let [square, largest, rows] = [0, 0, 0];
  for (const sample of samples) {
    const { displacements, forces } = inLatticeOrder(sample, { basis, farTable, restForces: options.restForces });
    const block = design.of(displacements);
    const rest = forces.slice();
    for (let r = 0; r < design.rows; r++)
      for (let j = 0; j < design.columns; j++) rest[r]! -= block[r * design.columns + j]! * fit.parameters[j]!;
    largest = Math.max(largest, maxAbs(rest));
    square += sumOfSquares([rest]);
    rows += design.rows;
  }
  const force = sumOfSquares(samples.map(({ forces }) => less(forces, options.restForces)));
  return { rms: Math.sqrt(square / rows), largest, percent: 100 * Math.sqrt(square / force) };
}
