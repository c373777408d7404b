import { type Dtype, littleEndianBytes, type NamedArrays } from "../array/index.js";
import { encodeUtf8 } from "../bytes/index.js";

const NAME: { readonly [K in Dtype]: string } = {
  float64: "F64",
  float32: "F32",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint32: "U32",
  uint16: "U16",
  uint8: "U8",
  bool: "BOOL",
};

/**
 * A safetensors file of tensors in the order given, which PyTorch and Hugging Face tools read. Spaces after the header make
 * the data begin at a multiple of 8. The same tensors and metadata always give the same bytes.
 * @throws TypeError when a metadata value is no text.
 * @throws RangeError when a tensor is called "__metadata__", a name of the format's own.
 */
export function writeSafetensors(tensors: NamedArrays, metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const wrong = Object.keys(metadata).find((key) => typeof metadata[key] !== "string");
  if (wrong !== undefined) throw new TypeError(`Cannot write safetensors: metadata "${wrong}" is no text; expected texts only`);
  const header: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, array] of Object.entries(tensors)) {
    if (name === "__metadata__")
      throw new RangeError('Cannot write safetensors: a tensor is called "__metadata__"; expected another name');
    const part = littleEndianBytes(array);
    header.push([name, { dtype: NAME[array.dtype], shape: array.shape, data_offsets: [at, at + part.length] }]);
    parts.push(part);
    at += part.length;
  }
  const text = encodeUtf8(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(8 + length + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(length), true);
  out.set(text, 8);
  out.fill(0x20, 8 + text.length, 8 + length);
  let to = 8 + length;
  for (const part of parts) {
    out.set(part, to);
    to += part.length;
  }
  return out;
}
