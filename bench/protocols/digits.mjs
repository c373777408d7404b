import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { atoms, points } from "@fluxion/core";

const file = new URL("../../packages/cli/data/digits.csv.gz", import.meta.url);

/** The 1,797 digits of 8 × 8 pixels, grey levels 0 … 16 as [−1, 1]; the last column of the file is the class. */
export function digits() {
  const lines = gunzipSync(readFileSync(file)).toString().trim().split("\n");
  const pixels = lines.flatMap((line) => line.split(",").slice(0, 64));
  return atoms(
    points(
      Float64Array.from(pixels, (level) => Number(level) / 8 - 1),
      64,
    ),
  );
}
