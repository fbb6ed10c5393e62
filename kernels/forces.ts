// kernel module
// Pair forces, their neighbour list, the reciprocal Ewald sum and its second derivatives. docs/theory/kernels.md

export { hessianWaves } from "./forces-hessian";
export { buildList } from "./forces-list";
export { pairForcesMixed } from "./forces-mixed";
export { pairForces } from "./forces-pairs";
export { fillPhases, reciprocalForces } from "./forces-reciprocal";
