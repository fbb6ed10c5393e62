export * from "./acoustic-cutoff.js";
export * from "./coupling-factor.js";
export * from "./definitions.js";
export * from "./descriptors.js";
export * from "./spectrum-shape.js";
export * from "./structural.js";
