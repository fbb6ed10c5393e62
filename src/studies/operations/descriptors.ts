// Descriptors of an ion in its host, from the vibrations and from the structure.

import { z } from "zod";
import { InputError } from "../../base/index.js";
import { writeCsv } from "../../io/index.js";
import {
  type DescriptorDefinition,
  PHONON_DEFINITIONS,
  type PhononDescriptors,
  phononDescriptors,
  STRUCTURAL_DEFINITIONS,
  type StructuralDescriptors,
  structuralDescriptors,
} from "../../screening/index.js";
import { atomCount } from "../../structure/index.js";
import {
  type LatticeInput,
  type LatticeSummary,
  latticeCost,
  latticeOf,
  latticeParameters,
  primitiveOf,
} from "./lattice-input.js";
import { type MeshSummary, meshOf, meshParameters, meshSummary, waveSeconds } from "./lattice-mesh.js";
import { memoryMb, type Operation } from "./operation.js";

const parameters = z.strictObject({
  ...latticeParameters,
  ...meshParameters,
  ion: z
    .string()
    .min(1)
    .optional()
    .describe("Element of the mobile ion (default Li, Na, K, Ag or Cu, the first that is there)"),
  temperatureK: z.number().positive().default(300).describe("Temperature of the displacements, K."),
  minimumThz: z
    .number()
    .positive()
    .default(0.1)
    .describe("Modes below are left out of displacements, THz; how many is said."),
  statistics: z.enum(["quantum", "classical"]).default("quantum").describe("Occupation of the modes."),
  binThz: z
    .number()
    .positive()
    .default(0.5)
    .describe("Width of the bins that shares of the displacement are given in, THz."),
  track: z.boolean().default(true).describe("Follow sound by its vectors for the tracked cut-off."),
  bondA: z.number().positive().default(3.5).describe("Longest bond between ion and host, Å."),
});

export interface DescriptorValue extends DescriptorDefinition {
  /** Null where there is none. */
  readonly value: number | null;
}

export interface DescriptorsData {
  readonly lattice: LatticeSummary;
  readonly mesh: MeshSummary;
  readonly ion: string;
  readonly temperatureK: number;
  readonly minimumThz: number;
  readonly phonon: readonly DescriptorValue[];
  readonly structural: readonly DescriptorValue[];
  readonly radii: "ionic" | "covalent";
  /** Å² per axis, by ion of the primitive cell. */
  readonly msdByAtomA2: readonly { readonly atom: number; readonly msdA2: number }[];
  readonly msdShares: { readonly edgesThz: readonly number[]; readonly shares: readonly number[] };
  /** Fractional wave vectors of the two cut-offs; how surely sound was followed. */
  readonly cutoffTracked: { readonly q: readonly number[]; readonly leastOverlap: number } | null;
  readonly leftOut: number;
  readonly unstable: number;
}

const IONS = ["Li", "Na", "K", "Ag", "Cu"] as const;

export const descriptorsOperation: Operation<typeof parameters, LatticeInput, DescriptorsData> = {
  name: "descriptors",
  parameters,
  async run(input, request, options = {}) {
    const lattice = await latticeOf(input, request, options);
    const { dynamics, notes } = lattice;
    const ion = request.ion ?? IONS.find((element) => dynamics.crystal.elements.includes(element));
    if (ion === undefined)
      throw new InputError(
        `the crystal has none of ${IONS.join(", ")}`,
        `name the ion: --ion ${dynamics.crystal.elements[0]}`,
      );
    const structural = structuralDescriptors(dynamics.crystal, { ion, bondA: request.bondA });
    const mesh = meshOf(dynamics.crystal, request);
    const { temperatureK: temperature, minimumThz, statistics, binThz, track } = request;
    const phonon = await phononDescriptors(dynamics, mesh, {
      ...options,
      ion,
      temperature,
      minimumThz,
      statistics,
      binThz,
      track,
    });
    notes.addAll(phonon.notes);
    notes.addAll(structural.notes);
    const data: DescriptorsData = {
      lattice: lattice.summary,
      mesh: meshSummary(mesh),
      ion,
      temperatureK: temperature,
      minimumThz,
      phonon: valued(PHONON_DEFINITIONS, phononValues(phonon)),
      structural: valued(STRUCTURAL_DEFINITIONS, structuralValues(structural)),
      radii: structural.radii,
      msdByAtomA2: phonon.msdByAtom.map(({ atom, msd }) => ({ atom, msdA2: msd })),
      msdShares: phonon.msdShares,
      cutoffTracked: phonon.acousticCutoffTracked && {
        q: [...phonon.acousticCutoffTracked.q],
        leastOverlap: phonon.acousticCutoffTracked.leastOverlap,
      },
      leftOut: phonon.dropped,
      unstable: phonon.unstable,
    };
    const files = [
      { name: "descriptors.csv", data: descriptorsCsv(data) },
      { name: "shares.csv", data: sharesCsv(data) },
    ];
    return { data, notes: notes.list(), converged: lattice.converged, files, lines: linesOf(data) };
  },
  estimate(input, request) {
    const { seconds, atoms, work } = latticeCost(input, request);
    const primitive = primitiveOf(input);
    // vectors are made twice, and sound is followed for about as long again
    const waves = meshOf(primitive, request).weights.length;
    return {
      seconds: seconds + (request.track ? 4 : 2) * waves * waveSeconds(atomCount(primitive)),
      memoryMb: memoryMb(atoms, 5),
      diskMb: 0.01,
      work: [work, "modes over the mesh, twice", ...(request.track ? ["sound along rays"] : [])],
    };
  },
};

function phononValues(found: PhononDescriptors): Readonly<Record<string, number | null>> {
  const { ionSpectrum: own, totalSpectrum: all } = found;
  return {
    msdMean: found.msdMean,
    msdLargest: found.msdLargest,
    msdPrincipal: found.msdPrincipal,
    msdHost: found.msdHost,
    acousticCutoff: found.acousticCutoff,
    acousticCutoffTracked: found.acousticCutoffTracked?.cutoffThz ?? null,
    ionCentre: own.centre,
    ionWidth: own.width,
    ionSkewness: own.skewness,
    ionKurtosis: own.kurtosis,
    hostCentre: found.hostSpectrum.centre,
    totalCentre: all.centre,
    totalWidth: all.width,
    totalSkewness: all.skewness,
    totalKurtosis: all.kurtosis,
    centreOverCutoff: found.centreOverCutoff,
    participationMean: found.participationMean,
    participationOfMsd: found.participationOfMsd,
    couplingMean: found.couplingMean,
    couplingOfMsd: found.couplingOfMsd,
    msdBelowCutoff: found.msdBelowCutoff,
    msdLowestThree: found.msdLowestThree,
  };
}

function structuralValues({ radii: _radii, notes: _notes, ...values }: StructuralDescriptors) {
  return values as Readonly<Record<string, number | null>>;
}

/** Every definition with its value; one that has no finite value has none. */
function valued(
  definitions: readonly DescriptorDefinition[],
  values: Readonly<Record<string, number | null>>,
): DescriptorValue[] {
  return definitions.map((definition) => {
    const value = values[definition.key];
    return { ...definition, value: typeof value === "number" && Number.isFinite(value) ? value : null };
  });
}

function descriptorsCsv({ phonon, structural }: DescriptorsData): string {
  const rows = [...phonon, ...structural].map(
    ({ key, unit, value, definition }) => `${key},${value ?? ""},${unit},"${definition.replaceAll('"', '""')}"`,
  );
  return ["descriptor,value,unit,definition", ...rows, ""].join("\n");
}

function sharesCsv({ msdShares: { edgesThz, shares } }: DescriptorsData): string {
  return writeCsv([
    { name: "from", unit: "THz", values: edgesThz.slice(0, -1) },
    { name: "to", unit: "THz", values: edgesThz.slice(1) },
    { name: "share", values: shares },
  ]);
}

function linesOf(data: DescriptorsData): string[] {
  const row = ({ key, value, unit, definition }: DescriptorValue): string =>
    `  ${key.padEnd(22)} ${(value === null ? "–" : value.toPrecision(6)).padStart(12)} ${(unit === "1" ? "" : unit).padEnd(8)} ${definition}`;
  return [
    `structure     ${data.lattice.formula}, ${data.lattice.natoms} atoms in the primitive cell; ion ${data.ion}`,
    `mesh          ${data.mesh.counts.join(" × ")}, ${data.mesh.solved} wave vectors; ${data.temperatureK} K, modes below ${data.minimumThz} THz left out`,
    "vibrations",
    ...data.phonon.map(row),
    `structure (${data.radii} radii)`,
    ...data.structural.map(row),
  ];
}
