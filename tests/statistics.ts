/** √n·sup|F_n − F|: P(> 2.2) = 2·exp(−2·2.2²) = 1.3e-4 for draws of the continuous distribution F. */
export function kolmogorov(draws: Float64Array, cdf: (x: number) => number): number {
  const n = draws.length;
  let gap = 0;
  draws
    .slice()
    .sort()
    .forEach((x, i) => {
      gap = Math.max(gap, (i + 1) / n - cdf(x), cdf(x) - i / n);
    });
  return gap * Math.sqrt(n);
}

/** (mean − expected)/standard error: N(0, 1) for many independent draws with that expectation. */
export function zScore(draws: Float64Array, expected: number): number {
  const n = draws.length;
  const mean = draws.reduce((sum, x) => sum + x, 0) / n;
  const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  return (mean - expected) / Math.sqrt(variance / n);
}

/** (χ² − degrees of freedom)/√(2·degrees of freedom) of counts against equal expectations: about N(0, 1). */
export function chiSquared(counts: ArrayLike<number>): number {
  const all = Array.from(counts);
  const expected = all.reduce((sum, c) => sum + c, 0) / all.length;
  const chi2 = all.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0);
  return (chi2 - (all.length - 1)) / Math.sqrt(2 * (all.length - 1));
}
