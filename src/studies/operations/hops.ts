// The minimum-energy path of an ion between two structures.

import { z } from "zod";
import { InputError, Notes, PhysicsError, type RunOptions } from "../../base/index.js";
import type { ForceField, ForceFieldSpec } from "../../forces/index.js";
import {
  findPath,
  imageOf,
  type Path,
  type PreparedEndpoints,
  pathProfile,
  polishSaddle,
  prepareEndpoints,
  type Saddle,
  vineyardPrefactor,
} from "../../hops/index.js";
import { writeCsv, writeExtxyz, writePath } from "../../io/index.js";
import { findModes } from "../../modes/index.js";
import { atomCount, type Crystal, formulaOf, speciesList, speciesOf, withPositions } from "../../structure/index.js";
import { bringToRest } from "./at-rest.js";
import { chooseForces, evaluationSeconds, type ForceFieldSummary, forceParameters, forcesLine } from "./forces.js";
import { eigenSeconds, hessianSeconds, listOf, memoryMb, type Operation, TYPICAL } from "./operation.js";

/** How a path is found; `couple` takes the same. */
export const pathParameters = {
  images: z.int().min(3).default(17).describe("Images of the path, both ends included."),
  tolerance: z.number().positive().default(0.01).describe("Largest perpendicular force left on any image, eV/Å."),
  relax: z
    .boolean()
    .default(true)
    .describe("Relax end points that are not at rest (more than 1e-3 eV/Å) in their cell first."),
  relaxTolerance: z.number().positive().default(1e-4).describe("Largest force that relaxation stops at, eV/Å."),
  climb: z.boolean().default(true).describe("Let the highest image climb to the saddle."),
  maxIterations: z.int().positive().default(600).describe("Iterations after which the path counts as not converged."),
};

const parameters = z.strictObject({
  ...forceParameters,
  ...pathParameters,
  saddle: z
    .boolean()
    .default(false)
    .describe("Polish the saddle, count its unstable modes, and give the harmonic prefactor."),
});

export interface PathInput {
  readonly start: Crystal;
  readonly end: Crystal;
  readonly forces: ForceFieldSpec;
}

export interface MoverData {
  readonly atom: number; // from 0
  readonly element: string;
  readonly displacementA: readonly number[]; // [3], continuous along the path
  readonly distanceA: number;
}

export interface SaddleData {
  readonly energyEv: number; // above the first end point
  readonly maxForceEvPerA: number;
  /** Stationary, exactly one unstable mode, and the path's own. */
  readonly verified: boolean;
  readonly unstableFrequenciesThz: readonly number[];
}

export interface HopsData {
  readonly formula: string;
  readonly natoms: number;
  readonly converged: boolean;
  readonly barrierForwardEv: number;
  readonly barrierBackwardEv: number;
  readonly energiesEv: readonly number[]; // [images] above the first
  readonly coordinateA: readonly number[]; // [images] arc length
  /** Index of the highest image. */
  readonly saddle: number;
  /** Top of the curve through the images, eV; above the image by what the climbing image is off the top. */
  readonly barrierForwardCurveEv: number;
  readonly movers: readonly MoverData[];
  readonly maxForceEvPerA: number;
  readonly iterations: number;
  /** The path passes through a third minimum: it is more than one hop. */
  readonly intermediate: boolean;
  readonly saddlePoint: SaddleData | null;
  /** Vineyard's attempt frequency, THz; null when the saddle was not polished or is none. */
  readonly prefactorThz: number | null;
  readonly forceField: ForceFieldSummary;
}

type PathRequest = z.output<z.ZodObject<typeof pathParameters>>;

export const hopsOperation: Operation<typeof parameters, PathInput, HopsData> = {
  name: "hops",
  parameters,
  async run(input, request, options = {}) {
    expectSameAtoms(input);
    const notes = new Notes();
    const { field, summary } = chooseForces(input.forces, input.start, request);
    const path = await findPathBetween(input, field, { ...options, request, notes });
    const polished = request.saddle ? await polishSaddle(path, field, options) : undefined;
    notes.addAll(polished?.notes ?? []);
    const prefactorThz = polished ? await prefactor(path, polished, { field, notes, ...options }) : null;
    const data = hopsData(path, { saddle: polished, prefactorThz, forceField: summary });
    const files = [
      { name: "path.json", data: writePath(path) },
      { name: "path.extxyz", data: pathFrames(path) },
      { name: "profile.csv", data: profileCsv(path) },
    ];
    return { data, notes: notes.list(), converged: path.converged, files, lines: linesOf(data) };
  },
  estimate: (input, request) => estimatePath(input, request, { saddle: request.saddle }),
};

export interface FindPathContext extends RunOptions {
  readonly request: PathRequest;
  readonly notes: Notes;
}

/** End points at rest, their atoms matched, and the band between them. */
export async function findPathBetween(
  { start, end }: PathInput,
  field: ForceField,
  context: FindPathContext,
): Promise<Path> {
  const { request, notes, ...run } = context;
  const rest = { ...run, notes, relax: request.relax, tolerance: request.relaxTolerance };
  const from = await bringToRest(start, field, { ...rest, name: "the start" });
  const to = await bringToRest(end, field, { ...rest, name: "the end" });
  const prepared = prepareEndpoints(from, to);
  notes.addAll(prepared.notes);
  expectSameLattice(prepared);
  const { images, tolerance, climb, maxIterations } = request;
  const path = await findPath(prepared.endpoints, field, { ...run, images, tolerance, climb, maxIterations });
  notes.addAll(path.notes);
  return path;
}

/** Before anything else, so that a wrong file is not reported as a charged cell, nor after a relaxation. */
export function expectSameAtoms({ start, end }: Pick<PathInput, "start" | "end">): void {
  const contents = (crystal: Crystal): string => speciesList(crystal).sort().join(" ");
  if (contents(start) === contents(end)) return;
  throw new InputError(
    `the two structures have different atoms: ${formulaOf(start)} (${atomCount(start)}) and ${formulaOf(end)} (${atomCount(end)})`,
    "a hop needs two arrangements of the same atoms",
  );
}

/** A hop leaves most atoms where they are; two files with other origins do not. */
function expectSameLattice({ movers, displacements }: PreparedEndpoints): void {
  const n = displacements.length / 3;
  if (movers.length <= Math.max(FEW_ATOMS, n / 2)) return;
  throw new InputError(
    `${movers.length} of ${n} atoms move by more than 1 Å between the two structures: that is no hop`,
    "give both with the same origin and orientation: what does not hop must lie at the same place in both",
    { movers: movers.length, atoms: n },
  );
}

/** So many atoms may all take part in a hop. */
const FEW_ATOMS = 8;

export function estimatePath(
  { start, forces }: PathInput,
  request: PathRequest & Parameters<typeof chooseForces>[2],
  { saddle }: { readonly saddle: boolean },
) {
  const n = atomCount(start);
  const once = evaluationSeconds(chooseForces(forces, start, request).field, start);
  const band = (request.images - 2) * TYPICAL.bandIterations;
  const hessians = 1 + (saddle ? 3 : 0);
  const relaxing = request.relax ? 2 * TYPICAL.relaxFixed : 0;
  return {
    seconds: (band + relaxing) * once + hessians * (hessianSeconds(n) + eigenSeconds(n)),
    memoryMb: memoryMb(n, 4),
    diskMb: (request.images * n * 3 * 40) / 1e6,
    work: [
      ...(request.relax ? ["relaxation of both end points, where they are not at rest"] : []),
      `a band of ${request.images} images, about ${band} evaluations of the forces on ${n} atoms`,
      ...(saddle ? ["polishing of the saddle and the modes at both its ends"] : []),
    ],
  };
}

async function prefactor(
  path: Path,
  saddle: Saddle,
  { field, notes, ...run }: RunOptions & { readonly field: ForceField; readonly notes: Notes },
): Promise<number | null> {
  if (!saddle.verified) return null;
  try {
    return vineyardPrefactor((await findModes(path.endpoints[0], field, run)).frequencies, saddle.frequencies);
  } catch (error) {
    if (!(error instanceof PhysicsError)) throw error;
    notes.add("no-prefactor", error.message, error.hint);
    return null;
  }
}

interface Extras {
  readonly saddle: Saddle | undefined;
  readonly prefactorThz: number | null;
  readonly forceField: ForceFieldSummary;
}

function hopsData(path: Path, { saddle, prefactorThz, forceField }: Extras): HopsData {
  const { crystal } = path.endpoints[0];
  return {
    formula: formulaOf(crystal),
    natoms: atomCount(crystal),
    converged: path.converged,
    barrierForwardEv: path.barrierForward,
    barrierBackwardEv: path.barrierBackward,
    energiesEv: listOf(path.energies),
    coordinateA: listOf(path.coordinate),
    saddle: path.saddle,
    barrierForwardCurveEv: pathProfile(path).barrierForward,
    movers: Array.from(path.movers, (atom) => moverData(path, atom)),
    maxForceEvPerA: path.history.at(-1)?.maxForce ?? 0,
    iterations: path.history.length,
    intermediate: path.intermediate !== undefined,
    saddlePoint: saddle
      ? {
          energyEv: saddle.energy,
          maxForceEvPerA: saddle.maxForce,
          verified: saddle.verified,
          unstableFrequenciesThz: listOf(saddle.unstable),
        }
      : null,
    prefactorThz,
    forceField,
  };
}

export function moverData(path: Path, atom: number): MoverData {
  const size = path.images.length / path.nImages;
  const last = (path.nImages - 1) * size + 3 * atom;
  const displacementA = [0, 1, 2].map((k) => path.images[last + k]! - path.images[3 * atom + k]!);
  return {
    atom,
    element: speciesOf(path.endpoints[0].crystal, atom),
    displacementA,
    distanceA: Math.hypot(...displacementA),
  };
}

function pathFrames(path: Path): string {
  const [{ crystal, energy }] = path.endpoints;
  const frame = (_: unknown, k: number): string =>
    writeExtxyz({ crystal: withPositions(crystal, imageOf(path, k)), energy: energy + path.energies[k]! });
  return Array.from({ length: path.nImages }, frame).join("");
}

function profileCsv(path: Path): string {
  const profile = pathProfile(path);
  return writeCsv([
    { name: "arc length", unit: "Å", values: profile.coordinate },
    { name: "reaction coordinate", values: profile.reaction },
    { name: "energy", unit: "eV", values: profile.energy },
  ]);
}

function linesOf(data: HopsData): string[] {
  const movers = data.movers.map(
    ({ atom, element, distanceA }) => `${element} ${atom + 1} by ${distanceA.toFixed(2)} Å`,
  );
  const { saddlePoint: saddle, prefactorThz } = data;
  return [
    `structure     ${data.formula}, ${data.natoms} atoms`,
    forcesLine(data.forceField),
    `converged     ${data.converged ? "yes" : "no"}, ${data.iterations} iterations, largest force ${data.maxForceEvPerA.toExponential(2)} eV/Å`,
    `barrier       ${data.barrierForwardEv.toFixed(4)} eV forward, ${data.barrierBackwardEv.toFixed(4)} eV backward, image ${data.saddle} of 0 to ${data.energiesEv.length - 1}`,
    `movers        ${movers.join(", ") || "none"}`,
    ...(saddle
      ? [
          `saddle        ${saddle.energyEv.toFixed(4)} eV, ${saddle.verified ? "verified" : "not verified"}, unstable at ${saddle.unstableFrequenciesThz.map((f) => f.toFixed(3)).join(" ")} THz`,
        ]
      : []),
    ...(prefactorThz === null ? [] : [`prefactor     ${prefactorThz.toFixed(2)} THz`]),
  ];
}
