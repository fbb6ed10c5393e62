import { z } from "zod";
import { elasticOperation } from "../../studies/index.js";
import { defineCommand } from "../command.js";
import { outcomeOf, parametersOf, runOptions } from "./from-operation.js";
import { latticeArgument, latticeFlags, readLattice } from "./lattice-source.js";

const flags = z.strictObject({ ...latticeFlags, ...elasticOperation.parameters.shape });

export const elasticCommand = defineCommand({
  name: "elastic",
  summary: "Elastic constants, moduli, stability, hardness and Debye temperature.",
  details:
    "Constants and moduli in GPa, Voigt order xx yy zz yz xz xy along the structure's Cartesian axes; speeds in km/s, temperatures in K. --json has\n" +
    "constantsGpa, clampedGpa (atoms carried along), stable, kelvinModuliGpa, voigt, reuss, hill, hardnessTianGpa, hardnessChenGpa,\n" +
    "debyeTemperatureK. --out gets elastic.csv. With --forces the cell is brought to rest first, unless --no-relax is given; force constants alone\n" +
    "give the constants of long waves. --method both compares the two (with charges: --charges field).",
  arguments: [latticeArgument],
  flags,
  examples: [
    "phonion elastic examples/force-fields/mgo.vasp --forces examples/force-fields/mgo-lewis-catlow.yaml",
    "phonion elastic phonopy-folder --json",
  ],
  async run(call) {
    const { inputs, input } = await readLattice(call);
    const outcome = await elasticOperation.run(input, parametersOf(elasticOperation, call.flags), runOptions(call));
    return outcomeOf(outcome, { inputs, options: call.flags });
  },
  async plan(call) {
    const { input } = await readLattice(call);
    return elasticOperation.estimate(input, parametersOf(elasticOperation, call.flags));
  },
});
