import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import {
  type Crystal,
  cellFromParameters,
  countSharing,
  findPolyhedra,
  findSharing,
  makeCrystal,
  nacl,
  perovskite,
  rutile,
  supercell,
} from "../../../src/structure/index.js";
import { gammaLi3PO4 } from "../../helpers/li3po4.js";

/** MgAl2O4: Mg on 8a, Al on 16d, O on 32e of Fd-3m (second origin). */
function spinel(): Crystal {
  const [a, u] = [8.08, 0.2624];
  const faces = [
    [0, 0, 0],
    [0, 0.5, 0.5],
    [0.5, 0, 0.5],
    [0.5, 0.5, 0],
  ];
  const mg = [
    [0.125, 0.125, 0.125],
    [0.875, 0.875, 0.875],
  ];
  const al = [
    [0.5, 0.5, 0.5],
    [0.25, 0.75, 0],
    [0.75, 0, 0.25],
    [0, 0.25, 0.75],
  ];
  const o = [
    [u, u, u],
    [0.25 - u, 0.25 - u, u],
    [0.25 - u, u, 0.25 - u],
    [u, 0.25 - u, 0.25 - u],
    [-u, -u, -u],
    [u - 0.25, u - 0.25, -u],
    [u - 0.25, -u, u - 0.25],
    [-u, u - 0.25, u - 0.25],
  ];
  const all = [
    ...mg.map((s) => ["Mg", s] as const),
    ...al.map((s) => ["Al", s] as const),
    ...o.map((s) => ["O", s] as const),
  ];
  const sites = all.flatMap(([element, s]) => faces.map((f) => ({ element, s: s.map((x, k) => x + f[k]!) })));
  return makeCrystal({
    cell: cellFromParameters(a, a, a),
    species: sites.map(({ element }) => element),
    fractional: sites.flatMap(({ s }) => s),
  });
}

describe("coordination polyhedra", () => {
  it("are found by the widest gap: 6 in rock salt and rutile, 6 and 12 in perovskite, 4 in γ-Li3PO4", () => {
    expect(findPolyhedra(nacl(), { ligands: ["Cl"] }).map(({ ligands }) => ligands.length)).toEqual([6, 6, 6, 6]);
    expect(findPolyhedra(rutile(), { ligands: ["O"] }).map(({ ligands }) => ligands.length)).toEqual([6, 6]);
    expect(findPolyhedra(perovskite(), { ligands: ["O"] }).map(({ ligands }) => ligands.length)).toEqual([12, 6]);
    for (const { ligands } of findPolyhedra(gammaLi3PO4(), { ligands: ["O"] })) expect(ligands.length).toBe(4);
  });

  it("by a cut-off per element give the same ones", () => {
    const options = { ligands: ["O"], cutoff: { P: 1.7, Li: 2.2 } };
    expect(findPolyhedra(gammaLi3PO4(), options)).toEqual(findPolyhedra(gammaLi3PO4(), { ligands: ["O"] }));
  });

  it("are nearest first and sit where their shifts say", () => {
    const crystal = gammaLi3PO4();
    const v = crystal.cell.vectors;
    for (const { centre, ligands } of findPolyhedra(crystal, { ligands: ["O"], centres: ["Li"] })) {
      for (const [at, { atom, shift, distance }] of ligands.entries()) {
        const bond = [0, 1, 2].map(
          (k) =>
            crystal.positions[3 * atom + k]! +
            shift[0] * v[k]! +
            shift[1] * v[3 + k]! +
            shift[2] * v[6 + k]! -
            crystal.positions[3 * centre + k]!,
        );
        expect(Math.hypot(...bond)).toBeCloseTo(distance, 12);
        if (at > 0) expect(distance).toBeGreaterThan(ligands[at - 1]!.distance - 1e-9);
      }
    }
  });

  it("need elements that are there", () => {
    expect(() => findPolyhedra(nacl(), { ligands: ["O"] })).toThrow(InputError);
  });
});

// Links per cell, counted by hand from the textbook descriptions (each octahedron's links halved).
describe("linkage", () => {
  it("rutile: two edges along the chain and eight corners per octahedron", () => {
    const counts = countSharing(findPolyhedra(rutile(), { ligands: ["O"] }));
    expect(counts).toEqual({ "Ti-Ti": { corner: 8, edge: 2, face: 0 } });
  });

  it("perovskite: six corners per BO6 octahedron, faces with the cuboctahedra", () => {
    const octahedra = findPolyhedra(perovskite(), { ligands: ["O"], centres: ["Ti"] });
    expect(countSharing(octahedra)).toEqual({ "Ti-Ti": { corner: 3, edge: 0, face: 0 } });
    // each of the 8 octahedra about A shares a triangle with it, each of the 6 neighbours of A a square
    const all = countSharing(findPolyhedra(perovskite(), { ligands: ["O"] }));
    expect(all["Sr-Ti"]).toEqual({ corner: 0, edge: 0, face: 8 });
    expect(all["Sr-Sr"]!.face).toBe(3);
  });

  it("rock salt: twelve edges and six corners per octahedron", () => {
    const counts = countSharing(findPolyhedra(nacl(), { ligands: ["Cl"] }));
    expect(counts).toEqual({ "Na-Na": { corner: 12, edge: 24, face: 0 } });
  });

  it("spinel: AlO6 share six edges, MgO4 touch twelve AlO6 at corners and no other MgO4", () => {
    const counts = countSharing(findPolyhedra(spinel(), { ligands: ["O"] }));
    expect(counts["Al-Al"]).toEqual({ corner: 0, edge: 48, face: 0 });
    expect(counts["Al-Mg"]).toEqual({ corner: 96, edge: 0, face: 0 });
    expect(counts["Mg-Mg"]).toBeUndefined();
  });

  it("γ-Li3PO4: PO4 tetrahedra are isolated from each other, and each O joins three LiO4 to one PO4", () => {
    const polyhedra = findPolyhedra(gammaLi3PO4(), { ligands: ["O"] });
    const counts = countSharing(polyhedra);
    expect(counts["P-P"]).toBeUndefined();
    // every O has four cations, so six pairs of polyhedra share it: Σ ligands shared = 16 · 6
    const shared = findSharing(polyhedra).reduce((sum, { ligands }) => sum + ligands.length, 0);
    expect(shared).toBe(96);
    // three of the six pairs at each O are Li–P
    const withP = findSharing(polyhedra).filter(
      ({ first, second }) => (polyhedra[first]!.element === "P") !== (polyhedra[second]!.element === "P"),
    );
    expect(withP.reduce((sum, { ligands }) => sum + ligands.length, 0)).toBe(48);
    for (const { kind } of findSharing(polyhedra)) expect(kind).not.toBe("face");
  });

  it("per atom is the same in a supercell", () => {
    const times = (counts: ReturnType<typeof countSharing>): string => JSON.stringify(Object.entries(counts).sort());
    const small = countSharing(findPolyhedra(rutile(), { ligands: ["O"] }))["Ti-Ti"]!;
    const big = countSharing(findPolyhedra(supercell(rutile(), [2, 2, 3]).crystal, { ligands: ["O"] }));
    expect(times(big)).toBe(times({ "Ti-Ti": { corner: 12 * small.corner, edge: 12 * small.edge, face: 0 } }));
  });
});
