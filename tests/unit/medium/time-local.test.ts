import { describe, expect, it } from "vitest";
import { InputError, NumericError, PhysicsError, Rng } from "../../../src/base/index.js";
import {
  type Approximation,
  cubicFramework,
  cubicMedium,
  cubicModes,
  frameworkMotion,
  inertiaOf,
  ionEquation,
  lineWindow,
  type Medium,
  memoryEquation,
  modeSumField,
  placeEnergy,
  propagatedField,
  RODIN_ION_MASS,
  reflect,
  reflectionLoss,
  rodinLattice,
  sampleModes,
  springState,
  stepConvergence,
  stillField,
  walkIon,
  yukawa,
} from "../../../src/medium/index.js";
import { relativeError, rodinMedium, THERMAL } from "./cases.js";

const place = [1.9, 1.3, 1.6] as const;
const velocity = [0.008, 0.005, -0.003] as const;
const mu = inertiaOf(RODIN_ION_MASS);

function forceOf(medium: Medium, v: readonly number[], approximation: Approximation = "homogeneous"): number[] {
  const out = new Float64Array(3);
  ionEquation(medium, stillField, { approximation }).acceleration(
    0,
    Float64Array.from(place),
    Float64Array.from(v),
    out,
  );
  return [...out].map((a) => a * mu);
}

const still = [0, 0, 0];

describe("the force on the ion", () => {
  it("of a rigid framework is −∇ of the unrelaxed energy", () => {
    const medium = rodinMedium();
    const h = 1e-4;
    const slope = [0, 1, 2].map((a) => {
      const at = (s: number) => placeEnergy(medium, place.map((x, k) => (k === a ? x + s : x)) as never).unrelaxed;
      return -(at(h) - at(-h)) / (2 * h);
    });
    // h² U‴/6U′ ~ 1e-7
    expect(relativeError(forceOf(medium, still, "rigid"), slope)).toBeLessThan(1e-6);
  });

  it("at rest among relaxed atoms is −∇ of the relaxed energy: atoms at their minimum add nothing", () => {
    const medium = rodinMedium();
    const h = 1e-3;
    const slope = [0, 1, 2].map((a) => {
      const at = (s: number) => placeEnergy(medium, place.map((x, k) => (k === a ? x + s : x)) as never).relaxed;
      return -(at(h) - at(-h)) / (2 * h);
    });
    // h² U‴/6U′ ~ 1e-5
    expect(relativeError(forceOf(medium, still, "quasistatic"), slope)).toBeLessThan(5e-5);
  });

  it("differs between homogeneous and quasistatic in the third order of the potential only", () => {
    const gap = (strengthMev: number) => {
      const medium = rodinMedium(strengthMev);
      const [a, b] = [forceOf(medium, velocity), forceOf(medium, velocity, "quasistatic")];
      return Math.hypot(...a.map((x, k) => x - b[k]!));
    };
    // W U″ is 0.01 at 1 eV Å and below: halving the strength divides the gap by 8 to within that
    expect(gap(200) / gap(100)).toBeGreaterThan(7.9);
    expect(gap(200) / gap(100)).toBeLessThan(8.1);
  });

  it("takes energy from the ion at the rate (HV)·L(HV), H the Hessian of the unrelaxed energy", () => {
    const medium = rodinMedium(40); // W U″ ~ 5e-4
    const h = 1e-3;
    const rigid = (shift: readonly number[], a: number) => {
      const out = new Float64Array(3);
      ionEquation(medium, stillField, { approximation: "rigid" }).acceleration(
        0,
        Float64Array.from(place, (x, k) => x + shift[k]!),
        new Float64Array(3),
        out,
      );
      return -out[a]! * mu;
    };
    const direction = velocity.map((v) => (h * v) / 0.01);
    const hv = [0, 1, 2].map(
      (a) =>
        ((rigid(direction, a) -
          rigid(
            direction.map((d) => -d),
            a,
          )) /
          (2 * h)) *
        0.01,
    );
    const loss = medium.drag[0]! * hv.reduce((sum, x) => sum + x * x, 0);
    const [forwards, backwards] = [
      forceOf(medium, velocity),
      forceOf(
        medium,
        velocity.map((v) => -v),
      ),
    ];
    const power = velocity.reduce((sum, v, a) => sum + (v * (forwards[a]! - backwards[a]!)) / 2, 0);
    expect(power).toBeLessThan(0);
    // relative corrections of order W U″ and h²: 1e-3
    expect(Math.abs(-power / loss - 1)).toBeLessThan(2e-3);
  });

  it("does not depend on which periodic cell the ion is in", () => {
    const sample = sampleModes(cubicModes(rodinLattice, 4), Rng.fromSeed(4).fork("framework"), {
      thermalEnergy: THERMAL,
    });
    const medium = rodinMedium();
    const at = (shift: number) => {
      const out = new Float64Array(3);
      const equation = ionEquation(medium, modeSumField(sample, medium.window));
      equation.acceleration(
        30,
        Float64Array.from(place, (x) => x + shift),
        Float64Array.from(velocity),
        out,
      );
      return out;
    };
    // positions of 50 Å lose two digits
    expect(relativeError(at(48), at(0))).toBeLessThan(1e-11);
    expect(relativeError(at(-36), at(0))).toBeLessThan(1e-11);
  });

  it("drags towards the framework's own velocity: an ion moving with it feels no drag", () => {
    const medium = rodinMedium();
    const together = {
      sample(_t: number, _c: Int32Array, u: Float64Array, v: Float64Array) {
        u.fill(0);
        for (let i = 0; i < v.length; i++) v[i] = velocity[i % 3]!;
      },
    };
    const out = new Float64Array(3);
    ionEquation(medium, together).acceleration(0, Float64Array.from(place), Float64Array.from(velocity), out);
    expect([...out].map((a) => a * mu)).toEqual(forceOf(medium, still, "static"));
  });
});

describe("memory", () => {
  const thrown = { ionMass: RODIN_ION_MASS, strength: 14, screening: 0.5, speed: 0.01 };
  const window = lineWindow(cubicFramework(rodinLattice), { from: 0, count: 1 });
  const medium = cubicMedium(rodinLattice, { ionMass: RODIN_ION_MASS, potential: yukawa(14, 0.5), window });

  it("of one period of the fastest mode brings the loss of a hard hit nearer to the full one", async () => {
    const full = reflect(rodinLattice, thrown).energyLoss;
    const local = await reflectionLoss(rodinLattice, { ...thrown, equation: "homogeneous" });
    const remembered = await reflectionLoss(rodinLattice, { ...thrown, equation: "memory", timestepFs: 2.5 });
    // full 10.35 %, homogeneous 8.0 %, memory 11.9 %
    expect(Math.abs(remembered - full)).toBeLessThan(0.75 * Math.abs(local - full));
  });

  it("without the drag nothing is lost in a soft hit", async () => {
    const loss = await reflectionLoss(rodinLattice, { ...thrown, speed: 0.002, equation: "static" });
    // recoil without loss conserves energy to second order in w U″, 0.02 here; the homogeneous loss is 6e-4
    expect(Math.abs(loss)).toBeLessThan(1e-6);
  });

  it("keeps the recoil of a resting ion: it is the static equation then", () => {
    const held = memoryEquation(rodinLattice, rodinMedium(), { field: stillField, timestepFs: 5 });
    const out = new Float64Array(3);
    for (let n = 0; n < 5; n++) held.acceleration(5 * n, Float64Array.from(place), new Float64Array(3), out);
    expect([...out].map((a) => a * mu)).toEqual(forceOf(rodinMedium(), still, "static"));
  });

  it("refuses a step longer than half of itself, and times between its steps", () => {
    const make = (dt: number) => memoryEquation(rodinLattice, medium, { field: stillField, timestepFs: dt });
    expect(() => make(150)).toThrow(InputError);
    expect(() => make(5).acceleration(2.5, new Float64Array(3), new Float64Array(3), new Float64Array(3))).toThrow(
      /every 5 fs, asked for 2.5 fs/,
    );
  });
});

describe("walks", () => {
  const medium = rodinMedium();

  it("are the same for the same seed", async () => {
    const walk = async (seed: number) => {
      const sample = sampleModes(cubicModes(rodinLattice, 4), Rng.fromSeed(seed).fork("framework"), {
        thermalEnergy: THERMAL,
      });
      const field = propagatedField(springState(rodinLattice, 4, frameworkMotion(sample, 0)), medium.window, 1.25);
      const start = { position: [1.5, 1.5, 1.5], velocity: [0, 0, 0] } as const;
      return walkIon(
        medium,
        { equation: ionEquation(medium, field), start },
        { timestepFs: 5, steps: 100, recordEvery: 10 },
      );
    };
    const [a, b, c] = [await walk(1), await walk(1), await walk(2)];
    expect(a.positions).toEqual(b.positions);
    expect(a.positions).not.toEqual(c.positions);
    expect(a.frames).toBe(11);
    expect(a.frameSpacingFs).toBe(50);
  });

  it("end at the same place with all integrators as the step shrinks, each at its order's cost", async () => {
    const start = { position: [1.5, 1.5, 1.5], velocity: [0.008, 0.005, -0.003] } as const;
    const sample = sampleModes(cubicModes(rodinLattice, 4), Rng.fromSeed(2).fork("framework"), {
      thermalEnergy: THERMAL,
    });
    const equation = () => ionEquation(medium, modeSumField(sample, medium.window));
    const runs = await stepConvergence(medium, { equation, start }, { durationFs: 200, timesteps: [5, 2.5] });
    const of = (method: string, timestepFs: number) =>
      runs.find((run) => run.method === method && run.timestepFs === timestepFs)!;
    // Errors over 0.2 ps in a framework with Ω δ = 0.16 at 5 fs. Orders 5, 7 and 2 would give 32, 128 and 4 on halving.
    expect(of("runge-kutta-5", 5).error / of("runge-kutta-5", 2.5).error).toBeGreaterThan(20);
    expect(of("adams", 5).error / of("adams", 2.5).error).toBeGreaterThan(40);
    expect(of("verlet", 5).error / of("verlet", 2.5).error).toBeGreaterThan(3.5);
    expect(of("runge-kutta-5", 5).error).toBeLessThan(1e-8);
    expect(of("adams", 2.5).error).toBeLessThan(1e-8);
    expect(of("verlet", 2.5).error).toBeLessThan(1e-4);
    expect(of("adams", 2.5).evaluations).toBeLessThan(of("runge-kutta-5", 5).evaluations);
    await expect(stepConvergence(medium, { equation, start }, { durationFs: 7 })).rejects.toThrow(InputError);
  });

  it("stop when a step is too long, and refuse a start on an atom", async () => {
    const run = (position: readonly [number, number, number], timestepFs: number) =>
      walkIon(
        medium,
        { equation: ionEquation(medium, stillField), start: { position, velocity: [0.02, 0.01, 0] } },
        { timestepFs, steps: 200 },
      );
    await expect(run([1.5, 1.5, 1.5], 80)).rejects.toThrow(NumericError);
    await expect(run([1.5, 1.5, 1.5], 80)).rejects.toThrow(/moved .* Å in step \d+ of 80 fs; the most is 0\.30 Å/);
    await expect(run([3.01, 3, 0], 5)).rejects.toThrow(PhysicsError);
    await expect(
      walkIon(
        medium,
        { equation: ionEquation(medium, stillField), start: { position: [1, 1, 1], velocity: [0, 0, 0] } },
        { timestepFs: 5, steps: 2.5 },
      ),
    ).rejects.toThrow(InputError);
  });
});
