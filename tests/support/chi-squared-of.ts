import { normalCdf } from "@fluxion/core";

/**
 * The p-value of Pearson's χ² of counts against probabilities: cells that expect fewer than 5 are joined, and χ² is turned into a
 * normal number by the cube root of Wilson and Hilferty, good to 1e-3 of the level for a degree of freedom or more. A count
 * where the probability is 0 gives 0.
 */
export function chiSquaredP(counts: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  const n = Array.from(counts).reduce((sum, c) => sum + c, 0);
  let [cells, chi2, restCount, restExpected] = [0, 0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    const expected = n * probabilities[i];
    if (expected === 0 && counts[i] > 0) return 0;
    if (expected < 5) {
      restCount += counts[i];
      restExpected += expected;
      continue;
    }
    cells++;
    chi2 += (counts[i] - expected) ** 2 / expected;
  }
  if (restExpected >= 5) {
    cells++;
    chi2 += (restCount - restExpected) ** 2 / restExpected;
  }
  const df = cells - 1;
  if (df < 1) throw new RangeError(`Cannot test ${cells} cells: expected at least 2`);
  return 1 - normalCdf((Math.cbrt(chi2 / df) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df)));
}
