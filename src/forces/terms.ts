// Radial terms: energy of two atoms as a function of their distance r, with first and second derivative.
//
//   morse               D [(1 − e^{−a(r−r0)})² − 1]                    10.1103/PhysRev.34.57
//   repulsion           C / rⁿ
//   buckingham          A e^{−r/ρ} − C/r⁶                              10.1098/rspa.1938.0173
//   born-mayer          A e^{−r/ρ}                                     10.1007/BF01340511
//   born-mayer-huggins  A e^{(σ−r)/ρ} − C/r⁶ − D/r⁸                    10.1016/0022-3697(64)90160-X
//   lennard-jones       4ε [(σ/r)¹² − (σ/r)⁶]
//   yukawa              A e^{−r/λ} / r
//   table               cubic spline through (r, U)
//
// The force on the second atom is −U′ along the line from the first to it. A term is plain data, the same in a YAML file,
// in a named set and in memory; every key says its unit.

import { makeSpline } from "./table-spline.js";

/** How a term is brought to zero at its cut-off r_c. See `cut-term.ts` for the formulas. */
export type Shift = "none" | "energy" | "force";

interface TermBase {
  /** Å; the force field's `cutoffA` when left out. */
  readonly cutoffA?: number;
  /** The force field's `shift` when left out. */
  readonly shift?: Shift;
}

export interface MorseTerm extends TermBase {
  readonly form: "morse";
  readonly depthEv: number;
  /** a, 1/Å. */
  readonly exponentPerA: number;
  /** r0, Å: the bottom of the well. */
  readonly distanceA: number;
}

export interface RepulsionTerm extends TermBase {
  readonly form: "repulsion";
  /** C, eV Åⁿ. */
  readonly coefficientEvAn: number;
  /** n, 12 when left out. */
  readonly power?: number;
}

export interface BuckinghamTerm extends TermBase {
  readonly form: "buckingham";
  readonly prefactorEv: number;
  /** ρ, Å. */
  readonly lengthA: number;
  /** C, eV Å⁶; may be zero. */
  readonly dispersionEvA6: number;
}

export interface BornMayerTerm extends TermBase {
  readonly form: "born-mayer";
  readonly prefactorEv: number;
  readonly lengthA: number;
}

export interface BornMayerHugginsTerm extends TermBase {
  readonly form: "born-mayer-huggins";
  readonly prefactorEv: number;
  readonly lengthA: number;
  /** σ, Å: sum of the ionic radii. */
  readonly contactA: number;
  readonly dispersionEvA6: number;
  readonly dispersionEvA8: number;
}

export interface LennardJonesTerm extends TermBase {
  readonly form: "lennard-jones";
  readonly depthEv: number;
  /** σ, Å: where the energy crosses zero. */
  readonly diameterA: number;
}

export interface YukawaTerm extends TermBase {
  readonly form: "yukawa";
  /** A, eV Å; of either sign. */
  readonly strengthEvA: number;
  /** λ, Å. */
  readonly screeningA: number;
}

export interface TableTerm extends TermBase {
  readonly form: "table";
  /** Å, ascending, at least four. Atoms nearer than the first are an overlap. */
  readonly distancesA: readonly number[];
  readonly energiesEv: readonly number[];
}

export type RadialTerm =
  | MorseTerm
  | RepulsionTerm
  | BuckinghamTerm
  | BornMayerTerm
  | BornMayerHugginsTerm
  | LennardJonesTerm
  | YukawaTerm
  | TableTerm;

export type TermForm = RadialTerm["form"];

/** Adds U (eV), U′ (eV/Å), U″ (eV/Å²) at distance r (Å) to out[0..2]. */
export type AddRadial = (r: number, out: Float64Array) => void;

function addTo(out: Float64Array, energy: number, slope: number, curvature: number): void {
  out[0] = out[0]! + energy;
  out[1] = out[1]! + slope;
  out[2] = out[2]! + curvature;
}

/** The bare function of a term: no cut-off, no shift. */
export function radialOf(term: RadialTerm): AddRadial {
  switch (term.form) {
    case "morse":
      return morse(term.depthEv, term.exponentPerA, term.distanceA);
    case "repulsion":
      return inversePower(term.coefficientEvAn, term.power ?? 12);
    case "buckingham":
      return sumRadial(exponential(term.prefactorEv, term.lengthA), inversePower(-term.dispersionEvA6, 6));
    case "born-mayer":
      return exponential(term.prefactorEv, term.lengthA);
    case "born-mayer-huggins":
      return sumRadial(
        exponential(term.prefactorEv * Math.exp(term.contactA / term.lengthA), term.lengthA),
        inversePower(-term.dispersionEvA6, 6),
        inversePower(-term.dispersionEvA8, 8),
      );
    case "lennard-jones":
      return sumRadial(
        inversePower(4 * term.depthEv * term.diameterA ** 12, 12),
        inversePower(-4 * term.depthEv * term.diameterA ** 6, 6),
      );
    case "yukawa":
      return yukawa(term.strengthEvA, term.screeningA);
    case "table":
      return makeSpline(term.distancesA, term.energiesEv);
  }
}

const sumRadial =
  (...parts: readonly AddRadial[]): AddRadial =>
  (r, out) => {
    for (const part of parts) part(r, out);
  };

/** With x = e^{−a(r−r0)}: U = D(x² − 2x), U′ = 2aD(x − x²), U″ = 2a²D(2x² − x). */
function morse(depth: number, a: number, r0: number): AddRadial {
  return (r, out) => {
    const x = Math.exp(-a * (r - r0));
    addTo(out, depth * x * (x - 2), 2 * a * depth * x * (1 - x), 2 * a * a * depth * x * (2 * x - 1));
  };
}

/** U = C/rⁿ, U′ = −nU/r, U″ = n(n+1)U/r². */
function inversePower(coefficient: number, n: number): AddRadial {
  return (r, out) => {
    const energy = coefficient / r ** n;
    addTo(out, energy, (-n * energy) / r, (n * (n + 1) * energy) / (r * r));
  };
}

/** U = A e^{−r/ρ}, U′ = −U/ρ, U″ = U/ρ². */
function exponential(prefactor: number, length: number): AddRadial {
  return (r, out) => {
    const energy = prefactor * Math.exp(-r / length);
    addTo(out, energy, -energy / length, energy / (length * length));
  };
}

/** With s = 1/r + 1/λ: U = A e^{−r/λ}/r, U′ = −sU, U″ = (s² + 1/r²)U. */
function yukawa(strength: number, screening: number): AddRadial {
  return (r, out) => {
    const energy = (strength * Math.exp(-r / screening)) / r;
    const s = 1 / r + 1 / screening;
    addTo(out, energy, -s * energy, (s * s + 1 / (r * r)) * energy);
  };
}
