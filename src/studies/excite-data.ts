// What the study "excite-modes" finds: the shape of its report's `data`. Plain JSON values only; units in the names.

import type { ForcesSummary, HostSummary } from "./modal-hops-data.js";

/** A configuration and the modes that are driven in it. */
export interface ConfigurationList {
  /** "I04" */
  readonly id: string;
  /** Above the most stable configuration. */
  readonly energyEv: number;
  readonly multiplicity: number;
  /** Hops out of it that were run. */
  readonly hops: number;
  readonly lowestBarrierEv: number | null;
  /** Numbers of the driven modes, from 0. */
  readonly modes: readonly number[];
  readonly frequenciesThz: readonly number[];
  /** What the driven modes carry of the modal energy of a hop, mean over its hops. */
  readonly shareOfHops: number | null;
}

export interface MeasuredNumber {
  readonly value: number;
  readonly standardError: number;
}

/** A counted rate. `limits` are of 95 % confidence. */
export interface CountedRate {
  readonly count: number;
  readonly perPs: number;
  readonly limits: readonly [number, number];
}

export interface HopTypeCount {
  /** "I04>I05" */
  readonly id: string;
  readonly mechanism: string;
  readonly count: number;
  readonly concerted: number;
}

/** The same number of several runs and, with two or more, its error between them. */
export interface OfReplicas {
  readonly value: number;
  readonly standardError: number | null;
  readonly replicas: readonly number[];
}

export interface DiffusionResult {
  /** Why there is a bound and no number, or null. */
  readonly reason: string | null;
  /** cm²/s */
  readonly tracerCm2PerS: OfReplicas | null;
  readonly collectiveCm2PerS: OfReplicas | null;
  readonly havenRatio: number | null;
  readonly havenError: number | null;
  /** 95 %: D* lies below this, cm²/s. Present where no number is. */
  readonly tracerBelowCm2PerS: number | null;
}

export interface MsdCurves {
  readonly lagsPs: readonly number[];
  readonly tracerA2: readonly number[];
  readonly tracerErrorA2: readonly number[];
  readonly collectiveA2: readonly number[];
  readonly collectiveErrorA2: readonly number[];
}

export interface TimelinePart {
  /** Id of the configuration, or null while it is none that is known. */
  readonly configuration: string | null;
  /** Index of the interstitial site that is filled. */
  readonly site: number | null;
  readonly fromPs: number;
  readonly toPs: number;
}

export interface ModeTemperatures {
  readonly configuration: string;
  readonly frames: number;
  readonly frequenciesThz: readonly number[];
  /** ⟨Q̇²⟩/k_B */
  readonly kineticK: readonly number[];
  readonly kineticErrorK: readonly number[];
  /** ω²⟨Q²⟩/k_B about the rest position. */
  readonly potentialK: readonly number[];
  /** Of an oscillator of quantum mechanics with the same energy above its zero point. */
  readonly quantumK: readonly number[];
  readonly driven: readonly number[];
}

export type ConditionKind = "driven" | "none" | "random" | "allHot" | "variant" | "interval" | "size";

export interface ConditionResult {
  /** "driven", "none", "random", "allHot", "literal", "literal, random modes", "every 20 fs", "384 atoms" */
  readonly name: string;
  readonly kind: ConditionKind;
  readonly atoms: number;
  readonly volumeA3: number;
  readonly bathTemperatureK: number;
  readonly drivenTemperatureK: number | null;
  readonly everyFs: number | null;
  readonly replicas: number;
  readonly sampledPs: number;
  /** Changes of the filled interstitial site. */
  readonly jumps: CountedRate;
  /** The same without hops that were taken back at once; what conditions are judged by. */
  readonly netJumps: CountedRate;
  /** Variance over mean of net jumps in equal stretches; above 1 where they come in bursts. Limits are widened by its root. */
  readonly dispersion: number;
  /** Hops that change ions but not the filled site. */
  readonly exchanges: number;
  readonly hopTypes: readonly HopTypeCount[];
  readonly temperatureK: MeasuredNumber;
  /** MeasuredNumber just before driving acts; null where nothing is driven. */
  readonly drivenModesK: MeasuredNumber | null;
  readonly otherModesK: MeasuredNumber | null;
  readonly powerEvPerPs: MeasuredNumber | null;
  /** Kicks the other modes could not pay for. */
  readonly starved: number;
  /** Part of the time in no configuration that is known; driving pauses. */
  readonly unknownFraction: number;
  readonly configurations: readonly { readonly id: string; readonly fraction: number }[];
  readonly unknown: readonly { readonly defects: string; readonly fraction: number; readonly visits: number }[];
  readonly diffusion: DiffusionResult | null;
  readonly msd: MsdCurves | null;
  /** Of the first run. */
  readonly timeline: readonly TimelinePart[];
  /** Of the first run: |Σ Δr|, displacement of all carriers together from the start. */
  readonly chargeDisplacement: { readonly timePs: readonly number[]; readonly lengthA: readonly number[] } | null;
  readonly modeTemperatures: ModeTemperatures | null;
}

/** One condition's net jump rate over another's. */
export interface RateRatio {
  readonly of: string;
  readonly over: string;
  /** Null when the second has no jump. */
  readonly ratio: number | null;
  /** 95 %; the upper one null when the second has no jump. */
  readonly limits: readonly [number, number | null];
  /** Probability of counts at least this different if the rates were equal. */
  readonly probability: number;
  /** "faster", "slower", or "not told apart" at 95 %. */
  readonly verdict: "faster" | "slower" | "not told apart";
}

export interface ExciteModesData {
  readonly host: HostSummary;
  readonly forces: ForcesSummary;
  readonly formula: string;
  readonly variant: string;
  readonly topModes: number;
  readonly timestepFs: number;
  readonly durationPs: number;
  readonly hopsFound: number;
  readonly hopsRun: number;
  readonly lists: readonly ConfigurationList[];
  readonly conditions: readonly ConditionResult[];
  readonly ratios: readonly RateRatio[];
  /** Plain sentences: does choosing the right modes matter? */
  readonly verdict: readonly string[];
}
