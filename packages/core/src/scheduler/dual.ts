/**
 * Dual numbers with interval parts: a value and its time derivative, each known to lie in [low, high].
 * At a point the intervals are degenerate and the arithmetic is plain float64; over a cell of time they enclose
 * every value, up to rounding, which is what turns a check of monotonicity into a proof (`custom`).
 * A slope that dual numbers cannot determine, such as that of √t·√t at 0, is NaN.
 */
export interface Dual {
  readonly low: number;
  readonly high: number;
  readonly slopeLow: number;
  readonly slopeHigh: number;
}

type Range = readonly [low: number, high: number];

const dual = ([low, high]: Range, [slopeLow, slopeHigh]: Range): Dual => ({ low, high, slopeLow, slopeHigh });
const value = (x: Dual): Range => [x.low, x.high];
const slope = (x: Dual): Range => [x.slopeLow, x.slopeHigh];
const lift = (x: Dual | number): Dual => (typeof x === "number" ? dual([x, x], [0, 0]) : x);

/** An unbounded end of a range stands for all finite numbers before it, and 0 times any of them is 0. */
const product = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y);
const times = ([a, b]: Range, [c, d]: Range): Range => {
  if (a === b && c === d) return [a * c, a * c]; // at a point 0 · ∞ is undetermined: NaN
  const ac = product(a, c);
  const ad = product(a, d);
  const bc = product(b, c);
  const bd = product(b, d);
  return [Math.min(ac, ad, bc, bd), Math.max(ac, ad, bc, bd)];
};
const plus = (x: Range, y: Range): Range => [x[0] + y[0], x[1] + y[1]];
const negative = ([a, b]: Range): Range => [-b, -a];
const reciprocal = ([a, b]: Range): Range => {
  if (a > 0 || b < 0) return [1 / b, 1 / a];
  if (a === 0 && b === 0) return [Infinity, Infinity];
  return a === 0 ? [1 / b, Infinity] : b === 0 ? [-Infinity, 1 / a] : [-Infinity, Infinity];
};

/** Time itself over the cell [low, high]: slope 1. */
export function timeOver(low: number, high: number = low): Dual {
  return dual([low, high], [1, 1]);
}

/** x + y. */
export function add(x: Dual | number, y: Dual | number): Dual {
  const [a, b] = [lift(x), lift(y)];
  return dual(plus(value(a), value(b)), plus(slope(a), slope(b)));
}

/** −x. */
export function neg(x: Dual | number): Dual {
  const a = lift(x);
  return dual(negative(value(a)), negative(slope(a)));
}

/** x − y. */
export function sub(x: Dual | number, y: Dual | number): Dual {
  return add(x, neg(y));
}

/** x · y. */
export function mul(x: Dual | number, y: Dual | number): Dual {
  const [a, b] = [lift(x), lift(y)];
  return dual(times(value(a), value(b)), plus(times(slope(a), value(b)), times(value(a), slope(b))));
}

/** x / y. */
export function div(x: Dual | number, y: Dual | number): Dual {
  const b = lift(y);
  const inverse = reciprocal(value(b));
  return mul(x, dual(inverse, negative(times(times(inverse, inverse), slope(b)))));
}

/** f(x) for an increasing f with derivative range `d`. */
const increasing = (x: Dual, f: (v: number) => number, d: Range): Dual => dual([f(x.low), f(x.high)], times(d, slope(x)));

/** e^x. */
export function exp(x: Dual | number): Dual {
  const a = lift(x);
  return increasing(a, Math.exp, [Math.exp(a.low), Math.exp(a.high)]);
}

/** e^x − 1 without cancellation near x = 0. */
export function expm1(x: Dual | number): Dual {
  const a = lift(x);
  return increasing(a, Math.expm1, [Math.exp(a.low), Math.exp(a.high)]);
}

/** ln x. */
export function log(x: Dual | number): Dual {
  const a = lift(x);
  return increasing(a, Math.log, reciprocal(value(a)));
}

/** √x; its slope is +∞ at 0. */
export function sqrt(x: Dual | number): Dual {
  const a = lift(x);
  return increasing(a, Math.sqrt, reciprocal([2 * Math.sqrt(a.low), 2 * Math.sqrt(a.high)]));
}

/** x^p for x ≥ 0 and a constant power p; NaN where x is negative. */
export function pow(x: Dual | number, p: number): Dual {
  const a = lift(x);
  const root = (v: number, q: number): number => (v >= 0 ? v ** q : Number.NaN);
  const ends = (q: number): Range => (q >= 0 ? [root(a.low, q), root(a.high, q)] : [root(a.high, q), root(a.low, q)]);
  return dual(ends(p), times(times([p, p], ends(p - 1)), slope(a)));
}

/** The range of cos over [low, high]. */
function cosRange(low: number, high: number): Range {
  const ends: Range = [Math.min(Math.cos(low), Math.cos(high)), Math.max(Math.cos(low), Math.cos(high))];
  if (low === high) return ends;
  const holds = (phase: number): boolean =>
    Math.ceil((low - phase) / (2 * Math.PI)) <= Math.floor((high - phase) / (2 * Math.PI));
  return [holds(Math.PI) ? -1 : ends[0], holds(0) ? 1 : ends[1]];
}

/** The range of sin over [low, high]; at a point it is Math.sin itself. */
function sinRange(low: number, high: number): Range {
  return low === high ? [Math.sin(low), Math.sin(low)] : cosRange(low - Math.PI / 2, high - Math.PI / 2);
}

/** sin x. */
export function sin(x: Dual | number): Dual {
  const a = lift(x);
  return dual(sinRange(a.low, a.high), times(cosRange(a.low, a.high), slope(a)));
}

/** cos x. */
export function cos(x: Dual | number): Dual {
  const a = lift(x);
  return dual(cosRange(a.low, a.high), times(negative(sinRange(a.low, a.high)), slope(a)));
}
