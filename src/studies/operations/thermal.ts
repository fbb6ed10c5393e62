// Thermodynamics and thermal displacements of a harmonic crystal; with several volumes its expansion, too.

import { z } from "zod";
import { InputError, type Note, PLANCK_EV_PER_THZ, type RunOptions } from "../../base/index.js";
import { writeCsv } from "../../io/index.js";
import {
  cifDisplacements,
  gruneisenAt,
  type LatticeDynamics,
  oscillator,
  quasiHarmonic,
  solveMesh,
  type ThermalProperties,
  type ThermalStatistics,
  thermalDisplacements,
  thermalProperties,
} from "../../modes/index.js";
import { atomCount, speciesOf } from "../../structure/index.js";
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
import { type MeshSummary, meshOf, meshParameters, meshSummary, waveSeconds } from "./lattice-mesh.js";
import { listOf, memoryMb, type Operation, rowsOf, type TextFile } from "./operation.js";

const parameters = z.strictObject({
  ...latticeParameters,
  ...meshParameters,
  fromK: z.number().min(0).default(0).describe("Lowest temperature, K."),
  toK: z.number().min(0).default(1000).describe("Highest temperature, K."),
  stepK: z.number().positive().default(50).describe("Step of temperatures, K."),
  temperatureK: z.number().positive().default(300).describe("Temperature the shares by frequency are made at, K."),
  minimumThz: z
    .number()
    .positive()
    .default(0.1)
    .describe("Modes below are left out of displacements and thermodynamics, THz; how many is said."),
  maximumThz: z.number().positive().optional().describe("Modes above are left out of displacements, THz."),
  bins: z.int().min(2).default(60).describe("Bins of frequency the displacements are split by."),
  statistics: z.enum(["quantum", "classical"]).default("quantum").describe("Occupation of the modes."),
  volumes: z
    .int()
    .min(5)
    .refine((n) => n % 2 === 1, "expected an odd number")
    .optional()
    .describe("With --forces: volumes of the quasi-harmonic approximation, an odd number of at least 5."),
  volumeRange: z
    .number()
    .positive()
    .max(0.3)
    .default(0.06)
    .describe("Spread of those volumes: from 1 − range/2 to 1 + range."),
  state: z.enum(["vinet", "birch-murnaghan"]).default("vinet").describe("Equation of state fitted to them."),
  pressureGpa: z.number().default(0).describe("Pressure of the quasi-harmonic approximation, GPa."),
});

type Request = z.output<typeof parameters>;

export interface ThermalSite {
  readonly element: string;
  readonly fractional: readonly number[];
  /** [t] Å², mean over the three axes. */
  readonly isotropicA2: readonly number[];
  /** [t][3][3] Å², Cartesian. */
  readonly tensorA2: readonly (readonly (readonly number[])[])[];
  /** [t][3][3] Å², in the crystallographers' axes, as in a CIF file. */
  readonly cifTensorA2: readonly (readonly (readonly number[])[])[];
  /** [bins] Å² of `isotropicA2` at the temperature of the shares. */
  readonly byFrequencyA2: readonly number[];
}

export interface ExpansionData {
  readonly volumesA3: readonly number[];
  readonly energiesEv: readonly number[];
  readonly equationOfState: "vinet" | "birch-murnaghan";
  readonly pressureGpa: number;
  readonly volumeA3: readonly number[]; // [t]
  readonly gibbsEv: readonly number[];
  readonly bulkModulusGpa: readonly number[];
  readonly expansionPerK: readonly number[];
  readonly heatCapacityPressureEvPerK: readonly number[];
  /** Σ γ C / Σ C of the modes; null at 0 K. */
  readonly gruneisen: readonly (number | null)[];
  readonly gruneisenModes: { readonly frequenciesThz: readonly number[]; readonly gamma: readonly number[] };
  readonly residualEv: number;
  readonly inside: readonly boolean[];
}

/** Energies, entropies and heat capacities per primitive cell. */
export interface ThermalData {
  readonly lattice: LatticeSummary;
  readonly mesh: MeshSummary;
  readonly statistics: ThermalStatistics;
  readonly minimumThz: number;
  readonly temperaturesK: readonly number[];
  readonly freeEnergyEv: readonly number[];
  /** Null where it has no value: classical at 0 K. */
  readonly entropyEvPerK: readonly (number | null)[];
  readonly heatCapacityEvPerK: readonly number[];
  readonly energyEv: readonly number[];
  readonly zeroPointEv: number;
  /** Modes per primitive cell that were counted, of `modesPerCell`. */
  readonly countedModes: number;
  readonly modesPerCell: number;
  readonly leftOut: number;
  readonly unstableLeftOut: number;
  readonly sites: readonly ThermalSite[];
  readonly shares: {
    readonly temperatureK: number;
    readonly edgesThz: readonly number[];
    readonly byElementA2: Readonly<Record<string, readonly number[]>>;
  };
  readonly expansion: ExpansionData | null;
}

export const thermalOperation: Operation<typeof parameters, LatticeInput, ThermalData> = {
  name: "thermal",
  parameters,
  async run(input, request, options = {}) {
    const temperatures = temperaturesOf(request);
    const lattice = await latticeOf(input, request, options);
    if (request.volumes !== undefined && !lattice.atVolume)
      throw new InputError(
        "--volumes needs a force field: force constants of one volume do not tell those of another",
        "give STRUCTURE and --forces",
      );
    const { dynamics, notes } = lattice;
    const mesh = meshOf(dynamics.crystal, request);
    const modes = await solveMesh(dynamics, mesh, options);
    const { minimumThz, statistics } = request;
    const properties = thermalProperties(modes, temperatures, { minimumThz, statistics });
    const top = modes.frequencies.slice().reduce((most, f) => Math.max(most, f), 0);
    const edges = Array.from({ length: request.bins + 1 }, (_, k) => (k * top * (1 + 1e-9)) / request.bins);
    const shown = [...temperatures, request.temperatureK];
    const moved = await thermalDisplacements(dynamics, mesh, {
      temperatures: shown,
      minimumThz,
      statistics,
      binsThz: edges,
      ...(request.maximumThz === undefined ? {} : { maximumThz: request.maximumThz }),
      ...options,
    });
    notes.addAll(moved.notes);
    const expansion =
      request.volumes === undefined ? null : await expansionOf(lattice, request, { temperatures, options });
    const { crystal } = dynamics;
    const b = atomCount(crystal);
    const t = temperatures.length;
    const inverse = crystal.cell.inverse;
    const sites = Array.from({ length: b }, (_, i): ThermalSite => {
      const tensor = (k: number) => moved.tensors.slice(9 * (k * b + i), 9 * (k * b + i) + 9);
      return {
        element: speciesOf(crystal, i),
        fractional: fractionalOf(lattice, i),
        isotropicA2: Array.from({ length: t }, (_, k) => moved.isotropic[k * b + i]!),
        tensorA2: Array.from({ length: t }, (_, k) => rowsOf(tensor(k))),
        cifTensorA2: Array.from({ length: t }, (_, k) => rowsOf(cifDisplacements(tensor(k), inverse))),
        byFrequencyA2: listOf(moved.byFrequency!.slice((t * b + i) * request.bins, (t * b + i + 1) * request.bins)),
      };
    });
    const data: ThermalData = {
      lattice: lattice.summary,
      mesh: meshSummary(mesh),
      statistics,
      minimumThz,
      temperaturesK: temperatures,
      ...thermodynamics(properties),
      modesPerCell: dynamics.count,
      leftOut: moved.dropped,
      unstableLeftOut: moved.unstable,
      sites,
      shares: { temperatureK: request.temperatureK, edgesThz: edges, byElementA2: byElement(crystal.elements, sites) },
      expansion,
    };
    const files: TextFile[] = [
      { name: "thermal.csv", data: thermalCsv(data) },
      { name: "displacements.csv", data: displacementsCsv(data) },
      { name: "shares.csv", data: sharesCsv(data) },
      ...(expansion ? [{ name: "expansion.csv", data: expansionCsv(data) }] : []),
    ];
    return {
      data,
      notes: notes.list(),
      converged: lattice.converged,
      files,
      lines: [...latticeLines(lattice), ...linesOf(data)],
    };
  },
  estimate(input, request) {
    const cost = latticeCost(input, request);
    const primitive = primitiveOf(input);
    const b = atomCount(primitive);
    const waves = meshOf(primitive, request).weights.length;
    const times = 1 + (request.volumes ?? 0);
    return {
      seconds: 0.5 + times * (cost.seconds + 2 * waves * waveSeconds(b)),
      memoryMb: memoryMb(cost.atoms, 4) + (8 * waves * 3 * b) / 1e6,
      diskMb: 0.05 + 0.0005 * b,
      work: [cost.work, `${times === 1 ? "" : `${times} times `}${waves} wave vectors with ${3 * b} modes each`],
    };
  },
};

function temperaturesOf({ fromK, toK, stepK }: Request): number[] {
  const count = Math.floor((toK - fromK) / stepK + 1e-9) + 1;
  if (!(count >= 1 && count <= 2000))
    throw new InputError(
      `temperatures from ${fromK} to ${toK} K in steps of ${stepK} K are ${Math.max(0, count)}`,
      "ask for one to two thousand: --from-k, --to-k, --step-k",
    );
  return Array.from({ length: count }, (_, k) => fromK + k * stepK);
}

const thermodynamics = (of: ThermalProperties) => ({
  freeEnergyEv: listOf(of.freeEnergy),
  entropyEvPerK: listOf(of.entropy).map((s) => (Number.isFinite(s) ? s : null)),
  heatCapacityEvPerK: listOf(of.heatCapacity),
  energyEv: listOf(of.energy),
  zeroPointEv: of.zeroPoint,
  countedModes: of.counted,
});

function fractionalOf({ dynamics: { crystal } }: Lattice, i: number): number[] {
  const { inverse } = crystal.cell;
  const r = crystal.positions.slice(3 * i, 3 * i + 3);
  return [0, 1, 2].map((k) => r[0]! * inverse[k]! + r[1]! * inverse[3 + k]! + r[2]! * inverse[6 + k]!);
}

/** Means over the atoms of each element. */
function byElement(elements: readonly string[], sites: readonly ThermalSite[]): Record<string, number[]> {
  return Object.fromEntries(
    elements.map((element) => {
      const own = sites.filter((site) => site.element === element);
      return [
        element,
        own[0]!.byFrequencyA2.map(
          (_, bin) => own.reduce((sum, site) => sum + site.byFrequencyA2[bin]!, 0) / own.length,
        ),
      ];
    }),
  );
}

interface ExpansionRun {
  readonly temperatures: readonly number[];
  readonly options: RunOptions;
}

async function expansionOf(
  lattice: Lattice,
  request: Request,
  { temperatures, options }: ExpansionRun,
): Promise<ExpansionData> {
  const count = request.volumes!;
  const middle = (count - 1) / 2;
  const scales = Array.from({ length: count }, (_, k) =>
    k <= middle ? 1 - (request.volumeRange / 2) * (1 - k / middle) : 1 + (request.volumeRange * (k - middle)) / middle,
  );
  const { minimumThz, statistics, state, pressureGpa } = request;
  const made: { readonly dynamics: LatticeDynamics; readonly energyEv: number }[] = [];
  for (const scale of scales) made.push(await lattice.atVolume!(scale, options));
  const free: number[] = [];
  const heat: number[] = [];
  for (const { dynamics } of made) {
    const modes = await solveMesh(dynamics, meshOf(dynamics.crystal, request), options);
    const of = thermalProperties(modes, temperatures, { minimumThz, statistics });
    lattice.notes.addAll(of.notes.filter(unstableOnes));
    free.push(...of.freeEnergy);
    heat.push(...of.heatCapacity);
  }
  const volumes = Float64Array.from(made, ({ dynamics }) => dynamics.crystal.cell.volume);
  const found = quasiHarmonic(
    {
      volumes,
      energies: Float64Array.from(made, ({ energyEv }) => energyEv),
      temperatures: Float64Array.from(temperatures),
      freeEnergies: Float64Array.from(free),
      heatCapacities: Float64Array.from(heat),
    },
    { state, pressureGpa },
  );
  if (found.inside.includes(false))
    lattice.notes.add(
      "volume-outside",
      `at ${found.inside.filter((inside) => !inside).length} of ${temperatures.length} temperatures the equilibrium volume lies outside the volumes computed (${volumes[0]!.toFixed(2)} … ${volumes[count - 1]!.toFixed(2)} Å³): those values are extrapolated`,
      "widen --volume-range, or end at a lower temperature",
    );
  const gruneisen = await gruneisenOf(
    { smaller: made[middle - 1]!.dynamics, middle: made[middle]!.dynamics, larger: made[middle + 1]!.dynamics },
    request,
    { temperatures, options },
  );
  return {
    volumesA3: listOf(volumes),
    energiesEv: made.map(({ energyEv }) => energyEv),
    equationOfState: state,
    pressureGpa,
    volumeA3: listOf(found.volume),
    gibbsEv: listOf(found.gibbs),
    bulkModulusGpa: listOf(found.bulkModulusGpa),
    expansionPerK: listOf(found.expansion),
    heatCapacityPressureEvPerK: listOf(found.heatCapacityPressure ?? []),
    ...gruneisen,
    residualEv: found.residual,
    inside: found.inside,
  };
}

const unstableOnes = ({ code }: Note): boolean => code.startsWith("unstable");

/** γ of every mode of the mesh, and their mean weighed by heat capacity. */
async function gruneisenOf(
  at: Parameters<typeof gruneisenAt>[0],
  request: Request,
  { temperatures }: ExpansionRun,
): Promise<Pick<ExpansionData, "gruneisen" | "gruneisenModes">> {
  const mesh = meshOf(at.middle.crystal, request);
  const frequenciesThz: number[] = [];
  const gamma: number[] = [];
  const [above, below] = [new Float64Array(temperatures.length), new Float64Array(temperatures.length)];
  for (let point = 0; point < mesh.weights.length; point++) {
    const q = [mesh.points[3 * point]!, mesh.points[3 * point + 1]!, mesh.points[3 * point + 2]!] as const;
    const found = gruneisenAt(at, q, { minimumThz: request.minimumThz });
    for (let mode = 0; mode < found.modes.count; mode++) {
      const value = found.gamma[mode]!;
      if (Number.isNaN(value)) continue;
      const f = found.modes.frequencies[mode]!;
      frequenciesThz.push(f);
      gamma.push(value);
      for (const [k, t] of temperatures.entries()) {
        const heat = mesh.weights[point]! * oscillator(PLANCK_EV_PER_THZ * f, t, request.statistics).heatCapacity;
        above[k]! += heat * value;
        below[k]! += heat;
      }
    }
  }
  return {
    gruneisen: temperatures.map((_, k) => (below[k]! > 0 ? above[k]! / below[k]! : null)),
    gruneisenModes: { frequenciesThz, gamma },
  };
}

const thermalCsv = (data: ThermalData): string =>
  writeCsv([
    { name: "temperature", unit: "K", values: data.temperaturesK },
    { name: "free energy", unit: "eV", values: data.freeEnergyEv },
    { name: "entropy", unit: "eV/K", values: data.entropyEvPerK },
    { name: "heat capacity", unit: "eV/K", values: data.heatCapacityEvPerK },
    { name: "energy", unit: "eV", values: data.energyEv },
  ]);

function displacementsCsv({ temperaturesK, sites }: ThermalData): string {
  const rows = temperaturesK.flatMap((t, k) => sites.map((site, i) => ({ t, k, site, i })));
  const tensor = (name: string, a: number, c: number) => ({
    name,
    unit: "Å²",
    values: rows.map(({ site, k }) => site.tensorA2[k]![a]![c]!),
  });
  return writeCsv([
    { name: "temperature", unit: "K", values: rows.map(({ t }) => t) },
    { name: "atom", values: rows.map(({ i }) => i) },
    { name: "element", values: rows.map(({ site }) => site.element) },
    { name: "U_iso", unit: "Å²", values: rows.map(({ site, k }) => site.isotropicA2[k]!) },
    tensor("U_xx", 0, 0),
    tensor("U_yy", 1, 1),
    tensor("U_zz", 2, 2),
    tensor("U_yz", 1, 2),
    tensor("U_xz", 0, 2),
    tensor("U_xy", 0, 1),
  ]);
}

function sharesCsv({ shares: { edgesThz, byElementA2 } }: ThermalData): string {
  return writeCsv([
    { name: "from", unit: "THz", values: edgesThz.slice(0, -1) },
    { name: "to", unit: "THz", values: edgesThz.slice(1) },
    ...Object.entries(byElementA2).map(([name, values]) => ({ name, unit: "Å²", values })),
  ]);
}

function expansionCsv({ temperaturesK, expansion }: ThermalData): string {
  const e = expansion!;
  return writeCsv([
    { name: "temperature", unit: "K", values: temperaturesK },
    { name: "volume", unit: "Å³", values: e.volumeA3 },
    { name: "Gibbs energy", unit: "eV", values: e.gibbsEv },
    { name: "bulk modulus", unit: "GPa", values: e.bulkModulusGpa },
    { name: "volume expansion", unit: "1/K", values: e.expansionPerK },
    { name: "heat capacity at constant pressure", unit: "eV/K", values: e.heatCapacityPressureEvPerK },
    { name: "Grüneisen parameter", values: e.gruneisen },
  ]);
}

/** eV per primitive cell to J/mol of it. */
export const JOULE_PER_MOL = 96485.33212;

function linesOf(data: ThermalData): string[] {
  const at = nearestTemperature(data, data.shares.temperatureK);
  const t = data.temperaturesK[at]!;
  const entropy = data.entropyEvPerK[at];
  const elements = [...new Set(data.sites.map(({ element }) => element))];
  const isotropic = elements.map((element) => {
    const own = data.sites.filter((site) => site.element === element).map((site) => site.isotropicA2[at]!);
    return `${element} ${(own.reduce((sum, u) => sum + u, 0) / own.length).toFixed(6)}`;
  });
  const e = data.expansion;
  return [
    `mesh          ${data.mesh.counts.join(" × ")}, ${data.mesh.solved} of ${data.mesh.total} wave vectors solved; ${data.leftOut} modes below ${data.minimumThz} THz left out`,
    `zero point    ${data.zeroPointEv.toFixed(6)} eV per cell of ${data.lattice.natoms} atoms`,
    `at ${`${t} K`.padEnd(11)}F ${data.freeEnergyEv[at]!.toFixed(6)} eV, S ${entropy == null ? "–" : (JOULE_PER_MOL * entropy).toFixed(3)} J/(mol K), C_V ${(JOULE_PER_MOL * data.heatCapacityEvPerK[at]!).toFixed(3)} J/(mol K)`,
    `U_iso         ${isotropic.join(", ")} Å² per axis`,
    ...(e
      ? [
          `expansion     volume ${e.volumeA3[at]!.toFixed(4)} Å³, α ${e.expansionPerK[at]!.toExponential(3)} 1/K, B ${e.bulkModulusGpa[at]!.toFixed(2)} GPa, γ ${e.gruneisen[at]?.toFixed(3) ?? "–"}`,
        ]
      : []),
  ];
}

export function nearestTemperature({ temperaturesK }: ThermalData, wanted: number): number {
  let best = 0;
  for (const [k, t] of temperaturesK.entries())
    if (Math.abs(t - wanted) < Math.abs(temperaturesK[best]! - wanted)) best = k;
  return best;
}
