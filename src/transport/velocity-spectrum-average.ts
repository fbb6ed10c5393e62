// Numbers read from spectra: attempt frequencies, and means over independent runs.

import { type Estimate, type F64, InputError } from "../base/index.js";
import { scatterOf } from "./growing-blocks.js";
import type { SpectrumPart, SpectrumResult } from "./velocity-spectrum-result.js";

/** The frequency a group tries to leave its sites with: the centre of its density of states (de Klerk et al., 10.1021/acsaem.8b00457). */
export function attemptFrequency(result: SpectrumResult, group: string): Estimate {
  const part = result.parts.find(({ name }) => name === group);
  if (!part)
    throw new InputError(
      `no group "${group}" in the spectrum`,
      `it has ${result.parts.map(({ name }) => name).join(", ")}`,
    );
  return part.moments.centre;
}

/** The mean of the spectra of independent runs; errors are the scatter between the runs. Temperatures and moments likewise. */
export function averageSpectra(runs: readonly SpectrumResult[]): readonly SpectrumPart[] {
  const first = runs[0];
  if (!first || runs.length < 2) throw new InputError(`${runs.length} spectra to average`, "give at least two runs");
  for (const { frequencies, parts } of runs)
    if (
      frequencies.length !== first.frequencies.length ||
      frequencies[1] !== first.frequencies[1] ||
      parts.some(({ name }, g) => name !== first.parts[g]?.name)
    )
      throw new InputError(
        "spectra of different frequencies or groups",
        "use the same options and frame spacing in all runs",
      );
  const meanOf = (rows: readonly F64[]): Float64Array<ArrayBuffer> =>
    rows[0]!.slice().map((_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length);
  const average = (values: readonly number[], unit: string): Estimate => ({
    value: values.reduce((sum, value) => sum + value, 0) / values.length,
    standardError: scatterOf(
      values.map((value) => [value]),
      1,
    )[0]!,
    unit,
  });
  return first.parts.map((part, g) => {
    const same = runs.map(({ parts }) => parts[g]!);
    const moment = (name: "centre" | "width" | "skewness" | "excessKurtosis"): Estimate =>
      average(
        same.map(({ moments }) => moments[name].value),
        part.moments[name].unit,
      );
    return {
      name: part.name,
      atoms: part.atoms,
      density: meanOf(same.map(({ density }) => density)),
      densityError: scatterOf(
        same.map(({ density }) => density),
        part.density.length,
      ),
      correlation: meanOf(same.map(({ correlation }) => correlation)),
      moments: {
        centre: moment("centre"),
        width: moment("width"),
        skewness: moment("skewness"),
        excessKurtosis: moment("excessKurtosis"),
        limitsThz: part.moments.limitsThz,
      },
      ...(part.temperature
        ? {
            temperature: average(
              same.map(({ temperature }) => temperature!.value),
              "K",
            ),
          }
        : {}),
      meanSquare: same.reduce((sum, { meanSquare }) => sum + meanSquare, 0) / same.length,
    };
  });
}
