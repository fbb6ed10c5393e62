// The neighbour list: every pair nearer than its own reach, once, grouped by atom i and lattice shift.
//
// Atoms come sorted by kind and place, so that 16 in a row reach about equally far and are near each other; a block of 16 whose
// bounding box is out of reach is passed over at once.

const BLOCK: i32 = 16;

/**
 * @param n atoms, `padded` rounded up to whole blocks
 * @param coordinates f64 [3, padded]: x…, y…, z…; padding far away
 * @param kinds i32 [padded]
 * @param reach f64 [kinds, padded] squared reach between a kind and atom j, 0 when there is no interaction
 * @param blockReach f64 [kinds, padded/16] largest squared reach between a kind and the atoms of a block
 * @param tables i32 [kinds, padded] address of the table to use
 * @param boxes f64 [padded/16 + 1, 8] scratch: lowest x y z 0, highest x y z 0; the last one holds all
 * @param shifts f64 [m, 4] lattice vectors; the 4th number is 1 when an atom's own image there is to be listed
 * @param list, capacity where to write and where to stop
 * @param lanes pairs the kernel takes at a time: 2 or 4. Groups are filled up to a multiple with a far atom and the table `nothing`;
 *   for 4 lanes, entries are [j ×4, table ×4] and addresses count 16 bytes for an atom and a shift instead of 32
 * @returns the end of the list, or 0 when it did not fit
 */
export function buildList(
  n: i32,
  padded: i32,
  coordinates: usize,
  kinds: usize,
  reach: usize,
  blockReach: usize,
  tables: usize,
  boxes: usize,
  shifts: usize,
  shiftCount: i32,
  list: usize,
  capacity: usize,
  lanes: i32,
  nothing: u32,
): usize {
  const xs = coordinates;
  const ys = xs + ((<usize>padded) << 3);
  const zs = ys + ((<usize>padded) << 3);
  const blocks = padded / BLOCK;
  fillBoxes(n, blocks, xs, ys, zs, boxes);
  const whole = boxes + ((<usize>blocks) << 6);
  const bytes: i32 = lanes === 4 ? 4 : 5; // log2 of the size of an atom
  const dummy = <u32>(padded << bytes);
  for (let i = 0; i < n; i++) {
    const kind = <usize>load<i32>(kinds + ((<usize>i) << 2));
    const reachRow = reach + kind * ((<usize>padded) << 3);
    const tableRow = tables + kind * ((<usize>padded) << 2);
    const blockRow = blockReach + kind * ((<usize>blocks) << 3);
    let farthest: f64 = 0;
    for (let block = i / BLOCK; block < blocks; block++)
      farthest = max(farthest, load<f64>(blockRow + ((<usize>block) << 3)));
    for (let s = 0; s < shiftCount; s++) {
      const shift = shifts + ((<usize>s) << 5);
      const x = load<f64>(xs + ((<usize>i) << 3)) - load<f64>(shift);
      const y = load<f64>(ys + ((<usize>i) << 3)) - load<f64>(shift, 8);
      const z = load<f64>(zs + ((<usize>i) << 3)) - load<f64>(shift, 16);
      const xy = f64x2.replace_lane(f64x2.splat(x), 1, y);
      const z0 = f64x2.replace_lane(f64x2.splat(0), 0, z);
      if (!(distanceToBox(whole, xy, z0) < farthest)) continue;
      if (list + 64 + ((<usize>padded) << 3) > capacity) return 0;
      const from = load<f64>(shift, 24) !== 0 ? i : i + 1;
      const head = list;
      list += 16;
      const xi = f64x2.splat(x);
      const yi = f64x2.splat(y);
      const zi = f64x2.splat(z);
      for (let block = from / BLOCK; block < blocks; block++) {
        if (!(distanceToBox(boxes + ((<usize>block) << 6), xy, z0) < load<f64>(blockRow + ((<usize>block) << 3))))
          continue;
        const stop = (block + 1) * BLOCK;
        for (let j = max(block * BLOCK, from & ~1); j < stop; j += 2) {
          const at = (<usize>j) << 3;
          const dx = f64x2.sub(v128.load(xs + at), xi);
          const dy = f64x2.sub(v128.load(ys + at), yi);
          const dz = f64x2.sub(v128.load(zs + at), zi);
          const squared = f64x2.add(f64x2.mul(dx, dx), f64x2.add(f64x2.mul(dy, dy), f64x2.mul(dz, dz)));
          let near = i64x2.bitmask(f64x2.lt(squared, v128.load(reachRow + at)));
          if (j < from) near &= 2;
          store<u32>(list, <u32>(j << bytes));
          store<u32>(list, load<u32>(tableRow + ((<usize>j) << 2)), 4);
          list += (near & 1) << 3;
          store<u32>(list, <u32>((j + 1) << bytes));
          store<u32>(list, load<u32>(tableRow + ((<usize>j) << 2), 4), 4);
          list += (near & 2) << 2;
        }
      }
      if (list === head + 16) {
        list = head;
        continue;
      }
      list = fillUp(head + 16, list, lanes, dummy, nothing);
      store<u32>(head, <u32>(i << bytes));
      store<u32>(head, <u32>(s << bytes), 4);
      store<u32>(head, <u32>((list - head - 16) >> 3), 8);
      store<u32>(head, 0, 12);
    }
  }
  return list;
}

/** Fills a group up to whole lanes and, for four lanes, turns each four entries into [j ×4, table ×4]. */
function fillUp(from: usize, list: usize, lanes: i32, dummy: u32, nothing: u32): usize {
  const whole: usize = ((<usize>lanes) << 3) - 1;
  while ((list - from) & whole) {
    store<u32>(list, dummy);
    store<u32>(list, nothing, 4);
    list += 8;
  }
  if (lanes === 2) return list;
  for (let at = from; at < list; at += 32) {
    const low = v128.load(at);
    const high = v128.load(at, 16);
    v128.store(at, v128.shuffle<i32>(low, high, 0, 2, 4, 6));
    v128.store(at, v128.shuffle<i32>(low, high, 1, 3, 5, 7), 16);
  }
  return list;
}

function fillBoxes(n: i32, blocks: i32, xs: usize, ys: usize, zs: usize, boxes: usize): void {
  const whole = boxes + ((<usize>blocks) << 6);
  emptyBox(whole);
  for (let block = 0; block < blocks; block++) {
    const box = boxes + ((<usize>block) << 6);
    emptyBox(box);
    const stop = min((block + 1) * BLOCK, n);
    for (let j = block * BLOCK; j < stop; j++) {
      const at = (<usize>j) << 3;
      const x = load<f64>(xs + at);
      const y = load<f64>(ys + at);
      const z = load<f64>(zs + at);
      widen(box, x, y, z);
      widen(whole, x, y, z);
    }
  }
}

function emptyBox(box: usize): void {
  v128.store(box, f64x2.splat(Infinity));
  v128.store(box, f64x2.splat(Infinity), 16);
  v128.store(box, f64x2.splat(-Infinity), 32);
  v128.store(box, f64x2.splat(-Infinity), 48);
}

function widen(box: usize, x: f64, y: f64, z: f64): void {
  const xy = f64x2.replace_lane(f64x2.splat(x), 1, y);
  const z0 = f64x2.replace_lane(f64x2.splat(0), 0, z);
  v128.store(box, f64x2.pmin(v128.load(box), xy));
  v128.store(box, f64x2.pmin(v128.load(box, 16), z0), 16);
  v128.store(box, f64x2.pmax(v128.load(box, 32), xy), 32);
  v128.store(box, f64x2.pmax(v128.load(box, 48), z0), 48);
}

/** Squared distance of a point from a box, 0 inside. */
function distanceToBox(box: usize, xy: v128, z0: v128): f64 {
  const zero = f64x2.splat(0);
  const dxy = f64x2.pmax(zero, f64x2.pmax(f64x2.sub(v128.load(box), xy), f64x2.sub(xy, v128.load(box, 32))));
  const dz = f64x2.pmax(zero, f64x2.pmax(f64x2.sub(v128.load(box, 16), z0), f64x2.sub(z0, v128.load(box, 48))));
  const squares = f64x2.add(f64x2.mul(dxy, dxy), f64x2.mul(dz, dz));
  return f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}
