// Kernels of the WebAssembly backend. Every export takes the workspace of its thread first; addresses and distances
// between rows are in bytes. Nothing here allocates.
export { exp32, exp64 } from "./exp";
export { products32, products64 } from "./products";
export { softmaxRows } from "./softmax";
export { weightedSums } from "./weighted-sums";
export { exactColumns } from "./exact-columns";
export { exactRows } from "./exact-rows";
export { exactList } from "./exact-list";
export { floatRows } from "./float-rows";
export { screenRows } from "./screen-rows";
export { floatColumns } from "./float-columns";
export { addStages, prefixStage } from "./trajectory-prefix";
export { keepHeaviest, listStage, putListed } from "./trajectory-list";
export { captureProducts, captureScreen } from "./trajectory-capture";

/** Where the constants end: below this address nothing is allocated. */
export const DATA_END: usize = __heap_base;
