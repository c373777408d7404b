import type { Labels } from "./labels.js";

/** N rows of numbers, as a file of data points holds them; all are finite. */
export interface Table {
  /** [N, D], row-major. */
  readonly data: Float64Array;
  /** N. */
  readonly rows: number;
  /** D. */
  readonly columns: number;
  /** The shape in the file, as [N, 28, 28] for images of D = 784 pixels; [N, D] for text. */
  readonly shape: readonly number[];
  /** The names of the columns, where the file has them. */
  readonly names?: readonly string[];
  /** The classes of the rows, where they were asked for. */
  readonly labels?: Labels;
}
