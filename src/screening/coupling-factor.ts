// Whether an ion moves with its host or against it. Of mode n at q, with u_j the displacement of atom j,
//
//   E_X = Σ_{j∈X} u_j  (a complex vector),    c = Re(E_ion* · E_host) / (|E_ion| |E_host|)       +1 along with it, −1 against it
//
// u_j = e_j e^{2πi q·τ_j}/√m_j, scaled to Σ_j |u_j|² = 1: what the atoms of one cell, as listed, really do at one moment ("motion", the default).
// Another choice of images for the same atoms is another sum. "envelope" leaves e^{2πi k·τ_j} out, k being the image of q nearest to Γ: what the
// smooth wave e^{2πi k·r} is multiplied by. It depends neither on the images of atoms nor on which of q and q + G is meant, so that it is the same
// for all q of a star; where several k are equally near, on the zone's boundary, numerator and denominator are summed over them. At Γ both are one.
// "eigenvector" keeps √m. Where |E| < 10⁻³ the sum has no direction and c is NaN. Inside a degenerate group the vectors are arbitrary, so a group has one factor,
//
//   c = Σ_n Re(E_ion* · E_host) / Σ_n |E_ion| |E_host|                                the mean of its modes with weights |E_ion||E_host|.

import { InputError, type Vec3 } from "../base/index.js";
import { cartesianWave, degenerateGroups, type Modes, nearestToGamma } from "../modes/index.js";
import { atomsOf, type Cell, type Crystal, fractionalPositions } from "../structure/index.js";

export interface CouplingOptions {
  /** Element of the ion; the host is everything else. */
  readonly ion: string;
  /** "displacement" (default): e/√m; "eigenvector": e. */
  readonly amplitude?: "displacement" | "eigenvector";
  /** Default "motion". */
  readonly phases?: "motion" | "envelope";
  /** Neighbours in frequency nearer than this are one group, THz. Default 1e-3. */
  readonly degenerateThz?: number;
  /** Below it a sum counts as nothing; the mode's displacements have Σ|u|² = 1. Default 1e-3. */
  readonly least?: number;
}

export interface CouplingFactors {
  /** [count] −1 … 1, alike within a group; NaN where ion or host have no sum. */
  readonly factors: Float64Array;
  /** [count] |E_ion||E_host|, the weight of each mode. */
  readonly weights: Float64Array;
}

/** @throws InputError when the crystal has no such ion, or nothing else. */
export function couplingFactors(modes: Modes, options: CouplingOptions): CouplingFactors {
  const { ion, degenerateThz = 1e-3, least = 1e-3 } = options;
  const { reference } = modes;
  const isIon = new Uint8Array(reference.kinds.length);
  for (const atom of atomsOf(reference, ion)) isIon[atom] = 1;
  const count = isIon.reduce((sum, x) => sum + x, 0);
  if (count === 0 || count === isIon.length)
    throw new InputError(
      `${count} of ${isIon.length} atoms are ${ion}: there is no ${count === 0 ? "ion" : "host"}`,
      `the crystal has ${reference.elements.join(", ")}`,
    );
  const images = options.phases === "envelope" ? envelopePhases(modes) : [motionPhases(modes)];
  const scale = Float64Array.from(reference.masses, (m) =>
    options.amplitude === "eigenvector" ? 1 : 1 / Math.sqrt(m),
  );
  const products = new Float64Array(modes.count);
  const weights = new Float64Array(modes.count);
  for (let mode = 0; mode < modes.count; mode++) {
    for (const phases of images) {
      const { own, host } = sumsOf(modes, mode, { isIon, phases, scale });
      const [a, b] = [Math.hypot(...own), Math.hypot(...host)];
      if (a < least || b < least) continue;
      weights[mode]! += (a * b) / images.length;
      products[mode]! += own.reduce((sum, x, k) => sum + x * host[k]!, 0) / images.length;
    }
  }
  const factors = new Float64Array(modes.count);
  for (const { first, count: size } of degenerateGroups(modes, degenerateThz)) {
    let [top, bottom] = [0, 0];
    for (let mode = first; mode < first + size; mode++) {
      top += products[mode]!;
      bottom += weights[mode]!;
    }
    factors.fill(bottom > 0 ? top / bottom : Number.NaN, first, first + size);
  }
  return { factors, weights };
}

/** [n,2] the factor e^{2πi k·τ_j} of every atom. */
function waveOver(crystal: Crystal, k: readonly number[]): Float64Array {
  const s = fractionalPositions(crystal);
  return Float64Array.from({ length: 2 * crystal.kinds.length }, (_, at) => {
    const j = Math.floor(at / 2);
    const angle = 2 * Math.PI * (k[0]! * s[3 * j]! + k[1]! * s[3 * j + 1]! + k[2]! * s[3 * j + 2]!);
    return at % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}

/** What turns the vectors as stored into the motion in the home cell: with phases over atom positions e^{2πi q·τ_j}, over cells nothing. */
const motionPhases = ({ reference, q, gauge }: Modes): Float64Array =>
  waveOver(reference, gauge === "cell" ? [0, 0, 0] : q);

/** The same for the envelope of each image of q that is nearest to Γ. */
function envelopePhases({ reference, q, gauge }: Modes): Float64Array[] {
  const stored = gauge === "cell" ? [0, 0, 0] : q;
  return nearestImages(reference.cell, q).map((k) =>
    waveOver(
      reference,
      [0, 1, 2].map((i) => stored[i]! - k[i]!),
    ),
  );
}

/** Relative difference in |k| below which two images are equally near. */
const EQUALLY_NEAR = 1e-6;

/** All fractional q + G of least length. */
function nearestImages(cell: Cell, q: Vec3): number[][] {
  const least = Math.hypot(...nearestToGamma(cell, q));
  if (least < 1e-9) return [[0, 0, 0]];
  // |k| = least bounds each component of k by least · |a_i| / 2π
  const v = cell.vectors;
  const bounds = [0, 1, 2].map((i) => {
    const span = (least * Math.hypot(v[3 * i]!, v[3 * i + 1]!, v[3 * i + 2]!)) / (2 * Math.PI) + 1e-6;
    return [Math.ceil(-span - q[i]!), Math.floor(span - q[i]!)] as const;
  });
  const found: number[][] = [];
  for (let a = bounds[0]![0]; a <= bounds[0]![1]; a++)
    for (let b = bounds[1]![0]; b <= bounds[1]![1]; b++)
      for (let c = bounds[2]![0]; c <= bounds[2]![1]; c++) {
        const k: Vec3 = [q[0] + a, q[1] + b, q[2] + c];
        if (Math.hypot(...cartesianWave(cell, k)) <= least * (1 + EQUALLY_NEAR)) found.push([...k]);
      }
  return found;
}

interface Sums {
  readonly own: Float64Array; // [3,2] E_ion
  readonly host: Float64Array; // [3,2]
}

function sumsOf(
  { vectors, complex, reference }: Modes,
  mode: number,
  { isIon, phases, scale }: { readonly isIon: Uint8Array; readonly phases: Float64Array; readonly scale: Float64Array },
): Sums {
  const n = reference.kinds.length;
  const [own, host] = [new Float64Array(6), new Float64Array(6)];
  let norm = 0;
  for (let j = 0; j < n; j++) {
    const sum = isIon[j] ? own : host;
    const [c, s] = [phases[2 * j]!, phases[2 * j + 1]!];
    for (let k = 0; k < 3; k++) {
      const at = (mode * n + j) * 3 + k;
      const x = scale[j]! * (complex ? vectors[2 * at]! : vectors[at]!);
      const y = complex ? scale[j]! * vectors[2 * at + 1]! : 0;
      norm += x * x + y * y;
      sum[2 * k]! += c * x - s * y;
      sum[2 * k + 1]! += s * x + c * y;
    }
  }
  const inverse = 1 / Math.sqrt(norm);
  return { own: own.map((x) => x * inverse), host: host.map((x) => x * inverse) };
}
