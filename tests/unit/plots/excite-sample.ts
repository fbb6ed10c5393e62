// A small made-up result of the study "excite-modes": the shapes are right, the numbers mean nothing.

import type { Report } from "../../../src/io/index.js";
import {
  type ConditionKind,
  type ConditionResult,
  countedRate,
  type ExciteModesData,
  exciteModesParameters,
  ratiosOf,
  verdictOf,
} from "../../../src/studies/index.js";
import { sampleData } from "../../helpers/modal-hops-sample.js";

const lagsPs = [0.2, 0.4, 1, 2, 5, 10, 20];

function condition(kind: ConditionKind, count: number, change: Partial<ConditionResult> = {}): ConditionResult {
  const driven = kind !== "none" && kind !== "allHot";
  return {
    name: kind,
    kind,
    atoms: 193,
    volumeA3: 1980,
    bathTemperatureK: kind === "allHot" ? 700 : 400,
    drivenTemperatureK: driven ? 700 : null,
    everyFs: driven ? 5 : null,
    replicas: 2,
    sampledPs: 200,
    jumps: countedRate(2 * count, 200, 1.2),
    netJumps: countedRate(count, 200, 1.2),
    dispersion: 1.2,
    exchanges: 1,
    hopTypes: count > 0 ? [{ id: "I01>I02", mechanism: "interstitialcy", count: 2 * count, concerted: count }] : [],
    temperatureK: { value: 402, standardError: 1 },
    drivenModesK: driven ? { value: 640, standardError: 12 } : null,
    otherModesK: driven ? { value: 403, standardError: 1.5 } : null,
    powerEvPerPs: driven ? { value: 0.21, standardError: 0.01 } : null,
    starved: 0,
    unknownFraction: 0.02,
    configurations: [
      { id: "I01", fraction: 0.9 },
      { id: "I02", fraction: 0.08 },
    ],
    unknown: [{ defects: "filled 72 81, vacant 3", fraction: 0.02, visits: 4 }],
    diffusion:
      count > 9
        ? {
            reason: null,
            tracerCm2PerS: { value: 2e-8, standardError: 1e-9, replicas: [1.9e-8, 2.1e-8] },
            collectiveCm2PerS: { value: 4e-8, standardError: 2e-8, replicas: [2e-8, 6e-8] },
            havenRatio: 0.5,
            havenError: 0.2,
            tracerBelowCm2PerS: null,
          }
        : {
            reason: "0 net jumps in 200 ps",
            tracerCm2PerS: null,
            collectiveCm2PerS: null,
            havenRatio: null,
            havenError: null,
            tracerBelowCm2PerS: 1e-9,
          },
    msd: {
      lagsPs,
      tracerA2: lagsPs.map((lag) => 0.1 + 0.01 * lag),
      tracerErrorA2: lagsPs.map((lag) => 0.002 * lag),
      collectiveA2: lagsPs.map((lag) => 0.1 + 0.02 * lag),
      collectiveErrorA2: lagsPs.map((lag) => 0.01 * lag),
    },
    timeline: [
      { configuration: "I01", site: 72, fromPs: 0, toPs: 60 },
      { configuration: null, site: null, fromPs: 60, toPs: 62 },
      { configuration: "I02", site: 75, fromPs: 62, toPs: 100 },
    ],
    chargeDisplacement: { timePs: [0, 50, 100], lengthA: [0, 1, 3] },
    modeTemperatures:
      kind === "driven" || kind === "none"
        ? {
            configuration: "I01",
            frames: 500,
            frequenciesThz: [3, 9, 12],
            kineticK: [400, 690, 390],
            kineticErrorK: [20, 30, 20],
            potentialK: [410, 650, 400],
            quantumK: [430, 780, 640],
            driven: kind === "driven" ? [1] : [],
          }
        : null,
    ...change,
  };
}

const parameters = exciteModesParameters.parse({ structure: { file: "a.cif" }, forces: { field: "pedone-2006" } });

export function sampleExcitation(jumps = { driven: 40, none: 0, random: 12, allHot: 60 }): Report<ExciteModesData> {
  const conditions = [
    condition("driven", jumps.driven),
    condition("none", jumps.none),
    condition("random", jumps.random),
    condition("allHot", jumps.allHot),
    condition("variant", 25, { name: "literal" }),
    condition("variant", 24, { name: "literal, random modes" }),
    condition("interval", 30, { name: "every 5 fs" }),
    condition("interval", 4, { name: "every 100 fs", everyFs: 100 }),
    condition("size", 20, { name: "385 atoms", atoms: 385, volumeA3: 3960 }),
  ];
  const ratios = ratiosOf(conditions);
  return {
    schema: "phonion/excite-modes",
    version: 1,
    made: { software: "phonion 0.0.0", kernels: "none", at: "2000-01-01T00:00:00Z" },
    inputs: [{ name: "a<b>.cif", sha256: "0".repeat(64) }],
    options: parameters as never,
    seed: 1,
    notes: [{ code: "test", message: "this is a made-up result <&>" }],
    data: {
      host: sampleData.host,
      forces: sampleData.forces,
      formula: "Li3 P1 O8",
      variant: "two-temperature",
      topModes: 5,
      timestepFs: 1,
      durationPs: 100,
      hopsFound: 3,
      hopsRun: 3,
      lists: [
        {
          id: "I01",
          energyEv: 0,
          multiplicity: 2,
          hops: 3,
          lowestBarrierEv: 0.31,
          modes: [4, 7],
          frequenciesThz: [9.1, 12.2],
          shareOfHops: 0.4,
        },
        {
          id: "I02",
          energyEv: 0.1,
          multiplicity: 1,
          hops: 0,
          lowestBarrierEv: null,
          modes: [],
          frequenciesThz: [],
          shareOfHops: null,
        },
      ],
      conditions,
      ratios,
      verdict: verdictOf(conditions, ratios, parameters),
    },
  };
}

/** Only what is driven and nothing to compare with, nothing recorded. */
export function bareExcitation(): Report<ExciteModesData> {
  const report = sampleExcitation();
  const bare = condition("driven", 0, {
    drivenModesK: null,
    otherModesK: null,
    powerEvPerPs: null,
    msd: null,
    diffusion: null,
    chargeDisplacement: null,
    modeTemperatures: null,
    unknown: [],
  });
  return {
    ...report,
    data: { ...report.data, conditions: [bare], ratios: [], verdict: verdictOf([bare], [], parameters) },
  };
}
