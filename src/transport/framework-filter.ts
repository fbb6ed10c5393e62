// Whether a framework holds while its ions move: the filter of the sodium conductor screening. docs/theory/correlations.md (22)
//
// For every element that is not the mobile one, from the first frame alone, with M_a(t) = mean over its atoms of (a_i(t) − a_i(0))²:
//
//   D_a = ½ Σ_t t M_a(t)/Σ_t t²                     the line through zero over the whole run
//   unstable  if D_x, D_y and D_z are all ≥ 10⁻² Å²/ps, or the mean of M_a over the last 20 % of the run is above 1 Å² along any axis
//
// One origin and a forced line are crude estimators of diffusion; they are kept because the thresholds were set with them.

import { InputError } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { atomsOf } from "../structure/index.js";
import type { Analysis } from "./analysis.js";
import { type Drift, driftOf, type ReferenceFrame } from "./drift.js";
import { lostPosition } from "./rdf-counts.js";

export interface FrameworkFilterOptions {
  /** Å²/ps that an element must not reach along all three axes. Default 0.01. */
  readonly diffusionLimit?: number;
  /** Å² that the late displacement must not exceed along any axis. Default 1. */
  readonly displacementLimit?: number;
  /** Share of the run, from its end, that counts as late. Default 0.2. */
  readonly lateShare?: number;
  /** Whose motion is taken off. Default "total": a thermostat may push the whole. */
  readonly reference?: ReferenceFrame;
}

export interface ElementStability {
  readonly element: string;
  readonly stable: boolean;
  readonly diffusion: readonly [number, number, number]; // Å²/ps along x, y, z
  readonly lateDisplacement: readonly [number, number, number]; // Å² along x, y, z
  /** Why not, in words; empty when stable. */
  readonly reasons: readonly string[];
}

export interface FrameworkStability {
  readonly stable: boolean;
  readonly elements: readonly ElementStability[];
  readonly reference: string;
  readonly frames: number;
  readonly durationPs: number;
}

/** @param mobile the element or elements that may move */
export function frameworkStability(
  mobile: string | readonly string[],
  options: FrameworkFilterOptions = {},
): Analysis<FrameworkStability> {
  const { lateShare = 0.2 } = options;
  if (!(lateShare > 0 && lateShare <= 1))
    throw new InputError(`a late share of ${lateShare}`, "pass a number above 0 and at most 1");
  let session: Session | undefined;
  const current = (): Session => {
    if (!session) throw new InputError("frames before a heading", "call begin first, or use analyse()");
    return session;
  };
  return {
    name: "framework-stability",
    begin(heading) {
      session = new Session(heading, typeof mobile === "string" ? [mobile] : mobile, options);
    },
    add: (frame) => current().add(frame),
    finish: () => current().finish(),
  };
}

class Session {
  readonly #drift: Drift;
  readonly #shift = new Float64Array(3);
  readonly #groups: readonly { readonly element: string; readonly atoms: readonly number[] }[];
  readonly #series: number[][]; // per group and axis, M_a of every frame
  #first: Float64Array | undefined;

  constructor(
    private readonly heading: TrajectoryHeading,
    mobile: readonly string[],
    private readonly options: FrameworkFilterOptions,
  ) {
    const { crystal } = heading;
    const unknown = mobile.find((element) => !crystal.elements.includes(element));
    if (unknown !== undefined)
      throw new InputError(`no ${unknown} in the crystal`, `it has ${crystal.elements.join(", ")}`);
    this.#groups = crystal.elements
      .filter((element) => !mobile.includes(element))
      .map((element) => ({ element, atoms: atomsOf(crystal, element) }));
    if (this.#groups.length === 0) throw new InputError("every element is mobile", "name fewer mobile elements");
    this.#series = this.#groups.flatMap(() => [[], [], []]);
    this.#drift = driftOf(heading, new Int32Array(0), { reference: options.reference ?? "total" });
  }

  add({ positions, step }: Frame): void {
    this.#drift.measure(positions, this.#shift);
    this.#first ??= positions.slice();
    this.#groups.forEach(({ atoms }, g) => {
      for (let axis = 0; axis < 3; axis++) {
        let sum = 0;
        for (const atom of atoms) {
          const at = 3 * atom + axis;
          sum += (positions[at]! - this.#first![at]! - this.#shift[axis]!) ** 2;
        }
        if (!Number.isFinite(sum)) throw lostPosition(atoms[0]!, step);
        this.#series[3 * g + axis]!.push(sum / atoms.length);
      }
    });
  }

  finish(): FrameworkStability {
    const frames = this.#series[0]!.length;
    if (frames < 5) throw new InputError(`a judgement from ${frames} frames`, "give at least five");
    const spacingPs = this.heading.frameSpacingFs / 1000;
    const elements = this.#groups.map(({ element }, g) =>
      judge(element, this.#series.slice(3 * g, 3 * g + 3), { spacingPs, ...this.options }),
    );
    return {
      stable: elements.every(({ stable }) => stable),
      elements,
      reference: this.#drift.name,
      frames,
      durationPs: (frames - 1) * spacingPs,
    };
  }
}

function judge(
  element: string,
  series: readonly (readonly number[])[],
  options: FrameworkFilterOptions & { readonly spacingPs: number },
): ElementStability {
  const { diffusionLimit = 0.01, displacementLimit = 1, lateShare = 0.2, spacingPs } = options;
  const diffusionOf = (values: readonly number[]): number => {
    let [product, square] = [0, 0];
    values.forEach((value, k) => {
      product += k * value;
      square += k * k;
    });
    return product / square / spacingPs / 2;
  };
  const lateOf = (values: readonly number[]): number => {
    const late = values.slice(Math.floor((1 - lateShare) * values.length));
    return late.reduce((sum, value) => sum + value, 0) / late.length;
  };
  const [x, y, z] = series as [readonly number[], readonly number[], readonly number[]];
  const diffusion = [diffusionOf(x), diffusionOf(y), diffusionOf(z)] as const;
  const lateDisplacement = [lateOf(x), lateOf(y), lateOf(z)] as const;
  const reasons: string[] = [];
  if (diffusion.every((d) => d >= diffusionLimit))
    reasons.push(
      `diffuses along all axes: ${diffusion.map((d) => d.toPrecision(3)).join(", ")} Å²/ps ≥ ${diffusionLimit}`,
    );
  lateDisplacement.forEach((value, axis) => {
    if (value > displacementLimit)
      reasons.push(`moved by ${value.toPrecision(3)} Å² along ${"xyz"[axis]} > ${displacementLimit} Å²`);
  });
  return { element, stable: reasons.length === 0, diffusion, lateDisplacement, reasons };
}
