import type { ForceFieldSpec } from "../spec.js";
import type { RadialTerm } from "../terms.js";

/** D (eV), a (1/Å), r0 (Å) of the Morse well and C (eV Å¹²) of the repulsion. */
const morseAndWall = (
  depthEv: number,
  exponentPerA: number,
  distanceA: number,
  coefficientEvAn: number,
): readonly RadialTerm[] => [
  { form: "morse", depthEv, exponentPerA, distanceA },
  { form: "repulsion", coefficientEvAn, power: 12 },
];

/** Rigid-ion oxides and silicates: Coulomb, and Morse + C/r¹² between each cation and O, and O and O. */
export const pedone2006: ForceFieldSpec = {
  name: "pedone-2006",
  title: "Pedone, Malavasi, Menziani, Cormack, Segre: self-consistent potential for oxides, silicates and glasses",
  source: {
    doi: "10.1021/jp0611018",
    citation: "A. Pedone et al., J. Phys. Chem. B 110, 11780 (2006)",
    note:
      "Elements listed are those whose numbers were found the same in two independent places: Li, Ge, P, O in the Ge-substituted " +
      "Li3PO4 work (whose table heads the Morse exponent Å⁻²; it is Å⁻¹) and in amorphouspy; Na, Zr, Si in pyiron inputs for NaSICON and " +
      "in amorphouspy; K, Ca, Al in LAMMPS inputs for glasses and garnets and in amorphouspy. The original has more. " +
      "All terms end unshifted at 15 Å.",
  },
  charges: { O: -1.2, Li: 0.6, Na: 0.6, K: 0.6, Ca: 1.2, Al: 1.8, Si: 2.4, Ge: 2.4, Zr: 2.4, P: 3.0 },
  coulomb: { method: "ewald" },
  pairs: {
    "O-O": morseAndWall(0.042395, 1.379316, 3.618701, 22),
    "Li-O": morseAndWall(0.001114, 3.429506, 2.68136, 1),
    "Na-O": morseAndWall(0.023363, 1.763867, 3.006315, 5),
    "K-O": morseAndWall(0.011612, 2.062605, 3.305308, 5),
    "Ca-O": morseAndWall(0.030211, 2.241334, 2.923245, 5),
    "Al-O": morseAndWall(0.361581, 1.900442, 2.164818, 0.9),
    "Si-O": morseAndWall(0.340554, 2.0067, 2.1, 1),
    "Ge-O": morseAndWall(0.158118, 2.29423, 2.261313, 5),
    "Zr-O": morseAndWall(0.206237, 2.479675, 2.436997, 1),
    "P-O": morseAndWall(0.831326, 2.585833, 1.80079, 1),
  },
  cutoffA: 15,
};
