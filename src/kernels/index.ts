export * from "./arena.js";
export * from "./correlate.js";
export * from "./dense.js";
export * from "./fft.js";
export * from "./load.js";
