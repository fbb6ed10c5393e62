// Reads H5MD 1.1 (https://nongnu.org/h5md/h5md.html) through whatever opens HDF5 files (h5md-file.ts).
//
// One group of /particles: position (needed), velocity, image, species (enumeration, numbers or names), mass, box. Series are
// {step, time, value}, step and time one number per frame or one number in all (the increment, with an attribute offset). Units are read
// from the attributes `unit`; lengths and times without one are taken as Å and ps, with a note.

import { FormatError, Notes } from "../base/index.js";
import {
  atomCount,
  type Cell,
  elementNamed,
  elementNumbered,
  isElement,
  makeCell,
  makeCrystal,
  speciesList,
  standardMass,
} from "../structure/index.js";
import type { Hdf5Dataset, Hdf5Reader } from "./h5md-file.js";
import { unitFactor } from "./h5md-units.js";
import { SPECIES_MEANING } from "./h5md-write.js";
import { at } from "./text.js";
import type { Coordinates, RawFrame, RawFrameOptions, RawTrajectory, TrajectoryReadOptions } from "./trajectory.js";
import { elementsOfTypes } from "./trajectory-species.js";

/** How much is read at once, bytes of f64 positions. */
const BLOCK_BYTES = 1 << 22;

interface Series {
  readonly value: Hdf5Dataset;
  readonly factor: number;
}

interface Opened {
  readonly group: string;
  readonly frames: number;
  readonly natoms: number;
  readonly position: Series;
  readonly velocity: Series | undefined;
  readonly image: Hdf5Dataset | undefined;
  readonly edges: Series | undefined;
  readonly energy: Series | undefined;
  readonly step: (index: number) => number;
  readonly time: ((index: number) => number) | undefined;
  readonly periodic: readonly [boolean, boolean, boolean];
  readonly cell: Cell;
}

export interface H5mdReadOptions extends TrajectoryReadOptions {
  /** Group of /particles. Default: the only one, or the first with positions. */
  readonly group?: string;
}

/** Opens the file anew for every pass. @throws FormatError */
export async function openH5md(open: () => Promise<Hdf5Reader>, options: H5mdReadOptions = {}): Promise<RawTrajectory> {
  const notes = new Notes();
  const file = await open();
  try {
    const opened = readHeading(file, { options, notes });
    const crystal = readCrystal(file, { opened, options, notes });
    const flagged = file.attribute(`${opened.group}/position/value`, "unwrapped") === 1;
    const coordinates: Coordinates = opened.image ? "images" : flagged ? "unwrapped" : "unknown";
    const { name } = file;
    return {
      format: "h5md",
      crystal: crystal.value,
      hasElements: crystal.hasElements,
      coordinates,
      hasVelocities: opened.velocity !== undefined,
      frameCount: opened.frames,
      notes,
      frames: (range = {}) => h5mdFrames(open, { options, name, range }),
    };
  } finally {
    file.close();
  }
}

const fault = (file: Hdf5Reader, message: string, hint: string): FormatError =>
  new FormatError({ file: file.name }, message, hint);

function readHeading(file: Hdf5Reader, { options, notes }: { options: H5mdReadOptions; notes: Notes }): Opened {
  const group = particles(file, options.group);
  const position = seriesOf(file, `${group}/position`, { quantity: "length", notes });
  const [frames = 0, natoms = 0, dimension = 0] = position.value.shape;
  if (position.value.shape.length !== 3 || dimension !== 3 || natoms < 1) {
    throw fault(
      file,
      `${group}/position/value has the shape ${position.value.shape.join(" × ")}`,
      "frames × atoms × 3 is needed",
    );
  }
  if (frames < 1) throw fault(file, "the file holds no frame", "the program that wrote it ended before the first");
  const optional = (path: string, quantity: "length" | "velocity" | "energy"): Series | undefined => {
    if (file.kind(path) === undefined) return undefined;
    const series = seriesOf(file, path, { quantity, notes });
    if (series.value.shape[0] === frames) return series;
    notes.add(
      "h5md-series-left-out",
      `${file.name}: ${path} has ${series.value.shape[0]} entries, there are ${frames} frames: not read`,
    );
    return undefined;
  };
  const periodic = boundary(file, group);
  const timedEdges = file.kind(`${group}/box/edges`) === "group";
  const edges = timedEdges ? optional(`${group}/box/edges`, "length") : undefined;
  if (timedEdges && !edges)
    throw fault(file, `${group}/box/edges does not have the frames of the positions`, "write both together");
  const image = file.kind(`${group}/image/value`) === "dataset" ? file.dataset(`${group}/image/value`) : undefined;
  return {
    group,
    frames,
    natoms,
    position,
    velocity: optional(`${group}/velocity`, "velocity"),
    image: image?.shape[0] === frames ? image : undefined,
    edges,
    energy: optional("/observables/potential_energy", "energy"),
    step: progress(file, `${group}/position/step`, frames) ?? ((index) => index),
    time: times(file, `${group}/position/time`, { frames, notes }),
    periodic,
    cell: edges
      ? cellOf(edges.value.numbers(0, 1), edges.factor, { file, periodic })
      : fixedCell(file, group, periodic),
  };
}

function particles(file: Hdf5Reader, wanted: string | undefined): string {
  if (file.kind("/particles") !== "group") throw fault(file, "there is no group /particles", "is this an H5MD file?");
  const names = file.names("/particles").filter((name) => file.kind(`/particles/${name}/position/value`) === "dataset");
  const name = wanted ?? names[0];
  if (name !== undefined && names.includes(name)) return `/particles/${name}`;
  throw fault(
    file,
    wanted === undefined
      ? "no group of /particles has positions over time"
      : `/particles/${wanted} has no positions over time`,
    names.length > 0 ? `groups with positions: ${names.join(", ")}` : "position/value is needed",
  );
}

interface SeriesInput {
  readonly quantity: "length" | "velocity" | "energy";
  readonly notes: Notes;
}

function seriesOf(file: Hdf5Reader, path: string, { quantity, notes }: SeriesInput): Series {
  const value = file.dataset(`${path}/value`);
  const unit = file.attribute(`${path}/value`, "unit");
  return { value, factor: unitFactor(file, { path: `${path}/value`, unit, quantity, notes }) };
}

/** Steps or times: one for every frame, or an increment and an offset. */
function progress(file: Hdf5Reader, path: string, frames: number): ((index: number) => number) | undefined {
  if (file.kind(path) !== "dataset") return undefined;
  const values = file.dataset(path).numbers();
  if (values.length === frames && file.dataset(path).shape.length > 0) return (index) => values[index]!;
  const offset = file.attribute(path, "offset");
  const start = typeof offset === "number" ? offset : 0;
  return (index) => start + index * values[0]!;
}

function times(
  file: Hdf5Reader,
  path: string,
  { frames, notes }: { readonly frames: number; readonly notes: Notes },
): ((index: number) => number) | undefined {
  const values = progress(file, path, frames);
  if (!values) return undefined;
  const factor = unitFactor(file, { path, unit: file.attribute(path, "unit"), quantity: "time", notes });
  return factor === 1 ? values : (index) => values(index) * factor;
}

function boundary(file: Hdf5Reader, group: string): readonly [boolean, boolean, boolean] {
  const value = file.attribute(`${group}/box`, "boundary");
  const words = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return [0, 1, 2].map((k) => (words[k] ?? words[0] ?? "periodic") === "periodic") as [boolean, boolean, boolean];
}

function fixedCell(file: Hdf5Reader, group: string, periodic: Cell["periodic"]): Cell {
  const path = `${group}/box/edges`;
  if (file.kind(path) !== "dataset") throw fault(file, `${group}/box has no edges`, "phonion needs a cell");
  const factor = unitFactor(file, { path, unit: file.attribute(path, "unit"), quantity: "length" });
  return cellOf(file.dataset(path).numbers(), factor, { file, periodic });
}

function cellOf(
  edges: Float64Array,
  factor: number,
  { file, periodic }: { readonly file: { readonly name: string }; readonly periodic: Cell["periodic"] },
): Cell {
  const scaled = factor === 1 ? edges : edges.map((x) => x * factor);
  const vectors = scaled.length === 3 ? [scaled[0]!, 0, 0, 0, scaled[1]!, 0, 0, 0, scaled[2]!] : scaled;
  return at({ file: file.name }, () => makeCell(vectors, periodic));
}

interface CrystalInput {
  readonly opened: Opened;
  readonly options: H5mdReadOptions;
  readonly notes: Notes;
}

function readCrystal(file: Hdf5Reader, { opened, options, notes }: CrystalInput) {
  const { group, natoms, position, cell, image } = opened;
  const species = readSpecies(file, { opened, options, notes });
  const massPath = `${group}/mass`;
  const masses =
    file.kind(massPath) === "dataset" && file.dataset(massPath).numbers().length === natoms
      ? file.dataset(massPath).numbers()
      : Float64Array.from(species.symbols, standardMass);
  const positions = position.value.numbers(0, 1).map((x) => x * position.factor);
  const flags = image?.numbers(0, 1);
  const v = cell.vectors;
  const placed = positions.map((x, i) => {
    if (!flags) return x;
    const [a, k] = [3 * Math.floor(i / 3), i % 3];
    return x + (flags[a]! * v[k]! + flags[a + 1]! * v[3 + k]! + flags[a + 2]! * v[6 + k]!);
  });
  const value = at({ file: file.name }, () =>
    makeCrystal({ cell, species: species.symbols, masses, positions: placed }),
  );
  return { value, hasElements: species.inFile };
}

function readSpecies(
  file: Hdf5Reader,
  { opened, options, notes }: CrystalInput,
): { symbols: string[]; inFile: boolean } {
  const path = `${opened.group}/species`;
  const place = { file: file.name };
  const dataset =
    file.kind(path) === "dataset"
      ? file.dataset(path)
      : file.kind(`${path}/value`) === "dataset"
        ? file.dataset(`${path}/value`)
        : undefined;
  if (!dataset) {
    if (!options.reference) {
      throw fault(
        file,
        `${opened.group} has no species: which elements are its atoms?`,
        "give a reference structure with the same order of atoms",
      );
    }
    if (atomCount(options.reference) !== opened.natoms) {
      throw fault(
        file,
        `${opened.natoms} atoms, the reference structure has ${atomCount(options.reference)}`,
        "give the structure the run began with",
      );
    }
    notes.add(
      "elements-from-reference",
      `${file.name} has no species; elements and order are those of the reference structure`,
    );
    return { symbols: speciesList(options.reference), inFile: false };
  }
  if (dataset.isText)
    return {
      symbols: dataset
        .texts()
        .slice(0, opened.natoms)
        .map((word) => at(place, () => elementNamed(word).symbol)),
      inFile: true,
    };
  const numbers = dataset.numbers().slice(0, opened.natoms);
  if (file.attribute(path, "meaning") === SPECIES_MEANING) {
    return { symbols: Array.from(numbers, (n) => at(place, () => elementNumbered(n).symbol)), inFile: true };
  }
  const named = Array.from(numbers, (n) => dataset.names?.get(n) ?? "");
  if (named.every(isElement)) return { symbols: named, inFile: true };
  return { symbols: elementsOfTypes(numbers, place, options), inFile: true };
}

interface PassInput {
  readonly options: H5mdReadOptions;
  readonly name: string;
  readonly range: RawFrameOptions;
}

async function* h5mdFrames(
  open: () => Promise<Hdf5Reader>,
  { options, name, range }: PassInput,
): AsyncGenerator<RawFrame> {
  const { choose, signal } = range;
  const file = await open();
  try {
    const opened = readHeading(file, { options, notes: new Notes() });
    const { frames, natoms, position, velocity, image, edges, energy, periodic } = opened;
    const chunk = position.value.chunks?.[0] ?? 1;
    const block = Math.max(1, Math.floor(BLOCK_BYTES / (24 * natoms * chunk))) * chunk;
    const blocks = {
      position: new Block(position.value, { factor: position.factor, block, frames }),
      velocity: velocity && new Block(velocity.value, { factor: velocity.factor, block, frames }),
      image: image && new Block(image, { factor: 1, block, frames }),
      edges: edges && new Block(edges.value, { factor: edges.factor, block, frames }),
      energy: energy && new Block(energy.value, { factor: energy.factor, block, frames }),
    };
    let cell = opened.cell;
    for (let index = 0; index < frames; index++) {
      signal?.throwIfAborted();
      const step = opened.step(index);
      const timeFs = opened.time?.(index);
      const choice = choose?.(step, timeFs, { file: name }) ?? "read";
      if (choice === "end") return;
      if (choice === "pass") continue;
      const vectors = blocks.edges?.at(index);
      if (vectors && !sameAs(vectors, cell)) cell = cellOf(vectors.slice(), 1, { file, periodic });
      yield {
        step,
        ...(timeFs === undefined ? {} : { timeFs }),
        cell,
        positions: blocks.position.at(index),
        ...(blocks.velocity ? { velocities: blocks.velocity.at(index) } : {}),
        ...(blocks.image ? { images: Int32Array.from(blocks.image.at(index)) } : {}),
        ...(blocks.energy ? { potentialEnergy: blocks.energy.at(index)[0]! } : {}),
      };
    }
  } finally {
    file.close();
  }
}

function sameAs(edges: Float64Array, { vectors }: Cell): boolean {
  return edges.every((x, i) => x === (edges.length === 3 ? vectors[4 * i]! : vectors[i]!));
}

/** A window over a series: several frames are read at once. */
class Block {
  #from = 0;
  #data: Float64Array = new Float64Array(0);
  #count = 0;
  readonly #width: number;

  constructor(
    private readonly dataset: Hdf5Dataset,
    private readonly size: { readonly factor: number; readonly block: number; readonly frames: number },
  ) {
    this.#width = dataset.shape.slice(1).reduce((product, extent) => product * extent, 1);
  }

  at(index: number): Float64Array {
    const { block, frames, factor } = this.size;
    if (index < this.#from || index >= this.#from + this.#count) {
      this.#from = Math.floor(index / block) * block;
      const to = Math.min(frames, this.#from + block);
      this.#data = this.dataset.numbers(this.#from, to);
      this.#count = to - this.#from;
      if (factor !== 1) for (let i = 0; i < this.#data.length; i++) this.#data[i] = this.#data[i]! * factor;
    }
    const offset = (index - this.#from) * this.#width;
    return this.#data.subarray(offset, offset + this.#width);
  }
}
