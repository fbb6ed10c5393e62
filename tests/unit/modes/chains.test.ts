import { describe, expect, it } from "vitest";
import { THZ_PER_ROOT_CURVATURE } from "../../../src/base/index.js";
import { findModes } from "../../../src/modes/index.js";
import { chain } from "../../../src/structure/index.js";
import { pairField, spring } from "../../helpers/analytic-fields.js";
import { roundingOfFrequency } from "../../helpers/spectra.js";

const SPACING = 2;
const STIFFNESS = 3; // eV/Å²
const PERIODS = 6;

/** The largest deviation, in units of the rounding each frequency must have. */
function deviation(found: ArrayLike<number>, expected: readonly number[], count: number): number {
  const largest = expected.at(-1)!;
  return Math.max(...expected.map((f, k) => Math.abs(found[k]! - f) / roundingOfFrequency(f, { count, largest })));
}

const ascending = (values: number[]): number[] => values.sort((a, b) => a - b);
// Springs at their natural length resist nothing across the chain: those two thirds of the modes are at zero.
const longitudinal = (frequencies: Iterable<number>, count: number): number[] =>
  ascending([...frequencies]).slice(-count);
const waveVectors = Array.from({ length: PERIODS }, (_, k) => (2 * Math.PI * k) / PERIODS); // phase per period

describe("chains in closed form", () => {
  const springs = pairField(spring(STIFFNESS, SPACING), { cutoff: 1.2 * SPACING });

  it("one atom: ω² = (4K/m) sin²(qa/2) at every q that fits the cell", async () => {
    const crystal = chain({ spacing: SPACING, elements: ["Na"], periods: PERIODS });
    const { frequencies } = await findModes(crystal, springs);
    const mass = crystal.masses[0]!;
    const expected = waveVectors.map(
      (q) => THZ_PER_ROOT_CURVATURE * Math.sqrt((4 * STIFFNESS) / mass) * Math.abs(Math.sin(q / 2)),
    );
    const found = longitudinal(frequencies, PERIODS);
    expect(deviation(found, ascending(expected), frequencies.length)).toBeLessThan(1);
    const zero = roundingOfFrequency(0, { count: frequencies.length, largest: found.at(-1)! });
    for (const f of [...frequencies].slice(0, 2 * PERIODS)) expect(Math.abs(f)).toBeLessThan(zero);
  });

  it("two atoms: ω² = K(1/m + 1/M) ± K √((1/m + 1/M)² − 4 sin²(qa/2)/mM)", async () => {
    const crystal = chain({ spacing: SPACING, elements: ["Na", "Cl"], periods: PERIODS });
    const { frequencies } = await findModes(crystal, springs);
    const [m, M] = [crystal.masses[0]!, crystal.masses[1]!];
    const sum = 1 / m + 1 / M;
    const expected = waveVectors.flatMap((q) =>
      [-1, 1].map((sign) => {
        const curvature = STIFFNESS * (sum + sign * Math.sqrt(sum ** 2 - (4 * Math.sin(q / 2) ** 2) / (m * M)));
        return THZ_PER_ROOT_CURVATURE * Math.sqrt(Math.max(0, curvature));
      }),
    );
    const found = longitudinal(frequencies, 2 * PERIODS);
    expect(deviation(found, ascending(expected), frequencies.length)).toBeLessThan(1);
  });

  it("a chain under tension also trembles sideways: ω² = (4T/ma) sin²(qa/2) with the tension T", async () => {
    const stretched = pairField(spring(STIFFNESS, 0.9 * SPACING), { cutoff: 1.2 * SPACING });
    const crystal = chain({ spacing: SPACING, elements: ["Na"], periods: PERIODS });
    const { frequencies } = await findModes(crystal, stretched);
    const tension = STIFFNESS * 0.1 * SPACING;
    const branch = (stiffness: number): number[] =>
      waveVectors.map(
        (q) => THZ_PER_ROOT_CURVATURE * Math.sqrt((4 * stiffness) / crystal.masses[0]!) * Math.abs(Math.sin(q / 2)),
      );
    const expected = ascending([...branch(STIFFNESS), ...branch(tension / SPACING), ...branch(tension / SPACING)]);
    expect(deviation(frequencies, expected, frequencies.length)).toBeLessThan(1);
  });

  it("a chain under compression buckles: the same modes with imaginary frequencies, given as negative", async () => {
    const pressed = pairField(spring(STIFFNESS, 1.1 * SPACING), { cutoff: 1.2 * SPACING });
    const crystal = chain({ spacing: SPACING, elements: ["Na"], periods: 2 });
    const { frequencies } = await findModes(crystal, pressed);
    const lowest = -THZ_PER_ROOT_CURVATURE * Math.sqrt((4 * STIFFNESS * 0.1) / crystal.masses[0]!);
    expect(Math.abs(frequencies[0]! - lowest)).toBeLessThan(1e-9);
    expect(Math.abs(frequencies[1]! - lowest)).toBeLessThan(1e-9);
  });
});
