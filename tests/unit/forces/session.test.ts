import { describe, expect, it } from "vitest";
import { CapabilityError, InputError, NumericError, PhysicsError } from "../../../src/base/index.js";
import {
  checkFiniteDifference,
  type ForceField,
  type ForceFieldSpec,
  forceFieldFromJSON,
  makeForceField,
  namedForceField,
  namedForceFieldSpec,
  sumOf,
} from "../../../src/forces/index.js";
import {
  type Crystal,
  deformCell,
  makeCell,
  makeCrystal,
  toCartesian,
  toFractional,
  withCell,
} from "../../../src/structure/index.js";
import { argon, lithiumPhosphate, rattled, rockSalt } from "../../helpers/crystals.js";

const energyOf = (field: ForceField, crystal: Crystal): number => {
  const session = field.attach(crystal);
  const energy = session.evaluate(crystal.positions, new Float64Array(crystal.positions.length));
  session.dispose();
  return energy;
};

/** What `run` throws, as the class that is expected. */
function thrown<E extends Error>(run: () => unknown, kind: new (...args: never[]) => E): E {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(kind);
    return error as E;
  }
  throw new Error("nothing was thrown");
}

const pedone = namedForceField("pedone-2006", { engine: "twin" });

describe("attaching", () => {
  it("names the elements it lacks and those it has", () => {
    const error = thrown(() => pedone.attach(rockSalt("Na", "Cl")), CapabilityError);
    expect(error.message).toMatch(/no parameters for Cl; it knows O, Li, Na/);
  });

  it("refuses opposite charges without a short-range term, and takes an empty list as intention", () => {
    const bare: ForceFieldSpec = { name: "bare", charges: { Na: 1, Cl: -1 }, coulomb: { method: "ewald" }, pairs: {} };
    const error = thrown(() => makeForceField(bare, { engine: "twin" }).attach(rockSalt()), CapabilityError);
    expect(error.message).toMatch(/no term for Na-Cl: opposite charges would collapse/);
    expect(error.hint).toMatch(/"Na-Cl": \[\]/);
    expect(energyOf(makeForceField({ ...bare, pairs: { "Cl-Na": [] } }, { engine: "twin" }), rockSalt())).toBeLessThan(
      0,
    );
  });

  it("refuses neutral pairs that nothing acts between", () => {
    const spec = namedForceFieldSpec("rahman-1964");
    const mixed = makeForceField(
      { ...spec, pairs: { ...spec.pairs, "Ne-Ne": spec.pairs["Ar-Ar"]! } },
      { engine: "twin" },
    );
    const crystal = makeCrystal({
      cell: makeCell([9, 0, 0, 0, 9, 0, 0, 0, 9]),
      species: ["Ar", "Ne"],
      positions: [0, 0, 0, 4, 0, 0],
    });
    expect(thrown(() => mixed.attach(crystal), CapabilityError).message).toMatch(/no term for Ar-Ne/);
  });

  it("needs three periodic directions for the Coulomb sum, none for neutral atoms", () => {
    const slab = rockSalt();
    const open = { ...slab, cell: makeCell(slab.cell.vectors.slice(), [true, true, false]) };
    const salt = namedForceField("tosi-fumi-nacl", { engine: "twin" });
    expect(thrown(() => salt.attach(open), CapabilityError).message).toMatch(
      /three periodic directions, the cell has 2/,
    );
    const pair = makeCrystal({
      cell: makeCell([5, 0, 0, 0, 5, 0, 0, 0, 5], [false, false, false]),
      species: ["Ar", "Ar"],
      positions: [0, 0, 0, 3.4 * 2 ** (1 / 6), 0, 0],
    });
    const { depthEv } = namedForceFieldSpec("rahman-1964").pairs["Ar-Ar"]![0] as { depthEv: number };
    expect(energyOf(namedForceField("rahman-1964", { engine: "twin" }), pair)).toBeCloseTo(-depthEv, 15);
  });

  it("leaves charges alone with method none", () => {
    const spec = { ...namedForceFieldSpec("tosi-fumi-nacl"), coulomb: { method: "none" as const } };
    const session = makeForceField(spec, { engine: "twin" }).attach(rockSalt());
    expect(Object.keys(session.energyParts(rockSalt().positions))).toEqual(["born-mayer-huggins"]);
  });
});

describe("arrangements that cannot be meant", () => {
  const crystal = lithiumPhosphate();
  const session = pedone.attach(crystal);
  const forces = new Float64Array(crystal.positions.length);

  it("overlapping atoms are named with their distance", () => {
    const positions = crystal.positions.slice();
    positions.set(positions.slice(0, 3), 3 * 20);
    positions[3 * 20] = positions[3 * 20]! + 0.2 + crystal.cell.vectors[0]!;
    const error = thrown(() => session.evaluate(positions, forces), PhysicsError);
    expect(error.message).toBe("atom 1 (Li) and atom 21 (O) are 0.200 Å apart, nearer than 0.40 Å");
    expect(error.context).toMatchObject({ atoms: [0, 20] });
  });

  it("a whole cell ten times too small asks for the unit", () => {
    const small = withCell(crystal, deformCell(crystal.cell, Float64Array.of(0.1, 0, 0, 0, 0.1, 0, 0, 0, 0.1)));
    const error = thrown(() => pedone.attach(small).evaluate(small.positions, forces), PhysicsError);
    expect(error.hint).toMatch(/nm, or fractional, instead of Å/);
  });

  it("fractional numbers in place of Å do the same", () => {
    const error = thrown(() => session.evaluate(toFractional(crystal.cell, crystal.positions), forces), PhysicsError);
    expect(error.hint).toMatch(/fractional/);
  });

  it("an attractive core is refused where the pair's energy turns over", () => {
    // A e^{−r/ρ} − C/r⁶ + k q²/r of O–O has its top near 0.9 Å
    const spec: ForceFieldSpec = {
      name: "buckingham oxide",
      charges: { Mg: 2, O: -2 },
      coulomb: { method: "ewald" },
      cutoffA: 8,
      pairs: {
        "Mg-O": [{ form: "born-mayer", prefactorEv: 821.6, lengthA: 0.3242 }],
        "O-O": [{ form: "buckingham", prefactorEv: 22764, lengthA: 0.149, dispersionEvA6: 27.88 }],
      },
    };
    const oxide = rockSalt("Mg", "O", 4.2);
    const field = makeForceField(spec, { engine: "twin" });
    expect(energyOf(field, oxide)).toBeLessThan(0);
    const positions = oxide.positions.slice();
    positions.set([positions[12]! + 0.6, positions[13]!, positions[14]!], 15);
    const error = thrown(() => field.attach(oxide).evaluate(positions, new Float64Array(24)), PhysicsError);
    const minimum = Number(/nearer than ([\d.]+) Å/.exec(error.message)![1]);
    const slope = (r: number): number =>
      (-22764 / 0.149) * Math.exp(-r / 0.149) + (6 * 27.88) / r ** 7 - (14.39964548 * 4) / r ** 2;
    expect(minimum).toBeGreaterThan(0.6);
    // scanned in steps of 0.01 Å and printed with two digits
    expect(slope(minimum - 0.02)).toBeGreaterThan(0);
    expect(slope(minimum + 0.02)).toBeLessThan(0);
  });

  it("atoms inside a table's first point are refused", () => {
    const distancesA = [3, 3.5, 4, 4.5, 5, 6];
    const field = makeForceField(
      {
        name: "table",
        pairs: { "Ar-Ar": [{ form: "table", distancesA, energiesEv: distancesA.map((r) => 1 / r ** 6) }] },
      },
      { engine: "twin" },
    );
    expect(energyOf(field, argon())).toBeGreaterThan(0);
    const close = argon(4.1); // nearest 2.9 Å
    expect(thrown(() => energyOf(field, close), PhysicsError).message).toMatch(/2\.899 Å apart, nearer than 3\.00 Å/);
  });

  it("a position that is not a number is named", () => {
    const positions = crystal.positions.slice();
    positions[3 * 4 + 1] = Number.NaN;
    expect(thrown(() => session.evaluate(positions, forces), NumericError).message).toMatch(
      /position of atom 5 is NaN/,
    );
  });

  it("arrays of another structure are refused", () => {
    expect(thrown(() => session.evaluate(crystal.positions.slice(3), forces), InputError).message).toMatch(
      /93 numbers, expected 96/,
    );
    expect(thrown(() => session.evaluate(crystal.positions, forces.slice(3)), InputError).message).toMatch(
      /forces has 93/,
    );
  });
});

describe("a session", () => {
  it("follows its cell: setCell equals attaching anew", () => {
    const crystal = rattled(lithiumPhosphate(), 0.05, 3);
    for (const stretch of [1.01, 1.2]) {
      const cell = deformCell(crystal.cell, Float64Array.of(stretch, 0.02, 0, 0, 1, 0, 0, 0, 1 / stretch));
      const positions = toCartesian(cell, toFractional(crystal.cell, crystal.positions));
      const session = pedone.attach(crystal);
      session.setCell(cell);
      const energy = session.evaluate(positions, new Float64Array(positions.length));
      // a small strain keeps the planned waves, a large one plans anew: equal to the Ewald accuracy 1e-8 × 6 eV/Å × ~2 Å × 32 atoms = 4e-6 eV
      expect(Math.abs(energy - energyOf(pedone, { ...crystal, cell, positions }))).toBeLessThan(1e-5);
    }
  });

  it("a sum of force fields adds everything, and reads back from JSON", () => {
    const crystal = rattled(rockSalt(), 0.1, 4);
    const salt = namedForceField("tosi-fumi-nacl", { engine: "twin" });
    const wall = makeForceField(
      {
        name: "wall",
        cutoffA: 6,
        pairs: { "Na-Cl": [{ form: "repulsion", coefficientEvAn: 5 }], "Na-Na": [], "Cl-Cl": [] },
      },
      { engine: "twin" },
    );
    const sum = sumOf(salt, wall);
    expect(sum.can.elements).toEqual(["Na", "Cl"]);
    expect(energyOf(sum, crystal)).toBeCloseTo(energyOf(salt, crystal) + energyOf(wall, crystal), 12);
    const copy = forceFieldFromJSON(JSON.parse(JSON.stringify(sum.toJSON())));
    expect(copy.name).toBe("tosi-fumi-nacl + wall");
    expect(energyOf(copy, crystal)).toBe(energyOf(sum, crystal));
    expect(thrown(() => forceFieldFromJSON({ kind: "neural" }), InputError).message).toMatch(/"neural"/);
  });

  it("options are checked", () => {
    const spec = namedForceFieldSpec("rahman-1964");
    expect(thrown(() => makeForceField(spec, { engin: "twin" } as object), InputError).message).toMatch(
      /engin is not known/,
    );
    expect(thrown(() => makeForceField(spec, { accuracy: 2 }), InputError).message).toMatch(/accuracy is 2/);
    expect(thrown(() => namedForceField("pedone"), InputError).hint).toMatch(/pedone-2006/);
  });

  it("checkFiniteDifference finds a good field good and a wrong one wrong", () => {
    const crystal = rattled(argon(), 0.1, 5);
    const good = makeForceField({ ...namedForceFieldSpec("rahman-1964"), shift: "force" }, { engine: "twin" });
    const report = checkFiniteDifference(good, crystal);
    expect(report.forceError).toBeLessThan(1e-9);
    expect(report.stressError!).toBeLessThan(1e-9);
    const wrong: ForceField = {
      ...good,
      attach: (c) => {
        const session = good.attach(c);
        return {
          ...session,
          evaluate: (x, f, s) => wrongly(session.evaluate(x, f, s), f),
          energyParts: session.energyParts,
          setCell: (cell) => session.setCell(cell),
          dispose: () => {},
        };
      },
    };
    const wrongly = (energy: number, forces: Float64Array): number => {
      forces[0] = forces[0]! * 1.01 + 1e-4;
      return energy;
    };
    expect(checkFiniteDifference(wrong, crystal).forceError).toBeGreaterThan(9e-5);
  });
});
