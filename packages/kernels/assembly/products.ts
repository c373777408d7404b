// Dot products of rows of floats, A·Zᵀ. Rows are contiguous, padded with zeros to whole cache lines of 16 floats.
import { madd, sums4 } from "./lanes";

/**
 * Floats a lane adds up before the sum moves to double precision: a run of 512 bytes holds 32 of them in each of four
 * lanes, and two more additions join the lanes, so that the rounding of a dot product is that of 34 terms, not of D.
 */
const RUN: i32 = 512;

/** Bytes of one run when rows of `bytes` are cut into equal runs of whole cache lines, none longer than RUN. */
// @ts-ignore: decorator
@inline
export function runOf(bytes: i32): i32 {
  const runs = (bytes + RUN - 1) / RUN;
  return ((bytes / 64 + runs - 1) / runs) * 64;
}

/** Two doubles at s and two at t += the four floats of v. */
// @ts-ignore: decorator
@inline
function addPairs(s: usize, t: usize, v: v128): void {
  v128.store(s, f64x2.add(v128.load(s), f64x2.promote_low_f32x4(v)));
  v128.store(t, f64x2.add(v128.load(t), f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3))));
}

/** s[4 rows, 2 atoms] += x·z over one run, rows of x, z and s being `ldx`, `ldz` and `lds` bytes apart. */
function dots(x: usize, ldx: usize, z: usize, ldz: usize, bytes: usize, s: usize, lds: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  const x1 = x + ldx, x2 = x1 + ldx, x3 = x2 + ldx, z1 = z + ldz;
  for (let k: usize = 0; k < bytes; k += 16) { // unrolled further, engines spill registers
    const p = v128.load(z + k), q = v128.load(z1 + k);
    let a = v128.load(x + k);
    c00 = madd(a, p, c00);
    c01 = madd(a, q, c01);
    a = v128.load(x1 + k);
    c10 = madd(a, p, c10);
    c11 = madd(a, q, c11);
    a = v128.load(x2 + k);
    c20 = madd(a, p, c20);
    c21 = madd(a, q, c21);
    a = v128.load(x3 + k);
    c30 = madd(a, p, c30);
    c31 = madd(a, q, c31);
  }
  addPairs(s, s + lds, sums4(c00, c01, c10, c11));
  addPairs(s + 2 * lds, s + 3 * lds, sums4(c20, c21, c30, c31));
}

/**
 * s[rows, atoms] = x·zᵀ in double precision, from floats; `rows` is a multiple of 4, `atoms` of 2, `bytes` of 64. A run of
 * two atoms and of all rows stays in the first cache.
 */
// @ts-ignore: decorator
@inline
export function productTile(x: usize, ldx: usize, rows: i32, z: usize, ldz: usize, atoms: i32, bytes: i32, s: usize, lds: usize): void {
  for (let r: i32 = 0; r < rows; r++) memory.fill(s + <usize>r * lds, 0, <usize>atoms << 3);
  const run = runOf(bytes);
  for (let k: i32 = 0; k < bytes; k += run) {
    const here = <usize>min(run, bytes - k);
    for (let i: i32 = 0; i < atoms; i += 2) {
      const zi = z + <usize>i * ldz + <usize>k;
      const si = s + (<usize>i << 3);
      for (let r: i32 = 0; r < rows; r += 4) dots(x + <usize>r * ldx + <usize>k, ldx, zi, ldz, here, si + <usize>r * lds, lds);
    }
  }
}

/** Rows taken together by `products`: 32 runs of 512 bytes are half of a first cache. */
const ROWS: i32 = 32;

/** out[rows, atoms] = x·zᵀ in double precision, of any number of rows that is a multiple of 4. */
export function products64(_workspace: usize, x: usize, ldx: usize, rows: i32, z: usize, ldz: usize, atoms: i32, bytes: i32, out: usize, ldo: usize): void {
  for (let i: i32 = 0; i < atoms; i += 128) {
    for (let r: i32 = 0; r < rows; r += ROWS) {
      const here = min(ROWS, rows - r);
      productTile(x + <usize>r * ldx, ldx, here, z + <usize>i * ldz, ldz, min(128, atoms - i), bytes, out + <usize>r * ldo + (<usize>i << 3), ldo);
    }
  }
}

/** As `products64`, rounded to floats; needs 34816 bytes of workspace, and atoms a multiple of 4. */
export function products32(workspace: usize, x: usize, ldx: usize, rows: i32, z: usize, ldz: usize, atoms: i32, bytes: i32, out: usize, ldo: usize): void {
  const lds: usize = 136 * 8;
  for (let i: i32 = 0; i < atoms; i += 128) {
    const wide = min(128, atoms - i);
    for (let r: i32 = 0; r < rows; r += ROWS) {
      const here = min(ROWS, rows - r);
      productTile(x + <usize>r * ldx, ldx, here, z + <usize>i * ldz, ldz, wide, bytes, workspace, lds);
      for (let k: i32 = 0; k < here; k++) demote(workspace + <usize>k * lds, wide, out + <usize>(r + k) * ldo + (<usize>i << 2));
    }
  }
}

/** n doubles rounded to floats, n a multiple of 4. */
// @ts-ignore: decorator
@inline
export function demote(from: usize, n: i32, to: usize): void {
  for (const end = from + (<usize>n << 3); from < end; from += 32, to += 16) {
    const low = f32x4.demote_f64x2_zero(v128.load(from));
    v128.store(to, v128.shuffle<f32>(low, f32x4.demote_f64x2_zero(v128.load(from, 16)), 0, 1, 4, 5));
  }
}
