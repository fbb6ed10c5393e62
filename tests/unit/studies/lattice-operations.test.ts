// Bands, densities of states and thermal averages as operations: one crystal by every way in, what bands are coloured by, imaginary modes, and phonopy's numbers.

import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import { makeForceField, namedForceFieldSpec } from "../../../src/forces/index.js";
import { readPhonopyFolder, readPoscar, readYaml } from "../../../src/io/index.js";
import { displacedBy, forceConstants, randomDisplacements } from "../../../src/modes/index.js";
import { type Crystal, cscl, nacl, repeatedAtomByAtom } from "../../../src/structure/index.js";
import { bandsOperation, dosOperation, type LatticeInput, thermalOperation } from "../../../src/studies/index.js";
import { coloursOf } from "../../../src/studies/operations/bands-colours.js";
import { parseModes, parsePath, parseWave } from "../../../src/studies/operations/bands-path.js";
import { latticeOf } from "../../../src/studies/operations/lattice-input.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

const forces = namedForceFieldSpec("tosi-fumi-nacl");
const field = makeForceField(forces);
const unit = nacl({ a: 5.6, primitive: true });
const fromField = (crystal: Crystal, extra: Partial<LatticeInput> = {}): LatticeInput => ({
  source: { kind: "forces", crystal, forces, supercell: [2, 2, 2] },
  ...extra,
});
const bandsOf = (input: LatticeInput, given: object) =>
  bandsOperation.run(input, bandsOperation.parameters.parse({ mesh: "3 3 3", points: 5, ...given }));

describe("ways in", () => {
  it("give the same frequencies: force field, its force constants, forces of displaced supercells", async () => {
    const reference = repeatedAtomByAtom(unit, [2, 2, 2]);
    const constants = await forceConstants(reference, field);
    // harmonic forces of random displacements: a fit must find the constants they came from
    const arrangements = [...randomDisplacements(reference, { seed: 1, count: 6, lengthA: 0.01 })].map((u) => {
      const f = new Float64Array(u.length);
      for (let i = 0; i < u.length; i++)
        for (let j = 0; j < u.length; j++) f[i]! -= constants.values[i * u.length + j]! * u[j]!;
      return { crystal: displacedBy(reference, u), forces: f };
    });
    const given = { path: "Γ-X", relax: false };
    const [first, second, third] = await Promise.all([
      bandsOf(fromField(unit), given),
      bandsOf({ source: { kind: "constants", constants, unit } }, given),
      bandsOf({ source: { kind: "arrangements", crystal: unit, arrangements, supercell: [2, 2, 2] } }, given),
    ]);
    for (const [at, row] of first.data.frequenciesThz.entries())
      for (const [band, f] of row.entries()) {
        // near zero a frequency is the root of rounding: 1e-12 eV/(Å² amu) is 1e-5 THz
        expect(second.data.frequenciesThz[at]![band]!).toBeCloseTo(f, Math.abs(f) < 0.01 ? 3 : 9);
        expect(third.data.frequenciesThz[at]![band]!).toBeCloseTo(f, Math.abs(f) < 0.01 ? 3 : 6);
      }
    expect(first.data.lattice.source).toBe("forces");
    expect(third.data.lattice.natoms).toBe(2);
  });

  it("bring the cell to rest first, and say so when they may not", async () => {
    const squeezed = nacl({ a: 5.4, primitive: true });
    const rested = await latticeOf(fromField(squeezed), { relax: true, cell: "full", atMost: 100, scheme: "gonze" });
    const own = await latticeOf(fromField(unit), { relax: true, cell: "full", atMost: 100, scheme: "gonze" });
    // both end at the one minimum: forces and stress of 1e-6 are 1e-5 of the volume
    expect(rested.summary.volumeA3 / own.summary.volumeA3).toBeCloseTo(1, 4);
    const moved = { ...unit, positions: unit.positions.map((x, k) => (k === 3 ? x + 0.1 : x)) };
    const left = await latticeOf(fromField(moved), { relax: false, cell: "full", atMost: 100, scheme: "gonze" });
    expect(left.notes.list().map(({ code }) => code)).toContain("structure-not-at-rest");
  });

  it("say what is left out: charges, and forces that reach beyond half the supercell", async () => {
    const codes = async (input: LatticeInput) =>
      (await latticeOf(input, { relax: false, cell: "full", atMost: 100, scheme: "gonze" })).notes
        .list()
        .map(({ code }) => code);
    expect(await codes(fromField(unit))).toEqual(
      expect.arrayContaining(["charges-left-out", "cutoff-beyond-half-cell"]),
    );
    const charged = await codes(fromField(unit, { charges: "field" }));
    expect(charged).toContain("non-analytic-term");
    expect(charged).not.toContain("charges-left-out");
    const constants = await forceConstants(unit, field);
    await expect(codes({ source: { kind: "constants", constants }, charges: "field" })).rejects.toThrow(InputError);
  });
});

describe("bands", () => {
  it("split at Γ with charges, by the direction of approach: one longitudinal above two transverse", async () => {
    const plain = await bandsOf(fromField(unit), { path: "Γ-X", relax: false });
    const charged = await bandsOf(fromField(unit, { charges: "field" }), { path: "Γ-X", relax: false });
    const [a, b] = [plain.data.frequenciesThz[0]!, charged.data.frequenciesThz[0]!];
    expect(a[5]! - a[3]!).toBeLessThan(1e-6);
    expect(b[4]! - b[3]!).toBeLessThan(1e-6);
    // Rigid ions: ω_LO² − ω_TO² = e²/(ε₀ V μ); 4πk_e = 180.951 eV Å, μ = 13.9458 u, V = a³/4, (eV/Å²/u)^½ = 15.6333 THz
    const split = (15.633302 ** 2 * 180.9512801) / (13.94579 * (5.6 ** 3 / 4));
    expect(b[5]! ** 2 - b[3]! ** 2).toBeCloseTo(split, 2);
  });

  it("are coloured by what their modes do: sound moves all together, the polar mode the ions against each other", async () => {
    const { dynamics } = await latticeOf(fromField(unit), { relax: false, cell: "full", atMost: 100, scheme: "gonze" });
    const slow = coloursOf(dynamics.modesAt([0.002, 0.001, 0]), { mobile: 0, temperatureK: 300, minimumThz: 1e-3 });
    // corrections are of the order of (q a)² = 1e-4
    for (const mode of [0, 1, 2]) {
      expect(slow.coupling![mode]!).toBeCloseTo(1, 3);
      expect(slow.coupling![mode + 3]!).toBeCloseTo(-1, 3);
      // displacements alike: |e|² goes with the mass, the share of displacement is ½
      expect(slow.character[mode]![0]!).toBeCloseTo(22.98977 / (22.98977 + 35.453), 3);
      expect(slow.share![mode]!).toBeCloseTo(0.5, 3);
    }
    // equipartition of sound: ⟨u²⟩ = k_BT/(M ω²) per mode along its polarisation, a third of it per axis
    const f = dynamics.frequenciesAt([0.002, 0.001, 0])[2]!;
    const classical = (8.617333262e-5 * 300) / ((22.98977 + 35.453) * (f / 15.633302) ** 2) / 3;
    expect(slow.msdA2![2]! / classical).toBeCloseTo(1, 3);
  });

  it("list imaginary modes with the structure displaced along each", async () => {
    // Rock salt's ions in the arrangement of CsCl: unstable at the zone edge
    const found = await bandsOf(
      { source: { kind: "forces", crystal: cscl({ a: 3.4, elements: ["Na", "Cl"] }), forces, supercell: [2, 2, 2] } },
      { relax: false },
    );
    const { imaginary } = found.data;
    expect(imaginary.length).toBeGreaterThan(0);
    const edge = imaginary.find(({ label }) => label === "M")!;
    expect(edge.repeats).toEqual([2, 2, 1]);
    const file = found.files.find(({ name }) => name === edge.file)!;
    const displaced = readPoscar(file.data, { file: file.name });
    const energy = (crystal: Crystal): number => {
      const session = field.attach(crystal);
      const value = session.evaluate(crystal.positions, new Float64Array(crystal.positions.length));
      session.dispose();
      return value;
    };
    const flat = repeatedAtomByAtom(cscl({ a: 3.4, elements: ["Na", "Cl"] }), [2, 2, 1]);
    expect(displaced.kinds.length).toBe(8);
    expect(energy(displaced)).toBeLessThan(energy(flat)); // what imaginary means
    expect(found.notes.map(({ code }) => code)).toContain("unstable-modes");
  });

  it("animate and displace the modes asked for, and write a band.yaml that YAML readers take", async () => {
    const { files, data } = await bandsOf(fromField(unit), {
      path: "Γ-X|Γ-L",
      relax: false,
      animate: "X,0;L,5",
      displace: "1/2 1/2 1/2,3,0.15",
    });
    const names = files.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        "mode-X-0.xyz",
        "mode-X-0.axsf",
        "mode-L-5.xyz",
        "displaced-1o2_1o2_1o2-3-0.15.vasp",
        "band.yaml",
        "bands.csv",
      ]),
    );
    const { value } = readYaml(files.find(({ name }) => name === "band.yaml")!.data, { file: "band.yaml" });
    const tree = value as { nqpoint: number; phonon: { band: { frequency: number; eigenvector: number[][][] }[] }[] };
    expect(tree.nqpoint).toBe(data.path.q.length);
    const band = tree.phonon[4]!.band[2]!;
    expect(band.frequency).toBeCloseTo(data.frequenciesThz[4]![2]!, 9);
    expect(band.eigenvector.flat(2).reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 10);
  });
});

describe("paths and modes as typed", () => {
  const points = { Γ: [0, 0, 0], X: [0.5, 0, 0.5], K: [0.375, 0.375, 0.75] } as const;
  it("take labels, fractions and jumps", () => {
    expect(parsePath("G-X|K-(-1/2 0 0.25)", points)).toEqual([
      { from: "Γ", to: "X", start: [0, 0, 0], end: [0.5, 0, 0.5] },
      { from: "K", to: "-1/2 0 0.25", start: [0.375, 0.375, 0.75], end: [-0.5, 0, 0.25] },
    ]);
    expect(parseModes("X,3; 1/2 0 0,0", points, [1, 1])).toEqual([
      { label: "X", q: [0.5, 0, 0.5], mode: 3, rest: [] },
      { label: "1/2 0 0", q: [0.5, 0, 0], mode: 0, rest: [] },
    ]);
  });
  it.each(["Γ", "Γ-Q", "X-X", "Γ-(1/2 0)", ""])('refuse the path "%s"', (text) => {
    expect(() => parsePath(text, points)).toThrow(InputError);
  });
  it.each(["X", "X,-1", "X,1.5", "X,a", "X,1,2", ",1"])('refuse the mode "%s"', (text) => {
    expect(() => parseModes(text, points, [1, 1])).toThrow(InputError);
  });
  it("name the nearest label", () => {
    expect(() => parseWave("Kk", points)).toThrow(InputError);
  });
});

describe("densities and thermal averages", () => {
  it("count three states per atom, and directions add up to the whole", async () => {
    const run = (direction: string) =>
      dosOperation.run(
        fromField(unit),
        dosOperation.parameters.parse({ mesh: "4 4 4", relax: false, method: "gaussian", direction }),
      );
    const parts = await Promise.all(["1 0 0", "0 1 0", "0 0 1"].map(run));
    const { data } = parts[0]!;
    expect(data.states).toBeCloseTo(6, 3); // a sum over an even grid four points to the width
    for (const k of [50, 200, 350]) {
      const sum = parts.reduce((total, part) => total + part.data.direction!.perThz[k]!, 0);
      expect(sum).toBeCloseTo(data.dos.totalPerThz[k]!, 9);
      const elements = Object.values(data.dos.byElementPerThz).reduce((total, values) => total + values[k]!, 0);
      expect(elements).toBeCloseTo(data.dos.totalPerThz[k]!, 9);
    }
    const { total, byElement } = data.moments;
    // Σ|e_Na|² = Σ|e_Cl|² = 3 per wave vector: the whole is the plain mean of the two, but for the three translations left out
    expect((byElement["Na"]!.centreThz + byElement["Cl"]!.centreThz) / 2).toBeCloseTo(total.centreThz, 1);
  });

  it("obey F = U − TS and dF/dT = −S, and split displacements by frequency without loss", async () => {
    const request = thermalOperation.parameters.parse({ mesh: "4 4 4", relax: false, fromK: 299, toK: 301, stepK: 1 });
    const { data } = await thermalOperation.run(fromField(unit), request);
    const [f, s, u] = [data.freeEnergyEv, data.entropyEvPerK.map((x) => x!), data.energyEv];
    expect(f[1]!).toBeCloseTo(u[1]! - 300 * s[1]!, 12);
    // third derivative of F times h²/6: 6 k_B/T² · 1/6 = 1e-9 eV/K
    expect((f[2]! - f[0]!) / 2).toBeCloseTo(-s[1]!, 8);
    for (const site of data.sites)
      expect(site.byFrequencyA2.reduce((sum, x) => sum + x, 0)).toBeCloseTo(site.isotropicA2[1]!, 12);
  });

  it("expand: α is Grüneisen's γ C_V/(B V) of the same modes", async () => {
    const request = thermalOperation.parameters.parse({
      mesh: "3 3 3",
      volumes: 7,
      volumeRange: 0.05,
      pressureGpa: 0.67,
      fromK: 200,
      toK: 220,
      stepK: 10,
    });
    const { data } = await thermalOperation.run(fromField(unit), request);
    const e = data.expansion!;
    // under this pressure the equilibrium volume is the middle one, where γ is taken: what is left are the fit of state and the finite steps
    expect(e.volumeA3[1]! / e.volumesA3[3]!).toBeCloseTo(1, 2);
    const expected =
      (e.gruneisen[1]! * data.heatCapacityEvPerK[1]!) / ((e.bulkModulusGpa[1]! / 160.2176634) * e.volumeA3[1]!);
    expect(Math.abs(e.expansionPerK[1]! / expected - 1)).toBeLessThan(0.03);
    expect(e.inside).toEqual([true, true, true]);
  });
});

const shared = new URL("../../../../shared/data/phonopy-nacl/", import.meta.url);
const present = existsSync(shared);

describe.skipIf(!present)(
  "phonopy's NaCl with Born charges (skipped where its folder is not beside the repository)",
  () => {
    it("has phonopy's displacements at 300 K on a 5 × 5 × 5 mesh", async () => {
      const text = (name: string): string => readFileSync(new URL(name, shared), "utf8");
      const folder = readPhonopyFolder(
        Object.fromEntries(["phonopy_disp.yaml", "FORCE_SETS", "BORN"].map((name) => [name, text(name)])),
      );
      const request = thermalOperation.parameters.parse({ mesh: "5 5 5", minimumThz: 0.01, fromK: 300, toK: 300 });
      const { data } = await thermalOperation.run({ source: { kind: "phonopy", folder } }, request);
      // eight decimals are given; phonopy rounds its unit of frequency and sums the field with its own cut-off
      const [na, cl] = data.sites.map(({ isotropicA2 }) => isotropicA2[0]!);
      expect(Math.abs(na! / 0.02198817 - 1)).toBeLessThan(1e-5);
      expect(Math.abs(cl! / 0.01681392 - 1)).toBeLessThan(1e-5);
      expect(data.leftOut).toBe(3);
    });
  },
);
