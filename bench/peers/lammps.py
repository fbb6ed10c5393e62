"""LAMMPS in this process, through the C interface of liblammps: the least overhead Python can have.

Positions go in and forces come out by `evaluate`. The neighbour list is kept while no atom has moved by half the skin, as in a LAMMPS
run: each evaluation is `run 1 pre no post no` with no integrator, so LAMMPS itself decides whether the list still holds.
ASE's own LAMMPSlib needs the Python module `lammps`, which Debian does not ship, and sets everything up again (`run 0`) at every call.
"""
import ctypes

import numpy as np
from ase.calculators.calculator import Calculator, all_changes

BARS_PER_EV_A3 = 1.6021765e6  # LAMMPS' nktv2p in units metal
SKIN = 0.6

_library = None


def library():
    global _library
    if _library is None:
        lib = ctypes.CDLL("liblammps.so.0", mode=ctypes.RTLD_GLOBAL)
        lib.lammps_open_no_mpi.restype = ctypes.c_void_p
        lib.lammps_extract_compute.restype = ctypes.c_void_p
        lib.lammps_get_thermo.restype = ctypes.c_double
        lib.lammps_version.restype = ctypes.c_int
        _library = lib
    return _library


class Lammps:
    """One LAMMPS with `commands` (after `read_data`: styles and coefficients) for the structure in file `data`.
    anew: set everything up again at each evaluation, as ASE's LAMMPSlib does."""

    def __init__(self, data, commands, suffix=None, anew=False):
        lib = library()
        words = ["lmp", "-log", "none", "-screen", "none", "-nocite"] + (["-sf", suffix] if suffix else [])
        arguments = (ctypes.c_char_p * len(words))(*[word.encode() for word in words])
        self.handle = ctypes.c_void_p(lib.lammps_open_no_mpi(len(words), arguments, None))
        head = ["units metal", "atom_style charge", "atom_modify map array sort 0 0", "box tilt large", f"read_data {data}"]
        tail = [f"neighbor {SKIN} bin", "neigh_modify delay 0 every 1 check yes", "compute sigma all pressure NULL virial"]
        tail += ["thermo 1"]
        tail += ["thermo_style custom step pe c_sigma[1] c_sigma[2] c_sigma[3] c_sigma[4] c_sigma[5] c_sigma[6]"]
        for command in head + commands + tail:
            self.do(command)
        lib.lammps_get_natoms.restype = ctypes.c_double
        self.natoms = int(lib.lammps_get_natoms(self.handle))
        self.buffer = (ctypes.c_double * (3 * self.natoms))()
        self.view = np.frombuffer(self.buffer, dtype=float).reshape(-1, 3)
        self.started = False
        self.anew = anew

    def do(self, command):
        lib = library()
        lib.lammps_command(self.handle, command.encode())
        if lib.lammps_has_error(self.handle):
            message = ctypes.create_string_buffer(500)
            lib.lammps_get_last_error_message(self.handle, message, 500)
            raise RuntimeError(f"{command}: {message.value.decode()}")

    def set_box(self, lengths):
        self.do("change_box all " + " ".join(f"{ax} final 0 {length!r}" for ax, length in zip("xyz", lengths)) + " units box")
        self.started = False

    def evaluate(self, positions):
        """Energy (eV) and forces (eV/Å) of `positions` in an orthorhombic box."""
        lib = library()
        if self.started:
            # LAMMPS wraps atoms when it renews its list; hand back the copy of each atom nearest to where it keeps it.
            lib.lammps_gather_atoms(self.handle, b"x", 1, 3, self.buffer)
            self.view[:] = positions - np.round((positions - self.view) / self.lengths) * self.lengths
        else:
            self.view[:] = positions
        lib.lammps_scatter_atoms(self.handle, b"x", 1, 3, self.buffer)
        if not self.started or self.anew:
            self.lengths = self.box_lengths()
            self.do("run 0 post no")
            self.started = True
        else:
            self.do("run 1 pre no post no")
        energy = lib.lammps_get_thermo(self.handle, b"pe")
        lib.lammps_gather_atoms(self.handle, b"f", 1, 3, self.buffer)
        return energy, self.view.copy()

    def box_lengths(self):
        low, high = (ctypes.c_double * 3)(), (ctypes.c_double * 3)()
        tilts = [ctypes.c_double() for _ in range(3)]
        flags = (ctypes.c_int * 3)()
        change = ctypes.c_int()
        library().lammps_extract_box(self.handle, low, high, *[ctypes.byref(t) for t in tilts], flags, ctypes.byref(change))
        return np.array(high) - np.array(low)

    def stress(self):
        """Of the last evaluation: xx yy zz yz xz xy, eV/Å³, tension positive."""
        lib = library()
        pressures = [lib.lammps_get_thermo(self.handle, name) for name in (b"pxx", b"pyy", b"pzz", b"pyz", b"pxz", b"pxy")]
        return -np.array(pressures) / BARS_PER_EV_A3


class LammpsCalculator(Calculator):
    """ASE's view of one `Lammps`; `box` = True when the cell may change."""

    implemented_properties = ["energy", "forces", "stress"]

    def __init__(self, lammps, box=False):
        super().__init__()
        self.lammps = lammps
        self.box = box
        self.evaluations = 0

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        if self.box and "cell" in system_changes:
            self.lammps.set_box([float(atoms.cell[k, k]) for k in range(3)])
        self.evaluations += 1
        energy, forces = self.lammps.evaluate(atoms.positions)
        self.results = {"energy": energy, "forces": forces}
        if self.box:
            self.results["stress"] = self.lammps.stress()
