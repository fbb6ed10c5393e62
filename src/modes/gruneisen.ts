// Grüneisen parameters γ_n(q) = −∂ln ω_n/∂ln V from three volumes V₋ < V₀ < V₊ of one crystal. At first order in the strain
//
//   γ_n = −(V₀/2λ_n) ⟨e_n|ΔD/ΔV|e_n⟩,   ΔD/ΔV = [D(V₊) − D(V₋)]/(V₊ − V₋),
//
// with the vectors of V₀; in a degenerate group ΔD is diagonalised first. No matching of branches is needed. The atoms must have one order in all three.

import { type F64, InputError, type Vec3 } from "../base/index.js";
import { hermitianEigen } from "../numerics/index.js";
import { degenerateGroups } from "./groups.js";
import type { LatticeDynamics } from "./lattice-dynamics.js";
import type { Modes } from "./modes.js";
import { curvatureOfFrequency } from "./solve.js";

export interface ThreeVolumes {
  readonly smaller: LatticeDynamics;
  readonly middle: LatticeDynamics;
  readonly larger: LatticeDynamics;
}

export interface GruneisenOptions {
  /** Neighbours in frequency nearer than this are degenerate, THz. Default 1e-3. */
  readonly degenerateThz?: number;
  /** Modes below have no parameter (NaN), THz. Default 1e-2. */
  readonly minimumThz?: number;
}

export interface GruneisenModes {
  readonly modes: Modes;
  readonly gamma: F64; // [count], NaN below the least frequency
}

/** @throws InputError when the volumes do not ascend or the crystals differ. */
export function gruneisenAt(at: ThreeVolumes, q: Vec3, options: GruneisenOptions = {}): GruneisenModes {
  const { degenerateThz = 1e-3, minimumThz = 1e-2 } = options;
  const [smaller, middle, larger] = [at.smaller, at.middle, at.larger].map(({ crystal }) => crystal.cell.volume) as [
    number,
    number,
    number,
  ];
  if (!(smaller < middle && middle < larger))
    throw new InputError(
      `the volumes are ${smaller.toFixed(4)}, ${middle.toFixed(4)} and ${larger.toFixed(4)} Å³, expected ascending`,
      "give the smaller, the middle and the larger crystal",
    );
  for (const other of [at.smaller, at.larger])
    if (other.count !== at.middle.count || !sameKinds(other, at.middle))
      throw new InputError("the three crystals do not have the same atoms in the same order", "deform one structure");
  const modes = at.middle.modesAt(q);
  const size = modes.count;
  const low = at.smaller.dynamicalMatrix(q);
  const change = at.larger.dynamicalMatrix(q).map((x, k) => (x - low[k]!) / (larger - smaller));
  const gamma = new Float64Array(size).fill(Number.NaN);
  for (const { first, count, frequency } of degenerateGroups(modes, degenerateThz)) {
    if (frequency < minimumThz) continue;
    const inner = new Float64Array(2 * count * count);
    for (let m = 0; m < count; m++)
      for (let n = 0; n < count; n++) inner.set(between(modes, change, [first + m, first + n]), 2 * (m * count + n));
    const slopes = hermitianEigen(inner, count, { vectors: false }).values;
    for (let m = 0; m < count; m++)
      gamma[first + m] = (-middle * slopes[m]!) / (2 * curvatureOfFrequency(modes.frequencies[first + m]!));
  }
  return { modes, gamma };
}

const sameKinds = (a: LatticeDynamics, b: LatticeDynamics): boolean =>
  Array.from(a.crystal.kinds).every((kind, i) => a.crystal.elements[kind] === b.crystal.elements[b.crystal.kinds[i]!]);

/** ⟨e_m|A|e_n⟩. */
function between({ vectors, count: size }: Modes, a: F64, [m, n]: readonly [number, number]): [number, number] {
  let [re, im] = [0, 0];
  for (let i = 0; i < size; i++) {
    let [x, y] = [0, 0];
    for (let j = 0; j < size; j++) {
      const at = 2 * (i * size + j);
      const v = 2 * (n * size + j);
      x += a[at]! * vectors[v]! - a[at + 1]! * vectors[v + 1]!;
      y += a[at]! * vectors[v + 1]! + a[at + 1]! * vectors[v]!;
    }
    const u = 2 * (m * size + i);
    re += vectors[u]! * x + vectors[u + 1]! * y;
    im += vectors[u]! * y - vectors[u + 1]! * x;
  }
  return [re, im];
}
