// The exact scan of a block of atoms in few dimensions: columns of doubles, two atoms at a time.
import { emptyBest, pushBest } from "./best";
import { exactWeights } from "./exact-weights";
import { max2, sum2 } from "./lanes";
import { BLOCK, ScanQuery, SUMS, Sums } from "./scan-query";

/** r² with r = x − αz of two atoms. */
// @ts-ignore: decorator
@inline
function squared(x: v128, alpha: v128, z: usize): v128 {
  const r = f64x2.sub(x, f64x2.mul(alpha, v128.load(z)));
  return f64x2.mul(r, r);
}

/** log π + scale·s of two atoms, stored. */
// @ts-ignore: decorator
@inline
function finish(bias: usize, scale: v128, s: v128, out: usize): v128 {
  const logits = f64x2.add(v128.load(bias), f64x2.mul(scale, s));
  v128.store(out, logits);
  return logits;
}

/**
 * Logits of one query over n atoms, and the largest of them: squares are summed over the coordinates in order; columns start at z, `ldz` bytes apart.
 * Two coordinates, or three, are taken in one pass.
 */
export function columnLogits(query: ScanQuery, x: usize, z: usize, bias: usize, n: i32, out: usize): f64 {
  const alpha = f64x2.splat(query.alpha), scale = f64x2.splat(query.scale), bytes = <usize>n << 3, ldz = query.ldz;
  const dim = query.dim;
  let tops = f64x2.splat(-Infinity);
  const x0 = v128.load64_splat(x), x1 = v128.load64_splat(x, 8); // rows are padded with zeros
  if (dim == 1) {
    for (let k: usize = 0; k < bytes; k += 16) tops = f64x2.pmax(tops, finish(bias + k, scale, squared(x0, alpha, z + k), out + k));
    return max2(tops);
  }
  const z1 = z + ldz;
  if (dim == 2) {
    for (let k: usize = 0; k < bytes; k += 16) {
      const s = f64x2.add(squared(x0, alpha, z + k), squared(x1, alpha, z1 + k));
      tops = f64x2.pmax(tops, finish(bias + k, scale, s, out + k));
    }
    return max2(tops);
  }
  for (let k: usize = 0; k < bytes; k += 16) v128.store(out + k, f64x2.add(squared(x0, alpha, z + k), squared(x1, alpha, z1 + k)));
  for (let d: i32 = 2; d < dim - 1; d++) {
    const xd = v128.load64_splat(x + (<usize>d << 3)), zd = z + <usize>d * ldz;
    for (let k: usize = 0; k < bytes; k += 16) v128.store(out + k, f64x2.add(v128.load(out + k), squared(xd, alpha, zd + k)));
  }
  const xl = v128.load64_splat(x + (<usize>(dim - 1) << 3)), zl = z + <usize>(dim - 1) * ldz;
  for (let k: usize = 0; k < bytes; k += 16) {
    const s = f64x2.add(v128.load(out + k), squared(xl, alpha, zl + k));
    tops = f64x2.pmax(tops, finish(bias + k, scale, s, out + k));
  }
  return max2(tops);
}

/** Σ w z of one coordinate over n atoms, n a multiple of 4. */
// @ts-ignore: decorator
@inline
function weightedSum(w: usize, z: usize, n: i32): f64 {
  let a = f64x2.splat(0), b = a;
  for (const end = w + (<usize>n << 3); w < end; w += 32, z += 32) {
    a = f64x2.add(a, f64x2.mul(v128.load(w), v128.load(z)));
    b = f64x2.add(b, f64x2.mul(v128.load(w, 16), v128.load(z, 16)));
  }
  return sum2(f64x2.add(a, b));
}

/** Adds second moments about the mean: `squares` and `dots` are scratch for n numbers each. */
function addColumnMoments(query: ScanQuery, v: usize, w: usize, z: usize, n: i32, out: usize, squares: usize, dots: usize): void {
  const mean = out + SUMS, bytes = <usize>n << 3;
  memory.fill(squares, 0, bytes);
  memory.fill(dots, 0, bytes);
  for (let d: usize = 0; d < <usize>query.dim; d++) {
    const m = v128.load64_splat(mean + (d << 3)), zd = z + d * query.ldz;
    const vd = query.tangent ? v128.load64_splat(v + (d << 3)) : f64x2.splat(0);
    for (let k: usize = 0; k < bytes; k += 16) {
      const r = f64x2.sub(v128.load(zd + k), m);
      v128.store(squares + k, f64x2.add(v128.load(squares + k), f64x2.mul(r, r)));
      v128.store(dots + k, f64x2.add(v128.load(dots + k), f64x2.mul(r, vd)));
    }
  }
  changetype<Sums>(out).spread = weightedSum(w, squares, n);
  if (query.tangent == 0) return;
  for (let k: usize = 0; k < bytes; k += 16) v128.store(dots + k, f64x2.mul(v128.load(dots + k), v128.load(w + k)));
  for (let d: usize = 0; d < <usize>query.dim; d++) {
    const m = v128.load64_splat(mean + (d << 3)), zd = z + d * query.ldz;
    let s = f64x2.splat(0);
    for (let k: usize = 0; k < bytes; k += 16) s = f64x2.add(s, f64x2.mul(v128.load(dots + k), f64x2.sub(v128.load(zd + k), m)));
    store<f64>(mean + <usize>query.bytes + (d << 3), sum2(s));
  }
}

/** As `exactRows`, for atoms in columns of doubles; needs 98304 bytes of workspace. */
export function exactColumns(workspace: usize, q: usize, row: i32, rows: i32, from: i32, n: i32, out: usize): void {
  const query = changetype<ScanQuery>(q);
  const z = query.z + (<usize>from << 3), bias = query.bias + (<usize>from << 3), block = <usize>BLOCK << 3;
  memory.fill(out, 0, <usize>rows * query.ldo);
  for (let r: i32 = 0; r < rows; r++, out += query.ldo) {
    const top = columnLogits(query, query.x + <usize>(row + r) * query.ldx, z, bias, n, workspace);
    if (query.top > 0) {
      const best = out + SUMS + <usize>query.bytes * (query.tangent ? 2 : 1);
      emptyBest(best, query.top);
      pushBest(best, query.top, workspace, n, from);
    }
    const sums = changetype<Sums>(out);
    if (!exactWeights(workspace, n, top, sums)) {
      sums.top = -Infinity;
      continue;
    }
    for (let d: usize = 0; d < <usize>query.dim; d++) {
      store<f64>(out + SUMS + (d << 3), weightedSum(workspace, z + d * query.ldz, n) / sums.mass);
    }
    if (!query.spread && !query.tangent) continue;
    const v = query.tangent + <usize>(row + r) * query.ldt;
    addColumnMoments(query, v, workspace, z, n, out, workspace + block, workspace + 2 * block);
  }
}
