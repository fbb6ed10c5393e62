export * from "./at-rest.js";
export * from "./bands.js";
export * from "./couple.js";
export * from "./descriptors.js";
export * from "./dos.js";
export * from "./elastic.js";
export * from "./energy.js";
export * from "./excite.js";
export * from "./fit-ifc.js";
export * from "./fit-ifc-input.js";
export * from "./forces.js";
export * from "./hops.js";
export type { ForceConstantsTableData } from "./lattice-force-constants.js";
export {
  type Lattice,
  type LatticeInput,
  type LatticeSource,
  type LatticeSummary,
  TRIPLE,
  tripleOf,
} from "./lattice-input.js";
export type { DosData, MeshSummary } from "./lattice-mesh.js";
export * from "./medium.js";
export * from "./medium-input.js";
export type { IonData, MediumData } from "./medium-output.js";
export * from "./modes.js";
export * from "./operation.js";
export * from "./relax.js";
export * from "./thermal.js";
