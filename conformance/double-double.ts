/**
 * Numbers of about 31 digits as unevaluated sums hi + lo of two float64 with |lo| ≤ ulp(hi)/2 (Hida, Li and Bailey 2001): the oracle that says
 * whether a bound near float64 rounding holds. Relative error of one operation below 2⁻¹⁰², of exp and log below 1e-29, as long
 * as no partial product leaves the normal range.
 */
export interface DoubleDouble {
  readonly hi: number;
  readonly lo: number;
}

/** A float64 as it is. */
export const exactly = (hi: number): DoubleDouble => ({ hi, lo: 0 });

/** The nearest float64, or nearly. */
export const rounded = ({ hi, lo }: DoubleDouble): number => hi + lo;

/** a + b without error, |a| ≥ |b| or not. */
export function sumOf(a: number, b: number): DoubleDouble {
  const hi = a + b;
  if (!Number.isFinite(hi)) return { hi, lo: 0 };
  const part = hi - a;
  return { hi, lo: a - (hi - part) + (b - part) };
}

/** ab without error. */
export function productOf(a: number, b: number): DoubleDouble {
  const hi = a * b;
  const [ah, bh] = [upperHalf(a), upperHalf(b)];
  const [al, bl] = [a - ah, b - bh];
  return { hi, lo: ah * bh - hi + ah * bl + al * bh + al * bl };
}

/** The leading 26 bits. */
function upperHalf(a: number): number {
  const c = 134217729 * a; // 2²⁷ + 1
  return c - (c - a);
}

/** hi + lo with lo small, in normal form. */
function normal(hi: number, lo: number): DoubleDouble {
  const sum = hi + lo;
  return Number.isFinite(sum) ? { hi: sum, lo: lo - (sum - hi) } : { hi: sum, lo: 0 };
}

export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const high = sumOf(a.hi, b.hi);
  if (!Number.isFinite(high.hi)) return high;
  const low = sumOf(a.lo, b.lo);
  const first = normal(high.hi, high.lo + low.hi);
  return normal(first.hi, first.lo + low.lo);
}

export const negated = ({ hi, lo }: DoubleDouble): DoubleDouble => ({ hi: -hi, lo: -lo });

export const subtract = (a: DoubleDouble, b: DoubleDouble): DoubleDouble => add(a, negated(b));

export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const product = productOf(a.hi, b.hi);
  return normal(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
}

export function divide(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  let rest = a;
  let quotient = exactly(0);
  for (let k = 0; k < 3; k++) {
    const next = exactly(rest.hi / b.hi);
    quotient = add(quotient, next);
    rest = subtract(rest, multiply(next, b));
  }
  return quotient;
}

/** log 2. */
const LOG2: DoubleDouble = { hi: Math.LN2, lo: 2.3190468138462996e-17 };
/** Halvings of the argument before the series. */
const HALVINGS = 9;

/** eˣ, 0 below −700. */
export function exp(x: DoubleDouble): DoubleDouble {
  if (x.hi < -700) return exactly(0);
  const k = Math.round(x.hi / LOG2.hi);
  const reduced = subtract(x, multiply(exactly(k), LOG2));
  const scale = 2 ** -HALVINGS;
  const r = { hi: reduced.hi * scale, lo: reduced.lo * scale }; // |r| < 7e-4
  let [term, sum] = [r, r]; // e^r − 1
  for (let n = 2; n < 10; n++) {
    term = divide(multiply(term, r), exactly(n));
    sum = add(sum, term);
  }
  for (let n = 0; n < HALVINGS; n++) sum = add(add(sum, sum), multiply(sum, sum)); // (1 + s)² − 1
  const one = add(sum, exactly(1));
  const power = 2 ** k;
  return { hi: one.hi * power, lo: one.lo * power };
}

/** log x of a positive number: one step of Newton from float64. */
export function log(x: DoubleDouble): DoubleDouble {
  const guess = exactly(Math.log(x.hi));
  return add(guess, subtract(multiply(x, exp(negated(guess))), exactly(1)));
}

/** Σ(x_d − αz_d)² over D coordinates of x from `a` and of z from `b`: the hot loop, without allocation. */
export function squaredDistance(
  x: Float64Array,
  z: Float64Array,
  alpha: number,
  { a, b, dim }: { readonly a: number; readonly b: number; readonly dim: number },
): DoubleDouble {
  const alphaHigh = upperHalf(alpha);
  const alphaLow = alpha - alphaHigh;
  let [sum, low] = [0, 0];
  for (let d = 0; d < dim; d++) {
    const zd = z[b + d];
    const zh = upperHalf(zd);
    const zl = zd - zh;
    const p = alpha * zd; // p + e = αz
    const e = alphaHigh * zh - p + alphaHigh * zl + alphaLow * zh + alphaLow * zl;
    const s = x[a + d] - p; // s + t = x − p
    const part = s - x[a + d];
    const t = x[a + d] - (s - part) + (-p - part) - e;
    const hi = s + t;
    const lo = t - (hi - s);
    const hh = upperHalf(hi);
    const hl = hi - hh;
    const q = hi * hi;
    const f = hh * hh - q + 2 * (hh * hl) + hl * hl + 2 * hi * lo; // q + f = (hi + lo)²
    const next = sum + q;
    const shift = next - sum;
    low += sum - (next - shift) + (q - shift) + f;
    const total = next + low;
    low -= total - next;
    sum = total;
  }
  return { hi: sum, lo: low };
}
