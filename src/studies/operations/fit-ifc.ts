// Force constants of second and third order, fitted to the forces of displaced supercells.

import { z } from "zod";
import { InputError, maxNorm3, Notes } from "../../base/index.js";
import {
  writeCsv,
  writeExtxyz,
  writeForceConstants,
  writePhonopyParams,
  writePoscar,
  writeThirdOrder,
} from "../../io/index.js";
import {
  type ChargeModel,
  type CutoffChoice,
  type ForceConstantFit,
  fitForceConstants,
  forceConstantBasis,
  holdOutError,
} from "../../modes/index.js";
import { atomCount, formulaOf } from "../../structure/index.js";
import { REST_FORCE } from "./at-rest.js";
import {
  type FitIfcInput,
  type FitSet,
  fitCells,
  type GeneratedSet,
  generatedSet,
  matchedSet,
} from "./fit-ifc-input.js";
import { chooseForces, evaluationSeconds, type ForceFieldSummary, forceParameters } from "./forces.js";
import { memoryMb, type Operation, type TextFile } from "./operation.js";

const CHARGES = /^\s*[A-Z][a-z]?[\s:=]+[-+]?[\d.]+(\s*,\s*[A-Z][a-z]?[\s:=]+[-+]?[\d.]+)*\s*$/;

const parameters = z.strictObject({
  ...forceParameters,
  order: z.int().min(2).max(3).default(2).describe("Highest order of the force constants: 2, or 3 with LASSO."),
  cutoff2A: z
    .number()
    .positive()
    .optional()
    .describe("Longest pair of second order, Å (default all pairs of the supercell)"),
  cutoff3A: z.number().positive().optional().describe("Longest side of a triplet, Å (default by --cutoff3-shells)"),
  cutoff3Shells: z.int().min(1).default(2).describe("Shells of neighbours a triplet may span, without --cutoff3-a."),
  method: z
    .enum(["auto", "least-squares", "lasso"])
    .default("auto")
    .describe("auto: least squares for order 2, LASSO for order 3 with order 2 unpenalised."),
  folds: z
    .int()
    .min(0)
    .optional()
    .describe("Groups of supercells for the hold-out error; 0: none (default 5, or as many as supercells)"),
  choice: z
    .enum(["one-standard-error", "least"])
    .default("one-standard-error")
    .describe(
      "LASSO: the largest penalty within one standard error of the least hold-out error, or the one at the least.",
    ),
  debias: z.boolean().default(true).describe("LASSO: fit what is kept again without penalty."),
  adaptive: z.boolean().default(false).describe("LASSO: a second round with weights 1/|parameter|."),
  rotational: z.boolean().default(false).describe("Impose rotational invariance and Huang's conditions on order 2."),
  fitRestForces: z.boolean().default(false).describe("Fit the forces of the undisplaced supercell too."),
  charges: z
    .string()
    .regex(CHARGES, "expected elements with their charges, such as Na 1, Cl -1")
    .optional()
    .describe('Charges whose far forces are taken off before the fit and put back after, e, e.g. "Na 1, Cl -1".'),
  dielectric: z.number().positive().default(1).describe("ε∞ of the electrons between those charges."),
  symmetryToleranceA: z.number().positive().default(1e-3).describe("How far atoms may be from symmetry, Å."),
  displacementA: z.number().positive().default(0.03).describe("With --forces: length each atom is displaced by, Å."),
  count: z.int().positive().default(30).describe("With --forces: displaced supercells."),
  atLeast: z.int().positive().default(80).describe("With --forces, without --supercell: fewest atoms."),
  atMost: z.int().positive().default(300).describe("With --forces, without --supercell: most atoms."),
});

type Request = z.output<typeof parameters>;

export interface FitIfcOrder {
  readonly order: number;
  /** Null: all pairs of the supercell. */
  readonly cutoffA: number | null;
  readonly orbits: number;
  readonly parameters: number;
  /** Parameters that are not zero. */
  readonly kept: number;
  /** How exactly the sum rules hold in the basis. */
  readonly sumRuleResidual: number;
}

export interface FitIfcData {
  readonly formula: string;
  readonly natoms: number;
  readonly primitiveAtoms: number;
  readonly supercells: number;
  readonly halfCellA: number;
  readonly orders: readonly FitIfcOrder[];
  readonly method: "least-squares" | "lasso";
  readonly rows: number;
  readonly rowsPerParameter: number;
  readonly condition: number;
  readonly forceRmsEvPerA: number;
  readonly trainingErrorMevPerA: number;
  readonly trainingErrorPercent: number;
  /** Of supercells left out of the fit; null without cross-validation. */
  readonly holdOut: {
    readonly errorMevPerA: number;
    readonly standardErrorMevPerA: number;
    readonly errorPercent: number;
    readonly folds: number;
  } | null;
  /** Largest |Σ_j Φ_ij| of the result, eV/Å². */
  readonly acousticSumResidual: number;
  readonly maxRestForceEvPerA: number | null;
  /** α of (1/2n)|F − Aφ|² + α|φ|₁ with columns of unit mean square, eV/Å; null for least squares. */
  readonly alpha: number | null;
  readonly path: readonly {
    readonly alpha: number;
    readonly mu: number;
    readonly holdOutErrorMevPerA: number;
    readonly kept: number;
  }[];
  readonly seed: number;
  readonly forceField: ForceFieldSummary | null;
}

export const fitIfcOperation: Operation<typeof parameters, FitIfcInput, FitIfcData> = {
  name: "fit-ifc",
  parameters,
  async run(input, request, options = {}) {
    const cells = fitCells(input, request);
    const chosen = "forces" in input.source ? chooseForces(input.source.forces, cells.supercell, request) : undefined;
    const set: FitSet | GeneratedSet = chosen
      ? generatedSet(cells, chosen.field, { ...request, seed: input.seed })
      : matchedSet(cells, "arrangements" in input.source ? input.source.arrangements : []);
    const fit = await fitForceConstants(cells, set.samples, {
      ...basisOptions(request),
      ...chargeOption(request),
      ...(request.folds === undefined ? {} : { folds: request.folds }),
      ...(set.restForces && !request.fitRestForces ? { restForces: set.restForces } : {}),
      method: request.method,
      seed: input.seed,
      lasso: { choice: request.choice, debias: request.debias, adaptive: request.adaptive },
      ...options,
    });
    const maxRest = fit.restForces ?? set.restForces;
    const data = dataOf(fit, {
      set,
      seed: input.seed,
      forceField: chosen?.summary ?? null,
      maxRest: maxRest ? maxNorm3(maxRest) : null,
    });
    const notes = new Notes();
    notes.addAll(set.notes);
    notes.addAll(fit.notes);
    if (data.maxRestForceEvPerA !== null && data.maxRestForceEvPerA > REST_FORCE)
      notes.add(
        "structure-not-at-rest",
        `the undisplaced supercell has forces up to ${data.maxRestForceEvPerA.toPrecision(3)} eV/Å, more than ${REST_FORCE} eV/Å`,
        "they are taken off, but force constants of a slope are not those of a minimum: relax first",
      );
    const converged = fit.path.every((point) => point.alpha !== fit.alpha || point.converged);
    return { data, notes: notes.list(), converged, files: filesOf(fit, set), lines: linesOf(data) };
  },
  estimate(input, request) {
    const cells = fitCells(input, request);
    const n = atomCount(cells.supercell);
    const basis = forceConstantBasis(cells, basisOptions(request));
    const count = "arrangements" in input.source ? input.source.arrangements.length : request.count;
    const p = basis.parameters;
    const folds = Math.max(1, request.folds ?? 5);
    const evaluations =
      "forces" in input.source
        ? (count + 1) *
          evaluationSeconds(chooseForces(input.source.forces, cells.supercell, request).field, cells.supercell)
        : 0;
    const unknowns = Math.max(...basis.orders.map(({ space }) => space.unknowns));
    return {
      // Normal equations at 5 GFLOP/s, an eigenproblem for the whole and for each group.
      seconds: 0.5 + evaluations + (count * 6 * n * p ** 2) / 5e9 + (folds + 1) * 0.1 * (p / 576) ** 3,
      memoryMb:
        memoryMb(n, 2) +
        (8 * ((2 * folds + 4) * p ** 2 + Math.min(5e7, 3 * n * count * p) + 3 * n * (p + unknowns))) / 1e6,
      diskMb: (30 * (3 * n) ** 2 + 100 * n * count) / 1e6,
      work: [
        `${count} supercells of ${n} atoms, ${3 * n * count} force components`,
        `${p} parameters: ${basis.orders.map((o) => `${o.parameters} of order ${o.order}`).join(", ")}`,
      ],
    };
  },
};

function basisOptions(request: Request) {
  const third: CutoffChoice = request.cutoff3A ?? { shells: request.cutoff3Shells };
  return {
    orders: [...(request.fitRestForces ? [1] : []), 2, ...(request.order === 3 ? [3] : [])],
    cutoffs: { 2: request.cutoff2A ?? ("all" as const), 3: third },
    rotational: request.rotational,
    symmetryToleranceA: request.symmetryToleranceA,
  };
}

function chargeOption({ charges, dielectric: e }: Request): { charges?: ChargeModel } {
  if (charges === undefined) return {};
  const words = charges.trim().split(/[\s,:=]+/);
  const byElement: Record<string, number> = {};
  for (let at = 0; at < words.length; at += 2) {
    const value = Number(words[at + 1]);
    if (!Number.isFinite(value))
      throw new InputError(`the charge of ${words[at]} is ${words[at + 1]}`, "give numbers of e");
    byElement[words[at]!] = value;
  }
  return { charges: { charges: byElement, dielectric: Float64Array.of(e, 0, 0, 0, e, 0, 0, 0, e) } };
}

interface Extras {
  readonly set: FitSet;
  readonly seed: number;
  readonly forceField: ForceFieldSummary | null;
  readonly maxRest: number | null;
}

function dataOf(fit: ForceConstantFit, { set, seed, forceField, maxRest }: Extras): FitIfcData {
  const error = holdOutError(fit);
  return {
    formula: formulaOf(set.cells.supercell),
    natoms: atomCount(set.cells.supercell),
    primitiveAtoms: atomCount(set.cells.primitive),
    supercells: fit.samples,
    halfCellA: fit.halfCell,
    orders: fit.orders.map((o) => ({
      order: o.order,
      cutoffA: Number.isFinite(o.cutoff) ? o.cutoff : null,
      orbits: o.orbits,
      parameters: o.parameters,
      kept: o.kept,
      sumRuleResidual: o.sumRules,
    })),
    method: fit.method,
    rows: fit.rows,
    rowsPerParameter: fit.rowsPerParameter,
    condition: fit.condition,
    forceRmsEvPerA: fit.forceRms,
    trainingErrorMevPerA: 1000 * fit.trainingRms,
    trainingErrorPercent: fit.forceRms > 0 ? (100 * fit.trainingRms) / fit.forceRms : 0,
    holdOut: error && {
      errorMevPerA: 1000 * error.rms,
      standardErrorMevPerA: 1000 * error.standardError,
      errorPercent: error.percent,
      folds: fit.holdOut.length,
    },
    acousticSumResidual: fit.second?.acousticSumResidual ?? 0,
    maxRestForceEvPerA: maxRest,
    alpha: fit.alpha,
    path: fit.path.map((point) => ({
      alpha: point.alpha,
      mu: point.mu,
      holdOutErrorMevPerA: 1000 * Math.sqrt(point.holdOut),
      kept: point.kept,
    })),
    seed,
    forceField,
  };
}

function filesOf(fit: ForceConstantFit, set: FitSet | GeneratedSet): TextFile[] {
  const files: TextFile[] = [{ name: "SPOSCAR", data: writePoscar(set.cells.supercell) }];
  if (fit.second)
    files.push(
      { name: "FORCE_CONSTANTS", data: writeForceConstants(fit.second) },
      { name: "phonopy_params.yaml", data: writePhonopyParams(fit.second, set.cells) },
    );
  if (fit.third && fit.third.triplets.length > 0)
    files.push(
      { name: "POSCAR", data: writePoscar(set.cells.primitive) },
      { name: "FORCE_CONSTANTS_3RD", data: writeThirdOrder(fit.third) },
    );
  if (fit.path.length > 0)
    files.push({
      name: "path.csv",
      data: writeCsv([
        { name: "alpha", unit: "eV/Å", values: fit.path.map(({ alpha }) => alpha) },
        { name: "hold-out error", unit: "meV/Å", values: fit.path.map(({ holdOut }) => 1000 * Math.sqrt(holdOut)) },
        { name: "kept", values: fit.path.map(({ kept }) => kept) },
      ]),
    });
  if ("arrangements" in set)
    files.push({
      name: "displacements.xyz",
      data: set.arrangements.map(({ crystal, forces }) => writeExtxyz({ crystal, forces })).join(""),
    });
  return files;
}

function linesOf(data: FitIfcData): string[] {
  const counts = (o: FitIfcOrder): string =>
    `order ${o.order}       ${o.parameters} parameters of ${o.orbits} orbits within ${o.cutoffA === null ? "the supercell" : `${o.cutoffA.toFixed(3)} Å`}${o.kept < o.parameters ? `, ${o.kept} not zero` : ""}`;
  const meV = (x: number): string => x.toPrecision(4);
  return [
    `supercell     ${data.formula}, ${data.natoms} atoms of ${data.primitiveAtoms}; half of it ${data.halfCellA.toFixed(3)} Å`,
    ...data.orders.map(counts),
    `fit           ${data.method === "lasso" ? `LASSO, α = ${data.alpha!.toExponential(2)} eV/Å` : "least squares"}; ${data.rows} force components of ${data.supercells} supercells, ${data.rowsPerParameter.toFixed(1)} per parameter, condition ${data.condition.toPrecision(3)}`,
    `forces        rms ${(1000 * data.forceRmsEvPerA).toPrecision(4)} meV/Å`,
    `error seen    ${meV(data.trainingErrorMevPerA)} meV/Å, ${data.trainingErrorPercent.toFixed(2)} %`,
    data.holdOut
      ? `error unseen  ${meV(data.holdOut.errorMevPerA)} ± ${data.holdOut.standardErrorMevPerA.toPrecision(2)} meV/Å, ${data.holdOut.errorPercent.toFixed(2)} % (${data.holdOut.folds} groups of supercells, each left out once)`
      : "error unseen  not known: no group was left out",
    `sum rule      residual ${data.acousticSumResidual.toExponential(1)} eV/Å²`,
  ];
}
