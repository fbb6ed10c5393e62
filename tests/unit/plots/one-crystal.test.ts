// The page of the study "one-crystal".

import { beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../../src/io/index.js";
import { oneCrystalPage, type Page } from "../../../src/plots/index.js";
import { PHONON_DEFINITIONS, STRUCTURAL_DEFINITIONS } from "../../../src/screening/index.js";
import { type OneCrystalData, oneCrystal } from "../../../src/studies/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";
import { contextOf, rockSalt } from "../studies/one-crystal-sample.js";

let data: OneCrystalData;
let page: Page;
const pageOf = (of: OneCrystalData): Page => oneCrystalPage({ data: of } as Report<OneCrystalData>);
beforeAll(async () => {
  loadSymmetryForTests();
  ({ data } = await oneCrystal.run(rockSalt(), contextOf()));
  page = pageOf(data);
});

const tables = (of: Page) => of.sections.flatMap((section) => section.tables ?? []);

describe("the page of one crystal", () => {
  it("shows bands, spectra, shares, participation and displacements, each with its numbers", () => {
    const figures = page.sections.flatMap((section) => section.figures ?? []);
    const names = figures.map(({ name }) => name);
    for (const name of ["bands", "spectra", "displacement-shares", "participation", "displacements"])
      expect(names).toContain(name);
    expect(new Set(names).size).toBe(names.length);
    for (const { csv, svg } of figures) {
      expect(csv.split("\n").length).toBeGreaterThan(3);
      expect(svg).not.toMatch(/NaN|undefined/);
    }
  });

  it("defines every descriptor it prints, and prints every one", () => {
    const rows = tables(page).find(({ title }) => title === "Descriptors")!.rows;
    expect(rows.map(([key]) => key)).toEqual([...PHONON_DEFINITIONS, ...STRUCTURAL_DEFINITIONS].map(({ key }) => key));
    // rock salt has all of them: a dash would be a key that the values do not have
    for (const [key, value] of rows) expect(value, key).not.toBe("–");
  });

  it("says the verdict in words, and says so when a run ended early", () => {
    expect(page.sections[0]!.text[0]).toMatch(/harmonic crystal is stable.*The host holds at 300 K/);
    const cut = pageOf({ ...data, motion: null });
    expect(cut.sections[0]!.text[0]).toMatch(/ended early/);
    expect(cut.sections.map(({ title }) => title)).not.toContain("Molecular dynamics");
  });

  it("says that an unstable crystal would be left out", () => {
    const unstable = pageOf({ ...data, harmonic: { ...data.harmonic, stable: false } });
    expect(unstable.headline[0]).toEqual({ label: "Harmonic crystal", value: "unstable" });
    expect(unstable.sections[0]!.text[0]).toMatch(/would leave it out/);
  });
});
