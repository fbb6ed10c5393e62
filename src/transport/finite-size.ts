// D of cells of several sizes: D(L) = D(∞) + c/L, weighted by the errors (Dünweg and Kremer, 10.1063/1.465445; Yeh and Hummer,
// 10.1021/jp0477147, for liquids; in a solid c has no universal value and may be zero).

import { type Estimate, type F64, InputError } from "../base/index.js";
import { chiSquareTail, fitLine } from "../numerics/index.js";

export interface SizePoint {
  readonly length: number; // Å, edge of the cell or V^{1/3}
  readonly value: Estimate;
}

export interface FiniteSizeFit {
  readonly infinite: Estimate;
  /** c, in the unit of the values times Å. */
  readonly slope: Estimate;
  /** Values less the line, in standard errors. */
  readonly residuals: F64;
  /** Probability of a larger χ² if the line and the errors were right; NaN with two sizes. */
  readonly probability: number;
}

export function finiteSizeFit(points: readonly SizePoint[]): FiniteSizeFit {
  if (points.length < 2) throw new InputError(`a series of ${points.length} sizes`, "give at least two cell sizes");
  const unit = points[0]!.value.unit;
  for (const { length, value } of points) {
    if (!(length > 0) || !(value.standardError > 0) || value.unit !== unit)
      throw new InputError(
        `${value.value} ± ${value.standardError} ${value.unit} at L = ${length} Å`,
        `lengths and errors are positive, all values in ${unit}`,
      );
  }
  const inverse = Float64Array.from(points, ({ length }) => 1 / length);
  const values = Float64Array.from(points, ({ value }) => value.value);
  const weights = Float64Array.from(points, ({ value }) => 1 / value.standardError ** 2);
  const line = fitLine(inverse, values, { weights });
  const { chiSquare, degreesOfFreedom } = line.fit;
  return {
    infinite: { value: line.intercept, standardError: line.interceptError, unit },
    slope: { value: line.slope, standardError: line.slopeError, unit: `${unit} A` },
    residuals: line.fit.residuals.map((residual, i) => residual / points[i]!.value.standardError),
    probability: degreesOfFreedom > 0 ? chiSquareTail(chiSquare, degreesOfFreedom) : Number.NaN,
  };
}
