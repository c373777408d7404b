import { labelsOf, type NdArray, type Table, toFloat64 } from "../array/index.js";
import { requireFiniteRows } from "../check/index.js";

const shown = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

/**
 * The rows of an array: a vector of N numbers is N rows of one, [N, …] is N rows with the rest of the shape flattened.
 * @throws RangeError when the array is a single number, has no elements, or a row is not finite.
 */
export function tableOf(array: NdArray, name: string): Table {
  const { shape } = array;
  const [rows = 0] = shape;
  const columns = shape.slice(1).reduce((product, length) => product * length, 1);
  if (shape.length === 0 || rows === 0 || columns === 0) {
    throw new RangeError(`Cannot use array "${name}" as rows: its shape is ${shown(shape)}; expected [N, D], both from 1`);
  }
  const data = toFloat64(array);
  requireFiniteRows(data, columns, `use array "${name}"`);
  return { data, rows, columns, shape };
}

/**
 * The same table with the classes that a vector of N whole numbers gives its rows.
 * @throws RangeError when the array has another count or an element that is no whole number.
 */
export function withLabels(table: Table, labels: NdArray, name: string): Table {
  const isVector = labels.shape.length >= 1 && labels.shape.slice(1).every((length) => length === 1);
  if (!isVector || labels.shape[0] !== table.rows) {
    throw new RangeError(`Cannot use array "${name}" as labels: its shape is ${shown(labels.shape)}; expected [${table.rows}]`);
  }
  const values = Array.from<number | bigint>(labels.data);
  const bad = values.findIndex((value) => typeof value === "number" && !Number.isInteger(value));
  if (bad >= 0)
    throw new RangeError(`Cannot use array "${name}" as labels: element ${bad} is ${values[bad]}; expected whole numbers`);
  return { ...table, labels: labelsOf(values.map(String)) };
}
