// An ion in the vibrating cubic lattice of Rodin et al. (20³ atoms, arXiv:2504.06595): seconds for 3 ns of walk, which is one point of
// their Arrhenius plots. Short stretches are measured and scaled; nothing depends on how long a run is.

import { Rng } from "../../src/base/index.js";
import {
  cornerWindow,
  cubicFramework,
  cubicMedium,
  cubicModes,
  frameworkMotion,
  ionEquation,
  ionFlight,
  latticeFields,
  latticeFlight,
  latticeVerlet,
  makeStepper,
  RODIN_ION_MASS,
  rodinLattice,
  sampleModes,
  springForces,
  strideField,
  type ThermalSample,
  yukawa,
} from "../../src/medium/index.js";

export const name = "medium";
export const why =
  "3 ns of the time-local equation should take at most 60 s on one core, 3 ns of all 8000 atoms at most 10 minutes; " +
  "beside them what the same equations take when written down plainly: a sum over 23 997 modes per window atom and time, and Verlet at a quarter step.";

export interface Row {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
}

const WALK_FS = 3e6;
const ION_STEP_FS = 5;

export async function run({ smallest }: { readonly smallest: boolean }): Promise<Row[]> {
  const cells = smallest ? 8 : 20;
  const repeats = smallest ? 1 : 5;
  const sample = sampleModes(cubicModes(rodinLattice, cells), Rng.fromSeed(1), { thermalEnergy: 0.03 });
  const motion = frameworkMotion(sample, 0);
  const window = cornerWindow(cubicFramework(rodinLattice));
  const potential = yukawa(4, 0.5);
  const ion = { position: [1.5, 1.5, 1.5], velocity: [0, 0, 0] } as const;
  const start = { lattice: rodinLattice, cells, motion };
  const few = { ionMass: RODIN_ION_MASS, potentials: [potential], window };
  const perWalk = (label: string, fs: number, work: () => void): Row => ({
    label,
    value: (fastest(repeats, work) * WALK_FS) / fs / 1e3,
    unit: "s per 3 ns",
  });
  const strides = smallest ? 2 : 50;

  const flight = latticeFlight(rodinLattice, { cells, motion, window });
  const rows: Row[] = springRows(smallest);
  rows.push(
    perWalk(`free lattice ${cells}³, strides of ${flight.strideFs.toFixed(1)} fs`, strides * flight.strideFs, () => {
      for (let i = 0; i < strides; i++) flight.advance();
    }),
  );
  const verlet = latticeVerlet(few, { ...start, ion }, { timestepFs: ION_STEP_FS / 4 });
  rows.push(
    perWalk(`full ${cells}³, Verlet at 1.25 fs, SIMD springs`, 100 * 1.25, () => {
      verlet.advance(100);
    }),
  );
  for (const timestepFs of [5, 2.5]) {
    const ions = ionFlight(few, { ...start, ions: [ion] }, { timestepFs });
    rows.push(
      perWalk(`full ${cells}³, strides, kicks every ${timestepFs} fs`, strides * ions.flight.strideFs, () => {
        for (let i = 0; i < strides; i++) ions.stride();
      }),
    );
  }
  const medium = cubicMedium(rodinLattice, { ionMass: RODIN_ION_MASS, potential, window });
  for (const timestepFs of [5, 10]) {
    const equation = ionEquation(medium, strideField(rodinLattice, { cells, motion, window }));
    const stepper = makeStepper(equation, ion, { timestepFs });
    const steps = (smallest ? 8 : 400) * (5 / timestepFs);
    rows.push(
      perWalk(`time-local, strides, Runge–Kutta at ${timestepFs} fs`, steps * timestepFs, () => {
        for (let i = 0; i < steps; i++) stepper.step();
      }),
    );
  }
  // Four new times per Runge–Kutta step: a quarter, a half, three quarters and the end.
  const times = smallest ? 1 : 3;
  let sum = 0;
  rows.push(
    perWalk("thermal field, plain mode sums", (times * ION_STEP_FS) / 4, () => {
      for (let t = 0; t < times; t++) sum += plainModeSum(sample, 1.25 * t);
    }),
  );
  if (!Number.isFinite(sum)) throw new Error("the mode sum is not a number");
  return rows;
}

/** One application of the springs: ns per atom, and how much the plain TypeScript takes. */
function springRows(smallest: boolean): Row[] {
  const rows: Row[] = [];
  for (const cells of smallest ? [8] : [20, 50, 100]) {
    const fields = latticeFields(rodinLattice, cells);
    const [u, f] = fields.allocate(2) as [number, number];
    const rng = Rng.fromSeed(cells);
    const displacements = Float64Array.from({ length: 3 * cells ** 3 }, () => 0.1 * rng.normal());
    fields.write(u, displacements);
    const each = Math.max(1, Math.round(2e6 / cells ** 3 / 3));
    const kernel =
      fastest(8, () => {
        for (let i = 0; i < each; i++) fields.apply(u, f);
      }) / each;
    rows.push({ label: `springs ${cells}³`, value: (kernel * 1e6) / cells ** 3, unit: "ns/atom" });
    if (cells > 50) continue;
    const forces = new Float64Array(displacements.length);
    const plain = fastest(3, () => springForces(rodinLattice, cells, { displacements, forces }));
    rows.push({ label: `springs ${cells}³, plain over kernel`, value: plain / kernel, unit: "×" });
  }
  return rows;
}

/** r and ṙ at the 8 corners of the first cell, term by term as the equation stands. */
function plainModeSum({ modes, amplitudes }: ThermalSample, timeFs: number): number {
  const { cells, omegas, vectors } = modes;
  let total = 0;
  for (let corner = 0; corner < 8; corner++) {
    const place = [(corner >> 2) & 1, (corner >> 1) & 1, corner & 1] as const;
    const r = [0, 0, 0];
    const v = [0, 0, 0];
    for (let l = 3; l < omegas.length; l++) {
      const index = Math.floor(l / 3);
      const q = [Math.floor(index / cells ** 2), Math.floor(index / cells) % cells, index % cells] as const;
      const travelled = ((2 * Math.PI) / cells) * (q[0] * place[0] + q[1] * place[1] + q[2] * place[2]);
      const phase = travelled - omegas[l]! * timeFs;
      const [c, s] = [Math.cos(phase), Math.sin(phase)];
      const re = amplitudes[2 * l]! * c - amplitudes[2 * l + 1]! * s;
      const im = amplitudes[2 * l]! * s + amplitudes[2 * l + 1]! * c;
      for (let a = 0; a < 3; a++) {
        r[a]! += vectors[3 * l + a]! * re;
        v[a]! += vectors[3 * l + a]! * omegas[l]! * im;
      }
    }
    total += r[0]! + v[0]!;
  }
  return total;
}

/** Shortest of several runs, ms: the one least disturbed by others. */
function fastest(repeats: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let r = 0; r < repeats + 1; r++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
