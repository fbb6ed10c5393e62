// A small made-up result of the study "modal-hops": the shapes are right, the numbers mean nothing.

import { Rng } from "../../src/base/index.js";
import type { Report } from "../../src/io/index.js";
import { cellParameters, fractionalPositions, makeCell, makeCrystal } from "../../src/structure/index.js";
import type { Configuration, HopResult, ModalHopsData } from "../../src/studies/index.js";

const rng = Rng.fromSeed(1);
const cell = makeCell([8, 0, 0, 0, 8, 0, 0, 0, 8]);
const species = ["Li", "Li", "P", "O", "O", "O", "O", "O", "O", "O", "O", "Li"];
const tetrahedron = [1, 1, 1, 1, -1, -1, -1, 1, -1, -1, -1, 1].map((x) => 0.9 * x);
const places = [
  1,
  1,
  1,
  5,
  4,
  3,
  4,
  4,
  4,
  ...tetrahedron.map((x) => 4 + x),
  1,
  5,
  6,
  6,
  1,
  7,
  2,
  7,
  2,
  7,
  7,
  7,
  3,
  1,
  2,
];
const crystal = makeCrystal({ cell, species, positions: places });
const n3 = places.length;

const frequencies = Float64Array.from({ length: n3 }, (_, n) => (n < 3 ? 0 : 2 + (30 * n) / n3));
function randomShares(): Float64Array {
  const raw = Float64Array.from({ length: n3 }, (_, n) => (n < 3 ? 0 : rng.uniform() ** 8));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((x) => x / sum);
}

const configuration = (id: string, energyEv: number): Configuration => ({
  id,
  energyEv,
  multiplicity: 2,
  crystal,
  interstitial: 11,
  frequenciesThz: frequencies,
  inverseParticipation: Float64Array.from(frequencies, () => 1 / 12 + 0.5 * rng.uniform() ** 3),
  acousticSumResidual: 1e-9,
  maxForceEvPerA: 8e-6,
  hopCount: 3,
});

function hop(id: string, from: string, to: string, barrier: number): HopResult {
  const shares = randomShares();
  const energiesEv = Float64Array.from({ length: 9 }, (_, i) => barrier * Math.sin((Math.PI * i) / 8) ** 2);
  return {
    id,
    mechanism: "interstitialcy",
    from,
    to,
    through: "Li1 #2",
    movers: [0, 11],
    converged: true,
    barrierForwardEv: barrier,
    barrierBackwardEv: barrier,
    energiesEv,
    coordinateA: Float64Array.from({ length: 9 }, (_, i) => 0.4 * i),
    saddleImage: 4,
    saddleVerified: true,
    saddleFrequencyThz: -6.1,
    prefactorThz: 9.7,
    iterations: 44,
    shares: {
      shares,
      sumModalEnergyEv: 2 * barrier,
      harmonicEnergyEv: 2 * barrier,
      bandEnergyEv: barrier / 2,
      maxOverMean: Math.max(...shares) * n3,
      percentModesFor87: 12,
      unstableModes: 0,
      centreThz: 14,
      topModes: [
        {
          mode: 5,
          frequencyThz: frequencies[5]!,
          share: 0.3,
          energyEv: 0.1,
          inverseParticipation: 0.2,
          species: { Li: 0.7, P: 0.1, O: 0.2 },
          groupSize: 1,
          groupShare: 0.3,
        },
      ],
    },
    notes: [],
  };
}

const hops = [
  hop("I01>I02/1", "I01", "I02", 0.31),
  hop("I02>I01/1", "I02", "I01", 0.42),
  hop("I01>I02/2", "I01", "I02", 0.78),
];
const grid = Float64Array.from({ length: 66 }, (_, i) => i / 2);
const average = (weights: "equal" | "boltzmann") => ({
  weights,
  ...(weights === "boltzmann" ? { temperatureK: 700 } : {}),
  gridThz: grid,
  accumulation: grid.map((f) => Math.min(1, f / 32)),
  percentOfModes: Float64Array.from({ length: 101 }, (_, i) => i),
  sortedAccumulation: Float64Array.from({ length: 101 }, (_, i) => 1 - Math.exp(-i / 6)),
  hops: hops.length,
});

const images = new Float64Array(9 * n3);
for (let image = 0; image < 9; image++) {
  for (let a = 0; a < n3; a++) images[image * n3 + a] = places[a]! + (a === 0 || a === 33 ? 0.4 * image : 0);
}
const arrows = Float64Array.from({ length: n3 }, () => 0.5 * rng.normal());

export const sampleData: ModalHopsData = {
  host: {
    formula: "Li2 P1 O8",
    spaceGroup: "P1",
    atoms: 11,
    cellRead: cellParameters(cell),
    cellRelaxed: cellParameters(cell),
    energyEvPerAtom: -12.5,
    maxForceEvPerA: 1e-6,
    relaxed: true,
  },
  forces: { name: "made up", doi: "", cutoffsA: { "Li-O": 6 }, ewaldAccuracy: 1e-6, cutoffsFrom: "of the source" },
  supercell: { matrix: [1, 1, 1], atoms: 12, formula: "Li3 P1 O8", cell: cellParameters(cell) },
  candidates: [
    {
      id: "I01",
      coordination: "octahedral",
      fractional: [...fractionalPositions(crystal).slice(33)],
      multiplicity: 2,
      radiusA: 2.1,
      distanceToDefectA: 3,
      fate: "stable",
      energyEv: 0,
      lowestFrequencyThz: 2.1,
    },
    {
      id: "I02",
      coordination: "octahedral",
      fractional: [0.1, 0.2, 0.3],
      multiplicity: 2,
      radiusA: 2.2,
      distanceToDefectA: 4,
      fate: "stable",
      energyEv: 0.1,
      lowestFrequencyThz: 1.9,
    },
    {
      id: "I03",
      coordination: "octahedral",
      fractional: [0.5, 0.2, 0.3],
      multiplicity: 1,
      radiusA: 2.3,
      distanceToDefectA: 5,
      fate: "moved to another site",
      endedAt: "I01",
      energyEv: 0,
      lowestFrequencyThz: 2.1,
    },
  ],
  configurations: [configuration("I01", 0), configuration("I02", 0.1)],
  hopsFound: 3,
  hopsFoundAllSites: 6,
  hops,
  failedHops: [],
  example: {
    id: hops[0]!.id,
    mechanism: "interstitialcy",
    origin: crystal,
    images,
    energiesEv: hops[0]!.energiesEv,
    coordinateA: hops[0]!.coordinateA,
    movers: [0, 11],
    frequenciesThz: frequencies,
    sharesHalfway: hops[0]!.shares!.shares,
    sharesFirstImage: randomShares(),
    sharesAtImages: [1, 2, 3, 4].map((image) => ({
      image,
      leadingThz: 10 + image,
      modesFor87: 20 - image,
      sumModalEnergyEv: 0.1 * image ** 2,
      bandEnergyEv: 0.05 * image,
    })),
    leading: [0, 1].map((rank) => ({
      frequencyThz: 10 + rank,
      share: 0.3 - 0.1 * rank,
      inverseParticipation: 0.2,
      arrows,
    })),
    rivals: [
      {
        mechanism: "direct",
        energiesEv: hops[2]!.energiesEv,
        coordinateA: hops[2]!.coordinateA,
        barrierForwardEv: 0.78,
        converged: true,
      },
    ],
  },
  averages: [average("equal"), average("boltzmann")],
};

export const sampleReport: Report<ModalHopsData> = {
  schema: "phonion/modal-hops",
  version: 1,
  made: { software: "phonion 0.0.0", kernels: "none", at: "2000-01-01T00:00:00Z" },
  inputs: [{ name: "a<b>.cif", sha256: "0".repeat(64) }],
  options: { structure: { file: "a<b>.cif" } },
  seed: 1,
  notes: [{ code: "test", message: "this is a made-up result <&>", hint: "do not use it" }],
  data: sampleData,
};
