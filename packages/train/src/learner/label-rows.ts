import { type Network, NULL_LABEL, oneHot } from "../network/index.js";
import type { RowChunk } from "./row-chunks.js";

/** Which class a field is of: one for all points, or one for each, −1 for none. */
export type Label = number | Int32Array;

/** The input y of a run, where the network has classes; `pointOf` tells which point a row belongs to. */
export type LabelRows = (chunk: RowChunk, pointOf?: (row: number) => number) => { readonly y?: Float32Array };

/**
 * The labels of `size` points, row by row.
 * @throws RangeError for a label that is no class, or where there is not one for each point.
 */
export function labelRows({ classes }: Network, label: Label, size: number): LabelRows {
  const labels = typeof label === "number" ? new Int32Array(size).fill(label) : label;
  if (labels.length !== size) {
    throw new RangeError(`Cannot evaluate the network: there are ${labels.length} labels; expected ${size}, one for each point`);
  }
  oneHot(labels, classes); // refuses what is no class
  if (classes === 0) return () => ({});
  return ({ from, to, rows }, pointOf = (row) => row) => {
    const own = new Int32Array(rows).fill(NULL_LABEL);
    for (let row = from; row < to; row++) own[row - from] = Number(labels[pointOf(row)]);
    return { y: oneHot(own, classes) };
  };
}
