// The packed coordinates of XTC: integers x·precision as differences within small boxes, the bits in one stream.
//
// An atom is written as its place in the box of all atoms, three whole numbers below `sizes` as one number
// (n₀·s₁ + n₁)·s₂ + n₂ of as few bits as hold the largest. Then one bit says whether a new run length follows (5 bits, also whether the small box
// grows or shrinks); the atoms of a run are written by their difference to the atom before, within the small box. The first atom of a run
// stands behind the second, which makes water shorter: oxygen and first hydrogen change places. Bytes of a number come lowest first, bits of a
// byte highest first. The edges of the small boxes are the numbers below, 2^(i/3) rounded.
// Layout: GROMACS, libxdrfile (https://manual.gromacs.org/current/reference-manual/file-formats.html#xtc).

const EDGES = Int32Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 101, 128, 161, 203, 256, 322, 406, 512],
  ...[645, 812, 1024, 1290, 1625, 2048, 2580, 3250, 4096, 5060, 6501, 8192, 10321, 13003, 16384, 20642, 26007],
  ...[32768, 41285, 52015, 65536, 82570, 104031, 131072, 165140, 208063, 262144, 330280, 416127, 524287, 660561],
  ...[832255, 1048576, 1321122, 1664510, 2097152, 2642245, 3329021, 4194304, 5284491, 6658042, 8388607, 10568983],
  ...[13316085, 16777216],
);
const FIRST = 9;
/** One beyond the edges: written for boxes so wide that no atom is in a run. */
const LAST = EDGES.length;
/** Larger boxes are written axis by axis. */
const LARGEST_EDGE = 0xffffff;

export interface XtcPacked {
  readonly atoms: number;
  readonly least: readonly [number, number, number];
  readonly most: readonly [number, number, number];
  readonly small: number;
  readonly bytes: Uint8Array;
}

/** Why packed coordinates are not what they should be. */
export class XtcDamaged extends Error {}

/** Bits that hold every whole number from 0 to `size`. */
const bitsOf = (size: bigint): number => (size === 0n ? 0 : size.toString(2).length);

/** Reads the bits of one frame. */
class Bits {
  #at = 0; // in bits
  readonly #end: number;

  constructor(private readonly bytes: Uint8Array) {
    this.#end = 8 * bytes.length;
  }

  /** `count` ≤ 24 bits, the highest first. */
  take(count: number): number {
    const { bytes } = this;
    const at = this.#at;
    const next = at + count;
    if (next > this.#end) throw new XtcDamaged("its packed coordinates end too early");
    const i = at >> 3;
    let word = bytes[i]! << 24;
    if (i + 3 < bytes.length) word |= (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
    else for (let k = 1; i + k < bytes.length; k++) word |= bytes[i + k]! << (24 - 8 * k);
    this.#at = next;
    return count === 0 ? 0 : (word << (at & 7)) >>> (32 - count);
  }

  /** A number of `count` bits whose bytes come lowest first, each but the last whole; exact below 2⁵³. */
  takeBytes(count: number): number {
    let value = 0;
    let scale = 1;
    let left = count;
    while (left > 0) {
      const part = Math.min(left, 8);
      value += this.take(part) * scale;
      scale *= 256;
      left -= part;
    }
    return value;
  }

  takeBig(count: number): bigint {
    let value = 0n;
    for (let at = 0; at < count; at += 8) value |= BigInt(this.take(Math.min(8, count - at))) << BigInt(at);
    return value;
  }
}

/** Takes three numbers below `sizes` from one number of `bits` bits. */
function takeThree(bits: Bits, count: number, sizes: Int32Array, to: Int32Array): void {
  const s1 = sizes[1]!;
  const s2 = sizes[2]!;
  if (count <= 53) {
    const whole = bits.takeBytes(count);
    // The quotient of two exact numbers below 2⁵³ is off by less than one unit: one correction settles it.
    let q = Math.floor(whole / s2);
    let rest = whole - q * s2;
    if (rest < 0) {
      q--;
      rest += s2;
    } else if (rest >= s2) {
      q++;
      rest -= s2;
    }
    to[2] = rest;
    let p = Math.floor(q / s1);
    let middle = q - p * s1;
    if (middle < 0) {
      p--;
      middle += s1;
    } else if (middle >= s1) {
      p++;
      middle -= s1;
    }
    to[1] = middle;
    to[0] = p;
    return;
  }
  const whole = bits.takeBig(count);
  const big2 = BigInt(s2);
  const big1 = BigInt(s1);
  to[2] = Number(whole % big2);
  to[1] = Number((whole / big2) % big1);
  to[0] = Number(BigInt.asIntN(32, whole / big2 / big1));
}

/** Whole numbers x·precision of all atoms, [n,3] into `to`. @throws XtcDamaged */
export function unpackXtc({ atoms, least, most, small: smallFirst, bytes }: XtcPacked, to: Int32Array): void {
  const sizes = Int32Array.from([0, 1, 2], (k) => most[k]! - least[k]! + 1);
  if ([0, 1, 2].some((k) => most[k]! < least[k]! || most[k]! - least[k]! + 1 > 0x7fffffff))
    throw new XtcDamaged(`its box reaches from ${least.join(" ")} to ${most.join(" ")}`);
  if (!(smallFirst >= FIRST && smallFirst <= LAST)) throw new XtcDamaged(`its small box is number ${smallFirst}`);
  const byAxis = sizes.some((size) => size > LARGEST_EDGE);
  const axisBits = Array.from(sizes, (size) => bitsOf(BigInt(size)));
  const boxBits = bitsOf(BigInt(sizes[0]!) * BigInt(sizes[1]!) * BigInt(sizes[2]!));
  const bits = new Bits(bytes);
  const here = new Int32Array(3);
  const smallSizes = new Int32Array(3);
  let small = smallFirst;
  let run = 0;
  let i = 0;
  const put = (x: number, y: number, z: number): void => {
    to[3 * i] = x;
    to[3 * i + 1] = y;
    to[3 * i + 2] = z;
    i++;
  };
  while (i < atoms) {
    if (byAxis) for (let k = 0; k < 3; k++) here[k] = takeLong(bits, axisBits[k]!);
    else takeThree(bits, boxBits, sizes, here);
    let x = here[0]! + least[0];
    let y = here[1]! + least[1];
    let z = here[2]! + least[2];
    let change = 0;
    if (bits.take(1) === 1) {
      const coded = bits.take(5);
      change = (coded % 3) - 1;
      run = coded - (coded % 3);
    }
    const members = run / 3;
    const edge = small < EDGES.length ? EDGES[small]! : 0;
    if (edge === 0 && members > 0) throw new XtcDamaged("a run in a small box that does not exist");
    const half = Math.trunc(edge / 2);
    smallSizes.fill(edge);
    if (i + 1 + members > atoms) throw new XtcDamaged(`a run of ${members} atoms begins at atom ${i + 1} of ${atoms}`);
    if (members === 0) put(x, y, z);
    for (let k = 0; k < members; k++) {
      takeThree(bits, small, smallSizes, here);
      const [nx, ny, nz] = [here[0]! + x - half, here[1]! + y - half, here[2]! + z - half];
      if (k === 0) {
        put(nx, ny, nz);
        put(x, y, z); // they had changed places, and the next difference is to the one written first
      } else put(nx, ny, nz);
      [x, y, z] = [nx, ny, nz];
    }
    small += change;
    if (small < FIRST || small > LAST) throw new XtcDamaged(`its small box became number ${small}`);
  }
}

function takeLong(bits: Bits, count: number): number {
  return count <= 24 ? bits.take(count) : bits.take(count - 24) * 2 ** 24 + bits.take(24);
}
