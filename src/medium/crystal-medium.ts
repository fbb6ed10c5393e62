// An ion in a crystal whose force constants are known: the same value that the cubic model gives, so that every equation of motion and every
// landscape of this folder takes it. The force constants are those of the crystal without the ion.

import { InputError, type Note, ResourceError } from "../base/index.js";
import { standardMass } from "../structure/index.js";
import type { CrystalFramework } from "./crystal-framework.js";
import { type IonOptions, ionPotentials } from "./crystal-ion.js";
import { type ResponseOptions, windowResponse } from "./crystal-response.js";
import { crystalDrag } from "./crystal-sound.js";
import type { CentralPotential, HarmonicFramework, Medium, Window } from "./model.js";
import { reachWindow } from "./window.js";

export interface FrameworkMediumOptions extends ResponseOptions {
  readonly ionMass: number; // amu
  /** One per atom of the home cell, each with a finite cut-off. */
  readonly potentials: readonly CentralPotential[];
  /** Default: every atom within the longest cut-off of some point of the cell. */
  readonly window?: Window;
  /** Gauss–Legendre nodes in cos ϑ of the average over directions that L is. Default 64; 16 do where charges make each direction slow. */
  readonly nodes?: number;
}

export interface CrystalMedium extends Medium {
  /** Largest change of W(0) by the last extrapolation, Å²/eV. */
  readonly responseError: number;
  readonly notes: readonly Note[];
}

/** W(0) is a dense matrix: 1500 atoms take 160 MB. */
const MOST_ATOMS = 1500;

/** The medium of any framework that can write D(q) and C(n). @throws PhysicsError when it is unstable. */
export async function frameworkMedium(
  framework: HarmonicFramework,
  options: FrameworkMediumOptions,
): Promise<CrystalMedium> {
  const { ionMass, potentials } = options;
  if (!(ionMass > 0 && Number.isFinite(ionMass)))
    throw new InputError(`the ion has the mass ${ionMass} amu`, "pass a positive mass");
  if (potentials.length !== framework.masses.length)
    throw new InputError(
      `${potentials.length} potentials for ${framework.masses.length} atoms of the cell`,
      "pass one per atom",
    );
  const reach = Math.max(...potentials.map(({ cutoff }) => cutoff));
  if (!options.window && !Number.isFinite(reach))
    throw new InputError(
      "potentials without cut-off do not say which atoms the ion feels",
      "pass a window or a cut-off",
    );
  const window = options.window ?? reachWindow(framework, reach);
  if (window.count > MOST_ATOMS)
    throw new ResourceError(
      `the window holds ${window.count} atoms, at most ${MOST_ATOMS} fit in memory`,
      "take a shorter cut-off, or a smaller cell of the crystal",
      { atoms: window.count },
    );
  const drag = crystalDrag(framework, options.nodes === undefined ? {} : { nodes: options.nodes });
  const { matrix, error } = await windowResponse(framework, window, options);
  return { framework, ionMass, potentials, window, staticResponse: matrix, drag, responseError: error, notes: [] };
}

export interface CrystalMediumOptions extends ResponseOptions, IonOptions, Pick<FrameworkMediumOptions, "nodes"> {
  /** amu. Default: the element's standard mass. */
  readonly ionMass?: number;
}

/** The medium of an ion of a force field in a crystal. */
export async function crystalMedium(
  framework: CrystalFramework,
  options: CrystalMediumOptions,
): Promise<CrystalMedium> {
  const { potentials, notes } = ionPotentials(framework.crystal, options);
  const ionMass = options.ionMass ?? standardMass(options.ion);
  const medium = await frameworkMedium(framework, { ...options, ionMass, potentials });
  return { ...medium, notes: [...framework.notes, ...notes] };
}
