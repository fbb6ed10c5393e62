// Temperatures of baths over time, and which atom belongs to which.

import { InputError } from "../base/index.js";
import type { TemperatureProgram, ThermalGroup } from "./ensemble.js";
import type { MdState } from "./state.js";

/** K, `elapsedFs` after the run began. */
export function temperatureAt(program: TemperatureProgram, elapsedFs: number): number {
  if (typeof program === "number") return program;
  const { fromK, toK, overFs } = program;
  if (elapsedFs >= overFs) return toK;
  return elapsedFs <= 0 ? fromK : fromK + ((toK - fromK) * elapsedFs) / overFs;
}

/** @throws InputError for a temperature that is not positive or a ramp that takes no time. */
export function checkTemperature(program: TemperatureProgram, name = "temperatureK"): void {
  const temperatures = typeof program === "number" ? [program] : [program.fromK, program.toK];
  for (const value of temperatures) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new InputError(`${name} is ${value} K`, "a bath has a positive, finite temperature");
    }
  }
  if (typeof program !== "number" && !(program.overFs > 0 && Number.isFinite(program.overFs))) {
    throw new InputError(`the ramp of ${name} takes ${program.overFs} fs`, "overFs is a positive time");
  }
}

/** @throws InputError unless `value` is positive and not shorter than `least` steps. */
export function checkRelaxation(value: number, timestepFs: number, least: number): void {
  if (!(value >= least * timestepFs && Number.isFinite(value))) {
    throw new InputError(
      `relaxationFs is ${value} fs, at least ${least * timestepFs} fs are needed with a time step of ${timestepFs} fs`,
      "100 to 1000 fs is usual",
    );
  }
}

export interface Bath {
  readonly program: TemperatureProgram;
  /** Free atoms, ascending. */
  readonly atoms: Int32Array;
}

/**
 * The ensemble's own bath first, for the atoms in no group (left out when there are none), then the groups.
 * @throws InputError for an index out of range, an atom in two groups, a group of frozen atoms only.
 */
export function bathsOf(state: MdState, own: TemperatureProgram, groups: readonly ThermalGroup[] = []): Bath[] {
  const n = state.frozen.length;
  checkTemperature(own);
  const owner = new Int32Array(n);
  groups.forEach((group, g) => {
    checkTemperature(group.temperatureK, `temperatureK of group ${g + 1}`);
    for (const i of group.atoms) {
      if (!Number.isInteger(i) || i < 0 || i >= n) {
        throw new InputError(`atom ${i} in thermal group ${g + 1}`, `indices are whole numbers from 0 to ${n - 1}`);
      }
      if (owner[i] !== 0) {
        throw new InputError(
          `atom ${i + 1} is in the thermal groups ${owner[i]} and ${g + 1}`,
          "an atom has one bath: list it once",
        );
      }
      owner[i] = g + 1;
    }
  });
  const members = (g: number): Int32Array =>
    Int32Array.from(Array.from(owner.keys()).filter((i) => owner[i] === g && !state.frozen[i]));
  const baths = groups.map((group, g) => ({ program: group.temperatureK, atoms: members(g + 1) }));
  const empty = baths.findIndex((bath) => bath.atoms.length === 0);
  if (empty >= 0) {
    throw new InputError(`thermal group ${empty + 1} has no atom that moves`, "leave the group out, or free its atoms");
  }
  const rest = members(0);
  return rest.length > 0 ? [{ program: own, atoms: rest }, ...baths] : baths;
}
