export * from "./arrays.js";
export * from "./crew.js";
export * from "./errors.js";
export * from "./estimate.js";
export * from "./notes.js";
export * from "./rng.js";
export * from "./task.js";
export * from "./units.js";
