// Mean square displacements of a long run: 900 atoms, 20 000 frames, 360 mobile ions, all lags, all origins.

import { Rng } from "../../src/base/index.js";
import type { Frame, Trajectory } from "../../src/dynamics/index.js";
import { makeCell, makeCrystal } from "../../src/structure/index.js";
import { diffusivity, msdOf } from "../../src/transport/index.js";

export const name = "msd";
export const why =
  "Displacements are the first thing asked of a trajectory. All lags of 360 ions over 20 000 frames should take at most 1.5 s on one core, " +
  "tensor and collective motion included at most 4 s; the best other program takes 1.1 s for the former alone (scipy.fft).";

export interface Row {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
}

export const targets = [
  { row: "msd, all lags", atMost: 1500 },
  { row: "with tensor and collective", atMost: 4000 },
];

export async function run({ smallest }: { readonly smallest: boolean }): Promise<Row[]> {
  const [mobile, frames] = smallest ? [20, 500] : [360, 20_000];
  const atoms = smallest ? 50 : 900;
  const rows: Row[] = [];
  for (const [label, tensor] of [
    ["msd, all lags", false],
    ["with tensor and collective", true],
  ] as const) {
    const passes = Array.from({ length: smallest ? 1 : 3 }, () => onePass({ mobile, atoms, frames, tensor }));
    const best = passes.reduce((a, b) => (b.feeding + b.finishing < a.feeding + a.finishing ? b : a));
    rows.push(
      { label, value: best.feeding + best.finishing, unit: "ms" },
      { label: `${label}: frames in`, value: best.feeding, unit: "ms" },
      { label: `${label}: diffusivity`, value: best.fitting, unit: "ms" },
    );
  }
  return rows;
}

function onePass(size: { mobile: number; atoms: number; frames: number; tensor: boolean }) {
  const { mobile, atoms, frames, tensor } = size;
  const analysis = msdOf("Li", { tensor });
  analysis.begin(headingOf(mobile, atoms));
  const walk = walker(mobile, atoms);
  let feeding = 0;
  for (let k = 0; k < frames; k++) {
    const frame = walk(k);
    const start = performance.now();
    analysis.add(frame);
    feeding += performance.now() - start;
  }
  const fed = performance.now();
  const result = analysis.finish();
  const finished = performance.now();
  diffusivity(result);
  return { feeding, finishing: finished - fed, fitting: performance.now() - finished };
}

function headingOf(mobile: number, atoms: number): Trajectory {
  const crystal = makeCrystal({
    cell: makeCell([26.13, 0, 0, 0, 26.13, 0, 0, 0, 25.22]),
    species: Array.from({ length: atoms }, (_, i) => (i < mobile ? "Li" : "S")),
    positions: new Float64Array(3 * atoms),
  });
  const frames = () => {
    throw new Error("the frames are fed by hand");
  };
  return { crystal, frameSpacingFs: 100, variableCell: false, hasVelocities: false, frames };
}

/** Uniform steps: their sum is a random walk, and they are quick to draw. */
function walker(mobile: number, atoms: number): (step: number) => Frame {
  const rng = Rng.fromSeed(1);
  const positions = new Float64Array(3 * atoms);
  return (step) => {
    for (let i = 0; i < 3 * mobile; i++) positions[i]! += 0.1 * (rng.uniform() - 0.5);
    return { step, timeFs: 100 * step, positions };
  };
}
