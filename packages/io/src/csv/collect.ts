import { labelsOf, numberOf, type Table } from "../array/index.js";
import { type Columns, type LabelColumn, labelIndex, namesColumns } from "./columns.js";
import type { VisitRow } from "./rows.js";

/** What to make of the rows of a text. */
export interface CollectOptions {
  readonly header: boolean | "auto";
  readonly labelColumn: LabelColumn | undefined;
}

interface NotFinite {
  rows: number;
  readonly first: string;
}

interface Draft {
  columns: Columns | undefined;
  /** A header, or the last comment before the first row of numbers. */
  names: readonly string[] | undefined;
  headed: boolean;
  numbers: Float64Array;
  count: number;
  rows: number;
  readonly labels: string[];
  notFinite: NotFinite | undefined;
}

function describeCell(draft: Draft, cells: readonly string[], i: number, line: number): string {
  const name = draft.columns?.names?.[i];
  const cell = cells[i] ?? "";
  const shown = cell.trim() === "" ? "empty" : JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);
  return `line ${line}, column ${i + 1}${name === undefined ? "" : ` ("${name}")`} is ${shown}`;
}

function append(draft: Draft, value: number): void {
  if (draft.count === draft.numbers.length) {
    const larger = new Float64Array(Math.max(64, draft.count * 2));
    larger.set(draft.numbers);
    draft.numbers = larger;
  }
  draft.numbers[draft.count++] = value;
}

function settle(draft: Draft, cells: readonly string[], line: number, options: CollectOptions): Columns {
  const width = cells.length;
  const fits = draft.headed || draft.names?.length === width;
  const names = fits ? draft.names : undefined;
  if (names && names.length !== width) {
    throw new SyntaxError(
      `Cannot read csv: line ${line} has ${width} cells, the header has ${names.length}; expected equal counts`,
    );
  }
  const label = labelIndex(options.labelColumn, width, names);
  if (width === 1 && label === 0)
    throw new RangeError("Cannot read csv: the label is the only column; expected columns of numbers beside it");
  return { width, label, names, line };
}

function addRow(draft: Draft, columns: Columns, cells: readonly string[], line: number): void {
  if (cells.length !== columns.width) {
    throw new SyntaxError(
      `Cannot read csv: line ${line} has ${cells.length} cells; expected ${columns.width} as in line ${columns.line}`,
    );
  }
  let finite = true;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] ?? "";
    const value = i === columns.label ? undefined : numberOf(cell);
    if (value === undefined) {
      if (i === columns.label && cell.trim() !== "") draft.labels.push(cell);
      else throw cellError(draft, columns, cells, i, line);
      continue;
    }
    append(draft, value);
    if (finite && !Number.isFinite(value)) {
      finite = false;
      draft.notFinite ??= { rows: 0, first: `row ${draft.rows}, ${describeCell(draft, cells, i, line)}` };
      draft.notFinite.rows++;
    }
  }
  draft.rows++;
}

function cellError(draft: Draft, columns: Columns, cells: readonly string[], i: number, line: number): SyntaxError {
  const edit = draft.rows === 0 && !draft.headed ? ", or the option header: true if the line names the columns" : "";
  const expected = i === columns.label ? "a label" : `a number${edit}`;
  return new SyntaxError(`Cannot read csv: ${describeCell(draft, cells, i, line)}; expected ${expected}`);
}

const trimmed = (cells: readonly string[]): string[] => cells.map((cell) => cell.trim());

function take(draft: Draft, cells: readonly string[], line: number, options: CollectOptions): void {
  const first = cells[0]?.trimStart();
  const waiting = !draft.columns && !draft.headed;
  if (first?.startsWith("#")) {
    if (waiting && options.header !== false) draft.names = trimmed([first.slice(1), ...cells.slice(1)]);
    return;
  }
  if (waiting && (options.header === "auto" ? namesColumns(cells, options.labelColumn) : options.header)) {
    draft.names = trimmed(cells);
    draft.headed = true;
    return;
  }
  draft.columns ??= settle(draft, cells, line, options);
  addRow(draft, draft.columns, cells, line);
}

function finish(draft: Draft): Table {
  const { columns, rows, notFinite } = draft;
  if (!columns)
    throw new SyntaxError(
      `Cannot read csv: the file has no rows of numbers${draft.headed ? " below its header" : ""}; expected some`,
    );
  if (notFinite) {
    throw new RangeError(
      `Cannot read csv: ${notFinite.first}, ${notFinite.rows} of ${rows} rows are not finite; expected finite numbers`,
    );
  }
  const width = columns.width - (columns.label < 0 ? 0 : 1);
  const names = columns.names?.filter((_, i) => i !== columns.label);
  return {
    data: draft.numbers.slice(0, draft.count),
    rows,
    columns: width,
    shape: [rows, width],
    ...(names && { names }),
    ...(columns.label >= 0 && { labels: labelsOf(draft.labels) }),
  };
}

/** A visitor that turns rows into a table, and the table once all rows are in. */
export function collector(options: CollectOptions): { readonly visit: VisitRow; readonly finish: () => Table } {
  const draft: Draft = {
    columns: undefined,
    names: undefined,
    headed: false,
    numbers: new Float64Array(0),
    count: 0,
    rows: 0,
    labels: [],
    notFinite: undefined,
  };
  return { visit: (cells, line) => take(draft, cells, line, options), finish: () => finish(draft) };
}
