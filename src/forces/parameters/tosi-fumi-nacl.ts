import type { ForceFieldSpec } from "../spec.js";

/** Rigid-ion sodium chloride: Coulomb and Born–Mayer–Huggins with the dispersion coefficients of Mayer. */
export const tosiFumiNaCl: ForceFieldSpec = {
  name: "tosi-fumi-nacl",
  title: "Fumi, Tosi: Born-Mayer-Huggins parameters of the alkali halides, NaCl",
  source: {
    doi: "10.1016/0022-3697(64)90160-X",
    citation: "M. P. Tosi, F. G. Fumi, J. Phys. Chem. Solids 25, 45 (1964); dispersion: J. E. Mayer, J. Chem. Phys. 1, 270 (1933)",
    note:
      "In the print's units: b = 0.338e-12 erg times Pauling factors 1.25, 1, 0.75; ρ = 0.317 Å; σ = 1.170 + 1.585 Å; " +
      "C = 1.68, 11.2, 116e-60 erg cm⁶; D = 0.8, 13.9, 233e-76 erg cm⁸ (++, +−, −−), converted with CODATA 2018. The same numbers stand " +
      "in the manual of ESPResSo (kJ/mol) and, for ++ and +−, in public LAMMPS inputs. The paper sums the dispersion without a cut-off; " +
      "here all terms end unshifted at 15 Å.",
  },
  charges: { Na: 1, Cl: -1 },
  coulomb: { method: "ewald" },
  pairs: {
    "Na-Na": [
      {
        form: "born-mayer-huggins",
        prefactorEv: 0.2637037584,
        lengthA: 0.317,
        contactA: 2.34,
        dispersionEvA6: 1.0485735245,
        dispersionEvA8: 0.499320726,
      },
    ],
    "Na-Cl": [
      {
        form: "born-mayer-huggins",
        prefactorEv: 0.2109630067,
        lengthA: 0.317,
        contactA: 2.755,
        dispersionEvA6: 6.9904901634,
        dispersionEvA8: 8.6756976135,
      },
    ],
    "Cl-Cl": [
      {
        form: "born-mayer-huggins",
        prefactorEv: 0.158222255,
        lengthA: 0.317,
        contactA: 3.17,
        dispersionEvA6: 72.4015052637,
        dispersionEvA8: 145.4271614349,
      },
    ],
  },
  cutoffA: 15,
};
