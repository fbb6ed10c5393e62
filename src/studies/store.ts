import type { RunStore } from "./study.js";

/** A store that lasts as long as the program: for dry runs, for tests, for pages without files. */
export function memoryStore(): RunStore {
  const pieces = new Map<string, unknown>();
  return {
    get: async <T>(key: string) => pieces.get(key) as T | undefined,
    put: async (key, value) => void pieces.set(key, value),
  };
}
