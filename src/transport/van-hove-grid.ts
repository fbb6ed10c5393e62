// The correlation function of Van Hove in space, or along one axis of the cell, by transforms of densities. docs/theory/correlations.md (10)–(12)
//
//   G(n, t) = (1/N_a) ⟨Σ_{i∈a, j∈b} [box(s_j(t₀+t)) − box(s_i(t₀)) = n]⟩ = (1/N_a) F⁻¹⟨ρ^b_q(t₀+t) ρ^a_q(t₀)*⟩
//
// with box(s) = ⌊s n⌋ the grid box of a fractional coordinate. The cost does not depend on how many ions there are. The self part is
// counted directly; the distinct part is what is left, times (grid points)/N_b′, so that it tends to 1. Grid values stand for
// differences between n − 1 and n + 1 with triangular weight, because both ends are known to one box each.

import { type F64, InputError, type Note, Notes } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { goodFftLength, planFft3 } from "../numerics/index.js";
import { type Cell, makeCell } from "../structure/index.js";
import type { Analysis } from "./analysis.js";
import { type GridField, gridPoints, gridShape } from "./density-field.js";
import { type Drift, type DriftOptions, driftOf } from "./drift.js";
import { type LagOptions, type OriginSchedule, originSchedule } from "./origin-schedule.js";
import { lostPosition } from "./rdf-counts.js";
import { type AtomSelection, elementsOfAtoms, selectAtoms } from "./selection.js";

export interface VanHoveGridOptions extends LagOptions, DriftOptions {
  /** Atoms seen at the later time. Default: the selection itself. */
  readonly partners?: AtomSelection;
  /** "abc": in space; "a", "b", "c": along one axis, the others summed over. Default "abc". */
  readonly along?: "abc" | "a" | "b" | "c";
  /** Largest distance between grid points, Å; a little less is taken where the transform is quicker. Default 0.4 in space, 0.1 along an axis. */
  readonly spacing?: number;
  /** Grid points along a, b, c instead of `along` and `spacing`. */
  readonly shape?: readonly [number, number, number];
}

export interface VanHoveGridLag {
  readonly lagPs: number;
  readonly origins: number;
  /** G_d at differences of grid points, periodic; tends to 1. */
  readonly distinct: GridField;
  /** G_s, probability per grid box: sums to 1. Zero everywhere when partners are other atoms. */
  readonly self: GridField;
}

export interface VanHoveGridResult {
  readonly species: string;
  readonly partners: string;
  readonly reference: string;
  readonly lags: readonly VanHoveGridLag[];
  readonly notes: readonly Note[];
}

export function vanHoveGrid(selection: AtomSelection, options: VanHoveGridOptions): Analysis<VanHoveGridResult> {
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new InputError("frames before a heading", "call begin first, or use analyse()");
    return session;
  };
  return {
    name: "van-hove-grid",
    begin(heading) {
      session = new Session(heading, selectAtoms(heading.crystal, selection), options);
    },
    add: (frame) => current().add(frame),
    finish: () => current().finish(),
  };
}

/** ρ of one time origin, transformed, and the box of every ion. */
interface Origin {
  readonly spectrum: Float64Array;
  readonly boxes: Int32Array; // [ions,3]
}

interface LagSums {
  readonly products: Float64Array; // [grid,2] ⟨ρ_q ρ_q*⟩
  readonly self: Float64Array; // [grid]
  origins: number;
}

class Session {
  readonly #notes = new Notes();
  readonly #schedule: OriginSchedule;
  readonly #partners: Int32Array;
  readonly #same: boolean;
  readonly #drift: Drift;
  readonly #shift = new Float64Array(3);
  readonly #shape: readonly [number, number, number];
  readonly #plan;
  readonly #origins: readonly Origin[];
  readonly #sums: readonly LagSums[];
  readonly #now: Float64Array;
  readonly #boxes: Int32Array;
  readonly #cell = new Float64Array(9);
  #frame = 0;

  constructor(
    private readonly heading: TrajectoryHeading,
    private readonly atoms: Int32Array<ArrayBuffer>,
    options: VanHoveGridOptions,
  ) {
    const { crystal, frameSpacingFs } = heading;
    if (!crystal.cell.periodic.every(Boolean))
      throw new InputError("densities of a cell that is not periodic", "use vanHove for it");
    this.#schedule = originSchedule(options, frameSpacingFs, this.#notes);
    const partners = options.partners === undefined ? atoms : selectAtoms(crystal, options.partners);
    this.#same = partners.length === atoms.length && partners.every((atom, i) => atom === atoms[i]);
    this.#partners = this.#same ? atoms : partners;
    if (!this.#same && partners.some((atom) => atoms.includes(atom)))
      throw new InputError("some atoms are among the ions and among their partners", "pass equal or disjoint groups");
    if (this.#same && atoms.length < 2)
      throw new InputError("one ion has no distinct part", "follow more ions, or name partners");
    this.#drift = driftOf(heading, atoms, options);
    this.#shape = options.shape ?? shapeOf(crystal.cell, options);
    this.#plan = planFft3(this.#shape);
    const size = this.#shape[0] * this.#shape[1] * this.#shape[2];
    this.#now = new Float64Array(2 * size);
    this.#boxes = new Int32Array(3 * atoms.length);
    this.#origins = Array.from({ length: this.#schedule.slots }, () => ({
      spectrum: new Float64Array(2 * size),
      boxes: new Int32Array(3 * atoms.length),
    }));
    this.#sums = Array.from(this.#schedule.lagFrames, () => ({
      products: new Float64Array(2 * size),
      self: new Float64Array(size),
      origins: 0,
    }));
  }

  add(frame: Frame): void {
    const { slotOf, lagFrames } = this.#schedule;
    const index = this.#frame++;
    const cell = frame.cell ?? this.heading.crystal.cell;
    for (let k = 0; k < 9; k++) this.#cell[k]! += cell.vectors[k]!;
    this.#drift.measure(frame.positions, this.#shift);
    const slot = slotOf(index);
    const uses = Array.from(lagFrames, (lag) => slotOf(index - lag));
    if (slot < 0 && uses.every((from) => from < 0)) return;
    if (slot >= 0) {
      const origin = this.#origins[slot]!;
      this.#spread(this.atoms, frame, cell, origin.spectrum);
      origin.boxes.set(this.#boxes);
    }
    // Where the partners are the ions themselves the last boxes are those of the ions, which the self part needs.
    if (!this.#same || slot < 0) this.#spread(this.#partners, frame, cell, this.#now);
    else this.#now.set(this.#origins[slot]!.spectrum);
    uses.forEach((from, l) => {
      if (from >= 0) this.#correlate(this.#origins[from]!, this.#sums[l]!);
    });
  }

  /** Transform of the numbers of atoms per box; leaves their boxes behind when they are the followed ions. */
  #spread(atoms: Int32Array, { positions, wrapped, step }: Frame, { inverse }: Cell, out: Float64Array): void {
    const from = wrapped ?? positions;
    const [, n2, n3] = this.#shape;
    const shift = this.#shift;
    out.fill(0);
    for (let i = 0; i < atoms.length; i++) {
      const at = 3 * atoms[i]!;
      const x = from[at]! - shift[0]!;
      const y = from[at + 1]! - shift[1]!;
      const z = from[at + 2]! - shift[2]!;
      const box = [0, 1, 2].map((k) => {
        const s = x * inverse[k]! + y * inverse[3 + k]! + z * inverse[6 + k]!;
        return Math.min(this.#shape[k]! - 1, Math.floor((s - Math.floor(s)) * this.#shape[k]!));
      });
      const place = (box[0]! * n2 + box[1]!) * n3 + box[2]!;
      if (!(place >= 0)) throw lostPosition(atoms[i]!, step);
      out[2 * place]!++;
      if (atoms === this.atoms) this.#boxes.set(box, 3 * i);
    }
    this.#plan.forward(out);
  }

  #correlate(origin: Origin, sums: LagSums): void {
    const { products } = sums;
    const [now, then] = [this.#now, origin.spectrum];
    for (let q = 0; q < products.length; q += 2) {
      products[q]! += now[q]! * then[q]! + now[q + 1]! * then[q + 1]!;
      products[q + 1]! += now[q + 1]! * then[q]! - now[q]! * then[q + 1]!;
    }
    sums.origins++;
    if (!this.#same) return;
    const [n1, n2, n3] = this.#shape;
    const [b, a] = [this.#boxes, origin.boxes];
    for (let i = 0; i < b.length; i += 3) {
      const u = (b[i]! - a[i]! + n1) % n1;
      const v = (b[i + 1]! - a[i + 1]! + n2) % n2;
      const w = (b[i + 2]! - a[i + 2]! + n3) % n3;
      sums.self[(u * n2 + v) * n3 + w]!++;
    }
  }

  finish(): VanHoveGridResult {
    const { crystal } = this.heading;
    if (this.#frame === 0) throw new InputError("a correlation of no frames", "give at least one frame");
    const cell = makeCell(this.#cell.map((x) => x / this.#frame));
    const lags = this.#sums.flatMap((sums, l) =>
      sums.origins === 0 ? [] : [this.#lag(sums, this.#schedule.lagsPs[l]!, cell)],
    );
    if (lags.length === 0)
      throw new InputError(
        `no pair of ${this.#frame} frames has any of these lags`,
        "pass shorter lags or more frames",
      );
    if (lags.length < this.#sums.length)
      this.#notes.add(
        "van-hove-lags-missing",
        `${this.#sums.length - lags.length} lags are longer than the run`,
        "pass shorter lags",
      );
    return {
      species: elementsOfAtoms(crystal, this.atoms).join(", "),
      partners: elementsOfAtoms(crystal, this.#partners).join(", "),
      reference: this.#drift.name,
      lags,
      notes: this.#notes.list(),
    };
  }

  #lag({ products, self, origins }: LagSums, lagPs: number, cell: Cell): VanHoveGridLag {
    const n = this.atoms.length;
    const partners = this.#partners.length - (this.#same ? 1 : 0);
    this.#plan.inverse(products);
    // Counts are whole numbers; what the transforms leave beside them is rounding.
    const distinct = self.map((own, k) => {
      const pairs = Math.round(products[2 * k]!) - own;
      return (pairs * self.length) / (origins * n * partners);
    });
    const field = (values: F64): GridField => ({ cell, shape: this.#shape, values });
    return { lagPs, origins, distinct: field(distinct), self: field(self.map((own) => own / (origins * n))) };
  }
}

function shapeOf(cell: Cell, { along = "abc", spacing }: VanHoveGridOptions): [number, number, number] {
  const shape = along === "abc" ? gridShape(cell, spacing ?? 0.4) : [1, 1, 1];
  const axis = ["a", "b", "c"].indexOf(along);
  if (axis >= 0) shape[axis] = gridPoints(cell, axis, spacing ?? 0.1);
  return [goodFftLength(shape[0]!), goodFftLength(shape[1]!), goodFftLength(shape[2]!)];
}
