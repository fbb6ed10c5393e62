// Units and constants. Inside the core: Å, eV, amu, e, fs, K, THz (ordinary, signed). Every factor of the program
// is derived here from CODATA 2018 (SI values exact where the SI fixes them) and from nowhere else.

const ELEMENTARY_CHARGE_C = 1.602176634e-19; // exact
const BOLTZMANN_J_PER_K = 1.380649e-23; // exact
const PLANCK_J_S = 6.62607015e-34; // exact
const ATOMIC_MASS_KG = 1.6605390666e-27; // CODATA 2018
const VACUUM_PERMITTIVITY_F_PER_M = 8.8541878128e-12; // CODATA 2018
const AVOGADRO_PER_MOL = 6.02214076e23; // exact
const BOHR_RADIUS_M = 5.29177210903e-11; // CODATA 2018
const HARTREE_J = 4.3597447222071e-18; // CODATA 2018

/** Boltzmann constant, eV/K. */
export const BOLTZMANN = BOLTZMANN_J_PER_K / ELEMENTARY_CHARGE_C;

/** e²/4πε₀, eV Å: the energy of two unit charges 1 Å apart. */
export const COULOMB_CONSTANT = (ELEMENTARY_CHARGE_C / (4 * Math.PI * VACUUM_PERMITTIVITY_F_PER_M)) * 1e10;

/** (eV/Å)/amu expressed in Å/fs²: what a force on a mass does to a velocity. */
export const ACCELERATION = (ELEMENTARY_CHARGE_C / 1e-20 / ATOMIC_MASS_KG) * 1e-30;

/** ω in rad/fs of a mode whose mass-weighted curvature is 1 eV/(Å² amu). */
export const ANGULAR_PER_ROOT_CURVATURE = Math.sqrt(ACCELERATION);

/** Ordinary frequency in THz of a mode whose mass-weighted curvature is 1 eV/(Å² amu): 15.633304. */
export const THZ_PER_ROOT_CURVATURE = (ANGULAR_PER_ROOT_CURVATURE / (2 * Math.PI)) * 1e3;

/** h, eV per THz: the quantum of a 1 THz mode. */
export const PLANCK_EV_PER_THZ = (PLANCK_J_S / ELEMENTARY_CHARGE_C) * 1e12;

/** ħ, eV fs. */
export const HBAR_EV_FS = (PLANCK_J_S / (2 * Math.PI) / ELEMENTARY_CHARGE_C) * 1e15;

/** GPa in eV/Å³. */
export const EV_PER_A3_PER_GPA = 1e9 / (ELEMENTARY_CHARGE_C * 1e30);

/** e²/(eV Å ps) in mS/cm: what N q² D/(V k_BT) comes in when D is in Å²/ps. */
export const CONDUCTIVITY_MS_PER_CM = (ELEMENTARY_CHARGE_C / (1e-10 * 1e-12)) * 10;

// For the border: one entry per unit a file or a reader may use; the value is its size in the core's unit.
const UNITS = {
  length: { A: 1, nm: 10, bohr: BOHR_RADIUS_M * 1e10, m: 1e10 },
  energy: {
    eV: 1,
    meV: 1e-3,
    J: 1 / ELEMENTARY_CHARGE_C,
    hartree: HARTREE_J / ELEMENTARY_CHARGE_C,
    rydberg: HARTREE_J / 2 / ELEMENTARY_CHARGE_C,
    "kJ/mol": 1e3 / AVOGADRO_PER_MOL / ELEMENTARY_CHARGE_C,
    "kcal/mol": 4184 / AVOGADRO_PER_MOL / ELEMENTARY_CHARGE_C,
  },
  pressure: { "eV/A3": 1, GPa: EV_PER_A3_PER_GPA, kbar: EV_PER_A3_PER_GPA / 10, bar: EV_PER_A3_PER_GPA * 1e-4 },
  time: { fs: 1, ps: 1e3, ns: 1e6 },
  frequency: { THz: 1, "1/cm": 0.0299792458, meV: 1e-3 / PLANCK_EV_PER_THZ },
  diffusion: { "A2/ps": 1, "cm2/s": 1e4, "m2/s": 1e8 },
} as const;

type Units = typeof UNITS;

/** Converts `value` between two units of one quantity: `convert("pressure", 1, "GPa", "eV/A3")`. */
export function convert<Q extends keyof Units>(
  quantity: Q,
  value: number,
  from: keyof Units[Q],
  to: keyof Units[Q],
): number {
  const sizes = UNITS[quantity] as Record<keyof Units[Q], number>;
  return (value * sizes[from]) / sizes[to];
}
