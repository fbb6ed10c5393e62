// Where the sites are now. All in fractional coordinates of the present cell and relative to the framework's drift g:
//   f_a = s_a(t) − s_a(reference),   g = mean_a f_a over the framework,   a site is at  s_j + g + o_j,
// with o_j = 0, or the mean over the site's vertices of f_a − g. Lattice vectors are taken out by rounding f_a − g(previous),
// so wrapped and unwrapped frames give the same, and the drift may grow without bound. True as long as no framework atom is half a
// cell from its place and the drift makes no such step between frames.

import type { F64, I32 } from "../base/index.js";
import type { Cell } from "../structure/index.js";
import type { SiteList } from "./site-list.js";

export class SiteFrame {
  /** [3] fractional. */
  readonly drift = new Float64Array(3);
  /** [m,3] fractional places of the sites, the drift taken off. */
  readonly places: Float64Array;
  /** [v,3] fractional places of the vertices, the drift taken off. */
  readonly vertices: Float64Array;
  /** [u,3] fractional displacements of the atoms that are vertices, each once, the drift taken off. */
  readonly displacements: Float64Array;
  readonly #atoms: Int32Array; // [u]
  readonly #reference: Float64Array; // [u,3]
  readonly #atomOfVertex: Int32Array; // [v] index into #atoms
  readonly #fractional: Float64Array; // [f,3] of the framework, now
  #started = false;

  constructor(private readonly sites: SiteList) {
    const { polyhedra } = sites;
    this.places = Float64Array.from(sites.fractional);
    this.vertices = Float64Array.from(polyhedra?.fractional ?? []);
    this.#fractional = new Float64Array(3 * (sites.framework?.atoms.length ?? 0));
    const firstVertex = new Map<number, number>();
    for (const [v, atom] of [...(polyhedra?.atoms ?? [])].entries())
      if (!firstVertex.has(atom)) firstVertex.set(atom, v);
    const order = [...firstVertex.keys()];
    this.#atoms = Int32Array.from(order);
    // Any image of the atom will do: whole cells are taken out of its displacement.
    this.#reference = Float64Array.from(
      [...firstVertex.values()].flatMap((v) => [0, 1, 2].map((k) => polyhedra!.fractional[3 * v + k]!)),
    );
    const indexOf = new Map(order.map((atom, u) => [atom, u]));
    this.#atomOfVertex = Int32Array.from(polyhedra?.atoms ?? [], (atom) => indexOf.get(atom)!);
    this.displacements = new Float64Array(3 * order.length);
  }

  /** `positions` [n,3] Å of all atoms in the present `cell`. */
  update(positions: F64, cell: Cell): void {
    if (this.sites.framework) this.#updateDrift(positions, cell);
    if (this.#atoms.length > 0) this.#updateVertices(positions, cell);
    if (this.sites.follow === "polyhedron") this.#updatePlaces();
  }

  save(): Float64Array {
    return this.#started ? this.drift.slice() : new Float64Array(0);
  }

  restore(saved: F64): void {
    this.#started = saved.length > 0;
    this.drift.fill(0);
    for (let k = 0; k < saved.length; k++) this.drift[k] = saved[k]!;
  }

  #updateDrift(positions: F64, cell: Cell): void {
    const { atoms, fractional: reference } = this.sites.framework!;
    const { drift } = this;
    const now = this.#fractional;
    toFractionalOf(atoms, positions, { cell, out: now });
    const size = now.length;
    for (let k = 0; k < 3; k++) {
      // The first atom of the first frame says which lattice translation the structure stands in.
      const before = this.#started ? drift[k]! : now[k]! - reference[k]!;
      let sum = 0;
      for (let i = k; i < size; i += 3) {
        const step = now[i]! - reference[i]! - before;
        sum += step - Math.round(step);
      }
      drift[k] = before + (3 * sum) / size;
    }
    this.#started = true;
  }

  #updateVertices(positions: F64, cell: Cell): void {
    const { drift, displacements, vertices } = this;
    const { fractional } = this.sites.polyhedra!;
    toFractionalOf(this.#atoms, positions, { cell, out: displacements });
    for (let i = 0; i < displacements.length; i++) {
      const moved = displacements[i]! - this.#reference[i]! - drift[i % 3]!;
      displacements[i] = moved - Math.round(moved);
    }
    for (let v = 0; v < this.#atomOfVertex.length; v++) {
      const u = 3 * this.#atomOfVertex[v]!;
      for (let k = 0; k < 3; k++) vertices[3 * v + k] = fractional[3 * v + k]! + displacements[u + k]!;
    }
  }

  #updatePlaces(): void {
    const { fractional } = this.sites;
    const { first } = this.sites.polyhedra!;
    const { places, displacements } = this;
    for (let j = 0; j < places.length / 3; j++) {
      const [from, to] = [first[j]!, first[j + 1]!];
      if (to === from) continue;
      for (let k = 0; k < 3; k++) {
        let sum = 0;
        for (let v = from; v < to; v++) sum += displacements[3 * this.#atomOfVertex[v]! + k]!;
        places[3 * j + k] = fractional[3 * j + k]! + sum / (to - from);
      }
    }
  }
}

/** Writes the fractional coordinates of some atoms, [atoms,3]. */
function toFractionalOf(
  atoms: I32,
  positions: F64,
  { cell, out }: { readonly cell: Cell; readonly out: Float64Array },
): void {
  const m = cell.inverse;
  for (let i = 0; i < atoms.length; i++) {
    const at = 3 * atoms[i]!;
    const x = positions[at]!;
    const y = positions[at + 1]!;
    const z = positions[at + 2]!;
    out[3 * i] = x * m[0]! + y * m[3]! + z * m[6]!;
    out[3 * i + 1] = x * m[1]! + y * m[4]! + z * m[7]!;
    out[3 * i + 2] = x * m[2]! + y * m[5]! + z * m[8]!;
  }
}
