// How the framework gives way: the recoil kernel, its static value and its time integral.
//
//   W_jk(t) = (1/μN) Σ_{q,u} η η† cos(Ωt)/Ω² e^{iq·(R_j−R_k)}          r_j(t) = −∫ dt′ dW_jk(t−t′)/dt′ ∇_k U(t′)
//   W(0)    = Φ⁻¹, the static Green function
//   L       = ∫₀^∞ W dt = Σ_u ∫dS ψψ† / (16π² ρ v_u³),  ρ = μ/a³        the same for every pair of atoms
//
// In the acoustic limit W → 2Lδ(t); the delta stands at the end of the memory integral and counts half, so L enters the motion.
// The last line follows from ∫₀^∞ cos Ωt dt = πδ(Ω): only Ω → 0 is left, where e^{iq·R} → 1 and Ω = q v_u. Σ_u ψψ†/v_u³ is C^{−3/2} of
// the acoustic matrix C(n). Source: Rodin et al., arXiv:2504.06595, eqs. (10), (15), (22).

import { HBAR_EV_FS, InputError } from "../base/index.js";
import { gaussLegendre } from "../numerics/index.js";
import { checkLattice, cubicAcousticMatrix } from "./cubic.js";
import { makeProblem } from "./dispersion.js";
import { eigenSymmetric3 } from "./eigen3.js";
import { type CubicLattice, inertiaOf, type Statistics } from "./model.js";
import { type BlockTable, type InfiniteSumOptions, infiniteSum, periodicSum, type ZoneSum } from "./zone-sum.js";

export interface TableOptions extends InfiniteSumOptions {
  /** Largest separation along an axis, in cells. Default 1, which serves the corners of one cell. */
  readonly reach?: number;
  /** The periodic lattice of this many cells per side instead of the infinite one. */
  readonly periodicCells?: number;
}

export interface TimeGrid {
  readonly timestepFs: number;
  /** Number of times, the first of which is 0. */
  readonly times: number;
}

function tableOf(lattice: CubicLattice, sum: ZoneSum, options: TableOptions): BlockTable {
  return options.periodicCells === undefined
    ? infiniteSum(lattice, sum, options)
    : periodicSum(lattice, options.periodicCells, sum);
}

/** W(0), Å²/eV, between atoms up to `reach` cells apart. */
export function staticRecoil(lattice: CubicLattice, options: TableOptions = {}): BlockTable {
  const inertia = inertiaOf(lattice.mass);
  const fill = (omega: number, out: Float64Array): void => {
    out[0] = 1 / (inertia * omega * omega);
  };
  return tableOf(lattice, { reach: options.reach ?? 1, times: 1, fill }, options);
}

/** W(t), Å²/eV, at t = 0, δ, 2δ, …. */
export function recoilKernel(lattice: CubicLattice, grid: TimeGrid, options: TableOptions = {}): BlockTable {
  return oscillating(lattice, grid, options, (omega) => 1 / (inertiaOf(lattice.mass) * omega * omega));
}

/** Covariance of what: displacements in Å², or velocities in (Å/fs)². */
export type Moment = "displacement" | "velocity";

/**
 * ⟨u_j(t) u_k(0)⟩ of the framework in equilibrium: per mode s(Ω) cos Ωt with s = ħ coth(ħΩ/2k_BT)/2Ω, or k_BT/Ω²; times Ω² for velocities.
 * `thermalEnergy` is k_BT in eV and may be 0 with quantum statistics.
 */
export function thermalCovariance(
  lattice: CubicLattice,
  thermal: { readonly thermalEnergy: number; readonly statistics: Statistics; readonly moment?: Moment },
  options: TableOptions & Partial<TimeGrid> = {},
): BlockTable {
  const { thermalEnergy, statistics, moment = "displacement" } = thermal;
  checkThermalEnergy(thermalEnergy);
  const inertia = inertiaOf(lattice.mass);
  const grid = { timestepFs: options.timestepFs ?? 0, times: options.times ?? 1 };
  return oscillating(lattice, grid, options, (omega) => {
    const variance = modeVariance(omega, thermalEnergy, statistics) / inertia;
    return moment === "velocity" ? variance * omega * omega : variance;
  });
}

/** Mean square of a mode's normal coordinate, eV fs² (√μ Å squared). */
export function modeVariance(omega: number, thermalEnergy: number, statistics: Statistics): number {
  if (statistics === "classical") return thermalEnergy / (omega * omega);
  const quantum = HBAR_EV_FS / (2 * omega);
  return thermalEnergy === 0 ? quantum : quantum / Math.tanh((HBAR_EV_FS * omega) / (2 * thermalEnergy));
}

export function checkThermalEnergy(thermalEnergy: number): void {
  if (!(thermalEnergy >= 0 && Number.isFinite(thermalEnergy)))
    throw new InputError(`k_BT = ${thermalEnergy} eV`, "pass a thermal energy of at least 0 in eV");
}

function oscillating(
  lattice: CubicLattice,
  grid: TimeGrid,
  options: TableOptions,
  amplitude: (omega: number) => number,
): BlockTable {
  const { timestepFs, times } = grid;
  if (!Number.isInteger(times) || times < 1 || !(timestepFs >= 0))
    throw new InputError(`${times} times ${timestepFs} fs apart`, "pass at least one time and a step in fs");
  const fill = (omega: number, out: Float64Array): void => {
    const scale = amplitude(omega);
    // cos((k+1)x) = 2 cos x cos kx − cos((k−1)x); rounding grows as k·1e-16/sin x, restarted every 64 steps.
    const turn = omega * timestepFs;
    const twice = 2 * Math.cos(turn);
    let now = scale;
    let before = scale * Math.cos(turn);
    for (let t = 0; t < times; t++) {
      if (t % 64 === 0) {
        now = scale * Math.cos(turn * t);
        before = scale * Math.cos(turn * (t - 1));
      }
      out[t] = now;
      const next = twice * now - before;
      before = now;
      now = next;
    }
  };
  return tableOf(lattice, { reach: options.reach ?? 1, times, fill }, options);
}

export interface DragOptions {
  /** Gauss–Legendre nodes in cos ϑ; the azimuth gets twice as many equal steps. Default 64. */
  readonly nodes?: number;
}

/** L [3,3], Å² fs/eV, from the sound velocities in all directions: by the cube's symmetry a multiple of the unit matrix. */
export function dragTensor(lattice: CubicLattice, options: DragOptions = {}): Float64Array<ArrayBuffer> {
  checkLattice(lattice);
  const density = inertiaOf(lattice.mass) / lattice.spacing ** 3;
  const sum = acousticDrag((direction, out) => cubicAcousticMatrix(lattice, direction, out), { ...options, density });
  // Off-diagonal rounding of 1e-17 would be a transverse push, which grows on paths that are unstable sideways.
  const mean = (sum[0]! + sum[4]! + sum[8]!) / 3;
  return Float64Array.of(mean, 0, 0, 0, mean, 0, 0, 0, mean);
}

/** L from any acoustic matrix C(n) [3,3] (Å/fs)² and the density ρ in eV fs²/Å⁵. */
export function acousticDrag(
  acousticMatrix: (direction: readonly [number, number, number], out: Float64Array) => void,
  options: DragOptions & { readonly density: number },
): Float64Array<ArrayBuffer> {
  const { nodes = 64, density } = options;
  const { nodes: cosines, weights } = gaussLegendre(nodes);
  const drag = new Float64Array(9);
  const matrix = new Float64Array(9);
  const squares = new Float64Array(3);
  const psi = new Float64Array(9);
  const turns = 2 * nodes;
  for (let i = 0; i < nodes; i++) {
    const z = cosines[i]!;
    const rho = Math.sqrt(1 - z * z);
    for (let j = 0; j < turns; j++) {
      // A periodic integrand: equal steps converge as fast as Gauss's.
      const azimuth = (2 * Math.PI * (j + 0.5)) / turns;
      acousticMatrix([rho * Math.cos(azimuth), rho * Math.sin(azimuth), z], matrix);
      eigenSymmetric3(matrix, squares, psi);
      const solidAngle = (weights[i]! * 2 * Math.PI) / turns;
      for (let u = 0; u < 3; u++) {
        const weight = solidAngle / (16 * Math.PI ** 2 * density * squares[u]! ** 1.5);
        for (let a = 0; a < 3; a++) {
          for (let b = 0; b < 3; b++) drag[3 * a + b]! += weight * psi[3 * u + a]! * psi[3 * u + b]!;
        }
      }
    }
  }
  return drag;
}

export interface DampedIntegralOptions extends DragOptions {
  /** τ of the damping e^{−t²/2τ²}, fs. */
  readonly dampingFs: number;
  /** Separation of the two atoms in cells. Default [0,0,0]. */
  readonly separation?: readonly [number, number, number];
}

/**
 * ∫₀^∞ W_xx(t) e^{−t²/2τ²} dt, Å² fs/eV, of the infinite lattice with its true dispersion. It tends to L_xx as τ grows, with an error
 * in 1/τ². With the damping the time integral of cos Ωt is √(π/2) τ e^{−Ω²τ²/2}, so only a ball around q = 0 counts and polar
 * coordinates remove the 1/Ω².
 */
export function dampedRecoilIntegral(lattice: CubicLattice, options: DampedIntegralOptions): number {
  checkLattice(lattice);
  const { dampingFs, nodes = 24, separation = [0, 0, 0] } = options;
  const slowest = slowestSound(lattice);
  // e^{−Ω²τ²/2} is below 1e-16 beyond Ωτ = 8.6; the branches bend down by at most 2/π from the sound line.
  const radius = Math.min(Math.PI, ((8.6 * Math.PI) / 2) * (lattice.spacing / (slowest * dampingFs)));
  if (radius >= Math.PI)
    throw new InputError(
      `damping over ${dampingFs} fs reaches waves outside the zone`,
      `pass at least ${Math.ceil((8.6 * lattice.spacing) / (2 * slowest))} fs`,
    );
  const cosines = gaussLegendre(nodes);
  const radial = gaussLegendre(2 * nodes, 0, radius);
  const problem = makeProblem(lattice);
  const inertia = inertiaOf(lattice.mass);
  let total = 0;
  for (let i = 0; i < nodes; i++) {
    const z = cosines.nodes[i]!;
    const rho = Math.sqrt(1 - z * z);
    for (let j = 0; j < 2 * nodes; j++) {
      const azimuth = (Math.PI * (j + 0.5)) / nodes;
      const [x, y] = [rho * Math.cos(azimuth), rho * Math.sin(azimuth)];
      const phase = x * separation[0] + y * separation[1] + z * separation[2];
      for (let k = 0; k < 2 * nodes; k++) {
        const q = radial.nodes[k]!;
        problem.solve(q * x, q * y, q * z);
        let sum = 0;
        for (let u = 0; u < 3; u++) {
          const omega = problem.omegas[u]!;
          sum += (problem.vectors[3 * u]! / omega) ** 2 * Math.exp(-0.5 * (omega * dampingFs) ** 2);
        }
        total += cosines.weights[i]! * radial.weights[k]! * q * q * sum * Math.cos(q * phase);
      }
    }
  }
  return (((total * Math.PI) / nodes) * Math.sqrt(Math.PI / 2) * dampingFs) / (8 * Math.PI ** 3 * inertia);
}

/** The lowest sound velocity over the symmetry directions, Å/fs. */
function slowestSound(lattice: CubicLattice): number {
  const matrix = new Float64Array(9);
  const squares = new Float64Array(3);
  const psi = new Float64Array(9);
  let lowest = Number.POSITIVE_INFINITY;
  for (const direction of [[1, 0, 0], [Math.SQRT1_2, Math.SQRT1_2, 0], [1, 1, 1].map((d) => d / Math.sqrt(3))]) {
    cubicAcousticMatrix(lattice, direction, matrix);
    eigenSymmetric3(matrix, squares, psi);
    lowest = Math.min(lowest, Math.sqrt(squares[0]!));
  }
  return lowest;
}
