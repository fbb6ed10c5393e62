// The full equations by velocity Verlet with one small step for everything, springs by the kernel: the reference for strides on large
// lattices (50³, 100³), step for step the same as full-motion.ts.

import { expectFinite, InputError, type Vec3 } from "../base/index.js";
import type { Pointer } from "../kernels/index.js";
import { latticeFields } from "./lattice-fields.js";
import type { KernelChoice } from "./lattice-memory.js";
import { type CentralPotential, type CubicLattice, type IonState, inertiaOf, type Medium } from "./model.js";
import { checkSpringStep } from "./springs.js";
import { type FrameworkMotion, wrap } from "./thermal-modes.js";
import { checkWindowFits } from "./window.js";

export interface LatticeVerlet {
  readonly position: Float64Array; // [3] Å
  readonly velocity: Float64Array; // [3] Å/fs
  advance(steps: number): void;
  /** Displacements and velocities of all atoms. */
  motion(): FrameworkMotion;
}

export interface LatticeVerletOptions {
  /** Of ion and lattice, fs. The paper's quarter of 5 fs is 1.25. */
  readonly timestepFs: number;
  /** The window stays at this cell wherever the ion goes. Default: it follows. */
  readonly heldCell?: Vec3;
  readonly kernels?: KernelChoice;
}

/** One ion, or a lattice without any when `ion` is absent. */
export function latticeVerlet(
  medium: Pick<Medium, "ionMass" | "potentials" | "window">,
  start: {
    readonly lattice: CubicLattice;
    readonly cells: number;
    readonly motion: FrameworkMotion;
    readonly ion?: IonState;
  },
  options: LatticeVerletOptions,
): LatticeVerlet {
  const { lattice, cells, motion } = start;
  const { timestepFs, heldCell } = options;
  const { window } = medium;
  if (!(timestepFs > 0)) throw new InputError(`a time step of ${timestepFs} fs`, "pass a positive step in fs");
  checkSpringStep(lattice, timestepFs);
  checkWindowFits(window, cells);
  const fields = latticeFields(lattice, cells, options);
  const { heap, layout, topFrequency } = fields;
  const [u, v] = fields.allocate(2) as [Pointer, Pointer];
  fields.write(u, motion.displacements);
  fields.write(v, motion.velocities);
  const position = Float64Array.from(start.ion?.position ?? [0, 0, 0]);
  const velocity = Float64Array.from(start.ion?.velocity ?? [0, 0, 0]);
  expectFinite("ion position", position);
  const potential = medium.potentials[0] as CentralPotential;
  const cell = Int32Array.from(heldCell ?? [0, 0, 0]);
  const d = new Float64Array(3);
  const radial = new Float64Array(3);
  const apart = layout.component / 8;
  const a = lattice.spacing;

  /** v += dt · springs/μ for all atoms, and the ion's share on both sides. */
  const kick = (dt: number): void => {
    fields.apply(u, v, { scale: -dt * topFrequency ** 2, keep: 1 });
    if (!start.ion) return;
    const memory = heap.whole();
    if (!heldCell) for (let k = 0; k < 3; k++) cell[k] = Math.floor(position[k]! / a);
    for (let j = 0; j < window.count; j++) {
      const [n1, n2, n3] = [0, 1, 2].map((k) => wrap(cell[k]! + window.sites[4 * j + k]!, cells)) as [
        number,
        number,
        number,
      ];
      const place = fields.place(u, n1, n2, n3);
      const speed = fields.place(v, n1, n2, n3);
      let squared = 0;
      for (let k = 0; k < 3; k++) {
        d[k] = position[k]! - a * cell[k]! - window.positions[3 * j + k]! - memory[place + k * apart]!;
        squared += d[k]! ** 2;
      }
      const r = Math.sqrt(squared);
      potential.evaluate(r, radial);
      for (let k = 0; k < 3; k++) {
        const push = (dt * radial[1]! * d[k]!) / r;
        velocity[k]! -= push / inertiaOf(medium.ionMass);
        memory[speed + k * apart]! += push / inertiaOf(lattice.mass);
      }
    }
  };

  return {
    position,
    velocity,
    advance(steps) {
      // Two half kicks that meet are one.
      kick(0.5 * timestepFs);
      for (let step = 1; step <= steps; step++) {
        heap.kernels.addScaled(u, v, timestepFs, layout.bytes);
        for (let k = 0; k < 3; k++) position[k]! += timestepFs * velocity[k]!;
        kick(step === steps ? 0.5 * timestepFs : timestepFs);
      }
    },
    motion: () => ({ displacements: fields.read(u), velocities: fields.read(v) }),
  };
}
