/** A mean of independent draws with its standard error. */
export interface Estimate {
  readonly mean: number;
  /** s/√n, s² the unbiased sample variance. */
  readonly standardError: number;
}

/** Mean and standard error of independent draws. @throws RangeError for fewer than two. */
export function estimate(draws: ArrayLike<number>): Estimate {
  const n = draws.length;
  if (n < 2) throw new RangeError(`Cannot estimate a standard error: there are ${n} draws; expected at least 2`);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += draws[i];
  mean /= n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (draws[i] - mean) ** 2;
  return { mean, standardError: Math.sqrt(squares / (n - 1) / n) };
}
