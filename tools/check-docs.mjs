// Checks that the docs speak of what is there: folders, source files, commands, and the generated sections (`<!-- generated: NAME -->` … `<!-- end -->`).
// `node tools/check-docs.mjs --write` renews the generated sections. Needs the build (dist/) for those.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path) => readFileSync(join(root, path), "utf8");
const write = process.argv.includes("--write");
const problems = [];

checkFolders();
for (const page of pages()) checkPage(page);
await checkReference();
await checkCommands();

for (const problem of problems) console.error(problem);
console.error(`docs: ${pages().length} pages, ${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);

function pages() {
  const docs = readdirSync(join(root, "docs"), { recursive: true }).map((name) => join("docs", String(name)));
  const top = readdirSync(root).filter((name) => name.endsWith(".md"));
  return [...top, ...docs.filter((name) => name.endsWith(".md"))];
}

/** Every folder of src has its line in ARCHITECTURE.md. */
function checkFolders() {
  if (!existsSync(join(root, "ARCHITECTURE.md"))) return;
  const text = read("ARCHITECTURE.md");
  for (const entry of readdirSync(join(root, "src"), { withFileTypes: true })) {
    if (entry.isDirectory() && !new RegExp(`(?<![\\w-])${entry.name}(?:/|\`|\\b)`).test(text)) {
      problems.push(`ARCHITECTURE.md: no line about src/${entry.name}`);
    }
  }
}

/** Source files and linked pages that a page mentions exist. */
function checkPage(page) {
  for (const [index, line] of read(page).split("\n").entries()) {
    const place = `${page}:${index + 1}`;
    for (const [path] of line.matchAll(
      /\b(?:src|kernels|tools|tests|bench|examples|fixtures)\/[\w./-]*\.(?:ts|mjs|json|yaml|md|cif)\b/g,
    )) {
      if (!existsSync(join(root, path))) problems.push(`${place}: ${path} does not exist`);
    }
    for (const [, target] of line.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const path = normalize(join(dirname(page), target));
      if (!existsSync(join(root, path))) problems.push(`${place}: link to ${path}, which does not exist`);
    }
  }
}

/** Generated sections hold what the declarations say, and every section stands on some page. */
async function checkReference() {
  const sections = (await importBuilt("cli/reference.js")).referenceSections();
  const seen = new Set();
  for (const page of pages()) {
    const text = read(page);
    const renewed = text.replace(
      /(<!-- generated: ([\w-]+) -->\n)([\s\S]*?)(<!-- end -->)/g,
      (whole, begin, name, body, end) => {
        seen.add(name);
        const section = sections.get(name);
        if (section === undefined) {
          problems.push(`${page}: nothing generates a section ${name}`);
          return whole;
        }
        const wanted = `\n${section}\n\n`;
        if (body !== wanted && !write)
          problems.push(`${page}: section ${name} is out of date; run node tools/check-docs.mjs --write`);
        return `${begin}${wanted}${end}`;
      },
    );
    if (write && renewed !== text) writeFileSync(join(root, page), renewed);
  }
  for (const name of sections.keys())
    if (!seen.has(name)) problems.push(`no page has <!-- generated: ${name} -->, docs/cli.md should`);
}

/** Every `phonion COMMAND --option` in a code block or in backticks is one that exists; every `npm run` script too. */
async function checkCommands() {
  const { commands } = await importBuilt("cli/commands/index.js");
  const { commonFlags } = await importBuilt("cli/command.js");
  const { flagOf } = await importBuilt("cli/flags-from-schema.js");
  const { scripts } = JSON.parse(read("package.json"));
  const common = Object.keys(commonFlags.shape).map(flagOf);
  const known = new Map(
    commands.map(({ name, flags }) => {
      const own = Object.keys(flags.shape).map(flagOf);
      return [name, new Set([...own, ...own.map((flag) => flag.replace("--", "--no-")), ...common, "--help"])];
    }),
  );
  for (const page of pages()) {
    for (const [index, line] of read(page).split("\n").entries()) {
      const place = `${page}:${index + 1}`;
      for (const [, script] of line.matchAll(/\bnpm run ([\w:-]+)/g)) {
        if (!scripts[script]) problems.push(`${place}: npm run ${script} is no script of package.json`);
      }
      for (const [, call] of line.matchAll(/(?:^|`|\$ |npx )phonion ([^`#]*)/g)) {
        const [command = "", ...words] = call.trim().split(/\s+/);
        if (!/^[a-z]/.test(command)) continue;
        const flags = known.get(command);
        if (!flags) {
          problems.push(`${place}: phonion ${command} is no command`);
          continue;
        }
        for (const word of words) {
          const flag = /^--[a-z0-9-]+/.exec(word)?.[0];
          if (flag && !flags.has(flag)) problems.push(`${place}: phonion ${command} has no option ${flag}`);
        }
      }
    }
  }
}

function importBuilt(file) {
  const path = join(process.env.PHONION_DIST ?? join(root, "dist"), file);
  if (!existsSync(path)) {
    console.error(`docs: ${relative(root, path)} is missing; run npm run build first`);
    process.exit(1);
  }
  return import(path);
}
