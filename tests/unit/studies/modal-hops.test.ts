import { describe, expect, it } from "vitest";
import type { Minimum } from "../../../src/minima/index.js";
import { atomsOf, findSymmetry, periodicDistance } from "../../../src/structure/index.js";
import { modalHopsParameters, parameterDocument, readStudyFile, studies } from "../../../src/studies/index.js";
import { carryMinimum, fillSite, setStage } from "../../../src/studies/modal-hops-sites.js";
import { gammaLi3PO4 } from "../../helpers/li3po4.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

loadSymmetryForTests();
const parameters = modalHopsParameters.parse({
  structure: { file: "li3po4.cif", supercell: [1, 2, 3] },
  forces: { field: "pedone-2006" },
  substitution: { element: "P", by: "Ge" },
});
const stage = setStage(gammaLi3PO4(), parameters);

describe("parameters of modal-hops", () => {
  it("take a bare count for hops", () => {
    const base = { structure: { file: "a.cif" }, forces: { field: "pedone-2006" } };
    expect(modalHopsParameters.parse({ ...base, hops: "all" }).hops.count).toBe("all");
    expect(modalHopsParameters.parse({ ...base, hops: 7 }).hops.count).toBe(7);
    expect(modalHopsParameters.parse({ ...base, hops: { mechanism: "direct" } }).hops).toMatchObject({
      mechanism: "direct",
      count: 24,
    });
  });

  it("name a misspelt key inside hops, its line and the nearest one", () => {
    const text =
      "$schema: phonion/modal-hops\nstructure: { file: a.cif }\nforces: { field: pedone-2006 }\nhops:\n  cuont: 3\n";
    expect(() => readStudyFile(parameterDocument(text, "s.yaml"), studies)).toThrow(/s\.yaml:5: unknown key cuont/);
  });
});

describe("the stage of modal-hops", () => {
  it("is refused before it is built when its modes would fit no machine", () => {
    const structure = { ...parameters.structure, supercell: [1000, 1000, 1000] as [number, number, number] };
    // 32 × 10⁹ atoms: (3 · 3.2e10)² · 8 bytes = 7.37e13 GB
    expect(() => setStage(gammaLi3PO4(), { ...parameters, structure })).toThrow(/32000000000 atoms.*7\.37e\+13 GB/);
  });

  it("holds the 96 octahedra of 96 oxygens of a distorted hexagonal packing, every one in one orbit", () => {
    // One octahedral void per anion of a close packing, none filled in γ-Li3PO4, where every cation sits in a tetrahedron.
    expect(stage.sites.length).toBe(96);
    expect(stage.kinds.flatMap((kind) => kind.sites).sort((a, b) => a - b)).toEqual(
      stage.sites.map((site) => site.index),
    );
  });

  it("sorts them into 60 kinds under the mirror that the substituent leaves", () => {
    // Pnma's mirror plane through the Ge is all that is left; sites on it are alone, the others come in pairs.
    expect(findSymmetry(stage.crystal, { tolerance: 1e-2 }).operations.length).toBe(2);
    expect(new Set(stage.kinds.map((kind) => kind.sites.length))).toEqual(new Set([1, 2]));
    expect(stage.kinds.length).toBe(60);
  });

  it("lists kinds from the substituent outwards", () => {
    const distances = stage.kinds.map((kind) => kind.distanceToDefect);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
  });

  it("carries a filled site to its mirror image with every other atom on an equal one", () => {
    const kind = stage.kinds.find((candidate) => candidate.sites.length === 2)!;
    const [here, there] = kind.sites.map((site) => stage.sites[site]!) as [
      (typeof stage.sites)[0],
      (typeof stage.sites)[0],
    ];
    const filled = fillSite(stage, here.position, "Li");
    const rest: Minimum = { crystal: filled, energy: 0, maxForce: 0, converged: true, history: [], notes: [] };
    const carried = carryMinimum(rest, { from: here.operation, to: there.operation }).crystal;
    const ion = atomsOf(filled, "Li").at(-1)!;
    const at = (positions: ArrayLike<number>, i: number) =>
      [positions[3 * i]!, positions[3 * i + 1]!, positions[3 * i + 2]!] as const;
    // The crystal's coordinates have five decimals: 1e-5 of 15 Å.
    expect(periodicDistance(filled.cell, at(carried.positions, ion), there.position)).toBeLessThan(1e-3);
    const back = carryMinimum({ ...rest, crystal: carried }, { from: there.operation, to: here.operation }).crystal;
    for (let i = 0; i < filled.kinds.length; i++) {
      expect(periodicDistance(filled.cell, at(back.positions, i), at(filled.positions, i))).toBeLessThan(1e-9);
    }
  });

  it("refuses what the host does not have", () => {
    expect(() =>
      setStage(gammaLi3PO4(), { ...parameters, substitution: { element: "Si", by: "Ge", site: 0 } }),
    ).toThrow(/0 Si/);
    expect(() =>
      setStage(gammaLi3PO4(), { ...parameters, interstitial: { ...parameters.interstitial, element: "Na" } }),
    ).toThrow(/no Na/);
    const small = { ...parameters, substitution: { element: "P", by: "Ge", site: 24 } };
    expect(() => setStage(gammaLi3PO4(), small)).toThrow(/24 P|site is 24/);
  });
});
