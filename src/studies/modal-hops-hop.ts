// One hop of the study "modal-hops", a pure function of its two minima: elastic band, polished saddle, prefactor, and the
// shares of the origin's modes in the displacement towards the saddle.

import { InputError, PhysicsError, type RunOptions, type Task, type Vec3 } from "../base/index.js";
import { type HopProjection, maxOverMean, percentModesFor, projectHop, topModes } from "../coupling/index.js";
import { type ForceField, forceFieldFromJSON } from "../forces/index.js";
import {
  type BandMetric,
  bandMetric,
  findPaths,
  type Path,
  polishSaddle,
  prepareEndpoints,
  type Saddle,
  vineyardPrefactor,
  withSaddle,
} from "../hops/index.js";
import type { Minimum } from "../minima/index.js";
import { type ForceConstants, forceConstants, type Modes, solveModes } from "../modes/index.js";
import { speciesOf } from "../structure/index.js";
import type { FailedHop, HopResult, LeadingMode, ShareSummary } from "./modal-hops-data.js";
import type { ModalHopsParameters } from "./modal-hops-parameters.js";

export interface HopRequest {
  readonly id: string;
  readonly mechanism: HopResult["mechanism"];
  readonly from: string;
  readonly to: string;
  readonly through?: string;
  readonly origin: Minimum;
  readonly target: Minimum;
  readonly moves: readonly { readonly atom: number; readonly displacement: Vec3 }[];
  /** What `ForceField.toJSON` wrote. */
  readonly forces: unknown;
  readonly band: ModalHopsParameters["band"];
  readonly projection: ModalHopsParameters["projection"];
}

export interface HopOutput {
  readonly result: HopResult;
  /** The elementary hop that leaves the origin; what is projected. */
  readonly path: Path;
}

/** A hop whose ions run into each other, or whose ends turn out to be one minimum, is an answer too: the rest goes on. */
export const hopTask: Task<HopRequest, HopOutput | FailedHop> = {
  name: "modal-hops/hop",
  async run(request, options) {
    try {
      return await runHop(request, options);
    } catch (error) {
      if (!(error instanceof PhysicsError || error instanceof InputError)) throw error;
      return { id: request.id, from: request.from, to: request.to, reason: error.message };
    }
  },
};

async function runHop(request: HopRequest, options: RunOptions): Promise<HopOutput> {
  const field = forceFieldFromJSON(request.forces);
  const origin = await originOf(request, field, options);
  const { endpoints, movers, notes } = prepareEndpoints(request.origin, request.target, { moves: request.moves });
  const { images, toleranceEvPerA: tolerance, maxIterations } = request.band;
  const found = await findPaths(endpoints, field, {
    ...options,
    images,
    tolerance,
    maxIterations,
    metric: origin.metric,
  });
  const paths: Path[] = [];
  const saddles: Saddle[] = [];
  for (const path of found.paths) {
    if (!request.band.polishSaddle) paths.push(path);
    else {
      const saddle = await polishSaddle(path, field, options);
      saddles.push(saddle);
      paths.push(withSaddle(path, saddle));
    }
  }
  const shares = projectHop(paths[0]!, origin.modes, { at: request.projection.at, forceConstants: origin.constants });
  const whole = joined(paths);
  const first = saddles[0];
  return {
    path: lean(paths[0]!),
    result: {
      id: request.id,
      mechanism: request.mechanism,
      from: request.from,
      to: request.to,
      ...(request.through === undefined ? {} : { through: request.through }),
      movers: [...movers],
      converged: found.converged,
      ...whole,
      saddleVerified: saddles.length > 0 && saddles.every((saddle) => saddle.verified),
      ...(first && first.unstable.length > 0 ? { saddleFrequencyThz: first.unstable[0]! } : {}),
      ...prefactorOf(origin.modes, first),
      ...(paths.length > 1
        ? { intermediate: `${paths.length - 1} other ${paths.length === 2 ? "minimum" : "minima"}` }
        : {}),
      iterations: found.paths.reduce((sum, path) => sum + path.history.length - 1, 0),
      shares: summaryOf(shares, request.projection.topModes),
      notes: [...notes, ...found.notes, ...saddles.flatMap((saddle) => saddle.notes ?? [])].map((note) => note.message),
    },
  };
}

interface Origin {
  readonly key: Minimum["crystal"]["positions"];
  readonly constants: ForceConstants;
  readonly modes: Modes;
  readonly metric: BandMetric;
}

// Hops come sorted by origin, so remembering the last one saves its Hessian and eigenproblem for the next hop on this
// thread. A pure function of its key: results do not depend on what was remembered.
let lastOrigin: Origin | undefined;

export async function originOf(
  { origin }: Pick<HopRequest, "origin">,
  field: ForceField,
  options: RunOptions,
): Promise<Origin> {
  const key = origin.crystal.positions;
  if (lastOrigin && sameNumbers(lastOrigin.key, key)) return lastOrigin;
  const constants = await forceConstants(origin.crystal, field, options);
  lastOrigin = { key, constants, modes: solveModes(constants), metric: bandMetric(constants.values, key.length) };
  return lastOrigin;
}

function sameNumbers(a: Origin["key"], b: Origin["key"]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Elementary hops end to end as one profile. */
function joined(
  paths: readonly Path[],
): Pick<HopResult, "energiesEv" | "coordinateA" | "saddleImage" | "barrierForwardEv" | "barrierBackwardEv"> {
  const energies: number[] = [0];
  const coordinate: number[] = [0];
  for (const path of paths) {
    const [energy, length] = [energies[energies.length - 1]!, coordinate[coordinate.length - 1]!];
    for (let image = 1; image < path.nImages; image++) {
      energies.push(energy + path.energies[image]!);
      coordinate.push(length + path.coordinate[image]!);
    }
  }
  const top = Math.max(...energies);
  return {
    energiesEv: Float64Array.from(energies),
    coordinateA: Float64Array.from(coordinate),
    saddleImage: energies.indexOf(top),
    barrierForwardEv: top,
    barrierBackwardEv: top - energies[energies.length - 1]!,
  };
}

/** Without what the stored end points repeat. */
const lean = (path: Path): Path => ({ ...path, history: path.history.slice(-1) });

function prefactorOf(modes: Modes, saddle: Saddle | undefined): { prefactorThz?: number } {
  if (!saddle?.verified) return {};
  try {
    return { prefactorThz: vineyardPrefactor(modes.frequencies, saddle.frequencies) };
  } catch (error) {
    if (error instanceof InputError) throw error;
    return {}; // the reason (an unstable mode at the minimum) is in the configuration's own row
  }
}

function summaryOf(projection: HopProjection, count: number): ShareSummary {
  return {
    shares: projection.shares,
    sumModalEnergyEv: projection.sumModalEnergy,
    harmonicEnergyEv: projection.harmonicEnergy,
    bandEnergyEv: projection.bandEnergy,
    maxOverMean: maxOverMean(projection.shares),
    percentModesFor87: percentModesFor(projection.shares, 0.87),
    unstableModes: projection.unstableModes,
    centreThz: projection.centre,
    topModes: topModes(projection, count).map(
      (mode): LeadingMode => ({
        mode: mode.mode,
        frequencyThz: mode.frequency,
        share: mode.share,
        energyEv: mode.energy,
        inverseParticipation: mode.inverseParticipation,
        species: mode.species,
        groupSize: mode.groupSize,
        groupShare: mode.groupShare,
      }),
    ),
  };
}

/** "Li2 #14": label or element and number of the lattice site an interstitialcy hop passes through. */
export function siteName(crystal: Minimum["crystal"], atom: number): string {
  return `${crystal.labels?.[atom] ?? speciesOf(crystal, atom)} #${atom + 1}`;
}
