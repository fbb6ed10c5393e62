// Small systems to run: solid argon and rock salt on the program's own force fields, and wells whose statistics are known in closed form.

import type { F64 } from "../../src/base/index.js";
import { type ForceField, type ForceFieldSpec, makeForceField, namedForceFieldSpec } from "../../src/forces/index.js";
import { type Crystal, cellFromParameters, fcc, makeCrystal, nacl, supercell } from "../../src/structure/index.js";
import { siteField } from "./analytic-fields.js";

/** fcc argon, 32 atoms, forces that go to zero smoothly at 5 Å. */
export function solidArgon(): { readonly crystal: Crystal; readonly field: ForceField } {
  const spec: ForceFieldSpec = {
    name: "argon",
    pairs: { "Ar-Ar": [{ form: "lennard-jones", depthEv: 0.0104, diameterA: 3.4 }] },
    cutoffA: 5,
    shift: "force",
  };
  const { crystal } = supercell(fcc({ a: 5.3, elements: ["Ar"] }), [2, 2, 2]);
  return { crystal, field: makeForceField(spec) };
}

/** Rock salt, 8 atoms, Tosi–Fumi with short cut-offs. */
export function smallSalt(): { readonly crystal: Crystal; readonly field: ForceField } {
  const spec = namedForceFieldSpec("tosi-fumi-nacl");
  return { crystal: nacl({ a: 5.64 }), field: makeForceField({ ...spec, cutoffA: 5, shift: "force" }) };
}

/** `n` atoms of the masses given in turn, far apart, each in its own harmonic well of `stiffness` eV/Å² around its place. */
export function wells(
  n: number,
  masses: readonly number[],
  stiffness: number,
): { crystal: Crystal; field: ForceField } {
  const spacing = 20; // Å; displacements are small beside it
  const crystal = makeCrystal({
    cell: cellFromParameters(n * spacing, spacing, spacing),
    species: Array.from({ length: n }, () => "Ar"),
    positions: Array.from({ length: n }, (_, i) => [i * spacing, 0, 0]).flat(),
    masses: Array.from({ length: n }, (_, i) => masses[i % masses.length]!),
  });
  const field = siteField("wells", ([x, y, z], slope) => {
    const d = x - spacing * Math.round(x / spacing);
    slope[0] = stiffness * d;
    slope[1] = stiffness * y;
    slope[2] = stiffness * z;
    return 0.5 * stiffness * (d * d + y * y + z * z);
  });
  return { crystal, field };
}

/** No forces at all. */
export const nothing: ForceField = siteField("nothing", (_x, slope) => {
  slope.fill(0);
  return 0;
});

export const sameBits = (a: F64, b: F64): boolean =>
  a.length === b.length && a.slice().every((x, i) => Object.is(x, b[i]));

export function largestDifference(a: F64, b: F64): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
