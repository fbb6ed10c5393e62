// Phonon bands along a path, with the density of states beside them, what they are coloured by, and the modes that are imaginary.

import { z } from "zod";
import { Pacer, type RunOptions, type Vec3 } from "../../base/index.js";
import {
  blochMotion,
  displacedAlong,
  motionFrames,
  waveText,
  writeBandYaml,
  writeCsv,
  writeExtxyz,
  writePoscar,
  writeXsf,
} from "../../io/index.js";
import {
  alongPath,
  type BandPath,
  type BandPoints,
  type Bands,
  bandPath,
  commensurateRepeats,
  connection,
  type LatticeDynamics,
  type Modes,
} from "../../modes/index.js";
import { atomCount, formulaOf } from "../../structure/index.js";
import { mobileElement } from "../md-dynamics-atoms.js";
import { coloursOf, type ModeColours } from "./bands-colours.js";
import { fileLabel, parseModes, parsePath } from "./bands-path.js";
import { type ForceConstantsTableData, forceConstantsTable } from "./lattice-force-constants.js";
import {
  type Lattice,
  type LatticeInput,
  type LatticeSummary,
  latticeCost,
  latticeLines,
  latticeOf,
  latticeParameters,
  primitiveOf,
} from "./lattice-input.js";
import {
  type DosData,
  dosData,
  dosParameters,
  type MeshSummary,
  meshOf,
  meshParameters,
  meshSummary,
  solvedDos,
  waveSeconds,
} from "./lattice-mesh.js";
import { memoryMb, type Operation, type TextFile } from "./operation.js";

const parameters = z.strictObject({
  ...latticeParameters,
  path: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Path, e.g. "Γ-X|U-Γ"; points by label (G is Γ) or as "(1/2 0 0)" (default the standard one of the lattice).',
    ),
  points: z.int().min(2).optional().describe("Wave vectors of every leg (default by --spacing)."),
  spacing: z.number().positive().default(0.03).describe("Distance of wave vectors along the path, rad/Å."),
  connect: z.boolean().default(false).describe("Follow bands through crossings by the likeness of their vectors."),
  ...meshParameters,
  ...dosParameters,
  mobile: z
    .string()
    .min(1)
    .optional()
    .describe("Element the bands are coloured by (default Li, Na, K, Ag, Cu, Rb or Cs)."),
  temperatureK: z.number().min(0).default(300).describe("Of the mean square displacements, K."),
  minimumThz: z.number().positive().default(0.1).describe("Modes below have no mean square displacement, THz."),
  colour: z
    .enum(["displacement", "share", "coupling", "participation", "none"])
    .default("displacement")
    .describe(
      "Colour of the bands beside the density of states: mean square displacement of the mobile ions, their share of the motion, coupling with the host, participation.",
    ),
  imaginaryThz: z.number().positive().default(0.02).describe("Modes below minus this are called imaginary, THz."),
  animate: z
    .string()
    .optional()
    .describe('Modes to animate, "Q,MODE": "X,0" or "1/2 0 1/2,3", several apart by ";". Modes count from 0.'),
  displace: z
    .string()
    .optional()
    .describe(
      'Modes to freeze, "Q,MODE,AMPLITUDE" in Å: the structure displaced along them, in the smallest cell q fits into.',
    ),
  amplitudeA: z.number().positive().default(0.3).describe("Largest displacement in animations, Å."),
  frames: z.int().min(2).default(24).describe("Frames of an animation."),
  eigenvectors: z
    .enum(["auto", "yes", "no"])
    .default("auto")
    .describe("Vectors in band.yaml; auto: while they are fewer than two million numbers."),
});

type Request = z.output<typeof parameters>;

export interface ImaginaryMode {
  readonly label: string;
  readonly q: readonly number[];
  readonly mode: number;
  readonly frequencyThz: number;
  /** The smallest repeats it fits into; null when they are more than twelve along an axis. */
  readonly repeats: readonly number[] | null;
  /** The structure displaced along it; null where the cell would be too large. */
  readonly file: string | null;
}

export interface BandsData {
  readonly lattice: LatticeSummary;
  readonly path: {
    /** Extended Bravais symbol, "cF1"; null for a path of one's own. */
    readonly lattice: string | null;
    readonly segments: readonly {
      readonly from: string;
      readonly to: string;
      readonly first: number;
      readonly count: number;
    }[];
    readonly q: readonly (readonly number[])[];
    readonly distancesRadPerA: readonly number[];
    readonly points: Readonly<Record<string, readonly number[]>>;
  };
  /** [points][bands] THz, imaginary ones negative. */
  readonly frequenciesThz: readonly (readonly number[])[];
  readonly connected: boolean;
  readonly mobile: string | null;
  readonly temperatureK: number;
  readonly colour: Request["colour"];
  /** [points][bands], in the order of the frequencies. */
  readonly participation: readonly (readonly number[])[];
  readonly character: readonly (readonly (readonly number[])[])[]; // [points][bands][elements]
  readonly mobileMsdA2: readonly (readonly number[])[] | null;
  readonly mobileShare: readonly (readonly number[])[] | null;
  readonly coupling: readonly (readonly (number | null)[])[] | null;
  readonly mesh: MeshSummary;
  readonly dos: DosData;
  readonly maxFrequencyThz: number;
  readonly imaginary: readonly ImaginaryMode[];
  readonly forceConstants: ForceConstantsTableData;
}

export const bandsOperation: Operation<typeof parameters, LatticeInput, BandsData> = {
  name: "bands",
  parameters,
  async run(input, request, options = {}) {
    const lattice = await latticeOf(input, request, options);
    const { dynamics, notes } = lattice;
    const standard = bandPath(dynamics.crystal);
    if (request.path === undefined) notes.addAll(standard.notes);
    const legs = request.path === undefined ? standard.legs : parsePath(request.path, standard.points);
    const points = alongPath(dynamics.crystal, legs, {
      spacing: request.spacing,
      ...(request.points === undefined ? {} : { points: request.points }),
    });
    // Read before anything long: a mistyped mode should not wait.
    const wanted = {
      animate: request.animate === undefined ? [] : parseModes(request.animate, standard.points, [1, 1]),
      displace: request.displace === undefined ? [] : parseModes(request.displace, standard.points, [2, 2]),
    };
    const solved = await solveBands(lattice, points, request, options);
    const { modes: meshModes, dos } = await solvedDos(dynamics, request, {
      ...options,
      keep: ["weights"],
      project: "atoms",
    });
    notes.addAll(meshModes.notes);
    const unstable = imaginaryModes(lattice, { bands: solved.bands, standard, limit: request.imaginaryThz });
    if (unstable.list.length > 0) notes.addAll([unstableNote(unstable.list)]);
    const data = dataOf(lattice, {
      points,
      solved,
      standard,
      request,
      unstable: unstable.list,
      dos: dosData(dos, request.widthThz),
      mesh: meshSummary(meshModes.mesh),
    });
    const files: TextFile[] = [
      { name: "bands.csv", data: bandsCsv(data) },
      { name: "dos.csv", data: dosCsv(data.dos) },
      { name: "band.yaml", data: writeBandYaml(dynamics.crystal, solved.bands) },
      ...unstable.files,
      ...wanted.animate.flatMap((chosen) => animationFiles(dynamics, chosen, request)),
      ...wanted.displace.flatMap((chosen) => displacedFiles(dynamics, chosen)),
    ];
    return { data, notes: notes.list(), converged: lattice.converged, files, lines: linesOf(lattice, data) };
  },
  estimate(input, request) {
    const cost = latticeCost(input, request);
    const primitive = primitiveOf(input);
    const b = atomCount(primitive);
    const waves = 250 + meshOf(primitive, request).weights.length;
    return {
      seconds: 0.5 + cost.seconds + waves * waveSeconds(b),
      memoryMb: memoryMb(cost.atoms, 4) + (8 * waves * 3 * b * (b + 6)) / 1e6,
      diskMb: (waves * 3 * b * (request.eigenvectors === "no" ? 40 : 40 + 130 * b)) / 1e6,
      work: [cost.work, `about ${waves} wave vectors of path and mesh, ${3 * b} modes each`],
    };
  },
};

interface SolvedBands {
  readonly bands: Bands;
  readonly colours: readonly ModeColours[];
}

/** Numbers of vectors up to which band.yaml has them without being asked. */
const FEW_NUMBERS = 2e6;

async function solveBands(
  { dynamics, notes }: Lattice,
  path: BandPoints,
  request: Request,
  options: RunOptions,
): Promise<SolvedBands> {
  const { crystal, count } = dynamics;
  const total = path.q.length;
  const numbers = 2 * count ** 2 * total;
  const keep = request.eigenvectors === "yes" || (request.eigenvectors === "auto" && numbers <= FEW_NUMBERS);
  if (request.eigenvectors === "auto" && !keep)
    notes.add(
      "band-yaml-without-vectors",
      `band.yaml has no vectors: they would be ${(numbers / 1e6).toFixed(1)} million numbers`,
      "--eigenvectors yes writes them; --points makes the path coarser",
    );
  const named = mobileElement(crystal, request.mobile);
  const mobile = named === undefined ? undefined : crystal.elements.indexOf(named);
  const { temperatureK, minimumThz } = request;
  const frequencies = new Float64Array(total * count);
  const order = new Int32Array(total * count);
  const colours: ModeColours[] = [];
  const kept: Modes[] = [];
  const pacer = new Pacer("bands", options);
  for (const { first, count: length } of path.segments) {
    let previous: Modes | undefined;
    for (let at = first; at < first + length; at++) {
      const modes = dynamics.modesAt(path.q[at]!, { direction: path.directions[at]! });
      const here = order.subarray(at * count, (at + 1) * count);
      const next = previous && request.connect ? connection(previous, modes) : undefined;
      for (let band = 0; band < count; band++) {
        here[band] = next ? next[order[(at - 1) * count + band]!]! : band;
        frequencies[at * count + band] = modes.frequencies[here[band]!]!;
      }
      const own = coloursOf(modes, { mobile, temperatureK, minimumThz });
      colours.push(inOrder(own, here));
      if (keep) kept.push(modes);
      previous = modes;
      await pacer.tick(at + 1, total);
    }
  }
  return { bands: { path, count, frequencies, order, ...(keep ? { modes: kept } : {}) }, colours };
}

function inOrder(colours: ModeColours, order: Int32Array): ModeColours {
  const sorted = <T>(values: readonly T[]): T[] => Array.from(order, (mode) => values[mode]!);
  return {
    participation: sorted(colours.participation),
    character: sorted(colours.character),
    msdA2: colours.msdA2 && sorted(colours.msdA2),
    share: colours.share && sorted(colours.share),
    coupling: colours.coupling && sorted(colours.coupling),
  };
}

interface Unstable {
  readonly list: readonly ImaginaryMode[];
  readonly files: readonly TextFile[];
}

/** Å, of the displaced structures that are offered. */
const OFFERED_AMPLITUDE = 0.1;
/** Atoms up to which a displaced structure is written without being asked. */
const OFFERED_ATOMS = 400;

/** Imaginary modes at the ends of legs, and on each leg the lowest one where it is lower than at both ends. */
function imaginaryModes(
  { dynamics }: Lattice,
  { bands, standard, limit }: { readonly bands: Bands; readonly standard: BandPath; readonly limit: number },
): Unstable {
  const { path: points } = bands;
  const list: ImaginaryMode[] = [];
  const files: TextFile[] = [];
  const seen = new Set<string>();
  const add = (label: string, q: Vec3): void => {
    const key = q.map((x) => x.toFixed(6)).join();
    if (seen.has(key)) return;
    seen.add(key);
    const modes = dynamics.modesAt(q);
    for (let mode = 0; mode < modes.count && modes.frequencies[mode]! < -limit; mode++) {
      const repeats = commensurateRepeats(q, 12) ?? null;
      const atoms = repeats
        ? atomCount(dynamics.crystal) * repeats[0] * repeats[1] * repeats[2]
        : Number.POSITIVE_INFINITY;
      const file = atoms <= OFFERED_ATOMS ? `imaginary-${fileLabel(label)}-${mode}.vasp` : null;
      if (file) {
        const crystal = displacedAlong(blochMotion(modes, mode, { amplitudeA: OFFERED_AMPLITUDE }));
        files.push({ name: file, data: writePoscar(crystal) });
      }
      list.push({
        label,
        q: [...q],
        mode,
        frequencyThz: modes.frequencies[mode]!,
        repeats: repeats && [...repeats],
        file,
      });
    }
  };
  for (const [label, q] of Object.entries(standard.points)) add(label, q);
  for (const { first, count, from, to } of points.segments) {
    add(from, points.q[first]!);
    add(to, points.q[first + count - 1]!);
    const lowest = Array.from({ length: count }, (_, k) => ({
      at: first + k,
      f: Math.min(...bands.frequencies.slice((first + k) * bands.count, (first + k + 1) * bands.count)),
    })).reduce((least, point) => (point.f < least.f - 1e-6 ? point : least));
    const inside = lowest.at !== first && lowest.at !== first + count - 1;
    if (inside && lowest.f < -limit) add(`${from}…${to}`, points.q[lowest.at]!);
  }
  return { list, files };
}

const unstableNote = (list: readonly ImaginaryMode[]) => {
  const lowest = list.reduce((least, mode) => (mode.frequencyThz < least.frequencyThz ? mode : least));
  const offered = list.filter(({ file }) => file).length;
  return {
    code: "unstable-modes",
    message: `${list.length} mode${list.length === 1 ? " is" : "s are"} imaginary at the points looked at, the lowest at ${lowest.label} with ${lowest.frequencyThz.toPrecision(4)} THz`,
    hint: `the structure is no minimum: relax one displaced along such a mode${offered > 0 ? `; --out gets ${offered} of them, imaginary-*.vasp, displaced by ${OFFERED_AMPLITUDE} Å` : ""}; --displace makes others`,
  };
};

function animationFiles(
  dynamics: LatticeDynamics,
  { label, q, mode }: { readonly label: string; readonly q: Vec3; readonly mode: number },
  { amplitudeA, frames: count }: Request,
): TextFile[] {
  const modes = dynamics.modesAt(q);
  const moving = blochMotion(modes, mode, { amplitudeA });
  const frames = motionFrames(moving, count);
  const stem = `mode-${fileLabel(label)}-${mode}`;
  const info = { q: waveText(q), mode, frequency_THz: modes.frequencies[mode]! };
  return [
    {
      name: `${stem}.xyz`,
      data: frames
        .map(({ crystal, phase, displacements }) =>
          writeExtxyz({
            crystal,
            info: { ...info, phase_rad: phase },
            columns: { displacement: { type: "R", width: 3, values: displacements } },
          }),
        )
        .join(""),
    },
    {
      name: `${stem}.axsf`,
      data: writeXsf(frames.map(({ crystal, displacements }) => ({ crystal, vectors: displacements }))),
    },
  ];
}

function displacedFiles(
  dynamics: LatticeDynamics,
  {
    label,
    q,
    mode,
    rest,
  }: { readonly label: string; readonly q: Vec3; readonly mode: number; readonly rest: readonly number[] },
): TextFile[] {
  const amplitudeA = rest[0]!;
  const crystal = displacedAlong(blochMotion(dynamics.modesAt(q), mode, { amplitudeA }));
  return [{ name: `displaced-${fileLabel(label)}-${mode}-${amplitudeA}.vasp`, data: writePoscar(crystal) }];
}

interface DataParts {
  readonly points: BandPoints;
  readonly solved: SolvedBands;
  readonly standard: BandPath;
  readonly request: Request;
  readonly unstable: readonly ImaginaryMode[];
  readonly dos: DosData;
  readonly mesh: MeshSummary;
}

function dataOf(lattice: Lattice, { points, solved, standard, request, unstable, dos, mesh }: DataParts): BandsData {
  const { dynamics } = lattice;
  const { bands, colours } = solved;
  const { frequencies, count } = bands;
  const mobile = mobileElement(dynamics.crystal, request.mobile) ?? null;
  if (mobile === null && request.colour !== "none" && request.colour !== "participation")
    lattice.notes.add(
      "no-mobile-ion",
      `none of the usual mobile ions is in ${formulaOf(dynamics.crystal)}: bands are coloured by participation`,
      "name an element with --mobile",
    );
  return {
    lattice: lattice.summary,
    path: {
      lattice: request.path === undefined ? standard.lattice : null,
      segments: points.segments.map(({ from, to, first, count: length }) => ({ from, to, first, count: length })),
      q: points.q.map((q) => [...q]),
      distancesRadPerA: [...points.distances],
      points: Object.fromEntries(Object.entries(standard.points).map(([label, q]) => [label, [...q]])),
    },
    frequenciesThz: points.q.map((_, at) => [...frequencies.slice(at * count, (at + 1) * count)]),
    connected: request.connect,
    mobile,
    temperatureK: request.temperatureK,
    colour: request.colour === "none" ? "none" : mobile === null ? "participation" : request.colour,
    participation: colours.map(({ participation }) => participation),
    character: colours.map(({ character }) => character),
    mobileMsdA2: mobile === null ? null : colours.map(({ msdA2 }) => msdA2!),
    mobileShare: mobile === null ? null : colours.map(({ share }) => share!),
    coupling: mobile === null ? null : colours.map(({ coupling }) => coupling!),
    mesh,
    dos,
    maxFrequencyThz: frequencies.slice().reduce((most, f) => Math.max(most, f), 0),
    imaginary: unstable,
    forceConstants: forceConstantsTable(lattice.constants, dynamics.cells),
  };
}

function bandsCsv(data: BandsData): string {
  const bands = data.frequenciesThz[0]?.length ?? 0;
  const labels = data.frequenciesThz.map((_, at) => {
    const segment = data.path.segments.find(({ first, count }) => at >= first && at < first + count)!;
    return at === segment.first ? segment.from : at === segment.first + segment.count - 1 ? segment.to : "";
  });
  return writeCsv([
    { name: "distance", unit: "rad/Å", values: data.path.distancesRadPerA },
    { name: "label", values: labels },
    ...["q1", "q2", "q3"].map((name, k) => ({ name, values: data.path.q.map((q) => q[k]!) })),
    ...Array.from({ length: bands }, (_, band) => ({
      name: `band ${band}`,
      unit: "THz",
      values: data.frequenciesThz.map((row) => row[band]!),
    })),
  ]);
}

export const dosCsv = (dos: DosData): string =>
  writeCsv([
    { name: "frequency", unit: "THz", values: dos.frequenciesThz },
    { name: "total", unit: "1/THz", values: dos.totalPerThz },
    ...Object.entries(dos.byElementPerThz).map(([element, values]) => ({ name: element, unit: "1/THz", values })),
  ]);

function linesOf(lattice: Lattice, data: BandsData): string[] {
  const { segments, q } = data.path;
  const legs = segments.map(({ from, to }, at) =>
    at > 0 && segments[at - 1]!.to === from ? `-${to}` : `${at > 0 ? "|" : ""}${from}-${to}`,
  );
  return [
    ...latticeLines(lattice),
    `path          ${data.path.lattice ? `${data.path.lattice}: ` : ""}${legs.join("")}, ${q.length} wave vectors`,
    `bands         ${data.frequenciesThz[0]?.length ?? 0}, up to ${data.maxFrequencyThz.toFixed(4)} THz`,
    ...(data.imaginary.length === 0
      ? ["imaginary     none at the points looked at"]
      : data.imaginary.slice(0, 12).map(imaginaryLine)),
    ...(data.imaginary.length > 12 ? [`              and ${data.imaginary.length - 12} more`] : []),
  ];
}

const imaginaryLine = ({ label, mode, frequencyThz, repeats, file }: ImaginaryMode, at: number): string =>
  `${at === 0 ? "imaginary     " : "              "}${label}, mode ${mode}: ${frequencyThz.toFixed(4)} THz${repeats ? `, in ${repeats.join(" × ")} cells` : ""}${file ? `, ${file}` : ""}`;
