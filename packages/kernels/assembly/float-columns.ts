// The certified scan over atoms in few dimensions: logits by differences in double precision, as the exact scan has them,
// and single precision only for exp, which is where the time goes. Nothing cancels at any time of the path.
import { emptyBest, pushBest } from "./best";
import { columnLogits } from "./exact-columns";
import { promoteHigh, sum2 } from "./lanes";
import { ScanQuery, SUMS, Sums } from "./scan-query";
import { weigh } from "./softmax";

/** Atoms whose logits, weights and coordinates are in the first cache together. */
const NEAR: i32 = 1024;

/** Σ w z of one coordinate over n atoms, n a multiple of 4, weights being floats. */
// @ts-ignore: decorator
@inline
function weightedSum(w: usize, z: usize, n: i32): f64 {
  let a = f64x2.splat(0), b = a;
  for (const end = w + (<usize>n << 2); w < end; w += 16, z += 32) {
    const v = v128.load(w);
    a = f64x2.add(a, f64x2.mul(f64x2.promote_low_f32x4(v), v128.load(z)));
    b = f64x2.add(b, f64x2.mul(promoteHigh(v), v128.load(z, 16)));
  }
  return sum2(f64x2.add(a, b));
}

/**
 * The partial state of atoms [from, from + n), n a multiple of 4, for queries [row, row + rows); the mean is left as Σ w z. Needs
 * 12352 bytes of workspace.
 */
export function floatColumns(workspace: usize, q: usize, row: i32, rows: i32, from: i32, n: i32, out: usize): void {
  const query = changetype<ScanQuery>(q);
  const weights = workspace + (<usize>NEAR << 3) + 64;
  memory.fill(out, 0, <usize>rows * query.ldo);
  for (let r: i32 = 0; r < rows; r++, out += query.ldo) {
    const x = query.x + <usize>(row + r) * query.ldx, mean = out + SUMS;
    changetype<Sums>(out).top = -Infinity;
    emptyBest(mean + <usize>query.bytes, query.top);
    for (let i: i32 = from; i < from + n; i += NEAR) {
      const here = min(NEAR, from + n - i);
      const z = query.z + (<usize>i << 3);
      const top = columnLogits(query, x, z, query.bias + (<usize>i << 3), here, workspace);
      if (query.top > 0) pushBest(mean + <usize>query.bytes, query.top, workspace, here, i);
      const factor = weigh(workspace, here, top, query.cut, weights, out, 1);
      for (let d: usize = 0; d < <usize>query.dim; d++) {
        const at = mean + (d << 3);
        store<f64>(at, load<f64>(at) * factor + weightedSum(weights, z + d * query.ldz, here));
      }
    }
  }
}
