// The sites a mobile ion can be on, as a value: where they are in a reference, of which type, and what they move with.
//
// Sites are kept as fractional coordinates s of the reference cell, so a changing cell carries them along. Besides they follow
//   "cell"        nothing else;
//   "framework"   the mean fractional displacement of the framework atoms (its drift);
//   "polyhedron"  the drift and the displacement of the centroid of the site's own vertices.
// A polyhedron's faces are those of the convex hull of its vertices in the reference (site-hull.ts).

import { expectFinite, expectShape, type F64, type I32, InputError, type Vec3 } from "../base/index.js";
import { atomCount, type Cell, type Crystal, minimumImage, toCartesian, toFractional } from "../structure/index.js";
import { hullFaces } from "./site-hull.js";

export type SiteFollow = "cell" | "framework" | "polyhedron";

export interface FrameworkReference {
  /** Atoms whose mean displacement is the drift. */
  readonly atoms: I32; // [f]
  readonly fractional: F64; // [f,3] in the reference
}

/** Vertices and faces of all polyhedra, one after the other; a site without one has none. */
export interface SitePolyhedra {
  /** [m+1] vertices of site j are first[j] … first[j+1]−1. */
  readonly first: I32;
  readonly atoms: I32; // [v]
  readonly fractional: F64; // [v,3] in the reference, the image that belongs to the site
  /** [m+1] triangles of site j are firstFace[j] … firstFace[j+1]−1. */
  readonly firstFace: I32;
  readonly faces: I32; // [t,3] into the vertices
}

export interface SiteList {
  /** Cell of the reference. */
  readonly cell: Cell;
  readonly fractional: F64; // [m,3]
  /** [m] type of each site, e.g. "Li1", "octahedral", "I04". */
  readonly labels: readonly string[];
  readonly follow: SiteFollow;
  readonly framework?: FrameworkReference;
  readonly polyhedra?: SitePolyhedra;
}

/** A vertex of a site's polyhedron. Without `shift` the image nearest to the site is meant. */
export interface SiteVertex {
  readonly atom: number;
  /** Lattice translation of the atom as it stands in the reference crystal. */
  readonly shift?: Vec3;
}

export interface SiteListParts {
  /** [m,3] Å in the reference crystal. */
  readonly positions: ArrayLike<number>;
  /** [m] types; one string for all. */
  readonly labels: readonly string[] | string;
  /** Atoms that do not hop and whose mean displacement is the drift. Default: the vertices' atoms, or none. */
  readonly framework?: readonly number[];
  /** [m] vertices of each site; an empty list for a site without a polyhedron. */
  readonly polyhedra?: readonly (readonly SiteVertex[])[];
  /** Default: "framework" when there are framework atoms, else "cell". */
  readonly follow?: SiteFollow;
}

export const siteCount = (sites: SiteList): number => sites.labels.length;

/**
 * Sites of a reference crystal.
 * @throws InputError for wrong lengths, unknown atoms, flat polyhedra, or a `follow` without what it needs.
 */
export function makeSiteList(crystal: Crystal, parts: SiteListParts): SiteList {
  const positions = Float64Array.from(parts.positions);
  const m = positions.length / 3;
  if (!Number.isInteger(m) || m === 0)
    throw new InputError(
      `the sites hold ${positions.length} numbers`,
      "pass [m,3] Cartesian coordinates of m ≥ 1 sites",
    );
  expectFinite("position of site", positions);
  const labels = typeof parts.labels === "string" ? new Array<string>(m).fill(parts.labels) : [...parts.labels];
  expectShape("site labels", labels, [m]);
  const fractional = toFractional(crystal.cell, positions);
  const polyhedra = parts.polyhedra && makePolyhedra(crystal, positions, parts.polyhedra);
  const atoms = parts.framework ?? (polyhedra ? [...new Set(polyhedra.atoms)].sort((a, b) => a - b) : []);
  for (const atom of atoms) expectAtom(crystal, atom, "the framework");
  const framework = atoms.length > 0 ? frameworkOf(crystal, atoms) : undefined;
  const follow = parts.follow ?? (framework ? "framework" : "cell");
  if (follow === "framework" && !framework)
    throw new InputError(
      "sites cannot follow a framework without atoms",
      "name the atoms that do not hop in `framework`",
    );
  if (follow === "polyhedron" && !polyhedra)
    throw new InputError("sites cannot follow polyhedra that are not given", "pass the vertices of each site");
  return {
    cell: crystal.cell,
    fractional,
    labels,
    follow,
    ...(framework ? { framework } : {}),
    ...(polyhedra ? { polyhedra } : {}),
  };
}

/** Places of the sites in the reference, [m,3] Å. */
export const sitePositions = (sites: SiteList): Float64Array<ArrayBuffer> => toCartesian(sites.cell, sites.fractional);

function frameworkOf(crystal: Crystal, atoms: readonly number[]): FrameworkReference {
  const places = Float64Array.from(atoms.flatMap((atom) => [...crystal.positions.slice(3 * atom, 3 * atom + 3)]));
  return { atoms: Int32Array.from(atoms), fractional: toFractional(crystal.cell, places) };
}

function makePolyhedra(crystal: Crystal, positions: F64, given: readonly (readonly SiteVertex[])[]): SitePolyhedra {
  expectShape("polyhedra", given, [positions.length / 3]);
  const first = [0];
  const firstFace = [0];
  const atoms: number[] = [];
  const places: number[] = [];
  const faces: number[] = [];
  for (const [site, vertices] of given.entries()) {
    const start = atoms.length;
    const corners: Vec3[] = [];
    for (const vertex of vertices) {
      expectAtom(crystal, vertex.atom, `the polyhedron of site ${site}`);
      const corner = vertexPlace(crystal, positions.subarray(3 * site, 3 * site + 3), vertex);
      corners.push(corner);
      atoms.push(vertex.atom);
      places.push(...corner);
    }
    if (corners.length > 0) for (const index of hullFaces(corners, `site ${site}`)) faces.push(start + index);
    first.push(atoms.length);
    firstFace.push(faces.length / 3);
  }
  return {
    first: Int32Array.from(first),
    atoms: Int32Array.from(atoms),
    fractional: toFractional(crystal.cell, Float64Array.from(places)),
    firstFace: Int32Array.from(firstFace),
    faces: Int32Array.from(faces),
  };
}

function vertexPlace({ cell, positions }: Crystal, site: F64, { atom, shift }: SiteVertex): Vec3 {
  const v = cell.vectors;
  const axis = (k: number): number => positions[3 * atom + k]!;
  if (shift) {
    const place = (k: number): number => axis(k) + shift[0] * v[k]! + shift[1] * v[3 + k]! + shift[2] * v[6 + k]!;
    return [place(0), place(1), place(2)];
  }
  const arm = minimumImage(cell, Float64Array.of(axis(0) - site[0]!, axis(1) - site[1]!, axis(2) - site[2]!));
  return [site[0]! + arm[0]!, site[1]! + arm[1]!, site[2]! + arm[2]!];
}

function expectAtom(crystal: Crystal, atom: number, where: string): void {
  if (Number.isInteger(atom) && atom >= 0 && atom < atomCount(crystal)) return;
  throw new InputError(
    `${where} names atom ${atom}, the reference has ${atomCount(crystal)}`,
    "atoms are counted from 0",
    { atom },
  );
}
