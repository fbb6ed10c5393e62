// The page of `phonion bands`.

import type { Report } from "../io/index.js";
import type { BandsData } from "../studies/index.js";
import { bandParticipationFigure, bandsFigure, colouredBandsFigure, fatBandsFigure } from "./bands-figures.js";
import { show } from "./draw.js";
import { forceConstantsFigure } from "./force-constants-map.js";
import { latticeTable } from "./lattice-tables.js";
import type { Page, Section, Table } from "./page.js";

export function bandsPage({ data }: Report<BandsData>): Page {
  const { lattice, path, imaginary } = data;
  const lowest = imaginary.reduce((least, { frequencyThz }) => Math.min(least, frequencyThz), 0);
  return {
    title: `Phonon bands of ${lattice.formula}`,
    lead: `${lattice.natoms} atoms in the primitive cell${path.lattice ? `, lattice ${path.lattice}` : ""}; ${path.q.length} wave vectors along ${path.segments.length} legs.`,
    headline: [
      { label: "Highest frequency", value: `${show(data.maxFrequencyThz, 5)} THz` },
      {
        label: "Imaginary modes",
        value: imaginary.length === 0 ? "none" : `${imaginary.length}, to ${show(lowest)} THz`,
      },
      ...(lattice.largestChargeE === null
        ? []
        : [{ label: "Largest charge", value: `${show(lattice.largestChargeE)} e` }]),
      { label: "Sum rule removed", value: `${show(lattice.acousticSumResidual, 2)} eV/Å²` },
    ],
    sections: [
      {
        title: "Bands",
        text: [
          "Frequencies are ordinary ones, in THz; imaginary ones are negative. Jumps between legs have no length.",
        ],
        figures: [bandsFigure(data)],
      },
      ...(imaginary.length > 0 ? [imaginarySection(data)] : []),
      {
        title: "What moves",
        text: [],
        figures: [colouredBandsFigure(data), fatBandsFigure(data), bandParticipationFigure(data)],
      },
      { title: "Force constants", text: [], figures: [forceConstantsFigure(data.forceConstants)] },
      { title: "The calculation", text: [], tables: [pointsTable(data), latticeTable(lattice, data.mesh)] },
    ],
  };
}

function imaginarySection({ imaginary }: BandsData): Section {
  return {
    title: "Imaginary modes",
    text: [
      "The energy falls along these: the structure is a saddle, not a minimum, within the force constants used. Relax a structure displaced along one to find what it turns into. A small imaginary branch next to Γ alone is more often a supercell that is too small.",
    ],
    tables: [
      {
        title: "Imaginary modes at the points looked at",
        caption: "At all points of the path and of the lattice's standard table, and on each leg where it is lowest.",
        head: ["point", "q", "mode", "frequency (THz)", "fits into cells", "displaced structure"],
        rows: imaginary.map(({ label, q, mode, frequencyThz, repeats, file }) => [
          label,
          q.map((x) => x.toFixed(4)).join("  "),
          String(mode),
          frequencyThz.toFixed(4),
          repeats ? repeats.join(" × ") : "–",
          file ?? "–",
        ]),
      },
    ],
  };
}

function pointsTable({ path, frequenciesThz }: BandsData): Table {
  const seen = new Set<string>();
  const rows: string[][] = [];
  for (const { from, to, first, count } of path.segments) {
    for (const [label, at] of [
      [from, first],
      [to, first + count - 1],
    ] as const) {
      const key = `${label} ${frequenciesThz[at]!.map((f) => f.toFixed(3)).join()}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const f = frequenciesThz[at]!;
      const shown =
        f.length > 9
          ? [...f.slice(0, 6).map((x) => x.toFixed(4)), "…", f.at(-1)!.toFixed(4)]
          : f.map((x) => x.toFixed(4));
      rows.push([label, path.q[at]!.map((x) => x.toFixed(4)).join("  "), shown.join("  ")]);
    }
  }
  return {
    title: "Frequencies at the points of the path",
    caption: "With charges Γ stands once for each direction it is approached along.",
    head: ["point", "q", "frequencies (THz)"],
    rows,
  };
}
