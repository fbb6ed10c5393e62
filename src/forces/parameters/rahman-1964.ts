import type { ForceFieldSpec } from "../spec.js";

/** Liquid and solid argon. */
export const rahman1964: ForceFieldSpec = {
  name: "rahman-1964",
  title: "Rahman: Lennard-Jones argon",
  source: {
    doi: "10.1103/PhysRev.136.A405",
    citation: "A. Rahman, Phys. Rev. 136, A405 (1964)",
    note: "ε/k_B = 120 K, σ = 3.4 Å, cut off at 2.25 σ without shift.",
  },
  pairs: { "Ar-Ar": [{ form: "lennard-jones", depthEv: 0.0103407999, diameterA: 3.4 }] },
  cutoffA: 7.65,
};
