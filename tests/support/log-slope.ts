/** The slope of the least-squares line through (log x_i, log y_i): the order of y in x. */
export function logSlope(x: readonly number[], y: readonly number[]): number {
  const [u, v] = [x.map(Math.log), y.map(Math.log)];
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mu, mv] = [mean(u), mean(v)];
  return mean(u.map((value, i) => (value - mu) * (v[i] - mv))) / mean(u.map((value) => (value - mu) ** 2));
}
