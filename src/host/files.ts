// Files: read with errors that say what to do, written so that a file is either the old one or the new one, never half.

import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, readFile, realpath, rename, rm, stat, statfs } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { FormatError, InputError, PhonionError, ResourceError } from "../base/index.js";
import { nearestWord } from "../studies/index.js";

export const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** The `code` of an error of the operating system: "ENOENT". */
export const systemCode = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

/** @throws InputError when there is no such file or it cannot be read. */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw await readError(path, cause);
  }
}

/**
 * A text file as UTF-8, a byte-order mark removed.
 * @throws InputError when it cannot be read; FormatError when it is empty or not text.
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  if (bytes.length === 0) throw new FormatError({ file: path }, "the file is empty", "check how it was made");
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new FormatError({ file: path }, "the file is compressed (gzip)", `unpack it first: gunzip ${basename(path)}`);
  }
  if (bytes.subarray(0, 4096).includes(0)) {
    throw new FormatError({ file: path }, "the file is binary, a text file was expected", "check the file name");
  }
  const text = bytes.toString("utf8");
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

/** The error for a file that could not be read. */
export async function readError(path: string, cause: unknown): Promise<Error> {
  const context = { path };
  switch (systemCode(cause)) {
    case "ENOENT": {
      const neighbours = await readdir(dirname(path)).catch(() => undefined);
      if (!neighbours)
        return new InputError(`no folder ${dirname(path)} to read ${basename(path)} from`, "check the path", context);
      if (path === "-") return new InputError("no file -", "to read from a pipe, name /dev/stdin", context);
      const nearest = nearestWord(basename(path), neighbours);
      const hint = nearest ? `did you mean ${join(dirname(path), nearest)}?` : `the path starts from ${resolve(".")}`;
      return new InputError(`no file ${path}`, hint, context);
    }
    case "EISDIR":
      return new InputError(`${path} is a folder, a file was expected`, "name a file inside it", context);
    case "ENOTDIR":
      return new InputError(`part of the path ${path} is a file, not a folder`, "check the path", context);
    case "EACCES":
    case "EPERM":
      return new InputError(`no permission to read ${path}`, `make it readable: chmod +r ${path}`, context);
    case "ERR_FS_FILE_TOO_LARGE":
      return new ResourceError(`${path} is larger than 2 GiB`, "cut it into smaller files", context, cause);
    default:
      return new InputError(`cannot read ${path}: ${messageOf(cause)}`, "check the file and the disk", context);
  }
}

/** Makes a folder and its parents. @throws InputError or ResourceError when that is impossible. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    if (systemCode(cause) === "EEXIST")
      throw new InputError(`${path} is a file, a folder was expected`, "choose another --out", { path });
    throw await writeError(path, 0, cause);
  }
}

/** Makes `path` a folder that files can be written to, and finds out now rather than at the end of the work. */
export async function prepareOutputFolder(path: string): Promise<void> {
  await makeFolder(path);
  const probe = temporaryName(join(path, "probe"));
  try {
    await (await open(probe, "wx")).close();
    await rm(probe);
  } catch (cause) {
    throw await writeError(path, 0, cause);
  }
}

/**
 * Writes a whole file: to a temporary name in the same folder, down to the disk, then renamed over the old one. A reader,
 * or a run after a crash, sees the old contents or the new, never a part. Devices and pipes are written to directly.
 * @throws ResourceError with the path and the space that was needed.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const bytes = typeof data === "string" ? Buffer.from(data, "utf8") : data;
  const target = await realpath(path).catch(() => resolve(path)); // a link keeps pointing to what is replaced
  const present = await stat(target).catch(() => undefined);
  if (present?.isDirectory())
    throw new InputError(`${path} is a folder, a file name was expected`, "add a file name", { path });
  if (present && !present.isFile()) {
    await writeInto(target, bytes, "w").catch(async (cause: unknown) => {
      throw await writeError(path, bytes.length, cause);
    });
    return;
  }
  const temporary = temporaryName(target);
  try {
    await writeInto(temporary, bytes, "wx", present?.mode);
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw await writeError(path, bytes.length, cause);
  }
}

const TEMPORARY = /^\..+\.[0-9a-f]{12}\.part$/;
const temporaryName = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.part`);

/** Removes what writes that were killed left in `folder`. Only for folders that this process has locked. */
export async function removeTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(
    names.filter((name) => TEMPORARY.test(name)).map((name) => rm(join(folder, name), { force: true })),
  );
}

async function writeInto(path: string, bytes: Uint8Array, flags: string, mode?: number): Promise<void> {
  const handle: FileHandle = await open(path, flags);
  try {
    if (mode !== undefined) await handle.chmod(mode & 0o777);
    await handle.writeFile(bytes);
    if (flags === "wx") await handle.sync();
  } finally {
    await handle.close();
  }
}

/** After this a rename survives a power cut. Not every file system lets a folder be opened; those are left alone. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** The error for a write of `bytes` to `path` that failed. */
export async function writeError(path: string, bytes: number, cause: unknown): Promise<Error> {
  const needed = formatBytes(bytes);
  switch (systemCode(cause)) {
    case "ENOSPC":
    case "EDQUOT": {
      const free = await freeBytes(dirname(path));
      const left = free === undefined ? "" : `, ${formatBytes(free)} free`;
      const context = { path, neededBytes: bytes, freeBytes: free };
      return new ResourceError(
        `no space left to write ${path}: needs ${needed}${left}`,
        "free some space or choose another --out",
        context,
        cause,
      );
    }
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new ResourceError(
        `no permission to write ${path} (${needed})`,
        "choose another --out, or change the folder's permissions",
        { path, neededBytes: bytes },
        cause,
      );
    case "ENOENT":
      if (await stat(dirname(path)).catch(() => undefined))
        return new InputError(`no permission to write ${path}`, "choose another --out, or make it writable: chmod +w", {
          path,
        });
      return new InputError(
        `no folder ${dirname(path)} to write ${basename(path)} into`,
        `make it first: mkdir -p ${dirname(path)}`,
        { path },
      );
    case "ENOTDIR":
      return new InputError(`part of the path ${path} is a file, not a folder`, "check the path", { path });
    default:
      if (cause instanceof PhonionError) return cause;
      return new ResourceError(
        `cannot write ${path} (${needed}): ${messageOf(cause)}`,
        "choose another --out",
        { path, neededBytes: bytes },
        cause,
      );
  }
}

/** Free space of the file system that holds `path` (or its nearest existing parent), bytes. */
export async function freeBytes(path: string): Promise<number | undefined> {
  for (let at = resolve(path); ; at = dirname(at)) {
    const found = await statfs(at).catch(() => undefined);
    if (found) return found.bavail * found.bsize;
    if (at === dirname(at)) return undefined;
  }
}

/** "3.2 MB" */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toPrecision(3)} ${units[power]}`;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
