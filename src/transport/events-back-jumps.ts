// Jumps that are taken back. An ion that goes from A to B and returns to A within a time has moved nothing, and neither the jump nor its
// undoing should be joined with another ion's. Both are struck out, and then the jumps on either side of them are looked at in the same
// way, so that A→B→A→C leaves A→C, and X→A→B→A→X leaves nothing.

import type { F64 } from "../base/index.js";
import type { JumpLog } from "../dynamics/index.js";

/** "both": the jump and its return are left out. "first": the jump alone (the return stays an event). "keep": all are events. */
export type BackJumpRule = "both" | "first" | "keep";

/**
 * [count] 1 for jumps that are left out. `times` are those of the jumps, fs, ascending for each ion; `windowFs` is the longest time between
 * a jump and its return.
 */
export function backJumps(
  jumps: JumpLog,
  times: F64,
  { rule, windowFs }: { readonly rule: BackJumpRule; readonly windowFs: number },
): Uint8Array {
  const { count, ion, from, to } = jumps;
  const out = new Uint8Array(count);
  if (rule === "keep") return out;
  // A stack per ion, as a linked list: the last jump that still stands, and below each the one before it.
  const last = new Map<number, number>();
  const before = new Int32Array(count).fill(-1);
  for (let e = 0; e < count; e++) {
    const previous = last.get(ion[e]!) ?? -1;
    const undone = previous >= 0 && from[previous] === to[e] && times[e]! - times[previous]! <= windowFs;
    if (undone) out[previous] = 1;
    if (undone && rule === "both") {
      out[e] = 1;
      last.set(ion[e]!, before[previous]!);
    } else {
      before[e] = previous;
      last.set(ion[e]!, e);
    }
  }
  return out;
}
