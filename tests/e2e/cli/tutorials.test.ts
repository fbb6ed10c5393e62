// The tutorials are promises: their commands are run as they stand, each reading what the one before it wrote.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../../helpers/built.js";
import { phonion } from "../../helpers/phonion.js";

const folder = mkdtempSync(join(tmpdir(), "phonion-tutorials-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pages = readdirSync(join(root, "docs/tutorials")).filter((name) => name.endsWith(".md"));

describe.each(pages)("docs/tutorials/%s", (page) => {
  it("has commands that run", async () => {
    const text = readFileSync(join(root, "docs/tutorials", page), "utf8");
    const commands = [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
      .flatMap(([, block]) => block!.split("\n"))
      .filter((line) => line.startsWith("npx phonion "));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const words = command
        .replace(/^npx phonion +/, "")
        .split(/ +/)
        .map((word) => (word.startsWith("tour/") ? join(folder, page, word) : word));
      const { code, stderr } = await phonion(words, { cwd: root });
      expect([command, code, code === 0 ? "" : stderr]).toEqual([command, 0, ""]);
    }
  }, 600_000);
});
