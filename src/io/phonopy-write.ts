// phonopy's band.yaml, mesh.yaml and phonopy_params.yaml, as phonopy, phononwebsite and sumo read them. Wave vectors are fractional; distances are without 2π, 1/Å; an
// eigenvector is written atom by atom as three pairs (re, im), phases over atom positions, as phonopy's own.

import { type F64, InputError } from "../base/index.js";
import { type Bands, type ForceConstants, type MeshModes, reciprocalCell } from "../modes/index.js";
import {
  atomCount,
  type Crystal,
  type CrystalCells,
  fractionalPositions,
  makeCell,
  speciesOf,
} from "../structure/index.js";

const fixed = (x: number, digits: number): string => x.toFixed(digits);
const triple = (values: F64, at: number, digits = 12): string =>
  `[ ${[0, 1, 2].map((k) => fixed(values[at + k]!, digits).padStart(digits + 5)).join(", ")} ]`;

function cellLines(crystal: Crystal): string[] {
  const s = fractionalPositions(crystal);
  const lines = [`natom: ${atomCount(crystal)}`, "lattice:"];
  for (const [i, name] of ["a", "b", "c"].entries()) lines.push(`- ${triple(crystal.cell.vectors, 3 * i)} # ${name}`);
  lines.push("points:");
  for (let i = 0; i < atomCount(crystal); i++)
    lines.push(
      `- symbol: ${speciesOf(crystal, i)} # ${i + 1}`,
      `  coordinates: ${triple(s, 3 * i)}`,
      `  mass: ${fixed(crystal.masses[i]!, 6)}`,
    );
  return lines;
}

function reciprocalLines(crystal: Crystal): string[] {
  const { vectors } = reciprocalCell(crystal.cell);
  return ["reciprocal_lattice:", ...["a*", "b*", "c*"].map((name, i) => `- ${triple(vectors, 3 * i)} # ${name}`)];
}

/** One mode: frequency and, when `vectors` [b,3,2] are given, its vector. */
function modeLines(number: number, frequency: number, vectors?: F64): string[] {
  const lines = [`  - # ${number}`, `    frequency: ${fixed(frequency, 10)}`];
  if (!vectors) return lines;
  lines.push("    eigenvector:");
  for (let i = 0; i < vectors.length; i += 6) {
    lines.push(`    - # atom ${i / 6 + 1}`);
    for (let k = i; k < i + 6; k += 2)
      lines.push(`      - [ ${fixed(vectors[k]!, 14).padStart(17)}, ${fixed(vectors[k + 1]!, 14).padStart(17)} ]`);
  }
  return lines;
}

/** band.yaml; with vectors when the bands kept them. */
export function writeBandYaml(crystal: Crystal, bands: Bands): string {
  const { path, count, frequencies, order, modes } = bands;
  if (3 * atomCount(crystal) !== count)
    throw new InputError(`${count} bands for ${atomCount(crystal)} atoms`, "give the crystal the bands belong to");
  const lines = [`nqpoint: ${path.q.length}`, `npath: ${path.segments.length}`, "segment_nqpoint:"];
  for (const segment of path.segments) lines.push(`- ${segment.count}`);
  lines.push("labels:");
  for (const { from, to } of path.segments) lines.push(`- [ '${from}', '${to}' ]`);
  lines.push(...reciprocalLines(crystal), ...cellLines(crystal), "", "phonon:");
  for (const [at, q] of path.q.entries()) {
    lines.push(
      `- q-position: ${triple(Float64Array.from(q), 0)}`,
      `  distance: ${fixed(path.distances[at]! / (2 * Math.PI), 10)}`,
    );
    lines.push("  band:");
    for (let band = 0; band < count; band++) {
      const mode = order[at * count + band]!;
      const vector = modes?.[at]?.vectors.subarray(2 * count * mode, 2 * count * (mode + 1));
      lines.push(...modeLines(band + 1, frequencies[at * count + band]!, vector));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** mesh.yaml; with vectors when the mesh kept them. */
export function writeMeshYaml(modes: MeshModes): string {
  const { crystal, mesh, count, frequencies, vectors } = modes;
  const lines = [
    `mesh: [ ${mesh.counts.map((n) => String(n).padStart(5)).join(", ")} ]`,
    `nqpoint: ${mesh.weights.length}`,
    ...reciprocalLines(crystal),
    ...cellLines(crystal),
    "",
    "phonon:",
  ];
  for (let at = 0; at < mesh.weights.length; at++) {
    lines.push(`- q-position: ${triple(mesh.points, 3 * at)}`, `  weight: ${mesh.weights[at]}`, "  band:");
    for (let mode = at * count; mode < (at + 1) * count; mode++)
      lines.push(
        ...modeLines(
          (mode % count) + 1,
          frequencies[mode]!,
          vectors?.subarray(2 * count * mode, 2 * count * (mode + 1)),
        ),
      );
  }
  return `${lines.join("\n")}\n`;
}

/**
 * phonopy_params.yaml with force constants, for `phonopy.load`. The supercell stands as its own unit cell, so that the order of atoms is
 * the one of the constants whatever order phonopy would build; the primitive cell is told by its matrix (phonopy's vectors are columns).
 */
export function writePhonopyParams(constants: ForceConstants, cells: CrystalCells): string {
  const { reference, values } = constants;
  const n = atomCount(reference);
  if (atomCount(cells.supercell) !== n)
    throw new InputError(
      `force constants of ${n} atoms, cells of ${atomCount(cells.supercell)}`,
      "give the cells the constants belong to",
    );
  const { inverse } = makeCell(Array.from(cells.matrix));
  const primitive = Float64Array.from({ length: 9 }, (_, k) => inverse[3 * (k % 3) + Math.floor(k / 3)]!);
  const indented = (crystal: Crystal): string[] =>
    cellLines(crystal)
      .slice(1)
      .map((line) => `  ${line}`);
  const lines = [
    "physical_unit:",
    '  atomic_mass: "AMU"',
    '  length: "angstrom"',
    '  force_constants: "eV/angstrom^2"',
    "",
    "primitive_matrix:",
    ...[0, 3, 6].map((at) => `- ${triple(primitive, at, 15)}`),
    "",
    "supercell_matrix:",
    "- [ 1, 0, 0 ]",
    "- [ 0, 1, 0 ]",
    "- [ 0, 0, 1 ]",
    "",
    "unit_cell:",
    ...indented(reference),
    "",
    "supercell:",
    ...indented(reference),
    "",
    "force_constants:",
    '  format: "full"',
    `  shape: [ ${n}, ${n} ]`,
    "  elements:",
  ];
  const row = new Float64Array(3);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      lines.push(`  - # (${i + 1}, ${j + 1})`);
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) row[b] = values[(3 * i + a) * 3 * n + 3 * j + b]!;
        lines.push(`    - ${triple(row, 0, 15)}`);
      }
    }
  }
  return `${lines.join("\n")}\n`;
}
