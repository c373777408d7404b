// Exponentials of non-positive numbers, in double precision and in single precision.
import { madd } from "./lanes";

/**
 * Constants are loaded from memory: engines build those that are written into an instruction anew at every use, which
 * takes more time than all the arithmetic. The Taylor coefficients 1/13!, 1/12!, …, 1/2! follow those of the reduction.
 */
const DOUBLES: usize = memory.data<f64>(
  [
    6755399441055744.0, 1.4426950408889634, 6.93147180369123816490e-1, 1.90821492927058770002e-10, 0.6931471805599453, 1.0,
    1.6059043836821613e-10, 2.08767569878681e-9, 2.505210838544172e-8, 2.755731922398589e-7, 2.7557319223985893e-6, 2.48015873015873e-5,
    1.984126984126984e-4, 1.388888888888889e-3, 8.333333333333333e-3, 4.1666666666666664e-2, 1.6666666666666666e-1, 0.5,
  ],
  16,
);
/** 1/7!, …, 1/2!, 1. */
const FLOATS: usize = memory.data<f32>([1.984127e-4, 1.3888889e-3, 8.333333e-3, 4.1666668e-2, 1.6666667e-1, 0.5, 1.0], 16);

// @ts-ignore: decorator
@inline
function double(k: i32): v128 {
  return v128.load64_splat(DOUBLES + (<usize>k << 3));
}

// @ts-ignore: decorator
@inline
function float(k: i32): v128 {
  return v128.load32_splat(FLOATS + (<usize>k << 2));
}

/** a·b + c with two roundings, in double precision: the same on every machine. */
// @ts-ignore: decorator
@inline
function join(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
}

/**
 * exp(x) of two doubles x ≤ 0 to within one unit in the last place; exactly 0 below −100, as the reference scan has it.
 * x = n·log 2 + r with |r| ≤ log(2)/2, the Taylor polynomial of degree 13 in r (its remainder is 4·10⁻¹⁸) by its even and its odd
 * part, and n added to the exponent. Adding 1.5·2⁵² leaves n in the low bits of the sum; log 2 comes in two parts, of
 * which the first has so few digits that its product with n is exact.
 */
// @ts-ignore: decorator
@inline
export function exp2d(x: v128): v128 {
  const magic = double(0), kept = f64x2.gt(x, f64x2.splat(-100.0));
  x = v128.and(x, kept);
  const bits = join(x, double(1), magic);
  const n = f64x2.sub(bits, magic);
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, double(2))), f64x2.mul(n, double(3)));
  const s = f64x2.mul(r, r);
  const odd = join(join(join(join(join(double(6), s, double(8)), s, double(10)), s, double(12)), s, double(14)), s, double(16));
  const even = join(join(join(join(join(double(7), s, double(9)), s, double(11)), s, double(13)), s, double(15)), s, double(17));
  const p = f64x2.add(join(join(odd, r, even), s, r), double(5));
  return v128.and(i64x2.add(p, i64x2.shl(bits, 52)), kept);
}

/**
 * exp(x) of the four doubles −87 < x ≤ 0 of a and b, as floats with relative error below 2⁻²²; never a denormal number. The
 * argument is reduced in double precision, so that the error does not grow with it; then the Taylor polynomial of degree
 * 7 in floats: remainder 5·10⁻⁹, and with u = 2⁻²⁴ the rounding of r contributes 0.35u, of the polynomial u, of the last sum u.
 */
// @ts-ignore: decorator
@inline
export function exp4(a: v128, b: v128): v128 {
  const magic = double(0), perLog2 = double(1), log2 = double(4);
  const m = join(a, perLog2, magic), n = join(b, perLog2, magic);
  const c = f32x4.demote_f64x2_zero(f64x2.sub(a, f64x2.mul(f64x2.sub(m, magic), log2)));
  const d = f32x4.demote_f64x2_zero(f64x2.sub(b, f64x2.mul(f64x2.sub(n, magic), log2)));
  const r = v128.shuffle<f32>(c, d, 0, 1, 4, 5);
  const s = f32x4.mul(r, r);
  const odd = madd(madd(float(0), s, float(2)), s, float(4));
  const even = madd(madd(float(1), s, float(3)), s, float(5));
  const p = f32x4.add(madd(madd(odd, r, even), s, r), float(6));
  return i32x4.add(p, i32x4.shl(v128.shuffle<i32>(m, n, 0, 2, 4, 6), 23));
}

/** exp of n doubles at x, none above 0, into `out`; n is even. */
export function exp64(_workspace: usize, x: usize, n: i32, out: usize): void {
  for (const end = x + (<usize>n << 3); x < end; x += 16, out += 16) v128.store(out, exp2d(v128.load(x)));
}

/** exp of n doubles at x, none above 0, as floats into `out`, 0 at or below −87; n is a multiple of 4. */
export function exp32(_workspace: usize, x: usize, n: i32, out: usize): void {
  const lowest = f64x2.splat(-87.0);
  for (const end = x + (<usize>n << 3); x < end; x += 32, out += 16) {
    const a = v128.load(x), b = v128.load(x, 16);
    const keepA = f64x2.gt(a, lowest), keepB = f64x2.gt(b, lowest);
    v128.store(out, v128.and(exp4(v128.and(a, keepA), v128.and(b, keepB)), v128.shuffle<i32>(keepA, keepB, 0, 2, 4, 6)));
  }
}
