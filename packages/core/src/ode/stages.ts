import type { Evaluation } from "./solve.js";
import type { Tableau } from "./tableau.js";
import type { VectorSpace } from "./vector-space.js";

/** The states that a Runge–Kutta solve works on. It owns all of them. */
export interface Stages<S> {
  readonly space: VectorSpace<S>;
  readonly tableau: Tableau;
  /** The state at the start of the step. */
  y: S;
  /** The point of the stage under way, and after the last one the state at the end of the step. */
  next: S;
  /** The velocities k_i, [S]. */
  readonly k: S[];
}

/** Room for the first `count` stages of a method, with a copy of `y0` as the state. */
export function stagesOf<S>(space: VectorSpace<S>, tableau: Tableau, y0: S, count: number): Stages<S> {
  const k = Array.from({ length: count }, () => space.like(y0));
  return { space, tableau, y: space.copy(space.like(y0), y0), next: space.like(y0), k };
}

/**
 * Asks for the velocities k_i, i = `first`, …, of the step from `t` to `end`. A stage at c_i = 1 sits at `end` itself, not at
 * t + h, which rounding may put beyond it and so outside the domain of the field.
 */
export function* evaluateStages<S>(work: Stages<S>, t: number, end: number, first: number): Generator<Evaluation<S>, void, S> {
  const { k, tableau } = work;
  const { a, c } = tableau;
  const h = end - t;
  for (let i = first; i < k.length; i++) {
    if (i > 0) advance(work, h, a[i]);
    k[i] = yield { t: c[i] === 1 ? end : t + c[i] * h, x: i > 0 ? work.next : work.y, out: k[i] };
  }
}

/** next ← y + h·Σ_j w_j·k_j. */
export function advance<S>(work: Stages<S>, h: number, weights: readonly number[]): void {
  const { space, k } = work;
  work.next = space.copy(work.next, work.y);
  for (let j = 0; j < weights.length; j++) {
    if (weights[j] !== 0) work.next = space.addScaled(work.next, h * weights[j], k[j]);
  }
}

/** Makes the end of the step the start of the next one. */
export function accept<S>(work: Stages<S>): void {
  [work.y, work.next] = [work.next, work.y];
}

/** Frees everything but the state `y`, and that too unless the solve hands it over. */
export function release<S>(work: Stages<S>, handsOver: boolean): void {
  for (const x of [work.next, ...work.k]) work.space.free(x);
  if (!handsOver) work.space.free(work.y);
}
