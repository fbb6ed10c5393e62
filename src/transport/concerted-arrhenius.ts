// Activation energies of the classes of concerted motion, from runs at several temperatures: ln ν against 1/k_BT with the Poisson error of
// every count as its weight (arrhenius.ts). A class that did not occur at a temperature gives a bound there and no point.

import { InputError, type Note, Notes } from "../base/index.js";
import { type TemperatureFit, type TemperaturePoint, temperatureFit } from "./arrhenius.js";
import type { ConcertedCount, ConcertedMotion } from "./concerted.js";

export interface ConcertedRun {
  readonly temperatureK: number;
  readonly motion: ConcertedMotion;
}

export interface ClassActivation {
  readonly name: string;
  /** In the order of the runs; ν in 1/(ps ion). */
  readonly points: readonly TemperaturePoint[];
  /** Absent when fewer than three temperatures have a point. */
  readonly fit?: TemperatureFit;
  readonly notes: readonly Note[];
}

export interface ConcertedActivationOptions {
  /** "pairs" (default): the pairs counted. "excess": candidates less what independent jumps make. */
  readonly of?: "pairs" | "excess";
}

/** Every class of any run, and "all" first. @throws InputError when the runs were not counted alike. */
export function concertedActivation(
  runs: readonly ConcertedRun[],
  { of = "pairs" }: ConcertedActivationOptions = {},
): ClassActivation[] {
  const windows = [...new Set(runs.map(({ motion }) => motion.windowFs))];
  if (windows.length > 1)
    throw new InputError(
      `windows of ${windows.join(" and ")} fs`,
      "frequencies of one series are counted with one window",
    );
  const names = new Set(["all", ...runs.flatMap(({ motion }) => motion.classes.map(({ name }) => name))]);
  return [...names].map((name) => {
    const points = runs.map(({ temperatureK, motion }) => pointOf(temperatureK, { motion, name, of }));
    const notes = new Notes();
    const measured = points.filter(({ bound }) => bound === undefined).length;
    if (measured < 3) {
      notes.add(
        "concerted-few-temperatures",
        `${name}: ${measured} of ${points.length} temperatures have a frequency`,
        "an activation energy needs three at least",
      );
      return { name, points, notes: notes.list() };
    }
    const fit = temperatureFit(points);
    notes.addAll(fit.notes);
    return { name, points, fit, notes: notes.list() };
  });
}

function pointOf(
  temperatureK: number,
  { motion, name, of }: { readonly motion: ConcertedMotion; readonly name: string; readonly of: "pairs" | "excess" },
): TemperaturePoint {
  const counted: ConcertedCount | undefined =
    name === "all" ? motion.total : motion.classes.find((one) => one.name === name);
  const unit = "1/(ps ion)";
  const none = { value: 0, standardError: 0, unit };
  if (!counted) return { temperatureK, value: none, bound: "none" };
  const { frequency, excess } = counted;
  if (of === "pairs")
    return { temperatureK, value: frequency.rate, ...(counted.pairs > 0 ? {} : { bound: frequency.limits }) };
  const value = {
    value: excess.value / motion.exposure,
    standardError: excess.standardError / motion.exposure,
    unit,
  };
  // An excess within its error has no logarithm worth fitting.
  return { temperatureK, value, ...(excess.value > excess.standardError ? {} : { bound: value.standardError }) };
}
