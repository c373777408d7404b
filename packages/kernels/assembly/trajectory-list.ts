// A stage of one trajectory over a list of atoms: logits from the first d coordinates of a rotated basis for all of them, from
// all D coordinates for those that weigh most.
import { addRow, dotRow, expFloats, largestLane, sumLanes } from "./trajectory-exp";

/** The data, in the order of its words. */
@unmanaged
export class ListData {
  /** y_i, [N] rows of `bytes` bytes, `stride` apart. */
  rows: u32;
  stride: u32;
  bytes: u32;
  /** y_i in the first d coordinates, [N, d] floats. */
  prefix: u32;
  /** d, a multiple of 16. */
  dim: i32;
  /** The first d vectors of the basis, [d] rows of `bytes` bytes. */
  basis: u32;
  /** ‖y_i‖²/2 and log π_i, [N] floats. */
  halfNorms: u32;
  bias: u32;
}

/** A row of the batch, in the order of its words. */
@unmanaged
export class ListRow {
  /** Atoms, ascending, and how many. */
  list: u32;
  count: i32;
  /** q_i = w_0·y_i, [N] floats. */
  noise: u32;
  /** m, `bytes` bytes. */
  state: u32;
  /** Σ w y goes here, `bytes` bytes. */
  out: u32;
  /** w of the list go here, [count] floats, rounded up to a multiple of 4. */
  weights: u32;
  s: f32;
  /** s². */
  squared: f32;
  /** Share of the mass whose logits may stay approximate. */
  light: f32;
  /** Written: Σ w, the atom of the largest w (which is 1), and how many logits are exact. */
  mass: f32;
  leader: i32;
  heavy: i32;
}

/** Bins of a histogram of positive floats: four to an octave, over 64 octaves below the largest. */
const BINS: i32 = 256;

/**
 * The least weight of those that are to be kept so that all others together have at most `share` of the mass of n weights,
 * none of them above `most`; uses `BINS` floats at `histogram`. The bits of positive floats are in the order of the floats.
 */
function leastKept(weights: usize, n: i32, share: f32, most: f32, histogram: usize): f32 {
  memory.fill(histogram, 0, BINS << 2);
  const top = reinterpret<i32>(most);
  let mass: f32 = 0;
  for (let i: usize = 0, end = <usize>n << 2; i < end; i += 4) {
    const w = load<f32>(weights + i);
    if (w == 0) continue;
    const bin = histogram + (<usize>max(0, BINS - 1 - ((top - reinterpret<i32>(w)) >> 21)) << 2);
    store<f32>(bin, load<f32>(bin) + w);
    mass += w;
  }
  let allowed = mass * share;
  for (let k: i32 = 0; k < BINS; k++) {
    allowed -= load<f32>(histogram + (<usize>k << 2));
    if (allowed < 0) return k == 0 ? 0 : reinterpret<f32>(top - ((BINS - k) << 21) + 1);
  }
  return most;
}

/** w = exp(ℓ − top) of n logits, a multiple of 4; returns Σ w. */
function weigh(logits: usize, n: i32, top: f32, weights: usize): f32 {
  const reference = f32x4.splat(top);
  let mass = f32x4.splat(0);
  for (let i: usize = 0, end = <usize>n << 2; i < end; i += 16) {
    const w = expFloats(f32x4.sub(v128.load(logits + i), reference));
    v128.store(weights + i, w);
    mass = f32x4.add(mass, w);
  }
  return sumLanes(mass);
}

/** The largest of n floats, a multiple of 4. */
function largest(values: usize, n: i32): f32 {
  let most = v128.load(values);
  for (let i: usize = 16, end = <usize>n << 2; i < end; i += 16) most = f32x4.pmax(most, v128.load(values + i));
  return largestLane(most);
}

/** Needs 8·d + 1024 + 8·count + 64 bytes of workspace. */
export function listStage(workspace: usize, data: usize, at: usize): void {
  const set = changetype<ListData>(data), row = changetype<ListRow>(at);
  const d = set.dim, wide = <usize>d << 2, bytes = <usize>set.bytes, count = row.count;
  const state = workspace, sums = state + wide, histogram = sums + wide, logits = histogram + (BINS << 2);
  const padded = (count + 3) & ~3;
  const rough = logits + (<usize>padded << 2), list = <usize>row.list, weights = <usize>row.weights;
  for (let k: i32 = 0; k < d; k++) store<f32>(state + (<usize>k << 2), dotRow(<usize>set.basis + <usize>k * bytes, <usize>row.state, bytes));
  for (let i: i32 = 0; i < padded; i++) {
    const to = logits + (<usize>i << 2);
    if (i >= count) {
      store<f32>(to, -1e30);
      continue;
    }
    const atom = <usize>load<u32>(list + (<usize>i << 2));
    store<f32>(to, logitOf(set, row, atom, dotRow(<usize>set.prefix + atom * wide, state, wide)));
  }
  let heavy = count;
  let least: f32 = 0;
  weigh(logits, padded, largest(logits, padded), rough);
  if (row.light > 0) least = leastKept(rough, count, row.light, 1, histogram);
  for (let i: i32 = 0; i < count; i++) {
    const p = <usize>i << 2;
    if (load<f32>(rough + p) < least) {
      heavy--;
      continue;
    }
    const atom = <usize>load<u32>(list + p);
    store<f32>(logits + p, logitOf(set, row, atom, dotRow(<usize>set.rows + atom * <usize>set.stride, <usize>row.state, bytes)));
  }
  const top = largest(logits, padded);
  row.mass = weigh(logits, padded, top, weights);
  row.heavy = heavy;
  sumRows(set, row, rough, least, sums);
}

/** ℓ = s(m·y + q) − s²‖y‖²/2 + log π. */
// @ts-ignore: decorator
@inline
function logitOf(set: ListData, row: ListRow, atom: usize, dot: f32): f32 {
  const p = atom << 2;
  return row.s * (dot + load<f32>(<usize>row.noise + p)) - row.squared * load<f32>(<usize>set.halfNorms + p) + load<f32>(<usize>set.bias + p);
}

/** out = Σ w y: all coordinates of atoms whose rough weight is not below `least`, the first d of the others. Finds the leader. */
function sumRows(set: ListData, row: ListRow, rough: usize, least: f32, sums: usize): void {
  const wide = <usize>set.dim << 2, bytes = <usize>set.bytes, out = <usize>row.out;
  memory.fill(sums, 0, wide);
  memory.fill(out, 0, bytes);
  let most: f32 = -1;
  for (let i: i32 = 0; i < row.count; i++) {
    const p = <usize>i << 2;
    const w = load<f32>(<usize>row.weights + p);
    if (w == 0) continue;
    const atom = <usize>load<u32>(<usize>row.list + p);
    if (w > most) {
      most = w;
      row.leader = <i32>atom;
    }
    if (load<f32>(rough + p) < least) addRow(w, <usize>set.prefix + atom * wide, wide, sums);
    else addRow(w, <usize>set.rows + atom * <usize>set.stride, bytes, out);
  }
  for (let k: i32 = 0; k < set.dim; k++) addRow(load<f32>(sums + (<usize>k << 2)), <usize>set.basis + <usize>k * bytes, bytes, out);
}

/**
 * Lists the atoms to keep so that all others together have at most `share` of the mass of n weights, none above `most`: i, or list[i] where `list` is not 0. Writes how many there are, then the atoms, to `out`; `out` may be `list` − 4.
 * Needs 1024 bytes of workspace.
 */
export function keepHeaviest(workspace: usize, weights: usize, n: i32, share: f32, most: f32, list: usize, out: usize): void {
  const least = leastKept(weights, n, share, most, workspace);
  let to = out + 4;
  for (let i: usize = 0, end = <usize>n << 2; i < end; i += 4) {
    const w = load<f32>(weights + i);
    if (w < least || w == 0) continue;
    store<u32>(to, list == 0 ? <u32>(i >> 2) : load<u32>(list + i));
    to += 4;
  }
  store<i32>(out, <i32>((to - out - 4) >> 2));
}
