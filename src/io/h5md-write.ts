// Writes H5MD 1.1 (P. de Buyl, P. H. Colberg, F. Höfling, doi:10.1016/j.cpc.2014.01.018; https://nongnu.org/h5md/h5md.html).
//
//   /h5md                                   version 1.1, creator phonion
//   /particles/atoms/box/edges              [3,3] Å, or {step, time, value} when the cell changes
//   /particles/atoms/position/{step,time,value}   [frames,n,3] Å, unwrapped; time in fs
//   /particles/atoms/velocity/{step,time,value}   [frames,n,3] Å/fs
//   /particles/atoms/species, mass          atomic numbers; amu
//   /observables/potential_energy/{step,time,value}   eV, where the frames have it
//
// Frames are gathered until a stored piece (chunk) is full, so memory is that of one piece whatever the length.

import { InputError } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { atomCount, atomicNumber, speciesList } from "../structure/index.js";
import type { Hdf5Writer } from "./h5md-file.js";
import type { TrajectoryWriteOptions } from "./trajectory-text.js";

const ATOMS = "/particles/atoms";
const PIECE_BYTES = 1 << 20;

/** Attribute of `species` that says what its numbers are. */
export const SPECIES_MEANING = "atomic number";

/** A column of frames that is written piece by piece. */
class Series {
  readonly #gathered: Float64Array;
  #count = 0;

  constructor(
    private readonly file: Hdf5Writer,
    private readonly path: string,
    private readonly shape: { readonly width: number; readonly chunk: number },
  ) {
    this.#gathered = new Float64Array(shape.width * shape.chunk);
  }

  add(values: ArrayLike<number>): void {
    this.#gathered.set(values, this.#count * this.shape.width);
    this.#count++;
    if (this.#count === this.shape.chunk) this.flush();
  }

  flush(): void {
    if (this.#count === 0) return;
    this.file.append(this.path, this.#gathered.subarray(0, this.#count * this.shape.width), this.#count);
    this.#count = 0;
  }
}

/** A session: frames in, then `close`. */
export class H5mdFrames {
  readonly #series = new Map<string, Series>();
  readonly #n: number;
  readonly #chunk: number;
  readonly #withVelocities: boolean;
  #withEnergy: boolean | undefined;

  constructor(
    private readonly file: Hdf5Writer,
    private readonly heading: TrajectoryHeading,
    private readonly options: TrajectoryWriteOptions & { readonly creatorVersion?: string } = {},
  ) {
    this.#n = atomCount(heading.crystal);
    this.#withVelocities = heading.hasVelocities && options.velocities !== false;
    this.#chunk = Math.max(1, Math.min(1024, Math.round(PIECE_BYTES / (3 * this.#n * this.#bytes))));
    this.#begin();
  }

  get #bytes(): number {
    return this.options.precision === "single" ? 4 : 8;
  }

  add(frame: Frame): void {
    this.#withEnergy ??= this.#beginEnergy(frame);
    this.#put("position/step", [frame.step]);
    this.#put("position/time", [frame.timeFs]);
    this.#put("position/value", frame.positions as unknown as ArrayLike<number>);
    if (this.#withVelocities) this.#put("velocity/value", this.#needed(frame.velocities, "velocities"));
    if (this.heading.variableCell)
      this.#put("box/edges/value", this.#needed((frame.cell ?? this.heading.crystal.cell).vectors, "cell"));
    if (this.#withEnergy) {
      if (frame.potentialEnergy === undefined) throw missing("potential energy");
      this.#put("energy", [frame.potentialEnergy]);
    }
  }

  /** Writes what is gathered. The file stays open. */
  finish(): void {
    for (const series of this.#series.values()) series.flush();
  }

  #put(name: string, values: ArrayLike<number>): void {
    this.#series.get(name)!.add(values);
  }

  #needed(values: unknown, what: string): ArrayLike<number> {
    if (values === undefined) throw missing(what);
    return values as ArrayLike<number>;
  }

  #begin(): void {
    const { file } = this;
    const { crystal, variableCell } = this.heading;
    file.group("/h5md");
    file.attribute("/h5md", "version", [1, 1]);
    file.group("/h5md/author");
    file.attribute("/h5md/author", "name", "phonion");
    file.group("/h5md/creator");
    file.attribute("/h5md/creator", "name", "phonion");
    file.attribute("/h5md/creator", "version", this.options.creatorVersion ?? "1");
    file.group("/h5md/modules");
    file.group("/h5md/modules/units");
    file.attribute("/h5md/modules/units", "version", [1, 0]);
    file.group("/particles");
    file.group(ATOMS);
    file.group(`${ATOMS}/box`);
    file.attribute(`${ATOMS}/box`, "dimension", 3);
    file.attribute(
      `${ATOMS}/box`,
      "boundary",
      crystal.cell.periodic.map((p) => (p ? "periodic" : "none")),
    );
    file.dataset(`${ATOMS}/species`, {
      type: "i32",
      shape: [this.#n],
      data: speciesList(crystal).map(atomicNumber),
    });
    file.attribute(`${ATOMS}/species`, "meaning", SPECIES_MEANING);
    file.dataset(`${ATOMS}/mass`, { type: "f64", shape: [this.#n], data: Array.from(crystal.masses) });
    file.attribute(`${ATOMS}/mass`, "unit", "amu");
    this.#beginTimed("position", { shape: [this.#n, 3], unit: "Angstrom" });
    file.attribute(`${ATOMS}/position/value`, "unwrapped", 1);
    if (this.#withVelocities) this.#beginTimed("velocity", { shape: [this.#n, 3], unit: "Angstrom fs-1" });
    if (variableCell) this.#beginTimed("box/edges", { shape: [3, 3], unit: "Angstrom", double: true });
    else {
      file.dataset(`${ATOMS}/box/edges`, { type: "f64", shape: [3, 3], data: Array.from(crystal.cell.vectors) });
      file.attribute(`${ATOMS}/box/edges`, "unit", "Angstrom");
    }
  }

  /** A group {step, time, value}; only the positions have steps and times of their own, the others link to them. */
  #beginTimed(
    name: string,
    { shape, unit, double }: { readonly shape: readonly number[]; readonly unit: string; readonly double?: boolean },
  ): void {
    const { file } = this;
    const path = `${ATOMS}/${name}`;
    file.group(path);
    if (name === "position") {
      this.#grow(`${path}/step`, "position/step", { type: "i64", shape: [] });
      this.#grow(`${path}/time`, "position/time", { type: "f64", shape: [] });
      file.attribute(`${path}/time`, "unit", "fs");
    } else for (const series of ["step", "time"]) file.link(`${ATOMS}/position/${series}`, `${path}/${series}`);
    const type = this.options.precision === "single" && !double ? "f32" : "f64";
    this.#grow(`${path}/value`, `${name}/value`, { type, shape });
    file.attribute(`${path}/value`, "unit", unit);
  }

  #beginEnergy(frame: Frame): boolean {
    if (frame.potentialEnergy === undefined) return false;
    const { file } = this;
    file.group("/observables");
    file.group("/observables/potential_energy");
    for (const series of ["step", "time"])
      file.link(`${ATOMS}/position/${series}`, `/observables/potential_energy/${series}`);
    this.#grow("/observables/potential_energy/value", "energy", { type: "f64", shape: [] });
    file.attribute("/observables/potential_energy/value", "unit", "eV");
    return true;
  }

  #grow(path: string, name: string, { type, shape }: { type: "f32" | "f64" | "i64"; shape: readonly number[] }): void {
    const gzip = this.options.gzip ?? 0;
    this.file.dataset(path, { type, shape: [0, ...shape], grows: true, chunk: this.#chunk, gzip });
    const width = shape.reduce((product, extent) => product * extent, 1);
    this.#series.set(name, new Series(this.file, path, { width, chunk: this.#chunk }));
  }
}

const missing = (what: string): InputError =>
  new InputError(`a frame has no ${what}, the first one had`, "give it for every frame or for none");
