// Which framework atoms the ion feels while it is in one cell: the same pattern in every cell.
//
// The paper takes the 8 corners of the cell. The atoms change when the ion crosses a face, and the force steps a little. A window of
// reach r_c instead holds every atom that is nearer than r_c to some point of the cell: with a potential that is zero from r_c on,
// nothing happens at a face.

import { CapabilityError, type F64, InputError } from "../base/index.js";
import type { Framework, Window } from "./model.js";

/** The 8 corners of the cell of a framework with one atom per cell. */
export function cornerWindow(framework: Framework): Window {
  if (framework.masses.length !== 1)
    throw new CapabilityError(
      `the corners of a cell with ${framework.masses.length} atoms do not say which atoms are near`,
      "use reachWindow(framework, cutoff)",
    );
  const sites: number[] = [];
  for (let i = 0; i < 8; i++) sites.push((i >> 2) & 1, (i >> 1) & 1, i & 1, 0);
  return makeWindow(framework, sites);
}

/** A line of `count` atoms along one axis of the cell, the first in the ion's cell shifted by `from` cells. */
export function lineWindow(framework: Framework, options: { from: number; count: number; axis?: 0 | 1 | 2 }): Window {
  const { from, count, axis = 2 } = options;
  const sites: number[] = [];
  for (let i = 0; i < count; i++) for (let a = 0; a < 4; a++) sites.push(a === axis ? from + i : 0);
  return makeWindow(framework, sites);
}

/** Every atom nearer than `reach` (Å) to some point of the ion's cell, nearest cells first. */
export function reachWindow(framework: Framework, reach: number): Window {
  if (!(reach > 0 && reach < 60)) throw new InputError(`a window of ${reach} Å`, "pass a reach between 0 and 60 Å");
  const { cell, positions, masses } = framework;
  const extent = [0, 1, 2].map(
    (i) => 2 + Math.ceil(reach * Math.hypot(cell.inverse[i]!, cell.inverse[3 + i]!, cell.inverse[6 + i]!)),
  ) as [number, number, number];
  const sites: number[] = [];
  for (let n1 = -extent[0]; n1 <= extent[0]; n1++) {
    for (let n2 = -extent[1]; n2 <= extent[1]; n2++) {
      for (let n3 = -extent[2]; n3 <= extent[2]; n3++) {
        for (let b = 0; b < masses.length; b++) {
          const place = placeOf(cell.vectors, positions, [n1, n2, n3, b]);
          if (distanceToCell(cell.vectors, place) < reach - 1e-9) sites.push(n1, n2, n3, b);
        }
      }
    }
  }
  if (sites.length === 0)
    throw new InputError(`no framework atom is within ${reach} Å of the cell`, "pass a larger reach in Å");
  return makeWindow(framework, sites);
}

export function makeWindow(framework: Framework, sites: readonly number[]): Window {
  const count = sites.length / 4;
  const positions = new Float64Array(3 * count);
  for (let j = 0; j < count; j++)
    positions.set(placeOf(framework.cell.vectors, framework.positions, sites.slice(4 * j, 4 * j + 4)), 3 * j);
  return { count, sites: Int32Array.from(sites), positions };
}

function placeOf(vectors: F64, basis: F64, site: readonly number[]): number[] {
  return [0, 1, 2].map(
    (k) => site[0]! * vectors[k]! + site[1]! * vectors[3 + k]! + site[2]! * vectors[6 + k]! + basis[3 * site[3]! + k]!,
  );
}

/** Distance of a point from the cell [0,1)³ · vectors: a convex problem in three bounded numbers, solved one at a time. */
function distanceToCell(vectors: F64, point: readonly number[]): number {
  const s = [0.5, 0.5, 0.5];
  const rest = [0, 1, 2].map((k) => point[k]! - 0.5 * (vectors[k]! + vectors[3 + k]! + vectors[6 + k]!));
  for (let round = 0; round < 400; round++) {
    let moved = 0;
    for (let i = 0; i < 3; i++) {
      const [x, y, z] = [vectors[3 * i]!, vectors[3 * i + 1]!, vectors[3 * i + 2]!];
      const best = s[i]! + (rest[0]! * x + rest[1]! * y + rest[2]! * z) / (x * x + y * y + z * z);
      const step = Math.min(1, Math.max(0, best)) - s[i]!;
      s[i]! += step;
      rest[0]! -= step * x;
      rest[1]! -= step * y;
      rest[2]! -= step * z;
      moved = Math.max(moved, Math.abs(step));
    }
    if (moved < 1e-12) break;
  }
  return Math.hypot(rest[0]!, rest[1]!, rest[2]!);
}

/** Largest difference of cell indices between two atoms of a window. */
export function windowReach(window: Window): number {
  let reach = 0;
  for (let axis = 0; axis < 3; axis++) {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < window.count; j++) {
      least = Math.min(least, window.sites[4 * j + axis]!);
      most = Math.max(most, window.sites[4 * j + axis]!);
    }
    reach = Math.max(reach, most - least);
  }
  return reach;
}

/** @throws CapabilityError when a periodic lattice of `cells` cells per side would hold an atom of the window twice. */
export function checkWindowFits(window: Window, cells: number): void {
  const width = windowReach(window) + 1;
  if (width > cells)
    throw new CapabilityError(
      `the window spans ${width} cells, the periodic lattice has ${cells}`,
      `take a lattice of at least ${width} cells per side or a shorter reach`,
      { width, cells },
    );
}
