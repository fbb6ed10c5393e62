// The quasi-harmonic approximation: vibrations at several volumes, each harmonic, and the volume that minimises
//
//   G(T, p) = min_V [E(V) + F_vib(V, T) + pV].
//
// At each temperature E + F is fitted with an equation of state. With x = V/V₀:
//   Vinet             E = E₀ + (2B₀V₀/(B'−1)²) {2 − [5 + 3B'(y−1) − 3y] e^{−3(B'−1)(y−1)/2}},  y = x^{1/3}
//   Birch–Murnaghan   E = E₀ + (9V₀B₀/16) {(z−1)³B' + (z−1)²(6−4z)},  z = x^{−2/3}
// thermal expansion α = ∂ln V/∂T by differences between neighbouring temperatures; C_p = C_V + TVα²B.
// P. Vinet et al., 10.1029/JB092iB09p09319; F. Birch, 10.1103/PhysRev.71.809.

import { EV_PER_A3_PER_GPA, type F64, InputError } from "../base/index.js";
import { fitPolynomial, leastSquares } from "../numerics/index.js";

export type EquationOfState = "vinet" | "birch-murnaghan";

/** Energies per cell against volumes per cell. */
export interface StateFit {
  readonly energy: number; // eV at the minimum
  readonly volume: number; // Å³
  readonly bulkModulusGpa: number;
  /** dB/dp at p = 0. */
  readonly bulkModulusSlope: number;
  /** Root mean square of what the fit leaves, eV. */
  readonly residual: number;
}

/** [E₀, V₀, B₀ (eV/Å³), B'] to E(V). */
export function stateEnergy(kind: EquationOfState, p: ArrayLike<number>, volume: number): number {
  const [e0, v0, b0, slope] = [p[0]!, p[1]!, p[2]!, p[3]!];
  if (kind === "vinet") {
    const y = Math.cbrt(volume / v0);
    const eta = 1.5 * (slope - 1);
    // the limit B' → 1 does not occur in solids
    return e0 + ((2 * b0 * v0) / (slope - 1) ** 2) * (2 - (5 + 3 * slope * (y - 1) - 3 * y) * Math.exp(-eta * (y - 1)));
  }
  const z = (v0 / volume) ** (2 / 3);
  return e0 + ((9 * v0 * b0) / 16) * ((z - 1) ** 3 * slope + (z - 1) ** 2 * (6 - 4 * z));
}

const STEPS = 200;

/** Least squares by Gauss–Newton from a parabola's minimum. @throws InputError for fewer than four volumes or no minimum near them. */
export function fitState(volumes: F64, energies: F64, kind: EquationOfState = "vinet"): StateFit {
  const n = volumes.length;
  if (n < 4 || energies.length !== n)
    throw new InputError(`${n} volumes and ${energies.length} energies`, "at least four of each are needed");
  const centre = volumes.slice().reduce((sum, v) => sum + v, 0) / n;
  const parabola = fitPolynomial(
    Float64Array.from(volumes, (v) => v / centre - 1),
    energies,
    { degree: 2 },
  ).coefficients;
  const curvature = parabola[2]!;
  const [least, most] = [Math.min(...volumes), Math.max(...volumes)];
  const start = curvature > 0 ? centre * (1 - parabola[1]! / (2 * curvature)) : Number.NaN;
  const margin = most - least;
  if (!(start > least - margin && start < most + margin))
    throw new InputError(
      `the energies of volumes ${least.toFixed(3)} … ${most.toFixed(3)} Å³ have no minimum near them`,
      "include volumes on both sides of equilibrium",
    );
  let p: number[] = [Math.min(...energies), start, (2 * curvature * start) / centre ** 2, 4];
  let best = squares(kind, p, volumes, energies);
  for (let step = 0; step < STEPS; step++) {
    const change = gaussNewton(kind, p, volumes, energies);
    let scale = 1;
    let next = p;
    let value = best;
    for (; scale > 1e-6; scale /= 2) {
      next = p.map((x, k) => x + scale * change[k]!);
      value =
        next[1]! > 0 && next[2]! > 0 && Math.abs(next[3]! - 1) > 1e-3
          ? squares(kind, next, volumes, energies)
          : Number.NaN;
      if (value <= best) break;
    }
    if (!(value <= best)) break;
    const moved = Math.max(...p.map((x, k) => Math.abs(next[k]! - x) / (Math.abs(x) + 1e-12)));
    [p, best] = [next, value];
    if (moved < 1e-13) break;
  }
  return {
    energy: p[0]!,
    volume: p[1]!,
    bulkModulusGpa: p[2]! / EV_PER_A3_PER_GPA,
    bulkModulusSlope: p[3]!,
    residual: Math.sqrt(best / n),
  };
}

const squares = (kind: EquationOfState, p: readonly number[], volumes: F64, energies: F64): number =>
  Array.from(volumes).reduce((sum, v, k) => sum + (energies[k]! - stateEnergy(kind, p, v)) ** 2, 0);

function gaussNewton(kind: EquationOfState, p: readonly number[], volumes: F64, energies: F64): number[] {
  const n = volumes.length;
  const steps = [1e-6, 1e-5 * p[1]!, 1e-5 * p[2]!, 1e-5];
  const design = new Float64Array(4 * n);
  const rest = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    rest[k] = energies[k]! - stateEnergy(kind, p, volumes[k]!);
    for (let c = 0; c < 4; c++) {
      const along = (sign: number): number =>
        stateEnergy(
          kind,
          p.map((x, i) => (i === c ? x + sign * steps[c]! : x)),
          volumes[k]!,
        );
      design[4 * k + c] = along(1) / 2 - along(-1) / 2; // in units of the step
    }
  }
  const { coefficients } = leastSquares(design, rest);
  return steps.map((step, c) => step * coefficients[c]!);
}

export interface QuasiHarmonicInput {
  readonly volumes: F64; // [v] Å³ per cell
  readonly energies: F64; // [v] eV per cell, static
  readonly temperatures: F64; // [t] K, ascending
  readonly freeEnergies: F64; // [v,t] eV per cell: F_vib with its zero-point part
  readonly heatCapacities?: F64; // [v,t] eV/K per cell, at constant volume: for C_p
}

export interface QuasiHarmonicOptions {
  /** Default "vinet". */
  readonly state?: EquationOfState;
  /** Default 0. */
  readonly pressureGpa?: number;
}

/** Along the temperatures, per cell. */
export interface QuasiHarmonic {
  readonly temperatures: F64; // [t] K
  readonly volume: F64; // [t] Å³
  readonly gibbs: F64; // [t] eV
  readonly bulkModulusGpa: F64; // [t]
  /** [t] 1/K: α = ∂ln V/∂T, by central differences (one-sided at the ends). */
  readonly expansion: F64;
  readonly heatCapacityPressure?: F64; // [t] eV/K
  /** Largest root mean square residual of the fits, eV. */
  readonly residual: number;
  /** False where the equilibrium volume lies outside the volumes given: an extrapolation. */
  readonly inside: readonly boolean[];
}

export function quasiHarmonic(input: QuasiHarmonicInput, options: QuasiHarmonicOptions = {}): QuasiHarmonic {
  const { volumes, energies, temperatures, freeEnergies, heatCapacities } = input;
  const { state = "vinet", pressureGpa = 0 } = options;
  const [v, t] = [volumes.length, temperatures.length];
  if (freeEnergies.length !== v * t)
    throw new InputError(
      `${freeEnergies.length} free energies for ${v} volumes and ${t} temperatures`,
      "expected [v,t]",
    );
  const pressure = pressureGpa * EV_PER_A3_PER_GPA;
  const fits = Array.from({ length: t }, (_, k) =>
    fitState(
      volumes,
      Float64Array.from(energies, (e, i) => e + freeEnergies[i * t + k]! + pressure * volumes[i]!),
      state,
    ),
  );
  const volume = Float64Array.from(fits, (fit) => fit.volume);
  const bulkModulusGpa = Float64Array.from(fits, (fit) => fit.bulkModulusGpa);
  const expansion = Float64Array.from({ length: t }, (_, k) => {
    const [before, after] = [Math.max(0, k - 1), Math.min(t - 1, k + 1)];
    return before === after
      ? 0
      : Math.log(volume[after]! / volume[before]!) / (temperatures[after]! - temperatures[before]!);
  });
  const [least, most] = [Math.min(...volumes), Math.max(...volumes)];
  const heat =
    heatCapacities &&
    Float64Array.from({ length: t }, (_, k) => {
      const atConstantVolume = interpolated(volumes, heatCapacities, { t, k, at: volume[k]! });
      const stiffness = bulkModulusGpa[k]! * EV_PER_A3_PER_GPA;
      return atConstantVolume + temperatures[k]! * volume[k]! * expansion[k]! ** 2 * stiffness;
    });
  return {
    temperatures,
    volume,
    gibbs: Float64Array.from(fits, (fit) => fit.energy),
    bulkModulusGpa,
    expansion,
    ...(heat ? { heatCapacityPressure: heat } : {}),
    residual: Math.max(...fits.map((fit) => fit.residual)),
    inside: fits.map((fit) => fit.volume >= least && fit.volume <= most),
  };
}

/** A smooth quantity at a volume between those it is known at: a parabola through all of them by least squares. */
function interpolated(volumes: F64, values: F64, { t, k, at }: { t: number; k: number; at: number }): number {
  const column = Float64Array.from(volumes, (_, i) => values[i * t + k]!);
  const scaled = Float64Array.from(volumes, (x) => x / volumes[0]! - 1);
  const c = fitPolynomial(scaled, column, { degree: 2 }).coefficients;
  const x = at / volumes[0]! - 1;
  return c[0]! + x * (c[1]! + x * c[2]!);
}
