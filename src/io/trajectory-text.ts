// Trajectories as text: one frame of extended XYZ or of a LAMMPS dump at a time, so that a writer needs the memory of one frame.
//
// Numbers are the shortest that read back as the same f64, or as the same f32 where single precision is asked for. LAMMPS wants a
// along +x and b in the xy plane: other cells, and all vectors with them, are turned as a whole.

import { ANGULAR_PER_ROOT_CURVATURE, type F64, InputError, type Notes } from "../base/index.js";
import type { Frame, TrajectoryHeading } from "../dynamics/index.js";
import { type Cell, type Crystal, elementNamed, multiply3, speciesList, transformRows } from "../structure/index.js";
import { lowerTriangular } from "./cell-frames.js";
import { writeExtxyz } from "./extxyz-write.js";
import { exact } from "./numbers.js";

export interface TrajectoryWriteOptions {
  /** Digits of positions and velocities. Default "double". */
  readonly precision?: "double" | "single";
  /** Write velocities where the trajectory has them. Default true. */
  readonly velocities?: boolean;
  /** LAMMPS dump without the lines ITEM: UNITS and ITEM: TIME, for programs that do not know them (MDAnalysis). Default false. */
  readonly plain?: boolean;
  /** Compress the datasets of H5MD with gzip at this level, 0 to 9. Default 0, none. */
  readonly gzip?: number;
  readonly notes?: Notes;
}

/** Writes frames as text, one at a time. */
export interface FrameText {
  frame(frame: Frame): string;
}

export type NumberText = (value: number) => string;

/** The shortest decimal that reads back as the same number of the asked precision. */
export const numberText = ({ precision = "double" }: TrajectoryWriteOptions): NumberText =>
  precision === "double" ? exact : singleText;

function singleText(value: number): string {
  const single = Math.fround(value);
  for (let digits = 7; digits <= 9; digits++) {
    const rounded = Number(single.toPrecision(digits));
    if (Math.fround(rounded) === single) return exact(rounded);
  }
  return exact(single);
}

/** Extended XYZ as ASE reads it: positions unwrapped, velocities as momenta. */
export function extxyzText(heading: TrajectoryHeading, options: TrajectoryWriteOptions = {}): FrameText {
  const { crystal, hasVelocities } = heading;
  const withVelocities = hasVelocities && options.velocities !== false;
  if (options.precision !== "single") {
    return {
      frame: ({ positions, velocities, cell = crystal.cell, step, timeFs, potentialEnergy }) =>
        writeExtxyz({
          crystal: { ...crystal, cell, positions },
          ...(withVelocities ? { velocities: velocitiesOf(velocities) } : {}),
          ...(potentialEnergy === undefined ? {} : { energy: potentialEnergy }),
          info: { step, time_fs: timeFs, unwrapped: true },
        }),
    };
  }
  const single = (values: F64): Float64Array => Float64Array.from(values, (x) => Number(singleText(x)));
  const double = extxyzText(heading, { ...options, precision: "double" });
  const momentum = (v: number, i: number): number => {
    const factor = crystal.masses[Math.floor(i / 3)]! / ANGULAR_PER_ROOT_CURVATURE;
    return Number(singleText(v * factor)) / factor;
  };
  return {
    frame: (frame) =>
      double.frame({
        ...frame,
        positions: single(frame.positions),
        ...(frame.velocities ? { velocities: Float64Array.from(frame.velocities, momentum) } : {}),
      }),
  };
}

function velocitiesOf(velocities: F64 | undefined): F64 {
  if (velocities) return velocities;
  throw new InputError("a frame has no velocities, the heading promised them", "give them for every frame or for none");
}

/** LAMMPS dump: id type element xu yu zu, in units metal. */
export function lammpsDumpText(heading: TrajectoryHeading, options: TrajectoryWriteOptions = {}): FrameText {
  const { crystal, hasVelocities } = heading;
  const write = numberText(options);
  const withVelocities = hasVelocities && options.velocities !== false;
  const names = speciesList(crystal).map(
    (symbol, i) => `${i + 1} ${crystal.kinds[i]! + 1} ${elementNamed(symbol).symbol}`,
  );
  const columns = `id type element xu yu zu${withVelocities ? " vx vy vz" : ""}`;
  let units = options.plain ? "" : "ITEM: UNITS\nmetal\n";
  let turned: Turned | undefined;
  return {
    frame(frame) {
      const cell = frame.cell ?? crystal.cell;
      if (turned?.from !== cell) turned = turn(crystal, cell);
      if (turned.rotation) {
        options.notes?.add(
          "turned-for-lammps",
          "a LAMMPS dump has a along x and b in the xy plane: cell, positions and velocities were turned as a whole",
        );
      }
      const place = (vectors: F64): F64 => (turned!.rotation ? transformRows(vectors, turned!.rotation) : vectors);
      const positions = place(frame.positions);
      const velocities = withVelocities ? place(velocitiesOf(frame.velocities)) : undefined;
      const rows = names.map((name, i) => {
        const x = `${write(positions[3 * i]!)} ${write(positions[3 * i + 1]!)} ${write(positions[3 * i + 2]!)}`;
        if (!velocities) return `${name} ${x}\n`;
        const v = [0, 1, 2].map((k) => timesThousand(write(velocities[3 * i + k]!)));
        return `${name} ${x} ${v.join(" ")}\n`;
      });
      const time = options.plain ? "" : `ITEM: TIME\n${picoseconds(frame.timeFs)}\n`;
      const head = `${units}${time}ITEM: TIMESTEP\n${frame.step}\nITEM: NUMBER OF ATOMS\n${names.length}\n`;
      units = "";
      return `${head}${boundsText(turned.cell)}ITEM: ATOMS ${columns}\n${rows.join("")}`;
    },
  };
}

/** Å/fs as Å/ps: the decimal point moved, so that not a bit is lost. */
const timesThousand = (text: string): string => moved(text, 3);
const picoseconds = (timeFs: number): string => moved(exact(timeFs), -3);

function moved(text: string, by: number): string {
  const [mantissa = "0", exponent = "0"] = text.split("e");
  const power = Number(exponent) + by;
  const value = Number(text);
  if (value === 0) return text;
  const plain = exact(Number(`${mantissa}e${power}`));
  // The plain number when it is the same decimal, which keeps files readable; else the exponent says the shift exactly.
  return Number(movedBack(plain, by)) === value ? plain : `${mantissa}e${power}`;
}

function movedBack(text: string, by: number): string {
  const [mantissa = "0", exponent = "0"] = text.split("e");
  return `${mantissa}e${Number(exponent) - by}`;
}

interface Turned {
  readonly from: Cell;
  readonly cell: Cell;
  /** [3,3] rows times this are the turned rows; undefined where nothing is turned. */
  readonly rotation?: F64;
}

function turn(crystal: Crystal, cell: Cell): Turned {
  const v = cell.vectors;
  if (v[1] === 0 && v[2] === 0 && v[5] === 0 && v[0]! > 0 && v[4]! > 0 && v[8]! > 0) return { from: cell, cell };
  const lower = lowerTriangular({ ...crystal, cell });
  const map = multiply3(cell.inverse, lower.cell.vectors);
  // A left-handed cell is replaced by −a, −b, −c: the map of its coordinates is then minus the rotation.
  return { from: cell, cell: lower.cell, rotation: determinant(map) < 0 ? map.map((x) => -x) : map };
}

const determinant = (m: F64): number =>
  m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
  m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
  m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!);

function boundsText({ vectors: v, periodic }: Cell): string {
  const flags = periodic.map((p) => (p ? "pp" : "ff")).join(" ");
  const [lx, xy, ly, xz, yz, lz] = [v[0]!, v[3]!, v[4]!, v[6]!, v[7]!, v[8]!];
  if (xy === 0 && xz === 0 && yz === 0) {
    return `ITEM: BOX BOUNDS ${flags}\n0.0 ${exact(lx)}\n0.0 ${exact(ly)}\n0.0 ${exact(lz)}\n`;
  }
  const [low, high] = [Math.min(0, xy, xz, xy + xz), Math.max(0, xy, xz, xy + xz)];
  return [
    `ITEM: BOX BOUNDS xy xz yz ${flags}`,
    `${exact(low)} ${exact(boundFor(lx, high))} ${exact(xy)}`,
    `${exact(Math.min(0, yz))} ${exact(boundFor(ly, Math.max(0, yz)))} ${exact(xz)}`,
    `0.0 ${exact(lz)} ${exact(yz)}`,
    "",
  ].join("\n");
}

/** The bound from which a reader, taking off `reach`, gets `length` back; within one unit of the last digit where none does. */
function boundFor(length: number, reach: number): number {
  const bound = length + reach;
  const ulp = 2 ** (Math.floor(Math.log2(bound)) - 52);
  return [bound, bound - ulp, bound + ulp].find((candidate) => candidate - reach === length) ?? bound;
}
