"""One climbing band with ASE and forces from LAMMPS.   usage: band.py < request.json > answer.json

request: folder (with structure.data), commands, suffix, species, lengths, start, end, images, tolerance, optimizer, interpolation
answer: one object; ms and cpuMs from the interpolation to the converged band
"""
import json
import sys
import time

import ase
import ase.optimize
from ase import Atoms
from ase.neb import NEB, NEBOptimizer

from lammps import Lammps, LammpsCalculator, library

request = json.load(sys.stdin)
data = f"{request['folder']}/structure.data"
n = len(request["species"])


def atoms(positions):
    made = Atoms(request["species"], cell=request["lengths"], pbc=True)
    made.positions = [positions[3 * i : 3 * i + 3] for i in range(n)]
    made.calc = LammpsCalculator(Lammps(data, request["commands"], request.get("suffix"), request.get("anew", False)))
    return made


images = [atoms(request["start"])] + [atoms(request["start"]) for _ in range(request["images"] - 2)] + [atoms(request["end"])]
wall, cpu = time.perf_counter(), time.process_time()
band = NEB(images, k=request.get("spring", 0.1), climb=True, method="improvedtangent", allow_shared_calculator=False)
band.interpolate(method=request["interpolation"], mic=False)
Optimizer = NEBOptimizer if request["optimizer"] == "NEBOptimizer" else getattr(ase.optimize, request["optimizer"])
optimizer = Optimizer(band, logfile=None)
converged = optimizer.run(fmax=request["tolerance"], steps=2000)
energies = [image.get_potential_energy() for image in images]
answer = {
    "ms": 1e3 * (time.perf_counter() - wall),
    "cpuMs": 1e3 * (time.process_time() - cpu),
    "converged": bool(converged),
    "steps": optimizer.get_number_of_steps() if hasattr(optimizer, "get_number_of_steps") else None,
    "evaluations": sum(image.calc.evaluations for image in images),
    "barrierForward": max(energies) - energies[0],
    "barrierBackward": max(energies) - energies[-1],
    "versions": {"ase": ase.__version__, "lammps": library().lammps_version(images[0].calc.lammps.handle)},
}
print(json.dumps(answer))
