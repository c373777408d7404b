import { fileURLToPath } from "node:url";

/** The path of the digits that this package ships: the folder `data` lies beside `src` and `dist` alike. */
export function digitsFile(): string {
  return shipped("digits.csv.gz");
}

/** The path of the earthquakes that it ships. */
export function earthquakesFile(): string {
  return shipped("earthquakes.csv");
}

const shipped = (name: string): string => fileURLToPath(new URL(`../../data/${name}`, import.meta.url));
