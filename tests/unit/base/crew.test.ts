import { describe, expect, it } from "vitest";
import { soloCrew } from "../../../src/base/index.js";

describe("the crew of one", () => {
  const calls: string[] = [];
  const exports = {
    double: (x: number): number => 2 * x,
    note: (x: number, place: number): void => void calls.push(`${x}@${place}`),
    fail: (): never => {
      throw new RangeError("no");
    },
  };
  const work = soloCrew.share({} as never, exports);

  it("calls in order, on the buffer of the first thread, and gives what the calls return", () => {
    expect(Array.from(work.run("double", [[1], [2], [3]]))).toEqual([2, 4, 6]);
    expect(
      Array.from(
        work.run(
          "note",
          [
            [1, 100],
            [2, 100],
          ],
          [0, 16],
        ),
      ),
    ).toEqual([0, 0]);
    expect(calls).toEqual(["1@100", "2@100"]);
    expect(work.run("double", [])).toHaveLength(0);
  });

  it("takes any number of items, and throws what a call throws", () => {
    const many = Array.from({ length: 1000 }, (_, i) => [i]);
    expect(work.run("double", many)[999]).toBe(1998);
    expect(() => work.run("fail", [[]])).toThrow("no");
    work.end();
    soloCrew.dispose(); // nothing to end: it works on
    expect(work.run("double", [[4]])[0]).toBe(8);
  });
});
