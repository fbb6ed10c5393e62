import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/base/index.js";
import {
  BEGUN_BEFORE,
  type JumpLog,
  makeSiteList,
  makeSiteTracker,
  memoryTrajectory,
  NOT_ENDED,
  type SiteTracker,
  type SiteTrackerOptions,
  trackSites,
} from "../../../src/dynamics/index.js";
import { packJson, unpackJson } from "../../../src/io/index.js";
import { makeCell, makeCrystal, minimumImage, toCartesian } from "../../../src/structure/index.js";

// A skewed lattice of 4 × 3 × 3 sites and two framework atoms that drift.
const CELL = makeCell([12, 0, 0, 4.5, 9, 0, -2, 3.5, 9]);
const SITES = Array.from({ length: 36 }, (_, j) => [(j % 4) / 4, (Math.floor(j / 4) % 3) / 3, Math.floor(j / 12) / 3]);
const PLACES = toCartesian(CELL, Float64Array.from(SITES.flat()));
const IONS = 6;

/** Half the shortest distance between two sites, Å: within it a point belongs to its site. */
const HALF = (() => {
  const differences = Float64Array.from({ length: 35 * 3 }, (_, i) => PLACES[i + 3]! - PLACES[i % 3]!);
  const near = minimumImage(CELL, differences);
  return (
    0.5 *
    Math.min(...Array.from({ length: 35 }, (_, j) => Math.hypot(near[3 * j]!, near[3 * j + 1]!, near[3 * j + 2]!)))
  );
})();

const crystal = makeCrystal({
  cell: CELL,
  species: ["S", "S", ...new Array(IONS).fill("Li")],
  positions: [1, 1, 1, 5, 4, 3, ...new Array(3 * IONS).fill(0)],
});
const sites = makeSiteList(crystal, { positions: PLACES, labels: "site", framework: [0, 1] });
const ions = Array.from({ length: IONS }, (_, i) => i + 2);

interface Plan {
  readonly frames: Float64Array[];
  /** [ion, from, to, frame of arrival]. */
  readonly jumps: (readonly [number, number, number, number])[];
  /** siteOf per frame. */
  readonly siteOf: number[][];
}

/** Ions that rattle inside the sphere of radius HALF around their site and jump to random other sites, in a drifting frame. */
function walk(frames: number, jumpChance: number, rng: Rng): Plan {
  const siteOf = Array.from({ length: IONS }, () => rng.below(36));
  const plan: Plan = { frames: [], jumps: [], siteOf: [] };
  // Each ion stands in some image of the cell.
  const image = siteOf.map(() =>
    toCartesian(CELL, Float64Array.of(rng.below(5) - 2, rng.below(5) - 2, rng.below(5) - 2)),
  );
  for (let frame = 0; frame < frames; frame++) {
    for (let ion = 0; frame > 0 && ion < IONS; ion++) {
      if (rng.uniform() > jumpChance) continue;
      const to = (siteOf[ion]! + 1 + rng.below(35)) % 36;
      plan.jumps.push([ion, siteOf[ion]!, to, frame]);
      siteOf[ion] = to;
    }
    const drift = [0.11 * frame, -0.07 * frame, 0.03 * frame];
    const x = new Float64Array(3 * (2 + IONS));
    for (let k = 0; k < 6; k++) x[k] = crystal.positions[k]! + drift[k % 3]!;
    for (let ion = 0; ion < IONS; ion++) {
      const direction = [rng.normal(), rng.normal(), rng.normal()];
      const length = (0.999 * HALF * Math.cbrt(rng.uniform())) / Math.hypot(...direction);
      for (let k = 0; k < 3; k++)
        x[6 + 3 * ion + k] = PLACES[3 * siteOf[ion]! + k]! + image[ion]![k]! + drift[k]! + length * direction[k]!;
    }
    plan.frames.push(x);
    plan.siteOf.push([...siteOf]);
  }
  return plan;
}

const FRAME_FS = 5;
const feed = (tracker: SiteTracker, frames: readonly Float64Array[], first = 0): SiteTracker => {
  for (const [i, x] of frames.entries()) tracker.update(x, FRAME_FS * (first + i));
  return tracker;
};
const track = (frames: readonly Float64Array[], options: Partial<SiteTrackerOptions> = {}) =>
  feed(makeSiteTracker(sites, { ions, ...options }), frames);
const rowsOf = (log: JumpLog) =>
  Array.from({ length: log.count }, (_, i) => [log.ion[i], log.from[i], log.to[i], log.arrivalFs[i]! / FRAME_FS]);

/** One ion along x between site 0 (x = 0) and site 1 (x = 3), the others far away at rest. */
function line(...xs: number[]): Float64Array[] {
  return xs.map((at) => {
    const x = new Float64Array(3 * (2 + IONS));
    x.set(crystal.positions.slice(0, 6));
    x[6] = at;
    for (let ion = 1; ion < IONS; ion++) x.set(PLACES.slice(3 * (10 + ion), 3 * (11 + ion)), 6 + 3 * ion);
    return x;
  });
}

describe("planted jumps", () => {
  it("are the log, ion for ion and frame for frame, on a skewed lattice in a drifting frame", () => {
    const plan = walk(400, 0.05, Rng.fromSeed(77));
    const tracker = track(plan.frames);
    expect(plan.jumps.length).toBeGreaterThan(80);
    expect(rowsOf(tracker.jumps())).toEqual(plan.jumps);
    const log = tracker.jumps();
    for (let i = 0; i < log.count; i++) expect(log.departureFs[i]).toBe(log.arrivalFs[i]! - FRAME_FS);
    expect([...tracker.siteOf]).toEqual(plan.siteOf.at(-1));
  });

  it("are the same from a stored trajectory, and in blocks handed to a sink", async () => {
    const plan = walk(300, 0.05, Rng.fromSeed(4));
    const positions = Float64Array.from(plan.frames.flatMap((x) => [...x]));
    const trajectory = memoryTrajectory({ crystal, positions, frameSpacingFs: FRAME_FS });
    const whole = await trackSites(trajectory, sites, { ions });
    expect(rowsOf(whole.jumps)).toEqual(plan.jumps);
    const rows: unknown[] = [];
    let visits = 0;
    const sunk = await trackSites(trajectory, sites, {
      ions,
      sinkBlock: 10,
      sink: (block) => {
        rows.push(...rowsOf(block.jumps));
        visits += block.visits.count;
      },
    });
    expect(rows).toEqual(plan.jumps);
    expect(visits).toBe(whole.visits.count);
    expect([sunk.jumps.count, sunk.visits.count]).toEqual([0, 0]);
    expect(sunk.occupancyFs).toEqual(whole.occupancyFs);
  });

  it("count the ions on every site", () => {
    const plan = walk(50, 0.1, Rng.fromSeed(6));
    const tracker = makeSiteTracker(sites, { ions });
    for (const [i, x] of plan.frames.entries()) {
      tracker.update(x, i);
      const counts = new Int32Array(36);
      for (const site of plan.siteOf[i]!) counts[site] = counts[site]! + 1;
      expect([...tracker.occupants]).toEqual([...counts]);
      expect(tracker.crowded()).toEqual([...counts].flatMap((count, site) => (count > 1 ? [site] : [])));
    }
    const crowded = plan.siteOf.filter((siteOf) => new Set(siteOf).size < IONS).length;
    expect(tracker.crowdedFrames).toBe(crowded);
  });
});

describe("visits", () => {
  it("fill every ion's time, and their sums are the occupancies", () => {
    const plan = walk(300, 0.06, Rng.fromSeed(21));
    const tracker = track(plan.frames, { dwellFs: 12 });
    const visits = tracker.visits();
    const spent = new Float64Array(36);
    for (let i = 0; i < visits.count; i++) {
      const [first, last] = [visits.ion[i] !== visits.ion[i - 1], visits.ion[i] !== visits.ion[i + 1]];
      expect(visits.entryFs[i]).toBe(first ? 0 : visits.exitFs[i - 1]);
      expect(visits.censored[i]).toBe((first ? BEGUN_BEFORE : 0) + (last ? NOT_ENDED : 0));
      if (last) expect(visits.exitFs[i]).toBe(FRAME_FS * 299);
      spent[visits.site[i]!] = spent[visits.site[i]!]! + visits.exitFs[i]! - visits.entryFs[i]!;
    }
    const occupancy = tracker.occupancyFs();
    // Multiples of half a frame, exact in f64.
    expect([...occupancy]).toEqual([...spent]);
    expect(occupancy.reduce((sum, time) => sum + time, 0)).toBe(IONS * FRAME_FS * 299);
  });
});

describe("hysteresis", () => {
  // Across the face at x = 1.5 and back, then for good.
  const rattle = line(0.2, 1.4, 1.6, 1.4, 1.7, 1.3, 1.55, 1.2, 2.4, 2.9, 3);

  it("none: each crossing of the face is a jump", () => {
    expect(track(rattle).jumps().count).toBe(7);
  });

  it("a core ignores rattling across the face", () => {
    // coreFraction 1/2: the ion has to come to x = 2, twice as near to the new site as to the old one.
    const tracker = track(rattle, { coreFraction: 0.5 });
    expect(rowsOf(tracker.jumps())).toEqual([[0, 0, 1, 8]]);
    // Frame 7 is the last that the rule itself gives to the old site.
    expect([...tracker.jumps().departureFs]).toEqual([7 * FRAME_FS]);
    expect(tracker.recrossings).toBe(0);
    expect(track(line(0, 1.99, 0), { coreFraction: 0.5 }).jumps().count).toBe(0);
    expect(track(line(0, 2.0001, 0), { coreFraction: 0.5 }).jumps().count).toBe(2);
  });

  it("a dwell ignores short stays and is decided late, with the time of the true arrival", () => {
    const tracker = makeSiteTracker(sites, { ions, dwellFs: 2 * FRAME_FS });
    const seen = rattle.map((x, i) => {
      tracker.update(x, FRAME_FS * i);
      return tracker.siteOf[0];
    });
    // Arrived in frame 8, known in frame 10.
    expect(seen).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(rowsOf(tracker.jumps())).toEqual([[0, 0, 1, 8]]);
    expect(tracker.recrossings).toBe(3);
  });

  it("a short stay on the way is left out: 0 → 1 → 2 becomes 0 → 2", () => {
    const tracker = track(line(0, 0, 3, 6, 6, 6), { dwellFs: 2 * FRAME_FS });
    expect(rowsOf(tracker.jumps())).toEqual([[0, 0, 2, 3]]);
    expect([...tracker.jumps().departureFs]).toEqual([FRAME_FS]);
  });

  it("an undecided stay at the end is no jump", () => {
    expect(track(line(0, 0, 3), { dwellFs: 2 * FRAME_FS }).jumps().count).toBe(0);
  });
});

describe("a checkpoint", () => {
  it("goes on bit for bit, in the middle of undecided stays", () => {
    const plan = walk(200, 0.2, Rng.fromSeed(31));
    const options: SiteTrackerOptions = { ions, dwellFs: 12, coreFraction: 0.8 };
    const whole = feed(makeSiteTracker(sites, options), plan.frames);
    const first = feed(makeSiteTracker(sites, options), plan.frames.slice(0, 97));
    const second = makeSiteTracker(sites, options);
    second.restore(unpackJson(packJson(first.save())));
    feed(second, plan.frames.slice(97), 97);
    expect(packJson(second.save())).toBe(packJson(whole.save()));
    expect(second.jumps()).toEqual(whole.jumps());
    expect([...second.occupants]).toEqual([...whole.occupants]);
  });

  it("of other ions is refused", () => {
    const saved = makeSiteTracker(sites, { ions }).save();
    expect(() => makeSiteTracker(sites, { ions: [2] }).restore(saved)).toThrow(
      /6 ions and 36 sites, this one 1 and 36/,
    );
  });
});

describe("bad input", () => {
  const frame = line(0)[0]!;
  it("time that stands still, missing atoms, and positions that are no numbers", () => {
    const tracker = makeSiteTracker(sites, { ions });
    tracker.update(frame, 10);
    expect(() => tracker.update(frame, 10)).toThrow(/a frame at 10 fs follows one at 10 fs/);
    expect(() => makeSiteTracker(sites, { ions }).update(frame.slice(0, 12), 0)).toThrow(/4 atoms, ion 8/);
    const broken = frame.slice();
    broken[7] = Number.NaN;
    expect(() => makeSiteTracker(sites, { ions }).update(broken, 0)).toThrow(/position of atom 3 is NaN/);
  });

  it("options that contradict the sites or each other", () => {
    expect(() => makeSiteTracker(sites, { ions: [] })).toThrow(/given no ions/);
    expect(() => makeSiteTracker(sites, { ions: [2, 2] })).toThrow(/atom 2 cannot be an ion, or is named twice/);
    expect(() => makeSiteTracker(sites, { ions: [1] })).toThrow(/atom 2 is both/);
    expect(() => makeSiteTracker(sites, { ions, coreFraction: 1.5 })).toThrow(/coreFraction is 1.5/);
    expect(() => makeSiteTracker(sites, { ions, rule: "exclusive", coreFraction: 0.5 })).toThrow(/contradict/);
    expect(() => makeSiteTracker(sites, { ions, rule: "polyhedron" })).toThrow(/site 0 \(site\) has no polyhedron/);
    expect(() => makeSiteList(crystal, { positions: [0, 0, 0], labels: "a", follow: "framework" })).toThrow(
      /without atoms/,
    );
  });
});
