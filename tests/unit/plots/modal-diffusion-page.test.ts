// When the page says that a running sum of modal diffusivities tells more than the vectors of the modes do.

import { describe, expect, it } from "vitest";
import { departureOf } from "../../../src/plots/modal-diffusion-page.js";

const frequencies = Float64Array.of(5, 10, 15, 38);
const still = Float64Array.of(0.1, 0.4, 0.9, 0.999);
const curve = (value: number[], half: number[]) => ({
  value: Float64Array.from(value),
  low: Float64Array.from(value, (x, n) => x - half[n]!),
  high: Float64Array.from(value, (x, n) => x + half[n]!),
});

describe("a running sum beside the static weight", () => {
  it("is off it only where the difference is beyond twice the band, and is described by its largest difference", () => {
    // 0.10 with a band of 0.04 and 0.30 with one of 0.1 are beyond twice the band, 0.05 with one of 0.03 is not
    const found = departureOf(frequencies, curve([0.2, 0.7, 0.95, 1], [0.04, 0.1, 0.03, 0.01]), still);
    expect(found).toEqual({ modes: 2, frequencyThz: 10, value: 0.7, still: 0.4 });
  });

  it("is not off it where both have come to 1, however thin the band is there", () => {
    // 0.001 with a band of 1e-5 is a hundred bands and still nothing to speak of
    expect(departureOf(frequencies, curve([0.1, 0.4, 0.9, 1], [0.1, 0.1, 0.1, 1e-5]), still)).toBeNull();
  });

  it("looks to the side of the band that faces the static weight", () => {
    const accumulation = { ...curve([0.2, 0.4, 0.9, 1], [1, 1, 1, 1]), low: Float64Array.of(0.18, 0, 0, 0) };
    expect(departureOf(frequencies, accumulation, still)?.modes).toBe(1);
    const other = { ...accumulation, low: Float64Array.of(0, 0, 0, 0), high: Float64Array.of(0.21, 2, 2, 2) };
    expect(departureOf(frequencies, other, still)).toBeNull();
  });
});
