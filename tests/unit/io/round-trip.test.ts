// What is written is read back: to the last bit where the format holds the numbers themselves, to the rounding of one
// change of coordinates where it holds fractional ones or lattice parameters.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ExtxyzFrame,
  extxyzFrames,
  packJson,
  readCif,
  readCrystal,
  readExtxyz,
  readForceConstants,
  readLammpsData,
  readNpy,
  readPoscar,
  streamExtxyz,
  unpackJson,
  writeCif,
  writeCrystal,
  writeExtxyz,
  writeForceConstants,
  writeJson,
  writeLammpsData,
  writeNpy,
  writePoscar,
} from "../../../src/io/index.js";
import { forceConstantsFrom } from "../../../src/modes/index.js";
import {
  atomCount,
  type Crystal,
  cellParameters,
  fractionalPositions,
  neighborsOfPoints,
  speciesList,
} from "../../../src/structure/index.js";
import { crystals, lithiumOxide, maxDifference } from "./samples.js";

const place = { file: "again" };
const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const check = (property: (crystal: Crystal) => void): void =>
  fc.assert(fc.property(crystals, property), { numRuns: 150, seed: 3 });

/** Distances to all neighbours up to 5 Å: the same in every orientation and for every choice of lattice vectors. */
const distances = (crystal: Crystal): number[] =>
  [...neighborsOfPoints(crystal.cell, crystal.positions, 5).distance].sort((a, b) => a - b);

describe("the writers and readers of one format undo each other", () => {
  it("POSCAR, Cartesian: every bit", () => {
    check((crystal) => {
      const back = readPoscar(writePoscar(crystal, { coordinates: "cartesian" }), place);
      expect(speciesList(back)).toEqual(speciesList(crystal));
      expect(back.cell.vectors).toEqual(crystal.cell.vectors);
      expect(back.positions).toEqual(crystal.positions);
    });
  });

  it("POSCAR, direct: to the rounding of s = x·inverse and back", () => {
    check((crystal) => {
      const back = readPoscar(writePoscar(crystal), place);
      // |x| ≤ 2.5 · 3 edges of 13 Å; a dozen roundings of 1.1e-16 relative, doubled by the condition of the cell
      expect(maxDifference(back.positions, crystal.positions)).toBeLessThan(5e-13);
    });
  });

  it("extended XYZ: every bit of crystal, forces, stress, columns and info", () => {
    const info = fc.dictionary(
      fc
        .stringMatching(/^[A-Za-z_][\w-]{0,6}$/)
        .filter((key) => !/^(Lattice|Properties|pbc|energy|stress|virial)$/.test(key)),
      fc.oneof(number, fc.boolean(), fc.string(), fc.array(number, { minLength: 2, maxLength: 9 }), fc.jsonValue()),
      { maxKeys: 5 },
    );
    fc.assert(
      fc.property(crystals, info, number, fc.infiniteStream(number), (crystal, given, energy, stream) => {
        const n = atomCount(crystal);
        const draw = (count: number): Float64Array =>
          Float64Array.from({ length: count }, () => stream.next().value as number);
        // JSON has no −0, so values it carries lose the sign of zero.
        const plain = JSON.parse(JSON.stringify(given)) as ExtxyzFrame["info"];
        const frame = {
          crystal,
          energy,
          forces: draw(3 * n),
          stress: draw(9),
          info: plain,
          columns: { q: { type: "R" as const, width: 2, values: draw(2 * n) } },
        };
        const [back] = readExtxyz(writeExtxyz(frame), place) as [ExtxyzFrame];
        expect(back.crystal.positions).toEqual(crystal.positions);
        expect(back.crystal.cell.vectors).toEqual(crystal.cell.vectors);
        expect(speciesList(back.crystal)).toEqual(speciesList(crystal));
        expect(back.energy).toBe(energy);
        expect(back.forces).toEqual(frame.forces);
        expect(back.stress).toEqual(frame.stress);
        expect(back.columns).toEqual(frame.columns);
        expect(back.info).toEqual(plain);
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it("extended XYZ: velocities to the rounding of p = m v", () => {
    check((crystal) => {
      const velocities = crystal.positions.slice().map((x) => x / 300);
      const [back] = readExtxyz(writeExtxyz({ crystal, velocities }), place) as [ExtxyzFrame];
      // four multiplications or divisions, 1.1e-16 each
      expect(
        back.velocities!.slice().every((v, i) => Math.abs(v - velocities[i]!) <= 1e-15 * Math.abs(velocities[i]!)),
      ).toBe(true);
    });
  });

  it("CIF: lattice parameters and fractional coordinates, mirrored cells as −a, −b, −c", () => {
    check((crystal) => {
      const back = readCif(writeCif(crystal), place, { mergeTolerance: 0 });
      expect(speciesList(back)).toEqual(speciesList(crystal));
      const [given, found] = [cellParameters(crystal.cell), cellParameters(back.cell)];
      // acos loses up to 1e-16/sin(angle) rad; angles here are within 30° of 90°
      expect(maxDifference(given, found)).toBeLessThan(1e-12);
      expect(maxDifference(distances(back), distances(crystal))).toBeLessThan(1e-11);
      const v = crystal.cell.vectors;
      const determinant =
        v[0]! * (v[4]! * v[8]! - v[5]! * v[7]!) +
        v[1]! * (v[5]! * v[6]! - v[3]! * v[8]!) +
        v[2]! * (v[3]! * v[7]! - v[4]! * v[6]!);
      const sign = determinant < 0 ? -1 : 1;
      expect(
        maxDifference(
          fractionalPositions(back),
          fractionalPositions(crystal).map((s) => sign * s),
        ),
      ).toBeLessThan(1e-13);
    });
  });

  it("LAMMPS data: same distances, volume, masses and charges; nothing moves when the cell is triangular already", () => {
    check((crystal) => {
      const charges = Float64Array.from(crystal.kinds, (kind) => kind - 0.75);
      const back = readLammpsData(writeLammpsData(crystal, { charges }), place);
      expect(speciesList(back.crystal)).toEqual(speciesList(crystal));
      expect(back.charges).toEqual(charges);
      expect(back.crystal.masses).toEqual(crystal.masses);
      expect(Math.abs(back.crystal.cell.volume / crystal.cell.volume - 1)).toBeLessThan(1e-14);
      // turning costs some ten roundings at |x| ≤ 100 Å
      expect(maxDifference(distances(back.crystal), distances(crystal))).toBeLessThan(1e-12);
      const again = readLammpsData(writeLammpsData(back.crystal), place);
      expect(again.crystal.positions).toEqual(back.crystal.positions);
      expect(again.crystal.cell.vectors).toEqual(back.crystal.cell.vectors);
    });
  });

  it("phonion's JSON: every bit, and the numbering of the elements", () => {
    check((crystal) => {
      expect(readCrystal(writeCrystal(crystal), place)).toEqual(crystal);
    });
    const crystal = {
      ...lithiumOxide(),
      elements: ["O", "Li"],
      kinds: Int32Array.of(1, 0, 1),
      labels: ["a", "b", "c"],
    };
    expect(readCrystal(writeCrystal(crystal), place)).toEqual(crystal);
  });

  it("FORCE_CONSTANTS: every bit", () => {
    const supercell = lithiumOxide();
    const numbers = fc.array(number, { minLength: 81, maxLength: 81 });
    fc.assert(
      fc.property(numbers, (values) => {
        const constants = forceConstantsFrom(supercell, values);
        expect(readForceConstants(writeForceConstants(constants), place, { supercell })).toEqual(constants);
      }),
      { numRuns: 30, seed: 3 },
    );
  });

  it(".npy: every bit, NaN and infinities too", () => {
    const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.boolean(), fc.infiniteStream(fc.double()), (extents, whole, stream) => {
        const count = extents.reduce((a, b) => a * b, 1);
        const draw = { length: count };
        const data = whole
          ? Int32Array.from(draw, (_, i) => i - 3)
          : Float64Array.from(draw, () => stream.next().value as number);
        const back = readNpy(writeNpy({ shape: extents, data }), place);
        expect(back).toEqual({ shape: extents, data });
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it("packed JSON: any plain value with typed arrays, every bit", () => {
    const array = fc.array(fc.double()).map((list) => Float64Array.from(list));
    const singles = fc.array(fc.float()).map((list) => Float32Array.from(list));
    const ints = fc.array(fc.integer()).map((list) => Int32Array.from(list));
    const bytes = fc.uint8Array();
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.double(),
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        array,
        singles,
        ints,
        bytes,
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("$f64", "$num", "$obj", "__proto__", "")), tie("value"), {
          maxKeys: 4,
          noNullPrototype: true,
        }),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        expect(unpackJson(packJson(given))).toStrictEqual(given);
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it("readable JSON: the same f64", () => {
    fc.assert(
      fc.property(fc.array(number), (list) => {
        expect(JSON.parse(writeJson({ list: Float64Array.from(list) }))).toEqual({ list });
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});

describe("frames of a trajectory", () => {
  const frames = [0.1, 0.2, 0.3].map((energy) => ({ crystal: lithiumOxide(), energy }));
  const text = frames.map(writeExtxyz).join("");

  it("come out the same wherever the text is cut into pieces, with any line ends", async () => {
    const energies = [0.1, 0.2, 0.3];
    const pieces = fc.array(fc.nat(text.length), { maxLength: 20 }).map((cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), text.length + 10];
      return at.slice(1).map((end, i) => [at[i]!, end] as const);
    });
    await fc.assert(
      fc.asyncProperty(pieces, fc.constantFrom("\n", "\r\n", "\r"), async (cuts, end) => {
        const whole = text.replaceAll("\n", end);
        const chunks = cuts.map(([from, to]) => whole.slice(from, to === text.length + 10 ? undefined : to));
        expect([...extxyzFrames(chunks, place)].map((frame) => frame.energy)).toEqual(energies);
        const streamed: unknown[] = [];
        const slowly = async function* (): AsyncGenerator<string> {
          yield* chunks;
        };
        for await (const frame of streamExtxyz(slowly(), place)) streamed.push(frame.energy);
        expect(streamed).toEqual(energies);
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});
