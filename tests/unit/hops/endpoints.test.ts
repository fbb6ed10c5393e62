import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import { automaticCutoff, enumerateHops, type Hop, type HopSites } from "../../../src/hops/index.js";
import { cellFromParameters } from "../../../src/structure/index.js";

/** Simple cubic lattice sites with the body centres between them, a = 3 Å, `m` cells along each axis. */
function cubic(m: number): HopSites {
  const lattice: number[] = [];
  const interstitial: number[] = [];
  for (let i = 0; i < m; i++)
    for (let j = 0; j < m; j++)
      for (let k = 0; k < m; k++) {
        lattice.push(3 * i, 3 * j, 3 * k);
        interstitial.push(3 * i + 1.5, 3 * j + 1.5, 3 * k + 1.5);
      }
  return {
    cell: cellFromParameters(3 * m, 3 * m, 3 * m),
    lattice: Float64Array.from(lattice),
    interstitial: Float64Array.from(interstitial),
  };
}

const byId = (hops: readonly Hop[]) => new Map(hops.map((hop) => [hop.id, hop]));

describe("enumeration of hops", () => {
  it("counts neighbours: 6 direct, 6 vacancy and 8·8 − 8 interstitialcy hops per site of a cubic lattice", () => {
    const sites = cubic(4);
    expect(enumerateHops(sites, "direct").hops.length).toBe(64 * 6);
    expect(enumerateHops(sites, "vacancy").hops.length).toBe(64 * 6);
    // 8 lattice sites around a body centre, 8 body centres around each; going back to the start is no hop.
    const chains = enumerateHops(sites, "interstitialcy").hops;
    expect(chains.length).toBe(64 * (8 * 8 - 8));
    expect(byId(chains).size).toBe(chains.length);
  });

  it("keeps images apart: in a 2 × 2 × 2 cell the same two sites are joined by two hops of opposite displacement", () => {
    const { hops } = enumerateHops(cubic(2), "direct");
    expect(hops.length).toBe(8 * 6);
    const pair = hops.filter((hop) => hop.from === 0 && hop.to === 1);
    expect(pair.length).toBe(2);
    expect(pair[0]!.displacement[2]).toBeCloseTo(-pair[1]!.displacement[2], 12);
    expect(new Set(pair.map((hop) => hop.id)).size).toBe(2);
  });

  it("in a one-site cell the ion hops to its own image", () => {
    const { hops } = enumerateHops(cubic(1), "direct");
    expect(hops.map((hop) => hop.id)).toEqual([
      "i0.i0(-1,0,0)",
      "i0.i0(0,-1,0)",
      "i0.i0(0,0,-1)",
      "i0.i0(0,0,1)",
      "i0.i0(0,1,0)",
      "i0.i0(1,0,0)",
    ]);
  });

  it("every hop's reverse is a hop, whose reverse it is, with the opposite displacement", () => {
    for (const mechanism of ["direct", "vacancy", "interstitialcy"] as const) {
      const { hops } = enumerateHops(cubic(2), mechanism);
      const all = byId(hops);
      for (const hop of hops) {
        const back = all.get(hop.reverse)!;
        expect(back.reverse).toBe(hop.id);
        expect([back.from, back.to]).toEqual([hop.to, hop.from]);
        for (let axis = 0; axis < 3; axis++)
          expect(back.displacement[axis]! + hop.displacement[axis]!).toBeCloseTo(0, 10);
      }
    }
  });

  it("a chain says which atom goes where: the interstitial to the lattice site, the lattice ion to the next void", () => {
    const sites = { ...cubic(4), latticeAtoms: Array.from({ length: 64 }, (_, i) => 100 + i), interstitialAtom: 500 };
    const hop = enumerateHops(sites, "interstitialcy", { from: [21] }).hops[0]!;
    const [first, second] = hop.chain;
    expect(first!.atom).toBe(500);
    expect(first!.from).toEqual({ kind: "interstitial", index: 21 });
    expect(second!.atom).toBe(100 + first!.to.index);
    expect(second!.from).toEqual(first!.to);
    expect(Math.hypot(...first!.displacement)).toBeCloseTo(Math.sqrt(3) * 1.5, 12);
  });

  it("a vacancy hop moves the ion against the vacancy, atoms counted without the vacant one", () => {
    const { hops } = enumerateHops(cubic(4), "vacancy", { from: [10] });
    for (const hop of hops) {
      const [step] = hop.chain;
      expect(step!.from.index).toBe(hop.to);
      expect(step!.to.index).toBe(10);
      expect(step!.atom).toBe(hop.to > 10 ? hop.to - 1 : hop.to);
      for (let axis = 0; axis < 3; axis++)
        expect(step!.displacement[axis]! + hop.displacement[axis]!).toBeCloseTo(0, 12);
    }
  });

  it("only stable sites take part, and order does not depend on the order of the options", () => {
    const sites = cubic(3);
    const stable = [0, 1, 2, 5, 9];
    const { hops } = enumerateHops(sites, "interstitialcy", { stableSites: stable });
    expect(hops.every((hop) => stable.includes(hop.from) && stable.includes(hop.to))).toBe(true);
    const again = enumerateHops(sites, "interstitialcy", { stableSites: stable.toReversed() });
    expect(again.hops).toEqual(hops);
  });

  it("the automatic cut-off lies between the first and the second shell, a given one is taken", () => {
    const { cell, lattice, interstitial } = cubic(4);
    const cutoff = automaticCutoff(cell, lattice, lattice);
    expect(cutoff).toBeGreaterThan(3);
    expect(cutoff).toBeLessThan(3 * Math.SQRT2);
    const mixed = automaticCutoff(cell, interstitial, lattice);
    expect(mixed).toBeGreaterThan(1.5 * Math.sqrt(3));
    expect(mixed).toBeLessThan(1.5 * Math.sqrt(11));
    // 6 at 3 Å and 12 at 3√2 Å.
    expect(enumerateHops(cubic(4), "direct", { neighborCutoff: 4.3 }).hops.length).toBe(64 * 18);
  });

  it("shifting all sites by a lattice vector and wrapping them back gives the same hops", () => {
    const sites = cubic(3);
    const moved = { ...sites, lattice: Float64Array.from(sites.lattice, (x) => x + 9) };
    const plain = enumerateHops(sites, "interstitialcy").hops;
    const shifted = enumerateHops(moved, "interstitialcy").hops;
    expect(shifted.length).toBe(plain.length);
    const key = (hop: Hop): string => hop.chain.map((step) => step.displacement.map((d) => d.toFixed(6)).join()).join();
    expect(shifted.map(key).sort()).toEqual(plain.map(key).sort());
  });

  it("says what is missing", () => {
    const sites = { ...cubic(2), interstitial: new Float64Array(0) };
    expect(() => enumerateHops(sites, "direct")).toThrow(InputError);
    expect(() => enumerateHops(cubic(2), "direct", { from: [8] })).toThrow(/from names site 8, there are 8/);
  });
});
