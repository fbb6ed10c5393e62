// The crystal that is simulated: the configuration of lowest energy at the cell of one temperature, its vibrations, and the sites its ions can be on.

import { InputError, type Notes, type Task } from "../base/index.js";
import { type ConfigurationLibrary, makeConfigurationLibrary } from "../coupling/index.js";
import { cellAverages, makeSiteList } from "../dynamics/index.js";
import { forceFieldFromJSON } from "../forces/index.js";
import { forceConstants, type Modes, solveModes } from "../modes/index.js";
import {
  atomsOf,
  type Cell,
  type Crystal,
  cellParameters,
  findSymmetry,
  makeCell,
  withCell,
} from "../structure/index.js";
import { runTrajectories } from "./md-runs.js";
import type { ModalDiffusionParameters } from "./modal-diffusion-parameters.js";
import type { StableConfiguration } from "./modal-hops-configurations.js";
import { fillSite, type Stage, setStage } from "./modal-hops-sites.js";
import { forcesFor, prepareStage, relaxConfigurations } from "./modal-hops-stages.js";
import { type ChosenForces, chooseForces } from "./operations/index.js";
import { runPieces } from "./pieces.js";
import { readForces } from "./read-forces.js";
import type { RunStore, StudyContext } from "./study.js";

export interface DiffusionSystem {
  readonly stage: Stage;
  readonly candidates: number;
  readonly stable: readonly StableConfiguration[];
  /** What the runs begin with. */
  readonly crystal: Crystal;
  readonly ions: readonly number[];
  readonly modes: Modes;
  /** Of the minima and the reference. */
  readonly forces: ChosenForces;
  /** Of the runs. */
  readonly running: ChosenForces;
  /** Sites and configurations; without vectors, so that it is small. */
  readonly library: ConfigurationLibrary;
  /** Host cell, Å. */
  readonly latticeA: readonly [number, number, number];
}

interface ModesRequest {
  readonly crystal: Crystal;
  readonly forces: unknown;
}

/** All vibrations of a crystal at rest. */
export const referenceModesTask: Task<ModesRequest, Modes> = {
  name: "modal-diffusion/modes",
  async run({ crystal, forces }, options) {
    return solveModes(await forceConstants(crystal, forceFieldFromJSON(forces), options));
  },
};

/** The system at the cell relaxed at 0 K. */
export async function restingSystem(
  parameters: ModalDiffusionParameters,
  context: StudyContext,
  notes: Notes,
): Promise<DiffusionSystem & { readonly host: Crystal }> {
  const { host, stage } = await prepareStage({ parameters, context }, notes);
  notes.addAll(host.notes);
  return { ...(await systemOf(stage, host.crystal.cell, { parameters, context, notes })), host: host.crystal };
}

/** The system at the mean cell of a run at `temperatureK` and zero pressure. */
export async function thermalSystem(
  resting: DiffusionSystem & { readonly host: Crystal },
  temperatureK: number,
  work: { readonly parameters: ModalDiffusionParameters; readonly context: StudyContext; readonly notes: Notes },
): Promise<DiffusionSystem> {
  const { parameters, context, notes } = work;
  const { timestepFs, thermalPs } = parameters;
  const every = Math.max(1, Math.round(50 / timestepFs));
  const steps = Math.ceil((thermalPs * 1e3) / timestepFs / every) * every;
  const { crystal, running } = resting;
  const npt = { kind: "npt", temperatureK, pressureGpa: 0, cell: "axes" } as const;
  const [run] = await runTrajectories(context, `finding the cell at ${temperatureK} K`, {
    requests: [
      {
        key: `cell/${temperatureK}K`,
        system: {
          crystal,
          forces: running.field.toJSON(),
          timestepFs,
          seed: context.seed,
          label: `cell ${temperatureK}`,
        },
        start: { temperatureK },
        phases: [
          { ensemble: npt, steps: Math.ceil(steps / 5 / every) * every, thermoEvery: every },
          {
            ensemble: npt,
            steps,
            thermoEvery: every,
            record: { frameEvery: every, precision: "single", velocities: false },
          },
        ],
      },
    ],
  });
  const cells: Cell[] = [];
  for await (const { cell } of run!.trajectory!.frames()) if (cell) cells.push(cell);
  const { lengths } = cellAverages(cells);
  const [a, b, c] = cellParameters(crystal.cell);
  const stretch = [lengths[0].value / a, lengths[1].value / b, lengths[2].value / c];
  const host = withCell(resting.host, stretched(resting.host.cell, stretch));
  const stage = setStage(host, parameters);
  const prefixed = { ...context, store: prefixedStore(context.store, `thermal/${temperatureK}K/`) };
  return systemOf(stage, host.cell, { parameters, context: prefixed, notes });
}

/** Rows scaled by the stretch of the axes; a supercell with crossed axes keeps its shape. */
function stretched(cell: Cell, stretch: readonly number[]): Cell {
  const mean = Math.cbrt(stretch[0]! * stretch[1]! * stretch[2]!);
  const straight = [1, 2, 3, 5, 6, 7].every((k) => Math.abs(cell.vectors[k]!) < 1e-6);
  return makeCell(
    Float64Array.from(cell.vectors, (x, k) => x * (straight ? stretch[Math.floor(k / 3)]! : mean)),
    cell.periodic,
  );
}

const prefixedStore = (store: RunStore, prefix: string): RunStore => ({
  get: (key) => store.get(`${prefix}${key}`),
  put: (key, value) => store.put(`${prefix}${key}`, value),
});

async function systemOf(
  stage: Stage,
  hostCell: Cell,
  work: { readonly parameters: ModalDiffusionParameters; readonly context: StudyContext; readonly notes: Notes },
): Promise<DiffusionSystem> {
  const { parameters, context, notes } = work;
  const spec = await readForces(parameters.forces.field, context);
  const forces = forcesFor(stage, spec, parameters);
  const { outcomes, stable } = await relaxConfigurations(stage, forces, { parameters, context });
  const lowest = stable[0];
  if (!lowest) {
    throw new InputError(
      `none of ${outcomes.length} interstitial configurations is a minimum`,
      "try more of them with configurations: all, or another kind of void",
    );
  }
  const crystal = lowest.configuration.minimum.crystal;
  const [modes] = await runPieces(context, "vibrations of the reference", {
    task: referenceModesTask,
    pieces: [{ key: "reference/modes", input: { crystal, forces: forces.field.toJSON() } }],
  });
  notes.addAll(modes!.notes ?? []);
  const filled = fillSite(stage, stage.kinds[0]!.position, parameters.interstitial.element);
  const running = chooseForces(spec, filled, {
    accuracy: parameters.forces.accuracy,
    engine: parameters.precision === "mixed" ? "mixed" : "kernel",
  });
  const ions = atomsOf(crystal, parameters.interstitial.element);
  const [a, b, c] = cellParameters(hostCell);
  return {
    stage,
    candidates: outcomes.length,
    stable,
    crystal,
    ions,
    modes: modes!,
    forces,
    running,
    library: libraryOf(stage, stable, ions),
    latticeA: [a, b, c],
  };
}

/** Configurations to recognise, with the vectors of `modesOf` where they are wanted. */
export function libraryOf(
  stage: Stage,
  stable: readonly StableConfiguration[],
  ions: readonly number[],
  modesOf?: (index: number) => Modes,
): ConfigurationLibrary {
  const crystal = stable[0]!.configuration.minimum.crystal;
  return makeConfigurationLibrary({
    sites: siteListOf(stage, crystal, ions),
    ions,
    latticeSites: stage.latticeAtoms.length,
    configurations: stable.map(({ kind, configuration: { minimum } }, i) => {
      const modes = modesOf?.(i);
      const none = { reference: minimum.crystal, q: [0, 0, 0] as const, count: 0, complex: false };
      return {
        id: kind.id,
        minimum,
        modes: modes ?? { ...none, frequencies: new Float64Array(0), vectors: new Float64Array(0) },
        needed: modes ? Array.from({ length: modes.count }, (_, n) => n) : [],
      };
    }),
    operations: findSymmetry(stage.crystal, { tolerance: 1e-2 }).operations,
  });
}

/** Lattice sites, then interstitial ones, moving with the framework of all other atoms. */
function siteListOf(stage: Stage, crystal: Crystal, ions: readonly number[]) {
  const mobile = new Set(ions);
  // Sites are those of the host; atoms of the framework are taken where they are in it.
  const positions = Float64Array.from(crystal.positions);
  positions.set(stage.crystal.positions as Float64Array);
  return makeSiteList(
    { ...crystal, positions },
    {
      positions: [...stage.latticePositions, ...stage.sites.flatMap((site) => [...site.position])],
      labels: [...stage.latticeAtoms.map(() => "lattice"), ...stage.sites.map(() => "interstitial")],
      framework: Array.from({ length: crystal.kinds.length }, (_, atom) => atom).filter((atom) => !mobile.has(atom)),
    },
  );
}
