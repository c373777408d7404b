import type { OnnxTensor } from "./element-type.js";
import { tensorMessage } from "./tensor.js";
import { bytesField, floatField, intField, type Message, textField } from "./wire.js";

/** One attribute of an operator. JavaScript has one kind of number and ONNX two, so the key says which is meant. */
export type Attribute =
  | { readonly int: number | bigint }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: Message };

/** `AttributeProto.AttributeType`. */
const TYPE = { float: 1, int: 2, text: 3, tensor: 4, graph: 5, floats: 6, ints: 7, texts: 8 };

/** `AttributeProto`. @throws RangeError for a number that its kind cannot hold; TypeError for an unknown kind. */
export function attributeMessage(name: string, attribute: Attribute): Message {
  return [...textField(1, name), ...fieldsOf(name, attribute)];
}

function fieldsOf(name: string, attribute: Attribute): Message {
  if ("int" in attribute) return [...intField(3, whole(name, attribute.int)), ...intField(20, TYPE.int)];
  if ("ints" in attribute) {
    return [...attribute.ints.flatMap((value) => intField(8, whole(name, value))), ...intField(20, TYPE.ints)];
  }
  if ("float" in attribute) return [...floatField(2, number(name, attribute.float)), ...intField(20, TYPE.float)];
  if ("floats" in attribute) {
    return [...attribute.floats.flatMap((value) => floatField(7, number(name, value))), ...intField(20, TYPE.floats)];
  }
  if ("text" in attribute) return [...textField(4, attribute.text), ...intField(20, TYPE.text)];
  if ("texts" in attribute) return [...attribute.texts.flatMap((text) => textField(9, text)), ...intField(20, TYPE.texts)];
  if ("tensor" in attribute) return [...bytesField(5, tensorMessage(attribute.tensor)), ...intField(20, TYPE.tensor)];
  if ("graph" in attribute) return [...bytesField(6, attribute.graph), ...intField(20, TYPE.graph)];
  const kinds = Object.keys(TYPE).join(", ");
  throw new TypeError(`Cannot write ONNX: attribute "${name}" is ${JSON.stringify(attribute)}; expected one of ${kinds}`);
}

function whole(name: string, value: number | bigint): number | bigint {
  const fits = typeof value === "bigint" ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
  if (fits) return value;
  throw new RangeError(`Cannot write ONNX: attribute "${name}" is ${value}; expected a whole number of 64 bits`);
}

function number(name: string, value: number): number {
  const stored = Math.fround(value);
  if (!Number.isNaN(stored) && Math.abs(stored) !== Infinity) return stored;
  if (Math.abs(value) === Infinity) return value;
  throw new RangeError(`Cannot write ONNX: attribute "${name}" is ${value}; expected a number that float32 can hold`);
}
