// The numbers of a run in a few lines for a terminal.

import type { Estimate } from "../base/index.js";
import type { EnsembleSpec, TemperatureProgram } from "../dynamics/index.js";
import type { MolecularDynamicsData } from "./md-dynamics-data.js";

/** "3.042 ± 0.012": two digits of the error decide how many of the value are shown. */
export function estimateText({ value, standardError }: Omit<Estimate, "unit">): string {
  const minus = (text: string): string => text.replace("-", "−");
  // an error below rounding is that of a number that was held fixed
  if (!(standardError > 1e-9 * Math.abs(value))) return minus(String(Number(value.toPrecision(6))));
  if (Math.abs(value) >= 1e6 || Math.max(Math.abs(value), standardError) < 1e-4)
    return minus(`${value.toExponential(2)} ± ${standardError.toExponential(1)}`);
  const decimals = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(standardError))));
  return `${minus(value.toFixed(decimals))} ± ${standardError.toFixed(decimals)}`;
}

const temperatureText = (program: TemperatureProgram): string =>
  typeof program === "number" ? `${program} K` : `${program.fromK} to ${program.toK} K`;

/** "constant pressure 0 GPa, 300 K, axes of the cell move" */
export function ensembleText(ensemble: EnsembleSpec): string {
  switch (ensemble.kind) {
    case "nve":
      return "constant energy";
    case "nose-hoover":
      return `Nosé–Hoover chain at ${temperatureText(ensemble.temperatureK)}`;
    case "langevin":
      return `Langevin dynamics at ${temperatureText(ensemble.temperatureK)}`;
    case "rescale":
      return `stochastic velocity rescaling at ${temperatureText(ensemble.temperatureK)}`;
    case "npt": {
      const moving = {
        isotropic: "the volume moves",
        axes: "the lengths of the axes move",
        full: "the whole cell moves",
      };
      return `constant pressure ${ensemble.pressureGpa} GPa and ${temperatureText(ensemble.temperatureK)}, ${moving[ensemble.cell]}`;
    }
  }
}

export function summaryLines(data: MolecularDynamicsData): string[] {
  const { means, cell, replicas, natoms, formula, ensemble } = data;
  const sampled = replicas.reduce((sum, { sampledPs }) => sum + sampledPs, 0);
  const line = (name: string, text: string): string => `${name.padEnd(15)}${text}`;
  const frozen = data.frozen.length > 0 ? `, ${data.frozen.length} frozen` : "";
  return [
    line("structure", `${formula} (${natoms} atoms${frozen})`),
    line("ensemble", ensembleText(ensemble)),
    line(
      "sampled",
      `${Number(sampled.toPrecision(6))} ps in ${replicas.length} ${replicas.length === 1 ? "run" : "runs"}`,
    ),
    ...(means
      ? [
          line("temperature", `${estimateText(means.temperature)} K`),
          ...(means.pressure ? [line("pressure", `${estimateText(means.pressure)} GPa`)] : []),
          line("energy", `${estimateText(means.totalEnergy)} eV`),
          line("drift", `${estimateText(means.drift)} k_BT per atom and ns`),
        ]
      : []),
    ...(cell
      ? [
          line("lattice", `${cell.latticeConstants.map(estimateText).join(",  ")} Å`),
          line("volume", `${estimateText(cell.volume)} Å³`),
          line("bulk modulus", `${estimateText(cell.bulkModulus)} GPa, from the fluctuations of the volume`),
        ]
      : []),
    ...replicas.flatMap(({ name, failure }) =>
      failure ? [line(name, `ended early, ${failure.goodSteps} good steps`)] : [],
    ),
  ];
}
