export * from "./character.js";
export * from "./coordinates.js";
export * from "./dos.js";
export * from "./force-constants.js";
export * from "./groups.js";
export * from "./modes.js";
export * from "./solve.js";
export * from "./sum-rule.js";
