// Inputs that several commands share: structures and force fields named on the command line.

import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { InputError, type Note, Notes } from "../../base/index.js";
import { type ForceFieldSpec, forceFieldNames, namedForceFieldSpec, parseForceFieldSpec } from "../../forces/index.js";
import { readText, sha256 } from "../../host/index.js";
import { readForceFieldYaml, readStructure, type StructureReadOptions } from "../../io/index.js";
import type { Crystal } from "../../structure/index.js";
import { knownWordsHint } from "../../studies/index.js";

export const forcesFlag = {
  forces: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "NAME|FILE.yaml" })
    .describe(`Force field: a named set (${forceFieldNames().join(", ")}) or a YAML file of the same form.`),
};

export const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** `path` itself, or the file of that name in it when it is a folder: what `--out` of another command wrote. */
export async function fileIn(path: string, name: string): Promise<string> {
  if (!(await isFolder(path))) return path;
  const file = join(path, name);
  if (await exists(file)) return file;
  throw new InputError(`${path} is a folder, and holds no ${name}`, "name a file inside it", { path });
}

/** Reads the files of one command and keeps what identifies them. */
export class Inputs {
  readonly #read: { readonly name: string; readonly sha256: string }[] = [];
  readonly notes = new Notes();

  async text(path: string): Promise<string> {
    const text = await readText(path);
    this.#read.push({ name: basename(path), sha256: sha256(text) });
    return text;
  }

  /** A structure file, or the folder `phonion relax --out` wrote. */
  async structure(path: string, options: StructureReadOptions = {}): Promise<Crystal> {
    const file = await fileIn(path, "minimum.json");
    return readStructure(await this.text(file), file, { notes: this.notes, ...options });
  }

  /** @throws InputError listing the named sets when none was given or the name is not known. */
  async forces(name: string | undefined): Promise<ForceFieldSpec> {
    const names = forceFieldNames();
    if (name === undefined) {
      throw new InputError(
        "no force field was given",
        `add --forces NAME or --forces FILE.yaml; named sets: ${names.join(", ")}`,
        { names },
      );
    }
    if (names.includes(name)) return namedForceFieldSpec(name);
    const isFile =
      /\.ya?ml$/i.test(name) ||
      (await stat(name).then(
        (found) => found.isFile(),
        () => false,
      ));
    if (isFile) return readForceFieldYaml(await this.text(name), { file: name }).check(parseForceFieldSpec);
    throw new InputError(
      `there is no force field ${name}, neither a named set nor a file`,
      knownWordsHint(name, names),
      { names },
    );
  }

  /** What was read, each file once, by name. */
  list(): readonly { readonly name: string; readonly sha256: string }[] {
    const once = new Map(this.#read.map((input) => [`${input.name}\u0000${input.sha256}`, input]));
    return [...once.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  noteList(): readonly Note[] {
    return this.notes.list();
  }
}
