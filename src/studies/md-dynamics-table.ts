// All samples of all replicas as one table.

import { EV_PER_A3_PER_GPA } from "../base/index.js";
import type { Thermo } from "../dynamics/index.js";
import type { CsvColumn } from "../io/index.js";
import type { MdRunResult } from "./md-runs.js";

interface Row {
  readonly replica: number;
  readonly phase: string;
  readonly thermo: Thermo;
  readonly at: number;
}

/** @param equilibrated whether the first phase is equilibration */
export function thermoTable(results: readonly MdRunResult[], equilibrated: boolean): CsvColumn[] {
  const rows = results.flatMap(({ phases }, index) =>
    phases.flatMap((thermo, phase): Row[] =>
      Array.from({ length: thermo.step.length }, (_, at) => ({
        replica: index + 1,
        phase: equilibrated && phase === 0 ? "equilibration" : "run",
        thermo,
        at,
      })),
    ),
  );
  const column = (name: string, unit: string, value: (row: Row) => number | undefined): CsvColumn => ({
    name,
    unit,
    values: rows.map((row) => value(row) ?? null),
  });
  const optional = [
    column("pressure", "GPa", ({ thermo, at }) => thermo.pressure && thermo.pressure[at]! / EV_PER_A3_PER_GPA),
    column("volume", "Å³", ({ thermo, at }) => thermo.volume?.[at]),
  ];
  return [
    { name: "replica", values: rows.map(({ replica }) => replica) },
    { name: "phase", values: rows.map(({ phase }) => phase) },
    { name: "step", values: rows.map(({ thermo, at }) => thermo.step[at]!) },
    column("time", "fs", ({ thermo, at }) => thermo.timeFs[at]),
    column("temperature", "K", ({ thermo, at }) => thermo.temperatureK[at]),
    column("potential energy", "eV", ({ thermo, at }) => thermo.potentialEnergy[at]),
    column("kinetic energy", "eV", ({ thermo, at }) => thermo.kineticEnergy[at]),
    column("conserved", "eV", ({ thermo, at }) => thermo.conserved[at]),
    ...(rows.some(({ thermo }) => thermo.pressure) ? optional : []),
  ];
}
