// The stages that the studies of one crystal share: host at rest → supercell with one substituted site and one extra ion → every
// stable configuration → the hops between them. Pieces are stored under the same keys whichever study asks for them.

import { convert, type Notes } from "../base/index.js";
import { type ForceFieldSpec, makeForceField } from "../forces/index.js";
import { readStructure } from "../io/index.js";
import type { Minimum } from "../minima/index.js";
import { atomsOf, type Crystal } from "../structure/index.js";
import { configurationTask, type Judgement, judge, type RelaxedConfiguration } from "./modal-hops-configurations.js";
import type { FailedHop } from "./modal-hops-data.js";
import { type HopOutput, hopTask } from "./modal-hops-hop.js";
import { type FoundHop, requestOf } from "./modal-hops-list.js";
import type { ModalHopsParameters } from "./modal-hops-parameters.js";
import { fillSite, type SiteKind, type Stage, setStage } from "./modal-hops-sites.js";
import { type ChosenForces, chooseForces } from "./operations/index.js";
import { runPiece, runPieces } from "./pieces.js";
import { readForces } from "./read-forces.js";
import { relaxTask } from "./relax-task.js";
import type { StudyContext } from "./study.js";

/** The parameters these stages read. */
export type StageParameters = Pick<
  ModalHopsParameters,
  "structure" | "forces" | "substitution" | "interstitial" | "configurations" | "forceToleranceEvPerA"
>;

/** What every stage of one run needs. */
export interface StageRun<P extends StageParameters = StageParameters> {
  readonly parameters: P;
  readonly context: StudyContext;
}

export interface PreparedStage {
  readonly read: Crystal;
  readonly host: Minimum;
  readonly stage: Stage;
  readonly forces: ChosenForces;
}

/** Host, supercell, sites and force field. */
export async function prepareStage(now: StageRun, notes: Notes): Promise<PreparedStage> {
  const spec = await readForces(now.parameters.forces.field, now.context);
  const read = await readHost(now, notes);
  const host = await relaxHost(read, spec, now);
  const stage = setStage(host.crystal, now.parameters);
  return { read, host, stage, forces: forcesFor(stage, spec, now.parameters) };
}

export async function readHost({ parameters, context }: StageRun, notes: Notes): Promise<Crystal> {
  const { name, text } = await context.readInput(parameters.structure.file);
  return readStructure(text, name, { notes });
}

/** The host's own cell is relaxed with the field's own cut-offs: its lattice constants do not depend on a requested accuracy. */
function relaxHost(read: Crystal, spec: ForceFieldSpec, { parameters, context }: StageRun): Promise<Minimum> {
  const { relaxCell, pressureGpa } = parameters.structure;
  const pressure = convert("pressure", pressureGpa, "GPa", "eV/A3");
  const options = {
    tolerance: parameters.forceToleranceEvPerA,
    ...(relaxCell === "full" ? { cell: "full" as const, pressure } : {}),
  };
  const input = { start: read, forces: makeForceField(spec).toJSON(), options };
  return runPiece(context, "relaxing the host", { task: relaxTask, piece: { key: "host", input } });
}

/** Cut-offs are chosen once, for one filled supercell, and kept: energies of configurations must be comparable. */
export function forcesFor(stage: Stage, spec: ForceFieldSpec, parameters: StageParameters): ChosenForces {
  const filled = fillSite(stage, stage.kinds[0]!.position, parameters.interstitial.element);
  return chooseForces(spec, filled, { accuracy: parameters.forces.accuracy, engine: "kernel" });
}

export async function relaxConfigurations(
  stage: Stage,
  forces: ChosenForces,
  { parameters, context }: StageRun,
): Promise<Judgement> {
  const { configurations, interstitial, forceToleranceEvPerA: tolerance } = parameters;
  const kinds: readonly SiteKind[] = configurations === "all" ? stage.kinds : stage.kinds.slice(0, configurations);
  const json = forces.field.toJSON();
  const pieces = kinds.map((kind) => ({
    key: `configurations/${kind.id}`,
    input: { start: fillSite(stage, kind.position, interstitial.element), forces: json, tolerance },
  }));
  const relaxed: RelaxedConfiguration[] = await runPieces(context, "relaxing configurations", {
    task: configurationTask,
    pieces,
  });
  const ions = atomsOf(fillSite(stage, stage.kinds[0]!.position, interstitial.element), interstitial.element);
  return judge(stage, { kinds, relaxed, ions });
}

export interface HopWork {
  readonly stage: Stage;
  readonly forces: ChosenForces;
  readonly chosen: readonly FoundHop[];
}

export function runHops(
  { stage, forces, chosen }: HopWork,
  { parameters, context }: StageRun<ModalHopsParameters>,
): Promise<(HopOutput | FailedHop)[]> {
  const json = forces.field.toJSON();
  const pieces = chosen.map((hop) => ({
    key: `hops/${hop.id}`,
    input: requestOf(hop, { stage, forces: json, parameters }),
  }));
  return runPieces(context, "running elastic bands", { task: hopTask, pieces });
}
