// Small things on 128-bit lanes, inlined wherever they are used.

/** a·b + c of four floats; one rounding where the machine has it, two elsewhere: bounds hold for both. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** The lane sums of four vectors of floats. */
// @ts-ignore: decorator
@inline
export function sums4(a: v128, b: v128, c: v128, d: v128): v128 {
  const p = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const q = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(p, q, 0, 1, 4, 5), v128.shuffle<f32>(p, q, 2, 3, 6, 7));
}

/** The upper two of four floats in double precision. */
// @ts-ignore: decorator
@inline
export function promoteHigh(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
}

/** Four doubles at `at` += four floats. */
// @ts-ignore: decorator
@inline
export function addFloats(at: usize, v: v128): void {
  v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v)));
  v128.store(at, f64x2.add(v128.load(at, 16), promoteHigh(v)), 16);
}

/** Sum of two doubles. */
// @ts-ignore: decorator
@inline
export function sum2(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** The larger of two doubles. */
// @ts-ignore: decorator
@inline
export function max2(v: v128): f64 {
  return max(f64x2.extract_lane(v, 0), f64x2.extract_lane(v, 1));
}

/** The largest of n doubles, n even. */
export function largest(at: usize, n: i32): f64 {
  let tops = f64x2.splat(-Infinity);
  for (const end = at + (<usize>n << 3); at < end; at += 16) tops = f64x2.pmax(tops, v128.load(at));
  return max2(tops);
}
