// The force fields of phonion said in LAMMPS' language, and LAMMPS timed on them. All functions answer nothing where it is not installed.
//
// "hybrid": the terms as LAMMPS has them, Coulomb by coul/long with its tables, Morse, and C/r¹² as lj/cut with σ = 10⁴ Å, whose r⁻⁶
// part vanishes beside it. "table": one table per pair of types, the whole radial function and the short-range part of the Coulomb sum
// in it: the fastest LAMMPS can be made for such a force field.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COULOMB_CONSTANT } from "../../src/base/index.js";
import { cutoffOf, type ForceFieldSpec, interactionsFor } from "../../src/forces/index.js";
import { erfc } from "../../src/numerics/index.js";
import type { Crystal } from "../../src/structure/index.js";

export interface LammpsSettings {
  readonly style: "hybrid" | "table";
  /** Å, where the short-range part of the Coulomb sum ends; for "table" also every other term. */
  readonly coulombCutoff: number;
  readonly sum: "ewald" | "pppm";
  /** LAMMPS' relative accuracy of the Coulomb sum. */
  readonly accuracy: number;
  /** 1/Å, the splitting; "hybrid" leaves it to LAMMPS. */
  readonly splitting?: number;
  /** Entries of a table and how it is read. Default "spline 2000". */
  readonly table?: string;
}

export interface LammpsInput {
  /** Lines between read_data and run. */
  readonly commands: readonly string[];
  /** Name and text of the files they need beside structure.data. */
  readonly files: Readonly<Record<string, string>>;
}

/** Peers are left out on request, and where they are missing. */
export const peersWanted = (): boolean => process.env["PHONION_BENCH_PEERS"] !== "0";

/** The version, or nothing when there is no `lmp`. */
export function lammpsVersion(): string | undefined {
  if (!peersWanted()) return undefined;
  return spawnSync("lmp", ["-h"], { encoding: "utf8" }).stdout?.match(/Simulator - (.*)/)?.[1];
}

/** structure.data of an orthorhombic crystal; tilts of 1e-8 Å are left out. */
export function lammpsData({ cell, kinds, elements, masses, positions }: Crystal, charges: ArrayLike<number>): string {
  const lengths = [0, 4, 8].map((k) => cell.vectors[k]!);
  const massOf = elements.map((_, kind) => masses[Array.from(kinds).indexOf(kind)]!);
  return [
    "structure",
    "",
    `${kinds.length} atoms`,
    `${elements.length} atom types`,
    "",
    ...lengths.map((length, k) => `0 ${length} ${"xyz"[k]}lo ${"xyz"[k]}hi`),
    "0 0 0 xy xz yz",
    "",
    "Masses",
    "",
    ...massOf.map((mass, kind) => `${kind + 1} ${mass}`),
    "",
    "Atoms # charge",
    "",
    ...Array.from(
      kinds,
      (kind, i) => `${i + 1} ${kind + 1} ${charges[kind]} ${positions.slice(3 * i, 3 * i + 3).join(" ")}`,
    ),
    "",
  ].join("\n");
}

export function lammpsInput(spec: ForceFieldSpec, crystal: Crystal, settings: LammpsSettings): LammpsInput {
  return settings.style === "table" ? tabulated(spec, crystal, settings) : hybrid(spec, crystal, settings);
}

function hybrid(spec: ForceFieldSpec, crystal: Crystal, { coulombCutoff, sum, accuracy }: LammpsSettings): LammpsInput {
  const typeOf = (element: string): number => crystal.elements.indexOf(element) + 1;
  const coefficients = Object.entries(spec.pairs).flatMap(([key, terms]) => {
    const types = key.split("-").map(typeOf);
    if (types.includes(0)) return [];
    return terms.map((term) => {
      const pair = [...types].sort((a, b) => a - b).join(" ");
      const cutoff = cutoffOf(spec, term);
      if (term.form === "morse")
        return `pair_coeff ${pair} morse ${term.depthEv} ${term.exponentPerA} ${term.distanceA} ${cutoff}`;
      if (term.form === "repulsion") return `pair_coeff ${pair} lj/cut ${term.coefficientEvAn / 4e48} 1.0e4 ${cutoff}`;
      throw new Error(`no LAMMPS style for ${term.form}`);
    });
  });
  const commands = [
    `pair_style hybrid/overlay coul/long ${coulombCutoff} morse 15.0 lj/cut 15.0`,
    "pair_coeff * * coul/long",
    ...coefficients,
    `kspace_style ${sum} ${accuracy}`,
  ];
  return { commands, files: {} };
}

function tabulated(spec: ForceFieldSpec, crystal: Crystal, settings: LammpsSettings): LammpsInput {
  const { coulombCutoff, sum, accuracy, table = "spline 2000" } = settings;
  const splitting = settings.splitting ?? splittingFor(settings);
  const { pairs, charges } = interactionsFor(spec, crystal);
  const size = Number(table.split(" ")[1]);
  const out = new Float64Array(3);
  const sections: string[] = [];
  const coefficients: string[] = [];
  for (let a = 0; a < crystal.elements.length; a++) {
    for (let b = a; b < crystal.elements.length; b++) {
      const short = pairs.find((pair) => pair.kindA === a && pair.kindB === b);
      const product = COULOMB_CONSTANT * charges[a]! * charges[b]!;
      const rows = Array.from({ length: size }, (_, k) => {
        const r = INNER + ((coulombCutoff - INNER) * k) / (size - 1);
        out.fill(0);
        if (short && r < short.cutoff) short.radial(r, out);
        const screened = erfc(splitting * r) / r;
        const gaussian = ((2 * splitting) / Math.sqrt(Math.PI)) * Math.exp(-((splitting * r) ** 2));
        const energy = out[0]! + product * screened;
        const force = -out[1]! + (product * (screened + gaussian)) / r;
        return `${k + 1} ${r} ${energy} ${force}`;
      });
      sections.push(`P${a}${b}`, `N ${size} R ${INNER} ${coulombCutoff}`, "", ...rows, "");
      coefficients.push(`pair_coeff ${a + 1} ${b + 1} pairs.table P${a}${b} ${coulombCutoff}`);
    }
  }
  const commands = [
    `pair_style table ${table} ${sum}`,
    ...coefficients,
    `kspace_style ${sum} ${accuracy}`,
    `kspace_modify gewald ${splitting}`,
  ];
  return { commands, files: { "pairs.table": `# made by bench/peers/lammps.ts\n\n${sections.join("\n")}\n` } };
}

/** Å, where tables begin: closer than any two ions of an oxide come. */
const INNER = 0.9;

/** exp(−(g r_c)²) is the accuracy. */
const splittingFor = ({ accuracy, coulombCutoff }: LammpsSettings): number =>
  Math.sqrt(-Math.log(accuracy)) / coulombCutoff;

export interface LammpsTimes {
  readonly ms: number;
  /** Processor time. */
  readonly cpuMs: number;
}

const folders: LammpsFolder[] = [];
process.once("exit", () => {
  for (const folder of folders) folder.dispose();
});

/** The quickest found for the 193 atoms of bench/cases/forces.ts with a relative force error of 1e-5, and with one of 1e-3 eV/Å. */
export const ACCURATE: LammpsSettings = {
  style: "table",
  table: "spline 3000",
  coulombCutoff: 11,
  sum: "ewald",
  accuracy: 1e-6,
  splitting: 0.338,
};
export const ROUGH: LammpsSettings = { ...ACCURATE, coulombCutoff: 7, sum: "pppm", accuracy: 1e-4, splitting: 0.4336 };

/** A folder with everything `lmp -in in.bench` needs; it goes when this process ends. */
export class LammpsFolder {
  readonly path = mkdtempSync(join(tmpdir(), "phonion-lammps-"));
  /** Lines for a LAMMPS that runs elsewhere: tables by their whole path. */
  readonly commands: readonly string[];
  readonly #suffix: readonly string[];
  readonly #minimisation: readonly string[];
  readonly #head = ["units metal", "atom_style charge", "read_data structure.data"];

  constructor(data: string, { commands, files }: LammpsInput, suffix?: "opt") {
    folders.push(this);
    this.commands = commands.map((line) => line.replace("pairs.table", join(this.path, "pairs.table")));
    this.#suffix = suffix ? ["-sf", suffix] : [];
    const tail = ["neighbor 0.6 bin", "timestep 1.0e-7", "fix 1 all nve", "thermo 1000000"];
    const dump = ["dump 1 all custom 1000000 forces.dump id fx fy fz", "dump_modify 1 sort id format float %20.13e"];
    const head = this.#head;
    this.write("in.forces", `${[...head, ...commands, ...tail, ...dump, "run 0"].join("\n")}\n`);
    this.write("in.bench", `${[...head, ...commands, ...tail, `run ${"$"}{steps}`].join("\n")}\n`);
    this.#minimisation = [...head, ...commands, "neighbor 0.6 bin", "min_style cg", "min_modify norm max"];
    this.write("structure.data", data);
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  /** Steps of molecular dynamics so short that nothing moves: one evaluation each, without the time to start. */
  run(steps: number, cores = 1): LammpsTimes {
    return this.#timed(["-in", "in.bench", "-var", "steps", String(steps)], cores);
  }

  /** Steps of 1 fs from 700 K at constant energy, neighbours listed `skin` Å further: what a user's run takes. */
  dynamics(steps: number, skin: number): LammpsTimes {
    this.write(
      "in.dynamics",
      `${[...this.#head, ...this.commands, `neighbor ${skin} bin`, "velocity all create 700 1", "timestep 1.0e-3", "fix 1 all nve", "thermo 1000000", "run 100", `run ${steps}`].join("\n")}\n`,
    );
    return this.#timed(["-in", "in.dynamics"], 1);
  }

  /** The last run of an input. */
  #timed(words: readonly string[], cores: number): LammpsTimes {
    const stdout = this.#lmp(words, cores);
    const last = stdout.slice(stdout.lastIndexOf("Loop time of"));
    const seconds = Number(last.match(/Loop time of ([\d.e+-]+)/)?.[1]);
    const use = Number(last.match(/([\d.]+)% CPU use/)?.[1]);
    if (!(seconds > 0)) throw new Error(`LAMMPS did not run:\n${stdout.slice(-800)}`);
    return { ms: 1e3 * seconds, cpuMs: 10 * seconds * use };
  }

  /** Commands `minimize` and what belongs to them, in one process: the sum of their loops, and the energy at the end, eV. */
  minimize(commands: readonly string[]): LammpsTimes & { readonly evaluations: number; readonly energy: number } {
    const finish = ["variable energy equal pe", `print "at rest: ${"$"}{energy}"`];
    this.write("in.minimize", `${[...this.#minimisation, ...commands, "run 0", ...finish].join("\n")}\n`);
    const stdout = this.#lmp(["-in", "in.minimize"]);
    const energy = Number(/^at rest: (\S+)/m.exec(stdout)?.[1]);
    if (!Number.isFinite(energy)) throw new Error(`LAMMPS did not run:\n${stdout.slice(-800)}`);
    const all = (pattern: RegExp): number[] => [...stdout.matchAll(pattern)].map((match) => Number(match[1]));
    const seconds = all(/Loop time of ([\d.e+-]+)/g);
    const uses = all(/([\d.]+)% CPU use/g);
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    return {
      ms: 1e3 * sum(seconds),
      cpuMs: 10 * sum(uses.map((use, i) => use * seconds[i]!)),
      evaluations: sum(all(/Iterations, force evaluations = \d+ +(\d+)/g)),
      energy,
    };
  }

  /** [n,3] eV/Å. */
  forces(): Float64Array {
    const stdout = this.#lmp(["-in", "in.forces"]);
    const file = join(this.path, "forces.dump");
    if (!existsSync(file)) throw new Error(`LAMMPS did not run:\n${stdout.slice(-800)}`);
    const rows = readFileSync(file, "utf8").split("fx fy fz")[1]!.trim().split("\n");
    return Float64Array.from(rows.flatMap((row) => row.trim().split(/\s+/).slice(1).map(Number)));
  }

  /** On several cores each has a part of the cell, a process of its own. */
  #lmp(words: readonly string[], cores = 1): string {
    const env = { ...process.env, OMP_NUM_THREADS: "1" };
    const all = ["lmp", ...words, "-log", "none", ...this.#suffix];
    const spread = cores > 1 ? ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", String(cores)] : [];
    const [program, ...rest] = [...spread, ...all] as [string, ...string[]];
    return spawnSync(program, rest, { cwd: this.path, encoding: "utf8", env }).stdout ?? "";
  }

  dispose(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Root mean square over all components. */
export function rmsDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum / a.length);
}
