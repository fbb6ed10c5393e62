// The state machine that says where every mobile ion is. For each ion it keeps two sites:
//   present   by the rule and the core: the rule (site-finder.ts) names a site B; the ion leaves its present site A for B when
//             |x − B| ≤ coreFraction |x − A|, or at once without a core. No site (between spheres): it stays.
//   siteOf    by the dwell: the present site becomes the ion's site once it has been the present one for dwellFs, and a jump is
//             written, with the time of the first frame there as its arrival. If the ion comes back before, nothing was: a recrossing.
// The departure is the last time the rule itself named the old site; what lies between is the flight.
// Times are those of frames; nothing is interpolated.

import { expectFinite, type F64, InputError } from "../base/index.js";
import { assignFromNearest } from "../hops/index.js";
import { type Cell, toCartesian } from "../structure/index.js";
import { SiteFinder } from "./site-finder.js";
import { SiteFrame } from "./site-frame.js";
import { type SiteList, siteCount } from "./site-list.js";
import { BEGUN_BEFORE, type JumpLog, jumpLog, NOT_ENDED, Rows, type Visits, visitTable } from "./site-log.js";
import { checkTrackerOptions, type SiteTrackerOptions } from "./site-options.js";
import type { SiteTracker } from "./site-session.js";

/** @throws InputError when the options contradict each other or the sites; CapabilityError without three periodic directions. */
export function makeSiteTracker(sites: SiteList, options: SiteTrackerOptions): SiteTracker {
  return new Tracker(sites, options, checkTrackerOptions(sites, options));
}

class Tracker implements SiteTracker {
  readonly ions: Int32Array;
  readonly siteOf: Int32Array;
  readonly occupants: Int32Array;
  readonly enteredFs: Float64Array;
  version = 0;
  frames = 0;
  timeFs = Number.NaN;
  recrossings = 0;
  crowdedFrames = 0;

  readonly #frame: SiteFrame;
  readonly #finder: SiteFinder;
  readonly #jumps = new Rows(3, 2);
  readonly #visits = new Rows(3, 2);
  readonly #closedFs: Float64Array; // [m] time of visits that have ended
  readonly #present: Int32Array; // [nIons]
  readonly #since: Float64Array; // [nIons] first time of the present stay on `present`
  readonly #seenPresent: Float64Array; // [nIons] last time the rule named `present`
  readonly #seenSite: Float64Array; // [nIons] last time the rule named `siteOf`
  readonly #begunBefore: Int32Array; // [nIons]
  readonly #named: Int32Array; // [nIons] what the rule says of this frame
  readonly #points: Float64Array; // [nIons,3] fractional, drift taken off
  #crowding = 0; // Σ over sites of ions beyond the first
  #cell: Cell;

  constructor(
    readonly sites: SiteList,
    private readonly options: SiteTrackerOptions,
    radii: F64 | undefined,
  ) {
    const n = options.ions.length;
    const m = siteCount(sites);
    this.ions = Int32Array.from(options.ions);
    this.siteOf = new Int32Array(n).fill(-1);
    this.occupants = new Int32Array(m);
    this.#closedFs = new Float64Array(m);
    this.#present = new Int32Array(n).fill(-1);
    this.#since = new Float64Array(n);
    this.#seenPresent = new Float64Array(n);
    this.#seenSite = new Float64Array(n);
    this.enteredFs = new Float64Array(n);
    this.#begunBefore = new Int32Array(n);
    this.#named = new Int32Array(n);
    this.#points = new Float64Array(3 * n);
    this.#cell = sites.cell;
    this.#frame = new SiteFrame(sites);
    const rule = options.rule === undefined || options.rule === "exclusive" ? "voronoi" : options.rule;
    this.#finder = new SiteFinder(sites, this.#frame, rule, radii);
  }

  update(positions: F64, timeFs: number, cell: Cell = this.sites.cell): void {
    this.#checkFrame(positions, timeFs);
    this.#cell = cell;
    this.#frame.update(positions, cell);
    this.#finder.prepare(cell);
    this.#place(positions, cell);
    this.#nameSites();
    const before = this.version;
    this.timeFs = timeFs;
    for (let ion = 0; ion < this.ions.length; ion++) this.#advance(ion, this.#named[ion]!, timeFs);
    if (this.version !== before || this.frames === 0) this.#countCrowding();
    if (this.#crowding > 0) this.crowdedFrames++;
    this.frames++;
    if (this.options.sink && this.#jumps.count >= (this.options.sinkBlock ?? 4096)) this.#handOver(this.options.sink);
  }

  drift(): Float64Array {
    return toCartesian(this.#cell, this.#frame.drift);
  }

  sitePositions(): Float64Array {
    const { places, drift } = this.#frame;
    return toCartesian(
      this.#cell,
      places.map((s, i) => s + drift[i % 3]!),
    );
  }

  crowded(): number[] {
    return Array.from(this.occupants).flatMap((count, site) => (count > 1 ? [site] : []));
  }

  jumps(): JumpLog {
    return jumpLog(this.#jumps);
  }

  visits(): Visits {
    const all = new Rows(3, 2);
    all.restore(this.#visits.save());
    this.#addOpenVisits(all);
    return visitTable(all);
  }

  occupancyFs(): Float64Array {
    const total = this.#closedFs.slice();
    for (let ion = 0; ion < this.ions.length; ion++) {
      const site = this.siteOf[ion]!;
      if (site >= 0) total[site] = total[site]! + this.timeFs - this.enteredFs[ion]!;
    }
    return total;
  }

  flush(): void {
    if (!this.options.sink) return;
    this.#addOpenVisits(this.#visits);
    this.#handOver(this.options.sink);
  }

  save(): unknown {
    return {
      siteOf: this.siteOf.slice(),
      present: this.#present.slice(),
      begunBefore: this.#begunBefore.slice(),
      since: this.#since.slice(),
      seenPresent: this.#seenPresent.slice(),
      seenSite: this.#seenSite.slice(),
      enteredFs: this.enteredFs.slice(),
      closedFs: this.#closedFs.slice(),
      drift: this.#frame.save(),
      numbers: Float64Array.of(this.version, this.frames, this.timeFs, this.recrossings, this.crowdedFrames),
      jumps: this.#jumps.save(),
      visits: this.#visits.save(),
    };
  }

  restore(saved: unknown): void {
    const from = saved as Saved;
    if (from.siteOf.length !== this.siteOf.length || from.closedFs.length !== this.#closedFs.length) {
      throw new InputError(
        `the saved tracker has ${from.siteOf.length} ions and ${from.closedFs.length} sites, this one ${this.siteOf.length} and ${this.#closedFs.length}`,
        "restore into a tracker made with the same sites and ions",
      );
    }
    this.siteOf.set(from.siteOf);
    this.#present.set(from.present);
    this.#begunBefore.set(from.begunBefore);
    this.#since.set(from.since);
    this.#seenPresent.set(from.seenPresent);
    this.#seenSite.set(from.seenSite);
    this.enteredFs.set(from.enteredFs);
    this.#closedFs.set(from.closedFs);
    this.#frame.restore(from.drift);
    this.version = from.numbers[0]!;
    this.frames = from.numbers[1]!;
    this.timeFs = from.numbers[2]!;
    this.recrossings = from.numbers[3]!;
    this.crowdedFrames = from.numbers[4]!;
    this.#jumps.restore(from.jumps);
    this.#visits.restore(from.visits);
    this.occupants.fill(0);
    for (const site of this.siteOf) if (site >= 0) this.occupants[site] = this.occupants[site]! + 1;
    this.#countCrowding();
  }

  #checkFrame(positions: F64, timeFs: number): void {
    if (this.frames > 0 ? !(timeFs > this.timeFs) : !Number.isFinite(timeFs)) {
      throw new InputError(
        `a frame at ${timeFs} fs follows one at ${this.timeFs} fs`,
        "frames come in order of time; make a new tracker to start anew",
      );
    }
    const last = this.ions.reduce((most, atom) => Math.max(most, atom), 0);
    if (3 * last + 2 >= positions.length) {
      throw new InputError(
        `the frame has ${positions.length / 3} atoms, ion ${last + 1} is not among them`,
        "sites and frame belong to different structures",
      );
    }
  }

  #place(positions: F64, { inverse: m }: Cell): void {
    const { drift } = this.#frame;
    let sum = 0;
    for (let ion = 0; ion < this.ions.length; ion++) {
      const at = 3 * this.ions[ion]!;
      const [x, y, z] = [positions[at]!, positions[at + 1]!, positions[at + 2]!];
      for (let k = 0; k < 3; k++) {
        const s = x * m[k]! + y * m[3 + k]! + z * m[6 + k]! - drift[k]!;
        this.#points[3 * ion + k] = s;
        sum += s;
      }
    }
    // One sum tells of any number that is none, the framework's included.
    if (!Number.isFinite(sum)) expectFinite("position", positions, 3, this.frames);
  }

  #nameSites(): void {
    const points = this.#points;
    const exclusive = this.options.rule === "exclusive";
    const taken = exclusive ? new Uint8Array(siteCount(this.sites)) : undefined;
    let shared = false;
    for (let ion = 0; ion < this.ions.length; ion++) {
      const present = this.#present[ion]!;
      let site = this.#finder.find(points[3 * ion]!, points[3 * ion + 1]!, points[3 * ion + 2]!, present);
      if (site >= 0 && present >= 0 && site !== present && !this.#inCore(ion, present)) site = -1;
      this.#named[ion] = site;
      if (!taken) continue;
      shared ||= taken[site] === 1;
      taken[site] = 1;
    }
    // If every ion has its nearest site for itself, each term of the sum of squares is least and so is the sum.
    if (shared) {
      const places = toCartesian(this.#cell, this.#frame.places);
      const at = { ions: toCartesian(this.#cell, points), sites: places };
      this.#named.set(assignFromNearest(this.#cell, at, this.#named));
    }
  }

  /** Of the site just found: is it near enough for the ion to leave its present one? */
  #inCore(ion: number, present: number): boolean {
    const { coreFraction } = this.options;
    if (coreFraction === undefined) return true;
    const found = this.#finder.foundSquared;
    let old = this.#finder.presentSquared;
    if (Number.isNaN(old)) {
      const [x, y, z] = this.#points.subarray(3 * ion, 3 * ion + 3);
      old = this.#finder.squaredDistance(x!, y!, z!, present);
    }
    return found <= coreFraction * coreFraction * old;
  }

  /** One ion, one frame; `named` is the site by rule and core, −1 for none. */
  #advance(ion: number, named: number, now: number): void {
    if (this.siteOf[ion]! < 0) {
      if (named >= 0) this.#begin(ion, named, now);
      return;
    }
    if (named >= 0 && named !== this.#present[ion]!) {
      if (named === this.siteOf[ion]!) this.recrossings++;
      this.#present[ion] = named;
      this.#since[ion] = now;
    }
    const present = this.#present[ion]!;
    if (named === present) this.#seenPresent[ion] = now;
    if (present === this.siteOf[ion]!) {
      if (named === present) this.#seenSite[ion] = now;
    } else if (now - this.#since[ion]! >= (this.options.dwellFs ?? 0)) this.#jump(ion, present);
  }

  #begin(ion: number, site: number, now: number): void {
    this.siteOf[ion] = site;
    this.#present[ion] = site;
    this.#since[ion] = now;
    this.#seenPresent[ion] = now;
    this.#seenSite[ion] = now;
    this.enteredFs[ion] = now;
    this.#begunBefore[ion] = this.frames === 0 ? BEGUN_BEFORE : 0;
    this.occupants[site] = this.occupants[site]! + 1;
    this.version++;
  }

  #jump(ion: number, to: number): void {
    const from = this.siteOf[ion]!;
    const departure = this.#seenSite[ion]!;
    const arrival = this.#since[ion]!;
    const crossing = 0.5 * (departure + arrival);
    this.#jumps.add([ion, from, to], [departure, arrival]);
    this.#visits.add([ion, from, this.#begunBefore[ion]!], [this.enteredFs[ion]!, crossing]);
    this.#closedFs[from] = this.#closedFs[from]! + crossing - this.enteredFs[ion]!;
    this.siteOf[ion] = to;
    this.#seenSite[ion] = this.#seenPresent[ion]!;
    this.enteredFs[ion] = crossing;
    this.#begunBefore[ion] = 0;
    this.occupants[from] = this.occupants[from]! - 1;
    this.occupants[to] = this.occupants[to]! + 1;
    this.version++;
  }

  #countCrowding(): void {
    this.#crowding = 0;
    for (const count of this.occupants) if (count > 1) this.#crowding += count - 1;
  }

  #addOpenVisits(rows: Rows): void {
    for (let ion = 0; ion < this.ions.length; ion++) {
      const site = this.siteOf[ion]!;
      if (site >= 0) rows.add([ion, site, this.#begunBefore[ion]! | NOT_ENDED], [this.enteredFs[ion]!, this.timeFs]);
    }
  }

  #handOver(sink: NonNullable<SiteTrackerOptions["sink"]>): void {
    sink({ jumps: jumpLog(this.#jumps), visits: visitTable(this.#visits) });
    this.#jumps.clear();
    this.#visits.clear();
  }
}

interface SavedRows {
  readonly whole: Int32Array;
  readonly times: Float64Array;
}

interface Saved {
  readonly siteOf: Int32Array;
  readonly present: Int32Array;
  readonly begunBefore: Int32Array;
  readonly since: Float64Array;
  readonly seenPresent: Float64Array;
  readonly seenSite: Float64Array;
  readonly enteredFs: Float64Array;
  readonly closedFs: Float64Array;
  readonly drift: Float64Array;
  readonly numbers: Float64Array;
  readonly jumps: SavedRows;
  readonly visits: SavedRows;
}
