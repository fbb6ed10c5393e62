// Trajectory files by name: opened for reading, and written frame by frame so that the file is whole or not there.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { createGzip } from "node:zlib";
import { FormatError, InputError } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import {
  assembleTrajectory,
  detectTrajectoryFormat,
  extxyzText,
  type FileTrajectory,
  type FrameText,
  H5mdFrames,
  isHdf5,
  lammpsDumpText,
  openH5md,
  readTrajectory,
  type TrajectoryFormatName,
  type TrajectoryReadOptions,
  type TrajectoryWriteOptions,
  writtenTrajectoryFormatNames,
} from "../io/index.js";
import { freeBytes, writeError } from "./files.js";
import { createHdf5, openHdf5 } from "./hdf5.js";
import { fileSource } from "./trajectory-source.js";

export interface OpenTrajectoryOptions extends TrajectoryReadOptions {
  /** Default: from the file's name, then from its first bytes. */
  readonly format?: TrajectoryFormatName;
}

/**
 * Opens a trajectory file. Frames are read when they are asked for, any number of times, and given unwrapped.
 * @throws InputError, FormatError; InputError also when the time between frames is in neither the file nor the options.
 */
export async function openTrajectory(path: string, options: OpenTrajectoryOptions = {}): Promise<FileTrajectory> {
  const source = await fileSource(path);
  if (source.head.length === 0)
    throw new FormatError({ file: path }, "the file is empty", "check the path, or write the file again");
  const format = options.format ?? detectTrajectoryFormat(basename(path), source.head);
  if (format === "h5md") {
    if (!isHdf5(source.head))
      throw new FormatError(
        { file: path },
        "not a readable HDF5 file",
        "H5MD files are HDF5; was it written completely?",
      );
    return assembleTrajectory(await openH5md(() => openHdf5(path), options), path, options);
  }
  return readTrajectory(source, format ?? "", options);
}

/** The trajectory format that the name and the first bytes of a file tell; undefined where they tell none. */
export async function trajectoryFormatOf(path: string): Promise<TrajectoryFormatName | undefined> {
  return detectTrajectoryFormat(basename(path), (await fileSource(path)).head);
}

export interface TrajectoryWriter {
  readonly format: TrajectoryFormatName;
  write(frame: Frame): Promise<void>;
  /** Completes the file and gives it its name. */
  close(): Promise<void>;
  /** Gives up: nothing is left behind. */
  abort(): Promise<void>;
}

export interface OpenWriterOptions extends TrajectoryWriteOptions {
  /** Default: from the name: .h5md .h5, .extxyz .xyz, .lammpstrj .dump; the texts also with .gz. */
  readonly format?: TrajectoryFormatName;
}

/**
 * A writer of the format that the name tells. Frames go to a temporary name in the same folder, which becomes `path` at `close`.
 * @throws InputError when the name tells no format; ResourceError when the disk is full.
 */
export async function openTrajectoryWriter(
  path: string,
  heading: TrajectoryHeading,
  options: OpenWriterOptions = {},
): Promise<TrajectoryWriter> {
  const format = options.format ?? detectTrajectoryFormat(basename(path), new Uint8Array(0));
  if (format === undefined) {
    throw new InputError(
      `the name ${path} does not tell a trajectory format`,
      `end it in .h5md, .extxyz or .lammpstrj, or give the format: ${writtenTrajectoryFormatNames.join(", ")}`,
      { path },
    );
  }
  if (!(writtenTrajectoryFormatNames as readonly string[]).includes(format)) {
    throw new InputError(
      `${format} is read, not written`,
      `write one of ${writtenTrajectoryFormatNames.join(", ")}: end the name in .lammpstrj, .extxyz or .h5md`,
      { path },
    );
  }
  if ((await stat(path).catch(() => undefined))?.isDirectory())
    throw new InputError(`${path} is a folder, a file name was expected`, "add a file name", { path });
  if (!(await stat(dirname(resolve(path))).catch(() => undefined)))
    throw new InputError(`no folder ${dirname(path)} to write ${basename(path)} into`, "make it first: mkdir -p", {
      path,
    });
  const temporary = join(dirname(resolve(path)), `.${basename(path)}.${randomBytes(6).toString("hex")}.part`);
  const guarded = new Guarded(path, temporary);
  const body = await guarded.run(async () => {
    if (format === "h5md") return hdf5Body(temporary, heading, options);
    const text = format === "extxyz" ? extxyzText(heading, options) : lammpsDumpText(heading, options);
    return textBody(temporary, text, /\.gz$/i.test(path));
  });
  guarded.abort = () => body.abort();
  return {
    format,
    write: (frame) => guarded.run(() => body.write(frame)),
    close: () =>
      guarded.run(async () => {
        await body.close();
        await rename(temporary, path);
        guarded.ended = true;
      }),
    async abort() {
      if (guarded.ended) return;
      guarded.ended = true;
      await body.abort();
      await rm(temporary, { force: true });
    },
  };
}

/** After a failure the temporary file is gone and the error says what the disk lacked. */
class Guarded {
  ended = false;
  abort: (() => Promise<void>) | undefined;

  constructor(
    private readonly path: string,
    private readonly temporary: string,
  ) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.ended) throw new InputError(`${this.path} is closed already`, "open a new writer");
    try {
      return await work();
    } catch (cause) {
      this.ended = true;
      const size = (await stat(this.temporary).catch(() => undefined))?.size ?? 0;
      await this.abort?.().catch(() => undefined);
      await rm(this.temporary, { force: true }).catch(() => undefined);
      throw await writeError(this.path, size, cause);
    }
  }
}

interface Body {
  write(frame: Frame): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

/** Free space that is kept ahead of HDF5, bytes. */
const SPACE_AHEAD = 16e6;

async function hdf5Body(path: string, heading: TrajectoryHeading, options: OpenWriterOptions): Promise<Body> {
  const file = await createHdf5(path);
  const frames = new H5mdFrames(file, heading, options);
  const frameBytes = 8 * (2 * 3 * heading.crystal.kinds.length + 16);
  let unchecked = Number.POSITIVE_INFINITY;
  // HDF5 itself reports a full disk late and leaves a file that cannot be closed; so the space is looked at ahead of it.
  const checkSpace = async (): Promise<void> => {
    unchecked = 0;
    const free = await freeBytes(path);
    if (free !== undefined && free < SPACE_AHEAD + 8 * frameBytes)
      throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
  };
  return {
    async write(frame) {
      unchecked += frameBytes;
      if (unchecked > SPACE_AHEAD / 4) await checkSpace();
      frames.add(frame);
    },
    async close() {
      frames.finish();
      file.close();
      await synced(path);
    },
    async abort() {
      file.close();
    },
  };
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, "r+");
  await handle.sync().finally(() => handle.close());
}

const GATHER = 1 << 20; // characters of text written at once

async function textBody(path: string, text: FrameText, zipped: boolean): Promise<Body> {
  const handle: FileHandle = await open(path, "wx");
  const sink = zipped ? zippedSink(handle) : plainSink(handle);
  let gathered = "";
  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(gathered, "utf8");
    gathered = "";
    await sink.write(bytes);
  };
  return {
    async write(frame) {
      gathered += text.frame(frame);
      if (gathered.length >= GATHER) await flush();
    },
    async close() {
      await flush();
      await sink.end();
      await handle.sync();
      await handle.close();
    },
    async abort() {
      sink.destroy();
      await handle.close().catch(() => undefined);
    },
  };
}

interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
  destroy(): void;
}

const plainSink = (handle: FileHandle): Sink => ({
  async write(bytes) {
    await handle.writeFile(bytes);
  },
  async end() {},
  destroy() {},
});

function zippedSink(handle: FileHandle): Sink {
  const zip = createGzip();
  // What is packed goes to the file in order; the first failure is kept and thrown by the next call.
  const drained = (async () => {
    for await (const chunk of zip) await handle.writeFile(chunk as Uint8Array);
  })();
  drained.catch(() => undefined);
  return {
    async write(bytes) {
      if (!zip.write(bytes)) await Promise.race([once(zip, "drain"), drained]);
    },
    async end() {
      zip.end();
      await drained;
    },
    destroy() {
      zip.destroy();
    },
  };
}
