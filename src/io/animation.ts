// A vibration as moving pictures, and frozen. Atom j of cell T moves by
//
//   u_jT(φ) = s Re[c_jT e^{−iφ}],   c_jT = m_j^{−1/2} e_j e^{2πi q·(T + τ_j)}     (phases over atom positions; without τ_j in the gauge "cell")
//
// on an ellipse with the long half-axis a = √((|c|² + |c·c|)/2); s makes the largest of all atoms the amplitude asked for. Frames go through φ = 0 … 2π
// once. Only a cell that q fits into repeats without a seam: every component of q times the repeats is whole. At a zone-edge point neighbouring cells then
// move exactly out of phase.

import { type F64, InputError, type Vec3 } from "../base/index.js";
import { commensurateRepeats, type Modes } from "../modes/index.js";
import { atomCount, type Crystal, fractionalPositions, supercell, withPositions } from "../structure/index.js";

export interface BlochMotion {
  /** The repeated cell at rest. */
  readonly crystal: Crystal;
  readonly repeats: readonly [number, number, number];
  /** [n,3,2] Å: u(φ) = Re[motion e^{−iφ}]. */
  readonly motion: F64;
  readonly amplitudeA: number;
}

export interface BlochMotionOptions {
  /** Largest displacement of an atom, Å. Default 0.3. */
  readonly amplitudeA?: number;
  /** Default: the smallest repeats q fits into. */
  readonly repeats?: readonly [number, number, number];
  /** Most repeats along an axis that are tried. Default 12. */
  readonly mostRepeats?: number;
}

/** @throws InputError when there is no such mode, or q does not fit into the repeats. */
export function blochMotion(modes: Modes, mode: number, options: BlochMotionOptions = {}): BlochMotion {
  const { amplitudeA = 0.3, mostRepeats = 12 } = options;
  if (!(Number.isInteger(mode) && mode >= 0 && mode < modes.count))
    throw new InputError(`there is no mode ${mode}`, `modes are counted from 0 to ${modes.count - 1} by frequency`);
  if (!Number.isFinite(amplitudeA) || amplitudeA === 0)
    throw new InputError(`an amplitude of ${amplitudeA} Å`, "give a length that is not zero, for example 0.3");
  const repeats = options.repeats ?? commensurateRepeats(modes.q, mostRepeats);
  if (!repeats?.every((n, k) => Math.abs(n * modes.q[k]! - Math.round(n * modes.q[k]!)) < 1e-6))
    throw new InputError(
      `q = (${modes.q.join(", ")}) does not fit into ${repeats ? `${repeats.join(" × ")} cells` : `a cell repeated at most ${mostRepeats} times along each axis`}`,
      "choose a q of small fractions, for example 0.5 0 0.25",
    );
  const { crystal, primitiveAtom, translation } = supercell(modes.reference, repeats);
  const motion = unscaledMotion(modes, mode, { primitiveAtom, translation });
  let longest = 0;
  for (let i = 0; i < motion.length; i += 6) longest = Math.max(longest, halfAxis(motion, i));
  const scale = amplitudeA / longest;
  return { crystal, repeats, motion: motion.map((x) => scale * x), amplitudeA };
}

interface Copies {
  readonly primitiveAtom: ArrayLike<number>;
  readonly translation: ArrayLike<number>;
}

function unscaledMotion(modes: Modes, mode: number, { primitiveAtom, translation }: Copies): Float64Array<ArrayBuffer> {
  const { reference, q, complex, vectors } = modes;
  const b = atomCount(reference);
  const s = fractionalPositions(reference);
  const own = modes.gauge === "cell" ? 0 : 1;
  const motion = new Float64Array(6 * primitiveAtom.length);
  for (let i = 0; i < primitiveAtom.length; i++) {
    const j = primitiveAtom[i]!;
    let turns = 0;
    for (let k = 0; k < 3; k++) turns += q[k]! * (translation[3 * i + k]! + own * s[3 * j + k]!);
    const [c, d] = [Math.cos(2 * Math.PI * turns), Math.sin(2 * Math.PI * turns)];
    const root = 1 / Math.sqrt(reference.masses[j]!);
    for (let k = 0; k < 3; k++) {
      const at = 3 * (mode * b + j) + k;
      const [x, y] = complex ? [vectors[2 * at]!, vectors[2 * at + 1]!] : [vectors[at]!, 0];
      motion[6 * i + 2 * k] = root * (x * c - y * d);
      motion[6 * i + 2 * k + 1] = root * (x * d + y * c);
    }
  }
  return motion;
}

/** |c|² and c·c of one atom. */
function squares(motion: F64, at: number): { readonly norm: number; readonly re: number; readonly im: number } {
  let [norm, re, im] = [0, 0, 0];
  for (let k = at; k < at + 6; k += 2) {
    const [x, y] = [motion[k]!, motion[k + 1]!];
    norm += x * x + y * y;
    re += x * x - y * y;
    im += 2 * x * y;
  }
  return { norm, re, im };
}

function halfAxis(motion: F64, at: number): number {
  const { norm, re, im } = squares(motion, at);
  return Math.sqrt((norm + Math.hypot(re, im)) / 2);
}

/** [n,3] Å at phase φ. */
export const displacementsAt = ({ motion }: BlochMotion, phase: number): Float64Array<ArrayBuffer> => {
  const [c, s] = [Math.cos(phase), Math.sin(phase)];
  return Float64Array.from({ length: motion.length / 2 }, (_, a) => motion[2 * a]! * c + motion[2 * a + 1]! * s);
};

/** The phase at which the atom that moves most is farthest out. */
export function turningPhase({ motion }: BlochMotion): number {
  let [best, longest] = [0, -1];
  for (let i = 0; i < motion.length; i += 6) {
    const length = halfAxis(motion, i);
    if (length > longest * (1 + 1e-9)) [best, longest] = [i, length];
  }
  const { re, im } = squares(motion, best);
  return Math.atan2(im, re) / 2;
}

/** The repeated crystal with the mode frozen at its turning point: the largest displacement is the amplitude. */
export function displacedAlong(moving: BlochMotion): Crystal {
  const u = displacementsAt(moving, turningPhase(moving));
  return withPositions(
    moving.crystal,
    Float64Array.from(moving.crystal.positions, (x, a) => x + u[a]!),
  );
}

export interface MotionFrame {
  readonly phase: number; // rad
  readonly crystal: Crystal;
  readonly displacements: F64; // [n,3] Å
}

/** One period in `count` frames; the last is one step before the first. */
export function motionFrames(moving: BlochMotion, count = 24): MotionFrame[] {
  if (!(Number.isInteger(count) && count >= 2)) throw new InputError(`${count} frames`, "give at least 2");
  const start = turningPhase(moving);
  return Array.from({ length: count }, (_, k) => {
    const phase = (2 * Math.PI * k) / count;
    const displacements = displacementsAt(moving, start + phase);
    const positions = Float64Array.from(moving.crystal.positions, (x, a) => x + displacements[a]!);
    return { phase, crystal: withPositions(moving.crystal, positions), displacements };
  });
}

/** "q 0.5 0 0.5" for a file's heading. */
export const waveText = (q: Vec3): string => q.map((x) => Number(x.toFixed(6))).join(" ");
