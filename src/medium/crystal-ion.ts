// The ion and the framework atoms of a crystal, from a force field: for every atom of the home cell
//
//   U(r) = S(r) [ Σ terms(r) + k_e q_ion q_j e^{−r/λ}/r ],      λ = ∞ for the plain Coulomb law, or no Coulomb part,
//
// with the smooth edge S of potentials.ts. Left out: everything beyond the edge (of a plain Coulomb sum that is the field of the far
// crystal, which falls off slowly and is not small), three-body terms and polarisation.

import { CapabilityError, COULOMB_CONSTANT, InputError, type Note, type Vec3 } from "../base/index.js";
import {
  cutoffOf,
  cutTerm,
  type ForceFieldSpec,
  type RadialPair,
  radialOf,
  radialPair,
  shiftOf,
  termsBetween,
} from "../forces/index.js";
import { type Crystal, speciesList } from "../structure/index.js";
import type { HopEnergies } from "./barriers.js";
import { settledEnergy } from "./crystal-settle.js";
import type { CentralPotential, Medium } from "./model.js";
import { fade } from "./potentials.js";

export interface IonOptions {
  /** Element of the ion, one the force field knows. */
  readonly ion: string;
  readonly forces: ForceFieldSpec;
  /** Å; U is zero from here on. */
  readonly cutoffA: number;
  /** Å; where the fall to zero begins. Default one Å before the cut-off. */
  readonly smoothFromA?: number;
  /** Charges of the force field inside the edge: "plain", screened over λ in Å, or "none". Default "plain" when the force field sums them, else "none". */
  readonly coulomb?: "plain" | "none" | { readonly screeningA: number };
}

export interface IonPotentials {
  /** [b] one per atom of the home cell. */
  readonly potentials: readonly CentralPotential[];
  readonly notes: readonly Note[];
}

/** @throws CapabilityError when the force field has no term or charge for the ion and an element of the crystal. */
export function ionPotentials(crystal: Crystal, options: IonOptions): IonPotentials {
  const { ion, forces, cutoffA } = options;
  const smoothFrom = options.smoothFromA ?? cutoffA - 1;
  if (!(cutoffA > 0 && Number.isFinite(cutoffA)) || !(smoothFrom > 0 && smoothFrom < cutoffA))
    throw new InputError(
      `a window that fades between ${smoothFrom} and ${cutoffA} Å`,
      "pass 0 < smoothFromA < cutoffA in Å",
    );
  const coulomb = options.coulomb ?? (forces.coulomb?.method === "ewald" ? "plain" : "none");
  const byElement = new Map(
    crystal.elements.map((element) => [
      element,
      faded(`${ion}-${element}`, {
        pair: shortRange(forces, ion, element, coulomb === "none"),
        charge: coulomb === "none" ? 0 : chargeOf(forces, ion) * chargeOf(forces, element),
        screening: typeof coulomb === "object" ? coulomb.screeningA : Number.POSITIVE_INFINITY,
        edge: [smoothFrom, cutoffA],
      }),
    ]),
  );
  return {
    potentials: speciesList(crystal).map((element) => byElement.get(element)!),
    notes: coulomb === "plain" ? [plainCoulombNote(cutoffA)] : [],
  };
}

const plainCoulombNote = (cutoffA: number): Note => ({
  code: "coulomb-cut",
  message: `charges act on the ion out to ${cutoffA} Å only; the field of the crystal beyond is left out`,
  hint: "compare barriers at two cut-offs, or screen the charges; differences along a path suffer less than energies",
});

function shortRange(forces: ForceFieldSpec, ion: string, element: string, needed: boolean): RadialPair {
  const terms = termsBetween(forces, ion, element);
  if (!terms && (needed || chargeOf(forces, ion) * chargeOf(forces, element) <= 0))
    throw new CapabilityError(
      `${forces.name} has no term for ${ion}-${element} (it lists ${Object.keys(forces.pairs).join(", ")})`,
      `add the pair, or list it with no terms ("${ion}-${element}": []) if that is meant`,
      { pair: `${ion}-${element}` },
    );
  return radialPair(
    0,
    0,
    (terms ?? []).map((term) => cutTerm(term, cutoffOf(forces, term), shiftOf(forces, term))),
  );
}

function chargeOf(forces: ForceFieldSpec, element: string): number {
  const charge = forces.charges?.[element];
  if (charge === undefined)
    throw new CapabilityError(
      `${forces.name} has no charge for ${element}`,
      `add charges.${element}, or leave the Coulomb part out`,
      { element },
    );
  return charge;
}

interface Parts {
  readonly pair: RadialPair;
  readonly charge: number; // e²
  readonly screening: number; // Å
  readonly edge: readonly [from: number, to: number];
}

function faded(name: string, { pair, charge, screening, edge }: Parts): CentralPotential {
  const [from, to] = edge;
  if (!(screening > 0)) throw new InputError(`a screening length of ${screening} Å`, "pass a positive length in Å");
  const electric =
    charge === 0
      ? undefined
      : radialOf({
          form: "yukawa",
          strengthEvA: COULOMB_CONSTANT * charge,
          screeningA: Number.isFinite(screening) ? screening : Number.POSITIVE_INFINITY,
        });
  return {
    name,
    cutoff: to,
    smoothFrom: from,
    evaluate(r, out) {
      out[0] = out[1] = out[2] = 0;
      if (r >= to) return;
      if (r < pair.cutoff) pair.radial(r, out);
      electric?.(r, out);
      if (r > from) fade(out, (r - from) / (to - from), to - from);
    },
  };
}

/** Energies of the ion along a path of places in Å, stiff and relaxed; the barrier is the highest minus the first. */
export function pathEnergies(medium: Medium, places: readonly Vec3[]): HopEnergies {
  if (places.length < 2) throw new InputError(`a path of ${places.length} places`, "pass at least 2");
  const energies = places.map((place) => settledEnergy(medium, place));
  const coordinate = new Float64Array(places.length);
  for (let n = 1; n < places.length; n++) {
    const [p, q] = [places[n - 1]!, places[n]!];
    coordinate[n] = coordinate[n - 1]! + Math.hypot(q[0] - p[0], q[1] - p[1], q[2] - p[2]);
  }
  const relaxed = Float64Array.from(energies, (e) => e.relaxed);
  const unrelaxed = Float64Array.from(energies, (e) => e.unrelaxed);
  const top = energies[relaxed.indexOf(Math.max(...relaxed))]!;
  const start = energies[0]!;
  return {
    coordinate,
    unrelaxed,
    relaxed,
    interaction: Float64Array.from(energies, (e) => e.interaction),
    elastic: Float64Array.from(energies, (e) => e.elastic),
    barrierUnrelaxed: Math.max(...unrelaxed) - start.unrelaxed,
    barrierRelaxed: top.relaxed - start.relaxed,
    barrierInteraction: top.interaction - start.interaction,
    barrierElastic: top.elastic - start.elastic,
  };
}
