// Crystals, minima, modes, force constants and paths as files between commands: packed JSON (every bit kept) with a schema
// name and a version. Reading checks shapes and numbers, and refuses versions it does not know.

import { type FilePlace, FormatError } from "../base/index.js";
import type { Path } from "../hops/index.js";
import type { Minimum } from "../minima/index.js";
import { type ForceConstants, forceConstantsFrom, type Modes } from "../modes/index.js";
import { atomCount, type Crystal, makeCell, makeCrystal } from "../structure/index.js";
import { Fields } from "./fields.js";
import { packJson, unpackJson } from "./packed.js";
import { at, quote } from "./text.js";

/** Version of each kind of file, raised when its shape changes. */
const VERSIONS = {
  "phonion/crystal": 1,
  "phonion/minimum": 1,
  "phonion/modes": 1,
  "phonion/force-constants": 1,
  "phonion/path": 1,
} as const;

export type ValueSchema = keyof typeof VERSIONS;

/** The fields of the Crystal that are not derived from others. */
const crystalData = ({ cell, elements, kinds, masses, positions, labels }: Crystal): unknown => ({
  cell: { vectors: cell.vectors, periodic: cell.periodic },
  elements,
  kinds,
  masses,
  positions,
  labels,
});
const minimumData = (minimum: Minimum): unknown => ({ ...minimum, crystal: crystalData(minimum.crystal) });

const file = (schema: ValueSchema, value: unknown): string =>
  `${packJson({ schema, version: VERSIONS[schema], value })}\n`;

export const writeCrystal = (crystal: Crystal): string => file("phonion/crystal", crystalData(crystal));
export const writeMinimum = (minimum: Minimum): string => file("phonion/minimum", minimumData(minimum));
export const writeModes = (modes: Modes): string =>
  file("phonion/modes", { ...modes, reference: crystalData(modes.reference) });
export const writeForceConstantsValue = (constants: ForceConstants): string =>
  file("phonion/force-constants", { ...constants, reference: crystalData(constants.reference) });
export const writePath = (path: Path): string =>
  file("phonion/path", {
    ...path,
    endpoints: path.endpoints.map(minimumData),
    ...(path.intermediate ? { intermediate: minimumData(path.intermediate) } : {}),
  });

export const readCrystal = (text: string, place: FilePlace): Crystal =>
  crystalFrom(open(text, place, "phonion/crystal"));
export const readMinimum = (text: string, place: FilePlace): Minimum =>
  minimumFrom(open(text, place, "phonion/minimum"));
export const readModes = (text: string, place: FilePlace): Modes => modesFrom(open(text, place, "phonion/modes"));
export const readForceConstantsValue = (text: string, place: FilePlace): ForceConstants =>
  forceConstantsOf(open(text, place, "phonion/force-constants"));
export const readPath = (text: string, place: FilePlace): Path => pathFrom(open(text, place, "phonion/path"));

/** The crystal a value file is about: its own, a minimum's, the reference of modes, or a path's first end. */
export function readCrystalOf(text: string, place: FilePlace): Crystal {
  const { schema, value } = readEnvelope(text, place);
  if (schema === "phonion/crystal") return crystalFrom(value);
  if (schema === "phonion/minimum") return minimumFrom(value).crystal;
  if (schema === "phonion/path") return pathFrom(value).endpoints[0].crystal;
  return crystalFrom(value.object("reference"));
}

function open(text: string, place: FilePlace, wanted: ValueSchema): Fields {
  const { schema, value } = readEnvelope(text, place);
  if (schema === wanted) return value;
  throw new FormatError(
    { ...place, line: 1 },
    `this file holds ${quote(schema)}, expected ${quote(wanted)}`,
    "give the file another command wrote for this",
  );
}

function readEnvelope(text: string, given: FilePlace): { schema: ValueSchema; value: Fields } {
  const place = { ...given, line: 1 };
  const envelope = new Fields(unpackJson(text, place), place);
  const schema = envelope.text("schema");
  if (!Object.hasOwn(VERSIONS, schema)) {
    throw new FormatError(
      place,
      `the schema ${quote(schema)} is not known`,
      schema.startsWith("phonion/")
        ? "this is the report of a command; the structure is in the files it wrote beside it, such as minimum.json or path.json"
        : `known are ${Object.keys(VERSIONS).join(", ")}`,
    );
  }
  const version = envelope.whole("version", 1);
  const newest = VERSIONS[schema as ValueSchema];
  if (version > newest) {
    throw new FormatError(
      place,
      `${quote(schema)} has version ${version}, this program reads up to ${newest}`,
      "a newer release of phonion wrote it; use that one",
    );
  }
  return { schema: schema as ValueSchema, value: envelope.object("value") };
}

function crystalFrom(fields: Fields): Crystal {
  const cellFields = fields.object("cell");
  const periodic = cellFields.list("periodic", Boolean);
  if (periodic.length !== 3)
    throw new FormatError(
      fields.place,
      `${cellFields.path}.periodic has ${periodic.length} entries, expected 3`,
      "the file is damaged",
    );
  const elements = fields.texts("elements");
  const kinds = fields.wholes("kinds", { least: 0, end: elements.length });
  const n = kinds.length;
  const masses = fields.reals("masses", n);
  const positions = fields.reals("positions", 3 * n);
  const labels = fields.has("labels") ? { labels: fields.texts("labels", n) } : {};
  return at(fields.place, () => {
    const cell = makeCell(cellFields.reals("vectors", 9), periodic as [boolean, boolean, boolean]);
    const species = Array.from(kinds, (kind) => elements[kind]!);
    // makeCrystal checks; the numbering of the elements stays as it was saved.
    return { ...makeCrystal({ cell, species, masses, positions, ...labels }), elements, kinds };
  });
}

function minimumFrom(fields: Fields): Minimum {
  return {
    crystal: crystalFrom(fields.object("crystal")),
    energy: fields.number("energy"),
    maxForce: fields.number("maxForce"),
    ...(fields.has("stress") ? { stress: fields.reals("stress", 9) } : {}),
    converged: fields.flag("converged"),
    history: fields.list("history", (entry, path) => {
      const step = new Fields(entry, fields.place, path);
      return { energy: step.number("energy"), maxForce: step.number("maxForce") };
    }),
    notes: fields.notes("notes"),
  };
}

function modesFrom(fields: Fields): Modes {
  const reference = crystalFrom(fields.object("reference"));
  const n = atomCount(reference);
  const complex = fields.flag("complex");
  const count = fields.whole("count", 1);
  if (count > 3 * n) throw new FormatError(fields.place, `${count} modes of ${n} atoms`, `there are at most ${3 * n}`);
  const frequencies = fields.reals("frequencies", count);
  const falls = frequencies.findIndex((f, i) => i > 0 && f < frequencies[i - 1]!);
  if (falls > 0)
    throw new FormatError(
      fields.place,
      `mode ${falls} has ${frequencies[falls]} THz after ${frequencies[falls - 1]}`,
      "frequencies ascend; the file is damaged",
    );
  const q = fields.reals("q", 3);
  return {
    reference,
    q: [q[0]!, q[1]!, q[2]!],
    count,
    frequencies,
    vectors: fields.reals("vectors", count * 3 * n * (complex ? 2 : 1)),
    complex,
    ...(fields.has("notes") ? { notes: fields.notes("notes") } : {}),
  };
}

function forceConstantsOf(fields: Fields): ForceConstants {
  const reference = crystalFrom(fields.object("reference"));
  const { values } = at(fields.place, () => forceConstantsFrom(reference, fields.reals("values")));
  return {
    reference,
    values,
    acousticSumResidual: fields.number("acousticSumResidual"),
    ...(fields.has("notes") ? { notes: fields.notes("notes") } : {}),
  };
}

function pathFrom(fields: Fields): Path {
  const ends = fields.list("endpoints", (entry, path) => minimumFrom(new Fields(entry, fields.place, path)));
  if (ends.length !== 2)
    throw new FormatError(fields.place, `a path has 2 end points, found ${ends.length}`, "the file is damaged");
  const n = atomCount(ends[0]!.crystal);
  const nImages = fields.whole("nImages", 2);
  const saddle = fields.whole("saddle", 0);
  if (atomCount(ends[1]!.crystal) !== n || saddle >= nImages) {
    throw new FormatError(
      fields.place,
      `a path of ${n} and ${atomCount(ends[1]!.crystal)} atoms, ${nImages} images, saddle ${saddle}`,
      "its parts do not fit together",
    );
  }
  return {
    endpoints: [ends[0]!, ends[1]!],
    nImages,
    images: fields.reals("images", nImages * 3 * n),
    energies: fields.reals("energies", nImages),
    coordinate: fields.reals("coordinate", nImages),
    ...(fields.has("slopes") ? { slopes: fields.reals("slopes", nImages) } : {}),
    saddle,
    barrierForward: fields.number("barrierForward"),
    barrierBackward: fields.number("barrierBackward"),
    movers: fields.wholes("movers", { least: 0, end: n }),
    converged: fields.flag("converged"),
    history: fields.list("history", (entry, path) => {
      const step = new Fields(entry, fields.place, path);
      return { maxForce: step.number("maxForce"), barrier: step.number("barrier") };
    }),
    ...(fields.has("evaluations") ? { evaluations: fields.whole("evaluations", 0) } : {}),
    ...(fields.has("intermediate") ? { intermediate: minimumFrom(fields.object("intermediate")) } : {}),
    notes: fields.notes("notes"),
  };
}
