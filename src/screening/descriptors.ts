// Descriptors of how an ion vibrates in its host, from the harmonic crystal over a mesh of wave vectors. With the mode (q, n) of frequency f and
// weight 1/N_q, and ⟨Q²⟩ its mean square coordinate at the temperature (src/modes/thermal-displacements.ts):
//
//   MSD_j,αα = (1/N_q) Σ ⟨Q²⟩ |e_jα|²/m_j,     share of a mode = (its part of Σ_{j∈ion,α} MSD_j,αα) / (the whole)
//
// Modes below a least frequency are left out and counted. Definitions of all numbers: definitions.ts; docs/theory/descriptors.md.

import { InputError, type Note, Notes, type RunOptions } from "../base/index.js";
import {
  type BrillouinMesh,
  type LatticeDynamics,
  type Modes,
  meanSquareCoordinate,
  participationRatio,
  solveMesh,
  type ThermalStatistics,
  thermalDisplacements,
} from "../modes/index.js";
import { symmetricEigenvalues } from "../numerics/index.js";
import { atomsOf } from "../structure/index.js";
import { lowestThreeCutoff, type TrackedCutoff, trackedCutoff } from "./acoustic-cutoff.js";
import { couplingFactors } from "./coupling-factor.js";
import { type SpectrumShape, shapeOfModes } from "./spectrum-shape.js";

export interface DescriptorOptions extends RunOptions {
  /** Element of the ion. */
  readonly ion: string;
  /** K. Default 300. */
  readonly temperature?: number;
  /** Modes below are left out of displacements, THz. Default 0.1. */
  readonly minimumThz?: number;
  /** Default "quantum". */
  readonly statistics?: ThermalStatistics;
  /** Width of the frequency bins that MSD shares are given in, THz. Default 0.5. */
  readonly binThz?: number;
  /** Follow sound by its vectors too. Default true. */
  readonly track?: boolean;
}

export interface MsdShares {
  readonly edgesThz: readonly number[]; // [bins + 1]
  readonly shares: readonly number[]; // [bins], they add up to 1
}

export interface PhononDescriptors {
  readonly ion: string;
  readonly temperature: number; // K
  /** Å² per axis: mean over ions and axes, largest over ions and Cartesian axes, largest over ions and directions. */
  readonly msdMean: number;
  readonly msdLargest: number;
  readonly msdPrincipal: number;
  /** Å² per axis, mean over axes, by atom of the primitive cell. */
  readonly msdByAtom: readonly { readonly atom: number; readonly msd: number }[];
  /** Å² per axis, mean over the other atoms. */
  readonly msdHost: number;
  readonly acousticCutoff: number; // THz
  readonly acousticCutoffTracked: TrackedCutoff | null;
  readonly ionSpectrum: SpectrumShape;
  readonly hostSpectrum: SpectrumShape;
  readonly totalSpectrum: SpectrumShape;
  /** Centre of the ion's spectrum over the acoustic cut-off, no unit. */
  readonly centreOverCutoff: number;
  readonly participationMean: number;
  /** Mean with the modes' shares of the ion's MSD. */
  readonly participationOfMsd: number;
  /** Envelope coupling, mean over all modes that have one and mean with the modes' shares of the ion's MSD. */
  readonly couplingMean: number;
  readonly couplingOfMsd: number;
  readonly msdShares: MsdShares;
  /** Part of the ion's MSD from modes below the acoustic cut-off, and from the lowest three bands. */
  readonly msdBelowCutoff: number;
  readonly msdLowestThree: number;
  /** Modes left out below the least frequency, over the mesh, and unstable ones among them. */
  readonly dropped: number;
  readonly unstable: number;
  readonly notes: readonly Note[];
}

/** @throws InputError when the crystal has no such ion, or nothing else. */
export async function phononDescriptors(
  dynamics: LatticeDynamics,
  mesh: BrillouinMesh,
  options: DescriptorOptions,
): Promise<PhononDescriptors> {
  const {
    ion,
    temperature = 300,
    minimumThz = 0.1,
    statistics = "quantum",
    binThz = 0.5,
    track = true,
    ...run
  } = options;
  const { crystal } = dynamics;
  const ions = atomsOf(crystal, ion);
  const host = Array.from(crystal.kinds, (_, i) => i).filter((i) => !ions.includes(i));
  if (ions.length === 0 || host.length === 0)
    throw new InputError(
      `${ions.length} of ${crystal.kinds.length} atoms are ${ion}`,
      `the crystal has ${crystal.elements.join(", ")}: name one of several elements`,
    );
  if (!(binThz > 0)) throw new InputError(`bins of ${binThz} THz`, "give a positive width");
  const parts = new ModeParts({ ions, temperature, minimumThz, statistics, ion });
  const modes = await solveMesh(dynamics, mesh, {
    ...run,
    keep: ["weights"],
    visit: ({ modes: here, weight }) => parts.add(here, weight),
  });
  const thermal = await thermalDisplacements(dynamics, mesh, {
    ...run,
    temperatures: [temperature],
    minimumThz,
    statistics,
  });
  const lowest = lowestThreeCutoff(modes);
  const tracked = track ? await trackedCutoff(dynamics, modes, run) : null;
  const ionSpectrum = shapeOfModes(modes, { atoms: ions });
  const mean = (atoms: readonly number[]): number =>
    atoms.reduce((sum, i) => sum + thermal.isotropic[i]!, 0) / atoms.length;
  const tensor = (i: number): Float64Array => thermal.tensors.slice(9 * i, 9 * i + 9);
  const notes = new Notes();
  notes.addAll(thermal.notes);
  if (tracked) notes.addAll(trackNotes(tracked));
  return {
    ion,
    temperature,
    msdMean: mean(ions),
    msdLargest: Math.max(...ions.flatMap((i) => [0, 4, 8].map((k) => tensor(i)[k]!))),
    msdPrincipal: Math.max(...ions.map((i) => symmetricEigenvalues(tensor(i), 3)[2]!)),
    msdByAtom: ions.map((atom) => ({ atom, msd: thermal.isotropic[atom]! })),
    msdHost: mean(host),
    acousticCutoff: lowest.cutoffThz,
    acousticCutoffTracked: tracked,
    ionSpectrum,
    hostSpectrum: shapeOfModes(modes, { atoms: host }),
    totalSpectrum: shapeOfModes(modes),
    centreOverCutoff: ionSpectrum.centre / lowest.cutoffThz,
    ...parts.summary(lowest.cutoffThz, binThz),
    dropped: thermal.dropped,
    unstable: thermal.unstable,
    notes: notes.list(),
  };
}

const trackNotes = ({ leastOverlap }: TrackedCutoff): readonly Note[] =>
  leastOverlap >= 0.5
    ? []
    : [
        {
          code: "acoustic-modes-mix",
          message: `acoustic modes mix with optical ones: on the way one of them kept only ${(100 * leastOverlap).toFixed(0)} % of itself from one step to the next`,
          hint: "the tracked cut-off is then a matter of definition; compare the one of the lowest three bands",
        },
      ];

interface PartOptions {
  readonly ion: string;
  readonly ions: readonly number[];
  readonly temperature: number;
  readonly minimumThz: number;
  readonly statistics: ThermalStatistics;
}

/** What is gathered mode by mode; all of it is the same at every point of a star, so a reduced mesh is enough. */
class ModeParts {
  readonly #frequencies: number[] = [];
  /** Part of Σ_{ions,α} MSD, unscaled, by mode. */
  readonly #parts: number[] = [];
  readonly #bands: number[] = [];
  #participation = { sum: 0, norm: 0, ofMsd: 0 };
  #coupling = { sum: 0, norm: 0, ofMsd: 0, msd: 0 };

  constructor(private readonly options: PartOptions) {}

  add(modes: Modes, weight: number): void {
    const { ion, ions, temperature, minimumThz, statistics } = this.options;
    const { masses } = modes.reference;
    const participation = participationRatio(modes);
    const { factors } = couplingFactors(modes, { ion, phases: "envelope" });
    for (let mode = 0; mode < modes.count; mode++) {
      const f = modes.frequencies[mode]!;
      let part = 0;
      if (f >= minimumThz) {
        const square = weight * meanSquareCoordinate(f, temperature, statistics);
        for (const j of ions)
          for (let k = 0; k < 6; k++)
            part += (square * modes.vectors[(mode * masses.length + j) * 6 + k]! ** 2) / masses[j]!;
        this.#frequencies.push(f);
        this.#parts.push(part);
        this.#bands.push(mode);
      }
      this.#participation.sum += weight * participation[mode]!;
      this.#participation.norm += weight;
      this.#participation.ofMsd += part * participation[mode]!;
      const c = factors[mode]!;
      if (Number.isNaN(c)) continue;
      this.#coupling.sum += weight * c;
      this.#coupling.norm += weight;
      this.#coupling.ofMsd += part * c;
      this.#coupling.msd += part;
    }
  }

  summary(cutoff: number, binThz: number) {
    const total = this.#parts.reduce((sum, x) => sum + x, 0);
    const where = (holds: (at: number) => boolean): number =>
      this.#parts.reduce((sum, x, at) => sum + (holds(at) ? x : 0), 0) / total;
    const top = this.#frequencies.reduce((most, f) => Math.max(most, f), 0);
    const bins = Math.max(1, Math.floor(top / binThz) + 1);
    const shares = new Array<number>(bins).fill(0);
    for (const [at, f] of this.#frequencies.entries())
      shares[Math.min(bins - 1, Math.floor(f / binThz))]! += this.#parts[at]! / total;
    return {
      participationMean: this.#participation.sum / this.#participation.norm,
      participationOfMsd: this.#participation.ofMsd / total,
      couplingMean: this.#coupling.sum / this.#coupling.norm,
      couplingOfMsd: this.#coupling.ofMsd / this.#coupling.msd,
      msdShares: { edgesThz: Array.from({ length: bins + 1 }, (_, k) => k * binThz), shares },
      // the mode that defines the cut-off counts, rounding or not
      msdBelowCutoff: where((at) => this.#frequencies[at]! <= cutoff * (1 + 1e-9)),
      msdLowestThree: where((at) => this.#bands[at]! < 3),
    };
  }
}
