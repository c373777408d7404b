import { type Dimension, elementCode, type OnnxDtype } from "./element-type.js";
import { bytesField, intField, type Message, textField } from "./wire.js";

/** What is declared of an input or output. */
export interface ValueInfo {
  readonly name: string;
  readonly dtype: OnnxDtype;
  readonly shape: readonly Dimension[];
}

/** @throws RangeError for a length that is no whole number, or a dimension without a name. */
export function requireShape(shape: readonly Dimension[], what: string): void {
  const wrong = shape.find((d) => (typeof d === "string" ? d === "" : !(Number.isSafeInteger(d) && d >= 0)));
  if (wrong === undefined) return;
  throw new RangeError(
    `Cannot write ONNX: ${what} has a dimension ${JSON.stringify(wrong)}; expected a whole number from 0, or a name`,
  );
}

/** `ValueInfoProto`. */
export function valueInfoMessage({ name, dtype, shape }: ValueInfo): Message {
  const what = `"${name}"`;
  requireShape(shape, what);
  const dimensions = shape.flatMap((d) => bytesField(1, typeof d === "string" ? textField(2, d) : intField(1, d)));
  const tensor = [...intField(1, elementCode(dtype, what)), ...bytesField(2, dimensions)];
  return [...textField(1, name), ...bytesField(2, bytesField(1, tensor))];
}
