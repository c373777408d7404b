// exp and dot products as trajectories need them: in floats throughout, since every logit is relative to a known reference.
import { madd } from "./lanes";

/**
 * exp of four floats below 80, 0 below −60, with relative error below 2⁻²¹: enough for weights that only steer, and so
 * large that their products with steps and masses are no denormal numbers. Adding
 * 1.5·2²³ leaves the exponent in the low bits of the sum.
 */
// @ts-ignore: decorator
@inline
export function expFloats(x: v128): v128 {
  const magic = f32x4.splat(12582912.0);
  const kept = f32x4.gt(x, f32x4.splat(-60.0));
  const bits = madd(x, f32x4.splat(1.44269504), magic);
  const n = f32x4.sub(bits, magic);
  // log 2 in two parts, so that n times the first is exact
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))), f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.3888889e-3);
  p = madd(p, r, f32x4.splat(8.3333333e-3));
  p = madd(p, r, f32x4.splat(4.1666667e-2));
  p = madd(p, r, f32x4.splat(1.6666667e-1));
  p = madd(p, r, f32x4.splat(0.5));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1.0));
  return v128.and(i32x4.add(p, i32x4.shl(bits, 23)), kept);
}

/** The sum of four floats. */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  const p = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return f32x4.extract_lane(p, 0) + f32x4.extract_lane(p, 1);
}

/** The largest of four floats. */
// @ts-ignore: decorator
@inline
export function largestLane(v: v128): f32 {
  const p = f32x4.pmax(v, v128.shuffle<f32>(v, v, 2, 3, 0, 1));
  return max(f32x4.extract_lane(p, 0), f32x4.extract_lane(p, 1));
}

/** x·y over `bytes` bytes of floats, a multiple of 64. */
// @ts-ignore: decorator
@inline
export function dotRow(x: usize, y: usize, bytes: usize): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (let k: usize = 0; k < bytes; k += 64) {
    a = madd(v128.load(x + k), v128.load(y + k), a);
    b = madd(v128.load(x + k, 16), v128.load(y + k, 16), b);
    c = madd(v128.load(x + k, 32), v128.load(y + k, 32), c);
    d = madd(v128.load(x + k, 48), v128.load(y + k, 48), d);
  }
  return sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}

/** out += w·y over `bytes` bytes of floats, a multiple of 64. */
// @ts-ignore: decorator
@inline
export function addRow(w: f32, y: usize, bytes: usize, out: usize): void {
  const v = f32x4.splat(w);
  for (let k: usize = 0; k < bytes; k += 32) {
    v128.store(out + k, madd(v, v128.load(y + k), v128.load(out + k)));
    v128.store(out + k, madd(v, v128.load(y + k, 16), v128.load(out + k, 16)), 16);
  }
}
