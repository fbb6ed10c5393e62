// Effective ionic radii by charge and coordination number, Å: R. D. Shannon, Acta Cryst. A32 (1976) 751, 10.1107/S0567739476001551.
// They are made so that cation + anion is a bond length, with O2- of six neighbours at 1.40 Å. Ions common in solid electrolytes
// and electrodes; transition metals in the high-spin state.

import { elementNamed } from "./elements.js";

type RadiusByCoordination = Readonly<Record<number, number>>;

// biome-ignore format: one ion per line reads as a table
const IONIC_RADII: Readonly<Record<string, RadiusByCoordination>> = {
  "Li 1": { 4: 0.59, 6: 0.76, 8: 0.92 },
  "Na 1": { 4: 0.99, 5: 1.0, 6: 1.02, 7: 1.12, 8: 1.18, 9: 1.24, 12: 1.39 },
  "K 1": { 4: 1.37, 6: 1.38, 8: 1.51, 12: 1.64 },
  "Rb 1": { 6: 1.52, 8: 1.61, 12: 1.72 },
  "Cs 1": { 6: 1.67, 8: 1.74, 12: 1.88 },
  "Cu 1": { 2: 0.46, 4: 0.6, 6: 0.77 },
  "Ag 1": { 2: 0.67, 4: 1.0, 6: 1.15, 8: 1.28 },
  "Tl 1": { 6: 1.5, 8: 1.59, 12: 1.7 },
  "Be 2": { 3: 0.16, 4: 0.27, 6: 0.45 },
  "Mg 2": { 4: 0.57, 6: 0.72, 8: 0.89 },
  "Ca 2": { 6: 1.0, 8: 1.12, 12: 1.34 },
  "Sr 2": { 6: 1.18, 8: 1.26, 12: 1.44 },
  "Ba 2": { 6: 1.35, 8: 1.42, 12: 1.61 },
  "Mn 2": { 4: 0.66, 6: 0.83 },
  "Fe 2": { 4: 0.63, 6: 0.78 },
  "Co 2": { 4: 0.58, 6: 0.745 },
  "Ni 2": { 4: 0.55, 6: 0.69 },
  "Cu 2": { 4: 0.57, 6: 0.73 },
  "Zn 2": { 4: 0.6, 6: 0.74 },
  "Cd 2": { 4: 0.78, 6: 0.95, 8: 1.1 },
  "Pb 2": { 6: 1.19, 8: 1.29, 12: 1.49 },
  "B 3": { 3: 0.01, 4: 0.11, 6: 0.27 },
  "Al 3": { 4: 0.39, 5: 0.48, 6: 0.535 },
  "Ga 3": { 4: 0.47, 6: 0.62 },
  "In 3": { 4: 0.62, 6: 0.8 },
  "Sc 3": { 6: 0.745, 8: 0.87 },
  "Y 3": { 6: 0.9, 8: 1.019 },
  "La 3": { 6: 1.032, 8: 1.16, 12: 1.36 },
  "Fe 3": { 4: 0.49, 6: 0.645 },
  "Bi 3": { 5: 0.96, 6: 1.03, 8: 1.17 },
  "C 4": { 3: -0.08, 4: 0.15, 6: 0.16 },
  "Si 4": { 4: 0.26, 6: 0.4 },
  "Ge 4": { 4: 0.39, 6: 0.53 },
  "Sn 4": { 4: 0.55, 6: 0.69 },
  "Ti 4": { 4: 0.42, 6: 0.605 },
  "Zr 4": { 4: 0.59, 6: 0.72, 8: 0.84 },
  "Hf 4": { 4: 0.58, 6: 0.71 },
  "Mn 4": { 4: 0.39, 6: 0.53 },
  "Se 4": { 6: 0.5 },
  "P 5": { 4: 0.17, 5: 0.29, 6: 0.38 },
  "As 5": { 4: 0.335, 6: 0.46 },
  "Sb 5": { 6: 0.6 },
  "V 5": { 4: 0.355, 6: 0.54 },
  "Nb 5": { 4: 0.48, 6: 0.64 },
  "Ta 5": { 6: 0.64 },
  "S 6": { 4: 0.12, 6: 0.29 },
  "Se 6": { 4: 0.28, 6: 0.42 },
  "Mo 6": { 4: 0.41, 6: 0.59 },
  "W 6": { 4: 0.42, 6: 0.6 },
  "N -3": { 4: 1.46 },
  "O -2": { 2: 1.35, 3: 1.36, 4: 1.38, 6: 1.4, 8: 1.42 },
  "S -2": { 6: 1.84 },
  "Se -2": { 6: 1.98 },
  "Te -2": { 6: 2.21 },
  "F -1": { 2: 1.285, 3: 1.3, 4: 1.31, 6: 1.33 },
  "Cl -1": { 6: 1.81 },
  "Br -1": { 6: 1.96 },
  "I -1": { 6: 2.2 },
};

/**
 * Effective ionic radius in Å of an ion with this many neighbours (default 6); undefined where none is listed.
 * @throws InputError for an unknown element.
 */
export function ionicRadius(element: string, charge: number, coordination = 6): number | undefined {
  return IONIC_RADII[`${elementNamed(element).symbol} ${charge}`]?.[coordination];
}
