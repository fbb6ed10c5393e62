// Radial distribution of pairs and coordination numbers. docs/theory/correlations.md (1)–(4)
//
//   g_ab(r) = ⟨n_ab(r) V⟩/(N_a N_b′ v(r)),  v(r) = (4π/3)((r + Δ)³ − r³),  N_b′ = N_b − δ_ab
//   n_ab(<r) = ⟨number of b within r of an a⟩
//
// n_ab(r) is the number of ordered pairs in the shell [r, r + Δ) of a frame and V that frame's volume. With N_b′ an ideal gas of N atoms
// has g = 1 exactly; with `normalisation: "density"` N_b′ = N_b, as the integrals of g − 1 of a large system want it.

import { type F64, InputError, type Note, Notes } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { cellWidths } from "../structure/index.js";
import type { Analysis } from "./analysis.js";
import { GrowingBlocks } from "./growing-blocks.js";
import { type GroupPair, PairCounts } from "./rdf-counts.js";
import { type AtomSelection, selectAtoms } from "./selection.js";

/** A name, or a name and atoms for a selection of one's own. */
export type AtomGroup = string | { readonly name: string; readonly atoms: AtomSelection };

export interface RdfOptions {
  /** Which pairs of elements, labels or groups. Default: all pairs of elements. */
  readonly pairs?: readonly (readonly [AtomGroup, AtomGroup])[];
  /** Largest distance, Å. Default: half the smallest width of the cell, 5 % less when it changes. */
  readonly rMax?: number;
  /** Width of a shell, Å, adjusted so that a whole number of them reaches rMax. Default 0.05. */
  readonly binWidth?: number;
  /** "pairs": an ideal gas has g = 1; "density": divided by the number density of b. They differ where a = b. Default "pairs". */
  readonly normalisation?: "pairs" | "density";
  /** Fewest blocks errors are taken from. Default 10. */
  readonly blocks?: number;
  /** "twin" counts without WebAssembly, for comparison. Default "kernel" where it runs. */
  readonly engine?: "kernel" | "twin";
}

export interface PairDistribution {
  readonly first: string;
  readonly second: string;
  readonly atoms: readonly [number, number];
  readonly g: F64; // [bins]
  readonly standardError: F64; // [bins] from blocks; NaN with fewer than two
  /** Atoms of the second kind around one of the first, up to the outer edge of each shell. */
  readonly coordination: F64; // [bins]
  readonly coordinationError: F64; // [bins]
}

export interface RdfResult {
  readonly r: F64; // [bins] Å, middle of each shell
  readonly edges: F64; // [bins + 1] Å
  readonly binWidth: number; // Å
  readonly pairs: readonly PairDistribution[];
  readonly frames: number;
  readonly blockCount: number;
  readonly blockFrames: number;
  readonly volume: number; // mean, Å³
  readonly notes: readonly Note[];
}

export function rdfOf(options: RdfOptions = {}): Analysis<RdfResult> {
  const { rMax, binWidth = 0.05 } = options;
  if (!(binWidth > 0) || (rMax !== undefined && !(rMax >= binWidth && rMax < Number.POSITIVE_INFINITY)))
    throw new InputError(
      `shells of ${binWidth} Å up to ${rMax ?? "half the cell"} Å`,
      "pass a positive width and a radius of at least one width",
    );
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new InputError("frames before a heading", "call begin first, or use analyse()");
    return session;
  };
  return {
    name: "rdf",
    begin(heading) {
      session = new Session(heading, options);
    },
    add: (frame) => current().add(frame),
    finish: () => current().finish(),
  };
}

class Session {
  readonly #names: readonly (readonly [string, string])[];
  readonly #pairs: readonly GroupPair[];
  readonly #groups: readonly Int32Array[];
  readonly #bins: number;
  readonly #rMax: number;
  readonly #counts: PairCounts;
  readonly #scaled: GrowingBlocks; // n V of unordered pairs
  readonly #within: GrowingBlocks; // running sums of n
  readonly #row: Float64Array;
  #volume = 0;
  #imagesUsed = false;

  constructor(
    private readonly heading: TrajectoryHeading,
    private readonly options: RdfOptions,
  ) {
    const { crystal } = heading;
    const half = (heading.variableCell ? 0.475 : 0.5) * narrowest(crystal.cell);
    if (options.rMax === undefined && !Number.isFinite(half))
      throw new InputError("no largest distance for a cell without periodic directions", "pass rMax in Å");
    this.#rMax = options.rMax ?? half;
    this.#bins = Math.max(1, Math.round(this.#rMax / (options.binWidth ?? 0.05)));
    const named = resolveGroups(heading, options.pairs);
    this.#groups = named.groups;
    this.#pairs = named.pairs;
    this.#names = named.pairs.map(([a, b]) => [named.names[a]!, named.names[b]!]);
    this.#counts = new PairCounts({
      groups: this.#groups,
      pairs: this.#pairs,
      rMax: this.#rMax,
      bins: this.#bins,
      ...(options.engine ? { engine: options.engine } : {}),
    });
    const size = this.#pairs.length * this.#bins;
    this.#row = new Float64Array(size);
    this.#scaled = new GrowingBlocks(size, options.blocks);
    this.#within = new GrowingBlocks(size, options.blocks);
  }

  add(frame: Frame): void {
    const cell = frame.cell ?? this.heading.crystal.cell;
    const counts = this.#counts.count(frame.wrapped ?? frame.positions, cell, frame.step);
    if (this.#rMax > 0.5 * narrowest(cell)) this.#imagesUsed = true;
    const [bins, row] = [this.#bins, this.#row];
    this.#volume += cell.volume;
    this.#eachBin((at, from) => {
      row[at] = counts[from]! * cell.volume;
    });
    this.#scaled.add(row);
    this.#eachBin((at, from) => {
      row[at] = counts[from]! + (at % bins === 0 ? 0 : row[at - 1]!);
    });
    this.#within.add(row);
  }

  #eachBin(visit: (at: number, from: number) => void): void {
    const bins = this.#bins;
    for (let pair = 0; pair < this.#pairs.length; pair++)
      for (let bin = 0; bin < bins; bin++) visit(pair * bins + bin, pair * (bins + 1) + bin);
  }

  finish(): RdfResult {
    const bins = this.#bins;
    const width = this.#rMax / bins;
    if (this.#scaled.samples === 0) throw new InputError("a distribution of no frames", "give at least one frame");
    const edges = Float64Array.from({ length: bins + 1 }, (_, k) => k * width);
    const shells = edges.slice(1).map((outer, k) => ((4 * Math.PI) / 3) * (outer ** 3 - edges[k]! ** 3));
    const scaled = this.#scaled.finish();
    const within = this.#within.finish();
    const notes = new Notes();
    if (this.#imagesUsed)
      notes.add(
        "rdf-beyond-half-cell",
        `distances up to ${this.#rMax.toFixed(2)} Å reach beyond half the cell: an atom's own images and repeated pairs are in them`,
        "use a larger cell, or trust the distribution up to half its smallest width",
      );
    if (!this.heading.crystal.cell.periodic.every(Boolean))
      notes.add(
        "rdf-open-cell",
        "the cell does not repeat along every axis: densities are numbers over its volume, empty space included",
        "read coordination numbers, which need no density",
      );
    if (scaled.blockCount < 2)
      notes.add("rdf-no-blocks", `${scaled.samples} frame is too few for errors`, "give at least two frames");
    const pairs = this.#pairs.map(([a, b], pair): PairDistribution => {
      const [na, nb] = [this.#groups[a]!.length, this.#groups[b]!.length];
      const ordered = a === b ? 2 : 1;
      const partners = nb - (a === b && this.options.normalisation !== "density" ? 1 : 0);
      // One atom has no partners but its images: those are measured against its own density.
      const norm = ordered / (na * Math.max(1, partners));
      const part = (values: F64): F64 => values.slice(pair * bins, (pair + 1) * bins);
      const perShell = (values: F64): F64 =>
        part(values)
          .slice()
          .map((value, k) => (value * norm) / shells[k]!);
      const perAtom = (values: F64): F64 =>
        part(values)
          .slice()
          .map((value) => (value * ordered) / na);
      return {
        first: this.#names[pair]![0],
        second: this.#names[pair]![1],
        atoms: [na, nb],
        g: perShell(scaled.mean),
        standardError: perShell(scaled.standardError),
        coordination: perAtom(within.mean),
        coordinationError: perAtom(within.standardError),
      };
    });
    return {
      r: Float64Array.from({ length: bins }, (_, k) => (k + 0.5) * width),
      edges,
      binWidth: width,
      pairs,
      frames: scaled.samples,
      blockCount: scaled.blockCount,
      blockFrames: scaled.blockLength,
      volume: this.#volume / scaled.samples,
      notes: notes.list(),
    };
  }
}

/** Smallest width along a periodic direction, Å. */
function narrowest(cell: TrajectoryHeading["crystal"]["cell"]): number {
  return Math.min(...cellWidths(cell).map((width, k) => (cell.periodic[k] ? width : Number.POSITIVE_INFINITY)));
}

function resolveGroups({ crystal }: TrajectoryHeading, wanted: RdfOptions["pairs"]) {
  const { elements } = crystal;
  const asked = wanted ?? elements.flatMap((a, i) => elements.slice(i).map((b) => [a, b] as const));
  if (asked.length === 0) throw new InputError("no pairs of elements", "name some, or leave pairs out for all");
  const names: string[] = [];
  const groups: Int32Array[] = [];
  const indexOf = (group: AtomGroup): number => {
    const name = typeof group === "string" ? group : group.name;
    const known = names.indexOf(name);
    if (known >= 0) return known;
    groups.push(selectAtoms(crystal, typeof group === "string" ? group : group.atoms));
    return names.push(name) - 1;
  };
  const pairs = asked.map(([a, b]): GroupPair => [indexOf(a), indexOf(b)]);
  for (const [a, b] of pairs) {
    const first = new Set(groups[a]!);
    const shared = a === b ? undefined : groups[b]!.find((atom) => first.has(atom));
    if (shared !== undefined)
      throw new InputError(
        `atom ${shared + 1} is in ${names[a]} and in ${names[b]}`,
        "an atom has no distance to itself: pair a group with itself, or with atoms that are not in it",
      );
  }
  return { names, groups, pairs };
}

/** Atoms of the second kind within `radius` Å of one of the first, linear within a shell. */
export function coordinationWithin(
  rdf: RdfResult,
  pair: PairDistribution,
  radius: number,
): { readonly value: number; readonly standardError: number } {
  const last = rdf.edges[rdf.edges.length - 1]!;
  if (!(radius >= 0 && radius <= last))
    throw new InputError(
      `coordination within ${radius} Å of distances up to ${last.toFixed(3)} Å`,
      "use a larger rMax",
    );
  const place = Math.min(radius / rdf.binWidth, pair.coordination.length);
  const bin = Math.floor(place);
  const at = (values: F64, edge: number): number => (edge === 0 ? 0 : values[Math.min(edge, values.length) - 1]!);
  const between = (values: F64): number => at(values, bin) + (place - bin) * (at(values, bin + 1) - at(values, bin));
  return { value: between(pair.coordination), standardError: between(pair.coordinationError) };
}
