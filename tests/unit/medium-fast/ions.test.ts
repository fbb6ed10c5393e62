import { describe, expect, it } from "vitest";
import { PhysicsError, Rng } from "../../../src/base/index.js";
import {
  cornerWindow,
  cubicFramework,
  cubicModes,
  frameworkMotion,
  fullMotion,
  type IonFlight,
  inertiaOf,
  ionFlight,
  latticeVerlet,
  lineWindow,
  RODIN_ION_MASS,
  reachWindow,
  reflect,
  rodinLattice,
  sampleModes,
  springState,
  yukawa,
} from "../../../src/medium/index.js";

const cells = 8;
const framework = cubicFramework(rodinLattice);
const sample = sampleModes(cubicModes(rodinLattice, cells), Rng.fromSeed(2), { thermalEnergy: 0.03 });
const motion = frameworkMotion(sample, 0);
const still = { displacements: new Float64Array(3 * cells ** 3), velocities: new Float64Array(3 * cells ** 3) };
const medium = {
  ionMass: RODIN_ION_MASS,
  potentials: [yukawa(4, 0.5)],
  window: cornerWindow(framework),
  framework,
};
const ion = { position: [1.5, 1.6, 1.3], velocity: [0.006, -0.003, 0.002] } as const;
const setting = { lattice: rodinLattice, cells, motion, ions: [ion] };

function fly(flight: IonFlight, lengthFs: number): void {
  while (flight.flight.strides * flight.flight.strideFs < lengthFs - 1e-9) flight.stride();
}

describe("ions in the moving lattice, by strides", () => {
  it("is the full equations: follows velocity Verlet with the same error as its small steps", () => {
    const lengthFs = 240;
    const verlet = (timestepFs: number): number[] => {
      const full = fullMotion(medium, { springs: springState(rodinLattice, cells, motion), ...ion });
      full.advance(timestepFs, Math.round(lengthFs / timestepFs));
      return [...full.position];
    };
    const [coarse, fine] = [verlet(1.25), verlet(0.625)];
    // Verlet's error falls as dt²: extrapolated to dt = 0.
    const exact = fine!.map((x, a) => x + (x - coarse![a]!) / 3);
    const off = (place: ArrayLike<number>): number => Math.hypot(...exact.map((x, a) => place[a]! - x));
    const ours = [5, 2.5].map((timestepFs) => {
      const flight = ionFlight(medium, setting, { timestepFs, strideFs: 40, order: 4 });
      fly(flight, lengthFs);
      return off(flight.positions);
    });
    // Second order in the kick interval, and at 2.5 fs no worse than twice Verlet at 1.25 fs.
    expect(ours[0]! / ours[1]!).toBeGreaterThan(3.3);
    expect(ours[0]! / ours[1]!).toBeLessThan(4.7);
    expect(ours[1]!).toBeLessThan(2 * off(coarse!));
  });

  it("conserves the total energy of the ion and 512 atoms", () => {
    const flight = ionFlight(medium, setting, { timestepFs: 2.5, heldCell: [0, 0, 0] });
    const first = flight.energy();
    const lattice = 3 * cells ** 3 * 0.03;
    for (const lengthFs of [200, 2000]) {
      fly(flight, lengthFs);
      // The lattice's own energy is off by its frequency error, the ion's by (ωδ)²/24 · 0.1 eV with ω = 0.011 rad/fs.
      expect(Math.abs(flight.energy() - first)).toBeLessThan(8e-6 * lattice + 1e-4);
    }
  });

  it("a window that reaches as far as the potential conserves energy from cell to cell", () => {
    const cutoff = 4.5;
    const smooth = { ...medium, potentials: [yukawa(4, 0.5, { cutoff })], window: reachWindow(framework, cutoff) };
    const fast = { position: [1.5, 1.6, 1.3], velocity: [0.03, 0.004, 0.002] } as const;
    const changes = [5, 2.5].map((timestepFs) => {
      const flight = ionFlight(smooth, { ...setting, motion: still, ions: [fast] }, { timestepFs, strideFs: 40 });
      const first = flight.energy();
      fly(flight, 240);
      expect(Math.floor(flight.positions[0]! / 3)).toBeGreaterThan(1);
      return Math.abs(flight.energy() - first);
    });
    // Only the second-order error of the splitting is left; with the 8 corners alone faces cost meV.
    expect(changes[1]!).toBeLessThan(3e-5);
    expect(changes[0]!).toBeLessThan(1.5e-4);
  });

  it("shares the momentum: ion and lattice together keep theirs", () => {
    const flight = ionFlight(medium, { ...setting, motion: still }, { timestepFs: 2.5 });
    const momentum = (): number[] => {
      const { velocities } = flight.flight.motion();
      return [0, 1, 2].map((a) => {
        let sum = inertiaOf(RODIN_ION_MASS) * flight.velocities[a]!;
        for (let i = a; i < velocities.length; i += 3) sum += inertiaOf(rodinLattice.mass) * velocities[i]!;
        return sum;
      });
    };
    const first = momentum();
    fly(flight, 800);
    // f(0) of every fit is exact, so only rounding is left.
    momentum().forEach((p, a) => {
      expect(Math.abs(p - first[a]!)).toBeLessThan(1e-12);
    });
    // It did change hands: the ion gave something away.
    expect(Math.abs(flight.velocities[0]! - ion.velocity[0])).toBeGreaterThan(1e-4);
  });

  it("ions repel each other and still conserve energy", () => {
    const two = [
      { position: [1.5, 1.5, 1.5], velocity: [0.01, 0, 0] },
      { position: [4.5, 1.5, 1.5], velocity: [-0.01, 0, 0] },
    ] as const;
    const run = (repelling: boolean, timestepFs: number): IonFlight =>
      ionFlight(
        medium,
        { ...setting, motion: still, ions: two },
        { timestepFs, ...(repelling ? { ionPotential: yukawa(2, 1.5) } : {}) },
      );
    const [coarse, fine] = [5, 2.5].map((timestepFs) => {
      const flight = run(true, timestepFs);
      const first = flight.energy();
      fly(flight, 120);
      return { flight, change: Math.abs(flight.energy() - first) };
    });
    // Second order in the step: a quarter of the error, up to the next order.
    expect(coarse!.change / fine!.change).toBeGreaterThan(3.5);
    expect(coarse!.change / fine!.change).toBeLessThan(4.5);
    const { flight } = fine!;
    // Mirror symmetry about x = 3 is kept to rounding.
    expect(Math.abs(flight.positions[0]! + flight.positions[3]! - 6)).toBeLessThan(1e-12);
    const free = run(false, 2.5);
    fly(free, 120);
    expect(flight.positions[3]! - flight.positions[0]!).toBeGreaterThan(free.positions[3]! - free.positions[0]! + 0.1);
  });

  it("a held window of one atom reflects the ion, and the atom takes its share", () => {
    const one = { ...medium, potentials: [yukawa(0.15, 0.5)], window: lineWindow(framework, { from: 0, count: 1 }) };
    const flight = ionFlight(
      one,
      { lattice: rodinLattice, cells, motion: still, ions: [{ position: [0, 0, -6], velocity: [0, 0, 0.01] }] },
      { timestepFs: 2.5, heldCell: [0, 0, 0], freeAxes: [0, 0, 1] },
    );
    const first = flight.energy();
    fly(flight, 1200);
    expect(flight.velocities[2]!).toBeLessThan(0);
    expect(flight.velocities[0]!).toBe(0);
    // It lost some of its 36 meV to the lattice, none to the integrator.
    expect(flight.velocities[2]! ** 2).toBeLessThan(0.97e-4);
    expect(Math.abs(flight.energy() - first)).toBeLessThan(2e-5);
  });

  it("the kernel's Verlet is the plain one, step for step", () => {
    const plain = fullMotion(medium, { springs: springState(rodinLattice, cells, motion), ...ion });
    const fast = latticeVerlet(medium, { lattice: rodinLattice, cells, motion, ion }, { timestepFs: 1.25 });
    for (const steps of [40, 40]) {
      plain.advance(1.25, steps);
      fast.advance(steps);
    }
    const { displacements, velocities } = fast.motion();
    // Rounding alone: 1e-16 of 0.3 Å in each of 80 steps, stretched by the springs' few turns.
    for (let k = 0; k < 3; k++) expect(Math.abs(fast.position[k]! - plain.position[k]!)).toBeLessThan(1e-13);
    for (let i = 0; i < displacements.length; i++) {
      expect(Math.abs(displacements[i]! - plain.springs.displacements[i]!)).toBeLessThan(1e-13);
      expect(Math.abs(velocities[i]! - plain.springs.velocities[i]!)).toBeLessThan(1e-14);
    }
  });

  it("a head-on reflection loses what the convolution with the line's response says", () => {
    const options = { ionMass: RODIN_ION_MASS, strength: 0.15, screening: 0.5, speed: 0.01, cells: 12 };
    const expected = reflect(rodinLattice, options);
    const flight = ionFlight(
      { ...medium, potentials: [yukawa(0.15, 0.5)], window: lineWindow(framework, { from: 0, count: 1 }) },
      {
        lattice: rodinLattice,
        cells: 12,
        motion: { displacements: new Float64Array(3 * 12 ** 3), velocities: new Float64Array(3 * 12 ** 3) },
        ions: [{ position: [0, 0, -12], velocity: [0, 0, 0.01] }],
      },
      { timestepFs: 1, strideFs: 40, heldCell: [0, 0, 0], freeAxes: [0, 0, 1] },
    );
    fly(flight, 1800);
    const loss = 1 - (flight.velocities[2]! / 0.01) ** 2;
    expect(expected.energyLoss).toBeGreaterThan(0.02);
    // Both are of second order in steps of λ/v0/50 and λ/v0/100 through a wall that is λ thick.
    expect(Math.abs(loss / expected.energyLoss - 1)).toBeLessThan(2e-3);
  });

  it("refuses an ion on an atom and one that outruns its stride", () => {
    expect(() => ionFlight(medium, { ...setting, motion: still, ions: [{ ...ion, position: [0.01, 0, 0] }] })).toThrow(
      PhysicsError,
    );
    const fast = { ...setting, ions: [{ ...ion, velocity: [0.2, 0, 0] as const }] };
    expect(() => ionFlight(medium, fast)).toThrow(
      /ion 1 moves 0\.500 Å in one step of 2\.5 fs .* the most is 0\.300 Å/,
    );
  });
});
