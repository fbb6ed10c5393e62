// Where the ions are, on average: number density on a grid that moves with the framework. docs/theory/correlations.md (14)
//
//   ρ(s) = ⟨Σ_i [s_i in the box of grid point s]⟩ / (V/n)         1/Å³;  the mean over the grid is N/V
//
// A box is centred on its grid point. Coordinates are fractional, so a cell that breathes does not smear the sites.

import { type F64, InputError } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { atomCount, type Crystal, makeCell, toCartesian, withPositions } from "../structure/index.js";
import type { Analysis } from "./analysis.js";
import { type GridField, gridShape } from "./density-field.js";
import { type Drift, type DriftOptions, driftOf } from "./drift.js";
import { lostPosition } from "./rdf-counts.js";
import { type AtomSelection, elementsOfAtoms, selectAtoms } from "./selection.js";

export interface DensityOptions extends DriftOptions {
  /** Largest distance between grid points along a, b, c, Å. Default 0.3. */
  readonly spacing?: number;
  /** Grid points along a, b, c instead of a spacing. */
  readonly shape?: readonly [number, number, number];
}

export interface DensityResult extends GridField {
  readonly species: string;
  readonly reference: string;
  readonly frames: number;
  readonly values: F64; // [n1,n2,n3] 1/Å³
  /** All atoms at their mean positions in the frame of reference, in the mean cell. */
  readonly meanCrystal: Crystal;
}

export function densityOf(selection: AtomSelection, options: DensityOptions = {}): Analysis<DensityResult> {
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new InputError("frames before a heading", "call begin first, or use analyse()");
    return session;
  };
  return {
    name: "density",
    begin(heading) {
      session = new Session(heading, selectAtoms(heading.crystal, selection), options);
    },
    add: (frame) => current().add(frame),
    finish: () => current().finish(),
  };
}

class Session {
  readonly #drift: Drift;
  readonly #shift = new Float64Array(3);
  readonly #shape: readonly [number, number, number];
  readonly #counts: Float64Array;
  readonly #sums: Float64Array; // [n,3] fractional, summed over frames
  readonly #cell = new Float64Array(9);
  #frames = 0;

  constructor(
    private readonly heading: TrajectoryHeading,
    private readonly atoms: Int32Array<ArrayBuffer>,
    options: DensityOptions,
  ) {
    const { periodic } = heading.crystal.cell;
    if (!periodic.every(Boolean))
      throw new InputError(
        `a density in a cell that is periodic along ${"abc".replace(/./g, (axis, k: number) => (periodic[k] ? axis : "")) || "no axis"}`,
        "the grid spans the cell: give one that repeats along a, b and c",
      );
    this.#drift = driftOf(heading, atoms, options);
    const { shape } = options;
    if (shape?.some((n) => !Number.isInteger(n) || n < 1))
      throw new InputError(`a grid of ${shape.join(" × ")} points`, "pass whole numbers of at least 1");
    this.#shape = shape ?? gridShape(heading.crystal.cell, options.spacing ?? 0.3);
    const [n1, n2, n3] = this.#shape;
    this.#counts = new Float64Array(n1 * n2 * n3);
    this.#sums = new Float64Array(3 * atomCount(heading.crystal));
  }

  add({ positions, wrapped, cell = this.heading.crystal.cell, step }: Frame): void {
    const place = wrapped ?? positions;
    this.#drift.measure(positions, this.#shift);
    const { inverse } = cell;
    const [n1, n2, n3] = this.#shape;
    const sums = this.#sums;
    const shift = this.#shift;
    for (let at = 0; at < sums.length; at += 3) {
      const x = positions[at]! - shift[0]!;
      const y = positions[at + 1]! - shift[1]!;
      const z = positions[at + 2]! - shift[2]!;
      for (let k = 0; k < 3; k++) sums[at + k]! += x * inverse[k]! + y * inverse[3 + k]! + z * inverse[6 + k]!;
    }
    for (let i = 0; i < this.atoms.length; i++) {
      const at = 3 * this.atoms[i]!;
      const x = place[at]! - shift[0]!;
      const y = place[at + 1]! - shift[1]!;
      const z = place[at + 2]! - shift[2]!;
      const a = boxOf(x * inverse[0]! + y * inverse[3]! + z * inverse[6]!, n1);
      const b = boxOf(x * inverse[1]! + y * inverse[4]! + z * inverse[7]!, n2);
      const c = boxOf(x * inverse[2]! + y * inverse[5]! + z * inverse[8]!, n3);
      const box = (a * n2 + b) * n3 + c;
      if (!(box >= 0)) throw lostPosition(this.atoms[i]!, step);
      this.#counts[box]!++;
    }
    for (let k = 0; k < 9; k++) this.#cell[k]! += cell.vectors[k]!;
    this.#frames++;
  }

  finish(): DensityResult {
    if (this.#frames === 0) throw new InputError("a density of no frames", "give at least one frame");
    const { crystal } = this.heading;
    const cell = makeCell(
      this.#cell.map((x) => x / this.#frames),
      crystal.cell.periodic,
    );
    const perCount = this.#counts.length / (this.#frames * cell.volume);
    const means = this.#sums.map((s) => s / this.#frames);
    return {
      species: elementsOfAtoms(crystal, this.atoms).join(", "),
      reference: this.#drift.name,
      frames: this.#frames,
      cell,
      shape: this.#shape,
      values: this.#counts.map((count) => count * perCount),
      meanCrystal: withPositions({ ...crystal, cell }, toCartesian(cell, means)),
    };
  }
}

/** The grid point nearest to the fractional coordinate s. */
function boxOf(s: number, n: number): number {
  const box = Math.floor((s - Math.floor(s)) * n + 0.5);
  return box === n ? 0 : box;
}
