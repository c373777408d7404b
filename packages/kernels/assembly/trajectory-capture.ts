// Which atoms stand in the way of a capture: bounds for all atoms from the first d coordinates of a rotated basis and from the
// length of what is left of an atom beyond them, and dot products in full for the few that the bounds cannot rule out.
import { dotBlock, PrefixBatch, PrefixRow } from "./trajectory-prefix";
import { ListData } from "./trajectory-list";
import { dotRow } from "./trajectory-exp";

/** A row of the batch and the atom that is to capture it, in the order of its words. */
@unmanaged
export class CaptureRow {
  /** q_j = w_0·y_j, [N] floats. */
  noise: u32;
  /** The atoms that are near go here: how many, then which. */
  out: u32;
  /** How many fit. */
  room: i32;
  /** The atom i. */
  atom: i32;
  s: f32;
  /** No more than w·y_i − s‖y_i‖²/2, less the rounding of what is subtracted from it. */
  base: f32;
  /** No less than the length of m beyond the first d coordinates, and of y_i. */
  stateTail: f32;
  atomTail: f32;
  /** ‖y_i‖² within the first d coordinates, and how much squared distances may be off. */
  prefixNorm: f32;
  slack: f32;
  /** An atom is far where h > radius·d, s(h − radius·d) ≥ reach + log(π_j/π_i) and d² ≥ apart. */
  radius: f32;
  reach: f32;
  apart: f32;
  /** log π_i. */
  bias: f32;
  unused0: f32;
  unused1: f32;
}

/** Lengths of the atoms beyond the first d coordinates, [N] floats, stand at `tails`. Four rows: their m and their y_i. */
export function captureScreen(workspace: usize, states: usize, atoms: usize, rows: usize, tails: usize, size: i32): void {
  const byState = changetype<PrefixBatch>(states), byAtom = changetype<PrefixBatch>(atoms);
  const products = workspace, distances = workspace + 1024;
  for (let r: usize = 0; r < 4; r++) store<i32>(<usize>changetype<CaptureRow>(rows + (r << 6)).out, 0);
  for (let i: i32 = 0; i < size; i += 64) {
    dotBlock(byState, <usize>byState.rows, i, products);
    dotBlock(byAtom, <usize>byAtom.rows, i, distances);
    for (let r: usize = 0; r < 4; r++) {
      screenBlock(byState, changetype<CaptureRow>(rows + (r << 6)), tails, i, min(64, size - i), products + (r << 8), distances + (r << 8));
    }
  }
}

/** Lists those of a block of atoms that are not far. */
function screenBlock(batch: PrefixBatch, row: CaptureRow, tails: usize, from: i32, n: i32, products: usize, distances: usize): void {
  for (let k: i32 = 0; k < n; k++) {
    const j = from + k, p = <usize>j << 2, q = <usize>k << 2;
    const half = load<f32>(<usize>batch.halfNorms + p), tail = load<f32>(tails + p), bias = load<f32>(<usize>batch.bias + p);
    const gap = row.base - (load<f32>(<usize>row.noise + p) + load<f32>(products + q) - row.s * half) - row.stateTail * tail;
    const cross = load<f32>(distances + q);
    const shown = row.prefixNorm + max<f32>(half + half - tail * tail, 0) - (cross + cross);
    const both = row.atomTail + tail, between = row.atomTail - tail;
    const most = sqrt<f32>(max<f32>(shown, 0) + both * both + row.slack);
    const left = gap - row.radius * most;
    const far = left > 0 && row.s * left >= row.reach + (bias - row.bias) && shown + between * between - row.slack >= row.apart;
    if (far || j == row.atom) continue;
    const out = <usize>row.out;
    const count = load<i32>(out);
    if (count < row.room) store<u32>(out + 4 + (<usize>count << 2), <u32>j);
    store<i32>(out, count + 1);
  }
}

/** out[n, 2] floats = [m·y_j, y_i·y_j] for n listed atoms. */
export function captureProducts(_workspace: usize, data: usize, list: usize, n: i32, state: usize, atom: i32, out: usize): void {
  const set = changetype<ListData>(data);
  const home = <usize>set.rows + <usize>atom * <usize>set.stride;
  for (let i: i32 = 0; i < n; i++, list += 4, out += 8) {
    const y = <usize>set.rows + <usize>load<u32>(list) * <usize>set.stride;
    store<f32>(out, dotRow(y, state, <usize>set.bytes));
    store<f32>(out, dotRow(y, home, <usize>set.bytes), 4);
  }
}
