// Independent ions that hop on a simple cubic lattice of sites in a still framework: every number of a measurement is known beforehand.

import { Rng } from "../../../src/base/index.js";
import { makeSiteList, memoryTrajectory, type SiteList, type Trajectory } from "../../../src/dynamics/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../../src/structure/index.js";

export const SPACING = 3; // Å between sites
const SIDE = 4;
export const IONS = 24;

export interface WalkOptions {
  /** Jumps per ion and ps. */
  readonly rate: number;
  readonly frames: number;
  readonly frameSpacingFs: number;
  readonly seed: number;
  /** Of rattling along each axis, Å. Default 0.1. */
  readonly rattle?: number;
}

function places(): number[][] {
  return Array.from({ length: SIDE ** 3 }, (_, i) => [
    SPACING * (i % SIDE),
    SPACING * (Math.floor(i / SIDE) % SIDE),
    SPACING * Math.floor(i / SIDE ** 2),
  ]);
}

/** 24 Li on the first sites, O in the middle of every cube of sites. */
export function walkCrystal(): Crystal {
  const sites = places();
  return makeCrystal({
    cell: makeCell([SIDE * SPACING, 0, 0, 0, SIDE * SPACING, 0, 0, 0, SIDE * SPACING]),
    species: [...new Array<string>(IONS).fill("Li"), ...sites.map(() => "O")],
    positions: [...sites.slice(0, IONS).flat(), ...sites.flatMap((place) => place.map((x) => x + SPACING / 2))],
  });
}

/** Sites of two labels in layers along z: "A" where the layer is even. */
export function walkSites(crystal: Crystal): SiteList {
  const sites = places();
  return makeSiteList(crystal, {
    positions: sites.flat(),
    labels: sites.map((_, i) => (Math.floor(i / SIDE ** 2) % 2 === 0 ? "A" : "B")),
    framework: sites.map((_, i) => IONS + i),
  });
}

export function walk({ rate, frames, frameSpacingFs, seed, rattle = 0.1 }: WalkOptions): Trajectory {
  const crystal = walkCrystal();
  const rng = Rng.fromSeed(seed);
  const size = crystal.positions.length;
  const home = Float64Array.from(crystal.positions);
  const positions = new Float64Array(frames * size);
  const chance = (rate * frameSpacingFs) / 1000;
  for (let f = 0; f < frames; f++) {
    for (let i = 0; i < IONS; i++)
      if (f > 0 && rng.uniform() < chance) home[3 * i + rng.below(3)]! += rng.uniform() < 0.5 ? -SPACING : SPACING;
    for (let a = 0; a < size; a++) positions[f * size + a] = home[a]! + rattle * rng.normal();
  }
  return memoryTrajectory({ crystal, positions, frameSpacingFs });
}
