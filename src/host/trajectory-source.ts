// A file as a byte source: large reads, one ahead of the parser, gzip unpacked on the way.

import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { FormatError } from "../base/index.js";
import type { ByteSource } from "../io/index.js";
import { messageOf, readError } from "./files.js";

const CHUNK_BYTES = 1 << 20;
const HEAD_BYTES = 4096;

/** @throws InputError when the file cannot be opened. */
export async function fileSource(path: string): Promise<ByteSource & { readonly head: Uint8Array }> {
  const { head, size } = await withFile(path, async (handle) => {
    const buffer = new Uint8Array(HEAD_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, HEAD_BYTES, 0);
    return { head: buffer.subarray(0, bytesRead), size: (await handle.stat()).size };
  });
  const zipped = head[0] === 0x1f && head[1] === 0x8b;
  if (!zipped) return { name: path, size, head, chunks: ({ signal } = {}) => plainChunks(path, signal) };
  return { name: path, head: await firstBytes(path), chunks: ({ signal } = {}) => unpackedChunks(path, signal) };
}

async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (cause) {
    throw await readError(path, cause);
  }
  try {
    return await use(handle);
  } catch (cause) {
    throw await readError(path, cause);
  } finally {
    await handle.close();
  }
}

async function* plainChunks(path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (cause) {
    throw await readError(path, cause);
  }
  const read = (): Promise<Uint8Array> => {
    const buffer = new Uint8Array(CHUNK_BYTES);
    return handle.read(buffer, 0, CHUNK_BYTES, null).then(({ bytesRead }) => buffer.subarray(0, bytesRead));
  };
  let next = read();
  // Somebody waits for it only at the next turn; until then a failure is nobody's unhandled rejection.
  next.catch(() => undefined);
  try {
    for (;;) {
      const chunk = await next.catch(async (cause: unknown) => {
        throw await readError(path, cause);
      });
      signal?.throwIfAborted();
      if (chunk.length === 0) return;
      next = read();
      next.catch(() => undefined);
      yield chunk;
    }
  } finally {
    await next.catch(() => undefined);
    await handle.close();
  }
}

async function* unpackedChunks(path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const handle = await open(path, "r").catch(async (cause: unknown) => {
    throw await readError(path, cause);
  });
  const packed = handle.createReadStream({ highWaterMark: CHUNK_BYTES });
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  packed.on("error", (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  try {
    for await (const chunk of unpacked) {
      signal?.throwIfAborted();
      yield chunk as Uint8Array;
    }
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw new FormatError(
      { file: path },
      `cannot be unpacked: ${messageOf(cause)}`,
      "the file is cut short or damaged; gzip -t tells",
      {},
      cause,
    );
  } finally {
    packed.destroy();
    unpacked.destroy();
    await handle.close().catch(() => undefined);
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  for await (const chunk of unpackedChunks(path)) return chunk.subarray(0, HEAD_BYTES);
  return new Uint8Array(0);
}

/** SHA-256 of a file's bytes, read in pieces. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of plainChunks(path)) hash.update(chunk);
  return hash.digest("hex");
}
