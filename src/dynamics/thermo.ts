// The numbers of a run over time, and what they come to: means with block errors, and the drift of the conserved quantity.
//
//   pressure  P = (2K/3)/V − tr σ/3,  σ the potential part of the stress (tension positive)
//   drift     slope of the conserved quantity less the work of hooks, over n k_BT̄, n the free atoms and T̄ at least 1 K. Its error is that of a straight
//             line, times the root of the statistical inefficiency of the residuals, which are correlated from sample to sample.

import { BOLTZMANN, type Estimate, EV_PER_A3_PER_GPA, type F64, type Notes } from "../base/index.js";
import type { ForceSession } from "../forces/index.js";
import { blockAverage, fitLine } from "../numerics/index.js";
import type { Integrator } from "./integrator.js";
import { freeAtomCount, temperatureOf, twiceKineticEnergy } from "./kinetics.js";
import type { MdState } from "./state.js";

/** One entry per sample in each column. */
export interface Thermo {
  readonly step: F64;
  readonly timeFs: F64;
  readonly temperatureK: F64;
  readonly potentialEnergy: F64; // eV
  readonly kineticEnergy: F64; // eV
  /** The integrator's conserved quantity, eV; hooks change it by `hookWork`. */
  readonly conserved: F64;
  /** Work of the hooks since the run began, eV. */
  readonly hookWork: F64;
  /** eV/Å³; present when asked for. */
  readonly pressure?: F64;
  /** Å³; present when asked for with the pressure. */
  readonly volume?: F64;
}

const COLUMNS = 9;

export class ThermoRecorder {
  #rows = new Float64Array(COLUMNS * 64);
  #count = 0;
  readonly #withPressure: boolean;
  readonly #scratch: Float64Array;
  readonly #stress = new Float64Array(9);

  constructor(state: MdState, options: { readonly pressure: boolean }) {
    this.#withPressure = options.pressure;
    this.#scratch = new Float64Array(options.pressure ? state.positions.length : 0);
  }

  sample(state: MdState, integrator: Integrator, hookWork: number, forces: ForceSession): void {
    if ((this.#count + 1) * COLUMNS > this.#rows.length) {
      const wider = new Float64Array(2 * this.#rows.length);
      wider.set(this.#rows);
      this.#rows = wider;
    }
    const twice = twiceKineticEnergy(state);
    const row = this.#rows.subarray(COLUMNS * this.#count++);
    row[0] = state.step;
    row[1] = state.timeFs;
    row[2] = temperatureOf(state);
    row[3] = state.potentialEnergy;
    row[4] = 0.5 * twice;
    row[5] = integrator.conserved(state);
    row[6] = hookWork;
    if (!this.#withPressure) return;
    forces.evaluate(state.positions, this.#scratch, this.#stress);
    const trace = this.#stress[0]! + this.#stress[4]! + this.#stress[8]!;
    row[7] = (twice / state.cell.volume - trace) / 3;
    row[8] = state.cell.volume;
  }

  finish(): Thermo {
    const column = (c: number): Float64Array =>
      Float64Array.from({ length: this.#count }, (_, i) => this.#rows[COLUMNS * i + c]!);
    return {
      step: column(0),
      timeFs: column(1),
      temperatureK: column(2),
      potentialEnergy: column(3),
      kineticEnergy: column(4),
      conserved: column(5),
      hookWork: column(6),
      ...(this.#withPressure ? { pressure: column(7), volume: column(8) } : {}),
    };
  }
}

export interface ThermoSummary {
  readonly temperature: Estimate; // K
  readonly potentialEnergy: Estimate; // eV
  readonly totalEnergy: Estimate; // eV
  readonly pressure?: Estimate; // GPa
  /** Of the conserved quantity, k_BT per atom and ns. */
  readonly drift: Estimate;
}

/** Fewest samples means and errors are taken from. */
export const LEAST_SAMPLES = 4;

/** Undefined for fewer than `LEAST_SAMPLES` samples. */
export function summarise(thermo: Thermo, state: MdState, notes: Notes): ThermoSummary | undefined {
  if (thermo.step.length < LEAST_SAMPLES) return undefined;
  const total = thermo.potentialEnergy.slice().map((energy, i) => energy + thermo.kineticEnergy[i]!);
  const temperature = estimate("temperature", thermo.temperatureK, "K", notes);
  const pressure = thermo.pressure?.slice().map((value) => value / EV_PER_A3_PER_GPA);
  return {
    temperature,
    potentialEnergy: estimate("potential energy", thermo.potentialEnergy, "eV", notes),
    totalEnergy: estimate("total energy", total, "eV", notes),
    ...(pressure ? { pressure: estimate("pressure", pressure, "GPa", notes) } : {}),
    drift: driftOf(thermo, freeAtomCount(state) * BOLTZMANN * Math.max(1, temperature.value), notes),
  };
}

function estimate(name: string, values: F64, unit: string, notes: Notes): Estimate {
  const { mean, standardError, converged, blockLength } = blockAverage(values);
  if (!converged && name === "temperature") {
    notes.add(
      "md-correlated",
      `the ${name} is still correlated in blocks of ${blockLength} of ${values.length} samples`,
      "errors of means are lower bounds: run longer, and leave out the approach to equilibrium",
    );
  }
  return { value: mean, standardError, unit };
}

function driftOf(thermo: Thermo, thermal: number, notes: Notes): Estimate {
  const kept = thermo.conserved.slice().map((value, i) => value - thermo.hookWork[i]!);
  const origin = kept[0]!;
  const timeNs = thermo.timeFs.slice().map((time) => (time - thermo.timeFs[0]!) * 1e-6);
  const line = fitLine(
    timeNs,
    kept.map((value) => (value - origin) / thermal),
  );
  const { inefficiency } = blockAverage(line.fit.residuals);
  const standardError = line.slopeError * Math.sqrt(Math.max(1, inefficiency));
  const moved = Math.abs(line.slope * timeNs[timeNs.length - 1]!);
  if (moved > NOTEWORTHY_DRIFT && Math.abs(line.slope) > 3 * standardError) {
    notes.add(
      "md-drift",
      `the conserved quantity moved by ${moved.toExponential(1)} k_BT per atom, ${line.slope.toExponential(2)} per ns`,
      "shorten the time step, or ask for more accurate forces",
    );
  }
  return { value: line.slope, standardError, unit: "k_BT/atom/ns" };
}

const NOTEWORTHY_DRIFT = 0.01; // k_BT per atom: a hundredth of what is being measured
