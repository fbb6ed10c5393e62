// A crystal as a picture: balls, sticks, coordination tetrahedra, arrows of a mode and the path of a hop, in an orthographic
// view. Everything is an item with a depth; items are painted from the back to the front (painter's algorithm), and paler
// the farther they are. Returns SVG text.

import type { F64, Vec3 } from "../base/index.js";
import { atomCount, type Crystal, elementNamed, minimumImage, speciesOf, toFractional } from "../structure/index.js";
import { escapeText, INK, svgDocument } from "./draw.js";

export interface SceneOptions {
  /** Keeps the names inside the SVG apart when several scenes share one page. Default "scene". */
  readonly name?: string;
  readonly width?: number;
  readonly height?: number;
  /**
   * Rotation of the view about the vertical and the horizontal screen axis, degrees. Default 18, 14. Unturned, the longest
   * lattice vector runs to the right, the second longest upwards, and the eye looks along the rest.
   */
  readonly turn?: readonly [number, number];
  /** Show only what lies within this distance of `centre`, Å, and fill the picture with it. Default: the whole cell. */
  readonly radius?: number;
  /** Point of the crystal that comes to the middle, Å. Default the centre of the cell. */
  readonly centre?: Vec3;
  /** [n,3] vectors drawn on the atoms, in units where the longest is 1. */
  readonly arrows?: F64;
  /** Length of the longest arrow, Å. Default 2.2. */
  readonly arrowLength?: number;
  /** Paths of single atoms, [nPoints,3] Å each, drawn as beaded lines. */
  readonly trails?: readonly { readonly points: F64; readonly colour: string }[];
  /** Atoms drawn larger and outlined. */
  readonly highlighted?: readonly number[];
}

interface Item {
  readonly depth: number;
  readonly svg: string;
}

interface View {
  /** Screen x, y in pixels and depth in Å (larger is nearer). */
  project(point: Vec3): Vec3;
  readonly scale: number;
  /** 0 at the back of the cell, 1 at the front. */
  nearness(depth: number): number;
}

const BOND_CUTOFF_FACTOR = 1.25;

/** Å; elements without a tabulated radius are drawn as middling ones. */
const covalentRadius = (symbol: string): number => elementNamed(symbol).covalentRadius ?? 1.5;

export function drawScene(crystal: Crystal, options: SceneOptions = {}): string {
  const { width = 760, height = 560, name = "scene", radius = Number.POSITIVE_INFINITY } = options;
  const centre = options.centre ?? cellPoint(crystal, [0.5, 0.5, 0.5]);
  const positions = gatherAround(crystal, centre);
  const view = makeView(crystal, { width, height, turn: options.turn ?? [18, 14], radius });
  const shown = Array.from({ length: atomCount(crystal) }, (_, i) => i).filter(
    (i) => Math.hypot(positions[3 * i]!, positions[3 * i + 1]!, positions[3 * i + 2]!) <= radius,
  );
  const items = [
    ...(Number.isFinite(radius) ? [] : cellEdges(crystal, view)),
    ...tetrahedra(crystal, positions, { view, shown }),
    ...atoms(crystal, positions, { view, shown, name, highlighted: new Set(options.highlighted ?? []) }),
    ...(options.arrows ? arrows(positions, options.arrows, { view, shown, length: options.arrowLength ?? 2.2 }) : []),
    ...(options.trails ?? []).flatMap((trail) => beads(crystal, trail, { view, centre })),
  ].sort((a, b) => a.depth - b.depth);
  return svgDocument(
    width,
    height,
    gradients(crystal, name) + items.map((item) => item.svg).join("") + legend(crystal, name, height),
  );
}

const cellPoint = (crystal: Crystal, s: Vec3): Vec3 => {
  const v = crystal.cell.vectors;
  return [0, 1, 2].map((k) => s[0] * v[k]! + s[1] * v[3 + k]! + s[2] * v[6 + k]!) as unknown as Vec3;
};

/** Positions moved by lattice vectors into the cell-shaped box around `centre`, [n,3] Å relative to it. */
function gatherAround(crystal: Crystal, centre: Vec3): Float64Array {
  const relative = Float64Array.from(crystal.positions, (x, i) => x - centre[i % 3]!);
  const fractional = toFractional(crystal.cell, relative);
  const out = new Float64Array(relative.length);
  for (let i = 0; i < relative.length; i += 3) {
    const s = [0, 1, 2].map((k) => fractional[i + k]! - Math.round(fractional[i + k]!)) as unknown as Vec3;
    out.set(cellPoint(crystal, s), i);
  }
  return out;
}

const dot3 = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross3 = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const mix = (terms: readonly (readonly [number, Vec3])[]): Vec3 =>
  [0, 1, 2].map((k) => terms.reduce((sum, [weight, v]) => sum + weight * v[k]!, 0)) as unknown as Vec3;
const unit = (v: Vec3): Vec3 => mix([[1 / Math.hypot(...v), v]]);

function makeView(
  crystal: Crystal,
  size: { width: number; height: number; turn: readonly [number, number]; radius: number },
): View {
  const [first, second] = (
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ] as const
  )
    .map((s) => cellPoint(crystal, s))
    .sort((a, b) => Math.hypot(...b) - Math.hypot(...a)) as [Vec3, Vec3];
  const across = unit(first);
  const upright = unit(
    mix([
      [1, second],
      [-dot3(second, across), across],
    ]),
  );
  const towards = cross3(across, upright);
  const [yaw, pitch] = size.turn.map((degrees) => (degrees * Math.PI) / 180) as [number, number];
  const right = mix([
    [Math.cos(yaw), across],
    [-Math.sin(yaw), towards],
  ]);
  const level = mix([
    [Math.sin(yaw), across],
    [Math.cos(yaw), towards],
  ]);
  const eye = mix([
    [Math.cos(pitch), level],
    [Math.sin(pitch), upright],
  ]);
  const up = cross3(eye, right);
  const corners = [-0.5, 0.5].flatMap((a) =>
    [-0.5, 0.5].flatMap((b) => [-0.5, 0.5].map((c) => cellPoint(crystal, [a, b, c]))),
  );
  const extent = (axis: Vec3): number =>
    Math.min(size.radius, Math.max(...corners.map((corner) => Math.abs(dot3(corner, axis)))));
  const margin = 1.2;
  const scale = Math.min(
    (size.width / 2 - 10) / (extent(right) + margin),
    (size.height / 2 - 22) / (extent(up) + margin),
  );
  const depthRange = extent(eye);
  return {
    scale,
    project: (point) => [
      size.width / 2 + scale * dot3(point, right),
      size.height / 2 - 10 - scale * dot3(point, up),
      dot3(point, eye),
    ],
    nearness: (depth) => Math.min(1, Math.max(0, (depth + depthRange) / (2 * depthRange))),
  };
}

const fixed = (x: number): string => x.toFixed(1);

function cellEdges(crystal: Crystal, view: View): Item[] {
  const items: Item[] = [];
  for (const axis of [0, 1, 2]) {
    for (const [p, q] of [
      [-0.5, -0.5],
      [-0.5, 0.5],
      [0.5, -0.5],
      [0.5, 0.5],
    ] as const) {
      const end = (t: number): Vec3 => {
        const s: number[] = [p, q];
        s.splice(axis, 0, t);
        return view.project(cellPoint(crystal, s as unknown as Vec3));
      };
      const [a, b] = [end(-0.5), end(0.5)];
      const svg = `<path d="M${fixed(a[0])},${fixed(a[1])}L${fixed(b[0])},${fixed(b[1])}" stroke="${INK.faint}" stroke-width="1" fill="none"/>`;
      items.push({ depth: (a[2] + b[2]) / 2 - 1e3, svg });
    }
  }
  return items;
}

/** Filled polyhedra of the small, highly charged cations: those with exactly four near neighbours of the commonest other kind. */
function tetrahedra(
  crystal: Crystal,
  positions: F64,
  { view, shown }: { view: View; shown: readonly number[] },
): Item[] {
  const items: Item[] = [];
  const n = atomCount(crystal);
  const counts = crystal.elements.map((_, kind) => Array.from(crystal.kinds).filter((k) => k === kind).length);
  const ligand = counts.indexOf(Math.max(...counts));
  for (const i of shown) {
    const kind = crystal.kinds[i]!;
    if (kind === ligand || counts[kind]! * 3 > counts[ligand]!) continue;
    const reach =
      BOND_CUTOFF_FACTOR * (covalentRadius(speciesOf(crystal, i)) + covalentRadius(crystal.elements[ligand]!));
    const corners: Vec3[] = [];
    for (let j = 0; j < n; j++) {
      if (crystal.kinds[j] !== ligand) continue;
      const d = minimumImage(
        crystal.cell,
        Float64Array.from([0, 1, 2], (k) => positions[3 * j + k]! - positions[3 * i + k]!),
      );
      if (Math.hypot(d[0]!, d[1]!, d[2]!) < reach)
        corners.push([0, 1, 2].map((k) => positions[3 * i + k]! + d[k]!) as unknown as Vec3);
    }
    if (corners.length !== 4) continue;
    const colour = elementNamed(speciesOf(crystal, i)).colour;
    for (let skip = 0; skip < 4; skip++) {
      const face = corners.filter((_, c) => c !== skip).map((corner) => view.project(corner));
      const depth = (face[0]![2] + face[1]![2] + face[2]![2]) / 3;
      const d = face.map(([x, y]) => `${fixed(x)},${fixed(y)}`).join("L");
      const strength = 0.1 + 0.22 * view.nearness(depth);
      items.push({
        depth,
        svg: `<path d="M${d}Z" fill="${colour}" fill-opacity="${strength.toFixed(2)}" stroke="${colour}" stroke-opacity="${(strength + 0.1).toFixed(2)}" stroke-width="0.6"/>`,
      });
    }
  }
  return items;
}

function ballRadius(crystal: Crystal, atom: number): number {
  return 0.22 + 0.28 * covalentRadius(speciesOf(crystal, atom));
}

function atoms(
  crystal: Crystal,
  positions: F64,
  look: { view: View; shown: readonly number[]; name: string; highlighted: ReadonlySet<number> },
): Item[] {
  const { view, shown, name, highlighted } = look;
  return shown.map((i) => {
    const [x, y, depth] = view.project([positions[3 * i]!, positions[3 * i + 1]!, positions[3 * i + 2]!]);
    const chosen = highlighted.has(i);
    const radius = view.scale * ballRadius(crystal, i) * (chosen ? 1.25 : 0.85);
    const opacity = chosen ? 1 : 0.35 + 0.65 * view.nearness(depth);
    const outline = chosen ? ` stroke="${INK.black}" stroke-width="1.6"` : "";
    const title = `<title>${speciesOf(crystal, i)} ${i + 1}${crystal.labels ? ` (${escapeText(crystal.labels[i]!)})` : ""}</title>`;
    const svg = `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="${fixed(radius)}" fill="url(#${name}-${speciesOf(crystal, i)})" fill-opacity="${opacity.toFixed(2)}"${outline}>${title}</circle>`;
    return { depth, svg };
  });
}

function arrows(positions: F64, vectors: F64, look: { view: View; shown: readonly number[]; length: number }): Item[] {
  const { view, shown, length } = look;
  const items: Item[] = [];
  for (const atom of shown) {
    const i = 3 * atom;
    const size = Math.hypot(vectors[i]!, vectors[i + 1]!, vectors[i + 2]!);
    if (size < 0.06) continue;
    const from: Vec3 = [positions[i]!, positions[i + 1]!, positions[i + 2]!];
    const a = view.project(from);
    const b = view.project([
      from[0] + length * vectors[i]!,
      from[1] + length * vectors[i + 1]!,
      from[2] + length * vectors[i + 2]!,
    ]);
    items.push({ depth: Math.max(a[2], b[2]) + 0.6, svg: arrow(a, b, INK.red) });
  }
  return items;
}

function arrow(a: Vec3, b: Vec3, colour: string): string {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy);
  if (length < 3) return "";
  const head = Math.min(9, 0.45 * length);
  const [ux, uy] = [dx / length, dy / length];
  const neck: [number, number] = [b[0] - head * ux, b[1] - head * uy];
  const half = head * 0.42;
  const point = (x: number, y: number): string => `${fixed(x)},${fixed(y)}`;
  return (
    `<path d="M${point(a[0], a[1])}L${point(...neck)}" stroke="${colour}" stroke-width="2.2" stroke-linecap="round"/>` +
    `<path d="M${point(b[0], b[1])}L${point(neck[0] - half * uy, neck[1] + half * ux)}L${point(neck[0] + half * uy, neck[1] - half * ux)}Z" fill="${colour}"/>`
  );
}

/** A path as a line with a bead at each image, continuous from the gathered place of its first point. */
function beads(
  crystal: Crystal,
  trail: { points: F64; colour: string },
  { view, centre }: { view: View; centre: Vec3 },
): Item[] {
  const shifted = Float64Array.from(trail.points, (x, i) => x - centre[i % 3]!);
  const start = shifted.slice(0, 3);
  const s = toFractional(crystal.cell, start);
  const back = cellPoint(crystal, [Math.round(s[0]!), Math.round(s[1]!), Math.round(s[2]!)]);
  const places: Vec3[] = [];
  for (let i = 0; i < shifted.length; i += 3) {
    places.push(view.project([shifted[i]! - back[0], shifted[i + 1]! - back[1], shifted[i + 2]! - back[2]]));
  }
  const line = `<path d="M${places.map(([x, y]) => `${fixed(x)},${fixed(y)}`).join("L")}" fill="none" stroke="${trail.colour}" stroke-width="2.4" stroke-linejoin="round"/>`;
  const dots = places.map(
    ([x, y]) =>
      `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="3.2" fill="${trail.colour}" stroke="white" stroke-width="0.8"/>`,
  );
  return [{ depth: Math.max(...places.map((p) => p[2])) + 1e3, svg: line + dots.join("") }];
}

function gradients(crystal: Crystal, name: string): string {
  const stops = crystal.elements.map((symbol) => {
    const { colour } = elementNamed(symbol);
    return `<radialGradient id="${name}-${symbol}" cx="0.35" cy="0.32" r="0.75"><stop offset="0" stop-color="white"/><stop offset="0.35" stop-color="${colour}"/><stop offset="1" stop-color="${colour}" stop-opacity="0.9"/></radialGradient>`;
  });
  return `<defs>${stops.join("")}</defs>`;
}

function legend(crystal: Crystal, name: string, height: number): string {
  return crystal.elements
    .map((symbol, i) => {
      const x = 24 + 64 * i;
      return `<circle cx="${x}" cy="${height - 16}" r="7" fill="url(#${name}-${symbol})"/><text x="${x + 13}" y="${height - 12}" font-size="13" fill="${INK.black}">${symbol}</text>`;
    })
    .join("");
}
