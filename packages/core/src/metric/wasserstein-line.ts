import { cumulativeSum } from "../random/index.js";

/** A weighted sample of the line. */
export interface LineSample {
  /** [N], finite, in any order. */
  readonly values: ArrayLike<number>;
  /** [N], not negative. @defaultValue equal */
  readonly weights?: ArrayLike<number>;
}

interface Quantiles {
  /** Ascending, [N]. */
  readonly values: Float64Array;
  /** Cumulative probabilities, ending in 1, [N]. */
  readonly levels: Float64Array;
}

function quantilesOf({ values, weights }: LineSample): Quantiles {
  if (weights !== undefined && weights.length !== values.length) {
    throw new RangeError(
      `Cannot measure W2: there are ${weights.length} weights; expected one for each of ${values.length} values`,
    );
  }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new RangeError(`Cannot measure W2: value ${i} is ${values[i]}; expected a finite number`);
    }
  }
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const sums = cumulativeSum(order.map((i) => weights?.[i] ?? 1));
  const total = sums[sums.length - 1];
  return { values: Float64Array.from(order, (i) => values[i]), levels: sums.map((sum) => sum / total) };
}

/**
 * W₂² on the line, in closed form: ∫₀¹ (F⁻¹(u) − G⁻¹(u))² du, where the quantile functions are steps.
 * Samples may have different sizes and weights; O(N log N).
 * @throws RangeError when a value is not finite, or the weights are negative, all zero or of another number.
 */
export function wasserstein2Line(x: LineSample, y: LineSample): number {
  const [f, g] = [quantilesOf(x), quantilesOf(y)];
  let [i, j, from, sum] = [0, 0, 0, 0];
  while (i < f.values.length && j < g.values.length) {
    const to = Math.min(f.levels[i], g.levels[j]);
    sum += (to - from) * (f.values[i] - g.values[j]) ** 2;
    if (f.levels[i] === to) i++;
    if (g.levels[j] === to) j++;
    from = to;
  }
  return sum;
}
