// VASP's OUTCAR, read as a stream: of every ionic step the cell, the table of positions and forces, and the free energy.
// https://www.vasp.at/wiki/index.php/OUTCAR
//
// Positions have five decimals, the cell nine: XDATCAR and vasprun.xml are more exact. Elements are those of VRHFIN (TITEL where it is
// missing), masses POMASS, counts "ions per type". A step's energy stands behind its table, so a step is complete when its energy, or
// the next step, has come. Its number is that of "Iteration n(" or "Ionic step n" above it: with learned forces not every step has a table.

import { FormatError, Notes } from "../base/index.js";
import { type Cell, isElement, makeCell, makeCrystal } from "../structure/index.js";
import { type ByteSource, ByteWindow } from "./bytes.js";
import { type NumberCursor, parseNumber } from "./bytes-number.js";
import { numberHint, parseReal, parseWhole, splitTokens } from "./numbers.js";
import { at, quote } from "./text.js";
import type {
  RawFrame,
  RawFrameOptions,
  RawTrajectory,
  TrajectoryFormat,
  TrajectoryReadOptions,
} from "./trajectory.js";
import { isVaspName, stepFs, VaspLines } from "./vasp-lines.js";
import { elementOfPotential } from "./vasprun-header.js";

export const outcarFormat: TrajectoryFormat = {
  name: "outcar",
  recognizes: (name, head) =>
    isVaspName(name, "outcar") || /^\s*vasp\.\d/.test(new TextDecoder().decode(head.subarray(0, 64))),
  open: openOutcar,
};

/** The beginnings of lines that matter. */
const STARTS = ["VR", "TI", "PO", "io", "IB", "di", "fr", "--"];
const linesOf = (window: ByteWindow): VaspLines => new VaspLines(window, { pairs: STARTS, skip: 0 });

interface Opened {
  readonly source: ByteSource;
  readonly atoms: number;
  readonly potimFs: number | undefined;
  readonly notes: Notes;
}

interface OutcarHeader {
  readonly species: readonly string[];
  readonly masses: readonly number[];
  readonly potimFs: number | undefined;
  readonly ibrion: number | undefined;
}

/** @throws FormatError */
export async function openOutcar(source: ByteSource, options: TrajectoryReadOptions = {}): Promise<RawTrajectory> {
  const notes = new Notes();
  const window = new ByteWindow(source, options.signal);
  let header: OutcarHeader;
  try {
    header = await readHeader(linesOf(window));
  } finally {
    await window.close();
  }
  const { species, masses, potimFs, ibrion } = header;
  const step = stepFs(potimFs, ibrion);
  const opened: Opened = { source, atoms: species.length, potimFs: step, notes };
  const first = await firstFrame(opened);
  if (step === undefined && ibrion !== 0)
    notes.add("not-dynamics", `${source.name}: IBRION = ${ibrion}: no molecular dynamics, its steps take no time`);
  return {
    format: "outcar",
    crystal: at({ file: source.name }, () =>
      makeCrystal({ cell: first.cell, species, masses, positions: first.positions.slice() }),
    ),
    coordinates: "wrapped",
    hasVelocities: false,
    notes,
    frames: (range = {}) => outcarFrames(opened, range),
  };
}

async function firstFrame(opened: Opened): Promise<RawFrame> {
  for await (const frame of outcarFrames({ ...opened, notes: new Notes() }, {})) return frame;
  throw new FormatError(
    { file: opened.source.name },
    "the file holds no finished ionic step",
    "the run was killed in its first one",
  );
}

/** Up to the first table of positions. */
async function readHeader(lines: VaspLines): Promise<OutcarHeader> {
  const { window } = lines;
  const elements: string[] = [];
  const titles: string[] = [];
  const masses: number[] = [];
  let counts: number[] | undefined;
  let potimFs: number | undefined;
  let ibrion: number | undefined;
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    let found = /^VRHFIN\s*=\s*([A-Za-z]+)/.exec(line);
    if (found) elements.push(found[1]!);
    found = /^TITEL\s*=\s*(.*)$/.exec(line);
    if (found) titles.push(found[1]!);
    found = /^POMASS\s*=\s*([\d.]+);/.exec(line);
    if (found) masses.push(Number(found[1]));
    found = /^ions per type\s*=\s*(.*)$/.exec(line);
    if (found) counts ??= splitTokens(found[1]!).map((word) => parseWhole(word) ?? 0);
    found = /^POTIM\s*=\s*(\S+)/.exec(line);
    if (found) potimFs ??= parseReal(found[1]!);
    found = /^IBRION\s*=\s*(\S+)/.exec(line);
    if (found) ibrion ??= parseWhole(found[1]!);
    if (/^POSITION\s+TOTAL-FORCE/.test(line)) break;
  }
  const place = { file: window.source.name, line: window.line };
  if (!counts || counts.some((count) => count < 1)) {
    throw new FormatError(
      place,
      `expected a line "ions per type = …" with a count for every type, found ${counts ? quote(counts.join(" ")) : "none"}`,
      "the file is cut short, or no OUTCAR",
    );
  }
  const names = counts.map((_, i) => {
    const symbol = elements[i];
    const name = symbol !== undefined && isElement(symbol) ? symbol : elementOfPotential(titles[i] ?? "");
    if (name !== undefined && masses[i]! > 0) return name;
    throw new FormatError(
      place,
      `type ${i + 1} of ${counts.length} has no element (VRHFIN, TITEL) or no mass (POMASS)`,
      "the beginning of the file is missing or edited",
    );
  });
  const spread = <T>(list: readonly T[]): T[] => counts.flatMap((count, i) => new Array<T>(count).fill(list[i]!));
  return { species: spread(names), masses: spread(masses), potimFs, ibrion };
}

async function* outcarFrames(opened: Opened, { choose, signal }: RawFrameOptions): AsyncGenerator<RawFrame> {
  const { source, notes, atoms, potimFs } = opened;
  const window = new ByteWindow(source, signal);
  const lines = linesOf(window);
  const tables = new Tables(lines, atoms);
  const count = new StepCount();
  let step = 0;
  let runs = 0;
  let pending: "read" | "pass" | undefined;
  const timed = (): { readonly timeFs?: number } => (potimFs === undefined ? {} : { timeFs: step * potimFs });
  const frame = (energy?: number): RawFrame => ({
    step,
    ...timed(),
    cell: tables.cell!,
    positions: tables.positions,
    ...(energy === undefined ? {} : { potentialEnergy: energy }),
  });
  const cut = (): void =>
    notes.add("last-frame-cut", `${source.name}: the last ionic step (${step}) is cut short and was left out`);
  try {
    for (;;) {
      const line = await lines.next();
      if (line === undefined) {
        if (pending !== undefined) cut();
        return;
      }
      if (line.startsWith("--")) count.see(line);
      else if (line.startsWith("direct lattice vectors")) {
        // A cell may stand between a table and its energy only where another step begins.
        if (pending === "read") yield frame();
        pending = undefined;
        if (!(await tables.readCell())) return step > 0 ? cut() : undefined;
      } else if (/^POSITION\s+TOTAL-FORCE/.test(line)) {
        if (pending === "read") yield frame();
        step = count.next();
        const choice = choose?.(step, timed().timeFs, { file: source.name, line: window.line - 1 }) ?? "read";
        if (choice === "end") return;
        if (!(choice === "read" ? await tables.read(step) : await lines.pass(atoms + 2))) return cut();
        pending = choice;
      } else if (pending !== undefined && line.startsWith("free ")) {
        const found = /^free\s+energy\s+(?:ML\s+)?TOTEN\s*=\s*(\S+)/.exec(line);
        if (!found) continue;
        if (pending === "read") yield frame(parseReal(found[1]!));
        pending = undefined;
      } else if (line.startsWith("ions per type")) {
        const now = splitTokens(line.replace(/^.*=/, "")).reduce((sum, word) => sum + (parseWhole(word) ?? 0), 0);
        if (now !== atoms) {
          throw window.fault(
            `another run with ${now} atoms begins, the first had ${atoms}`,
            "cut the file into one for each run",
            window.line - 1,
          );
        }
        if (++runs === 2)
          notes.add("runs-joined", `${source.name}:${window.line - 1}: another run begins; taken as the run going on`);
      }
    }
  } finally {
    await window.close();
  }
}

/** Numbers of the ionic steps that have a table; of a second run behind the first they go on. */
class StepCount {
  #seen: number | undefined;
  #last = 0;
  #spacing = 1;
  #offset = 0;

  /** A rule that may name the step. */
  see(line: string): void {
    const found = /^-+\s+(?:Iteration\s+(\d+)\s*\(|Ionic step\s+(\d+))/.exec(line);
    if (found) this.#seen = Number(found[1] ?? found[2]);
  }

  next(): number {
    const last = this.#last;
    const counted = last + this.#spacing;
    // No new number: it was not written, or it outgrew its columns.
    let step = this.#seen === undefined ? counted : this.#seen + this.#offset;
    if (step <= last) {
      this.#offset += counted - step;
      step = counted;
    }
    if (last > 0) this.#spacing = step - last;
    this.#last = step;
    this.#seen = undefined;
    return step;
  }
}

/** Reads cells and tables of positions, step after step into the same arrays. */
class Tables {
  cell: Cell | undefined;
  readonly positions: Float64Array; // [n,3] Å
  readonly #cursor: NumberCursor = { at: 0 };

  constructor(
    private readonly lines: VaspLines,
    private readonly atoms: number,
  ) {
    this.positions = new Float64Array(3 * atoms);
  }

  /** Three lines of a lattice vector and its reciprocal. */
  async readCell(): Promise<boolean> {
    const { window } = this.lines;
    const vectors: number[] = [];
    for (let i = 0; i < 3; i++) {
      const text = await this.lines.line();
      if (text === undefined) return false;
      const numbers = splitTokens(text).map(parseReal);
      if (numbers.length < 3 || numbers.slice(0, 3).some((x) => x === undefined)) {
        throw window.fault(
          `expected the lattice vector ${"abc"[i]}, found ${quote(text.trim())}`,
          "the file is edited or damaged",
          window.line - 1,
        );
      }
      vectors.push(...(numbers.slice(0, 3) as number[]));
    }
    if (!this.cell || vectors.some((x, k) => x !== this.cell!.vectors[k]))
      this.cell = at({ file: window.source.name, line: window.line - 1 }, () => makeCell(vectors));
    return true;
  }

  /** The table behind its heading: a rule, a line for each atom, a rule. False where the file ends before. */
  async read(step: number): Promise<boolean> {
    const { window } = this.lines;
    if (!this.cell) {
      throw window.fault(
        "positions stand before any lattice vectors",
        "the beginning of the file is missing",
        window.line - 1,
      );
    }
    if ((await this.lines.line()) === undefined) return false;
    for (let row = 0; row < this.atoms; row++) {
      if (window.at >= window.end && !(await window.fill())) return false;
      if (window.at >= window.wholeEnd) return false;
      this.#row(row, step);
    }
    const rule = await this.lines.line();
    if (rule === undefined) return false;
    if (/^\s*-{3,}\s*$/.test(rule)) return true;
    throw window.fault(
      `expected the end of the table of ${this.atoms} atoms of ionic step ${step}, found ${quote(rule.trim())}`,
      "the file is edited or damaged",
      window.line - 1,
    );
  }

  #row(row: number, step: number): void {
    const { window } = this.lines;
    const cursor = this.#cursor;
    cursor.at = window.at;
    for (let k = 0; k < 3; k++) {
      this.positions[3 * row + k] = parseNumber(window.bytes, cursor);
      if (cursor.at < 0) break;
    }
    const [from, text] = [window.line, cursor.at < 0 ? window.tryLine()! : ""];
    if (cursor.at >= 0) {
      window.skipLines(1);
      return;
    }
    const tokens = splitTokens(text);
    const numbers = tokens.slice(0, 3).map(parseReal);
    if (numbers.length < 3 || numbers.some((x) => x === undefined)) {
      const wrong = tokens.find((token) => parseReal(token) === undefined);
      throw window.fault(
        `expected the position of atom ${row + 1} of ionic step ${step}, found ${quote(text.trim())}`,
        wrong === undefined ? "the file is edited or damaged" : numberHint(wrong),
        from,
      );
    }
    this.positions.set(numbers as number[], 3 * row);
  }
}
