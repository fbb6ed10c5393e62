// Which simulations the study "excite-modes" runs: each condition with what is driven, under which bath, how long and how often.

import type { EnsembleSpec } from "../dynamics/index.js";
import type { Crystal } from "../structure/index.js";
import type { ConditionKind } from "./excite-data.js";
import type { DriveVariant, ExciteModesParameters } from "./excite-parameters.js";
import type { DrivenStage } from "./excite-stage.js";
import type { ExcitationRequest } from "./md-excitation.js";
import type { MdRunRequest } from "./md-runs.js";

export interface Condition {
  readonly name: string;
  readonly kind: ConditionKind;
  readonly stage: DrivenStage;
  readonly bathTemperatureK: number;
  readonly drive?: Drive;
  readonly durationPs: number;
  readonly replicas: number;
}

export interface Drive {
  readonly variant: DriveVariant;
  readonly everySteps: number;
  readonly modes: "leading" | "random";
}

/** The conditions of one supercell: driven, its controls, and the scan of intervals. */
export function mainConditions(stage: DrivenStage, parameters: ExciteModesParameters): Condition[] {
  const { drive, bath, controls, durationPs, replicas, intervalScan: scan, timestepFs } = parameters;
  const base = { stage, bathTemperatureK: bath.temperatureK, durationPs, replicas };
  const driven: Drive = { variant: drive.variant, everySteps: drive.everySteps, modes: "leading" };
  return [
    { ...base, name: "driven", kind: "driven", drive: driven },
    ...controls.map((control): Condition => {
      if (control === "none") return { ...base, name: "none", kind: "none" };
      if (control === "random")
        return { ...base, name: "random", kind: "random", drive: { ...driven, modes: "random" } };
      return { ...base, name: "allHot", kind: "allHot", bathTemperatureK: drive.temperatureK };
    }),
    ...variantConditions(stage, parameters),
    ...(scan?.everyFs ?? []).map(
      (everyFs): Condition => ({
        ...base,
        name: `every ${everyFs} fs`,
        kind: "interval",
        drive: { variant: scan!.variant, everySteps: Math.max(1, Math.round(everyFs / timestepFs)), modes: "leading" },
        durationPs: scan!.durationPs ?? durationPs,
        replicas: scan!.replicas,
      }),
    ),
  ];
}

/** The leading modes driven in other ways, and random ones where they are a control. */
function variantConditions(stage: DrivenStage, parameters: ExciteModesParameters): Condition[] {
  const { drive, bath, controls, durationPs, compareVariants: compare } = parameters;
  if (!compare) return [];
  const lists: readonly Drive["modes"][] = controls.includes("random") ? ["leading", "random"] : ["leading"];
  return compare.variants.flatMap((variant) =>
    lists.map(
      (modes): Condition => ({
        name: modes === "leading" ? variant : `${variant}, random modes`,
        kind: "variant",
        stage,
        bathTemperatureK: bath.temperatureK,
        drive: { variant, everySteps: drive.everySteps, modes },
        durationPs: compare.durationPs ?? durationPs,
        replicas: compare.replicas,
      }),
    ),
  );
}

/** Bath of a run: friction that acts on every mode alike where a bath drives or pays, else a global one that leaves the motion smooth. */
function ensembleOf({ drive, bathTemperatureK }: Condition, parameters: ExciteModesParameters): EnsembleSpec {
  const variant = drive?.variant ?? parameters.drive.variant;
  const { relaxationFs } = parameters.bath;
  const kind = variant === "two-temperature" || parameters.drive.bulk === "bath" ? "langevin" : "rescale";
  return { kind, temperatureK: bathTemperatureK, relaxationFs };
}

const EQUILIBRATION_FS = 100; // relaxation time of the first, undriven part

/** The runs of a condition, one for each replica. */
export function requestsOf(condition: Condition, parameters: ExciteModesParameters, seed: number): MdRunRequest[] {
  const { stage, drive, name, bathTemperatureK } = condition;
  const { timestepFs, follow, frameEverySteps, equilibrationPs } = parameters;
  const start: Crystal = stage.stable[0]!.configuration.minimum.crystal;
  const stepsIn = (ps: number): number => Math.max(1, Math.round((1000 * ps) / timestepFs));
  const ensemble = ensembleOf(condition, parameters);
  const thermoEvery = 50;
  return Array.from({ length: condition.replicas }, (_, replica): MdRunRequest => {
    const library = drive?.modes === "random" ? stage.random[replica % stage.random.length]! : stage.leading;
    const excitation = drive && excitationOf(drive, parameters);
    const followed = { library, every: follow.everySteps, dwellFs: follow.dwellFs };
    const driven = { follow: followed, ...(excitation ? { excitation } : {}) };
    const key = `md/${name.replaceAll(/[ ,]+/g, "-")}/replica-${replica + 1}`;
    return {
      key,
      system: { crystal: start, forces: stage.dynamicsForces, timestepFs, seed, label: key },
      start: { temperatureK: bathTemperatureK },
      phases: [
        {
          ensemble: { kind: "langevin", temperatureK: bathTemperatureK, relaxationFs: EQUILIBRATION_FS },
          steps: stepsIn(equilibrationPs),
          thermoEvery,
        },
        { ensemble, steps: stepsIn(equilibrationPs), thermoEvery, ...driven },
        {
          ensemble,
          steps: stepsIn(condition.durationPs),
          thermoEvery,
          record: { frameEvery: frameEverySteps, precision: "single", velocities: true },
          ...driven,
        },
      ],
    };
  });
}

function excitationOf({ variant, everySteps }: Drive, { drive }: ExciteModesParameters): ExcitationRequest {
  const { temperatureK, bulk, relaxationFs } = drive;
  const shared = { variant, temperatureK, every: everySteps };
  return variant === "two-temperature" ? { ...shared, relaxationFs } : { ...shared, bulk };
}
