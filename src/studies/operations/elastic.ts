// Elastic constants of a crystal and what follows from them: moduli, stability, hardness, sound, Debye's temperature.

import { z } from "zod";
import { EV_PER_A3_PER_GPA, type F64, InputError, maxAbs, Notes, type RunOptions } from "../../base/index.js";
import { writeCsv } from "../../io/index.js";
import { relax, type StrainElastic, strainElastic, VOIGT_NAMES } from "../../minima/index.js";
import {
  andersonDebye,
  type BornStability,
  bornStability,
  type ElasticModuli,
  elasticDebye,
  elasticModuli,
  independentElastic,
  longWaveElastic,
  massDensity,
  symmetriseElastic,
} from "../../modes/index.js";
import { atomCount, type Crystal, cartesianRotation, findSymmetry, formulaOf } from "../../structure/index.js";
import { chooseForces, evaluationSeconds, type ForceFieldSummary } from "./forces.js";
import { type LatticeInput, latticeCost, latticeOf, latticeParameters } from "./lattice-input.js";
import { hessianSeconds, memoryMb, type Operation, TYPICAL } from "./operation.js";

const parameters = z.strictObject({
  ...latticeParameters,
  method: z
    .enum(["auto", "strains", "long-waves", "both"])
    .default("auto")
    .describe(
      "strains: stress of strained cells; long-waves: from force constants; auto: strains with --forces, else long waves.",
    ),
  strain: z.number().positive().max(0.05).default(4e-3).describe("Larger of the two strains of the differences."),
  internal: z
    .enum(["auto", "response", "relax", "clamped"])
    .default("auto")
    .describe(
      "Atoms in strained cells: response (second derivatives), relax (brought to rest), clamped; auto: response where the forces can.",
    ),
  symmetrise: z
    .boolean()
    .default(true)
    .describe("Impose the crystal's symmetry on the constants; what that changes is said."),
  symmetryToleranceA: z.number().positive().default(1e-3).describe("How far atoms may be from symmetry, Å."),
});

type Request = z.output<typeof parameters>;

export interface ElasticModuliData {
  readonly bulkGpa: number;
  readonly shearGpa: number;
  readonly youngGpa: number;
  readonly poisson: number;
  readonly pugh: number;
}

export interface ElasticData {
  readonly formula: string;
  readonly natoms: number;
  readonly spaceGroup: string;
  readonly pointGroup: string;
  /** Constants the class has. */
  readonly independent: number;
  readonly volumeA3: number;
  readonly densityGPerCm3: number;
  readonly method: "strains" | "long-waves";
  readonly internal: "response" | "relax" | "clamped" | null;
  /** [6][6] GPa, Voigt order xx yy zz yz xz xy along the Cartesian axes of the structure. */
  readonly constantsGpa: readonly (readonly number[])[];
  /** [6][6] GPa, atoms carried along; null for long waves. */
  readonly clampedGpa: readonly (readonly number[])[] | null;
  /** [6][6] GPa, with method "both". */
  readonly longWavesGpa: readonly (readonly number[])[] | null;
  /** Largest change of a constant by symmetry, |C − Cᵀ|, and difference between the two strains, GPa. */
  readonly symmetryRemovedGpa: number;
  readonly asymmetryGpa: number | null;
  readonly truncationGpa: number | null;
  /** [3][3] GPa, tension positive, of the unstrained crystal. */
  readonly stressGpa: readonly (readonly number[])[] | null;
  readonly stable: boolean;
  /** [6] Kelvin moduli, GPa, ascending. */
  readonly kelvinModuliGpa: readonly number[];
  /** [3][3] the softest strain, Σ ε² = 1. */
  readonly softestStrain: readonly (readonly number[])[];
  /** Null where the crystal is unstable. */
  readonly voigt: ElasticModuliData | null;
  readonly reuss: ElasticModuliData | null;
  readonly hill: ElasticModuliData | null;
  readonly universalAnisotropy: number | null;
  readonly zener: number | null;
  readonly hardnessTianGpa: number | null;
  readonly hardnessChenGpa: number | null;
  readonly debyeTemperatureK: number | null;
  readonly debyeTemperatureAndersonK: number | null;
  readonly soundSlowestKmPerS: number;
  readonly soundFastestKmPerS: number;
  readonly soundMeanKmPerS: number | null;
  readonly forceField: ForceFieldSummary | null;
}

/** g/cm³ in one amu/Å³. */
const GRAM_PER_CM3 = 1.6605390666;
/** Part of the largest constant: more than this taken away by symmetry is worth a note. */
const NOTEWORTHY = 0.01;

export const elasticOperation: Operation<typeof parameters, LatticeInput, ElasticData> = {
  name: "elastic",
  parameters,
  async run(input, request, options = {}) {
    const notes = new Notes();
    const found = await constantsOf(input, request, { ...options, notes });
    const { crystal, raw } = found;
    const symmetry = findSymmetry(crystal, { tolerance: request.symmetryToleranceA });
    const rotations = symmetry.operations.map((operation) => cartesianRotation(crystal.cell, operation));
    const imposed = symmetriseElastic(raw, rotations);
    const constants = request.symmetrise ? imposed.constants : raw;
    if (imposed.removed > NOTEWORTHY * maxAbs(raw))
      notes.add(
        "elastic-lack-symmetry",
        `the constants break the symmetry ${symmetry.symbol} by up to ${(imposed.removed / EV_PER_A3_PER_GPA).toPrecision(3)} GPa`,
        "relax more tightly, or use a larger supercell for long waves",
      );
    const stability = bornStability(constants);
    if (!stability.stable)
      notes.add(
        "elastically-unstable",
        `a strain costs no energy: the least Kelvin modulus is ${(stability.eigenvalues[0]! / EV_PER_A3_PER_GPA).toPrecision(3)} GPa`,
        "the crystal falls along softestStrain: strain it so and relax",
      );
    const data: ElasticData = {
      formula: formulaOf(crystal),
      natoms: atomCount(crystal),
      spaceGroup: symmetry.symbol,
      pointGroup: symmetry.pointGroup,
      independent: independentElastic(rotations),
      volumeA3: crystal.cell.volume,
      densityGPerCm3: massDensity(crystal) * GRAM_PER_CM3,
      constantsGpa: gpaRows(constants, 6),
      longWavesGpa: found.longWaves && gpaRows(symmetriseElastic(found.longWaves, rotations).constants, 6),
      symmetryRemovedGpa: imposed.removed / EV_PER_A3_PER_GPA,
      forceField: found.forceField,
      ...strainData(found.strains, request.symmetrise ? rotations : []),
      ...derived(crystal, constants, stability),
    };
    const files = [{ name: "elastic.csv", data: elasticCsv(data) }];
    return { data, notes: notes.list(), converged: found.converged, files, lines: linesOf(data) };
  },
  estimate(input, request) {
    const { source } = input;
    const waves = request.method === "long-waves" || request.method === "both" || source.kind !== "forces";
    const cost = waves ? latticeCost(input, request) : { seconds: 0, atoms: 0, work: "" };
    let [seconds, atoms] = [cost.seconds, cost.atoms];
    const work = waves ? [cost.work, "26 waves near Γ"] : [];
    if (source.kind === "forces" && request.method !== "long-waves") {
      const n = atomCount(source.crystal);
      const once = evaluationSeconds(chooseForces(source.forces, source.crystal, request).field, source.crystal);
      const evaluations =
        (request.relax ? TYPICAL.relaxCell : 0) + 24 * (request.internal === "relax" ? TYPICAL.relaxFixed : 1);
      seconds += evaluations * once + hessianSeconds(n);
      atoms = Math.max(atoms, n);
      work.push(request.relax ? "rest of the cell" : "no relaxation", "24 strained cells");
    }
    return { seconds, memoryMb: memoryMb(atoms, 3), diskMb: 0.01, work };
  },
};

interface Found {
  readonly crystal: Crystal;
  readonly raw: F64; // [6,6] eV/Å³
  readonly strains: StrainElastic | null;
  readonly longWaves: F64 | null;
  readonly forceField: ForceFieldSummary | null;
  readonly converged: boolean;
}

async function constantsOf(
  input: LatticeInput,
  request: Request,
  { notes, ...options }: RunOptions & { readonly notes: Notes },
): Promise<Found> {
  const { source } = input;
  if (source.kind !== "forces" || request.method === "long-waves") {
    if (source.kind !== "forces" && (request.method === "strains" || request.method === "both"))
      throw new InputError(`--method ${request.method} needs a force field`, "give --forces, or leave --method out");
    const lattice = await latticeOf(input, request, options);
    const waves = longWaveElastic(lattice.dynamics);
    notes.addAll(lattice.notes.list());
    notes.addAll(waves.notes);
    const { forceField } = lattice.summary;
    const { crystal } = lattice.dynamics;
    return { crystal, raw: waves.constants, strains: null, longWaves: null, forceField, converged: lattice.converged };
  }
  const { field, summary } = chooseForces(source.forces, source.crystal, request);
  let crystal = source.crystal;
  let converged = true;
  if (request.relax) {
    const newton = field.can.hessian;
    const rest = await relax(crystal, field, { cell: request.cell, tolerance: 1e-6, newton, ...options });
    notes.addAll(rest.notes);
    converged = rest.converged;
    crystal = rest.crystal;
  }
  const { strain, internal } = request;
  const strains = await strainElastic(crystal, field, { strain, internal, ...options });
  notes.addAll(strains.notes);
  let longWaves: F64 | null = null;
  if (request.method === "both") {
    const lattice = await latticeOf(
      { ...input, source: { ...source, crystal } },
      { ...request, relax: false },
      options,
    );
    const waves = longWaveElastic(lattice.dynamics);
    notes.addAll(lattice.notes.list());
    notes.addAll(waves.notes);
    longWaves = waves.constants;
  }
  return { crystal, raw: strains.constants, strains, longWaves, forceField: summary, converged };
}

const gpaRows = (values: F64, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, row) =>
    Array.from(values.slice(width * row, width * (row + 1)), (x) => x / EV_PER_A3_PER_GPA),
  );

type StrainPart = Pick<
  ElasticData,
  "method" | "internal" | "clampedGpa" | "asymmetryGpa" | "truncationGpa" | "stressGpa"
>;

function strainData(strains: StrainElastic | null, rotations: readonly F64[]): StrainPart {
  if (!strains)
    return {
      method: "long-waves",
      internal: null,
      clampedGpa: null,
      asymmetryGpa: null,
      truncationGpa: null,
      stressGpa: null,
    };
  const clamped = rotations.length > 0 ? symmetriseElastic(strains.clamped, rotations).constants : strains.clamped;
  return {
    method: "strains",
    internal: strains.internal,
    clampedGpa: gpaRows(clamped, 6),
    asymmetryGpa: strains.asymmetry / EV_PER_A3_PER_GPA,
    truncationGpa: strains.truncation / EV_PER_A3_PER_GPA,
    stressGpa: gpaRows(strains.stress, 3),
  };
}

function derived(crystal: Crystal, constants: F64, stability: BornStability) {
  const moduli: ElasticModuli | null = stability.stable ? elasticModuli(constants) : null;
  const debye = elasticDebye(crystal, constants);
  return {
    stable: stability.stable,
    kelvinModuliGpa: Array.from(stability.eigenvalues, (x) => x / EV_PER_A3_PER_GPA),
    softestStrain: [0, 1, 2].map((i) => [...stability.softest.slice(3 * i, 3 * i + 3)]),
    voigt: moduli?.voigt ?? null,
    reuss: moduli?.reuss ?? null,
    hill: moduli?.hill ?? null,
    universalAnisotropy: moduli?.universalAnisotropy ?? null,
    zener: moduli?.zener ?? null,
    hardnessTianGpa: moduli?.hardness.tianGpa ?? null,
    hardnessChenGpa: moduli?.hardness.chenGpa ?? null,
    debyeTemperatureK: debye.temperature,
    debyeTemperatureAndersonK: moduli && andersonDebye(crystal, moduli.hill.bulkGpa, moduli.hill.shearGpa),
    soundSlowestKmPerS: debye.slowestKmPerS,
    soundFastestKmPerS: debye.fastestKmPerS,
    soundMeanKmPerS: debye.meanKmPerS,
  };
}

function elasticCsv({ constantsGpa }: ElasticData): string {
  return writeCsv(
    VOIGT_NAMES.map((name, column) => ({
      name: `C ${name}`,
      unit: "GPa",
      values: constantsGpa.map((row) => row[column]!),
    })),
  );
}

function linesOf(data: ElasticData): string[] {
  const cell = (x: number): string => (Math.abs(x) < 5e-4 ? 0 : x).toFixed(3).padStart(10);
  const internal = data.internal === null ? "" : `, atoms: ${data.internal}`;
  const lines = [
    `structure     ${data.formula}, ${data.natoms} atoms, ${data.spaceGroup} (${data.pointGroup}), ${data.densityGPerCm3.toFixed(4)} g/cm³`,
    `constants     GPa, ${data.independent} independent, from ${data.method}${internal}; rows and columns ${VOIGT_NAMES.join(" ")}`,
    ...data.constantsGpa.map((row) => `  ${row.map(cell).join("")}`),
  ];
  if (data.longWavesGpa)
    lines.push("long waves    GPa", ...data.longWavesGpa.map((row) => `  ${row.map(cell).join("")}`));
  lines.push(
    `symmetry      took off up to ${data.symmetryRemovedGpa.toExponential(1)} GPa`,
    `stability     ${data.stable ? "stable" : "UNSTABLE"}, Kelvin moduli ${data.kelvinModuliGpa.map((x) => x.toFixed(3)).join(" ")} GPa`,
  );
  for (const name of ["voigt", "reuss", "hill"] as const) {
    const m = data[name];
    if (!m) continue;
    lines.push(
      `${name.padEnd(13)} bulk ${m.bulkGpa.toFixed(3)}, shear ${m.shearGpa.toFixed(3)}, Young ${m.youngGpa.toFixed(3)} GPa, Poisson ${m.poisson.toFixed(4)}, G/K ${m.pugh.toFixed(4)}`,
    );
  }
  if (data.hill)
    lines.push(
      `anisotropy    universal ${data.universalAnisotropy!.toFixed(4)}, Zener ${data.zener!.toFixed(4)}`,
      `hardness      ${data.hardnessTianGpa!.toFixed(3)} GPa (Tian), ${data.hardnessChenGpa!.toFixed(3)} GPa (Chen)`,
    );
  const sound = `sound ${data.soundSlowestKmPerS.toFixed(3)} to ${data.soundFastestKmPerS.toFixed(3)} km/s`;
  lines.push(
    data.debyeTemperatureK === null
      ? `Debye         none: a wave is unstable, ${sound}`
      : `Debye         ${data.debyeTemperatureK.toFixed(2)} K, ${data.debyeTemperatureAndersonK?.toFixed(2) ?? "–"} K from Hill's moduli, ${sound}`,
  );
  return lines;
}
