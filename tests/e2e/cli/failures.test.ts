import { closeSync, openSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { poscar, writeArgon } from "../../helpers/argon.js";
import { json, phonion } from "../../helpers/phonion.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-fail-"));
  await writeArgon(folder);
  await mkdir(join(folder, "a-folder"));
  await writeFile(join(folder, "empty.vasp"), "");
  await writeFile(
    join(folder, "nan.vasp"),
    poscar([[0, 0, 0]]).replace("0.0000000000 0.0000000000 0.0000000000", "nan 0 0"),
  );
  await writeFile(join(folder, "element.vasp"), poscar([[0, 0, 0]], "Xx"));
  await writeFile(
    join(folder, "overlap.vasp"),
    poscar([
      [0, 0, 0],
      [0, 0, 0],
    ]),
  );
  await writeFile(join(folder, "sodium.vasp"), poscar([[0, 0, 0]], "Na"));
  await writeFile(join(folder, "lithium.vasp"), poscar([[0, 0, 0]], "Li"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const forces = ["--forces", "argon.yaml", "--engine", "twin"];
const run = (...words: string[]) => phonion(words, { cwd: folder });

interface Failure {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    readonly context: Record<string, unknown>;
  };
}

describe("what goes wrong is said, with a next step", () => {
  const cases: readonly (readonly [what: string, words: readonly string[], code: string, message: RegExp])[] = [
    ["a missing file", ["energy", "strat.vasp", ...forces], "input", /no file strat\.vasp/],
    ["a folder", ["energy", "a-folder", ...forces], "input", /a-folder is a folder, and holds no minimum\.json/],
    ["an empty file", ["energy", "empty.vasp", ...forces], "format", /empty/],
    ["a position that is no number", ["energy", "nan.vasp", ...forces], "format", /nan\.vasp:9/],
    ["an element that does not exist", ["energy", "element.vasp", ...forces], "format", /Xx/],
    [
      "atoms on top of each other",
      ["energy", "overlap.vasp", ...forces],
      "physics",
      /atom 1 \(Ar\) and atom 2 \(Ar\) are 0\.000 Å apart/,
    ],
    ["an element the force field lacks", ["energy", "sodium.vasp", ...forces], "capability", /Na/],
    ["a charged cell", ["energy", "lithium.vasp", "--forces", "pedone-2006", "--engine", "twin"], "physics", /charge/],
    ["no force field", ["energy", "start.vasp"], "input", /no force field/],
    ["an unknown force field", ["energy", "start.vasp", "--forces", "pedone"], "input", /no force field pedone/],
    ["a flag out of range", ["relax", "start.vasp", ...forces, "--tolerance", "-1"], "input", /--tolerance is -1/],
    [
      "a flag that is no number",
      ["relax", "start.vasp", ...forces, "--tolerance", "low"],
      "input",
      /--tolerance is "low"/,
    ],
    ["a word of a choice", ["relax", "start.vasp", ...forces, "--cell", "half"], "input", /--cell is "half"/],
    [
      "an unknown flag",
      ["relax", "start.vasp", ...forces, "--tolerence", "1"],
      "input",
      /unknown option '--tolerence'/,
    ],
    ["an unknown command", ["relaxx", "start.vasp"], "input", /unknown command 'relaxx'/],
    ["a missing argument", ["hops", "start.vasp", ...forces], "input", /END/],
    ["one argument too many", ["show", "start.vasp", "end.vasp"], "input", /too many arguments/],
    ["an unknown study", ["schema", "modal-hop"], "input", /no study/],
    ["a hop from a place to itself", ["hops", "start.vasp", "start.vasp", ...forces], "input", /same minimum/],
    ["an unknown output format", ["convert", "start.vasp", "out.what"], "input", /out\.what/],
  ];

  for (const [what, words, code, message] of cases) {
    it(`${what}: exit code 2, on stderr for a person, on stdout as JSON`, async () => {
      const done = await run(...words, "--json");
      expect(done.code).toBe(2);
      expect(done.stderr).toMatch(/^error: .+\n {2}\S/);
      expect(done.stderr).toMatch(message);
      const { error } = json<Failure>(done);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(error.hint).not.toBe("");
    });
  }

  it("leaves stdout empty without --json", async () => {
    expect(await run("energy", "strat.vasp", ...forces)).toMatchObject({ code: 2, stdout: "" });
  });

  it("suggests the option, command or force field that was meant", async () => {
    expect((await run("relax", "start.vasp", "--tolerence", "1")).stderr).toContain("Did you mean --tolerance?");
    expect((await run("relaxx")).stderr).toContain("Did you mean relax?");
    expect((await run("energy", "start.vasp", "--forces", "pedone-2008")).stderr).toContain(
      "did you mean pedone-2006?",
    );
    expect((await run("energy", "strat.vasp", ...forces)).stderr).toContain("did you mean start.vasp?");
  });
});

describe("output that cannot be written", () => {
  it("is found before the work begins, when --out is a file", async () => {
    const done = await run("relax", "start.vasp", ...forces, "--out", "argon.yaml");
    expect(done).toMatchObject({ code: 2, stdout: "" });
    expect(done.stderr).toContain("argon.yaml is a file, a folder was expected");
  });

  it.skipIf(process.getuid?.() === 0)("is found before the work begins, when --out may not be written", async () => {
    await mkdir(join(folder, "closed"));
    await chmod(join(folder, "closed"), 0o500);
    const done = await run("relax", "start.vasp", ...forces, "--out", "closed");
    expect(done.code).toBe(2);
    expect(done.stderr).toContain("no permission to write");
  });

  it("is an error even when only stdout is full", async () => {
    const full = openSync("/dev/full", "w");
    const done = await phonion(["energy", "start.vasp", ...forces, "--json"], { cwd: folder, stdout: full });
    closeSync(full);
    expect(done.code).toBe(2);
    expect(done.stderr).toMatch(/no space left to write stdout: needs \d/);
  });

  it("leaves no temporary file when a conversion fails to write", async () => {
    const done = await run("convert", "start.vasp", "/dev/full", "--to", "cif");
    expect(done.code).toBe(2);
    expect((await readdir("/dev")).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

describe("stopping", () => {
  // a tolerance below rounding is never reached: this runs until it is stopped
  const endless = [
    "relax",
    "start.vasp",
    ...forces,
    "--tolerance",
    "1e-30",
    "--max-steps",
    "100000000",
    "--method",
    "fire",
  ];

  it("ends at the first Ctrl-C with code 130 and the command to run again as the last line", async () => {
    const done = await phonion([...endless, "--out", "it's here"], {
      cwd: folder,
      kill: { signal: "SIGINT", when: "relaxing" },
    });
    expect(done.code).toBe(130);
    expect(done.stderr).toContain("stopped by SIGINT");
    expect(done.stderr.trimEnd().split("\n").at(-1)).toBe(`phonion ${endless.join(" ")} --out 'it'\\''s here'`);
  });

  it("says so in JSON too, and listens to SIGTERM", async () => {
    const done = await phonion([...endless, "--json"], { cwd: folder, kill: { signal: "SIGTERM", when: "relaxing" } });
    expect(done.code).toBe(130);
    expect(json<Failure>(done).error.code).toBe("cancelled");
  });
});

describe("what stderr is for", () => {
  it("stays silent when asked", async () => {
    const done = await run("modes", "start.vasp", ...forces, "--quiet", "--out", "quiet");
    expect(done).toMatchObject({ code: 0, stderr: "" });
  });

  it("never rewrites a line that is not on a terminal", async () => {
    const done = await run("hops", "start.vasp", "end.vasp", ...forces, "--images", "5");
    for (const control of ["\r", "\x1b"]) expect(done.stderr + done.stdout).not.toContain(control);
  });
});
