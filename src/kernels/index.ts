export * from "./arena.js";
export * from "./load.js";
