/**
 * An explicit Runge–Kutta method as a table:
 *
 *     k_i = u(t + c_i·h, y + h·Σ_{j<i} a_ij·k_j),   y ← y + h·Σ_i b_i·k_i
 *
 * A method is data; the one loop in `runge-kutta.ts` interprets it.
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

/** Euler's method, order 1, one evaluation a step. On a Gaussian path it is the DDIM step. */
export const euler: Tableau = { name: "euler", order: 1, a: [[]], b: [1], c: [0] };

/** The explicit midpoint method, order 2. */
export const midpoint: Tableau = { name: "midpoint", order: 2, a: [[], [1 / 2]], b: [0, 1], c: [0, 1 / 2] };

/** Heun's second-order method, the explicit trapezoid rule (not Heun's third-order method). */
export const heun: Tableau = { name: "heun", order: 2, a: [[], [1]], b: [1 / 2, 1 / 2], c: [0, 1] };

/** The classical Runge–Kutta method, order 4. */
export const rk4: Tableau = {
  name: "rk4",
  order: 4,
  a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
  b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
  c: [0, 1 / 2, 1 / 2, 1],
};
