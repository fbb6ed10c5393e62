// What a site tracker writes down: jumps and visits, as columns that grow.

import type { F64, I32 } from "../base/index.js";

/** Site changes that counted, in order of arrival, then of ion. */
export interface JumpLog {
  readonly count: number;
  /** [count] index into the tracker's list of ions. */
  readonly ion: I32;
  readonly from: I32;
  readonly to: I32;
  /** Last time the rule put the ion on `from`, fs. */
  readonly departureFs: F64;
  /** First time of the stay on `to`, fs. */
  readonly arrivalFs: F64;
}

/** Bits of `Visits.censored`: the visit had begun before the first frame; it had not ended at the last. */
export const BEGUN_BEFORE = 1;
export const NOT_ENDED = 2;

/**
 * Stays of ions on sites. A stay ends and the next begins half way between departure and arrival, so that the visits of one ion fill its
 * time without gap or overlap.
 */
export interface Visits {
  readonly count: number;
  readonly ion: I32; // [count]
  readonly site: I32; // [count]
  readonly entryFs: F64; // [count]
  readonly exitFs: F64; // [count]
  /** [count] BEGUN_BEFORE + NOT_ENDED; the true stay is longer where either is set. */
  readonly censored: I32;
}

/** Rows of whole numbers and times that grow by doubling. */
export class Rows {
  count = 0;
  #whole: Int32Array;
  #times: Float64Array;

  constructor(
    readonly wholes: number,
    readonly times: number,
  ) {
    this.#whole = new Int32Array(16 * wholes);
    this.#times = new Float64Array(16 * times);
  }

  add(whole: readonly number[], times: readonly number[]): void {
    if ((this.count + 1) * this.wholes > this.#whole.length) {
      const [whole, times] = [this.#whole, this.#times];
      this.#whole = new Int32Array(2 * whole.length);
      this.#whole.set(whole);
      this.#times = new Float64Array(2 * times.length);
      this.#times.set(times);
    }
    this.#whole.set(whole, this.count * this.wholes);
    this.#times.set(times, this.count * this.times);
    this.count++;
  }

  clear(): void {
    this.count = 0;
  }

  whole(row: number, column: number): number {
    return this.#whole[row * this.wholes + column]!;
  }

  time(row: number, column: number): number {
    return this.#times[row * this.times + column]!;
  }

  wholeColumn(column: number, order: readonly number[]): Int32Array<ArrayBuffer> {
    return Int32Array.from(order, (row) => this.whole(row, column));
  }

  timeColumn(column: number, order: readonly number[]): Float64Array<ArrayBuffer> {
    return Float64Array.from(order, (row) => this.time(row, column));
  }

  save(): { readonly whole: Int32Array; readonly times: Float64Array } {
    return {
      whole: this.#whole.slice(0, this.count * this.wholes),
      times: this.#times.slice(0, this.count * this.times),
    };
  }

  restore({ whole, times }: { readonly whole: Int32Array; readonly times: Float64Array }): void {
    this.count = 0;
    const rows = whole.length / this.wholes;
    for (let row = 0; row < rows; row++) {
      this.add(
        [...whole.subarray(row * this.wholes, (row + 1) * this.wholes)],
        [...times.subarray(row * this.times, (row + 1) * this.times)],
      );
    }
  }
}

/** Rows [ion, from, to | departure, arrival] as a log in order of arrival. */
export function jumpLog(rows: Rows): JumpLog {
  const order = Array.from({ length: rows.count }, (_, row) => row).sort(
    (a, b) => rows.time(a, 1) - rows.time(b, 1) || rows.whole(a, 0) - rows.whole(b, 0),
  );
  return {
    count: rows.count,
    ion: rows.wholeColumn(0, order),
    from: rows.wholeColumn(1, order),
    to: rows.wholeColumn(2, order),
    departureFs: rows.timeColumn(0, order),
    arrivalFs: rows.timeColumn(1, order),
  };
}

/** Rows [ion, site, censored | entry, exit] in order of ion, then of entry. */
export function visitTable(rows: Rows): Visits {
  const order = Array.from({ length: rows.count }, (_, row) => row).sort(
    (a, b) => rows.whole(a, 0) - rows.whole(b, 0) || rows.time(a, 0) - rows.time(b, 0),
  );
  return {
    count: rows.count,
    ion: rows.wholeColumn(0, order),
    site: rows.wholeColumn(1, order),
    censored: rows.wholeColumn(2, order),
    entryFs: rows.timeColumn(0, order),
    exitFs: rows.timeColumn(1, order),
  };
}
