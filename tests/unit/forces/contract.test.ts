import {
  type Engine,
  type ForceFieldSpec,
  kernelsAvailable,
  makeForceField,
  namedForceFieldSpec,
  sumOf,
} from "../../../src/forces/index.js";
import { forceFieldContract } from "../../contracts/forcefield.js";
import { argon, lithiumPhosphate, rattled, rockSalt, rockSaltPrimitive, sheared } from "../../helpers/crystals.js";

// Cut-offs shifted in force, and an Ewald sum converged beyond the differences taken: only then are energy and force smooth enough
// for the contract's tolerances. The sets with their own unshifted cut-offs run at the end with a tolerance that says so.
const smooth = (spec: ForceFieldSpec, cutoffA = 8): ForceFieldSpec => ({
  ...spec,
  cutoffA,
  shift: "force",
  ...(spec.coulomb ? { coulomb: { ...spec.coulomb, accuracy: 1e-12 } } : {}),
});

const phosphate = rattled(lithiumPhosphate(), 0.08, 1);
// a force shift leaves a step of U″(r_c) in the Hessian: 4e-7 eV/Å² for O–O at 13 Å (4e-4 at 8 Å would show in the differences)
const pedone = smooth(namedForceFieldSpec("pedone-2006"), 13);
const salt = smooth(namedForceFieldSpec("tosi-fumi-nacl"));
const liquid = smooth(namedForceFieldSpec("rahman-1964"), 7.65);
const distancesA = Array.from({ length: 60 }, (_, i) => 1.5 + 0.1 * i);
const everyForm: ForceFieldSpec = {
  name: "one of each form",
  charges: { Na: 1, Cl: -1 },
  coulomb: { method: "ewald", accuracy: 1e-12 },
  cutoffA: 7,
  shift: "force",
  pairs: {
    "Na-Cl": [
      { form: "buckingham", prefactorEv: 1200, lengthA: 0.32, dispersionEvA6: 5 },
      { form: "yukawa", strengthEvA: -0.8, screeningA: 2 },
      { form: "morse", depthEv: 0.1, exponentPerA: 1.6, distanceA: 2.8, cutoffA: 6 },
    ],
    "Cl-Cl": [
      { form: "lennard-jones", depthEv: 0.02, diameterA: 3.3 },
      { form: "table", distancesA, energiesEv: distancesA.map((r) => 30 * Math.exp(-r / 0.5)), cutoffA: 6.5 },
    ],
    "Na-Na": [
      { form: "born-mayer", prefactorEv: 500, lengthA: 0.3 },
      { form: "repulsion", coefficientEvAn: 10, power: 9 },
    ],
  },
};
const wall: ForceFieldSpec = {
  name: "wall",
  pairs: { "Na-Cl": [{ form: "repulsion", coefficientEvAn: 5 }], "Na-Na": [], "Cl-Cl": [] },
  cutoffA: 6,
  shift: "force",
};
const engines: readonly Engine[] = kernelsAvailable() ? ["twin", "kernel"] : ["twin"];

for (const engine of engines) {
  forceFieldContract(`pedone-2006, force-shifted (${engine})`, () => makeForceField(pedone, { engine }), {
    orthorhombic: phosphate,
    triclinic: sheared(phosphate),
  });

  forceFieldContract(`tosi-fumi-nacl, force-shifted (${engine})`, () => makeForceField(salt, { engine }), {
    cubic: rattled(rockSalt(), 0.1, 2),
    "two atoms, cut-off far beyond the cell": rattled(rockSaltPrimitive(), 0.1, 3),
    triclinic: sheared(rattled(rockSalt(), 0.1, 4), 0.15),
  });

  forceFieldContract(`rahman-1964, force-shifted (${engine})`, () => makeForceField(liquid, { engine }), {
    cubic: rattled(argon(), 0.2, 5),
    triclinic: sheared(rattled(argon(), 0.2, 6), 0.2),
  });

  // Differences of forces meet two kinks: the step of U″(r_c) of the force shift when a pair crosses r_c = 7 Å, and the step of U‴ of the
  // spline at its points. Neither is larger than 1e-5 eV/Å² here.
  forceFieldContract(
    `one of each form (${engine})`,
    () => makeForceField(everyForm, { engine }),
    { cubic: rattled(rockSalt(), 0.1, 7), triclinic: sheared(rattled(rockSalt(), 0.1, 8), 0.15) },
    { hessianTolerance: 1e-5 },
  );

  forceFieldContract(
    `a sum of two (${engine})`,
    () => sumOf(makeForceField(salt, { engine }), makeForceField(wall, { engine })),
    { triclinic: sheared(rattled(rockSalt(), 0.1, 9), 0.1) },
  );

  // Unshifted at 15 Å, each O–O pair that crosses the cut-off steps the energy by 2D e^{−a(15 Å − r0)} = 1.3e-8 eV and its slope by
  // 1.8e-8 eV/Å. The difference formula divides a step by 1.5 h = 1.5e-3 Å: 1e-5 eV/Å per crossing in the force, 1e-5 eV/Å² in the Hessian; a few
  // pairs cross. Under a strain of 1e-4 distances at 15 Å move by 1.5e-3 Å, which about two of the 1400 neighbours of an O cross:
  // 16 O · 1.3e-8 eV / (1.5e-4 · 316 Å³) ~ 4e-6 eV/Å³.
  forceFieldContract(
    `pedone-2006 with its own cut-offs (${engine})`,
    () => makeForceField(namedForceFieldSpec("pedone-2006"), { engine }),
    { orthorhombic: phosphate, triclinic: sheared(phosphate) },
    { gradientTolerance: 5e-5, stressTolerance: 5e-6, hessianTolerance: 2e-4 },
  );
}
