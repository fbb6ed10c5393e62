import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../../../src/base/index.js";
import {
  cornerWindow,
  cubicFramework,
  cubicModes,
  frameworkMotion,
  highestFrequency,
  inertiaOf,
  latticeFlight,
  modeSumField,
  rodinLattice,
  sampleModes,
  springForces,
  strideErrors,
  strideField,
} from "../../../src/medium/index.js";

const cells = 8;
const modes = cubicModes(rodinLattice, cells);
const sample = sampleModes(modes, Rng.fromSeed(11), { thermalEnergy: 0.025 });
const motion = frameworkMotion(sample, 0);
const window = cornerWindow(cubicFramework(rodinLattice));
const top = highestFrequency(rodinLattice);
const start = { cells, motion, window };
const largest = (a: Float64Array): number => a.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
const distance = (a: Float64Array, b: Float64Array): number => largest(a.map((x, i) => x - b[i]!));

describe("a lattice that moves in strides", () => {
  it("a 40 fs stride of third order has frequencies twenty times better than Verlet at 1.25 fs", () => {
    const { frequency, displacement, velocity } = strideErrors(top, 40, 3);
    expect(frequency).toBeLessThan((top * 1.25) ** 2 / 24 / 15);
    expect(displacement).toBeLessThan(5e-5);
    expect(velocity).toBeLessThan(1e-4);
  });

  it("is the sum over its modes at any time and window", () => {
    const exact = modeSumField(sample, window);
    const [u, v, uExact, vExact] = [0, 1, 2, 3].map(() => new Float64Array(24)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (const order of [3, 5]) {
      const errors = strideErrors(top, 40, order);
      const field = strideField(rodinLattice, start, { strideFs: 40, order });
      for (const [timeFs, cell] of [
        [0, [0, 0, 0]],
        [33.75, [0, 0, 0]],
        [33.75, [1, 0, 0]],
        [40, [7, -3, 12]],
        [1234.5, [2, 2, 2]],
      ] as const) {
        field.sample(timeFs, Int32Array.from(cell), u, v);
        exact.sample(timeFs, Int32Array.from(cell), uExact, vExact);
        // Phases run off by the frequency error; the interpolation adds its own. Factor 2: sums of modes, not one.
        const bound = 2 * (errors.frequency * top * timeFs + errors.displacement);
        expect(distance(u, uExact) / largest(uExact)).toBeLessThan(bound);
        expect(distance(v, vExact) / largest(vExact)).toBeLessThan(bound + 2 * errors.velocity);
      }
    }
  });

  it("keeps its energy without drift", () => {
    const flight = latticeFlight(rodinLattice, start, { strideFs: 40, order: 3 });
    const energy = (): number => {
      const { displacements, velocities } = flight.motion();
      const forces = new Float64Array(displacements.length);
      springForces(rodinLattice, cells, { displacements, forces });
      return displacements.reduce(
        (sum, u, i) => sum + 0.5 * inertiaOf(rodinLattice.mass) * velocities[i]! ** 2 - 0.5 * u * forces[i]!,
        0,
      );
    };
    const first = energy();
    // The conserved energy differs from the true one by the frequency error, 4e-6 relative, whatever the time.
    for (const strides of [10, 250]) {
      while (flight.strides < strides) flight.advance();
      expect(Math.abs(energy() / first - 1)).toBeLessThan(8e-6);
    }
  });

  it("a kick travels as the Green function of the lattice says", () => {
    const still = { displacements: new Float64Array(3 * cells ** 3), velocities: new Float64Array(3 * cells ** 3) };
    const flight = latticeFlight(rodinLattice, { cells, motion: still, window }, { strideFs: 40, order: 4 });
    const momenta = new Float64Array(24);
    momenta.set([0.3, -0.2, 0.5], 3 * 5); // atom 5 of the window: corner (1, 0, 1)
    flight.kick(12.5, [2, 3, 4], momenta);
    flight.advance();
    flight.advance();
    const view = flight.makeView();
    view.look([3, 3, 4]);
    const u = new Float64Array(24);
    view.sample(7.5, u);
    const elapsed = 80 + 7.5 - 12.5;
    for (let j = 0; j < 8; j++) {
      const separation = [(j >> 2) & 1, (j >> 1) & 1, j & 1].map((s, a) => s + [3, 3, 4][a]! - [3, 3, 5][a]!);
      const exact = greenFunction(separation, elapsed);
      for (let a = 0; a < 3; a++) {
        const expected = [0, 1, 2].reduce((sum, b) => sum + exact[3 * a + b]! * momenta[15 + b]!, 0);
        // Fits of fourth order: 2e-9 in G and 1e-6 in the interpolation, relative to p·t/μ = 0.13 Å.
        expect(Math.abs(u[3 * j + a]! - expected)).toBeLessThan(3e-7);
      }
    }
  });

  it("kernel and twin move alike", () => {
    const [a, b] = (["wasm", "twin"] as const).map((kernels) => {
      const flight = latticeFlight(rodinLattice, start, { kernels });
      const momenta = new Float64Array(24).fill(0.1);
      for (let i = 0; i < 5; i++) {
        flight.kick(10, [i, 0, 0], momenta);
        flight.advance();
      }
      return flight.motion();
    }) as [typeof motion, typeof motion];
    // Rounding of some 100 operations per stride on displacements of 0.1 Å; velocities lose 1/τ.
    expect(distance(a.displacements, b.displacements)).toBeLessThan(1e-13);
    expect(distance(a.velocities, b.velocities)).toBeLessThan(1e-14);
  });

  it("refuses strides that its polynomials cannot follow, and times gone by", () => {
    expect(() => latticeFlight(rodinLattice, start, { strideFs: 60 })).toThrow(InputError);
    expect(() => latticeFlight(rodinLattice, start, { strideFs: 60 })).toThrow(/60 fs .* 1\.88 rad; the most is 1\.57/);
    const field = strideField(rodinLattice, start);
    const out = new Float64Array(24);
    field.sample(500, new Int32Array(3), out, out);
    expect(() => field.sample(100, new Int32Array(3), out, out)).toThrow(/at 4\d\d\.\d\d fs already, asked for 100 fs/);
  });
});

/** [3,3] (1/μN) Σ η η† sin(Ωt)/Ω cos(q·ΔR) with the lattice's drift t/μN at q = 0. */
function greenFunction(separation: readonly number[], timeFs: number): Float64Array {
  const out = new Float64Array(9);
  const scale = 1 / (inertiaOf(rodinLattice.mass) * cells ** 3);
  for (let index = 0; index < cells ** 3; index++) {
    const q = [Math.floor(index / cells ** 2), Math.floor(index / cells) % cells, index % cells];
    const phase = ((2 * Math.PI) / cells) * q.reduce((sum, n, a) => sum + n * separation[a]!, 0);
    for (let branch = 0; branch < 3; branch++) {
      const omega = modes.omegas[3 * index + branch]!;
      const sine = index === 0 ? timeFs : Math.sin(omega * timeFs) / omega;
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) {
          const eta = modes.vectors[9 * index + 3 * branch + a]! * modes.vectors[9 * index + 3 * branch + b]!;
          out[3 * a + b]! += scale * eta * sine * Math.cos(phase);
        }
      }
    }
  }
  return out;
}
