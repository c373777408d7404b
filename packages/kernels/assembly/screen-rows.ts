// Which atoms may matter, by single precision: the others are shown to be negligible without their double precision.
import { emptyBest, pushBest } from "./best";
import { finishLogits, LOGITS } from "./float-rows";
import { productTile } from "./products";
import { ScanQuery } from "./scan-query";
import { TILE, TILE_ROWS } from "./weighted-sums";

/** One row of the result. Candidates follow: indices, then their logits in doubles; then the k largest logits. */
// @ts-ignore: decorator
@unmanaged
class Screened {
  /** Largest logit. */
  top: f64;
  /** How far below the largest an atom still matters, written by the host: cut + 2δ. */
  depth: f64;
  /** How far below the k-th largest one does: 2δ. */
  slack: f64;
  /** Candidates, or −1 when they were too many. */
  count: i32;
  /** How many fit. */
  room: i32;
}

/** Bytes before the candidates. */
const HEAD: usize = 64;

/** The least logit that matters, as far as is known. */
// @ts-ignore: decorator
@inline
function threshold(row: Screened, best: usize, k: i32): f64 {
  const below = row.top - row.depth;
  return k > 0 ? min(below, load<f64>(best + (<usize>(k - 1) << 3)) - row.slack) : below;
}

/** Drops candidates below the threshold; returns how many are left. */
function prune(indices: usize, logits: usize, count: i32, least: f64): i32 {
  let left: i32 = 0;
  for (let c: i32 = 0; c < count; c++) {
    const logit = load<f64>(logits + (<usize>c << 3));
    if (!(logit >= least)) continue;
    store<i32>(indices + (<usize>left << 2), load<i32>(indices + (<usize>c << 2)));
    store<f64>(logits + (<usize>left << 3), logit);
    left++;
  }
  return left;
}

/** Adds the candidates among n atoms of one row. */
function collect(query: ScanQuery, to: usize, logits: usize, from: i32, n: i32, top: f64): void {
  const row = changetype<Screened>(to);
  if (row.count < 0) return;
  const room = row.room, k = query.top;
  const indices = to + HEAD, kept = indices + (<usize>room << 2), best = kept + (<usize>room << 3);
  row.top = max(row.top, top);
  if (k > 0) pushBest(best, k, logits, n, from);
  const least = threshold(row, best, k), least2 = f64x2.splat(least);
  let count = row.count;
  for (let i: i32 = 0; i < n; i += 2) {
    if (!v128.any_true(f64x2.ge(v128.load(logits + (<usize>i << 3)), least2))) continue;
    for (let j = i; j < i + 2; j++) {
      const logit = load<f64>(logits + (<usize>j << 3));
      if (!(logit >= least) || logit == -Infinity) continue;
      if (count == room) {
        count = prune(indices, kept, count, least);
        if (count > (room >> 1) + (room >> 2)) {
          row.count = -1;
          return;
        }
      }
      store<i32>(indices + (<usize>count << 2), from + j);
      store<f64>(kept + (<usize>count << 3), logit);
      count++;
    }
  }
  row.count = count;
}

/** Whether all of some rows have had too many candidates: nothing more is to be learnt of them. */
function lost(to: usize, ldo: usize, rows: i32): bool {
  for (let r: i32 = 0; r < rows; r++) if (changetype<Screened>(to + <usize>r * ldo).count >= 0) return false;
  return true;
}

/**
 * The candidates among atoms [from, from + n) for queries [row, row + rows), n and rows multiples of 4; their `depth`, `slack` and
 * `room` are there already. Needs 34816 bytes of workspace.
 */
export function screenRows(workspace: usize, q: usize, row: i32, rows: i32, from: i32, n: i32, out: usize): void {
  const query = changetype<ScanQuery>(q);
  for (let r: i32 = 0; r < rows; r++) {
    const screened = changetype<Screened>(out + <usize>r * query.ldo);
    screened.top = -Infinity;
    screened.count = 0;
    emptyBest(out + <usize>r * query.ldo + HEAD + <usize>screened.room * 12, query.top);
  }
  for (let i: i32 = 0; i < n; i += TILE) {
    const wide = min(TILE, n - i), y = query.z + <usize>(from + i) * query.ldz;
    for (let r: i32 = 0; r < rows; r += TILE_ROWS) {
      const here = min(TILE_ROWS, rows - r);
      if (lost(out + <usize>r * query.ldo, query.ldo, here)) continue;
      productTile(query.x + <usize>(row + r) * query.ldx, query.ldx, here, y, query.ldz, wide, query.bytes, workspace, LOGITS);
      for (let s: i32 = 0; s < here; s++) {
        const logits = workspace + <usize>s * LOGITS;
        const top = finishLogits(logits, query.rate, query.bias + (<usize>(from + i) << 3), wide);
        collect(query, out + <usize>(r + s) * query.ldo, logits, from + i, wide, top);
      }
    }
  }
}
