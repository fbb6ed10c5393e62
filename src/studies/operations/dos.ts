// The density of states of a mesh: total, by element, by atom, by direction, and its moments.

import { z } from "zod";
import { InputError, type Vec3 } from "../../base/index.js";
import { writeCsv, writeMeshYaml } from "../../io/index.js";
import { dosAlong, frequencyMoment, type MeshModes } from "../../modes/index.js";
import { atomCount, type Crystal, speciesOf } from "../../structure/index.js";
import { dosCsv } from "./bands.js";
import {
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
import { listOf, memoryMb, type Operation, type TextFile } from "./operation.js";

const VECTOR = /^\s*[-+\d.eE]+([\s,]+[-+\d.eE]+){2}\s*$/;

const parameters = z.strictObject({
  ...latticeParameters,
  ...meshParameters,
  ...dosParameters,
  direction: z
    .string()
    .regex(VECTOR, "expected three numbers, such as 0 0 1")
    .optional()
    .describe('Cartesian direction: the density of motion along it is made too, e.g. "0 0 1".'),
  minimumThz: z.number().min(0).default(0.01).describe("Modes below count for no moment, THz."),
  meshYaml: z.boolean().default(false).describe("With --out: write mesh.yaml with vectors, as phonopy does."),
});

/** Of modes above the least frequency, weighed by the atoms meant. */
export interface SpectrumMoments {
  readonly centreThz: number;
  readonly widthThz: number; // √(M2 − M1²)
  readonly skewness: number;
  /** Excess: 0 for a Gaussian. */
  readonly kurtosis: number;
  readonly secondMomentThz2: number; // M2
}

export interface DosOperationData {
  readonly lattice: LatticeSummary;
  readonly mesh: MeshSummary;
  readonly dos: DosData;
  /** One per atom of the primitive cell. */
  readonly sites: readonly { readonly element: string; readonly perThz: readonly number[] }[];
  readonly direction: {
    readonly cartesian: readonly number[];
    readonly perThz: readonly number[];
    readonly byElementPerThz: Readonly<Record<string, readonly number[]>>;
  } | null;
  readonly moments: { readonly total: SpectrumMoments; readonly byElement: Readonly<Record<string, SpectrumMoments>> };
  readonly minimumThz: number;
  /** ∫ g df, 3 per atom of the primitive cell. */
  readonly states: number;
  readonly imaginaryShare: number;
  readonly lowestThz: number;
  readonly highestThz: number;
  /** Every mode of the wave vectors that were solved, thinned to at most four thousand. */
  readonly modes: {
    readonly frequenciesThz: readonly number[];
    readonly participation: readonly number[];
    readonly character: readonly (readonly number[])[];
  };
}

export const dosOperation: Operation<typeof parameters, LatticeInput, DosOperationData> = {
  name: "dos",
  parameters,
  async run(input, request, options = {}) {
    const lattice = await latticeOf(input, request, options);
    const { dynamics, notes } = lattice;
    const { crystal } = dynamics;
    const along = request.direction === undefined ? undefined : vectorOf(request.direction);
    const { modes, dos } = await solvedDos(dynamics, request, {
      ...options,
      keep: ["weights", ...(along ? (["tensors"] as const) : []), ...(request.meshYaml ? (["vectors"] as const) : [])],
      project: along ? "tensors" : "atoms",
    });
    notes.addAll(modes.notes);
    const points = dos.frequencies.length;
    const states = dos.total.slice().reduce((sum, g) => sum + g, 0) * (dos.frequencies[1]! - dos.frequencies[0]!);
    const { low, high, imaginaryShare } = spread(modes);
    if (imaginaryShare > 0)
      notes.add(
        "imaginary-modes",
        `${(100 * imaginaryShare).toPrecision(3)} % of the modes of the mesh are imaginary, the lowest at ${low.toPrecision(4)} THz`,
        "`phonion bands` lists them and writes structures displaced along them",
      );
    const data: DosOperationData = {
      lattice: lattice.summary,
      mesh: meshSummary(modes.mesh),
      dos: dosData(dos, request.widthThz),
      sites: Array.from({ length: atomCount(crystal) }, (_, i) => ({
        element: speciesOf(crystal, i),
        perThz: listOf(dos.byAtom!.slice(i * points, (i + 1) * points)),
      })),
      direction: along ? directed(crystal, dosAlong(dos, along), along) : null,
      moments: {
        total: momentsOf(modes, request.minimumThz),
        byElement: Object.fromEntries(
          crystal.elements.map((element, kind) => [
            element,
            momentsOf(modes, request.minimumThz, atomsOfKind(crystal, kind)),
          ]),
        ),
      },
      minimumThz: request.minimumThz,
      states,
      imaginaryShare,
      lowestThz: low,
      highestThz: high,
      modes: modeList(modes),
    };
    const files: TextFile[] = [
      { name: "dos.csv", data: dosCsv(data.dos) },
      { name: "dos-sites.csv", data: sitesCsv(data) },
      ...(data.direction ? [{ name: "dos-direction.csv", data: directionCsv(data) }] : []),
      ...(request.meshYaml ? [{ name: "mesh.yaml", data: writeMeshYaml(modes) }] : []),
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
    return {
      seconds: 0.5 + cost.seconds + waves * waveSeconds(b),
      memoryMb: memoryMb(cost.atoms, 4) + (8 * waves * 3 * b * b * (request.direction ? 7 : 1)) / 1e6,
      diskMb: 0.1 + (request.meshYaml ? (waves * 3 * b * 130 * b) / 1e6 : 0),
      work: [cost.work, `${waves} wave vectors with ${3 * b} modes each`],
    };
  },
};

function vectorOf(text: string): Vec3 {
  const v = text
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  if (v.length === 3 && v.every(Number.isFinite) && Math.hypot(...v) > 0) return v as unknown as Vec3;
  throw new InputError(`the direction is (${text.trim()})`, "three numbers that are not all zero, such as 0 0 1");
}

const atomsOfKind = (crystal: Crystal, kind: number): number[] =>
  Array.from({ length: atomCount(crystal) }, (_, i) => i).filter((i) => crystal.kinds[i] === kind);

function directed(
  crystal: Crystal,
  perAtom: Float64Array,
  cartesian: Vec3,
): NonNullable<DosOperationData["direction"]> {
  const b = atomCount(crystal);
  const points = perAtom.length / b;
  const sum = (atoms: readonly number[]): number[] =>
    Array.from({ length: points }, (_, p) => atoms.reduce((total, i) => total + perAtom[i * points + p]!, 0));
  return {
    cartesian: [...cartesian],
    perThz: sum(Array.from({ length: b }, (_, i) => i)),
    byElementPerThz: Object.fromEntries(
      crystal.elements.map((element, kind) => [element, sum(atomsOfKind(crystal, kind))]),
    ),
  };
}

export function momentsOf(modes: MeshModes, minimumThz: number, atoms?: readonly number[]): SpectrumMoments {
  const options = { minimumThz, ...(atoms ? { atoms } : {}) };
  const [m1, m2, m3, m4] = [1, 2, 3, 4].map((order) => frequencyMoment(modes, order, options)) as [
    number,
    number,
    number,
    number,
  ];
  const variance = Math.max(0, m2 - m1 * m1);
  const third = m3 - 3 * m1 * m2 + 2 * m1 ** 3;
  const fourth = m4 - 4 * m1 * m3 + 6 * m1 ** 2 * m2 - 3 * m1 ** 4;
  // one single frequency has no shape
  const shaped = variance > 1e-12 * m2;
  return {
    centreThz: m1,
    widthThz: Math.sqrt(variance),
    skewness: shaped ? third / variance ** 1.5 : 0,
    kurtosis: shaped ? fourth / variance ** 2 - 3 : 0,
    secondMomentThz2: m2,
  };
}

/** THz; a mode below minus this is imaginary: rounding of the translations is far smaller. */
const IMAGINARY = 0.02;

function spread({ mesh, count, frequencies }: MeshModes): { low: number; high: number; imaginaryShare: number } {
  let [low, high, imaginary] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let k = 0; k < frequencies.length; k++) {
    const f = frequencies[k]!;
    low = Math.min(low, f);
    high = Math.max(high, f);
    if (f < -IMAGINARY) imaginary += mesh.weights[Math.floor(k / count)]!;
  }
  return { low, high, imaginaryShare: imaginary / (mesh.total * count) };
}

const MOST_MODES = 4000;

/** From the weights |e_j|² that the mesh kept. */
function modeList(modes: MeshModes): DosOperationData["modes"] {
  const { crystal, frequencies, weights } = modes;
  const b = atomCount(crystal);
  const step = Math.max(1, Math.ceil(frequencies.length / MOST_MODES));
  const frequenciesThz: number[] = [];
  const participation: number[] = [];
  const character: number[][] = [];
  for (let k = 0; k < frequencies.length; k += step) {
    const own = weights!.subarray(k * b, (k + 1) * b);
    let squares = 0;
    const parts = new Array<number>(crystal.elements.length).fill(0);
    for (let j = 0; j < b; j++) {
      squares += own[j]! ** 2;
      parts[crystal.kinds[j]!]! += own[j]!;
    }
    frequenciesThz.push(frequencies[k]!);
    participation.push(1 / (b * squares));
    character.push(parts);
  }
  return { frequenciesThz, participation, character };
}

const sitesCsv = ({ dos, sites }: DosOperationData): string =>
  writeCsv([
    { name: "frequency", unit: "THz", values: dos.frequenciesThz },
    ...sites.map(({ element, perThz }, i) => ({ name: `${element} ${i}`, unit: "1/THz", values: perThz })),
  ]);

const directionCsv = ({ dos, direction }: DosOperationData): string =>
  writeCsv([
    { name: "frequency", unit: "THz", values: dos.frequenciesThz },
    { name: "all", unit: "1/THz", values: direction!.perThz },
    ...Object.entries(direction!.byElementPerThz).map(([name, values]) => ({ name, unit: "1/THz", values })),
  ]);

function linesOf(data: DosOperationData): string[] {
  const { mesh, moments } = data;
  const row = (name: string, m: SpectrumMoments): string =>
    `${name.padEnd(14)}centre ${m.centreThz.toFixed(4)} THz, width ${m.widthThz.toFixed(4)} THz, skewness ${m.skewness.toFixed(3)}, kurtosis ${m.kurtosis.toFixed(3)}`;
  return [
    `mesh          ${mesh.counts.join(" × ")}, ${mesh.solved} of ${mesh.total} wave vectors solved`,
    `states        ${data.states.toFixed(4)} from ${data.lowestThz.toFixed(4).replace(/^-(0\.0+)$/, "$1")} to ${data.highestThz.toFixed(4)} THz (${data.dos.method})`,
    row("all", moments.total),
    ...Object.entries(moments.byElement).map(([element, m]) => row(element, m)),
  ];
}
