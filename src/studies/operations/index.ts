export * from "./at-rest.js";
export * from "./couple.js";
export * from "./energy.js";
export * from "./forces.js";
export * from "./hops.js";
export * from "./modes.js";
export * from "./operation.js";
export * from "./relax.js";
