// Thermal motion of a crystal as running waves: the modes it is made of, its variance, and that it obeys its equation of motion.

import { describe, expect, it } from "vitest";
import { maxAbs, Rng, type Vec3 } from "../../../src/base/index.js";
import {
  crystalThermalField,
  hermitianModes,
  inertiaOf,
  invertHermitian,
  makeWindow,
  modeVariance,
  waveModes,
} from "../../../src/medium/index.js";
import { saltFramework } from "./crystals.js";

const home = new Int32Array(3);

describe("modes at q", () => {
  it("are orthonormal and solve D(q), degenerate ones too", () => {
    const framework = saltFramework("blende");
    for (const q of [
      [0, 0, 0],
      [0.5, 0, 0.5],
      [0.25, 0, 0.25],
      [0.1, 0.2, 0.3],
    ] as Vec3[]) {
      const matrix = new Float64Array(72);
      framework.dynamicalMatrix(q, matrix);
      const { squares, vectors } = hermitianModes(framework, q);
      const scale = squares[5]!;
      for (let u = 0; u < 6; u++) {
        for (let v = 0; v < 6; v++) {
          let [re, im] = [0, 0];
          for (let a = 0; a < 6; a++) {
            const [xr, xi, yr, yi] = [
              vectors[12 * u + 2 * a]!,
              vectors[12 * u + 2 * a + 1]!,
              vectors[12 * v + 2 * a]!,
              vectors[12 * v + 2 * a + 1]!,
            ];
            re += xr * yr + xi * yi;
            im += xr * yi - xi * yr;
          }
          expect(Math.abs(re - (u === v ? 1 : 0)) + Math.abs(im)).toBeLessThan(1e-12);
        }
        for (let a = 0; a < 6; a++) {
          let [re, im] = [0, 0];
          for (let b = 0; b < 6; b++) {
            const [mr, mi] = [matrix[2 * (6 * a + b)]!, matrix[2 * (6 * a + b) + 1]!];
            re += mr * vectors[12 * u + 2 * b]! - mi * vectors[12 * u + 2 * b + 1]!;
            im += mr * vectors[12 * u + 2 * b + 1]! + mi * vectors[12 * u + 2 * b]!;
          }
          const off = Math.hypot(
            re - squares[u]! * vectors[12 * u + 2 * a]!,
            im - squares[u]! * vectors[12 * u + 2 * a + 1]!,
          );
          expect(off).toBeLessThan(1e-12 * scale);
        }
      }
    }
  });
});

describe("the field", () => {
  const framework = saltFramework("blende");
  const modes = waveModes(framework, [3, 3, 3]);
  const window = makeWindow(framework, [0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0]);
  const draw = (seed: number, statistics: "classical" | "quantum" = "classical") =>
    crystalThermalField(framework, window, { modes, thermalEnergy: 0.025, statistics, rng: Rng.fromSeed(seed) });
  const at = (field: ReturnType<typeof draw>, time: number, cell = home): [Float64Array, Float64Array] => {
    const [r, v] = [new Float64Array(9), new Float64Array(9)];
    field.sample(time, cell, r, v);
    return [r, v];
  };

  it("velocities are the slope of displacements, and accelerations obey −Φu: Newton's law for the whole crystal", () => {
    const field = draw(3);
    const h = 0.01;
    const [[before], [now, velocity], [after]] = [at(field, 50 - h), at(field, 50), at(field, 50 + h)];
    // h²/6 Ω³ u with Ω = 0.08 rad/fs, u = 0.1 Å: 1e-9; rounding 1e-16/h
    expect(maxAbs(velocity.map((v, i) => v - (after[i]! - before[i]!) / (2 * h)))).toBeLessThan(2e-9);
    const { bonds, masses } = framework;
    const force = [0, 0, 0];
    for (let m = 0; m < bonds.from.length; m++) {
      if (bonds.from[m] !== 0) continue;
      const [x, y, z] = [0, 1, 2].map((k) => bonds.separation[3 * m + k]!);
      const j = bonds.to[m]!;
      const cell = Int32Array.from([0, 1, 2], (c) => {
        const inverse = framework.cell.inverse;
        const p = framework.positions;
        const d = [x! - p[3 * j]!, y! - p[3 * j + 1]!, z! - p[3 * j + 2]!];
        return Math.round(d[0]! * inverse[c]! + d[1]! * inverse[3 + c]! + d[2]! * inverse[6 + c]!);
      });
      const [u] = at(field, 50, cell);
      for (let a = 0; a < 3; a++)
        for (let b = 0; b < 3; b++) force[a]! -= bonds.blocks[9 * m + 3 * a + b]! * u[3 * j + b]!;
    }
    for (let a = 0; a < 3; a++) {
      const acceleration = (after[a]! + before[a]! - 2 * now[a]!) / (h * h);
      // second differences lose 1e-17/h² = 1e-13 of 1e-4 Å/fs²
      expect(Math.abs(acceleration - force[a]! / inertiaOf(masses[0]!))).toBeLessThan(1e-9);
    }
  });

  it("repeats after the grid's cells", () => {
    const field = draw(4);
    const [near] = at(field, 17);
    const [far] = at(field, 17, Int32Array.of(3, -6, 9));
    expect(maxAbs(near.map((x, i) => x - far[i]!))).toBeLessThan(1e-12);
  });

  it("the classical variance is k_BT times the static response of the same grid, and the quantum one the modes' own", () => {
    // (1/N) Σ_{q≠0} Φ⁻¹ + optical modes of q = 0, from inverses instead of eigenvectors
    let exact = 0;
    const [matrix, inverse] = [new Float64Array(72), new Float64Array(72)];
    const inertia = inertiaOf(framework.masses[0]!);
    for (let n = 1; n < 27; n++) {
      framework.dynamicalMatrix([(n % 3) / 3, (Math.floor(n / 3) % 3) / 3, Math.floor(n / 9) / 3], matrix);
      invertHermitian(matrix, 6, inverse);
      for (let a = 0; a < 3; a++) exact += inverse[14 * a]! / (27 * inertia);
    }
    const { squares, vectors } = hermitianModes(framework, [0, 0, 0]);
    for (let u = 3; u < 6; u++)
      for (let a = 0; a < 3; a++)
        exact += (vectors[12 * u + 2 * a]! ** 2 + vectors[12 * u + 2 * a + 1]! ** 2) / (27 * inertia * squares[u]!);
    exact *= 0.025;
    const drawn = 600;
    const mean = (statistics: "classical" | "quantum"): number => {
      let sum = 0;
      for (let seed = 0; seed < drawn; seed++) {
        const [r] = at(draw(seed, statistics), 0);
        sum += (r[0]! ** 2 + r[1]! ** 2 + r[2]! ** 2) / drawn;
      }
      return sum;
    };
    // a squared Gaussian 3-vector scatters by √(2/3) of its mean: 3.3 % in 600 draws; four of those
    expect(Math.abs(mean("classical") / exact - 1)).toBeLessThan(4 * Math.sqrt(2 / 3 / drawn));
    let quantum = 0;
    for (const [m, omega] of modes.omegas.entries())
      for (let a = 0; a < 3; a++)
        quantum +=
          (modeVariance(omega, 0.025, "quantum") *
            (modes.vectors[12 * m + 2 * a]! ** 2 + modes.vectors[12 * m + 2 * a + 1]! ** 2)) /
          (27 * inertia);
    expect(quantum).toBeGreaterThan(exact); // the zero point
    expect(Math.abs(mean("quantum") / quantum - 1)).toBeLessThan(4 * Math.sqrt(2 / 3 / drawn));
  });
});
