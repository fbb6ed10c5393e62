export * from "./accumulate.js";
export * from "./average-hops.js";
export * from "./mode-shares.js";
export * from "./project-hop.js";
