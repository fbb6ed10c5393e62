// Whole fields of the cubic lattice: periodic neighbours, sums, one stride. Layout in lattice.ts.

/** Copies the opposite faces into the layer around the inside of a periodic cube of n³ atoms. */
export function fillHalo(u: usize, component: usize, plane: usize, row: usize, n: i32): void {
  const inside = (<usize>n) << 3;
  for (let c = 0; c < 3; c++) {
    const first = u + <usize>c * component;
    for (let i = 0; i < n; i++) {
      const sheet = first + <usize>i * plane;
      for (let j = 0; j < n; j++) {
        const line = sheet + <usize>j * row;
        store<f64>(line - 8, load<f64>(line + inside - 8));
        store<f64>(line + inside, load<f64>(line));
      }
      // Rows with their two new ends, then planes with their new rows.
      memory.copy(sheet - row - 16, sheet + <usize>(n - 1) * row - 16, row);
      memory.copy(sheet + <usize>n * row - 16, sheet - 16, row);
    }
    const size = <usize>(n + 2) * row;
    memory.copy(first - plane - row - 16, first + <usize>(n - 1) * plane - row - 16, size);
    memory.copy(first + <usize>n * plane - row - 16, first - row - 16, size);
  }
}

/** y += a x over `bytes`. */
export function addScaled(y: usize, x: usize, a: f64, bytes: usize): void {
  const factor = f64x2.splat(a);
  for (const end = y + bytes; y < end; y += 16, x += 16) {
    v128.store(y, f64x2.add(v128.load(y), f64x2.mul(factor, v128.load(x))));
  }
}

/** rise += Σ_k c_k power_k;  next = now + rise. `powers` lists `count` pointers (u32), `coefficients` as many f64. */
export function moveOn(
  now: usize,
  rise: usize,
  next: usize,
  powers: usize,
  coefficients: usize,
  count: i32,
  bytes: usize,
): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    let sum = v128.load(rise + at);
    for (let k = 0; k < count; k++) {
      const power = <usize>load<u32>(powers + ((<usize>k) << 2));
      sum = f64x2.add(sum, f64x2.mul(v128.load_splat<f64>(coefficients + ((<usize>k) << 3)), v128.load(power + at)));
    }
    v128.store(rise + at, sum);
    v128.store(next + at, f64x2.add(v128.load(now + at), sum));
  }
}
