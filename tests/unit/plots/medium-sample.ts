// Made-up results of the studies of an ion in a vibrating framework: the shapes are right, the numbers mean nothing.

import type { Report } from "../../../src/io/index.js";
import type {
  FrameworkSummary,
  MediumDiffusionData,
  MediumDissipationData,
  MediumKernelData,
  MediumReflectionData,
  MediumScanData,
  StateData,
} from "../../../src/studies/index.js";

const list = (n: number, f: (i: number) => number): Float64Array<ArrayBuffer> =>
  Float64Array.from({ length: n }, (_, i) => f(i));

const framework: FrameworkSummary = {
  massAmu: 33.8,
  highestThz: 5,
  highestMev: 20.6,
  fastestPeriodPs: 0.2,
  sound: ["[100]", "[110]", "[111]"].map((direction) => ({
    direction,
    transverseAPerPs: [21, 22],
    longitudinalAPerPs: 47,
  })),
  staticRecoilA2PerMev: 9.5e-4,
  staticRecoilError: 1e-9,
  dragA2PsPerMev: 3.3e-5,
};

const distribution = {
  centres: list(10, (i) => 0.05 + 0.1 * i),
  sampled: list(10, (i) => i * (10 - i)),
  exact: list(10, (i) => i * (10 - i) + 0.3),
  sigma: 0.15,
  sampledSigma: 0.151,
};

const kernel: MediumKernelData = {
  framework,
  dispersion: {
    distancePerA: list(9, (i) => i),
    frequenciesThz: list(27, (i) => 1 + Math.sin(i) ** 2),
    corners: ["Γ", "X", "M", "R", "Γ"].map((name, i) => ({ name, distance: 2 * i })),
  },
  recoil: {
    timesPs: list(50, (i) => 0.02 * i),
    kernelA2PerMev: list(50, (i) => 1e-3 * Math.cos(i)),
    integralA2PsPerMev: list(50, (i) => 3e-5 + 1e-6 * Math.sin(i)),
    errorA2PerMev: 1e-9,
    dampedIntegrals: [{ dampingPs: 2, valueA2PsPerMev: 3.31e-5 }],
    settlesPs: null,
  },
  sampledAtoms: 1000,
  vibrations: (["quantum", "classical"] as const).flatMap((statistics) =>
    [5, 25].map((temperatureMev) => ({ temperatureMev, statistics, displacement: distribution, speed: distribution })),
  ),
};

const level = {
  displacementA: list(20, (i) => 0.01 * Math.sin(i)),
  forceMevPerA: list(20, (i) => -Math.sin(i)),
  maxDisplacementA: 0.01,
  minForceMevPerA: -1,
};

const reflection: MediumReflectionData = {
  framework,
  throws: [0.2, 0.5, 0.7].map((screeningA) => ({
    screeningA,
    speedAPerPs: 10,
    durationPs: 3,
    timesPs: list(20, (i) => 0.1 * (i - 8)),
    distanceA: list(20, (i) => -Math.abs(i - 8)),
    levels: { full: level, timeLocal: level, quasistatic: level, homogeneous: level },
    energyLoss: 0.1,
  })),
};

const dissipation: MediumDissipationData = {
  framework,
  middleA: 10.5,
  soundReturnsPs: 6.4,
  tracks: (["full", "homogeneous"] as const).map((equation) => ({
    equation,
    timesPs: list(100, (i) => 0.1 * i),
    positionA: list(100, (i) => 10.5 + Math.exp(-0.01 * i) * Math.sin(i)),
    velocityAPerPs: list(100, (i) => Math.cos(i)),
    turns: [
      { timePs: 1, amplitudeA: 0.5 },
      { timePs: 2, amplitudeA: 0.2 },
    ],
    startMev: 19.7,
    endMev: 0.01,
    decayPs: equation === "full" ? 4 : null,
  })),
};

const measured = (value: number) => ({ value, standardError: 0.1 * value });

const state = (equation: StateData["equation"], temperatureMev: number): StateData => ({
  series: 0,
  equation,
  temperatureMev,
  failed: [],
  reading: {
    walks: 2,
    sampledPs: 200,
    throughOriginA2PerPs: measured(0.1 * temperatureMev),
    slopeA2PerPs: measured(0.11 * temperatureMev),
    offsetA2: { value: -0.4, standardError: 1.2 },
    kineticRatio: measured(0.9),
    hops: { count: 40, perPs: measured(0.2), uncorrelatedA2PerPs: measured(0.3), persistence: 0.4 },
    meanSquare: {
      lagsPs: list(30, (i) => 0.4 * i),
      meanA2: list(30, (i) => i * temperatureMev),
      standardErrorA2: list(30, (i) => 0.1 * i),
    },
  },
});

const diffusion: MediumDiffusionData = {
  framework,
  latticeConstantA: 3,
  statistics: "quantum",
  analysis: { piecePs: 12, fitFromPs: 1, bins: 10, slopeFromPs: 4, slopeToPs: 12 },
  series: [
    {
      strengthMevA: 4000,
      screeningA: 0.5,
      barrier: {
        coordinateA: list(5, (i) => i),
        unrelaxedMev: list(5, (i) => i * (4 - i)),
        relaxedMev: list(5, (i) => 0.9 * i * (4 - i)),
        barrierUnrelaxedMev: 43,
        barrierRelaxedMev: 39.8,
        barrierElasticMev: 2.9,
      },
      states: [10, 20, 50].flatMap((t) => [state("full", t), state("homogeneous", t)]),
      arrhenius: (["full", "homogeneous"] as const).map((equation) => ({
        equation,
        estimator: "throughOrigin" as const,
        activationMev: measured(40),
        activationLimitsMev: [32, 48],
        prefactorA2PerPs: 23,
        prefactorLimitsA2PerPs: [18, 28],
        chiSquare: 3,
        degreesOfFreedom: 1,
        probability: 1e-6,
        local: [{ betweenMev: [10, 20], energyMev: measured(30) }],
        rangeMev: [10, 50],
      })),
      ratios: [{ estimator: "slope", temperatureMev: 20, ratio: measured(2) }],
    },
  ],
  trajectories: [
    {
      strengthMevA: 4000,
      equation: "full",
      temperatureMev: 10,
      durationPs: 100,
      positionsA: list(300, (i) => Math.sin(i) * i * 0.1),
    },
  ],
};

const scan: MediumScanData = {
  x: { key: "stiffnessFactor", values: [0.5, 1, 2, 9] },
  y: { key: "temperatureMev", values: [15, 25] },
  equation: "full",
  sampledPs: 480,
  points: [15, 25].flatMap((y) =>
    [0.5, 1, 2, 9].map((x) => ({
      x,
      y,
      framework,
      // One point has neither barrier nor walks.
      ...(x === 9
        ? {}
        : {
            barrierUnrelaxedMev: 43,
            barrierRelaxedMev: 30 + x,
            barrierElasticMev: 3,
            diffusionA2PerPs: measured(x * y),
            kineticRatio: measured(1),
            hops: 12,
          }),
      failed: [],
    })),
  ),
  optima: [{ y: 15, x: 2, diffusionA2PerPs: measured(30), isAtEdge: true, range: [1, 2] }],
};

const reportOf = <T>(name: string, data: T): Report<T> => ({
  schema: `phonion/medium-${name}`,
  version: 1,
  made: { software: "phonion 0", kernels: "none", at: "2000-01-01T00:00:00Z" },
  inputs: [{ name: "study.yaml", sha256: "0" }],
  options: {},
  seed: 1,
  notes: [{ code: "made-up", message: "this is a made-up result" }],
  data,
});

export const mediumReports: readonly Report<unknown>[] = [
  reportOf("kernel", kernel),
  reportOf("reflection", reflection),
  reportOf("dissipation", dissipation),
  reportOf("diffusion", diffusion),
  reportOf("scan", scan),
];

/** The same studies where next to nothing came out. */
export const bareMediumReports: readonly Report<unknown>[] = [
  reportOf("dissipation", { ...dissipation, tracks: dissipation.tracks.map((track) => ({ ...track, turns: [] })) }),
  reportOf("diffusion", {
    ...diffusion,
    series: diffusion.series.map((series) => ({
      ...series,
      states: series.states.map(({ reading: _, ...rest }) => ({
        ...rest,
        failed: [{ label: "walk 1", reason: "away" }],
      })),
      arrhenius: [],
      ratios: [],
    })),
    trajectories: [],
  }),
  reportOf("scan", {
    ...scan,
    equation: "none",
    points: scan.points.map(({ x, y }) => ({ x, y, framework, failed: [] })),
    optima: [],
  }),
];
