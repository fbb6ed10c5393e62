// Small figures beside a modal split: units, the sum rule, conductivity, and how many jumps a diffusivity stands for.

import { BOLTZMANN, convert, InputError, NumericError } from "../base/index.js";
import { periodicDistance } from "../structure/index.js";
import type { ModalCarriers } from "./modal-carriers.js";

/** Å²/fs in cm²/s. */
export const perCm2s = convert("time", 1, "ps", "fs") * convert("diffusion", 1, "A2/ps", "cm2/s");

/** The sum rule is an identity; rounding leaves some 1e-14. */
const CLOSURE_LIMIT = 1e-10;
/** Where carriers only swing against each other their sum is small: it is then judged against this part of N_c Σ|Δr|². */
const CLOSURE_FLOOR = 1e-4;
/** Å²: motion of 1e-6 Å is no motion, and after a whole period of everything only rounding is left. */
const CLOSURE_STILL = 1e-12;

/**
 * Relative difference of `sum`, over all pairs, and `direct`, from the positions, both Å²; `bound` is the largest `direct` could be (Cauchy–Schwarz).
 * @throws NumericError above 1e-10: then the modes are not complete and their shares not shares of anything.
 */
export function closureOf(
  { sum, direct, bound }: { readonly sum: number; readonly direct: number; readonly bound: number },
  lagPs: number,
): number {
  const closure = Math.abs(sum - direct) / Math.max(direct, CLOSURE_FLOOR * bound, CLOSURE_STILL);
  if (closure <= CLOSURE_LIMIT) return closure;
  throw new NumericError(
    `at ${lagPs} ps the modes add up to ${sum} Å², the carriers' own motion to ${direct} Å² (relative difference ${closure.toExponential(2)})`,
    "the vectors are not a complete orthonormal set in the trajectory's order of atoms: solve the modes again, all 3n of them",
    { sum, direct, lagPs },
  );
}

/** mS/cm per cm²/s: σ = N_c (Ze)² D/(V k_B T) (Nernst–Einstein with the collective diffusivity: no approximation). */
export function conductivityPerDiffusivity(
  { modes, atoms }: ModalCarriers,
  { charge, temperatureK }: { readonly charge: number; readonly temperatureK: number },
): number {
  if (!(temperatureK > 0 && Number.isFinite(charge))) {
    throw new InputError(
      `a conductivity at ${temperatureK} K of carriers of ${charge} e`,
      "give a positive temperature and the charge of one carrier",
    );
  }
  const coulomb = convert("energy", 1, "eV", "J");
  const metre = convert("length", 1, "A", "m");
  const squareMetres = convert("diffusion", 1, "cm2/s", "m2/s");
  // One factor e turns k_BT from eV into J.
  const siemensPerMetre =
    (atoms.length * charge ** 2 * coulomb * squareMetres) /
    (modes.reference.cell.volume * metre ** 3 * BOLTZMANN * temperatureK);
  return siemensPerMetre * 10; // 1 S/m = 10 mS/cm
}

/**
 * Jumps that carry the tracer as far, N_c · 6 D t/d².
 * @param spread D t of one carrier, Å².
 */
export function effectiveJumps(
  carriers: ModalCarriers,
  spread: number,
  options: { readonly jumpLengthA?: number } = {},
): number {
  const length = options.jumpLengthA ?? carrierSpacing(carriers);
  if (!(length > 0)) throw new InputError(`a jump of ${length} Å`, "give a positive jumpLengthA");
  return (Math.max(0, spread) * 6 * carriers.atoms.length) / length ** 2;
}

/** Mean distance of a carrier to the nearest other one (itself in the next cell, if it is alone), Å. */
function carrierSpacing({ modes, atoms }: ModalCarriers): number {
  const { cell, positions } = modes.reference;
  const place = (atom: number) => [positions[3 * atom]!, positions[3 * atom + 1]!, positions[3 * atom + 2]!] as const;
  if (atoms.length === 1) {
    const rows = [0, 1, 2].map((i) =>
      Math.hypot(cell.vectors[3 * i]!, cell.vectors[3 * i + 1]!, cell.vectors[3 * i + 2]!),
    );
    return Math.min(...rows);
  }
  let sum = 0;
  for (const atom of atoms) {
    let nearest = Number.POSITIVE_INFINITY;
    for (const other of atoms) {
      if (other !== atom) nearest = Math.min(nearest, periodicDistance(cell, place(atom), place(other)));
    }
    sum += nearest;
  }
  return sum / atoms.length;
}
