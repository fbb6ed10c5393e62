// Which vibrations of the origin make up the motion of a hop.

import { z } from "zod";
import { InputError, type Note, Notes, type RunOptions } from "../../base/index.js";
import {
  accumulation,
  type HopProjection,
  maxOverMean,
  modesFor,
  percentModesFor,
  projectHop,
  projectImages,
  sortedAccumulation,
  topModes,
} from "../../coupling/index.js";
import { type Path, reversePath } from "../../hops/index.js";
import { writeCsv, writePath } from "../../io/index.js";
import {
  type ForceConstants,
  forceConstants,
  inverseParticipation,
  type Modes,
  solveModes,
} from "../../modes/index.js";
import { atomCount, formulaOf } from "../../structure/index.js";
import { type ChosenForces, chooseForces, type ForceFieldSummary, forceParameters } from "./forces.js";
import { estimatePath, expectSameAtoms, findPathBetween, type PathInput, pathParameters } from "./hops.js";
import { eigenSeconds, hessianSeconds, listOf, memoryMb, type Operation, type TextFile } from "./operation.js";

const parameters = z.strictObject({
  ...forceParameters,
  at: z
    .string()
    .regex(/^(halfway|\d+)$/, "expected halfway or the number of an image")
    .default("halfway")
    .describe("Place on the path: halfway to the saddle (arc length), or the number of an image, from 0."),
  backward: z.boolean().default(false).describe("Take the hop from its second end point."),
  top: z.int().positive().default(5).describe("How many leading modes to list."),
  groupToleranceThz: z.number().min(0).default(1e-3).describe("Modes closer than this are one degenerate group, THz."),
  ...pathParameters,
});

export interface CoupleInput {
  /** A path that was found before, or the two structures to find one between. */
  readonly hop: { readonly path: Path } | Pick<PathInput, "start" | "end">;
  /** Needed where the path or the modes have to be computed. */
  readonly forces?: PathInput["forces"];
  /** Modes of the hop's origin, in the path's order of atoms. Default: computed from `forces`. */
  readonly modes?: Modes;
}

export interface TopModeData {
  readonly mode: number; // from 0, ascending in frequency
  readonly frequencyThz: number;
  readonly share: number;
  readonly energyEv: number;
  readonly coordinate: number; // √amu Å
  readonly inverseParticipation: number;
  readonly species: Readonly<Record<string, number>>;
  readonly groupSize: number;
  readonly groupShare: number;
}

export interface ShareAtImage {
  readonly image: number;
  readonly coordinateA: number;
  readonly leadingMode: number;
  readonly leadingThz: number;
  /** Fewest modes that carry 87 % of the energy. */
  readonly modesFor87: number;
  readonly sumModalEnergyEv: number;
  readonly bandEnergyEv: number;
  readonly shares: readonly number[];
}

export interface CoupleData {
  readonly formula: string;
  readonly natoms: number;
  readonly direction: "forward" | "backward";
  readonly place: { readonly at: string; readonly coordinateA: number; readonly fractionToSaddle: number };
  readonly frequenciesThz: readonly number[];
  /** E_n / Σ E over the stable modes; 0 for unstable ones. */
  readonly shares: readonly number[];
  readonly energiesEv: readonly number[]; // ½ω²Q², signed like ω²
  readonly coordinates: readonly number[]; // Q, √amu Å
  /** Σ E_n: a harmonic energy, not the band's. */
  readonly sumModalEnergyEv: number;
  /** ½uᵀΦu from the force constants, which must equal the sum; null when the modes came from a file. */
  readonly harmonicEnergyEv: number | null;
  readonly closure: number | null;
  readonly bandEnergyEv: number;
  readonly harmonicOverBand: number;
  readonly unstableModes: number;
  readonly centreThz: number;
  readonly accumulation: readonly number[];
  readonly sortedAccumulation: readonly number[];
  readonly percentModesFor87: number;
  readonly maxOverMean: number;
  readonly topModes: readonly TopModeData[];
  readonly degenerateGroups: readonly {
    readonly first: number;
    readonly count: number;
    readonly frequencyThz: number;
    readonly share: number;
  }[];
  readonly shareAtImages: readonly ShareAtImage[];
  readonly barrierForwardEv: number; // of the hop in the direction taken
  readonly barrierBackwardEv: number;
  readonly converged: boolean;
  readonly forceField: ForceFieldSummary | null;
}

type CoupleParameters = z.output<typeof parameters>;

export const coupleOperation: Operation<typeof parameters, CoupleInput, CoupleData> = {
  name: "couple",
  parameters,
  async run(input, request, options = {}) {
    if (!("path" in input.hop)) expectSameAtoms(input.hop);
    const notes = new Notes();
    const chosen = input.forces ? chooseForces(input.forces, originOf(input), request) : undefined;
    const found = "path" in input.hop ? input.hop.path : await newPath(input, chosen, { request, notes, ...options });
    if (!found.converged) notes.addAll([pathNotConverged(found)]);
    const path = request.backward ? reversePath(found) : found;
    const { modes, constants } = input.modes
      ? { modes: input.modes, constants: undefined }
      : await newModes(path, chosen, options);
    notes.addAll(modes.notes ?? []);
    const settings = { degeneracyTolerance: request.groupToleranceThz };
    const at = request.at === "halfway" ? "halfway" : Number(request.at);
    const projection = projectHop(path, modes, {
      ...settings,
      at,
      ...(constants ? { forceConstants: constants } : {}),
    });
    const data = coupleData(projection, {
      path,
      request,
      images: projectImages(path, modes, settings),
      forceField: chosen?.summary ?? null,
      hasConstants: constants !== undefined,
    });
    if (data.unstableModes > 0) notes.addAll([unstableNote(data)]);
    const files: TextFile[] = [{ name: "shares.csv", data: sharesCsv(projection) }];
    if (!("path" in input.hop)) files.push({ name: "path.json", data: writePath(found) });
    return { data, notes: notes.list(), converged: path.converged, files, lines: linesOf(data) };
  },
  estimate(input, request) {
    const crystal = originOf(input);
    const n = atomCount(crystal);
    const modes = input.modes ? 0 : hessianSeconds(n) + eigenSeconds(n);
    const band =
      "path" in input.hop || !input.forces
        ? { seconds: 0, work: [] }
        : estimatePath({ ...input.hop, forces: input.forces }, request, { saddle: false });
    return {
      seconds: band.seconds + modes + 0.1,
      memoryMb: memoryMb(n, 5),
      diskMb: (request.images * 3 * n * 20) / 1e6,
      work: [
        ...band.work,
        ...(input.modes ? [] : [`force constants and modes of ${n} atoms`]),
        "projection of every image on the modes",
      ],
    };
  },
};

const originOf = ({ hop }: CoupleInput) => ("path" in hop ? hop.path.endpoints[0].crystal : hop.start);

function newPath(
  { hop, forces }: CoupleInput,
  chosen: ChosenForces | undefined,
  context: RunOptions & { readonly request: CoupleParameters; readonly notes: Notes },
): Promise<Path> {
  if (!chosen || !forces || "path" in hop) throw needsForces("a path");
  return findPathBetween({ ...hop, forces }, chosen.field, context);
}

async function newModes(
  path: Path,
  chosen: ChosenForces | undefined,
  options: RunOptions,
): Promise<{ readonly modes: Modes; readonly constants: ForceConstants }> {
  if (!chosen) throw needsForces("the modes");
  const constants = await forceConstants(path.endpoints[0].crystal, chosen.field, options);
  return { modes: solveModes(constants), constants };
}

const needsForces = (what: string): InputError =>
  new InputError(
    `${what} cannot be found without a force field`,
    "give a force field, or a path and modes that were found before",
    {},
  );

const pathNotConverged = ({ history }: Path): Note => ({
  code: "path-not-converged",
  message: `the path is not converged: ${(history.at(-1)?.maxForce ?? Number.NaN).toPrecision(2)} eV/Å are left`,
  hint: "run `phonion hops` with more --max-iterations",
});

const unstableNote = ({ unstableModes }: CoupleData): Note => ({
  code: "unstable-modes",
  message: `${unstableModes} mode${unstableModes === 1 ? "" : "s"} of the origin ${unstableModes === 1 ? "is" : "are"} unstable and left out of the shares`,
  hint: "the origin is not a minimum: relax it further",
});

interface Extras {
  readonly path: Path;
  readonly request: CoupleParameters;
  readonly images: readonly HopProjection[];
  readonly forceField: ForceFieldSummary | null;
  readonly hasConstants: boolean;
}

function coupleData(
  projection: HopProjection,
  { path, request, images, forceField, hasConstants }: Extras,
): CoupleData {
  const { modes, shares, groups } = projection;
  return {
    formula: formulaOf(modes.reference),
    natoms: atomCount(modes.reference),
    direction: request.backward ? "backward" : "forward",
    place: { at: request.at, coordinateA: projection.coordinate, fractionToSaddle: projection.fractionToSaddle },
    frequenciesThz: listOf(modes.frequencies),
    shares: listOf(shares),
    energiesEv: listOf(projection.energies),
    coordinates: listOf(projection.coordinates),
    sumModalEnergyEv: projection.sumModalEnergy,
    harmonicEnergyEv: hasConstants ? projection.harmonicEnergy : null,
    closure: hasConstants ? projection.closure : null,
    bandEnergyEv: projection.bandEnergy,
    harmonicOverBand: projection.harmonicOverBand,
    unstableModes: projection.unstableModes,
    centreThz: projection.centre,
    accumulation: listOf(accumulation(shares)),
    sortedAccumulation: listOf(sortedAccumulation(shares)),
    percentModesFor87: percentModesFor(shares, 0.87),
    maxOverMean: maxOverMean(shares),
    topModes: topModes(projection, request.top).map(({ frequency, energy, ...mode }) => ({
      ...mode,
      frequencyThz: frequency,
      energyEv: energy,
    })),
    degenerateGroups: groups.map(({ first, count, frequency }, g) => ({
      first,
      count,
      frequencyThz: frequency,
      share: projection.groupShares[g]!,
    })),
    shareAtImages: images.map((image, i) => imageData(image, i + 1)),
    barrierForwardEv: path.barrierForward,
    barrierBackwardEv: path.barrierBackward,
    converged: path.converged,
    forceField,
  };
}

function imageData(projection: HopProjection, image: number): ShareAtImage {
  const { shares, modes } = projection;
  const leadingMode = shares.slice().reduce((best, share, mode) => (share > shares[best]! ? mode : best), 0);
  return {
    image,
    coordinateA: projection.coordinate,
    leadingMode,
    leadingThz: modes.frequencies[leadingMode]!,
    modesFor87: modesFor(shares, 0.87),
    sumModalEnergyEv: projection.sumModalEnergy,
    bandEnergyEv: projection.bandEnergy,
    shares: listOf(shares),
  };
}

function sharesCsv({ modes, shares, energies, coordinates }: HopProjection): string {
  return writeCsv([
    { name: "mode", values: Array.from(shares, (_, mode) => mode) },
    { name: "frequency", unit: "THz", values: modes.frequencies },
    { name: "share", values: shares },
    { name: "accumulation", values: accumulation(shares) },
    { name: "energy", unit: "eV", values: energies },
    { name: "modal coordinate", unit: "sqrt(amu) Å", values: coordinates },
    { name: "inverse participation", values: inverseParticipation(modes) },
  ]);
}

function linesOf(data: CoupleData): string[] {
  const leading = data.topModes.map(
    ({ mode, frequencyThz, share, species }) =>
      `  mode ${String(mode).padStart(4)}  ${frequencyThz.toFixed(3).padStart(8)} THz  share ${share.toFixed(4)}  ${Object.entries(
        species,
      )
        .map(([element, part]) => `${element} ${part.toFixed(2)}`)
        .join(" ")}`,
  );
  return [
    `structure     ${data.formula}, ${data.natoms} atoms, ${data.direction} hop over ${data.barrierForwardEv.toFixed(4)} eV`,
    `place         ${data.place.at}, ${data.place.coordinateA.toFixed(4)} Å from the origin, ${(100 * data.place.fractionToSaddle).toFixed(1)} % of the way to the saddle`,
    `energy        harmonic ${data.sumModalEnergyEv.toFixed(4)} eV (sum over modes), band ${data.bandEnergyEv.toFixed(4)} eV, ratio ${data.harmonicOverBand.toFixed(2)}`,
    `concentration 87 % of the energy in ${data.percentModesFor87.toFixed(1)} % of the modes, largest share ${data.maxOverMean.toFixed(1)} × the mean`,
    `centre        ${data.centreThz.toFixed(3)} THz, ${data.unstableModes} unstable modes left out`,
    ...leading,
  ];
}
