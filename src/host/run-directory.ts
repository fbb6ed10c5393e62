// A run directory holds everything a killed run needs to go on: what was asked (study.json), every finished piece
// (pieces/<key>.json, each written atomically), and at the end the report. The same command line continues it.

import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { FormatError, InputError } from "../base/index.js";
import { packJson, unpackJson } from "../io/index.js";
import type { RunStore } from "../studies/index.js";
import {
  makeFolder,
  prepareOutputFolder,
  readError,
  removeTemporaries,
  sha256,
  systemCode,
  writeFileAtomic,
} from "./files.js";
import { type Lock, lockFolder } from "./lock.js";

/** What makes a run the same run: the same numbers can come out only if all of this is equal. */
export interface RunIdentity {
  readonly schema: string;
  readonly version: number;
  readonly software: string;
  readonly kernels: string;
  /** All of them, defaults filled in. */
  readonly parameters: unknown;
  /** Left out to take the seed the directory already has. */
  readonly seed?: number;
}

interface StoredIdentity extends RunIdentity {
  readonly seed: number;
  /** sha256 by name, as they were first read. */
  readonly inputs: Readonly<Record<string, string>>;
}

export interface RunDirectory {
  readonly path: string;
  readonly store: RunStore;
  readonly seed: number;
  /** True when pieces of an earlier run were found. */
  readonly resumed: boolean;
  /** Notes that the run reads this input. @throws InputError when it has changed since the run began. */
  recordInput(name: string, hash: string): Promise<void>;
  /** Writes a file beside the pieces. */
  write(name: string, data: string | Uint8Array): Promise<void>;
  /** Where there is no result yet, forgets what was asked: inputs that were refused bind nobody to them. */
  abandon(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Throw away what an earlier run left. Default false. */
  readonly restart?: boolean;
  /** Makes a seed when neither the caller nor the directory has one. */
  readonly drawSeed: () => number;
}

/** @throws InputError when the directory holds another run, or another process is in it. */
export async function openRunDirectory(
  path: string,
  identity: RunIdentity,
  options: OpenOptions,
): Promise<RunDirectory> {
  await prepareOutputFolder(path);
  const lock = await lockFolder(path);
  try {
    return await openLocked(path, identity, { ...options, lock });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openLocked(
  path: string,
  identity: RunIdentity,
  options: OpenOptions & { readonly lock: Lock },
): Promise<RunDirectory> {
  const pieces = join(path, "pieces");
  if (options.restart) await clear(path, pieces);
  const earlier = await readIdentity(path);
  if (earlier) expectSame(path, earlier, identity);
  else await expectNoPieces(path, pieces);
  await makeFolder(pieces);
  await Promise.all([removeTemporaries(path), removeTemporaries(pieces)]);
  const seed = identity.seed ?? earlier?.seed ?? options.drawSeed();
  let stored: StoredIdentity = { ...identity, seed, inputs: earlier?.inputs ?? {} };
  const save = (): Promise<void> => writeFileAtomic(join(path, "study.json"), `${JSON.stringify(stored, null, 2)}\n`);
  if (!earlier) await save();
  let saving: Promise<unknown> = Promise.resolve();
  return {
    path,
    seed,
    resumed: earlier !== undefined,
    store: pieceStore(pieces),
    async recordInput(name, hash) {
      const known = stored.inputs[name];
      if (known !== undefined && known !== hash) throw changedInput(path, name);
      if (known === hash) return;
      stored = { ...stored, inputs: { ...stored.inputs, [name]: hash } };
      const saved = saving.then(save);
      saving = saved.catch(() => undefined);
      await saved;
    },
    write: (name, data) => writeFileAtomic(join(path, name), data),
    async abandon() {
      if ((await pieceNames(pieces)).length > 0 || (await readdir(path)).includes("report.json")) return;
      await rm(join(path, "study.json"), { force: true });
    },
    close: () => options.lock.release(),
  };
}

/** Pieces go first: should this be cut short, what is left is an earlier run without pieces. */
async function clear(path: string, pieces: string): Promise<void> {
  await Promise.all((await pieceNames(pieces)).map((name) => rm(join(pieces, name))));
  for (const name of ["report.json", "report.html", "study.json"]) await rm(join(path, name), { force: true });
}

async function expectNoPieces(path: string, pieces: string): Promise<void> {
  const names = await pieceNames(pieces);
  if (names.length === 0) return;
  throw new InputError(
    `${path} holds ${names.length} pieces of a run but not its study.json`,
    "choose another --out, or --restart to throw the pieces away",
    { path },
  );
}

async function pieceNames(pieces: string): Promise<string[]> {
  const names = await readdir(pieces).catch(() => []);
  return names.filter((name) => name.endsWith(".json"));
}

/**
 * Pieces as files. The key is kept inside, so a name that had to be shortened still cannot be mistaken; so is a hash of the
 * rest, because one wrong digit of a long number list would go on into every later number unseen.
 */
function pieceStore(folder: string): RunStore {
  return {
    async get<T>(key: string): Promise<T | undefined> {
      const path = join(folder, pieceFile(key));
      let text: string;
      try {
        text = await readFile(path, "utf8");
      } catch (error) {
        if (systemCode(error) === "ENOENT") return undefined;
        throw await readError(path, error);
      }
      const piece = parsePiece(text, path);
      return piece.key === key ? (piece.value as T) : undefined;
    },
    async put<T>(key: string, value: T): Promise<void> {
      await writeFileAtomic(join(folder, pieceFile(key)), sealed(packJson({ key, value })));
    },
  };
}

/** {"sha256":"…", and then the object as it was. */
const sealed = (text: string): string => `{"sha256":"${sha256(text)}",${text.slice(1)}`;
const SEAL = /^\{"sha256":"([0-9a-f]{64})",/;

function parsePiece(text: string, path: string): { readonly key: string; readonly value: unknown } {
  const damaged = (fault: string, cause?: unknown): FormatError =>
    new FormatError({ file: path }, fault, "delete the file: the piece is computed again", {}, cause);
  const seal = SEAL.exec(text);
  if (!seal) throw damaged("this piece of the run is cut short, or was not written by phonion");
  const content = `{${text.slice(seal[0].length)}`;
  if (sha256(content) !== seal[1]) throw damaged("this piece of the run is not as it was written: its hash differs");
  try {
    return unpackJson(content) as { readonly key: string; readonly value: unknown };
  } catch (cause) {
    throw damaged("this piece of the run cannot be read", cause);
  }
}

/** A file name for any key: letters, digits and . _ - stay, the rest is written as %XX; long names end in a hash. */
export function pieceFile(key: string): string {
  const safe = encodeURIComponent(key).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const name = safe.length <= 150 ? safe : `${safe.slice(0, 100)}~${sha256(key).slice(0, 16)}`;
  return `${name}.json`;
}

async function readIdentity(path: string): Promise<StoredIdentity | undefined> {
  const file = join(path, "study.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as StoredIdentity;
  } catch (cause) {
    throw new FormatError({ file }, "not valid JSON", "choose another --out, or --restart to begin anew", {}, cause);
  }
}

function expectSame(path: string, earlier: StoredIdentity, now: RunIdentity): void {
  const differences = [
    ...(["schema", "version", "software", "kernels"] as const).flatMap((key) =>
      differenceOf(key, earlier[key], now[key]),
    ),
    ...(now.seed === undefined ? [] : differenceOf("seed", earlier.seed, now.seed)),
    ...differenceOf("", earlier.parameters, JSON.parse(JSON.stringify(now.parameters))),
  ];
  if (differences.length === 0) return;
  const shown = differences.slice(0, 5).join("; ");
  const more = differences.length > 5 ? `; and ${differences.length - 5} more` : "";
  throw new InputError(
    `${path} holds another run: ${shown}${more}`,
    "choose another --out, or --restart to throw the earlier results away",
    { path, differences },
  );
}

/** "temperatureK was 300, is 400": where two plain values differ. */
function differenceOf(key: string, was: unknown, is: unknown): string[] {
  const isGroup = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (isGroup(was) && isGroup(is)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    return keys.flatMap((inner) => differenceOf(key ? `${key}.${inner}` : inner, was[inner], is[inner]));
  }
  const [before, after] = [JSON.stringify(was), JSON.stringify(is)];
  return before === after ? [] : [`${key} was ${before ?? "absent"}, is ${after ?? "absent"}`];
}

const changedInput = (path: string, name: string): InputError =>
  new InputError(
    `${name} has changed since the run in ${path} began`,
    "choose another --out, --restart to throw the earlier results away, or put the old file back",
    { path, name },
  );
