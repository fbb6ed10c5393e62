import { Rng } from "../../../src/base/index.js";
import { type EnsembleSpec, makeIntegrator, startState } from "../../../src/dynamics/index.js";
import { integratorContract } from "../../contracts/integrator.js";
import { smallSalt, solidArgon } from "../../helpers/dynamics.js";

const ensembles: Readonly<Record<string, EnsembleSpec>> = {
  nve: { kind: "nve" },
  langevin: { kind: "langevin", temperatureK: 40, relaxationFs: 200 },
  "langevin with a group on a ramp": {
    kind: "langevin",
    temperatureK: 40,
    relaxationFs: 200,
    groups: [{ atoms: [1, 2], temperatureK: { fromK: 40, toK: 80, overFs: 60 } }],
  },
  "nose-hoover": { kind: "nose-hoover", temperatureK: 40, relaxationFs: 300 },
  "nose-hoover on a ramp": {
    kind: "nose-hoover",
    temperatureK: { fromK: 30, toK: 60, overFs: 100 },
    relaxationFs: 300,
  },
  rescale: { kind: "rescale", temperatureK: 40 },
  "rescale with a group": { kind: "rescale", temperatureK: 40, groups: [{ atoms: [1, 2, 5], temperatureK: 80 }] },
};

const argon = solidArgon();
const salt = smallSalt();
for (const [name, spec] of Object.entries(ensembles)) {
  integratorContract(`${name}, argon`, {
    field: argon.field,
    start: (frozen = []) => startState(argon.crystal, { temperatureK: 40, seed: 3, frozen }),
    make: (state) => makeIntegrator(spec, state, { timestepFs: 2, rng: Rng.fromSeed(5) }),
    // Verlet's energy swings by (ωΔt)²/8 of the kinetic energy of 0.17 eV: at 1.5 THz and 2 fs 8e-6 eV, were all modes in step. A bath
    // and the anharmonic parts cost a few times as much.
    swing: 5e-5,
  });
}

integratorContract("nve, rock salt", {
  field: salt.field,
  start: (frozen = []) => startState(salt.crystal, { temperatureK: 300, seed: 3, frozen }),
  make: (state) => makeIntegrator({ kind: "nve" }, state, { timestepFs: 1, rng: Rng.fromSeed(5) }),
  // At 6 THz and 1 fs (ωΔt)²/8 is 2e-4 of the kinetic energy of 0.27 eV, were all modes in step.
  swing: 2e-4,
});

for (const cell of ["isotropic", "axes", "full"] as const) {
  const spec: EnsembleSpec = {
    kind: "npt",
    temperatureK: { fromK: 40, toK: 60, overFs: 200 },
    pressureGpa: 0.02,
    cell,
  };
  integratorContract(`npt on a ramp, ${cell}, argon`, {
    field: argon.field,
    start: (frozen = []) => startState(argon.crystal, { temperatureK: 40, seed: 3, frozen }),
    make: (state) => makeIntegrator(spec, state, { timestepFs: 2, rng: Rng.fromSeed(5) }),
    // As above, and as much again for the piston and the work of its stress on the atoms.
    swing: 3e-4,
    skip: { frozen: "an atom cannot rest in a cell that moves" },
  });
}

for (const spec of [ensembles["nve"]!, { kind: "nose-hoover", temperatureK: 300 } as const]) {
  integratorContract(`${spec.kind} with two time steps, rock salt`, {
    field: salt.field,
    start: (frozen = []) => startState(salt.crystal, { temperatureK: 300, seed: 3, frozen }),
    make: (state) => makeIntegrator(spec, state, { timestepFs: 2, innerSteps: 2, rng: Rng.fromSeed(5) }),
    // As with one step of 1 fs, and (ωΔt)²/8 with 2 fs for the part of the force that is slow.
    swing: 3e-3,
  });
}
