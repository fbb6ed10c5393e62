import { describe, expect, it } from "vitest";
import { InputError, PhysicsError, Rng } from "../../../src/base/index.js";
import {
  checkLattice,
  cubicAcousticMatrix,
  cubicDispersion,
  cubicDynamicalMatrix,
  cubicFramework,
  cubicModes,
  eigenSymmetric3,
  highestFrequency,
  inertiaOf,
  rodinLattice,
  soundVelocities,
  springForces,
  thzOf,
} from "../../../src/medium/index.js";
import { isotropicLattice, relativeError } from "./cases.js";

describe("the 3×3 eigenproblem", () => {
  const rng = Rng.fromSeed(3).fork("matrices");
  const values = new Float64Array(3);
  const vectors = new Float64Array(9);
  const check = (m: Float64Array) => {
    eigenSymmetric3(m, values, vectors);
    const size = Math.max(...m.map(Math.abs));
    for (let k = 0; k < 3; k++) {
      for (let l = 0; l < 3; l++) {
        const product = [0, 1, 2].reduce((sum, a) => sum + vectors[3 * k + a]! * vectors[3 * l + a]!, 0);
        // a few rotations of rounding 1e-16 each
        expect(Math.abs(product - (k === l ? 1 : 0))).toBeLessThan(3e-15);
      }
      for (let a = 0; a < 3; a++) {
        const image = [0, 1, 2].reduce((sum, b) => sum + m[3 * a + b]! * vectors[3 * k + b]!, 0);
        expect(Math.abs(image - values[k]! * vectors[3 * k + a]!)).toBeLessThanOrEqual(4e-15 * size);
      }
    }
    expect(values[0]! <= values[1]! && values[1]! <= values[2]!).toBe(true);
  };
  const symmetric = (xx: number, yy: number, zz: number, xy: number, xz: number, yz: number) =>
    Float64Array.of(xx, xy, xz, xy, yy, yz, xz, yz, zz);

  it("diagonalises random matrices", () => {
    const draw = () => rng.normal();
    for (let n = 0; n < 200; n++) check(symmetric(draw(), draw(), draw(), draw(), draw(), draw()));
  });

  it("keeps its digits where values nearly coincide, and leaves zeros alone", () => {
    check(symmetric(1, 1 + 1e-13, 1, 1e-14, 2e-14, -1e-13));
    check(symmetric(2, 2, 2, 1, 1, 1));
    check(symmetric(0, 0, 0, 0, 0, 0));
    check(symmetric(5, -1, 3, 0, 0, 0));
  });
});

describe("the cubic lattice", () => {
  it("has the printed dynamical matrix", () => {
    const { mass, nearSpring: k1, nextSpring: k2 } = rodinLattice;
    const m = inertiaOf(mass);
    const [x, y, z] = [0.7, -1.9, 2.6];
    const [cx, cy, cz] = [x, y, z].map(Math.cos) as [number, number, number];
    const [sx, sy, sz] = [x, y, z].map(Math.sin) as [number, number, number];
    const expected = [
      (2 * k1 * (1 - cx) + 2 * k2 * (2 - cx * cy - cx * cz)) / m,
      (2 * k2 * sx * sy) / m,
      (2 * k2 * sx * sz) / m,
      (2 * k2 * sy * sx) / m,
      (2 * k1 * (1 - cy) + 2 * k2 * (2 - cy * cx - cy * cz)) / m,
      (2 * k2 * sy * sz) / m,
      (2 * k2 * sz * sx) / m,
      (2 * k2 * sz * sy) / m,
      (2 * k1 * (1 - cz) + 2 * k2 * (2 - cz * cx - cz * cy)) / m,
    ];
    const found = new Float64Array(9);
    cubicDynamicalMatrix(rodinLattice, [x, y, z], found);
    expect(relativeError(found, expected)).toBeLessThan(2e-15); // rounding
  });

  it("pushes a plane wave back by −μD u: springs and matrix are one lattice", () => {
    const cells = 6;
    const q = [1, 2, 4];
    const polarisation = [0.3, -0.7, 0.5];
    const displacements = new Float64Array(3 * cells ** 3);
    const phase = (n: number) => {
      const site = [Math.floor(n / cells ** 2), Math.floor(n / cells) % cells, n % cells];
      return (2 * Math.PI * (q[0]! * site[0]! + q[1]! * site[1]! + q[2]! * site[2]!)) / cells;
    };
    for (let n = 0; n < cells ** 3; n++)
      for (let a = 0; a < 3; a++) displacements[3 * n + a] = polarisation[a]! * Math.cos(phase(n) + 0.4);
    const forces = new Float64Array(displacements.length);
    springForces(rodinLattice, cells, { displacements, forces });
    const d = new Float64Array(9);
    cubicDynamicalMatrix(
      rodinLattice,
      q.map((n) => (2 * Math.PI * n) / cells),
      d,
    );
    const m = inertiaOf(rodinLattice.mass);
    const expected = forces.map((_, i) => {
      const [n, a] = [Math.floor(i / 3), i % 3];
      const image = polarisation.reduce((sum, p, b) => sum + d[3 * a + b]! * p, 0);
      return -m * image * Math.cos(phase(n) + 0.4);
    });
    expect(relativeError(forces, expected)).toBeLessThan(1e-14); // 18 sums of rounding
  });

  it("is fastest at X with Ω² = (4k1 + 8k2)/μ, and nowhere on a grid above it", () => {
    const top = highestFrequency(rodinLattice);
    const { frequencies, q } = cubicDispersion(rodinLattice, ["Γ", "X", "M", "R", "Γ"]);
    const at = [...q].findIndex((f, i) => i % 3 === 0 && f === 0.5 && q[i + 1] === 0 && q[i + 2] === 0);
    expect(frequencies[at + 2]! / thzOf(top)).toBeCloseTo(1, 14);
    expect(Math.max(...cubicModes(rodinLattice, 12).omegas)).toBeLessThanOrEqual(top * (1 + 1e-14));
  });

  it("keeps Σ Ω² = tr D at every wave: branches are complete", () => {
    const { omegas, cells } = cubicModes(rodinLattice, 5);
    let sum = 0;
    for (const omega of omegas) sum += omega * omega;
    const { mass, nearSpring, nextSpring } = rodinLattice;
    // averaged over all q the cosines vanish: tr D = 3 (2k1 + 4k2)/μ, of which q = 0 has none
    expect(sum / ((3 * cells ** 3 * (2 * nearSpring + 4 * nextSpring)) / inertiaOf(mass))).toBeCloseTo(1, 13);
  });

  it("carries sound at a√((k1+2k2)/μ) and a√(k2/μ) along an axis", () => {
    const { mass, spacing, nearSpring, nextSpring } = rodinLattice;
    const transverse = spacing * Math.sqrt(nextSpring / inertiaOf(mass));
    const longitudinal = spacing * Math.sqrt((nearSpring + 2 * nextSpring) / inertiaOf(mass));
    const { velocities } = soundVelocities(rodinLattice, [0, 2, 0]);
    expect(relativeError(velocities, [transverse, transverse, longitudinal])).toBeLessThan(1e-14);
  });

  it("has D(q) → q² C(n) for long waves", () => {
    const n = [0.48, 0.6, 0.64];
    const q = 1e-4;
    const c = new Float64Array(9);
    const d = new Float64Array(9);
    cubicAcousticMatrix(rodinLattice, n, c);
    cubicDynamicalMatrix(
      rodinLattice,
      n.map((x) => q * rodinLattice.spacing * x),
      d,
    );
    // the next term is (qa)²/12 ≈ 1e-8
    expect(
      relativeError(
        d.map((x) => x / (q * q)),
        c,
      ),
    ).toBeLessThan(3e-8);
  });

  it("is isotropic for k1 = k2", () => {
    const one = soundVelocities(isotropicLattice, [1, 0, 0]).velocities;
    const other = soundVelocities(isotropicLattice, [0.3, -0.5, 0.81]).velocities;
    expect(relativeError(other, one)).toBeLessThan(1e-14);
  });

  it("gives the general framework the same matrix, phases without 2π", () => {
    const framework = cubicFramework(rodinLattice);
    const out = new Float64Array(18);
    const expected = new Float64Array(9);
    framework.dynamicalMatrix([0.1, 0.2, -0.3], out);
    cubicDynamicalMatrix(rodinLattice, [0.2 * Math.PI, 0.4 * Math.PI, -0.6 * Math.PI], expected);
    expect(out.filter((_, i) => i % 2 === 0)).toEqual(expected);
    expect(framework.cell.volume).toBeCloseTo(27, 12);
  });
});

describe("a lattice that cannot be", () => {
  it("names the wave that is unstable", () => {
    expect(() => checkLattice({ ...rodinLattice, nextSpring: -0.05 })).toThrow(PhysicsError);
    expect(() => checkLattice({ ...rodinLattice, nextSpring: -0.05 })).toThrow(
      /THz \(imaginary\) at q = 2π\/a \(0\.\d+/,
    );
    expect(() => checkLattice({ ...rodinLattice, nearSpring: -0.6 })).toThrow(/imaginary/);
  });

  it("says when shear costs nothing", () => {
    expect(() => checkLattice({ ...rodinLattice, nextSpring: 0 })).toThrow(/without restoring force/);
  });

  it("refuses numbers that are none", () => {
    expect(() => checkLattice({ ...rodinLattice, mass: 0 })).toThrow(InputError);
    expect(() => checkLattice({ ...rodinLattice, spacing: Number.NaN })).toThrow(/spacing of the lattice is NaN Å/);
    expect(() => cubicDispersion(rodinLattice, ["Γ", "Y"])).toThrow(/Γ–Y/);
  });
});
