/** An entropic transport problem with everything that an iteration needs. */
export interface EntropicProblem {
  /** [n, m]. */
  readonly cost: Float64Array;
  /** The same transposed, [m, n]. */
  readonly transposed: Float64Array;
  /** Weights of the rows and of the columns, each with sum 1. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly epsilon: number;
  /** ρ of the rows and of the columns; ∞ for a constraint. */
  readonly rho0: number;
  readonly rho1: number;
}

/** The dual variables: P_ij = a_i b_j e^{(f_i + g_j − C_ij)/ε}. */
export interface Potentials {
  /** f_i, [n]. */
  readonly f: Float64Array;
  /** g_j, [m]. */
  readonly g: Float64Array;
}

/** −ε log Σ_j b_j e^{(h_j − C_ij)/ε} for every row i, or the same with rows and columns exchanged. */
export function softMinimum(problem: EntropicProblem, h: Float64Array, of: "rows" | "columns"): Float64Array {
  const { epsilon } = problem;
  const cost = of === "rows" ? problem.cost : problem.transposed;
  const weights = of === "rows" ? problem.b : problem.a;
  const count = of === "rows" ? problem.a.length : problem.b.length;
  const m = h.length;
  const offsets = h.map((value, j) => value / epsilon + Math.log(weights[j]));
  const logits = new Float64Array(m);
  const out = new Float64Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    let top = -Infinity;
    for (let j = 0; j < m; j++, at++) {
      const logit = offsets[j] - cost[at] / epsilon;
      logits[j] = logit;
      if (logit > top) top = logit;
    }
    let mass = 0;
    for (let j = 0; j < m; j++) {
      const below = logits[j] - top;
      if (below > NEGLIGIBLE) mass += Math.exp(below);
    }
    out[i] = -epsilon * (top + Math.log(mass));
  }
  return out;
}

/** e^−60 of the largest term: n of them are below half an ulp of the sum for every n that fits in memory. */
const NEGLIGIBLE = -60;
