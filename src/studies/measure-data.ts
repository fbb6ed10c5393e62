// What a measurement of a trajectory reports: plain values, the unit at the end of every name, null for what is not a number.

/** A number with its standard error, in the unit the key names. */
export interface Sampled {
  readonly value: number | null;
  readonly standardError: number | null;
}

export interface MeasuredRun {
  readonly name: string;
  /** Absent for runs that were never a file. */
  readonly format?: string;
  /** How positions stood in the file. */
  readonly coordinates?: string;
  readonly formula: string;
  readonly natoms: number;
  /** a, b, c (Å), α, β, γ (°) of the first frame. */
  readonly cellParameters: readonly number[];
  readonly meanVolumeA3: number;
  readonly variableCell: boolean;
  readonly hasVelocities: boolean;
  readonly frames: number;
  /** Between frames that were taken. */
  readonly frameSpacingFs: number;
  readonly stride: number;
  readonly skippedPs: number;
  readonly durationPs: number;
}

export interface CurveData {
  readonly lagsPs: readonly number[];
  readonly tracerA2: readonly number[];
  readonly collectiveA2: readonly number[];
  /** Along x, y, z. */
  readonly axesA2: readonly (readonly number[])[];
  /** Of the tracer, over blocks; shorter than the curve. */
  readonly tracerErrorA2: readonly number[];
}

export interface DiffusionData {
  readonly diffusionA2PerPs: Sampled;
  readonly limits95A2PerPs: readonly [number, number];
  readonly errorFrom: "blocks" | "model";
  /** D is below this with 95 % confidence; null when D was resolved. */
  readonly bound: { readonly belowA2PerPs: number; readonly reason: string } | null;
  readonly windowPs: readonly [number, number];
  readonly windowChosen: "given" | "automatic";
  readonly generalisedA2PerPs: Sampled;
  readonly ordinaryA2PerPs: Sampled;
  /** What an ordinary fit states of itself. */
  readonly ordinaryNaiveErrorA2PerPs: number | null;
  readonly blocksA2PerPs: Sampled | null;
  readonly heErrorA2PerPs: number | null;
  readonly effectiveHops: number;
  readonly startTime: {
    readonly fromPs: readonly number[];
    readonly valuesA2PerPs: readonly number[];
    readonly standardErrorsA2PerPs: readonly number[];
  } | null;
}

export interface MotionData {
  readonly curves: CurveData;
  readonly tracer: DiffusionData;
  readonly collective: DiffusionData;
  readonly axes: readonly { readonly axis: "x" | "y" | "z"; readonly diffusion: DiffusionData }[];
  readonly tensor: {
    readonly tensorA2PerPs: readonly (readonly number[])[];
    readonly principalA2PerPs: readonly Sampled[];
    readonly axes: readonly (readonly number[])[];
    readonly anisotropy: Sampled;
  } | null;
  readonly havenRatio: Sampled | null;
  /** From the collective diffusivity. */
  readonly conductivityMsPerCm: Sampled | null;
  /** From the tracer diffusivity: what the ions would conduct if they did not know of each other. */
  readonly nernstEinsteinMsPerCm: Sampled | null;
  /** From one origin and a line through zero: rattling included, for comparison with screenings. */
  readonly singleOriginA2PerPs: { readonly average: Sampled; readonly maximum: Sampled };
  readonly nonGaussian: { readonly lagsPs: readonly number[]; readonly alpha2: readonly (number | null)[] };
  readonly greenKubo: {
    readonly tracerA2PerPs: Sampled;
    readonly collectiveA2PerPs: Sampled;
    readonly flat: boolean;
  } | null;
  /** Every element, of the frame of reference. */
  readonly elements: readonly { readonly element: string; readonly atoms: number; readonly meanSquareA2: number }[];
}

export interface FrameworkData {
  readonly stable: boolean;
  readonly reference: string;
  readonly elements: readonly {
    readonly element: string;
    readonly stable: boolean;
    readonly diffusionA2PerPs: readonly number[];
    readonly lateDisplacementA2: readonly number[];
    readonly reasons: readonly string[];
  }[];
}

export interface RdfData {
  readonly rA: readonly number[];
  readonly framesUsed: number;
  readonly pairs: readonly {
    readonly name: string;
    readonly g: readonly number[];
    readonly coordination: readonly number[];
    /** First maximum and the minimum behind it, and the neighbours within the latter; null where there is none. */
    readonly firstPeakA: number | null;
    readonly shellA: number | null;
    readonly neighbours: Sampled | null;
  }[];
}

export interface SpectrumData {
  readonly from: "velocities" | "differences";
  readonly frequenciesThz: readonly number[];
  readonly parts: readonly {
    readonly name: string;
    readonly atoms: number;
    /** States per THz. */
    readonly density: readonly number[];
    readonly centreThz: Sampled;
    readonly widthThz: Sampled;
    readonly skewness: Sampled;
    readonly excessKurtosis: Sampled;
  }[];
}

export interface MapData {
  /** "a": looked at along a. */
  readonly along: "a" | "b" | "c";
  readonly axes: readonly [string, string];
  readonly lengthsA: readonly [number, number];
  /** Between the two axes, degree. */
  readonly angle: number;
  readonly shape: readonly [number, number];
  /** [rows, columns] 1/Å³, mean along the line of sight. */
  readonly values: readonly number[];
}

export interface DensityData {
  readonly shape: readonly [number, number, number];
  readonly largest: number;
  readonly maps: readonly MapData[];
}

export interface VanHoveData {
  readonly rA: readonly number[];
  readonly coreRadiusA: number;
  readonly lags: readonly {
    readonly lagPs: number;
    readonly origins: number;
    /** 4πr²G_s, 1/Å. */
    readonly selfPerA: readonly number[];
    readonly distinct: readonly number[];
    readonly core: Sampled;
  }[];
  /** Null when G_d(0,t) does not cross 1 at these lags. */
  readonly refillPs: Sampled | null;
}

export interface SiteTypeData {
  readonly name: string;
  readonly sites: number;
  readonly occupancy: Sampled;
  readonly share: Sampled;
  readonly residencePs: Sampled;
  readonly residenceLimitsPs: readonly [number | null, number | null];
  readonly naiveResidencePs: Sampled;
  /** Kaplan–Meier: when half the stays are over. */
  readonly medianStayPs: number | null;
  readonly departures: number;
  readonly survival: { readonly timesPs: readonly number[]; readonly survival: readonly number[] };
}

export interface SitesData {
  readonly from: string;
  readonly spaceGroup: string | null;
  readonly rule: string;
  readonly dwellFs: number;
  readonly coreFraction: number | null;
  readonly siteCount: number;
  readonly types: readonly SiteTypeData[];
  readonly jumps: number;
  /** How many jumps other dwell times leave: the sensitivity of every count below. */
  readonly dwellSweep: readonly { readonly dwellFs: number; readonly jumps: number }[];
  readonly crowdedShare: number;
  readonly transitions: readonly {
    readonly from: string;
    readonly to: string;
    readonly count: number;
    readonly probability: Sampled;
    readonly ratePerPs: Sampled;
    readonly rateLimitsPerPs: readonly [number | null, number | null];
  }[];
  readonly jumpRatePerIonPs: Sampled;
  readonly jumpDiffusionA2PerPs: Sampled;
  readonly correlationFactor: Sampled | null;
  readonly jumpLengths: { readonly centresA: readonly number[]; readonly counts: readonly number[] } | null;
  readonly percolation: {
    readonly dimension: number;
    readonly axes: readonly boolean[];
    readonly bottlenecks: readonly (string | null)[];
  };
}

export interface ConcertedCountData {
  readonly name: string;
  readonly pairs: number;
  /** Pairs per ps and ion. */
  readonly frequencyPerPsIon: Sampled;
  readonly limitsPerPsIon: readonly [number | null, number | null];
  readonly candidates: number;
  readonly expected: number;
  readonly excess: Sampled;
  readonly ratio: Sampled;
  readonly significance: number | null;
}

export interface ConcertedData {
  readonly windowFs: number;
  readonly normaliser: string;
  readonly rules: Readonly<Record<string, unknown>>;
  readonly jumps: number;
  readonly takenBack: number;
  readonly exchanges: number;
  readonly total: ConcertedCountData;
  readonly classes: readonly ConcertedCountData[];
  /** Chains of n jumps: counts[n]. */
  readonly chains: readonly number[];
  readonly loops: readonly number[];
  readonly sweep: readonly {
    readonly windowFs: number;
    readonly pairs: number;
    readonly candidates: number;
    readonly expected: number;
    readonly byClass: readonly number[];
  }[];
  readonly strings: {
    readonly lagPs: number;
    readonly meanLength: number | null;
    readonly meanByWeight: number | null;
  } | null;
}

export interface MeasureData {
  readonly trajectory: MeasuredRun;
  readonly ion: string;
  readonly ions: number;
  readonly temperatureK: (Sampled & { readonly from: "velocities" | "given" }) | null;
  /** Of the velocities, also where a temperature was given; null without velocities. */
  readonly meanTemperatureK: Sampled | null;
  /** In words. */
  readonly reference: string;
  readonly motion: MotionData | null;
  readonly framework: FrameworkData | null;
  readonly rdf: RdfData | null;
  readonly spectrum: SpectrumData | null;
  readonly density: DensityData | null;
  readonly vanHove: VanHoveData | null;
  readonly sites: SitesData | null;
  readonly concerted: ConcertedData | null;
}
