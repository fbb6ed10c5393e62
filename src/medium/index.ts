export * from "./cubic.js";
export * from "./dispersion.js";
export * from "./eigen3.js";
export * from "./model.js";
export * from "./paper-units.js";
export * from "./recoil.js";
export * from "./zone-sum.js";
