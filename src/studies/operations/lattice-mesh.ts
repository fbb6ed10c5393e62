// The mesh and the density of states that several operations share.

import { z } from "zod";
import type { RunOptions } from "../../base/index.js";
import {
  type BrillouinMesh,
  brillouinMesh,
  type LatticeDynamics,
  type MeshDos,
  type MeshKeep,
  type MeshModes,
  type MeshPoint,
  meshDos,
  solveMesh,
} from "../../modes/index.js";
import type { Crystal } from "../../structure/index.js";
import { TRIPLE, tripleOf } from "./lattice-input.js";
import { listOf } from "./operation.js";

export const meshParameters = {
  mesh: z
    .string()
    .regex(TRIPLE, "expected three whole numbers, such as 8 8 8")
    .optional()
    .describe('Wave vectors along the reciprocal vectors, e.g. "8 8 8" (default by --mesh-spacing).'),
  meshSpacing: z
    .number()
    .positive()
    .default(0.12)
    .describe("Largest distance between wave vectors of the mesh, rad/Å."),
  shift: z
    .enum(["gamma", "monkhorst-pack"])
    .default("gamma")
    .describe("gamma: the mesh holds Γ; monkhorst-pack: half a step off it along axes of even count, as phonopy does."),
};

export const dosParameters = {
  method: z
    .enum(["tetrahedra", "gaussian"])
    .default("tetrahedra")
    .describe("How the density of states is made from the mesh."),
  widthThz: z.number().positive().default(0.1).describe("Standard deviation of the Gaussians, THz."),
};

export interface MeshRequest {
  readonly mesh?: string | undefined;
  readonly meshSpacing: number;
  readonly shift: "gamma" | "monkhorst-pack";
}

export const meshOf = (crystal: Crystal, { mesh, meshSpacing, shift }: MeshRequest): BrillouinMesh =>
  brillouinMesh(crystal, mesh === undefined ? { spacing: meshSpacing } : tripleOf(mesh), { shift });

export interface MeshSummary {
  readonly counts: readonly number[];
  readonly shift: readonly number[];
  readonly total: number;
  /** Wave vectors left after symmetry. */
  readonly solved: number;
}

export const meshSummary = ({ counts, shift, total, weights }: BrillouinMesh): MeshSummary => ({
  counts: [...counts],
  shift: [...shift],
  total,
  solved: weights.length,
});

export interface DosData {
  readonly method: "tetrahedra" | "gaussian";
  /** Null for tetrahedra. */
  readonly widthThz: number | null;
  readonly frequenciesThz: readonly number[];
  /** States per THz and primitive cell. */
  readonly totalPerThz: readonly number[];
  readonly byElementPerThz: Readonly<Record<string, readonly number[]>>;
}

export function dosData(dos: MeshDos, widthThz: number): DosData {
  const points = dos.frequencies.length;
  return {
    method: dos.method,
    widthThz: dos.method === "gaussian" ? widthThz : null,
    frequenciesThz: listOf(dos.frequencies),
    totalPerThz: listOf(dos.total),
    byElementPerThz: Object.fromEntries(
      dos.elements.map((element, e) => [element, listOf(dos.byElement?.slice(e * points, (e + 1) * points) ?? [])]),
    ),
  };
}

export interface DosRequest extends MeshRequest {
  readonly method: "tetrahedra" | "gaussian";
  readonly widthThz: number;
}

export interface SolvedDos {
  readonly modes: MeshModes;
  readonly dos: MeshDos;
}

export async function solvedDos(
  dynamics: LatticeDynamics,
  request: DosRequest,
  options: RunOptions & {
    readonly keep: readonly MeshKeep[];
    readonly project: "atoms" | "tensors";
    readonly visit?: (point: MeshPoint) => void;
  },
): Promise<SolvedDos> {
  const { project, ...run } = options;
  const modes = await solveMesh(dynamics, meshOf(dynamics.crystal, request), run);
  const { method, widthThz: width } = request;
  return { modes, dos: meshDos(modes, { method, width, project }) };
}

/** Seconds of one wave vector: a Hermitian problem of 3b, with vectors. Measured 12 ms for 48 coordinates. */
export const waveSeconds = (atoms: number): number => 2e-4 + 1e-7 * (3 * atoms) ** 3;
