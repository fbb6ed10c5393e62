// The result of `phonion medium`: what --json prints, the files, and the lines for a person.

import type { Vec3 } from "../../base/index.js";
import { writeCsv } from "../../io/index.js";
import { type CrystalFramework, KM_PER_S_PER_A_PER_FS, soundAlong } from "../../medium/index.js";
import type { TextFile } from "./operation.js";

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
  /** "apart": long-ranged forces of the given charges were taken apart; "folded": none were given. */
  readonly longRange: "apart" | "folded";
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

export function filesOf(data: MediumData, framework: CrystalFramework): TextFile[] {
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

export function linesOf(data: MediumData): string[] {
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
    `long range    ${data.longRange === "apart" ? "forces of the charges taken apart" : "folded onto the nearest images (no charges were given)"}`,
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
