// The page of the study "one-crystal".

import type { Report } from "../io/index.js";
import { type DescriptorDefinition, PHONON_DEFINITIONS, STRUCTURAL_DEFINITIONS } from "../screening/index.js";
import { type CrystalMotion, estimateText, type HarmonicCrystal, type OneCrystalData } from "../studies/index.js";
import { bandParticipationFigure, bandsFigure, colouredBandsFigure } from "./bands-figures.js";
import { show } from "./draw.js";
import { latticeTable } from "./lattice-tables.js";
import { crystalDisplacementFigure, displacementSharesFigure, spectraFigure } from "./one-crystal-figures.js";
import type { Page, Section, Table } from "./page.js";

export function oneCrystalPage({ data }: Report<OneCrystalData>): Page {
  const { harmonic, motion, ion, temperatureK } = data;
  const { phonons } = harmonic;
  return {
    title: `${data.formula}: vibrations and motion of ${ion}`,
    lead: `One crystal through a screening of ion conductors: rest, force constants from random displacements, phonons, ${show(temperatureK)} K. Force field ${data.forceField.name}.`,
    headline: [
      { label: "Harmonic crystal", value: harmonic.stable ? "stable" : "unstable" },
      ...(motion ? [{ label: "Host in motion", value: motion.filter.stable ? "holds" : "does not hold" }] : []),
      { label: `⟨u²⟩ of ${ion} per axis`, value: `${show(phonons.msdMean)} Å²` },
      { label: "Acoustic cut-off", value: `${show(phonons.acousticCutoff)} THz` },
      { label: `Centre of ${ion}`, value: `${show(phonons.ionSpectrum.centre)} THz` },
      ...(motion ? [{ label: `D of ${ion}`, value: diffusionText(motion) }] : []),
    ],
    sections: [
      verdictSection(data),
      harmonicSection(harmonic),
      whatMovesSection(data),
      ...(motion ? [motionSection(motion, data)] : []),
      descriptorSection(harmonic),
      calculationSection(data),
    ],
  };
}

const diffusionText = ({ origins }: CrystalMotion): string =>
  origins.below === null ? `${estimateText(origins.diffusion)} Å²/ps` : `below ${show(origins.below, 2)} Å²/ps`;

function verdictSection({ harmonic, motion, ion, temperatureK, thresholds }: OneCrystalData): Section {
  const { bands, mesh } = harmonic;
  const lowest = bands.imaginary.reduce((least, { frequencyThz }) => Math.min(least, frequencyThz), 0);
  const stability = harmonic.stable
    ? `The harmonic crystal is stable: no imaginary mode on the bands nor among the ${mesh.total} wave vectors of the mesh.`
    : `The harmonic crystal is unstable: ${bands.imaginary.length} imaginary modes at points of the bands, to ${show(lowest)} THz, ${mesh.imaginaryModes} on the mesh. A screening would leave it out here; the rest is shown for what it is worth.`;
  const host = !motion
    ? "The molecular dynamics ended early: there is no verdict on the host."
    : motion.filter.stable
      ? `The host holds at ${show(temperatureK)} K: it stays below both limits.`
      : `The host does not hold at ${show(temperatureK)} K: ${motion.filter.elements
          .filter(({ stable }) => !stable)
          .map(({ element, reasons }) => `${element} ${reasons.join("; ")}`)
          .join("; ")}.`;
  const ionText = !motion
    ? []
    : [
        motion.origins.below === null
          ? `${ion} diffuses with ${estimateText(motion.origins.diffusion)} Å²/ps.`
          : `No diffusion of ${ion} was resolved in ${show(motion.sampledPs)} ps: it is below ${show(motion.origins.below, 2)} Å²/ps with 95 % confidence (${motion.origins.reason}).`,
      ];
  return {
    title: "Verdict",
    text: [[stability, host, ...ionText].join(" ")],
    tables: motion
      ? [
          {
            title: "The filter on the host",
            caption: `An element fails when it diffuses by ${show(thresholds.diffusionLimit)} Å²/ps or more along all three axes, or when its mean square displacement over the last ${show(100 * thresholds.lateShare)} % of the run is above ${show(thresholds.displacementLimit)} Å² along any axis. Displacements from the first frame. The verdict is the one in the host's own frame: against all atoms the host recoils from ions that drift together.`,
            head: ["element", "against", "D along x, y, z (Å²/ps)", "late displacement along x, y, z (Å²)", "verdict"],
            rows: [motion.filter, motion.filterAgainstAll].flatMap(({ elements, reference }) =>
              elements.map(({ element, diffusion, lateDisplacement, stable }) => [
                element,
                reference,
                diffusion.map((d) => show(d, 3)).join(", "),
                lateDisplacement.map((d) => show(d, 3)).join(", "),
                stable ? "holds" : "fails",
              ]),
            ),
          },
        ]
      : [],
  };
}

function harmonicSection(harmonic: HarmonicCrystal): Section {
  const { fit, bands } = harmonic;
  return {
    title: "The harmonic crystal",
    text: [
      `Force constants from ${fit.supercells} supercells of ${harmonic.supercell.atoms} atoms, every atom displaced by ${show(fit.displacementA)} Å at random. Forces of supercells left out of the fit are missed by ${show(fit.holdOutErrorMevPerA, 3)} meV/Å, ${show(fit.holdOutPercent, 3)} % of their size.${
        fit.charges ? " The ions' charges are summed without end: longitudinal and transverse waves part at Γ." : ""
      }`,
    ],
    figures: [bandsFigure(bands)],
    tables: [
      {
        title: "The fit",
        head: ["", ""],
        rows: [
          ["parameters, orbits of pairs", `${fit.parameters}, ${fit.orbits}`],
          ["longest pair", fit.cutoffA === null ? "all of the supercell" : `${show(fit.cutoffA)} Å`],
          ["half of the supercell's shortest vector", `${show(fit.halfCellA)} Å`],
          ["force components, per parameter", `${fit.rows}, ${show(fit.rowsPerParameter)}`],
          ["condition", show(fit.condition, 3)],
          ["forces, root mean square", `${show(1000 * fit.forceRmsEvPerA)} meV/Å`],
          ["error of forces the fit has seen", `${show(fit.trainingErrorMevPerA, 3)} meV/Å`],
          [
            `error of forces left out (${fit.folds} groups)`,
            `${estimateText({ value: fit.holdOutErrorMevPerA, standardError: fit.holdOutStandardErrorMevPerA })} meV/Å, ${show(fit.holdOutPercent, 3)} %`,
          ],
          [
            "charges (e)",
            fit.charges
              ? Object.entries(fit.charges)
                  .map(([element, charge]) => `${element} ${show(charge)}`)
                  .join(", ")
              : "none",
          ],
        ],
      },
      ...(bands.imaginary.length > 0 ? [imaginaryTable(harmonic)] : []),
    ],
  };
}

const imaginaryTable = ({ bands }: HarmonicCrystal): Table => ({
  title: "Imaginary modes",
  caption: "The energy falls along these; a structure displaced along one is offered to relax from.",
  head: ["point", "q", "frequency (THz)", "displaced structure"],
  rows: bands.imaginary.map(({ label, q, frequencyThz, file }) => [
    label,
    q.map((x) => x.toFixed(3)).join("  "),
    frequencyThz.toFixed(3),
    file ?? "–",
  ]),
});

function whatMovesSection(data: OneCrystalData): Section {
  const { harmonic, ion } = data;
  const { phonons } = harmonic;
  return {
    title: `What ${ion} does in it`,
    text: [
      `${show(100 * phonons.msdBelowCutoff, 3)} % of the displacement of ${ion} comes from modes up to the acoustic cut-off, ${show(100 * phonons.msdLowestThree, 3)} % from the three lowest bands. The centre of its spectrum is ${phonons.centreOverCutoff.toFixed(2)} times the cut-off.`,
    ],
    figures: [
      spectraFigure(data),
      displacementSharesFigure(data),
      colouredBandsFigure(harmonic.bands),
      bandParticipationFigure(harmonic.bands),
    ],
  };
}

function motionSection(motion: CrystalMotion, { ion, harmonic }: OneCrystalData): Section {
  const own = motion.curves.find(({ element }) => element === ion)!;
  const { origins } = motion;
  const axes = own.axes.map(({ value }) => show(value, 3)).join(", ");
  return {
    title: "Molecular dynamics",
    text: [
      `${show(motion.sampledPs)} ps at constant volume with a Langevin bath, ${estimateText(motion.temperature)} K, after ${show((motion.steps.equilibration * motion.timestepFs) / 1000)} ps of equilibration. The screening's estimator counts rattling as diffusion: its line goes through zero, so a bound ion that trembles has a D that falls as 1/run. The other takes all time origins and a line with an offset, and says below what a diffusion would have gone unseen.`,
    ],
    figures: [crystalDisplacementFigure(motion, ion)],
    tables: [
      {
        title: `Diffusion of ${ion}`,
        caption: `One origin: against the ${motion.reference}, always average ≤ maximum ≤ 3 × average. All origins: against the ${motion.originsReference}; a hop is 2.5 Å.`,
        head: ["estimator", "D (Å²/ps)", ""],
        rows: [
          ["one origin, line through zero: average", estimateText(own.average), `along x, y, z ${axes}`],
          ["one origin, line through zero: maximum", estimateText(own.maximum), "largest of the axes"],
          [
            "all origins, line with offset",
            origins.below === null ? estimateText(origins.diffusion) : `below ${show(origins.below, 2)}`,
            `${origins.below === null ? `95 %: ${origins.limits95.map((x) => show(x, 3)).join(" … ")}; ` : ""}lags ${origins.windowPs.map((t) => show(t, 3)).join(" … ")} ps, about ${show(origins.effectiveHops, 2)} hops`,
          ],
        ],
      },
      {
        title: `${ion} harmonic and moving`,
        caption: "Displacements per axis. In motion: a sixth of the offset of the mean square displacement.",
        head: ["", "harmonic", "in motion"],
        rows: [
          [`⟨u²⟩ (Å²)`, show(harmonic.phonons.msdMean), estimateText(origins.rattling)],
          ...(
            [
              ["centre of the spectrum (THz)", "centre", "centre"],
              ["width (THz)", "width", "width"],
              ["skewness", "skewness", "skewness"],
              ["excess kurtosis (lower is flatter)", "kurtosis", "excessKurtosis"],
            ] as const
          ).map(([name, still, moving]) => [
            name,
            show(harmonic.phonons.ionSpectrum[still]),
            estimateText(motion.spectra[0]![moving]),
          ]),
        ],
      },
    ],
  };
}

/** Values by the keys of the definitions. */
function phononValues({ phonons: p }: HarmonicCrystal): Readonly<Record<string, number | null>> {
  return {
    ...p,
    acousticCutoffTracked: p.acousticCutoffTracked?.cutoffThz ?? null,
    ionCentre: p.ionSpectrum.centre,
    ionWidth: p.ionSpectrum.width,
    ionSkewness: p.ionSpectrum.skewness,
    ionKurtosis: p.ionSpectrum.kurtosis,
    hostCentre: p.hostSpectrum.centre,
    totalCentre: p.totalSpectrum.centre,
    totalWidth: p.totalSpectrum.width,
    totalSkewness: p.totalSpectrum.skewness,
    totalKurtosis: p.totalSpectrum.kurtosis,
  } as unknown as Readonly<Record<string, number | null>>;
}

const descriptorRows = (
  definitions: readonly DescriptorDefinition[],
  values: Readonly<Record<string, unknown>>,
): string[][] =>
  definitions.map(({ key, unit, definition }) => {
    const value = values[key];
    return [key, typeof value === "number" ? show(value) : "–", unit === "1" ? "" : unit, definition];
  });

function descriptorSection(harmonic: HarmonicCrystal): Section {
  const { phonons, mesh, msdMeanCoarse } = harmonic;
  const change = 100 * (msdMeanCoarse / phonons.msdMean - 1);
  return {
    title: "Descriptors",
    text: [
      `Of the harmonic crystal at ${show(phonons.temperature)} K over ${mesh.counts.join(" × ")} wave vectors; ${phonons.dropped} modes of ${mesh.total * harmonic.bands.lattice.natoms * 3} were below the least frequency and left out of displacements. Half as many wave vectors along every axis change the mean displacement by ${show(change, 2)} %.`,
    ],
    tables: [
      {
        title: "Descriptors",
        head: ["descriptor", "value", "unit", "definition"],
        rows: [
          ...descriptorRows(PHONON_DEFINITIONS, phononValues(harmonic)),
          ...descriptorRows(STRUCTURAL_DEFINITIONS, harmonic.structural as unknown as Record<string, unknown>),
        ],
      },
    ],
  };
}

function calculationSection({ rest, harmonic, forceField }: OneCrystalData): Section {
  const cell = (p: readonly number[]): string =>
    `${p
      .slice(0, 3)
      .map((x) => x.toFixed(4))
      .join(", ")} Å; ${p
      .slice(3)
      .map((x) => x.toFixed(3))
      .join(", ")}°`;
  const { supercell } = harmonic;
  return {
    title: "The calculation",
    text: [],
    tables: [
      {
        title: "Rest",
        head: ["", ""],
        rows: [
          ["cell as read", cell(rest.cellBefore)],
          ["cell at rest", cell(rest.cellAfter)],
          ["space group at rest", `${rest.spaceGroup} (${rest.spaceGroupNumber})`],
          ["energy", `${rest.energyPerAtomEv.toFixed(6)} eV/atom`],
          ["largest force", `${show(rest.maxForceEvPerA, 2)} eV/Å`],
          ["supercell", `${supercell.atoms} atoms, ${cell([...supercell.lengthsA, ...supercell.anglesDegree])}`],
          ["force field", `${forceField.name}${forceField.doi ? `, doi:${forceField.doi}` : ""}`],
        ],
      },
      latticeTable(harmonic.bands.lattice, harmonic.bands.mesh),
    ],
  };
}
