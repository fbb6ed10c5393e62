export * from "./all-hops-figures.js";
export * from "./csv.js";
export * from "./draw.js";
export * from "./hop-figures.js";
export * from "./modal-hops-page.js";
export * from "./page.js";
export * from "./render.js";
export * from "./scene.js";
