// The study "modal-hops": from a crystal to the vibrations that carry its ions (Gordiz et al. 2021, eqs. 1–2).
// host at rest → supercell with one substituted site and one extra ion → every stable configuration and its modes →
// every hop between them by an elastic band → the share of each mode in each hop.

import { Notes } from "../base/index.js";
import { atomCount } from "../structure/index.js";
import { candidateOf } from "./modal-hops-configurations.js";
import type { FailedHop, HopInFull, ModalHopsData } from "./modal-hops-data.js";
import { fullHopTask } from "./modal-hops-example.js";
import type { HopOutput } from "./modal-hops-hop.js";
import { chooseHops, findHops, requestOf } from "./modal-hops-list.js";
import { type ModalHopsParameters, modalHopsParameters } from "./modal-hops-parameters.js";
import { fillSite, setStage } from "./modal-hops-sites.js";
import {
  forcesFor,
  type HopWork,
  prepareStage,
  readHost,
  relaxConfigurations,
  runHops,
  type StageRun,
} from "./modal-hops-stages.js";
import {
  averagesOf,
  configurationOf,
  forcesSummary,
  hostSummary,
  runNotes,
  supercellSummary,
} from "./modal-hops-summary.js";
import { evaluationSeconds } from "./operations/index.js";
import { runPiece } from "./pieces.js";
import { readForces } from "./read-forces.js";
import type { Estimation, Study, StudyContext, StudyOutcome } from "./study.js";

export const modalHops: Study<typeof modalHopsParameters, ModalHopsData> = {
  name: "modal-hops",
  title: "The vibrations that carry the ions, hop by hop",
  summary:
    "Finds the interstitial configurations of a substituted supercell, the hops between them and the modes each hop is made of.",
  version: 1,
  deterministic: true,
  parameters: modalHopsParameters,
  run,
  estimate,
};

async function run(parameters: ModalHopsParameters, context: StudyContext): Promise<StudyOutcome<ModalHopsData>> {
  const now: StageRun<ModalHopsParameters> = { parameters, context };
  const notes = new Notes();
  const { read, host, stage, forces } = await prepareStage(now, notes);
  const { outcomes, stable } = await relaxConfigurations(stage, forces, now);
  const reference = stable[0]?.configuration.minimum.energy ?? 0;

  const found = stable.length > 0 ? findHops(stage, stable, parameters) : [];
  const chosen = chooseHops(found, parameters.hops.count);
  const outputs = await runHops({ stage, forces, chosen }, now);
  const hops = outputs.flatMap((output) => ("result" in output ? [output.result] : []));
  const failedHops = outputs.flatMap((output) => ("result" in output ? [] : [output]));
  notes.addAll([...host.notes, ...runNotes({ outcomes, stable, hops, failedHops, found })]);
  const example = await exampleHop({ stage, forces, chosen, outputs }, now);
  return {
    data: {
      host: hostSummary(read, host, parameters),
      forces: forcesSummary(forces),
      supercell: supercellSummary(stage, parameters),
      candidates: outcomes.map((outcome) => candidateOf(stage, outcome, reference)),
      configurations: stable.map((configuration) => configurationOf(configuration, { stage, reference, found })),
      hopsFound: found.length,
      hopsFoundAllSites: found.reduce((sum, { origin }) => sum + origin.kind.sites.length, 0),
      hops,
      failedHops,
      ...(example ? { example } : {}),
      averages: averagesOf(hops, stable, parameters),
    },
    notes: notes.list(),
    converged:
      host.converged && outcomes.every(({ fate }) => fate !== "not converged") && hops.every((hop) => hop.converged),
  };
}

/**
 * One hop in every detail and by the rival mechanisms: the easiest elementary one out of the most stable configuration that
 * has any. Origins come in order of energy.
 */
async function exampleHop(
  work: HopWork & { readonly outputs: readonly (HopOutput | FailedHop)[] },
  { parameters, context }: StageRun<ModalHopsParameters>,
): Promise<HopInFull | undefined> {
  const usable = work.outputs.flatMap((output, i) => {
    if (!("result" in output)) return [];
    const { result, path } = output;
    return result.converged && !result.intermediate && result.barrierForwardEv > 1e-3
      ? [{ hop: work.chosen[i]!, result, path }]
      : [];
  });
  const fromMostStable = usable.filter(({ hop }) => hop.origin === usable[0]!.hop.origin);
  const easiest = fromMostStable.toSorted((a, b) => a.result.barrierForwardEv - b.result.barrierForwardEv)[0];
  if (!easiest) return undefined;
  const request = requestOf(easiest.hop, { stage: work.stage, forces: work.forces.field.toJSON(), parameters });
  const input = { request, path: easiest.path, compareMechanisms: parameters.hops.compareMechanisms };
  return runPiece(context, "one hop in full", {
    task: fullHopTask,
    piece: { key: `example/${easiest.hop.id}`, input },
  });
}

/** Measured on evaluations: a band of 17 images takes about this many, polishing and modes included. */
const EVALUATIONS_PER_HOP = 1500;
const EVALUATIONS_PER_CONFIGURATION = 600;

async function estimate(parameters: ModalHopsParameters, context: StudyContext): Promise<Estimation> {
  const now: StageRun<ModalHopsParameters> = { parameters, context };
  const spec = await readForces(parameters.forces.field, context);
  const stage = setStage(await readHost(now, new Notes()), parameters);
  const forces = forcesFor(stage, spec, parameters);
  const filled = fillSite(stage, stage.kinds[0]!.position, parameters.interstitial.element);
  const n = atomCount(filled);
  const kinds =
    parameters.configurations === "all" ? stage.kinds.length : Math.min(parameters.configurations, stage.kinds.length);
  const hops = parameters.hops.count === "all" ? HOPS_PER_CONFIGURATION * kinds : parameters.hops.count;
  const evaluations = kinds * EVALUATIONS_PER_CONFIGURATION + hops * EVALUATIONS_PER_HOP;
  const pathMb = (parameters.band.images * 3 * n * 8 * 1.4) / 1e6;
  return {
    seconds: (evaluations * evaluationSeconds(forces.field, filled)) / context.pool.width,
    memoryMb: 120 + context.pool.width * (200 + (6 * (3 * n) ** 2 * 8) / 1e6) + hops * pathMb,
    diskMb: kinds * 0.1 + hops * pathMb,
    work: [
      `${kinds} configurations of ${n} atoms`,
      `${parameters.hops.count === "all" ? "about " : ""}${hops} elastic bands of ${parameters.band.images} images`,
    ],
  };
}

/** Only for the estimate, before the sites are known to be stable. */
const HOPS_PER_CONFIGURATION = 3;
