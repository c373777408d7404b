/**
 * Conditional paths to N data points, seen from one state x at one time t. The state space is not named: x may be a vector,
 * a point of a manifold or a sequence of tokens, and what is averaged a velocity, a tangent vector or a row of rates.
 */
export interface ConditionalsAt {
  /** N. */
  readonly size: number;
  /** log π_i + log p_t(x|z_i); −∞ where z_i cannot have led to x. */
  logJoint(i: number): number;
  /** out += weight · u_t(x|z_i). Only asked where the weight is above zero. */
  add(i: number, weight: number, out: Float64Array): void;
}

/** What Bayes' rule and one average make of them. */
export interface PosteriorMean {
  /** log p_t(x) = log Σ π_i p_t(x|z_i). Eq. (M3) */
  readonly logDensity: number;
  /** p_t(z_i|x), [N]. Eq. (M5) */
  readonly posterior: Float64Array;
}

/**
 * The marginalisation theorem, on every state space alike: where each u_t(·|z) moves p_t(·|z) along its continuity
 * equation, the posterior mean
 *
 *     u_t(x) = Σ_i p_t(z_i|x) u_t(x|z_i)
 *
 * moves the marginal p_t, because both equations are linear in the flux p·u. Fills `out` with it. Eq. (M5), Eq. (M6)
 * @throws RangeError where no data point can have led to x, or a log density is NaN or +∞.
 */
export function posteriorMean(conditionals: ConditionalsAt, out: Float64Array): PosteriorMean {
  const { size } = conditionals;
  const posterior = new Float64Array(size);
  let top = -Infinity;
  for (let i = 0; i < size; i++) {
    const logJoint = conditionals.logJoint(i);
    if (!(logJoint < Infinity)) {
      throw new RangeError(`Cannot average over the posterior: log density ${i} is ${logJoint}; expected a number below ∞`);
    }
    posterior[i] = logJoint;
    top = Math.max(top, logJoint);
  }
  if (top === -Infinity) {
    throw new RangeError("Cannot average over the posterior: no data point can have led to this state; expected at least one");
  }
  let mass = 0;
  for (let i = 0; i < size; i++) mass += posterior[i] = Math.exp(posterior[i] - top);
  out.fill(0);
  for (let i = 0; i < size; i++) {
    posterior[i] /= mass;
    if (posterior[i] > 0) conditionals.add(i, posterior[i], out);
  }
  return { logDensity: top + Math.log(mass), posterior };
}
