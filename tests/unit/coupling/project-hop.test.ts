import { describe, expect, it } from "vitest";
import { type F64, InputError, Rng } from "../../../src/base/index.js";
import {
  accumulation,
  averageHops,
  maxOverMean,
  modesFor,
  percentModesFor,
  projectHop,
  projectImages,
  reorderModes,
  sortedAccumulation,
  topModes,
} from "../../../src/coupling/index.js";
import { arcLengths, type Path, reversePath } from "../../../src/hops/index.js";
import type { Minimum } from "../../../src/minima/index.js";
import {
  displacementsFromModes,
  type ForceConstants,
  forceConstantsFrom,
  imposeAcousticSumRule,
  type Modes,
  solveModes,
} from "../../../src/modes/index.js";
import { type Crystal, makeCell, makeCrystal } from "../../../src/structure/index.js";

const N = 6;
const rng = Rng.fromSeed(11);
const crystal = makeCrystal({
  cell: makeCell([9, 0, 0, 0, 8, 0, 0, 0, 7]),
  species: ["Li", "Li", "P", "O", "O", "O"],
  positions: Float64Array.from({ length: 3 * N }, () => 7 * rng.uniform()),
});

/** A random positive table that breaks the sum rule, as raw differences of forces do. */
function randomConstants(shift = 0): ForceConstants {
  const size = 3 * N;
  const a = Float64Array.from({ length: size * size }, () => rng.normal());
  const values = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < size; k++) values[i * size + j]! += 0.3 * a[i * size + k]! * a[j * size + k]!;
      if (i === j) values[i * size + j]! += shift;
    }
  return forceConstantsFrom(crystal, values);
}

/** A straight or bent path that starts at the crystal and moves by `displace(t)` Å, the top at `saddle`. */
function pathOf(displace: (t: number) => F64, { nImages = 9, saddle = 4, start = crystal as Crystal } = {}): Path {
  const size = 3 * N;
  const images = new Float64Array(nImages * size);
  for (let k = 0; k < nImages; k++) {
    const u = displace(k / (nImages - 1));
    for (let i = 0; i < size; i++) images[k * size + i] = start.positions[i]! + u[i]!;
  }
  const rest = (k: number): Minimum => ({
    crystal: { ...start, positions: images.slice(k * size, (k + 1) * size) },
    energy: 0,
    maxForce: 0,
    converged: true,
    history: [],
    notes: [],
  });
  const energies = Float64Array.from({ length: nImages }, (_, k) => 0.3 * Math.sin((Math.PI * k) / (nImages - 1)) ** 2);
  return {
    endpoints: [rest(0), rest(nImages - 1)],
    nImages,
    images,
    energies,
    saddle,
    coordinate: arcLengths(images, nImages),
    barrierForward: 0.3,
    barrierBackward: 0.3,
    movers: Int32Array.of(0),
    converged: true,
    history: [],
    notes: [],
  };
}

const randomMove = (): Float64Array => Float64Array.from({ length: 3 * N }, () => 0.4 * rng.normal());
const scaled = (u: F64, factor: number): Float64Array => Float64Array.from(u, (x) => factor * x);

describe("share of the modes in a hop", () => {
  it("completeness: Σ E_n = ½uᵀΦu, with raw force constants and with the sum rule, each in its own basis", () => {
    for (const constants of [randomConstants(), imposeAcousticSumRule(randomConstants())]) {
      const modes = solveModes(constants);
      const u = randomMove();
      for (const at of ["halfway", 1, 4, 8] as const) {
        const projection = projectHop(
          pathOf((t) => scaled(u, t)),
          modes,
          { at, forceConstants: constants },
        );
        // Two ways to sum 324 products; eigenvalues are good to 1e-15 of the largest.
        expect(projection.closure).toBeLessThan(1e-10);
        expect(projection.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      }
    }
  });

  it("the energy of a place known by hand: one atom on a spring", () => {
    const single = makeCrystal({ cell: makeCell([9, 0, 0, 0, 9, 0, 0, 0, 9]), species: ["Li"], positions: [1, 1, 1] });
    const modes = solveModes(forceConstantsFrom(single, [2, 0, 0, 0, 3, 0, 0, 0, 4]));
    const images = Float64Array.of(1, 1, 1, 1.1, 1, 1, 1.2, 1, 1.1);
    const base = pathOf(() => new Float64Array(3 * N));
    const end = { ...base.endpoints[0], crystal: single };
    const path: Path = {
      ...base,
      endpoints: [end, end],
      images,
      nImages: 3,
      energies: Float64Array.of(0, 0.1, 0),
      coordinate: arcLengths(images, 3),
      saddle: 2,
    };
    const projection = projectHop(path, modes, { at: 2 });
    // ½·2·0.2² = 0.04 and ½·4·0.1² = 0.02 eV.
    expect(projection.energies[0]).toBeCloseTo(0.04, 12);
    expect(projection.energies[2]).toBeCloseTo(0.02, 12);
    expect(projection.shares[0]).toBeCloseTo(2 / 3, 12);
    expect(projection.coordinates[0]).toBeCloseTo(0.2 * Math.sqrt(single.masses[0]!), 12);
    expect(Number.isNaN(projection.harmonicEnergy)).toBe(true);
  });

  it("a path along one mode belongs to that mode alone", () => {
    const modes = solveModes(randomConstants());
    for (const mode of [0, 5, 17]) {
      const q = new Float64Array(3 * N);
      q[mode] = 2;
      const u = displacementsFromModes(modes, q);
      const projection = projectHop(
        pathOf((t) => scaled(u, t)),
        modes,
        { at: 8 },
      );
      expect(projection.shares[mode]).toBeCloseTo(1, 10);
      expect(projection.coordinates[mode]).toBeCloseTo(2, 10);
      expect(projection.centre).toBeCloseTo(modes.frequencies[mode]!, 8);
      expect(topModes(projection, 1)[0]!.mode).toBe(mode);
    }
  });

  it("half way is half the arc length to the saddle, between images, not an image's number", () => {
    // The images crowd towards the saddle: x(t) = t (2 − t) for t ≤ 1 of the first half.
    const u = randomMove();
    const modes = solveModes(randomConstants());
    const path = pathOf((t) => scaled(u, t <= 0.5 ? 2 * t * (2 - 2 * t) : 1 + (t - 0.5)));
    const projection = projectHop(path, modes);
    expect(projection.fractionToSaddle).toBe(0.5);
    for (let i = 0; i < 3 * N; i++) expect(projection.displacement[i]).toBeCloseTo(0.5 * u[i]!, 12);
    const image2 = projectHop(path, modes, { at: 2 });
    expect(image2.fractionToSaddle).toBeCloseTo(0.75, 12);
  });

  it("sums over degenerate groups do not depend on the basis inside them", () => {
    // Six independent atoms on isotropic springs: each frequency three times.
    const size = 3 * N;
    const values = new Float64Array(size * size);
    for (let i = 0; i < size; i++) values[i * size + i] = 1 + Math.floor(i / 3);
    const modes = solveModes(forceConstantsFrom(crystal, values));
    const rotated = rotateGroups(modes);
    const path = pathOf((t) => scaled(move, t));
    const [a, b] = [projectHop(path, modes), projectHop(path, rotated)];
    expect(a.groups.length).toBe(N);
    expect(maxDifference(a.shares, b.shares)).toBeGreaterThan(1e-3);
    expect(maxDifference(a.groupShares, b.groupShares)).toBeLessThan(1e-12);
    expect(b.sumModalEnergy).toBeCloseTo(a.sumModalEnergy, 12);
    expect(topModes(a, 1)[0]!.groupSize).toBe(3);
    expect(topModes(b, 1)[0]!.groupShare).toBeCloseTo(Math.max(...a.groupShares), 10);
  });

  it("unstable modes are counted, keep their sign in the energies and stay out of the shares", () => {
    const constants = randomConstants(-2);
    const modes = solveModes(constants);
    const unstable = Array.from(modes.frequencies).filter((f) => f < 0).length;
    expect(unstable).toBeGreaterThan(0);
    const u = randomMove();
    const projection = projectHop(
      pathOf((t) => scaled(u, t)),
      modes,
      { forceConstants: constants },
    );
    expect(projection.unstableModes).toBe(unstable);
    for (let n = 0; n < unstable; n++) {
      expect(projection.energies[n]).toBeLessThan(0);
      expect(projection.shares[n]).toBe(0);
    }
    expect(projection.closure).toBeLessThan(1e-10);
    expect(projection.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it("a rigid shift of everything costs nothing once the sum rule holds, and can be taken off", () => {
    const constants = imposeAcousticSumRule(randomConstants());
    const modes = solveModes(constants);
    const u = randomMove();
    const shifted = (t: number): Float64Array => Float64Array.from(u, (x, i) => t * (x + [0.3, -0.2, 0.1][i % 3]!));
    const plain = projectHop(
      pathOf((t) => scaled(u, t)),
      modes,
      { at: 4 },
    );
    const drifting = projectHop(pathOf(shifted), modes, { at: 4 });
    expect(maxDifference(plain.shares, drifting.shares)).toBeLessThan(1e-10);
    const held = projectHop(pathOf(shifted), modes, { at: 4, removeTranslation: true });
    const mass = [0, 1, 2].map((a) =>
      held.displacement
        .slice()
        .reduce((sum, x, i) => (i % 3 === a ? sum + crystal.masses[Math.floor(i / 3)]! * x : sum), 0),
    );
    for (const sum of mass) expect(Math.abs(sum)).toBeLessThan(1e-12);
  });

  it("a hop across the boundary is the same hop: images are continuous, the modes' origin may be wrapped elsewhere", () => {
    const u = randomMove();
    const modes = solveModes(randomConstants());
    const away: Crystal = {
      ...crystal,
      positions: Float64Array.from(crystal.positions, (x, i) => x + [9, 0, -7][i % 3]! * (i < 9 ? 1 : 0)),
    };
    const [a, b] = [
      projectHop(
        pathOf((t) => scaled(u, t)),
        modes,
      ),
      projectHop(
        pathOf((t) => scaled(u, t), { start: away }),
        modes,
      ),
    ];
    expect(maxDifference(a.shares, b.shares)).toBeLessThan(1e-10);
  });

  it("backwards: the path turned over, projected on the modes of its other end", () => {
    const u = randomMove();
    const path = pathOf((t) => scaled(u, t));
    const end = { ...crystal, positions: path.endpoints[1].crystal.positions };
    const modes = solveModes({ ...randomConstants(), reference: end });
    expect(() => projectHop(path, modes)).toThrow(InputError);
    const back = projectHop(reversePath(path), modes);
    for (let i = 0; i < 3 * N; i++) expect(back.displacement[i]).toBeCloseTo(-0.25 * u[i]!, 12);
  });

  it("reorderModes brings modes of a shuffled minimum into the path's order", () => {
    const order = [4, 2, 0, 5, 1, 3];
    const modes = solveModes(randomConstants());
    const again = reorderModes(
      reorderModes(modes, order),
      order.map((_, i) => order.indexOf(i)),
    );
    expect(again.vectors).toEqual(modes.vectors);
    expect(reorderModes(modes, order).reference.masses[0]).toBe(modes.reference.masses[4]);
    const u = randomMove();
    const path = pathOf((t) => scaled(u, t));
    expect(() => projectHop(path, reorderModes(modes, order))).toThrow(InputError);
  });

  it("every moving image has its projection", () => {
    const modes = solveModes(randomConstants());
    const u = randomMove();
    const all = projectImages(
      pathOf((t) => scaled(u, t)),
      modes,
    );
    expect(all.length).toBe(7);
    // Along a straight path the energies grow with the square of the distance, the shares stay.
    expect(all[3]!.sumModalEnergy / all[0]!.sumModalEnergy).toBeCloseTo(16, 8);
    expect(maxDifference(all[0]!.shares, all[6]!.shares)).toBeLessThan(1e-12);
  });
});

describe("concentration of shares", () => {
  const shares = Float64Array.of(0.1, 0.5, 0, 0.25, 0.15);

  it("sums in frequency and in size", () => {
    expect([...accumulation(shares)].map((x) => Math.round(x * 1e12) / 1e12)).toEqual([0.1, 0.6, 0.6, 0.85, 1]);
    expect([...sortedAccumulation(shares)].map((x) => Math.round(x * 1e12) / 1e12)).toEqual([0.5, 0.75, 0.9, 1, 1]);
    expect(modesFor(shares, 0.5)).toBe(1);
    expect(modesFor(shares, 0.87)).toBe(3);
    expect(modesFor(shares, 1)).toBe(4);
    expect(percentModesFor(shares, 0.87)).toBe(60);
    expect(maxOverMean(shares)).toBeCloseTo(2.5, 12);
    expect(() => modesFor(shares, 87)).toThrow(InputError);
  });

  it("leading modes carry their character, whose parts add up to one", () => {
    const modes = solveModes(randomConstants());
    const projection = projectHop(
      pathOf((t) => scaled(move, t)),
      modes,
    );
    const leading = topModes(projection, 4);
    for (let rank = 1; rank < 4; rank++) expect(leading[rank]!.share).toBeLessThanOrEqual(leading[rank - 1]!.share);
    for (const mode of leading) {
      expect(Object.values(mode.species).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
      expect(Object.keys(mode.species)).toEqual(["Li", "P", "O"]);
      expect(mode.inverseParticipation).toBeGreaterThanOrEqual(1 / N);
      expect(mode.inverseParticipation).toBeLessThanOrEqual(1);
    }
  });
});

describe("averages over hops", () => {
  const low = { frequencies: Float64Array.of(1, 2, 3), shares: Float64Array.of(1, 0, 0), barrierForward: 0.2 };
  const high = {
    frequencies: Float64Array.of(1.5, 2.5, 3.5),
    shares: Float64Array.of(0, 0.5, 0.5),
    barrierForward: 0.5,
  };

  it("equal weights: the mean of the accumulations, step by step", () => {
    const average = averageHops([low, high], { grid: Float64Array.of(0.9, 1, 2.4, 2.5, 3.5) });
    expect([...average.accumulation]).toEqual([0, 0.5, 0.5, 0.75, 1]);
    expect(average.effectiveHops).toBeCloseTo(2, 12);
    expect(average.centre).toBeCloseTo(0.5 * 1 + 0.5 * 3, 12);
    expect(average.sortedAccumulation[0]).toBe(0);
    expect(average.sortedAccumulation[100]).toBeCloseTo(1, 12);
    // One of three modes, 33 %, carries 1 of the first and 0.5 of the second; below that a straight line.
    expect(average.sortedAccumulation[33]).toBeCloseTo(0.99 * 0.75, 12);
  });

  it("Boltzmann weights: 0.3 eV more barrier counts exp(−0.3/kT) as much; hot, all count alike", () => {
    const cold = averageHops([low, high], { weights: "boltzmann", temperature: 700 });
    expect(cold.hopWeights[1]! / cold.hopWeights[0]!).toBeCloseTo(Math.exp(-0.3 / (8.617333262e-5 * 700)), 10);
    const hot = averageHops([low, high], { weights: "boltzmann", temperature: 1e9 });
    expect(hot.hopWeights[0]).toBeCloseTo(0.5, 5);
    expect(() => averageHops([low], { weights: "boltzmann" })).toThrow(InputError);
    expect(() => averageHops([])).toThrow(InputError);
  });

  it("the averaged accumulation never falls and ends at 1 on its own grid", () => {
    const average = averageHops([low, high]);
    for (let i = 1; i < average.grid.length; i++)
      expect(average.accumulation[i]).toBeGreaterThanOrEqual(average.accumulation[i - 1]!);
    expect(average.accumulation[average.grid.length - 1]).toBeCloseTo(1, 12);
  });
});

const move = randomMove();

function maxDifference(a: F64, b: F64): number {
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));
}

/** The same modes with the vectors of every threefold group turned by random rotations about its members. */
function rotateGroups(modes: Modes): Modes {
  const vectors = modes.vectors.slice();
  for (let first = 0; first < modes.count; first += 3) {
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [0, 2],
    ] as const) {
      const angle = 6 * rng.uniform();
      for (let i = 0; i < modes.count; i++) {
        const [p, q] = [(first + a) * modes.count + i, (first + b) * modes.count + i];
        const [x, y] = [vectors[p]!, vectors[q]!];
        vectors[p] = Math.cos(angle) * x - Math.sin(angle) * y;
        vectors[q] = Math.sin(angle) * x + Math.cos(angle) * y;
      }
    }
  }
  return { ...modes, vectors };
}
