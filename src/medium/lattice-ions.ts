// The full equations (2), (3) of Rodin et al. by strides: ions among the atoms of a periodic lattice that answers to their pull.
//
//   μ_ion R̈ = −Σ_j ∇_R U(R − r_j) − Σ ∇U_ions,     μ r̈_j = springs − ∇_j U            j over the window of each ion's cell
//
// Drift–kick–drift with step δ: between kicks the ions fly straight and the lattice moves exactly (lattice-flight.ts), at a kick both
// change their momentum by δ times the force. During a stride the window's atoms are where the free lattice puts them plus the answer
// Σ G(s−s′) p(s′)/μ to the earlier kicks of the stride. The splitting is symplectic and of second order in δ alone: what it loses is
// (ωδ)²/24 of the ion's own frequency in its cage. Reference: fullMotion in full-motion.ts, small steps for everything.

import { expectFinite, InputError, NumericError, type Vec3 } from "../base/index.js";
import { highestFrequency } from "./cubic.js";
import { answerTable, nearestImage, type PastKick } from "./lattice-answers.js";
import { type FlightOptions, type LatticeFlight, latticeFlight, usualStride } from "./lattice-flight.js";
import type { LatticeView } from "./lattice-view.js";
import { type CentralPotential, type CubicLattice, type IonState, inertiaOf, type Medium } from "./model.js";
import { checkStart } from "./potentials.js";
import { springForces } from "./springs.js";
import type { FrameworkMotion } from "./thermal-modes.js";

export interface IonFlightOptions extends FlightOptions {
  /** δ, fs: time between kicks. Default 2.5. The stride is a whole number of them. */
  readonly timestepFs?: number;
  /** The windows stay at this cell wherever the ions go. Default: they follow. */
  readonly heldCell?: Vec3;
  /** Between ions. Default: none. */
  readonly ionPotential?: CentralPotential;
  /** Multiplies the ions' accelerations along x, y, z: [0, 0, 1] for a motion along z. Default [1, 1, 1]. */
  readonly freeAxes?: Vec3;
}

export interface IonFlight {
  readonly ions: number;
  readonly timestepFs: number;
  readonly stepsPerStride: number;
  readonly positions: Float64Array; // [ions,3] Å, continuous
  readonly velocities: Float64Array; // [ions,3] Å/fs
  readonly flight: LatticeFlight;
  /** Moves everything by one stride; `onStep` is called after each of its steps. */
  stride(onStep?: () => void): void;
  /** Mean kinetic energy of one ion at the kicks so far, eV. */
  meanKinetic(): number;
  /** Total energy, eV, at the beginning of a stride. Costs about ten strides. */
  energy(): number;
}

/** Largest move between two kicks along an axis, as a fraction of the spacing. */
const LARGEST_MOVE = 0.1;

interface Ion {
  readonly view: LatticeView;
  readonly cell: Int32Array;
  looked: boolean;
  readonly atoms: Float64Array; // [n,3] Å, displacements
  readonly pulls: Float64Array; // [n,3] momenta eV fs/Å
}

export function ionFlight(
  medium: Pick<Medium, "ionMass" | "potentials" | "window">,
  start: {
    readonly lattice: CubicLattice;
    readonly cells: number;
    readonly motion: FrameworkMotion;
    readonly ions: readonly IonState[];
  },
  options: IonFlightOptions = {},
): IonFlight {
  const { window } = medium;
  const { lattice, cells } = start;
  const { timestepFs = 2.5, heldCell, ionPotential, freeAxes = [1, 1, 1] } = options;
  if (!(timestepFs > 0)) throw new InputError(`a time step of ${timestepFs} fs`, "pass a positive step in fs");
  if (start.ions.length === 0) throw new InputError("no ion to follow", "pass at least one position and velocity");
  const wanted = options.strideFs ?? usualStride(highestFrequency(lattice));
  const stepsPerStride = Math.max(1, Math.round(wanted / timestepFs));
  const flight = latticeFlight(
    lattice,
    { cells, motion: start.motion, window },
    { ...options, strideFs: stepsPerStride * timestepFs },
  );
  const potential = medium.potentials[0] as CentralPotential;
  const a = lattice.spacing;
  const n = window.count;
  const size = 3 * n;
  const inertia = inertiaOf(medium.ionMass);
  const count = start.ions.length;
  const positions = Float64Array.from(start.ions.flatMap((ion) => ion.position));
  const velocities = Float64Array.from(start.ions.flatMap((ion) => ion.velocity));
  expectFinite("ion position", positions);
  expectFinite("ion velocity", velocities);
  const forces = new Float64Array(3 * count);
  const u = new Float64Array(3);
  const ions: Ion[] = start.ions.map(() => ({
    view: flight.makeView(),
    cell: Int32Array.from(heldCell ?? [0, 0, 0]),
    looked: false,
    atoms: new Float64Array(size),
    pulls: new Float64Array(size),
  }));
  const past: PastKick[] = Array.from({ length: count * stepsPerStride }, () => ({
    cell: new Int32Array(3),
    momenta: new Float64Array(size),
  }));
  const answers = answerTable(flight, window, { timestepFs, lags: stepsPerStride });
  let kicks = 0;
  let kinetic = 0;

  const locate = (index: number): void => {
    const ion = ions[index]!;
    if (!heldCell) {
      for (let k = 0; k < 3; k++) {
        const cell = Math.floor(positions[3 * index + k]! / a);
        if (cell !== ion.cell[k]) {
          ion.cell[k] = cell;
          ion.looked = false;
        }
      }
    }
    if (!ion.looked) ion.view.look(ion.cell);
    ion.looked = true;
  };

  /** Interaction energy; forces on ions into `forces`, δ times those on atoms into the pulls. */
  const interact = (delta: number): number => {
    let energy = 0;
    forces.fill(0);
    for (let i = 0; i < count; i++) {
      const { cell, atoms, pulls } = ions[i]!;
      for (let j = 0; j < n; j++) {
        const at = 3 * j;
        const x = positions[3 * i]! - (a * cell[0]! + window.positions[at]! + atoms[at]!);
        const y = positions[3 * i + 1]! - (a * cell[1]! + window.positions[at + 1]! + atoms[at + 1]!);
        const z = positions[3 * i + 2]! - (a * cell[2]! + window.positions[at + 2]! + atoms[at + 2]!);
        const r = Math.sqrt(x * x + y * y + z * z);
        potential.evaluate(r, u);
        energy += u[0]!;
        const slope = u[1]! / r;
        forces[3 * i]! -= slope * x;
        forces[3 * i + 1]! -= slope * y;
        forces[3 * i + 2]! -= slope * z;
        pulls[at] = delta * slope * x;
        pulls[at + 1] = delta * slope * y;
        pulls[at + 2] = delta * slope * z;
      }
    }
    return energy + (ionPotential ? repel(ionPotential, { positions, forces, side: a * cells }) : 0);
  };

  const kick = (step: number): void => {
    const time = (step + 0.5) * timestepFs;
    for (let i = 0; i < count; i++) {
      locate(i);
      const ion = ions[i]!;
      ion.view.sample(time, ion.atoms);
      for (let k = 0; k < step * count; k++) answers(step - Math.floor(k / count), ion.cell, past[k]!, ion.atoms);
    }
    interact(timestepFs);
    for (let i = 0; i < count; i++) {
      const ion = ions[i]!;
      const kept = past[step * count + i]!;
      kept.cell.set(ion.cell);
      kept.momenta.set(ion.pulls);
      flight.kick(time, ion.cell, ion.pulls);
      for (let k = 0; k < 3; k++) {
        const push = (freeAxes[k]! * forces[3 * i + k]! * timestepFs) / inertia;
        const v = velocities[3 * i + k]!;
        kinetic += 0.5 * inertia * (v + 0.5 * push) ** 2;
        velocities[3 * i + k] = v + push;
      }
    }
    kicks++;
  };

  const drift = (): void => {
    for (let i = 0; i < positions.length; i++) positions[i]! += 0.5 * timestepFs * velocities[i]!;
  };

  const farthest = LARGEST_MOVE * a;
  const guard = (): void => {
    for (let i = 0; i < positions.length; i++) {
      const move = Math.abs(velocities[i]!) * timestepFs;
      if (move <= farthest) continue; // NaN falls through
      throw new NumericError(
        `ion ${Math.floor(i / 3) + 1} moves ${move.toPrecision(3)} Å in one step of ${timestepFs} fs (kinetic energy ${(0.5 * inertia * velocities[i]! ** 2).toPrecision(3)} eV); the most is ${farthest.toPrecision(3)} Å`,
        "start farther from the atoms, or take a shorter step",
        { position: [...positions], stride: flight.strides },
      );
    }
  };

  const result: IonFlight = {
    ions: count,
    timestepFs,
    stepsPerStride,
    positions,
    velocities,
    flight,
    stride(onStep) {
      for (let step = 0; step < stepsPerStride; step++) {
        drift();
        kick(step);
        drift();
        onStep?.();
      }
      guard();
      flight.advance();
      for (const ion of ions) ion.looked = false;
    },
    meanKinetic: () => kinetic / (kicks * count),
    energy() {
      const { displacements, velocities: speeds } = flight.motion();
      const springs = new Float64Array(displacements.length);
      springForces(lattice, cells, { displacements, forces: springs });
      let energy = 0;
      for (let i = 0; i < springs.length; i++) {
        energy += 0.5 * inertiaOf(lattice.mass) * speeds[i]! ** 2 - 0.5 * displacements[i]! * springs[i]!;
      }
      for (let i = 0; i < velocities.length; i++) energy += 0.5 * inertia * velocities[i]! ** 2;
      for (let i = 0; i < count; i++) {
        locate(i);
        ions[i]!.view.sample(0, ions[i]!.atoms);
      }
      return energy + interact(0);
    },
  };
  for (let i = 0; i < count; i++) {
    locate(i);
    const ion = ions[i]!;
    ion.view.sample(0, ion.atoms);
    const places = ion.atoms.map((d, k) => d + window.positions[k]! + a * ion.cell[k % 3]!);
    checkStart(positions.subarray(3 * i, 3 * i + 3), places);
  }
  guard();
  return result;
}

/** Energy of all pairs of ions (nearest images in a box of `side` Å); adds their forces. */
function repel(
  potential: CentralPotential,
  ions: { readonly positions: Float64Array; readonly forces: Float64Array; readonly side: number },
): number {
  const { positions, forces, side } = ions;
  const u = new Float64Array(3);
  let energy = 0;
  for (let i = 3; i < positions.length; i += 3) {
    for (let j = 0; j < i; j += 3) {
      const d = [0, 1, 2].map((k) => nearestImage(positions[i + k]! - positions[j + k]!, side));
      const r = Math.hypot(...d);
      potential.evaluate(r, u);
      energy += u[0]!;
      for (let k = 0; k < 3; k++) {
        const force = (-u[1]! / r) * d[k]!;
        forces[i + k]! += force;
        forces[j + k]! -= force;
      }
    }
  }
  return energy;
}
