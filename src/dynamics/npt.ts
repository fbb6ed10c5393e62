// Constant temperature and pressure: the equations of Martyna, Tobias and Klein (doi:10.1063/1.467468) with the splitting of Tuckerman
// et al. (doi:10.1088/0305-4470/39/19/S18), for any set of strain rates G = Σ_k ν_k B_k (cell-motion.ts). Rows are vectors, R is the
// centre of mass, N = 3n − 3 the degrees of freedom, a = ACCELERATION:
//
//   ẋ = v + (x − R) G,   ḣ = h G
//   v̇ = a F/m − v (Gᵀ + tr G/N) − η̇₁ v
//   W_k ν̇_k = V tr[(Π − P) B_k] + tr B_k 2K/N + d_k − ξ̇ₖ W_k ν_k,   V Π = Σ m v⊗v/a − V σ
//
// σ is the potential stress (tension positive), η and ξ are Nosé–Hoover chains on the particles and on each ν_k, d_k the measure of the shapes
// (#measure). Constant: K + E + P V + Σ ½ W_k ν_k² + chains. Sampled: exp[−(K + E + P V)/k_BT] dV times the scale-free measure of shapes,
// at fixed centre of mass, so that an ideal gas has ⟨V⟩ = n k_BT/P.  docs/theory/dynamics-npt.md

import { ACCELERATION, BOLTZMANN, EV_PER_A3_PER_GPA, InputError, NumericError } from "../base/index.js";
import type { ForceSession } from "../forces/index.js";
import { makeCell } from "../structure/index.js";
import { checkRelaxation, checkTemperature, temperatureAt } from "./baths.js";
import { flowOf, strainDirections, strainRate, trace3 } from "./cell-motion.js";
import { Clock, type SavedClock } from "./clock.js";
import type { EnsembleSpec } from "./ensemble.js";
import type { Integrator } from "./integrator.js";
import { twiceKineticEnergy } from "./kinetics.js";
import { LEAST_BATH_PERIOD } from "./nose-hoover.js";
import {
  advanceChain,
  chainEnergy,
  makeChain,
  type NoseHooverChain,
  restoreChain,
  type SavedChain,
  saveChain,
} from "./nose-hoover-chain.js";
import { checkNptState } from "./npt-checks.js";
import type { MdState } from "./state.js";
import { scaleVelocities, updateForces } from "./steps.js";

export type NptSpec = Extract<EnsembleSpec, { kind: "npt" }>;

export interface NptOptions {
  readonly timestepFs: number;
}

/** All that a later step depends on beside the state. */
interface SavedNpt {
  readonly rates: readonly number[];
  readonly scales: readonly number[];
  readonly startVectors: readonly number[];
  readonly directions: readonly (readonly number[])[];
  readonly masses: readonly number[];
  readonly centre: readonly number[];
  readonly beganFs: number;
  readonly shapeEnergy: number;
  readonly particles: SavedChain;
  readonly pistons: readonly SavedChain[];
  readonly clock: SavedClock;
}

/**
 * @throws InputError for frozen atoms, a cell that is not periodic, a centre of mass that moves, a time, temperature or pressure that
 * cannot be.
 */
export function makeNpt(spec: NptSpec, state: MdState, options: NptOptions): Integrator {
  checkNptState(state, spec, options.timestepFs);
  checkTemperature(spec.temperatureK);
  checkRelaxation(spec.relaxationFs ?? 100, options.timestepFs, LEAST_BATH_PERIOD);
  return new Npt(spec, state, options.timestepFs);
}

class Npt implements Integrator {
  readonly name: string;
  readonly ensemble: NptSpec;
  readonly #pressure: number; // eV/Å³
  readonly #cellTime: number; // fs
  readonly #clock: Clock;
  readonly #particles: NoseHooverChain;
  readonly #pistons: readonly NoseHooverChain[]; // [k]
  readonly #startVectors: Float64Array; // [3,3] Å, cell vectors the strain is counted from
  #directions: readonly Float64Array[]; // [k][3,3]
  readonly #traces: Float64Array; // [k]
  readonly #masses: Float64Array; // [k] eV fs², zero before the first step
  readonly #rates: Float64Array; // [k] 1/fs
  readonly #scales = Float64Array.of(1, 1, 1); // lengths over those of the start, unless all of the cell moves
  readonly #centre: Float64Array; // [3] Å
  #beganFs: number; // when the temperature program started
  #shapeEnergy = 0; // −∫ Σ d_k ν_k dt, eV
  #evaluated = Number.NaN; // energy for which state.stress was computed

  constructor(
    spec: NptSpec,
    state: MdState,
    readonly timestepFs: number,
  ) {
    this.name = `npt, ${spec.cell}`;
    this.ensemble = spec;
    this.#pressure = spec.pressureGpa * EV_PER_A3_PER_GPA;
    this.#clock = new Clock(state, timestepFs);
    this.#beganFs = state.timeFs;
    this.#startVectors = state.cell.vectors.slice();
    this.#directions = strainDirections(spec.cell, state.cell);
    this.#traces = Float64Array.from(this.#directions, trace3);
    this.#centre = centreOfMass(state);
    const temperatureK = temperatureAt(spec.temperatureK, 0);
    const count = this.#directions.length;
    this.#cellTime = spec.cellRelaxationFs ?? 1000;
    const chain = { temperatureK, length: spec.chain ?? 3 };
    this.#particles = makeChain({
      ...chain,
      degreesOfFreedom: state.degreesOfFreedom,
      periodFs: spec.relaxationFs ?? 100,
    });
    // One for each ν: they exchange energy with the atoms and each other so slowly that a common chain would leave some of them warm
    // and some cold for nanoseconds. A chain of another period would hardly exchange energy with the cell.
    this.#pistons = this.#directions.map(() => makeChain({ ...chain, degreesOfFreedom: 1, periodFs: this.#cellTime }));
    this.#masses = new Float64Array(count);
    this.#rates = new Float64Array(count);
  }

  advance(state: MdState, forces: ForceSession, steps: number): void {
    if (steps > 0 && this.#evaluated !== state.potentialEnergy) {
      if (this.#masses[0] === 0) this.#masses.set(this.#weigh(state, forces));
      forces.setCell(state.cell);
      this.#evaluate(state, forces);
    }
    const half = this.timestepFs / 2;
    for (let s = 0; s < steps; s++) {
      const now = temperatureAt(this.ensemble.temperatureK, state.timeFs - this.#beganFs + half);
      this.#particles.temperatureK = now;
      for (const piston of this.#pistons) piston.temperatureK = now;
      this.#thermostat(state, half);
      this.#kickCell(state, half);
      this.#kickAtoms(state, half);
      this.#drift(state, this.timestepFs);
      forces.setCell(state.cell);
      this.#evaluate(state, forces);
      this.#kickAtoms(state, half);
      this.#kickCell(state, half);
      this.#thermostat(state, half);
      this.#clock.tick(state);
    }
  }

  conserved(state: MdState): number {
    return (
      0.5 * twiceKineticEnergy(state) +
      state.potentialEnergy +
      this.#pressure * state.cell.volume +
      0.5 * this.#twicePistonEnergy() +
      this.#shapeEnergy +
      chainEnergy(this.#particles) +
      this.#pistons.reduce((sum, piston) => sum + chainEnergy(piston), 0)
    );
  }

  /** W such that the volume swings with the period asked for: 9 V K = W (2π/period)², V K with the ideal gas's n k_BT. */
  #weigh(state: MdState, forces: ForceSession): Float64Array {
    const stiffness = Math.max(0, affineStiffness(state, forces));
    const thermal = (state.degreesOfFreedom + 3) * BOLTZMANN * this.#particles.temperatureK;
    const whole = (9 * stiffness + 3 * thermal) * (this.#cellTime / (2 * Math.PI)) ** 2;
    const count = this.#rates.length;
    return new Float64Array(count).fill(count === 1 ? whole : whole / 3);
  }

  #evaluate(state: MdState, forces: ForceSession): void {
    updateForces(state, forces, true);
    this.#evaluated = state.potentialEnergy;
  }

  #twicePistonEnergy(): number {
    let sum = 0;
    for (let k = 0; k < this.#rates.length; k++) sum += this.#masses[k]! * this.#rates[k]! ** 2;
    return sum;
  }

  #thermostat(state: MdState, time: number): void {
    scaleVelocities(state, advanceChain(this.#particles, twiceKineticEnergy(state), time));
    for (let k = 0; k < this.#rates.length; k++) {
      const rate = this.#rates[k]!;
      this.#rates[k] = rate * advanceChain(this.#pistons[k]!, this.#masses[k]! * rate * rate, time);
    }
  }

  /**
   * d_k. In lower triangular form h = L the equations alone leave dL L₁₁⁻² L₂₂⁻¹ invariant, while every choice of cell vectors and of
   * axes is alike only under dL L₂₂⁻¹ L₃₃⁻² ∝ V⁻² d⁹h: the difference is a potential 2 k_BT ln(L₃₃/L₁₁).
   */
  #measure(k: number): number {
    if (this.ensemble.cell !== "full" || k === 1 || k > 2) return 0;
    const twice = 2 * BOLTZMANN * this.#particles.temperatureK;
    return k === 0 ? twice : -twice;
  }

  #kickCell(state: MdState, time: number): void {
    const flux = momentumFlux(state);
    const { volume } = state.cell;
    const perFreedom = trace3(flux) / state.degreesOfFreedom;
    for (let k = 0; k < this.#rates.length; k++) {
      const direction = this.#directions[k]!;
      let force = (perFreedom - this.#pressure * volume) * this.#traces[k]! + this.#measure(k);
      for (let i = 0; i < 9; i++) force += (flux[i]! - volume * state.stress[i]!) * direction[i]!;
      this.#rates[k] = this.#rates[k]! + (force * time) / this.#masses[k]!;
    }
  }

  /** v ← v e^{−At} + (F/m) ∫ e^{−As} ds, A = Gᵀ + tr G/N. The net force acts on the centre of mass, which is held. */
  #kickAtoms(state: MdState, time: number): void {
    const rate = strainRate(this.#directions, this.#rates);
    const common = trace3(rate) / state.degreesOfFreedom;
    const drag = new Float64Array(9);
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) drag[3 * a + b] = -rate[3 * b + a]! - (a === b ? common : 0);
    }
    const { growth, path } = flowOf(drag, time);
    const { velocities, forces } = state;
    const { masses } = state.crystal;
    const mean = commonAcceleration(state);
    for (let i = 0, k = 0; i < masses.length; i++, k += 3) {
      const perMass = ACCELERATION / masses[i]!;
      const [x, y, z] = [velocities[k]!, velocities[k + 1]!, velocities[k + 2]!];
      const p = forces[k]! * perMass - mean[0]!;
      const q = forces[k + 1]! * perMass - mean[1]!;
      const r = forces[k + 2]! * perMass - mean[2]!;
      for (let a = 0; a < 3; a++) {
        velocities[k + a] =
          x * growth[a]! +
          y * growth[3 + a]! +
          z * growth[6 + a]! +
          (p * path[a]! + q * path[3 + a]! + r * path[6 + a]!);
      }
    }
  }

  /** Positions and cell by the exact flow of a constant G and v. */
  #drift(state: MdState, time: number): void {
    const rate = strainRate(this.#directions, this.#rates);
    const { growth, path } = flowOf(rate, time);
    const { positions, velocities } = state;
    const centre = this.#centre;
    for (let k = 0; k < positions.length; k += 3) {
      const x = positions[k]! - centre[0]!;
      const y = positions[k + 1]! - centre[1]!;
      const z = positions[k + 2]! - centre[2]!;
      const [u, v, w] = [velocities[k]!, velocities[k + 1]!, velocities[k + 2]!];
      for (let a = 0; a < 3; a++) {
        positions[k + a] =
          centre[a]! +
          (x * growth[a]! +
            y * growth[3 + a]! +
            z * growth[6 + a]! +
            (u * path[a]! + v * path[3 + a]! + w * path[6 + a]!));
      }
    }
    for (let k = 0; k < this.#rates.length; k++) {
      this.#shapeEnergy -= this.#measure(k) * this.#rates[k]! * time;
    }
    this.#moveCell(state, growth, time);
  }

  #moveCell(state: MdState, growth: Float64Array, time: number): void {
    const vectors = state.cell.vectors.slice();
    if (this.ensemble.cell === "full") {
      for (let i = 0; i < 9; i += 3) {
        const [x, y, z] = [vectors[i]!, vectors[i + 1]!, vectors[i + 2]!];
        for (let a = 0; a < 3; a++) vectors[i + a] = x * growth[a]! + y * growth[3 + a]! + z * growth[6 + a]!;
      }
    } else {
      // scaled from the start, so that angles stay as they were to the last digit
      for (let i = 0; i < 3; i++) {
        this.#scales[i] = this.#scales[i]! * Math.exp(this.#rates[this.#rates.length === 1 ? 0 : i]! * time);
        for (let a = 3 * i; a < 3 * i + 3; a++) vectors[a] = this.#startVectors[a]! * this.#scales[i]!;
      }
    }
    if (!vectors.every(Number.isFinite)) {
      throw new NumericError(
        `the cell vectors are ${[...vectors].join(", ")} Å at step ${state.step}`,
        "take a shorter time step, a longer cellRelaxationFs, or start nearer to equilibrium",
        { step: state.step, vectors: [...vectors] },
      );
    }
    state.cell = makeCell(vectors, state.cell.periodic);
  }

  save(): SavedNpt {
    return {
      rates: [...this.#rates],
      scales: [...this.#scales],
      startVectors: [...this.#startVectors],
      directions: this.#directions.map((direction) => [...direction]),
      masses: [...this.#masses],
      centre: [...this.#centre],
      beganFs: this.#beganFs,
      shapeEnergy: this.#shapeEnergy,
      particles: saveChain(this.#particles),
      pistons: this.#pistons.map(saveChain),
      clock: this.#clock.save(),
    };
  }

  restore(saved: unknown): void {
    const from = saved as SavedNpt;
    if (from.rates?.length !== this.#rates.length) {
      throw new InputError(
        `${from.rates?.length} saved strain rates for a cell with ${this.#rates.length}`,
        "restore into the ensemble that was saved",
      );
    }
    this.#startVectors.set(from.startVectors);
    this.#directions = from.directions.map((direction) => Float64Array.from(direction));
    this.#traces.set(this.#directions.map(trace3));
    this.#rates.set(from.rates);
    this.#scales.set(from.scales);
    this.#masses.set(from.masses);
    this.#centre.set(from.centre);
    this.#beganFs = from.beganFs;
    this.#shapeEnergy = from.shapeEnergy;
    restoreChain(this.#particles, from.particles);
    this.#pistons.forEach((piston, k) => {
      restoreChain(piston, from.pistons[k]!);
    });
    this.#clock.restore(from.clock);
    this.#evaluated = Number.NaN;
  }
}

const TEST_STRAIN = 1e-3;

/** V K = −V² ∂P/∂V, eV, of the potential part, atoms moving with the cell: from the stress a little larger and a little smaller. */
function affineStiffness(state: MdState, forces: ForceSession): number {
  const [unused, stress] = [new Float64Array(state.forces.length), new Float64Array(9)];
  const tension = [1 + TEST_STRAIN, 1 - TEST_STRAIN].map((scale) => {
    const cell = makeCell(
      state.cell.vectors.slice().map((x) => x * scale),
      state.cell.periodic,
    );
    forces.setCell(cell);
    forces.evaluate(
      state.positions.map((x) => x * scale),
      unused,
      stress,
    );
    return trace3(stress) / 3;
  });
  return (state.cell.volume * (tension[0]! - tension[1]!)) / (6 * TEST_STRAIN);
}

/** Σ m v⊗v, [3,3] eV. */
function momentumFlux(state: MdState): Float64Array {
  const { velocities } = state;
  const { masses } = state.crystal;
  let [xx, yy, zz, xy, xz, yz] = [0, 0, 0, 0, 0, 0];
  for (let i = 0, k = 0; i < masses.length; i++, k += 3) {
    const m = masses[i]! / ACCELERATION;
    const [x, y, z] = [velocities[k]!, velocities[k + 1]!, velocities[k + 2]!];
    xx += m * x * x;
    yy += m * y * y;
    zz += m * z * z;
    xy += m * x * y;
    xz += m * x * z;
    yz += m * y * z;
  }
  return Float64Array.of(xx, xy, xz, xy, yy, yz, xz, yz, zz);
}

/** Σ F/Σ m as an acceleration: zero but for rounding and for the grid of a particle mesh. */
function commonAcceleration(state: MdState): Float64Array {
  const { forces } = state;
  const { masses } = state.crystal;
  const sum = new Float64Array(3);
  let total = 0;
  for (let i = 0; i < masses.length; i++) {
    total += masses[i]!;
    for (let a = 0; a < 3; a++) sum[a] = sum[a]! + forces[3 * i + a]!;
  }
  return sum.map((force) => (force * ACCELERATION) / total);
}

function centreOfMass(state: MdState): Float64Array {
  const { masses } = state.crystal;
  const sum = new Float64Array(3);
  let total = 0;
  for (let i = 0; i < masses.length; i++) {
    total += masses[i]!;
    for (let a = 0; a < 3; a++) sum[a] = sum[a]! + masses[i]! * state.positions[3 * i + a]!;
  }
  return sum.map((x) => x / total);
}
