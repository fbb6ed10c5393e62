// The moving half of the study "one-crystal": a Langevin run of the supercell at constant volume, read once for displacements of
// every element, the ion's diffusion by two estimators, velocity spectra, and the filter on the host.
//
// Momentum is kept, so the host recoils as one piece from ions that drift together: against the centre of mass of all atoms a sound host of
// a small cell moves by Ångströms. The verdict on the host is therefore taken in the host's own frame; the one against all atoms stands beside it.
//
// The paper's estimator takes displacements from the first frame and a line through zero over the whole run; a Langevin bath pushes the whole
// crystal, so the motion of the centre of mass is taken off first. Ours takes all time origins, a line with an offset, and errors from blocks.

import { type Estimate, type Note, Notes, type RunOptions } from "../base/index.js";
import { startState, summarise, type Trajectory } from "../dynamics/index.js";
import { atomsOf, type Crystal } from "../structure/index.js";
import {
  analyse,
  type Diffusivity,
  diffusivity,
  type FrameworkStability,
  frameworkStability,
  type MsdResult,
  msdOf,
  type SpectrumResult,
  singleOriginDiffusion,
  velocitySpectrum,
} from "../transport/index.js";
import type { MdRunRequest, MdRunResult } from "./md-runs.js";
import type { CrystalMotion, ElementCurve, OriginsDiffusion, SpectrumCurve } from "./one-crystal-data.js";
import { framesOf, type OneCrystalParameters } from "./one-crystal-parameters.js";

export interface MotionWork {
  readonly parameters: OneCrystalParameters;
  readonly crystal: Crystal;
  readonly ion: string;
  /** THz, of the harmonic crystal. */
  readonly highestThz: number;
}

/** What `runTrajectories` is given. */
export function motionRequest(
  { parameters, crystal }: Pick<MotionWork, "parameters" | "crystal">,
  { forces, seed }: { readonly forces: unknown; readonly seed: number },
): MdRunRequest {
  const { temperatureK, dynamics } = parameters;
  const { timestepFs, equilibrationSteps, productionSteps, frameEvery, relaxationFs } = dynamics;
  const ensemble = { kind: "langevin", temperatureK, relaxationFs } as const;
  const every = { thermoEvery: frameEvery, pressure: false };
  return {
    key: "dynamics",
    system: { crystal, forces, timestepFs, seed, label: "dynamics" },
    start: { temperatureK },
    phases: [
      ...(equilibrationSteps > 0 ? [{ ensemble, steps: equilibrationSteps, ...every }] : []),
      {
        ensemble,
        steps: productionSteps,
        ...every,
        record: { frameEvery, precision: "single", velocities: true },
      },
    ],
  };
}

/** Spectra are integrated this much beyond the highest harmonic frequency: noise above would pull the centre up. */
const ABOVE_HARMONIC = 1.1;

export async function crystalMotion(
  result: MdRunResult & { readonly trajectory: Trajectory },
  work: MotionWork,
  notes: Notes,
  run: RunOptions = {},
): Promise<CrystalMotion> {
  const { parameters, crystal, ion, highestThz } = work;
  const { trajectory } = result;
  const { timestepFs, equilibrationSteps, productionSteps, frameEvery } = parameters.dynamics;
  const host = crystal.elements.filter((element) => element !== ion);
  const toThz = ABOVE_HARMONIC * highestThz;
  const hostAtoms = host.flatMap((element) => atomsOf(crystal, element));
  const groups = [
    { name: ion, atoms: ion },
    { name: host.join(" + "), atoms: hostAtoms },
  ];
  const results = await analyse(
    trajectory,
    {
      origins: msdOf(ion, { reference: "framework" }),
      filter: frameworkStability(ion, { ...parameters.filter, reference: { atoms: hostAtoms } }),
      recoil: frameworkStability(ion, { ...parameters.filter, reference: "total" }),
      spectrum: velocitySpectrum({ groups, toThz, reference: "total" }),
      ...Object.fromEntries(
        crystal.elements.flatMap((element) => [
          [`total ${element}`, msdOf(element, { lags: "log", reference: "total" })],
          [`host ${element}`, msdOf(element, { lags: "log", reference: { atoms: hostAtoms } })],
        ]),
      ),
    },
    run,
  );
  const own = results as Record<string, unknown>;
  const curves = crystal.elements.map((element) =>
    elementCurve(element, own[`total ${element}`] as MsdResult, own[`host ${element}`] as MsdResult),
  );
  const said = new Notes();
  const state = startState(crystal, { temperatureK: parameters.temperatureK, seed: 1 });
  const means = summarise(result.thermo, state, said)!;
  const spectrum = results.spectrum as SpectrumResult;
  const origins = diffusivity(results.origins as MsdResult);
  said.addAll(origins.notes);
  said.addAll(spectrum.notes);
  said.addAll(recoilNotes(results.filter, results.recoil));
  notes.addAll(said.list());
  return {
    steps: { equilibration: equilibrationSteps, production: productionSteps },
    timestepFs,
    frameSpacingFs: frameEvery * timestepFs,
    frames: framesOf(parameters),
    sampledPs: (productionSteps * timestepFs) / 1000,
    temperature: means.temperature,
    ...spectraOf(spectrum, toThz),
    curves,
    reference: (own[`total ${ion}`] as MsdResult).reference,
    origins: originsDiffusion(origins),
    originsReference: origins.reference,
    filter: results.filter,
    filterAgainstAll: results.recoil,
  };
}

function elementCurve(element: string, msd: MsdResult, againstHost: MsdResult): ElementCurve {
  const { average, maximum, axes } = singleOriginDiffusion(msd);
  const along = (axis: number): number[] => Array.from(msd.lagsPs, (_, lag) => msd.singleOrigin[3 * lag + axis]!);
  return {
    element,
    atoms: msd.atoms.length,
    timesPs: [...msd.lagsPs.slice()],
    alongA2: [along(0), along(1), along(2)],
    originsA2: [...againstHost.tracer.values.slice()],
    average,
    maximum,
    axes,
  };
}

/** A host that only fails against all atoms: the paper's filter, taken literally, would drop a sound crystal. */
function recoilNotes(filter: FrameworkStability, againstAll: FrameworkStability): readonly Note[] {
  const failed = againstAll.elements.filter(({ stable }) => !stable);
  if (!filter.stable || failed.length === 0) return [];
  const reasons = failed.map(({ element, reasons: why }) => `${element} ${why.join("; ")}`).join("; ");
  return [
    {
      code: "host-recoils",
      message: `against the centre of mass of all atoms the host would fail (${reasons}); in its own frame it holds: it recoils as one piece from the ions`,
      hint: "the verdict is taken in the host's own frame; the recoil falls with the size of the supercell",
    },
  ];
}

const scaled = ({ value, standardError, unit }: Estimate, factor: number): Estimate => ({
  value: factor * value,
  standardError: factor * standardError,
  unit,
});

function originsDiffusion({ diffusion, limits95, bound, window, offset, jumps }: Diffusivity): OriginsDiffusion {
  const { timesPs } = window;
  return {
    diffusion,
    limits95,
    below: bound?.below ?? null,
    reason: bound?.reason ?? null,
    windowPs: [timesPs[0]!, timesPs[timesPs.length - 1]!],
    // ⟨|u(t) − u(0)|²⟩ → 2⟨|u|²⟩ = 6⟨u_a²⟩ when t is beyond all memory
    rattling: scaled(offset, 1 / 6),
    effectiveHops: jumps.jumps,
  };
}

/** Curves up to the limit; the "total" is left out. */
function spectraOf(
  { frequencies, parts, window }: SpectrumResult,
  toThz: number,
): Pick<CrystalMotion, "frequenciesThz" | "spectra" | "spectrumLimitThz" | "spectrumWindow"> {
  let shown = 1;
  while (shown < frequencies.length && frequencies[shown - 1]! <= toThz) shown++;
  return {
    frequenciesThz: [...frequencies.slice(0, shown)],
    spectra: parts.slice(0, 2).map(
      ({ name, density, moments }): SpectrumCurve => ({
        name,
        densityPerThz: [...density.slice(0, shown)],
        centre: moments.centre,
        width: moments.width,
        skewness: moments.skewness,
        excessKurtosis: moments.excessKurtosis,
      }),
    ),
    spectrumLimitThz: toThz,
    spectrumWindow: window,
  };
}
