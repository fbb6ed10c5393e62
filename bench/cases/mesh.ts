// Lattice dynamics over the zone: 20 × 20 × 20 wave vectors with eigenvectors of a cell of 32 atoms without symmetry but time reversal, 4004 solutions
// of 96 × 96 Hermitian matrices, each made from some 9000 bonds. phonopy solves the same force constants with numpy.

import { fileURLToPath } from "node:url";
import { Rng } from "../../src/base/index.js";
import { brillouinMesh, forceConstantsFrom, latticeDynamics, solveMesh } from "../../src/modes/index.js";
import { type Crystal, makeCell, makeCrystal, minimumImage, supercell } from "../../src/structure/index.js";
import { pythonHas, runPython } from "../peers/python.js";

export const name = "mesh";
export const unit = "wave vectors";
/** Smallest first; smaller meshes stand for 20³, the time per wave vector being the same. */
export const sizes = ["32 atoms, 4³", "32 atoms, 4³, without vectors", "phonopy, 32 atoms, 4³"] as const;

export const targets = [
  { row: "32 atoms, 4³", atLeastPerSecond: 200 }, // 20 s for the 4004 wave vectors of 20³
];

export const against = [["32 atoms, 4³", "phonopy, 32 atoms, 4³"]];

type Work = () => Promise<number | { readonly units: number; readonly ms: number; readonly cpuMs: number }>;

export async function prepare(size: (typeof sizes)[number]): Promise<Work | string> {
  const { cell, big, values } = springs();
  if (size.startsWith("phonopy")) {
    if (!pythonHas("phonopy")) return "phonopy is not installed";
    const script = fileURLToPath(new URL("../../bench/peers/mesh.py", import.meta.url));
    const request = {
      species: Array.from(cell.kinds, (kind) => cell.elements[kind]),
      masses: Array.from(cell.masses),
      cell: [...cell.cell.vectors],
      positions: [...cell.positions],
      order: [...big.positions],
      values: [...values],
      mesh: [4, 4, 4],
    };
    return async () => runPython<{ units: number; ms: number; cpuMs: number }>(script, request);
  }
  const dynamics = latticeDynamics(forceConstantsFrom(big, values), { cells: { primitive: cell } });
  const mesh = brillouinMesh(cell, [4, 4, 4], { symmetry: "none" });
  const visit = size.endsWith("without vectors") ? {} : { visit: () => {} };
  return async () => {
    await solveMesh(dynamics, mesh, visit);
    return mesh.weights.length;
  };
}

/** 32 atoms at random places, at least 1.6 Å apart, in 2 × 2 × 2 cells, with springs to all atoms nearer than half of it. */
function springs(): { cell: Crystal; big: Crystal; values: Float64Array } {
  const rng = Rng.fromSeed(7);
  const box = makeCell([7, 0, 0, 0.3, 7.2, 0, -0.2, 0.4, 6.9]);
  const positions: number[] = [];
  while (positions.length < 96) {
    const x = Float64Array.from([0, 1, 2], () => 7 * rng.uniform());
    const far = (at: number): boolean =>
      Math.hypot(
        ...minimumImage(
          box,
          x.map((v, k) => v - positions[at + k]!),
        ),
      ) > 1.6;
    if (Array.from({ length: positions.length / 3 }, (_, i) => 3 * i).every(far)) positions.push(...x);
  }
  const cell = makeCrystal({
    cell: box,
    species: Array.from({ length: 32 }, (_, i) => (i % 2 ? "O" : "Li")),
    positions,
  });
  const big = supercell(cell, [2, 2, 2]).crystal;
  const n = 256;
  const values = new Float64Array(9 * n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const d = minimumImage(
        big.cell,
        Float64Array.from([0, 1, 2], (k) => big.positions[3 * j + k]! - big.positions[3 * i + k]!),
      );
      const r = Math.hypot(d[0]!, d[1]!, d[2]!);
      for (let a = 0; a < 3; a++)
        for (let b = 0; b < 3; b++) {
          const value = (4 * Math.exp(2 - r) * d[a]! * d[b]!) / (r * r);
          values[(3 * i + a) * 3 * n + 3 * j + b] = -value;
          values[(3 * i + a) * 3 * n + 3 * i + b]! += value;
        }
    }
  }
  return { cell, big, values };
}
