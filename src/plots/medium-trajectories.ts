// Walks of the ion as lines in space (Fig. 5): orthographic pictures beside a cube of 1 nm, with the start and the end marked.

import type { MediumDiffusionData, TrajectoryData } from "../studies/index.js";
import { csvOf } from "./csv.js";
import { escapeText, type Figure, INK, layout, show, svgDocument } from "./draw.js";
import { EQUATION_NAME } from "./medium-diffusion-figures.js";
import { blend, HALF, type Panel } from "./medium-draw.js";

const HEIGHT = 330;
const SCALE_BOX = 10; // Å

export function trajectoriesFigure({ trajectories }: MediumDiffusionData): Figure {
  const panels = trajectories.filter(({ positionsA }) => positionsA.length >= 6).map(trajectoryPanel);
  const rows: Panel[][] = [];
  for (let i = 0; i < panels.length; i += 2) rows.push(panels.slice(i, i + 2));
  return {
    name: "trajectories",
    title: "Walks of the ion",
    caption:
      "One walk of each of the coldest and the hottest states, from its start (open circle) to its end (cross); the line goes from pale to dark with time. The grey cube has edges of 1 nm, a little more than three cells.",
    svg: layout(rows),
    csv: csvOf(
      trajectories.flatMap((trajectory) =>
        ["x", "y", "z"].map((name, k) => ({
          name: `${titleOf(trajectory)}: ${name} (Å)`,
          values: Array.from(trajectory.positionsA).filter((_, i) => i % 3 === k),
        })),
      ),
    ),
  };
}

const titleOf = ({ equation, strengthMevA, temperatureMev }: TrajectoryData): string =>
  `${EQUATION_NAME[equation]}, U₀ = ${show(strengthMevA)} meV Å, ${show(temperatureMev)} meV`;

type Flat = readonly [number, number];

const [YAW, PITCH] = [(28 * Math.PI) / 180, (20 * Math.PI) / 180];

/** Screen coordinates in Å, y upwards: z up, turned about it, seen from a little above. */
function flatten(x: number, y: number, z: number): Flat {
  const away = -x * Math.sin(YAW) + y * Math.cos(YAW);
  return [x * Math.cos(YAW) + y * Math.sin(YAW), z * Math.cos(PITCH) + away * Math.sin(PITCH)];
}

function trajectoryPanel(trajectory: TrajectoryData): Panel {
  const { positionsA, durationPs } = trajectory;
  const places: Flat[] = [];
  for (let i = 0; i < positionsA.length; i += 3)
    places.push(flatten(positionsA[i]!, positionsA[i + 1]!, positionsA[i + 2]!));
  const box = cubeEdges();
  const bounds = (k: 0 | 1): Flat => [Math.min(...places.map((p) => p[k])), Math.max(...places.map((p) => p[k]))];
  const [left, right] = bounds(0);
  const [bottom, top] = bounds(1);
  const size = boxSize(box);
  // The cube stands to the left of the walk, at its foot.
  const width = right - left + size[0] + 3;
  const height = Math.max(top - bottom, size[1]);
  const scale = Math.min((HALF - 24) / width, (HEIGHT - 62) / height);
  const at = ([x, y]: Flat): string =>
    `${(16 + scale * (x - left + size[0] + 3)).toFixed(1)},${(HEIGHT - 16 - scale * (y - bottom)).toFixed(1)}`;
  const moved = ([x, y]: Flat): Flat => [x + left - size[0] - 3 - size[2], y + bottom - size[3]];
  const cube = box
    .map(
      (edge) =>
        `<path d="M${edge.map((corner) => at(moved(corner))).join("L")}" stroke="${INK.grey}" fill="none" stroke-width="0.9"/>`,
    )
    .join("");
  const [startX, startY] = at(places[0]!).split(",") as [string, string];
  const end = at(places[places.length - 1]!)
    .split(",")
    .map(Number) as [number, number];
  const cross = `<path d="M${end[0] - 5},${end[1] - 5}l10,10m0,-10l-10,10" stroke="${INK.black}" stroke-width="2.2"/>`;
  const title =
    `<text x="10" y="16" font-size="12" font-weight="bold" fill="${INK.black}">${escapeText(titleOf(trajectory))}</text>` +
    `<text x="10" y="32" font-size="12" fill="${INK.grey}">${show(durationPs)} ps</text>`;
  const start = `<circle cx="${startX}" cy="${startY}" r="5" fill="white" stroke="${INK.black}" stroke-width="1.8"/>`;
  const content = title + cube + threads(places, at) + start + cross;
  return { svg: svgDocument(HALF, HEIGHT, content), width: HALF, height: HEIGHT };
}

const SHADES = 12;

/** The line in pieces of darkening colour. */
function threads(places: readonly Flat[], at: (place: Flat) => string): string {
  const length = Math.ceil(places.length / SHADES);
  return Array.from({ length: SHADES }, (_, shade) => {
    const part = places.slice(shade * length, (shade + 1) * length + 1);
    if (part.length < 2) return "";
    const colour = blend("#9ecae8", "#08306b", shade / (SHADES - 1));
    return `<path d="M${part.map(at).join("L")}" stroke="${colour}" stroke-width="0.7" fill="none" stroke-opacity="0.9"/>`;
  }).join("");
}

function cubeEdges(): (readonly [Flat, Flat])[] {
  const ends = [0, SCALE_BOX];
  const edges: (readonly [Flat, Flat])[] = [];
  for (const a of ends) {
    for (const b of ends) {
      edges.push([flatten(0, a, b), flatten(SCALE_BOX, a, b)]);
      edges.push([flatten(a, 0, b), flatten(a, SCALE_BOX, b)]);
      edges.push([flatten(a, b, 0), flatten(a, b, SCALE_BOX)]);
    }
  }
  return edges;
}

/** Width, height, least x and least y of the cube on the screen, Å. */
function boxSize(edges: readonly (readonly [Flat, Flat])[]): readonly [number, number, number, number] {
  const xs = edges.flat().map(([x]) => x);
  const ys = edges.flat().map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return [Math.max(...xs) - x, Math.max(...ys) - y, x, y];
}
