// One process at a time in a run directory. The lock is a file that names its process; a lock whose process is gone
// (killed, or the machine restarted) is taken over.

import { randomBytes } from "node:crypto";
import { constants, copyFile, link, open, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { InputError } from "../base/index.js";
import { systemCode, writeError } from "./files.js";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start time of the process in clock ticks since boot, where the system tells: a number given out again is not the same. */
  readonly started: string;
}

export interface Lock {
  release(): Promise<void>;
}

const NAME = "lock.json";
/** A process that was just killed may take a moment to be gone. */
const PATIENCE_MS = 500;
/** A takeover is done in milliseconds; one this old was cut short. */
const TAKEOVER_MS = 10_000;
/** What file systems without hard links answer. */
const NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** @throws InputError when another process that is alive holds the lock. */
export async function lockFolder(folder: string): Promise<Lock> {
  const path = join(folder, NAME);
  const mine = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    started: await startTime(process.pid),
  } satisfies Holder);
  const patience = performance.now() + PATIENCE_MS;
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await createWith(path, mine)) return { release: () => releaseIfOurs(path, mine) };
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) continue; // released in between
    const holder = parseHolder(text);
    if (holder && (await isAlive(holder))) {
      if (performance.now() > patience) throw heldError(folder, holder);
      await pause(50);
      continue;
    }
    await removeStale(path, text);
  }
  throw new InputError(`the lock of ${folder} keeps changing`, `remove ${path} when no other run uses the folder`, {
    path,
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function createWith(path: string, text: string): Promise<boolean> {
  // written elsewhere first, so that nobody reads a lock that is still empty
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    const handle = await open(draft, "wx");
    await handle.writeFile(text);
    await handle.close();
    await link(draft, path).catch((cause: unknown) => {
      if (!NO_LINKS.has(systemCode(cause))) throw cause;
      return copyFile(draft, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (cause) {
    if (systemCode(cause) === "EEXIST") return false;
    throw await writeError(path, text.length, cause);
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Removes the stale lock unless it is another one by now. A second lock sees to it that only one process does this at a
 * time: else a slow one could remove the lock that a fast one has just put there.
 */
async function removeStale(path: string, expected: string): Promise<void> {
  const guard = `${path}.takeover`;
  if (!(await createWith(guard, ""))) {
    const age = await stat(guard).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > TAKEOVER_MS) await rm(guard, { force: true }); // its process was killed within the next three lines
    await pause(20);
    return;
  }
  if ((await readFile(path, "utf8").catch(() => "")) === expected) await rm(path, { force: true });
  await rm(guard, { force: true });
}

async function releaseIfOurs(path: string, mine: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => "")) === mine) await rm(path, { force: true });
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, host, started } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === "number" && typeof host === "string" && typeof started === "string"
      ? { pid, host, started }
      : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, host, started }: Holder): Promise<boolean> {
  if (host !== hostname()) return true; // cannot be known from here
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) !== "EPERM") return false;
  }
  const now = await startTime(pid);
  return started === "" || now === "" || now === started;
}

/**
 * Start time (field 22 of /proc/PID/stat), "" where there is none to read. A process that has ended but was not yet
 * collected by its parent (state Z) is "ended": it equals no start time.
 */
async function startTime(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" "); // the name in field 2 may hold spaces
  return fields[0] === "Z" ? "ended" : (fields[19] ?? "");
}

function heldError(folder: string, { pid, host }: Holder): InputError {
  const elsewhere = host !== hostname();
  return new InputError(
    `process ${pid}${elsewhere ? ` on ${host}` : ""} is already running in ${folder}`,
    elsewhere
      ? `wait for it, choose another --out, or remove ${join(folder, NAME)} if that process is gone`
      : "wait for it to end, or choose another --out",
    { folder, pid, host },
  );
}
