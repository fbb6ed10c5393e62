// Cut-off and shift of one radial term U at r_c; zero from r_c on.
//
//   shift "none"    U(r)                                          energy steps by U(r_c), force by U′(r_c)
//   shift "energy"  U(r) − U(r_c)                                 energy continuous, force steps
//   shift "force"   U(r) − U(r_c) − (r − r_c) U′(r_c)             energy and force continuous
//
// Forces are exact derivatives of the shifted energy. A published set keeps the treatment its authors fitted with.

import type { RadialPair } from "./interactions.js";
import { type AddRadial, type RadialTerm, radialOf, type Shift } from "./terms.js";

/** A term with its cut-off and shift settled. */
export interface CutTerm {
  readonly form: RadialTerm["form"];
  readonly cutoff: number; // Å
  readonly add: AddRadial; // valid at r < cutoff
}

export function cutTerm(term: RadialTerm, cutoff: number, shift: Shift): CutTerm {
  const bare = radialOf(term);
  if (shift === "none") return { form: term.form, cutoff, add: bare };
  const end = new Float64Array(3);
  bare(cutoff, end);
  const [energy, slope] = [end[0]!, shift === "force" ? end[1]! : 0];
  const add: AddRadial = (r, out) => {
    bare(r, out);
    out[0] = out[0]! - energy - (r - cutoff) * slope;
    out[1] = out[1]! - slope;
  };
  return { form: term.form, cutoff, add };
}

/** The sum of several terms between two kinds as one radial function. */
export function radialPair(kindA: number, kindB: number, terms: readonly CutTerm[]): RadialPair {
  const ends = [...new Set(terms.map((term) => term.cutoff))].sort((a, b) => a - b);
  const cutoff = ends.pop() ?? 0;
  return {
    kindA,
    kindB,
    cutoff,
    breaks: ends,
    radial(r, out) {
      out[0] = 0;
      out[1] = 0;
      out[2] = 0;
      for (const term of terms) if (r < term.cutoff) term.add(r, out);
    },
  };
}
