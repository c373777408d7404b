/**
 * Time grids t_0, …, t_K: where a solver of fixed steps stops. The grid owns the endpoint. No solver moves a time away from
 * an end, and most methods evaluate the field at t_K itself; where the field is singular there, as the exact field of
 * atoms is at t = 1, end the grid earlier: `uniformGrid(100, { to: 1 - 1e-3 })`.
 */

/** The two ends of a grid; `from` above `to` makes it decrease. */
export interface GridEnds {
  /** @defaultValue 0 */
  readonly from?: number;
  /** @defaultValue 1 */
  readonly to?: number;
}

/**
 * The given times as a grid, [K + 1]; copies.
 * @throws RangeError unless there are at least 2, all finite, and they increase or decrease strictly.
 */
export function customGrid(values: ArrayLike<number>): Float64Array {
  const grid = Float64Array.from(values);
  if (grid.length < 2) {
    throw new RangeError(`Cannot use the time grid: it has ${grid.length} points; expected at least 2`);
  }
  const direction = Math.sign(grid[1] - grid[0]);
  for (let n = 0; n < grid.length; n++) {
    if (!Number.isFinite(grid[n])) {
      throw new RangeError(`Cannot use the time grid: point ${n} is ${grid[n]}; expected finite times`);
    }
    if (n > 0 && (direction === 0 || Math.sign(grid[n] - grid[n - 1]) !== direction)) {
      throw new RangeError(
        `Cannot use the time grid: point ${n} is ${grid[n]} after ${grid[n - 1]}; expected times that increase strictly or decrease strictly`,
      );
    }
  }
  return grid;
}

/** t_n = from + (to − from)·n/K for n = 0, …, K = `steps`, both ends exact. @throws RangeError unless it is a grid. */
export function uniformGrid(steps: number, { from = 0, to = 1 }: GridEnds = {}): Float64Array {
  return customGrid(partition(steps, (r) => from + (to - from) * r, [from, to]));
}

/**
 * t_n = from ± n·`size` up to `to`, the last step shortened to end there: the meaning that `step_size` has in Python
 * solvers. A remainder that is only the rounding of (to − from)/size makes no step of its own.
 * @throws RangeError unless `size` is positive and the ends differ.
 */
export function stepGrid(size: number, { from = 0, to = 1 }: GridEnds = {}): Float64Array {
  const count = Math.abs(to - from) / size;
  const whole = Math.round(count);
  const steps = Math.abs(count - whole) <= 4 * Number.EPSILON * count ? whole : Math.ceil(count);
  if (!(size > 0) || !Number.isSafeInteger(steps) || steps < 1) {
    throw new RangeError(
      `Cannot make a time grid: the step is ${size} from ${from} to ${to}; expected a positive step between two different ends`,
    );
  }
  const grid = Float64Array.from({ length: steps + 1 }, (_, n) => from + Math.sign(to - from) * n * size);
  grid[steps] = to;
  return customGrid(grid);
}

/**
 * A grid uniform in τ = s/(1 + s), where s = α/β is the signal-to-noise ratio, mapped to times by `timeOfSnr` of a
 * scheduler. Every scheduler then visits the same states; for the straight path τ is t. Eq. (M9)
 * The ends are values of τ: 0 is pure noise and 1 is data.
 * @throws RangeError unless 0 ≤ τ ≤ 1 at both ends and the times differ, which they do not below the first ratio of a
 * scheduler that starts with some signal.
 */
export function snrGrid(steps: number, timeOfSnr: (s: number) => number, { from = 0, to = 1 }: GridEnds = {}): Float64Array {
  if (!(Math.min(from, to) >= 0 && Math.max(from, to) <= 1)) {
    throw new RangeError(`Cannot make a time grid: τ = s/(1 + s) goes from ${from} to ${to}; expected 0 ≤ τ ≤ 1 at both ends`);
  }
  const timeOf = (tau: number): number => timeOfSnr(tau / (1 - tau)); // τ = 1 is s = ∞
  return customGrid(partition(steps, (r) => timeOf(from + (to - from) * r), [timeOf(from), timeOf(to)]));
}

/**
 * A grid uniform in log s, from the signal-to-noise ratio `from` to the ratio `to`, mapped to times by `timeOfSnr` of a
 * scheduler. Neither t = 0 (s = 0) nor t = 1 (s = ∞) lies on it: `customGrid([0, ...logSnrGrid(…), 1])` adds them.
 * @throws RangeError unless both ratios are positive and finite, and the times differ.
 */
export function logSnrGrid(steps: number, timeOfSnr: (s: number) => number, { from, to }: Required<GridEnds>): Float64Array {
  if (!(Math.min(from, to) > 0 && Math.max(from, to) < Infinity)) {
    throw new RangeError(`Cannot make a time grid: log s goes from s = ${from} to s = ${to}; expected positive finite ratios`);
  }
  const [low, high] = [Math.log(from), Math.log(to)];
  return customGrid(partition(steps, (r) => timeOfSnr(Math.exp(low + (high - low) * r)), [timeOfSnr(from), timeOfSnr(to)]));
}

/**
 * t ↦ t/(k − (k − 1)t), which divides the ratio t/(1 − t) by k = `shift`: more time near the noise for k > 1. With σ = 1 − t
 * it is σ ↦ kσ/(1 + (k − 1)σ), the resolution shift of [Esser2024]. Shifting by k twice is shifting by k².
 */
export function shiftTime(t: number, shift: number): number {
  return t / (shift - (shift - 1) * t);
}

/**
 * A uniform grid whose times are shifted once by `shiftTime`; the ends are given before the shift.
 * @throws RangeError unless `shift` is positive and finite and 0 ≤ t ≤ 1 at both ends.
 */
export function shiftedGrid(steps: number, shift: number, { from = 0, to = 1 }: GridEnds = {}): Float64Array {
  if (!(shift > 0 && shift < Infinity) || !(Math.min(from, to) >= 0 && Math.max(from, to) <= 1)) {
    throw new RangeError(
      `Cannot shift a time grid: the shift is ${shift} and t goes from ${from} to ${to}; expected a positive finite shift and 0 ≤ t ≤ 1`,
    );
  }
  return customGrid(uniformGrid(steps, { from, to }).map((t) => shiftTime(t, shift)));
}

/** The same times in the opposite order, as a new grid: the way back. */
export function reverseGrid(grid: ArrayLike<number>): Float64Array {
  return customGrid(grid).reverse();
}

/** Times at r = n/K, n = 0, …, K, with the ends as given rather than as rounding leaves them. */
function partition(steps: number, timeAt: (r: number) => number, ends: readonly [number, number]): Float64Array {
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new RangeError(`Cannot make a time grid: it has ${steps} steps; expected an integer of at least 1`);
  }
  const grid = Float64Array.from({ length: steps + 1 }, (_, n) => timeAt(n / steps));
  grid[0] = ends[0];
  grid[steps] = ends[1];
  return grid;
}
