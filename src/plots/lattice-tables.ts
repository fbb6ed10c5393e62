// What pages of bands, densities of states and thermal averages say alike: where the force constants came from.

import type { LatticeSummary, MeshSummary } from "../studies/index.js";
import { show } from "./draw.js";
import type { Table } from "./page.js";

const SOURCES: Record<LatticeSummary["source"], string> = {
  forces: "second derivatives of the force field in a supercell",
  phonopy: "a phonopy folder",
  constants: "a table of force constants",
  arrangements: "a fit to displaced supercells",
};

export function latticeTable(lattice: LatticeSummary, mesh: MeshSummary): Table {
  const rows: [string, string][] = [
    ["primitive cell", `${lattice.formula}, ${lattice.natoms} atoms, ${lattice.volumeA3.toFixed(4)} Å³`],
    ...["a", "b", "c"].map((name, i): [string, string] => [
      `${name} (Å)`,
      lattice.cellA[i]!.map((x) => x.toFixed(5)).join("  "),
    ]),
    ["force constants", `${SOURCES[lattice.source]}, ${lattice.supercellAtoms} atoms`],
    [
      "supercell",
      `${[0, 1, 2].map((i) => lattice.supercellMatrix.slice(3 * i, 3 * i + 3).join(" ")).join(" | ")} primitive vectors`,
    ],
    ["sum rule", `imposed; before, rows summed to up to ${show(lattice.acousticSumResidual, 3)} eV/Å²`],
    [
      "macroscopic field",
      lattice.largestChargeE === null
        ? "no charges"
        : `charges up to ${show(lattice.largestChargeE)} e, ${lattice.chargeScheme === "none" ? "left out" : lattice.chargeScheme === "gonze" ? "Gonze and Lee" : "Wang et al."}`,
    ],
    [
      "mesh",
      `${mesh.counts.join(" × ")} wave vectors${mesh.shift.some((s) => s > 0) ? `, shifted by (${mesh.shift.join(", ")}) steps` : ""}; ${mesh.solved} solved by symmetry`,
    ],
    ...(lattice.forceField
      ? ([
          ["force field", lattice.forceField.name],
          ["largest force as given", `${show(lattice.maxForceEvPerA ?? undefined, 3)} eV/Å`],
        ] as [string, string][])
      : []),
  ];
  return { title: "Where the numbers come from", head: ["", ""], rows };
}
