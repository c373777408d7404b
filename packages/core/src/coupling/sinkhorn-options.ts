import type { EntropicProblem } from "./entropic-problem.js";

/** What is solved, and how well. */
export interface SinkhornOptions {
  /** ε > 0, in the units of the costs. */
  readonly epsilon: number;
  /** ρ of both marginals, or of rows and columns: how dear it is to leave them. @defaultValue Infinity, both are met */
  readonly marginalPenalty?: number | readonly [number, number];
  /** a, [n]; need not sum to one. @defaultValue equal */
  readonly rowWeights?: ArrayLike<number>;
  /** b, [m]; need not sum to one. @defaultValue equal */
  readonly columnWeights?: ArrayLike<number>;
  /** The marginal error, as a part of all mass, at which the iteration stops. @defaultValue 1e-6 */
  readonly tolerance?: number;
  /** @defaultValue 10000 */
  readonly maxIterations?: number;
  /** From one ε to the next smaller one; 1 starts at ε itself. @defaultValue 0.25 */
  readonly shrink?: number;
}

/** The problem that options describe. */
export interface EntropicTask extends Required<Pick<SinkhornOptions, "tolerance" | "maxIterations" | "shrink">> {
  readonly problem: EntropicProblem;
}

/** Checks everything and fills in the defaults. @throws RangeError as `sinkhorn` does. */
export function entropicProblem(cost: Float64Array, n: number, m: number, options: SinkhornOptions): EntropicTask {
  const { epsilon, marginalPenalty = Infinity, tolerance = 1e-6, maxIterations = 10_000, shrink = 0.25 } = options;
  const [rho0, rho1] = typeof marginalPenalty === "number" ? [marginalPenalty, marginalPenalty] : marginalPenalty;
  if (!(n >= 1 && m >= 1) || cost.length !== n * m) {
    refuse(`the costs are ${cost.length} numbers for ${n} rows and ${m} columns`, "an [n, m] matrix with at least 1 cell");
  }
  const bad = cost.findIndex((c) => !Number.isFinite(c));
  if (bad >= 0) refuse(`cost (${Math.floor(bad / m)}, ${bad % m}) is ${cost[bad]}`, "a finite number");
  if (!(epsilon > 0 && epsilon < Infinity)) refuse(`ε is ${epsilon}`, "a positive finite number");
  if (!(rho0 > 0 && rho1 > 0)) refuse(`the penalties of the marginals are ${rho0} and ${rho1}`, "positive numbers or Infinity");
  if (!(tolerance > 0)) refuse(`the tolerance is ${tolerance}`, "a positive number");
  if (!(maxIterations >= 1)) refuse(`the most iterations are ${maxIterations}`, "at least 1");
  if (!(shrink > 0 && shrink <= 1)) refuse(`the step between two ε is ${shrink}`, "0 < shrink ≤ 1");
  const transposed = new Float64Array(n * m);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < m; j++, at++) transposed[j * n + i] = cost[at];
  const a = shares(options.rowWeights, n, "row");
  const b = shares(options.columnWeights, m, "column");
  return {
    problem: { cost, transposed, a, b, epsilon, rho0, rho1 },
    tolerance,
    maxIterations,
    shrink,
  };
}

function shares(weights: ArrayLike<number> | undefined, size: number, what: string): Float64Array {
  if (weights === undefined) return new Float64Array(size).fill(1 / size);
  if (weights.length !== size) refuse(`there are ${weights.length} weights for ${size} ${what}s`, "one each");
  const given = Float64Array.from(weights);
  const bad = given.findIndex((w) => !(w > 0 && w < Infinity));
  if (bad >= 0) refuse(`the weight of ${what} ${bad} is ${given[bad]}`, "a positive finite number");
  const total = given.reduce((sum, w) => sum + w, 0);
  return given.map((w) => w / total);
}

function refuse(what: string, expected: string): never {
  throw new RangeError(`Cannot find an entropic plan: ${what}; expected ${expected}`);
}
