// YAML files that remember where everything stood, so that a complaint about `pairs.Li-O[0].depthEv` names its line.

import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { type FilePlace, FormatError, PhonionError } from "../base/index.js";
import { LineReader } from "./text.js";

/** How a value is reached from the root: keys and indices, or "pairs.Li-O[0].depthEv". */
export type KeyPath = string | readonly (string | number)[];

export interface YamlFile {
  /** Plain objects, lists, texts, finite numbers, booleans and null. */
  readonly value: unknown;
  /** Line, from 1, of the key at `path`; of the nearest key above it when it is not there. */
  lineOf(path: KeyPath): number;
  /** Runs `check` and gives what it throws the line its `context.path` points to. */
  check<T>(check: (value: unknown) => T): T;
}

/** @throws FormatError for syntax, keys given twice, more than one document, and numbers that are not finite. */
export function readYaml(text: string, place: FilePlace): YamlFile {
  new LineReader(text, place); // refuses what is empty or not text
  const { document, lines } = parse(text, place);
  const root = document.contents as Node | null;
  const lineOf = (path: KeyPath): number =>
    lines.linePos(offsetOf(root, typeof path === "string" ? splitPath(path) : path)).line;
  const value = plainValue(document, place);
  refuseLostNumbers(value, [], { place, lineOf, above: [] });
  return {
    value,
    lineOf,
    check(check) {
      try {
        return check(value);
      } catch (error) {
        if (error instanceof FormatError || !(error instanceof PhonionError)) throw error;
        const path = error.context["path"];
        const known = typeof path === "string" || Array.isArray(path);
        throw new FormatError(
          { ...place, line: known ? lineOf(path as KeyPath) : 1 },
          error.message,
          error.hint,
          error.context,
          error,
        );
      }
    },
  };
}

/** A force field as it stands in a YAML file; the forces layer knows what it means: `file.check(makeForceField)`. */
export function readForceFieldYaml(text: string, place: FilePlace): YamlFile {
  const file = readYaml(text, place);
  if (typeof file.value === "object" && file.value !== null && !Array.isArray(file.value)) return file;
  throw new FormatError(
    { ...place, line: 1 },
    "this is no force field: it has no keys",
    "a force field has name, pairs, and charges with coulomb",
  );
}

const IN_OUR_WORDS: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "the file holds more than one document",
  RESOURCE_EXHAUSTION: "the file is nested too deeply",
};

type Parsed = ReturnType<typeof parseDocument>;

function parse(text: string, place: FilePlace): { document: Parsed; lines: LineCounter } {
  const lines = new LineCounter();
  let document: Parsed;
  try {
    document = parseDocument(text.replace(/^\ufeff/, ""), {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
    });
  } catch (error) {
    // The parser recurses, so brackets nested thousands deep end it.
    throw new FormatError({ ...place, line: 1 }, "the file is nested too deeply", "flatten it", {}, error);
  }
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) {
    const { line } = lines.linePos(Math.min(fault.pos[0], text.length));
    throw new FormatError(
      { ...place, line },
      IN_OUR_WORDS[fault.code] ?? fault.message.split("\n")[0]!,
      "check indentation, colons and quotes around this line",
      {},
      fault,
    );
  }
  return { document, lines };
}

function plainValue(document: Parsed, place: FilePlace): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    throw new FormatError(
      { ...place, line: 1 },
      `the aliases cannot be resolved: ${(error as Error).message}`,
      "write the values out",
      {},
      error,
    );
  }
}

interface Walk {
  readonly place: FilePlace;
  readonly lineOf: YamlFile["lineOf"];
  /** Objects on the way from the root: an alias to one of them would have no end. */
  readonly above: readonly object[];
}

function refuseLostNumbers(value: unknown, path: readonly (string | number)[], walk: Walk): void {
  const fault = (found: string, hint: string): FormatError =>
    new FormatError({ ...walk.place, line: walk.lineOf(path) }, `${path.join(".")} ${found}`, hint);
  if (typeof value === "number" && !Number.isFinite(value)) throw fault(`is ${value}`, "give a finite number");
  if (typeof value !== "object" || value === null) return;
  if (walk.above.includes(value)) throw fault("is an alias of something that contains it", "write the value out");
  const inner = { ...walk, above: [...walk.above, value] };
  for (const [key, entry] of Object.entries(value))
    refuseLostNumbers(entry, [...path, Array.isArray(value) ? Number(key) : key], inner);
}

/** "pairs.Li-O[0].depthEv" → pairs, Li-O, 0, depthEv. */
const splitPath = (path: string): (string | number)[] =>
  [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map((match) => (match[1] === undefined ? match[2]! : Number(match[1])));

function offsetOf(root: Node | null, path: readonly (string | number)[]): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item: Pair) => String(isScalar(item.key) ? item.key.value : item.key) === String(part),
      );
      if (!pair) return offset;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === "number") {
      const item = node.items[part] as Node | undefined;
      if (!item) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else return offset;
  }
  return offset;
}
