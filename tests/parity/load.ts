import { readFileSync } from "node:fs";
import { type Points, points } from "@fluxion/core";

/** A number, or one that JSON cannot write. */
export type Written = number | "NaN" | "Infinity" | "-Infinity";

/** The numbers of another library, as `tests/parity/NAME.json` keeps them with their source and version. */
export function parity<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), "utf8")) as T;
}

/** The number that was written. */
export const read = (value: Written): number => Number(value);

/** Rows of numbers as points. */
export const pointsFrom = (rows: readonly (readonly Written[])[]): Points =>
  points(Float64Array.from(rows.flat(), read), rows[0].length);
