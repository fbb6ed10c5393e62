// kernel module
// Pair forces, their neighbour list, the reciprocal Ewald sum by waves or on a mesh, and its second derivatives. docs/theory/kernels.md

export { hessianWaves } from "./forces-hessian";
export { buildList } from "./forces-list";
export { meshGather, meshSort, meshSpread, meshWeights } from "./forces-mesh";
export { meshBackward, meshConvolve, meshForward } from "./forces-mesh-waves";
export { pairForcesMixed } from "./forces-mixed";
export { pairForces } from "./forces-pairs";
export { fillPhases, reciprocalForces } from "./forces-reciprocal";
