// The exact scan of a block of atoms that are rows of doubles: differences before squares, and one fixed order of sums.
import { emptyBest, pushBest } from "./best";
import { exactWeights } from "./exact-weights";
import { largest } from "./lanes";
import { addMoments } from "./second-moments";
import { BLOCK, ScanQuery, SUMS, Sums, WEIGHTS } from "./scan-query";

/** Atoms whose αz is formed together, and atoms whose weighted sum is formed together. */
const TILE: i32 = 32;
const SUMMED: i32 = 128;

/** out = αz for n rows. */
// @ts-ignore: decorator
@inline
function scaleRows(alpha: f64, z: usize, ldz: usize, n: i32, bytes: i32, out: usize): void {
  const factor = f64x2.splat(alpha);
  for (let i: i32 = 0; i < n; i++) {
    for (let k: usize = 0; k < <usize>bytes; k += 16) v128.store(out + k, f64x2.mul(factor, v128.load(z + k)));
    z += ldz;
    out += ldz;
  }
}

/** s + (x − z)². */
// @ts-ignore: decorator
@inline
function square(s: v128, x: v128, z: v128): v128 {
  const r = f64x2.sub(x, z);
  return f64x2.add(s, f64x2.mul(r, r));
}

/** [s_lane sums of a, of b]. */
// @ts-ignore: decorator
@inline
function sums2(a: v128, b: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3));
}

/** Logits of 4 rows and 2 atoms: every squared distance is summed over even and odd coordinates in order. */
function logits4x2(x: usize, ldx: usize, z: usize, ldz: usize, bytes: usize, bias: v128, scale: v128, out: usize): void {
  let c00 = f64x2.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  const x1 = x + ldx, x2 = x1 + ldx, x3 = x2 + ldx, z1 = z + ldz;
  for (let k: usize = 0; k < bytes; k += 16) {
    const p = v128.load(z + k), q = v128.load(z1 + k);
    let a = v128.load(x + k);
    c00 = square(c00, a, p);
    c01 = square(c01, a, q);
    a = v128.load(x1 + k);
    c10 = square(c10, a, p);
    c11 = square(c11, a, q);
    a = v128.load(x2 + k);
    c20 = square(c20, a, p);
    c21 = square(c21, a, q);
    a = v128.load(x3 + k);
    c30 = square(c30, a, p);
    c31 = square(c31, a, q);
  }
  v128.store(out, f64x2.add(bias, f64x2.mul(scale, sums2(c00, c01))));
  v128.store(out + WEIGHTS, f64x2.add(bias, f64x2.mul(scale, sums2(c10, c11))));
  v128.store(out + 2 * WEIGHTS, f64x2.add(bias, f64x2.mul(scale, sums2(c20, c21))));
  v128.store(out + 3 * WEIGHTS, f64x2.add(bias, f64x2.mul(scale, sums2(c30, c31))));
}

/** Logits of `rows` queries over n atoms into rows of the workspace. */
// @ts-ignore: decorator
@inline
function logitsOf(query: ScanQuery, x: usize, rows: i32, z: usize, bias: usize, n: i32, out: usize, scaled: usize): void {
  const scale = f64x2.splat(query.scale), ldz = query.ldz, ldx = query.ldx;
  for (let from: i32 = 0; from < n; from += TILE) {
    const wide = min(TILE, n - from);
    scaleRows(query.alpha, z + <usize>from * ldz, ldz, wide, query.bytes, scaled);
    for (let i: i32 = 0; i < wide; i += 2) {
      const at = <usize>(from + i) << 3;
      const logWeights = v128.load(bias + at);
      for (let r: i32 = 0; r < rows; r += 4) {
        logits4x2(x + <usize>r * ldx, ldx, scaled + <usize>i * ldz, ldz, query.bytes, logWeights, scale, out + <usize>r * WEIGHTS + at);
      }
    }
  }
}

/** out[2 rows, 8 coordinates] += Σ w z over n listed atoms: pairs of weights at w, byte offsets at `at`. */
function axpys64(w: usize, at: usize, n: i32, z: usize, out0: usize, out1: usize): void {
  let c00 = f64x2.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  for (const end = at + (<usize>n << 2); at < end; at += 4, w += 16) {
    const p = z + <usize>load<u32>(at);
    const a = v128.load64_splat(w), b = v128.load64_splat(w, 8);
    let v = v128.load(p);
    c00 = f64x2.add(c00, f64x2.mul(a, v));
    c10 = f64x2.add(c10, f64x2.mul(b, v));
    v = v128.load(p, 16);
    c01 = f64x2.add(c01, f64x2.mul(a, v));
    c11 = f64x2.add(c11, f64x2.mul(b, v));
    v = v128.load(p, 32);
    c02 = f64x2.add(c02, f64x2.mul(a, v));
    c12 = f64x2.add(c12, f64x2.mul(b, v));
    v = v128.load(p, 48);
    c03 = f64x2.add(c03, f64x2.mul(a, v));
    c13 = f64x2.add(c13, f64x2.mul(b, v));
  }
  add64(out0, c00, c01, c02, c03);
  add64(out1, c10, c11, c12, c13);
}

// @ts-ignore: decorator
@inline
function add64(out: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(out, f64x2.add(v128.load(out), a));
  v128.store(out, f64x2.add(v128.load(out, 16), b), 16);
  v128.store(out, f64x2.add(v128.load(out, 32), c), 32);
  v128.store(out, f64x2.add(v128.load(out, 48), d), 48);
}

/** mean[rows, D] += Σ w z, 128 atoms at a time, which join a sum together; atoms without weight are not read. */
function addWeighted(query: ScanQuery, weights: usize, rows: i32, z: usize, n: i32, out: usize, lists: usize): void {
  const pair: usize = <usize>SUMMED * 20 + 16;
  const ldz = query.ldz, ldo = query.ldo;
  for (let from: i32 = 0; from < n; from += SUMMED) {
    const wide = min(SUMMED, n - from);
    for (let r: i32 = 0; r < rows; r += 2) {
      const a = weights + <usize>r * WEIGHTS + (<usize>from << 3), list = lists + <usize>(r >> 1) * pair;
      let count: i32 = 0;
      for (let i: i32 = 0; i < wide; i++) {
        const p = load<f64>(a + (<usize>i << 3)), q = load<f64>(a + WEIGHTS + (<usize>i << 3));
        store<f64>(list + 16 + (<usize>count << 4), p);
        store<f64>(list + 24 + (<usize>count << 4), q);
        store<u32>(list + 16 + (<usize>SUMMED << 4) + (<usize>count << 2), <u32>(<usize>(from + i) * ldz));
        count += i32(p != 0) | i32(q != 0);
      }
      store<i32>(list, count);
    }
    for (let d: usize = 0; d < <usize>query.bytes; d += 64) {
      for (let r: i32 = 0; r < rows; r += 2) {
        const list = lists + <usize>(r >> 1) * pair, to = out + <usize>r * ldo + d;
        const count = load<i32>(list);
        if (count > 0) axpys64(list + 16, list + 16 + (<usize>SUMMED << 4), count, z + d, to, to + ldo);
      }
    }
  }
}

/** Divides the sums of one row by its mass. */
// @ts-ignore: decorator
@inline
export function divideMean(mean: usize, bytes: i32, mass: f64): void {
  const divisor = f64x2.splat(mass);
  for (const end = mean + <usize>bytes; mean < end; mean += 16) v128.store(mean, f64x2.div(v128.load(mean), divisor));
}

/**
 * The partial state of atoms [from, from + n) for queries [row, row + rows): at most 32 rows, a multiple of 4, and at most
 * one block of atoms, a multiple of 4. Rows of the result are at `out`. The workspace holds 32 rows of weights, then either 32
 * scaled atoms or the lists of 16 pairs of rows.
 */
export function exactRows(workspace: usize, q: usize, row: i32, rows: i32, from: i32, n: i32, out: usize): void {
  const query = changetype<ScanQuery>(q);
  const z = query.z + <usize>from * query.ldz, rest = workspace + 32 * WEIGHTS;
  memory.fill(out, 0, <usize>rows * query.ldo);
  logitsOf(query, query.x + <usize>row * query.ldx, rows, z, query.bias + (<usize>from << 3), n, workspace, rest);
  for (let r: i32 = 0; r < rows; r++) {
    const logits = workspace + <usize>r * WEIGHTS, to = out + <usize>r * query.ldo;
    if (query.top > 0) {
      const best = to + SUMS + <usize>query.bytes * (query.tangent ? 2 : 1);
      emptyBest(best, query.top);
      pushBest(best, query.top, logits, n, from);
    }
    if (exactWeights(logits, n, largest(logits, n), changetype<Sums>(to))) continue;
    changetype<Sums>(to).top = -Infinity;
    memory.fill(logits, 0, <usize>n << 3);
  }
  addWeighted(query, workspace, rows, z, n, out + SUMS, rest);
  for (let r: i32 = 0; r < rows; r++) {
    const to = out + <usize>r * query.ldo;
    const sums = changetype<Sums>(to);
    if (sums.mass == 0) continue;
    divideMean(to + SUMS, query.bytes, sums.mass);
    if (query.spread || query.tangent) addMoments(query, row + r, workspace + <usize>r * WEIGHTS, z, n, to);
  }
}
