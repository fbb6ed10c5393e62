// Which ensemble is sampled, as plain data: what a study file, the command line and a checkpoint hold.

/** A temperature, or a ramp: linear from `fromK` to `toK` over `overFs` after the run began, then constant. */
export type TemperatureProgram = number | { readonly fromK: number; readonly toK: number; readonly overFs: number };

/** Atoms with a bath of their own. Atoms in no group belong to the ensemble's own temperature. */
export interface ThermalGroup {
  readonly atoms: readonly number[]; // indices from 0
  readonly temperatureK: TemperatureProgram;
}

export type EnsembleSpec =
  | { readonly kind: "nve" }
  | {
      /** Langevin, BAOAB splitting (Leimkuhler and Matthews, doi:10.1093/amrx/abs010). */
      readonly kind: "langevin";
      readonly temperatureK: TemperatureProgram;
      /** 1/friction. Default 1000. */
      readonly relaxationFs?: number;
      readonly groups?: readonly ThermalGroup[];
    }
  | {
      /** Nosé–Hoover chains (Martyna, Klein, Tuckerman, doi:10.1063/1.463940). */
      readonly kind: "nose-hoover";
      readonly temperatureK: TemperatureProgram;
      /** Period of the bath. Default 100. */
      readonly relaxationFs?: number;
      /** Length of the chain. Default 3. */
      readonly chain?: number;
    }
  | {
      /** Stochastic velocity rescaling (Bussi, Donadio, Parrinello, doi:10.1063/1.2408420). */
      readonly kind: "rescale";
      readonly temperatureK: TemperatureProgram;
      /** Default 100. */
      readonly relaxationFs?: number;
      readonly groups?: readonly ThermalGroup[];
    }
  | {
      /** Isothermal–isobaric (Martyna, Tobias, Klein, doi:10.1063/1.467468; Tuckerman et al., doi:10.1088/0305-4470/39/19/S18). */
      readonly kind: "npt";
      readonly temperatureK: TemperatureProgram;
      readonly pressureGpa: number;
      /** What of the cell moves: its volume, the lengths of its axes, or all of it. */
      readonly cell: "isotropic" | "axes" | "full";
      /** Period of the thermal bath. Default 100. */
      readonly relaxationFs?: number;
      /** Period of the piston. Default 1000. */
      readonly cellRelaxationFs?: number;
      readonly chain?: number;
    };
