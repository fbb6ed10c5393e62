// The climbing band of one hop, because a study runs hundreds of them. "31 atoms": a vacancy in Lennard-Jones argon. "interstitialcy, 193
// atoms": a hop in Ge-substituted Li3PO4, the stiffness of the origin known as it is after its modes were found. "example hop, 193 atoms":
// examples/gordiz/hop with everything a band needs, stiffness and first path too. All with 17 images to 0.01 eV/Å, the ends at rest.
// Beside it the example hop with ASE's NEB (climbing, improved tangent, linear first path) and forces from LAMMPS in the same process:
// FIRE as is usual, and LBFGS, the quickest of its optimisers here; its BFGS would solve an eigenproblem of 8685 unknowns at each step.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  cutoffsForAccuracy,
  type ForceField,
  interactionsFor,
  makeForceField,
  namedForceField,
  namedForceFieldSpec,
} from "../../src/forces/index.js";
import {
  bandMetric,
  enumerateHops,
  findBand,
  type IntendedMove,
  type Path,
  type PreparedEndpoints,
  prepareEndpoints,
} from "../../src/hops/index.js";
import { readExtxyz } from "../../src/io/index.js";
import { relax } from "../../src/minima/index.js";
import {
  atomsOf,
  type Crystal,
  fcc,
  makeCell,
  makeCrystal,
  removeAtom,
  supercell,
  withPositions,
} from "../../src/structure/index.js";
import { ACCURATE, LammpsFolder, lammpsData, lammpsInput, lammpsVersion, ROUGH } from "../peers/lammps.js";
import { pythonHas, runPython } from "../peers/python.js";

export const name = "hops";
export const unit = "bands";
/** Smallest first. */
export const sizes = [
  "31 atoms",
  "interstitialcy, 193 atoms",
  "example hop, 193 atoms",
  "ASE FIRE + LAMMPS, as accurate as 1e-5",
  "ASE LBFGS + LAMMPS, as accurate as 1e-5",
  "ASE LBFGS + LAMMPS, within 1e-3 eV/Å",
  "ASE FIRE + LAMMPS, set up anew at each call",
] as const;

export const targets = [
  { row: "example hop, 193 atoms", atMostMs: 1500 },
  // f²/2k: a force of 0.01 eV/Å left on one atom at a saddle with stiffness 1 eV/Å² is 0.05 meV; a hundred atoms may have some.
  { row: "ASE LBFGS + LAMMPS, as accurate as 1e-5: difference of barriers", atMost: 1 },
];

export const against = sizes.slice(3).map((peer) => ["example hop, 193 atoms", peer]);

type Work = () => Promise<number | { readonly units: number; readonly ms: number; readonly cpuMs: number }>;

/** What is timed: one band. */
export async function prepare(size: (typeof sizes)[number]): Promise<Work | string> {
  if (size.startsWith("ASE")) return ase(size);
  const { ends, field } = await (size === "31 atoms"
    ? argon()
    : size.startsWith("example")
      ? example()
      : lithiumPhosphate());
  const { crystal } = ends.endpoints[0];
  const session = field.attach(crystal);
  const metric = bandMetric(session.hessian!(crystal.positions), crystal.positions.length);
  session.dispose();
  return async () => {
    const path = await findBand(ends.endpoints, field, size.startsWith("example") ? {} : { metric });
    if (!path.converged) throw new Error(path.notes.map((note) => note.message).join("; "));
    found.set(size, { ...path, evaluations: path.evaluations! });
    return 1;
  };
}

type Found = Pick<Path, "barrierForward" | "barrierBackward"> & { readonly evaluations: number };
const found = new Map<string, Found>();

interface Row {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
}

export async function run(): Promise<Row[]> {
  const rows = [...found].flatMap(([size, path]) => [
    { label: `${size}: evaluations`, value: path.evaluations, unit: "evaluations" },
    { label: `${size}: barrier forward`, value: path.barrierForward, unit: "eV" },
    { label: `${size}: barrier backward`, value: path.barrierBackward, unit: "eV" },
  ]);
  const ours = found.get("example hop, 193 atoms");
  const differences = [...found].flatMap(([size, path]) => {
    if (!ours || !size.startsWith("ASE")) return [];
    const forward = Math.abs(path.barrierForward - ours.barrierForward);
    const backward = Math.abs(path.barrierBackward - ours.barrierBackward);
    return [{ label: `${size}: difference of barriers`, value: 1e3 * Math.max(forward, backward), unit: "meV" }];
  });
  return [...rows, ...differences];
}

interface AseAnswer extends Found {
  readonly ms: number;
  readonly cpuMs: number;
  readonly converged: boolean;
}

async function ase(size: string): Promise<Work | string> {
  if (!lammpsVersion()) return "LAMMPS is not installed or not wanted";
  if (!pythonHas("ase, ctypes; ctypes.CDLL('liblammps.so.0')")) return "ASE or liblammps.so.0 is not installed";
  const { ends } = await example();
  const [start, end] = ends.endpoints.map(({ crystal }) => crystal) as [Crystal, Crystal];
  const { spec } = cutoffsForAccuracy(namedForceFieldSpec("pedone-2006"), start, 1e-5);
  const input = lammpsInput(spec, start, size.includes("within 1e-3") ? ROUGH : ACCURATE);
  const folder = new LammpsFolder(lammpsData(start, interactionsFor(spec, start).charges), input, "opt");
  const request = {
    folder: folder.path,
    commands: folder.commands,
    suffix: "opt",
    anew: size.endsWith("each call"),
    species: Array.from(start.kinds, (kind) => start.elements[kind]),
    lengths: [0, 4, 8].map((k) => start.cell.vectors[k]),
    start: [...start.positions],
    end: [...end.positions],
    images: 17,
    tolerance: 0.01,
    optimizer: size.startsWith("ASE FIRE") ? "FIRE" : "LBFGS",
    interpolation: "linear",
  };
  const script = fileURLToPath(new URL("../../bench/peers/band.py", import.meta.url));
  return async () => {
    const answer = runPython<AseAnswer>(script, request);
    if (!answer.converged) throw new Error(`${size}: the band did not converge`);
    found.set(size, answer);
    return { units: 1, ms: answer.ms, cpuMs: answer.cpuMs };
  };
}

let exampleHop: Promise<Hop> | undefined;

/** examples/gordiz/hop, both ends relaxed. */
function example(): Promise<Hop> {
  exampleHop ??= (async () => {
    const field = namedForceField("pedone-2006", { accuracy: 1e-5 });
    const [first, last] = await Promise.all(
      ["start", "end"].map((end) => {
        const file = new URL(`../../examples/gordiz/hop/${end}.extxyz`, import.meta.url);
        const [frame] = readExtxyz(readFileSync(file, "utf8"), { file: `${end}.extxyz` });
        return relax(frame!.crystal, field, { tolerance: 1e-4 });
      }),
    );
    return { ends: prepareEndpoints(first!, last!), field };
  })();
  return exampleHop;
}

interface Hop {
  readonly ends: PreparedEndpoints;
  readonly field: ForceField;
}

async function argon(): Promise<Hop> {
  const field = makeForceField({
    name: "argon",
    pairs: {
      "Ar-Ar": [{ form: "lennard-jones", depthEv: 0.01032, diameterA: 3.405, cutoffA: 5.2, shift: "energy" }],
    },
  });
  const full = supercell(fcc({ a: 5.26, elements: ["Ar"] }), [2, 2, 2]).crystal;
  const start = removeAtom(full, 0);
  const hole = full.positions.slice(0, 3);
  const jumper =
    start.positions.slice().findIndex((_, i) => i % 3 === 0 && Math.hypot(...difference(start, i, hole)) < 3.8) / 3;
  const displacement = difference(start, 3 * jumper, hole).map((x) => -x) as [number, number, number];
  return { ends: await relaxedEnds(start, field, [{ atom: jumper, displacement }]), field };
}

const difference = (crystal: Crystal, at: number, from: ArrayLike<number>): number[] =>
  [0, 1, 2].map((axis) => crystal.positions[at + axis]! - from[axis]!);

async function lithiumPhosphate(): Promise<Hop> {
  const field = namedForceField("pedone-2006", { accuracy: 1e-5 });
  const file = new URL("../../fixtures/lammps/pedone-li3po4-ge193/expected.json", import.meta.url);
  const { cell, species, positions } = JSON.parse(readFileSync(file, "utf8")).structure;
  const rattled = makeCrystal({ cell: makeCell(cell), species, positions });
  const { crystal: start } = await relax(rattled, field);
  const lithium = atomsOf(start, "Li");
  const filled = lithium[lithium.length - 1]!;
  const lattice = lithium.slice(0, -1);
  // The filled void and its copies in the other unit cells of the 1 × 2 × 3 supercell.
  const voids = [0, 1, 2, 3, 4, 5].flatMap((copy) =>
    [0, 1, 2].map((axis) => {
      const along = (vector: number, part: number): number => part * start.cell.vectors[3 * vector + axis]!;
      return start.positions[3 * filled + axis]! + along(1, (copy % 2) / 2) + along(2, Math.floor(copy / 2) / 3);
    }),
  );
  const { hops } = enumerateHops(
    {
      cell: start.cell,
      lattice: Float64Array.from(lattice.flatMap((i) => [...start.positions.slice(3 * i, 3 * i + 3)])),
      interstitial: Float64Array.from(voids),
      latticeAtoms: lattice,
      interstitialAtom: filled,
    },
    "interstitialcy",
    { from: [0], neighborCutoff: 3.7 },
  );
  const shortest = [...hops].sort((a, b) => length(a.displacement) - length(b.displacement))[0]!;
  return { ends: await relaxedEnds(start, field, shortest.chain), field };
}

const length = (v: readonly number[]): number => Math.hypot(...v);

async function relaxedEnds(
  start: Crystal,
  field: ForceField,
  moves: readonly IntendedMove[],
): Promise<PreparedEndpoints> {
  const first = await relax(start, field, { tolerance: 1e-4 });
  const moved = start.positions.slice();
  for (const { atom, displacement } of moves) {
    for (let axis = 0; axis < 3; axis++) moved[3 * atom + axis] = moved[3 * atom + axis]! + displacement[axis]!;
  }
  const last = await relax(withPositions(start, moved), field, { tolerance: 1e-4 });
  return prepareEndpoints(first, last, { moves });
}
