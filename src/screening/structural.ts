// Descriptors of the structure alone. Each definition stands in definitions.ts.

import { InputError, type Note } from "../base/index.js";
import {
  atomCount,
  atomicNumber,
  atomsOf,
  type Crystal,
  commonOxidationState,
  elementNamed,
  findNeighbors,
  ionicRadius,
  speciesList,
} from "../structure/index.js";

export interface StructuralOptions {
  /** Element of the ion. */
  readonly ion: string;
  /** Longest bond between the ion and the host, Å. Default 3.5. */
  readonly bondA?: number;
  /** e, by element, for ionic radii. Default: usual oxidation states when they leave the cell neutral, else covalent radii. */
  readonly charges?: Readonly<Record<string, number>>;
}

export interface StructuralDescriptors {
  readonly coordination: number;
  /** Å; null when the ion has no neighbour within reach. */
  readonly bondLength: number | null;
  readonly numberDensity: number; // 1/Å³
  readonly massDensity: number; // g/cm³
  readonly volumePerAtom: number; // Å³
  readonly volumePerIon: number; // Å³
  readonly packing: number;
  readonly radii: "ionic" | "covalent";
  /** Pauling scale; null when an element has none. */
  readonly electronegativity: number | null;
  readonly hostElectronegativity: number | null;
  readonly electronsPerAtom: number;
  readonly notes: readonly Note[];
}

/** g/cm³ in one amu/Å³. */
const GRAM_PER_CM3 = 1.6605390666;

export function structuralDescriptors(crystal: Crystal, options: StructuralOptions): StructuralDescriptors {
  const { ion, bondA = 3.5 } = options;
  const n = atomCount(crystal);
  const ions = atomsOf(crystal, ion);
  if (ions.length === 0 || ions.length === n)
    throw new InputError(
      `${ions.length} of ${n} atoms are ${ion}: there is no ${ions.length === 0 ? "ion" : "host"}`,
      `the crystal has ${crystal.elements.join(", ")}`,
    );
  const bonds = ionBonds(crystal, ions, bondA);
  const species = speciesList(crystal);
  const { volume } = crystal.cell;
  const { radii, kind, notes } = radiiOf(crystal, options.charges);
  const mass = crystal.masses.slice().reduce((sum, m) => sum + m, 0);
  return {
    coordination: bonds.length / ions.length,
    bondLength: bonds.length > 0 ? bonds.reduce((sum, d) => sum + d, 0) / bonds.length : null,
    numberDensity: n / volume,
    massDensity: (mass * GRAM_PER_CM3) / volume,
    volumePerAtom: volume / n,
    volumePerIon: volume / ions.length,
    packing: species.reduce((sum, symbol) => sum + (4 / 3) * Math.PI * radii[symbol]! ** 3, 0) / volume,
    radii: kind,
    electronegativity: meanElectronegativity(species),
    hostElectronegativity: meanElectronegativity(species.filter((symbol) => symbol !== ion)),
    electronsPerAtom: species.reduce((sum, symbol) => sum + atomicNumber(symbol), 0) / n,
    notes,
  };
}

/** Distances of all pairs ion–host up to `bondA`, images included. */
function ionBonds(crystal: Crystal, ions: readonly number[], bondA: number): number[] {
  const list = findNeighbors(crystal, bondA);
  const isIon = new Set(ions);
  return ions.flatMap((i) => {
    const found: number[] = [];
    for (let p = list.first[i]!; p < list.first[i + 1]!; p++)
      if (!isIon.has(list.atom[p]!)) found.push(list.distance[p]!);
    return found;
  });
}

function meanElectronegativity(species: readonly string[]): number | null {
  let sum = 0;
  for (const symbol of species) {
    const { electronegativity } = elementNamed(symbol);
    if (electronegativity === undefined) return null;
    sum += electronegativity;
  }
  return sum / species.length;
}

interface Radii {
  readonly radii: Readonly<Record<string, number>>; // Å
  readonly kind: "ionic" | "covalent";
  readonly notes: readonly Note[];
}

/** Six neighbours first: Shannon's anions are listed there, and packing should not depend on which neighbours are counted. */
const COORDINATIONS = [6, 4, 8, 5, 7, 9, 12, 3, 2] as const;

function radiiOf(crystal: Crystal, charges: Readonly<Record<string, number>> | undefined): Radii {
  const { elements } = crystal;
  const chargeOf = (symbol: string): number => charges?.[symbol] ?? commonOxidationState(symbol);
  const total = speciesList(crystal).reduce((sum, symbol) => sum + chargeOf(symbol), 0);
  const ionic = elements.map((symbol) => {
    for (const coordination of COORDINATIONS) {
      const radius = ionicRadius(symbol, chargeOf(symbol), coordination);
      if (radius !== undefined) return radius;
    }
    return undefined;
  });
  const missing = elements.filter((_, at) => ionic[at] === undefined);
  if (Math.abs(total) < 1e-6 && missing.length === 0)
    return {
      radii: Object.fromEntries(elements.map((symbol, at) => [symbol, Math.max(0, ionic[at]!)])),
      kind: "ionic",
      notes: [],
    };
  const covalent = elements.map((symbol) => {
    const { covalentRadius } = elementNamed(symbol);
    if (covalentRadius === undefined)
      throw new InputError(`${symbol} has no covalent radius`, "give charges for which ionic radii are known");
    return covalentRadius;
  });
  const reason =
    missing.length > 0
      ? `no ionic radius is listed for ${missing.map((symbol) => `${symbol} ${chargeOf(symbol)}`).join(", ")}`
      : `usual oxidation states leave a charge of ${total} e`;
  return {
    radii: Object.fromEntries(elements.map((symbol, at) => [symbol, covalent[at]!])),
    kind: "covalent",
    notes: [
      {
        code: "covalent-radii",
        message: `packing is from covalent radii: ${reason}`,
        hint: "give charges by element; packing from different radii cannot be compared",
      },
    ],
  };
}
