// Which hops exist between the sites of a mobile ion. Lattice sites are those the ion fills in the perfect crystal,
// interstitial sites the voids it can fill besides.
//   direct          the ion on interstitial a goes to the empty interstitial b:                        a → b
//   interstitialcy  the ion on a pushes the ion of lattice site l to the empty interstitial b:         a → l → b
//   vacancy         the ion of lattice site l goes to the empty lattice site v; the vacancy goes v → l
// A step is possible between neighbours; through another periodic image the same two sites are another step.

import { type F64, InputError, type Vec3 } from "../base/index.js";
import type { Cell } from "../structure/index.js";
import { automaticCutoff, type NeighborStep, stepsBetween } from "./site-neighbors.js";

export type HopMechanism = "direct" | "interstitialcy" | "vacancy";

export interface HopSites {
  readonly cell: Cell;
  /** [nLattice,3] Å. */
  readonly lattice: F64;
  /** [nInterstitial,3] Å. */
  readonly interstitial: F64;
  /** Atom on each lattice site in the host's order. Default 0, 1, 2, … */
  readonly latticeAtoms?: ArrayLike<number>;
  /** Atom that fills the interstitial site. Default: one after the last lattice atom. */
  readonly interstitialAtom?: number;
}

export interface HopsOptions {
  /** Longest step, Å, for every kind of step. Default: each kind's first shell, see `automaticCutoff`. */
  readonly neighborCutoff?: number;
  /** Interstitial sites that hold a stable ion. Default all. */
  readonly stableSites?: readonly number[];
  /** Start from these sites only (interstitial sites; for "vacancy" lattice sites). Default all. */
  readonly from?: readonly number[];
}

export interface SiteReference {
  readonly kind: "lattice" | "interstitial";
  readonly index: number;
}

/** One ion's part in a hop. */
export interface HopStep {
  /** Index in the starting configuration: the host's atoms in order, the vacant one left out. */
  readonly atom: number;
  readonly from: SiteReference;
  readonly to: SiteReference;
  /** Å, from site to site. */
  readonly displacement: Vec3;
}

export interface Hop {
  /** "i3.l14.i7"; a step into another cell adds its lattice vector: "i3.l14(0,0,1).i7(0,0,1)". */
  readonly id: string;
  readonly mechanism: HopMechanism;
  /** Site of the defect before and after: interstitial sites, or for "vacancy" lattice sites. */
  readonly from: number;
  readonly to: number;
  /** Ions in the order they push each other. */
  readonly chain: readonly HopStep[];
  /** Displacement of the defect, Å. */
  readonly displacement: Vec3;
  /** Id of the same path walked backwards. */
  readonly reverse: string;
}

export interface HopList {
  readonly hops: readonly Hop[];
  /** Cut-offs that were used, Å, by kind of step. */
  readonly cutoffs: Readonly<Record<string, number>>;
}

/**
 * All hops of one mechanism, ordered by starting site, length of the first step, then id.
 * @throws InputError when sites are missing for the mechanism or indices are out of range.
 */
export function enumerateHops(sites: HopSites, mechanism: HopMechanism, options: HopsOptions = {}): HopList {
  const counts = { lattice: sites.lattice.length / 3, interstitial: sites.interstitial.length / 3 };
  checkSites(sites, mechanism, options);
  const stable = new Set(options.stableSites ?? Array.from({ length: counts.interstitial }, (_, i) => i));
  const starts = new Set(
    options.from ?? (mechanism === "vacancy" ? Array.from({ length: counts.lattice }, (_, i) => i) : stable),
  );
  if (mechanism === "vacancy") return vacancyHops(sites, starts, options);
  if (mechanism === "direct") return directHops(sites, { starts, stable }, options);
  return interstitialcyHops(sites, { starts, stable }, options);
}

interface Selection {
  readonly starts: ReadonlySet<number>;
  readonly stable: ReadonlySet<number>;
}

function directHops(sites: HopSites, { starts, stable }: Selection, options: HopsOptions): HopList {
  const cutoff = options.neighborCutoff ?? automaticCutoff(sites.cell, sites.interstitial, sites.interstitial);
  const hops: Hop[] = [];
  for (const step of stepsBetween(sites.cell, { from: sites.interstitial, to: sites.interstitial, cutoff })) {
    if (!starts.has(step.from) || !stable.has(step.from) || !stable.has(step.to)) continue;
    hops.push(describe(sites, "direct", [step], ["interstitial", "interstitial"]));
  }
  return { hops: inOrder(hops), cutoffs: { "interstitial-interstitial": cutoff } };
}

function interstitialcyHops(sites: HopSites, { starts, stable }: Selection, options: HopsOptions): HopList {
  const cutoff = options.neighborCutoff ?? automaticCutoff(sites.cell, sites.interstitial, sites.lattice);
  const inwards = stepsBetween(sites.cell, { from: sites.interstitial, to: sites.lattice, cutoff });
  const outwards = new Map<number, NeighborStep[]>();
  for (const step of stepsBetween(sites.cell, { from: sites.lattice, to: sites.interstitial, cutoff })) {
    outwards.set(step.from, [...(outwards.get(step.from) ?? []), step]);
  }
  const hops: Hop[] = [];
  for (const first of inwards) {
    if (!starts.has(first.from) || !stable.has(first.from)) continue;
    for (const second of outwards.get(first.to) ?? []) {
      if (!stable.has(second.to) || isReturn(first, second)) continue;
      hops.push(describe(sites, "interstitialcy", [first, second], ["interstitial", "lattice", "interstitial"]));
    }
  }
  return { hops: inOrder(hops), cutoffs: { "interstitial-lattice": cutoff } };
}

/** The pushed ion would take the very place, in the very cell, that the pushing one left. */
function isReturn(first: NeighborStep, second: NeighborStep): boolean {
  return second.to === first.from && second.image.every((n, axis) => n + first.image[axis]! === 0);
}

function vacancyHops(sites: HopSites, starts: ReadonlySet<number>, options: HopsOptions): HopList {
  const cutoff = options.neighborCutoff ?? automaticCutoff(sites.cell, sites.lattice, sites.lattice);
  const hops: Hop[] = [];
  for (const step of stepsBetween(sites.cell, { from: sites.lattice, to: sites.lattice, cutoff })) {
    // A vacancy cannot be filled by its own periodic image: that site is vacant too.
    if (!starts.has(step.from) || step.from === step.to) continue;
    hops.push(describe(sites, "vacancy", [step], ["lattice", "lattice"]));
  }
  return { hops: inOrder(hops), cutoffs: { "lattice-lattice": cutoff } };
}

/** A hop from the way of its defect; a vacancy goes the other way than its ion. */
function describe(
  sites: HopSites,
  mechanism: HopMechanism,
  steps: readonly NeighborStep[],
  kinds: readonly SiteReference["kind"][],
): Hop {
  const stops = [steps[0]!.from, ...steps.map((step) => step.to)];
  const images: Vec3[] = [[0, 0, 0]];
  for (const { image } of steps) images.push(add(images[images.length - 1]!, image));
  const end = images[images.length - 1]!;
  const name = (order: readonly number[], origin: Vec3): string =>
    order.map((at) => stopName(kinds[at]!, stops[at]!, add(images[at]!, negative(origin)))).join(".");
  const forwards = stops.map((_, at) => at);
  const chain = steps.map((step, at): HopStep => {
    const site: SiteReference = { kind: kinds[at]!, index: stops[at]! };
    const next: SiteReference = { kind: kinds[at + 1]!, index: stops[at + 1]! };
    if (mechanism !== "vacancy")
      return { atom: atomOn(sites, site), from: site, to: next, displacement: step.displacement };
    const vacant = atomOn(sites, site);
    const atom = atomOn(sites, next);
    return { atom: atom > vacant ? atom - 1 : atom, from: next, to: site, displacement: negative(step.displacement) };
  });
  return {
    id: name(forwards, [0, 0, 0]),
    mechanism,
    from: stops[0]!,
    to: stops[stops.length - 1]!,
    chain,
    displacement: steps.map((step) => step.displacement).reduce(add, [0, 0, 0]),
    reverse: name(forwards.toReversed(), end),
  };
}

function atomOn(sites: HopSites, { kind, index }: SiteReference): number {
  if (kind === "lattice") return sites.latticeAtoms?.[index] ?? index;
  return sites.interstitialAtom ?? sites.lattice.length / 3;
}

const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const negative = (a: Vec3): Vec3 => [0 - a[0], 0 - a[1], 0 - a[2]];
const stopName = (kind: string, index: number, image: Vec3): string =>
  `${kind === "lattice" ? "l" : "i"}${index}${image.some((n) => n !== 0) ? `(${image.join(",")})` : ""}`;

function inOrder(hops: readonly Hop[]): readonly Hop[] {
  const firstStep = (hop: Hop): number => Math.round(1e6 * Math.hypot(...hop.chain[0]!.displacement));
  return [...hops].sort(
    (a, b) => a.from - b.from || firstStep(a) - firstStep(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}

function checkSites(sites: HopSites, mechanism: HopMechanism, options: HopsOptions): void {
  const { lattice, interstitial } = sites;
  const counts = { lattice: lattice.length / 3, interstitial: interstitial.length / 3 };
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count))
      throw new InputError(`the ${name} sites hold ${3 * count} numbers`, "pass [n,3] Cartesian coordinates");
  }
  const needed =
    mechanism === "direct" ? ["interstitial"] : mechanism === "vacancy" ? ["lattice"] : ["lattice", "interstitial"];
  for (const name of needed as ("lattice" | "interstitial")[]) {
    if (counts[name] === 0)
      throw new InputError(`a ${mechanism} hop needs ${name} sites, got none`, `pass the ${name} sites`);
  }
  if (sites.latticeAtoms && sites.latticeAtoms.length !== counts.lattice) {
    throw new InputError(
      `${sites.latticeAtoms.length} atoms for ${counts.lattice} lattice sites`,
      "give one atom per lattice site",
    );
  }
  const starting = mechanism === "vacancy" ? counts.lattice : counts.interstitial;
  for (const [name, indices, count] of [
    ["from", options.from, starting],
    ["stableSites", options.stableSites, counts.interstitial],
  ] as const) {
    const wrong = indices?.find((index) => !Number.isInteger(index) || index < 0 || index >= count);
    if (wrong !== undefined)
      throw new InputError(`${name} names site ${wrong}, there are ${count}`, "sites are counted from 0");
  }
}
