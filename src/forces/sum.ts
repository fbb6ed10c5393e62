// Several force fields acting at once.

import { type F64, InputError } from "../base/index.js";
import type { ForceField, ForceSession } from "./forcefield.js";

/** Energies, forces, stresses and Hessians add up; the sum can do what all of its parts can. */
export function sumOf(...parts: readonly ForceField[]): ForceField {
  if (parts.length === 0)
    throw new InputError("a sum of force fields needs at least one", "pass the parts as arguments");
  const hessian = parts.every((part) => part.can.hessian);
  return {
    name: parts.map((part) => part.name).join(" + "),
    can: {
      stress: parts.every((part) => part.can.stress),
      hessian,
      elements: parts[0]!.can.elements.filter((element) => parts.every((part) => part.can.elements.includes(element))),
    },
    attach: (crystal, options) =>
      sumSession(
        parts.map((part) => part.attach(crystal, options)),
        hessian,
      ),
    toJSON: () => ({ kind: "sum", parts: parts.map((part) => part.toJSON()) }),
  };
}

function sumSession(sessions: readonly ForceSession[], withHessian: boolean): ForceSession {
  const session: ForceSession = {
    evaluate(positions, forces, stress) {
      const part = new Float64Array(forces.length);
      const partStress = stress && new Float64Array(9);
      forces.fill(0);
      stress?.fill(0);
      let energy = 0;
      for (const each of sessions) {
        energy += each.evaluate(positions, part, partStress);
        addInto(forces, part);
        if (stress && partStress) addInto(stress, partStress);
      }
      return energy;
    },
    energyParts(positions) {
      const total: Record<string, number> = {};
      for (const each of sessions) {
        for (const [name, energy] of Object.entries(each.energyParts(positions)))
          total[name] = (total[name] ?? 0) + energy;
      }
      return total;
    },
    setCell(cell) {
      for (const each of sessions) each.setCell(cell);
    },
    dispose() {
      for (const each of sessions) each.dispose();
    },
  };
  return withHessian ? { ...session, hessian: (positions) => sumOfHessians(sessions, positions) } : session;
}

function sumOfHessians(sessions: readonly ForceSession[], positions: F64): Float64Array {
  const total = new Float64Array(positions.length ** 2);
  for (const each of sessions) addInto(total, each.hessian!(positions));
  return total;
}

function addInto(target: Float64Array, part: F64): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + part[i]!;
}
