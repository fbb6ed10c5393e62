// A harmonic lattice that moves in strides τ of many femtoseconds, known at every time in between at the atoms near the ion.
//
//   rise ← rise + Σ_k c_k A^k u(t),  u(t+τ) = u(t) + rise        c: fit of 2 cos √Dτ − 2, lattice-polynomials.ts
//
// A stride of 40 fs with three powers applies the springs three times to all atoms; what is needed between strides is needed near the
// ion only and comes from a small box. Kicks on window atoms during a stride are added at its end, exactly to the same order:
//
//   u(t+τ) += Σ G(τ−s) p/μ,   rise += Σ [G(τ−s) + G(s)] p/μ,   G(s) = sin√Ds/√D
//
// since from then on rise must turn u(t+τ) into u(t+2τ), which holds G(2τ−s) = 2 cos√Dτ G(τ−s) + G(s).

import { expectFinite, InputError } from "../base/index.js";
import type { Pointer } from "../kernels/index.js";
import { type LatticeBox, latticeBox } from "./lattice-box.js";
import { type LatticeFields, latticeFields } from "./lattice-fields.js";
import { pendingKicks, powerBlocks } from "./lattice-kicks.js";
import type { KernelChoice } from "./lattice-memory.js";
import { bandFit, sineOver, strideFunctions } from "./lattice-polynomials.js";
import { keep, type LatticeView, latticeView, weightTable, windowBounds } from "./lattice-view.js";
import { type CubicLattice, inertiaOf, type Window } from "./model.js";
import type { FrameworkMotion } from "./thermal-modes.js";
import { checkWindowFits } from "./window.js";

export interface FlightOptions {
  /** τ, fs. Default 1.25/Ω_max; at most π/2/Ω_max. */
  readonly strideFs?: number;
  /** Powers of the dynamical matrix. Default 3. */
  readonly order?: number;
  /** Default: WebAssembly where it runs. */
  readonly kernels?: KernelChoice;
}

export interface LatticeFlight {
  readonly lattice: CubicLattice;
  readonly cells: number;
  readonly strideFs: number;
  readonly order: number;
  /** Strides finished: the present one runs from strides·τ to (strides + 1)·τ. */
  readonly strides: number;
  /** Ends the present stride, with the kicks that were given in it, and begins the next. */
  advance(): void;
  /** The present stride without its kicks, at the window's atoms. Views must look again after `advance`. */
  makeView(): LatticeView;
  /** Gives the window's atoms the momenta [n,3] (eV fs/Å) `timeFs` after the stride began, with the ion in `cell` [3]. */
  kick(timeFs: number, cell: ArrayLike<number>, momenta: Float64Array): void;
  /** G(s)/μ, Å/(eV fs/Å): the displacement at a separation of cells [3] `timeFs` after a unit of momentum, into out [at … at + 8]. */
  response(timeFs: number, separation: ArrayLike<number>, out: Float64Array, at?: number): void;
  /** Displacements and velocities of all atoms when the present stride began. */
  motion(): FrameworkMotion;
}

/** Order of the polynomials used once at the start and for `motion`. */
const CAREFUL_ORDER = 8;
const USUAL_PHASE = 1.25;
const LARGEST_PHASE = Math.PI / 2;

/** The default stride of a lattice, fs. */
export const usualStride = (topFrequency: number): number => USUAL_PHASE / topFrequency;

/** A lattice that starts from `motion` at time 0, seen through `window`. */
export function latticeFlight(
  lattice: CubicLattice,
  start: { readonly cells: number; readonly motion: FrameworkMotion; readonly window: Window },
  options: FlightOptions = {},
): LatticeFlight {
  const { cells, window } = start;
  const { order = 3 } = options;
  checkWindowFits(window, cells);
  const fields = latticeFields(lattice, cells, options);
  const { heap, layout, topFrequency } = fields;
  const strideFs = options.strideFs ?? usualStride(topFrequency);
  checkStride(strideFs, topFrequency);
  const band = bandFit(order, topFrequency);
  const weights = weightTable(band, strideFs);
  const inverseInertia = 1 / inertiaOf(lattice.mass);
  const green = keep((timeFs) => {
    const out = new Float64Array(order + 1);
    band.fit((omega) => sineOver(omega, timeFs) * inverseInertia, out);
    return out;
  });

  let [now, next] = fields.allocate(2) as [Pointer, Pointer];
  const [rise] = fields.allocate(1) as [Pointer];
  const spares = fields.allocate(5) as Spares;
  const powers = fields.allocate(order);
  const powerList = heap.allocate(4 * order);
  const bendAt = heap.allocate(8 * order);
  const boxes = new Map<string, LatticeBox>();
  const boxOf = (extent: readonly [number, number, number]): LatticeBox => {
    const key = extent.join();
    const box = boxes.get(key) ?? latticeBox(fields, extent, order);
    boxes.set(key, box);
    return box;
  };
  const pending = pendingKicks(window, { order, boxOf });
  const blocks = powerBlocks(lattice, { order, ...(options.kernels ? { kernels: options.kernels } : {}) });
  const bend = new Float64Array(order + 1);
  band.fit((omega) => strideFunctions.bend(omega, strideFs), bend);
  heap.whole().set(bend.subarray(1), bendAt / 8);
  heap.u32(powerList, order).set(powers);
  let strides = 0;

  const moveOn = (): void => {
    let from = now;
    for (const power of powers) {
      fields.apply(from, power);
      from = power;
    }
    heap.kernels.moveOn(now, rise, next, powerList, bendAt, order, layout.bytes);
  };

  begin(fields, start.motion, { strideFs, now, rise, spares });
  moveOn();

  return {
    lattice,
    cells,
    strideFs,
    order,
    get strides() {
      return strides;
    },
    advance() {
      pending.spread({ next, rise });
      [now, next] = [next, now];
      moveOn();
      strides++;
    },
    makeView() {
      const ends = {
        leftPower: (power: number) => (power === 0 ? now : powers[power - 1]!),
        get right() {
          return next;
        },
      };
      return latticeView(fields, window, { box: boxOf(windowBounds(window).extent), ends, weights, order });
    },
    kick(timeFs, cell, momenta) {
      pending.add(cell, momenta, { far: green(strideFs - timeFs), near: green(timeFs) });
    },
    response: (timeFs, separation, out, at) => blocks(green(timeFs), separation, out, at),
    motion: () => motionNow(fields, { strideFs, now, next, spares }),
  };
}

type Spares = [Pointer, Pointer, Pointer, Pointer, Pointer];

/** target += Σ_k c_k A^k source, the source kept. */
function addPolynomial(
  fields: LatticeFields,
  move: { readonly source: Pointer; readonly target: Pointer; readonly spares: Spares },
  coefficients: Float64Array,
): void {
  const { heap, layout } = fields;
  let [power, other] = move.spares;
  clear(fields, power);
  heap.kernels.addScaled(power, move.source, 1, layout.bytes);
  coefficients.forEach((c, k) => {
    heap.kernels.addScaled(move.target, power, c, layout.bytes);
    if (k + 1 === coefficients.length) return;
    fields.apply(power, other);
    [power, other] = [other, power];
  });
}

const clear = ({ heap, layout }: LatticeFields, field: Pointer): void => {
  heap.whole().fill(0, field / 8, (field + layout.bytes) / 8);
};

/** Sets u(0) and rise = u(0) − u(−τ) = [1 − cos√Dτ] u + G(τ) v. */
function begin(
  fields: LatticeFields,
  motion: FrameworkMotion,
  at: { readonly strideFs: number; readonly now: Pointer; readonly rise: Pointer; readonly spares: Spares },
): void {
  const { strideFs, now, rise, spares } = at;
  const careful = bandFit(CAREFUL_ORDER, fields.topFrequency);
  const weight = new Float64Array(CAREFUL_ORDER + 1);
  fields.write(now, motion.displacements);
  careful.fit((omega) => -0.5 * strideFunctions.bend(omega, strideFs), weight);
  addPolynomial(fields, { source: now, target: rise, spares }, weight);
  const v = spares[2];
  fields.write(v, motion.velocities);
  careful.fit((omega) => sineOver(omega, strideFs), weight);
  addPolynomial(fields, { source: v, target: rise, spares }, weight);
}

/** u(t) and v(t) = [u(t+τ) − cos√Dτ u(t)] / G(τ). */
function motionNow(
  fields: LatticeFields,
  at: { readonly strideFs: number; readonly now: Pointer; readonly next: Pointer; readonly spares: Spares },
): FrameworkMotion {
  const { strideFs, now, next, spares } = at;
  const careful = bandFit(CAREFUL_ORDER, fields.topFrequency);
  const weight = new Float64Array(CAREFUL_ORDER + 1);
  const v = spares[3];
  clear(fields, v);
  careful.fit((omega) => strideFunctions.leftRate(omega, strideFs, 0), weight);
  addPolynomial(fields, { source: now, target: v, spares }, weight);
  careful.fit((omega) => 1 / sineOver(omega, strideFs), weight);
  addPolynomial(fields, { source: next, target: v, spares }, weight);
  const motion = { displacements: fields.read(now), velocities: fields.read(v) };
  expectFinite("lattice displacement", motion.displacements);
  return motion;
}

function checkStride(strideFs: number, topFrequency: number): void {
  const phase = strideFs * topFrequency;
  if (!(phase > 0) || phase > LARGEST_PHASE)
    throw new InputError(
      `a stride of ${strideFs} fs turns the fastest framework mode by ${phase.toFixed(2)} rad; the most is ${LARGEST_PHASE.toFixed(2)}`,
      `use at most ${(LARGEST_PHASE / topFrequency).toFixed(1)} fs`,
      { strideFs, phase },
    );
}
