// Fits to forces whose force constants are known: exactly (a Taylor series), through second derivatives (pair potentials), or not at all (noise).

import { beforeAll, describe, expect, it } from "vitest";
import { type F64, InputError, Rng } from "../../../src/base/index.js";
import { type ForceField, makeForceField } from "../../../src/forces/index.js";
import {
  type DisplacementForces,
  displacedBy,
  fitErrors,
  fitForceConstants,
  foldsOf,
  forceConstantBasis,
  forceConstants,
  holdOutError,
  randomDisplacements,
  secondOrderTable,
  thirdOrderTable,
} from "../../../src/modes/index.js";
import {
  atomCount,
  type Crystal,
  cutIntoCells,
  diamond,
  fcc,
  nacl,
  rutile,
  supercell,
} from "../../../src/structure/index.js";
import { loadSymmetryForTests } from "../../helpers/symmetry.js";

beforeAll(loadSymmetryForTests);

const largest = (values: F64): number => values.slice().reduce((m, x) => Math.max(m, Math.abs(x)), 0);
const difference = (a: F64, b: F64): number => largest(Float64Array.from(a, (x, i) => x - b[i]!));

function computed(
  field: ForceField,
  crystal: Crystal,
  options: { readonly count: number; readonly lengthA: number; readonly seed?: number },
): DisplacementForces[] {
  const session = field.attach(crystal);
  const samples = randomDisplacements(crystal, { seed: 1, ...options }).map((displacements) => {
    const forces = new Float64Array(displacements.length);
    session.evaluate(displacedBy(crystal, displacements).positions, forces);
    return { displacements, forces };
  });
  session.dispose();
  return samples;
}

const argonField = makeForceField({
  name: "argon",
  pairs: { "Ar-Ar": [{ form: "lennard-jones", depthEv: 0.0104, diameterA: 3.4 }] },
  cutoffA: 7,
  shift: "force",
});
const argon = (): Crystal => supercell(fcc({ a: 5.26, elements: ["Ar"] }), [3, 3, 3]).crystal;

describe("forces that are a Taylor series", () => {
  const setup = (noise: number) => {
    const crystal = supercell(diamond({ primitive: true }), [3, 3, 3]).crystal;
    const cells = cutIntoCells(crystal);
    const options = { orders: [2, 3], cutoffs: { 2: 5, 3: { shells: 1 } } };
    const basis = forceConstantBasis(cells, options);
    const rng = Rng.fromSeed(4);
    const y = Float64Array.from({ length: basis.parameters }, () => rng.normal());
    const phi = secondOrderTable(basis.lattice, basis.orders[0]!, y);
    const third = thirdOrderTable(basis.lattice, basis.orders[1]!, y);
    const n = atomCount(crystal);
    // The third order of every atom from its energy's third derivatives: each triplet moved by every translation of the supercell.
    const { primitiveAtom, translation } = cells;
    const key = (b: number, t: readonly number[]): string => `${b} ${t.map((x) => ((x % 3) + 3) % 3).join(" ")}`;
    const at = new Map(Array.from(primitiveAtom, (b, j) => [key(b, [...translation.slice(3 * j, 3 * j + 3)]), j]));
    const moved = (j: number, t: readonly number[]): number =>
      at.get(
        key(
          primitiveAtom[j]!,
          t.map((x, k) => x + translation[3 * j + k]!),
        ),
      )!;
    const forcesOf = (u: F64): Float64Array => {
      const f = new Float64Array(3 * n);
      for (let row = 0; row < 3 * n; row++) for (let k = 0; k < 3 * n; k++) f[row]! -= phi[row * 3 * n + k]! * u[k]!;
      for (let c = 0; c < n; c += 2) {
        const t = [...translation.slice(3 * c, 3 * c + 3)];
        for (let m = 0; m < third.triplets.length / 3; m++) {
          const [i, j, k] = [0, 1, 2].map((q) => moved(third.triplets[3 * m + q]!, t)) as [number, number, number];
          for (let e = 0; e < 27; e++)
            f[3 * i + Math.floor(e / 9)]! -=
              0.5 * third.values[27 * m + e]! * u[3 * j + (Math.floor(e / 3) % 3)]! * u[3 * k + (e % 3)]!;
        }
      }
      for (let e = 0; e < 3 * n; e++) f[e]! += noise * rng.normal();
      return f;
    };
    const samples = randomDisplacements(crystal, { seed: 9, count: 6, lengthA: 0.05 }).map((displacements) => ({
      displacements,
      forces: forcesOf(displacements),
    }));
    return { cells, options, y, phi, third, samples };
  };

  it("least squares of both orders gives every constant back to ten digits", async () => {
    const { cells, options, phi, third, samples } = setup(0);
    const fit = await fitForceConstants(cells, samples, { ...options, method: "least-squares" });
    // Condition below 1e2 and refinement with the rows: 1e-13; third-order columns are 0.05 Å smaller.
    expect(difference(fit.second!.values, phi)).toBeLessThan(1e-11);
    expect(difference(fit.third!.values, third.values)).toBeLessThan(1e-9);
    expect(fit.trainingRms).toBeLessThan(1e-13);
    expect(fit.condition).toBeLessThan(100);
    expect(fit.second!.acousticSumResidual).toBeLessThan(1e-12);
  });

  it("with noise of σ the constants are off by about σ/(u √rows), and unseen errors are σ", async () => {
    const sigma = 1e-3;
    const { cells, options, third, samples } = setup(sigma);
    const fit = await fitForceConstants(cells, samples, { ...options, method: "least-squares" });
    const error = holdOutError(fit)!;
    // 972 rows, 5 groups: χ of the rms is 2 %; fitting p of n rows raises it by √(1 + p/n), 3 %.
    expect(error.rms / sigma).toBeGreaterThan(0.9);
    expect(error.rms / sigma).toBeLessThan(1.15);
    expect(fit.trainingRms).toBeLessThan(sigma * 1.05);
    // A unit of one constant makes forces of u²/3 = 8e-4 eV/Å on each of 54 atoms in 6 arrangements: σ/(8e-4 √324) = 0.07; three of them.
    expect(difference(fit.third!.values, third.values)).toBeLessThan(0.2);
    expect(error.percent).toBeCloseTo((100 * error.rms) / fit.forceRms, 10);
  });

  it("the hold-out error is that of fits without each group", async () => {
    const { cells, options, samples } = setup(1e-3);
    const request = { ...options, method: "least-squares" as const, folds: 3, seed: 5 };
    const fit = await fitForceConstants(cells, samples, request);
    const fold = foldsOf(samples.length, { folds: 3, seed: 5 });
    for (let group = 0; group < 3; group++) {
      const others = await fitForceConstants(
        cells,
        samples.filter((_, k) => fold[k] !== group),
        { ...request, folds: 0 },
      );
      const { rms } = fitErrors(
        others,
        samples.filter((_, k) => fold[k] === group),
      );
      // Moments give |r|² to 1e-16 of |F|², 1e-9 of it here.
      expect(Math.sqrt(fit.holdOut[group]!)).toBeCloseTo(rms, 8);
    }
  });
});

it("groups hold whole arrangements, nearly equally many, and depend on the seed alone", () => {
  const fold = foldsOf(17, { folds: 5, seed: 1 });
  const sizes = [0, 1, 2, 3, 4].map((g) => fold.filter((f) => f === g).length);
  expect(sizes.reduce((a, b) => a + b)).toBe(17);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBe(1);
  expect(foldsOf(17, { folds: 5, seed: 1 })).toEqual(fold);
  expect(foldsOf(17, { folds: 5, seed: 2 })).not.toEqual(fold);
  expect(() => foldsOf(3, { folds: 4, seed: 1 })).toThrow(InputError);
});

describe("solid argon, a pair potential", () => {
  it("second order tends to the analytic second derivatives as u²", async () => {
    const crystal = argon();
    const exact = await forceConstants(crystal, argonField);
    const errors: number[] = [];
    for (const lengthA of [0.01, 0.005]) {
      // ±u cancels the cubic term, which would otherwise stand beside the quartic one as noise.
      const samples = computed(argonField, crystal, { count: 4, lengthA }).flatMap(({ displacements, forces }) => {
        const session = argonField.attach(crystal);
        const opposite = displacements.slice().map((x) => -x);
        const f = new Float64Array(forces.length);
        session.evaluate(displacedBy(crystal, opposite).positions, f);
        session.dispose();
        return [
          { displacements, forces },
          { displacements: opposite, forces: f },
        ];
      });
      const fit = await fitForceConstants(cutIntoCells(crystal), samples, { folds: 0 });
      errors.push(difference(fit.second!.values, exact.values));
    }
    expect(largest(exact.values)).toBeGreaterThan(0.1);
    // ½ Φ⁗ u² of a 12-6 bond of curvature 0.03 eV/Å²: 1e-4 at 0.01 Å.
    expect(errors[0]!).toBeLessThan(3e-4);
    expect(errors[0]! / errors[1]!).toBeGreaterThan(3.6);
    expect(errors[0]! / errors[1]!).toBeLessThan(4.4);
  });

  it.each(["least-squares", "lasso"] as const)(
    "third order by %s agrees with differences of second derivatives",
    async (method) => {
      const crystal = argon();
      const samples = computed(argonField, crystal, { count: 10, lengthA: 0.01 });
      const fit = await fitForceConstants(cutIntoCells(crystal), samples, {
        orders: [2, 3],
        cutoffs: { 3: { shells: 2 } },
        method,
        lasso: { alphas: 20 },
      });
      const { triplets, values } = fit.third!;
      const home = triplets[0]!;
      const size = crystal.positions.length;
      const session = argonField.attach(crystal);
      const h = 1e-3;
      const derivative = [0, 1, 2].map((a) => {
        const shifted = (by: number): Float64Array => {
          const x = crystal.positions.slice();
          x[3 * home + a]! += by;
          return session.hessian!(x).slice();
        };
        const [ahead, behind] = [shifted(h), shifted(-h)];
        return ahead.map((x, i) => (x - behind[i]!) / (2 * h));
      });
      session.dispose();
      let [worst, size3] = [0, 0];
      for (let t = 0; t < triplets.length / 3; t++)
        for (let e = 0; e < 27; e++) {
          const row = 3 * triplets[3 * t + 1]! + (Math.floor(e / 3) % 3);
          const wanted = derivative[Math.floor(e / 9)]![row * size + 3 * triplets[3 * t + 2]! + (e % 3)]!;
          worst = Math.max(worst, Math.abs(wanted - values[27 * t + e]!));
          size3 = Math.max(size3, Math.abs(wanted));
        }
      expect(size3).toBeGreaterThan(0.1);
      // Third order beyond the cut-off (second neighbours have 2 % of the first's) and fourth order times u, 1e-3 eV/Å³ each, share in the error.
      expect(worst).toBeLessThan(0.01 * size3);
      expect(holdOutError(fit)!.percent).toBeLessThan(0.3);
      // A pair potential has constants for few of the triplets: LASSO says so.
      if (method === "lasso") expect(fit.orders[1]!.kept).toBeLessThan(fit.orders[1]!.parameters / 2);
    },
  );
});

describe("charges", () => {
  const salt = makeForceField({
    name: "salt",
    charges: { Na: 1, Cl: -1 },
    coulomb: { method: "ewald", accuracy: 1e-10 },
    pairs: { "Na-Cl": [{ form: "born-mayer", prefactorEv: 1090, lengthA: 0.32 }], "Cl-Cl": [], "Na-Na": [] },
    cutoffA: 5.5,
  });

  it("taken off first, leave forces that short constants can hold; with all pairs they change nothing", async () => {
    const crystal = supercell(nacl(), [2, 2, 2]).crystal;
    const cells = cutIntoCells(crystal);
    const samples = computed(salt, crystal, { count: 4, lengthA: 0.01 });
    const charges = { charges: { Na: 1, Cl: -1 } };
    const run = (options: object) => fitForceConstants(cells, samples, { folds: 2, ...options });
    const short = await run({ cutoffs: { 2: 4.5 } });
    const apart = await run({ cutoffs: { 2: 4.5 }, charges });
    // Far charges are a third of the force beyond 4.5 Å; of Ewald's near part erfc(αr) is 1e-3 left there.
    expect(apart.trainingRms).toBeLessThan(short.trainingRms / 5);
    const whole = await run({});
    const both = await run({ charges });
    expect(difference(whole.second!.values, both.second!.values)).toBeLessThan(1e-8);
  });
});

describe("forces at rest", () => {
  // Rutile's oxygen may move along 110: a constant force there is no displacement's doing.
  const setup = () => {
    const crystal = supercell(rutile(), [2, 2, 3]).crystal;
    const cells = cutIntoCells(crystal);
    const basis = forceConstantBasis(cells, { orders: [1, 2], cutoffs: { 2: 4 } });
    expect(basis.orders[0]!.parameters).toBe(1);
    const y = Float64Array.from({ length: basis.parameters }, (_, k) => (k === 0 ? 0.3 : Math.cos(k)));
    const phi = secondOrderTable(basis.lattice, basis.orders[1]!, y);
    const n = atomCount(crystal);
    function made(offset: F64): DisplacementForces[] {
      return randomDisplacements(crystal, { seed: 3, count: 4 }).map((u) => ({
        displacements: u,
        forces: Float64Array.from(u, (_, row) => {
          let f = offset[row]!;
          for (let k = 0; k < 3 * n; k++) f -= phi[row * 3 * n + k]! * u[k]!;
          return f;
        }),
      }));
    }
    return { cells, made, phi, crystal };
  };

  it("are fitted as order 1, or taken off; else they are noted", async () => {
    const { cells, made, phi, crystal } = setup();
    const fitWith = (offset: F64, options: object) =>
      fitForceConstants(cells, made(offset), { cutoffs: { 2: 4 }, folds: 0, ...options });
    const along = restPattern(crystal).map((x) => 0.2 * x);
    const fitted = await fitWith(along, { orders: [1, 2] });
    expect(difference(fitted.restForces!, along)).toBeLessThan(1e-11);
    expect(difference(fitted.second!.values, phi)).toBeLessThan(1e-10);
    const off = await fitWith(along, { restForces: along });
    expect(difference(off.second!.values, phi)).toBeLessThan(1e-10);
    const unaware = await fitWith(along, {});
    expect(unaware.notes.map(({ code }) => code)).toContain("forces-not-at-rest");
    expect(off.notes.map(({ code }) => code)).not.toContain("forces-not-at-rest");
  });
});

/** Unit forces on oxygen along the line to its nearest titanium in the plane z = its own, zero on titanium. */
function restPattern(crystal: Crystal): Float64Array {
  const n = atomCount(crystal);
  const pattern = new Float64Array(3 * n);
  const { elements, kinds, positions, cell } = crystal;
  for (let i = 0; i < n; i++) {
    if (elements[kinds[i]!] === elements[kinds[0]!]) continue;
    let best: number[] = [];
    for (let j = 0; j < n; j++) {
      if (kinds[j] === kinds[i]) continue;
      const d = [0, 1, 2].map((k) => positions[3 * j + k]! - positions[3 * i + k]!);
      const s = [0, 1, 2].map((k) => d[k]! - cell.vectors[4 * k]! * Math.round(d[k]! / cell.vectors[4 * k]!));
      if (Math.abs(s[2]!) < 1e-6 && (best.length === 0 || Math.hypot(...s) < Math.hypot(...best))) best = s;
    }
    const length = Math.hypot(...best);
    for (let k = 0; k < 3; k++) pattern[3 * i + k] = best[k]! / length;
  }
  return pattern;
}

describe("what is refused", () => {
  const zero = (n: number): F64 => new Float64Array(3 * n);

  it("too few arrangements: the message says how many are needed", async () => {
    const crystal = supercell(rutile(), [1, 1, 2]).crystal;
    const cells = cutIntoCells(crystal);
    const n = atomCount(crystal);
    const { parameters } = forceConstantBasis(cells, { symmetry: "none" });
    const needed = Math.ceil(parameters / (3 * n - 3));
    expect(needed).toBeGreaterThan(2);
    const [u] = randomDisplacements(crystal, { seed: 1, count: 1 });
    await expect(
      fitForceConstants(cells, [{ displacements: u!, forces: zero(n) }], { symmetry: "none" }),
    ).rejects.toThrow(`at least ${needed} are needed`);
  });

  it("arrangements that say the same, wrong shapes, numbers that are none, no group to leave out", async () => {
    const cells = cutIntoCells(argon());
    const n = atomCount(cells.supercell);
    const one = { displacements: zero(n), forces: zero(n) };
    const still = Float64Array.from({ length: 3 * n }, (_, e) => (e === 0 ? 0.01 : 0));
    const same = { displacements: still, forces: zero(n) };
    await expect(fitForceConstants(cells, [same, same], { cutoffs: { 2: { shells: 3 } } })).resolves.toBeDefined();
    await expect(fitForceConstants(cells, [one, one])).rejects.toThrow(/fix 0 of 25 parameters/);
    await expect(fitForceConstants(cells, [])).rejects.toThrow(/no displaced/);
    await expect(fitForceConstants(cells, [{ ...one, forces: new Float64Array(5) }])).rejects.toThrow(/5 numbers/);
    const broken = { ...one, forces: zero(n).slice().fill(Number.NaN, 4, 5) };
    await expect(fitForceConstants(cells, [broken])).rejects.toThrow(/NaN among the forces of atom 2/);
    await expect(fitForceConstants(cells, [same], { orders: [2, 3], cutoffs: { 3: { shells: 1 } } })).rejects.toThrow(
      /cross-validation/,
    );
  });
});
