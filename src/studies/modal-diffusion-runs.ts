// The simulations of the study "modal-diffusion": what each is, in steps.

import type { EnsembleSpec } from "../dynamics/index.js";
import type { MdRunRequest } from "./md-runs.js";
import type { MdPhase } from "./md-segment.js";
import type { ModalDiffusionParameters } from "./modal-diffusion-parameters.js";
import type { DiffusionSystem } from "./modal-diffusion-system.js";

export interface StepPlan {
  readonly equilibration: number;
  readonly production: number;
  readonly frameEvery: number;
  readonly followEvery: number;
  /** Frames of one run. */
  readonly frames: number;
}

const stepsOf = (fs: number, timestepFs: number): number => Math.max(1, Math.round(fs / timestepFs));

export function stepPlan(parameters: ModalDiffusionParameters): StepPlan {
  const { timestepFs, sampleEveryFs, equilibrationPs, durationPs, follow } = parameters;
  const frameEvery = stepsOf(sampleEveryFs, timestepFs);
  const whole = (ps: number): number => Math.ceil((ps * 1e3) / timestepFs / frameEvery) * frameEvery;
  const production = whole(durationPs);
  return {
    equilibration: whole(equilibrationPs),
    production,
    frameEvery,
    followEvery: stepsOf(follow.everyFs, timestepFs),
    frames: production / frameEvery + 1,
  };
}

const ensembleAt = ({ ensemble }: ModalDiffusionParameters, temperatureK: number): EnsembleSpec => ({
  kind: ensemble.kind,
  temperatureK,
  relaxationFs: ensemble.relaxationFs,
});

interface Seeded {
  readonly parameters: ModalDiffusionParameters;
  readonly seed: number;
}

/** The replicas at one temperature. */
export function replicaRequests(
  system: DiffusionSystem,
  temperatureK: number,
  { parameters, seed }: Seeded,
): MdRunRequest[] {
  const { timestepFs, replicas, follow } = parameters;
  const plan = stepPlan(parameters);
  const ensemble = ensembleAt(parameters, temperatureK);
  const phases: MdPhase[] = [
    ...equilibrationOf(ensemble, plan),
    {
      ensemble,
      steps: plan.production,
      thermoEvery: plan.frameEvery,
      record: { frameEvery: plan.frameEvery, precision: "single", velocities: false },
      follow: { library: system.library, every: plan.followEvery, dwellFs: follow.dwellFs, rule: "exclusive" },
    },
  ];
  return Array.from({ length: replicas }, (_, r) => ({
    key: `${temperatureK}K/replica-${r + 1}`,
    system: {
      crystal: system.crystal,
      forces: system.running.field.toJSON(),
      timestepFs,
      seed,
      label: `${temperatureK} K/replica ${r + 1}`,
    },
    start: { temperatureK },
    phases,
  }));
}

/** The densely sampled stretch. */
export function vibrationRequest(
  system: DiffusionSystem,
  vibrations: Exclude<ModalDiffusionParameters["vibrations"], "none">,
  { parameters, seed }: Seeded,
): MdRunRequest {
  const { timestepFs } = parameters;
  const plan = stepPlan(parameters);
  const every = stepsOf(vibrations.sampleFs, timestepFs);
  const ensemble = ensembleAt(parameters, vibrations.temperatureK);
  return {
    key: "vibrations",
    system: {
      crystal: system.crystal,
      forces: system.running.field.toJSON(),
      timestepFs,
      seed,
      label: "vibrations",
    },
    start: { temperatureK: vibrations.temperatureK },
    phases: [
      ...equilibrationOf(ensemble, plan),
      {
        ensemble,
        steps: Math.ceil((vibrations.durationPs * 1e3) / timestepFs / every) * every,
        thermoEvery: every,
        record: { frameEvery: every, precision: "single", velocities: true },
      },
    ],
  };
}

const equilibrationOf = (ensemble: EnsembleSpec, { equilibration, frameEvery }: StepPlan): MdPhase[] =>
  equilibration > 0 ? [{ ensemble, steps: equilibration, thermoEvery: frameEvery }] : [];
