// The study "medium-scan": how diffusion depends on two properties of the framework, the ion or their interaction. The question behind it
// is that of Rodin et al., section VII: soft frameworks shake the ion over its barriers but also drag on it, stiff ones do neither, so
// that some stiffness in between should be best.

import { z } from "zod";
import { ConvergenceError, type Note, Notes, PhysicsError } from "../base/index.js";
import { cubicMedium, evOfMev, hopEnergies, yukawa } from "../medium/index.js";
import { BARRIER_POINTS, barrierData, isResolved } from "./medium-diffusion.js";
import { walkParameters } from "./medium-diffusion-parameters.js";
import {
  cubicLatticeOf,
  ionMassOf,
  ionParameters,
  latticeParameters,
  statisticsParameter,
} from "./medium-parameters.js";
import { type FrameworkSummary, frameworkSummary } from "./medium-summary.js";
import { fsOfPs, type WalkState, walkMb, walkPieces, walkSeconds } from "./medium-walk-pieces.js";
import {
  type FailedWalk,
  type Measured,
  readWalks,
  shortestWalk,
  type WalkRecord,
  walkPieceTask,
} from "./medium-walks.js";
import { runPieces } from "./pieces.js";
import type { Estimation, Study, StudyContext, StudyOutcome } from "./study.js";

const positive = z.number().positive();

/** What can be varied. Factors multiply the values of `lattice`. */
export const SCAN_KEYS = [
  "stiffnessFactor",
  "massFactor",
  "latticeConstantA",
  "temperatureMev",
  "strengthMevA",
  "screeningA",
  "ionMassMevPs2PerA2",
] as const;
export type ScanKey = (typeof SCAN_KEYS)[number];

const axis = (key: ScanKey, values: number[]) =>
  z
    .strictObject({
      key: z
        .enum(SCAN_KEYS)
        .default(key)
        .describe(
          "What is varied. stiffnessFactor multiplies both springs, massFactor the mass of the framework's atoms (its density); the others replace the value of that name.",
        ),
      values: z.array(positive).min(1).max(40).default(values).describe("Its values, in the unit of its name."),
    })
    .prefault({});

export const mediumScanParameters = z
  .strictObject({
    x: axis("stiffnessFactor", [0.2, 0.3, 0.45, 0.7, 1, 1.5, 2.2, 3.3, 5]).describe("Across the map."),
    y: axis("temperatureMev", [15, 25, 40]).describe("Up the map."),
    lattice: latticeParameters.prefault({}),
    ion: ionParameters.prefault({}),
    strengthMevA: positive.default(4000).describe("U0 of the repulsion U = U0 e^{−r/λ}/r, meV Å."),
    screeningA: positive.default(0.5).describe("Screening length λ, Å."),
    temperatureMev: positive.max(1000).default(25).describe("k_BT where it is not varied, meV."),
    equation: z
      .enum(["full", "homogeneous", "none"])
      .default("full")
      .describe("Equations of the walks, as in medium-diffusion. none: no walks, barriers and drag only."),
    statistics: statisticsParameter,
    walks: z
      .strictObject({
        ...walkParameters,
        count: walkParameters.count.default(2),
        lengthPs: walkParameters.lengthPs.default(240),
      })
      .describe("Walks of every point of the map.")
      .prefault({}),
  })
  .superRefine(({ x, y, walks, equation }, context) => {
    const issue = (path: string[], message: string): void => context.addIssue({ code: "custom", path, message });
    if (x.key === y.key) issue(["y", "key"], `both axes vary ${x.key}`);
    if (equation !== "none" && walks.lengthPs < SHORTEST_PS)
      issue(["walks", "lengthPs"], `walks must be at least ${SHORTEST_PS} ps for a line between lags of ${SLOPE_PS.join(" and ")} ps`);
  });

/** Lags of the line with an offset, as in medium-diffusion. */
const SLOPE_PS = [4, 12] as const;
const PIECE_PS = 12;
const SHORTEST_PS = shortestWalk(SLOPE_PS[1]);
const BINS = 4;

export type MediumScanParameters = z.output<typeof mediumScanParameters>;

export interface ScanPoint {
  readonly x: number;
  readonly y: number;
  readonly framework: FrameworkSummary;
  /** Middle of a face above the centre of a cell; absent where the springs do not hold the atoms against the ion. */
  readonly barrierUnrelaxedMev?: number;
  readonly barrierRelaxedMev?: number;
  readonly barrierElasticMev?: number;
  /** From the line with an offset. */
  readonly diffusionA2PerPs?: Measured;
  readonly kineticRatio?: Measured;
  readonly hops?: number;
  readonly failed: readonly FailedWalk[];
}

/** Along one row of the map. */
export interface ScanOptimum {
  readonly y: number;
  readonly x: number;
  readonly diffusionA2PerPs: Measured;
  /** At an end of the scanned range: the true optimum may lie beyond. */
  readonly isAtEdge: boolean;
  /** Values of x whose D is within two standard errors of the largest: the optimum is one of them. */
  readonly range: readonly [number, number];
}

export interface MediumScanData {
  readonly x: MediumScanParameters["x"];
  readonly y: MediumScanParameters["y"];
  readonly equation: MediumScanParameters["equation"];
  readonly sampledPs: number;
  readonly points: readonly ScanPoint[]; // row by row, x fastest
  readonly optima: readonly ScanOptimum[];
}

export const mediumScan: Study<typeof mediumScanParameters, MediumScanData> = {
  name: "medium-scan",
  title: "Diffusion over a map of material properties",
  summary:
    "Barriers, drag and diffusion coefficients of an ion over a grid of two properties, such as stiffness and temperature, and the best place on it.",
  version: 1,
  parameters: mediumScanParameters,
  run,
  estimate,
};

interface Place {
  readonly x: number;
  readonly y: number;
  readonly state: Omit<WalkState, "equation">;
}

function placesOf(parameters: MediumScanParameters): readonly Place[] {
  const { x, y } = parameters;
  const unique = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
  return unique(y.values).flatMap((yValue) =>
    unique(x.values).map((xValue) => ({
      x: xValue,
      y: yValue,
      state: varied(varied(baseOf(parameters), x.key, xValue), y.key, yValue),
    })),
  );
}

const baseOf = ({ lattice, ion, strengthMevA, screeningA, temperatureMev, statistics }: MediumScanParameters): Place["state"] => ({
  lattice,
  ion,
  strengthMevA,
  screeningA,
  temperatureMev,
  statistics,
});

function varied(state: Place["state"], key: ScanKey, value: number): Place["state"] {
  const { lattice } = state;
  switch (key) {
    case "stiffnessFactor":
      return {
        ...state,
        lattice: {
          ...lattice,
          stiffnessNearestMevPerA2: value * lattice.stiffnessNearestMevPerA2,
          stiffnessNextMevPerA2: value * lattice.stiffnessNextMevPerA2,
        },
      };
    case "massFactor":
      return { ...state, lattice: { ...lattice, massMevPs2PerA2: value * lattice.massMevPs2PerA2 } };
    case "latticeConstantA":
      return { ...state, lattice: { ...lattice, latticeConstantA: value } };
    case "ionMassMevPs2PerA2":
      return { ...state, ion: { massMevPs2PerA2: value } };
    default:
      return { ...state, [key]: value };
  }
}

async function run(parameters: MediumScanParameters, context: StudyContext): Promise<StudyOutcome<MediumScanData>> {
  const { equation, walks, x, y } = parameters;
  const places = placesOf(parameters);
  const pieces =
    equation === "none"
      ? []
      : places.map((place) => {
          const name = `${x.key}-${place.x}/${y.key}-${place.y}/${equation}`;
          return walkPieces({ ...place.state, equation }, walks, { name, seed: context.seed });
        });
  const records = await runPieces(context, "walking", { task: walkPieceTask, pieces: pieces.flat() });
  const points = places.map((place, i) => {
    const outputs = records.slice(i * walks.count, (i + 1) * walks.count);
    return pointOf(place, outputs, { parameters, seed: context.seed });
  });
  const data: MediumScanData = {
    x,
    y,
    equation,
    sampledPs: equation === "none" ? 0 : walks.count * walks.lengthPs,
    points,
    optima: optimaOf(points),
  };
  return { data, notes: notesOf(data), converged: points.every(({ failed }) => failed.length === 0) };
}

function pointOf(
  place: Place,
  outputs: readonly (WalkRecord | FailedWalk)[],
  { parameters, seed }: { readonly parameters: MediumScanParameters; readonly seed: number },
): ScanPoint {
  const { lattice, temperatureMev } = place.state;
  const walks = outputs.filter((output): output is WalkRecord => "positions" in output);
  const failed = outputs.filter((output): output is FailedWalk => "reason" in output);
  const reading =
    walks.length > 0
      ? readWalks(walks, {
          pieceFs: fsOfPs(PIECE_PS),
          fitFromFs: fsOfPs(1),
          bins: BINS,
          slopeFs: [fsOfPs(SLOPE_PS[0]), fsOfPs(SLOPE_PS[1])],
          spacing: lattice.latticeConstantA,
          thermalEnergy: evOfMev(temperatureMev),
          seed,
        })
      : undefined;
  return {
    x: place.x,
    y: place.y,
    framework: frameworkSummary(cubicLatticeOf(lattice)),
    ...barriersOf(place.state, parameters),
    ...(reading
      ? { diffusionA2PerPs: reading.slopeA2PerPs, kineticRatio: reading.kineticRatio, hops: reading.hops.count }
      : {}),
    failed,
  };
}

function barriersOf(
  { lattice, ion, strengthMevA, screeningA }: Place["state"],
  { walks: { cutoffA } }: MediumScanParameters,
): Pick<ScanPoint, "barrierUnrelaxedMev" | "barrierRelaxedMev" | "barrierElasticMev"> {
  const edge = cutoffA === undefined ? {} : { cutoff: cutoffA };
  const potential = yukawa(evOfMev(strengthMevA), screeningA, edge);
  const medium = cubicMedium(cubicLatticeOf(lattice), { ionMass: ionMassOf(ion), potential });
  try {
    const { barrierUnrelaxedMev, barrierRelaxedMev, barrierElasticMev } = barrierData(
      hopEnergies(medium, { points: BARRIER_POINTS }),
    );
    return { barrierUnrelaxedMev, barrierRelaxedMev, barrierElasticMev };
  } catch (error) {
    if (!(error instanceof ConvergenceError || error instanceof PhysicsError)) throw error;
    return {};
  }
}

function optimaOf(points: readonly ScanPoint[]): ScanOptimum[] {
  return [...new Set(points.map(({ y }) => y))].flatMap((y) => {
    const row = points.filter((point) => point.y === y);
    const resolved = row.flatMap(({ x, diffusionA2PerPs: d }) => (isResolved(d) ? [{ x, d }] : []));
    if (resolved.length < 3) return [];
    const best = resolved.reduce((a, b) => (b.d.value > a.d.value ? b : a));
    const near = resolved.filter(
      ({ d }) => best.d.value - d.value <= 2 * Math.hypot(best.d.standardError, d.standardError),
    );
    const xs = near.map(({ x }) => x);
    const range = [Math.min(...xs), Math.max(...xs)] as const;
    const isAtEdge = range[0] === row[0]!.x || range[1] === row[row.length - 1]!.x;
    return [{ y, x: best.x, diffusionA2PerPs: best.d, isAtEdge, range }];
  });
}

function notesOf(data: MediumScanData): readonly Note[] {
  const notes = new Notes();
  if (data.equation !== "none") {
    notes.add(
      "short-walks",
      `every point of the map was sampled for ${data.sampledPs} ps; D stands with its standard error, and cells without a number are within two of zero`,
      "raise walks.count or walks.lengthPs for a sharper map",
    );
    const unresolved = data.points.filter(({ diffusionA2PerPs }) => !isResolved(diffusionA2PerPs));
    if (unresolved.length > 0)
      notes.add("points-unresolved", `D is not resolved at ${unresolved.length} of ${data.points.length} points`);
    const failed = data.points.flatMap((point) => point.failed);
    if (failed.length > 0)
      notes.add(
        "walks-failed",
        `${failed.length} walks did not come through, for example ${failed[0]!.label}: ${failed[0]!.reason}`,
        "their points rest on the other walks, or are left empty",
      );
    for (const { y, isAtEdge, range } of data.optima)
      if (isAtEdge)
        notes.add(
          "optimum-at-edge",
          `the best ${data.x.key} at ${data.y.key} = ${y} is not bracketed: within its errors it may be ${range[0]} to ${range[1]}, an end of the scanned range`,
          "scan further out, or sample longer",
        );
  }
  const open = data.points.filter(({ barrierRelaxedMev }) => barrierRelaxedMev === undefined).length;
  if (open > 0)
    notes.add(
      "no-barrier",
      `at ${open} points the springs do not hold the framework against the ion at rest, so there is no relaxed barrier`,
    );
  return notes.list();
}

const SECONDS_PER_PLACE = 0.4;

async function estimate(parameters: MediumScanParameters, context: StudyContext): Promise<Estimation> {
  const { equation, walks } = parameters;
  const places = placesOf(parameters);
  const count = equation === "none" ? 0 : places.length * walks.count;
  const seconds =
    equation === "none"
      ? 0
      : places.reduce((sum, { state }) => sum + walks.count * walkSeconds(equation, state.lattice, walks), 0);
  const diskMb = equation === "none" ? 0 : places.length * walkMb(walks);
  return {
    seconds: 2 + SECONDS_PER_PLACE * places.length + seconds / Math.max(1, Math.min(context.pool.width, count)),
    memoryMb: 120 + context.pool.width * (60 + walks.cells ** 3 * 2e-3) + 1.5 * diskMb,
    diskMb: 1 + diskMb,
    work: [
      `barriers and drag at ${places.length} points of ${parameters.x.key} × ${parameters.y.key}`,
      ...(count > 0 ? [`${count} walks of ${walks.lengthPs} ps by the ${equation} equations`] : []),
    ],
  };
}
