// A structure in ten lines of plain text.

import { ACCELERATION, convert } from "../base/index.js";
import { atomCount, type Crystal, cellParameters, cellWidths, findNeighbors, formulaOf } from "../structure/index.js";
import { plural } from "./text.js";

/** kg/amu = 10⁻¹⁰ e / (acceleration of 1 amu by 1 eV/Å in Å/fs²), with e = 1 eV in J. */
const KG_PER_AMU = (1e-10 / ACCELERATION) * convert("energy", 1, "eV", "J");
/** g/cm³ of 1 amu/Å³. */
const DENSITY = KG_PER_AMU * 1e27;
/** Farther neighbours are not listed, Å. */
const FARTHEST_A = 6;
const MOST_LISTED = 12;
const MOST_PAIRS = 1_000_000;
const THINNEST_CELL_A = 0.1;

/** Formula, cell, volume, density, atoms by element, nearest distance of every pair of elements. The space group is the caller's. */
export function showStructure(crystal: Crystal): string {
  const [a, b, c, alpha, beta, gamma] = cellParameters(crystal.cell);
  const n = atomCount(crystal);
  const { volume, periodic } = crystal.cell;
  const mass = Array.from(crystal.masses).reduce((sum, m) => sum + m, 0);
  const lengths = [a, b, c].map((x) => x.toFixed(5)).join("  ");
  const angles = [alpha, beta, gamma].map((x) => x.toFixed(4)).join("  ");
  const open = ["a", "b", "c"].filter((_, k) => !periodic[k]);
  return [
    `formula    ${formulaOf(crystal)}  (${plural(n, "atom")})`,
    `a b c      ${lengths} Å`,
    `α β γ      ${angles}°`,
    `periodic   ${open.length === 0 ? "in all directions" : `not along ${open.join(", ")}`}`,
    `volume     ${volume.toFixed(4)} Å³, ${(volume / n).toFixed(4)} Å³ per atom`,
    `density    ${((mass / volume) * DENSITY).toFixed(4)} g/cm³`,
    `atoms      ${composition(crystal)}`,
    `distances  ${nearestDistances(crystal)}`,
    "",
  ].join("\n");
}

function composition(crystal: Crystal): string {
  const n = atomCount(crystal);
  const counts = crystal.elements.map((_, kind) => Array.from(crystal.kinds).filter((k) => k === kind).length);
  return crystal.elements
    .map((symbol, kind) => `${symbol} ${counts[kind]} (${((100 * counts[kind]!) / n).toFixed(1)} %)`)
    .join(", ");
}

/** "Li–O 1.9412, O–O 2.5211 Å", nearest first; pairs without a neighbour up to the longest distance looked at are left out. */
function nearestDistances(crystal: Crystal): string {
  const n = atomCount(crystal);
  if (Math.min(...cellWidths(crystal.cell)) < THINNEST_CELL_A)
    return `not looked for: the cell is thinner than ${THINNEST_CELL_A} Å`;
  // Pairs ≈ n · density · 4πr³/3: a crowded or very large structure is searched less far.
  const reach = Math.min(FARTHEST_A, Math.cbrt((MOST_PAIRS * crystal.cell.volume) / (n * n * (4 / 3) * Math.PI)));
  const list = findNeighbors(crystal, reach);
  const nearest = new Map<string, number>();
  for (let i = 0; i < n; i++) {
    for (let p = list.first[i]!; p < list.first[i + 1]!; p++) {
      const kinds = [crystal.kinds[i]!, crystal.kinds[list.atom[p]!]!].sort((x, y) => x - y);
      const pair = kinds.map((kind) => crystal.elements[kind]).join("–");
      nearest.set(pair, Math.min(nearest.get(pair) ?? Number.POSITIVE_INFINITY, list.distance[p]!));
    }
  }
  if (nearest.size === 0) return `none up to ${reach.toFixed(2)} Å`;
  const sorted = [...nearest].sort(([, x], [, y]) => x - y);
  const listed = sorted.slice(0, MOST_LISTED).map(([pair, distance]) => `${pair} ${distance.toFixed(4)}`);
  return `${listed.join(", ")} Å${sorted.length > MOST_LISTED ? ` and ${sorted.length - MOST_LISTED} farther pairs` : ""}`;
}
