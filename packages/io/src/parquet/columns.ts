import { parquetSchema, type SchemaTree } from "hyparquet";

/** The columns of a file that hold the coordinates of its rows. */
export interface ParquetColumns {
  readonly names: readonly string[];
  /** Whether it is one column of lists, a row each, and not one column a coordinate. */
  readonly isList: boolean;
}

const NUMERIC: ReadonlySet<string> = new Set(["INT32", "INT64", "FLOAT", "DOUBLE"]);
/** Meanings of numbers that are still numbers. */
const PLAIN: ReadonlySet<string> = new Set([
  "INT_8",
  "INT_16",
  "INT_32",
  "INT_64",
  "UINT_8",
  "UINT_16",
  "UINT_32",
  "UINT_64",
  "DECIMAL",
]);
const LOGICAL: ReadonlySet<string> = new Set(["INTEGER", "DECIMAL", "FLOAT16"]);

function isNumber({ element, children }: SchemaTree): boolean {
  if (children.length > 0 || element.repetition_type === "REPEATED") return false;
  if (element.logical_type !== undefined && !LOGICAL.has(element.logical_type.type)) return false;
  if (element.logical_type?.type === "FLOAT16") return true;
  if (element.converted_type !== undefined && !PLAIN.has(element.converted_type)) return false;
  return NUMERIC.has(element.type ?? "");
}

/** A repeated number, or a group that the format calls a list of numbers. */
function isList({ element, children }: SchemaTree): boolean {
  if (element.repetition_type === "REPEATED") return children.length === 0 && NUMERIC.has(element.type ?? "");
  const [repeated, ...others] = children;
  if (repeated === undefined || others.length > 0 || repeated.element.repetition_type !== "REPEATED") return false;
  const [item = repeated] = repeated.children;
  return repeated.children.length <= 1 && NUMERIC.has(item.element.type ?? "") && item.children.length === 0;
}

const kindOf = (child: SchemaTree): string => (isNumber(child) ? "numbers" : isList(child) ? "lists of numbers" : "no numbers");

/**
 * The columns to take: those named, in that order; otherwise the only column of lists, or all columns of numbers.
 * @throws RangeError when there is no such column, or columns of lists and of numbers are mixed, naming all columns.
 */
export function chooseColumns(
  metadata: Parameters<typeof parquetSchema>[0],
  wanted: readonly string[] | undefined,
): ParquetColumns {
  const { children } = parquetSchema(metadata);
  const byName = new Map(children.map((child) => [child.element.name, child]));
  const all = children.map((child) => `"${child.element.name}" (${kindOf(child)})`).join(", ") || "none";
  const refuse = (what: string, expected: string): never => {
    throw new RangeError(`Cannot read parquet: ${what}, the columns are ${all}; expected ${expected}`);
  };
  const lists = children.filter(isList).map((child) => child.element.name);
  const numbers = children.filter(isNumber).map((child) => child.element.name);
  if (wanted === undefined) {
    if (lists.length === 1) return { names: lists, isList: true };
    if (numbers.length > 0) return { names: numbers, isList: false };
    return refuse("no column was named", "one column of lists, columns of numbers, or the names of columns");
  }
  const missing = wanted.find((name) => !byName.has(name));
  if (missing !== undefined) refuse(`there is no column "${missing}"`, "the name of one");
  if (wanted.length === 1 && lists.includes(wanted[0] ?? "")) return { names: wanted, isList: true };
  const other = wanted.find((name) => !numbers.includes(name));
  if (other !== undefined || wanted.length === 0)
    refuse(`"${other}" holds no single numbers`, "one column of lists, or columns of numbers");
  return { names: wanted, isList: false };
}
