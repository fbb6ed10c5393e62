// What happened between two known configurations, from where the ions sat before and after.
//
// The ions that changed site form chains, a → b → c: the ion on a went to b, whose ion went to c, until a site that was empty.
//   one step between interstitial sites      direct
//   one step from a lattice site to one      vacancy (the vacancy goes the other way)
//   interstitial → lattice → … → interstitial  interstitialcy: each ion pushes the next
//   a closed ring                            exchange
// Any other chain (a pair of defects made or ended), or several at once: "several".

export type MoveMechanism = "direct" | "interstitialcy" | "vacancy" | "exchange" | "several";

/** One chain of ions in the order they push each other. */
export interface MoveChain {
  /** Indices into the list of ions. */
  readonly ions: readonly number[];
  /** Sites from the first ion's old one to the last ion's new one; one more than ions. In a ring the two are the same. */
  readonly sites: readonly number[];
}

/** Chains between two occupancies [nIons], each with at most one ion on a site; rings last. */
export function chainsBetween(before: ArrayLike<number>, after: ArrayLike<number>): MoveChain[] {
  const movers: number[] = [];
  const ionOn = new Map<number, number>();
  for (let ion = 0; ion < before.length; ion++) {
    if (before[ion] === after[ion]) continue;
    movers.push(ion);
    ionOn.set(before[ion]!, ion);
  }
  const entered = new Set(movers.map((ion) => after[ion]!));
  const done = new Set<number>();
  const walk = (start: number): MoveChain => {
    const ions: number[] = [];
    const sites = [before[start]!];
    for (let ion: number | undefined = start; ion !== undefined && !done.has(ion); ion = ionOn.get(after[ion]!)) {
      done.add(ion);
      ions.push(ion);
      sites.push(after[ion]!);
    }
    return { ions, sites };
  };
  // A chain begins at a site that nobody enters; what is left are rings.
  const open = movers.filter((ion) => !entered.has(before[ion]!)).map(walk);
  const rings = movers.filter((ion) => !done.has(ion)).flatMap((ion) => (done.has(ion) ? [] : [walk(ion)]));
  return [...open, ...rings];
}

export function mechanismOf(chains: readonly MoveChain[], interstitial: ArrayLike<number>): MoveMechanism {
  if (chains.length !== 1) return "several";
  const { ions, sites } = chains[0]!;
  const [first, last] = [sites[0]!, sites[sites.length - 1]!];
  if (first === last) return "exchange";
  const kinds = sites.map((site) => interstitial[site] === 1);
  const ends = kinds[0] && kinds[kinds.length - 1];
  if (ends && ions.length === 1) return "direct";
  if (ends && kinds.slice(1, -1).every((filled) => !filled)) return "interstitialcy";
  if (kinds.every((filled) => !filled)) return "vacancy";
  return "several";
}
