import type { F64 } from "../base/index.js";
import type { Modes } from "../modes/index.js";

/** How the energy of one displaced arrangement falls on the modes of the hop's origin (Gordiz et al. 2021, eqs. 1–2). */
export interface HopShares {
  readonly modes: Modes;
  /** [count] √amu Å. */
  readonly coordinates: F64;
  /** [count] eV, ½ω²Q², signed like ω². */
  readonly energies: F64;
  /** [count] E_n / Σ E over the stable modes; 0 for unstable ones. */
  readonly shares: F64;
  /** Σ E_n over all modes, eV: harmonic, not the band's energy. */
  readonly sumModalEnergy: number;
  /** ½ uᵀΦu, eV; must equal `sumModalEnergy`. */
  readonly harmonicEnergy: number;
  /** Energy of the band at the same place, eV above the origin. */
  readonly bandEnergy: number;
  /** Modes with ω² < 0 that were left out of the shares. */
  readonly unstableModes: number;
  /** |Σ E_n − ½uᵀΦu| / ½uᵀΦu. */
  readonly closure: number;
}
