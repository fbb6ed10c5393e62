// Points of high symmetry of the Brillouin zone and the path through them, by Bravais lattice, in the notation and primitive cells of Y. Hinuma et al.,
// 10.1016/j.commatsci.2016.10.015 (HPKOT), after W. Setyawan and S. Curtarolo, 10.1016/j.commatsci.2010.05.010. Components count the reciprocal vectors
// of the primitive cell (a b c)_prim = (a b c)_conv P. "X|U" in a path is a jump between equivalent or separate points.
//
// Three simplifications, each noted by bandPath: of lattices whose axes decide between tables that differ by names alone (oI, oF) the axes are put
// in order of length; the C-centred monoclinic path leaves out the corners that are no time-reversal invariant; triclinic points are the
// nearest images of the halves of the reciprocal vectors.

export interface PointTable {
  /** Extended symbol, e.g. "cF", "tI2". */
  readonly lattice: string;
  /** [9] the conventional axes used, columns in units of the given ones: a permutation. */
  readonly axes: readonly number[];
  /** [9] P, row-major. */
  readonly primitive: readonly number[];
  readonly points: Readonly<Record<string, readonly [number, number, number]>>;
  /** Legs of the path: each a list of labels. */
  readonly path: readonly (readonly string[])[];
}

type Points = PointTable["points"];

const h = 1 / 2;
const ONE = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const FACE = [0, h, h, h, 0, h, h, h, 0];
const BODY = [-h, h, h, h, -h, h, h, h, -h];
const BASE = [h, h, 0, -h, h, 0, 0, 0, 1];
const BASE_MONOCLINIC = [h, -h, 0, h, h, 0, 0, 0, 1];
const RHOMBOHEDRAL = [2 / 3, -1 / 3, -1 / 3, 1 / 3, 1 / 3, -2 / 3, 1 / 3, 1 / 3, 1 / 3];
/** Columns of the new axes (b c a) in the old ones. */
const CYCLE = [0, 0, 1, 1, 0, 0, 0, 1, 0];

/** Axes in order of length, as lengths and as columns of the new axes in the old ones. */
function ascending(lengths: readonly number[]): {
  readonly sorted: readonly [number, number, number];
  readonly axes: number[];
} {
  const order = [0, 1, 2].sort((i, j) => lengths[i]! - lengths[j]!);
  const axes = [0, 1, 2].flatMap((row) => order.map((old) => (old === row ? 1 : 0)));
  return { sorted: order.map((i) => lengths[i]!) as [number, number, number], axes };
}

/** "Γ-X-U|K-Γ" to legs. */
const legs = (path: string): string[][] => path.split("|").map((leg) => leg.split("-"));

/** By Pearson letters ("cF") and conventional lengths a, b, c, Å. */
export function pointTable(bravais: string, [a, b, c]: readonly [number, number, number]): PointTable {
  const table = (
    lattice: string,
    primitive: readonly number[],
    points: Points,
    path: string,
    axes: readonly number[] = ONE,
  ): PointTable => ({
    lattice,
    axes,
    primitive,
    points: { Γ: [0, 0, 0], ...points },
    path: legs(path),
  });
  switch (bravais) {
    case "cP":
      return table("cP", ONE, { R: [h, h, h], M: [h, h, 0], X: [0, h, 0] }, "Γ-X-M-Γ-R-X|R-M");
    case "cF":
      return table(
        "cF",
        FACE,
        { X: [h, 0, h], L: [h, h, h], W: [h, 1 / 4, 3 / 4], K: [3 / 8, 3 / 8, 3 / 4], U: [5 / 8, 1 / 4, 5 / 8] },
        "Γ-X-U|K-Γ-L-W-X",
      );
    case "cI":
      return table("cI", BODY, { H: [h, -h, h], P: [1 / 4, 1 / 4, 1 / 4], N: [0, 0, h] }, "Γ-H-N-Γ-P-H|P-N");
    case "tP":
      return table(
        "tP",
        ONE,
        { Z: [0, 0, h], M: [h, h, 0], A: [h, h, h], R: [0, h, h], X: [0, h, 0] },
        "Γ-X-M-Γ-Z-R-A-Z|X-R|M-A",
      );
    case "tI":
      return bodyTetragonal(a, c, table);
    case "oP":
      return table(
        "oP",
        ONE,
        { X: [h, 0, 0], Z: [0, 0, h], U: [h, 0, h], Y: [0, h, 0], S: [h, h, 0], T: [0, h, h], R: [h, h, h] },
        "Γ-X-S-Y-Γ-Z-U-R-T-Z|X-U|Y-T|S-R",
      );
    case "oC":
    case "oS":
      return baseOrthorhombic(a, b, (...given) => table(...given));
    case "oA":
      return baseOrthorhombic(b, c, (lattice, primitive, points, path) =>
        table(lattice.replace("C", "A"), primitive, points, path, CYCLE),
      );
    case "oI":
      return bodyOrthorhombic([a, b, c], table);
    case "oF":
      return faceOrthorhombic([a, b, c], table);
    case "hP":
      return table(
        "hP",
        ONE,
        { A: [0, 0, h], K: [1 / 3, 1 / 3, 0], H: [1 / 3, 1 / 3, h], M: [h, 0, 0], L: [h, 0, h] },
        "Γ-M-K-Γ-A-L-H-A|L-M|H-K",
      );
    case "hR":
      return rhombohedral(a, c, table);
    case "mP":
      return table(
        "mP",
        ONE,
        { Z: [0, h, 0], D: [0, h, h], B: [0, 0, h], A: [-h, 0, h], E: [-h, h, h], C2: [-h, h, 0], Y2: [-h, 0, 0] },
        "Γ-Z-D-B-Γ-A-E-Z-C2-Y2-Γ",
      );
    case "mC":
    case "mS":
      return table(
        "mC",
        BASE_MONOCLINIC,
        { Y2: [-h, h, 0], M2: [-h, h, h], A: [0, 0, h], L2: [0, h, h], V2: [0, h, 0] },
        "Γ-Y2-M2-A-Γ|L2-Γ-V2",
      );
    default:
      return table(
        "aP",
        ONE,
        { X: [h, 0, 0], Y: [0, h, 0], Z: [0, 0, h], V: [h, h, 0], U: [h, 0, h], T: [0, h, h], R: [h, h, h] },
        "Γ-X|Y-Γ-Z|R-Γ-T|U-Γ-V",
      );
  }
}

type Make = (
  lattice: string,
  primitive: readonly number[],
  points: Points,
  path: string,
  axes?: readonly number[],
) => PointTable;

function bodyTetragonal(a: number, c: number, table: Make): PointTable {
  if (c <= a) {
    const e = (1 + (c / a) ** 2) / 4;
    return table(
      "tI1",
      BODY,
      { M: [-h, h, h], X: [0, 0, h], P: [1 / 4, 1 / 4, 1 / 4], Z: [e, e, -e], Z0: [-e, 1 - e, e], N: [0, h, 0] },
      "Γ-X-M-Γ-Z|Z0-M|X-P-N-Γ",
    );
  }
  const e = (1 + (a / c) ** 2) / 4;
  const z = (a / c) ** 2 / 2;
  return table(
    "tI2",
    BODY,
    {
      M: [h, h, -h],
      X: [0, 0, h],
      P: [1 / 4, 1 / 4, 1 / 4],
      N: [0, h, 0],
      S0: [-e, e, e],
      S: [e, 1 - e, -e],
      R: [-z, z, h],
      G: [h, h, -z],
    },
    "Γ-X-P-N-Γ-M-S|S0-Γ|X-R|G-M",
  );
}

function baseOrthorhombic(a: number, b: number, table: Make): PointTable {
  if (a <= b) {
    const x = (1 + (a / b) ** 2) / 4;
    return table(
      "oC1",
      BASE,
      {
        Y: [-h, h, 0],
        T: [-h, h, h],
        Z: [0, 0, h],
        S: [0, h, 0],
        R: [0, h, h],
        Σ0: [x, x, 0],
        C0: [-x, 1 - x, 0],
        A0: [x, x, h],
        E0: [-x, 1 - x, h],
      },
      "Γ-Y-C0|Σ0-Γ-Z-A0|E0-T-Y|Γ-S-R-Z-T",
    );
  }
  const x = (1 + (b / a) ** 2) / 4;
  return table(
    "oC2",
    BASE,
    {
      Y: [h, h, 0],
      T: [h, h, h],
      Z: [0, 0, h],
      S: [0, h, 0],
      R: [0, h, h],
      Δ0: [-x, x, 0],
      F0: [x, 1 - x, 0],
      B0: [-x, x, h],
      G0: [x, 1 - x, h],
    },
    "Γ-Y-F0|Δ0-Γ-Z-B0|G0-T-Y|Γ-S-R-Z-T",
  );
}

/** The axes in order of length: table oI1. */
function bodyOrthorhombic(lengths: readonly number[], table: Make): PointTable {
  const {
    sorted: [a, b, c],
    axes,
  } = ascending(lengths);
  const z = (1 + (a / c) ** 2) / 4;
  const e = (1 + (b / c) ** 2) / 4;
  return table(
    "oI",
    BODY,
    {
      X: [h, h, -h],
      S: [h, 0, 0],
      R: [0, h, 0],
      T: [0, 0, h],
      W: [1 / 4, 1 / 4, 1 / 4],
      Σ0: [-z, z, z],
      F2: [z, 1 - z, -z],
      Y0: [e, -e, e],
      U0: [1 - e, e, -e],
    },
    "Γ-X-F2|Σ0-Γ-Y0|U0-X|Γ-R-W-S-Γ-T-W",
    axes,
  );
}

function faceOrthorhombic(lengths: readonly number[], table: Make): PointTable {
  const {
    sorted: [a, b, c],
    axes,
  } = ascending(lengths);
  if (1 / a ** 2 > 1 / b ** 2 + 1 / c ** 2) {
    const z = (1 + (a / b) ** 2 - (a / c) ** 2) / 4;
    const e = (1 + (a / b) ** 2 + (a / c) ** 2) / 4;
    return table(
      "oF1",
      FACE,
      {
        T: [1, h, h],
        Z: [h, h, 0],
        Y: [h, 0, h],
        Σ0: [0, e, e],
        U0: [1, 1 - e, 1 - e],
        A0: [h, h + z, z],
        C0: [h, h - z, 1 - z],
        L: [h, h, h],
      },
      "Γ-Y-T-Z-Γ-Σ0|U0-T|Y-C0|A0-Z|Γ-L",
      axes,
    );
  }
  const e = (1 + (a / b) ** 2 - (a / c) ** 2) / 4;
  const d = (1 + (b / a) ** 2 - (b / c) ** 2) / 4;
  const p = (1 + (c / b) ** 2 - (c / a) ** 2) / 4;
  return table(
    "oF3",
    FACE,
    {
      T: [0, h, h],
      Z: [h, h, 0],
      Y: [h, 0, h],
      A0: [h, h + e, e],
      C0: [h, h - e, 1 - e],
      B0: [h + d, h, d],
      D0: [h - d, h, 1 - d],
      G0: [p, h + p, h],
      H0: [1 - p, h - p, h],
      L: [h, h, h],
    },
    "Γ-Y-C0|A0-Z-B0|D0-T-G0|H0-Y|T-Γ-Z|Γ-L",
    axes,
  );
}

function rhombohedral(a: number, c: number, table: Make): PointTable {
  if (Math.sqrt(3) * a <= Math.sqrt(2) * c) {
    const d = (a / c) ** 2 / 4;
    const e = 5 / 6 - 2 * d;
    const n = 1 / 3 + d;
    return table(
      "hR1",
      RHOMBOHEDRAL,
      {
        T: [h, h, h],
        L: [h, 0, 0],
        F: [h, 0, h],
        S0: [n, -n, 0],
        S2: [1 - n, 0, n],
        H0: [h, -1 + e, 1 - e],
        H2: [e, 1 - e, h],
      },
      "Γ-T-H2|H0-L-Γ-S0|S2-F-Γ",
    );
  }
  const z = 1 / 6 - (c / a) ** 2 / 9;
  const e = h - 2 * z;
  return table(
    "hR2",
    RHOMBOHEDRAL,
    { T: [h, -h, h], P0: [e, -1 + e, e], P2: [e, e, e], L: [h, 0, 0], F: [h, -h, 0] },
    "Γ-L-T-P0|P2-Γ-F",
  );
}
