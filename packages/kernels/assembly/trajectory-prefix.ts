// A stage of many trajectories over all atoms, in the first d coordinates of a rotated basis. Atoms stand in panels of eight,
// [N/8][d][8], so that a coordinate of eight atoms is 32 bytes.
import { madd } from "./lanes";
import { expFloats, largestLane, sumLanes } from "./trajectory-exp";

/** Atoms whose weights are formed before they are used: 16 KB of panels at d = 64. */
const BLOCK: i32 = 64;

/** What a row of the batch is to this kernel, in the order of its words. */
@unmanaged
export class PrefixRow {
  /** q_i = w_0·y_i, [N] floats. */
  noise: u32;
  /** Where the weights go, [N] floats, or 0. */
  weights: u32;
  /** m in the first d coordinates, [d] floats. */
  state: u32;
  s: f32;
  /** s². */
  squared: f32;
  /** What weights are relative to: w = exp(ℓ − reference). */
  reference: f32;
  unused0: f32;
  unused1: f32;
}

/** The data, and rows of a batch. */
@unmanaged
export class PrefixBatch {
  /** [N/8][d][8] floats. */
  panels: u32;
  /** ‖y_i‖²/2 and log π_i, [N] floats; padding has −10³⁰ for the latter. */
  halfNorms: u32;
  bias: u32;
  /** d. */
  dim: i32;
  /** `PrefixRow`s, and how many: a multiple of 4. */
  rows: u32;
  count: i32;
}

/** Dot products of the states of four rows with 64 atoms from `from` on, into `block`, [4, 64]. */
export function dotBlock(batch: PrefixBatch, rows: usize, from: i32, block: usize): void {
  const m0 = <usize>changetype<PrefixRow>(rows).state, m1 = <usize>changetype<PrefixRow>(rows + 32).state;
  const m2 = <usize>changetype<PrefixRow>(rows + 64).state, m3 = <usize>changetype<PrefixRow>(rows + 96).state;
  const end = <usize>batch.dim << 2;
  let p = <usize>batch.panels + <usize>from * end;
  for (const last = block + 256; block < last; block += 32) {
    let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
    for (let k: usize = 0; k < end; k += 4, p += 32) {
      const y = v128.load(p), z = v128.load(p, 16);
      let a = v128.load32_splat(m0 + k);
      c00 = madd(a, y, c00);
      c01 = madd(a, z, c01);
      a = v128.load32_splat(m1 + k);
      c10 = madd(a, y, c10);
      c11 = madd(a, z, c11);
      a = v128.load32_splat(m2 + k);
      c20 = madd(a, y, c20);
      c21 = madd(a, z, c21);
      a = v128.load32_splat(m3 + k);
      c30 = madd(a, y, c30);
      c31 = madd(a, z, c31);
    }
    v128.store(block, c00);
    v128.store(block, c01, 16);
    v128.store(block, c10, 256);
    v128.store(block, c11, 272);
    v128.store(block, c20, 512);
    v128.store(block, c21, 528);
    v128.store(block, c30, 768);
    v128.store(block, c31, 784);
  }
}

/**
 * Turns the dot products of one row with 64 atoms into weights exp(s(m·y + q) − s²‖y‖²/2 + log π − reference), also where all
 * weights are kept; adds their sum and their largest to `sums`, four lanes each.
 */
function weighBlock(batch: PrefixBatch, row: PrefixRow, from: i32, block: usize, sums: usize): void {
  const atom = <usize>from << 2;
  const s = f32x4.splat(row.s), squared = f32x4.splat(-row.squared), reference = f32x4.splat(row.reference);
  const q = <usize>row.noise + atom, h = <usize>batch.halfNorms + atom, b = <usize>batch.bias + atom;
  const keep = row.weights != 0, out = <usize>row.weights + atom;
  let mass = v128.load(sums), most = v128.load(sums, 16);
  for (let i: usize = 0; i < 256; i += 16) {
    const shift = madd(squared, v128.load(h + i), f32x4.sub(v128.load(b + i), reference));
    const logit = madd(s, f32x4.add(v128.load(block + i), v128.load(q + i)), shift);
    const w = expFloats(f32x4.pmin(logit, f32x4.splat(80.0)));
    v128.store(block + i, w);
    if (keep) v128.store(out + i, w);
    mass = f32x4.add(mass, w);
    most = f32x4.pmax(most, w);
  }
  v128.store(sums, mass);
  v128.store(sums, most, 16);
}

/** lanes[4 rows, d] += Σ w y over a block, each a vector of four sums; rows of lanes are `ldl` bytes apart. */
function sumBlock(block: usize, panels: usize, d: i32, lanes: usize, ldl: usize): void {
  const skip = <usize>d << 5;
  for (let k: i32 = 0; k < d; k += 2, lanes += 32, panels += 64) {
    let c00 = v128.load(lanes), c01 = v128.load(lanes, 16);
    let c10 = v128.load(lanes + ldl), c11 = v128.load(lanes + ldl, 16);
    let c20 = v128.load(lanes + 2 * ldl), c21 = v128.load(lanes + 2 * ldl, 16);
    let c30 = v128.load(lanes + 3 * ldl), c31 = v128.load(lanes + 3 * ldl, 16);
    for (let w = block, p = panels, end = block + 256; w < end; w += 32, p += skip) {
      let y = v128.load(p), z = v128.load(p, 32);
      let a = v128.load(w), b = v128.load(w, 256);
      c00 = madd(a, y, c00);
      c01 = madd(a, z, c01);
      c10 = madd(b, y, c10);
      c11 = madd(b, z, c11);
      a = v128.load(w, 512);
      b = v128.load(w, 768);
      c20 = madd(a, y, c20);
      c21 = madd(a, z, c21);
      c30 = madd(b, y, c30);
      c31 = madd(b, z, c31);
      y = v128.load(p, 16);
      z = v128.load(p, 48);
      a = v128.load(w, 16);
      b = v128.load(w, 272);
      c00 = madd(a, y, c00);
      c01 = madd(a, z, c01);
      c10 = madd(b, y, c10);
      c11 = madd(b, z, c11);
      a = v128.load(w, 528);
      b = v128.load(w, 784);
      c20 = madd(a, y, c20);
      c21 = madd(a, z, c21);
      c30 = madd(b, y, c30);
      c31 = madd(b, z, c31);
    }
    v128.store(lanes, c00);
    v128.store(lanes, c01, 16);
    v128.store(lanes + ldl, c10);
    v128.store(lanes + ldl, c11, 16);
    v128.store(lanes + 2 * ldl, c20);
    v128.store(lanes + 2 * ldl, c21, 16);
    v128.store(lanes + 3 * ldl, c30);
    v128.store(lanes + 3 * ldl, c31, 16);
  }
}

/**
 * Weights of all rows for atoms [from, to), multiples of 64, and out[rows, 2 + d] floats = [Σ w, max w, Σ w y]; d is even. Needs
 * 1024 + rows·(16d + 32) bytes of workspace.
 */
export function prefixStage(workspace: usize, at: usize, from: i32, to: i32, out: usize): void {
  const batch = changetype<PrefixBatch>(at);
  const d = batch.dim, count = batch.count;
  const block = workspace, sums = workspace + 1024, lanes = sums + (<usize>count << 5);
  const ldl = <usize>d << 4;
  memory.fill(sums, 0, <usize>count * (32 + ldl));
  for (let i = from; i < to; i += BLOCK) {
    const panels = <usize>batch.panels + ((<usize>i * <usize>d) << 2);
    for (let r: i32 = 0; r < count; r += 4) {
      const rows = <usize>batch.rows + (<usize>r << 5), to = sums + (<usize>r << 5);
      dotBlock(batch, rows, i, block);
      for (let k: usize = 0; k < 4; k++) weighBlock(batch, changetype<PrefixRow>(rows + (k << 5)), i, block + (k << 8), to + (k << 5));
      sumBlock(block, panels, d, lanes + <usize>r * ldl, ldl);
    }
  }
  for (let r: i32 = 0; r < count; r++) {
    store<f32>(out, sumLanes(v128.load(sums + (<usize>r << 5))));
    store<f32>(out, largestLane(v128.load(sums + (<usize>r << 5), 16)), 4);
    out += 8;
    for (let k: i32 = 0; k < d; k++, out += 4) store<f32>(out, sumLanes(v128.load(lanes + <usize>r * ldl + (<usize>k << 4))));
  }
}

/**
 * c[i] = (`keep` or 0)·c[i] + Σ_j factor_j·w_j[i] for n floats, a multiple of 4; `terms` is a list of [address of w_j, factor_j],
 * `count` of them.
 */
export function addStages(_workspace: usize, terms: usize, count: i32, n: i32, c: usize, keep: i32): void {
  for (let i: usize = 0, end = <usize>n << 2; i < end; i += 16) {
    let sum = keep ? v128.load(c + i) : f32x4.splat(0);
    for (let j = terms, last = terms + (<usize>count << 3); j < last; j += 8) {
      sum = madd(v128.load32_splat(j, 4), v128.load(<usize>load<u32>(j) + i), sum);
    }
    v128.store(c + i, sum);
  }
}
