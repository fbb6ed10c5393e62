// Writes a crystal as a CIF data block in P 1, all atoms listed.

import { atomCount, type Crystal, speciesOf } from "../structure/index.js";
import { rightHandedFractional } from "./cell-frames.js";
import { columns, exact } from "./numbers.js";

export interface CifWriteOptions {
  /** Name of the data block. Default "phonion". */
  readonly block?: string;
}

/** CIF keeps lengths and angles, not directions: the crystal read back may be turned as a whole. */
export function writeCif(crystal: Crystal, options: CifWriteOptions = {}): string {
  const { parameters, fractional } = rightHandedFractional(crystal);
  const names = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"];
  const labels = siteLabels(crystal);
  const rows = Array.from({ length: atomCount(crystal) }, (_, i) => {
    const s = columns(fractional.subarray(3 * i, 3 * i + 3));
    return `  ${labels[i]!.padEnd(6)} ${speciesOf(crystal, i).padEnd(2)} ${s}  1`;
  });
  return [
    `data_${(options.block ?? "phonion").replace(/[^\x21-\x7e]/g, "_") || "phonion"}`,
    ...names.map((name, i) => `_cell_${name.padEnd(14)} ${exact(parameters[i]!)}`),
    `_cell_volume         ${exact(crystal.cell.volume)}`,
    "_symmetry_space_group_name_H-M   'P 1'",
    "_symmetry_Int_Tables_number      1",
    "loop_",
    "  _symmetry_equiv_pos_as_xyz",
    "  'x, y, z'",
    "loop_",
    ...["label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy"].map((name) => `  _atom_site_${name}`),
    ...rows,
    "",
  ].join("\n");
}

/** The crystal's labels where they are single words and differ from each other, else Li1, Li2, P1 … */
function siteLabels(crystal: Crystal): string[] {
  const { labels } = crystal;
  if (labels && new Set(labels).size === labels.length && labels.every((label) => /^[A-Za-z][\w+*()-]*$/.test(label)))
    return [...labels];
  const counts = new Map<string, number>();
  return Array.from({ length: atomCount(crystal) }, (_, i) => {
    const symbol = speciesOf(crystal, i);
    counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    return `${symbol}${counts.get(symbol)}`;
  });
}
