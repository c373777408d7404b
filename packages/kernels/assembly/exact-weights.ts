// From the logits of one row of a block to its weights, in double precision.
import { exp2d } from "./exp";
import { sum2 } from "./lanes";
import { Sums } from "./scan-query";

/**
 * Turns n logits, n a multiple of 4 and the largest of them `top`, into w = exp(ℓ − top) in place, 0 where that is below e⁻¹⁰⁰, and writes top, Σ w, Σ w² and
 * Σ w(ℓ − top). False where no logit is above −∞: nothing is written then.
 */
export function exactWeights(logits: usize, n: i32, top: f64, sums: Sums): bool {
  const end = logits + (<usize>n << 3);
  if (top == -Infinity) return false;
  const reference = f64x2.splat(top), lowest = f64x2.splat(-100.0);
  let mass = f64x2.splat(0), squares = mass, entropy = mass;
  for (let p = logits; p < end; p += 16) {
    const x = f64x2.sub(v128.load(p), reference);
    const kept = f64x2.gt(x, lowest);
    if (!v128.any_true(kept)) {
      v128.store(p, f64x2.splat(0));
      continue;
    }
    const y = v128.and(x, kept);
    const w = v128.and(exp2d(y), kept);
    v128.store(p, w);
    mass = f64x2.add(mass, w);
    squares = f64x2.add(squares, f64x2.mul(w, w));
    entropy = f64x2.add(entropy, f64x2.mul(w, y));
  }
  sums.top = top;
  sums.mass = sum2(mass);
  sums.massSquared = sum2(squares);
  sums.logitSum = sum2(entropy);
  return true;
}
