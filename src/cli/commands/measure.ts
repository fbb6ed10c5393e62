// What the ions did in anyone's trajectory: one report.

import { basename, join } from "node:path";
import { z } from "zod";
import { InputError, type Note } from "../../base/index.js";
import { loadSymmetryHere, makeFolder, openTrajectory, thisSoftware, writeFileAtomic } from "../../host/index.js";
import { type FileTrajectory, type Report, writeReport } from "../../io/index.js";
import {
  MEASURE_PARTS,
  type MeasureData,
  type MeasureInput,
  type MeasureSettings,
  measure,
  measureEstimate,
  measureFiles,
  measureSettings,
  parseParts,
  siteFileOptions,
  siteFileSettings,
} from "../../studies/index.js";
import { type Call, defineCommand, type Outcome } from "../command.js";
import { runOptions, withoutFolders } from "./from-operation.js";
import { Inputs } from "./inputs.js";
import { identityOf, readOptions, trajectoryFlags } from "./trajectories.js";

const { timestepFs, types, reference, variableCell } = trajectoryFlags;

const flags = z.strictObject({
  ...measureSettings,
  sites: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "FILE" })
    .describe(
      "Structure whose atoms are sites, CIF with labels, POSCAR, …. Left out: sites are found from the density.",
    ),
  ...siteFileSettings,
  timestepFs,
  frameSpacingFs: z
    .number()
    .positive()
    .optional()
    .describe("Time between frames of the file, fs; goes before what the file says."),
  types,
  reference,
  variableCell,
  gaps: z
    .enum(["refuse", "note"])
    .default("refuse")
    .describe("What to do where frames are missing in the middle: stop, or note it and take the times as they stand."),
  analyses: z
    .string()
    .min(1)
    .optional()
    .meta({ placeholder: "LIST" })
    .describe(`Only these, of ${MEASURE_PARTS.join(", ")}. Left out: all that the trajectory allows.`),
});

type Flags = z.output<typeof flags>;
type MeasureCall = Call<Flags>;

async function open({ args, flags: given, signal }: MeasureCall, inputs: Inputs): Promise<FileTrajectory> {
  return openTrajectory(args[0]!, {
    ...(await readOptions(given, inputs)),
    gaps: given.gaps,
    ...(given.frameSpacingFs === undefined ? {} : { frameSpacingFs: given.frameSpacingFs }),
    signal,
  });
}

async function inputOf(call: MeasureCall, inputs: Inputs, trajectory: FileTrajectory): Promise<MeasureInput> {
  const { flags: given } = call;
  const parts = parseParts(given.analyses);
  const { siteStrain, siteElements, siteAlike, siteNames, siteCorners } = given;
  const forFile = Object.entries({ siteStrain, siteElements, siteAlike, siteNames, siteCorners }).find(
    ([, v]) => v !== undefined,
  );
  if (given.sites === undefined && forFile)
    throw new InputError(`${forFile[0]} is given without a file of sites`, "add --sites FILE", { option: forFile[0] });
  const ion = given.ion ?? "";
  const base = { name: basename(call.args[0]!), trajectory, parts, seed: call.common.seed ?? 1 };
  if (given.sites === undefined) return base;
  if (ion === "" && siteElements === undefined)
    throw new InputError("no mobile ion is named for the file of sites", "add --ion, e.g. --ion Li");
  const crystal = await inputs.structure(given.sites, { occupancy: "keep-places" });
  return {
    ...base,
    sites: { kind: "file", name: basename(given.sites), crystal, options: siteFileOptions(given, ion) },
  };
}

const settingsOf = (given: Flags): MeasureSettings =>
  Object.fromEntries(Object.entries(given).filter(([key]) => key in measureSettings)) as MeasureSettings;

export const measureCommand = defineCommand({
  name: "measure",
  summary: "What the ions did in a trajectory: diffusion, sites, jumps, concerted motion.",
  details:
    "Reads LAMMPS dump, extended XYZ, H5MD, XDATCAR, vasprun.xml, OUTCAR, DCD and XTC, also .gz, frame by frame, twice; no length is too\n" +
    "long. Diffusivities in Å²/ps (1e-4 cm²/s) come with the error of blocks beside generalised and ordinary least squares; where no\n" +
    "diffusion is resolved the result is an upper limit. Without --sites, sites are the peaks of the ions' density, and types are what\n" +
    "the framework's symmetry joins. --json has trajectory, motion, framework, rdf, spectrum, density, vanHove, sites and concerted,\n" +
    "each null when left out, every key with its unit. --out gets report.html, report.json, figures/ (SVG and CSV), density.cube, CHGCAR,\n" +
    "sites.csv and jumps.csv.",
  arguments: [{ name: "TRAJECTORY", description: "Trajectory file." }],
  flags,
  examples: [
    "phonion measure run.lammpstrj --ion Li --timestep-fs 2 --out measured",
    "phonion measure XDATCAR.gz --ion Li --frame-spacing-fs 100 --temperature-k 500 --sites sites.cif --json",
    "phonion measure run.h5md --analyses msd,rdf --skip-ps 5",
  ],
  async run(call) {
    const inputs = new Inputs();
    await loadSymmetryHere();
    const trajectory = await open(call, inputs);
    const settings = settingsOf(call.flags);
    const input = await inputOf(call, inputs, trajectory);
    const measured = await measure(input, settings, runOptions(call));
    const notes = [...inputs.noteList(), ...trajectory.notes.list(), ...measured.notes];
    const software = await thisSoftware();
    const report: Report<MeasureData> = {
      schema: "phonion/measure",
      version: 1,
      made: { software: software.software, kernels: software.kernels, at: new Date().toISOString() },
      inputs: [await identityOf(call.args[0]!), ...inputs.list()],
      options: withoutFolders(definedOf(call.flags)),
      seed: input.seed,
      notes,
      data: measured.data,
    };
    const written =
      call.common.out === undefined ? [] : await writeAll(call.common.out, report, measureFiles(measured));
    return outcomeOf(report, { lines: [...measured.lines, ...written], notes });
  },
  async plan(call) {
    const inputs = new Inputs();
    const trajectory = await open(call, inputs);
    return measureEstimate(await inputOf(call, inputs, trajectory), settingsOf(call.flags));
  },
});

const definedOf = (given: Flags): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

function outcomeOf(
  report: Report<MeasureData>,
  { lines, notes }: { readonly lines: readonly string[]; readonly notes: readonly Note[] },
): Outcome {
  const { schema, version, made, inputs, options, seed, data } = report;
  return {
    data: { schema, version, made, inputs, options, seed, notes, ...data },
    text: lines.join("\n"),
    notes,
    bare: true,
    filed: true,
  };
}

async function writeAll(
  out: string,
  report: Report<MeasureData>,
  files: readonly { readonly name: string; readonly data: string }[],
): Promise<string[]> {
  const { renderReport } = await import("../../plots/index.js"); // only here: it takes a tenth of a second to load
  const { html, figures } = renderReport(report);
  await makeFolder(join(out, "figures"));
  for (const { name, svg, csv } of figures) {
    await writeFileAtomic(join(out, "figures", `${name}.svg`), svg);
    await writeFileAtomic(join(out, "figures", `${name}.csv`), csv);
  }
  for (const { name, data } of files) await writeFileAtomic(join(out, name), data);
  await writeFileAtomic(join(out, "report.html"), html);
  await writeFileAtomic(join(out, "report.json"), writeReport(report));
  return [
    `report          ${join(out, "report.html")}`,
    `files           report.json, ${figures.length} figures, ${files.map(({ name }) => name).join(", ")}`,
  ];
}
