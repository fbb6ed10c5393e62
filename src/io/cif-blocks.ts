// The grammar of CIF 1.1 (Hall, Allen, Brown 1991, 10.1107/S010876739101067X; International Tables G, 2.2): data blocks of
// tag–value pairs and loops. Values are bare words, '…' or "…" (closed by a quote before white space), or text between
// lines that begin with ";". Tags are compared in lower case with "." read as "_", so `_atom_site.fract_x` is
// `_atom_site_fract_x`. Save frames (dictionaries) are refused.

import { type FilePlace, FormatError } from "../base/index.js";
import { LineReader, plural, quote } from "./text.js";

export interface CifValue {
  readonly text: string;
  /** False for a quoted value or text field: then "?" and "." mean themselves. */
  readonly bare: boolean;
  readonly line: number;
}

export interface CifLoop {
  readonly line: number;
  readonly tags: readonly string[];
  readonly rows: readonly (readonly CifValue[])[];
}

export interface CifBlock {
  readonly name: string;
  readonly line: number;
  readonly items: ReadonlyMap<string, CifValue>;
  readonly loops: readonly CifLoop[];
}

interface Token extends CifValue {
  readonly kind: "data" | "loop" | "tag" | "value";
}

/** Every data block of the file. @throws FormatError */
export function readCifBlocks(text: string, place: FilePlace): CifBlock[] {
  const tokens = tokenise(new LineReader(text, place));
  const blocks: CifBlock[] = [];
  let at = 0;
  while (at < tokens.length) {
    const head = tokens[at]!;
    if (head.kind !== "data") {
      throw fault(
        place,
        head.line,
        `${quote(head.text)} stands before the first data block`,
        'a CIF file begins with "data_name"',
      );
    }
    const twin = blocks.find((block) => block.name.toLowerCase() === head.text.toLowerCase());
    if (twin)
      throw fault(
        place,
        head.line,
        `data block ${quote(head.text)} comes twice, first in line ${twin.line}`,
        "rename or remove one of them",
      );
    const parsed = parseBlock(tokens, at, place);
    blocks.push(parsed.block);
    at = parsed.next;
  }
  if (blocks.length === 0) throw fault(place, 1, "no data block", 'a CIF file begins with "data_name"');
  return blocks;
}

function parseBlock(tokens: readonly Token[], start: number, place: FilePlace): { block: CifBlock; next: number } {
  const head = tokens[start]!;
  const items = new Map<string, CifValue>();
  const loops: CifLoop[] = [];
  const seen = new Map<string, number>();
  const claim = (tag: Token): string => {
    const first = seen.get(tag.text);
    if (first !== undefined)
      throw fault(place, tag.line, `${tag.text} is given twice, first in line ${first}`, "remove one of them");
    seen.set(tag.text, tag.line);
    return tag.text;
  };
  let at = start + 1;
  while (at < tokens.length && tokens[at]!.kind !== "data") {
    const token = tokens[at]!;
    if (token.kind === "tag") {
      const value = tokens[at + 1];
      if (value?.kind !== "value")
        throw fault(place, token.line, `${token.text} has no value`, 'write "?" for an unknown value');
      items.set(claim(token), value);
      at += 2;
    } else if (token.kind === "loop") {
      const parsed = parseLoop(tokens, at, place);
      for (const tag of parsed.tags) claim(tag);
      loops.push(parsed.loop);
      at = parsed.next;
    } else {
      throw fault(
        place,
        token.line,
        `the value ${quote(token.text)} belongs to no tag`,
        "a value with spaces needs quotes",
      );
    }
  }
  return { block: { name: head.text, line: head.line, items, loops }, next: at };
}

function parseLoop(
  tokens: readonly Token[],
  start: number,
  place: FilePlace,
): { loop: CifLoop; tags: Token[]; next: number } {
  let at = start + 1;
  const take = (kind: Token["kind"]): Token[] => {
    const from = at;
    while (tokens[at]?.kind === kind) at++;
    return tokens.slice(from, at);
  };
  const tags = take("tag");
  const values = take("value");
  const { line } = tokens[start]!;
  if (tags.length === 0) throw fault(place, line, "a loop without tags", "name its columns below loop_");
  if (values.length % tags.length !== 0) {
    throw fault(
      place,
      values.at(-1)!.line,
      `the loop of line ${line} has ${plural(tags.length, "column")} but ${plural(values.length, "value")}`,
      "a value is missing, or one with spaces lacks its quotes",
    );
  }
  const rows = Array.from({ length: values.length / tags.length }, (_, i) =>
    values.slice(i * tags.length, (i + 1) * tags.length),
  );
  return { loop: { line, tags: tags.map((tag) => tag.text), rows }, tags, next: at };
}

function tokenise(reader: LineReader): Token[] {
  const tokens: Token[] = [];
  for (let text = reader.peek(); text !== undefined; text = reader.peek()) {
    reader.take("a line");
    if (text.startsWith(";")) tokens.push(takeTextField(reader, text.slice(1)));
    else tokeniseLine(reader, text, tokens);
  }
  return tokens;
}

/** Lines up to the next one that begins with ";"; what follows that ";" is white space. */
function takeTextField(reader: LineReader, first: string): Token {
  const { line } = reader;
  const lines = [first];
  for (;;) {
    const next = reader.peek();
    if (next === undefined) {
      throw new FormatError(
        { file: reader.file, line },
        'the text that begins with ";" here has no end',
        'end it with a line that begins with ";"',
      );
    }
    reader.take("text");
    if (next.startsWith(";")) {
      if (next.slice(1).trim() !== "")
        throw reader.fault(
          `${quote(next.slice(1).trim())} follows the end of a text`,
          'put it on a line of its own below the ";"',
        );
      return { kind: "value", text: lines.join("\n").trim(), bare: false, line };
    }
    lines.push(next);
  }
}

const PIECE = /\s*(?:(#.*)|'((?:[^']|'(?!\s|$))*)'(?=\s|$)|"((?:[^"]|"(?!\s|$))*)"(?=\s|$)|([^\s]+))/y;

function tokeniseLine(reader: LineReader, text: string, tokens: Token[]): void {
  const { line } = reader;
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < text.length) {
    const match = PIECE.exec(text);
    if (!match) return; // white space at the end
    const [, comment, single, double, word] = match;
    if (comment !== undefined) return;
    const quoted = single ?? double;
    if (quoted !== undefined) tokens.push({ kind: "value", text: quoted, bare: false, line });
    else tokens.push(bareToken(reader, word!, line));
  }
}

function bareToken(reader: LineReader, word: string, line: number): Token {
  const lower = word.toLowerCase();
  if (/^['"]/.test(word))
    throw reader.fault(
      `the quote that begins ${quote(word)} is not closed`,
      "close it on the same line, before white space",
    );
  if (lower.startsWith("data_")) return { kind: "data", text: word.slice(5), bare: true, line };
  if (lower === "loop_") return { kind: "loop", text: word, bare: true, line };
  if (/^(save_|global_$|stop_$)/.test(lower)) {
    throw reader.fault(
      `${quote(word)} is not part of a structure file`,
      "only data blocks, loops and tag–value pairs are read",
    );
  }
  if (word.startsWith("_")) return { kind: "tag", text: lower.replaceAll(".", "_"), bare: true, line };
  return { kind: "value", text: word, bare: true, line };
}

function fault(place: FilePlace, line: number, message: string, hint: string): FormatError {
  return new FormatError({ file: place.file, line }, message, hint);
}
