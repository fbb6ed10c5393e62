// The hops of the study "modal-hops": which exist between the stable configurations, which are run, and with what input.
// Hops are listed from one site of each kind; the other sites of the kind have the same ones by symmetry.

import type { Vec3 } from "../base/index.js";
import { enumerateHops, type Hop } from "../hops/index.js";
import type { StableConfiguration } from "./modal-hops-configurations.js";
import { type HopRequest, siteName } from "./modal-hops-hop.js";
import type { ModalHopsParameters } from "./modal-hops-parameters.js";
import { carryMinimum, type Stage } from "./modal-hops-sites.js";

export interface FoundHop {
  /** "I07>I12/3": third hop from I07, ending at a site of kind I12. */
  readonly id: string;
  readonly origin: StableConfiguration;
  readonly target: StableConfiguration;
  readonly hop: Hop;
}

/** All hops from one site of each stable kind to any stable site, most stable origin first. */
export function findHops(
  stage: Stage,
  stable: readonly StableConfiguration[],
  parameters: ModalHopsParameters,
): FoundHop[] {
  const { mechanism, neighborCutoffA } = parameters.hops;
  const byKind = new Map(stable.map((configuration) => [stage.kinds.indexOf(configuration.kind), configuration]));
  const interstitial = Float64Array.from(stage.sites.flatMap((site) => [...site.position]));
  const { hops } = enumerateHops(
    { cell: stage.crystal.cell, lattice: stage.latticePositions, interstitial },
    mechanism,
    {
      from: stable.map(({ site }) => site),
      stableSites: stage.sites.filter((site) => byKind.has(site.kind)).map((site) => site.index),
      ...(neighborCutoffA === undefined ? {} : { neighborCutoff: neighborCutoffA }),
    },
  );
  return stable.flatMap((origin) =>
    hops
      .filter((hop) => hop.from === origin.site)
      .map((hop, i) => {
        const target = byKind.get(stage.sites[hop.to]!.kind)!;
        return { id: `${origin.kind.id}>${target.kind.id}/${i + 1}`, origin, target, hop };
      }),
  );
}

/** The first `count`, taken from the most stable origins. */
export function chooseHops(
  found: readonly FoundHop[],
  count: ModalHopsParameters["hops"]["count"],
): readonly FoundHop[] {
  return count === "all" ? found : found.slice(0, count);
}

export interface RequestContext {
  readonly stage: Stage;
  readonly forces: unknown;
  readonly parameters: ModalHopsParameters;
}

/** Everything a thread needs to run one hop. */
export function requestOf(
  { id, origin, target, hop }: FoundHop,
  { stage, forces, parameters }: RequestContext,
): HopRequest {
  const passed = hop.chain.find((step) => step.from.kind === "lattice");
  return {
    id,
    mechanism: hop.mechanism,
    from: origin.kind.id,
    to: target.kind.id,
    ...(passed ? { through: siteName(stage.crystal, stage.latticeAtoms[passed.from.index]!) } : {}),
    origin: origin.configuration.minimum,
    target: carryMinimum(target.configuration.minimum, {
      from: stage.sites[target.site]!.operation,
      to: stage.sites[hop.to]!.operation,
    }),
    moves: hop.chain.map((step) => ({
      atom: ionOn(stage, origin, step.from),
      displacement: step.displacement as Vec3,
    })),
    forces,
    band: parameters.band,
    projection: parameters.projection,
  };
}

/** The ion that sits on a site in the relaxed origin; ions may have changed places on the way there. */
function ionOn(
  stage: Stage,
  origin: StableConfiguration,
  site: { readonly kind: "lattice" | "interstitial"; readonly index: number },
): number {
  return origin.atomOn[site.kind === "lattice" ? site.index : stage.latticeAtoms.length + site.index]!;
}
