/**
 * Unbiased estimates of ∇·u = tr A, A = ∇u, from products A v. Each probe is drawn once and kept along the whole trajectory, so
 * that what is integrated is a smooth function, and each has a column of its own, so that the spread of P whole estimates, each
 * integrated by itself, gives the standard error of their mean.
 */
import { type Points, row, zerosLike } from "../points/index.js";
import { fork, normal, type Rng, rademacher } from "../random/index.js";
import type { JvpField } from "./jvp-field.js";
import type { ColumnField } from "./transport-columns.js";

/** The law of a probe: E vvᵀ = I. Signs have the smaller variance, 2‖A‖² less the diagonal [Hutchinson1989]. */
export type ProbeLaw = "rademacher" | "gaussian";

/** Options of `hutchinson`. */
export interface HutchinsonOptions {
  readonly rng: Rng;
  /** P. @defaultValue 8 */
  readonly probes?: number;
  /** @defaultValue "rademacher" */
  readonly law?: ProbeLaw;
}

/** Options of `hutchPlusPlus`. */
export interface HutchPlusPlusOptions extends HutchinsonOptions {
  /** k ≤ D: directions in which the trace is taken exactly, 2k of the products. @defaultValue 4, or D if that is less */
  readonly sketches?: number;
}

/** vᵀA v for P probes, [B, P]: the estimate of [Hutchinson1989]. @throws RangeError unless P is a positive integer. */
export function hutchinson<R extends void | Promise<void>>(field: JvpField<R>, options: HutchinsonOptions): ColumnField<R> {
  const { probes = 8 } = options;
  requireCount("probes", probes, Infinity);
  const probesAt = drawnOnce(options, "probe", probes);
  return columnsOf(field, probes, (x) => {
    const vectors = probesAt(x);
    return function* (rates) {
      for (let p = 0; p < probes; p++) addDots(vectors[p], yield vectors[p], rates, p);
    };
  });
}

/**
 * tr QᵀAQ + wᵀA w with w = (I − QQᵀ)v for P probes, where the columns of Q span the image under A of k directions: the trace of the
 * part of A that is large is exact, and only the rest is estimated [Meyer2021]. Where k = D nothing is estimated.
 * @throws RangeError unless P is a positive integer and k an integer from 1 to D.
 */
export function hutchPlusPlus<R extends void | Promise<void>>(field: JvpField<R>, options: HutchPlusPlusOptions): ColumnField<R> {
  const { probes = 8, sketches = Math.min(4, field.dim) } = options;
  requireCount("probes", probes, Infinity);
  requireCount("sketches", sketches, field.dim);
  const directionsAt = drawnOnce({ ...options, law: "gaussian" }, "sketch", sketches); // signs may repeat
  const probesAt = drawnOnce(options, "probe", probes);
  return columnsOf(field, probes, (x) => {
    const [directions, vectors] = [directionsAt(x), probesAt(x)];
    return function* (rates) {
      const basis: Points[] = [];
      for (const direction of directions) basis.push(orthonormal(yield direction, basis));
      const captured = new Float64Array(x.size);
      for (const q of basis) addDots(q, yield q, captured, 0);
      for (let p = 0; p < probes; p++) {
        const rest = without(vectors[p], basis);
        addDots(rest, yield rest, rates, p);
        for (let b = 0; b < x.size; b++) rates[b * probes + p] += captured[b];
      }
    };
  });
}

/** An estimate under way: it asks for products A v and adds to the rates. */
type Estimate = (rates: Float64Array) => Generator<Points, void, Points>;

/** Runs an estimate with one product after another; the velocity comes with each. */
function columnsOf<R extends void | Promise<void>>(
  field: JvpField<R>,
  columns: number,
  begin: (x: Points) => Estimate,
): ColumnField<R> {
  const evaluate = (t: number, x: Points, velocity: Points, rates: Float64Array): void | Promise<void> => {
    rates.fill(0);
    const estimate = begin(x)(rates);
    const product = (v: Points): { jvp: Points; answer: void | Promise<void> } => {
      const jvp = zerosLike(x);
      return { jvp, answer: field.evaluate(t, x, v, { velocity, jvp }) };
    };
    const later = async (jvp: Points, answer: Promise<void>): Promise<void> => {
      await answer;
      for (let next = estimate.next(jvp); !next.done; ) {
        const more = product(next.value);
        await more.answer;
        next = estimate.next(more.jvp);
      }
    };
    for (let next = estimate.next(); !next.done; ) {
      const { jvp, answer } = product(next.value);
      if (answer instanceof Promise) return later(jvp, answer);
      next = estimate.next(jvp);
    }
  };
  return { dim: field.dim, columns, evaluate: evaluate as ColumnField<R>["evaluate"] };
}

/** The same vectors at every call, [B, D] for each probe, drawn anew only for a batch of another shape. */
function drawnOnce(
  { rng, law = "rademacher" }: HutchinsonOptions,
  name: string,
  count: number,
): (x: Points) => readonly Points[] {
  const draw = law === "rademacher" ? rademacher : normal;
  let kept: readonly Points[] = [];
  return (x) => {
    if (kept[0]?.size !== x.size || kept[0].dim !== x.dim) {
      kept = Array.from({ length: count }, (_, p) => ({ ...x, data: draw(fork(rng, name, p), new Float64Array(x.data.length)) }));
    }
    return kept;
  };
}

/** Adds v·w of every row to column p of the rates. */
function addDots(v: Points, w: Points, rates: Float64Array, p: number): void {
  const columns = rates.length / v.size;
  for (let b = 0, at = 0; b < v.size; b++) {
    let sum = 0;
    for (let d = 0; d < v.dim; d++, at++) sum += v.data[at] * w.data[at];
    rates[b * columns + p] += sum;
  }
}

/** v less its parts along an orthonormal basis, row by row; twice, so that rounding leaves it orthogonal. */
function without(v: Points, basis: readonly Points[]): Points {
  const out = { ...v, data: v.data.slice() };
  for (const q of [...basis, ...basis]) {
    for (let b = 0; b < v.size; b++) {
      const [to, along] = [row(out, b), row(q, b)];
      const share = to.reduce((sum, value, d) => sum + value * along[d], 0);
      for (let d = 0; d < v.dim; d++) to[d] -= share * along[d];
    }
  }
  return out;
}

/** The part of y that is new to the basis, with length 1; zero where only rounding of y is new. */
function orthonormal(y: Points, basis: readonly Points[]): Points {
  const out = without(y, basis);
  for (let b = 0; b < y.size; b++) {
    const to = row(out, b);
    const length = Math.hypot(...to);
    const kept = length > 16 * y.dim * Number.EPSILON * Math.hypot(...row(y, b)) ? 1 / length : 0;
    for (let d = 0; d < y.dim; d++) to[d] *= kept;
  }
  return out;
}

function requireCount(what: string, count: number, most: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= most) return;
  throw new RangeError(`Cannot estimate a trace: there are ${count} ${what}; expected an integer from 1 to ${most}`);
}
