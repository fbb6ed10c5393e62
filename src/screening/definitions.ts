// Every descriptor once: its key, unit, and what it is. The command line, tables and figures print from here.

export interface DescriptorDefinition {
  readonly key: string;
  readonly unit: string;
  readonly definition: string;
}

const define = (key: string, unit: string, definition: string): DescriptorDefinition => ({ key, unit, definition });

export const PHONON_DEFINITIONS: readonly DescriptorDefinition[] = [
  define("msdMean", "Å²", "mean square displacement of the ion per axis, mean over ions and axes"),
  define("msdLargest", "Å²", "the same, largest over ions and Cartesian axes"),
  define("msdPrincipal", "Å²", "the same, largest over ions and all directions"),
  define("msdHost", "Å²", "mean square displacement of the other atoms per axis, mean over atoms and axes"),
  define("acousticCutoff", "THz", "largest frequency of the third-lowest band over the mesh"),
  define(
    "acousticCutoffTracked",
    "THz",
    "largest frequency of the modes that continue sound, followed by their vectors",
  ),
  define("ionCentre", "THz", "mean frequency of all modes weighed with the ion's |e|²"),
  define("ionWidth", "THz", "standard deviation of the same distribution"),
  define("ionSkewness", "1", "its third central moment over width³"),
  define("ionKurtosis", "1", "its fourth central moment over width⁴, less 3; lower is flatter"),
  define("hostCentre", "THz", "mean frequency of all modes weighed with the other atoms' |e|²"),
  define("totalCentre", "THz", "mean frequency of all modes"),
  define("totalWidth", "THz", "standard deviation of all frequencies"),
  define("totalSkewness", "1", "third central moment of all frequencies over width³"),
  define("totalKurtosis", "1", "fourth central moment of all frequencies over width⁴, less 3"),
  define("centreOverCutoff", "1", "ionCentre over acousticCutoff"),
  define("participationMean", "1", "participation ratio 1/(N Σ|e_j|⁴), mean over all modes"),
  define("participationOfMsd", "1", "participation ratio, mean with the modes' shares of the ion's displacement"),
  define(
    "couplingMean",
    "1",
    "Re(E_ion*·E_host)/(|E_ion||E_host|) of e/√m, phases over atom positions, mean over all modes that have one",
  ),
  define("couplingOfMsd", "1", "the same, mean with the modes' shares of the ion's displacement"),
  define("msdBelowCutoff", "1", "share of the ion's displacement from modes up to acousticCutoff"),
  define("msdLowestThree", "1", "share of the ion's displacement from the three lowest bands"),
];

export const STRUCTURAL_DEFINITIONS: readonly DescriptorDefinition[] = [
  define("coordination", "1", "atoms of the host within the bond length of an ion, mean over ions"),
  define("bondLength", "Å", "mean distance of these atoms"),
  define("numberDensity", "1/Å³", "atoms over the volume of the cell"),
  define("massDensity", "g/cm³", "mass over the volume of the cell"),
  define("volumePerAtom", "Å³", "volume of the cell over its atoms"),
  define("volumePerIon", "Å³", "volume of the cell over its mobile ions"),
  define("packing", "1", "volume of spheres of ionic (else covalent) radius over the volume of the cell"),
  define("electronegativity", "Pauling", "mean over all atoms"),
  define("hostElectronegativity", "Pauling", "mean over the atoms of the host"),
  define("electronsPerAtom", "1", "mean atomic number"),
];
