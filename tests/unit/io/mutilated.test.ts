// A reader gets files that were cut, edited and mangled. Whatever comes, it gives a sound value or says where the file is
// wrong; it never throws anything else and never hangs.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  packJson,
  readCif,
  readCrystal,
  readExtxyz,
  readForceConstants,
  readForceFieldYaml,
  readLammpsData,
  readMinimum,
  readModes,
  readNpy,
  readPoscar,
  readReport,
  readYaml,
  unpackJson,
  writeCif,
  writeCrystal,
  writeExtxyz,
  writeForceConstants,
  writeLammpsData,
  writeMinimum,
  writeModes,
  writeNpy,
  writePoscar,
} from "../../../src/io/index.js";
import { forceConstantsFrom } from "../../../src/modes/index.js";
import { isSound, lithiumOxide, mutilations, readsOrRefuses } from "./samples.js";

const place = { file: "damaged" };
const crystal = lithiumOxide();
const RUNS = 300;

const symmetric = `data_x
_cell_length_a 4.0(1)
_cell_length_b 4.0
_cell_length_c 6.5
_cell_angle_gamma 120
_space_group_IT_number 147
loop_
_space_group_symop_operation_xyz
 'x, y, z'
 '-y, x-y, z'
 '-x+y, -x, z'
 '-x, -y, -z'
 'y, -x+y, -z'
 'x-y, x, -z'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Li1 Li1+ 0.3333 0.6667 0.25(1) 1
O1 O2- 0.1 0.25 0.4 0.9
`;
const trajectory = [1, 2]
  .map((step) =>
    writeExtxyz({
      crystal,
      energy: -step,
      forces: Float64Array.from({ length: 9 }, (_, i) => i / 7),
      velocities: new Float64Array(9).fill(0.01),
      stress: new Float64Array(9).fill(1e-3),
      info: { step, note: "a b", nested: { list: [1, "x"] } },
      columns: {
        site: { type: "S", width: 1, values: ["a", "b", "c"] },
        on: { type: "L", width: 1, values: [true, false, true] },
      },
    }),
  )
  .join("");
const constants = forceConstantsFrom(
  crystal,
  Float64Array.from({ length: 81 }, (_, i) => Math.sin(i)),
);
const minimum = {
  crystal,
  energy: -3.5,
  maxForce: 1e-4,
  converged: true,
  history: [{ energy: -3.4, maxForce: 0.1 }],
  notes: [{ code: "a", message: "b" }],
};
const modes = {
  reference: crystal,
  q: [0, 0, 0] as const,
  count: 9,
  frequencies: Float64Array.from({ length: 9 }, (_, i) => i),
  vectors: new Float64Array(81),
  complex: false,
};
const report = JSON.stringify(
  {
    schema: "phonion/x",
    version: 1,
    made: { software: "s", kernels: "k", at: "t" },
    inputs: [{ name: "a", sha256: "b" }],
    options: {},
    notes: [],
    data: [1],
  },
  null,
  1,
);
const forceField = `name: test
pairs:
  Li-O:
    - { form: morse, depthEv: 0.1, exponentPerA: 2.0, distanceA: 1.9 }
  O-O: &oo
    - form: repulsion
      coefficientEvAn: 22.0
charges: { Li: 0.6, O: -1.2 }
`;

function survives<T>(text: string, read: (damaged: string) => T, sound: (value: T) => boolean): void {
  expect(sound(read(text)), "the undamaged file").toBe(true);
  fc.assert(
    fc.property(mutilations(text), (damaged) => readsOrRefuses(() => read(damaged), sound)),
    { numRuns: RUNS, seed: 1 },
  );
}

describe("a damaged file is read soundly or refused with its line", () => {
  it("POSCAR, direct and with selective dynamics", () => {
    const text = writePoscar(crystal);
    survives(text, (t) => readPoscar(t, place), isSound);
    const selective = text.replace(
      /Direct\n(.*)\n$/s,
      (_, atoms: string) => `Selective dynamics\nDirect\n${atoms.replace(/$/gm, " T F T")}\n`,
    );
    survives(selective, (t) => readPoscar(t, place), isSound);
  });

  it("CIF in P 1", () => survives(writeCif(crystal), (t) => readCif(t, place), isSound));

  it("CIF with symmetry and partial occupancies", () => {
    survives(symmetric, (t) => readCif(t, place, { occupancy: "keep-majority" }), isSound);
  });

  it("extended XYZ with columns, info and two frames", () => {
    survives(
      trajectory,
      (t) => readExtxyz(t, place),
      (frames) => frames.length > 0 && frames.every((frame) => isSound(frame.crystal)),
    );
  });

  it("LAMMPS data", () => {
    survives(
      writeLammpsData(crystal, { charges: { Li: 0.6, O: -1.2 } }),
      (t) => readLammpsData(t, place),
      (data) => isSound(data.crystal),
    );
  });

  it("FORCE_CONSTANTS", () => {
    survives(
      writeForceConstants(constants),
      (t) => readForceConstants(t, place, { supercell: crystal }),
      ({ values }) => [...values].every(Number.isFinite),
    );
  });

  it("phonion's own JSON", () => {
    survives(writeCrystal(crystal), (t) => readCrystal(t, place), isSound);
    survives(
      writeMinimum(minimum),
      (t) => readMinimum(t, place),
      (value) => isSound(value.crystal) && Number.isFinite(value.energy),
    );
    survives(
      writeModes(modes),
      (t) => readModes(t, place),
      (value) => isSound(value.reference) && value.vectors.length === value.count * 9,
    );
    survives(
      report,
      (t) => readReport(t, place),
      (value) => typeof value.schema === "string",
    );
    survives(
      packJson({ a: Float64Array.of(1, Number.NaN), b: [-0, { $x: 1 }] }),
      (t) => unpackJson(t, place),
      () => true,
    );
  });

  it("YAML", () => {
    survives(
      forceField,
      (t) => readForceFieldYaml(t, place),
      (file) => typeof file.value === "object" && file.lineOf("pairs.Li-O[0].depthEv") >= 1,
    );
    survives(
      forceField,
      (t) => readYaml(t, place),
      () => true,
    );
  });

  it(".npy, cut and with bytes replaced", () => {
    const bytes = writeNpy({ shape: [2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) });
    const damaged = fc.oneof(
      fc.nat(bytes.length).map((end) => bytes.slice(0, end)),
      fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([i, byte]) => bytes.with(i, byte)),
    );
    const sound = ({ shape, data }: { shape: readonly number[]; data: { length: number } }): boolean =>
      data.length === shape.reduce((a, b) => a * b, 1);
    fc.assert(
      fc.property(damaged, (copy) => {
        try {
          return sound(readNpy(copy, place));
        } catch (error) {
          return (error as Error).name === "FormatError";
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
