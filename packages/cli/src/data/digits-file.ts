import { fileURLToPath } from "node:url";

/** The path of the digits that this package ships: the folder `data` lies beside `src` and `dist` alike. */
export function digitsFile(): string {
  return fileURLToPath(new URL("../../data/digits.csv.gz", import.meta.url));
}
