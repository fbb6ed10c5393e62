// VASP's vasprun.xml, read as a stream: ionic steps with cell, positions and energy. Gigabytes of bands, densities of states and
// electronic steps are passed over. https://www.vasp.at/wiki/index.php/Vasprun.xml
//
// VASP writes one element on each line, and that is relied on. A step is a <structure> without a name: inside <calculation>, or by
// itself in runs with machine-learned forces. The energy is e_fr_energy, the free energy, whose slope the forces are. Every ionic
// step is written (but see blockOf in vasprun-header.ts), so frames are POTIM apart. Of an unfinished step nothing is taken.

import { Notes } from "../base/index.js";
import { type Cell, makeCell, makeCrystal } from "../structure/index.js";
import { type ByteSource, ByteWindow, NEWLINE, RETURN } from "./bytes.js";
import { type NumberCursor, parseNumber } from "./bytes-number.js";
import { numberHint, parseReal, splitTokens } from "./numbers.js";
import { at, quote } from "./text.js";
import type {
  RawFrame,
  RawFrameOptions,
  RawTrajectory,
  TrajectoryFormat,
  TrajectoryReadOptions,
} from "./trajectory.js";
import { stepFs, VaspLines } from "./vasp-lines.js";
import { readVasprunHeader } from "./vasprun-header.js";

export const vasprunFormat: TrajectoryFormat = {
  name: "vasprun",
  recognizes: (name, head) =>
    /vasprun[^/\\]*\.xml[^/\\]*$/i.test(name) || /<modeling>/.test(new TextDecoder().decode(head.subarray(0, 1024))),
  open: openVasprun,
};

/** The beginnings of tags that matter. */
const TAGS = ["mo", "ar", "rc", "st", "ca", "sc", "va", "i ", "/a", "/s", "/c", "/e"];

const linesOf = (window: ByteWindow): VaspLines => new VaspLines(window, { pairs: TAGS, skip: 1 });

interface Opened {
  readonly source: ByteSource;
  readonly atoms: number;
  readonly block: number;
  readonly notes: Notes;
}

/** @throws FormatError */
export async function openVasprun(source: ByteSource, options: TrajectoryReadOptions = {}): Promise<RawTrajectory> {
  const notes = new Notes();
  const window = new ByteWindow(source, options.signal);
  let header: Awaited<ReturnType<typeof readVasprunHeader>>;
  try {
    header = await readVasprunHeader(linesOf(window));
  } finally {
    await window.close();
  }
  const opened: Opened = { source, atoms: header.species.length, block: header.block, notes };
  const first = await firstFrame(opened);
  const { species, masses, potimFs, ibrion, place } = header;
  const spacing = stepFs(potimFs, ibrion);
  if (spacing === undefined)
    notes.add("not-dynamics", `${source.name}: IBRION = ${ibrion}: no molecular dynamics, its steps take no time`);
  return {
    format: "vasprun",
    crystal: at(place, () => makeCrystal({ cell: first.cell, species, masses, positions: first.positions.slice() })),
    coordinates: "wrapped",
    hasVelocities: false,
    ...(spacing === undefined ? {} : { frameSpacingFs: spacing * header.block }),
    notes,
    frames: (range = {}) => vasprunFrames(opened, range),
  };
}

async function firstFrame(opened: Opened): Promise<RawFrame> {
  for await (const frame of vasprunFrames({ ...opened, notes: new Notes() }, {})) return frame;
  const window = new ByteWindow(opened.source);
  throw window.fault("the file holds no finished ionic step", "the run was killed in its first one");
}

async function* vasprunFrames(opened: Opened, { choose, signal }: RawFrameOptions): AsyncGenerator<RawFrame> {
  const { source, notes, atoms, block } = opened;
  const window = new ByteWindow(source, signal);
  const lines = linesOf(window);
  const structures = new Structures(lines, atoms);
  let step = 0;
  let runs = 0;
  let inStep = false; // inside <calculation>
  let electronic = false; // inside <scstep>
  let pending: "read" | "pass" | undefined;
  let energy: number | undefined;
  const frame = (): RawFrame => ({
    step,
    cell: structures.cell!,
    positions: structures.positions,
    ...(energy === undefined ? {} : { potentialEnergy: energy }),
  });
  const cut = (): void =>
    notes.add("last-frame-cut", `${source.name}: the last ionic step (${step}) is cut short and was left out`);
  try {
    for (;;) {
      const line = await lines.next();
      if (line === undefined) {
        if (inStep || pending !== undefined) cut();
        return;
      }
      if (line.startsWith("<modeling>")) {
        if (++runs === 2)
          notes.add("runs-joined", `${source.name}:${window.line - 1}: another run begins; taken as the run going on`);
      } else if (line.startsWith("<atominfo>") || line.startsWith('<array name="atoms"')) continue;
      else if (line.startsWith("<calculation")) inStep = true;
      else if (line.startsWith("<scstep")) electronic = true;
      else if (line.startsWith("</scstep")) electronic = false;
      else if (line.startsWith("<i ") && pending !== undefined && !electronic) energy = energyOf(line) ?? energy;
      else if (/^<structure\s*>/.test(line)) {
        if (pending === "read") yield frame();
        step += block;
        energy = undefined;
        const choice = choose?.(step, undefined, { file: source.name, line: window.line - 1 }) ?? "read";
        if (choice === "end") return;
        pending = choice;
        if (!(choice === "read" ? await structures.read(step) : await structures.pass())) return cut();
      } else if (line.startsWith("</calculation") || (line.startsWith("</energy") && !inStep && !electronic)) {
        if (pending === "read") yield frame();
        pending = undefined;
        if (line.startsWith("</calculation")) inStep = false;
      }
    }
  } finally {
    await window.close();
  }
}

function energyOf(line: string): number | undefined {
  const found = /name="e_fr_energy"\s*>\s*([^<\s]+)/.exec(line);
  return found ? parseReal(found[1]!) : undefined;
}

/** Reads what is between <structure> and </structure>, step after step into the same array. */
class Structures {
  cell: Cell | undefined;
  readonly positions: Float64Array; // [n,3] Å
  readonly #vectors = new Float64Array(9);
  readonly #cursor: NumberCursor = { at: 0 };

  constructor(
    private readonly lines: VaspLines,
    atoms: number,
  ) {
    this.positions = new Float64Array(3 * atoms);
  }

  async pass(): Promise<boolean> {
    for (;;) {
      const line = await this.lines.next();
      if (line === undefined) return false;
      if (line.startsWith("</structure")) return true;
    }
  }

  /** False where the file ends before the end of the structure. */
  async read(step: number): Promise<boolean> {
    const found = new Set<string>();
    for (;;) {
      const line = await this.lines.next();
      if (line === undefined) return false;
      if (line.startsWith("</structure")) break;
      const name = /^<varray name="(basis|positions)"\s*>$/.exec(line)?.[1];
      if (name === undefined) continue;
      const to = name === "basis" ? this.#vectors : this.positions;
      if (!(await this.#rows(to, `${name} of ionic step ${step}`))) return false;
      found.add(name);
    }
    const { window } = this.lines;
    if (found.size < 2) {
      throw window.fault(
        `ionic step ${step} has no ${found.has("basis") ? "positions" : "basis"}`,
        "VASP writes one element on each line; was the file edited or reformatted?",
        window.line - 1,
      );
    }
    this.#place();
    return true;
  }

  /** Reads `to.length / 3` lines <v> x y z </v>. */
  async #rows(to: Float64Array, what: string): Promise<boolean> {
    const { window } = this.lines;
    for (let offset = 0; offset < to.length; offset += 3) {
      if (window.at >= window.end && !(await window.fill())) return false;
      if (window.at >= window.wholeEnd) return false;
      if (!this.#fastRow(to, offset)) this.#slowRow(to, { offset, what });
    }
    return true;
  }

  #fastRow(to: Float64Array, offset: number): boolean {
    const { window } = this.lines;
    const { bytes } = window;
    const cursor = this.#cursor;
    let i = window.at;
    while (bytes[i] === 32 || bytes[i] === 9) i++;
    if (bytes[i] !== 60 || bytes[i + 1] !== 118 || bytes[i + 2] !== 62) return false; // <v>
    cursor.at = i + 3;
    for (let k = 0; k < 3; k++) {
      to[offset + k] = parseNumber(bytes, cursor);
      if (cursor.at < 0) return false;
    }
    i = cursor.at;
    while (bytes[i] === 32) i++;
    if (bytes[i] !== 60 || bytes[i + 1] !== 47 || bytes[i + 2] !== 118 || bytes[i + 3] !== 62) return false; // </v>
    i += 4;
    while (bytes[i] === 32) i++;
    if (bytes[i] === RETURN) i++;
    if (bytes[i] !== NEWLINE) return false;
    window.at = i + 1;
    window.line++;
    return true;
  }

  #slowRow(to: Float64Array, { offset, what }: { readonly offset: number; readonly what: string }): void {
    const { window } = this.lines;
    const text = window.tryLine()!;
    const inside = /^\s*<v>([^<]*)<\/v>\s*$/.exec(text)?.[1];
    const tokens = splitTokens(inside ?? "");
    const numbers = tokens.map(parseReal);
    if (inside === undefined || numbers.length !== 3 || numbers.some((x) => x === undefined)) {
      const wrong = tokens.find((token) => parseReal(token) === undefined);
      throw window.fault(
        `expected three numbers of ${what}, row ${offset / 3 + 1} of ${to.length / 3}, found ${quote(text.trim())}`,
        wrong === undefined ? "the file is edited or damaged" : numberHint(wrong),
        window.line - 1,
      );
    }
    to.set(numbers as number[], offset);
  }

  #place(): void {
    const { window } = this.lines;
    const vectors = this.#vectors;
    if (!this.cell || vectors.some((x, k) => x !== this.cell!.vectors[k]))
      this.cell = at({ file: window.source.name, line: window.line - 1 }, () => makeCell(vectors));
    const [v, positions] = [this.cell.vectors, this.positions];
    for (let i = 0; i < positions.length; i += 3) {
      const [a, b, c] = [positions[i]!, positions[i + 1]!, positions[i + 2]!];
      for (let k = 0; k < 3; k++) positions[i + k] = a * v[k]! + b * v[3 + k]! + c * v[6 + k]!;
    }
  }
}
