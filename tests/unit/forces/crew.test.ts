import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Crew, soloCrew } from "../../../src/base/index.js";
import {
  createKernelSession,
  cutoffsForAccuracy,
  type ForceSession,
  interactionsFor,
  type KernelOptions,
  makeForceField,
  namedForceFieldSpec,
  sumOf,
} from "../../../src/forces/index.js";
import { makeCrew } from "../../../src/host/index.js";
import { Arena } from "../../../src/kernels/index.js";
import { type Crystal, makeCell, supercell } from "../../../src/structure/index.js";
import { built } from "../../helpers/built.js";
import { type CrewKernel, crewKernel, untilAllWork } from "../../helpers/crew-kernel.js";
import { gammaLi3PO4 } from "../../helpers/li3po4.js";

const crews: Crew[] = [
  soloCrew,
  ...[2, 3].map((width) => makeCrew(width, { workerUrl: built("host/crew-worker.js") })),
];
beforeAll(async () => {
  const source = await crewKernel();
  for (const crew of crews) {
    const counts = await untilAllWork(new Arena<CrewKernel>(source, "base", crew), crew.width);
    expect(Math.min(...counts)).toBeGreaterThan(0); // every thread is there: what follows is not done by one alone
  }
});
afterAll(() => {
  for (const crew of crews) crew.dispose();
});

const large = supercell(gammaLi3PO4(), [3, 3, 2]).crystal; // 576 atoms
const small = gammaLi3PO4();

/** Å, the same for every session: shaken, and shifted so far that the list is made anew. */
const arrangements = (crystal: Crystal): Float64Array[] =>
  [0, 0.01, 3].map((shift) => Float64Array.from(crystal.positions, (x, i) => x + shift + 0.02 * Math.sin(1.7 * i)));

/** Everything a session answers, along a path that changes arrangement and cell. */
function answers(crystal: Crystal, session: ForceSession): readonly number[] {
  const all: number[] = [];
  const forces = new Float64Array(crystal.positions.length);
  const stress = new Float64Array(9);
  const evaluate = (positions: Float64Array): void => {
    all.push(session.evaluate(positions, forces, stress), ...forces, ...stress);
  };
  for (const positions of arrangements(crystal)) evaluate(positions);
  session.setCell(makeCell(Array.from(crystal.cell.vectors, (x) => 1.01 * x)));
  for (const positions of arrangements(crystal)) evaluate(positions.map((x) => 1.01 * x));
  return all;
}

/** A session without threads takes the same path through the kernels, so it is the reference to the last bit. */
function expectSameBits(crystal: Crystal, options: KernelOptions): void {
  const { spec } = cutoffsForAccuracy(namedForceFieldSpec("pedone-2006"), small, 1e-4);
  const interactions = interactionsFor(spec, crystal);
  const [alone, ...shared] = [undefined, ...crews].map((crew) => {
    const session = createKernelSession(interactions, { ...options, ...(crew ? { crew } : {}) });
    const all = answers(crystal, session);
    session.dispose();
    return all;
  });
  expect(alone!.some((x) => x !== 0 && Number.isFinite(x))).toBe(true);
  for (const all of shared) expect(all).toEqual(alone);
}

describe("an evaluation shared by threads has the same bits for none, 1, 2 and 3", () => {
  it.each(["double", "mixed"] as const)("%s precision, large cell", (precision) =>
    expectSameBits(large, { precision }),
  );

  it.each(["direct", "mesh"] as const)("Coulomb sum by %s", (method) => expectSameBits(large, { ewald: { method } }));

  it("small cell", () => expectSameBits(small, {}));
});

describe("a force field attached with a crew", () => {
  it("answers as without, alone and in a sum", () => {
    const field = makeForceField(namedForceFieldSpec("pedone-2006"), { accuracy: 1e-4 });
    for (const each of [field, sumOf(field, field)]) {
      const [alone, shared] = [{}, { crew: crews[1]! }].map((options) => {
        const session = each.attach(large, options);
        const forces = new Float64Array(large.positions.length);
        const energy = session.evaluate(arrangements(large)[0]!, forces);
        session.dispose();
        return [energy, ...forces];
      });
      expect(shared).toEqual(alone);
    }
  });
});
