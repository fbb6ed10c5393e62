// Temperature series: y = y0 e^{−E/k_BT} (src/numerics/arrhenius.ts) with predictions that know how far they reach. The error of a prediction is
//
//   σ²(ln y) = σ²(ln y0) − 2 cov(ln y0, E)/k_BT + σ²(E)/(k_BT)²
//
// and a temperature outside the data is flagged, with its distance.

import { BOLTZMANN, type Estimate, InputError, type Note, Notes, type Rng } from "../base/index.js";
import { type Arrhenius, fitArrhenius, studentQuantile } from "../numerics/index.js";

export interface TemperaturePoint {
  readonly temperatureK: number;
  readonly value: Estimate;
  /** A bound is no measurement: it is left out of the fit, with a note. */
  readonly bound?: unknown;
}

export interface ArrheniusPrediction {
  readonly temperatureK: number;
  readonly value: Estimate;
  readonly limits95: readonly [number, number];
  /** True outside the temperatures of the fit. */
  readonly extrapolated: boolean;
  /** How far 1/T lies outside, as a fraction of the range of 1/T of the data; 0 inside. */
  readonly beyond: number;
}

export interface TemperatureFit {
  readonly fit: Arrhenius;
  readonly activationEnergy: Estimate; // eV
  /** Error of E by drawing every point anew within its own error, absent without an `rng`, eV. */
  readonly bootstrapError?: number;
  readonly rangeK: readonly [number, number];
  /** @throws InputError for a temperature outside the data unless `extrapolate` is true. */
  predict(temperatureK: number, options?: { readonly extrapolate?: boolean }): ArrheniusPrediction;
  readonly notes: readonly Note[];
}

export interface TemperatureFitOptions {
  /** Where the chance of a bootstrap comes from. Default: no bootstrap. */
  readonly rng?: Rng;
  /** Default 1000. */
  readonly repeats?: number;
}

const IMPROBABLE = 0.01;

export function temperatureFit(
  points: readonly TemperaturePoint[],
  options: TemperatureFitOptions = {},
): TemperatureFit {
  const notes = new Notes();
  const used = points.filter(({ bound, temperatureK }) => {
    if (bound === undefined) return true;
    notes.add("arrhenius-bound-left-out", `${temperatureK} K gave only a bound and is not in the fit`);
    return false;
  });
  const units = new Set(used.map(({ value }) => value.unit));
  if (units.size > 1)
    throw new InputError(`values in ${[...units].join(" and ")}`, "convert them to one unit before the fit");
  const fit = fitArrhenius(used.map(({ temperatureK, value }) => ({ thermalEnergy: BOLTZMANN * temperatureK, value })));
  if (fit.probability < IMPROBABLE)
    notes.add(
      "arrhenius-misfit",
      `χ² = ${fit.chiSquare.toFixed(1)} for ${fit.degreesOfFreedom} degrees of freedom: one activation energy does not describe the data`,
      "look at the local energies: a change of mechanism or of phase, or errors that are too small",
    );
  const rangeK = [fit.rangeEv[0] / BOLTZMANN, fit.rangeEv[1] / BOLTZMANN] as const;
  const { rng, repeats = 1000 } = options;
  return {
    fit,
    activationEnergy: fit.activationEnergy,
    ...(rng ? { bootstrapError: bootstrapError(used, rng, repeats) } : {}),
    rangeK,
    predict: (temperatureK, { extrapolate = false } = {}) => predictAt({ fit, rangeK }, temperatureK, extrapolate),
    notes: notes.list(),
  };
}

function predictAt(
  { fit, rangeK }: { readonly fit: Arrhenius; readonly rangeK: readonly [number, number] },
  temperatureK: number,
  allowed: boolean,
): ArrheniusPrediction {
  if (!(temperatureK > 0)) throw new InputError(`a temperature of ${temperatureK} K`, "pass kelvin above zero");
  const [low, high] = rangeK;
  const inverse = 1 / temperatureK;
  const outside = Math.max(0, inverse - 1 / low, 1 / high - inverse);
  // Ends of the range have gone through k_B and back.
  const extrapolated = outside > 1e-12 * inverse;
  if (extrapolated && !allowed)
    throw new InputError(
      `${temperatureK} K lies outside the data, ${low.toFixed(0)} to ${high.toFixed(0)} K`,
      "pass extrapolate: true if one mechanism may be assumed to hold there",
      { temperatureK, low, high },
    );
  const x = inverse / BOLTZMANN;
  const { logPrefactor, activationEnergy, covariance } = fit;
  const logValue = logPrefactor.value - activationEnergy.value * x;
  const variance = logPrefactor.standardError ** 2 - 2 * covariance * x + (activationEnergy.standardError * x) ** 2;
  const sigma = Math.sqrt(Math.max(0, variance));
  const value = Math.exp(logValue);
  const reach = studentQuantile(0.95, Number.POSITIVE_INFINITY) * sigma;
  return {
    temperatureK,
    value: { value, standardError: value * sigma, unit: logPrefactor.unit.slice(3, -1) },
    limits95: [value * Math.exp(-reach), value * Math.exp(reach)],
    extrapolated,
    beyond: extrapolated ? outside / (1 / low - 1 / high) : 0,
  };
}

/** Points are few and each has its own error, so each is drawn from it rather than with replacement. */
function bootstrapError(points: readonly TemperaturePoint[], rng: Rng, repeats: number): number {
  let [sum, squares] = [0, 0];
  for (let r = 0; r < repeats; r++) {
    const drawn = points.map(({ temperatureK, value }) => {
      // Errors of a positive number, drawn on its logarithm.
      const relative = value.standardError / value.value;
      const drawnValue = value.value * Math.exp(relative * rng.normal());
      return {
        thermalEnergy: BOLTZMANN * temperatureK,
        value: { ...value, value: drawnValue, standardError: relative * drawnValue },
      };
    });
    const energy = fitArrhenius(drawn).activationEnergy.value;
    sum += energy;
    squares += energy * energy;
  }
  const mean = sum / repeats;
  return Math.sqrt(((squares / repeats - mean * mean) * repeats) / (repeats - 1));
}
