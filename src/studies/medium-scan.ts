// The study "medium-scan": how diffusion depends on two properties of the framework, the ion or their interaction. The question behind it
// is that of Rodin et al., section VII: soft frameworks shake the ion over its barriers but also drag on it, stiff ones do neither, so
// that some stiffness in between should be best.

import { ConvergenceError, type Note, Notes, PhysicsError } from "../base/index.js";
import { cubicMedium, evOfMev, hopEnergies, yukawa } from "../medium/index.js";
import { BARRIER_POINTS, barrierData, isResolved } from "./medium-diffusion.js";
import { cubicLatticeOf, ionMassOf } from "./medium-parameters.js";
import type { MediumScanData, ScanOptimum, ScanPoint } from "./medium-scan-data.js";
import { type MediumScanParameters, mediumScanParameters, type ScanKey, SLOPE_PS } from "./medium-scan-parameters.js";
import { frameworkSummary } from "./medium-summary.js";
import { fsOfPs, type WalkState, walkMb, walkPieces, walkSeconds } from "./medium-walk-pieces.js";
import { type FailedWalk, isRecord, isWarm, readWalks, type WalkRecord, walkPieceTask } from "./medium-walks.js";
import { runPieces } from "./pieces.js";
import type { Estimation, Study, StudyContext, StudyOutcome } from "./study.js";

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

const baseOf = ({
  lattice,
  ion,
  strengthMevA,
  screeningA,
  temperatureMev,
  statistics,
}: MediumScanParameters): Place["state"] => ({
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
    optima: optimaOf(points, equation),
  };
  return { data, notes: notesOf(data), converged: points.every(({ failed }) => failed.length === 0) };
}

/** The piece of the mean square displacement, ps; its fit through the origin is not reported. */
const PIECE_PS = 12;
const BINS = 4;

function pointOf(
  place: Place,
  outputs: readonly (WalkRecord | FailedWalk)[],
  { parameters, seed }: { readonly parameters: MediumScanParameters; readonly seed: number },
): ScanPoint {
  const { lattice, temperatureMev } = place.state;
  const walks = outputs.filter(isRecord);
  const failed = outputs.flatMap((output) => (isRecord(output) ? [] : [output]));
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

/** By the full equations a cold ion is one that has not warmed up: its D is no property of the place. */
const isSettled = ({ kineticRatio }: ScanPoint, equation: MediumScanParameters["equation"]): boolean =>
  equation !== "full" || kineticRatio === undefined || isWarm(kineticRatio);

/** The best place of every row that has at least three resolved ones. */
export function optimaOf(points: readonly ScanPoint[], equation: MediumScanParameters["equation"]): ScanOptimum[] {
  return [...new Set(points.map(({ y }) => y))].flatMap((y) => {
    const row = points.filter((point) => point.y === y && isSettled(point, equation));
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
    const cold = data.points.filter((point) => !isSettled(point, data.equation));
    if (cold.length > 0)
      notes.add(
        "not-warmed-up",
        `at ${cold.length} points the ion, which starts at rest, is still colder than its framework: at ${data.x.key} = ${cold[0]!.x}, ${data.y.key} = ${cold[0]!.y} it has ${cold[0]!.kineticRatio!.value.toFixed(2)} of 3/2 k_BT; such a D is no equilibrium value and is left out of the optima`,
        "stiff frameworks exchange little energy with the ion: raise walks.equilibrationPs",
      );
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
          `the best ${data.x.key} at ${data.y.key} = ${y} is not bracketed: within its errors it may be ${range[0] === range[1] ? "" : `${range[0]} to `}${range[1]}, which reaches an end of the scanned range`,
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
