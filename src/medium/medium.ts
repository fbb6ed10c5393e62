// Puts together what the equation of motion of one ion needs: window, W(0) between its atoms, and L.

import { InputError } from "../base/index.js";
import { cubicFramework } from "./cubic.js";
import type { CentralPotential, CubicLattice, Medium, Window } from "./model.js";
import { dragTensor, staticRecoil } from "./recoil.js";
import { cornerWindow, reachWindow, windowReach } from "./window.js";
import type { BlockTable, InfiniteSumOptions } from "./zone-sum.js";

export interface CubicMediumOptions extends InfiniteSumOptions {
  readonly ionMass: number; // amu
  readonly potential: CentralPotential;
  /** Default: the 8 corners for a potential without cut-off, else all atoms within its cut-off. */
  readonly window?: Window;
}

export function cubicMedium(lattice: CubicLattice, options: CubicMediumOptions): Medium {
  const { ionMass, potential } = options;
  if (!(ionMass > 0 && Number.isFinite(ionMass)))
    throw new InputError(`the ion has the mass ${ionMass} amu`, "pass a positive mass");
  const framework = cubicFramework(lattice);
  const window =
    options.window ??
    (Number.isFinite(potential.cutoff) ? reachWindow(framework, potential.cutoff) : cornerWindow(framework));
  const reach = windowReach(window);
  const table = staticRecoil(lattice, { reach, ...(options.cells === undefined ? {} : { cells: options.cells }) });
  return {
    framework,
    ionMass,
    potentials: [potential],
    window,
    staticResponse: windowMatrix(table, window),
    drag: dragTensor(lattice),
  };
}

/** [3n,3n] matrix of a block table between the atoms of a window, at one time. */
export function windowMatrix(table: BlockTable, window: Window, time = 0): Float64Array<ArrayBuffer> {
  const n = window.count;
  const matrix = new Float64Array(9 * n * n);
  const block = new Float64Array(9);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      const separation = [0, 1, 2].map((axis) => window.sites[4 * j + axis]! - window.sites[4 * k + axis]!);
      table.block(time, separation, block);
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) matrix[(3 * j + a) * 3 * n + 3 * k + b] = block[3 * a + b]!;
      }
    }
  }
  return matrix;
}
