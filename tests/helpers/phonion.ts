// The command line as a process.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { built } from "./built.js";

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunSettings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sent as soon as stderr contains `when` (default: as soon as there is any), or `when()` is true, asked every 5 ms. */
  readonly kill?: { readonly signal: NodeJS.Signals; readonly when?: string | (() => boolean) };
  /** Where stdout goes instead of being collected. */
  readonly stdout?: number;
}

const program = (): string => fileURLToPath(new URL("../../bin/phonion.mjs", built("cli/main.js")));

/** Runs `phonion` with these words and waits for its end. */
export function phonion(words: readonly string[], settings: RunSettings): Promise<Finished> {
  const child = spawn(process.execPath, [program(), ...words], {
    cwd: settings.cwd,
    env: { ...process.env, NO_COLOR: "1", npm_lifecycle_event: "", ...settings.env },
    stdio: ["ignore", settings.stdout ?? "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let killed = false;
  const when = settings.kill?.when ?? "";
  const strike = (): void => {
    if (!settings.kill || killed) return;
    killed = true;
    child.kill(settings.kill.signal);
  };
  const watch = typeof when === "function" ? setInterval(() => when() && strike(), 5) : undefined;
  child.stdout?.on("data", (chunk) => void (stdout += chunk));
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
    if (typeof when === "string" && stderr.includes(when)) strike();
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearInterval(watch);
      resolve({ code, signal, stdout, stderr });
    });
  });
}

/** stdout must be exactly one JSON document. */
export const json = <T = Record<string, unknown>>({ stdout }: Finished): T => JSON.parse(stdout) as T;
