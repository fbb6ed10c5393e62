// Driving by kicks: every so many steps the velocities of the driven modes are set, and the kinetic energy this costs may be taken from all
// other modes, so that the crystal does not heat up (Gordiz et al. 2021, doi:10.1016/j.xcrp.2021.100431, Supplemental Information).
// With the drive's temperature T_d and a = ACCELERATION, k_B T_d = P²/a:
//
//   "literal"           P_n = +√(a k_B T_d)                         a push along the vector's own, arbitrary sign
//   "sign-preserving"   P_n = sgn(Q̇_n) √(a k_B T_d)                 the sign of the motion is kept
//   "rescaling"         P_n = sgn(Q̇_n) √(max(0, 2a k_B T_d − ω_n² Q_n²))     so that ½Q̇²/a + ½λQ² = k_B T_d, where Q allows it
//
//   bulk "rescale":  v_rest ← λ v_rest,  λ² = (K − K_X,new)/(K − K_X,old)    in mode space, so that the driven modes keep what they were given
//   bulk "bath":     the rest is left to the thermostat of the run
//
// The printed prefactor of P is damaged; √(k_B T_d) is the one that agrees with ½Q̇² = ½ k_B T.

import { ACCELERATION, BOLTZMANN, InputError } from "../base/index.js";
import type { ForceSession } from "../forces/index.js";
import { curvatureOfFrequency } from "../modes/index.js";
import { minimumImage } from "../structure/index.js";
import { type DrivenModeSource, type DrivenModes, ModalVelocities, modalKineticEnergy } from "./excite-modes.js";
import { ExcitationMonitor, type ExcitationReport, type SavedMonitor } from "./excite-monitor.js";
import type { Hook } from "./hook.js";
import { kineticEnergy } from "./kinetics.js";
import type { MdState } from "./state.js";

export const kickVariants = ["literal", "sign-preserving", "rescaling"] as const;

export type KickVariant = (typeof kickVariants)[number];

export interface KickOptions {
  readonly variant: KickVariant;
  /** What the driven modes are set to, K. */
  readonly temperatureK: number;
  /** Steps between kicks. Default 5. */
  readonly every?: number;
  /** Where the energy comes from. Default "rescale". */
  readonly bulk?: "rescale" | "bath";
}

export interface ExcitationDriver {
  readonly report: () => ExcitationReport;
}

interface SavedKicks {
  readonly monitor: SavedMonitor;
  readonly starved: number;
  readonly source: unknown;
}

/** A hook of the run loop that drives the modes `source` names. @throws InputError for a temperature that is not positive */
export function kickModes(state: MdState, source: DrivenModeSource, options: KickOptions): Hook & ExcitationDriver {
  const { variant, temperatureK, every = 5, bulk = "rescale" } = options;
  if (!(temperatureK > 0 && Number.isFinite(temperatureK)))
    throw new InputError(`modes driven at ${temperatureK} K`, "give a positive temperature");
  if (!kickVariants.includes(variant))
    throw new InputError(`the variant "${variant}" of kicks is not known`, `known: ${kickVariants.join(", ")}`);
  const velocities = new ModalVelocities(state.crystal);
  const monitor = new ExcitationMonitor();
  const scratch = new Scratch();
  const thermal = ACCELERATION * BOLTZMANN * temperatureK; // a k_B T_d
  const aim = variant === "literal" ? literal : variant === "sign-preserving" ? signPreserving : rescaling;
  let starved = 0; // kicks the other modes could not pay for

  function apply(now: MdState, _forces: ForceSession): void {
    const modes = source.at(now);
    if (!modes) {
      monitor.sawUnknown(now);
      return;
    }
    const count = modes.frequencies.length;
    const { old, change } = scratch.of(count);
    velocities.read(now, modes, old);
    const before = modalKineticEnergy(old, count);
    monitor.saw(now, modes.configuration, { modes: count, twiceEnergy: 2 * before });
    aim(now, modes, { old, thermal, out: change });
    const after = modalKineticEnergy(change, count);
    const rest = bulk === "rescale" ? restFactor(kineticEnergy(now), before, after) : 1;
    if (Number.isNaN(rest)) {
      starved++;
      return;
    }
    // v ← λ v + Σ (P − λ Q̇) e/√m: the rest is scaled, the driven modes are set.
    if (rest !== 1) for (let a = 0; a < now.velocities.length; a++) now.velocities[a]! *= rest;
    for (let mode = 0; mode < count; mode++) change[mode]! -= rest * old[mode]!;
    velocities.add(now, modes, change);
    monitor.gave(after - before);
  }

  return {
    name: `modes driven at ${temperatureK} K (${variant})`,
    every,
    apply,
    report: () => {
      const report = monitor.report();
      return starved > 0 ? { ...report, starved } : report;
    },
    save: (): SavedKicks => ({ monitor: monitor.save(), starved, source: source.save?.() ?? null }),
    restore(saved) {
      const values = saved as SavedKicks;
      monitor.restore(values.monitor);
      starved = values.starved;
      if (values.source !== null) source.restore?.(values.source);
    },
  };
}

/** λ, or NaN when the rest has not the energy. */
function restFactor(kinetic: number, before: number, after: number): number {
  const [had, has] = [kinetic - before, kinetic - after];
  return has > 0 && had > 0 ? Math.sqrt(has / had) : Number.NaN;
}

interface Aim {
  readonly old: Float64Array; // [k] Q̇
  readonly thermal: number; // a k_B T_d
  readonly out: Float64Array; // [k] P
}

function literal(_state: MdState, modes: DrivenModes, { thermal, out }: Aim): void {
  out.fill(Math.sqrt(thermal), 0, modes.frequencies.length);
}

function signPreserving(_state: MdState, modes: DrivenModes, { old, thermal, out }: Aim): void {
  for (let n = 0; n < modes.frequencies.length; n++) out[n] = (old[n]! < 0 ? -1 : 1) * Math.sqrt(thermal);
}

function rescaling(state: MdState, modes: DrivenModes, { old, thermal, out }: Aim): void {
  const size = state.positions.length;
  const away = new Float64Array(size);
  for (let a = 0; a < size; a++) away[a] = state.positions[a]! - modes.rest[a]!;
  const displacement = minimumImage(state.cell, away);
  for (let n = 0; n < modes.frequencies.length; n++) {
    let coordinate = 0;
    for (let a = 0; a < size; a++) {
      const root = Math.sqrt(state.crystal.masses[Math.floor(a / 3)]!);
      coordinate += root * modes.vectors[n * size + a]! * displacement[a]!;
    }
    const potential = ACCELERATION * curvatureOfFrequency(modes.frequencies[n]!) * coordinate ** 2; // ω² Q²
    out[n] = (old[n]! < 0 ? -1 : 1) * Math.sqrt(Math.max(0, 2 * thermal - potential));
  }
}

/** Buffers that grow with the longest list of modes. */
class Scratch {
  #old = new Float64Array(0);
  #change = new Float64Array(0);

  of(count: number): { readonly old: Float64Array; readonly change: Float64Array } {
    if (this.#old.length < count) {
      this.#old = new Float64Array(count);
      this.#change = new Float64Array(count);
    }
    return { old: this.#old, change: this.#change };
  }
}
