import { numberOf } from "../array/index.js";

/** Which column holds the class of a row: the last, one by its index from 0, or one by its name. */
export type LabelColumn = "last" | number | string;

/** What the first row of numbers settles for all rows. */
export interface Columns {
  /** Cells a row, the label included. */
  readonly width: number;
  /** Index of the label column; −1 for none. */
  readonly label: number;
  /** Names of all cells, the label included. */
  readonly names: readonly string[] | undefined;
  /** The line that settled the width. */
  readonly line: number;
}

/** Whether a cell is no number, not even one with a decimal comma. */
const isName = (cell: string): boolean => numberOf(cell.replace(",", ".")) === undefined;

/**
 * Whether a first row names columns: none of its cells, but for a label, is a number. A mixed row is data with a mistake
 * until the caller says otherwise; to guess would lose a data point silently.
 */
export function namesColumns(cells: readonly string[], labelColumn: LabelColumn | undefined): boolean {
  const label = labelColumn === "last" ? cells.length - 1 : labelColumn;
  const others = cells.filter((_, i) => i !== label);
  return others.length > 0 && others.every(isName);
}

/**
 * The index of the label column among `width` cells; −1 when none was asked for.
 * @throws RangeError when there is no such column, or the name fits several.
 */
export function labelIndex(labelColumn: LabelColumn | undefined, width: number, names: readonly string[] | undefined): number {
  if (labelColumn === undefined) return -1;
  if (labelColumn === "last") return width - 1;
  if (typeof labelColumn === "number") {
    if (Number.isInteger(labelColumn) && labelColumn >= 0 && labelColumn < width) return labelColumn;
    throw new RangeError(`Cannot read csv: labelColumn is ${labelColumn}; expected a column from 0 to ${width - 1}`);
  }
  const found = names?.indexOf(labelColumn) ?? -1;
  if (names && found >= 0 && names.lastIndexOf(labelColumn) === found) return found;
  const given = names ? `the columns are ${names.map((name) => `"${name}"`).join(", ")}` : "no row names the columns";
  throw new RangeError(`Cannot read csv: labelColumn is "${labelColumn}", ${given}; expected the name of one column`);
}
