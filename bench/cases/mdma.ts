// The modal split of the diffusivity at the size of a published run: 193 atoms, 579 modes, five blocks.

import { Rng } from "../../src/base/index.js";
import { modalDiffusion } from "../../src/coupling/index.js";
import type { Frame, Trajectory } from "../../src/dynamics/index.js";
import type { Modes } from "../../src/modes/index.js";
import { symmetricEigen } from "../../src/numerics/index.js";
import { makeCell, makeCrystal } from "../../src/structure/index.js";

export const name = "mdma";
export const why =
  "Every pair of 579 modes over 100,000 frames should take at most 60 s and 1 GB on one core, at a cost linear in the frames: " +
  "then the analysis is never what a study waits for.";

export interface Row {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
}

export async function run({ smallest }: { readonly smallest: boolean }): Promise<Row[]> {
  const atoms = smallest ? 12 : 193;
  const frames = smallest ? 2000 : 100_000;
  const modes = randomModes(atoms, Math.round(0.38 * atoms));
  const quarter = await seconds(modes, frames / 4);
  const full = await seconds(modes, frames);
  const label = `${modes.count} modes, ${frames} frames`;
  return [
    { label, value: full, unit: "s" },
    { label: "time of four times the frames", value: full / quarter, unit: "×" },
    { label: "largest memory of the process", value: process.resourceUsage().maxRSS / 1024, unit: "MB" },
  ];
}

export const targets = [
  { row: "579 modes, 100000 frames", atMost: 60 },
  { row: "largest memory of the process", atMost: 1000 },
];

/** Origins in proportion to the frames, 2000 per block at 100,000: the whole cost is then linear. */
async function seconds(modes: Modes, frames: number): Promise<number> {
  const start = performance.now();
  await modalDiffusion(walkOf(modes, frames), modes, {
    carriers: "Li",
    seed: 1,
    lagsPs: Array.from({ length: 10 }, (_, k) => (frames / 5 / 20) * 0.01 * (k + 1)),
    maxOrigins: Math.ceil(frames / 50),
  });
  return (performance.now() - start) / 1e3;
}

/** An orthonormal set that knows nothing of a crystal: the split does not ask. */
function randomModes(n: number, carriers: number): Modes {
  const rng = Rng.fromSeed(1);
  const count = 3 * n;
  const matrix = new Float64Array(count * count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j <= i; j++) matrix[i * count + j] = matrix[j * count + i] = rng.normal();
  const { vectors } = symmetricEigen(matrix, count, { vectors: true });
  return {
    reference: makeCrystal({
      cell: makeCell([15, 0, 0, 0, 15, 0, 0, 0, 15]),
      species: Array.from({ length: n }, (_, i) => (i < carriers ? "Li" : "O")),
      positions: Float64Array.from({ length: count }, () => 15 * rng.uniform()),
    }),
    q: [0, 0, 0],
    count,
    frequencies: Float64Array.from({ length: count }, (_, k) => 0.05 * k),
    vectors: Float64Array.from(vectors!),
    complex: false,
  };
}

/** Frames made as they are asked for, from a table of steps: nothing to read, nothing to hold. */
function walkOf(modes: Modes, frameCount: number): Trajectory {
  const size = modes.count;
  const rng = Rng.fromSeed(2);
  const table = Float64Array.from({ length: 997 * size }, () => 0.02 * rng.normal());
  return {
    crystal: modes.reference,
    frameSpacingFs: 10,
    variableCell: false,
    hasVelocities: false,
    frameCount,
    async *frames(): AsyncGenerator<Frame> {
      const positions = modes.reference.positions.slice();
      for (let step = 0; step < frameCount; step++) {
        const from = ((step * 7) % 997) * size;
        for (let a = 0; a < size; a++) positions[a]! += table[from + a]!;
        yield { step, timeFs: 10 * step, positions };
      }
    },
  };
}
