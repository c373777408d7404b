// From logits to weights, one row at a time.
import { exp2d, exp4 } from "./exp";
import { largest, promoteHigh, sum2 } from "./lanes";

/**
 * Weights w = exp(ℓ − top) of n logits at `logits` (doubles, n a multiple of 4, the largest of them `top`) as floats into `weights`, exactly 0 where
 * ℓ − top ≤ −cut, cut ≤ 87. Writes [top, Σ w, Σ w², Σ w(ℓ − top)] to `stats`, in doubles. Where `running` is set, `stats` holds
 * those of earlier atoms: top is then the larger of both, and the return value is the factor that earlier sums have
 * to be multiplied with (those in `stats` have been).
 */
export function weigh(logits: usize, n: i32, top: f64, cut: f64, weights: usize, stats: usize, running: i32): f64 {
  const end = logits + (<usize>n << 3);
  let factor: f64 = 1;
  if (running) {
    const before = load<f64>(stats);
    if (before >= top) top = before;
    else factor = shiftStats(stats, before, top);
  } else {
    memory.fill(stats, 0, 32);
  }
  store<f64>(stats, top);
  if (top == -Infinity) {
    memory.fill(weights, 0, <usize>n << 2);
    return factor;
  }
  const reference = f64x2.splat(top), lowest = f64x2.splat(-cut);
  let mass = f64x2.splat(0), squares = mass, entropy = mass;
  for (let p = logits, q = weights; p < end; p += 32, q += 16) {
    let a = f64x2.sub(v128.load(p), reference), b = f64x2.sub(v128.load(p, 16), reference);
    const keepA = f64x2.gt(a, lowest), keepB = f64x2.gt(b, lowest);
    if (!v128.any_true(v128.or(keepA, keepB))) {
      v128.store(q, f32x4.splat(0));
      continue;
    }
    a = v128.and(a, keepA);
    b = v128.and(b, keepB);
    const w = v128.and(exp4(a, b), v128.shuffle<i32>(keepA, keepB, 0, 2, 4, 6));
    v128.store(q, w);
    const low = f64x2.promote_low_f32x4(w), high = promoteHigh(w);
    mass = f64x2.add(mass, f64x2.add(low, high));
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    entropy = f64x2.add(entropy, f64x2.add(f64x2.mul(low, a), f64x2.mul(high, b)));
  }
  store<f64>(stats, load<f64>(stats, 8) + sum2(mass), 8);
  store<f64>(stats, load<f64>(stats, 16) + sum2(squares), 16);
  store<f64>(stats, load<f64>(stats, 24) + sum2(entropy), 24);
  return factor;
}

/** Moves sums from one reference to a larger one; returns exp(from − to). */
function shiftStats(stats: usize, from: f64, to: f64): f64 {
  const shift = from - to;
  if (!(shift > -100.0)) { // also where nothing was seen before
    memory.fill(stats + 8, 0, 24);
    return 0;
  }
  const scale = f64x2.extract_lane(exp2d(f64x2.splat(shift)), 0);
  const mass = load<f64>(stats, 8);
  store<f64>(stats, mass * scale, 8);
  store<f64>(stats, load<f64>(stats, 16) * scale * scale, 16);
  store<f64>(stats, scale * (load<f64>(stats, 24) + shift * mass), 24);
  return scale;
}

/** Weights of `rows` rows of n logits, each as `weigh` makes them from nothing; stats are [rows, 4]. */
export function softmaxRows(_workspace: usize, logits: usize, ldl: usize, rows: i32, n: i32, cut: f64, weights: usize, ldw: usize, stats: usize): void {
  for (let r: i32 = 0; r < rows; r++) {
    const row = logits + <usize>r * ldl;
    weigh(row, n, largest(row, n), cut, weights + <usize>r * ldw, stats + (<usize>r << 5), 0);
  }
}
