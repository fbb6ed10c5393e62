// What bands are coloured by, of every mode at one wave vector.
//
//   mean square displacement of the mobile ions   Σ_{j∈X} ⟨u_j²⟩/3N_X of this mode, were its q the only one (thermal-displacements.ts)
//   share of the mobile ions                       Σ_{j∈X} |e_j|²/m_j / Σ_j |e_j|²/m_j
//   coupling of the mobile ions with the host      c = Re(E_X*·E_host)/(|E_X||E_host|),   E_X = Σ_{j∈X} m_j^{−1/2} e_j e^{2πi q·τ_j}
//   participation                                  1/(N Σ_j |e_j|⁴)
//
// c is +1 when they move as one (sound), −1 against each other (the polar mode of a two-atom cell); it has no value where a sum vanishes. Inside a degenerate
// group c and the participation depend on the choice of vectors: c is averaged with the weights |E_X||E_host|, the participation plainly.

import {
  degenerateGroups,
  type Modes,
  modeDisplacements,
  participationRatio,
  speciesCharacter,
} from "../../modes/index.js";
import { atomCount, fractionalPositions } from "../../structure/index.js";

export interface ModeColours {
  /** [count] each. */
  readonly participation: number[];
  /** [count][nElements] */
  readonly character: number[][];
  /** Å² per axis, mean over the mobile ions; null without them. */
  readonly msdA2: number[] | null;
  readonly share: number[] | null;
  /** Null where it has no value. */
  readonly coupling: (number | null)[] | null;
}

export interface ColourOptions {
  /** Kind of the mobile ions; undefined: none. */
  readonly mobile: number | undefined;
  readonly temperatureK: number;
  readonly minimumThz: number;
}

/** A sum of displacements, of a mode whose displacements have length 1, below which it has no direction. */
const NO_MOTION = 1e-3;

export function coloursOf(modes: Modes, { mobile, temperatureK, minimumThz }: ColourOptions): ModeColours {
  const { elements } = modes.reference;
  const character = speciesCharacter(modes);
  const groups = degenerateGroups(modes);
  const participation = participationRatio(modes);
  for (const { first, count } of groups) {
    const mean = participation.slice(first, first + count).reduce((sum, x) => sum + x, 0) / count;
    participation.fill(mean, first, first + count);
  }
  const rows = Array.from({ length: modes.count }, (_, mode) => [
    ...character.slice(mode * elements.length, (mode + 1) * elements.length),
  ]);
  const plain = { participation: [...participation], character: rows };
  if (mobile === undefined) return { ...plain, msdA2: null, share: null, coupling: null };
  const each = modeDisplacements(modes, temperatureK, { minimumThz });
  const n = atomCount(modes.reference);
  const chosen = Array.from({ length: n }, (_, j) => j).filter((j) => modes.reference.kinds[j] === mobile);
  const msdA2 = Array.from(
    { length: modes.count },
    (_, mode) => chosen.reduce((sum, j) => sum + each[mode * n + j]!, 0) / chosen.length,
  );
  const sums = motionSums(modes, mobile);
  const coupling: (number | null)[] = new Array(modes.count).fill(null);
  for (const { first, count } of groups) {
    let [along, size] = [0, 0];
    for (let mode = first; mode < first + count; mode++) {
      along += sums.along[mode]!;
      size += sums.size[mode]!;
    }
    if (size > NO_MOTION ** 2) coupling.fill(along / size, first, first + count);
  }
  return { ...plain, msdA2, share: sums.share, coupling };
}

interface MotionSums {
  readonly along: number[]; // [count] Re(E_X*·E_host)
  readonly size: number[]; // [count] |E_X||E_host|, 0 where one of them vanishes
  readonly share: number[];
}

function motionSums({ reference, vectors, complex, count, q, gauge }: Modes, mobile: number): MotionSums {
  const n = atomCount(reference);
  const s = fractionalPositions(reference);
  const along: number[] = [];
  const size: number[] = [];
  const share: number[] = [];
  for (let mode = 0; mode < count; mode++) {
    const own = new Float64Array(6);
    const host = new Float64Array(6);
    let [all, moved] = [0, 0];
    for (let j = 0; j < n; j++) {
      const into = reference.kinds[j] === mobile ? own : host;
      const root = 1 / Math.sqrt(reference.masses[j]!);
      const turns = gauge === "position" ? q[0] * s[3 * j]! + q[1] * s[3 * j + 1]! + q[2] * s[3 * j + 2]! : 0;
      const [c, d] = [Math.cos(2 * Math.PI * turns), Math.sin(2 * Math.PI * turns)];
      for (let k = 0; k < 3; k++) {
        const at = 3 * (mode * n + j) + k;
        const x = root * (complex ? vectors[2 * at]! : vectors[at]!);
        const y = root * (complex ? vectors[2 * at + 1]! : 0);
        into[2 * k]! += x * c - y * d;
        into[2 * k + 1]! += x * d + y * c;
        all += x * x + y * y;
        if (into === own) moved += x * x + y * y;
      }
    }
    const [a, b] = [Math.hypot(...own), Math.hypot(...host)].map((length) => length / Math.sqrt(all)) as [
      number,
      number,
    ];
    const defined = a > NO_MOTION && b > NO_MOTION;
    along.push(defined ? own.reduce((sum, x, k) => sum + x * host[k]!, 0) / all : 0);
    size.push(defined ? a * b : 0);
    share.push(moved / all);
  }
  return { along, size, share };
}
