// Force constants as a map of the atoms of the primitive cell, and their decay with distance.

import * as Plot from "@observablehq/plot";
import type { ForceConstantsTableData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { type Figure, INK, layout, panel, SERIES } from "./draw.js";
import { colourAt, colourBar, logRamp } from "./lattice-draw.js";
import { axis, legend, WIDTH } from "./medium-draw.js";

/** Atoms along an edge above which the squares are too small to name. */
const NAMED = 40;
/** Atoms above which the map is left out: it would be of pixels. */
const MOST_ATOMS = 120;

export function forceConstantsFigure({ atoms, strongestEvPerA2, decay }: ForceConstantsTableData): Figure {
  const size = atoms.length;
  const ramp = logRamp("force constant", "largest |Φ| between the atoms (eV/Å²)", strongestEvPerA2.flat());
  const squares = strongestEvPerA2.flatMap((row, i) =>
    row.map((value, j) => ({
      i: atoms[i]!,
      j: atoms[j]!,
      fill: value > 0 ? colourAt(ramp, ramp.place(value)) : "#ffffff",
    })),
  );
  const names = size <= NAMED ? [...atoms] : [];
  const pairs = [...new Set(decay.map(({ pair }) => pair))];
  const floor = Math.max(...decay.map(({ sizeEvPerA2 }) => sizeEvPerA2), 1e-12) * 1e-7;
  const shown = decay.filter(({ sizeEvPerA2 }) => sizeEvPerA2 > floor);
  const side = Math.min(WIDTH - 80, Math.max(260, 18 * size));
  return {
    name: "force-constants",
    title: "Force constants",
    caption:
      "Above: √Σ Φ² of the strongest block between two atoms of the primitive cell, all copies in the supercell searched; on the diagonal an atom's own block. Below: blocks against distance; where they end above the noise, forces reach beyond the supercell.",
    svg: layout([
      ...(size <= MOST_ATOMS
        ? [
            [colourBar(ramp)],
            [
              panel({
                width: side + 62,
                height: side + 30,
                marginLeft: 54,
                marginTop: 6,
                marginBottom: 24,
                marginRight: 8,
                padding: 0.04,
                x: axis(null, { domain: [...atoms], ticks: names, tickSize: 0, tickRotate: size > 14 ? -60 : 0 }),
                y: axis(null, { domain: [...atoms], ticks: names, tickSize: 0 }),
                marks: [Plot.cell(squares, { x: "j", y: "i", fill: "fill" })],
              }),
            ],
          ]
        : []),
      [legend(pairs.map((name, k) => ({ name, colour: SERIES[k % SERIES.length]! })))],
      [
        panel({
          width: WIDTH,
          height: 260,
          x: axis("Distance (Å)", { nice: true, zero: true }),
          y: axis("|Φ| (eV/Å²)", { type: "log", grid: true, ticks: 5, tickFormat: "~e" }),
          marks: [
            Plot.dot(shown, {
              x: "distanceA",
              y: "sizeEvPerA2",
              r: 2,
              fill: (d: { pair: string }) => SERIES[pairs.indexOf(d.pair) % SERIES.length] ?? INK.grey,
            }),
          ],
        }),
      ],
    ]),
    csv: csvOf([
      { name: "pair", values: decay.map(({ pair }) => pair) },
      { name: "distance (Å)", values: decay.map(({ distanceA }) => distanceA) },
      { name: "size (eV/Å²)", values: decay.map(({ sizeEvPerA2 }) => sizeEvPerA2) },
      { name: "map: from", values: squares.map(({ i }) => i) },
      { name: "map: to", values: squares.map(({ j }) => j) },
      { name: "map: size (eV/Å²)", values: strongestEvPerA2.flat() },
    ]),
  };
}
