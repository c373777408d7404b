// The certified scan over atoms that are rows of centred floats: logits from dot products, weights as they come, sums of
// the rows that have weight. Neither logits nor weights of all atoms ever exist at once.
import { emptyBest, pushBest } from "./best";
import { max2 } from "./lanes";
import { productTile } from "./products";
import { ScanQuery, SUMS, Sums } from "./scan-query";
import { weigh } from "./softmax";
import { LISTS, sumTile, TILE, TILE_ROWS } from "./weighted-sums";

/** Atoms that stay in the second cache while all rows of a call pass over them. */
const REACH: i32 = 512;
/** Distance of rows of logits (doubles) and of weights (floats) in a workspace. */
export const LOGITS: usize = <usize>(TILE + 8) << 3;
const FLOATS: usize = <usize>(TILE + 16) << 2;

/** ℓ = (α/v)·x'·y + bias, in place, for n atoms; the largest. */
// @ts-ignore: decorator
@inline
export function finishLogits(products: usize, rate: f64, bias: usize, n: i32): f64 {
  const factor = f64x2.splat(rate);
  let tops = f64x2.splat(-Infinity);
  for (const end = products + (<usize>n << 3); products < end; products += 16, bias += 16) {
    const logits = f64x2.add(f64x2.mul(factor, v128.load(products)), v128.load(bias));
    v128.store(products, logits);
    tops = f64x2.pmax(tops, logits);
  }
  return max2(tops);
}

/** Multiplies `bytes` of doubles. */
function scale(at: usize, bytes: usize, factor: f64): void {
  const f = f64x2.splat(factor);
  for (const end = at + bytes; at < end; at += 16) v128.store(at, f64x2.mul(f, v128.load(at)));
}

/** One tile: logits, weights, sums. */
function addTile(query: ScanQuery, row: i32, rows: i32, from: i32, n: i32, out: usize, workspace: usize): void {
  const weights = workspace + <usize>TILE_ROWS * LOGITS, lists = weights + <usize>TILE_ROWS * FLOATS;
  const y = query.z + <usize>from * query.ldz, doubles = <usize>query.bytes << 1;
  productTile(query.x + <usize>row * query.ldx, query.ldx, rows, y, query.ldz, n, query.bytes, workspace, LOGITS);
  for (let r: i32 = 0; r < rows; r++) {
    const logits = workspace + <usize>r * LOGITS, to = out + <usize>r * query.ldo;
    const top = finishLogits(logits, query.rate, query.bias + (<usize>from << 3), n);
    if (query.top > 0) pushBest(to + SUMS + doubles, query.top, logits, n, from);
    const factor = weigh(logits, n, top, query.cut, weights + <usize>r * FLOATS, to, 1);
    if (factor != 1) scale(to + SUMS, doubles, factor);
  }
  sumTile(lists, weights, FLOATS, rows, y, query.ldz, n, query.bytes, out + SUMS, query.ldo);
}

/**
 * The partial state of atoms [from, from + n) for queries [row, row + rows), n and rows multiples of 4; the mean is left as Σ w y.
 * Needs 78080 bytes of workspace.
 */
export function floatRows(workspace: usize, q: usize, row: i32, rows: i32, from: i32, n: i32, out: usize): void {
  const query = changetype<ScanQuery>(q);
  memory.fill(out, 0, <usize>rows * query.ldo);
  for (let r: i32 = 0; r < rows; r++) {
    const to = out + <usize>r * query.ldo;
    changetype<Sums>(to).top = -Infinity;
    emptyBest(to + SUMS + (<usize>query.bytes << 1), query.top);
  }
  for (let far: i32 = 0; far < n; far += REACH) {
    const end = min(n, far + REACH);
    for (let r: i32 = 0; r < rows; r += TILE_ROWS) {
      for (let i = far; i < end; i += TILE) {
        addTile(query, row + r, min(TILE_ROWS, rows - r), from + i, min(TILE, end - i), out + <usize>r * query.ldo, workspace);
      }
    }
  }
}
