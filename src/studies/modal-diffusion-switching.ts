// The split with a reference that follows the ions: each step is projected on the vibrations of the configuration that is occupied then, with the
// vectors of the ions as they sit. While the occupancy is unknown the last known configuration stays.

import type { F64 } from "../base/index.js";
import {
  defectKey,
  defectsOf,
  type KnownConfiguration,
  type ModalSwitching,
  ModalSwitchingAnalysis,
  trackConfigurations,
  vectorsFor,
} from "../coupling/index.js";
import type { Trajectory } from "../dynamics/index.js";
import type { Modes } from "../modes/index.js";
import { matmul } from "../numerics/index.js";
import { analyse } from "../transport/index.js";
import type { SwitchingData } from "./modal-diffusion-data.js";
import { type DiffusionSystem, libraryOf, referenceModesTask } from "./modal-diffusion-system.js";
import { runPieces } from "./pieces.js";
import type { StudyContext } from "./study.js";

export interface SwitchingWork {
  readonly carriers: string;
  readonly lagsPs: readonly number[];
  readonly seed: number;
  readonly repeats: number;
  readonly context: StudyContext;
}

const BIN_THZ = 0.5;

export async function switchingOf(
  system: DiffusionSystem,
  runs: readonly Trajectory[],
  work: SwitchingWork,
): Promise<SwitchingData> {
  const { context, carriers, lagsPs, seed, repeats } = work;
  const all = await runPieces(context, "vibrations of the configurations", {
    task: referenceModesTask,
    pieces: system.stable.map(({ kind, configuration }) => ({
      key: `switching/modes/${kind.id}`,
      input: { crystal: configuration.minimum.crystal, forces: system.forces.field.toJSON() },
    })),
  });
  const library = libraryOf(system.stage, system.stable, system.ions, (index) => all[index]!);
  const topThz =
    Math.ceil(Math.max(...all.flatMap((modes) => modes.frequencies[modes.count - 1]!)) / BIN_THZ) * BIN_THZ;
  const found: ModalSwitching[] = [];
  for (const run of runs) {
    const reference = await referenceOf(run, { system, library, first: all[0]! });
    const whole = (run.frameCount! * run.frameSpacingFs) / 1e3;
    const longest = lagsPs[lagsPs.length - 1]!;
    // Several runs give the errors themselves; one is cut into blocks.
    const blocks = runs.length > 1 ? 1 : Math.max(1, Math.min(5, Math.floor(whole / (1.25 * longest))));
    const settings = { carriers, lagsPs, blockPs: whole / blocks, seed, repeats, binThz: BIN_THZ, topThz };
    const analysis = new ModalSwitchingAnalysis(reference, settings);
    found.push(
      (await analyse(run, { switching: analysis }, context.signal ? { signal: context.signal } : {})).switching,
    );
  }
  return joined(found);
}

interface ReferenceWork {
  readonly system: DiffusionSystem;
  readonly library: ReturnType<typeof libraryOf>;
  readonly first: Modes;
}

/** Which configuration and which ions, frame by frame; the vectors of a stretch are put in order when it is reached. */
async function referenceOf(run: Trajectory, { library, first }: ReferenceWork) {
  const stretches: { readonly fromFrame: number; readonly configuration: number; readonly siteOf: Int32Array }[] = [];
  let frame = 0;
  const byDefects = new Map(library.configurations.map((known, i) => [defectKey(known), i]));
  await trackConfigurations(run, library, {
    onFrame: (tracker) => {
      const siteOf = Int32Array.from(tracker.siteOf);
      const configuration = byDefects.get(defectKey(defectsOf(siteOf, library.interstitial)));
      const last = stretches.at(-1);
      const same =
        last && last.configuration === configuration && siteOf.every((site, ion) => site === last.siteOf[ion]);
      if (configuration !== undefined && !same)
        stretches.push({ fromFrame: stretches.length === 0 ? 0 : frame, configuration, siteOf });
      frame++;
    },
  });
  const completed = new Map<number, KnownConfiguration>();
  const complete = (index: number): KnownConfiguration => {
    const done = completed.get(index) ?? orthonormal(library.configurations[index]!);
    completed.set(index, done);
    return done;
  };
  let at = -1;
  let modes = first;
  return {
    modesFor(frameIndex: number): Modes {
      let next = frameIndex < (stretches[at]?.fromFrame ?? 0) ? 0 : Math.max(0, at);
      while (next + 1 < stretches.length && stretches[next + 1]!.fromFrame <= frameIndex) next++;
      if (next === at || stretches.length === 0) return modes;
      at = next;
      const { configuration, siteOf } = stretches[at]!;
      const known = complete(configuration);
      modes = {
        reference: first.reference,
        q: [0, 0, 0],
        count: known.modes.frequencies.length,
        frequencies: known.modes.frequencies,
        vectors: vectorsFor(library, known, siteOf),
        complex: false,
      };
      return modes;
    },
  };
}

/**
 * Vectors carried over by an operation of a cell that is symmetric to 1e-8 or so are orthonormal to that; the sum rule wants more. One step of
 * Newton and Schulz, V ← V(3/2) − ½ V Vᵀ V, squares the error.
 */
function orthonormal(known: KnownConfiguration): KnownConfiguration {
  const { vectors } = known.modes;
  const count = known.modes.frequencies.length;
  const shape = { rows: count, inner: count, columns: count };
  const products = matmul(vectors, vectors, { ...shape, transposeB: true });
  const step = matmul(products, vectors, shape);
  return { ...known, modes: { ...known.modes, vectors: vectors.slice().map((v, k) => 1.5 * v - 0.5 * step[k]!) } };
}

/** The last bin is open above; no frequency is beyond its lower edge. */
const upperEdges = (edges: F64): F64 =>
  edges.slice(1).map((edge, k, all) => (Number.isFinite(edge) ? edge : all[k - 1]! + BIN_THZ));

/** Runs of one length weigh alike; shares are ratios of the means. */
function joined(found: readonly ModalSwitching[]): SwitchingData {
  const [first] = found;
  const runs = found.length;
  const switches = found.reduce((sum, one) => sum + one.switches, 0);
  const configurations = Math.max(...found.map((one) => one.configurations));
  const upToThz = upperEdges(first!.edges);
  if (runs === 1) {
    const { accumulation, diagonalShare, total } = first!;
    return { upToThz, accumulation, diagonalShare, total, switches, configurations };
  }
  const totals = found.map((one) => one.total.value);
  const total = totals.reduce((sum, one) => sum + one, 0) / runs;
  const weighted = (of: (one: ModalSwitching) => number): { readonly value: number; readonly error: number } => {
    const parts = found.map((one, r) => (of(one) * totals[r]!) / total);
    const value = parts.reduce((sum, one) => sum + one, 0) / runs;
    // Of a ratio of means: what its residuals scatter.
    const residuals = found.map((one, r) => ((of(one) - value) * totals[r]!) / total);
    return { value, error: Math.sqrt(residuals.reduce((sum, one) => sum + one * one, 0) / runs / (runs - 1)) };
  };
  const bins = Array.from(first!.accumulation.value, (_, k) => weighted(({ accumulation }) => accumulation.value[k]!));
  const share = weighted(({ diagonalShare }) => diagonalShare.value);
  const scatter = totals.reduce((sum, one) => sum + (one - total) ** 2, 0);
  return {
    upToThz,
    accumulation: {
      value: Float64Array.from(bins, ({ value }) => value),
      low: Float64Array.from(bins, ({ value, error }) => value - error),
      high: Float64Array.from(bins, ({ value, error }) => value + error),
    },
    diagonalShare: { value: share.value, standardError: share.error, unit: "1" },
    total: { value: total, standardError: Math.sqrt(scatter / runs / (runs - 1)), unit: first!.total.unit },
    switches,
    configurations,
  };
}
