// Normal deviates by the hundred for the thermostats: the ziggurat (Marsaglia and Tsang, doi:10.18637/jss.v005.i08) in the form of
// Doornik (layer and abscissa from separate bits), 128 layers, on xoshiro128** (Blackman and Vigna, doi:10.1145/3460772). An abscissa
// has 53 bits. Rng.normal draws from the same distribution and is ten times slower.

import { InputError, type Rng } from "../base/index.js";

const LAYERS = 128;
const TAIL = 3.442619855899; // where the lowest layer ends
const AREA = 9.91256303526217e-3; // of each layer under exp(−x²/2)

const EDGES = new Float64Array(LAYERS + 1);
const INNER = new Float64Array(LAYERS); // share of a layer that lies under the curve whatever the height
{
  let height = Math.exp(-0.5 * TAIL * TAIL);
  EDGES[0] = AREA / height;
  EDGES[1] = TAIL;
  for (let i = 2; i < LAYERS; i++) {
    EDGES[i] = Math.sqrt(-2 * Math.log(AREA / EDGES[i - 1]! + height));
    height = Math.exp(-0.5 * EDGES[i]! ** 2);
  }
  for (let i = 0; i < LAYERS; i++) INNER[i] = EDGES[i + 1]! / EDGES[i]!;
}

export type SavedNormals = readonly number[]; // [4] words

export class NormalStream {
  // Signed 32-bit words.
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(rng: Rng) {
    const word = (): number => (rng.uniform() * 2 ** 32) | 0;
    this.#a = word();
    this.#b = word();
    this.#c = word();
    this.#d = word() | 1; // never all zero, where the generator would stay
  }

  #word(): number {
    const b = this.#b;
    const five = Math.imul(b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9);
    this.#c ^= this.#a;
    this.#d ^= b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= b << 9;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in (0, 1]. */
  #uniform(): number {
    return ((this.#word() >>> 6) * 2 ** 27 + (this.#word() >>> 5) + 0.5) / 2 ** 53;
  }

  /** Standard normal. */
  next(): number {
    for (;;) {
      const high = this.#word();
      const low = this.#word();
      const layer = ((high & 63) << 1) | (low & 1);
      const u = ((high >>> 6) * 2 ** 27 + (low >>> 5) + 0.5) / 2 ** 52 - 1;
      const x = u * EDGES[layer]!;
      if (Math.abs(u) < INNER[layer]!) return x;
      if (layer === 0) return this.#beyond(u < 0);
      // The heights of the layer's two edges over that of the curve at x; the layer's lower edge is the one further out.
      const bottom = Math.exp(-0.5 * (EDGES[layer]! ** 2 - x * x));
      const top = Math.exp(-0.5 * (EDGES[layer + 1]! ** 2 - x * x));
      if (top + this.#uniform() * (bottom - top) < 1) return x;
    }
  }

  /** From the tail |x| > TAIL (Marsaglia 1964). */
  #beyond(negative: boolean): number {
    for (;;) {
      const x = Math.log(this.#uniform()) / TAIL;
      const y = Math.log(this.#uniform());
      if (-2 * y >= x * x) return negative ? x - TAIL : TAIL - x;
    }
  }

  /**
   * Sum of the squares of `count` normal deviates, exact for any number: 2 × a gamma deviate of shape count/2 (Marsaglia and Tsang,
   * doi:10.1145/358407.358414).
   */
  chiSquare(count: number): number {
    if (count <= 0) return 0;
    if (count === 1) return this.next() ** 2;
    const d = count / 2 - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.next();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(this.#uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return 2 * d * v;
    }
  }

  save(): SavedNormals {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  restore(saved: SavedNormals): void {
    if (saved.length !== 4) {
      throw new InputError(`a saved generator of ${saved.length} words`, "restore what save() gave: four words");
    }
    [this.#a, this.#b, this.#c, this.#d] = saved as [number, number, number, number];
  }
}
