/** A derivative by differences with an estimate of its own error. */
export interface Difference {
  readonly value: number;
  readonly error: number;
}

/**
 * f'(0) by Ridders' extrapolation of central differences [Ridders1982]: steps h, h/2, h/4, … in Neville's table, keeping the
 * entry whose neighbours agree best. The error estimate covers truncation and rounding.
 */
export function derivative(f: (h: number) => number, step: number, levels = 6): Difference {
  let previous: number[] = [];
  let best: Difference = { value: Number.NaN, error: Infinity };
  for (let level = 0, h = step; level < levels; level++, h /= 2) {
    const row = [(f(h) - f(-h)) / (2 * h)];
    for (let k = 1; k <= level; k++) {
      const factor = 4 ** k;
      row.push((factor * row[k - 1] - previous[k - 1]) / (factor - 1));
      const error = Math.max(Math.abs(row[k] - row[k - 1]), Math.abs(row[k] - previous[k - 1]));
      if (error < best.error) best = { value: row[k], error };
    }
    previous = row;
  }
  return best;
}
