// A band between two minima may sag into a third. Then it is not one hop but two, each with its own saddle, and the way as
// a whole costs the highest of them.

import { type Note, Notes } from "../base/index.js";
import type { ForceField } from "../forces/index.js";
import { type Minimum, relax } from "../minima/index.js";
import { withPositions } from "../structure/index.js";
import { type BandOptions, findBand } from "./find-band.js";
import { imageOf, largestDisplacement, type Path } from "./path.js";
import { deepestInterior, joinPaths, partOfPath } from "./path-parts.js";

export interface FindPathOptions extends BandOptions {
  /** An interior image this deep below the lower of its two walls, eV, is relaxed as a third minimum. Default 0.005; Infinity never. */
  readonly intermediateDepth?: number;
}

/** A way made of elementary hops, in order. */
export interface ElementaryPaths {
  readonly paths: readonly Path[];
  /** eV, highest saddle above the first minimum. */
  readonly barrierForward: number;
  /** eV, highest saddle above the last minimum. */
  readonly barrierBackward: number;
  readonly converged: boolean;
  readonly notes: readonly Note[];
}

const DEPTH = 0.005;
/** Å: a relaxed image whose atoms all lie this near to an end is that end. */
const SAME = 0.1;
/** eV/Å. */
const RELAX_TOLERANCE = 1e-4;
/**
 * A band that has not settled after this many iterations while it shows a well this deep (eV) has too few images for the
 * way it goes: several hops share them. Elementary hops of a 193-atom cell settle in 10 to 30 iterations.
 */
const PATIENCE = { iterations: 60, wellDepth: 0.02 };
/** Loops cut out of a band before it is taken as it is. */
const MAX_LOOPS = 3;
/** Each split finds a minimum that was not known before; more than this many in a row means a rough surface, not a hop. */
const MAX_SPLITS = 4;

/**
 * Minimum-energy path between `endpoints`, whose atoms must be matched (see `prepareEndpoints`). When it passes through a
 * third minimum, the path says so in `intermediate` and in its notes; `findPaths` gives the elementary hops. A band that
 * does not settle because of such a well is replaced by its elementary paths joined end to end, with all their images.
 * @throws InputError when the ends do not belong together; NumericError when an image's energy is not finite.
 */
export async function findPath(endpoints: Ends, forces: ForceField, options: FindPathOptions = {}): Promise<Path> {
  const found = await pathAndMiddle(endpoints, forces, options);
  if (found.path.converged || !found.middle) return found.path;
  const parts = await split(found, forces, { ...options, depth: 0 });
  const joined: Note = {
    code: "path-joined",
    message: `the band did not settle across its wells; the path is made of ${parts.length} elementary hops, end to end`,
    hint: "findPaths gives each of them",
  };
  const path = joinPaths(parts);
  const notes = new Notes();
  notes.addAll(found.path.notes.filter((note) => note.code !== "band-not-converged"));
  notes.addAll([...path.notes, joined]);
  return {
    ...path,
    intermediate: found.middle,
    movers: found.path.movers,
    history: [...found.path.history, ...path.history],
    evaluations: (found.path.evaluations ?? 0) + (path.evaluations ?? 0),
    notes: notes.list(),
  };
}

/** The elementary hops that lead from the first minimum to the second, each relaxed with `options.images` images. */
export async function findPaths(
  endpoints: Ends,
  forces: ForceField,
  options: FindPathOptions = {},
): Promise<ElementaryPaths> {
  const paths = await elementary(endpoints, forces, { ...options, depth: 0 });
  let [base, top] = [0, Number.NEGATIVE_INFINITY];
  for (const path of paths) {
    top = Math.max(top, base + path.barrierForward);
    base += path.energies[path.nImages - 1]!;
  }
  const notes = new Notes();
  for (const path of paths) notes.addAll(path.notes);
  return {
    paths,
    barrierForward: top,
    barrierBackward: top - base,
    converged: paths.every((path) => path.converged),
    notes: notes.list(),
  };
}

type Ends = readonly [Minimum, Minimum];

interface Descent extends FindPathOptions {
  readonly depth: number;
}

interface PathAndMiddle {
  readonly path: Path;
  readonly middle: Minimum | undefined;
  /** Image that relaxed to `middle`. */
  readonly image: number;
}

async function elementary(endpoints: Ends, forces: ForceField, options: Descent): Promise<readonly Path[]> {
  const found = await pathAndMiddle(endpoints, forces, options);
  return found.middle && options.depth < MAX_SPLITS ? split(found, forces, options) : [found.path];
}

/** The two halves of a path on either side of its third minimum, each searched again from what the band already knew. */
async function split(
  { path, middle, image }: PathAndMiddle,
  forces: ForceField,
  options: Descent,
): Promise<readonly Path[]> {
  const parts: Path[] = [];
  for (const [a, b, ends] of [
    [0, image, [path.endpoints[0], middle!]],
    [image, path.nImages - 1, [middle!, path.endpoints[1]]],
  ] as const) {
    const initial = partOfPath(path, [a, b], ends);
    const found = await elementary(ends, forces, { ...options, initial, depth: options.depth + 1 });
    parts.push(...found);
  }
  return parts;
}

interface Search extends FindPathOptions {
  /** Loops already cut out of the band. */
  readonly loops?: number;
}

async function pathAndMiddle(endpoints: Ends, forces: ForceField, options: Search): Promise<PathAndMiddle> {
  const threshold = options.intermediateDepth ?? DEPTH;
  const unsettled = Math.max(threshold, PATIENCE.wellDepth);
  const path = await findBand(endpoints, forces, {
    ...options,
    hopeless: (iteration, energies) => iteration >= PATIENCE.iterations && deepestInterior(energies).depth > unsettled,
  });
  const well = deepestInterior(path.energies);
  const { image } = well;
  if (well.depth < threshold) return { path, middle: undefined, image };
  const start = withPositions(endpoints[0].crystal, imageOf(path, image));
  const quiet = options.signal ? { signal: options.signal } : {};
  const rest = await relax(start, forces, { tolerance: RELAX_TOLERANCE, ...quiet });
  const same = endpoints.findIndex((end) => largestDisplacement(end, rest) < SAME);
  if (same < 0) {
    return {
      path: { ...path, intermediate: rest, notes: [...path.notes, thirdMinimum(rest, path, well)] },
      middle: rest,
      image,
    };
  }
  const loops = options.loops ?? 0;
  if (loops >= MAX_LOOPS)
    return { path: { ...path, notes: [...path.notes, returns(same, well)] }, middle: undefined, image };
  // The well is one of the ends again: what lies between them is a loop, and the rest of the band goes on without it.
  const initial = partOfPath(path, same === 0 ? [image, path.nImages - 1] : [0, image], endpoints);
  const found = await pathAndMiddle(endpoints, forces, { ...options, initial, loops: loops + 1 });
  const evaluations = (path.evaluations ?? 0) + (found.path.evaluations ?? 0);
  return { ...found, path: { ...found.path, evaluations, history: [...path.history, ...found.path.history] } };
}

interface Well {
  readonly image: number;
  readonly depth: number;
}

const thirdMinimum = (rest: Minimum, { endpoints }: Path, { image, depth }: Well): Note => ({
  code: "third-minimum",
  message: `image ${image + 1} lies in a third minimum, ${depth.toFixed(3)} eV deep, ${(rest.energy - endpoints[0].energy).toFixed(3)} eV above the first end point`,
  hint: "this is a sequence of hops; findPaths gives each of them",
});

const returns = (end: number, { image, depth }: Well): Note => ({
  code: "band-returns",
  message: `image ${image + 1} lay ${depth.toFixed(3)} eV below its surroundings and relaxed to the ${end === 0 ? "first" : "second"} end point`,
  hint: "the band turns back on itself; start from another interpolation",
});
