// The study "concerted": a temperature series through everything `phonion measure` measures, and what only a series tells: activation
// energies of diffusion, of jumps by type, of concerted motion by class, and how they depend on the window.

import { InputError, type Note, Notes } from "../base/index.js";
import { readStructure } from "../io/index.js";
import { atomCount, atomsOf, type Crystal, formulaOf } from "../structure/index.js";
import { FU_CLASSES } from "../transport/index.js";
import type { ConcertedRunData, ConcertedStudyData } from "./concerted-data.js";
import { type ConcertedParameters, checkConcerted, concertedParameters } from "./concerted-parameters.js";
import { type MadeRun, makeRuns, type PreparedRuns, prepareRuns } from "./concerted-runs.js";
import { allSeries, type SeriesRun } from "./concerted-series.js";
import { mobileElement } from "./md-dynamics-atoms.js";
import { stepSeconds } from "./md-dynamics-estimate.js";
import { type MeasuredTrajectory, measureTrajectory } from "./measure.js";
import { MEASURE_PARTS, siteFileOptions } from "./measure-parameters.js";
import type { SiteSource } from "./measure-sites.js";
import type { Estimation, Study, StudyContext, StudyOutcome } from "./study.js";

export const concertedStudy: Study<typeof concertedParameters, ConcertedStudyData> = {
  name: "concerted",
  title: "Concerted motion of ions against temperature",
  summary: "A temperature series: diffusion, sites, residence, jumps and concerted motion with activation energies.",
  version: 1,
  parameters: concertedParameters,
  run,
  estimate,
};

async function run(parameters: ConcertedParameters, context: StudyContext): Promise<StudyOutcome<ConcertedStudyData>> {
  checkConcerted(parameters);
  const notes = new Notes();
  const prepared = parameters.simulate && (await prepareRuns(parameters.simulate, context, notes));
  const made = (await runsOf(parameters, prepared, context)).sort((a, b) => a.temperatureK - b.temperatureK);
  const { runs, sitesFrom } = await measureAll(made, { parameters, context, notes });
  const first = runs[0]!;
  const data: ConcertedStudyData = {
    ion: first.found.data.ion,
    formula: reducedFormula(made[0]!.trajectory.crystal, first.found.data.ion),
    natoms: first.found.data.trajectory.natoms,
    source: prepared ? "simulated" : "given",
    forceField: prepared?.forces.summary ?? null,
    sitesFrom,
    siteTypes: first.found.data.sites?.types.map(({ name }) => name) ?? [],
    runs: runs.map(
      ({ temperatureK, found, excluded }, k): ConcertedRunData => ({
        temperatureK,
        latticeA: made[k]!.latticeA,
        excluded,
        measured: found.data,
      }),
    ),
    ...allSeries(runs, notes),
  };
  return { data, notes: notes.list(), converged: data.tracer.fit !== null || runs.length < 3 };
}

async function runsOf(
  { simulate, trajectories }: ConcertedParameters,
  prepared: PreparedRuns | undefined,
  context: StudyContext,
): Promise<MadeRun[]> {
  if (simulate) return makeRuns(simulate, prepared!, context);
  const opened: MadeRun[] = [];
  for (const { file, temperatureK, ...options } of trajectories ?? []) {
    if (!context.openTrajectory)
      throw new InputError(
        "trajectories are files, and there are none here",
        "use simulate, or run it from the command line",
      );
    const trajectory = await context.openTrajectory(file, options);
    opened.push({ temperatureK, name: file, trajectory, latticeA: null, notes: [] });
  }
  return opened;
}

/** "Li2O": the mobile ion first, counts over their common divisor. */
export function reducedFormula(crystal: Crystal, ion: string): string {
  const elements = [ion, ...crystal.elements.filter((element) => element !== ion)];
  const counts = elements.map((element) => atomsOf(crystal, element).length);
  const common = counts.reduce((a, b) => {
    while (b > 0) [a, b] = [b, a % b];
    return a;
  });
  return elements.map((element, k) => `${element}${counts[k] === common ? "" : counts[k]! / common}`).join("");
}

interface MeasureWork {
  readonly parameters: ConcertedParameters;
  readonly context: StudyContext;
  readonly notes: Notes;
}

/** The hottest run first: where no file names the sites, its density does, for all of them. */
async function measureAll(made: readonly MadeRun[], { parameters, context, notes }: MeasureWork) {
  const found = new Map<MadeRun, MeasuredTrajectory>();
  let sites = await sitesOfFile(parameters, { context, ion: ionOf(made, parameters), notes });
  let sitesFrom = "";
  const said: { readonly temperatureK: number; readonly notes: readonly Note[] }[] = [];
  for (const one of [...made].reverse()) {
    const result = await measureTrajectory(
      {
        name: one.name,
        trajectory: one.trajectory,
        parts: MEASURE_PARTS,
        seed: context.seed,
        ...(sites ? { sites } : {}),
        ...(parameters.classes === "fu" ? { classes: FU_CLASSES } : {}),
        ...(parameters.classes === "all" ? { everyClass: true } : {}),
      },
      { ...parameters.measure, temperatureK: one.temperatureK },
      context,
    );
    found.set(one, result);
    const from = result.data.sites?.from ?? "";
    if (sitesFrom === "") sitesFrom = sites ? from : `${from} at ${one.temperatureK} K`;
    sites ??= result.track && { kind: "list", sites: result.track.sites, from: sitesFrom };
    said.push({ temperatureK: one.temperatureK, notes: unsaid([...one.notes, ...result.notes]) });
  }
  addShared(notes, said);
  const runs = made.map((one): SeriesRun => {
    const result = found.get(one)!;
    return { temperatureK: one.temperatureK, found: result, excluded: whyExcluded(result) };
  });
  for (const { temperatureK, excluded } of runs)
    if (excluded)
      notes.add(
        "concerted-excluded",
        `${temperatureK} K is in no fit: ${excluded}`,
        "it may have melted or decomposed",
      );
  return { runs, sitesFrom };
}

/** What several temperatures say alike is said once, with the numbers of the hottest; `said` begins with it. */
function addShared(
  notes: Notes,
  said: readonly { readonly temperatureK: number; readonly notes: readonly Note[] }[],
): void {
  const codes = new Set(said.flatMap(({ notes: own }) => own.map(({ code }) => code)));
  for (const code of codes) {
    const having = said.filter(({ notes: own }) => own.some((note) => note.code === code));
    const { message, hint } = having[0]!.notes.find((note) => note.code === code)!;
    const temperatures = having.map(({ temperatureK }) => temperatureK).sort((a, b) => a - b);
    const which = temperatures.length === 1 ? "" : ` (numbers of ${having[0]!.temperatureK} K)`;
    notes.add(code, `${temperatures.join(", ")} K: ${message}${which}`, hint);
  }
}

/** A temperature was given for every run: what concerns its absence is no news, nor is what every run says of itself alike. */
const unsaid = (notes: readonly Note[]): readonly Note[] =>
  notes.filter(({ code }) => code !== "measure-no-temperature" && code !== "lag-between-frames");

function whyExcluded({ data: { framework } }: MeasuredTrajectory): string | null {
  if (!framework || framework.stable) return null;
  const moving = framework.elements.filter(({ stable }) => !stable);
  return `the framework moves (${moving.map(({ element, reasons }) => `${element} ${reasons[0]}`).join("; ")})`;
}

const ionOf = (made: readonly MadeRun[], { measure }: ConcertedParameters): string => {
  const { crystal } = made[0]!.trajectory;
  return mobileElement(crystal, measure.ion) ?? crystal.elements[0]!;
};

async function sitesOfFile(
  { sites }: ConcertedParameters,
  { context, ion, notes }: { readonly context: StudyContext; readonly ion: string; readonly notes: Notes },
): Promise<SiteSource | undefined> {
  if (!sites) return undefined;
  const { name, text } = await context.readInput(sites.file);
  const crystal = readStructure(text, name, { notes, occupancy: "keep-places" });
  return { kind: "file", name, crystal, options: siteFileOptions(sites, ion) };
}

async function estimate(parameters: ConcertedParameters, context: StudyContext): Promise<Estimation> {
  checkConcerted(parameters);
  if (!parameters.simulate) {
    const count = parameters.trajectories!.length;
    return { seconds: 20 * count, memoryMb: 300, diskMb: 5, work: [`${count} trajectories, each read twice`] };
  }
  const { crystal, forces, steps } = await prepareRuns(parameters.simulate, context, new Notes());
  const { temperaturesK, velocities } = parameters.simulate;
  const n = atomCount(crystal);
  const each = stepSeconds(forces.field, crystal);
  // A step at constant pressure takes the pressure too, each time it is sampled one more evaluation.
  const total = 1.5 * steps.cell + steps.equilibration + steps.production;
  const rounds = Math.ceil(temperaturesK.length / context.pool.width);
  const frames = steps.production / steps.sample;
  return {
    seconds: 5 + rounds * total * each + temperaturesK.length * (2 + frames * n * 2.5e-6),
    memoryMb: 200 + 80 * Math.min(context.pool.width, temperaturesK.length),
    diskMb: (temperaturesK.length * frames * n * 12 * (velocities ? 2 : 1) * (4 / 3)) / 1e6 + 5,
    work: [
      `${formulaOf(crystal)}, ${n} atoms at ${temperaturesK.join(", ")} K`,
      `${steps.cell} steps for the cell, ${steps.equilibration} to settle and ${steps.production} measured, at each`,
      `${frames} frames each, measured`,
    ],
  };
}
