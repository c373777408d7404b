import { littleEndianBytes } from "../array/index.js";
import { elementCode, type OnnxTensor, storedArray } from "./element-type.js";
import { bytesField, intField, type Message, textField } from "./wire.js";

/** `TensorProto` with its elements as raw little-endian bytes; they are not copied before the model is joined. */
export function tensorMessage(tensor: OnnxTensor, name = ""): Message {
  const code = elementCode(tensor.dtype, name === "" ? "a tensor" : `"${name}"`);
  const bytes = littleEndianBytes(storedArray(tensor));
  return [
    ...tensor.shape.flatMap((length) => intField(1, length)),
    ...intField(2, code),
    ...(name === "" ? [] : textField(8, name)),
    ...bytesField(9, [bytes]),
  ];
}
