// Non-fatal warnings. The core never prints: a Note travels in the result and ends up in the report.

export interface Note {
  /** Stable machine-readable name, e.g. "acoustic-sum-large". */
  readonly code: string;
  /** What was found, with its numbers. */
  readonly message: string;
  /** What the reader can do about it. */
  readonly hint?: string;
}

/** Collects notes; the same code and message are kept once. */
export class Notes {
  readonly #notes = new Map<string, Note>();

  add(code: string, message: string, hint?: string): void {
    const note: Note = hint === undefined ? { code, message } : { code, message, hint };
    this.#notes.set(`${code}\u0000${message}`, note);
  }

  addAll(notes: Iterable<Note>): void {
    for (const note of notes) this.add(note.code, note.message, note.hint);
  }

  list(): readonly Note[] {
    return [...this.#notes.values()];
  }
}
