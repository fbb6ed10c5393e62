export * from "./accumulate.js";
export * from "./anion-classes.js";
export * from "./average-hops.js";
export * from "./bonding.js";
export * from "./configuration-driver.js";
export * from "./configuration-known.js";
export * from "./configuration-library.js";
export * from "./configuration-live.js";
export { chainsBetween, type MoveChain, type MoveMechanism, mechanismOf } from "./configuration-moves.js";
export { type CrystalMap, carryConfiguration, mapCrystal } from "./configuration-symmetry.js";
export * from "./configuration-trajectory.js";
export { type Band, Resampling } from "./modal-bootstrap.js";
export {
  type CarrierChoice,
  carrierMassShare,
  type ModalCarriers,
  type ModalProjection,
  modalCarriers,
  weightProduct,
} from "./modal-carriers.js";
export * from "./modal-class-shares.js";
export * from "./modal-classes.js";
export * from "./modal-diffusion.js";
export * from "./modal-green-kubo.js";
export * from "./modal-harmonic.js";
export { type LagOptions, type LagPlan, planLags } from "./modal-lags.js";
export * from "./modal-nulls.js";
export * from "./modal-published.js";
export { type ReferenceAt, type ReferenceSegment, referenceFrom } from "./modal-reference.js";
export {
  type ModalBlock,
  type ModalSample,
  ModalSampleAnalysis,
  type ModalSampleOptions,
} from "./modal-sample.js";
export type { ModalShares } from "./modal-shares.js";
export * from "./modal-switching.js";
export * from "./modal-whole.js";
export * from "./mode-shares.js";
export * from "./project-hop.js";
