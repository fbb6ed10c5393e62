// Concerted motion: how often one ion fills what another vacates, class by class, and how much of it is more than coincidence.
//
//   ν = pairs/(T N)          per time and mobile ion, error √pairs (Garwood limits); E_a does not depend on the N
//   excess = candidates − E  of all pairs within the window over that of independent jumps (concerted-null.ts), in units of
//   √(E(1−p)) its significance; ratio = candidates/E
//
// A pair is counted by the rules of events-pairs.ts. Which rules a publication used is often not said, so they are options and travel
// in the result, together with the same counts for other windows.

import { type Estimate, InputError, type Note, Notes, Pacer, Rng, type RunOptions } from "../base/index.js";
import { type Classifier, type ConcertedClass, concertedClassifier } from "./concerted-classes.js";
import { coincidence, countByClass, expectedCandidates, surrogatePairs } from "./concerted-null.js";
import { type EventChains, type EventOptions, eventChains, linkEvents, standingEvents } from "./events.js";
import type { EventPairs, SiteEvents } from "./events-pairs.js";
import { type PoissonRate, poissonRate } from "./jump-count.js";
import { type TrackedJumps, trackedFs } from "./site-types.js";

export interface ConcertedOptions extends EventOptions, RunOptions {
  /** Classes by site label, the rest "other". Default: every combination of labels that occurs. */
  readonly classes?: readonly ConcertedClass[];
  /** Other windows to count with, fs. Default 500, 1000, 1500, 2000, 2500, 3000. */
  readonly sweepFs?: readonly number[];
  /** Shifted surrogates. Default: none; `count` 20 when a seed is given. */
  readonly surrogates?: { readonly seed: number; readonly count?: number };
}

/** Pairs of one class, or of all. */
export interface ConcertedCount {
  readonly name: string;
  /** Each event filling once and filled once at most. */
  readonly pairs: number;
  /** 1/(ps ion) */
  readonly frequency: PoissonRate;
  /** All pairs within the window. */
  readonly candidates: number;
  /** Candidates of independent jumps. */
  readonly expected: number;
  /** candidates − expected. */
  readonly excess: Estimate;
  /** excess over the spread that independent Poisson jumps have; too large where ions dwell and meet again: see `surrogate`. */
  readonly significance: number;
  /** candidates/expected; Infinity when none are expected. */
  readonly ratio: Estimate;
  /**
   * Candidates in which the site was left before it was filled, against half of `expected`. An ion cannot enter a site before its tenant has
   * left, so in crystals nearly all are of this kind, and `excess`, which looks both ways, is lowered by the half that cannot be.
   */
  readonly vacatedFirst: { readonly candidates: number; readonly excess: Estimate; readonly significance: number };
  /** Pairs in shifted surrogates, and what the true ones have more. */
  readonly surrogate?: { readonly pairs: Estimate; readonly excess: Estimate; readonly significance: number };
}

/** The same events, with what is taken back struck out as in the main count, joined within another window. */
export interface WindowCount {
  readonly windowFs: number;
  /** [classes], in the order of `classes`. */
  readonly pairs: readonly number[];
  readonly candidates: readonly number[];
  readonly expected: readonly number[];
}

export interface ConcertedMotion {
  readonly windowFs: number;
  readonly rules: Required<Omit<EventOptions, "windowFs">>;
  /** ps × ions: what counts are divided by. */
  readonly exposure: number;
  /** In words. */
  readonly normaliser: string;
  readonly jumps: number;
  /** Jumps left out because they were taken back. */
  readonly takenBack: number;
  /** Pairs of ions that change places, which are no class A–B–C. */
  readonly exchanges: number;
  readonly total: ConcertedCount;
  readonly classes: readonly (ConcertedCount & Pick<ConcertedClass, "ends" | "middle">)[];
  readonly chains: EventChains;
  readonly sweep: readonly WindowCount[];
  readonly notes: readonly Note[];
}

const SWEEP_FS = [500, 1000, 1500, 2000, 2500, 3000];
const CROWDED = 0.5;

/** @throws InputError when the track has no length, a window none, or a class names labels that no site has. */
export async function concertedMotion(track: TrackedJumps, options: ConcertedOptions = {}): Promise<ConcertedMotion> {
  const { windowFs = 1000, sweepFs = SWEEP_FS } = options;
  const rules = {
    backJumps: options.backJumps ?? "both",
    backWindowFs: options.backWindowFs ?? windowFs,
    exchanges: options.exchanges ?? false,
  } as const;
  const repeats = repeatsOf(options);
  for (const window of sweepFs)
    if (!(window > 0)) throw new InputError(`a window of ${window} fs`, "windows of a sweep are positive times");
  const lengthFs = trackedFs(track);
  const pacer = new Pacer("joining jumps", options);
  const steps = 1 + sweepFs.length + repeats;
  const { events, jump } = standingEvents(track, { ...rules, windowFs });
  const classifier = concertedClassifier(track.sites.labels, options.classes);
  const count = (window: number): Linked => linkedCounts(events, classifier, { ...rules, windowFs: window, lengthFs });
  const main = count(windowFs);
  await pacer.tick(1, steps);
  const swept: Linked[] = [];
  for (const window of sweepFs) {
    swept.push(window === windowFs ? main : count(window));
    await pacer.tick(1 + swept.length, steps);
  }
  const shifted: number[][] = [];
  for (const rng of surrogateStreams(options)) {
    const run = { windowFs, exchanges: rules.exchanges, fromFs: track.fromFs, lengthFs, rng };
    shifted.push(surrogatePairs(events, classifier, run));
    await pacer.tick(1 + swept.length + shifted.length, steps);
  }
  const exposure = (lengthFs / 1000) * track.ions.length;
  return {
    windowFs,
    rules,
    exposure,
    normaliser: `counts over ${(lengthFs / 1000).toPrecision(6)} ps × ${track.ions.length} mobile ions`,
    jumps: track.jumps.count,
    takenBack: track.jumps.count - jump.length,
    exchanges: main.exchanges,
    ...describeAll(main, classifier, { exposure, p: coincidence(windowFs, lengthFs), shifted }),
    chains: main.chains(),
    sweep: swept.map((linked, w) => ({ windowFs: sweepFs[w]!, ...padded(linked, classifier.classes.length) })),
    notes: notesOf(main, { windowFs, lengthFs }),
  };
}

function repeatsOf({ surrogates }: ConcertedOptions): number {
  if (!surrogates) return 0;
  const { count = 20 } = surrogates;
  if (!Number.isInteger(count) || count < 2)
    throw new InputError(`${count} surrogates`, "a spread needs two at least; twenty are usual");
  return count;
}

/** One stream of chance for each surrogate. */
function surrogateStreams(options: ConcertedOptions): Rng[] {
  if (!options.surrogates) return [];
  const rng = Rng.fromSeed(options.surrogates.seed).fork("concerted/surrogates");
  return Array.from({ length: repeatsOf(options) }, (_, k) => rng.fork(`${k}`));
}

interface Weighing {
  readonly exposure: number;
  /** Probability that two independent jumps fall within the window. */
  readonly p: number;
  /** [surrogates][classes] pairs. */
  readonly shifted: readonly (readonly number[])[];
}

function describeAll(
  main: Counts,
  { classes }: Classifier,
  { exposure, p, shifted }: Weighing,
): Pick<ConcertedMotion, "total" | "classes"> {
  return {
    total: describe("all", sumOf(main), { exposure, p, shifted: shifted.map(total) }),
    classes: classes.map((one, k) => ({
      ...one,
      ...describe(one.name, pick(main, k), { exposure, p, shifted: shifted.map((counts) => at(counts, k)) }),
    })),
  };
}

interface Counts {
  readonly pairs: readonly number[];
  readonly candidates: readonly number[];
  /** Of the candidates those with the site left first. */
  readonly vacatedFirst: readonly number[];
  readonly expected: readonly number[];
}

interface Linked extends Counts {
  readonly exchanges: number;
  readonly chains: () => EventChains;
}

function linkedCounts(
  events: SiteEvents,
  classifier: Classifier,
  options: { readonly windowFs: number; readonly exchanges: boolean; readonly lengthFs: number },
): Linked {
  const linked = linkEvents(events, options);
  return {
    pairs: countByClass(events, linked.pairs, classifier),
    candidates: countByClass(events, linked.candidates, classifier),
    vacatedFirst: countByClass(events, vacatedFirst(events, linked.candidates), classifier),
    expected: Array.from(expectedCandidates(events, classifier, options)),
    exchanges: linked.candidates.exchanges,
    chains: () => eventChains(linked),
  };
}

function vacatedFirst({ times }: SiteEvents, { filler, vacater, count }: EventPairs): EventPairs {
  const kept = Int32Array.from({ length: count }, (_, p) => p).filter((p) => times[vacater[p]!]! <= times[filler[p]!]!);
  return { count: kept.length, filler: kept.map((p) => filler[p]!), vacater: kept.map((p) => vacater[p]!) };
}

const at = (values: readonly number[], k: number): number => values[k] ?? 0;
const total = (values: readonly number[]): number => values.reduce((sum, n) => sum + n, 0);

const pick = (counts: Counts, k: number) => ({
  pairs: at(counts.pairs, k),
  candidates: at(counts.candidates, k),
  led: at(counts.vacatedFirst, k),
  expected: at(counts.expected, k),
});

const sumOf = (counts: Counts) => ({
  pairs: total(counts.pairs),
  candidates: total(counts.candidates),
  led: total(counts.vacatedFirst),
  expected: total(counts.expected),
});

/** A class that first occurs in a later count has no place in an earlier one. */
function padded({ pairs, candidates, expected }: Counts, kinds: number): Omit<WindowCount, "windowFs"> {
  const pad = (values: readonly number[]): number[] => Array.from({ length: kinds }, (_, k) => at(values, k));
  return { pairs: pad(pairs), candidates: pad(candidates), expected: pad(expected) };
}

function describe(
  name: string,
  { pairs, candidates, led, expected }: ReturnType<typeof pick>,
  { exposure, p, shifted }: { readonly exposure: number; readonly p: number; readonly shifted: readonly number[] },
): ConcertedCount {
  const difference = candidates - expected;
  return {
    name,
    pairs,
    frequency: poissonRate(pairs, exposure, { unit: "1/(ps ion)" }),
    candidates,
    expected,
    excess: { value: difference, standardError: Math.sqrt(candidates), unit: "pairs" },
    significance: inSigmas(difference, Math.sqrt(expected * (1 - p))),
    ratio: { value: ratioOf(candidates, expected), standardError: ratioOf(Math.sqrt(candidates), expected), unit: "" },
    vacatedFirst: {
      candidates: led,
      excess: { value: led - expected / 2, standardError: Math.sqrt(led), unit: "pairs" },
      significance: inSigmas(led - expected / 2, Math.sqrt((expected / 2) * (1 - p / 2))),
    },
    ...(shifted.length > 0 ? { surrogate: overSurrogates(pairs, shifted) } : {}),
  };
}

function overSurrogates(pairs: number, shifted: readonly number[]): NonNullable<ConcertedCount["surrogate"]> {
  const n = shifted.length;
  const mean = total(shifted) / n;
  const spread = Math.sqrt(shifted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1));
  const meanError = spread / Math.sqrt(n);
  return {
    pairs: { value: mean, standardError: meanError, unit: "pairs" },
    excess: { value: pairs - mean, standardError: Math.hypot(Math.sqrt(pairs), meanError), unit: "pairs" },
    significance: inSigmas(pairs - mean, Math.hypot(spread, meanError)),
  };
}

/** 0/0 is no deviation; anything over a null without spread is beyond measure. */
const inSigmas = (deviation: number, spread: number): number => (deviation === 0 ? 0 : deviation / spread);
const ratioOf = (value: number, over: number): number => (value === 0 && over === 0 ? 1 : value / over);

function notesOf(main: Counts, { windowFs, lengthFs }: { readonly windowFs: number; readonly lengthFs: number }) {
  const notes = new Notes();
  const { candidates, expected } = sumOf(main);
  if (candidates > 0 && expected > CROWDED * candidates)
    notes.add(
      "concerted-coincidence",
      `${((100 * expected) / candidates).toFixed(0)} % of the ${candidates} pairs within ${windowFs} fs are what independent jumps make`,
      "read the excess instead of the count, or use a shorter window",
    );
  if (lengthFs < 20 * windowFs)
    notes.add(
      "concerted-short-run",
      `the run of ${lengthFs} fs is ${(lengthFs / windowFs).toFixed(1)} windows long`,
      "run longer, or use a shorter window",
    );
  return notes.list();
}
