import type { Table } from "../array/index.js";
import { decodeUtf8, gunzip, isGzip } from "../bytes/index.js";
import { requireKnownKeys } from "../check/index.js";
import { collector } from "./collect.js";
import type { LabelColumn } from "./columns.js";
import { type Delimiter, guessDelimiter } from "./delimiter.js";
import { forEachRow } from "./rows.js";

/** How to read a delimited text. */
export interface ReadCsvOptions {
  /** Whether the first row names the columns. @defaultValue "auto": it does when none of its cells, the label apart, is a number */
  readonly header?: boolean | "auto";
  /** The column of classes, kept apart from the numbers. @defaultValue none */
  readonly labelColumn?: LabelColumn;
  /** What parts the cells. @defaultValue the first of ; tab | , space that both of the first two lines contain */
  readonly delimiter?: Delimiter;
}

/**
 * Reads rows of numbers from UTF-8 text, plain or gzipped: comma- or otherwise delimited, with or without a header,
 * lines beginning with "#" skipped (the last of them before the numbers names the columns if it has as many cells).
 * @throws SyntaxError naming line and column of a cell that is no number, the line of a row of another length, or an empty file.
 * @throws RangeError naming the first row with NaN or an infinity, and for a label column that does not exist.
 */
export function readCsv(bytes: Uint8Array, options: ReadCsvOptions = {}): Table {
  requireKnownKeys(options, ["header", "labelColumn", "delimiter"], "read csv");
  const decoded = decodeUtf8(isGzip(bytes) ? gunzip(bytes) : bytes, "csv");
  const text = decoded.includes("\r") ? decoded.replace(/\r\n?/g, "\n") : decoded;
  const { visit, finish } = collector({ header: options.header ?? "auto", labelColumn: options.labelColumn });
  if (text !== "") forEachRow(text, options.delimiter ?? guessDelimiter(text), visit);
  return finish();
}
