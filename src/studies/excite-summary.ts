// What the report of "excite-modes" says in words: which rates differ, whether choosing the right modes matters, what to beware of.

import { type Note, Notes } from "../base/index.js";
import { rateRatio } from "./excite-counts.js";
import type { ConditionResult, RateRatio } from "./excite-data.js";
import type { ExciteModesParameters } from "./excite-parameters.js";
import type { DrivenStage } from "./excite-stage.js";

const countedOf = ({ name, netJumps, sampledPs, dispersion }: ConditionResult) => ({
  name,
  count: netJumps.count,
  sampledPs,
  dispersion,
});

const RANDOM = ", random modes";

/** Driven over each control, and random over none; other variants over none and over their random modes. */
export function ratiosOf(conditions: readonly ConditionResult[]): RateRatio[] {
  const of = (kind: ConditionResult["kind"]) => conditions.find((condition) => condition.kind === kind);
  const [driven, none, random, allHot] = [of("driven"), of("none"), of("random"), of("allHot")];
  const pairs = [
    [driven, none],
    [driven, random],
    [driven, allHot],
    [random, none],
  ] as const;
  const other = conditions.filter(({ kind, name }) => kind === "variant" && !name.endsWith(RANDOM));
  const variants = other.flatMap((leading) => {
    const drawn = conditions.find(({ name }) => name === leading.name + RANDOM);
    return [
      ...(none ? [rateRatio(countedOf(leading), countedOf(none))] : []),
      ...(drawn ? [rateRatio(countedOf(leading), countedOf(drawn))] : []),
    ];
  });
  const main = pairs.flatMap(([first, second]) =>
    first && second ? [rateRatio(countedOf(first), countedOf(second))] : [],
  );
  return [...main, ...variants];
}

/** Three figures, no exponent where none is needed. */
export const figures = (value: number): string => {
  const short = Number(value.toPrecision(3));
  if (short === 0) return "0";
  return Math.abs(short) >= 1e-3 && Math.abs(short) < 1e5 ? String(short) : value.toExponential(2);
};

export const rangeOf = ([low, high]: readonly [number, number | null]): string =>
  high === null ? `above ${figures(low)}` : `${figures(low)} to ${figures(high)}`;

/** Plain answers, with their numbers. */
export function verdictOf(
  conditions: readonly ConditionResult[],
  ratios: readonly RateRatio[],
  { drive, bath }: ExciteModesParameters,
): string[] {
  const driven = conditions.find(({ kind }) => kind === "driven")!;
  const ratio = (over: string): RateRatio | undefined => ratios.find((r) => r.of === "driven" && r.over === over);
  const [none, random, allHot] = [ratio("none"), ratio("random"), ratio("allHot")];
  const rate = (name: string): string => {
    const { netJumps } = conditions.find((condition) => condition.name === name)!;
    return `${figures(netJumps.perPs)} per ps (95 %: ${rangeOf(netJumps.limits)}; ${netJumps.count} jumps)`;
  };
  const lines = [
    `With the ${drive.topModes} leading modes of each configuration brought to ${drive.temperatureK} K in a crystal at ${bath.temperatureK} K, the filled site changes at a rate of ${rate("driven")}.`,
  ];
  if (none) {
    const times =
      none.ratio === null
        ? `at least ${figures(none.limits[0])} times`
        : `${figures(none.ratio)} times (${rangeOf(none.limits)})`;
    lines.push(
      none.verdict === "faster"
        ? `Driving speeds the hops up: undriven it is ${rate("none")}, driven ${times} as much.`
        : `Against the undriven crystal, ${rate("none")}, no faster hopping is resolved (ratio ${ratioText(none)}).`,
    );
  }
  if (random) {
    const same = `the same number of random modes gives ${rate("random")}, ratio ${ratioText(random)}`;
    lines.push(
      random.verdict === "faster"
        ? `The choice of modes matters: ${same}.`
        : random.verdict === "slower"
          ? `The choice of modes does not survive this control: ${same}; random modes do more.`
          : `The choice of modes is not shown to matter: ${same}.`,
    );
  }
  if (allHot) {
    const same = `the whole crystal at ${drive.temperatureK} K gives ${rate("allHot")}, ratio ${ratioText(allHot)}`;
    lines.push(
      allHot.verdict === "slower"
        ? `It does not amount to heating everything: ${same}.`
        : allHot.verdict === "faster"
          ? `It does more than heating everything: ${same}.`
          : `It is not told apart from heating everything: ${same}.`,
    );
  }
  const { drivenModesK: hot, otherModesK: cold } = driven;
  if (hot && cold)
    lines.push(
      `Measured, the driven modes are at ${hot.value.toFixed(0)} ± ${hot.standardError.toFixed(0)} K and all others at ${cold.value.toFixed(1)} ± ${cold.standardError.toFixed(1)} K on average.`,
    );
  for (const { name, netJumps, otherModesK } of conditions.filter(({ kind }) => kind === "variant")) {
    const against = ratios.find(({ of, over }) => of === name && over === name + RANDOM);
    const warm = otherModesK ? `, all other modes at ${otherModesK.value.toFixed(0)} K` : "";
    const chosen = against ? `; over random modes ${ratioText(against)}: ${against.verdict}` : "";
    if (!name.endsWith(RANDOM)) lines.push(`Driven by ${name} kicks: ${rate(name)}${warm}${chosen}.`);
    else if (netJumps.count > 0)
      lines.push(`Random modes driven by ${name.replace(RANDOM, "")} kicks: ${rate(name)}${warm}.`);
  }
  return lines;
}

const ratioText = ({ ratio, limits }: RateRatio): string =>
  `${ratio === null ? "not known" : figures(ratio)} (95 %: ${rangeOf(limits)})`;

/** Warmer than the bath by more than this part, and the crystal is not cold. */
const WARM = 0.05;
/** ω²⟨Q²⟩ over ⟨Q̇²⟩ above this is no thermal state. */
const PUSHED = 1.5;
/** Paused more than this part of the time. */
const PAUSED = 0.1;

/** ⟨Q̇²⟩/k_B and ω²⟨Q²⟩/k_B, means over the driven modes; NaN where they were not measured. */
export function drivenMeans({ modeTemperatures }: ConditionResult): readonly [kinetic: number, potential: number] {
  const driven = modeTemperatures?.driven ?? [];
  const mean = (of: readonly number[]): number => driven.reduce((sum, n) => sum + of[n]!, 0) / driven.length;
  return modeTemperatures
    ? [mean(modeTemperatures.kineticK), mean(modeTemperatures.potentialK)]
    : [Number.NaN, Number.NaN];
}

export function conditionNotes(conditions: readonly ConditionResult[], stage: DrivenStage): readonly Note[] {
  const notes = new Notes();
  const idle = stage.lists.filter(({ modes }) => modes.length === 0).map(({ id }) => id);
  if (idle.length > 0)
    notes.add(
      "configurations-without-modes",
      `no hop out of ${idle.join(", ")} was run, so nothing is driven there`,
      "set hops.count to all",
    );
  for (const condition of conditions) {
    const { name, otherModesK, bathTemperatureK: bath, unknownFraction, starved, netJumps } = condition;
    if (otherModesK && otherModesK.value > (1 + WARM) * bath)
      notes.add(
        "bulk-warm",
        `${name}: the modes that are not driven are at ${otherModesK.value.toFixed(0)} K, the bath at ${bath} K`,
        "part of the effect is plain heating: shorten bath.relaxationFs, or drive less",
      );
    if (unknownFraction > PAUSED)
      notes.add(
        "driving-paused",
        `${name}: ${(100 * unknownFraction).toFixed(0)} % of the time in no configuration that is known; nothing is driven then`,
        "the table of unknown occupancies lists them",
      );
    const [kinetic, potential] = drivenMeans(condition);
    if (potential > PUSHED * kinetic)
      notes.add(
        "modes-pushed",
        `${name}: the driven modes have the velocities of ${kinetic.toFixed(0)} K but the amplitudes of ${potential.toFixed(0)} K`,
        "they are pushed, not hot: compare with the bath of two temperatures or with rescaling kicks",
      );
    if (starved > 0)
      notes.add(
        "kicks-starved",
        `${name}: ${starved} kicks were left out because the other modes had not the energy`,
        'set drive.bulk to "bath", or lower drive.temperatureK',
      );
    if (netJumps.count < 10)
      notes.add(
        "few-jumps",
        `${name}: ${netJumps.count} net jump${netJumps.count === 1 ? "" : "s"}; its rate is little more than a bound`,
        "lengthen durationPs or add replicas",
      );
  }
  return notes.list();
}
