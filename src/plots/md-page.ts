// The page of the study "molecular-dynamics".

import type { Estimate } from "../base/index.js";
import type { Report } from "../io/index.js";
import {
  ensembleText,
  estimateText,
  type MdCell,
  type MdReplica,
  type MolecularDynamicsData,
} from "../studies/index.js";
import { show } from "./draw.js";
import {
  energyFigure,
  hasPressure,
  meanSquareDisplacementFigure,
  pressureFigure,
  temperatureFigure,
} from "./md-figures.js";
import type { Page, Section, Table } from "./page.js";

export function molecularDynamicsPage(report: Report<MolecularDynamicsData>): Page {
  const { data } = report;
  const { means, cell, replicas } = data;
  const sampled = replicas.reduce((sum, { sampledPs }) => sum + sampledPs, 0);
  const failed = replicas.filter(({ failure }) => failure).length;
  return {
    title: `Molecular dynamics of ${data.formula}`,
    lead: `${data.natoms} atoms with the force field ${data.forceField.name}: ${ensembleText(data.ensemble)}; ${replicas.length} ${
      replicas.length === 1 ? "run" : "independent runs"
    } with a time step of ${show(data.timestepFs)} fs.`,
    headline: [
      ...(failed > 0 ? [{ label: "Ended early", value: `${failed} of ${replicas.length}` }] : []),
      { label: "Sampled", value: `${show(sampled)} ps` },
      ...(means ? [{ label: "Temperature", value: `${estimateText(means.temperature)} K` }] : []),
      ...(means?.pressure ? [{ label: "Pressure", value: `${estimateText(means.pressure)} GPa` }] : []),
      ...(cell
        ? [
            {
              label: "Lattice constants",
              value: `${cell.latticeConstants.map(({ value }) => value.toFixed(3)).join(", ")} Å`,
            },
          ]
        : []),
      ...(means ? [{ label: "Drift", value: `${estimateText(means.drift)} k_BT per atom and ns` }] : []),
    ],
    sections: [
      ...(failed > 0 ? [failureSection(replicas)] : []),
      courseSection(data),
      ...(cell ? [cellSection(cell, data)] : []),
      ...(data.msd.length > 0 ? [displacementSection(data)] : []),
      setupSection(data),
    ],
  };
}

function failureSection(replicas: readonly MdReplica[]): Section {
  return {
    title: "What ended early",
    text: replicas.flatMap(({ name, failure, frames }) =>
      failure
        ? [
            `${name}: ${failure.message}. ${capital(failure.hint)}. ${failure.goodSteps} steps are good; ${
              frames > 0 ? `the trajectory holds their ${frames} frames` : "it had not come to its first frame"
            }.`,
          ]
        : [],
    ),
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function courseSection(data: MolecularDynamicsData): Section {
  const drawn = data.replicas.some(({ series, equilibration }) => series ?? equilibration);
  return {
    title: "The course of the run",
    text: [
      data.equilibration
        ? `The approach to temperature (${show((data.steps.equilibration * data.timestepFs) / 1000)} ps, ${ensembleText(data.equilibration)}) is left out of all means. Errors of means are from blocks long enough to be independent.`
        : "There was no equilibration: means hold the approach to temperature, too. Errors of means are from blocks long enough to be independent.",
    ],
    figures: drawn
      ? [temperatureFigure(data), energyFigure(data), ...(hasPressure(data) ? [pressureFigure(data)] : [])]
      : [],
    tables: [replicaTable(data)],
  };
}

const shown = (estimate: Estimate | undefined): string => (estimate ? estimateText(estimate) : "–");

function replicaTable({ replicas }: MolecularDynamicsData): Table {
  return {
    title: "Replicas",
    caption: "Means of each run. Drift: slope of the conserved quantity.",
    head: ["run", "sampled (ps)", "frames", "T (K)", "P (GPa)", "energy (eV)", "drift (k_BT/atom/ns)", "trajectory"],
    rows: replicas.map(({ name, sampledPs, frames, means, trajectory, failure }) => [
      failure ? `${name} (ended early)` : name,
      show(sampledPs, 6),
      String(frames),
      shown(means?.temperature),
      shown(means?.pressure),
      shown(means?.totalEnergy),
      shown(means?.drift),
      trajectory ?? "–",
    ]),
  };
}

function cellSection(cell: MdCell, { supercell, cellParameters }: MolecularDynamicsData): Section {
  const row = (name: string, mean: Estimate, start?: number): string[] => [
    name,
    estimateText(mean),
    start === undefined ? "–" : start.toFixed(4),
  ];
  const { lengths, angles, latticeConstants, volume, compressibility, bulkModulus } = cell;
  const repeated = supercell.some((count) => count > 1);
  return {
    title: "The cell",
    text: [
      "Means over the frames of the run. The compressibility is from the fluctuations of the volume, ⟨δV²⟩/(k_BT⟨V⟩): it needs a run many times longer than the period of the piston.",
    ],
    tables: [
      {
        title: "Lattice",
        caption: repeated
          ? `Lattice constants are those of the supercell over its repeats ${supercell.join(" × ")}.`
          : "",
        head: ["", "mean", "start"],
        rows: [
          ...["a", "b", "c"].map((name, k) =>
            row(`${name} (Å)`, latticeConstants[k]!, cellParameters[k]! / supercell[k]!),
          ),
          ...(repeated
            ? ["a", "b", "c"].map((name, k) => row(`${name} of the supercell (Å)`, lengths[k]!, cellParameters[k]!))
            : []),
          ...["α", "β", "γ"].map((name, k) => row(`${name} (°)`, angles[k]!, cellParameters[3 + k]!)),
          row("volume (Å³)", volume),
          row("compressibility (1/GPa)", compressibility),
          row("bulk modulus (GPa)", bulkModulus),
        ],
      },
    ],
  };
}

function displacementSection(data: MolecularDynamicsData): Section {
  return {
    title: "How far the atoms got",
    text: [
      data.mobile
        ? `The mobile ion is ${data.mobile}; its displacements are measured against the framework.`
        : "None of the usual mobile ions is in this crystal: all elements are shown.",
    ],
    figures: [meanSquareDisplacementFigure(data)],
    tables: [
      {
        title: "Mean square displacement",
        caption: "At the longest lag with an error.",
        head: ["element", "atoms", "against", "lag (ps)", "Å²"],
        rows: data.msd.map(({ element, atoms, reference, lagsPs, meanA2, standardErrorA2 }) => {
          const at = (standardErrorA2.length || lagsPs.length) - 1;
          const standardError = standardErrorA2[at] ?? 0;
          return [
            element,
            String(atoms),
            reference,
            show(lagsPs[at]),
            estimateText({ value: meanA2[at]!, standardError }),
          ];
        }),
      },
    ],
  };
}

function setupSection(data: MolecularDynamicsData): Section {
  const { forceField, frozen, steps, timestepFs, sampleFs, degreesOfFreedom } = data;
  const cutoffs = Object.entries(forceField.cutoffsA).map(([pair, length]) => `${pair} ${show(length)}`);
  return {
    title: "Setup",
    text: [],
    tables: [
      {
        title: "What was run",
        head: ["", ""],
        rows: [
          ["force field", `${forceField.name}${forceField.doi ? `, doi:${forceField.doi}` : ""}`],
          [
            "relative accuracy of the forces",
            forceField.accuracy === null ? "the source's cut-offs" : show(forceField.accuracy, 2),
          ],
          ["longest cut-offs (Å)", cutoffs.join(", ") || "–"],
          ["engine", forceField.engine ?? "kernel"],
          ["time step (fs)", show(timestepFs)],
          ["steps of equilibration, of the run", `${steps.equilibration}, ${steps.production}`],
          ["between samples (fs)", show(sampleFs)],
          ["degrees of freedom", String(degreesOfFreedom)],
          ["frozen atoms", frozen.length === 0 ? "none" : `${frozen.length}`],
        ],
      },
    ],
  };
}
