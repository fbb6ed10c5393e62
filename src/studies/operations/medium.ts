// A crystal as the medium an ion moves in: how far it gives way, what its sound takes away, and whether it holds at all.

import { z } from "zod";
import { type F64, InputError, type Note, Notes, type RunOptions, type Vec3 } from "../../base/index.js";
import type { ForceFieldSpec } from "../../forces/index.js";
import {
  type AtomPair,
  type CrystalFramework,
  crystalDrag,
  crystalFramework,
  crystalMedium,
  type HopEnergies,
  KM_PER_S_PER_A_PER_FS,
  pathEnergies,
  requireStable,
  type Survey,
  soundSummary,
  staticResponse,
  surveySpectrum,
} from "../../medium/index.js";
import type { ChargeModel } from "../../modes/index.js";
import { atomCount, cutIntoCells, formulaOf, speciesList, toCartesian } from "../../structure/index.js";
import { INTEGERS, type MediumInput, numbersOf } from "./medium-input.js";
import { filesOf, type IonData, linesOf, type MediumData } from "./medium-output.js";
import { listOf, memoryMb, type Operation, rowsOf } from "./operation.js";

const NUMBERS = /^\s*[-+.\deE]+(\s*[\s,]\s*[-+.\deE]+){2}\s*$/;

const CHARGES = /^\s*[A-Z][a-z]?[\s:=]+[-+]?[\d.]+(\s*[\s,]\s*[A-Z][a-z]?[\s:=]+[-+]?[\d.]+)*\s*$/;

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
  charges: z
    .string()
    .regex(CHARGES, "expected elements with their charges, such as Li 1, Cl -1")
    .optional()
    .describe(
      'Charges whose long-ranged forces are taken apart, e, e.g. "Li 0.6, P 3, O -1.2". Needed for ionic crystals.',
    ),
  dielectric: z.number().positive().default(1).describe("ε∞ of the electrons between those charges; 1 for rigid ions."),
  directions: z
    .int()
    .min(4)
    .max(400)
    .optional()
    .describe("Polar angles of the average over directions; twice as many azimuths (default 64, with charges 16)"),
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

export const mediumOperation: Operation<typeof parameters, MediumOperationInput, MediumData> = {
  name: "medium",
  parameters,
  async run(input, request, options = {}) {
    checkIon(input, request);
    const framework = crystalFramework(input.constants, {
      cells: input.cells,
      toleranceA: request.toleranceA,
      ...chargeOption(request),
    });
    const notes = new Notes();
    notes.addAll(framework.notes);
    const survey = surveySpectrum(framework);
    requireStable(survey);
    const sites = chosenSites(framework, request.sites);
    const pairs: AtomPair[] = sites.map((j) => ({ j, k: j, cells: [0, 0, 0] }));
    const grid = gridOption(request);
    const response = await staticResponse(framework, pairs, { ...options, ...grid });
    const drag = crystalDrag(framework, { nodes: directionsOf(request) });
    const ion = request.ion === undefined ? null : await ionEnergies(framework, { input, request, notes, options });
    const data = mediumData(framework, { survey, sites, response, drag, request, ion, input });
    return { data, notes: notes.list(), converged: true, files: filesOf(data, framework), lines: linesOf(data) };
  },
  estimate({ constants, cells }, request) {
    const n = atomCount(constants.reference);
    const inCell = atomCount(cutIntoCells(constants.reference, cells, { toleranceA: request.toleranceA }).primitive);
    return {
      // Default grids are chosen to take a few seconds; the coarsest of them has 37 matrices of the cell, 0.25 ms each for 10 atoms.
      seconds: (request.charges === undefined ? 2 : 2 + 0.02 * inCell ** 2) + Math.max(3, 0.01 * (inCell / 10) ** 3),
      memoryMb: memoryMb(n, 4),
      diskMb: 0.1,
      work: [
        `force constants of ${n} atoms, cut into cells of ${inCell}`,
        "frequencies over the zone",
        "static response on three grids of wave vectors",
        `sound in ${2 * directionsOf(request) ** 2} directions`,
      ],
    };
  },
};

const gridOption = ({ grid }: Request): { coarseGrid?: [number, number, number] } =>
  grid === undefined ? {} : { coarseGrid: numbersOf(grid) as [number, number, number] };

/** Without charges sound in a direction costs nothing; with them two matrices of the cell. */
const directionsOf = ({ directions, charges }: Request): number => directions ?? (charges === undefined ? 64 : 16);

function chargeOption({ charges, dielectric: e }: Request): { charges?: ChargeModel } {
  if (charges === undefined) return {};
  const words = charges.trim().split(/[\s,:=]+/);
  const byElement: Record<string, number> = {};
  for (let k = 0; k < words.length; k += 2) byElement[words[k]!] = Number(words[k + 1]);
  return { charges: { charges: byElement, dielectric: Float64Array.of(e, 0, 0, 0, e, 0, 0, 0, e) } };
}

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
    nodes: directionsOf(request),
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
  const sound = soundSummary(framework, { nodes: directionsOf(request) });
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
    longRange: request.charges === undefined ? "folded" : "apart",
    ion,
  };
}
