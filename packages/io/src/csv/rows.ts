import Papa from "papaparse";
import type { Delimiter } from "./delimiter.js";

/** Takes the cells of one row and the number, from 1, of the line it begins on. */
export type VisitRow = (cells: readonly string[], line: number) => void;

/** How many lines a row takes: quoted cells may hold line ends. */
function linesOf(cells: readonly string[]): number {
  let count = 1;
  for (const cell of cells) for (let at = cell.indexOf("\n"); at >= 0; at = cell.indexOf("\n", at + 1)) count++;
  return count;
}

/** One space between cells and none at the ends of lines, so that columns may be aligned by spaces. */
function squeeze(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim().replace(/ +/g, " "))
    .join("\n");
}

/**
 * Visits the rows of a delimited text in order, blank lines left out; quotes as in RFC 4180, lines ended by "\n".
 * @throws SyntaxError naming the line of a quote that does not close.
 */
export function forEachRow(text: string, delimiter: Delimiter, visit: VisitRow): void {
  const mayWrap = text.includes('"');
  let line = 1;
  Papa.parse(delimiter === " " ? squeeze(text) : text, {
    delimiter,
    newline: "\n",
    step: ({ data: cells, errors }) => {
      const [error] = errors;
      if (error)
        throw new SyntaxError(
          `Cannot read csv: line ${line} has a quote out of place (${error.message}); expected closed quotes`,
        );
      if (cells.length > 1 || cells[0]?.trim() !== "") visit(cells, line);
      line += mayWrap ? linesOf(cells) : 1;
    },
  });
}
