// Parameters of the study "excite-modes", declared once: file check, defaults, help, JSON Schema and docs come from here.

import { z } from "zod";
import { type ModalHopsParameters, modalHopsParameters } from "./modal-hops-parameters.js";

const shared = modalHopsParameters.shape;

const positive = (text: string) => z.number().positive().describe(text);
const whole = (text: string) => z.number().int().min(1).describe(text);

export const driveVariants = ["two-temperature", "literal", "sign-preserving", "rescaling"] as const;

export type DriveVariant = (typeof driveVariants)[number];

const variant = z
  .enum(driveVariants)
  .describe(
    "How modes are driven: a bath of their own; or kicks: the printed push along +e, a push along the motion, kinetic and potential energy together set to k_BT.",
  );

const hopsInFull = z.strictObject({
  mechanism: z.enum(["interstitialcy", "direct"]).default("interstitialcy").describe("Kind of hop that is enumerated."),
  count: z
    .union([z.literal("all"), z.number().int().min(1)])
    .default("all")
    .describe("Hops that make the lists of modes: all, or this many, starting from the most stable configurations."),
  neighborCutoffA: positive("Largest distance of one step of the chain, Å. Left out: the first shell.").optional(),
});

const hops = z
  .union([hopsInFull, z.literal("all"), z.number().int().min(1)])
  .transform((value) => (typeof value === "object" ? value : hopsInFull.parse({ count: value })))
  .describe("Which hops make the lists of modes. `hops: all` and `hops: 24` are short for `hops: { count: … }`.");

const band = z.strictObject({
  images: z.number().int().min(5).max(99).default(9).describe("Images of a band, both ends included."),
  toleranceEvPerA: positive("Largest perpendicular force left on any image, eV/Å.").default(0.05),
  maxIterations: whole("Iterations after which a band counts as not converged.").default(600),
});

const drive = z.strictObject({
  variant: variant.default("two-temperature"),
  topModes: z.number().int().min(1).max(50).default(5).describe("Modes driven in each configuration."),
  temperatureK: positive("What the driven modes are brought to, K.").default(700),
  everySteps: whole("Steps between kicks; for the bath, between looks at which configuration it is.").default(5),
  relaxationFs: positive("Bath only: how fast the driven modes are brought to their temperature, fs.").default(100),
  bulk: z
    .enum(["rescale", "bath"])
    .default("rescale")
    .describe("Kicks only: their energy is taken from all other modes at once, or left for the bath to take."),
});

const bath = z.strictObject({
  temperatureK: positive("Temperature of the crystal, K.").default(400),
  relaxationFs: positive("How fast the bath acts, fs.").default(1000),
});

const follow = z.strictObject({
  everySteps: whole("Steps between looks at where the ions are.").default(20),
  dwellFs: z.number().min(0).default(200).describe("A stay shorter than this is no change of site, fs."),
  returnFs: z
    .number()
    .min(0)
    .default(1000)
    .describe("A hop that is taken back within this time counts, with its way back, as no net hop, fs."),
});

const controls = z
  .array(z.enum(["none", "random", "allHot"]))
  .default(["none", "random", "allHot"])
  .describe(
    "What driving is compared with: nothing driven; as many random modes; the whole crystal at the drive's temperature.",
  );

const bandThz = z
  .tuple([z.number().min(0), z.number().positive()])
  .default([8, 20])
  .describe("Band from which random modes are drawn, THz.");

const compareVariants = z
  .strictObject({
    variants: z.array(variant).min(1).describe("Other ways to drive the same modes."),
    durationPs: positive("Length of each run, ps. Left out: as the others.").optional(),
    replicas: whole("Independent runs for each variant and list of modes.").default(1),
  })
  .describe("The leading and, with that control, random modes driven in other ways. Left out: not compared.");

const intervalScan = z
  .strictObject({
    everyFs: z.array(z.number().positive()).min(1).describe("Intervals between kicks, fs."),
    variant: z.enum(["literal", "sign-preserving", "rescaling"]).default("sign-preserving").describe("Kind of kick."),
    durationPs: positive("Length of each run, ps. Left out: as the others.").optional(),
    replicas: whole("Independent runs for each interval.").default(1),
  })
  .describe("Kicks at several intervals, everything else as it is. Left out: no scan.");

const sizes = z
  .strictObject({
    supercells: z.array(shared.structure.shape.supercell.unwrap()).min(1).describe("Supercells of the same crystal."),
    topModes: z.number().int().min(1).max(50).default(1).describe("Modes driven in each configuration."),
    hops: z
      .union([z.literal("all"), z.number().int().min(1)])
      .default(40)
      .describe("Hops that make the lists of modes in each supercell, starting from the most stable configurations."),
    durationPs: positive("Length of each run, ps. Left out: as the others.").optional(),
    replicas: whole("Independent runs for each supercell.").default(1),
  })
  .describe("Power and hop rate against the size of the cell. Left out: not measured.");

const forces = shared.forces.extend({
  engine: z
    .enum(["kernel", "mixed"])
    .default("kernel")
    .describe("Arithmetic of the simulations: double precision, or single-precision pairs with double-precision sums."),
});

export const exciteModesParameters = z.strictObject({
  structure: shared.structure,
  forces,
  substitution: shared.substitution,
  interstitial: shared.interstitial,
  configurations: shared.configurations,
  forceToleranceEvPerA: shared.forceToleranceEvPerA,
  hops: hops.prefault({}),
  band: band.prefault({}),
  drive: drive.prefault({}),
  bath: bath.prefault({}),
  controls,
  randomBandThz: bandThz,
  timestepFs: positive("Time step, fs.").default(1),
  equilibrationPs: positive("Time before counting begins, undriven and then as long again driven, ps.").default(4),
  durationPs: positive("Length of each run, ps.").default(200),
  replicas: whole("Independent runs for each condition.").default(4),
  follow: follow.prefault({}),
  frameEverySteps: whole(
    "Steps between stored frames, for mean square displacements and temperatures of modes.",
  ).default(200),
  seed: z.number().int().min(0).optional().describe("Chance. Left out: drawn, and kept in the report."),
  compareVariants: compareVariants.optional(),
  intervalScan: intervalScan.optional(),
  sizes: sizes.optional(),
});

export type ExciteModesParameters = z.output<typeof exciteModesParameters>;

/** The same crystal and hops as the study of hops would take them, for one supercell. */
export function hopParametersOf(
  parameters: ExciteModesParameters,
  change: {
    readonly supercell?: ModalHopsParameters["structure"]["supercell"];
    readonly count?: ModalHopsParameters["hops"]["count"];
  } = {},
): ModalHopsParameters {
  const { structure, forces, hops, band, drive } = parameters;
  return {
    structure: { ...structure, ...(change.supercell ? { supercell: change.supercell } : {}) },
    forces: { field: forces.field, ...(forces.accuracy === undefined ? {} : { accuracy: forces.accuracy }) },
    ...(parameters.substitution ? { substitution: parameters.substitution } : {}),
    interstitial: parameters.interstitial,
    configurations: parameters.configurations,
    forceToleranceEvPerA: parameters.forceToleranceEvPerA,
    hops: { ...hops, count: change.count ?? hops.count, compareMechanisms: false },
    band: { ...band, polishSaddle: false },
    projection: { at: "halfway", temperatureK: drive.temperatureK, topModes: drive.topModes },
  };
}
