import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeCell, makeCrystal } from "../../src/structure/index.js";
import { analyse, msdOf } from "../../src/transport/index.js";
import { trajectoryFrom } from "../helpers/walks.js";

interface Expected {
  readonly ions: number;
  readonly masses: readonly number[];
  readonly positions: readonly (readonly number[])[];
  readonly mdanalysis: Readonly<Record<"xyz" | "x" | "y" | "z", readonly number[]>>;
  readonly numpy: Readonly<Record<"tracerInFramework" | "collectiveInFramework" | "xyInFramework", readonly number[]>>;
}

const folder = new URL("../../fixtures/mdanalysis/msd-walk/", import.meta.url);
const expected = JSON.parse(readFileSync(new URL("expected.json", folder), "utf8")) as Expected;
const { ions, masses, positions } = expected;
const crystal = makeCrystal({
  cell: makeCell([20, 0, 0, 0, 20, 0, 0, 0, 20]),
  species: masses.map((_, i) => (i < ions ? "Li" : "S")),
  masses,
  positions: positions[0]!,
});
const walk = trajectoryFrom(crystal, positions.length, { positionsAt: (k) => Float64Array.from(positions[k]!) });

const largest = (found: ArrayLike<number>, wanted: readonly number[]) =>
  Math.max(...wanted.map((value, i) => Math.abs(found[i]! - value)));

describe("mean square displacements of MDAnalysis", () => {
  it("total and along the axes, all lags, in the laboratory", async () => {
    const { msd } = await analyse(walk, { msd: msdOf("Li", { reference: "lab", precision: "double" }) });
    // MDAnalysis works with 32-bit positions: up to 15 Å, rounded by 5·10⁻⁷ Å, in squares up to 100 Å²: 2·10 Å·5·10⁻⁷ Å·2 ≈ 2·10⁻⁵ Å².
    expect(largest(msd.tracer.values, expected.mdanalysis.xyz)).toBeLessThan(2e-5);
    (["x", "y", "z"] as const).forEach((axis, c) => {
      expect(largest(msd.components[c]!.values, expected.mdanalysis[axis])).toBeLessThan(2e-5);
    });
  });

  it("tracer, collective and mixed ones in the framework, by their definitions in numpy", async () => {
    const { msd } = await analyse(walk, { msd: msdOf("Li", { tensor: true, precision: "double" }) });
    // Both in f64, sums of 120 squares of up to 15 Å: 10⁻¹² Å², 36 times that for the sum of six ions.
    expect(largest(msd.tracer.values, expected.numpy.tracerInFramework)).toBeLessThan(1e-10);
    expect(largest(msd.collective.values, expected.numpy.collectiveInFramework)).toBeLessThan(1e-10);
    expect(largest(msd.components[3]!.values, expected.numpy.xyInFramework)).toBeLessThan(1e-10);
  });
});
