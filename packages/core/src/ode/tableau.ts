/**
 * An explicit Runge–Kutta method as a table:
 *
 *     k_i = u(t + c_i·h, y + h·Σ_{j<i} a_ij·k_j),   y ← y + h·Σ_i b_i·k_i
 *
 * A method is data; the one loop in `stages.ts` interprets it.
 */
export interface Tableau {
  readonly name: string;
  /** Order of convergence. */
  readonly order: number;
  /** [S][i], strictly lower triangular. */
  readonly a: readonly (readonly number[])[];
  /** [S]. */
  readonly b: readonly number[];
  /** [S]. */
  readonly c: readonly number[];
}

/** A tableau with a second set of weights b̂ on the same stages: h·Σ_i (b_i − b̂_i)·k_i estimates the error of a step. */
export interface EmbeddedTableau extends Tableau {
  readonly embedded: {
    readonly order: number;
    /** b̂, [S]. */
    readonly b: readonly number[];
  };
  /**
   * d, [S]: with 0 ≤ θ ≤ 1 the solution inside a step is the cubic Hermite interpolant plus θ²(1−θ)²·h·Σ_i d_i·k_i.
   * Without it the interpolant is the cubic one, of order 3.
   */
  readonly dense?: readonly number[];
}

/** Euler's method, order 1, one evaluation a step. On a Gaussian path it is the DDIM step. */
export const euler: Tableau = { name: "euler", order: 1, a: [[]], b: [1], c: [0] };

/** The explicit midpoint method, order 2. */
export const midpoint: Tableau = { name: "midpoint", order: 2, a: [[], [1 / 2]], b: [0, 1], c: [0, 1 / 2] };

/** Heun's second-order method, the explicit trapezoid rule (not Heun's third-order method). */
export const heun: Tableau = { name: "heun", order: 2, a: [[], [1]], b: [1 / 2, 1 / 2], c: [0, 1] };

/** The classical Runge–Kutta method, order 4 (not Kutta's 3/8 rule, which some libraries call by this name). */
export const rk4: Tableau = {
  name: "rk4",
  order: 4,
  a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
  b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
  c: [0, 1 / 2, 1 / 2, 1],
};

/**
 * Whether the last stage is the first one of the next step ("first same as last"): it sits at t + h, and its point is the
 * new state, a_S· = b. Then an accepted step costs S − 1 evaluations. Read off the table, not declared by it.
 */
export function isFirstSameAsLast({ a, b, c }: Tableau): boolean {
  const last = b.length - 1;
  return last > 0 && c[0] === 0 && c[last] === 1 && b.every((weight, j) => weight === (a[last][j] ?? 0));
}

/** How many leading stages the new state needs: trailing stages of weight 0 serve the error estimate alone. */
export function stagesToAdvance({ b }: Tableau): number {
  let count = b.length;
  while (count > 1 && b[count - 1] === 0) count--;
  return count;
}

/**
 * Throws unless the table has the shape of an explicit method.
 * @throws RangeError when the lengths of a, b and c differ, or a row of a reaches its own stage.
 */
export function requireTableau({ name, a, b, c }: Tableau): void {
  const S = b.length;
  if (S < 1 || a.length !== S || c.length !== S) {
    throw new RangeError(
      `Cannot use the tableau "${name}": a has ${a.length} rows, b ${S} and c ${c.length} numbers; expected one of each per stage`,
    );
  }
  const implicit = a.findIndex((row, i) => row.length > i && row.slice(i).some((value) => value !== 0));
  if (implicit >= 0) {
    throw new RangeError(
      `Cannot use the tableau "${name}": row ${implicit} of a has ${a[implicit].length} numbers; expected at most ${implicit}, since the method is explicit`,
    );
  }
}
