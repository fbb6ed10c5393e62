// The small crystals used everywhere: textbook structures with a lattice constant and elements to choose, in Å.
// Fractional coordinates as in R. W. G. Wyckoff, Crystal Structures vol. 1 (Wiley, 1963).

import { InputError } from "../base/index.js";
import { cellFromParameters, makeCell } from "./cell.js";
import { type Crystal, makeCrystal } from "./crystal.js";

export interface CubicOptions {
  /** Lattice constant of the cubic cell, Å. */
  readonly a?: number;
  readonly elements?: readonly string[];
  /** The one-lattice-point cell instead of the cubic one. Default false. */
  readonly primitive?: boolean;
}

const FACE_CENTRES = [
  [0, 0, 0],
  [0, 0.5, 0.5],
  [0.5, 0, 0.5],
  [0.5, 0.5, 0],
] as const;

/** A face-centred lattice with `basis` in units of the cubic cell, one element per basis point. */
function faceCentred(
  a: number,
  elements: readonly string[],
  basis: readonly (readonly number[])[],
  primitive: boolean,
): Crystal {
  const h = a / 2;
  const cell = primitive ? makeCell([0, h, h, h, 0, h, h, h, 0]) : makeCell([a, 0, 0, 0, a, 0, 0, 0, a]);
  const centres = primitive ? [FACE_CENTRES[0]] : FACE_CENTRES;
  const sites = basis.flatMap((point, i) => centres.map((centre) => ({ element: elements[i]!, point, centre })));
  return makeCrystal({
    cell,
    species: sites.map((site) => site.element),
    positions: sites.flatMap(({ point, centre }) => [0, 1, 2].map((k) => a * (point[k]! + centre[k]!))),
  });
}

function choose(names: readonly string[] | undefined, fallback: readonly string[]): readonly string[] {
  const elements = names ?? fallback;
  if (elements.length !== fallback.length) {
    throw new InputError(
      `this structure has ${fallback.length} elements, got ${elements.length} (${elements.join(", ")})`,
      `name them in the order of the default, ${fallback.join(", ")}`,
    );
  }
  return elements;
}

/** Face-centred cubic: 4 atoms (1 in the primitive cell). Default Al, 4.05 Å. */
export function fcc({ a = 4.05, elements, primitive = false }: CubicOptions = {}): Crystal {
  return faceCentred(a, choose(elements, ["Al"]), [[0, 0, 0]], primitive);
}

/** Diamond: 8 atoms (2). Default Si, 5.431 Å. */
export function diamond({ a = 5.431, elements, primitive = false }: CubicOptions = {}): Crystal {
  const [symbol] = choose(elements, ["Si"]);
  return faceCentred(
    a,
    [symbol!, symbol!],
    [
      [0, 0, 0],
      [0.25, 0.25, 0.25],
    ],
    primitive,
  );
}

/** Rock salt: 8 atoms (2), cations first. Default NaCl, 5.64 Å. */
export function nacl({ a = 5.64, elements, primitive = false }: CubicOptions = {}): Crystal {
  return faceCentred(
    a,
    choose(elements, ["Na", "Cl"]),
    [
      [0, 0, 0],
      [0.5, 0.5, 0.5],
    ],
    primitive,
  );
}

/** Zinc blende: 8 atoms (2), cations first. Default ZnS, 5.41 Å. */
export function zincblende({ a = 5.41, elements, primitive = false }: CubicOptions = {}): Crystal {
  return faceCentred(
    a,
    choose(elements, ["Zn", "S"]),
    [
      [0, 0, 0],
      [0.25, 0.25, 0.25],
    ],
    primitive,
  );
}

/** Caesium chloride: 2 atoms, cation at the origin. Default CsCl, 4.12 Å. */
export function cscl({ a = 4.12, elements }: Omit<CubicOptions, "primitive"> = {}): Crystal {
  const species = choose(elements, ["Cs", "Cl"]);
  return makeCrystal({ cell: cellFromParameters(a, a, a), species, fractional: [0, 0, 0, 0.5, 0.5, 0.5] });
}

/** Cubic perovskite ABX3: 5 atoms, A at the corner, B in the middle, X on the faces. Default SrTiO3, 3.905 Å. */
export function perovskite({ a = 3.905, elements }: Omit<CubicOptions, "primitive"> = {}): Crystal {
  const [corner, middle, face] = choose(elements, ["Sr", "Ti", "O"]) as readonly [string, string, string];
  return makeCrystal({
    cell: cellFromParameters(a, a, a),
    species: [corner, middle, face, face, face],
    fractional: [0, 0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0],
  });
}

export interface TetragonalOptions {
  /** Å. */
  readonly a?: number;
  /** Å. */
  readonly c?: number;
  /** Free coordinate of the anion. */
  readonly u?: number;
  readonly elements?: readonly string[];
}

/** Rutile: 2 cations and 4 anions at ±(u,u,0), ±(½+u,½−u,½). Default TiO2, a 4.5937, c 2.9587 Å, u 0.3048. */
export function rutile({ a = 4.5937, c = 2.9587, u = 0.3048, elements }: TetragonalOptions = {}): Crystal {
  const [cation, anion] = choose(elements, ["Ti", "O"]) as readonly [string, string];
  return makeCrystal({
    cell: cellFromParameters(a, a, c),
    species: [cation, cation, anion, anion, anion, anion],
    fractional: [0, 0, 0, 0.5, 0.5, 0.5, u, u, 0, 1 - u, 1 - u, 0, 0.5 + u, 0.5 - u, 0.5, 0.5 - u, 0.5 + u, 0.5],
  });
}

export interface HcpOptions {
  /** Å. Default 3.209. */
  readonly a?: number;
  /** Å. Default √(8/3) a, spheres that touch. */
  readonly c?: number;
  readonly elements?: readonly string[];
}

/** Hexagonal close packing: 2 atoms. Default Mg. */
export function hcp({ a = 3.209, c = a * Math.sqrt(8 / 3), elements }: HcpOptions = {}): Crystal {
  const [symbol] = choose(elements, ["Mg"]) as readonly [string];
  return makeCrystal({
    cell: makeCell([a, 0, 0, -a / 2, (a * Math.sqrt(3)) / 2, 0, 0, 0, c]),
    species: [symbol, symbol],
    fractional: [1 / 3, 2 / 3, 0.25, 2 / 3, 1 / 3, 0.75],
  });
}

export interface ChainOptions {
  /** Distance between neighbours, Å. Default 2. */
  readonly spacing?: number;
  /** Atoms of one period. Default one Li. */
  readonly elements?: readonly string[];
  /** amu, one per atom of the period; standard masses when left out. */
  readonly masses?: readonly number[];
  /** Periods in the cell. Default 1. */
  readonly periods?: number;
}

/** Atoms on the x axis, periodic along it and along nothing else. */
export function chain({ spacing = 2, elements = ["Li"], masses, periods = 1 }: ChainOptions = {}): Crystal {
  const n = elements.length * periods;
  const species = Array.from({ length: n }, (_, i) => elements[i % elements.length]!);
  return makeCrystal({
    cell: makeCell([n * spacing, 0, 0, 0, 1, 0, 0, 0, 1], [true, false, false]),
    species,
    positions: species.flatMap((_, i) => [i * spacing, 0, 0]),
    ...(masses ? { masses: species.map((_, i) => masses[i % masses.length]!) } : {}),
  });
}
