// One hop of the study "modal-hops" in every detail: shares at every image up to the saddle, the leading modes with their
// displacement patterns, and the same exchange by the rival mechanisms of Fig. 3 of Gordiz et al. 2021.

import { type F64, InputError, PhonionError, type RunOptions, type Task, type Vec3 } from "../base/index.js";
import { modesFor, projectHop, projectImages, topModes } from "../coupling/index.js";
import { type ForceField, forceFieldFromJSON } from "../forces/index.js";
import { findPath, type Path, prepareEndpoints } from "../hops/index.js";
import { relax } from "../minima/index.js";
import type { Modes } from "../modes/index.js";
import { withPositions } from "../structure/index.js";
import type { HopInFull } from "./modal-hops-data.js";
import { type HopRequest, originOf } from "./modal-hops-hop.js";

export interface FullHopRequest {
  readonly request: HopRequest;
  readonly path: Path;
  readonly compareMechanisms: boolean;
}

const LEADING = 2;

export const fullHopTask: Task<FullHopRequest, HopInFull> = {
  name: "modal-hops/hop-in-full",
  async run({ request, path, compareMechanisms }, options) {
    const field = forceFieldFromJSON(request.forces);
    const { modes, constants } = await originOf(request, field, options);
    const halfway = projectHop(path, modes, { at: request.projection.at, forceConstants: constants });
    const images = projectImages(path, modes).slice(0, path.saddle);
    return {
      id: request.id,
      mechanism: request.mechanism,
      origin: request.origin.crystal,
      images: path.images,
      energiesEv: path.energies,
      coordinateA: path.coordinate,
      movers: [...path.movers],
      frequenciesThz: modes.frequencies,
      sharesHalfway: halfway.shares,
      sharesFirstImage: images[0]!.shares,
      sharesAtImages: images.map((projection, i) => ({
        image: i + 1,
        leadingThz: modes.frequencies[topModes(projection, 1)[0]!.mode]!,
        modesFor87: modesFor(projection.shares, 0.87),
        sumModalEnergyEv: projection.sumModalEnergy,
        bandEnergyEv: projection.bandEnergy,
      })),
      leading: topModes(halfway, LEADING).map((mode) => ({
        frequencyThz: mode.frequency,
        share: mode.share,
        inverseParticipation: mode.inverseParticipation,
        arrows: displacementPattern(modes, mode.mode),
      })),
      rivals: compareMechanisms ? await rivalsOf(request, field, options) : [],
    };
  },
};

/** e/√m of one mode, scaled so that the longest arrow is 1: [n,3]. */
function displacementPattern(modes: Modes, mode: number): F64 {
  const { masses } = modes.reference;
  const size = 3 * masses.length;
  const pattern = Float64Array.from(
    { length: size },
    (_, a) => modes.vectors[mode * size + a]! / Math.sqrt(masses[Math.floor(a / 3)]!),
  );
  let longest = 0;
  for (let a = 0; a < size; a += 3)
    longest = Math.max(longest, Math.hypot(pattern[a]!, pattern[a + 1]!, pattern[a + 2]!));
  return pattern.map((x) => x / longest);
}

/**
 * The same end reached otherwise: the interstitial ion goes all the way itself ("direct"), or the lattice ion goes alone and
 * leaves a vacancy ("lattice ion alone"; its end is relaxed first). A rival that ends where the hop itself ends, or where it
 * started, is none and is left out.
 */
async function rivalsOf(request: HopRequest, field: ForceField, options: RunOptions): Promise<HopInFull["rivals"]> {
  const [pushing, pushed] = request.moves;
  if (request.mechanism !== "interstitialcy" || !pushing || !pushed) return [];
  const total = [0, 1, 2].map((k) => pushing.displacement[k]! + pushed.displacement[k]!) as unknown as Vec3;
  const rivals: HopInFull["rivals"][number][] = [];
  const attempt = async (
    mechanism: string,
    target: HopRequest["target"],
    moves: HopRequest["moves"],
  ): Promise<void> => {
    try {
      const { endpoints } = prepareEndpoints(request.origin, target, { moves });
      const { images, toleranceEvPerA: tolerance, maxIterations } = request.band;
      const path = await findPath(endpoints, field, { ...options, images, tolerance, maxIterations });
      const { energies: energiesEv, coordinate: coordinateA, barrierForward: barrierForwardEv, converged } = path;
      rivals.push({ mechanism, energiesEv, coordinateA, barrierForwardEv, converged });
    } catch (error) {
      // Not every mechanism exists from here: the end may be the origin itself, or ions may run into each other.
      if (!(error instanceof PhonionError)) throw error;
    }
  };
  await attempt("direct", request.target, [{ atom: pushing.atom, displacement: total }]);
  const start = request.origin.crystal;
  const shifted = Float64Array.from(start.positions);
  for (let k = 0; k < 3; k++) shifted[3 * pushed.atom + k] = shifted[3 * pushed.atom + k]! + pushed.displacement[k]!;
  const frenkel = await relax(withPositions(start, shifted), field, { ...options, tolerance: 1e-4 });
  if (!areDistinct(request.target, frenkel)) return rivals;
  await attempt("lattice ion alone", frenkel, [{ atom: pushed.atom, displacement: pushed.displacement }]);
  return rivals;
}

function areDistinct(a: HopRequest["target"], b: HopRequest["target"]): boolean {
  try {
    prepareEndpoints(a, b);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
