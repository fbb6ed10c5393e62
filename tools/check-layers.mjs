// Folders are layers: a file may import only from folders to the left of its own, and from the face (index) of each.
// Also refuses cycles inside a folder, and Node or npm imports where the layer may not have them.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

const LAYERS = [
  "base",
  "kernels",
  "numerics",
  "structure",
  "forces",
  "minima",
  "modes",
  "hops",
  "dynamics",
  "medium",
  "transport",
  "coupling",
  "learning",
  "screening",
  "io",
  "studies",
  "plots",
  "host",
  "cli",
];
// npm packages a layer may use; folders from host on may use anything.
const PACKAGES = {
  structure: ["@spglib/moyo-wasm"],
  io: ["yaml"],
  studies: ["zod"],
  plots: ["@observablehq/plot", "linkedom"],
};
const IMPORT = /^(?:import|export)\s[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|import\(\s*"([^"]+)"\s*\)/gm;

const root = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(root, { recursive: true })
  .map(String)
  .filter((f) => f.endsWith(".ts") && !f.endsWith(".d.ts"));
const problems = [];
const graph = new Map();

for (const file of files) {
  const layer = file.split("/")[0];
  const rank = LAYERS.indexOf(layer);
  if (rank < 0) problems.push(`${file}: folder ${layer} is not one of the layers`);
  const text = readFileSync(join(root, file), "utf8");
  const inside = [];
  for (const match of text.matchAll(IMPORT)) {
    const target = match[1] ?? match[2] ?? match[3];
    if (!target.startsWith(".")) {
      const free = rank >= LAYERS.indexOf("host");
      if (!free && !(PACKAGES[layer] ?? []).some((name) => target === name || target.startsWith(`${name}/`))) {
        problems.push(`${file}: ${layer} may not import ${target}`);
      }
      continue;
    }
    const path = relative(root, normalize(join(root, dirname(file), target))).replace(/\.js$/, ".ts");
    const other = path.split("/")[0];
    if (other === layer) inside.push(path);
    else if (LAYERS.indexOf(other) > rank)
      problems.push(`${file}: ${layer} imports from ${other}, which is to its right`);
    else if (path !== `${other}/index.ts` && !path.endsWith(".json") && !path.startsWith("kernels/wasm/")) {
      problems.push(`${file}: import ${other}/index.js instead of ${target}`);
    }
  }
  graph.set(file, inside);
}

const state = new Map();
function visit(file, trail) {
  if (state.get(file) === "done") return;
  if (state.get(file) === "open") {
    problems.push(`cycle: ${[...trail.slice(trail.indexOf(file)), file].join(" -> ")}`);
    return;
  }
  state.set(file, "open");
  for (const next of graph.get(file) ?? []) if (!next.endsWith("/index.ts")) visit(next, [...trail, file]);
  state.set(file, "done");
}
for (const file of graph.keys()) visit(file, []);

for (const problem of problems) console.error(problem);
console.error(`layers: ${files.length} files, ${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);
