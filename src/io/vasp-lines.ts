// Lines that matter in VASP's long text files: most lines are passed over after a look at their first letters.

import type { ByteWindow } from "./bytes.js";

const NEWLINE = 10;
const RETURN = 13;

/** Walks a file from one line of interest to the next. */
export class VaspLines {
  readonly #wanted = new Uint8Array(1 << 16);
  readonly #skip: number;

  /** Lines are given when the two letters `skip` places behind their blanks are one of the pairs. */
  constructor(
    readonly window: ByteWindow,
    { pairs, skip }: { readonly pairs: readonly string[]; readonly skip: number },
  ) {
    this.#skip = skip;
    for (const pair of pairs) this.#wanted[(pair.charCodeAt(0) << 8) | pair.charCodeAt(1)] = 1;
  }

  /** The next line that may matter, without its blanks; undefined at the end of the file. A last line without an end is not given. */
  async next(): Promise<string | undefined> {
    const { window } = this;
    for (;;) {
      if (this.#passDull()) return window.tryLine()!.trim();
      if (!(await window.fill())) return undefined;
    }
  }

  /** Moves to the next line that may matter; false at the end of the window. */
  #passDull(): boolean {
    const { window } = this;
    const skip = this.#skip;
    const wanted = this.#wanted;
    const { bytes, wholeEnd: end } = window;
    let at = window.at;
    let lines = 0;
    let found = false;
    while (at < end) {
      let first = at;
      while (bytes[first] === 32 || bytes[first] === 9) first++;
      if (wanted[(bytes[first + skip]! << 8) | bytes[first + skip + 1]!] === 1) {
        found = true;
        break;
      }
      let i = first;
      while (bytes[i] !== NEWLINE && bytes[i] !== RETURN) i++;
      at = bytes[i] === RETURN && i + 1 < end && bytes[i + 1] === NEWLINE ? i + 2 : i + 1;
      lines++;
    }
    window.at = found ? at : window.end;
    window.line += lines;
    return found;
  }

  /** The next line, whatever it is; undefined at the end of the file or where it has no end. */
  async line(): Promise<string | undefined> {
    const { window } = this;
    if (window.at >= window.end && !(await window.fill())) return undefined;
    return window.at >= window.wholeEnd ? undefined : window.tryLine();
  }

  /** Passes over `count` lines; false where the file ends before. */
  async pass(count: number): Promise<boolean> {
    for (let passed = 0; ; ) {
      passed += this.window.skipLines(count - passed);
      if (passed === count) return !(this.window.ragged && this.window.at >= this.window.end);
      if (!(await this.window.fill())) return false;
    }
  }
}

/** Time of an ionic step from VASP's input: POTIM is one only in molecular dynamics (IBRION = 0). */
export const stepFs = (potim: number | undefined, ibrion: number | undefined): number | undefined =>
  potim !== undefined && potim > 0 && (ibrion ?? 0) === 0 ? potim : undefined;

/** Whether a file is named after `kind`, as VASP's files are: OUTCAR, OUTCAR.2.gz, run1_OUTCAR, but not OUTCAR.json. */
export const isVaspName = (name: string, kind: string): boolean =>
  new RegExp(`(^|[^a-z])${kind}([^a-z/\\\\][^/\\\\]*)?$`, "i").test(name) &&
  !/\.(json|cif|ya?ml|csv|md|svg|npy)(\.gz)?$/i.test(name);
