// Weighted sums of rows, W·Z, over the rows that have a weight.
import { addFloats, madd } from "./lanes";

/** Terms summed in single precision before the sum moves to double precision. */
const TERMS: i32 = 64;

/** out[2 rows, 16 coordinates], doubles, += Σ w z over n listed atoms: weights in pairs at w, byte offsets of rows at `at`. */
function axpys(w: usize, at: usize, n: i32, z: usize, out0: usize, out1: usize): void {
  while (n > 0) {
    let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
    for (const end = at + (<usize>min(n, TERMS) << 2); at < end; at += 4, w += 8) {
      const p = z + <usize>load<u32>(at);
      const a = v128.load32_splat(w), b = v128.load32_splat(w, 4);
      let v = v128.load(p);
      c00 = madd(a, v, c00);
      c10 = madd(b, v, c10);
      v = v128.load(p, 16);
      c01 = madd(a, v, c01);
      c11 = madd(b, v, c11);
      v = v128.load(p, 32);
      c02 = madd(a, v, c02);
      c12 = madd(b, v, c12);
      v = v128.load(p, 48);
      c03 = madd(a, v, c03);
      c13 = madd(b, v, c13);
    }
    addFloats(out0, c00);
    addFloats(out0 + 32, c01);
    addFloats(out0 + 64, c02);
    addFloats(out0 + 96, c03);
    addFloats(out1, c10);
    addFloats(out1 + 32, c11);
    addFloats(out1 + 64, c12);
    addFloats(out1 + 96, c13);
    n -= TERMS;
  }
}

/**
 * Lists the atoms of which row a or row b has a weight: their weights in pairs into w, the byte offsets of their rows into
 * `at`. Returns how many there are. An atom without weight in either row costs nothing further.
 */
// @ts-ignore: decorator
@inline
export function listPairs(a: usize, b: usize, atoms: i32, ldz: usize, w: usize, at: usize): i32 {
  let n: i32 = 0;
  let offset: u32 = 0;
  for (let i: i32 = 0; i < atoms; i++, a += 4, b += 4, offset += <u32>ldz) {
    const p = load<f32>(a), q = load<f32>(b);
    store<f32>(w + (<usize>n << 3), p);
    store<f32>(w + (<usize>n << 3), q, 4);
    store<u32>(at + (<usize>n << 2), offset);
    n += i32(p != 0) | i32(q != 0);
  }
  return n;
}

/** Atoms and rows of one tile, and the bytes of its lists: pairs of weights, offsets and a count for each pair of rows. */
export const TILE: i32 = 128;
export const TILE_ROWS: i32 = 32;
const PAIR: usize = <usize>TILE * 12 + 16;
export const LISTS: usize = PAIR * 16;

/**
 * out[rows, D], doubles, += w·z for one tile of at most 32 rows and 128 atoms; `rows` is even, w holds floats. Every line
 * of 16 coordinates of the tile is used by all rows before the next one is read.
 */
// @ts-ignore: decorator
@inline
export function sumTile(lists: usize, w: usize, ldw: usize, rows: i32, z: usize, ldz: usize, atoms: i32, bytes: i32, out: usize, ldo: usize): void {
  let any: i32 = 0;
  for (let r: i32 = 0; r < rows; r += 2) {
    const pair = lists + PAIR * <usize>(r >> 1);
    const n = listPairs(w + <usize>r * ldw, w + <usize>(r + 1) * ldw, atoms, ldz, pair + 16, pair + 16 + (<usize>TILE << 3));
    store<i32>(pair, n);
    any |= n;
  }
  if (any == 0) return; // a tile that is negligible for all rows
  for (let d: usize = 0; d < <usize>bytes; d += 64) {
    for (let r: i32 = 0; r < rows; r += 2) {
      const pair = lists + PAIR * <usize>(r >> 1);
      const to = out + <usize>r * ldo + (d << 1);
      axpys(pair + 16, pair + 16 + (<usize>TILE << 3), load<i32>(pair), z + d, to, to + ldo);
    }
  }
}

/** out[rows, D], doubles, += w·z for any number of atoms and an even number of rows; needs 24832 bytes of workspace. */
export function weightedSums(workspace: usize, w: usize, ldw: usize, rows: i32, z: usize, ldz: usize, atoms: i32, bytes: i32, out: usize, ldo: usize): void {
  for (let i: i32 = 0; i < atoms; i += TILE) {
    for (let r: i32 = 0; r < rows; r += TILE_ROWS) {
      const here = min(TILE_ROWS, rows - r);
      sumTile(workspace, w + <usize>r * ldw + (<usize>i << 2), ldw, here, z + <usize>i * ldz, ldz, min(TILE, atoms - i), bytes, out + <usize>r * ldo, ldo);
    }
  }
}
