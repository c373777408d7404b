import {
  bfloat16ToNumber,
  type Dtype,
  declaredBytes,
  elementsOf,
  halfToNumber,
  LAYOUT,
  type NamedArrays,
  type NdArray,
  ndArray,
  widen,
} from "../array/index.js";
import { readSafetensorsHeader, type TensorEntry } from "./header.js";

/** The contents of a safetensors file. */
export interface Safetensors {
  /** By name, in the order of the header. */
  readonly tensors: NamedArrays;
  /** The texts under `__metadata__`; empty where the file has none. */
  readonly metadata: Readonly<Record<string, string>>;
}

const DTYPE: ReadonlyMap<string, Dtype> = new Map([
  ["F64", "float64"],
  ["F32", "float32"],
  ["I64", "int64"],
  ["I32", "int32"],
  ["I16", "int16"],
  ["I8", "int8"],
  ["U32", "uint32"],
  ["U16", "uint16"],
  ["U8", "uint8"],
  ["BOOL", "bool"],
]);

/** Types without a typed array: read as float32, which holds each of their values. */
const WIDENED: ReadonlyMap<string, (pattern: number) => number> = new Map([
  ["F16", halfToNumber],
  ["BF16", bfloat16ToNumber],
]);

function tensorOf(entry: TensorEntry, data: Uint8Array): NdArray {
  const dtype = DTYPE.get(entry.dtype);
  const toNumber = WIDENED.get(entry.dtype);
  const shown = `tensor ${JSON.stringify(entry.name)}`;
  if (!dtype && !toNumber) {
    const known = [...DTYPE.keys(), ...WIDENED.keys()].join(", ");
    throw new SyntaxError(`Cannot read safetensors: ${shown} has dtype ${JSON.stringify(entry.dtype)}; expected one of ${known}`);
  }
  const size = dtype ? LAYOUT[dtype].bytes : 2;
  const bytes = data.subarray(entry.begin, entry.end);
  const expected = declaredBytes(entry.shape, size, `safetensors: ${shown}`);
  if (bytes.length !== expected) {
    const shape = `[${entry.shape.join(", ")}]`;
    throw new SyntaxError(
      `Cannot read safetensors: ${shown} has ${bytes.length} bytes; expected ${expected} for shape ${shape} of ${entry.dtype}`,
    );
  }
  if (toNumber) return ndArray("float32", entry.shape, widen(bytes, "little", toNumber));
  return ndArray(dtype ?? "uint8", entry.shape, elementsOf(dtype ?? "uint8", bytes, "little"));
}

/**
 * Reads a safetensors file. The header is trusted in nothing: the tensors must tile the data, each with as many bytes as
 * its shape and dtype take, under distinct names. F16 and BF16 become float32, exactly.
 * @throws SyntaxError naming the tensor and the byte counts when the file is cut short, damaged or of an unknown dtype.
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const { entries, metadata, data } = readSafetensorsHeader(bytes);
  return { tensors: Object.fromEntries(entries.map((entry) => [entry.name, tensorOf(entry, data)])), metadata };
}
