// Over all temperatures: activation energies, what the paper prints beside what was found, and what to know before using it.
// Values of the paper: Gordiz, Muy, Zeier, Shao-Horn, Henry, 10.1016/j.xcrp.2021.100431, its main text and Tables S2 and S3.

import type { Estimate, Notes } from "../base/index.js";
import { temperatureFit } from "../transport/index.js";
import type { ArrheniusFitData, PaperRow, TemperatureData, VibrationStretch } from "./modal-diffusion-data.js";
import type { ModalDiffusionParameters } from "./modal-diffusion-parameters.js";

const QUANTITIES = [
  ["tracer", "cm²/s", ({ tracer }: TemperatureData) => tracer],
  ["collective", "cm²/s", ({ collective }: TemperatureData) => collective],
  ["jump rate", "1/ps", ({ jumps }: TemperatureData) => jumps.perPs],
] as const;

/** Activation energies of what is resolved at three temperatures or more. */
export function arrheniusFits(temperatures: readonly TemperatureData[], notes: Notes): ArrheniusFitData[] {
  return QUANTITIES.flatMap(([of, unit, pick]) => {
    const points = temperatures.flatMap((one) => {
      const value = pick(one);
      const resolved = value.value > value.standardError && value.standardError > 0;
      return resolved ? [{ temperatureK: one.temperatureK, value: { ...value, unit } }] : [];
    });
    if (points.length < 3) {
      if (temperatures.length >= 3)
        notes.add(
          "activation-unresolved",
          `no activation energy of the ${of}: it exceeds its error at ${points.length} of ${temperatures.length} temperatures`,
          "run longer, or more replicas",
        );
      return [];
    }
    const { fit, notes: own } = temperatureFit(points);
    notes.addAll(own);
    return [
      {
        of,
        activationEv: fit.activationEnergy,
        logPrefactor: fit.logPrefactor,
        probability: fit.probability,
        temperaturesK: points.map(({ temperatureK }) => temperatureK),
        unit,
      },
    ];
  });
}

/** "3.04 ± 0.12" */
export function withError({ value, standardError }: Estimate, power = 0): string {
  const scale = 10 ** -power;
  const [mean, error] = [value * scale, standardError * scale];
  if (!(error > 0)) return mean.toPrecision(3);
  const decimals = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(error))));
  const text = `${mean.toFixed(decimals)} ± ${error.toFixed(decimals)}`.replace("-", "−");
  return power === 0 ? text : `(${text})·10${superscript(power)}`;
}

const superscript = (power: number): string =>
  String(power).replace(/[-\d]/g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)]!));

interface Found {
  readonly parameters: ModalDiffusionParameters;
  readonly temperatures: readonly TemperatureData[];
  readonly vibrations: VibrationStretch | null;
  readonly arrhenius: readonly ArrheniusFitData[];
  readonly latticeA: readonly number[];
}

const PAPER_LATTICE = [10.35, 6.01, 4.9] as const;
const PAPER_700K = { tracer: 1.47e-8, collective: 2.07e-8, haven: 0.71, perPs: 0.138 };
const PAPER_ACTIVATION = 0.68;
const PAPER_ATTEMPT_THZ = 14;
const PAPER_DIAGONAL = 0.92;

/** For the paper's own crystal alone; other crystals have no rows. */
export function paperRows(found: Found): PaperRow[] {
  const { parameters, temperatures, vibrations, arrhenius, latticeA } = found;
  if (!isPapersCrystal(parameters)) return [];
  const rows: PaperRow[] = [
    {
      quantity: parameters.cell === "fixed" ? "lattice constants at 0 K (Å)" : "lattice constants (Å)",
      paper: `${PAPER_LATTICE.join(", ")} (300 K)`,
      ours: latticeA.map((x) => x.toFixed(3)).join(", "),
      verdict: `${latticeA.map((x, k) => `${(x - PAPER_LATTICE[k]!).toFixed(2)}`).join(", ")} apart`.replaceAll(
        "-",
        "−",
      ),
    },
  ];
  const at700 = temperatures.find(({ temperatureK }) => temperatureK === 700);
  if (at700) rows.push(...rowsAt700(at700));
  const activation = arrhenius.find(({ of }) => of === "tracer");
  if (activation)
    rows.push({
      quantity: "activation energy of D* (eV)",
      paper: String(PAPER_ACTIVATION),
      ours: withError(activation.activationEv),
      verdict: apart(activation.activationEv, PAPER_ACTIVATION),
    });
  if (vibrations) {
    const centre = vibrations.centres[parameters.interstitial.element]!;
    rows.push({
      quantity: `attempt frequency: centre of the ${parameters.interstitial.element} spectrum (THz)`,
      paper: `about ${PAPER_ATTEMPT_THZ}`,
      ours: `${withError(centre)} at ${vibrations.temperatureK} K`,
      verdict: apart(centre, PAPER_ATTEMPT_THZ),
    });
  }
  const at800 = temperatures.find(({ temperatureK }) => temperatureK === 800);
  if (at800)
    rows.push({
      quantity: "diagonal share at 800 K",
      paper: "> 0.92",
      ours: withError(at800.split.diagonalShare),
      verdict: apart(at800.split.diagonalShare, PAPER_DIAGONAL),
    });
  return rows;
}

function rowsAt700({ tracer, collective, haven, jumps }: TemperatureData): PaperRow[] {
  const factor = (value: Estimate, paper: number): string => `factor ${(value.value / paper).toPrecision(2)}`;
  return [
    {
      quantity: "D* at 700 K (cm²/s)",
      paper: "1.47·10⁻⁸",
      ours: withError(tracer, -8),
      verdict: factor(tracer, PAPER_700K.tracer),
    },
    {
      quantity: "D_σ at 700 K (cm²/s)",
      paper: "2.07·10⁻⁸",
      ours: withError(collective, -8),
      verdict: factor(collective, PAPER_700K.collective),
    },
    {
      quantity: "Haven ratio at 700 K",
      paper: "0.71",
      ours: withError(haven),
      verdict: apart(haven, PAPER_700K.haven),
    },
    {
      quantity: "jump rate at 700 K (1/ps)",
      paper: "0.138",
      ours: withError(jumps.perPs),
      verdict: factor(jumps.perPs, PAPER_700K.perPs),
    },
  ];
}

/** How far apart in standard errors. */
const apart = ({ value, standardError }: Estimate, paper: number): string =>
  standardError > 0
    ? `${Math.abs((value - paper) / standardError).toFixed(1)} standard errors ${value < paper ? "below" : "above"}`
    : "no error known";

const isPapersCrystal = ({ forces, substitution, interstitial }: ModalDiffusionParameters): boolean =>
  forces.field === "pedone-2006" &&
  substitution?.element === "P" &&
  substitution.by === "Ge" &&
  interstitial.element === "Li";
