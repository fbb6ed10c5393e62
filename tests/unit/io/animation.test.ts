// A vibration in a repeated cell: the Bloch phase between neighbours, the amplitude, and that what is drawn is a solution of the equations of motion.

import { describe, expect, it } from "vitest";
import { InputError, type Vec3 } from "../../../src/base/index.js";
import { makeForceField, namedForceFieldSpec } from "../../../src/forces/index.js";
import {
  blochMotion,
  displacedAlong,
  displacementsAt,
  motionFrames,
  readExtxyz,
  turningPhase,
  writeExtxyz,
  writeXsf,
} from "../../../src/io/index.js";
import { curvatureOfFrequency, forceConstants, latticeDynamics } from "../../../src/modes/index.js";
import { nacl, repeatedAtomByAtom } from "../../../src/structure/index.js";

const unit = nacl({ a: 5.6, primitive: true });
const field = makeForceField(namedForceFieldSpec("tosi-fumi-nacl"));
// Forces in this supercell are exact at the wave vectors that fit it, whatever reaches beyond it.
const constants = await forceConstants(repeatedAtomByAtom(unit, [2, 2, 2]), field);
const dynamics = latticeDynamics(constants, { cells: { primitive: unit } });

const motionOf = (q: Vec3, mode: number, amplitudeA = 0.2) =>
  blochMotion(dynamics.modesAt(q), mode, { amplitudeA, repeats: [2, 2, 2] });

/** Displacement of the copy of `atom` in the cell (a, b, c) of 2 × 2 × 2, which come cell by cell, c fastest. */
const inCell = (u: Float64Array, [a, b, c]: readonly number[], atom: number): number[] => {
  const at = 3 * (2 * (4 * a! + 2 * b! + c!) + atom);
  return [...u.slice(at, at + 3)];
};

describe("motion of a mode in a repeated cell", () => {
  it("is exactly out of phase between neighbours along a zone-edge wave", () => {
    const moving = motionOf([0.5, 0, 0], 1);
    for (const phase of [0, 0.4, 1.9]) {
      const u = displacementsAt(moving, phase);
      for (const atom of [0, 1]) {
        const home = inCell(u, [0, 0, 0], atom);
        const along = inCell(u, [1, 0, 0], atom);
        const beside = inCell(u, [0, 1, 0], atom);
        // e^{iπ} = −1 up to the rounding of sin π ≈ 1e-16 times the displacement
        for (let k = 0; k < 3; k++) {
          expect(along[k]! + home[k]!).toBeCloseTo(0, 14);
          expect(beside[k]! - home[k]!).toBeCloseTo(0, 14);
        }
      }
    }
    expect(Math.max(...displacementsAt(moving, turningPhase(moving)).map(Math.abs))).toBeGreaterThan(0.05);
  });

  // −M ω² u = F = −Φ u. In the supercell's order of atoms; the vectors must carry the phases of both atoms of a cell, not of the cells alone.
  it.each([
    ["Γ", [0, 0, 0], 3],
    ["zone edge", [0.5, 0, 0], 0],
    ["zone edge, optical", [0.5, 0, 0.5], 4],
    ["corner", [0.5, 0.5, 0.5], 2],
  ] as const)("solves the equations of motion at %s", (_, q, mode) => {
    const moving = motionOf(q, mode);
    const at = latticeDynamics(constants, { cells: { primitive: unit } }).modesAt(q);
    const frequency = at.frequencies[mode]!;
    const u = displacementsAt(moving, 0.7);
    const { reference, values } = constants;
    // order of the constants' supercell: found by position
    const order = Array.from({ length: 16 }, (_unused, j) => nearest(reference, j, moving.crystal));
    for (let i = 0; i < 16; i++) {
      for (let a = 0; a < 3; a++) {
        let force = 0;
        for (let j = 0; j < 16; j++)
          for (let c = 0; c < 3; c++) force -= values[(3 * i + a) * 48 + 3 * j + c]! * u[3 * order[j]! + c]!;
        const inertia = -reference.masses[i]! * curvatureOfFrequency(frequency) * u[3 * order[i]! + a]!;
        // forces are 0.1 eV/Å, vectors are good to fourteen digits
        expect(force).toBeCloseTo(inertia, 11);
      }
    }
  });

  it("moves the atom that moves most by the amplitude, and no atom farther", () => {
    const moving = motionOf([0.5, 0.5, 0.5], 1, 0.25);
    const lengths = motionFrames(moving, 60).flatMap(({ displacements: u }) =>
      Array.from({ length: 16 }, (_, i) => Math.hypot(...u.slice(3 * i, 3 * i + 3))),
    );
    expect(Math.max(...lengths)).toBeCloseTo(0.25, 12); // the first frame is a turning point
    const frozen = displacedAlong(moving);
    const farthest = Math.max(
      ...Array.from({ length: 16 }, (_, i) =>
        Math.hypot(...[0, 1, 2].map((k) => frozen.positions[3 * i + k]! - moving.crystal.positions[3 * i + k]!)),
      ),
    );
    expect(farthest).toBeCloseTo(0.25, 12);
  });

  it("goes through one period: half-way every atom is opposite to where it began", () => {
    const frames = motionFrames(motionOf([0.5, 0, 0.5], 3), 24);
    const [first, half] = [frames[0]!.displacements, frames[12]!.displacements];
    for (let a = 0; a < first.length; a++) expect(first[a]! + half[a]!).toBeCloseTo(0, 14);
  });

  it("finds the smallest cell that a wave fits into, and refuses what fits none", () => {
    expect(blochMotion(dynamics.modesAt([0.5, 0.25, 1 / 3]), 0).repeats).toEqual([2, 4, 3]);
    expect(() => blochMotion(dynamics.modesAt([0.1234567, 0, 0]), 0)).toThrow(InputError);
    expect(() => motionOf([0.25, 0, 0], 0)).toThrow(/does not fit into 2 × 2 × 2 cells/);
    expect(() => motionOf([0.5, 0, 0], 6)).toThrow(/there is no mode 6/);
  });
});

function nearest(from: typeof unit, j: number, to: typeof unit): number {
  const inside = (x: number): number => Math.abs(x - Math.round(x));
  const fractional = (crystal: typeof unit, i: number): number[] =>
    [0, 1, 2].map((k) =>
      [0, 1, 2].reduce((sum, d) => sum + crystal.positions[3 * i + d]! * crystal.cell.inverse[3 * d + k]!, 0),
    );
  const own = fractional(from, j);
  for (let i = 0; i < to.kinds.length; i++) if (fractional(to, i).every((x, k) => inside(x - own[k]!) < 1e-6)) return i;
  throw new Error(`no atom where atom ${j} is`);
}

describe("files of a mode", () => {
  it("hold every frame: extended XYZ reads back, AXSF counts its steps in a fixed cell", () => {
    const frames = motionFrames(motionOf([0.5, 0, 0], 0), 6);
    const text = frames.map(({ crystal, displacements }) =>
      writeExtxyz({ crystal, columns: { displacement: { type: "R", width: 3, values: displacements } } }),
    );
    const back = readExtxyz(text.join(""), { file: "mode.xyz" });
    expect(back).toHaveLength(6);
    expect([...back[4]!.crystal.positions]).toEqual([...frames[4]!.crystal.positions]);
    const axsf = writeXsf(frames.map(({ crystal, displacements }) => ({ crystal, vectors: displacements }))).split(
      "\n",
    );
    expect(axsf[0]).toBe("ANIMSTEPS 6");
    expect(axsf.filter((line) => line === "PRIMVEC")).toHaveLength(1);
    expect(axsf.filter((line) => line.startsWith("PRIMCOORD"))).toEqual(
      [1, 2, 3, 4, 5, 6].map((k) => `PRIMCOORD ${k}`),
    );
    const first = axsf[axsf.indexOf("PRIMCOORD 1") + 2]!.split(" ").map(Number);
    expect(first).toEqual([11, ...frames[0]!.crystal.positions.slice(0, 3), ...frames[0]!.displacements.slice(0, 3)]);
  });
});
