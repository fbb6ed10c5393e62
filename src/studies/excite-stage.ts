// What driving needs to know of one supercell: its configurations, the hops out of each, and of these the modes that lead. Random modes for the
// control are drawn from the same list of frequencies. Of the vectors only the needed ones are computed and kept.

import { type F64, type Note, type Notes, PhysicsError, type Rng, type Task } from "../base/index.js";
import { type ConfigurationLibrary, leadingModes, makeConfigurationLibrary } from "../coupling/index.js";
import { makeSiteList } from "../dynamics/index.js";
import { forceFieldFromJSON } from "../forces/index.js";
import { forceConstants, type Modes, solveModes } from "../modes/index.js";
import { atomsOf, type Crystal, findSymmetry } from "../structure/index.js";
import type { ConfigurationList } from "./excite-data.js";
import type { StableConfiguration } from "./modal-hops-configurations.js";
import type { HopResult } from "./modal-hops-data.js";
import { chooseHops, findHops } from "./modal-hops-list.js";
import type { ModalHopsParameters } from "./modal-hops-parameters.js";
import type { Stage } from "./modal-hops-sites.js";
import { type PreparedStage, prepareStage, relaxConfigurations, runHops } from "./modal-hops-stages.js";
import { runPieces } from "./pieces.js";
import type { StudyContext } from "./study.js";

export interface ModesRequest {
  readonly crystal: Crystal;
  readonly forces: unknown;
  /** Numbers of the modes, ascending. */
  readonly needed: readonly number[];
}

/** Vectors [k,n,3] of some modes of a crystal at rest. */
export const someModesTask: Task<ModesRequest, { readonly vectors: Float64Array }> = {
  name: "excite-modes/modes",
  async run({ crystal, forces, needed }, options) {
    const { vectors } = solveModes(await forceConstants(crystal, forceFieldFromJSON(forces), options));
    const size = crystal.positions.length;
    const out = new Float64Array(needed.length * size);
    for (const [row, mode] of needed.entries()) out.set(vectors.slice(mode * size, (mode + 1) * size), row * size);
    return { vectors: out };
  },
};

export interface DrivenStage {
  readonly prepared: PreparedStage;
  readonly stable: readonly StableConfiguration[];
  readonly lists: readonly ConfigurationList[];
  readonly hops: readonly HopResult[];
  readonly hopsFound: number;
  /** With the leading modes of every configuration. */
  readonly leading: ConfigurationLibrary;
  /** With random modes instead, a draw for each replica. */
  readonly random: readonly ConfigurationLibrary[];
  /** JSON of the force field of the simulations: the same cut-offs, in the arithmetic asked for. */
  readonly dynamicsForces: unknown;
  readonly notes: readonly Note[];
}

export interface StageRequest {
  readonly parameters: ModalHopsParameters;
  /** Arithmetic of the simulations. */
  readonly engine: "kernel" | "mixed";
  readonly topModes: number;
  /** How many draws of random modes, and from which band, THz. */
  readonly random?: { readonly draws: number; readonly bandThz: readonly [number, number]; readonly rng: Rng };
}

/** From the host to the lists of modes. Pieces are stored under the keys of the study of hops. */
export async function prepareDriving(context: StudyContext, request: StageRequest, notes: Notes): Promise<DrivenStage> {
  const { parameters, topModes, random } = request;
  const now = { parameters, context };
  const prepared = await prepareStage(now, notes);
  const { stage, forces } = prepared;
  const { stable } = await relaxConfigurations(stage, forces, now);
  if (stable.length === 0)
    throw new PhysicsError(
      `none of ${stage.kinds.length} interstitial sites holds a stable ion, so there is nothing to hop or to drive`,
      "try interstitial.coordination: any",
    );
  const found = findHops(stage, stable, parameters);
  const chosen = chooseHops(found, parameters.hops.count);
  const outputs = await runHops({ stage, forces, chosen }, now);
  const hops = outputs.flatMap((output) => ("result" in output ? [output.result] : []));

  const leading = stable.map(({ kind }) => leadingOf(hops, kind.id, topModes));
  const draws = stable.map(({ kind, configuration }, i) =>
    Array.from({ length: random?.draws ?? 0 }, (_, draw) =>
      drawModes(configuration.frequencies, {
        band: random!.bandThz,
        count: Math.max(1, leading[i]!.length),
        without: leading[i]!,
        rng: random!.rng.fork(`${draw}/${kind.id}`),
      }),
    ),
  );
  const needed = stable.map((_, i) => [...new Set([...leading[i]!, ...draws[i]!.flat()])].sort((a, b) => a - b));
  const vectors = await runPieces(context, "vectors of the driven modes", {
    task: someModesTask,
    pieces: stable.map(({ kind, configuration }, i) => ({
      key: `modes/${kind.id}`,
      input: { crystal: configuration.minimum.crystal, forces: forces.field.toJSON(), needed: needed[i]! },
    })),
  });
  const parts = stable.map(({ configuration }, i) => partialModes(configuration, needed[i]!, vectors[i]!.vectors));
  const libraryOf = (lists: readonly (readonly number[])[]): ConfigurationLibrary =>
    libraryWith({ prepared, stable, parts, lists }, parameters.interstitial.element);
  const library = libraryOf(leading);
  const reference = stable[0]!.configuration.minimum.energy;
  return {
    prepared,
    stable,
    hops,
    hopsFound: found.length,
    lists: stable.map(({ kind, configuration }, i) => ({
      id: kind.id,
      energyEv: configuration.minimum.energy - reference,
      multiplicity: kind.sites.length,
      hops: hops.filter(({ from }) => from === kind.id).length,
      lowestBarrierEv: lowestBarrier(hops, kind.id),
      modes: leading[i]!,
      frequenciesThz: leading[i]!.map((mode) => configuration.frequencies[mode]!),
      shareOfHops: shareOf(hops, kind.id, leading[i]!),
    })),
    leading: library,
    dynamicsForces: withEngine(forces.field.toJSON(), request.engine),
    random: Array.from({ length: random?.draws ?? 0 }, (_, draw) => libraryOf(draws.map((lists) => lists[draw]!))),
    notes: library.notes,
  };
}

/** The same force field in another arithmetic. */
function withEngine(json: unknown, engine: StageRequest["engine"]): unknown {
  const { options, ...rest } = json as { readonly options?: object };
  return { ...rest, options: { ...options, engine } };
}

const from = (hops: readonly HopResult[], id: string): HopResult[] =>
  hops.filter((hop) => hop.from === id && hop.shares);

/** Of all the modes that lead some hop out of a configuration, those with the largest sum of shares. */
const leadingOf = (hops: readonly HopResult[], id: string, topModes: number): readonly number[] =>
  leadingModes(
    from(hops, id).map((hop) => hop.shares!.shares),
    { perHop: topModes, atMost: topModes },
  );

function lowestBarrier(hops: readonly HopResult[], id: string): number | null {
  const own = from(hops, id).map((hop) => hop.barrierForwardEv);
  return own.length === 0 ? null : Math.min(...own);
}

/** Mean over the hops of one configuration of what the listed modes carry of each. */
function shareOf(hops: readonly HopResult[], id: string, modes: readonly number[]): number | null {
  const own = from(hops, id);
  if (own.length === 0) return null;
  const sum = own.reduce((all, { shares }) => all + modes.reduce((part, mode) => part + shares!.shares[mode]!, 0), 0);
  return sum / own.length;
}

interface Draw {
  readonly band: readonly [number, number];
  readonly count: number;
  readonly without: readonly number[];
  readonly rng: Rng;
}

/** As many different modes of the band as are driven otherwise; fewer only when the band has not more. */
function drawModes(frequencies: F64, { band: [low, high], count, without, rng }: Draw): number[] {
  const pool: number[] = [];
  for (let mode = 0; mode < frequencies.length; mode++)
    if (frequencies[mode]! >= low && frequencies[mode]! <= high && !without.includes(mode)) pool.push(mode);
  const drawn: number[] = [];
  while (drawn.length < count && pool.length > 0) drawn.push(...pool.splice(rng.below(pool.length), 1));
  return drawn.sort((a, b) => a - b);
}

/** A full set with vectors where they are needed and zeros elsewhere; the library takes no others. */
function partialModes(
  { minimum, frequencies }: StableConfiguration["configuration"],
  needed: readonly number[],
  rows: Float64Array,
): Modes {
  const size = minimum.crystal.positions.length;
  const vectors = new Float64Array(size * size);
  for (const [row, mode] of needed.entries()) vectors.set(rows.subarray(row * size, (row + 1) * size), mode * size);
  return { reference: minimum.crystal, q: [0, 0, 0], count: size, frequencies, vectors, complex: false };
}

interface LibraryWork {
  readonly prepared: PreparedStage;
  readonly stable: readonly StableConfiguration[];
  readonly parts: readonly Modes[];
  readonly lists: readonly (readonly number[])[];
}

function libraryWith({ prepared, stable, parts, lists }: LibraryWork, element: string): ConfigurationLibrary {
  const { stage } = prepared;
  const crystal = stable[0]!.configuration.minimum.crystal;
  const ions = atomsOf(crystal, element);
  return makeConfigurationLibrary({
    sites: siteListOf(stage, crystal, ions),
    ions,
    latticeSites: stage.latticeAtoms.length,
    configurations: stable.map(({ kind, configuration }, i) => ({
      id: kind.id,
      minimum: configuration.minimum,
      modes: parts[i]!,
      needed: lists[i]!,
    })),
    operations: findSymmetry(stage.crystal, { tolerance: 1e-2 }).operations,
  });
}

/** Lattice sites, then interstitial ones, moving with the framework of all other atoms. */
function siteListOf(stage: Stage, crystal: Crystal, ions: readonly number[]) {
  const mobile = new Set(ions);
  // Sites are those of the host; atoms of the framework are taken where they are in it.
  const host = { ...crystal, positions: Float64Array.from(crystal.positions) };
  host.positions.set(stage.crystal.positions as Float64Array);
  return makeSiteList(host, {
    positions: [...stage.latticePositions, ...stage.sites.flatMap((site) => [...site.position])],
    labels: [...stage.latticeAtoms.map(() => "lattice"), ...stage.sites.map((site) => stage.kinds[site.kind]!.id)],
    framework: Array.from({ length: crystal.kinds.length }, (_, atom) => atom).filter((atom) => !mobile.has(atom)),
  });
}
