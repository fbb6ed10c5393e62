// What the fluctuations of a cell at constant temperature and pressure say. With V the volume (doi:10.1093/oso/9780198803195.001.0001)
//
//   κ_T = −(1/V) ∂V/∂P = ⟨(V − ⟨V⟩)²⟩/(k_BT ⟨V⟩),   bulk modulus 1/κ_T
//
// Errors are those of means over blocks of a correlated series. The variance about the mean of the series itself is too small by the
// squared error of that mean, which is put back.

import { BOLTZMANN, type Estimate, EV_PER_A3_PER_GPA, type F64, InputError } from "../base/index.js";
import { blockAverage } from "../numerics/index.js";
import { type Cell, cellParameters } from "../structure/index.js";

/** An estimate, and whether the series was long enough for its error. */
export interface SampledEstimate extends Estimate {
  /** False when the longest blocks are still correlated: the error is then too small. */
  readonly converged: boolean;
}

export interface CellAverages {
  readonly lengths: readonly [SampledEstimate, SampledEstimate, SampledEstimate]; // A
  readonly angles: readonly [SampledEstimate, SampledEstimate, SampledEstimate]; // degree
  readonly volume: SampledEstimate; // A3
}

const FEWEST = 32; // samples

/** Means of lengths, angles and volume over cells taken at equal intervals. */
export function cellAverages(cells: readonly Cell[]): CellAverages {
  checkCount(cells.length);
  const rows = cells.map(cellParameters);
  const column = (k: number, unit: string): SampledEstimate =>
    meanOf(
      Float64Array.from(rows, (row) => row[k]!),
      unit,
    );
  return {
    lengths: [column(0, "A"), column(1, "A"), column(2, "A")],
    angles: [column(3, "degree"), column(4, "degree"), column(5, "degree")],
    volume: meanOf(
      Float64Array.from(cells, (cell) => cell.volume),
      "A3",
    ),
  };
}

/**
 * Isothermal compressibility κ_T in 1/GPa from volumes (Å³) taken at equal intervals in equilibrium at constant pressure.
 * @throws InputError for fewer than 32 volumes, a volume or a temperature that is not positive
 */
export function compressibilityOf(volumes: F64, temperatureK: number): SampledEstimate {
  checkCount(volumes.length);
  if (!(temperatureK > 0 && Number.isFinite(temperatureK))) {
    throw new InputError(`the temperature is ${temperatureK} K`, "give the temperature of the run in K");
  }
  const wrong = Array.from(volumes).findIndex((volume) => !(volume > 0 && Number.isFinite(volume)));
  if (wrong >= 0) throw new InputError(`volume ${wrong + 1} is ${volumes[wrong]} Å³`, "volumes are positive");
  const volume = blockAverage(volumes);
  const squares = blockAverage(Float64Array.from(volumes, (v) => (v - volume.mean) ** 2));
  const scale = EV_PER_A3_PER_GPA / (BOLTZMANN * temperatureK * volume.mean);
  return {
    value: (squares.mean + volume.standardError ** 2) * scale,
    standardError: squares.standardError * scale,
    unit: "1/GPa",
    converged: volume.converged && squares.converged,
  };
}

function meanOf(series: F64, unit: string): SampledEstimate {
  const { mean, standardError, converged } = blockAverage(series);
  return { value: mean, standardError, unit, converged };
}

function checkCount(count: number): void {
  if (count >= FEWEST) return;
  throw new InputError(`${count} samples of the cell`, `give at least ${FEWEST}: with fewer no error can be told`);
}
