export * from "./anharmonic.js";
export * from "./band-path.js";
export * from "./band-structure.js";
export * from "./bonds.js";
export * from "./born-charges.js";
export * from "./brillouin-mesh.js";
export * from "./character.js";
export * from "./coordinates.js";
export * from "./dipole-forces.js";
export * from "./dos.js";
export * from "./elastic-long-wave.js";
export * from "./elastic-moduli.js";
export * from "./elastic-tensor.js";
export * from "./elastic-waves.js";
export * from "./finite-displacements.js";
export * from "./fit-arrangements.js";
export {
  type BasisOptions,
  type CutoffChoice,
  cutoffOfShells,
  type ForceConstantBasis,
  forceConstantBasis,
  type OrderBasis,
} from "./fit-basis.js";
export * from "./fit-displacements.js";
export * from "./fit-force-constants.js";
export { nearestImagesOf } from "./fit-images.js";
export type { FitLattice } from "./fit-lattice.js";
export { foldsOf } from "./fit-moments.js";
export { type FitQuality, holdOutError, type OrderSummary } from "./fit-report.js";
export * from "./fit-samples.js";
export type { AlphaPoint, LassoFitOptions } from "./fit-solve.js";
export { secondOrderTable, type ThirdOrderConstants, thirdOrderTable } from "./fit-third-order.js";
export * from "./force-constants.js";
export * from "./group-velocity.js";
export * from "./groups.js";
export * from "./gruneisen.js";
export * from "./lattice-dynamics.js";
export * from "./mesh-dos.js";
export * from "./mesh-modes.js";
export * from "./modes.js";
export * from "./projected-force-constants.js";
export * from "./quasi-harmonic.js";
export * from "./reciprocal.js";
export * from "./solve.js";
export * from "./special-points.js";
export * from "./sum-rule.js";
export * from "./tetrahedra.js";
export * from "./thermal-displacements.js";
export * from "./thermal-properties.js";
