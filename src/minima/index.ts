export type { CellOption, VoigtComponent } from "./cell-freedom.js";
export * from "./minimum.js";
export * from "./relax.js";
export * from "./strain.js";
export * from "./strain-elastic.js";
