// The vectors of diag(d) + ρ z zᵀ from its computed eigenvalues λ. Instead of z, the ẑ is taken for which these λ are exact
// (Löwner; Gu and Eisenstat, 10.1137/S0895479892241287):
//
//   ẑ_j² ∝ Π_i (λ_i − d_j) / Π_{i≠j} (d_i − d_j),      vector i ∝ ẑ_j/(d_j − λ_i)
//
// which makes the vectors orthogonal to rounding however close the roots lie, as long as every difference is accurate.

import { at } from "./dense-vector";

/**
 * Turns the differences δ_ij = d_j − λ_i in `combination` [k,k] into coefficients of vector i over the old ones, old vector j
 * standing in column `place[j]`. `weights` holds z, `poles` d; `refined` and `line` are [k] work.
 */
export function combine(
  k: i32,
  combination: usize,
  poles: usize,
  weights: usize,
  place: usize,
  refined: usize,
  line: usize,
): void {
  for (let j = 0; j < k; j++) store<f64>(at(refined, j), 1);
  for (let i = 0; i < k; i++) {
    const row = at(combination, i * k);
    const pole = load<f64>(at(poles, i));
    timesRatios(row, poles, refined, pole, 0, i);
    store<f64>(at(refined, i), load<f64>(at(refined, i)) * load<f64>(at(row, i)));
    timesRatios(row, poles, refined, pole, i + 1, k);
  }
  for (let j = 0; j < k; j++) {
    store<f64>(at(refined, j), copysign<f64>(sqrt<f64>(abs(load<f64>(at(refined, j)))), load<f64>(at(weights, j))));
  }
  for (let i = 0; i < k; i++) {
    const row = at(combination, i * k);
    let squares: f64 = 0;
    let j = 0;
    let pair = f64x2.splat(0);
    for (; j + 1 < k; j += 2) {
      const x = f64x2.div(v128.load(at(refined, j)), v128.load(at(row, j)));
      v128.store(at(line, j), x);
      pair = f64x2.add(pair, f64x2.mul(x, x));
    }
    squares = f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
    if (j < k) {
      const x = load<f64>(at(refined, j)) / load<f64>(at(row, j));
      store<f64>(at(line, j), x);
      squares += x * x;
    }
    const norm = 1 / sqrt<f64>(squares);
    for (j = 0; j < k; j++) store<f64>(at(row, load<i32>(place + ((<usize>j) << 2))), norm * load<f64>(at(line, j)));
  }
}

/** refined_j ← refined_j · δ_ij/(d_j − d_i) for from ≤ j < to. */
function timesRatios(row: usize, poles: usize, refined: usize, pole: f64, from: i32, to: i32): void {
  const p = f64x2.splat(pole);
  let j = from;
  for (; j + 1 < to; j += 2) {
    const ratio = f64x2.div(v128.load(at(row, j)), f64x2.sub(v128.load(at(poles, j)), p));
    v128.store(at(refined, j), f64x2.mul(v128.load(at(refined, j)), ratio));
  }
  if (j < to) {
    const ratio = load<f64>(at(row, j)) / (load<f64>(at(poles, j)) - pole);
    store<f64>(at(refined, j), load<f64>(at(refined, j)) * ratio);
  }
}
