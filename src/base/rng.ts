// Seeded, forkable, saveable random numbers: xoshiro256** (Blackman and Vigna, 10.1145/3460772), seeded by splitmix64.
// `fork(label)` derives a stream from the seed and the label alone, so adding a consumer changes nobody else's numbers.

const MASK = 0xffffffffffffffffn;

function splitmix64(state: bigint): [next: bigint, output: bigint] {
  const next = (state + 0x9e3779b97f4a7c15n) & MASK;
  let z = next;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return [next, z ^ (z >> 31n)];
}

/** FNV-1a, 64 bit: a label's number. */
function hashLabel(label: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < label.length; i++) hash = ((hash ^ BigInt(label.charCodeAt(i))) * 0x100000001b3n) & MASK;
  return hash;
}

export interface RngState {
  readonly key: string;
  readonly words: readonly number[];
  readonly spare: number | null;
}

export class Rng {
  // Four 64-bit words as eight 32-bit halves, low half first: BigInt in the stream itself would be 50 times slower.
  readonly #s = new Uint32Array(8);
  #key: bigint;
  #spare: number | null = null;

  private constructor(key: bigint) {
    this.#key = key;
    let state = key;
    for (let i = 0; i < 4; i++) {
      const [next, word] = splitmix64(state);
      state = next;
      this.#s[2 * i] = Number(word & 0xffffffffn);
      this.#s[2 * i + 1] = Number(word >> 32n);
    }
  }

  static fromSeed(seed: number): Rng {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new RangeError(`a seed is a whole number of at least 0, got ${seed}`);
    return new Rng(BigInt(seed));
  }

  static restore(state: RngState): Rng {
    const rng = new Rng(BigInt(state.key));
    rng.#s.set(state.words);
    rng.#spare = state.spare;
    return rng;
  }

  save(): RngState {
    return { key: this.#key.toString(), words: [...this.#s], spare: this.#spare };
  }

  /** An independent stream that depends on this generator's seed and on `label`, not on what was drawn before. */
  fork(label: string): Rng {
    return new Rng(splitmix64(this.#key ^ hashLabel(label))[1]);
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    const s = this.#s;
    // result = rotl(s1 · 5, 7) · 9
    const [lo, hi] = times9(...rotateLeft(...times5(s[2]!, s[3]!), 7));
    const t0 = s[2]! << 17;
    const t1 = (s[3]! << 17) | (s[2]! >>> 15);
    s[4] = s[4]! ^ s[0]!;
    s[5] = s[5]! ^ s[1]!;
    s[6] = s[6]! ^ s[2]!;
    s[7] = s[7]! ^ s[3]!;
    s[2] = s[2]! ^ s[4]!;
    s[3] = s[3]! ^ s[5]!;
    s[0] = s[0]! ^ s[6]!;
    s[1] = s[1]! ^ s[7]!;
    s[4] = s[4]! ^ t0;
    s[5] = s[5]! ^ t1;
    const [r0, r1] = rotateLeft(s[6]!, s[7]!, 45);
    s[6] = r0;
    s[7] = r1;
    return ((hi >>> 0) * 2 ** 21 + (lo >>> 11)) / 2 ** 53;
  }

  /** Standard normal (polar Box–Muller; the second of each pair is kept). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const r = u * u + v * v;
      if (r > 0 && r < 1) {
        const scale = Math.sqrt((-2 * Math.log(r)) / r);
        this.#spare = v * scale;
        return u * scale;
      }
    }
  }

  /** Whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }
}

type Halves = [lo: number, hi: number];

function timesSmall(lo: number, hi: number, factor: number): Halves {
  const low = (lo >>> 0) * factor;
  return [low >>> 0, (Math.imul(hi, factor) + Math.floor(low / 2 ** 32)) >>> 0];
}
const times5 = (lo: number, hi: number): Halves => timesSmall(lo, hi, 5);
const times9 = (lo: number, hi: number): Halves => timesSmall(lo, hi, 9);

function rotateLeft(lo: number, hi: number, bits: number): Halves {
  if (bits >= 32) return rotateLeft(hi, lo, bits - 32);
  return [((lo << bits) | (hi >>> (32 - bits))) >>> 0, ((hi << bits) | (lo >>> (32 - bits))) >>> 0];
}
