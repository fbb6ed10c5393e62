// γ-Li3PO4, Pnma, the crystal of examples/gordiz/li3po4.cif (its source is named there), built without the CIF reader.

import { type Crystal, cellFromParameters, makeCrystal } from "../../src/structure/index.js";

const SITES: readonly (readonly [label: string, element: string, x: number, y: number, z: number])[] = [
  ["Li1", "Li", 0.1627, 0.5016, 0.3008],
  ["Li2", "Li", 0.4246, 0.75, 0.2045],
  ["P1", "P", 0.4115, 0.25, 0.3079],
  ["O1", "O", 0.3418, 0.0441, 0.2054],
  ["O2", "O", 0.0503, 0.25, 0.2928],
  ["O3", "O", 0.0896, 0.75, 0.1223],
];

const OPERATIONS: readonly ((x: number, y: number, z: number) => readonly [number, number, number])[] = [
  (x, y, z) => [x, y, z],
  (x, y, z) => [0.5 - x, -y, z + 0.5],
  (x, y, z) => [-x, y + 0.5, -z],
  (x, y, z) => [x + 0.5, 0.5 - y, 0.5 - z],
  (x, y, z) => [-x, -y, -z],
  (x, y, z) => [x + 0.5, y, 0.5 - z],
  (x, y, z) => [x, 0.5 - y, z],
  (x, y, z) => [0.5 - x, y + 0.5, z + 0.5],
];

const inCell = (s: number): number => (s - Math.floor(s)) % 1;

/** 32 atoms: Li1 ×8, Li2 ×4, P1 ×4, O1 ×8, O2 ×4, O3 ×4. */
export function gammaLi3PO4(): Crystal {
  const [labels, species, fractional]: [string[], string[], number[]] = [[], [], []];
  for (const [label, element, x, y, z] of SITES) {
    const images: number[][] = [];
    for (const operation of OPERATIONS) {
      const image = operation(x, y, z).map(inCell);
      const known = images.some((other) =>
        other.every((s, k) => Math.abs(s - image[k]! - Math.round(s - image[k]!)) < 1e-6),
      );
      if (!known) images.push(image);
    }
    for (const image of images) {
      labels.push(label);
      species.push(element);
      fractional.push(...image);
    }
  }
  return makeCrystal({ cell: cellFromParameters(10.4612, 6.1113, 4.9208), species, fractional, labels });
}
