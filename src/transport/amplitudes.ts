// How far atoms tremble about where they sit: ⟨u²⟩ = ⟨|r_i − r̄_i|²⟩, with r̄_i
//
//   about "run"       the atom's own mean over the whole run: for atoms that do not hop
//   about a window    its mean over consecutive stretches of the run (windowPs), ⟨u²⟩ being the mean over stretches of the variance within
//                     each: hops count only where they fall inside a stretch; motion slower than the stretch is left out
//   about sites       the nearest of given sites, in the frame of reference: what counts is the distance from the site, hopping or not
//
// ⟨u²⟩ is the mean of squares over the frames (divisor n, not n − 1): a property of the motion, not an estimate from independent samples.

import { type Estimate, type F64, InputError } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { atomCount, atomsOf, minimumImage } from "../structure/index.js";
import type { Analysis } from "./analysis.js";
import { type Drift, driftOf, type ReferenceFrame } from "./drift.js";
import { scatterOf } from "./growing-blocks.js";
import { lostPosition } from "./rdf-counts.js";

export type AmplitudeCentre = "run" | { readonly windowPs: number } | { readonly sites: F64; readonly element: string };

export interface AmplitudeOptions {
  /** Default "run". `sites` [m,3] Å apply to one element, the others are taken about the run. */
  readonly about?: AmplitudeCentre;
  /** Whose motion is taken off. Default "total": the centre of mass of everything. */
  readonly reference?: ReferenceFrame;
}

export interface SpeciesAmplitude {
  readonly element: string;
  readonly atoms: number;
  /** ⟨|u|²⟩ Å²; the error is the scatter between atoms (NaN for a single one). */
  readonly meanSquare: Estimate;
  /** ⟨u²⟩ along x, y, z, Å². */
  readonly axes: readonly [number, number, number];
  /** √⟨|u|²⟩, Å. */
  readonly amplitude: number;
}

export interface AmplitudeResult {
  /** In words. */
  readonly about: string;
  readonly reference: string;
  readonly frames: number;
  readonly species: readonly SpeciesAmplitude[];
  readonly perAtom: F64; // [n,3] Å², ⟨u²⟩ along x, y, z
}

export function amplitudesOf(options: AmplitudeOptions = {}): Analysis<AmplitudeResult> {
  const { about = "run" } = options;
  if (typeof about === "object" && "windowPs" in about && !(about.windowPs > 0))
    throw new InputError(`a window of ${about.windowPs} ps`, "pass a positive time");
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new InputError("frames before a heading", "call begin first, or use analyse()");
    return session;
  };
  return {
    name: "amplitudes",
    begin(heading) {
      session = new Session(heading, options);
    },
    add: (frame) => current().add(frame),
    finish: () => current().finish(),
  };
}

class Session {
  readonly #drift: Drift;
  readonly #shift = new Float64Array(3);
  readonly #about: AmplitudeCentre;
  readonly #window: number; // frames
  readonly #siteAtoms: readonly number[];
  readonly #mean: Float64Array; // [n,3] of this window, running
  readonly #squares: Float64Array; // [n,3] Σ (x − mean)² of this window
  readonly #total: Float64Array; // [n,3] Σ over finished windows of Σ (x − mean)²
  readonly #siteSquares: Float64Array; // [n,3] Σ (x − site)²
  #inWindow = 0;
  #counted = 0; // frames in finished windows
  #frames = 0;

  constructor(
    private readonly heading: TrajectoryHeading,
    options: AmplitudeOptions,
  ) {
    const { crystal, frameSpacingFs } = heading;
    this.#about = options.about ?? "run";
    this.#drift = driftOf(heading, new Int32Array(0), { reference: options.reference ?? "total" });
    const about = this.#about;
    this.#window =
      typeof about === "object" && "windowPs" in about
        ? Math.round((about.windowPs * 1000) / frameSpacingFs)
        : Number.POSITIVE_INFINITY;
    if (this.#window < 2)
      throw new InputError(
        `a window of ${this.#window} frame of ${frameSpacingFs} fs`,
        "pass a window of several frames, best several vibrations long",
      );
    this.#siteAtoms = typeof about === "object" && "sites" in about ? atomsOf(crystal, about.element) : [];
    if (typeof about === "object" && "sites" in about) {
      if (this.#siteAtoms.length === 0)
        throw new InputError(`no ${about.element} in the crystal`, `it has ${crystal.elements.join(", ")}`);
      if (about.sites.length === 0 || about.sites.length % 3 !== 0)
        throw new InputError(`${about.sites.length} numbers for sites`, "pass three coordinates a site, Å");
    }
    const size = 3 * atomCount(crystal);
    this.#mean = new Float64Array(size);
    this.#squares = new Float64Array(size);
    this.#total = new Float64Array(size);
    this.#siteSquares = new Float64Array(size);
  }

  add(frame: Frame): void {
    const { positions, step } = frame;
    this.#drift.measure(positions, this.#shift);
    const [mean, squares] = [this.#mean, this.#squares];
    const count = ++this.#inWindow;
    for (let s = 0; s < mean.length; s++) {
      // Welford's update: no cancellation however far from the origin the atom is.
      const x = positions[s]! - this.#shift[s % 3]!;
      if (!Number.isFinite(x)) throw lostPosition(Math.floor(s / 3), step);
      const before = x - mean[s]!;
      mean[s]! += before / count;
      squares[s]! += before * (x - mean[s]!);
    }
    if (typeof this.#about === "object" && "sites" in this.#about) this.#toSites(frame, this.#about.sites);
    this.#frames++;
    if (count === this.#window) this.#closeWindow();
  }

  #toSites({ positions, cell = this.heading.crystal.cell }: Frame, sites: F64): void {
    const m = sites.length / 3;
    const differences = new Float64Array(sites.length);
    for (const atom of this.#siteAtoms) {
      for (let k = 0; k < sites.length; k++)
        differences[k] = positions[3 * atom + (k % 3)]! - this.#shift[k % 3]! - sites[k]!;
      const nearest = minimumImage(cell, differences);
      let best = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let j = 0; j < m; j++) {
        const squared = nearest[3 * j]! ** 2 + nearest[3 * j + 1]! ** 2 + nearest[3 * j + 2]! ** 2;
        if (squared < least) {
          least = squared;
          best = j;
        }
      }
      for (let axis = 0; axis < 3; axis++) this.#siteSquares[3 * atom + axis]! += nearest[3 * best + axis]! ** 2;
    }
  }

  #closeWindow(): void {
    for (let s = 0; s < this.#mean.length; s++) this.#total[s]! += this.#squares[s]!;
    this.#counted += this.#inWindow;
    this.#mean.fill(0);
    this.#squares.fill(0);
    this.#inWindow = 0;
  }

  finish(): AmplitudeResult {
    const { crystal } = this.heading;
    if (this.#frames < 2) throw new InputError(`amplitudes from ${this.#frames} frame`, "give at least two frames");
    // An unfinished window would count with a shorter time: left out, unless it is all there is.
    if (this.#counted === 0 && Number.isFinite(this.#window))
      throw new InputError(
        `a window of ${this.#window} frames in a run of ${this.#frames}`,
        'pass a shorter window, or about: "run"',
      );
    if (this.#counted === 0) this.#closeWindow();
    const perAtom = this.#total.map((sum) => sum / this.#counted);
    for (const atom of this.#siteAtoms)
      for (let s = 3 * atom; s < 3 * atom + 3; s++) perAtom[s] = this.#siteSquares[s]! / this.#frames;
    return {
      about: inWords(this.#about),
      reference: this.#drift.name,
      frames: this.#frames,
      species: crystal.elements.map((element) => speciesAmplitude(element, atomsOf(crystal, element), perAtom)),
      perAtom,
    };
  }
}

function inWords(about: AmplitudeCentre): string {
  if (about === "run") return "each atom's mean position over the run";
  if ("windowPs" in about) return `each atom's mean position over stretches of ${about.windowPs} ps`;
  return `the nearest of ${about.sites.length / 3} sites for ${about.element}, others about their mean over the run`;
}

function speciesAmplitude(element: string, atoms: readonly number[], perAtom: Float64Array): SpeciesAmplitude {
  const rows = atoms.map((atom) => perAtom.subarray(3 * atom, 3 * atom + 3));
  const axis = (k: number): number => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length;
  const axes = [axis(0), axis(1), axis(2)] as const;
  const value = axes[0] + axes[1] + axes[2];
  const scatter = scatterOf(
    rows.map((row) => [row[0]! + row[1]! + row[2]!]),
    1,
  );
  return {
    element,
    atoms: atoms.length,
    meanSquare: { value, standardError: scatter[0]!, unit: "Å²" },
    axes,
    amplitude: Math.sqrt(value),
  };
}
