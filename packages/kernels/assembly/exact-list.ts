// The exact scan of a list of atoms, for one query: what is left of all when the others are negligible.
import { emptyBest, pushBest } from "./best";
import { exactWeights } from "./exact-weights";
import { divideMean } from "./exact-rows";
import { largest, sum2 } from "./lanes";
import { ScanQuery, SUMS, Sums } from "./scan-query";

/** −‖x − αz‖²/(2v), squares summed as `exactRows` sums them. */
// @ts-ignore: decorator
@inline
function quadratic(query: ScanQuery, x: usize, z: usize): f64 {
  const alpha = f64x2.splat(query.alpha);
  let s = f64x2.splat(0);
  for (const end = x + <usize>query.bytes; x < end; x += 16, z += 16) {
    const r = f64x2.sub(v128.load(x), f64x2.mul(alpha, v128.load(z)));
    s = f64x2.add(s, f64x2.mul(r, r));
  }
  return query.scale * sum2(s);
}

/** out += w·z. */
// @ts-ignore: decorator
@inline
function axpy(out: usize, w: f64, z: usize, bytes: i32): void {
  const factor = f64x2.splat(w);
  for (const end = out + <usize>bytes; out < end; out += 16, z += 16) v128.store(out, f64x2.add(v128.load(out), f64x2.mul(factor, v128.load(z))));
}

/** Adds second moments of one listed atom. */
function addMoment(query: ScanQuery, v: usize, w: f64, z: usize, out: usize): void {
  const mean = out + SUMS, bytes = <usize>query.bytes;
  let s = f64x2.splat(0), dot = s;
  for (let k: usize = 0; k < bytes; k += 16) {
    const r = f64x2.sub(v128.load(z + k), v128.load(mean + k));
    s = f64x2.add(s, f64x2.mul(r, r));
    if (query.tangent) dot = f64x2.add(dot, f64x2.mul(r, v128.load(v + k)));
  }
  changetype<Sums>(out).spread += w * sum2(s);
  if (query.tangent == 0) return;
  const factor = f64x2.splat(w * sum2(dot));
  for (let k: usize = 0; k < bytes; k += 16) {
    const r = f64x2.sub(v128.load(z + k), v128.load(mean + k)), to = mean + bytes + k;
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(factor, r)));
  }
}

/**
 * The state of n atoms for query `row`, their indices listed at `list` in increasing order; `best` holds positions in the
 * list. The workspace holds n doubles, n rounded up to a multiple of 4.
 */
export function exactList(workspace: usize, q: usize, row: i32, list: usize, n: i32, out: usize): void {
  const query = changetype<ScanQuery>(q);
  const x = query.x + <usize>row * query.ldx;
  memory.fill(out, 0, query.ldo);
  for (let c: i32 = 0; c < n; c++) {
    const i = <usize>load<u32>(list + (<usize>c << 2));
    store<f64>(workspace + (<usize>c << 3), load<f64>(query.bias + (i << 3)) + quadratic(query, x, query.z + i * query.ldz));
  }
  const padded = (n + 3) & ~3;
  for (let c = n; c < padded; c++) store<f64>(workspace + (<usize>c << 3), -Infinity);
  if (query.top > 0) {
    const best = out + SUMS + <usize>query.bytes * (query.tangent ? 2 : 1);
    emptyBest(best, query.top);
    pushBest(best, query.top, workspace, n, 0);
  }
  const sums = changetype<Sums>(out);
  if (!exactWeights(workspace, padded, largest(workspace, padded), sums)) {
    sums.top = -Infinity;
    return;
  }
  for (let c: i32 = 0; c < n; c++) {
    const w = load<f64>(workspace + (<usize>c << 3));
    if (w != 0) axpy(out + SUMS, w, query.z + <usize>load<u32>(list + (<usize>c << 2)) * query.ldz, query.bytes);
  }
  divideMean(out + SUMS, query.bytes, sums.mass);
  if (!query.spread && !query.tangent) return;
  const v = query.tangent + <usize>row * query.ldt;
  for (let c: i32 = 0; c < n; c++) {
    const w = load<f64>(workspace + (<usize>c << 3));
    if (w != 0) addMoment(query, v, w, query.z + <usize>load<u32>(list + (<usize>c << 2)) * query.ldz, out);
  }
}
