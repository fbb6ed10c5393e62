// The README is a promise: its chain of commands and its library example are run as they stand.

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { built, root } from "../../helpers/built.js";
import { phonion } from "../../helpers/phonion.js";

const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map((match) => match[1]!);

const folder = mkdtempSync(join(tmpdir(), "phonion-readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the README", () => {
  it("names two commands whose study and test script exist", () => {
    const [first, second] = blocks("sh");
    const study = first!.match(/^npm ci && npx phonion study (\S+)$/m)![1]!;
    expect(existsSync(join(root, study))).toBe(true);
    expect(second).toMatch(/^npm ci && npm test$/m);
  });

  it("walks the chain by hand, each command reading what the one before it wrote", async () => {
    const commands = blocks("sh")
      .find((block) => block.includes("tour/"))!
      .split("\n")
      .filter((line) => line.startsWith("npx phonion "));
    expect(commands.length).toBeGreaterThan(4);
    for (const command of commands) {
      const words = command
        .replace(/^npx phonion +/, "")
        .split(/ +/)
        .map((word) => (word.startsWith("tour/") ? join(folder, word) : word));
      const { code, stderr } = await phonion(words, { cwd: root });
      expect([command, code, code === 0 ? "" : stderr]).toEqual([command, 0, ""]);
    }
    expect(existsSync(join(folder, "tour/li3po4.cif"))).toBe(true);
    const { barrierForwardEv } = JSON.parse(readFileSync(join(folder, "tour/hop/result.json"), "utf8"));
    // What the README says of it, to the digits it says.
    expect(barrierForwardEv.toFixed(3)).toBe(readme.match(/a barrier of ([0-9.]+) eV/)![1]);
  });

  it("shows a library example that runs in this package", async () => {
    built("hops/index.js");
    const [example] = blocks("js");
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", example!], { cwd: root });
    expect(Number.parseFloat(stdout)).toBeCloseTo(0.354, 3);
    expect(stdout).toContain("frequency");
  });
});
