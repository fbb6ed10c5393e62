import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FormatError, InputError, ResourceError } from "../../../src/base/index.js";
import {
  formatBytes,
  prepareOutputFolder,
  readText,
  removeTemporaries,
  sha256,
  writeFileAtomic,
} from "../../../src/host/index.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "phonion-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

describe("writing a file whole", () => {
  it("replaces the old contents and leaves nothing else behind", async () => {
    await writeFileAtomic(at("a.json"), "old");
    await writeFileAtomic(at("a.json"), "new");
    expect(await readFile(at("a.json"), "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["a.json"]);
  });

  it("is never seen half written: a reader finds one version or the other", async () => {
    const versions = ["a", "b"].map((letter) => letter.repeat(300_000));
    await writeFileAtomic(at("f"), versions[0]!);
    let writing = true;
    const writer = (async () => {
      for (let i = 0; i < 20; i++) await writeFileAtomic(at("f"), versions[i % 2]!);
      writing = false;
    })();
    while (writing) expect(versions).toContain(await readFile(at("f"), "utf8"));
    await writer;
  });

  it("keeps a link a link, and a file's permissions", async () => {
    await writeFile(at("real"), "old");
    await chmod(at("real"), 0o640);
    await symlink("real", at("link"));
    await writeFileAtomic(at("link"), "new");
    expect(await readFile(at("real"), "utf8")).toBe("new");
    expect((await stat(at("real"))).mode & 0o777).toBe(0o640);
  });

  it("names path and needed space when the device is full", async () => {
    const failure = writeFileAtomic("/dev/full", "x".repeat(2000));
    await expect(failure).rejects.toBeInstanceOf(ResourceError);
    await expect(failure).rejects.toMatchObject({
      message: expect.stringMatching(/no space left to write \/dev\/full: needs 2\.00 kB/),
    });
    expect((await stat("/dev/full")).isCharacterDevice()).toBe(true); // not renamed over
  });

  it("names a missing folder, and a folder where a file should be", async () => {
    await expect(writeFileAtomic(at("none/a"), "x")).rejects.toMatchObject({
      code: "input",
      message: expect.stringContaining("no folder"),
    });
    await mkdir(at("d"));
    await expect(writeFileAtomic(at("d"), "x")).rejects.toBeInstanceOf(InputError);
  });

  it("removes what killed writes left, and nothing else", async () => {
    await writeFile(at(".a.json.0123456789ab.part"), "half");
    await writeFile(at(".keep.part"), "mine");
    await removeTemporaries(folder);
    expect(await readdir(folder)).toEqual([".keep.part"]);
  });

  it("refuses an output folder that is a file", async () => {
    await writeFile(at("taken"), "x");
    await expect(prepareOutputFolder(at("taken"))).rejects.toBeInstanceOf(InputError);
    await expect(prepareOutputFolder(at("taken/below"))).rejects.toBeInstanceOf(InputError);
  });
});

describe("reading a text file", () => {
  it("offers the nearest name for one that is missing", async () => {
    await writeFile(at("Li3PO4.cif"), "x");
    await expect(readText(at("Li3P04.cif"))).rejects.toMatchObject({
      code: "input",
      hint: `did you mean ${at("Li3PO4.cif")}?`,
    });
  });

  it("says what is wrong with a folder, an empty, a compressed and a binary file", async () => {
    await mkdir(at("d"));
    await writeFile(at("empty"), "");
    await writeFile(at("zipped"), Buffer.of(0x1f, 0x8b, 8, 0));
    await writeFile(at("binary"), Buffer.of(1, 2, 0, 3));
    await expect(readText(at("d"))).rejects.toMatchObject({ message: expect.stringContaining("is a folder") });
    await expect(readText(at("empty"))).rejects.toMatchObject({ message: expect.stringContaining("empty") });
    await expect(readText(at("zipped"))).rejects.toMatchObject({ hint: expect.stringContaining("gunzip") });
    await expect(readText(at("binary"))).rejects.toBeInstanceOf(FormatError);
  });

  it("takes a byte-order mark away", async () => {
    await writeFile(at("bom"), "\uFEFFdata");
    expect(await readText(at("bom"))).toBe("data");
  });
});

describe("hashes and sizes", () => {
  it("is SHA-256 (FIPS 180-4's own example)", () => {
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("prints three digits and the unit", () => {
    expect([0, 999, 1000, 1_234_567, 2.5e9].map(formatBytes)).toEqual([
      "0 bytes",
      "999 bytes",
      "1.00 kB",
      "1.23 MB",
      "2.50 GB",
    ]);
  });
});
