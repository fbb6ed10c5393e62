// What a reader must know before using the numbers of the study "medium-diffusion".

import { type Note, Notes } from "../base/index.js";
import type { DiffusionSeries, MediumDiffusionData } from "./medium-diffusion-data.js";
import type { MediumDiffusionParameters } from "./medium-diffusion-parameters.js";
import { isWarm } from "./medium-walks.js";

const PAPER_PS = 3000;
/** A curvature this many standard errors off is worth a sentence. */
const SIGMAS = 3;

export function diffusionNotes(data: MediumDiffusionData, parameters: MediumDiffusionParameters): readonly Note[] {
  const notes = new Notes();
  const sampledPs = parameters.walks.count * parameters.walks.lengthPs;
  if (sampledPs < PAPER_PS)
    notes.add(
      "sampling",
      `every state was sampled for ${sampledPs} ps (${parameters.walks.count} walks), the paper's for ${PAPER_PS} ps; errors are standard errors of this sample, ranges are 95 %`,
      "raise walks.count or walks.lengthPs; errors fall as one over the root",
    );
  for (const series of data.series) {
    addFailures(series, notes);
    addUnresolved(series, notes);
    addArrhenius(series, notes);
    addKinetic(series, notes);
  }
  return notes.list();
}

const nameOf = ({ strengthMevA, screeningA }: DiffusionSeries): string =>
  `U0 = ${strengthMevA} meV Å, λ = ${screeningA} Å`;

function addFailures(series: DiffusionSeries, notes: Notes): void {
  const failed = series.states.flatMap((state) => state.failed);
  if (failed.length > 0)
    notes.add(
      "walks-failed",
      `${failed.length} walks (${nameOf(series)}) did not come through, for example ${failed[0]!.label}: ${failed[0]!.reason}`,
      "their states rest on the other walks, or are left out",
    );
}

/** Hops below which a state is called unresolved: √N/N is then above a third. */
const FEWEST_HOPS = 10;

function addUnresolved(series: DiffusionSeries, notes: Notes): void {
  const few = series.states.filter(({ reading }) => reading && reading.hops.count < FEWEST_HOPS);
  if (few.length === 0) return;
  const names = few.map(
    (state) => `${state.equation} at ${state.temperatureMev} meV (${state.reading!.hops.count} hops)`,
  );
  notes.add(
    "too-few-hops",
    `the ion hopped fewer than ${FEWEST_HOPS} times (${nameOf(series)}): ${names.join(", ")}; its mean square is the rattling in one cell, not diffusion`,
    "leave these temperatures out, or sample much longer",
  );
}

function addArrhenius(series: DiffusionSeries, notes: Notes): void {
  for (const fit of series.arrhenius) {
    const bent = Math.abs(fit.curvatureSigma ?? 0) > SIGMAS;
    if (!bent && fit.probability > 0.01) continue;
    const steeper = (fit.curvatureSigma ?? 0) < 0 ? "steeper at low temperature" : "flatter at low temperature";
    const estimator = fit.estimator === "slope" ? "line with offset" : "line through the origin";
    notes.add(
      "not-arrhenius",
      `D of the ${fit.equation} equations (${estimator}) departs from Arrhenius between ${fit.rangeMev[0]} and ${fit.rangeMev[1]} meV: χ² = ${fit.chiSquare.toPrecision(3)} for ${fit.degreesOfFreedom} degrees of freedom, curvature ${(fit.curvatureSigma ?? 0).toFixed(1)} σ${bent ? ` (${steeper})` : ""}`,
      "quote the activation energy with its range of temperatures; the errors do not contain the misfit",
    );
  }
}

function addKinetic(series: DiffusionSeries, notes: Notes): void {
  const cold = series.states.filter(({ reading }) => reading && !isWarm(reading.kineticRatio));
  const rangeOf = (equation: "full" | "homogeneous"): string => {
    const ratios = cold
      .filter((state) => state.equation === equation)
      .map(({ reading }) => reading!.kineticRatio.value);
    const [high, low] = [Math.max(...ratios).toFixed(2), Math.min(...ratios).toFixed(2)];
    return high === low ? high : `${high} to ${low}`;
  };
  if (cold.some(({ equation }) => equation === "homogeneous"))
    notes.add(
      "cold-ion",
      `the time-local ion is colder than its framework: its mean kinetic energy is ${rangeOf("homogeneous")} of 3/2 k_BT (${nameOf(series)}), so its D is too small`,
      "the drag takes more than the thermal motion gives back; compare the full equations",
    );
  if (cold.some(({ equation }) => equation === "full"))
    notes.add(
      "not-warmed-up",
      `by the full equations the ion, which starts at rest, is still colder than its framework: ${rangeOf("full")} of 3/2 k_BT (${nameOf(series)})`,
      "raise walks.equilibrationPs",
    );
}
