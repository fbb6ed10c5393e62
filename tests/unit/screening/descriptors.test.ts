import { beforeAll, describe, expect, it } from "vitest";
import type { Vec3 } from "../../../src/base/index.js";
import {
  brillouinMesh,
  forceConstants,
  type LatticeDynamics,
  latticeDynamics,
  type Modes,
  solveMesh,
  thermalDisplacements,
} from "../../../src/modes/index.js";
import {
  couplingFactors,
  lowestThreeCutoff,
  PHONON_DEFINITIONS,
  phononDescriptors,
  raysThrough,
  STRUCTURAL_DEFINITIONS,
  shapeOfCurve,
  shapeOfModes,
  structuralDescriptors,
  trackedCutoff,
} from "../../../src/screening/index.js";
import { type Crystal, cscl, fcc, makeCell, makeCrystal, nacl, supercell } from "../../../src/structure/index.js";
import { pairField } from "../../helpers/analytic-fields.js";
import { springSalt } from "../../helpers/small-crystals.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

/** Rock salt of springs: primitive cell of the 2 × 2 × 2 supercell's force constants. */
async function salt(): Promise<LatticeDynamics> {
  const { crystal, field } = springSalt();
  return latticeDynamics(await forceConstants(supercell(crystal, [2, 2, 2]).crystal, field));
}

/** Caesium chloride of springs with one atom ten times heavier. */
async function heavy(mass: number): Promise<LatticeDynamics> {
  const a = 4;
  const near = (a * Math.sqrt(3)) / 2;
  const field = pairField(
    (r, kindA, kindB) => {
      const [k, length] = kindA === kindB ? [0.8, a] : [3, near];
      return [0.5 * k * (r - length) ** 2, k * (r - length), k];
    },
    { cutoff: 1.05 * a },
  );
  const unit = cscl({ a });
  const crystal: Crystal = { ...unit, masses: Float64Array.of(mass, 23) };
  return latticeDynamics(await forceConstants(supercell(crystal, [3, 3, 3]).crystal, field));
}

describe("the coupling factor", () => {
  it("is +1 for sound as q → 0 and −1 for the optical modes of a two-atom cell at Γ", async () => {
    const dynamics = await salt();
    for (const phases of ["motion", "envelope"] as const) {
      const near = couplingFactors(dynamics.modesAt([1e-4, 0.7e-4, 0]), { ion: "Na", phases }).factors;
      // phases over the cell are 2π × 1e-4
      for (const mode of [0, 1, 2]) expect(Math.abs(near[mode]! - 1)).toBeLessThan(1e-6);
      const { factors } = couplingFactors(dynamics.modesAt([0, 0, 0]), { ion: "Na", phases });
      // centre of mass at rest: m₁u₁ = −m₂u₂
      for (const mode of [3, 4, 5]) expect(Math.abs(factors[mode]! + 1)).toBeLessThan(1e-12);
    }
  });

  it("is of displacements: √m makes another number of it, at Γ of three atoms and more", async () => {
    const { crystal, field } = springSalt();
    const mixed: Crystal = { ...crystal, masses: crystal.masses.slice().map((m, i) => (i === 0 ? 3 * m : m)) };
    const dynamics = latticeDynamics(await forceConstants(mixed, field), { cells: "whole" });
    const modes = dynamics.modesAt([0, 0, 0]);
    const u = couplingFactors(modes, { ion: "Na" }).factors;
    const e = couplingFactors(modes, { ion: "Na", amplitude: "eigenvector" }).factors;
    expect(u.some((c, k) => Math.abs(c - e[k]!) > 0.01)).toBe(true);
    for (const c of u) if (!Number.isNaN(c)) expect(Math.abs(c)).toBeLessThanOrEqual(1 + 1e-12);
  });

  it("is NaN where the ion stands still", async () => {
    // inversion at an atom is a symmetry of each of the four points L of rock salt, under which one sublattice is even, the other odd
    const dynamics = await salt();
    const halves = [0, 0.5].flatMap((x) => [0, 0.5].flatMap((y) => [0, 0.5].map((z): Vec3 => [x, y, z]))).slice(1);
    const resting = halves.filter((q) =>
      couplingFactors(dynamics.modesAt(q), { ion: "Na" }).factors.every(Number.isNaN),
    );
    expect(resting.length).toBe(4);
  });

  it("is the same for q and q + G; the envelope also whatever images of the atoms are listed", async () => {
    const dynamics = await heavy(60);
    const q: Vec3 = [0.21, 0.13, 0.08];
    const modes = dynamics.modesAt(q);
    const v = modes.reference.cell.vectors;
    const elsewhere: Modes = {
      ...modes,
      reference: {
        ...modes.reference,
        positions: modes.reference.positions.slice().map((x, k) => (k >= 3 ? x + v[k - 3]! : x)),
      },
    };
    const factors = (of: Modes, phases: "motion" | "envelope") => [
      ...couplingFactors(of, { ion: "Cs", phases }).factors,
    ];
    const close = (a: number[], b: number[]): number => Math.max(...a.map((x, k) => Math.abs(x - b[k]!)));
    expect(close(factors(elsewhere, "envelope"), factors(modes, "envelope"))).toBeLessThan(1e-12);
    expect(close(factors(elsewhere, "motion"), factors(modes, "motion"))).toBeGreaterThan(1e-3);
    const there = dynamics.modesAt([q[0] + 1, q[1], q[2]]);
    expect(close(factors(there, "motion"), factors(modes, "motion"))).toBeLessThan(1e-9);
    expect(close(factors(there, "envelope"), factors(modes, "envelope"))).toBeLessThan(1e-9);
  });

  it("of a degenerate group does not depend on the vectors chosen in it, where the weights agree", async () => {
    const dynamics = await salt();
    const modes = dynamics.modesAt([0.25, 0.25, 0]); // along Γ–X the transverse modes are pairs
    const pair = [...modes.frequencies].findIndex((f, k, all) => k > 0 && Math.abs(f - all[k - 1]!) < 1e-6) - 1;
    const turned = modes.vectors.slice();
    const size = 2 * modes.count;
    const [c, s] = [Math.cos(0.6), Math.sin(0.6)];
    for (let k = 0; k < size; k++) {
      const [x, y] = [turned[pair * size + k]!, turned[(pair + 1) * size + k]!];
      turned[pair * size + k] = c * x - s * y;
      turned[(pair + 1) * size + k] = s * x + c * y;
    }
    const before = couplingFactors(modes, { ion: "Na" }).factors;
    const after = couplingFactors({ ...modes, vectors: turned }, { ion: "Na" }).factors;
    expect(Math.abs(before[pair]! - after[pair]!)).toBeLessThan(1e-9);
  });
});

describe("the acoustic cut-off", () => {
  it("tracked is the largest frequency of sound in a chain-like crystal: both ways agree where bands do not cross", async () => {
    const dynamics = await heavy(400); // optical bands far above
    const modes = await solveMesh(dynamics, brillouinMesh(dynamics.crystal, [6, 6, 6]));
    const lowest = lowestThreeCutoff(modes);
    const tracked = await trackedCutoff(dynamics, modes);
    expect(tracked.cutoffThz).toBeGreaterThanOrEqual(lowest.cutoffThz - 1e-9);
    // the rays' points are denser than the mesh's: the top of the band may be between them
    expect(tracked.cutoffThz / lowest.cutoffThz).toBeLessThan(1.02);
    expect(tracked.leastOverlap).toBeGreaterThan(0.5);
  });

  it("tracked follows sound through optical bands that cross it", () => {
    // Two uncoupled one-atom lattices of one cell: sound of the first up to 4 THz, an Einstein oscillator of three modes at 2 THz.
    const crystal = makeCrystal({
      cell: makeCell([3, 0, 0, 0, 3, 0, 0, 0, 3]),
      species: ["Na", "Cl"],
      fractional: [0, 0, 0, 0.5, 0.5, 0.5],
    });
    const sound = (q: Vec3): number => 4 * Math.sqrt(q.reduce((sum, x) => sum + Math.sin(Math.PI * x) ** 2, 0) / 3);
    const toy = {
      crystal,
      count: 6,
      modesAt(q: Vec3) {
        const entries = [0, 1, 2].flatMap((axis) => [
          { f: sound(q), at: axis },
          { f: 2, at: 3 + axis },
        ]);
        entries.sort((a, b) => a.f - b.f);
        const vectors = new Float64Array(72);
        for (const [mode, { at }] of entries.entries()) vectors[12 * mode + 2 * at] = 1;
        return { frequencies: Float64Array.from(entries, ({ f }) => f), vectors };
      },
    } as unknown as LatticeDynamics;
    const mesh = brillouinMesh(crystal, [4, 4, 4], { symmetry: "none" });
    return trackedCutoff(toy, { mesh }).then(({ cutoffThz, leastOverlap, q }) => {
      expect(cutoffThz).toBeCloseTo(4, 12);
      expect(leastOverlap).toBe(1);
      expect(q.map(Math.abs)).toEqual([0.5, 0.5, 0.5]);
    });
  });

  it("rays end on the zone's boundary: X and L of a face-centred lattice", () => {
    const { cell } = fcc({ a: 4, primitive: true });
    const k = (q: Vec3): number =>
      Math.hypot(...raysThrough(cell, Float64Array.from(q))[0]!.map((x, i) => x / q[i]!)) / Math.sqrt(3);
    expect(k([0.25, 0.25, 0.25])).toBeCloseTo(2, 12); // L at ½½½
    const [x] = raysThrough(cell, Float64Array.of(0.125, 0.125, 0));
    expect(x!.map((c) => Math.round(c * 1e9) / 1e9)).toEqual([0.5, 0.5, 0]); // X
  });
});

describe("the shape of a spectrum", () => {
  it("of a flat band, a Gaussian and a ramp is the textbook's", () => {
    const points = 4001;
    const curve = (from: number, to: number, g: (f: number) => number) => {
      const f = Float64Array.from({ length: points }, (_, p) => from + ((to - from) * p) / (points - 1));
      return shapeOfCurve(f, f.map(g));
    };
    const flat = curve(1, 3, () => 2);
    expect(flat.centre).toBeCloseTo(2, 9);
    expect(flat.width).toBeCloseTo(1 / Math.sqrt(3), 6);
    expect(flat.kurtosis).toBeCloseTo(-1.2, 5);
    const gauss = curve(0, 12, (f) => Math.exp(-0.5 * ((f - 6) / 0.7) ** 2));
    expect([gauss.centre, gauss.width]).toEqual([expect.closeTo(6, 9), expect.closeTo(0.7, 9)]);
    expect(Math.abs(gauss.skewness) + Math.abs(gauss.kurtosis)).toBeLessThan(1e-7);
    // g = f on 0 … 1: centre 2/3, variance 1/18, skewness −2√2/5, kurtosis −3/5
    const ramp = curve(0, 1, (f) => f);
    expect(ramp.skewness).toBeCloseTo((-2 * Math.SQRT2) / 5, 5);
    expect(ramp.kurtosis).toBeCloseTo(-0.6, 5);
  });

  it("of modes: the ion's and the host's centres average to the total with their atoms as weights", async () => {
    const dynamics = await salt();
    const modes = await solveMesh(dynamics, brillouinMesh(dynamics.crystal, [4, 4, 4]), { keep: ["weights"] });
    const centre = (atoms?: number[]): number =>
      shapeOfModes(modes, { minimumThz: -1, ...(atoms ? { atoms } : {}) }).centre;
    // Σ_n |e_j,n|² = 3 for every atom
    expect(0.5 * (centre([0]) + centre([1]))).toBeCloseTo(centre(), 9);
  });
});

describe("descriptors of the ion's vibrations", () => {
  it("agree with the thermal displacements, and shares add up to 1", async () => {
    const dynamics = await salt();
    const mesh = brillouinMesh(dynamics.crystal, [4, 4, 4]);
    const found = await phononDescriptors(dynamics, mesh, { ion: "Na", temperature: 300 });
    const thermal = await thermalDisplacements(dynamics, mesh, { temperatures: [300] });
    const na = dynamics.crystal.elements.indexOf("Na") === dynamics.crystal.kinds[0] ? 0 : 1;
    expect(found.msdMean).toBeCloseTo(thermal.isotropic[na]!, 14);
    // cubic site: all axes alike
    expect(found.msdLargest).toBeCloseTo(found.msdMean, 12);
    expect(found.msdPrincipal).toBeCloseTo(found.msdMean, 12);
    expect(found.msdHost).toBeCloseTo(thermal.isotropic[1 - na]!, 14);
    expect(found.msdShares.shares.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
    for (const share of [
      found.msdBelowCutoff,
      found.msdLowestThree,
      found.participationMean,
      found.participationOfMsd,
    ]) {
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThanOrEqual(1 + 1e-12);
    }
    expect(Math.abs(found.couplingMean)).toBeLessThanOrEqual(1);
    expect(found.acousticCutoffTracked!.cutoffThz).toBeGreaterThanOrEqual(found.acousticCutoff - 0.2);
  });

  it("are the same on the whole mesh and on the part symmetry leaves of it", async () => {
    const dynamics = await salt();
    const at = (symmetry: "crystal" | "none") =>
      phononDescriptors(dynamics, brillouinMesh(dynamics.crystal, [4, 4, 4], { symmetry }), {
        ion: "Cl",
        track: false,
      });
    const [part, whole] = [await at("crystal"), await at("none")];
    for (const key of [
      "msdMean",
      "acousticCutoff",
      "participationMean",
      "participationOfMsd",
      "msdBelowCutoff",
      "msdLowestThree",
    ] as const)
      expect(part[key]).toBeCloseTo(whole[key], 9);
    for (const key of ["centre", "width", "skewness", "kurtosis"] as const)
      expect(part.ionSpectrum[key]).toBeCloseTo(whole.ionSpectrum[key], 8);
    expect(part.couplingOfMsd).toBeCloseTo(whole.couplingOfMsd, 6);
  });

  it("refuse a crystal of the ion alone", async () => {
    const dynamics = await salt();
    const mesh = brillouinMesh(dynamics.crystal, [2, 2, 2]);
    await expect(phononDescriptors(dynamics, mesh, { ion: "K" })).rejects.toThrow(/0 of 2 atoms are K/);
  });
});

describe("descriptors of the structure", () => {
  it("of rock salt are on the page", () => {
    const a = 5.64;
    const found = structuralDescriptors(nacl({ a }), { ion: "Na" });
    expect(found.coordination).toBe(6); // the next Cl is at √3 a/2 = 4.88 Å
    expect(found.bondLength).toBeCloseTo(a / 2, 12);
    expect(found.numberDensity).toBeCloseTo(8 / a ** 3, 12);
    expect(found.massDensity).toBeCloseTo(2.164, 3); // halite 2.16 to 2.17 g/cm³
    expect(found.volumePerIon).toBeCloseTo(a ** 3 / 4, 10);
    // Shannon: Na 1.02, Cl 1.81 Å
    expect(found.packing).toBeCloseTo(((16 / 3) * Math.PI * (1.02 ** 3 + 1.81 ** 3)) / a ** 3, 12);
    expect(found.radii).toBe("ionic");
    expect(found.electronegativity).toBeCloseTo((0.93 + 3.16) / 2, 12);
    expect(found.hostElectronegativity).toBe(3.16);
    expect(found.electronsPerAtom).toBe(14);
    expect(found.notes).toEqual([]);
  });

  it("do not depend on the cell, and say when radii are covalent", () => {
    const unit = nacl({ a: 5.64 });
    const { notes: _one, ...one } = structuralDescriptors(unit, { ion: "Na" });
    const { notes: _many, ...many } = structuralDescriptors(supercell(unit, [2, 1, 1]).crystal, { ion: "Na" });
    for (const [key, value] of Object.entries(one)) {
      const other = many[key as keyof typeof many];
      if (typeof value === "number") expect(other).toBeCloseTo(value, 10);
      else expect(other).toBe(value);
    }
    const alloy = structuralDescriptors(cscl({ elements: ["Na", "Li"] }), { ion: "Na" });
    expect(alloy.radii).toBe("covalent");
    expect(alloy.notes[0]!.message).toMatch(/charge of 2 e/);
  });
});

describe("definitions", () => {
  it("stand once each, with a unit", () => {
    const all = [...PHONON_DEFINITIONS, ...STRUCTURAL_DEFINITIONS];
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
    for (const { unit, definition } of all) expect(unit.length > 0 && definition.length > 0).toBe(true);
  });
});
