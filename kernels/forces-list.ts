// The neighbour list: every pair nearer than its own reach, once, grouped by atom i and lattice shift.
//
// Atoms come sorted by kind and then by cell of a grid in fractional coordinates s, z running fastest, so that the cells of one
// (c_x, c_y) hold atoms that follow one another. With the cell's vectors in triangular form,
//   d² = (r_xx s_x)² + (r_yy s_y + r_yx s_x)² + (r_zz s_z + r_zy s_y + r_zx s_x)²,
// each bracket bounds the next coordinate once the ones before it are known to lie in a slab of the grid (Fincke and Pohst,
// 10.1090/S0025-5718-1985-0777278-8). This holds for any cell, however skewed, and any reach, however many images it takes.

/**
 * @param from, to atoms i of this list, in the kernel's order
 * @param coordinates f64 [3, padded]: x…, y…, z…
 * @param kinds i32 [padded]
 * @param kindCount kinds
 * @param reach f64 [kinds, kinds] squared, 0 when there is no interaction
 * @param tables i32 [kinds, kinds] address of the table to use
 * @param fractional f64 [padded, 4] s_x s_y s_z –
 * @param extents f64 [kinds, kinds, 4] how far the reach goes along s_x s_y s_z, far below 0 when there is no interaction
 * @param grid f64: r_xx r_yy r_zz r_yx r_zx r_zy, lowest s_x s_y, highest s_x s_y, lowest and highest s_z, then i32 c_x c_y c_z –, then
 *   f64 borders of the cells along x, y, z
 * @param starts i32 [kinds, c_x, c_y, c_z, and one more] first atom of each cell
 * @param shifts f64 [m, 8] lattice vector, 1 when an atom's own image there is to be listed, then the whole numbers and –
 * @param list, capacity where to write and where to stop
 * @param lanes pairs the kernel takes at a time: 2 or 4. Groups are filled up to a multiple with a far atom and the table `nothing`;
 *   for 4 lanes, entries are [j ×4, table ×4] and addresses count 16 bytes for an atom and a shift instead of 32
 * @returns the end of the list, or 0 when it did not fit
 */
export function buildList(
  from: i32,
  to: i32,
  padded: i32,
  coordinates: usize,
  kinds: usize,
  kindCount: i32,
  reach: usize,
  tables: usize,
  fractional: usize,
  extents: usize,
  grid: usize,
  starts: usize,
  shifts: usize,
  shiftCount: i32,
  list: usize,
  capacity: usize,
  lanes: i32,
  nothing: u32,
): usize {
  const row = (<usize>padded) << 3;
  const bytes: i32 = lanes === 4 ? 4 : 5; // log2 of the size of an atom
  const dummy = <u32>(padded << bytes);
  for (let i = from; i < to; i++) {
    const kind = load<i32>(kinds + ((<usize>i) << 2));
    const reachRow = reach + ((<usize>(kind * kindCount)) << 3);
    const tableRow = tables + ((<usize>(kind * kindCount)) << 2);
    const extentsRow = extents + ((<usize>(kind * kindCount)) << 5);
    const place = coordinates + ((<usize>i) << 3);
    const s = fractional + ((<usize>i) << 5);
    const sxy = v128.load(s);
    const sz = load<f64>(s, 16);
    for (let m = 0; m < shiftCount; m++) {
      const shift = shifts + ((<usize>m) << 6);
      const qxy = f64x2.sub(sxy, v128.load(shift, 32));
      const qz = sz - load<f64>(shift, 48);
      let k = kind;
      while (k < kindCount && outOfReach(grid + 48, extentsRow + ((<usize>k) << 5), qxy, qz)) k++;
      if (k === kindCount) continue;
      const x = load<f64>(place) - load<f64>(shift);
      const y = load<f64>(place + row) - load<f64>(shift, 8);
      const z = load<f64>(place + 2 * row) - load<f64>(shift, 16);
      const first = load<f64>(shift, 24) !== 0 ? i : i + 1;
      if (list + 64 + row > capacity) return 0;
      const head = list;
      list += 16;
      const qx = f64x2.extract_lane(qxy, 0);
      const qy = f64x2.extract_lane(qxy, 1);
      for (; k < kindCount; k++) {
        if (outOfReach(grid + 48, extentsRow + ((<usize>k) << 5), qxy, qz)) continue;
        const squared = load<f64>(reachRow + ((<usize>k) << 3));
        const table = load<u32>(tableRow + ((<usize>k) << 2));
        list = listKind(list, coordinates, row, grid, starts, k, squared, table, first, bytes, qx, qy, qz, x, y, z);
      }
      if (list === head + 16) {
        list = head;
        continue;
      }
      list = fillUp(head + 16, list, lanes, dummy, nothing);
      store<u32>(head, <u32>(i << bytes));
      store<u32>(head, <u32>(m << bytes), 4);
      store<u32>(head, <u32>((list - head - 16) >> 3), 8);
      store<u32>(head, 0, 12);
    }
  }
  return list;
}

// A grid cell is passed over only when it is farther than the reach by more than rounding.
const SLACK: f64 = 1.000001;

/** Larger and smaller of two numbers that are never NaN. */
function larger(a: f64, b: f64): f64 {
  return select(a, b, a > b);
}
function smaller(a: f64, b: f64): f64 {
  return select(a, b, a < b);
}

/** The cells of two fractional coordinates, the nearest ones where they lie outside, as the first two i32 lanes. */
function cellsOf(low: f64, high: f64, count: i32): v128 {
  const cells = f64x2.mul(f64x2.replace_lane(f64x2.splat(low), 1, high), f64x2.splat(<f64>count));
  const inside = f64x2.pmin(f64x2.splat(<f64>(count - 1)), f64x2.pmax(f64x2.splat(0), cells));
  return i32x4.trunc_sat_f64x2_s_zero(inside); // towards zero, where all is positive
}

/** Whether q (fractional) is farther than `extents` (fractional) beyond the grid along some axis. */
function outOfReach(ends: usize, extents: usize, qxy: v128, qz: f64): bool {
  const reach = v128.load(extents);
  const beyond = v128.or(
    f64x2.gt(f64x2.sub(v128.load(ends), qxy), reach),
    f64x2.gt(f64x2.sub(qxy, v128.load(ends, 16)), reach),
  );
  const reachZ = load<f64>(extents, 16);
  return v128.any_true(beyond) || load<f64>(ends, 32) - qz > reachZ || qz - load<f64>(ends, 40) > reachZ;
}

/** Appends the atoms of one kind in reach of q (fractional) = x y z. */
function listKind(
  list: usize,
  coordinates: usize,
  row: usize,
  grid: usize,
  starts: usize,
  kind: i32,
  squared: f64,
  table: u32,
  first: i32,
  bytes: i32,
  qx: f64,
  qy: f64,
  qz: f64,
  x: f64,
  y: f64,
  z: f64,
): usize {
  const nx = load<i32>(grid, 96);
  const ny = load<i32>(grid, 100);
  const nz = load<i32>(grid, 104);
  const all = nx * ny * nz;
  const end = load<i32>(starts + ((<usize>(kind + 1) * <usize>all) << 2));
  if (end <= first) return list;
  if (all === 1) {
    const begin = max(first, load<i32>(starts + ((<usize>kind) << 2)));
    return listRun(list, coordinates, row, begin, end, squared, table, bytes, x, y, z);
  }
  const rxx = load<f64>(grid);
  const ryx = load<f64>(grid, 24);
  const rzx = load<f64>(grid, 32);
  const rzy = load<f64>(grid, 40);
  const inverseY = 1 / load<f64>(grid, 8);
  const inverseZ = 1 / load<f64>(grid, 16);
  const ryy = load<f64>(grid, 8);
  const bordersX = grid + 112;
  const bordersY = bordersX + ((<usize>nx + 1) << 3);
  const limit = squared * SLACK;
  const reachX = sqrt(limit) / rxx;
  const cellsX = cellsOf(qx - reachX, qx + reachX, nx);
  const stopX = i32x4.extract_lane(cellsX, 1);
  for (let cx = i32x4.extract_lane(cellsX, 0); cx <= stopX; cx++) {
    const lowX = load<f64>(bordersX + ((<usize>cx) << 3)) - qx;
    const highX = load<f64>(bordersX + ((<usize>cx) << 3), 8) - qx;
    const gapX = rxx * larger(0, larger(lowX, -highX));
    const leftX = limit - gapX * gapX;
    if (leftX < 0) continue;
    const rootX = sqrt(leftX);
    const minYX = smaller(ryx * lowX, ryx * highX);
    const maxYX = larger(ryx * lowX, ryx * highX);
    const minZX = smaller(rzx * lowX, rzx * highX);
    const maxZX = larger(rzx * lowX, rzx * highX);
    const cellsY = cellsOf(qy - (rootX + maxYX) * inverseY, qy + (rootX - minYX) * inverseY, ny);
    const stopY = i32x4.extract_lane(cellsY, 1);
    for (let cy = i32x4.extract_lane(cellsY, 0); cy <= stopY; cy++) {
      const lowY = load<f64>(bordersY + ((<usize>cy) << 3)) - qy;
      const highY = load<f64>(bordersY + ((<usize>cy) << 3), 8) - qy;
      const gapY = larger(0, larger(ryy * lowY + minYX, -(ryy * highY + maxYX)));
      const leftY = leftX - gapY * gapY;
      if (leftY < 0) continue;
      const rootY = sqrt(leftY);
      const low = qz - (rootY + larger(rzy * lowY, rzy * highY) + maxZX) * inverseZ;
      const high = qz + (rootY - smaller(rzy * lowY, rzy * highY) - minZX) * inverseZ;
      const cellsZ = cellsOf(low, high, nz);
      const column = starts + ((<usize>((kind * nx + cx) * ny + cy) * <usize>nz) << 2);
      const begin = max(first, load<i32>(column + ((<usize>i32x4.extract_lane(cellsZ, 0)) << 2)));
      const stop = load<i32>(column + ((<usize>i32x4.extract_lane(cellsZ, 1)) << 2), 4);
      if (begin < stop) list = listRun(list, coordinates, row, begin, stop, squared, table, bytes, x, y, z);
    }
  }
  return list;
}

/** Appends those of the atoms [begin, end) that are in reach. */
function listRun(
  list: usize,
  coordinates: usize,
  row: usize,
  begin: i32,
  end: i32,
  squared: f64,
  table: u32,
  bytes: i32,
  x: f64,
  y: f64,
  z: f64,
): usize {
  const xi = f64x2.splat(x);
  const yi = f64x2.splat(y);
  const zi = f64x2.splat(z);
  const reach = f64x2.splat(squared);
  const one: u64 = 1 << bytes;
  let entry = ((<u64>table) << 32) | ((<u64>begin) << bytes);
  let at = coordinates + ((<usize>begin) << 3);
  for (let j = begin; j < end; j += 2) {
    const dx = f64x2.sub(v128.load(at), xi);
    const dy = f64x2.sub(v128.load(at + row), yi);
    const dz = f64x2.sub(v128.load(at + 2 * row), zi);
    const distance = f64x2.add(f64x2.mul(dx, dx), f64x2.add(f64x2.mul(dy, dy), f64x2.mul(dz, dz)));
    let near = i64x2.bitmask(f64x2.lt(distance, reach));
    if (j + 1 === end) near &= 1;
    store<u64>(list, entry);
    list += (near & 1) << 3;
    store<u64>(list, entry + one);
    list += (near & 2) << 2;
    entry += 2 * one;
    at += 16;
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
