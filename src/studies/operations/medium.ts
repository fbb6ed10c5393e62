// A crystal as the medium an ion moves in: how far it gives way, what its sound takes away, and whether it holds at all.

import { z } from "zod";
import { type F64, InputError, type Note, Notes, type RunOptions, type Vec3 } from "../../base/index.js";
import type { ForceFieldSpec } from "../../forces/index.js";
import { writeCsv } from "../../io/index.js";
import {
  type AtomPair,
  type CrystalFramework,
  crystalDrag,
  crystalFramework,
  crystalMedium,
  cutIntoCells,
  type HopEnergies,
  KM_PER_S_PER_A_PER_FS,
  pathEnergies,
  requireStable,
  type Survey,
  soundAlong,
  soundSummary,
  staticResponse,
  surveySpectrum,
} from "../../medium/index.js";
import { atomCount, formulaOf, speciesList, toCartesian } from "../../structure/index.js";
import { INTEGERS, type MediumInput, numbersOf } from "./medium-input.js";
import { listOf, memoryMb, type Operation, rowsOf, type TextFile } from "./operation.js";

const NUMBERS = /^\s*[-+.\deE]+(\s*[\s,]\s*[-+.\deE]+){2}\s*$/;

const parameters = z.strictObject({
  sites: z
    .string()
    .min(1)
    .optional()
    .describe("Atoms of the cell whose W(0) is wanted: numbers from 0 or elements, e.g. 0,3 or O. Left out: all."),
  grid: z
    .string()
    .regex(INTEGERS, "expected three whole numbers")
    .optional()
    .describe('Wave vectors per axis of the coarsest of three grids, e.g. "8 8 8" (default by the size of the cell)'),
  directions: z
    .int()
    .min(4)
    .max(400)
    .default(64)
    .describe("Polar angles of the average over directions; twice as many azimuths."),
  toleranceA: z
    .number()
    .positive()
    .default(0.05)
    .describe("How far an atom may be from the place its copy in another cell says, Å."),
  ion: z
    .string()
    .min(1)
    .optional()
    .describe("Element of a mobile ion: with --forces, --from and --to, its energy along a line."),
  from: z
    .string()
    .regex(NUMBERS, "expected three numbers")
    .optional()
    .describe("Start of the line, fractional in the cell."),
  to: z
    .string()
    .regex(NUMBERS, "expected three numbers")
    .optional()
    .describe("End of the line, fractional in the cell."),
  points: z.int().min(2).max(1001).default(21).describe("Places on the line, both ends included."),
  windowA: z
    .number()
    .positive()
    .default(6)
    .describe("Distance at which the ion stops to feel an atom, Å; its last 1 Å fades."),
  coulomb: z
    .enum(["auto", "plain", "none"])
    .default("auto")
    .describe("Charges inside the window; auto: as the force field has it."),
  screeningA: z.number().positive().optional().describe("Screening length of those charges, Å."),
});

type Request = z.output<typeof parameters>;

export interface MediumOperationInput extends MediumInput {
  /** Needed with an ion. */
  readonly forces?: ForceFieldSpec;
}

export interface MediumData {
  readonly formula: string;
  readonly natoms: number; // of the cell
  readonly supercellAtoms: number;
  readonly cellA: readonly (readonly number[])[]; // [3][3]
  readonly sites: readonly { readonly atom: number; readonly element: string; readonly positionA: readonly number[] }[];
  /** [sites][3][3] W(0) of each site with itself. */
  readonly staticKernelA2PerEv: readonly (readonly (readonly number[])[])[];
  /** Largest change by the last extrapolation. */
  readonly staticKernelErrorA2PerEv: number;
  /** Wave vectors per axis of the finest grid. */
  readonly grid: readonly number[];
  /** [3][3] L. */
  readonly dragKernelA2FsPerEv: readonly (readonly number[])[];
  readonly soundVelocitiesKmPerS: {
    readonly min: number;
    readonly mean: number;
    readonly max: number;
    readonly debye: number;
  };
  readonly maxFrequencyThz: number;
  readonly maxFrequencyAtQ: readonly number[];
  readonly minFrequencyThz: number;
  readonly minFrequencyAtQ: readonly number[];
  readonly stable: boolean;
  readonly acousticSumResidual: number; // eV/Å², before it was imposed
  readonly ion: IonData | null;
}

export interface IonData {
  readonly element: string;
  readonly windowAtoms: number;
  readonly coordinateA: readonly number[];
  readonly rigidEv: readonly number[];
  readonly relaxedEv: readonly number[];
  readonly elasticEv: readonly number[];
  readonly barrierRigidEv: number;
  readonly barrierRelaxedEv: number;
}

export const mediumOperation: Operation<typeof parameters, MediumOperationInput, MediumData> = {
  name: "medium",
  parameters,
  async run(input, request, options = {}) {
    checkIon(input, request);
    const framework = crystalFramework(input.constants, { cells: input.cells, toleranceA: request.toleranceA });
    const notes = new Notes();
    notes.addAll(framework.notes);
    const survey = surveySpectrum(framework);
    requireStable(survey);
    const sites = chosenSites(framework, request.sites);
    const pairs: AtomPair[] = sites.map((j) => ({ j, k: j, cells: [0, 0, 0] }));
    const grid = gridOption(request);
    const response = await staticResponse(framework, pairs, { ...options, ...grid });
    const drag = crystalDrag(framework, { nodes: request.directions });
    const ion = request.ion === undefined ? null : await ionEnergies(framework, { input, request, notes, options });
    const data = mediumData(framework, { survey, sites, response, drag, request, ion, input });
    return { data, notes: notes.list(), converged: true, files: filesOf(data, framework), lines: linesOf(data) };
  },
  estimate({ constants, cells }, request) {
    const n = atomCount(constants.reference);
    const inCell = atomCount(cutIntoCells(constants.reference, cells, { toleranceA: request.toleranceA }).primitive);
    return {
      // Default grids are chosen to take a few seconds; the coarsest of them has 37 matrices of the cell, 0.25 ms each for 10 atoms.
      seconds: 2 + Math.max(3, 0.01 * (inCell / 10) ** 3),
      memoryMb: memoryMb(n, 4),
      diskMb: 0.1,
      work: [
        `force constants of ${n} atoms, cut into cells of ${inCell}`,
        "frequencies over the zone",
        "static response on three grids of wave vectors",
        `sound in ${2 * request.directions ** 2} directions`,
      ],
    };
  },
};

const gridOption = ({ grid }: Request): { coarseGrid?: [number, number, number] } =>
  grid === undefined ? {} : { coarseGrid: numbersOf(grid) as [number, number, number] };

function checkIon({ forces }: MediumOperationInput, { ion, from, to }: Request): void {
  const given = [ion, forces, from, to].filter((part) => part !== undefined).length;
  if (given === 0 || given === 4) return;
  throw new InputError(
    "an ion's energy along a line needs four things: --ion, --forces, --from and --to",
    "give all of them, or none",
    { ion, from, to },
  );
}

/** Numbers from 0 and elements, in the order of the cell. */
function chosenSites({ crystal }: CrystalFramework, sites: string | undefined): number[] {
  const species = speciesList(crystal);
  if (sites === undefined) return species.map((_, i) => i);
  const chosen = new Set<number>();
  for (const word of sites.trim().split(/[\s,]+/)) {
    const found = /^\d+$/.test(word) ? [Number(word)] : species.flatMap((element, i) => (element === word ? [i] : []));
    if (found.length === 0 || found.some((i) => i >= species.length))
      throw new InputError(
        `there is no site ${word} in the cell`,
        `give atoms from 0 to ${species.length - 1} or ${[...new Set(species)].join(", ")}`,
        { sites },
      );
    for (const i of found) chosen.add(i);
  }
  return [...chosen].sort((i, j) => i - j);
}

interface IonContext {
  readonly input: MediumOperationInput;
  readonly request: Request;
  readonly notes: Notes;
  readonly options: RunOptions;
}

async function ionEnergies(framework: CrystalFramework, context: IonContext): Promise<IonData> {
  const { input, request, notes, options } = context;
  const { ion, windowA, coulomb, screeningA, points } = request;
  const charges =
    screeningA === undefined ? (coulomb === "auto" ? {} : { coulomb }) : { coulomb: { screeningA } as const };
  const medium = await crystalMedium(framework, {
    ...options,
    ...gridOption(request),
    ion: ion!,
    forces: input.forces!,
    cutoffA: windowA,
    ...charges,
  });
  notes.addAll(medium.notes);
  const [from, to] = [numbersOf(request.from!), numbersOf(request.to!)];
  const places = Array.from({ length: points }, (_, n) => {
    const s = Float64Array.from(from, (x, k) => x + (n / (points - 1)) * (to[k]! - x));
    return toCartesian(framework.cell, s) as unknown as Vec3;
  });
  const energies = pathEnergies(medium, places);
  notes.addAll(outsideNotes(energies));
  return {
    element: ion!,
    windowAtoms: medium.window.count,
    coordinateA: listOf(energies.coordinate),
    rigidEv: listOf(energies.unrelaxed),
    relaxedEv: listOf(energies.relaxed),
    elasticEv: listOf(energies.elastic),
    barrierRigidEv: energies.barrierUnrelaxed,
    barrierRelaxedEv: energies.barrierRelaxed,
  };
}

/** Displacements a harmonic crystal cannot be trusted with show as elastic energy of electronvolts. */
function outsideNotes({ elastic }: HopEnergies): Note[] {
  const most = Math.max(...elastic);
  if (most < 1) return [];
  return [
    {
      code: "elastic-energy-large",
      message: `the framework takes up to ${most.toPrecision(3)} eV of strain along the line, more than harmonic force constants describe`,
      hint: "look for places farther from the atoms, or find the path with `phonion hops`",
    },
  ];
}

interface Found {
  readonly survey: Survey;
  readonly sites: readonly number[];
  readonly response: { readonly blocks: F64; readonly error: number; readonly coarseGrid: readonly number[] };
  readonly drag: F64;
  readonly request: Request;
  readonly ion: IonData | null;
  readonly input: MediumOperationInput;
}

function mediumData(framework: CrystalFramework, found: Found): MediumData {
  const { survey, sites, response, drag, request, ion, input } = found;
  const { crystal } = framework;
  const species = speciesList(crystal);
  const sound = soundSummary(framework, { nodes: request.directions });
  return {
    formula: formulaOf(crystal),
    natoms: atomCount(crystal),
    supercellAtoms: atomCount(input.constants.reference),
    cellA: rowsOf(crystal.cell.vectors),
    sites: sites.map((atom) => ({
      atom,
      element: species[atom]!,
      positionA: listOf(crystal.positions.slice(3 * atom, 3 * atom + 3)),
    })),
    staticKernelA2PerEv: sites.map((_, s) => rowsOf(response.blocks.slice(9 * s, 9 * s + 9))),
    staticKernelErrorA2PerEv: response.error,
    grid: response.coarseGrid.map((count) => 4 * count),
    dragKernelA2FsPerEv: rowsOf(drag),
    soundVelocitiesKmPerS: {
      min: sound.least * KM_PER_S_PER_A_PER_FS,
      mean: sound.mean * KM_PER_S_PER_A_PER_FS,
      max: sound.most * KM_PER_S_PER_A_PER_FS,
      debye: sound.debye * KM_PER_S_PER_A_PER_FS,
    },
    maxFrequencyThz: survey.highestThz,
    maxFrequencyAtQ: listOf(survey.highestAt),
    minFrequencyThz: survey.lowestThz,
    minFrequencyAtQ: listOf(survey.lowestAt),
    stable: survey.stable,
    acousticSumResidual: framework.acousticSumResidual,
    ion,
  };
}

function filesOf(data: MediumData, framework: CrystalFramework): TextFile[] {
  const kernels = data.staticKernelA2PerEv;
  const component = (name: string, a: number, b: number) => ({
    name,
    unit: "Å²/eV",
    values: kernels.map((w) => w[a]![b]!),
  });
  const files = [
    {
      name: "static-kernel.csv",
      data: writeCsv([
        { name: "atom", values: data.sites.map(({ atom }) => atom) },
        { name: "element", values: data.sites.map(({ element }) => element) },
        component("xx", 0, 0),
        component("yy", 1, 1),
        component("zz", 2, 2),
        component("yz", 1, 2),
        component("xz", 0, 2),
        component("xy", 0, 1),
      ]),
    },
    { name: "sound.csv", data: soundCsv(framework) },
  ];
  if (!data.ion) return files;
  const { coordinateA, rigidEv, relaxedEv, elasticEv } = data.ion;
  const profile = writeCsv([
    { name: "coordinate", unit: "Å", values: coordinateA },
    { name: "rigid", unit: "eV", values: rigidEv },
    { name: "relaxed", unit: "eV", values: relaxedEv },
    { name: "elastic", unit: "eV", values: elasticEv },
  ]);
  return [...files, { name: "profile.csv", data: profile }];
}

/** Velocities every 10° of the polar angle and of the azimuth, Cartesian axes. */
function soundCsv(framework: CrystalFramework): string {
  const rows: number[][] = [];
  for (let polar = 0; polar <= 90; polar += 10) {
    for (let azimuth = 0; azimuth < 360; azimuth += 10) {
      const [t, p] = [(polar * Math.PI) / 180, (azimuth * Math.PI) / 180];
      const along: Vec3 = [Math.sin(t) * Math.cos(p), Math.sin(t) * Math.sin(p), Math.cos(t)];
      rows.push([polar, azimuth, ...soundAlong(framework, along).map((v) => v * KM_PER_S_PER_A_PER_FS)]);
    }
  }
  return writeCsv(
    [
      { name: "polar", unit: "degree" },
      { name: "azimuth", unit: "degree" },
      { name: "slowest", unit: "km/s" },
      { name: "middle", unit: "km/s" },
      { name: "fastest", unit: "km/s" },
    ].map((column, k) => ({ ...column, values: rows.map((row) => row[k]!) })),
  );
}

const SHOWN_SITES = 12;

function linesOf(data: MediumData): string[] {
  const { soundVelocitiesKmPerS: v, dragKernelA2FsPerEv: L, ion } = data;
  const digits = (x: number): string => x.toPrecision(5);
  // Components that symmetry makes zero come out as rounding.
  const largest = Math.max(...L.flat().map(Math.abs));
  const component = (a: number, b: number): string => (Math.abs(L[a]![b]!) < 1e-10 * largest ? "0" : digits(L[a]![b]!));
  const sites = data.sites.slice(0, SHOWN_SITES).map(({ atom, element }, s) => {
    const w = data.staticKernelA2PerEv[s]!;
    return `  ${`${element} ${atom}`.padEnd(11)} W(0) xx yy zz ${[0, 1, 2].map((k) => digits(w[k]![k]!)).join(" ")} Å²/eV`;
  });
  const more = data.sites.length - sites.length;
  return [
    `cell          ${data.formula}, ${data.natoms} atoms, from a supercell of ${data.supercellAtoms}`,
    `sum rule      imposed, residual before ${data.acousticSumResidual.toExponential(2)} eV/Å²`,
    `stability     stable; lowest ${data.minFrequencyThz.toFixed(4)} THz at q = (${data.minFrequencyAtQ.join(", ")})`,
    `highest       ${data.maxFrequencyThz.toFixed(4)} THz at q = (${data.maxFrequencyAtQ.join(", ")})`,
    `sound         ${v.min.toFixed(3)} to ${v.max.toFixed(3)} km/s, mean ${v.mean.toFixed(3)}, Debye ${v.debye.toFixed(3)}`,
    `drag L        xx yy zz ${[0, 1, 2].map((k) => digits(L[k]![k]!)).join(" ")}, yz xz xy ${component(1, 2)} ${component(0, 2)} ${component(0, 1)} Å² fs/eV`,
    `static W(0)   grids up to ${data.grid.join(" × ")}, last extrapolation changed at most ${data.staticKernelErrorA2PerEv.toExponential(1)} Å²/eV`,
    ...sites,
    ...(more > 0 ? [`  … and ${more} more with --json`] : []),
    ...(ion
      ? [
          `ion           ${ion.element}, ${ion.windowAtoms} framework atoms in its window`,
          `barrier       ${ion.barrierRelaxedEv.toFixed(4)} eV relaxed, ${ion.barrierRigidEv.toFixed(4)} eV rigid`,
        ]
      : []),
  ];
}
