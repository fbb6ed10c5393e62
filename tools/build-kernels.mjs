// Compiles kernels/<module>.ts to kernels/build/<module>.{base,relaxed}.wasm with AssemblyScript and embeds the bytes in
// src/kernels/wasm/<module>.ts, so that the core needs no file and no network to have its kernels.
// Usage: node tools/build-kernels.mjs [module …]   (unchanged modules are left alone)

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));
// A module is a file whose first line says so; other files of the folder are imported by modules.
const MODULE_MARK = "// kernel module";

const FLAGS = [
  "-O3",
  "--converge",
  "--noAssert",
  "--runtime",
  "stub",
  "--importMemory",
  "--memoryBase",
  "1024",
  "--enable",
  "simd",
];
const VARIANTS = { base: [], relaxed: ["--enable", "relaxed-simd", "--use", "RELAXED=1"] };

const sources = readdirSync(`${root}kernels`).filter((name) => name.endsWith(".ts"));
const isModule = (name) => readFileSync(`${root}kernels/${name}`, "utf8").startsWith(MODULE_MARK);
const wanted = process.argv.slice(2);
const modules = wanted.length > 0 ? wanted : sources.filter(isModule).map((name) => basename(name, ".ts"));

const sourceHash = createHash("sha256");
for (const name of sources) sourceHash.update(readFileSync(`${root}kernels/${name}`));
sourceHash.update(readFileSync(fileURLToPath(import.meta.url)));
sourceHash.update(readFileSync(`${root}package-lock.json`));
const stamp = `// sources ${sourceHash.digest("hex")}`;

mkdirSync(`${root}kernels/build`, { recursive: true });
mkdirSync(`${root}src/kernels/wasm`, { recursive: true });

for (const module of modules) {
  const embedded = `${root}src/kernels/wasm/${module}.ts`;
  if (existsSync(embedded) && readFileSync(embedded, "utf8").startsWith(stamp)) continue;
  const bytes = {};
  for (const [variant, extra] of Object.entries(VARIANTS)) {
    const out = `kernels/build/${module}.${variant}.wasm`;
    const use = variant === "base" ? ["--use", "RELAXED=0"] : [];
    const { error, stderr } = await asc.main([
      `kernels/${module}.ts`,
      "-o",
      out,
      ...FLAGS,
      ...extra,
      ...use,
      "--baseDir",
      root,
    ]);
    if (error) {
      process.stderr.write(stderr.toString());
      process.exit(1);
    }
    bytes[variant] = readFileSync(`${root}${out}`);
  }
  const hash = createHash("sha256").update(bytes.base).update(bytes.relaxed).digest("hex").slice(0, 16);
  writeFileSync(
    embedded,
    `${stamp}\n// Made by tools/build-kernels.mjs from kernels/${module}.ts; do not edit.\n` +
      `export const hash = "${hash}";\n` +
      `export const base = "${bytes.base.toString("base64")}";\n` +
      `export const relaxed = "${bytes.relaxed.toString("base64")}";\n`,
  );
  process.stderr.write(`${module}: ${bytes.base.length} bytes, relaxed ${bytes.relaxed.length}, ${hash}\n`);
}
