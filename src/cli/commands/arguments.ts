import type { ArgumentSpec } from "../command.js";

export const structureArgument: ArgumentSpec = {
  name: "STRUCTURE",
  description:
    "Structure file: POSCAR, CIF, extended XYZ, LAMMPS data, a JSON file that phonion wrote, or the folder `phonion relax --out` wrote.",
};
