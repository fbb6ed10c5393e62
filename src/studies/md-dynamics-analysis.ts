// From runs to numbers: means over replicas, the cell, and mean square displacements, in one pass over each trajectory.
//
// Replicas are independent: the mean is that of their means, its error √Σσ²/R. The error of a mean square displacement is the
// standard error over the blocks of all replicas.

import { type Estimate, EV_PER_A3_PER_GPA, type RunOptions } from "../base/index.js";
import {
  cellAverages,
  compressibilityOf,
  type SampledEstimate,
  type Thermo,
  type Trajectory,
} from "../dynamics/index.js";
import { atomsOf, type Cell, type Crystal } from "../structure/index.js";
import { type Analysis, analyse, type MsdResult, msdOf } from "../transport/index.js";
import type { MdCell, MdMeans, SpeciesMsd, ThermoSeries } from "./md-dynamics-data.js";

const MOST_POINTS = 1000;

/** Every so many samples, so that a picture has at most a thousand; the last one is kept. */
export function seriesOf(thermo: Thermo): ThermoSeries {
  const count = thermo.step.length;
  const stride = Math.max(1, Math.ceil(count / MOST_POINTS));
  const kept = Array.from({ length: count }, (_, i) => i).filter((i) => (count - 1 - i) % stride === 0);
  const column = (values: ArrayLike<number>, factor = 1): number[] => kept.map((i) => values[i]! * factor);
  return {
    timePs: column(thermo.timeFs, 1e-3),
    temperatureK: column(thermo.temperatureK),
    potentialEnergyEv: column(thermo.potentialEnergy),
    kineticEnergyEv: column(thermo.kineticEnergy),
    conservedEv: column(thermo.conserved),
    ...(thermo.pressure ? { pressureGpa: column(thermo.pressure, 1 / EV_PER_A3_PER_GPA) } : {}),
    ...(thermo.volume ? { volumeA3: column(thermo.volume) } : {}),
  };
}

/** The mean of independent estimates. */
export function meanEstimate(estimates: readonly Estimate[]): Estimate {
  const count = estimates.length;
  return {
    value: estimates.reduce((sum, { value }) => sum + value, 0) / count,
    standardError: Math.hypot(...estimates.map(({ standardError }) => standardError)) / count,
    unit: estimates[0]!.unit,
  };
}

export function combinedMeans(means: readonly MdMeans[]): MdMeans | null {
  if (means.length === 0) return null;
  const of = (name: keyof MdMeans): Estimate => meanEstimate(means.map((one) => one[name]!));
  return {
    temperature: of("temperature"),
    potentialEnergy: of("potentialEnergy"),
    totalEnergy: of("totalEnergy"),
    ...(means.every(({ pressure }) => pressure) ? { pressure: of("pressure") } : {}),
    drift: of("drift"),
  };
}

/** Cells of the frames, one after the other. */
function cellsOf(): Analysis<readonly Cell[]> {
  const cells: Cell[] = [];
  return {
    name: "cell",
    begin: () => undefined,
    add({ cell }) {
      if (cell) cells.push({ ...cell, vectors: cell.vectors.slice(), inverse: cell.inverse.slice() });
    },
    finish: () => cells,
  };
}

export interface ReadRun {
  readonly cells: readonly Cell[];
  /** By element. */
  readonly msd: ReadonlyMap<string, MsdResult>;
}

export interface ReadSettings extends RunOptions {
  readonly frozen: readonly number[];
  readonly mobile: string | undefined;
}

/** Fewest frames a mean square displacement is worth drawing for. */
const LEAST_FRAMES = 20;

export async function readRun(trajectory: Trajectory, settings: ReadSettings): Promise<ReadRun> {
  const { frozen, mobile, signal, onProgress } = settings;
  const enough = (trajectory.frameCount ?? 0) >= LEAST_FRAMES;
  const followed = enough ? followedAtoms(trajectory.crystal, frozen) : [];
  const analyses = Object.fromEntries([
    ["cells", cellsOf()],
    ...followed.map(([element, atoms]) => {
      const whole = followed.length === 1 && frozen.length === 0;
      // Forces between the atoms keep their momentum; frozen atoms take it up and are themselves the frame of reference.
      const reference = frozen.length > 0 ? "lab" : element === mobile && !whole ? "framework" : "total";
      return [`msd ${element}`, msdOf(atoms, { lags: "log", reference })];
    }),
  ]) as Record<string, Analysis<unknown>>;
  const results = await analyse(trajectory, analyses, {
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress } : {}),
  });
  return {
    cells: results["cells"] as readonly Cell[],
    msd: new Map(followed.map(([element]) => [element, results[`msd ${element}`] as MsdResult])),
  };
}

function followedAtoms(crystal: Crystal, frozen: readonly number[]): [string, number[]][] {
  const held = new Set(frozen);
  return crystal.elements
    .map((element): [string, number[]] => [element, atomsOf(crystal, element).filter((atom) => !held.has(atom))])
    .filter(([, atoms]) => atoms.length > 0);
}

/** The displacements of one element over runs of equal length. */
export function joinMsd(element: string, runs: readonly MsdResult[]): SpeciesMsd {
  const { lagsPs, atoms, reference } = runs[0]!;
  const lags = Math.min(...runs.map((run) => run.lagsPs.length));
  const mean = (lag: number): number => runs.reduce((sum, { tracer }) => sum + tracer.values[lag]!, 0) / runs.length;
  const blockLags = Math.min(lags, ...runs.map((run) => run.blockLags));
  return {
    element,
    atoms: atoms.length,
    reference,
    lagsPs: Array.from(lagsPs).slice(0, lags),
    meanA2: Array.from({ length: lags }, (_, lag) => mean(lag)),
    standardErrorA2: Array.from({ length: blockLags }, (_, lag) => {
      const values = runs.flatMap((run) =>
        Array.from({ length: run.blockCount }, (_, block) => run.tracer.blocks[block * run.blockLags + lag]!),
      );
      const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
      return Math.sqrt(squares / (values.length - 1) / values.length);
    }),
  };
}

/** Fewest cells `cellAverages` takes. */
const LEAST_CELLS = 32;

/** Null when a run is too short. */
export function cellData(
  runs: readonly (readonly Cell[])[],
  { temperatureK, repeats }: { readonly temperatureK: number; readonly repeats: readonly number[] },
): MdCell | null {
  if (runs.length === 0 || runs.some((cells) => cells.length < LEAST_CELLS)) return null;
  const averages = runs.map(cellAverages);
  const pressing = runs.map((cells) =>
    compressibilityOf(
      Float64Array.from(cells, ({ volume }) => volume),
      temperatureK,
    ),
  );
  const triple = (pick: (run: (typeof averages)[number], axis: number) => Estimate) =>
    [0, 1, 2].map((axis) => meanEstimate(averages.map((run) => pick(run, axis)))) as unknown as MdCell["lengths"];
  const lengths = triple((run, axis) => run.lengths[axis]!);
  const compressibility = meanEstimate(pressing);
  const sampled: readonly SampledEstimate[] = [...averages.flatMap((run) => [...run.lengths, run.volume]), ...pressing];
  return {
    lengths,
    angles: triple((run, axis) => run.angles[axis]!),
    latticeConstants: lengths.map(({ value, standardError, unit }, axis) => ({
      value: value / repeats[axis]!,
      standardError: standardError / repeats[axis]!,
      unit,
    })) as unknown as MdCell["latticeConstants"],
    volume: meanEstimate(averages.map((run) => run.volume)),
    compressibility,
    bulkModulus: {
      value: 1 / compressibility.value,
      standardError: compressibility.standardError / compressibility.value ** 2,
      unit: "GPa",
    },
    converged: sampled.every(({ converged }) => converged),
  };
}
