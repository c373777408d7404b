import { type Attribute, attributeMessage } from "./attribute.js";
import { bytesField, type Message, textField } from "./wire.js";

/** One operator of a graph: its inputs and outputs by name, "" for an optional input that is left out. */
export interface OnnxNode {
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** `NodeProto`. @throws RangeError for an attribute that ONNX cannot hold. */
export function nodeMessage({ type, domain, inputs, outputs, attributes }: OnnxNode): Message {
  return [
    ...inputs.flatMap((name) => textField(1, name)),
    ...outputs.flatMap((name) => textField(2, name)),
    ...textField(4, type),
    ...Object.entries(attributes).flatMap(([name, attribute]) => bytesField(5, attributeMessage(name, attribute))),
    ...(domain === "" ? [] : textField(7, domain)),
  ];
}
