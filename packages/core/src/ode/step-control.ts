/** Part of the step that the error would allow; the rest is a margin against another rejection. */
const SAFETY = 0.9;
/** Bounds on the change of the step from one to the next. */
const SHRINK = 0.2;
const GROW = 10;
/** Weight of the previous error in the proportional–integral controller, for a method whose estimate has order q + 1 = 5. */
const BETA = 0.04;
/** A previous error below this counts as this: a step that was far too good says little about the next. */
const LEAST_ERROR = 1e-4;

/** The memory of a step size controller: an error of 1 is just within the tolerance. */
export interface StepControl {
  /** Factor on the step after one that was accepted with `error`. */
  accepted(error: number): number;
  /** Factor on the step that was rejected with `error`, at most 1; not finite shrinks as much as is allowed. */
  rejected(error: number): number;
}

/**
 * Gustafsson's proportional–integral controller: with ε_n the error of step n and q the order of the error estimate,
 *
 *     h_{n+1} = h_n · 0.9 · ε_n^{−(1/(q+1) − 0.75·B)} · ε_{n−1}^{B},   B = 0.04,
 *
 * the factor kept within [0.2, 10], and at most 1 right after a rejection [Hairer1993, II.4; Hairer1996, IV.2].
 */
export function stepControl(q: number): StepControl {
  const exponent = 1 / (q + 1) - 0.75 * BETA;
  let previous = LEAST_ERROR;
  let wasRejected = false;
  return {
    accepted(error) {
      const factor = bounded(SAFETY * error ** -exponent * previous ** BETA);
      previous = Math.max(error, LEAST_ERROR);
      const mayGrow = !wasRejected;
      wasRejected = false;
      return mayGrow ? factor : Math.min(factor, 1);
    },
    rejected(error) {
      wasRejected = true;
      return Number.isFinite(error) ? Math.min(bounded(SAFETY * error ** -exponent), 1) : SHRINK;
    },
  };
}

const bounded = (factor: number): number => Math.min(GROW, Math.max(SHRINK, factor));
