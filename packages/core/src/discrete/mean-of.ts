/** The mean of independent draws and s/√n, s² their unbiased variance. */
export function meanOf(draws: Float64Array): { readonly mean: number; readonly standardError: number } {
  const n = draws.length;
  const mean = draws.reduce((sum, v) => sum + v, 0) / n;
  const squares = draws.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (n - 1) / n) };
}
