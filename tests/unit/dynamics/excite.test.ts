// Driving chosen modes of a harmonic lattice, where every mode's mean energy is known.

import { describe, expect, it } from "vitest";
import { ACCELERATION, BOLTZMANN, InputError, Rng } from "../../../src/base/index.js";
import {
  type DrivenModeSource,
  type DrivenModes,
  drivenBath,
  type ExcitationDriver,
  type ExcitationReport,
  fixedModes,
  type Hook,
  type KickOptions,
  kickModes,
  kickVariants,
  kineticEnergy,
  type MdState,
  ModalVelocities,
  makeIntegrator,
  modalKineticEnergy,
  restoreCheckpoint,
  runMd,
  saveCheckpoint,
  startState,
} from "../../../src/dynamics/index.js";
import type { ForceField } from "../../../src/forces/index.js";
import { packJson, unpackJson } from "../../../src/io/index.js";
import { curvatureOfFrequency, type Modes } from "../../../src/modes/index.js";
import { withPositions } from "../../../src/structure/index.js";
import { springCrystal } from "../../helpers/modal-systems.js";

const [T_BATH, T_DRIVEN] = [400, 700];
const modes = springCrystal(["Li", "O", "P", "Li", "O", "Li"], 11);
const { reference: crystal } = modes;
const size = crystal.positions.length;
const DRIVEN = [7, 12];

/** ½uᵀΦu about the reference, with Φ put together from its modes. */
function harmonicField({ vectors, frequencies }: Modes): ForceField {
  const phi = new Float64Array(size * size);
  const root = (a: number): number => Math.sqrt(crystal.masses[Math.floor(a / 3)]!);
  for (let mode = 0; mode < size; mode++) {
    const curvature = curvatureOfFrequency(frequencies[mode]!);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++)
        phi[a * size + b]! += root(a) * root(b) * curvature * vectors[mode * size + a]! * vectors[mode * size + b]!;
    }
  }
  return {
    name: "harmonic",
    can: { stress: false, hessian: false, elements: [] },
    attach: () => ({
      evaluate(positions, forces) {
        let energy = 0;
        for (let a = 0; a < size; a++) {
          let force = 0;
          for (let b = 0; b < size; b++) force -= phi[a * size + b]! * (positions[b]! - crystal.positions[b]!);
          forces[a] = force;
          energy -= 0.5 * force * (positions[a]! - crystal.positions[a]!);
        }
        return energy;
      },
      energyParts: () => ({}),
      setCell: () => {},
      dispose: () => {},
    }),
    toJSON: () => ({}),
  };
}

const field = harmonicField(modes);

function listOf(numbers: readonly number[]): DrivenModes {
  const vectors = new Float64Array(numbers.length * size);
  for (const [row, mode] of numbers.entries())
    vectors.set(modes.vectors.slice(mode * size, (mode + 1) * size), row * size);
  return {
    configuration: "springs",
    frequencies: Float64Array.from(numbers, (mode) => modes.frequencies[mode]!),
    vectors,
    rest: crystal.positions,
  };
}

const everyMode = listOf(Array.from({ length: size }, (_, mode) => mode));
const driven = listOf(DRIVEN);

/** [3n] Q̇ of every mode. */
function rates(state: MdState): Float64Array {
  const out = new Float64Array(size);
  new ModalVelocities(crystal).read(state, everyMode, out);
  return out;
}

/** [3n] Q of every mode, √amu Å. */
function coordinates(state: MdState): Float64Array {
  const away = { ...state, velocities: Float64Array.from(state.positions, (x, a) => x - crystal.positions[a]!) };
  return rates(away);
}

const momentum = ({ velocities, crystal: { masses } }: MdState): number =>
  Math.max(
    ...[0, 1, 2].map((axis) => Math.abs(masses.slice().reduce((sum, m, i) => sum + m * velocities[3 * i + axis]!, 0))),
  );

function warm(temperatureK: number, seed = 1): MdState {
  const state = startState(crystal, { temperatureK, seed });
  state.potentialEnergy = field.attach(crystal).evaluate(state.positions, state.forces);
  return state;
}

/** Knows its modes only while `known` says so. */
function sometimes(known: (state: MdState) => boolean): DrivenModeSource {
  let now: DrivenModes | undefined;
  return {
    at(state) {
      now = known(state) ? driven : undefined;
      return now;
    },
    current: () => now,
    save: () => now !== undefined,
    restore: (saved) => {
      now = saved ? driven : undefined;
    },
  };
}

function bathRun({ timestepFs = 1, source = fixedModes(crystal, driven) as DrivenModeSource, every = 5 } = {}) {
  const state = warm(T_BATH);
  const rng = Rng.fromSeed(5);
  const bath = drivenBath(state, source, { timestepFs, rng, temperatureK: T_DRIVEN, relaxationFs: 40, every });
  const integrator = makeIntegrator({ kind: "langevin", temperatureK: T_BATH, relaxationFs: 60 }, state, {
    timestepFs,
    rng,
    modal: bath,
  });
  return { state, bath, integrator, forces: field.attach(crystal) };
}

describe("a bath of two temperatures on a harmonic lattice", () => {
  it("holds ⟨Q̇²⟩ and ω²⟨Q²⟩ at k_BT_d for the driven modes and at k_BT_b for all others", () => {
    // Modes of a harmonic lattice do not exchange energy, so each is an oscillator in its own bath.
    const { state, bath, integrator, forces } = bathRun({ timestepFs: 0.5, every: 10 });
    integrator.advance(state, forces, 2000);
    const [kinetic, potential] = [new Float64Array(size), new Float64Array(size)];
    const samples = 50_000;
    for (let s = 0; s < samples; s++) {
      integrator.advance(state, forces, 16);
      const [q, rate] = [coordinates(state), rates(state)];
      for (let n = 0; n < size; n++) {
        kinetic[n]! += rate[n]! ** 2 / (ACCELERATION * BOLTZMANN * samples);
        potential[n]! += (curvatureOfFrequency(modes.frequencies[n]!) * q[n]! ** 2) / (BOLTZMANN * samples);
      }
    }
    // Energies decorrelate within the bath's 60 fs, in 400 ps that is some 6700 independent values of variance 2T²: 1.7 % for
    // one mode. The mean of the 13 others and the two driven ones together are held to 2 %, each single mode to four errors.
    // Samples between steps have ⟨v²⟩ low by (ωΔt)²/4, at most 0.3 % here.
    expect((2 * Math.PI * 5e-4 * Math.max(...modes.frequencies)) ** 2 / 4).toBeLessThan(3e-3);
    const others = Array.from({ length: size - 3 }, (_, n) => n + 3).filter((n) => !DRIVEN.includes(n));
    const mean = (of: Float64Array, list: readonly number[]): number =>
      list.reduce((sum, n) => sum + of[n]!, 0) / list.length;
    for (const of of [kinetic, potential]) {
      expect(Math.abs(mean(of, DRIVEN) / T_DRIVEN - 1)).toBeLessThan(0.02);
      expect(Math.abs(mean(of, others) / T_BATH - 1)).toBeLessThan(0.02);
      for (const n of DRIVEN) expect(Math.abs(of[n]! / T_DRIVEN - 1)).toBeLessThan(0.07);
      for (const n of others) expect(Math.abs(of[n]! / T_BATH - 1)).toBeLessThan(0.07);
    }
    // What the driver itself says of the temperatures agrees, and in a lattice without coupling no power flows.
    const report = bath.report();
    const off = (measured: { value: number; standardError: number }, wanted: number): number =>
      Math.abs(measured.value - wanted) / measured.standardError;
    expect(off(report.drivenTemperatureK!, T_DRIVEN)).toBeLessThan(4);
    expect(off(report.bulkTemperatureK!, T_BATH)).toBeLessThan(4);
    expect(off(report.power!, 0)).toBeLessThan(4);
    expect([report.paused, report.lookups]).toEqual([0, report.configurations["springs"]]);
  });

  it("books every electronvolt: total energy less heat is what the time step leaves", () => {
    const swingOf = (timestepFs: number): number => {
      const { state, integrator, forces } = bathRun({ timestepFs });
      let [low, high] = [Infinity, -Infinity];
      for (let s = 0; s < 200; s++) {
        integrator.advance(state, forces, 1 / timestepFs);
        const now = integrator.conserved(state);
        [low, high] = [Math.min(low, now), Math.max(high, now)];
      }
      return high - low;
    };
    // The error of A and B alone is of second order in Δt. Heat amounts to electronvolts meanwhile.
    const [coarse, fine] = [swingOf(1), swingOf(0.25)];
    expect(coarse).toBeLessThan(5e-3);
    expect(fine).toBeLessThan(coarse / 8);
  });

  it("keeps the total momentum at zero", () => {
    const { state, integrator, forces } = bathRun();
    integrator.advance(state, forces, 500);
    expect(momentum(state)).toBeLessThan(1e-12); // vectors are orthonormal to 1e-13; velocities 0.02 Å/fs × 30 amu
  });

  it("in a run of three parts gives the bits of one, also when it is cut between two looks", async () => {
    const known = (state: MdState): boolean => Math.floor(state.step / 20) % 2 === 0;
    const whole = bathRun({ source: sometimes(known) });
    await runMd(whole.state, whole.forces, whole.integrator, { steps: 100 });
    let part = bathRun({ source: sometimes(known) });
    for (const steps of [33, 29, 38]) {
      await runMd(part.state, part.forces, part.integrator, { steps });
      const kept = unpackJson(packJson(saveCheckpoint(part.state, part.integrator)));
      part = bathRun({ source: sometimes(known) });
      restoreCheckpoint(kept as never, part);
    }
    expect(packJson(part.state.velocities)).toBe(packJson(whole.state.velocities));
    expect(part.integrator.conserved(part.state)).toBe(whole.integrator.conserved(whole.state));
    expect(part.bath.report()).toEqual(whole.bath.report());
  });

  it("asks a source that is restored after it", async () => {
    // A configuration is followed by a hook, and hooks are restored after the integrator.
    const make = () => {
      let open = false;
      const source: DrivenModeSource = {
        at: () => (open ? driven : undefined),
        current: () => (open ? driven : undefined),
      };
      const hook: Hook = {
        every: 10,
        apply: () => {
          open = true;
        },
        save: () => open,
        restore: (saved) => {
          open = saved as boolean;
        },
      };
      return { ...bathRun({ source }), hooks: [hook] };
    };
    const whole = make();
    await runMd(whole.state, whole.forces, whole.integrator, { steps: 60, hooks: whole.hooks });
    const first = make();
    await runMd(first.state, first.forces, first.integrator, { steps: 23, hooks: first.hooks });
    const second = make();
    restoreCheckpoint(saveCheckpoint(first.state, first.integrator, first.hooks), second);
    await runMd(second.state, second.forces, second.integrator, { steps: 37, hooks: second.hooks });
    expect(packJson(second.state.velocities)).toBe(packJson(whole.state.velocities));
  });

  it("pauses where the configuration is not known: then all modes are in the one bath", () => {
    const { state, bath, integrator, forces } = bathRun({ source: sometimes(() => false) });
    const plain = warm(T_BATH);
    const alone = makeIntegrator({ kind: "langevin", temperatureK: T_BATH, relaxationFs: 60 }, plain, {
      timestepFs: 1,
      rng: Rng.fromSeed(5),
    });
    integrator.advance(state, forces, 100);
    alone.advance(plain, field.attach(crystal), 100);
    expect(packJson(state.velocities)).toBe(packJson(plain.velocities));
    expect(bath.report()).toMatchObject({ lookups: 20, paused: 20, energyInEv: 0, configurations: {} });
    expect(bath.report().drivenTemperatureK).toBeUndefined();
  });
});

function kick(options: Partial<KickOptions> & Pick<KickOptions, "variant">, source = fixedModes(crystal, driven)) {
  const state = warm(T_BATH, 4);
  // Displaced, so that the potential energy of a mode matters too.
  const moved = Float64Array.from(crystal.positions, (x, a) => x + 0.05 * Math.sin(7 * a));
  state.positions.set(moved);
  const hook = kickModes(state, source as DrivenModeSource, { temperatureK: T_DRIVEN, ...options });
  const before = { rates: rates(state), kinetic: kineticEnergy(state), momentum: momentum(state) };
  hook.apply(state, field.attach(crystal));
  return { state, hook, before, after: { rates: rates(state), kinetic: kineticEnergy(state) } };
}

const thermalRate = Math.sqrt(ACCELERATION * BOLTZMANN * T_DRIVEN);

describe("kicks", () => {
  it.each(kickVariants)("%s with bulk bath change the chosen modes and no other", (variant) => {
    const { before, after, state } = kick({ variant, bulk: "bath" });
    for (let n = 0; n < size; n++) {
      const change = Math.abs(after.rates[n]! - before.rates[n]!);
      if (DRIVEN.includes(n)) expect(change).toBeGreaterThan(1e-4);
      else expect(change).toBeLessThan(1e-15); // rounding of 18 terms of 0.1
    }
    expect(momentum(state)).toBeLessThan(1e-14);
  });

  it.each(kickVariants)("%s with bulk rescale keep the kinetic energy and scale all other modes alike", (variant) => {
    const { before, after, state } = kick({ variant });
    expect(Math.abs(after.kinetic / before.kinetic - 1)).toBeLessThan(1e-14);
    const others = Array.from({ length: size - 3 }, (_, n) => n + 3).filter((n) => !DRIVEN.includes(n));
    const factors = others.map((n) => after.rates[n]! / before.rates[n]!);
    expect(Math.max(...factors) - Math.min(...factors)).toBeLessThan(1e-10);
    // λ² = (K − K_X,new)/(K − K_X,old)
    const of = (list: Float64Array): number =>
      modalKineticEnergy(
        Float64Array.from(DRIVEN, (n) => list[n]!),
        DRIVEN.length,
      );
    const wanted = Math.sqrt((before.kinetic - of(after.rates)) / (before.kinetic - of(before.rates)));
    expect(Math.abs(factors[0]! / wanted - 1)).toBeLessThan(1e-10);
    expect(momentum(state)).toBeLessThan(1e-14);
  });

  it("literal gives every mode +√(k_BT_d), whatever its motion", () => {
    const { after, before } = kick({ variant: "literal" });
    expect(DRIVEN.some((n) => before.rates[n]! < 0)).toBe(true); // else the variants could not be told apart
    for (const n of DRIVEN) expect(Math.abs(after.rates[n]! / thermalRate - 1)).toBeLessThan(1e-12);
  });

  it("sign-preserving gives the same speed and keeps the sign", () => {
    const { after, before } = kick({ variant: "sign-preserving" });
    for (const n of DRIVEN)
      expect(Math.abs(after.rates[n]! / (Math.sign(before.rates[n]!) * thermalRate) - 1)).toBeLessThan(1e-12);
  });

  it("rescaling brings ½Q̇² + ½ω²Q² to k_BT_d and keeps sign and place", () => {
    const { state, after, before } = kick({ variant: "rescaling" });
    const q = coordinates(state);
    for (const n of DRIVEN) {
      const potential = 0.5 * curvatureOfFrequency(modes.frequencies[n]!) * q[n]! ** 2;
      const energy = (0.5 * after.rates[n]! ** 2) / ACCELERATION + potential;
      expect(potential).toBeGreaterThan(1e-4);
      expect(Math.abs(energy / (BOLTZMANN * T_DRIVEN) - 1)).toBeLessThan(1e-10);
      expect(Math.sign(after.rates[n]!)).toBe(Math.sign(before.rates[n]!));
    }
  });

  it("rescaling finds the displacement through the cell's walls", () => {
    // The rest position of an atom may be given in another cell; the nearest image is meant.
    const shifted = crystal.positions.slice();
    for (let k = 0; k < 3; k++) shifted[k]! += 2 * crystal.cell.vectors[k]!;
    const away = { ...driven, rest: shifted };
    const [one, other] = [driven, away].map((list) => kick({ variant: "rescaling" }, fixedModes(crystal, list)));
    for (let a = 0; a < size; a++)
      expect(Math.abs(one!.state.velocities[a]! - other!.state.velocities[a]!)).toBeLessThan(1e-14);
  });

  it("are left out, and counted, when the other modes cannot pay", () => {
    const state = warm(5);
    const hook = kickModes(state, fixedModes(crystal, driven), { variant: "literal", temperatureK: 1e5 });
    const before = packJson(state.velocities);
    hook.apply(state, field.attach(crystal));
    expect(packJson(state.velocities)).toBe(before);
    expect(hook.report()).toMatchObject({ starved: 1, energyInEv: 0 });
  });

  it("book their work: with bulk bath it is what the hook brought, in NVE the energy's whole growth", async () => {
    const state = warm(T_BATH);
    const forces = field.attach(crystal);
    const rng = Rng.fromSeed(1);
    const integrator = makeIntegrator({ kind: "nve" }, state, { timestepFs: 0.25, rng });
    const hook = kickModes(state, fixedModes(crystal, driven), {
      variant: "sign-preserving",
      temperatureK: T_DRIVEN,
      every: 20,
      bulk: "bath",
    });
    const start = integrator.conserved(state);
    const run = await runMd(state, forces, integrator, { steps: 2000, hooks: [hook] });
    const { energyInEv, lookups, timeFs, powerEvPerPs } = hook.report();
    expect([lookups, timeFs]).toEqual([101, 500]);
    expect(powerEvPerPs).toBeCloseTo(energyInEv / 0.5, 12);
    expect(Math.abs(energyInEv - run.hookWork)).toBeLessThan(1e-12);
    expect(energyInEv).toBeGreaterThan(0.05); // driven oscillators warm up towards 2 k_BT_d each
    // The error of the time step: (ωΔt)²/4 of the energy, 2e-4 of 0.6 eV.
    expect(Math.abs(integrator.conserved(state) - start - energyInEv)).toBeLessThan(3e-4);
  });

  it("pause in a configuration that is not known, count it, and go on", async () => {
    const state = warm(T_BATH);
    const source = sometimes((now) => now.step < 40 || now.step >= 80);
    const hook = kickModes(state, source, { variant: "literal", temperatureK: T_DRIVEN, every: 10 });
    const integrator = makeIntegrator({ kind: "nve" }, state, { timestepFs: 1, rng: Rng.fromSeed(1) });
    await runMd(state, field.attach(crystal), integrator, { steps: 100, hooks: [hook] });
    expect(hook.report()).toMatchObject({ lookups: 11, paused: 4, configurations: { springs: 7 } });
  });

  it("go on from a checkpoint bit for bit, with their books", async () => {
    const make = (): {
      state: MdState;
      hook: Hook & ExcitationDriver;
      integrator: ReturnType<typeof makeIntegrator>;
    } => {
      const state = warm(T_BATH);
      const source = sometimes((now) => Math.floor(now.step / 30) % 3 !== 1);
      const hook = kickModes(state, source, { variant: "rescaling", temperatureK: T_DRIVEN, every: 4 });
      return {
        state,
        hook,
        integrator: makeIntegrator({ kind: "nve" }, state, { timestepFs: 1, rng: Rng.fromSeed(1) }),
      };
    };
    const forces = field.attach(crystal);
    const whole = make();
    await runMd(whole.state, forces, whole.integrator, { steps: 900, hooks: [whole.hook] });
    const first = make();
    await runMd(first.state, forces, first.integrator, { steps: 431, hooks: [first.hook] });
    const kept = unpackJson(packJson(saveCheckpoint(first.state, first.integrator, [first.hook])));
    const second = make();
    restoreCheckpoint(kept as never, { ...second, hooks: [second.hook] });
    await runMd(second.state, forces, second.integrator, { steps: 469, hooks: [second.hook] });
    expect(packJson(second.state.velocities)).toBe(packJson(whole.state.velocities));
    const report: ExcitationReport = whole.hook.report();
    expect(second.hook.report()).toEqual(report);
    expect(report.paused).toBeGreaterThan(50);
  });
});

describe("modes that cannot be driven are refused", () => {
  const refused = (list: DrivenModes): void => void fixedModes(crystal, list);

  it("none, the wrong shape, other rest positions, no number", () => {
    expect(() => refused(listOf([]))).toThrow(/no mode of springs is driven/);
    expect(() => refused({ ...driven, vectors: driven.vectors.slice(0, size) })).toThrow(InputError);
    expect(() => refused({ ...driven, rest: crystal.positions.slice(3) })).toThrow(InputError);
    const vectors = driven.vectors.slice();
    vectors[4] = Number.NaN;
    expect(() => refused({ ...driven, vectors })).toThrow(/component of a mode/);
  });

  it("a mode twice, a vector that is not normalised", () => {
    expect(() => refused(listOf([7, 7]))).toThrow(/driven modes 2 and 1 of springs is 1\.000, expected 0/);
    const vectors = driven.vectors.slice().map((x) => 1.1 * x);
    expect(() => refused({ ...driven, vectors })).toThrow(/is 1\.210, expected 1/);
  });

  it("a translation of the whole crystal", () => {
    expect(() => refused(listOf([0]))).toThrow(/moves the crystal as a whole: translations make up 100 %/);
  });

  it.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])("a temperature of %d K", (temperatureK) => {
    const state = warm(T_BATH);
    const source = fixedModes(crystal, driven);
    expect(() => kickModes(state, source, { variant: "literal", temperatureK })).toThrow(/modes driven at/);
    const options = { timestepFs: 1, rng: Rng.fromSeed(1), temperatureK };
    expect(() => drivenBath(state, source, options)).toThrow(/modes driven at/);
  });

  it("a bath faster than the time step, a look every half step, a variant that does not exist", () => {
    const state = warm(T_BATH);
    const source = fixedModes(crystal, driven);
    const options = { timestepFs: 2, rng: Rng.fromSeed(1), temperatureK: 300 };
    expect(() => drivenBath(state, source, { ...options, relaxationFs: 1 })).toThrow(/relax in 1 fs/);
    expect(() => drivenBath(state, source, { ...options, every: 0.5 })).toThrow(/every 0.5 steps/);
    expect(() => kickModes(state, source, { variant: "loud" as never, temperatureK: 300 })).toThrow(
      /"loud".*not known/,
    );
  });

  it("modes in a bath of their own under any ensemble but Langevin's", () => {
    const { bath, state } = bathRun();
    const options = { timestepFs: 1, rng: Rng.fromSeed(1), modal: bath };
    expect(() => makeIntegrator({ kind: "nve" }, state, options)).toThrow(/"nve"/);
  });
});

it("a crystal moved as a whole has the same modal velocities", () => {
  const moved = withPositions(
    crystal,
    crystal.positions.slice().map((x) => x + 1),
  );
  const state = warm(T_BATH);
  const [here, there] = [new Float64Array(2), new Float64Array(2)];
  new ModalVelocities(crystal).read(state, driven, here);
  new ModalVelocities(moved).read(state, driven, there);
  expect(here).toEqual(there);
});
