import { encodeUtf8 } from "../bytes/index.js";

/** Pieces of a protobuf message in order; joined once at the end, so that large tensors are copied once. */
export type Message = readonly Uint8Array[];

/** Wire types of the protobuf encoding that ONNX and TensorBoard use. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** The base-128 varint of a 64-bit integer; negative ones as two's complement, ten bytes long. */
export function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const tag = (field: number, type: number): Uint8Array => varint(field * 8 + type);

/** A field that holds an integer. */
export function intField(field: number, value: number | bigint): Message {
  return [tag(field, VARINT), varint(value)];
}

/** A field that holds a float32. */
export function floatField(field: number, value: number): Message {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [tag(field, FIXED32), bytes];
}

/** A field that holds a float64. */
export function doubleField(field: number, value: number): Message {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return [tag(field, FIXED64), bytes];
}

/** A field that holds bytes or a message; the pieces are not copied. */
export function bytesField(field: number, pieces: Message): Message {
  const length = pieces.reduce((total, piece) => total + piece.length, 0);
  return [tag(field, LENGTH_DELIMITED), varint(length), ...pieces];
}

/** A field that holds UTF-8 text. */
export function textField(field: number, text: string): Message {
  return bytesField(field, [encodeUtf8(text)]);
}
