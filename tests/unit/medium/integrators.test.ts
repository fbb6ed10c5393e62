import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import { type Equation, type IntegrationMethod, makeStepper } from "../../../src/medium/index.js";

// x″ = −x − 2γx′ + cos 2t, time in fs as a pure number; exact solution by hand
const gamma = 0.1;
const equation: Equation = {
  dimension: 1,
  acceleration(t, x, v, out) {
    out[0] = -x[0]! - 2 * gamma * v[0]! + Math.cos(2 * t);
  },
};
// forced part A cos 2t + B sin 2t: (1 − 4)A + 4γB = 1, (1 − 4)B − 4γA = 0
const A = -3 / (9 + 16 * gamma ** 2);
const B = (-4 * gamma * A) / 3;
const w = Math.sqrt(1 - gamma ** 2);
function exact(t: number): number {
  const c = 1 - A; // x(0) = 1
  const s = (gamma * c - 2 * B) / w; // x′(0) = 0
  return Math.exp(-gamma * t) * (c * Math.cos(w * t) + s * Math.sin(w * t)) + A * Math.cos(2 * t) + B * Math.sin(2 * t);
}

function largestError(method: IntegrationMethod, dt: number): number {
  const stepper = makeStepper(equation, { position: [1], velocity: [0] }, { timestepFs: dt, method });
  let error = 0;
  while (stepper.timeFs < 10 - dt / 2) {
    stepper.step();
    error = Math.max(error, Math.abs(stepper.position[0]! - exact(stepper.timeFs)));
  }
  return error;
}

describe("integrators of a damped driven oscillator", () => {
  for (const [method, order, dt] of [
    ["runge-kutta-5", 5, 0.1],
    ["adams", 7, 0.1],
    ["verlet", 2, 0.05],
  ] as const) {
    it(`${method} is of order ${order}`, () => {
      const found = Math.log2(largestError(method, dt) / largestError(method, dt / 2));
      // the next term of the error series moves the apparent order by a few tenths at these steps
      expect(Math.abs(found - order)).toBeLessThan(0.5);
    });
  }

  it("adams is the more accurate for the same number of evaluations", () => {
    let evaluations = 0;
    const counted: Equation = {
      dimension: 1,
      acceleration(...args) {
        evaluations++;
        equation.acceleration(...args);
      },
    };
    const cost = (method: IntegrationMethod): number => {
      evaluations = 0;
      const stepper = makeStepper(counted, { position: [1], velocity: [0] }, { timestepFs: 0.05, method });
      for (let n = 0; n < 200; n++) stepper.step();
      return evaluations;
    };
    expect(cost("runge-kutta-5")).toBe(1200);
    expect(cost("adams")).toBeLessThan(450); // two per step, six in the first six
    expect(largestError("adams", 0.05)).toBeLessThan(0.1 * largestError("runge-kutta-5", 0.15));
  });

  it("refuses a step that is none", () => {
    expect(() => makeStepper(equation, { position: [1], velocity: [0] }, { timestepFs: 0 })).toThrow(InputError);
  });
});
