"""Frequencies and eigenvectors of a mesh of wave vectors with phonopy.   usage: mesh.py < request.json > answer.json

request: species, masses, cell, positions (of the primitive cell), order (positions of the 2x2x2 supercell's atoms in the order of the force
constants), values [n,3,n,3] eV/A^2, mesh; answer: units (wave vectors solved), ms, cpuMs
"""
import json
import sys
import time

import numpy as np
from phonopy import Phonopy
from phonopy.structure.atoms import PhonopyAtoms

request = json.load(sys.stdin)
cell = np.array(request["cell"]).reshape(3, 3)
unit = PhonopyAtoms(symbols=request["species"], cell=cell, positions=np.array(request["positions"]).reshape(-1, 3), masses=request["masses"])
phonon = Phonopy(unit, np.diag([2, 2, 2]), primitive_matrix=np.eye(3), log_level=0)
theirs = phonon.supercell.scaled_positions
ours = np.array(request["order"]).reshape(-1, 3) @ np.linalg.inv(2 * cell)
where = []
for s in theirs:
    d = ours - s
    where.append(int(np.argmin(np.linalg.norm(d - np.rint(d), axis=1))))
n = len(where)
values = np.array(request["values"]).reshape(n, 3, n, 3).transpose(0, 2, 1, 3)
phonon.force_constants = np.ascontiguousarray(values[np.ix_(where, where)])
wall, cpu = time.perf_counter(), time.process_time()
phonon.run_mesh(request["mesh"], with_eigenvectors=True, is_mesh_symmetry=False, is_gamma_center=True)
json.dump(
    {"units": len(phonon.mesh.qpoints), "ms": 1e3 * (time.perf_counter() - wall), "cpuMs": 1e3 * (time.process_time() - cpu)},
    sys.stdout,
)
