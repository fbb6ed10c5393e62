import { beforeAll, describe, expect, it } from "vitest";
import { namedForceFieldSpec } from "../../../src/forces/index.js";
import { forceConstantsFrom } from "../../../src/modes/index.js";
import { PHONON_DEFINITIONS, STRUCTURAL_DEFINITIONS } from "../../../src/screening/index.js";
import { nacl } from "../../../src/structure/index.js";
import { descriptorsOperation, elasticOperation } from "../../../src/studies/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

const forces = { ...namedForceFieldSpec("tosi-fumi-nacl"), cutoffA: 8 };
const input = { source: { kind: "forces", crystal: nacl({ a: 5.6 }), forces }, charges: "field" } as const;

describe("phonion elastic", () => {
  it("NaCl: strains and long waves agree, and rigid ions at rest obey Cauchy's relation", async () => {
    const request = elasticOperation.parameters.parse({ method: "both" });
    const { data, notes, converged, lines } = await elasticOperation.run(input, request);
    expect(converged).toBe(true);
    expect(data.spaceGroup).toBe("Fm-3m");
    expect(data.independent).toBe(3);
    const [c, w] = [data.constantsGpa, data.longWavesGpa!];
    // stress left at 1e-7 eV/Å³ is 2e-5 GPa
    expect(Math.abs(c[0]![1]! - c[3]![3]!)).toBeLessThan(1e-3);
    // forces reach less than half of the 3 × 3 × 3 cells: what differs is the Ewald sums' 1e-8 times their cancellation
    for (const [row, column] of [
      [0, 0],
      [0, 1],
      [3, 3],
    ] as const)
      expect(Math.abs(c[row]![column]! - w[row]![column]!)).toBeLessThan(0.01);
    expect(data.stable).toBe(true);
    expect(data.reuss!.shearGpa).toBeLessThanOrEqual(data.voigt!.shearGpa);
    expect(notes.map(({ code }) => code)).not.toContain("stress-not-zero");
    expect(lines.join("\n")).toContain("hardness");
    // plain values only
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  });

  it("notes a cell that is not at rest, and refuses strains where there are force constants only", async () => {
    const request = elasticOperation.parameters.parse({ relax: false });
    const { notes } = await elasticOperation.run(input, request);
    expect(notes.map(({ code }) => code)).toContain("stress-not-zero");
    const constants = forceConstantsFrom(nacl(), new Float64Array(24 ** 2));
    await expect(
      elasticOperation.run(
        { source: { kind: "constants", constants } },
        elasticOperation.parameters.parse({ method: "strains" }),
      ),
    ).rejects.toThrow(/needs a force field/);
  });
});

describe("phonion descriptors", () => {
  it("gives every definition a value, plain and finite", async () => {
    const request = descriptorsOperation.parameters.parse({ ion: "Na", mesh: "3 3 3", track: false });
    const { data, files } = await descriptorsOperation.run(input, request);
    expect(data.phonon.map(({ key }) => key)).toEqual(PHONON_DEFINITIONS.map(({ key }) => key));
    expect(data.structural.map(({ key }) => key)).toEqual(STRUCTURAL_DEFINITIONS.map(({ key }) => key));
    for (const { key, value } of [...data.phonon, ...data.structural])
      if (key !== "acousticCutoffTracked") expect(Number.isFinite(value), key).toBe(true);
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
    expect(files.map(({ name }) => name)).toEqual(["descriptors.csv", "shares.csv"]);
    // three translations at Γ
    expect(data.leftOut).toBe(3);
  });

  it("takes Na for the ion unless told, and refuses an ion that is not there", async () => {
    const quick = { mesh: "2 2 2", track: false, relax: false };
    const { data } = await descriptorsOperation.run(input, descriptorsOperation.parameters.parse(quick));
    expect(data.ion).toBe("Na");
    const request = descriptorsOperation.parameters.parse({ ...quick, ion: "Mg" });
    await expect(descriptorsOperation.run(input, request)).rejects.toThrow(/atoms are Mg/);
  });
});
