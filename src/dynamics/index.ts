export * from "./ensemble.js";
export * from "./integrator.js";
export * from "./state.js";
export * from "./trajectory.js";
