"""A relaxation with ASE and forces from LAMMPS.   usage: relax.py < request.json > answer.json

request: folder (with structure.data), commands, species, lengths, positions, tolerance (eV/Å), cell (may its lengths and angles change)
"""
import json
import sys
import time

from ase import Atoms
from ase.optimize import LBFGS

from lammps import Lammps, LammpsCalculator

request = json.load(sys.stdin)
n = len(request["species"])
atoms = Atoms(request["species"], cell=request["lengths"], pbc=True)
atoms.positions = [request["positions"][3 * i : 3 * i + 3] for i in range(n)]
lammps = Lammps(f"{request['folder']}/structure.data", request["commands"], "opt")
atoms.calc = LammpsCalculator(lammps)
wall, cpu = time.perf_counter(), time.process_time()
converged = LBFGS(atoms, logfile=None).run(fmax=request["tolerance"], steps=3000)
answer = {
    "ms": 1e3 * (time.perf_counter() - wall),
    "cpuMs": 1e3 * (time.process_time() - cpu),
    "converged": bool(converged),
    "evaluations": atoms.calc.evaluations,
    "energy": float(atoms.get_potential_energy()),
}
print(json.dumps(answer))
