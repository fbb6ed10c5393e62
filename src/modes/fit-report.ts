// What a fit is judged by, and what of it deserves a note.

import { type F64, type Note, Notes } from "../base/index.js";
import type { ForceConstantBasis } from "./fit-basis.js";
import type { LatticeSample } from "./fit-design.js";
import type { AlphaPoint } from "./fit-solve.js";

export interface FitQuality {
  readonly samples: number;
  /** Force components. */
  readonly rows: number;
  /** Rows over parameters that were left free. */
  readonly rowsPerParameter: number;
  /** Largest over smallest singular value of the scaled design, of what was fitted without penalty. */
  readonly condition: number;
  /** eV/Å, root mean square of the forces that were to be explained. */
  readonly forceRms: number;
  /** eV/Å, of what is left of the forces the fit has seen. */
  readonly trainingRms: number;
  /** eV²/Å², mean square of what is left of the forces of each group, fitted without it; empty without cross-validation. */
  readonly holdOut: readonly number[];
  /** Å, half the shortest vector of the supercell. */
  readonly halfCell: number;
}

export interface OrderSummary {
  readonly order: number;
  /** Å; infinite: all pairs of the supercell. */
  readonly cutoff: number;
  readonly orbits: number;
  /** Numbers left by space group and exchange of indices, before the sum rules. */
  readonly unknowns: number;
  readonly parameters: number;
  /** Parameters that are not zero. */
  readonly kept: number;
  /** Largest |C N|: how exactly the sum rules hold. */
  readonly sumRules: number;
}

export const summariesOf = ({ orders }: ForceConstantBasis, parameters: F64): OrderSummary[] =>
  orders.map((o) => ({
    order: o.order,
    cutoff: o.cutoff,
    orbits: o.orbits.length,
    unknowns: o.space.unknowns,
    parameters: o.parameters,
    kept: parameters.slice(o.firstParameter, o.firstParameter + o.parameters).filter((x) => x !== 0).length,
    sumRules: o.space.residual,
  }));

/** √ of the mean square over groups, eV/Å, its standard error and its share of the force in %; null without cross-validation. */
export function holdOutError({ holdOut, forceRms }: Pick<FitQuality, "holdOut" | "forceRms">): {
  readonly rms: number;
  readonly standardError: number;
  readonly percent: number;
} | null {
  if (holdOut.length < 2) return null;
  const mean = holdOut.reduce((sum, e) => sum + e, 0) / holdOut.length;
  const variance = holdOut.reduce((sum, e) => sum + (e - mean) ** 2, 0) / (holdOut.length - 1);
  const rms = Math.sqrt(mean);
  return {
    rms,
    standardError: rms > 0 ? Math.sqrt(variance / holdOut.length) / (2 * rms) : 0,
    percent: forceRms > 0 ? (100 * rms) / forceRms : 0,
  };
}

/** Hold-out error, in % of the force, above which the fit says little. */
const LARGE_PERCENT = 20;
/** eV/Å; a mean force above this, and above five times its scatter, is not displacement. */
const REST_FORCE = 0.01;
/** A total force above this part of √n rms is not rounding. */
const NET_FORCE = 0.02;

interface Findings {
  readonly basis: ForceConstantBasis;
  readonly samples: readonly LatticeSample[];
  readonly path: readonly AlphaPoint[];
  readonly rest: F64 | undefined;
}

export function qualityNotes(quality: FitQuality, { basis, samples, path, rest }: Findings): readonly Note[] {
  const notes = new Notes();
  const error = holdOutError(quality);
  if (error && error.percent > LARGE_PERCENT)
    notes.add(
      "fit-error-large",
      `forces of arrangements left out are missed by ${(1000 * error.rms).toPrecision(3)} meV/Å, ${error.percent.toFixed(1)} % of their size`,
      "shorter displacements, longer cut-offs or a higher order; with a soft mode, forces at rest may be the reason",
    );
  if (quality.rowsPerParameter < 2)
    notes.add(
      "fit-few-rows",
      `${quality.rows} force components for ${Math.round(quality.rows / quality.rowsPerParameter)} parameters, ${quality.rowsPerParameter.toFixed(2)} each`,
      "give more arrangements, or shorten the cut-offs: below 2 the fit follows the noise",
    );
  const open = path.filter(({ converged }) => !converged).length;
  if (open > 0)
    notes.add(
      "lasso-not-converged",
      `${open} of ${path.length} penalties did not reach the duality gap that was asked for`,
      "the smallest penalties are the slow ones: raise the depth, or the tolerance",
    );
  const first = path[0];
  const chosen = path.findIndex((point) => point.holdOut <= Math.min(...path.map((p) => p.holdOut)));
  if (first && chosen === path.length - 1)
    notes.add(
      "lasso-path-short",
      `the hold-out error still falls at the smallest penalty, ${path.at(-1)!.alpha.toExponential(2)} eV/Å`,
      "lower the depth of the path, or use least squares",
    );
  notes.addAll(forceNotes(samples, { basis, path, rest }));
  return notes.list();
}

function forceNotes(samples: readonly LatticeSample[], { basis, rest }: Omit<Findings, "samples">): readonly Note[] {
  const notes = new Notes();
  const { atoms, basisAtoms, cellCount } = basis.lattice;
  let [square, net] = [0, 0];
  const sum = new Float64Array(3 * basisAtoms);
  const squares = new Float64Array(3 * basisAtoms);
  for (const { forces } of samples) {
    const all = [0, 0, 0];
    for (let a = 0; a < atoms; a++)
      for (let k = 0; k < 3; k++) {
        const f = forces[3 * a + k]!;
        square += f * f;
        all[k]! += f;
        sum[3 * Math.floor(a / cellCount) + k]! += f;
        squares[3 * Math.floor(a / cellCount) + k]! += f * f;
      }
    net = Math.max(net, Math.hypot(...all));
  }
  const rms = Math.sqrt(square / (3 * atoms * samples.length));
  if (net > NET_FORCE * rms * Math.sqrt(3 * atoms))
    notes.add(
      "net-force",
      `the forces of an arrangement add up to ${net.toPrecision(3)} eV/Å (rms of one ${rms.toPrecision(3)} eV/Å)`,
      "force constants make no net force: check that all atoms are in the file, and that the forces are converged",
    );
  if (rest || basis.orders.some(({ order }) => order === 1)) return notes.list();
  const count = cellCount * samples.length;
  let worst = { atom: -1, force: 0 };
  for (let i = 0; i < sum.length; i++) {
    const mean = sum[i]! / count;
    const scatter = Math.sqrt(Math.max(0, squares[i]! / count - mean * mean) / count);
    if (Math.abs(mean) > Math.max(REST_FORCE, 5 * scatter) && Math.abs(mean) > worst.force)
      worst = { atom: Math.floor(i / 3), force: Math.abs(mean) };
  }
  if (worst.atom >= 0)
    notes.add(
      "forces-not-at-rest",
      `over all arrangements atom ${worst.atom + 1} of the cell feels a mean force of ${worst.force.toPrecision(3)} eV/Å: the reference is not at rest`,
      "relax the reference, give its forces to be taken off, or fit them too (order 1)",
    );
  return notes.list();
}
