// Site occupations of published ab-initio trajectories of Li6PS5Cl (Morgan, 10.1021/acs.chemmater.0c03738; data github.com/bjmorgan/
// data_argyrodite_disorder, MIT) against those the program site-analysis finds with polyhedral sites. The data are not part of this
// repository: PHONION_ARGYRODITE names their folder, and without it these tests are skipped.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { trackSites } from "../../../src/dynamics/index.js";
import { openTrajectory } from "../../../src/host/index.js";
import { readPoscar } from "../../../src/io/index.js";
import { atomsOf } from "../../../src/structure/index.js";
import { analyse, densityOf, occupancyOf, sitesFromDensity, sitesFromStructure } from "../../../src/transport/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

const folder = process.env["PHONION_ARGYRODITE"];

// Dummy elements of the file of tetrahedral sites, and what the paper calls them.
const TYPES = { Li: "type 5", Na: "type 2", K: "type 4", Rb: "Rb", Cs: "Cs" };
// Per cent of the ions, as site-analysis prints them.
const PUBLISHED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "0p": { "type 5": 80.2, "type 2": 19.78 },
  "100p": { "type 5": 53.39, "type 2": 39.28, "type 4": 7.33 },
};

beforeAll(loadSymmetryForTests);

describe.skipIf(!folder)("Li6PS5Cl, where PHONION_ARGYRODITE names the data", () => {
  for (const [disorder, published] of Object.entries(PUBLISHED)) {
    it(`${disorder}: every site type holds the share of the ions that site-analysis finds`, {
      timeout: 30_000,
    }, async () => {
      const name = "Li6PS5I_alltet_sites.POSCAR.vasp";
      const file = readPoscar(readFileSync(join(folder!, "reference_structures", name), "utf8"), { file: name });
      const path = join(folder!, `Li6PS5Cl-${disorder}-run1`, "actual_XDATCAR.gz");
      const trajectory = await openTrajectory(path, { frameSpacingFs: 100 });
      const { sites, match, notes } = sitesFromStructure(trajectory.crystal, file, {
        sites: Object.keys(TYPES),
        types: TYPES,
        mobile: ["Li"],
        alike: [["S", "Cl", "I"], ["P"]],
        vertices: { elements: ["S", "I"] },
      });
      expect([...match.repeats]).toEqual([2, 0, 0, 0, 2, 0, 0, 0, 2]);
      expect(match.framework).toBe(224);
      expect(notes).toEqual([]);
      const ions = atomsOf(trajectory.crystal, "Li");
      const counts = new Map<string, number>();
      const track = await trackSites(trajectory, sites, {
        ions,
        rule: "polyhedron",
        onFrame({ siteOf }) {
          for (const site of siteOf) {
            const type = sites.labels[site]!;
            counts.set(type, (counts.get(type) ?? 0) + 1);
          }
        },
      });
      expect(track.frames).toBe(140);
      const { types } = occupancyOf(track);
      for (const [type, percent] of Object.entries(published)) {
        // The same count, printed to 0.01 %.
        expect(Math.abs((100 * counts.get(type)!) / (140 * ions.length) - percent), type).toBeLessThan(0.0051);
        // By time, a jump is half way between two frames, and the first and the last frame count half.
        const { share } = types.find((one) => one.name === type)!;
        expect(Math.abs(100 * share.value - percent), type).toBeLessThan(0.05);
      }
    });
  }

  it("the density alone gives the crystallographic sites: pairs of 48h joined as 24g in the ordered crystal, 48h, 48h and 16e in the other", {
    timeout: 30_000,
  }, async () => {
    const sitesOf = async (disorder: string, mergeRatio: number) => {
      const path = join(folder!, `Li6PS5Cl-${disorder}-run1`, "actual_XDATCAR.gz");
      const trajectory = await openTrajectory(path, { frameSpacingFs: 100 });
      const { density } = await analyse(trajectory, { density: densityOf("Li", { shape: [64, 64, 64] }) });
      return sitesFromDensity(density, { symmetryToleranceA: 0.5, mergeRatio });
    };
    const ordered = await sitesOf("0p", 0.8);
    expect(ordered.spaceGroup).toBe("F-43m");
    expect(ordered.types.map(({ sites }) => sites)).toEqual([8 * 24]);
    const disordered = await sitesOf("100p", 0.9);
    expect(disordered.types.map(({ sites }) => sites)).toEqual([8 * 48, 8 * 48, 8 * 16]);
  });
});
