import { type Table, textOf } from "../array/index.js";
import { encodeUtf8, joined } from "../bytes/index.js";
import { requireFiniteRows } from "../check/index.js";

/** What a text of numbers needs of a table. */
export type CsvTable = Pick<Table, "data" | "rows" | "columns" | "names" | "labels">;

/** Rows turned to text at once: strings have a greatest length, files need not. */
const CHUNK = 4096;

const quoted = (cell: string): string => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function requireWhole(table: CsvTable): void {
  const { data, rows, columns, names, labels } = table;
  if (columns < 1 || data.length !== rows * columns) {
    throw new RangeError(
      `Cannot write csv: ${rows} rows of ${columns} have ${data.length} numbers; expected rows × columns, columns from 1`,
    );
  }
  if (names && names.length !== columns) {
    throw new RangeError(`Cannot write csv: there are ${names.length} names for ${columns} columns; expected equal counts`);
  }
  if (labels && labels.index.length !== rows) {
    throw new RangeError(`Cannot write csv: there are ${labels.index.length} labels for ${rows} rows; expected equal counts`);
  }
  requireFiniteRows(data, columns, "write csv");
}

/**
 * Comma-delimited UTF-8 text of a table, each number in its shortest form that reads back the same. A first row holds the
 * names where there are any; a last column, "label", the classes where there are any.
 * @throws RangeError when counts disagree or a number is not finite.
 */
export function writeCsv(table: CsvTable): Uint8Array<ArrayBuffer> {
  requireWhole(table);
  const { data, rows, columns, names, labels } = table;
  const parts: Uint8Array[] = [];
  if (names) parts.push(encodeUtf8(`${[...names, ...(labels ? ["label"] : [])].map(quoted).join(",")}\n`));
  for (let start = 0; start < rows; start += CHUNK) {
    let text = "";
    for (let b = start; b < Math.min(rows, start + CHUNK); b++) {
      for (let d = 0; d < columns; d++) text += `${d > 0 ? "," : ""}${textOf(data[b * columns + d] ?? 0)}`;
      if (labels) text += `,${quoted(labels.names[labels.index[b] ?? -1] ?? "")}`;
      text += "\n";
    }
    parts.push(encodeUtf8(text));
  }
  return joined(parts);
}
