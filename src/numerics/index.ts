export * from "./arrhenius.js";
export * from "./assignment.js";
export * from "./block-average.js";
export * from "./distributions.js";
export * from "./eigen.js";
export * from "./error-function.js";
export * from "./fft-plan.js";
export * from "./fft-real.js";
export * from "./fft3.js";
export * from "./gamma.js";
export * from "./lasso.js";
export * from "./lbfgs.js";
export * from "./least-squares.js";
export * from "./linear-solve.js";
export * from "./matmul.js";
export * from "./normal-equations.js";
export * from "./null-space.js";
export {
  cubicCurvature,
  cubicExtrema,
  cubicIntegral,
  cubicSlope,
  cubicValue,
  type Extremum,
  type PiecewiseCubic,
} from "./piecewise-cubic.js";
export * from "./quadrature.js";
export * from "./resample.js";
export * from "./spline.js";
export * from "./stats.js";
export * from "./symmetric-solve.js";
