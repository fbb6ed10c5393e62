import { describe, expect, it } from "vitest";
import { formatDuration, formatProgress, ProgressLine } from "../../../src/cli/progress-line.js";

function recorder(rewrite: boolean) {
  let time = 0;
  let text = "";
  const line = new ProgressLine((part) => void (text += part), {
    rewrite,
    columns: 40,
    now: () => time,
    everyMs: 5000,
  });
  return { line, at: (ms: number) => void (time = ms), text: () => text };
}

describe("progress in words", () => {
  it("gives part, rate and time left: 12 of 36 in 3 s leaves 24 at 4 per second, 6 s", () => {
    expect(formatProgress({ stage: "relaxing", done: 12, total: 36 }, 3, 12)).toBe(
      "relaxing  12/36  33 %  4.0/s  6 s left",
    );
  });

  it("counts the rate from where this run began, not from zero", () => {
    // continued at 30 of 36: 3 more in 3 s is 1 per second
    expect(formatProgress({ stage: "hops", done: 33, total: 36 }, 3, 3)).toContain("1.0/s  3 s left");
  });

  it("says nothing it does not know", () => {
    expect(formatProgress({ stage: "relaxing", done: 5 }, 0.1, 5)).toBe("relaxing  5");
    expect(formatProgress({ stage: "hops", done: 0, total: 3 }, 60, 0)).toBe("hops  0/3  0 %");
    expect(formatProgress({ stage: "hops", done: 3, total: 3, watch: { maxForce: 0.031234 } }, 0, 3)).toBe(
      "hops  3/3  100 %  maxForce 0.03123",
    );
  });

  it("uses the unit that fits", () => {
    expect(formatProgress({ stage: "s", done: 1, total: 3 }, 30, 1)).toContain("2.0/min  1 min 00 s left");
    expect([0.4, 59.4, 59.6, 3599, 7500].map(formatDuration)).toEqual([
      "0 s",
      "59 s",
      "1 min 00 s",
      "59 min 59 s",
      "2 h 05 min",
    ]);
  });
});

describe("the progress line", () => {
  it("rewrites one line on a terminal, never longer than it", () => {
    const { line, at, text } = recorder(true);
    line.update({ stage: "a stage with a rather long name to show", done: 1, total: 100 });
    at(50);
    line.update({ stage: "a stage with a rather long name to show", done: 2, total: 100 }); // too soon
    at(150);
    line.update({ stage: "a stage with a rather long name to show", done: 3, total: 100 });
    line.clear();
    expect(text()).not.toContain("\n");
    const shown = text()
      .split("\r\x1b[2K")
      .filter((part) => part !== "");
    expect(shown).toHaveLength(2);
    for (const part of shown) expect(part.length).toBeLessThan(40);
  });

  it("writes plain lines some seconds apart elsewhere, and how a long stage ended", () => {
    const { line, at, text } = recorder(false);
    for (let second = 0; second <= 12; second++) {
      at(1000 * second);
      line.update({ stage: "relaxing", done: second, total: 12 });
    }
    line.clear();
    expect(text()).not.toContain("\x1b");
    expect(
      text()
        .trimEnd()
        .split("\n")
        .map((part) => part.slice(0, 15)),
    ).toEqual(["relaxing  1/12 ", "relaxing  6/12 ", "relaxing  11/12", "relaxing  12/12"]);
  });

  it("keeps a log free of stages that are over at once", () => {
    const { line, text } = recorder(false);
    for (const done of [0, 1]) line.update({ stage: "quick", done, total: 1 });
    expect(text()).toBe("");
  });
});
