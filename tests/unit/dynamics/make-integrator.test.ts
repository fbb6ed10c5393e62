import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../../../src/base/index.js";
import { type EnsembleSpec, makeIntegrator, startState, temperatureAt } from "../../../src/dynamics/index.js";
import { solidArgon } from "../../helpers/dynamics.js";

const { crystal } = solidArgon();
const make = (
  spec: EnsembleSpec,
  timestepFs = 2,
  start: Parameters<typeof startState>[1] = { temperatureK: 40, seed: 1 },
) => makeIntegrator(spec, startState(crystal, start), { timestepFs, rng: Rng.fromSeed(1) });

describe("makeIntegrator refuses what cannot be", () => {
  const langevin = { kind: "langevin", temperatureK: 40 } as const;
  it.each<[string, () => unknown, RegExp]>([
    ["no time step", () => make({ kind: "nve" }, 0), /time step is 0 fs/],
    ["a negative time step", () => make({ kind: "nve" }, -1), /time step is -1 fs/],
    ["a time step longer than a vibration", () => make({ kind: "nve" }, 200), /time step is 200 fs/],
    ["NaN for a time step", () => make({ kind: "nve" }, Number.NaN), /NaN fs/],
    ["a cold bath", () => make({ ...langevin, temperatureK: 0 }), /temperatureK is 0 K/],
    ["a negative temperature", () => make({ kind: "rescale", temperatureK: -3 }), /-3 K/],
    ["a ramp to nowhere", () => make({ ...langevin, temperatureK: { fromK: 10, toK: 0, overFs: 10 } }), /is 0 K/],
    ["a ramp without time", () => make({ ...langevin, temperatureK: { fromK: 9, toK: 20, overFs: 0 } }), /takes 0 fs/],
    ["a bath faster than a step", () => make({ ...langevin, relaxationFs: 1 }), /relaxationFs is 1 fs, at least 2 fs/],
    [
      "a bath that swings within a step",
      () => make({ kind: "nose-hoover", temperatureK: 40, relaxationFs: 10 }),
      /relaxationFs is 10 fs, at least 20 fs/,
    ],
    ["half a thermostat", () => make({ kind: "nose-hoover", temperatureK: 40, chain: 0.5 }), /chain of 0.5/],
    ["scaling of nothing", () => make({ kind: "nose-hoover", temperatureK: 40 }, 2, {}), /all of them are zero/],
    ["rescaling of nothing", () => make({ kind: "rescale", temperatureK: 40 }, 2, {}), /all of them are zero/],
    ["an atom that is not there", () => make({ ...langevin, groups: [{ atoms: [32], temperatureK: 50 }] }), /atom 32/],
    [
      "an atom with two baths",
      () =>
        make({
          ...langevin,
          groups: [
            { atoms: [4], temperatureK: 50 },
            { atoms: [4], temperatureK: 60 },
          ],
        }),
      /atom 5 is in the thermal groups 1 and 2/,
    ],
    [
      "a bath of frozen atoms",
      () => make({ ...langevin, groups: [{ atoms: [4], temperatureK: 50 }] }, 2, { frozen: [4] }),
      /no atom that moves/,
    ],
    [
      "rescaling one atom about itself",
      () => make({ kind: "rescale", temperatureK: 40, groups: [{ atoms: [4], temperatureK: 50 }] }),
      /atom 5 is alone/,
    ],
    ["an unknown ensemble", () => make({ kind: "nvt" } as unknown as EnsembleSpec), /"nvt" is not known/],
  ])("%s", (_name, act, message) => {
    expect(act).toThrow(InputError);
    expect(act).toThrow(message);
  });
});

it("a ramp is linear, then constant", () => {
  const ramp = { fromK: 100, toK: 300, overFs: 1000 };
  expect([-5, 0, 250, 1000, 5000].map((time) => temperatureAt(ramp, time))).toEqual([100, 100, 150, 300, 300]);
  expect(temperatureAt(77, 123)).toBe(77);
});
