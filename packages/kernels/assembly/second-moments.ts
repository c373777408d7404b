// Second moments about the mean of a block, after the mean is known: nothing cancels.
import { sum2 } from "./lanes";
import { ScanQuery, SUMS, Sums } from "./scan-query";

/** Adds Σ w‖z − mean‖² and Σ w(z − mean)((z − mean)·v) of one row over n atoms, rows of doubles at z. */
export function addMoments(query: ScanQuery, row: i32, weights: usize, z: usize, n: i32, out: usize): void {
  const mean = out + SUMS, bytes = <usize>query.bytes, along = mean + bytes;
  const v = query.tangent + <usize>row * query.ldt;
  let spread: f64 = 0;
  for (let i: i32 = 0; i < n; i++, z += query.ldz) {
    const w = load<f64>(weights + (<usize>i << 3));
    if (w == 0) continue;
    let a = f64x2.splat(0), b = a, dot = a;
    for (let k: usize = 0; k < bytes; k += 32) {
      const p = f64x2.sub(v128.load(z + k), v128.load(mean + k)), q = f64x2.sub(v128.load(z + k, 16), v128.load(mean + k, 16));
      a = f64x2.add(a, f64x2.mul(p, p));
      b = f64x2.add(b, f64x2.mul(q, q));
    }
    spread += w * sum2(f64x2.add(a, b));
    if (query.tangent == 0) continue;
    for (let k: usize = 0; k < bytes; k += 16) {
      dot = f64x2.add(dot, f64x2.mul(f64x2.sub(v128.load(z + k), v128.load(mean + k)), v128.load(v + k)));
    }
    const factor = f64x2.splat(w * sum2(dot));
    for (let k: usize = 0; k < bytes; k += 16) {
      const r = f64x2.sub(v128.load(z + k), v128.load(mean + k));
      v128.store(along + k, f64x2.add(v128.load(along + k), f64x2.mul(factor, r)));
    }
  }
  changetype<Sums>(out).spread = spread;
}
