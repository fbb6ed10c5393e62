// Energy an ion loses to the lattice when it is thrown at one atom, by the equations of motion that do not follow the lattice: the
// experiment of reflection.ts with each approximation moving the ion itself. The full answer is `reflect(…).energyLoss`.

import type { RunOptions } from "../base/index.js";
import { cubicFramework } from "./cubic.js";
import type { IntegrationMethod } from "./integrators.js";
import { cubicMedium } from "./medium.js";
import { memoryEquation } from "./memory.js";
import type { CubicLattice } from "./model.js";
import { yukawa } from "./potentials.js";
import type { ReflectionOptions } from "./reflection.js";
import { stillField } from "./thermal-field.js";
import { type Approximation, ionEquation } from "./time-local.js";
import { walkIon } from "./walk.js";
import { lineWindow } from "./window.js";

export interface ReflectionLossOptions extends Omit<ReflectionOptions, "cells">, RunOptions {
  /** Which equation moves the ion; "memory" is the quasi-local one. */
  readonly equation: Approximation | "memory";
  /** Length of the memory, fs. Default one period of the fastest mode. */
  readonly memoryFs?: number;
}

/** 1 − v²/v0² after the hit. */
export async function reflectionLoss(lattice: CubicLattice, options: ReflectionLossOptions): Promise<number> {
  const { ionMass, strength, screening, speed, startLengths = 24, equation: kind, memoryFs } = options;
  const { timestepFs = screening / (50 * speed) } = options;
  const window = lineWindow(cubicFramework(lattice), { from: 0, count: 1 });
  const medium = cubicMedium(lattice, { ionMass, potential: yukawa(strength, screening), window });
  const heldCell = [0, 0, 0] as const;
  const equation =
    kind === "memory"
      ? memoryEquation(lattice, medium, {
          field: stillField,
          timestepFs,
          heldCell,
          ...(memoryFs === undefined ? {} : { memoryFs }),
        })
      : ionEquation(medium, stillField, { approximation: kind, heldCell });
  const method: IntegrationMethod = kind === "memory" ? "verlet" : "runge-kutta-5";
  const distance = startLengths * screening;
  const steps = Math.round((1.5 * distance) / speed / timestepFs);
  const start = { position: [0, 0, -distance], velocity: [0, 0, speed] } as const;
  const walk = await walkIon(
    medium,
    { equation, start },
    { ...options, timestepFs, steps, method, recordEvery: steps },
  );
  return 1 - (walk.velocities[5]! / speed) ** 2;
}
