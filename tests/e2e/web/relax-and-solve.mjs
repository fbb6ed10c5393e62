// Relaxes a sheared rock-salt crystal, cell and all, and solves its vibrations. Plain JavaScript: Node and the browser run
// this very file; `load` imports one folder of the built package.

const OXIDE = {
  name: "test oxide",
  charges: { Mg: 2, O: -2 },
  coulomb: { method: "ewald", accuracy: 1e-8 },
  cutoffA: 10,
  pairs: {
    "Mg-O": [{ form: "born-mayer", prefactorEv: 821.6, lengthA: 0.3242 }],
    "O-O": [{ form: "buckingham", prefactorEv: 22764, lengthA: 0.149, dispersionEvA6: 27.88 }],
  },
};

export async function relaxAndSolve(load) {
  const [structure, forces, minima, modes] = await Promise.all(["structure", "forces", "minima", "modes"].map(load));
  const cell = structure.makeCell([4.3, 0.1, 0, 0, 4.2, 0.05, 0, 0, 4.25]);
  const fractional = [0, 0, 0, 0.5, 0.5, 0, 0.5, 0, 0.5, 0, 0.5, 0.5, 0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5, 0.5, 0.5, 0.5];
  const crystal = structure.makeCrystal({ cell, species: ["Mg", "Mg", "Mg", "Mg", "O", "O", "O", "O"], fractional });
  const field = forces.makeForceField(OXIDE);
  const minimum = await minima.relax(crystal, field, { cell: "full", tolerance: 1e-6 });
  const { frequencies } = await modes.findModes(minimum, field);
  return {
    converged: minimum.converged,
    energy: minimum.energy,
    cell: [...minimum.crystal.cell.vectors],
    frequencies: [...frequencies],
  };
}
