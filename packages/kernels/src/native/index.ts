/**
 * Scans in ONNX Runtime, for Node. `nativeBackend(bindAtoms(atoms))` is the scan backend; it needs the optional package
 * onnxruntime-node, and says how to install it where it is missing.
 *
 * One scan: the logits of a chunk of atoms by one matrix product; then for each query nothing (all negligible), or its few
 * weighty atoms in float64, or softmax and a second product over the chunk. Queries that float32 cannot certify go on to
 * float64 logits, then float64 sums, then the reference. Where nothing but the means is asked of few coordinates, one operator
 * of attention comes before all this; of many, the softmax and its product stand alone.
 */
export { type NativeProductsOptions, nativeProducts } from "./dense-products.js";
export * from "./native-backend.js";
export { type KernelRuntime, loadRuntime } from "./onnxruntime.js";
