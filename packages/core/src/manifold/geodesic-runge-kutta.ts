import type { AdaptiveOptions, EmbeddedTableau, Outcome, Solve, StepOptions, Tableau } from "../ode/index.js";
import { adaptive, customGrid, pointSpace, rungeKutta } from "../ode/index.js";
import { type Points, row, zerosLike } from "../points/index.js";
import type { Manifold } from "./manifold.js";
import { requireOnManifold } from "./on-manifold.js";

/**
 * A Runge–Kutta method on a manifold over the time grid t_0, …, t_K. Every step is taken by the tableau in normal coordinates
 * at its starting point y_n, [MuntheKaas1999] with exp_y in the place of the group's exponential:
 *
 *     v̇ = (d exp_y)_v⁻¹ u_t(exp_y(v)),  v(t_n) = 0,     y_{n+1} = exp_{y_n}(v(t_{n+1}))
 *
 * It is an exact change of variables, so that a method has on the manifold the order it has on R^d, and every state is a point
 * of the manifold. The grid is honoured as it is: it may start anywhere and may decrease. A field answers with tangent
 * vectors in ambient coordinates; what sticks out of the tangent space is projected away. Run it with `solve` or
 * `solveAsync`; it asks for as many velocities as `rungeKutta`.
 * @throws RangeError at the call when the grid or the tableau is not one, or a row of `y0` no point; in the solve when a
 * stage reaches a conjugate point of its starting point: steps longer than half a turn round a sphere.
 */
export function geodesicRungeKutta(
  manifold: Manifold,
  tableau: Tableau,
  y0: Points,
  grid: ArrayLike<number>,
  options: StepOptions<Points> = {},
): Solve<Points> {
  const times = begin(manifold, y0, grid);
  rungeKutta(pointSpace, tableau, y0, times); // checks the tableau
  return march(manifold, y0, times, {
    options,
    shortens: false,
    over: (v0, ends) => rungeKutta(pointSpace, tableau, v0, ends),
  });
}

/**
 * The adaptive method `adaptive` on a manifold: between two times of the grid the steps are as long as the tolerance allows, in
 * normal coordinates at the state with which the interval began. Where the trajectory reaches a conjugate point of that state
 * during the interval, half a turn round a sphere, the solve ends with "notFinite": give the grid more points.
 * @throws RangeError as `geodesicRungeKutta` and `adaptive`.
 */
export function geodesicAdaptive(
  manifold: Manifold,
  tableau: EmbeddedTableau,
  y0: Points,
  grid: ArrayLike<number>,
  options: Omit<AdaptiveOptions<Points>, "onSegment"> = {},
): Solve<Points> {
  const { onStep, ...policy } = options;
  const times = begin(manifold, y0, grid);
  adaptive(pointSpace, tableau, y0, times, policy); // checks the tableau and the policy
  return march(manifold, y0, times, {
    options: onStep ? { onStep } : {},
    shortens: true,
    over: (v0, ends) => adaptive(pointSpace, tableau, v0, ends, policy),
  });
}

function begin(manifold: Manifold, y0: Points, grid: ArrayLike<number>): Float64Array {
  requireOnManifold(manifold, y0, "the initial points");
  return customGrid(grid);
}

/** How an interval is solved in normal coordinates, and who watches. */
interface Interval {
  readonly over: (v0: Points, ends: readonly [number, number]) => Solve<Points>;
  /** Whether it tries a shorter step where one leads to nothing. */
  readonly shortens: boolean;
  readonly options: StepOptions<Points>;
}

function* march(manifold: Manifold, y0: Points, grid: Float64Array, interval: Interval): Solve<Points> {
  const { over, options } = interval;
  const y: Points = { ...y0, data: Float64Array.from(y0.data) };
  let accepted = 0;
  let rejected = 0;
  options.onStep?.(0, grid[0], y);
  for (let n = 0; n + 1 < grid.length; n++) {
    const outcome = yield* inNormalCoordinates([manifold, interval], y, over(zerosLike(y), [grid[n], grid[n + 1]]));
    accepted += outcome.steps.accepted;
    rejected += outcome.steps.rejected;
    if (outcome.status !== "done") return { ...outcome, y, t: grid[n], steps: { accepted, rejected } };
    y.data.set(outcome.y.data);
    options.onStep?.(n + 1, grid[n + 1], y);
  }
  return { y, t: grid[grid.length - 1], status: "done", steps: { accepted, rejected } };
}

/** Translates the requests of a solve for v into requests for the field at exp_y(v), and the answers back. */
function* inNormalCoordinates(
  [manifold, { shortens }]: readonly [Manifold, Interval],
  y: Points,
  steps: Solve<Points>,
): Solve<Points> {
  let velocity = zerosLike(y);
  const tangent = new Float64Array(y.dim);
  let next = steps.next();
  while (!next.done) {
    const { t, x: v, out } = next.value;
    if (v.data.every(Number.isFinite) && !(shortens && isBeyond(manifold, v))) {
      const x = expRows(manifold, y, v);
      velocity = yield { t, x, out: velocity };
      for (let b = 0; b < y.size; b++) {
        manifold.projectTangent(row(x, b), row(velocity, b), tangent);
        manifold.pull(row(y, b), row(v, b), tangent, row(out, b));
      }
    } else {
      out.data.fill(Number.NaN); // nowhere to ask the field; the solve finds out, and ends or shortens the step
    }
    next = steps.next(out);
  }
  const outcome: Outcome<Points> = next.value;
  return { ...outcome, y: expRows(manifold, y, outcome.y) };
}

/** Whether a row of v has reached a conjugate point. */
function isBeyond(manifold: Manifold, v: Points): boolean {
  for (let b = 0; b < v.size; b++) if (!manifold.isRegular(row(v, b))) return true;
  return false;
}

function expRows(manifold: Manifold, y: Points, v: Points): Points {
  const x = zerosLike(y);
  for (let b = 0; b < y.size; b++) manifold.exp(row(y, b), row(v, b), row(x, b));
  return x;
}
