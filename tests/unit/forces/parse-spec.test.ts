import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/index.js";
import { parseForceFieldSpec } from "../../../src/forces/index.js";

const good = {
  name: "mine",
  charges: { Li: 0.6, O: -0.6 },
  coulomb: { method: "ewald" },
  cutoffA: 12,
  pairs: { "Li-O": [{ form: "morse", depthEv: 0.1, exponentPerA: 2, distanceA: 2 }], "O-O": [] },
};

/** `good` with a value put at a path, or removed when undefined. */
function withAt(path: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(good) as unknown as Record<string | number, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

function refusal(data: unknown): InputError {
  try {
    parseForceFieldSpec(data);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

const term = ["pairs", "Li-O", 0] as const;

describe("a force field from outside", () => {
  it("is accepted as it stands", () => {
    expect(parseForceFieldSpec(good)).toEqual(good);
  });

  const cases: readonly [what: string, data: unknown, message: RegExp, hint: RegExp][] = [
    [
      "a misspelt key",
      withAt([...term, "depthEV"], 0.1),
      /pairs\.Li-O\[0\]\.depthEV is not a known key/,
      /did you mean depthEv/,
    ],
    ["a missing number", withAt([...term, "depthEv"], undefined), /pairs\.Li-O\[0\]\.depthEv is missing/, /positive/],
    ["a wrong sign", withAt([...term, "depthEv"], -0.1), /pairs\.Li-O\[0\]\.depthEv is -0\.1/, /must be positive/],
    ["a text for a number", withAt([...term, "depthEv"], "0.1"), /depthEv is "0\.1"/, /finite number/],
    ["a number that is not one", withAt([...term, "depthEv"], Number.NaN), /depthEv is null/, /finite number/],
    ["an unknown form", withAt([...term, "form"], "mors"), /pairs\.Li-O\[0\]\.form is "mors"/, /morse, repulsion/],
    ["an unknown shift", withAt([...term, "shift"], "smooth"), /shift is "smooth"/, /"force"/],
    ["an unknown top key", withAt(["cutofA"], 3), /cutofA is not a known key/, /did you mean cutoffA/],
    ["no cut-off at all", withAt(["cutoffA"], undefined), /pairs\.Li-O\[0\]\.cutoffA is missing/, /one for all terms/],
    ["no element", withAt(["pairs", "Li-Ox"], []), /pairs\.Li-Ox names "Ox"/, /symbols/],
    ["no pair", withAt(["pairs", "LiO"], []), /pairs\.LiO is not a pair/, /Li-O/],
    ["a pair given twice", withAt(["pairs", "O-Li"], []), /listed twice/, /keep one/],
    ["charges that do nothing", withAt(["coulomb"], undefined), /coulomb is missing although charges/, /ewald/],
    [
      "a charge missing",
      withAt(["charges", "O"], undefined),
      /charges\.O is missing although pairs has Li-O/,
      /0 is allowed/,
    ],
    ["an unknown Coulomb method", withAt(["coulomb", "method"], "pppm"), /coulomb\.method is "pppm"/, /"ewald"/],
    ["an impossible accuracy", withAt(["coulomb", "accuracy"], 1), /coulomb\.accuracy is 1/, /1e-13/],
    ["no name", withAt(["name"], undefined), /name is missing/, /text/],
    ["no object", [], /force field is \[\]/, /keys/],
  ];
  for (const [what, data, message, hint] of cases) {
    it(`with ${what} is refused with path and next step`, () => {
      const error = refusal(data);
      expect(error.message).toMatch(message);
      expect(error.hint).toMatch(hint);
    });
  }

  it("holds tables with ascending points and a cut-off inside them", () => {
    const table = { form: "table", distancesA: [1, 2, 3, 4], energiesEv: [3, 2, 1, 0] };
    const withTable = (change: object): unknown => withAt(["pairs", "Li-O"], [{ ...table, ...change }]);
    expect(() => parseForceFieldSpec(withTable({}))).not.toThrow();
    expect(refusal(withTable({ distancesA: [1, 3, 2, 4] })).message).toMatch(/distancesA\[2\] is 2 after 3/);
    expect(refusal(withTable({ energiesEv: [3, 2, 1] })).message).toMatch(/has 3 numbers for 4 distances/);
    expect(refusal(withTable({ cutoffA: 5 })).message).toMatch(/beyond the last point at 4/);
    expect(refusal(withTable({ distancesA: [1, 2, 3], energiesEv: [1, 1, 1] })).message).toMatch(/has 3 points/);
  });
});
