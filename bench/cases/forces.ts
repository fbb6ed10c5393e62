// Energy and forces of Ge-substituted Li3PO4 (Li73GeP23O96, 193 atoms): what molecular dynamics, relaxations and bands spend their time on.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createKernelSession,
  cutoffsForAccuracy,
  type ForceFieldSpec,
  interactionsFor,
  type KernelOptions,
  namedForceFieldSpec,
  neighbourForce,
} from "../../src/forces/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../src/structure/index.js";

export const name = "forces";
export const why =
  "good numbers for one core and 193 atoms are 1600 evaluations/s in double precision at 1e-5, 3000/s mixed, 450/s with all cut-offs at " +
  "15 Å, and a Hessian in 0.15 s";
export const unit = "evaluations";
/** Smallest first. */
export const sizes = [
  "32 atoms, 1e-5",
  "193 atoms, 1e-5",
  "193 atoms, 1e-5, with stress",
  "193 atoms, 1e-5, mixed",
  "193 atoms, 1e-5, a new list each time",
  "193 atoms, all cut-offs at 15 Å",
  "193 atoms, all cut-offs at 15 Å, mixed",
  "193 atoms, Hessian",
  "193 atoms, attach",
] as const;

function structure(atoms: 32 | 193): Crystal {
  const folder = atoms === 32 ? "pedone-li3po4" : "pedone-li3po4-ge193";
  const file = new URL(`../../fixtures/lammps/${folder}/expected.json`, import.meta.url);
  const { cell, species, positions } = JSON.parse(readFileSync(file, "utf8")).structure;
  return makeCrystal({ cell: makeCell(cell), species, positions });
}

/** Every term ended where it is negligible at 1e-5, or all at 15 Å as published. */
function specFor(crystal: Crystal, short: boolean): ForceFieldSpec {
  const spec = namedForceFieldSpec("pedone-2006");
  if (short) return cutoffsForAccuracy(spec, crystal, 1e-5).spec;
  return { ...spec, coulomb: { method: "ewald", accuracy: 1e-5 } };
}

/** What is timed: 20 evaluations at two arrangements in turn. Resolves to how many there were. */
export async function prepare(size: (typeof sizes)[number]): Promise<() => Promise<number>> {
  const crystal = structure(size.startsWith("32") ? 32 : 193);
  const interactions = interactionsFor(specFor(crystal, !size.includes("15 Å")), crystal);
  const options: KernelOptions = size.includes("mixed") ? { precision: "mixed" } : {};
  if (size.endsWith("attach")) {
    return async () => {
      createKernelSession(interactions, options).dispose();
      return 1;
    };
  }
  const session = createKernelSession(interactions, options);
  if (size.endsWith("Hessian")) {
    return async () => {
      session.hessian!(crystal.positions);
      return 1;
    };
  }
  const step = size.includes("new list") ? 1 : 1e-3; // Å; all atoms together, so that only the list is affected
  const places = [crystal.positions, crystal.positions.slice().map((x) => x + step)];
  const forces = new Float64Array(crystal.positions.length);
  const stress = size.includes("stress") ? new Float64Array(9) : undefined;
  return async () => {
    for (let i = 0; i < 20; i++) session.evaluate(places[i % 2]!, forces, stress);
    return 20;
  };
}

interface Row {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
}

export async function run({ smallest }: { readonly smallest: boolean }): Promise<Row[]> {
  const crystal = structure(smallest ? 32 : 193);
  return [...mixedError(crystal), ...(smallest ? [] : lammps(crystal))];
}

/** What mixed precision costs in accuracy, against the double kernel. */
function mixedError(crystal: Crystal): Row[] {
  const interactions = interactionsFor(specFor(crystal, true), crystal);
  const [double, mixed] = (["double", "mixed"] as const).map((precision) => {
    const forces = new Float64Array(crystal.positions.length);
    return { forces, energy: createKernelSession(interactions, { precision }).evaluate(crystal.positions, forces) };
  }) as [{ forces: Float64Array; energy: number }, { forces: Float64Array; energy: number }];
  const charges = Float64Array.from(crystal.kinds, (kind) => interactions.charges[kind]!);
  const sum = double.forces.reduce((total, f, i) => total + (f - mixed.forces[i]!) ** 2, 0);
  const rms = Math.sqrt(sum / double.forces.length);
  return [
    { label: "mixed: rms force error", value: rms, unit: "eV/Å" },
    { label: "mixed: over the force of neighbours", value: rms / neighbourForce(crystal.cell, charges), unit: "" },
    {
      label: "mixed: energy error",
      value: Math.abs(mixed.energy - double.energy) / crystal.kinds.length,
      unit: "eV/atom",
    },
  ];
}

/** Steps per second of LAMMPS, its fastest choice of sum and Coulomb cut-off at its accuracy 1e-5; nothing where it is not installed. */
function lammps(crystal: Crystal): Row[] {
  const version = spawnSync("lmp", ["-h"], { encoding: "utf8" }).stdout?.match(/Simulator - (.*)/)?.[1];
  if (!version) return [];
  return [true, false].map((short) => {
    let best = 0;
    for (const sum of ["ewald", "pppm"]) {
      for (const cutoff of [5, 6, 7, 8, 10])
        best = Math.max(best, stepsPerSecond(specFor(crystal, short), sum, cutoff));
    }
    return { label: `LAMMPS (${version})${short ? ", 1e-5" : ", all at 15 Å"}`, value: best, unit: "steps/s" };
  });
}

const TYPES = ["Li", "Ge", "P", "O"];
const STEPS = 200;

function stepsPerSecond(spec: ForceFieldSpec, sum: string, coulombCutoff: number): number {
  const folder = mkdtempSync(join(tmpdir(), "phonion-lammps-"));
  const present = Object.entries(spec.pairs).filter(([key]) =>
    key.split("-").every((element) => TYPES.includes(element)),
  );
  const coefficients = present.flatMap(([key, terms]) => {
    const types = key
      .split("-")
      .map((element) => TYPES.indexOf(element) + 1)
      .sort()
      .join(" ");
    return terms.map((term) => {
      const cutoff = term.cutoffA ?? spec.cutoffA;
      if (term.form === "morse") {
        return `pair_coeff ${types} morse ${term.depthEv} ${term.exponentPerA} ${term.distanceA} ${cutoff}`;
      }
      // 4ε(σ/r)¹² with σ so large that the r⁻⁶ part vanishes beside it
      if (term.form === "repulsion") return `pair_coeff ${types} lj/cut ${term.coefficientEvAn / 4e48} 1.0e4 ${cutoff}`;
      throw new Error(`no LAMMPS style for ${term.form}`);
    });
  });
  const input = [
    "units metal",
    "atom_style charge",
    "read_data structure.data",
    `pair_style hybrid/overlay coul/long ${coulombCutoff} morse 15.0 lj/cut 15.0`,
    "pair_coeff * * coul/long",
    ...coefficients,
    `kspace_style ${sum} 1.0e-5`,
    "neighbor 0.6 bin",
    "timestep 1.0e-7",
    "fix 1 all nve",
    "thermo 1000",
    `run ${STEPS}`,
  ];
  writeFileSync(join(folder, "in.bench"), `${input.join("\n")}\n`);
  const data = readFileSync(new URL("../../fixtures/lammps/pedone-li3po4-ge193/structure.data", import.meta.url));
  writeFileSync(join(folder, "structure.data"), data);
  const { stdout } = spawnSync("lmp", ["-in", "in.bench", "-log", "none"], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: "1" },
  });
  rmSync(folder, { recursive: true });
  const seconds = Number(stdout.match(/Loop time of ([\d.e+-]+)/)?.[1]);
  if (!(seconds > 0)) throw new Error(`LAMMPS did not run:\n${stdout.slice(-500)}`);
  return STEPS / seconds;
}
