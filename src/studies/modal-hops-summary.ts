// What the report of the study "modal-hops" says about each stage of the run.

import { type Note, Notes } from "../base/index.js";
import { averageHops } from "../coupling/index.js";
import type { Minimum } from "../minima/index.js";
import { atomCount, type Crystal, cellParameters, findSymmetry, formulaOf } from "../structure/index.js";
import type { Outcome, StableConfiguration } from "./modal-hops-configurations.js";
import type {
  AveragedHops,
  Configuration,
  FailedHop,
  ForcesSummary,
  HopResult,
  HostSummary,
  ModalHopsData,
} from "./modal-hops-data.js";
import type { FoundHop } from "./modal-hops-list.js";
import type { ModalHopsParameters } from "./modal-hops-parameters.js";
import type { Stage } from "./modal-hops-sites.js";
import type { ChosenForces } from "./operations/index.js";

export function hostSummary(read: Crystal, host: Minimum, parameters: ModalHopsParameters): HostSummary {
  return {
    formula: formulaOf(read),
    spaceGroup: findSymmetry(host.crystal, { tolerance: 1e-2 }).symbol,
    atoms: atomCount(read),
    cellRead: cellParameters(read.cell),
    cellRelaxed: cellParameters(host.crystal.cell),
    energyEvPerAtom: host.energy / atomCount(read),
    maxForceEvPerA: host.maxForce,
    relaxed: parameters.structure.relaxCell === "full",
  };
}

export function forcesSummary({ summary }: ChosenForces): ForcesSummary {
  return {
    name: summary.name,
    doi: summary.doi ?? "",
    cutoffsA: summary.cutoffsA,
    ewaldAccuracy: summary.ewaldAccuracy ?? 0,
    cutoffsFrom:
      summary.accuracy === null ? "of the source" : `chosen for a relative force accuracy of ${summary.accuracy}`,
  };
}

export function supercellSummary(stage: Stage, parameters: ModalHopsParameters): ModalHopsData["supercell"] {
  // The extra ion is not in the stage's crystal.
  const formula = formulaOf(stage.crystal)
    .split(" ")
    .map((part) =>
      part.startsWith(parameters.interstitial.element)
        ? `${parameters.interstitial.element}${stage.latticeAtoms.length + 1}`
        : part,
    )
    .join(" ");
  return {
    matrix: parameters.structure.supercell.flat(),
    atoms: atomCount(stage.crystal) + 1,
    formula,
    cell: cellParameters(stage.crystal.cell),
  };
}

export function configurationOf(
  stable: StableConfiguration,
  {
    stage,
    reference,
    found,
  }: { readonly stage: Stage; readonly reference: number; readonly found: readonly FoundHop[] },
): Configuration {
  const { kind, configuration, site, atomOn } = stable;
  return {
    id: kind.id,
    energyEv: configuration.minimum.energy - reference,
    multiplicity: kind.sites.length,
    crystal: configuration.minimum.crystal,
    interstitial: atomOn[stage.latticeAtoms.length + site]!,
    frequenciesThz: configuration.frequencies,
    inverseParticipation: configuration.inverseParticipation,
    acousticSumResidual: configuration.acousticSumResidual,
    maxForceEvPerA: configuration.minimum.maxForce,
    hopCount: found.filter((hop) => hop.origin === stable).length,
  };
}

/** Averages over converged hops, each in the modes of its own origin. */
export function averagesOf(
  hops: readonly HopResult[],
  stable: readonly StableConfiguration[],
  parameters: ModalHopsParameters,
): AveragedHops[] {
  const frequencies = new Map(stable.map(({ kind, configuration }) => [kind.id, configuration.frequencies]));
  const usable = hops.flatMap((hop) =>
    hop.converged && hop.shares
      ? [{ frequencies: frequencies.get(hop.from)!, shares: hop.shares.shares, barrierForward: hop.barrierForwardEv }]
      : [],
  );
  if (usable.length === 0) return [];
  const { temperatureK } = parameters.projection;
  return (["equal", "boltzmann"] as const).map((weights) => {
    const average = averageHops(usable, weights === "equal" ? { weights } : { weights, temperature: temperatureK });
    return {
      weights,
      ...(weights === "boltzmann" ? { temperatureK } : {}),
      gridThz: average.grid,
      accumulation: average.accumulation,
      percentOfModes: average.percentOfModes,
      sortedAccumulation: average.sortedAccumulation,
      hops: usable.length,
    };
  });
}

export function runNotes(run: {
  readonly outcomes: readonly Outcome[];
  readonly stable: readonly StableConfiguration[];
  readonly hops: readonly HopResult[];
  readonly failedHops: readonly FailedHop[];
  readonly found: readonly FoundHop[];
}): readonly Note[] {
  const notes = new Notes();
  const { outcomes, stable, hops, failedHops, found } = run;
  const count = (fate: Outcome["fate"]): number => outcomes.filter((outcome) => outcome.fate === fate).length;
  if (count("not converged") > 0) {
    notes.add(
      "configurations-not-converged",
      `${count("not converged")} configurations did not relax to the force tolerance and were left out`,
      "raise forceToleranceEvPerA, or look at their sites: atoms may overlap",
    );
  }
  if (count("unstable") > 0)
    notes.add(
      "configurations-unstable",
      `${count("unstable")} starts rest where a mode is unstable and were left out`,
      "their row in the table of sites has the frequency",
    );
  if (stable.length === 0)
    notes.add(
      "no-stable-configuration",
      "no interstitial site holds a stable ion, so there are no hops",
      "try interstitial.coordination: any",
    );
  const ran = hops.length + failedHops.length;
  if (ran < found.length)
    notes.add(
      "hops-chosen",
      `${ran} of ${found.length} hops were run, those of the most stable configurations`,
      "set hops.count to all for every one",
    );
  if (failedHops.length > 0)
    notes.add(
      "hops-failed",
      `${failedHops.length} hops have no path of their own, for example ${failedHops[0]!.id}: ${failedHops[0]!.reason}`,
      "failedHops in report.json lists them",
    );
  const open = hops.filter((hop) => !hop.converged).length;
  if (open > 0)
    notes.add(
      "bands-not-converged",
      `${open} bands did not reach the force tolerance; they are in the tables but not in the averages`,
      "raise band.maxIterations",
    );
  const split = hops.filter((hop) => hop.intermediate).length;
  if (split > 0)
    notes.add(
      "bands-split",
      `${split} bands run through other minima: they are sequences of hops, and their modes are those of the first`,
    );
  const unverified = hops.filter((hop) => hop.converged && !hop.saddleVerified).length;
  if (unverified > 0)
    notes.add(
      "saddles-not-verified",
      `${unverified} saddles do not have exactly one unstable mode where the band has its top`,
      "their barriers are those of the climbing image",
    );
  return notes.list();
}
