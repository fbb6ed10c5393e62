import { describe, expect, it } from "vitest";
import { COULOMB_CONSTANT } from "../../../src/base/index.js";
import { makeForceField } from "../../../src/forces/index.js";
import { relax } from "../../../src/minima/index.js";
import { cellParameters, deformCell, hcp, multiply3, nacl, supercell, withCell } from "../../../src/structure/index.js";
import { lennardJones, pairField } from "../../helpers/analytic-fields.js";
import { lennardJonesFcc, shaken } from "../../helpers/small-crystals.js";

const { crystal: perfect, field: lj, a } = lennardJonesFcc();
const strain = (e: readonly number[]) =>
  Float64Array.of(1 + e[0]!, e[5]!, e[4]!, e[5]!, 1 + e[1]!, e[3]!, e[4]!, e[3]!, 1 + e[2]!);
const strained = (e: readonly number[]) => withCell(perfect, deformCell(perfect.cell, strain(e)));

describe("relax, variable cell", () => {
  it.each(["lbfgs", "fire"] as const)(
    "%s: Lennard-Jones fcc gets its lattice constant from any strain",
    async (method) => {
      for (const e of [
        [0.04, 0.04, 0.04, 0, 0, 0],
        [-0.04, 0.03, 0.02, 0.02, -0.03, 0.01],
        [0.03, -0.05, 0.01, -0.02, 0.01, 0.03],
      ]) {
        const rest = await relax(shaken(strained(e), 0.03, 1), lj, { cell: "full", method });
        expect(rest.converged).toBe(true);
        const [la, lb, lc, alpha, beta, gamma] = cellParameters(rest.crystal.cell);
        // Stress 1e-6 eV/Å³ over a shear modulus near 0.15 eV/Å³: strain 7e-6.
        for (const length of [la, lb, lc]) expect(Math.abs(length / a - 1)).toBeLessThan(1e-5);
        for (const angle of [alpha, beta, gamma]) expect(Math.abs(angle - 90)).toBeLessThan(1e-3);
      }
    },
  );

  it("L-BFGS and FIRE agree, and the number of atoms does not change the cell", async () => {
    const start = strained([0.02, -0.01, 0.03, 0.01, 0, -0.01]);
    const tight = { cell: "full", tolerance: 1e-7 } as const;
    const [quick, slow] = [await relax(start, lj, tight), await relax(start, lj, { ...tight, method: "fire" })];
    expect(Math.abs(quick.energy - slow.energy)).toBeLessThan(1e-12); // quadratic in a strain of 1e-7
    const doubled = await relax(supercell(start, [2, 1, 1]).crystal, lj, tight);
    expect(Math.abs(doubled.energy / 2 - quick.energy)).toBeLessThan(1e-12);
    expect(Math.abs(doubled.crystal.cell.volume / 2 - quick.crystal.cell.volume)).toBeLessThan(1e-5);
  });

  it("under pressure: stress = −p, and dE/dV = −p along the pressure", async () => {
    const at = (pressure: number) => relax(perfect, lj, { cell: "full", pressure, tolerance: 1e-8 });
    const [below, middle, above] = [await at(0.0099), await at(0.01), await at(0.0101)];
    for (let k = 0; k < 9; k++) expect(Math.abs(middle.stress![k]! + (k % 4 === 0 ? 0.01 : 0))).toBeLessThan(1e-9);
    const slope = (above.energy - below.energy) / (above.crystal.cell.volume - below.crystal.cell.volume);
    // Central difference of E(V) over 1 % of p either way: the third derivative leaves (Δp/p)² of a per cent.
    expect(Math.abs(slope / -0.01 - 1)).toBeLessThan(1e-5);
    expect(above.crystal.cell.volume).toBeLessThan(below.crystal.cell.volume);
    // The enthalpy is what is least: at the fixed pressure, neighbouring volumes cost more.
    for (const other of [below, above]) {
      expect(other.energy + 0.01 * other.crystal.cell.volume).toBeGreaterThan(
        middle.energy + 0.01 * middle.crystal.cell.volume,
      );
    }
  });

  it("isotropic: only the size changes, the mean stress vanishes", async () => {
    const start = strained([0.04, 0.01, 0.01, 0, 0.02, 0]);
    const rest = await relax(start, lj, { cell: "isotropic" });
    expect(rest.converged).toBe(true);
    const ratio = rest.crystal.cell.vectors
      .slice()
      .map((x, k) => x - start.cell.vectors[k]! * Math.cbrt(rest.crystal.cell.volume / start.cell.volume));
    for (const difference of ratio) expect(Math.abs(difference)).toBeLessThan(1e-12);
    expect(Math.abs(rest.stress![0]! + rest.stress![4]! + rest.stress![8]!)).toBeLessThan(3e-6);
    expect(Math.abs(rest.stress![0]! - rest.stress![4]!)).toBeGreaterThan(1e-4);
  });

  it("a list of components frees those and no others", async () => {
    const start = strained([0.02, 0.03, -0.02, 0, 0, 0]);
    const rest = await relax(start, lj, { cell: ["xx", "zz"] });
    expect(rest.converged).toBe(true);
    const changed = multiply3(start.cell.inverse, rest.crystal.cell.vectors);
    for (const k of [1, 2, 3, 5, 6, 7]) expect(Math.abs(changed[k]!)).toBeLessThan(1e-14);
    expect(Math.abs(changed[4]! - 1)).toBeLessThan(1e-14);
    for (const k of [0, 8]) expect(Math.abs(rest.stress![k]!)).toBeLessThan(1e-6);
    expect(Math.abs(rest.stress![4]!)).toBeGreaterThan(1e-3);
  });

  it("a single free shear stops where the energy along it is least", async () => {
    const start = strained([0, 0, 0, 0, 0, 0.03]);
    const rest = await relax(start, lj, { cell: ["xy"], tolerance: 1e-8 });
    expect(rest.converged).toBe(true);
    const shear = multiply3(start.cell.inverse, rest.crystal.cell.vectors)[1]!;
    const energyAt = (e: number): number => {
      const crystal = withCell(start, deformCell(start.cell, strain([0, 0, 0, 0, 0, e])));
      return lj.attach(crystal).evaluate(crystal.positions, new Float64Array(12));
    };
    // Points h = 1e-4 to either side cost the same but for the cubic term (4e-11 eV here); a shear wrong by 1e-6 would show as
    // 2 V C h 1e-6 × 2 = 4e-9 eV.
    expect(Math.abs(energyAt(shear + 1e-4) - energyAt(shear - 1e-4))).toBeLessThan(2e-10);
    expect(energyAt(shear + 1e-3)).toBeGreaterThan(rest.energy);
  });

  it("frozen atoms keep their fractional coordinates", async () => {
    const start = shaken(strained([0.03, 0.02, -0.02, 0, 0.01, 0]), 0.02, 3);
    const rest = await relax(start, lj, { cell: "full", frozen: [0, 1, 2, 3] });
    expect(rest.converged).toBe(true);
    const expected = withCell(start, rest.crystal.cell).positions;
    for (let k = 0; k < 12; k++) expect(Math.abs(rest.crystal.positions[k]! - expected[k]!)).toBeLessThan(1e-12);
  });

  it("keeps the symmetry of the start: hexagonal stays hexagonal, special positions stay special", async () => {
    const field = pairField(lennardJones(0.1, 2.8), { cutoff: 1.57 * 2.8 });
    const rest = await relax(hcp({ a: 2.7, c: 4.7, elements: ["Mg"] }), field, { cell: "full" });
    expect(rest.converged).toBe(true);
    const [la, lb, lc, alpha, beta, gamma] = cellParameters(rest.crystal.cell);
    // Rounding of 1e-16 per step may grow along soft directions, not to more than the force tolerance would allow anyway.
    expect(Math.abs(la - lb)).toBeLessThan(1e-9);
    for (const [angle, ideal] of [
      [alpha, 90],
      [beta, 90],
      [gamma, 120],
    ] as const)
      expect(Math.abs(angle - ideal)).toBeLessThan(1e-7);
    expect(lc / la).toBeGreaterThan(1.6);
    expect(lc / la).toBeLessThan(1.66);
  });
});

describe("rock salt, Coulomb and Born–Mayer", () => {
  // Per ion pair at nearest distance r: −α k_e/r + 6A e^{−r/ρ}; least where α k_e/r² = (6A/ρ) e^{−r/ρ}.
  // α = 1.747564594633 (Sakamoto 10.1063/1.1744060). A is chosen so that r = 2.82 Å, ρ = 0.32 Å.
  const [r, rho, madelung] = [2.82, 0.32, 1.747564594633];
  const prefactorEv = ((madelung * COULOMB_CONSTANT) / r ** 2) * (rho / 6) * Math.exp(r / rho);
  const field = makeForceField({
    name: "born-mayer-salt",
    charges: { Na: 1, Cl: -1 },
    coulomb: { method: "ewald", accuracy: 1e-9 },
    cutoffA: 4, // only the six nearest neighbours: the next unlike ones are at √3 r = 4.9 Å
    pairs: { "Na-Cl": [{ form: "born-mayer", prefactorEv, lengthA: rho }] },
  });

  it.each(["lbfgs", "fire"] as const)("%s finds the lattice constant and energy of the closed form", async (method) => {
    const start = nacl({ a: 5.5 });
    const rest = await relax(
      shaken(withCell(start, deformCell(start.cell, strain([0.01, -0.01, 0, 0.01, 0, 0]))), 0.03, 2),
      field,
      { cell: "full", method },
    );
    expect(rest.converged).toBe(true);
    // Stress 1e-6 over a shear modulus of some 0.1 eV/Å³.
    for (const length of cellParameters(rest.crystal.cell).slice(0, 3))
      expect(Math.abs(length / (2 * r) - 1)).toBeLessThan(1e-5);
    const exact = 4 * (-(madelung * COULOMB_CONSTANT) / r + 6 * prefactorEv * Math.exp(-r / rho));
    // Quadratic in the strain left (1e-10 × V C); the Ewald sum is asked for 1e-9 of the forces.
    expect(Math.abs(rest.energy / exact - 1)).toBeLessThan(1e-8);
  });
});
