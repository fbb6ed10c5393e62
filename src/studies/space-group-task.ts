import type { Task } from "../base/index.js";
import { type Crystal, findSymmetry } from "../structure/index.js";

export interface SpaceGroupRequest {
  readonly crystal: Crystal;
  /** Å. */
  readonly tolerance: number;
}

export interface SpaceGroup {
  /** "Pnma" */
  readonly symbol: string;
  readonly number: number;
}

/** The space group alone, on a thread that can be ended: the search takes minutes for hundreds of equal primitive cells. */
export const spaceGroupTask: Task<SpaceGroupRequest, SpaceGroup> = {
  name: "space-group",
  async run({ crystal, tolerance }) {
    const { symbol, spaceGroup } = findSymmetry(crystal, { tolerance });
    return { symbol, number: spaceGroup };
  },
};
