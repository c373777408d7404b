export type { DataOf, Dtype, Labels, NamedArrays, NdArray, RowLayout, Table } from "./array/index.js";
export { countOf, labelsOf, ndArray, toFloat64 } from "./array/index.js";
export { digest, gunzip, gzip, isGzip } from "./bytes/index.js";
export { editDistance, nearest } from "./check/index.js";
export * from "./csv/index.js";
export { IDX_PREFIX, idxRows, readIdx } from "./idx/index.js";
export { type ToJsonOptions, toJson } from "./json/index.js";
export {
  NPY_PREFIX,
  npyHeader,
  npyRows,
  readNpy,
  readNpz,
  type WriteNpzOptions,
  writeNpy,
  writeNpz,
} from "./npy/index.js";
export * from "./onnx/index.js";
export * from "./parquet/index.js";
export * from "./png/index.js";
export * from "./safetensors/index.js";
export * from "./store/index.js";
export * from "./table/index.js";
export * from "./tensorboard/index.js";
