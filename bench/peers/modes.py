"""Force constants and modes of a supercell with phonopy and forces from LAMMPS.   usage: modes.py < request.json > answer.json

request: folder (with structure.data), commands, species, masses, cell, positions, distance, constants (make them; if false the solution is
timed with the force constants in values, [n,3,n,3] eV/Å²); answer: ms and cpuMs of both parts, frequencies in THz
"""
import json
import sys
import time

import numpy as np
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms

from lammps import Lammps

request = json.load(sys.stdin)
species, n = request["species"], len(request["species"])
cell = np.array(request["cell"]).reshape(3, 3)
positions = np.array(request["positions"]).reshape(-1, 3)
crystal = PhonopyAtoms(symbols=species, cell=cell, positions=positions, masses=request["masses"])
phonon = Phonopy(crystal, np.eye(3, dtype=int), log_level=0)


def times(work):
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return {"ms": 1e3 * (time.perf_counter() - wall), "cpuMs": 1e3 * (time.process_time() - cpu)}


def force_constants():
    phonon.generate_displacements(distance=request["distance"], is_plusminus=True)
    phonon.forces = [lammps.evaluate(one.positions)[1] for one in phonon.supercells_with_displacements]
    phonon.produce_force_constants()
    phonon.symmetrize_force_constants()


answer = {"constants": {"ms": 0, "cpuMs": 0}}
if request["constants"]:
    lammps = Lammps(f"{request['folder']}/structure.data", request["commands"], "opt")
    answer["constants"] = times(force_constants)
else:
    phonon.force_constants = np.array(request["values"]).reshape(n, 3, n, 3).transpose(0, 2, 1, 3).copy()
answer["solution"] = times(lambda: phonon.get_frequencies_with_eigenvectors([0, 0, 0]))
answer["frequencies"] = sorted(phonon.get_frequencies_with_eigenvectors([0, 0, 0])[0].tolist())
print(json.dumps(answer))
